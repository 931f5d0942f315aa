# SPDX-License-Identifier: EUPL-1.2
"""What people do at several gateways, one subject at a time, so that a story can disturb it. Each
flow asks until it is answered, as people would, and says what is wrong in the end.

    fresh()          a new subject, undisturbed
    act(subject)     True once everything was acknowledged; may be called again after a failure
    is_settled(…)    everybody has what they must have
    faults(subject)  what is not as it must be: lost, doubled, told twice, nobody or two who hold it
"""
import collections
import datetime
from time import monotonic

from clock import amsterdam, at_amsterdam, working_days_after
from people import intake, pages, row
from story import log_size
from struck import Refused, asked
from terms_town import CONFIRM_WORKDAYS
from town import wait_for
from visitor import Visitor

ANSWERED = "INBH"
AGAIN_S = 5  # a pass of the clock takes half a second


class Flow:
    name, struck_at = "", ()
    most = 1 << 30  # points in one town, a gateway and kind

    def __init__(self, passing):
        self.passing, self.town = passing, passing.town
        self.number = 0

    def next_house(self):
        self.number += 2
        return self.first_house + self.number

    def ask(self, name, role, method, path, body=None):
        return asked(self.town.partners[name], role, method, path, body)

    def line(self, item):
        return self.passing.line(item)

    def rows_of(self, key):
        rows = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return [one for one in rows if one["bronsleutel"] == key]

    def everybody(self):
        """Of each signal at each receiver, how often it is listed."""
        return collections.Counter((name, one["id"]) for name in ("WIJKTEAM", "GEMEENTE", "GGZ")
                                   for one in self.passing.inbox(name))

    def answers(self, name, item, code=ANSWERED):
        status, said = self.ask(name, "ONTVANGER", "POST", "/v1/antwoorden",
                                {"signaal": item, "code": code})
        # Asked again after no answer it may have been taken the first time.
        if status != 201 and (status, said.get("code")) != (409, "STAP_NIET_MOGELIJK"):
            raise Refused(status, said)
        return True


class Transfer(Flow):
    """From the team to the municipality, which answers it; the corporation decides and hears."""
    name, struck_at, first_house = "transfer", ("WIJKTEAM", "CORPORATIE", "GEMEENTE"), 1000

    def fresh(self):
        house = self.next_house()
        item = self.passing.report(house)
        return {"key": f"Z-{house}", "item": item, "before": self.everybody(), "step": 0}

    def new_ones(self, subject):
        return [key for key in self.everybody() if key not in subject["before"]]

    def act(self, subject):
        item = subject["item"]
        if subject["step"] == 0:
            status, said = self.ask("WIJKTEAM", "ONTVANGER", "POST",
                                    f"/v1/postvak/{item}/overdracht", {"naar": "GEMEENTE"})
            asked_already = status == 409 and self.passing.standing("WIJKTEAM", item) in (
                "GEVRAAGD", "AANVAARD")
            if status != 202 and not asked_already:
                raise Refused(status, said)
            subject["step"] = 1
        if subject["step"] == 1:
            if self.passing.standing("WIJKTEAM", item) != "AANVAARD":
                return False
            subject["new"] = [number for name, number in self.new_ones(subject)
                              if name == "GEMEENTE"]
            subject["step"] = 2
        return self.answers("GEMEENTE", subject["new"][0])

    def is_settled(self, subject):
        line = self.line(subject["item"])
        return line.get("ontvanger") == self.town.gemeente.oin and \
            [one["code"] for one in line["antwoorden"]][-1:] == [ANSWERED]

    def faults(self, subject):
        line, wrong = self.line(subject["item"]), []
        new = self.new_ones(subject)
        if [name for name, _ in new] != ["GEMEENTE"]:
            wrong.append(f"not one new item, at the municipality: {new}")
        if max(self.everybody().values()) != 1:
            wrong.append("an item is listed twice")
        held = [name for name in ("WIJKTEAM", "GEMEENTE") for one in self.passing.inbox(name)
                if one["id"] in (subject["item"], *(n for _, n in new)) and
                one["stand"] not in ("DOOR", "INGT", "AFGR")]
        if held != ["GEMEENTE"]:
            wrong.append(f"held by {held}")
        if [one["code"] for one in line.get("antwoorden", [])] != ["DOOR", ANSWERED]:
            wrong.append(f"told: {line.get('antwoorden')}")
        if len(self.rows_of(subject["key"])) != 1:
            wrong.append(f"{len(self.rows_of(subject['key']))} lines at the corporation")
        return wrong


