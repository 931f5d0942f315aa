# SPDX-License-Identifier: EUPL-1.2
"""A town on a clock that moves, of which the municipality leads: terms that pass, and who sees it."""
import datetime
import hashlib

from clock import Clock, amsterdam
from people import LocalConnection, colleague, intake, pages, row
import story as stories
import town as towns

CONFIRM_WORKDAYS = 2  # bevestigingWerkdagen of articles 1 and 2
MINUTE = datetime.timedelta(minutes=1)


class TermsTown:
    def __init__(self, story, lead="GEMEENTE", before_start=lambda town: None, name="terms",
                 **settings):
        self.story, self.clock, self.number = story, Clock(story.folder / f"clock-{name}"), 0

        def led(document):
            document["regie"]["oin"] = towns.PARTNERS[lead][0]

        def prepare(town):
            for partner in town.all():
                partner.environment = self.clock.leaping
                partner.change_settings(**settings)
            town.make_covenant(town.covenant, led)
            town.fingerprint = hashlib.sha256(town.covenant.read_bytes()).hexdigest()
            before_start(town)
        self.town = story.town(name, prepare=prepare)
        if lead != "CORPORATIE":
            colleague(self.town.partners[lead], "REGIEHOUDER", "REGIEHOUDER")
            self.town.partners[lead].run(
                "FG", "user", "confirm", self.fingerprint(self.town.partners[lead]))

    @staticmethod
    def fingerprint(partner):
        users = stories.asked(partner, "FG", "/v1/gebruikers")["gebruikers"]
        return next(one["vingerafdruk"] for one in users if one["naam"] == "1099")

    def hand_in(self, key, to="WIJKTEAM", code="OVL.BURENRUZIE", **more):
        """One signal, delivered; (its id, the day it was received)."""
        self.number += 1
        day = amsterdam(self.clock.now()).date()
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            status, answer = melder.ask("POST", "/v1/invoer", intake(
                [row(key, day.isoformat(), code=code, to=to, number=self.number, **more)]))
        assert status == 200 and "id" in answer["rijen"][0], answer
        self.town.wait_delivered(self.town.corporatie)
        return answer["rijen"][0]["id"], day

    def answer(self, item, *words):
        self.town.wijkteam.run("ONTVANGER", "answer", item, *words)
        self.town.wait_delivered(self.town.wijkteam)

    def believe(self):
        """Each has a receipt with the time of now: a clock that leapt is believed again."""
        item, _ = self.hand_in(f"tijd-{self.number}")
        self.answer(item, "ONTE")

    def move_to(self, moment, believed=True):
        self.clock.move_to(moment)
        if believed:
            self.believe()

    def late(self, partner, role):
        return stories.asked(partner, role, "/v1/te-laat")

    def stage(self, partner, role, which, item):
        """The stage in that list, None when it is not there."""
        rows = self.late(partner, role)[which]
        return next((one["trap"] for one in rows if one["id"] == item), None)

    def stages(self, item):
        """At the holder, at who sent it, at the lead."""
        return (self.stage(self.town.wijkteam, "ONTVANGER", "postvak", item),
                self.stage(self.town.corporatie, "MELDER", "verzonden", item),
                self.stage(self.town.gemeente, "REGIEHOUDER", "escalaties", item))

    def comes_to(self, name, item, wanted, seconds=20):
        try:
            towns.wait_for(lambda: self.stages(item) == wanted, seconds, name)
        except RuntimeError:
            pass
        self.story.equal(name, self.stages(item), wanted)

    def line(self, item):
        listed = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return next(one["regel"] for one in listed if one["id"] == item)

    @staticmethod
    def leaves(partner, item):
        """The steps that its log has of this signal, in their order."""
        rows = partner.log_rows(gebeurtenis="term")
        return [one.get("code") for one in rows if one.get("onderdeel") == "termijnen" and
                one.get("objecten") == item]
