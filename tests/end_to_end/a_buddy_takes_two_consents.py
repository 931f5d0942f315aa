# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam  # noqa: E402

CONSENTS, BUDDIES = "/v1/gegeven-toestemmingen", "/v1/maatjes"


class Desk:
    def __init__(self, story, town, clock):
        self.story, self.town, self.clock = story, town, clock

    @property
    def today(self):
        return amsterdam(self.clock.now()).date()

    def ask(self, method, path, body=None, role="MELDER", partner=None):
        status, _, text = (partner or self.town.corporatie).api(role, method, path, body)
        return status, json.loads(text) if text else None

    def says(self, number, side, **more):
        return self.ask("POST", CONSENTS, {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)}, "soort": "MAATJE",
            "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["CORPORATIE"],
            "signaalgroepen": [side], "geldigVan": self.today.isoformat(), "werkwijze": "GESPREK",
            "formulierVersie": "maatje-1", **more})

    def yes(self, number, side, **more):
        status, made = self.says(number, side, **more)
        assert status == 201, made
        return made["id"]

    def match(self, asks, bears):
        return self.ask("POST", BUDDIES, {"vraagt": asks, "draagt": bears})

    def matches(self):
        status, answer = self.ask("GET", BUDDIES)
        assert status == 200, answer
        return {one["id"]: one for one in answer["maatjes"]}

    def warned(self, number):
        return any(number in warning for warning in
                   self.ask("GET", "/v1/status")[1]["waarschuwingen"])


def what_a_choice_says(desk):
    story = desk.story
    status, made = desk.says(3, "VRAGEND")
    paper = " ".join(made["afschrift"]["tekst"].split())
    story.fact("A4: the resident says yes to a neighbour, by kind only", status == 201 and
               "u zoekt een maatje" in paper and "geen andere organisatie" in paper, paper)
    for name, more in (("to another organisation", {"ontvangers": ["WIJKTEAM"]}),
                       ("for another purpose", {"doelen": ["WAAKVLAM"]}),
                       ("without a side", {"signaalgroepen": ["MEEDOEN"]}),
                       ("for both sides at once", {"signaalgroepen": ["VRAGEND", "DRAGEND"]}),
                       ("by law", {"basis": "WET", "citaat": "x"})):
        status, said = desk.says(9, "VRAGEND", **more)
        story.fact(f"it is not recorded {name}", status in (400, 403), status, said)
    return made["id"]


def one_is_not_enough(desk, asks):
    story = desk.story
    nobody = str(uuid.uuid4())
    status, said = desk.match(asks, nobody)
    story.fact("A4: a match with one consent is refused, and says which is missing",
               status == 409 and said["ontbreekt"] == ["draagt"], status, said)
    status, said = desk.match(nobody, nobody)
    story.equal("A4: with none it is refused too", (status, said["ontbreekt"]),
                (409, ["vraagt", "draagt"]))
    story.fact("and not about whom", "D-" not in json.dumps(said) and nobody not in str(said), said)
    status, said = desk.match(asks, asks)
    story.equal("who asks is not who bears", (status, said["ontbreekt"]), (409, ["draagt"]))
    other = desk.yes(3, "DRAGEND")
    status, said = desk.match(asks, other)
    story.equal("nobody is a buddy of himself", (status, said["reden"]), (409, "ZELFDE_BEWONER"))
    status, made = desk.ask("POST", CONSENTS, {
        "adres": {"postcode": "1234AB", "huisnummer": "5"}, "soort": "GRONDSLAG",
        "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["WIJKTEAM"],
        "signaalgroepen": ["MEEDOEN"], "geldigVan": desk.today.isoformat(),
        "werkwijze": "GESPREK", "formulierVersie": "toestemming-1"})
    status, said = desk.match(asks, made["id"])
    story.equal("a consent for something else is none", (status, said["ontbreekt"]),
                (409, ["draagt"]))