class Withdrawal(Flow):
    """At the corporation's counter; the team has the signal, erases it and signs for it."""
    name, struck_at, first_house = "withdrawal", ("CORPORATIE", "WIJKTEAM"), 3000

    def fresh(self):
        house = self.next_house()
        consent = self.passing.consent(house, ["WIJKTEAM"])
        item = self.passing.report_under(house)
        return {"consent": consent, "item": item, "key": f"Z-{house}", "papers": set()}

    def withdraw(self, subject):
        status, said = self.ask("CORPORATIE", "MELDER", "POST", "/v1/intrekkingen",
                                {"toestemming": subject["consent"]})
        if status != 200:
            raise Refused(status, said)
        subject["papers"].add(said["id"])
        return said

    def act(self, subject):
        self.withdraw(subject)
        return True

    def is_settled(self, subject):
        return not self.withdraw(subject)["openstaand"] and \
            self.passing.here("WIJKTEAM", subject["item"]).get("stand") == "INGT"

    def faults(self, subject):
        paper, wrong = self.withdraw(subject), []
        here = [one for one in self.passing.inbox("WIJKTEAM") if one["id"] == subject["item"]]
        if len(here) != 1 or here[0]["stand"] != "INGT" or "signaalcode" in here[0]:
            wrong.append(f"at the team: {here}")
        if len(subject["papers"]) != 1:
            wrong.append(f"{len(subject['papers'])} statements of one withdrawal")
        if [one["stand"] for one in paper["partijen"]] != ["VERWIJDERD"]:
            wrong.append(f"receipts: {paper['partijen']}")
        if [one["stand"] for one in self.rows_of(subject["key"])] != ["INGT"]:
            wrong.append(f"at the corporation: {self.rows_of(subject['key'])}")
        return wrong


class Agreement(Flow):
    """A resident's choice that a colleague signs too, and under it a housing agreement."""
    name, struck_at, first_house = "agreement", ("CORPORATIE",), 5000
    records = "/v1/gegeven-toestemmingen"

    def fresh(self):
        house = self.next_house()
        return {"house": house, "id": None, "signed": False, "since": log_size(self.town.corporatie)}

    def address(self, subject):
        return {"postcode": "1234AB", "huisnummer": str(subject["house"])}

    def recorded(self, subject):
        _, found = self.ask("CORPORATIE", "MELDER", "POST", f"{self.records}/_zoek",
                            {"adres": self.address(subject)})
        return found["toestemmingen"]

    def record(self, subject):
        """Who got no answer looks whether it is there before recording it again."""
        found = self.recorded(subject)
        if not found:
            status, said = self.ask("CORPORATIE", "MELDER", "POST", self.records, {
                "adres": self.address(subject), "soort": "GRONDSLAG", "basis": "TOESTEMMING",
                "doelen": ["TOELEIDING"], "ontvangers": ["GGZ"],
                "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": self.passing.today,
                "werkwijze": "GESPREK", "formulierVersie": "toestemming-1"})
            if status != 201:
                raise Refused(status, said)
            found = [said]
        subject["id"] = found[0]["id"]

    def sign(self, subject):
        status, said = self.ask("CORPORATIE", "COLLEGA", "POST",
                                f"{self.records}/{subject['id']}/bevestiging", {})
        subject["signed"] = status == 200 or (status == 409 and
                                              not self.recorded(subject)[0]["wachtOpTweede"])
        if not subject["signed"]:
            raise Refused(status, said)

    def act(self, subject):
        if not subject["id"]:
            self.record(subject)
        if not subject["signed"]:
            self.sign(subject)
        return True

    def is_settled(self, subject):
        return not self.recorded(subject)[0]["wachtOpTweede"]

    def faults(self, subject):
        found, wrong = self.recorded(subject), []
        if [one["id"] for one in found] != [subject["id"]]:
            wrong.append(f"{len(found)} records, or another: {found}")
        leaves = self.town.corporatie.log_rows(gebeurtenis="consent", vanaf=subject["since"])
        done = [one["uitkomst"] for one in leaves]
        if len(done) != 2:
            wrong.append(f"in the log of one choice and one signature: {leaves}")
        return wrong


