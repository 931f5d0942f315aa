# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock  # noqa: E402
from forged import Forge  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402

CONSENTS, WITHDRAWALS = "/v1/gegeven-toestemmingen", "/v1/intrekkingen"
FAR_S = 20  # a loaded machine; what was measured is printed


def address(number):
    return {"postcode": "1234AB", "huisnummer": str(number)}


class Desk:
    def __init__(self, story, town):
        self.story, self.town, self.keys = story, town, 0
        self.today = town.today.isoformat()

    def ask(self, partner, role, path, body=None, method="POST"):
        status, _, text = partner.api(role, method, path, body)
        return status, json.loads(text)

    def consent(self, number, recipients=("WIJKTEAM", "GGZ"), **more):
        status, answer = self.ask(
            self.town.corporatie, "MELDER", CONSENTS,
            {"adres": address(number), "soort": "GRONDSLAG", "basis": "TOESTEMMING",
             "doelen": ["TOELEIDING"], "ontvangers": list(recipients),
             "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": self.today,
             "werkwijze": "GESPREK", "formulierVersie": "toestemming-1", **more})
        assert status == 201, answer
        return answer["id"]

    def row(self, number, to="WIJKTEAM", key=None, **more):
        """One row about the address that rests on what was said at the counter."""
        self.keys += 1
        one = row(key or f"B6-{self.keys}", self.today, code="ZORG.EENZAAM", to=to, number=1,
                  huisnummer=str(number), **more)
        for name in ("toestemming", "toestemmingDatum"):
            if name not in more:
                one.pop(name)
        one["rij"] = 2
        return one

    def push(self, *rows, trial=False):
        status, answer = self.ask(self.town.corporatie, "MELDER", "/v1/invoer",
                                  intake(list(rows), trial))
        assert status == 200, answer
        return answer["rijen"]

    def sent(self, key):
        return [one for one in pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
                if one["bronsleutel"] == key]

    def inbox(self, partner):
        role = "GGZ_CONTACTPUNT" if partner.name == "GGZ" else "ONTVANGER"
        return {one["id"]: one for one in pages(partner, role, "/v1/postvak", "postvak")}

    def arrived(self, key):
        towns.wait_for(lambda: all(one["stand"] not in ("WACHT", "GEWEIGERD")
                                   for one in self.sent(key)) and self.sent(key), FAR_S,
                       f"{key} arrives")
        return self.sent(key)[0]["id"]

    def statement(self, number, partner=None, role="MELDER"):
        status, answer = self.ask(partner or self.town.corporatie, role,
                                  f"{WITHDRAWALS}/{number}", method="GET")
        assert status == 200, answer
        return answer

    def settled(self, number, partner=None, role="MELDER"):
        towns.wait_for(lambda: not self.statement(number, partner, role)["openstaand"], FAR_S,
                       "each partner's receipt")
        return self.statement(number, partner, role)


def is_gone(story, desk, partner, item, name):
    """Seen as withdrawn, without content; its contact details cannot be opened."""
    role = "GGZ_CONTACTPUNT" if partner.name == "GGZ" else "ONTVANGER"
    towns.wait_for(lambda: desk.inbox(partner).get(item, {}).get("stand") in (None, "INGT"), FAR_S,
                   "what was received is erased")
    seen = desk.inbox(partner).get(item)
    story.fact(f"{name}: the worker sees that it was withdrawn, and nothing else",
               seen is not None and seen["stand"] == "INGT" and "signaalcode" not in seen and
               "dossier" not in seen, seen)
    status, _, text = partner.api(role, "GET", f"/v1/postvak/{item}/inhoud")
    story.fact(f"{name}: its contact details are gone", status == 404, status, text)


