# SPDX-License-Identifier: EUPL-1.2
"""A corporation tells a GGZ institution of two residents, one of whom is in its care. Both get the
same receipt, and at the same hour the same answer, whatever its worker does; only for whom lifted
the secrecy more is told."""
import datetime
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import indistinct  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam, working_days_after  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402
from recorder import Recorder  # noqa: E402

DECISION_WORKDAYS = 10  # besluitWerkdagen of article 2
CLIENT, STRANGER, LIFTED = 1, 2, 3


class Scene:
    def __init__(self, story):
        self.story, self.clock = story, Clock(story.folder / "clock")
        self.recorder = Recorder(taps=True)

        def level(document):
            """So that there is something more to be told, for who allows it."""
            for article in document["bepalingen"]:
                if article["naar"] == ["GGZ"]:
                    article["terugkoppeling"]["niveau"] = 1

        def prepare(town):
            town.make_covenant(town.covenant, change=level)
            town.fingerprint = hashlib.sha256(town.covenant.read_bytes()).hexdigest()
            for partner in town.all():
                partner.environment = self.clock.environment
            self.recorder.stand_between(town)
        self.town = story.town(prepare=prepare)
        self.ids = {}

    def today(self):
        return amsterdam(self.clock.now()).date()

    def report(self, name, person):
        """What crossed for it: the receipt, and the lengths of the TLS records that carried it."""
        tap, before = self.recorder.answering["GGZ"], len(self.recorder.exchanges)
        lines, records = tap.connections, len(tap.records)
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            status, answer = melder.ask("POST", "/v1/invoer", intake([
                row(name, self.today().isoformat(), code="ZORG.EENZAAM", to="GGZ", number=person,
                    contactmoment="HUISBEZOEK")]))
        assert status == 200 and answer["rijen"][0]["uitkomst"] == "VERZONDEN_TOESTEMMING", answer
        self.ids[name] = answer["rijen"][0]["id"]
        towns.wait_for(lambda: len(self.recorder.exchanges) > before, 30, "the receipt")
        found = tuple(one.length for one in tap.records[records:]
                      if one.answers and one.kind == 23)
        return indistinct.receipt_of(self.recorder.exchanges[before],
                                     found if tap.connections == lines else found[-1:])

    def ask(self, path, body=None, method="POST", role="GGZ_CONTACTPUNT"):
        status, _, text = self.town.ggz.api(role, method, path, body)
        return status, json.loads(text) if text else None

    def heard(self, name):
        listed = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return [(one["code"], one["op"]) for one in
                next(one for one in listed if one["id"] == self.ids[name])["antwoorden"]]

    def answered(self, name, code):
        status, answer = self.ask("/v1/antwoorden", {"signaal": self.ids[name], "code": code})
        return answer["stand"] if status == 201 else answer


def receipts(scene):
    story = scene.story
    scene.report("in care", CLIENT)
    item = scene.ids["in care"]
    scene.ask(f"/v1/postvak/{item}/aanvaarding", {})
    story.equal("she is taken into care", scene.answered("in care", "INBH"), "LOKAAL")
    made = {name: scene.report(name, person)._replace(leaf=None, took_s=None)
            for name, person in (("again", CLIENT), ("stranger", STRANGER), ("lifted", LIFTED))}
    story.fact("B4: a client and a stranger get the same receipt: status, headers, length, words, "
               "TLS records", len(set(made.values())) == 1 and made["again"].status == 201, made)


def envelope(scene):
    story, item = scene.story, scene.ids["again"]
    status, answer = scene.ask(f"/v1/postvak/{item}/inhoud", method="GET")
    story.equal("A12: before he accepts, the worker does not see whom it is about",
                (status, "contact" in answer), (409, False))
    status, answer = scene.ask(f"/v1/postvak/{item}/inhoud", method="GET", role="AUDITOR")
    story.equal("A23: nor does the auditor ever", (status, "contact" in answer), (403, False))
    status, _ = scene.ask(f"/v1/postvak/{item}/aanvaarding", {})
    seen, answer = scene.ask(f"/v1/postvak/{item}/inhoud", method="GET")
    story.fact("A12: once he accepts he sees name and address", (status, seen) == (200, 200) and
               answer["contact"]["naam"] == "Anouk Voorbeeld", answer)


def work(scene):
    story = scene.story
    story.equal("what the worker answers about a client stays within the institution",
                [scene.answered("again", code) for code in ("INBH", "INGP", "AFGR")],
                ["LOKAAL"] * 3)
    status, _ = scene.ask("/v1/gegeven-toestemmingen", {
        "signaal": scene.ids["lifted"], "soort": "DOORBREKING_BEROEPSGEHEIM",
        "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["CORPORATIE"],
        "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": scene.today().isoformat(),
        "werkwijze": "GESPREK", "formulierVersie": "doorbreking-1"})
    story.equal("one resident lifts the secrecy", status, 201)
    story.equal("then that answer leaves", scene.answered("lifted", "INBH"), "VERZONDEN")
    towns.wait_for(lambda: scene.heard("lifted"), 30, "the answer")
    story.equal("B4: and only that one is heard",
                {name: [code for code, _ in scene.heard(name)] for name in scene.ids},
                {"in care": [], "again": [], "stranger": [], "lifted": ["INBH"]})


def the_hour(scene):
    story = scene.story
    term = working_days_after(scene.today(), DECISION_WORKDAYS)
    hour, before = at_amsterdam(term, 17), len(scene.recorder.exchanges)
    scene.clock.move_to(hour - datetime.timedelta(seconds=1))
    silent = ("in care", "again", "stranger")
    towns.wait_for(lambda: all(scene.heard(name) for name in silent), 30, "the fixed answers")
    story.equal("B4: at five o'clock of the day of the term each has one AFGH, touched or not",
                {name: scene.heard(name) for name in silent},
                {name: [("AFGH", term.isoformat())] for name in silent})
    came = [one for one in scene.recorder.exchanges[before:] if one.caller == "GGZ"]
    story.fact("in one message, after the hour", len(came) == 1 and
               came[0].at + scene.clock.ahead_s >= hour.timestamp(), len(came))
    story.equal("who is told on is not cut off", scene.heard("lifted")[0][0], "INBH")
    story.equal("nor told that it ended", len(scene.heard("lifted")), 1)


def tell(story):
    scene = Scene(story)
    receipts(scene)
    envelope(scene)
    work(scene)
    the_hour(scene)


stories.run(tell)
