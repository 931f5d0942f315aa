# SPDX-License-Identifier: EUPL-1.2
"""A wijkteam works in a system of its own: the inbox goes out as CSV, answers come in as CSV, each
given or refused with a reason, and the melder reads them."""
import csv
import datetime
import io
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import intake, pages, row  # noqa: E402

SIGNALS = 6


class Sheet:
    """The exported inbox, as a spreadsheet has it: filled in and saved again."""

    def __init__(self, text):
        self.rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
        self.head = self.rows[0]

    def column(self, name):
        return self.head.index(name)

    def fill(self, line, **cells):
        for name, value in cells.items():
            self.rows[line][self.column(name.replace("_", " "))] = value

    def save(self, path):
        out = io.StringIO()
        csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(self.rows)
        path.write_bytes(("\ufeff" + out.getvalue()).encode())
        return path


def tell(story):
    town = story.town()
    today = town.today.isoformat()
    rows = [row(f"Z-{i}", today, number=i) for i in range(1, SIGNALS + 1)]
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake(rows))
    assert status == 200, body
    town.wait_delivered(town.corporatie)
    done = town.wijkteam.run("ONTVANGER", "inbox", "--csv")
    story.fact("the inbox goes out as Excel opens it: a BOM, semicolons, CRLF, Dutch days",
               done.stdout.startswith("\ufeff") and f"{town.today:%d-%m-%Y}" in done.stdout,
               done.stdout)
    sheet = Sheet(done.stdout)
    story.fact("and holds no contact detail",
               len(sheet.rows) == SIGNALS + 1 and "Anouk" not in done.stdout and
               "1234AB" not in done.stdout, done.stdout)
    answers(story, town, sheet)
    what_is_refused(story, town, sheet)
    under_secrecy(story, town)


def answers(story, town, sheet):
    until = town.today + datetime.timedelta(days=30)
    sheet.fill(1, antwoord="INBH")
    sheet.fill(2, antwoord="gehv", vervolgstap="wachten tot datum", vervolgdatum=f"{until:%d-%m-%Y}")
    sheet.fill(3, antwoord="BEOO")
    sheet.fill(4, antwoord="DOOR")
    sheet.fill(5, antwoord="GEHV")
    path = sheet.save(story.folder / "antwoorden.csv")
    words = ("answer", "--bestand", path)
    trial = town.wijkteam.run("ONTVANGER", *words, "--proef")
    story.fact("a trial says which would be refused, and gives none",
               "6 gelezen" in trial.stdout and "2 geweigerd" in trial.stdout and
               all(one["stand"] == "ONTV" for one in inbox(town)), trial.stdout)
    done = town.wijkteam.run("ONTVANGER", *words)
    lines = done.stdout.splitlines()
    story.equal("three are answered, one is left, two are refused", lines[0],
                "6 gelezen · 3 beantwoord · 1 zonder antwoord · 2 geweigerd")
    story.fact("A31: a row with no request for help and no next step is refused, by row and column",
               any("regel 6, kolom vervolgstap" in line for line in lines), lines)
    story.fact("a step that cannot be is refused with the steps that can",
               any(line.startswith("  regel 5: Doorzetten gaat met een overdracht.")
                   for line in lines) and any("Wel mogelijk: BEOO" in line for line in lines), lines)
    story.equal("the inbox shows them", sorted(one["stand"] for one in inbox(town)),
                ["BEOO", "GEHV", "INBH", "ONTV", "ONTV", "ONTV"])
    again = town.wijkteam.run("ONTVANGER", *words).stdout.splitlines()[0]
    story.equal("handed in again no answer is given twice", again,
                "6 gelezen · 3 al bekend · 1 zonder antwoord · 2 geweigerd")
    towns.wait_for(lambda: melder_reads(town) == ["BEOO", "GEHV", "INBH", "ONTV", "ONTV", "ONTV"],
                   30, "the melder reads the answers")
    story.fact("and the melder reads them", True)


def inbox(town):
    return pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")


def melder_reads(town):
    return sorted(one["stand"] for one in
                  pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden"))


def what_is_refused(story, town, sheet):
    def refused(name, text, code, exit_code=1):
        path = story.folder / "fout.csv"
        path.write_text(text)
        done = town.wijkteam.run("ONTVANGER", "answer", "--bestand", path, "--json", check=False)
        said = done.stdout + done.stderr
        story.fact(name, done.returncode == exit_code and code in said and "999990019" not in said,
                   done.returncode, said)
    one = sheet.rows[6][sheet.column("signaal")]
    refused("a BSN refuses the file", f"signaal;antwoord;klant\n{one};BEOO;999990019\n", "regel 2")
    refused("a file without answers is none", f"signaal;stand\n{one};BEOO\n", "antwoord")
    refused("a code that is none", f"signaal;antwoord\n{one};KLAAR\n", "ANTWOORDCODE_ONJUIST", 0)
    refused("a number that is none", "signaal;antwoord\nZ-1;BEOO\n", "SIGNAALNUMMER_ONJUIST", 0)
    refused("a signal twice", f"signaal;antwoord\n{one};BEOO\n{one};INBH\n", "SIGNAAL_DUBBEL", 0)
    refused("a signal that is not ours",
            "signaal;antwoord\n0b0f1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3;BEOO\n", "GEWEIGERD", 0)
    refused("a day in the past", "signaal;antwoord;vervolgstap;datum\n"
            f"{one};GEHV;WACHTEN_TOT_DATUM;01-01-2020\n", "vervolgdatum", 0)
    wrong = town.wijkteam.run("ONTVANGER", "answer", "--bestand", "x.csv", "id", check=False)
    story.equal("a file and a signal at once is wrong use", wrong.returncode, 2)
    status, _, _ = town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                                     {"signaal": one, "code": "BEOO", "proef": "ja"})
    story.equal("proef is true or false", status, 400)


def under_secrecy(story, town):
    """Answers of a partner bound to secrecy stay there, also from a file."""
    today = town.today.isoformat()
    town.corporatie.api("MELDER", "POST", "/v1/invoer",
                        intake([row("Z-ggz", today, "ZORG.EENZAAM", "GGZ", number=20)]))
    town.wait_delivered(town.corporatie)
    rows = pages(town.ggz, "GGZ_CONTACTPUNT", "/v1/postvak", "postvak")
    path = story.folder / "ggz.csv"
    path.write_text(f"signaal;antwoord\n{rows[0]['id']};INBH\n")
    done = json.loads(town.ggz.run("GGZ_CONTACTPUNT", "answer", "--bestand", path, "--json").stdout)
    time.sleep(0.5)
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    story.equal("an answer of a partner bound to secrecy stays there, also from a file",
                (done["beantwoord"], [one["stand"] for one in sent
                                      if one["bronsleutel"] == "Z-ggz"]), (1, ["ONTV"]))


stories.run(tell)
