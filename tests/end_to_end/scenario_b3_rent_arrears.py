# SPDX-License-Identifier: EUPL-1.2
"""Rent arrears reported on the ground of the law: under its four conditions, about who it may be
about, with what the statute names, and with a proof that a court can have checked."""
import base64
import hashlib
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages  # noqa: E402

CASE = "Z-2026-000301"
NAME = "Anouk Voorbeeld"
# What is wrong with a row, what the answer says, and what of the fix a person must be able to read.
WRONG = [
    ({"contactpoging": None}, "VOORWAARDE_ONTBREEKT", "contactpoging"),
    ({"gewezenOpHulp": None}, "VOORWAARDE_ONTBREEKT", "gewezenOpHulp"),
    ({"schriftelijkeHerinnering": None}, "VOORWAARDE_ONTBREEKT", "schriftelijkeHerinnering"),
    ({"bezwaar": None}, "VOORWAARDE_ONTBREEKT", "geenBezwaar"),
    ({"bezwaar": "ja"}, "BEZWAAR", "het bezwaar gaat voor"),
    ({"huidigeHuurder": "nee"}, "GEEN_HUURDER", "wie nu huurt"),
    ({"huidigeHuurder": None}, "HUURDER_ONBEKEND", "kolom huidige_huurder"),
    ({"regelingLoopt": "ja"}, "REGELING_LOOPT", "niet wordt nagekomen"),
    ({"regelingLoopt": "onbekend"}, "REGELING_ONBEKEND", "kolom regeling_loopt"),
    ({"meerderjarig": "nee"}, "MINDERJARIG", "18 jaar of ouder"),
    ({"meerderjarig": None}, "LEEFTIJD_ONBEKEND", "kolom meerderjarig"),
]


def arrears(town, key, number, **changes):
    day = town.today.isoformat()
    row = {"rij": number + 1, "bronsleutel": key, "melddatum": day,
           "signaalcodes": ["FIN.HUURACHTERSTAND"], "geblokkeerd": False, "postcode": "1234AB",
           "huisnummer": str(2 * number + 1), "contactmoment": "INCASSO", "complex": "CPL-VD-01",
           "contactpoging": day, "gewezenOpHulp": day, "schriftelijkeHerinnering": day,
           "bezwaar": "nee", "huidigeHuurder": "ja", "regelingLoopt": "nee", "meerderjarig": "ja",
           "bedragAchterstand": 61250, "hulpvraagBekend": "ja", "naam": NAME,
           "telefoon": "06-12345678", "taal": "nl", **changes}
    return {name: value for name, value in row.items() if value is not None}


def hand_in(town, rows, trial=False):
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(rows, trial))
    assert status == 200, answer
    return answer["rijen"]


def what_is_refused(story, town):
    rows = [arrears(town, f"Z-2026-0004{at:02}", 20 + at, **wrong)
            for at, (wrong, _, _) in enumerate(WRONG)]
    for trial in (True, False):
        answers = hand_in(town, rows, trial)
        when = "a trial" if trial else "the push"
        story.equal(f"{when} refuses each with a code of its own, under article 5",
                    [(one["uitkomst"], one.get("code"), one.get("bepaling")) for one in answers],
                    [("GEWEIGERD", code, 5) for _, code, _ in WRONG])
        story.equal(f"{when} says what would help",
                    [fix for one, (_, _, fix) in zip(answers, WRONG)
                     if fix not in one["reden"] + one["oplossing"]], [])


