# SPDX-License-Identifier: EUPL-1.2
"""A town of which three organisations may have the same signal, and pass it on to each other."""
import json
import random

import town as towns
from people import intake, pages, row

ROLE = {"WIJKTEAM": "ONTVANGER", "GEMEENTE": "ONTVANGER", "GGZ": "GGZ_CONTACTPUNT"}
EVERYBODY = list(ROLE)
ENDED = ("DOOR", "INGT", "AFGR")
STRANGER = "00000099000000990000"


def three_that_may(covenant):
    """A care organisation that is not bound, so that there are three to pass on to."""
    for party in covenant["partijen"]:
        party["beroepsgeheim"] = False
    covenant["bepalingen"][0]["naar"] = EVERYBODY


class Passing:
    def __init__(self, story, before_start=lambda town: None):
        def prepare(town):
            town.make_covenant(town.covenant, change=three_that_may)
            town.fingerprint = towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
            before_start(town)
        self.story, self.town = story, story.town(prepare=prepare)
        self.today = self.town.today.isoformat()
        self.random = random.Random(20261123)

    # --- what people do ---

    def ask(self, name, method, path, body=None, role=None):
        status, _, text = getattr(self.town, name.lower()).api(role or ROLE[name], method, path,
                                                               body)
        return status, json.loads(text)

    def consent(self, number, recipients):
        status, answer = self.ask("CORPORATIE", "POST", "/v1/gegeven-toestemmingen", {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)}, "soort": "GRONDSLAG",
            "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": recipients,
            "signaalgroepen": ["OVERLAST"], "geldigVan": self.today, "werkwijze": "GESPREK",
            "formulierVersie": "toestemming-1"}, "MELDER")
        assert status == 201, answer
        return answer["id"]

    def report(self, number, recipients=EVERYBODY, wait=True, to="WIJKTEAM"):
        self.consent(number, list(recipients))
        return self.report_under(number, wait, to)

    def report_under(self, number, wait=True, to="WIJKTEAM"):
        """Under what the resident said before."""
        one = row(f"Z-{number}", self.today, to=to, huisnummer=str(number))
        for name in ("toestemming", "toestemmingDatum"):
            one.pop(name)
        status, answer = self.ask("CORPORATIE", "POST", "/v1/invoer", intake([one]), "MELDER")
        assert status == 200 and answer["rijen"][0]["uitkomst"] == "VERZONDEN_TOESTEMMING", answer
        if wait:
            self.town.wait_delivered(self.town.corporatie)
        return answer["rijen"][0]["id"]

    def pass_on(self, name, item, to):
        return self.ask(name, "POST", f"/v1/postvak/{item}/overdracht", {"naar": to})

    def answer(self, name, item, code, **more):
        return self.ask(name, "POST", "/v1/antwoorden", {"signaal": item, "code": code, **more})

    # --- what they see ---

    def inbox(self, name):
        return pages(getattr(self.town, name.lower()), ROLE[name], "/v1/postvak", "postvak")

    def here(self, name, item):
        return next((one for one in self.inbox(name) if one["id"] == item), {})

    def standing(self, name, item):
        return self.here(name, item).get("overdracht", {}).get("stand")

    def line(self, item):
        rows = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return next((one for one in rows if one["id"] == item), {})

    def until(self, condition, what, seconds=60):
        towns.wait_for(condition, seconds, what)

    def settled(self, name, item, wanted):
        self.until(lambda: self.standing(name, item) == wanted, f"{wanted} at {name}")

    def newest(self, name):
        return self.inbox(name)[0]["id"]


def live(passing, names=EVERYBODY):
    """Every item that some gateway believes it holds."""
    return [(name, one["id"]) for name in names for one in passing.inbox(name)
            if one["stand"] not in ENDED]
