# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam  # noqa: E402
from people import intake, pages, row  # noqa: E402

PATH, CONSENTS = "/v1/woonafspraken", "/v1/gegeven-toestemmingen"
PARTS = {"aflossing", "hulp", "huurvoorwaarde"}
READERS = {"corporatie": "MELDER", "ggz": "GGZ_CONTACTPUNT", "wijkteam": "ONTVANGER",
           "gemeente": "ONTVANGER"}


class Desk:
    def __init__(self, story, town, clock):
        self.story, self.town, self.clock = story, town, clock

    @property
    def today(self):
        return amsterdam(self.clock.now()).date()

    def ask(self, method, path, body=None, role="MELDER", partner=None):
        status, _, text = (partner or self.town.corporatie).api(role, method, path, body)
        return status, json.loads(text) if text else None

    def agrees(self, number, to, until, **more):
        status, made = self.ask("POST", CONSENTS, {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)}, "soort": "GRONDSLAG",
            "basis": "TOESTEMMING", "doelen": ["WOONSTAP"], "ontvangers": to,
            "signaalgroepen": ["WONEN"], "geldigVan": self.today.isoformat(),
            "geldigTot": until.isoformat(), "werkwijze": "GESPREK",
            "formulierVersie": "woonstap-1", **more})
        assert status == 201, made
        return made

    def writes(self, number, until, role="MELDER", **more):
        return self.ask("POST", PATH, {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)}, "aflossing": "TOT_50",
            "hulp": "WOONBEGELEIDING", "huurvoorwaarde": "VAST_CONTACT",
            "eindDatum": until.isoformat(), **more}, role)

    def reads(self, name):
        status, answer = self.ask("GET", PATH, role=READERS[name],
                                  partner=self.town.partners[name.upper()])
        assert status == 200, answer
        return answer["afspraken"]

    def parts(self, name):
        return [{part: one[part]["code"] for part in PARTS & set(one)} for one in self.reads(name)]

    def parts_become(self, fact, name, wanted, seconds=20):
        try:
            towns.wait_for(lambda: self.parts(name) == wanted, seconds, fact)
        except RuntimeError:
            pass
        self.story.equal(fact, self.parts(name), wanted)


def what_is_refused(desk, until):
    story = desk.story
    status, said = desk.writes(3, until)
    story.equal("A5: nothing without an agreement of the resident", (status, said["reden"]),
                (403, "GEEN_AFSPRAAK"))
    for name, more in (("a sentence", {"hulp": "praat veel met haar moeder"}),
                       ("an amount", {"aflossing": 4312}),
                       ("a part that is not there", {"notitie": "x"})):
        status, said = desk.writes(3, until, **more)
        story.fact(f"A5: there is no room for {name}", status == 400 and
                   "moeder" not in json.dumps(said) and "4312" not in json.dumps(said), said)


def each_gets_its_own(desk, until):
    story, town = desk.story, desk.town
    made = desk.agrees(3, ["GGZ", "WIJKTEAM"], until)
    paper = " ".join(made["afschrift"]["tekst"].split())
    story.fact("C6: the paper says that each knows only its own part", "Woonafspraak" in paper and
               "alleen haar eigen deel" in paper, paper)
    status, said = desk.writes(3, until + datetime.timedelta(days=1))
    story.equal("it does not outlive what the resident agreed to", status, 400)
    status, said = desk.writes(3, until)
    story.fact("A5: one agreement, to each party its part", status == 201 and
               [one["delen"] for one in said["partijen"]] ==
               [["hulp", "eindDatum"], ["aflossing", "hulp", "huurvoorwaarde", "eindDatum"]], said)
    town.wait_delivered(town.corporatie)
    sizes = {name: stories.log_size(town.partners[name.upper()]) for name in ("ggz", "corporatie")}
    desk.parts_become("A5: the care provider reads only the part 'hulp'", "ggz",
                      [{"hulp": "WOONBEGELEIDING"}])
    desk.parts_become("A5: the corporation reads 'aflossing' and 'huurvoorwaarde'", "corporatie",
                      [{"aflossing": "TOT_50", "huurvoorwaarde": "VAST_CONTACT"}])
    desk.parts_become("A5: the wijkteam reads what the covenant names", "wijkteam",
                      [{"aflossing": "TOT_50", "hulp": "WOONBEGELEIDING",
                        "huurvoorwaarde": "VAST_CONTACT"}])
    desk.parts_become("who is not named has nothing", "gemeente", [])
    for name, size in sizes.items():
        seen = [leaf for leaf in
                town.partners[name.upper()].log_rows(vanaf=size, bladen=True)
                if "woonafspraken" in json.dumps(leaf) and "access" in json.dumps(leaf)]
        story.fact(f"A5: that {name} read it stands in its log", len(seen) > 0, seen)
    return made["id"]


