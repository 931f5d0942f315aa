# SPDX-License-Identifier: EUPL-1.2
"""The export of a corporation goes through in one push: each row gets the projection that it may
have and no other, and the report says so in one line."""
import datetime
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import pages  # noqa: E402

SAMPLE = pathlib.Path("tests/cases/csv/voorbeeld-corporatie/input.csv")
COUNTS = ("6 gelezen · 1 geteld · 1 met toestemming verzonden · 1 vroegsignaal verzonden · "
          "3 geweigerd (regel 5: huurder maakte bezwaar; regel 6: gezondheidsgegeven; "
          "regel 7: strafrechtelijk)")
NOT_BY_LAW = ("gebied", "contactmoment", "waarneemweek", "pseudoniem", "bewijs", "hulpvraagBekend")
INBOXES = {"wijkteam": "ONTVANGER", "ggz": "GGZ_CONTACTPUNT", "gemeente": "ONTVANGER"}


def dated(text, today):
    """The sample is of December 2026, the town of now: the same days ago."""
    then = datetime.date(2026, 12, 5)

    def moved(found):
        parts = [int(part) for part in re.split("-", found[0])]
        year, month, day = parts if parts[0] > 31 else reversed(parts)
        day = today - (then - datetime.date(year, month, day))
        return f"{day:%d-%m-%Y}"
    return re.sub(r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}-\d{1,2}-\d{4})\b", moved, text)


def inbox(town, name):
    return pages(town.partners[name.upper()], INBOXES[name], "/v1/postvak", "postvak")


def tell(story):
    town = story.town()
    text = dated(SAMPLE.read_text(), town.today)
    path = story.folder / "meldingen.csv"
    path.write_text(text)
    done = town.corporatie.run("MELDER", "push", path)
    lines = done.stdout.splitlines()
    story.fact("one line says what became of the six rows", COUNTS in lines, done.stdout)
    story.fact("each refusal names row, article or code, and what helps",
               all(any(word in line for line in lines) for word in
                   ("regel 5: De bewoner heeft bezwaar gemaakt. (bepaling 5) [BEZWAAR]",
                    "regel 6:", "regel 7:", "Niets: het bezwaar gaat voor.")), lines)
    town.wait_delivered(town.corporatie)
    where_they_went(story, town)
    what_went(story, town)
    with_a_bsn(story, town, text)
    again = town.corporatie.run("MELDER", "push", path)
    story.fact("pushed again nothing new happens",
               again.stdout.startswith("6 gelezen · 3 al bekend · 3 geweigerd"), again.stdout)


def where_they_went(story, town):
    got = {name: [one["signaalcode"] for one in inbox(town, name)] for name in INBOXES}
    story.equal("the neighbourhood team has the quarrel, the municipality the arrears, "
                "the GGZ nothing", got,
                {"wijkteam": ["OVL.BURENRUZIE"], "ggz": [], "gemeente": ["FIN.HUURACHTERSTAND"]})
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    story.equal("of the noise nothing left the house",
                sorted((one["bronsleutel"], one["bepaling"]) for one in sent),
                [("Z-2026-000102", 1), ("Z-2026-000103", 5)])


def what_went(story, town):
    arrears = inbox(town, "gemeente")[0]
    story.equal("by law nothing leaves but what the statute names",
                [name for name in NOT_BY_LAW if arrears.get(name)], [])
    rows = [one.get("code") for one in town.corporatie.log_rows(gebeurtenis="deny")]
    story.equal("three refusals stand in the log", sorted(rows),
                ["BEZWAAR", "CODE_GEBLOKKEERD", "CODE_GEBLOKKEERD"])


def with_a_bsn(story, town, text):
    """A number that passes the test of a BSN, in a column of its own, refuses the whole file."""
    lines = [line + (";klant" if at == 0 else ";999990019" if at == 4 else ";K-1")
             for at, line in enumerate(text.splitlines())]
    path = story.folder / "met-bsn.csv"
    path.write_text("\n".join(lines) + "\n")
    done = town.corporatie.run("MELDER", "push", path, check=False)
    said = done.stdout + done.stderr
    story.fact("a BSN in any column refuses the file, by column and row, not by value",
               done.returncode == 1 and "regel 5, kolom 21" in said and "999990019" not in said,
               done.returncode, said)


stories.run(tell)
