# SPDX-License-Identifier: EUPL-1.2
"""What the field said must never be: a search by person across organisations, a reader from
outside the covenant, an auditor who reads what was sent, a covenant that allows what it forbids."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from forged import Forge  # noqa: E402
from people import export_is_sound, intake, pages, row  # noqa: E402

SEARCHES = ("/v1/pseudoniemen/_zoek", "/v1/signalen/_zoek", "/v1/personen/_zoek")
FORBIDDEN = (403, "VERBODEN_HANDELING")
NAME = "Anouk Voorbeeld"


def problem(answered):
    """(status, machine code)"""
    return answered[0], json.loads(answered[2])["code"]


def denials(partner, before):
    return [(leaf["gebeurtenis"], leaf["uitkomst"], leaf["code"], leaf["bron"])
            for leaf in stories.leaves_since(partner, before)]


def no_search_by_person(story, town, token):
    """A6: "is this person known elsewhere?" is asked by nobody of anybody."""
    asked, before = {"pseudoniem": token}, stories.log_size(town.wijkteam)
    answers = [town.wijkteam.from_partner(town.corporatie, "POST", path, asked)
               for path in SEARCHES]
    story.equal("A6: a partner that searches by pseudonym is refused, whatever it calls it",
                [problem(one) for one in answers], [FORBIDDEN] * len(SEARCHES))
    story.equal("A6: and each try stands in the log under its own code",
                denials(town.wijkteam, before),
                [("deny", "denied", FORBIDDEN[1], town.corporatie.oin)] * len(SEARCHES))
    story.fact("A6: the answer says nothing about the person",
               all(token not in one[2].decode() for one in answers))
    before = stories.log_size(town.corporatie)
    answers = [town.corporatie.api(role, "POST", path, asked)
               for role in ("MELDER", "SYSTEEM", "REGIEHOUDER") if role in town.corporatie.roles
               for path in SEARCHES]
    story.equal("A6: nor can one's own people search",
                {problem(one) for one in answers}, {FORBIDDEN})
    story.equal("A6: which is in the log too",
                {(leaf["gebeurtenis"], leaf["code"]) for leaf in
                 town.corporatie.log_rows(vanaf=before) if leaf["gebeurtenis"] == "deny"},
                {("deny", FORBIDDEN[1])})


def no_reader_from_outside(story, town):
    """A21: TLS is fine, the covenant is not."""
    certificate, key = town.authority.issue(
        "buiten", "/O=Stichting Buiten/serialNumber=00000099000000990000/CN=buiten")
    forge = Forge(town, story.build)
    body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
    answered = town.wijkteam.from_partner(None, "POST", "/v1/signalen", body,
                                          certificate=certificate, key=key)
    story.equal("A21: who is in no covenant gets through TLS and no further", problem(answered),
                (403, "ONBEKENDE_PARTIJ"))


def no_reading_auditor(story, town, item):
    """A23: he sees that, when and by whom; never what."""
    refused = {path: problem(town.wijkteam.api("AUDITOR", method, path))
               for method, path in (("GET", "/v1/postvak"), ("GET", f"/v1/postvak/{item}/inhoud"),
                                    ("POST", f"/v1/postvak/{item}/aanvaarding"))}
    story.equal("A23: an auditor opens no signal", set(refused.values()), {(403, "GEEN_ROL")})
    export = story.folder / "auditor.jsonl"
    story.fact("A23: his export is sound", export_is_sound(town.wijkteam, export)[0])
    text = export.read_text()
    story.fact("A23: and holds nobody's name, number or address",
               NAME not in text and "06-12345678" not in text and "1234AB" not in text)


def no_covenant_against_itself(story, town):
    """A40: what it lists and forbids at once it does not allow."""
    path = story.folder / "tegenstrijdig.json"
    town.make_covenant(path, lambda document: document["verboden"]["velden"].append(
        document["bepalingen"][0]["velden"][0]))
    done = subprocess.run([town.binary, "covenant", "check", path], capture_output=True, text=True,
                          check=False)
    story.fact("A40: a field that is both allowed and forbidden: the covenant does not load",
               done.returncode == 1 and "velden" in done.stdout + done.stderr,
               done.returncode, done.stdout, done.stderr)


def tell(story):
    town = story.town()
    day = town.today.isoformat()
    status, _, _ = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake([row("V-1", day)]))
    assert status == 200
    town.wait_delivered(town.corporatie)
    item = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")[0]["id"]
    no_search_by_person(story, town, Forge(town, story.build).token())
    no_reader_from_outside(story, town)
    no_reading_auditor(story, town, item)
    no_covenant_against_itself(story, town)


stories.run(tell)