class Housing(Flow):
    """A housing agreement: each party gets its own part of it."""
    name, struck_at, first_house = "housing agreement", ("CORPORATIE", "GGZ"), 6000
    path = "/v1/woonafspraken"

    def listed(self):
        return {name: [one["id"] for one in self.ask(name, role, "GET", self.path)[1]["afspraken"]]
                for name, role in (("CORPORATIE", "MELDER"), ("GGZ", "GGZ_CONTACTPUNT"),
                                   ("WIJKTEAM", "ONTVANGER"))}

    def fresh(self):
        house = str(self.next_house())
        until = (self.town.today + datetime.timedelta(days=200)).isoformat()
        address = {"postcode": "1234AB", "huisnummer": house}
        status, said = self.ask("CORPORATIE", "MELDER", "POST", "/v1/gegeven-toestemmingen", {
            "adres": address, "soort": "GRONDSLAG", "basis": "TOESTEMMING",
            "doelen": ["WOONSTAP"], "ontvangers": ["GGZ", "WIJKTEAM"], "signaalgroepen": ["WONEN"],
            "geldigVan": self.passing.today, "geldigTot": until, "werkwijze": "GESPREK",
            "formulierVersie": "woonstap-1"})
        assert status == 201, said
        return {"body": {"adres": address, "aflossing": "TOT_50", "hulp": "WOONBEGELEIDING",
                         "huurvoorwaarde": "VAST_CONTACT", "eindDatum": until},
                "before": self.listed()}

    def write(self, subject):
        status, said = self.ask("CORPORATIE", "MELDER", "POST", self.path, subject["body"])
        if status != 201:
            raise Refused(status, said)
        return said["partijen"]

    def act(self, subject):
        return all(one["uitkomst"] in ("VERZONDEN_TOESTEMMING", "AL_BEKEND")
                   for one in self.write(subject))

    def new_ones(self, subject):
        return {name: len(set(ids) - set(subject["before"][name])) for name, ids in
                self.listed().items()}

    def is_settled(self, subject):
        return all(self.new_ones(subject).values())

    def faults(self, subject):
        wrong = []
        if set(self.new_ones(subject).values()) != {1}:
            wrong.append(f"of one agreement there are now {self.new_ones(subject)}")
        again = [one["uitkomst"] for one in self.write(subject)]
        if again != ["AL_BEKEND"] * 2:
            wrong.append(f"written once more it was {again}")
        return wrong


class Form(Flow):
    """A worker at the pages: takes the signal on, and answers it, by forms."""
    name, struck_at, first_house = "forms of a page", ("WIJKTEAM",), 7000

    def fresh(self):
        house = self.next_house()
        return {"item": self.passing.report(house, ["WIJKTEAM"]), "key": f"Z-{house}"}

    def here(self, subject):
        return self.ask("WIJKTEAM", "ONTVANGER", "GET", f"/v1/postvak/{subject['item']}")[1]

    @staticmethod
    def seen_by(worker):
        if worker.status >= 500:
            raise OSError(worker.status)
        if worker.status != 200:
            raise Refused(worker.status, worker.text)

    def act(self, subject):
        path, worker = f"/postvak/{subject['item']}", Visitor(self.town.wijkteam, "ONTVANGER")
        for what, typed, is_done in (
                ("aanvaarding", {}, lambda here: here["geaccepteerd"]),
                ("antwoord", {"code": ANSWERED}, lambda here: here["antwoorden"])):
            if is_done(self.here(subject)):
                continue
            worker.go(path)
            self.seen_by(worker)
            worker.submit(f"{path}/{what}", **typed)
            self.seen_by(worker)
        return True

    def is_settled(self, subject):
        return [one["code"] for one in self.line(subject["item"])["antwoorden"]] != []

    def faults(self, subject):
        here, wrong = self.here(subject), []
        told = [one["code"] for one in self.line(subject["item"])["antwoorden"]]
        if [one["code"] for one in here["antwoorden"]] != [ANSWERED] or told != [ANSWERED]:
            wrong.append(f"answered {here['antwoorden']}, told {told}")
        if not here["geaccepteerd"]:
            wrong.append("taken on, and not so")
        return wrong