def mag_dit(story, town):
    """The same decision without a person: every condition can be stated."""
    words = ["covenant", "ask", "--naar", "GEMEENTE", "--wijze", "WET", "--doel",
             "VROEGSIGNALERING", "--signaalcode", "FIN.HUURACHTERSTAND", "--velden",
             "contactenvelop,bedragAchterstand"]
    every = ["contactpoging", "gewezenOpHulp", "schriftelijkeHerinnering", "geenBezwaar",
             "huidigeHuurder", "geenLopendPlan", "meerderjarig"]
    done = town.corporatie.run("MELDER", *words, "--voorwaarden", ",".join(every))
    story.fact("mag dit? yes, with all conditions", done.stdout.startswith("Ja: bepaling 5"),
               done.stdout)
    for missing in every:
        rest = ",".join(word for word in every if word != missing)
        nl = town.corporatie.run("MELDER", *words, "--voorwaarden", rest, check=False)
        en = town.corporatie.run("MELDER", *words, "--voorwaarden", rest, check=False,
                                 lang="en_GB.UTF-8")
        story.fact(f"mag dit? no without {missing}, in both languages, with what helps",
                   nl.returncode == en.returncode == 1 and nl.stdout.startswith("Nee.") and
                   en.stdout.startswith("No.") and missing in nl.stdout and missing in en.stdout and
                   len(nl.stdout.splitlines()) == len(en.stdout.splitlines()) == 2,
                   nl.stdout, en.stdout)


def report(story, town):
    answer = hand_in(town, [arrears(town, CASE, 1)])[0]
    story.equal("a row that has all of it leaves by law", answer["uitkomst"], "VERZONDEN_WET")
    town.wait_delivered(town.corporatie)
    return answer["id"]


def at_the_municipality(story, town, item):
    with LocalConnection(town.gemeente, "ONTVANGER") as worker:
        worker.ask("POST", f"/v1/postvak/{item}/aanvaarding", {})
        status, opened = worker.ask("GET", f"/v1/postvak/{item}/inhoud")
    story.fact("the municipality reads whom it is about",
               status == 200 and opened["contact"]["naam"] == NAME, opened)
    row = pages(town.gemeente, "ONTVANGER", "/v1/postvak", "postvak")[0]
    story.equal("and nothing that the statute does not name",
                [name for name in ("gebied", "contactmoment", "waarneemweek", "pseudoniem",
                                   "hulpvraagBekend") if row.get(name)], [])


def the_proof(story, town, item):
    status, _, body = town.corporatie.api("MELDER", "GET", f"/v1/verzonden/{item}/bewijs")
    proof = json.loads(body)
    story.equal("the melder gets the proof", status, 200)
    receipt = json.loads(base64.b64decode(proof["ontvangstbewijs"]))
    payload = json.loads(base64.b64decode(receipt["payload"]))
    answered = next(one for one in payload["antwoorden"] if one["id"] == item)
    story.equal("it says what the partner signed",
                [proof["bericht"], proof["inhoudSha256"], proof["ontvangenOp"], proof["bladhash"]],
                [payload["bericht"], payload["inhoudSha256"], payload["ontvangenOp"],
                 answered["bladhash"]])
    story.equal("the conditions have their days",
                {one["code"]: one["op"] for one in proof["voorwaarden"]},
                dict.fromkeys(["contactpoging", "gewezenOpHulp", "schriftelijkeHerinnering",
                               "geenBezwaar", "huidigeHuurder", "geenLopendPlan", "meerderjarig"],
                              town.today.isoformat()))
    story.fact("article, law, amount and whom it was about",
               (proof["bepaling"], proof["wet"][:7], proof["bedragAchterstand"],
                proof["contact"]["naam"]) == (5, "Besluit", 61250, NAME), proof)
    return proof


def leaf_text(row):
    return base64.b64decode(row["blad"]).decode()


def checked_by_the_auditor(story, town, proof):
    """What the page names, stands in both logs, and both are sound."""
    leaves = {row["volgnummer"]: row for row in town.corporatie.log_rows(partij=town.gemeente.oin,
                                                                          bladen=True)}
    story.equal("our two leaves are about that report and that message",
                [leaves[proof["ingenomenBlad"]]["gebeurtenis"],
                 leaves[proof["ontvangenBlad"]]["transactie"]], ["intake", proof["bericht"]])
    story.fact("with the digest of the sealed message",
               proof["inhoudSha256"] in leaf_text(leaves[proof["ontvangenBlad"]]))
    theirs = [row for row in town.gemeente.log_rows(partij=town.corporatie.oin, bladen=True)
              if row.get("transactie") == proof["bericht"]]
    hashes = [hashlib.sha256(b"\0" + base64.b64decode(row["blad"])).hexdigest() for row in theirs]
    story.fact("the partner's log has the leaf that its receipt names",
               proof["bladhash"] in hashes, hashes)
    size = int(proof["controlepunt"].splitlines()[1])
    story.fact("the checkpoint covers both", size > proof["ontvangenBlad"], size)
    for partner in (town.corporatie, town.gemeente):
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.csv")
        story.fact(f"the log of {partner.name} is sound", sound, said)