def delivered(story, desk):
    """At the counter, by the number on the slip, when two partners have it."""
    town = desk.town
    number = desk.consent(11)
    desk.push(desk.row(11, key="huis-11"), desk.row(11, to="GGZ", key="ggz-11"))
    team, ggz = desk.arrived("huis-11"), desk.arrived("ggz-11")
    page = story.folder / "bewijs.html"
    began = time.monotonic()
    said = town.corporatie.run("MELDER", "consent", "withdraw", number, "--html", page, "--wacht",
                               FAR_S)
    took = time.monotonic() - began
    print(f"# both partners' receipts, from the command to the paper: {took:.2f} s")
    story.fact("the paper names both partners, and that each erased it",
               said.stdout.count(": verwijderd") == 2 and "Buurtteam Voorbeeldstad" in said.stdout
               and "GGZ Voorbeeld" in said.stdout and "niets meer open" in said.stdout,
               said.stdout)
    story.fact("and where it stands in our log, with the checkpoint",
               f"wijkpoort/{town.corporatie.oin}/log1" in said.stdout and
               said.stdout.count("ondertekend op") == 2, said.stdout)
    html = page.read_text()
    story.fact("the same as a page, without script or name",
               "Bewijs van intrekking" in html and "<script" not in html and
               "1234AB" not in html + said.stdout, html)
    is_gone(story, desk, town.wijkteam, team, "wijkteam")
    is_gone(story, desk, town.ggz, ggz, "ggz")
    story.equal("Mijn meldingen says so", [one["stand"] for one in desk.sent("huis-11")], ["INGT"])
    again = desk.push(desk.row(11, key="huis-11"), desk.row(11, key="huis-11b"))
    story.equal("a nightly file sends nothing again, and a new row has no consent",
                [one["uitkomst"] for one in again], ["AL_BEKEND", "GETELD"])
    older = desk.push(desk.row(11, key="huis-11c", toestemming="ja",
                               toestemmingDatum=desk.today))[0]
    story.equal("nor does a file that still says yes", (older["uitkomst"], older.get("code")),
                ("GEWEIGERD", "TOESTEMMING_INGETROKKEN"))
    paper = town.corporatie.json("MELDER", "consent", "withdraw", number)
    story.fact("withdrawing once more gives the first paper",
               paper["id"] in said.stdout and paper["openstaand"] == 0, paper)
    leaf = {one["partij"]: one["bladhash"] for one in paper["partijen"]}
    story.fact("with a leaf of each partner's log", len(leaf) == 2 and
               all(len(one) == 64 and one.strip("0") for one in leaf.values()), leaf)


def replayed(story, desk):
    """What was signed before the withdrawal does not work after it."""
    town, forge = desk.town, Forge(desk.town, story.build)
    proof = forge.proof(bewijs="ab" * 16, volgnr=1)
    first = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=proof)
    status, _, answers, _ = forge.post("CORPORATIE", "WIJKTEAM", first)
    story.equal("a forged, good signal is taken in", (status, answers[0]["uitkomst"]),
                (201, "AANVAARD"))

    def withdraw(**about):
        item = {"id": forge.core("WIJKTEAM", 1, "TOELEIDING", "X")["id"],
                "op": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "reden": "INGETROKKEN", **about}
        body = forge.body("CORPORATIE", "WIJKTEAM", [item], soort="intrekking")
        return forge.post("CORPORATIE", "WIJKTEAM", body, soort="intrekking")
    told = {"bewijs": "ab" * 16, "volgnr": 2}
    answers = [withdraw(**told)[2][0], withdraw(**told)[2][0],
               withdraw(bewijs="cd" * 16, volgnr=2)[2][0]]
    story.equal("K2: hit, twice and unknown get one answer",
                [(one["uitkomst"], one.get("code")) for one in answers],
                [("AANVAARD", "VERWIJDERD")] * 3)
    for name, proof in (("the older proof", proof),
                        ("a proof that comes after its withdrawal",
                         forge.proof(bewijs="cd" * 16, volgnr=1)),
                        ("a later state under the same number",
                         forge.proof(bewijs="ab" * 16, volgnr=3))):
        body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=proof)
        answer = forge.post("CORPORATIE", "WIJKTEAM", body)[2][0]
        story.equal(f"{name} is refused", (answer["uitkomst"], answer.get("code")),
                    ("GEWEIGERD", "TOESTEMMING_INGETROKKEN"))
    for name, change in (("two things at once", {"signaal": told["bewijs"], **told}),
                         ("a moment to come", {**told, "op": "2099-01-01T00:00:00Z"}),
                         ("a reason of its own", {**told, "reden": "ZOMAAR"})):
        answer = withdraw(**change)[2][0]
        story.equal(f"{name} is refused", answer["uitkomst"], "GEWEIGERD")


