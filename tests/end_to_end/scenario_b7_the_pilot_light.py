# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam, working_days_after  # noqa: E402
from people import intake, pages, row  # noqa: E402

PATH = "/v1/waakvlamafspraken"
VALID_DAYS, WARN_DAYS = 120, 30
DECISION_WORKDAYS = 5  # besluitWerkdagen of the article


class Desk:
    """The corporation's desk, where agreements are signed and relapses reported."""

    def __init__(self, story, town, clock):
        self.story, self.town, self.clock = story, town, clock

    @property
    def today(self):
        return amsterdam(self.clock.now()).date()

    def ask(self, method, path, body=None, role="MELDER", partner=None):
        status, _, text = (partner or self.town.corporatie).api(role, method, path, body)
        return status, json.loads(text) if text else None

    def sign(self, number, supporter, **more):
        body = {"adres": {"postcode": "1234AB", "huisnummer": str(number)},
                "begeleider": supporter, "geldigVan": self.today.isoformat(),
                "werkwijze": "GESPREK", "formulierVersie": "waakvlam-1", **more}
        return self.ask("POST", PATH, body)

    def report(self, key, number, **more):
        """A relapse, as a wijkbeheerder says it: no recipient, no consent of its own."""
        one = row(key, self.today.isoformat(), code="ZORG.TERUGVAL", contactmoment="HUISBEZOEK")
        one["huisnummer"] = str(number)
        for name in ("ontvanger", "toestemming", "toestemmingDatum", "hulpvraagBekend"):
            del one[name]
        end = time.monotonic() + 20
        while True:
            status, answer = self.ask("POST", "/v1/invoer", intake([{**one, **more}]))
            assert status == 200, answer
            said = answer["rijen"][0]
            if said.get("code") != "SLEUTEL_ONTBREEKT" or time.monotonic() > end:
                return said  # the clock leapt into a new half-year: its key is on its way
            time.sleep(0.2)

    def inbox(self, partner, role):
        return pages(partner, role, "/v1/postvak", "postvak")

    def answer(self, partner, role, signal, code, **more):
        status, said = self.ask("POST", "/v1/antwoorden", {"signaal": signal, "code": code, **more},
                                role, partner)
        assert status == 201, said
        return said["stand"]

    def heard(self, signal):
        listed = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return [one["code"] for one in
                next(one for one in listed if one["id"] == signal)["antwoorden"]]

    def hears(self, name, signal, codes):
        try:
            towns.wait_for(lambda: self.heard(signal) == codes, 20, name)
        except RuntimeError:
            pass
        self.story.equal(name, self.heard(signal), codes)

    def listed(self):
        status, answer = self.ask("GET", PATH)
        assert status == 200, answer
        return {one["id"]: one for one in answer["afspraken"]}

    def warned(self, number):
        status, answer = self.ask("GET", "/v1/status")
        return status == 200 and any(number in warning and "loopt" in warning
                                     for warning in answer["waarschuwingen"])

    def move(self, day, hour=9):
        self.clock.move_to(at_amsterdam(day, hour))


def without_an_agreement(desk):
    story = desk.story
    for name, more in (("a bare report", {}),
                       ("a row that brings its own consent",
                        {"toestemming": "ja", "toestemmingDatum": desk.today.isoformat()}),
                       ("a row that names the supporter", {"ontvanger": "WIJKTEAM"})):
        said = desk.report("none", 9, **more)
        story.fact(f"A8: without an agreement {name} is refused with 'vraag opnieuw toestemming'",
                   said["uitkomst"] == "GEWEIGERD" and said["code"] == "GEEN_AFSPRAAK" and
                   "vraag opnieuw toestemming" in said["reden"], said)