def on_paper(story, town, item):
    page = story.folder / "bewijs.html"
    town.corporatie.run("MELDER", "report", "proof", "--zaak", CASE, "--html", page)
    text = page.read_text()
    story.fact("the page has no script and nothing from outside",
               not re.search(r"<script|javascript:|src=|href=|url\(", text, re.I), text[:500])
    story.fact("it names the case, the law, the amount and the hash",
               all(word in text for word in (CASE, "Besluit gemeentelijke schuldhulpverlening",
                                             "612,50", NAME, "Bewijs van melding", item)), text)
    story.equal("only its owner can read the file", oct(page.stat().st_mode & 0o777), "0o600")
    said = town.corporatie.run("MELDER", "report", "proof", item[:8]).stdout
    story.fact("the same as text", CASE in said and "612,50" in said, said)
    said = town.corporatie.run("MELDER", "melden", "bewijs", "--zaak", "Z-0", check=False)
    story.fact("an unknown case is refused with a sentence",
               said.returncode == 1 and "Onder dit zaaknummer" in said.stderr, said)


def who_may_have_it(story, town, item):
    path = f"/v1/verzonden/{item}/bewijs"
    story.equal("the FG may, who may not write is refused",
                [town.corporatie.api(role, "GET", path)[0] for role in
                 ("FG", "BEHEERDER", "AUDITOR", "CONVENANTBEHEERDER")], [200, 403, 403, 403])
    story.equal("what is no early signal, or unknown, has none",
                town.corporatie.api("FG", "GET", "/v1/verzonden/"
                                    "11111111-1111-4111-8111-111111111111/bewijs")[0], 404)
    looked = [row for row in town.corporatie.log_rows(gebeurtenis="access")
              if row.get("onderdeel") == "verzonden/bewijs"]
    story.fact("each look stands in the log", len(looked) >= 2, looked)


def not_yet(story, town):
    """While the partner is away there is nothing to prove, and the page says so."""
    town.gemeente.stop()
    item = hand_in(town, [arrears(town, "Z-2026-000302", 2)])[0]["id"]
    done = town.corporatie.run("MELDER", "report", "proof", item, check=False)
    story.fact("before the receipt there is no proof",
               done.returncode == 1 and "nog niet voor de melding getekend" in done.stderr,
               done.returncode, done.stderr)
    town.gemeente.start()
    town.wait_delivered(town.corporatie)
    story.equal("after it there is", town.corporatie.run("MELDER", "report", "proof", item,
                                                         check=False).returncode, 0)


def at_the_desk(story, town):
    """Who objects at the desk is not reported, whatever a file says."""
    row = arrears(town, "Z-2026-000303", 3)
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/bezwaren", {
        "adres": {"postcode": row["postcode"], "huisnummer": row["huisnummer"]},
        "doel": "VROEGSIGNALERING"})
    story.fact("an objection is taken at the desk", status in (200, 201), status, body)
    for trial in (True, False):
        answer = hand_in(town, [row], trial)[0]
        story.equal("what is pushed about that address after it is refused",
                    (answer["uitkomst"], answer.get("code")), ("GEWEIGERD", "BEZWAAR"))


def tell(story):
    town = story.town()
    what_is_refused(story, town)
    mag_dit(story, town)
    item = report(story, town)
    at_the_municipality(story, town, item)
    proof = the_proof(story, town, item)
    checked_by_the_auditor(story, town, proof)
    on_paper(story, town, item)
    who_may_have_it(story, town, item)
    not_yet(story, town)
    at_the_desk(story, town)


stories.run(tell)