def at_the_recipient(story, desk):
    """The team's own counter: the sender is told, and tells the other."""
    town = desk.town
    desk.consent(13)
    desk.push(desk.row(13, key="huis-13"), desk.row(13, to="GGZ", key="ggz-13"))
    team, ggz = desk.arrived("huis-13"), desk.arrived("ggz-13")
    paper = town.wijkteam.json("ONTVANGER", "consent", "withdraw", "--signaal", team, "--wacht",
                               FAR_S)
    story.fact("the team's paper: one erased here, the corporation signed",
               paper["hierGewist"] == 1 and paper["openstaand"] == 0 and
               [one["partij"] for one in paper["partijen"]] == [town.corporatie.oin], paper)
    is_gone(story, desk, town.wijkteam, team, "at the team's counter")
    is_gone(story, desk, town.ggz, ggz, "the ggz, told by the corporation")
    story.equal("the corporation's own record ended", [one["stand"] for one in
                desk.sent("huis-13") + desk.sent("ggz-13")], ["INGT", "INGT"])


def third_desk(story, desk):
    """A desk that neither sent nor received: by address."""
    town = desk.town
    desk.consent(15)
    desk.push(desk.row(15, key="huis-15"), desk.row(15, to="GGZ", key="ggz-15"))
    team, ggz = desk.arrived("huis-15"), desk.arrived("ggz-15")
    file = story.folder / "adres.json"
    file.write_text(json.dumps(address(15)))
    paper = town.gemeente.json("ONTVANGER", "consent", "withdraw", "--adres", file, "--wacht",
                               FAR_S)
    file.write_text(json.dumps(address(999)))
    nobody = town.gemeente.json("ONTVANGER", "consent", "withdraw", "--adres", file, "--wacht",
                                FAR_S)

    def form(one):
        return [(p["partij"], p["stand"], p["verteld"], p["bevestigd"]) for p in one["partijen"]]
    story.fact("each party signed", paper["openstaand"] == 0 and len(paper["partijen"]) >= 3, paper)
    story.equal("an address that nobody knows gets the same paper", form(nobody), form(paper))
    is_gone(story, desk, town.wijkteam, team, "from a third desk")
    is_gone(story, desk, town.ggz, ggz, "the ggz, from a third desk")
    towns.wait_for(lambda: [one["stand"] for one in desk.sent("huis-15")] == ["INGT"], FAR_S,
                   "the sender's record ends")
    counted = desk.push(desk.row(15, key="huis-15c"))[0]
    story.equal("and its consent is over", counted["uitkomst"], "GETELD")


def waiting(story, desk, clock):
    """The team is away: what waits does not leave, what was sealed is taken back, an alarm after
    a day, and it completes by itself."""
    town, away = desk.town, desk.town.wijkteam
    before = set(desk.inbox(away))
    away.stop()
    numbers = [desk.consent(number, ["WIJKTEAM"]) for number in (21, 23, 25)]
    desk.push(desk.row(21, key="huis-21"), desk.row(25, key="huis-25"))  # sealed, on its way
    towns.wait_for(lambda: next(one for one in stories.asked(town.corporatie, "BEHEERDER",
                   "/v1/status")["afleveren"] if one["partij"] == away.oin)["onderweg"], FAR_S,
                   "a sealed message")
    desk.push(desk.row(23, key="huis-23"))  # waits behind it
    papers = [town.corporatie.json("MELDER", "consent", "withdraw", number, "--wacht", 0)
              for number in numbers[:2]]
    story.equal("one on its way, one that waited",
                [(one["teruggehaald"], one["nietVerzonden"]) for one in papers], [(1, 0), (0, 1)])
    told = desk.sent("huis-21") + desk.sent("huis-23")
    story.fact("the melder reads why at once", all("ingetrokken" in one["regel"] for one in told) and
               told[1]["stand"] == "GEWEIGERD", told)

    def alarms():
        return [one for one in json.dumps(stories.asked(town.corporatie, "BEHEERDER", "/v1/status")
                                          ["waarschuwingen"]).split("}")
                if "24 uur" in one and "Buurtteam" in one]
    story.equal("no alarm yet", alarms(), [])
    clock.move_to(clock.now() + datetime.timedelta(hours=25))
    towns.wait_for(alarms, FAR_S, "an alarm after a day without a receipt")
    story.fact("an alarm after a day without a receipt", True)
    text = town.corporatie.run("MELDER", "consent", "statement", papers[0]["id"]).stdout
    story.fact("the paper says what is open", "nog niet bevestigd" in text, text)
    away.start()
    for paper in papers:
        done = desk.settled(paper["id"])
        story.equal("it completes by itself", [one["stand"] for one in done["partijen"]],
                    ["VERWIJDERD"])
    towns.wait_for(lambda: desk.sent("huis-21")[0]["regel"].startswith("niet verzonden: "), FAR_S,
                   "what was sealed and never posted was not sent")
    towns.wait_for(lambda: not alarms(), FAR_S, "the alarm is over")
    story.fact("and the alarm is over", True)
    kept = desk.arrived("huis-25")
    story.equal("K1: of the three only the one that nobody withdrew arrived",
                set(desk.inbox(away)) - before, {kept})


