# SPDX-License-Identifier: EUPL-1.2
"""What the checks read: the files of the house, C without its comments, X-macro tables."""
import os
import re
from collections import namedtuple

LAYERS = ("crypto", "covenant", "adapters", "gateway")
PURE = ("crypto", "covenant", "adapters")
SKIPPED = {".git", "build", "__pycache__", "corpus"}
HERE = "tests/lint"

Table = namedtuple("Table", "path line name columns rows")
Fault = namedtuple("Fault", "path line why")


def files(*endings, under="."):
    """Paths of all files with one of these endings ("": scripts without one)."""
    for folder, folders, names in os.walk(under):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            if (os.path.splitext(name)[1] or "") in endings and not name.startswith("."):
                yield os.path.relpath(os.path.join(folder, name))


def in_layers(*endings, layers=LAYERS):
    return [path for layer in layers for path in files(*endings, under=layer)]


def scripts():
    """Files that begin with #!: whatever they are called."""
    for path in [*files("", ".sh", ".py"), ".ci/run"]:
        first = read(path).split("\n", 1)[0]
        if first.startswith("#!"):
            yield path, first


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def without(text, strings=True):
    """C text with comments (and, if so asked, strings) blanked; line numbers stay."""
    def blank(match):
        token = match[0]
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token[0] + " " * (len(token) - 2) + token[-1] if strings else token
    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def string_value(text):
    """The joined value of adjacent string literals, or None when it is no string."""
    text = text.strip()
    if not re.fullmatch(r'("(?:\\.|[^"\\])*"\s*)+', text):
        return None
    return "".join(re.findall(r'"((?:\\.|[^"\\])*)"', text))


def split_arguments(text):
    """Splits at the commas that stand outside strings and brackets."""
    parts, depth, start = [], 0, 0
    for token in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[(){}\[\],]', text):
        if token[0] in "([{":
            depth += 1
        elif token[0] in ")]}":
            depth -= 1
        elif token[0] == "," and depth == 0:
            parts.append(text[start:token.start()])
            start = token.end()
    return [part.strip() for part in (*parts, text[start:])]


def closing(text, opening):
    """Where the bracket at `opening` closes."""
    depth = 0
    for token in re.finditer(r'"(?:\\.|[^"\\])*"|[(){}]', text[opening:]):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return opening + token.start()
    return len(text)


def x_tables(path):
    """Every `#define NAME(X)` list of a header; its columns are named by the macro that
    makes the enum: NAME(ONE_ENUM) with `#define ONE_ENUM(name, code, nl, en)`."""
    text = without(read(path), strings=False)
    for found in re.finditer(r"^#define ([A-Z_]+)\(X\)((?:[^\n]*\\\n)*[^\n]*)", text, re.MULTILINE):
        body = found[2].replace("\\\n", " \n")
        reader = re.search(rf"\b{found[1]}\((\w+)\)", text[found.end():])
        columns = reader and re.search(rf"^#define {reader[1]}\(([\w, ]+)\)", text, re.MULTILINE)
        rows = []
        for row in re.finditer(r"\bX\(", body):
            end = closing(body, row.end() - 1)
            rows.append((line_of(text, found.start(2) + row.start()),
                         split_arguments(body[row.end():end])))
        yield Table(path, line_of(text, found.start()), found[1],
                    columns[1].replace(" ", "").split(",") if columns else [], rows)


def all_x_tables():
    return [table for path in in_layers(".h") for table in x_tables(path)]