def letter_of(desk, name):
    """What a resident who asks there reads."""
    status, letter = desk.ask("POST", "/v1/inzageverzoeken",
                              {"adres": {"postcode": "1234AB", "huisnummer": "3"}}, "FG",
                              desk.town.partners[name.upper()])
    assert status == 201, letter
    return " ".join(json.dumps(letter, ensure_ascii=False).replace("\\n", " ").split())


def who_asks_reads_it(desk):
    """Of each organisation the part that lies there, and no other."""
    for name, has, lacks in (
            ("corporatie", ("tot 50 euro per maand", "vast contact"), ("begeleiding bij het wonen",)),
            ("ggz", ("begeleiding bij het wonen",), ("euro per maand", "vast contact"))):
        text = letter_of(desk, name)  # also of what came in just now
        desk.story.fact(f"the letter of access of {name} says what was agreed, of its own part",
                        all(word in text for word in has) and
                        not any(word in text for word in lacks), text)


def nobody_searches(desk):
    story, town = desk.story, desk.town
    status, said = desk.ask("POST", f"{PATH}/_zoek", {"pseudoniem": "wp1.pch.g.2026H2.x"})
    story.equal("A6: no search, at one's own gateway", (status, said["code"]),
                (403, "VERBODEN_HANDELING"))
    status, _, text = town.wijkteam.from_partner(town.corporatie, "POST", f"{PATH}/_zoek", {})
    said = json.loads(text)
    story.equal("A6: nor at another's", (status, said["code"]), (403, "VERBODEN_HANDELING"))
    row_of_file = row("x", desk.today.isoformat(), code="WOON.AFSPRAAK")
    status, answer = desk.ask("POST", "/v1/invoer", intake([row_of_file]))
    story.equal("a row of a file cannot say what was agreed",
                answer["rijen"][0].get("code"), "GEEN_AFSPRAAK")


def a_change_replaces(desk, until):
    story, town = desk.story, desk.town
    status, said = desk.writes(3, until)
    story.equal("the same again is known", [one["uitkomst"] for one in said["partijen"]],
                ["AL_BEKEND", "AL_BEKEND"])
    status, said = desk.writes(3, until, hulp="BUDGETHULP", aflossing="GEEN")
    story.equal("changed, it goes anew", [one["uitkomst"] for one in said["partijen"]],
                ["VERZONDEN_TOESTEMMING", "VERZONDEN_TOESTEMMING"])
    town.wait_delivered(town.corporatie)
    desk.parts_become("a change takes the place of what was: the care provider", "ggz",
                      [{"hulp": "BUDGETHULP"}])
    desk.parts_become("the wijkteam", "wijkteam",
                      [{"aflossing": "GEEN", "hulp": "BUDGETHULP",
                        "huurvoorwaarde": "VAST_CONTACT"}])
    desk.parts_become("and the corporation", "corporatie",
                      [{"aflossing": "GEEN", "huurvoorwaarde": "VAST_CONTACT"}])


def a_renewal_replaces(desk, until, choice):
    """The resident signs anew: what was written under the paper before goes with it."""
    story, town = desk.story, desk.town
    made = desk.agrees(3, ["GGZ", "WIJKTEAM"], until, vervangt=choice)
    desk.parts_become("what was written under the earlier paper is read no more", "corporatie", [])
    status, said = desk.writes(3, until, hulp="BUDGETHULP", aflossing="GEEN")
    story.equal("under the new paper it goes anew, also when it says the same",
                [one["uitkomst"] for one in said["partijen"]], ["VERZONDEN_TOESTEMMING"] * 2)
    town.wait_delivered(town.corporatie)
    for name, parts in (("corporatie", {"aflossing": "GEEN", "huurvoorwaarde": "VAST_CONTACT"}),
                        ("ggz", {"hulp": "BUDGETHULP"}),
                        ("wijkteam", {"aflossing": "GEEN", "hulp": "BUDGETHULP",
                                      "huurvoorwaarde": "VAST_CONTACT"})):
        desk.parts_become(f"and {name} has one, not two", name, [parts])
    return made["id"]