def what_is_no_agreement(desk):
    story = desk.story
    status, said = desk.sign(3, "GEMEENTE")
    story.fact("nobody is a supporter whom no article names", status == 403 and
               said["reden"] == "GEEN_BEPALING", status, said)
    later = (desk.today + datetime.timedelta(days=400)).isoformat()
    status, said = desk.sign(3, "WIJKTEAM", geldigTot=later)
    story.fact("for years is for a year, and then again", status == 403 and
               said["reden"] == "GELDIG_TOT_ONJUIST", status, said)
    status, said = desk.sign(3, "WIJKTEAM", opmerking="depressief")
    story.fact("there is no room for a note", status == 400 and "depressief" not in str(said),
               status, said)
    status, said = desk.sign(3, "politie")
    story.fact("a supporter is a party", status == 400 and
               said["fouten"][0]["waar"] == "begeleider", status, said)


def signed(desk):
    story = desk.story
    status, made = desk.sign(3, "WIJKTEAM", geldigTot=(
        desk.today + datetime.timedelta(days=VALID_DAYS)).isoformat())
    paper = " ".join(made["afschrift"]["tekst"].split())
    story.fact("C6: the resident takes a paper home that says what it is for", status == 201 and
               "Waakvlamafspraak" in paper and "elk jaar opnieuw" in paper and
               "Buurtteam Voorbeeldstad" in paper and "1234AB 3" in paper, paper)
    return made["id"]


def by_command(desk):
    """The same at a terminal, under both names."""
    story, partner = desk.story, desk.town.corporatie
    made = partner.run("MELDER", "afspraak", "record", "-", "--begeleider", "WIJKTEAM", "--wijze",
                       "BALIE", "--formulier", "waakvlam-1",
                       text='{"postcode":"1234AB","huisnummer":"21"}').stdout
    story.fact("a command records it and prints the paper", "1234AB 21" in made and
               "Waakvlamafspraak" in made, made)
    listed = partner.json("MELDER", "agreement", "list")
    one = next(one for one in listed if one["geldigVan"] == desk.today.isoformat() and
               one["geldigTot"] > (desk.today + datetime.timedelta(days=VALID_DAYS)).isoformat())
    shown = partner.run("MELDER", "agreement", "list").stdout
    story.fact("lists it in plain words", one["id"][:8] in shown and "loopt" in shown, shown)
    paper = partner.run("MELDER", "agreement", "slip", one["id"][:8]).stdout
    story.fact("prints its paper again", "1234AB 21" in paper, paper)
    ended = partner.run("MELDER", "afspraak", "end", one["id"][:8])
    story.equal("and ends it", ended.returncode, 0)
    again = partner.run("MELDER", "afspraak", "slip", "0000", check=False)
    story.fact("what is not there is refused with a sentence", again.returncode == 1 and
               again.stderr.strip(), again)


def a_trial_is_no_back_door(desk, number):
    """Row after row on trial would tell at which addresses somebody agreed to help."""
    dossier = desk.listed()[number]["dossiernummer"]
    one = row("tried", desk.today.isoformat(), code="ZORG.TERUGVAL", contactmoment="HUISBEZOEK")
    for name in ("ontvanger", "toestemming", "toestemmingDatum", "hulpvraagBekend"):
        del one[name]
    status, said = desk.ask("POST", "/v1/invoer", intake([{**one, "huisnummer": "3"}], trial=True))
    leaves = desk.town.corporatie.log_rows(onderwerp={"dossier": dossier})
    desk.story.fact("A6: who tries a row is found by asking for the resident it told of",
                    status == 200 and any(leaf["onderdeel"] == "invoer/proef" for leaf in leaves),
                    said, leaves)


def straight_to_the_supporter(desk):
    story, team = desk.story, desk.town.wijkteam
    began = time.monotonic()
    said = desk.report("first", 3)
    story.fact("A8: it goes to the supporter that was named, with no new intake",
               said["uitkomst"] == "VERZONDEN_TOESTEMMING" and said["ontvanger"] == team.oin, said)
    desk.town.wait_delivered(desk.town.corporatie)
    items = desk.inbox(team, "BEGELEIDER")
    story.fact("A8: it is there within a minute, in the supporter's inbox, by itself",
               time.monotonic() - began < 60 and [item["id"] for item in items] == [said["id"]],
               items)
    story.equal("A8: it is due the next working day", items[0]["antwoordUiterlijk"],
                working_days_after(desk.today, 1).isoformat())
    return said["id"]