def recalled(story, desk):
    """The reporter's own: recall, and a row that changed."""
    town = desk.town
    desk.consent(31, ["WIJKTEAM"])
    desk.push(desk.row(31, key="huis-31"))
    item = desk.arrived("huis-31")
    paper = town.corporatie.json("MELDER", "recall", item[:8], "--wacht", FAR_S)
    story.fact("a recall is signed for", paper["reden"] == "TERUGGETROKKEN" and
               paper["openstaand"] == 0 and paper["afgeleverd"] == 1, paper)
    is_gone(story, desk, town.wijkteam, item, "recalled")
    refused = town.corporatie.run("MELDER", "recall", "00000000-0000-4000-8000-000000000000",
                                  check=False)
    story.equal("what was never sent cannot be recalled", refused.returncode, 1)
    desk.push(desk.row(31, key="huis-31d"))
    first = desk.arrived("huis-31d")
    changed = desk.push(desk.row(31, key="huis-31d", hulpvraagBekend="nee"))[0]
    story.fact("a changed row is sent anew", changed["uitkomst"] == "VERZONDEN_TOESTEMMING" and
               changed["vervangt"] == first, changed)
    towns.wait_for(lambda: sorted(one["stand"] for one in desk.sent("huis-31d")) ==
                   ["INGT", "ONTV"], FAR_S, "the earlier is recalled, the new one arrives")
    is_gone(story, desk, town.wijkteam, first, "the earlier of a changed row")
    again = desk.push(desk.row(31, key="huis-31d", hulpvraagBekend="nee"))[0]
    story.equal("and is known after that", again["uitkomst"], "AL_BEKEND")


def objected(story, desk):
    """An objection: nothing for that purpose leaves any more, until the resident lifts it."""
    town = desk.town
    file = story.folder / "bezwaar.json"
    file.write_text(json.dumps(address(41)))
    desk.consent(41, ["WIJKTEAM"])
    desk.push(desk.row(41, key="huis-41"))
    item = desk.arrived("huis-41")
    paper = town.corporatie.json("MELDER", "rights", "object", "--adres", file, "--doel",
                                 "TOELEIDING", "--wacht", FAR_S)
    story.fact("an objection is signed for", paper["reden"] == "BEZWAAR" and
               paper["openstaand"] == 0, paper)
    is_gone(story, desk, town.wijkteam, item, "objected")
    file.write_text(json.dumps(address(43)))  # of whom nothing is here yet
    town.corporatie.run("FG", "rights", "object", "--adres", file, "--doel", "TOELEIDING", "--wacht",
                        0)
    yes = {"toestemming": "ja", "toestemmingDatum": desk.today}
    refused = desk.push(desk.row(43, key="huis-43", **yes))[0]
    story.equal("what a file says does not count against it",
                (refused["uitkomst"], refused.get("code")), ("GEWEIGERD", "BEZWAAR"))
    lifted = town.corporatie.run("MELDER", "rights", "object", "--adres", file, "--doel",
                                 "TOELEIDING", "--opheffen")
    story.fact("the resident lifts it", "opgeheven" in lifted.stdout, lifted.stdout)


def tell(story):
    clock = Clock(story.folder / "klok")

    def on_that_clock(town):
        for partner in town.all():
            partner.environment = clock.environment
            partner.change_settings(herhaalSecondenMax=1)
    town = story.town(prepare=on_that_clock)
    desk = Desk(story, town)
    delivered(story, desk)
    replayed(story, desk)
    at_the_recipient(story, desk)
    third_desk(story, desk)
    recalled(story, desk)
    objected(story, desk)
    waiting(story, desk, clock)
    for partner in town.all():
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
        story.fact(f"the log of {partner.name} is sound", sound, said)


stories.run(tell)
