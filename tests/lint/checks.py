#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The checks of `make lint` that read text. Each is a generator of faults; a check's name
is its function's name. Exceptions stand, with their reason, in exceptions.py."""
import os
import re
import sys

import codes
import man
import openapi
from exceptions import EXCEPTIONS
from source import (HERE, LAYERS, Fault, all_x_tables, files, in_layers, line_of, read, scripts,
                    split_arguments, closing, string_value, without)

FILE_LINES_MAX = 600
MAY_INCLUDE = {"crypto": {"crypto"}, "covenant": {"covenant", "crypto"},
               "adapters": {"adapters", "covenant", "crypto"}, "gateway": {"gateway", "covenant", "crypto"}}
BOTH_SIDES = "gateway/main.c"   # the table of adapters
DOORS = {   # a library's headers: the only files that may name them
    "sodium": r"crypto/\w+\.c",
    "lmdb.h": r"gateway/environment(_copy|_gate)?\.c|gateway/environment_parts\.h",
    "event2/": r"gateway/server\w*\.[ch]",
    "curl/": r"gateway/client\w*\.c",
    "openssl/": r"crypto/(certificate\w*\.[ch]|sha256\.c)|gateway/(server\w*\.[ch]|client\w*\.[ch]|trust\.[ch])",
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)', re.MULTILINE)
used = set()


def excepted(check, path, what):
    found = (check, path, what) in EXCEPTIONS
    used.update({(check, path, what)} if found else set())
    return found


def includes(path):
    text = without(read(path), strings=False)
    for found in INCLUDE.finditer(text):
        yield line_of(text, found.start()), found[1] == '"', found[2]


def spdx():
    """Every file that can carry the licence begins with it."""
    for path in [*files(".c", ".h", ".py", ".sh", ".yml", ".service", ".mk", ""), ".ci/run", ".clang-format"]:
        head = read(path).split("\n", 2)[:2]
        if os.path.basename(path) not in ("LICENSE", ".clang-format") and \
                not any("SPDX-License-Identifier: EUPL-1.2" in line for line in head):
            yield Fault(path, 1, "the first line is not the licence")


def include_direction():
    """adapters -> covenant -> crypto and gateway -> covenant -> crypto; the folder is written."""
    for path in in_layers(".c", ".h"):
        for line, own, name in includes(path):
            layer, allowed = path.split("/")[0], MAY_INCLUDE[path.split("/")[0]]
            if own and name.split("/")[0] not in allowed | ({"adapters"} if path == BOTH_SIDES else set()):
                if not excepted("include_direction", path, name):
                    yield Fault(path, line, f"{layer} may not include {name}")


def one_door_per_library():
    for path in in_layers(".c", ".h"):
        for line, own, name in includes(path):
            for library, door in DOORS.items():
                if not own and name.startswith(library) and not re.fullmatch(door, path) \
                        and not excepted("one_door_per_library", path, library):
                    yield Fault(path, line, f"{name} belongs behind another door")


def texts_in_both_languages():
    """No empty cell in an nl or en column; no pair of texts with one of them missing."""
    for table in all_x_tables():
        for line, row in table.rows:
            for column, value in zip(table.columns, row):
                if column.split("_")[-1] in ("nl", "en") and not (string_value(value) or "").strip():
                    yield Fault(table.path, line, f"{table.name} has no text in column {column}")
    for path in in_layers(".c", ".h"):
        text = without(read(path), strings=False)
        if "LANGUAGE_COUNT" in text:
            yield from lonely_texts(path, text)


def lonely_texts(path, text):
    for brace in re.finditer(r'\{(?=\s*")', text):
        parts = split_arguments(text[brace.end():closing(text, brace.start())].rstrip(", \n"))
        values = [string_value(part) for part in parts]
        if None not in values and (len(values) == 1 or (len(values) == 2 and not all(values))) \
                and not excepted("texts_in_both_languages", path, values[0]):
            yield Fault(path, line_of(text, brace.start()), "a text stands in one language only")


def file_size():
    for path in [*files(".c", ".h", ".py", ".sh"), *(path for path, _ in scripts())]:
        lines = read(path).count("\n")
        if lines > FILE_LINES_MAX:
            yield Fault(path, lines, f"more than {FILE_LINES_MAX} lines")


def buffers_are_taken_over_whole():
    """The bytes of a buffer do not tell that memory ran out for them; buffer_add_buffer() does."""
    for path in in_layers(".c"):
        text = without(read(path))
        for found in re.finditer(r"\bbuffer_add_bytes\([^;]*\bbuffer_bytes\(", text):
            if path != "crypto/bytes.c":
                yield Fault(path, line_of(text, found.start()), "use buffer_add_buffer()")


def unfinished_words():
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b|\b[Ff]or n" r"ow\b|\b[Pp]lace" r"holder")
    for path in [*files(".c", ".h", ".py", ".sh", ".md", ".json", ".csv", ".yml", ".service", ""), ".ci/run"]:
        # a case may hold any text; names in a lock file are of others
        text = "" if path.startswith("tests/cases/") or path.endswith("package-lock.json") else read(path)
        for found in words.finditer(text):
            yield Fault(path, line_of(text, found.start()), f"the word {found[0]!r}")


def codes_are_documented():
    now = read(codes.PAGE)
    wanted = codes.page(now)
    if now != wanted:
        pairs = zip(now.split("\n") + [""], wanted.split("\n") + [""])
        line = next((at for at, (a, b) in enumerate(pairs, 1) if a != b), 1)
        yield Fault(codes.PAGE, line, f"differs from the code: run {HERE}/codes.py --write")


