# SPDX-License-Identifier: EUPL-1.2
"""Finds planted values wherever they may have ended up, in the forms in which a program would
leave them behind.

    search = Search({"name": "Quirijntje", "phone": "06-99999019"})
    search.within(data)           # {("name", "base64 at offset 1"), ...}
    search.below(folder, skip)    # {path: the same}, of files that hold anything
"""
import base64
import pathlib


def base64_core(value, offset, encode):
    """The characters that `value` makes wherever it begins at this offset of a base64 text."""
    length = offset + len(value)
    text = encode(bytes(offset) + value)
    return text[(offset * 8 + 5) // 6:length * 8 // 6]


def forms(value):
    text = value.encode()
    yield "plain", text
    yield "upper case", value.upper().encode()
    yield "lower case", value.lower().encode()
    yield "hex", text.hex().encode()
    yield "upper case hex", text.hex().upper().encode()
    for offset in range(3):
        yield f"base64 at offset {offset}", base64_core(text, offset, base64.b64encode)
        yield f"base64url at offset {offset}", base64_core(text, offset,
                                                           base64.urlsafe_b64encode)
    yield "UTF-16LE", value.encode("utf-16-le")
    yield "UTF-16BE", value.encode("utf-16-be")


def files_below(folder, skip=()):
    return [path for path in sorted(pathlib.Path(folder).rglob("*"))
            if path.is_file() and path not in skip]


class Search:
    def __init__(self, values):
        self.needles = [(name, form, needle) for name, value in values.items()
                        for form, needle in forms(value)]

    def within(self, data):
        return {(name, form) for name, form, needle in self.needles if needle in data}

    def below(self, folder, skip=()):
        found = {}
        for path in files_below(folder, skip):
            here = self.within(path.name.encode() + b"\n" + path.read_bytes())
            if here:
                found[str(path)] = here
        return found