class Escalation:
    """Nobody answers: the days pass, and the lead hears of it from holder and sender, once."""
    name, struck_at = "escalation", ("WIJKTEAM", "CORPORATIE", "GEMEENTE")
    most = 7  # a week or more each, and the covenant is evaluated within the year
    steps = {"WIJKTEAM": ["VANDAAG", "TE_LAAT", "GEESCALEERD"],
             "CORPORATIE": ["TE_LAAT", "GEESCALEERD"]}

    def __init__(self, told):
        self.told, self.town, self.number, self.last = told, told.town, 0, None

    def recall_last(self):
        """Else the lead hears of it again, each time the clock leaps."""
        self.town.corporatie.run("MELDER", "recall", self.last)
        self.town.wait_delivered(self.town.corporatie)
        wait_for(lambda: self.told.stages(self.last) == (None,) * 3, 30, "what was recalled")

    def fresh(self):
        if self.last:
            self.recall_last()
        self.number += 1
        key = f"termijn-{self.number}"
        item, received = self.told.hand_in(key)
        due, self.last = working_days_after(received, CONFIRM_WORKDAYS), item
        return {"item": item, "key": key, "since": log_size(self.town.gemeente),
                "to": at_amsterdam(working_days_after(due, 3), 9)}

    def act(self, subject):
        """The clock leaps; each is told the time by what it hears of its partners."""
        if "told" not in subject:
            self.told.clock.move_to(subject["to"])
            subject["told"] = 0
        self.tell_time(subject)
        return True

    def tell_time(self, subject):
        """A row that is delivered and answered. A gateway that starts anew doubts its clock again, if
        its last night was long ago, until the next."""
        key = f"tijd-{subject['key']}-{subject['told']}"
        if subject.get("time") is None:
            day = amsterdam(self.told.clock.now()).date().isoformat()
            status, said = asked(self.town.corporatie, "MELDER", "POST", "/v1/invoer",
                                 intake([row(key, day, number=self.number)]))
            if status != 200 or said["rijen"][0]["uitkomst"] == "GEWEIGERD":
                raise Refused(status, said)
            subject["time"] = next(one["id"] for one in pages(
                self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
                if one["bronsleutel"] == key)
        status, said = asked(self.town.wijkteam, "ONTVANGER", "POST", "/v1/antwoorden",
                             {"signaal": subject["time"], "code": "ONTE"})
        if status == 404:
            raise OSError("not there yet")
        if status != 201 and said.get("code") != "STAP_NIET_MOGELIJK":
            raise Refused(status, said)
        subject.update(time=None, told=subject["told"] + 1, at=monotonic())

    def is_settled(self, subject):
        if self.told.stages(subject["item"]) == ("GEESCALEERD",) * 3:
            return True
        if subject["time"] or monotonic() - subject["at"] > AGAIN_S:
            self.tell_time(subject)
        return False

    def faults(self, subject):
        wrong = []
        for name, steps in self.steps.items():
            taken = self.told.leaves(self.town.partners[name], subject["item"])
            if taken != steps:
                wrong.append(f"the steps of {name}: {taken}")
        listed = [one["id"] for one in
                  self.told.late(self.town.gemeente, "REGIEHOUDER")["escalaties"]]
        if listed.count(subject["item"]) != 1:
            wrong.append(f"at the lead {listed.count(subject['item'])} times")
        heard = [one["uitkomst"] for one in
                 self.town.gemeente.log_rows(gebeurtenis="term", vanaf=subject["since"])]
        if heard != ["ok"]:
            wrong.append(f"in the lead's log: {heard}")
        return wrong