READ = re.compile(r'\bjson_(?:optional_)?(?:text|integer|boolean|object|array)_at\([^";]*?"(\w+)"')


def glossary_is_complete():
    """Every member that the code reads by name stands in one of the pages on names."""
    pages = "".join(map(read, ("docs/glossary.md", "docs/audit-log.md", "docs/local-api.md")))
    known = set(re.findall(r"\w+", pages))
    for path in in_layers(".c"):
        text = without(read(path), strings=False)
        for found in READ.finditer(text):
            if found[1] not in known:
                yield Fault(path, line_of(text, found.start()), f"{found[1]} is not in docs/glossary.md")


COLUMN = re.compile(r'\{"(\w+)",\s+(?:"\w+"|NULL),\s+COLUMN_[^{}]*\{((?:"\w+"(?:, )?)+)\}\}')
COLUMNS = "adapters/corporation_columns.c"


def columns_are_documented():
    """The glossary names each column of a file of reports as the program does, and no other."""
    known = {word for name, others in COLUMN.findall(read(COLUMNS)) for word in (name, *re.findall(r"\w+", others))}
    page = read("docs/glossary.md")
    table = page[page.index("## An import row"):].split("\n\n")[2]
    cells = [row.split("|")[3] for row in table.split("\n")[2:] if "enquete:" not in row]
    told = {word.split(":")[-1].strip() for cell in cells for word in re.split("[,;]", cell)} - {"of VERA", ""}
    for word in sorted(known ^ told):
        yield Fault("docs/glossary.md", line_of(page, page.index(table)),
                    f"{word} is {'not in the table' if word in known else 'no column in ' + COLUMNS}")


PATH = re.compile(rf"`((?:{'|'.join(LAYERS)}|tests|docs|config)/[\w./-]+\.\w+)`|\]\(([^)#:]+)(?:#[^)]*)?\)")


def links_lead_somewhere():
    for path in files(".md"):
        text = read(path)
        for found in PATH.finditer(text):
            target = found[1] or os.path.join(os.path.dirname(path), found[2])
            if not os.path.exists(target):
                yield Fault(path, line_of(text, found.start()), f"{target} does not exist")


def architecture_is_true():
    """Each row `| step | file | function |` names a function that stands in that file."""
    page = read("ARCHITECTURE.md")
    rows = re.findall(r"^\|[^|\n]+\| *`([\w/.-]+\.[ch])` *\|([^|\n]+)\|", page, re.MULTILINE)
    if not rows:
        yield Fault("ARCHITECTURE.md", 1, "has no table of steps")
    for path, cell in rows:
        line = line_of(page, page.find(f"`{path}` |{cell}|"))
        text = without(read(path)) if os.path.exists(path) else None
        if text is None:
            yield Fault("ARCHITECTURE.md", line, f"{path} does not exist")
            continue
        for function in re.findall(r"`(\w+)(?:\(\))?`", cell):
            if not re.search(rf"^[\w][\w \t*]*\b{function}\(", text, re.MULTILINE):
                yield Fault("ARCHITECTURE.md", line, f"{function}() is not in {path}")


TESTED_PAGES = ("docs/faults.md", "docs/coverage-of-the-field.md")   # their rows name tests
TESTED_ROW = re.compile(r"^\| ([A-Z]\d+) \|(.*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


def speaks_of(path, row):
    """A story's facts stand in the .py beside its .sh; a unit test has the row in its name."""
    both = [path, os.path.splitext(path)[0] + ".py"] if path.endswith(".sh") else [path]
    named = re.compile(rf"\b{row}\b|\b{row.lower()}_")
    return os.path.exists(path) and any(named.search(read(one)) for one in both if os.path.exists(one))


def rows_have_their_tests():
    """Each row of those pages names test files that speak of it, or says why there is none."""
    for path in TESTED_PAGES:
        page = read(path)
        for found in TESTED_ROW.finditer(page):
            row, cell, result = found[1], found[3].strip(), found[4].strip()
            tests = re.findall(r"[\w/]+\.\w+", cell)
            faults = [] if result else ["has no result"]
            faults += [] if tests or cell == "none" else ["names no test"]
            faults += [f"tests/{test} does not speak of it" for test in tests
                       if not speaks_of(f"tests/{test}", row)]
            for fault in faults:
                yield Fault(path, line_of(page, found.start()), f"{row} {fault}")


def scripts_can_be_run():
    for path, _ in scripts():
        if not os.access(path, os.X_OK):
            yield Fault(path, 1, "begins with #! but cannot be run")


def exceptions_are_needed():
    for check, path, what in EXCEPTIONS:
        if check in globals() and (check, path, what) not in used:
            yield Fault(f"{HERE}/exceptions.py", 1, f"{check}, {path}, {what} is not needed")


CHECKS = [spdx, include_direction, one_door_per_library, texts_in_both_languages, file_size,
          buffers_are_taken_over_whole, unfinished_words, codes_are_documented, glossary_is_complete, columns_are_documented, links_lead_somewhere, architecture_is_true,
          *man.CHECKS, *openapi.CHECKS, rows_have_their_tests, scripts_can_be_run, exceptions_are_needed]


def main():
    failed = False
    for check in CHECKS:
        faults = list(check())
        for fault in faults:
            print(f"not ok {check.__name__}: {fault.path}:{fault.line}: {fault.why}")
        if not faults:
            print(f"ok {check.__name__}")
        failed = failed or bool(faults)
    return failed


if __name__ == "__main__":
    sys.exit(main())