def a_relapse_opens_the_pilot_light(desk):
    story, town = desk.story, desk.town
    status, made = desk.ask("POST", "/v1/waakvlamafspraken", {
        "adres": {"postcode": "1234AB", "huisnummer": "3"}, "begeleider": "WIJKTEAM",
        "geldigVan": desk.today.isoformat(), "werkwijze": "GESPREK",
        "formulierVersie": "waakvlam-1"})
    story.equal("signed beside it", status, 201)
    one = row("relapse", desk.today.isoformat(), code="ZORG.TERUGVAL")
    one = {name: value for name, value in one.items()
           if name not in ("toestemming", "toestemmingDatum", "ontvanger", "hulpvraagBekend")}
    status, answer = desk.ask("POST", "/v1/invoer", intake([one]))
    story.equal("A5: a relapse opens the pilot light", answer["rijen"][0]["uitkomst"],
                "VERZONDEN_TOESTEMMING")


def a_no_erases_all(desk, choice):
    story = desk.story
    status, _ = desk.ask("POST", "/v1/intrekkingen", {"toestemming": choice})
    story.equal("the resident stops", status, 200)
    for name in ("corporatie", "ggz", "wijkteam"):
        desk.parts_become(f"a no erases the copy of {name}", name, [])
    story.equal("and nothing can be written any more",
                desk.writes(3, desk.today)[1]["reden"], "AFSPRAAK_VERLOPEN")


def a_no_reaches_the_paper_before(desk, until):
    """Renewed, and not written down anew: what lies at others came under the paper before."""
    before = desk.agrees(11, ["GGZ", "WIJKTEAM"], until)["id"]
    desk.writes(11, until)
    desk.town.wait_delivered(desk.town.corporatie)
    desk.parts_become("under the first paper it is there", "ggz", [{"hulp": "WOONBEGELEIDING"}])
    made = desk.agrees(11, ["GGZ", "WIJKTEAM"], until, vervangt=before)
    status, _ = desk.ask("POST", "/v1/intrekkingen", {"toestemming": made["id"]})
    desk.story.equal("the resident stops the agreement as it was renewed", status, 200)
    for name in ("corporatie", "ggz", "wijkteam"):
        desk.parts_become(f"and what {name} got under the paper before goes too", name, [])


def erased_on(partner, day):
    """Did the daily erasing run on that day?"""
    last = stories.asked(partner, "BEHEERDER", "/v1/status")["wissen"].get("laatsteRondeOp", "")
    return last[:10] >= day.isoformat()


def the_end_date_erases(desk):
    story, town = desk.story, desk.town
    until = desk.today + datetime.timedelta(days=1)  # more at once, and a gateway doubts its clock
    desk.agrees(5, ["GGZ", "WIJKTEAM"], until)
    status, said = desk.writes(5, until)
    story.equal("written for some days", status, 201)
    town.wait_delivered(town.corporatie)
    desk.parts_become("it is there", "ggz", [{"hulp": "WOONBEGELEIDING"}])
    desk.clock.move_to(at_amsterdam(until, 8))
    story.equal("on its last day it counts", len(desk.parts("ggz")), 1)
    towns.wait_for(lambda: all(erased_on(town.partners[name.upper()], until) for name in
                               ("corporatie", "ggz", "wijkteam")), 30, "the daily erasing")
    desk.clock.move_to(at_amsterdam(until + datetime.timedelta(days=1), 9))
    for name in ("corporatie", "ggz", "wijkteam"):
        desk.parts_become(f"after it {name} reads nothing", name, [])
    sent = {one["id"] for one in said["partijen"]}
    try:
        towns.wait_for(lambda: not any(item["id"] in sent and "gewistOp" not in item for item in
                                       pages(town.ggz, "GGZ_CONTACTPUNT", "/v1/postvak",
                                             "postvak")), 30, "the erasure")
        erased = True
    except RuntimeError:
        erased = False
    story.fact("and the record itself is erased, long before the term of the article", erased)


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        for partner in town.all():
            partner.environment = clock.environment
    desk = Desk(story, story.town(prepare=prepare), clock)
    until = desk.today + datetime.timedelta(days=200)
    what_is_refused(desk, until)
    choice = each_gets_its_own(desk, until)
    who_asks_reads_it(desk)
    nobody_searches(desk)
    a_change_replaces(desk, until)
    choice = a_renewal_replaces(desk, until, choice)
    a_relapse_opens_the_pilot_light(desk)
    a_no_erases_all(desk, choice)
    a_no_reaches_the_paper_before(desk, until)
    the_end_date_erases(desk)


stories.run(tell)