def two_are(desk, asks):
    story = desk.story
    bears = desk.yes(7, "DRAGEND")
    status, made = desk.match(asks, bears)
    story.fact("A26: who asks and who bears are brought together", status == 201 and
               made["stand"] == "GEKOPPELD", status, made)
    story.fact("with no name, address or note", set(made) ==
               {"id", "vraagt", "draagt", "sindsDatum", "stand", "gestoptDatum"}, made)
    status, letter = desk.ask("POST", "/v1/inzageverzoeken",
                              {"adres": {"postcode": "1234AB", "huisnummer": "3"}}, "FG")
    text = " ".join(json.dumps(letter, ensure_ascii=False).replace("\\n", " ").split())
    story.fact("the letter of access says that there is a buddy, and not who",
               status == 201 and "met een buur in contact gebracht" in text and bears not in text and
               made["id"] not in text, text)
    third = desk.yes(11, "VRAGEND")
    status, said = desk.match(third, bears)
    story.equal("one choice is for one buddy", (status, said["reden"]), (409, "AL_GEKOPPELD"))
    status, said = desk.ask("POST", BUDDIES, {"vraagt": third, "draagt": bears,
                                              "notitie": "aardige man"})
    story.fact("there is no room for a note", status == 400 and "aardig" not in str(said), said)
    status, _ = desk.ask("POST", f"{BUDDIES}/_zoek", {})
    story.equal("A6: and none for a search", status, 403)
    desk.town.wait_delivered(desk.town.corporatie)
    story.fact("nothing left the house", not any(
        leaf["gebeurtenis"] == "send" and leaf.get("ontvanger")
        for leaf in desk.town.corporatie.log_rows(gebeurtenis="send")
        if "signalen" in json.dumps(leaf)))
    return bears, made["id"]


def a_no_ends_it_for_both(desk, bears, match):
    story = desk.story
    status, _ = desk.ask("POST", "/v1/intrekkingen", {"toestemming": bears})
    story.equal("one of them stops", status, 200)
    one = desk.matches()[match]
    story.fact("A4: that ends it for both, at once", one["stand"] == "GESTOPT" and
               one["gestoptDatum"] == desk.today.isoformat(), one)
    story.fact("and the desk is told, by number", desk.warned(match))
    status, _ = desk.ask("POST", f"{BUDDIES}/{match}/beeindiging", {}, "REGIEHOUDER")
    story.equal("who has no desk closes nothing", status, 403)
    status, _ = desk.ask("POST", f"{BUDDIES}/{match}/beeindiging", {})
    story.equal("the desk told the other, and closes it", status, 204)
    for number in ("3", "7"):
        leaves = desk.town.corporatie.log_rows(
            onderwerp={"postcode": "1234AB", "huisnummer": number}, gebeurtenis="withdraw")
        story.equal(f"that it stopped and was closed is found by asking for number {number}",
                    sum(leaf["onderdeel"] == "maatjes" for leaf in leaves), 2)
    story.fact("then it is gone, and so is the warning",
               match not in desk.matches() and not desk.warned(match), desk.matches())


def a_choice_that_runs_out(desk, asks):
    story = desk.story
    until = desk.today + datetime.timedelta(days=3)
    bears = desk.yes(13, "DRAGEND", geldigTot=until.isoformat())
    status, made = desk.match(asks, bears)
    story.equal("brought together for some days", status, 201)
    desk.clock.move_to(at_amsterdam(until + datetime.timedelta(days=1), 9))
    towns.wait_for(lambda: desk.matches()[made["id"]]["stand"] == "GESTOPT", 20, "the end")
    story.fact("a choice that runs out ends it too", desk.warned(made["id"]))
    desk.clock.move_to(at_amsterdam(until + datetime.timedelta(days=32), 9))
    try:
        towns.wait_for(lambda: made["id"] not in desk.matches(), 30, "the erasure")
    except RuntimeError:
        pass
    story.fact("and with the choice the match is erased", made["id"] not in desk.matches() and
               not desk.warned(made["id"]), desk.matches())


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        for partner in town.all():
            partner.environment = clock.environment
    desk = Desk(story, story.town(prepare=prepare), clock)
    asks = what_a_choice_says(desk)
    one_is_not_enough(desk, asks)
    bears, match = two_are(desk, asks)
    a_no_ends_it_for_both(desk, bears, match)
    a_choice_that_runs_out(desk, asks)


stories.run(tell)