def a_second_one_merges(desk, first):
    story = desk.story
    day = desk.today.strftime("%d-%m-%Y")
    said = desk.report("second", 3)
    story.fact("B7: a second report of the same is told when it was reported",
               said["uitkomst"] == "AL_BEKEND" and said["reden"] == f"al gemeld op {day}", said)
    status, trial = desk.ask("POST", "/v1/invoer", intake([], trial=True))
    story.equal("and a trial of nothing sends nothing", (status, trial["rijen"]), (200, []))
    desk.town.wait_delivered(desk.town.corporatie)
    story.equal("nothing goes twice",
                [item["id"] for item in desk.inbox(desk.town.wijkteam, "BEGELEIDER")], [first])
    again = desk.report("second", 3)
    story.equal("pushed again it is still known", again["uitkomst"], "AL_BEKEND")


def the_same_day(desk, first):
    team = desk.town.wijkteam
    status, said = desk.ask("POST", f"/v1/postvak/{first}/aanvaarding", {}, "BEGELEIDER", team)
    desk.story.equal("the supporter takes it", status, 200)
    desk.story.equal("and answers", desk.answer(team, "BEGELEIDER", first, "INBH"), "VERZONDEN")
    desk.hears("B7: the reporter reads INBH the same day", first, ["INBH"])


def a_supporter_bound_to_secrecy(desk):
    """Two codes and no more, unless the resident lets more be told (B4)."""
    story, town = desk.story, desk.town
    for number in (5, 7):
        status, made = desk.sign(number, "GGZ")
        story.equal(f"signed with the GGZ for {number}", status, 201)
    silent = desk.report("ggz-silent", 5)["id"]
    told = desk.report("ggz-told", 7)["id"]
    town.wait_delivered(town.corporatie)
    story.equal("B4: what the supporter answers stays there",
                desk.answer(town.ggz, "GGZ_CONTACTPUNT", silent, "INBH"), "LOKAAL")
    status, made = desk.ask("POST", "/v1/gegeven-toestemmingen", {
        "signaal": told, "soort": "DOORBREKING_BEROEPSGEHEIM", "basis": "TOESTEMMING",
        "doelen": ["WAAKVLAM"], "ontvangers": ["CORPORATIE"],
        "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": desk.today.isoformat(),
        "werkwijze": "GESPREK", "formulierVersie": "doorbreking-1"}, "GGZ_CONTACTPUNT", town.ggz)
    story.equal("the client lets more be told", status, 201)
    story.equal("then it leaves", desk.answer(town.ggz, "GGZ_CONTACTPUNT", told, "INBH"),
                "VERZONDEN")
    desk.hears("B7: INBH the same day from who may tell", told, ["INBH"])
    term = working_days_after(desk.today, DECISION_WORKDAYS)
    return silent, term


def the_silence_ends_at_its_hour(desk, silent, term):
    desk.story.equal("B4: nothing was told before", desk.heard(silent), [])
    desk.move(term, 17)
    desk.hears("B4: at its hour the fixed answer, and nothing else", silent, ["AFGH"])


def after_thirty_days(desk, first):
    story = desk.story
    desk.move(desk.today + datetime.timedelta(days=31))
    said = desk.report("third", 3)
    story.fact("after thirty days it goes anew", said["uitkomst"] == "VERZONDEN_TOESTEMMING" and
               said["id"] != first, said)
    desk.town.wait_delivered(desk.town.corporatie)
    desk.answer(desk.town.wijkteam, "BEGELEIDER", said["id"], "AFGR")
    desk.hears("that one is helped", said["id"], ["AFGR"])
    again = desk.report("fourth", 3)
    story.equal("and what was helped stands for nothing any more", again["uitkomst"],
                "VERZONDEN_TOESTEMMING")


