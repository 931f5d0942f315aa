# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock  # noqa: E402
from people import export_is_sound, intake, pages, row  # noqa: E402

REQUESTS = "/v1/inzageverzoeken"
FAR_S = 20
NAMES = {"own": "Fatima El-Voorbeeld", "house": "Jaap Huisgenoot", "next": "Bram Buurman"}


def ask(partner, role, path, body=None, method="POST"):
    status, _, text = partner.api(role, method, path, body)
    return status, json.loads(text)


def push(town):
    """Two residents of one address, and a neighbour."""
    day = town.today.isoformat()

    def one(number, house, name, **more):
        return {**row(f"B12-{number}", day, number=number, **more), "huisnummer": str(house),
                "naam": name, "telefoon": f"06-0000000{number}"}
    rows = [one(1, 21, NAMES["own"]),
            one(2, 21, NAMES["own"], code="ZORG.EENZAAM", to="GGZ"),
            one(3, 21, NAMES["house"], code="FIN.GELDZORGEN"),
            one(4, 23, NAMES["next"], code="OVL.GELUID"),
            {**row("B12-5", day, number=5, code="OVL.GELUID"), "huisnummer": "21"}]
    del rows[-1]["naam"]
    status, answer = ask(town.corporatie, "MELDER", "/v1/invoer", intake(rows))
    assert status == 200, answer
    towns.wait_for(lambda: all(s["stand"] not in ("WACHT", "GEWEIGERD") for s in sent(town)) and
                   len(sent(town)) == 5, FAR_S, "five signals arrive")


def number_of_melder(town):
    """The staff number that stands in the log as who reported."""
    users = town.corporatie.json("BEHEERDER", "user", "list")["gebruikers"]
    return next(u["naam"] for u in users if "MELDER" in u["rollen"])


def sent(town):
    return pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")


def open_own(town):
    """A worker takes the first signal on and reads the contact details."""
    mine = [s["id"] for s in sent(town) if s["bronsleutel"] == "B12-1"][0]
    town.wijkteam.run("ONTVANGER", "accept", mine)
    status, _, _ = town.wijkteam.api("ONTVANGER", "GET", f"/v1/postvak/{mine}/inhoud")
    assert status == 200


def person(house, name=None):
    about = {"adres": {"postcode": "1234AB", "huisnummer": str(house)}}
    return {**about, "naam": name} if name else about


def leaves_out_others(story, name, letter, melder):
    text = letter["tekst"] + letter["html"]
    # Geluid: of this address, and names nobody; it may be the housemate's
    for what in (NAMES["house"], NAMES["next"], "Geldzorgen", "Geluid", "06-0000000", melder, "<script"):
        story.fact(f"{name}: no {what} in it", what not in text, text)


def the_letter(story, town):
    file = story.folder / "vraag.json"
    file.write_text(json.dumps(person(21, NAMES["own"])))
    page = story.folder / "brief.html"
    said = town.corporatie.run("FG", "rights", "report", "--adres", file, "--html", page)
    text = said.stdout
    for what in ("Burenruzie", "Eenzaamheid", "aan Buurtteam Voorbeeldstad", "aan GGZ Voorbeeld",
                 "Hulp vinden", "toestemming", "Bewaard tot", "contactgegevens",
                 "Zij antwoorden u zelf", "Gemeente Voorbeeldstad", "1234AB 21"):
        story.fact(f"the letter says {what!r}", what in text or what in " ".join(text.split()),
                   text)
    leaves_out_others(story, "the letter", {"tekst": text, "html": page.read_text()},
                      number_of_melder(town))
    story.fact("the page is whole and Dutch", '<html lang="nl">' in page.read_text() and
               page.read_text().count("Gemeente Voorbeeldstad") == 1 and
               "</html>" in page.read_text(), "")
    width = max(map(len, text.splitlines()))
    story.fact("its lines fit on paper", width <= 100, width)
    return page


def without_a_name(story, town):
    """Who does not say a name sees only what names nobody."""
    status, answer = ask(town.corporatie, "FG", REQUESTS, person(21))
    story.equal("asked without a name", (status, answer["afschrift"]["regels"]), (201, 0))
    status, answer = ask(town.corporatie, "FG", REQUESTS, person(23, NAMES["own"]))
    story.equal("asked for the neighbour's address", (status, answer["afschrift"]["regels"]),
                (201, 0))
    status, answer = ask(town.corporatie, "FG", REQUESTS, person(99, "Niemand"))
    story.fact("nothing is known of an empty house",
               status == 201 and "Wij vonden niets over u dat is gedeeld." in answer["afschrift"]["tekst"], answer)
    return answer


def may_not(story, town):
    for role in ("MELDER", "AUDITOR", "BEHEERDER"):
        status, _ = ask(town.corporatie, role, REQUESTS, person(21, NAMES["own"]))
        story.equal(f"a {role} may not ask for a person", status, 403)
    status, _, _ = town.wijkteam.api("ONTVANGER", "GET", REQUESTS)
    story.equal("nor a worker see who asked", status, 403)
    status, answer = ask(town.corporatie, "FG", REQUESTS, {"adres": {"postcode": "1234AB"}})
    story.equal("an address that is not whole", status, 400)
    status, answer = ask(town.corporatie, "FG", f"{REQUESTS}/{'0' * 8}-0000-4000-8000-{'0' * 12}"
                         "/afhandeling", {})
    story.equal("a request that is not there", status, 404)


def requests(partner):
    status, answer = ask(partner, "FG", REQUESTS, method="GET")
    assert status == 200, answer
    return answer["inzageverzoeken"]


