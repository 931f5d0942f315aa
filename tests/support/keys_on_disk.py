# SPDX-License-Identifier: EUPL-1.2
"""The wrapped data keys that stand in a gateway's keys/, read from LMDB's file without LMDB, and
the search for them in a whole disk.

    before = live_keys(folder / "keys/data.mdb")      # {id: wrapped bytes}
    found = [id for id in erased if before[id] in disk_bytes(disk)]
"""
import os
import pathlib
import struct
import subprocess

PAGE, LEAF, BRANCH, SUBTABLE = 4096, 2, 1, 2
TAG_BYTES = 18  # version, kind, tag: before what is tagged


def newest_root(data):
    """Of the list of tables, by the head with the higher number."""
    heads = []
    for page in (0, 1):
        head = data[page * PAGE + 16:(page + 1) * PAGE]
        magic, = struct.unpack_from("<I", head)
        assert magic == 0xBEEFC0DE, hex(magic)
        root, = struct.unpack_from("<Q", head, 24 + 48 + 40)
        number, = struct.unpack_from("<Q", head, 24 + 96 + 8)
        heads.append((number, root))
    return max(heads)[1]


def rows(data, root):
    """(flags, key, value) of every row below that page."""
    if root >= 1 << 63:  # an empty table
        return
    page = data[root * PAGE:(root + 1) * PAGE]
    flags, lower = struct.unpack_from("<HH", page, 10)
    for at in struct.unpack_from(f"<{(lower - 16) // 2}H", page, 16):
        low, high, node, length = struct.unpack_from("<HHHH", page, at)
        if flags & BRANCH:
            yield from rows(data, low | high << 16 | node << 32)
        elif flags & LEAF:
            key = page[at + 8:at + 8 + length]
            size = low | high << 16
            yield node, key, page[at + 8 + length:at + 8 + length + size]


def live_keys(path):
    data = pathlib.Path(path).read_bytes()
    for flags, key, value in rows(data, newest_root(data)):
        if key == b"DATA_KEY" and flags & SUBTABLE:
            root, = struct.unpack_from("<Q", value, 40)
            return {id: wrapped[TAG_BYTES:] for _, id, wrapped in rows(data, root)}
    raise AssertionError("no table of keys")


def extents(image):
    """What was ever written of the image; the rest is holes."""
    with open(image, "rb") as file:
        at, end = 0, file.seek(0, os.SEEK_END)
        while at < end:
            try:
                at = file.seek(at, os.SEEK_DATA)
            except OSError:  # only a hole is left
                return
            after = file.seek(at, os.SEEK_HOLE)
            file.seek(at)
            yield file.read(after - at)
            at = after


def disk_bytes(folder, image=None):
    """All there is: of the image of a disk, or of every file where there is none."""
    subprocess.run(["sync", "-f", str(folder)], check=True)
    if image:
        return b"\0".join(extents(image))
    return b"\0".join(path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*"))
                      if path.is_file())