def it_ends(desk, agreement):
    story = desk.story
    until = datetime.date.fromisoformat(desk.listed()[agreement]["geldigTot"])
    story.fact("an agreement that runs warns nobody", not desk.warned(agreement[:8]) and
               desk.listed()[agreement]["stand"] == "LOPEND", desk.listed())
    desk.move(until - datetime.timedelta(days=WARN_DAYS))
    try:
        towns.wait_for(lambda: desk.warned(agreement), 20, "the warning")
    except RuntimeError:
        pass
    story.fact("A8: thirty days before its end the desk is told, by number",
               desk.warned(agreement), desk.ask("GET", "/v1/status"))
    one = desk.listed()[agreement]
    story.fact("with no name, only a dossier", one["stand"] == "LOOPT_AF" and
               one["dossiernummer"].startswith("D-") and "1234" not in json.dumps(one), one)
    status, paper = desk.ask("GET", f"{PATH}/{agreement}")
    story.fact("who opens it sees whom to ask, and that is in the log", status == 200 and
               "1234AB 3" in paper["afschrift"]["tekst"], paper)
    seen = [leaf for leaf in desk.town.corporatie.log_rows(bladen=True)
            if leaf.get("gebeurtenis") == "access"]
    story.fact("each look has its leaf", len(seen) > 0, seen[-2:])
    desk.move(until)
    said = desk.report("last-day", 3)
    story.equal("on its last day it counts", said["uitkomst"], "VERZONDEN_TOESTEMMING")
    desk.town.wait_delivered(desk.town.corporatie)
    desk.answer(desk.town.wijkteam, "BEGELEIDER", said["id"], "AFGR")
    desk.hears("and is helped", said["id"], ["AFGR"])
    desk.move(until + datetime.timedelta(days=1))
    said = desk.report("too-late", 3)
    story.fact("A8: expired, it is refused: vraag opnieuw toestemming",
               said["uitkomst"] == "GEWEIGERD" and said["code"] == "AFSPRAAK_VERLOPEN" and
               "vraag opnieuw toestemming" in said["reden"], said)
    story.equal("and the list says so", desk.listed()[agreement]["stand"], "VERLOPEN")


def asked_again(desk):
    story = desk.story
    status, made = desk.sign(3, "WIJKTEAM")
    story.equal("asked again", status, 201)
    sent = desk.report("renewed", 3)
    story.equal("and the way is open again", sent["uitkomst"], "VERZONDEN_TOESTEMMING")
    desk.town.wait_delivered(desk.town.corporatie)
    status, paper = desk.ask("POST", f"{PATH}/{made['id']}/beeindiging", {})
    story.fact("the resident ends it in one step", status == 200 and
               paper["afschrift"]["tekst"], status, paper)
    towns.wait_for(lambda: sent["id"] not in
                   [item["id"] for item in desk.inbox(desk.town.wijkteam, "BEGELEIDER")
                    if "gewistOp" not in item], 20, "the copies are erased")
    story.equal("then nothing goes any more", desk.report("ended", 3)["code"], "AFSPRAAK_VERLOPEN")
    status, said = desk.ask("POST", f"{PATH}/{made['id']}/beeindiging", {}, "REGIEHOUDER")
    story.equal("who has no desk ends nothing", status, 403)


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        for partner in town.all():
            partner.environment = clock.environment
        town.wijkteam.roles = [*town.wijkteam.roles, "BEGELEIDER"]
    town = story.town(prepare=prepare)
    desk = Desk(story, town, clock)
    without_an_agreement(desk)
    what_is_no_agreement(desk)
    agreement = signed(desk)
    by_command(desk)
    a_trial_is_no_back_door(desk, agreement)
    first = straight_to_the_supporter(desk)
    a_second_one_merges(desk, first)
    the_same_day(desk, first)
    silent, term = a_supporter_bound_to_secrecy(desk)
    the_silence_ends_at_its_hour(desk, silent, term)
    after_thirty_days(desk, first)
    it_ends(desk, agreement)
    asked_again(desk)


stories.run(tell)