def receipts_of(town):
    """What each partner sent back for a request: (result, code, length of the receipt)."""
    status, answer = ask(town.corporatie, "AUDITOR", "/v1/logregels/_zoek",
                         {"gebeurtenis": "send", "aantal": 500})
    assert status == 200, answer
    return {(r["doel"], r.get("uitkomst"), r.get("code")) for r in answer["regels"]
            if r["onderdeel"] == "inzageverzoeken" and r.get("fase") == "outcome"}


def at_the_partners(story, town):
    for name, partner in (("wijkteam", town.wijkteam), ("ggz", town.ggz)):
        towns.wait_for(lambda p=partner: len(requests(p)) == 4 and
                       all(r["gevonden"] != "WORDT_GEZOCHT" for r in requests(p)), FAR_S,
                       f"{name} has looked")
        found = sorted(r["gevonden"] for r in requests(partner))
        # three addresses asked about are known to the wijkteam (21 twice), one to the GGZ (twice)
        wanted = {"wijkteam": 3, "ggz": 2}[name]
        story.equal(f"{name}: the FG sees what was found and what not",
                    (found.count("GEVONDEN"), found.count("NIETS_GEVONDEN")), (wanted, 4 - wanted))
        story.fact(f"{name}: by the number of the desk, without a person",
                   all(r["via"] == town.corporatie.oin for r in requests(partner)) and
                   NAMES["own"] not in json.dumps(requests(partner)), requests(partner))
    outcomes = receipts_of(town)
    story.fact("each partner's receipt is the same for a stranger as for somebody known",
               outcomes and all(result == "ok" and code is None
                                for _, result, code in outcomes), outcomes)
    story.fact("and nothing about a person came back to the desk",
               all(r["via"] == "BALIE" for r in requests(town.corporatie)), "")


def at_a_recipient(story, town):
    """The wijkteam's own desk answers the same resident: what it got, and who looked."""
    status, answer = ask(town.wijkteam, "FG", REQUESTS, person(21, NAMES["own"]))
    letter = answer["afschrift"]
    flat = " ".join(letter["tekst"].split())
    story.fact("a recipient's letter: from whom, and that somebody looked",
               status == 201 and letter["regels"] == 1 and letter["gezien"] >= 1 and
               "van Corporatie Voorbeeld" in flat and "van ons (ontvanger)" in flat,
               letter["tekst"])
    leaves_out_others(story, "a recipient's letter", letter, number_of_melder(town))


def warnings(partner):
    status, answer = ask(partner, "BEHEERDER", "/v1/status", method="GET")
    assert status == 200
    return json.dumps(answer, ensure_ascii=False)


def the_month(story, town, clock):
    mine = [r for r in requests(town.wijkteam) if r["via"] != "BALIE"]
    due = datetime.date.fromisoformat(mine[0]["uiterlijkDatum"])
    story.fact("the last day is a month away", 28 <= (due - town.today).days <= 31, due)
    story.fact("nothing to warn of yet", "binnen een week" not in warnings(town.wijkteam), "")
    clock.move_to(datetime.datetime.combine(due - datetime.timedelta(days=6), datetime.time(12),
                                            datetime.timezone.utc))
    clock.write()
    towns.wait_for(lambda: "binnen een week" in warnings(town.wijkteam), FAR_S, "a week before")
    story.fact("a week before, status warns", True)
    done, longer = mine[0]["id"], mine[1]["id"]
    town.wijkteam.run("FG", "rights", "done", done)
    town.wijkteam.run("FG", "rights", "done", longer, "--verleng", "INGEWIKKELD")
    again = town.wijkteam.run("FG", "rights", "done", done, check=False)
    story.equal("done is done once", again.returncode, 1)
    rows = {r["id"]: r for r in requests(town.wijkteam)}
    story.fact("two months longer, and the other is done",
               rows[longer]["verlengd"] == "INGEWIKKELD" and
               datetime.date.fromisoformat(rows[longer]["uiterlijkDatum"]) > due and
               rows[done]["gevonden"] == "AFGEHANDELD" and not rows[done]["dossiers"], rows)
    clock.move_to(datetime.datetime.combine(due + datetime.timedelta(days=1), datetime.time(12),
                                            datetime.timezone.utc))
    clock.write()
    towns.wait_for(lambda: "is te laat" in warnings(town.wijkteam), FAR_S, "late")
    shown = warnings(town.wijkteam)
    story.fact("late, it says so of what is open and of nothing else",
               done not in shown and longer not in shown and mine[2]["id"] in shown, shown)
    listed = town.wijkteam.run("FG", "rights", "list").stdout
    story.fact("the list shows last days", done in listed and "afgehandeld" in listed, listed)


def tell(story):
    clock = Clock(story.folder / "klok")

    def on_that_clock(town):
        for partner in town.all():
            partner.environment = clock.environment
            partner.change_settings(herhaalSecondenMax=1)
    town = story.town(prepare=on_that_clock)
    push(town)
    open_own(town)
    the_letter(story, town)
    without_a_name(story, town)
    may_not(story, town)
    at_the_partners(story, town)
    at_a_recipient(story, town)
    status, answer = ask(town.corporatie, "AUDITOR", "/v1/logregels/_zoek",
                         {"gebeurtenis": "rights"})
    story.fact("each question is in the log", status == 200 and
               sum(r["onderdeel"] == "inzageverzoeken" for r in answer["regels"]) >= 4, answer)
    the_month(story, town, clock)
    for partner in (town.corporatie, town.wijkteam):
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
        story.fact(f"{partner.name}: the log is sound", sound, said)


stories.run(tell)
