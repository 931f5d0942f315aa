# SPDX-License-Identifier: EUPL-1.2
"""An unknown code, free text, another word where a list has the words, a document: refused at the
row, in Dutch, with what may stand there."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import intake, pages, row  # noqa: E402

HEAD = ("zaaknummer;melddatum;signaalcode;postcode;huisnummer;complex;contactmoment;toestemming;"
        "toestemmingdatum")


def tell(story):
    town = story.town()
    day = f"{town.today:%d-%m-%Y}"
    path = story.folder / "rijen.csv"

    def push(*lines, head=HEAD):
        path.write_text("\n".join([head, *lines]) + "\n")
        return town.corporatie.run("MELDER", "push", path, check=False)
    done = push(f"Z-1;{day};OVL.ONBEKEND;1234AB;3;CPL-VD-01;OVERLAST;nee;")
    story.fact("A1: an unknown code refuses its row, by number, in Dutch",
               "regel 2, kolom signaalcode: Deze code staat niet in de codelijst" in done.stdout,
               done.stdout)
    done = push(f"Z-2;{day};OVL.GELUID;1234AB;3;CPL-VD-01;GALERIJ;nee;")
    story.fact("A9: another contactmoment refuses its row, and the allowed ones are listed",
               "regel 2, kolom contactmoment: Kies VERHURING, OVERLAST, ONDERHOUD, RENOVATIE, "
               "BUURTRONDE, INCASSO, HUISBEZOEK of ENQUETE." in done.stdout, done.stdout)
    done = push(f"Z-3;{day};OVL.GELUID;1234AB;3;CPL-VD-01;OVERLAST;ja;{day};mevrouw is verward",
                head=HEAD + ";omschrijving")
    story.fact("A1: a column of free text is not used, and that is said",
               "niet gebruikt" in done.stderr and done.returncode == 0, done.stderr)
    town.wait_delivered(town.corporatie)
    inbox = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")
    story.fact("A1: and never leaves", len(inbox) == 1 and "verward" not in json.dumps(inbox), inbox)
    by_the_api(story, town)
    documents(story, town)


def by_the_api(story, town):
    free = {**row("Z-4", town.today.isoformat()), "omschrijving": "mevrouw is verward"}
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake([free]))
    story.fact("A1: free text in a row of the API refuses it, by row, not by what it says",
               status == 400 and json.loads(body)["fouten"][0]["waar"] == "rijen[0].onbekend veld" and
               b"verward" not in body, status, body)


def documents(story, town):
    """A plan of care itself never travels: not as a body, not as a member of one."""
    kinds = ("application/pdf", "multipart/form-data; boundary=x", "application/octet-stream")
    codes = {kind: town.corporatie.api("MELDER", "POST", "/v1/invoer", "%PDF-1.4",
                                       {"Content-Type": kind})[0] for kind in kinds}
    story.equal("A7: a document is no body: 415", set(codes.values()), {415})
    codes = {kind: town.wijkteam.from_partner(town.corporatie, "POST", "/v1/signalen", "%PDF-1.4",
                                              {"Content-Type": kind})[0] for kind in kinds}
    story.equal("A7: nor between partners", set(codes.values()), {415})
    plan = {**row("Z-5", town.today.isoformat()), "document": "JVBERi0xLjQ="}
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake([plan]))
    story.equal("A7: nor a member of a row", (status, json.loads(body)["fouten"][0]["waar"]),
                (400, "rijen[0].onbekend veld"))


stories.run(tell)
