#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The tables of docs/codes.md, made from the X-macro lists: they cannot drift.

codes.py --write puts them into docs/codes.md, after the line `<!-- codes -->`; the lint
asks whether that would change anything.
"""
import sys

from source import all_x_tables, read, string_value

PAGE = "docs/codes.md"
MARK = "<!-- codes: below this line tests/lint/codes.py writes -->\n"
# Lists whose first column is itself the word on the wire, though it is called `name`.
NAMES_ARE_WORDS = {"NEXT_STEPS"}
SHOWN = {"http": "HTTP", "code": "code", "word": "code", "wire": "code", "nl": "Dutch", "en": "English",
         "fix_nl": "what helps (Dutch)", "fix_en": "what helps (English)", "path": "resource",
         "ends": "final", "level": "level"}
TITLES = {
    "OUTCOMES": "Outcomes of a request", "REFUSALS": "Refusals by the covenant",
    "IMPORT_FAULTS": "Faults in an imported file", "IMPORT_WARNINGS": "Warnings about an imported file",
    "ANSWER_CODES": "Feedback codes", "NEXT_STEPS": "Next steps", "REPORTER_STEPS": "What a reporter can do now", "KNELPUNTEN": "What stood in the way",
    "FIGURE_NOTES": "What stands under a report", "MESSAGE_KINDS": "Kinds of message",
    "VERDICTS": "Verdicts on a covenant", "ROLES": "Roles", "LANES": "Lanes", "PURPOSES": "Purposes",
    "PARTY_KINDS": "Kinds of organisation", "FIELDS": "Fields of a signal",
    "CONDITIONS": "Statutory conditions", "ACTS": "Forbidden acts", "AREA_LEVELS": "Area levels",
    "AREA_KINDS": "Area kinds", "WAVES": "Waves of a study", "TOKEN_TYPES": "Kinds of identity in a token",
    "CONTACT_MOMENTS": "Moments of contact", "BASIS_KINDS": "Kinds of basis", "BASIS_GROUNDS": "Grounds",
    "BASIS_CHANNELS": "Channels of a consent", "BASIS_EVENTS": "Events of a basis",
}


def code_column(table):
    """The index of the column with the word on the wire, or None: not a list of codes."""
    for index, column in enumerate(table.columns):
        if column in ("code", "word", "wire") or (table.name in NAMES_ARE_WORDS and column == "name"):
            return index
    return None


def cell(column, text):
    value = string_value(text)
    value = text if value is None else value
    return f"`{value}`" if SHOWN.get(column) == "code" or column == "path" else value


def section(table):
    index = code_column(table)
    columns = [(at, "code" if at == index else name) for at, name in enumerate(table.columns)
               if at == index or name in SHOWN]
    columns.sort(key=lambda column: column[1] != "code")
    title = TITLES.get(table.name, table.name.replace("_", " ").capitalize())
    yield f"\n## {title}\n\n`{table.name}` in {table.path}\n\n"
    yield "| " + " | ".join(SHOWN[name] for _, name in columns) + " |\n"
    yield "|" + "---|" * len(columns) + "\n"
    for _, row in table.rows:
        if string_value(row[index]) != "":   # "": nothing is the matter, no code
            yield "| " + " | ".join(cell(name, row[at]) for at, name in columns) + " |\n"


def page(now):
    intro = now.split(MARK)[0]
    tables = [table for table in all_x_tables() if table.rows and code_column(table) is not None]
    return intro + MARK + "".join(line for table in tables for line in section(table))


if __name__ == "__main__":
    text = page(read(PAGE))
    if sys.argv[1:] == ["--write"]:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
