# SPDX-License-Identifier: EUPL-1.2
"""A value that passes the BSN 11-test in a column nobody declared refuses the whole file: it
names column and row, says not the value, and no row of it has any effect."""
import csv
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import planted  # noqa: E402
import story as stories  # noqa: E402
from people import pages  # noqa: E402

BSN, COLUMN, ROWS = "999990019", "klantkenmerk", 40
PLACE = ROWS // 2 + 2  # as Excel numbers it: from 1, and the first is the header
NUMBER = 27  # of the column; a header that nobody declared is not repeated either
INBOXES = {"WIJKTEAM": "ONTVANGER", "GGZ": "GGZ_CONTACTPUNT", "GEMEENTE": "ONTVANGER"}


def push(town, path, *words, lang="nl_NL.UTF-8"):
    return town.corporatie.run("MELDER", "push", path, *words, check=False, lang=lang)


def effects(town):
    return {"verzonden": pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden"),
            "afleveren": [(d["partij"], d["wachtrij"], d["onderweg"]) for d in stories.asked(
                town.corporatie, "BEHEERDER", "/v1/status")["afleveren"]],
            **{name: pages(town.partners[name], role, "/v1/postvak", "postvak")
               for name, role in INBOXES.items()}}


def refused(story, town, path, name, row=PLACE):
    before, sizes = effects(town), [stories.log_size(p) for p in town.all()]
    done = push(town, path)
    leaves = [stories.leaves_since(p, size) for p, size in zip(town.all(), sizes)]
    story.equal(f"{name}: exit 1", done.returncode, 1)
    story.fact(f"{name}: column and row are named, in Dutch",
               f"regel {row}, kolom {NUMBER}:" in done.stderr and
               "er is niets verstuurd" in done.stderr, done.stderr)
    story.fact(f"{name}: the value is not repeated", BSN not in done.stdout + done.stderr)
    story.equal(f"{name}: nothing was sent, queued or received", effects(town), before)
    story.equal(f"{name}: nothing happened that the log would know of", leaves, [[]] * 4)


def rewritten(path, new, change, delimiter=";"):
    """The same export after a change to its rows."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")),
                               delimiter=delimiter))
    for number, row in enumerate(rows):
        change(number, row)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    new.write_bytes(text.getvalue().encode("utf-8-sig"))
    return new


def hide(number, value):
    def change(at, row):
        if at == number:
            row[COLUMN] = value
        elif value and not row[COLUMN].startswith("K"):
            row[COLUMN] = "K00000"
    return change


def tell(story):
    town = story.town()
    path = town.make_csv("met-bsn.csv", "--rows", ROWS, "--bsn")
    headers = path.read_text(encoding="utf-8-sig").splitlines()[0].split(";")
    story.equal("the column is there", headers.index(COLUMN) + 1, NUMBER)
    refused(story, town, path, "in the middle")
    refused(story, town, town.make_csv("tab.csv", "--rows", ROWS, "--bsn", "--separator", "tab",
                                       "--cp1252"), "with tabs, from an old Excel")
    for place, value in ((0, BSN), (ROWS - 1, "9999.90.019"), (3, " 999990019 ")):
        other = rewritten(path, story.folder / f"{place}.csv", hide(place, value))
        refused(story, town, other, f"written {value!r} in row {place + 2}", row=place + 2)
    english = push(town, path, lang="en_GB.UTF-8")
    story.fact("and in English", f"row {PLACE}, column {NUMBER}:" in english.stderr and
               "nothing was sent" in english.stderr, english.stderr)
    trial = push(town, path, "--proef")
    story.equal("a trial is refused as well", trial.returncode, 1)

    declared = push(town, path, "--kenmerk", COLUMN)
    story.fact("a declared column is the melder's own: the file goes in",
               declared.returncode == 0 and "gelezen" in declared.stdout and
               "al bekend" not in declared.stdout,
               declared.stdout, declared.stderr)
    town.wait_delivered(town.corporatie)
    search = planted.Search({"bsn": BSN})
    story.equal("and its value is left out everywhere",
                search.below(town.folder, set(town.folder.glob("*.csv"))), {})
    seen = [str(rows) for rows in effects(town).values()]
    story.fact("at every partner too", not any(BSN in text for text in seen))


stories.run(tell)
