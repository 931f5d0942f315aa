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
from people import LocalConnection, intake, pages, row  # noqa: E402

DECISION_WORKDAYS = 10  # besluitWerkdagen of article 2
QUIET_S = 1.2  # several passes of the gateway's clock work and its delivery
PATH = "/v1/gegeven-toestemmingen"


class House:
    """The GGZ institution, and what the corporation hears of it."""

    def __init__(self, story, town, clock):
        self.story, self.town, self.clock = story, town, clock
        self.today = amsterdam(clock.now()).date()
        self.ids = {}

    def hand_in(self, keys):
        rows = [row(key, self.today.isoformat(), code="ZORG.EENZAAM", to="GGZ", number=number + 1,
                    contactmoment="HUISBEZOEK") for number, key in enumerate(keys)]
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            status, answer = melder.ask("POST", "/v1/invoer", intake(rows))
        assert status == 200, answer
        self.ids = {key: one["id"] for key, one in zip(keys, answer["rijen"])}
        self.town.wait_delivered(self.town.corporatie)

    def record(self, key, role="GGZ_CONTACTPUNT", partner=None, **more):
        body = {"signaal": self.ids[key], "soort": "DOORBREKING_BEROEPSGEHEIM",
                "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["CORPORATIE"],
                "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": self.today.isoformat(),
                "werkwijze": "GESPREK", "formulierVersie": "doorbreking-1", **more}
        status, _, text = (partner or self.town.ggz).api(role, "POST", PATH, body)
        return status, json.loads(text)

    def answer(self, key, code, **more):
        status, _, text = self.town.ggz.api("GGZ_CONTACTPUNT", "POST", "/v1/antwoorden",
                                            {"signaal": self.ids[key], "code": code, **more})
        assert status == 201, text
        return json.loads(text)["stand"]

    def heard(self, key):
        listed = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return [one["code"] for one in
                next(one for one in listed if one["id"] == self.ids[key])["antwoorden"]]

    def hears(self, name, key, codes):
        try:
            towns.wait_for(lambda: self.heard(key) == codes, 15, name)
        except RuntimeError:
            pass
        self.story.equal(name, self.heard(key), codes)

    def move(self, day, hour, minute=0):
        self.clock.move_to(at_amsterdam(day, hour, minute))
        time.sleep(QUIET_S)


def what_lifts_nothing(house):
    """Of another recipient, another kind, another signal."""
    story = house.story
    status, answer = house.record("other", ontvangers=["WIJKTEAM"])
    story.fact("not towards who never sends to us", status == 403 and
               answer["reden"] == "GEEN_BEPALING", status, answer)
    status, answer = house.record("other", signaalgroepen=["OVERLAST"])
    story.equal("not about a group that no article has", status, 403)
    status, answer = house.record("other", partner=house.town.corporatie, role="MELDER")
    story.fact("nobody else lifts it", status in (403, 404), status, answer)
    status, answer = house.record("other", soort="INSTEMMING_HULP", ontvangers=["GGZ"])
    story.fact("an agreement to be helped is recorded", status == 201 and
               "niemand iets over u delen" in answer["afschrift"]["tekst"], answer)
    story.equal("and lets nothing out", house.answer("other", "INBH"), "LOKAAL")


def what_travels(house):
    story = house.story
    story.equal("before it is lifted an answer stays", house.answer("told", "BEOO"), "LOKAAL")
    status, made = house.record("told")
    story.fact("the client takes a slip home", status == 201 and
               "Uw hulpverlener mag" in " ".join(made["afschrift"]["tekst"].split()), made)
    for key in ("done", "stopped", "short"):
        until = {"geldigTot": house.today.isoformat()} if key == "short" else {}
        status, answer = house.record(key, **until)
        story.equal(f"recorded for {key}", status, 201)
        if key == "stopped":
            house.stopped = answer["id"]
    story.equal("then it leaves", house.answer("told", "INBH"), "VERZONDEN")
    house.hears("and the reporter reads it, without what was before", "told", ["INBH"])
    story.equal("above the level of the article it stays",
                house.answer("told", "VERW", organisatiesoort="ZORGAANBIEDER"), "LOKAAL")
    story.equal("about another signal it stays", house.answer("other", "INGP"), "LOKAAL")
    story.equal("an end leaves too", house.answer("done", "AFGR"), "VERZONDEN")
    house.hears("and ends the signal", "done", ["AFGR"])
    story.equal("one that is about to be withdrawn", house.answer("stopped", "BEOO"), "VERZONDEN")
    house.hears("is heard", "stopped", ["BEOO"])


def what_is_sealed_stays_too(house):
    """The reporter's gateway is away: the answer lies sealed and is posted again and again."""
    story, town = house.story, house.town
    status, answer = house.record("sealed")
    story.equal("recorded for sealed", status, 201)
    town.corporatie.stop()
    story.equal("it leaves as far as it can", house.answer("sealed", "BEOO"), "VERZONDEN")
    time.sleep(QUIET_S)
    town.ggz.run("GGZ_CONTACTPUNT", "consent", "withdraw", answer["id"])
    town.corporatie.start()
    town.wait_delivered(town.ggz)
    story.equal("what was sealed before the withdrawal is taken back", house.heard("sealed"), [])


def silence_returns(house, term):
    story, town = house.story, house.town
    town.ggz.run("GGZ_CONTACTPUNT", "consent", "withdraw", house.stopped)
    story.equal("after the withdrawal an answer stays", house.answer("stopped", "INBH"), "LOKAAL")
    house.clock.move_to(at_amsterdam(house.today + datetime.timedelta(days=1), 9))
    story.equal("after its last day an answer stays", house.answer("short", "INBH"), "LOKAAL")
    house.move(term, 16, 59)
    story.equal("nobody hears of it", [house.heard("stopped"), house.heard("short"),
                                       house.heard("other")], [["BEOO"], [], []])
    house.clock.move_to(at_amsterdam(term, 17))
    for key, codes in (("other", ["AFGH"]), ("short", ["AFGH"]), ("sealed", ["AFGH"]),
                       ("stopped", ["BEOO", "AFGH"])):
        house.hears(f"at 17:00: {key}", key, codes)
    story.equal("what is told on is not cut off, what ended has no second end",
                [house.heard("told"), house.heard("done")], [["INBH"], ["AFGR"]])
    story.equal("after its fixed answer a signal says nothing more",
                house.answer("stopped", "INGP"), "LOKAAL")


def tell(story):
    clock = Clock(story.folder / "clock")

    def level(document):
        for article in document["bepalingen"]:
            if article["naar"] == ["GGZ"]:
                article["terugkoppeling"]["niveau"] = 1

    def prepare(town):
        for partner in town.all():
            partner.environment = clock.environment
        town.make_covenant(town.covenant, change=level)
        town.fingerprint = towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
    town = story.town(prepare=prepare)
    house = House(story, town, clock)
    house.hand_in(["told", "done", "stopped", "short", "other", "sealed"])
    term = working_days_after(house.today, DECISION_WORKDAYS)
    what_lifts_nothing(house)
    what_travels(house)
    what_is_sealed_stays_too(house)
    silence_returns(house, term)


stories.run(tell)
