# SPDX-License-Identifier: EUPL-1.2
import base64
import collections
import datetime
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import UTC, Clock  # noqa: E402
from people import export_is_sound, intake, pages, row  # noqa: E402

DAY = datetime.timedelta(days=1)


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin), status


class Load:
    """Rows handed in one after another, whatever the clock does; what was acknowledged."""

    def __init__(self, town, taken, number=0):
        self.town, self.taken, self.refused = town, taken, []
        self.answers, self.stopping, self.number = collections.Counter(), False, number
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self):
        while not self.stopping:
            self.number += 1
            body = intake([row(f"last-{self.number}", self.town.today.isoformat(),
                               number=self.number)])
            try:
                status, _, raw = self.town.corporatie.api("MELDER", "POST", "/v1/invoer", body)
            except OSError:
                self.answers["no answer"] += 1
                continue
            answer = json.loads(raw)
            self.answers[answer.get("code", status)] += 1
            if status == 200:
                self.refused += [one for one in answer["rijen"] if "id" not in one]
                self.taken += [one["id"] for one in answer["rijen"] if "id" in one]
            time.sleep(0.02)

    def saw(self, what, seconds=10):
        before = self.answers[what]
        towns.wait_for(lambda: self.answers[what] > before, seconds, f"an answer {what}")

    def stop(self):
        self.stopping = True
        self.thread.join(40)


def log_of(partner):
    leaves = [json.loads(base64.b64decode(one["blad"])) for one in partner.log_rows(bladen=True)]
    return [one["seq"] for one in leaves], [one["t"] for one in leaves]


def certificates_of_last_year():
    """Valid since long before, so that it is not they that a wrong clock refuses."""
    plain = towns.command
    early = {"LD_PRELOAD": Clock.library(), "FAKETIME": "-300d"}

    def command(*words, **options):
        if words[0] == "openssl":
            options["env"] = {**os.environ, **early}
        return plain(*words, **options)
    towns.command = command


def back_and_right(story, town, clock, load, name, moment, near=False):
    """Behind its log nothing is signed; right again it goes on. Only while `near` are the
    users' certificates valid, so that they can be told."""
    sender = town.corporatie
    ahead, told = clock.ahead_s, sender.log.read_text().count("clock-behind KLOK_ONJUIST")
    clock.move_to(moment)
    towns.wait_for(lambda: sender.log.read_text().count("clock-behind KLOK_ONJUIST") > told, 10,
                   "the event")
    time.sleep(0.3)  # what was asked before it
    before = load.answers[200]
    time.sleep(0.6)
    story.equal(f"L1: {name}: an event says so, nothing is acknowledged, nothing breaks",
                (load.answers[200], sender.process.poll()), (before, None))
    if near:
        warnings = delivery_to(sender, town.wijkteam)[1]["waarschuwingen"]
        story.fact(f"L1: {name}: the entrance says so, and the status",
                   load.answers["KLOK_ONJUIST"] and any("klok" in one for one in warnings),
                   load.answers, warnings)
    clock.ahead_s = ahead
    clock.write()
    load.saw(200, 30)
    story.fact(f"L1: {name}: right again, it goes on by itself", True)


def a_second_back(story, town, clock, load):
    for _ in range(5):
        clock.ahead_s -= 1
        clock.write()
        load.saw(200)
    story.equal("L1: five times a second back under load: it goes on",
                load.answers["KLOK_ONJUIST"], 0)
    towns.wait_for(lambda: town.corporatie.log.read_text().count("clock-jumped") >= 2, 10,
                   "the events")


def in_order_once(story, town, load, when):
    sender = town.corporatie
    numbers, times = log_of(sender)
    story.equal(f"L1: {when}: the log is in order by number and its time never runs back",
                (numbers == list(range(len(numbers))), times == sorted(times)), (True, True))
    town.wait_delivered(sender)
    have = [one["id"] for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")]
    story.fact(f"L1: {when}: each signal that was acknowledged has arrived, once; no number twice",
               sorted(have) == sorted(load.taken) and len(set(have)) == len(have),
               len(have), len(load.taken))
    alarms = [one for one in sender.log_rows() if one["gebeurtenis"] == "alarm" and
              one.get("code") == "KLOK_ONJUIST"]
    story.fact(f"L1: {when}: jumps stand in the log as alarms", alarms)


class Standing:
    """What a day that comes would end: a signal that waits and one at a holder bound to secrecy, an
    agreement and two neighbours brought together, for some months."""
    SINCE = ("erase", "term", "answer", "withdraw", "transfer", "rights")

    def __init__(self, town):
        self.town, self.until = town, (town.today + 100 * DAY).isoformat()
        self.address = {"postcode": "1234AB", "huisnummer": "3"}
        self.secret = self.made("/v1/invoer", intake(
            [row("stil", town.today.isoformat(), code="ZORG.EENZAAM", to="GGZ", number=70,
                 contactmoment="HUISBEZOEK")]), 200)["rijen"][0]["id"]
        self.agrees("GRONDSLAG", "WOONSTAP", ["GGZ", "WIJKTEAM"], "WONEN")
        self.made("/v1/woonafspraken", {
            "adres": self.address, "aflossing": "TOT_50", "hulp": "WOONBEGELEIDING",
            "huurvoorwaarde": "VAST_CONTACT", "eindDatum": self.until})
        self.made("/v1/maatjes", {side: self.agrees("MAATJE", "TOELEIDING", ["CORPORATIE"], code)
                                  for side, code in (("vraagt", "VRAGEND"),
                                                     ("draagt", "DRAGEND"))})
        town.wait_delivered(town.corporatie)
        self.sizes = {one.name: stories.log_size(one) for one in town.all()}

    def made(self, path, body, wanted=201):
        status, _, raw = self.town.corporatie.api("MELDER", "POST", path, body)
        assert status == wanted, (path, raw)
        return json.loads(raw)

    def agrees(self, kind, purpose, to, group):
        number = "5" if group == "DRAGEND" else "3"
        return self.made("/v1/gegeven-toestemmingen", {
            "adres": {**self.address, "huisnummer": number}, "soort": kind,
            "basis": "TOESTEMMING", "doelen": [purpose], "ontvangers": to,
            "signaalgroepen": [group], "geldigVan": self.town.today.isoformat(),
            "geldigTot": self.until, "werkwijze": "GESPREK", "formulierVersie": "x-1"})["id"]

    def is_as_it_was(self, story, when):
        town, sender = self.town, self.town.corporatie
        matches = stories.asked(sender, "MELDER", "/v1/maatjes")["maatjes"]
        agreed = stories.asked(sender, "MELDER", "/v1/woonafspraken")["afspraken"]
        stood = {one["id"]: one for one in pages(sender, "MELDER", "/v1/verzonden", "verzonden")}
        story.equal(f"L1: {when}: agreement and match run on, the fixed answer has not left",
                    ([one["stand"] for one in matches], len(agreed), stood[self.secret]["stand"]),
                    (["GEKOPPELD"], 1, "ONTV"))
        story.equal(f"L1: {when}: nothing is late, erased, escalated or ended at any of the four",
                    [(one.name, leaf["gebeurtenis"], leaf.get("onderdeel"), leaf.get("code"))
                     for one in town.all() for leaf in one.log_rows(vanaf=self.sizes[one.name])
                     if leaf["gebeurtenis"] in self.SINCE or
                     leaf["gebeurtenis"] == "send" and leaf["uitkomst"] == "denied" or
                     leaf["gebeurtenis"] == "alarm" and leaf.get("code") != "KLOK_ONJUIST"], [])


def ahead_under_load(story, town, clocks, load, wrong):
    """What is handed in meanwhile waits for a partner that is away; two clocks are wrong at once,
    each by another time."""
    town.wijkteam.stop()
    load.saw(200)
    for name, off in wrong.items():
        clocks[name].move_to(clocks[name].now() + off)
    load.saw("KLOK_ONJUIST")
    warnings = stories.asked(town.ggz, "BEHEERDER", "/v1/status")["waarschuwingen"]
    story.fact("L1: the status of one that leapt says that nothing ends meanwhile",
               any("De klok versprong" in one for one in warnings), warnings)
    time.sleep(2.2)  # several passes of what looks at days, and of the sweep
    for name in wrong:
        clocks[name].ahead_s = 0
        clocks[name].write()
    load.stop()
    story.equal("L1: a clock that is ahead refuses no row for good", load.refused, [])


def far_ahead(story, town, clock, load):
    """After the certificates and the covenant: nothing can be said any more, nothing breaks."""
    sender = town.corporatie
    for name, moment in (("2038", datetime.datetime(2038, 1, 19, 3, 14, 30, tzinfo=UTC)),
                         ("2106", datetime.datetime(2106, 2, 7, 6, 28, 30, tzinfo=UTC))):
        clock.move_to(moment)
        year = f"{moment.year}-"
        towns.wait_for(lambda: any(line.startswith(year) and "clock-jumped" in line
                                   for line in sender.log.read_text().splitlines()), 10, name)
        time.sleep(1)
        story.fact(f"L1: {name}: no crash, and an event says so", sender.process.poll() is None)
    clock.ahead_s = 0
    clock.write()
    status, _, raw = sender.api("MELDER", "POST", "/v1/invoer", intake(
        [row("terug", town.today.isoformat())]))
    story.equal("L1: back from 2106: not behind what it signed there",
                (status, json.loads(raw)["code"]), (503, "KLOK_ONJUIST"))
    sender.stop()
    try:
        sender.start()
        started = True
    except RuntimeError:
        started = False
    story.fact("L1: nor does it start, and it says why",
               not started and "start-failed KLOK_ONJUIST" in sender.log.read_text())
    sender.process = None
    sender.change_settings(klokAchterSecondenMax=3155760000)
    sender.start()
    status, _, raw = sender.api("MELDER", "POST", "/v1/invoer", intake(
        [row("terug", town.today.isoformat())]))
    load.taken += [one["id"] for one in json.loads(raw)["rijen"]]
    numbers, times = log_of(sender)
    story.equal("L1: told by its operator to go on, it does, in order",
                (status, numbers == list(range(len(numbers))), times == sorted(times)),
                (200, True, True))
    sound, said = export_is_sound(sender, town.folder / "export")
    story.fact("L1: and its log is sound", sound, said)


# --- the partner's clock ---

def partner_off(story, town, clocks, name, off, refused):
    sender, other = town.corporatie, town.wijkteam
    clocks["WIJKTEAM"].ahead_s = off.total_seconds()
    clocks["WIJKTEAM"].write()
    body = intake([row(f"off-{name}-{n}", town.today.isoformat(), number=n) for n in range(3)])
    status, _, raw = sender.api("MELDER", "POST", "/v1/invoer", body)
    assert status == 200, raw
    if not refused:
        town.wait_delivered(sender)
        story.fact(f"L2: {name}: within what is allowed, it arrives", True)
        return
    towns.wait_for(lambda: delivery_to(sender, other)[0].get("laatsteFout") == "TIJD_ONJUIST", 10,
                   "the refusal")
    warnings = delivery_to(sender, other)[1]["waarschuwingen"]
    here = datetime.datetime.now(UTC)
    there = here + off
    story.fact(f"L2: {name}: refused, and the warning names both times", any(
        here.strftime("%Y-%m-%dT") in one and there.strftime("%Y-%m-%dT%H") in one
        for one in warnings), warnings)
    said = sender.run("BEHEERDER", "status").stdout
    story.fact(f"L2: {name}: `wijkpoort status` shows them", "om de tijd" in said, said)
    clocks["WIJKTEAM"].ahead_s = 0
    clocks["WIJKTEAM"].write()
    town.wait_delivered(sender)
    story.fact(f"L2: {name}: once both are right it arrives by itself", True)


def tell(story):
    clocks = {name: Clock(story.folder / f"clock-{name}") for name in towns.PARTNERS}

    def prepare(town):
        for partner in town.all():
            partner.environment = clocks[partner.name].jumping
            partner.change_settings(herhaalSecondenMax=1)
        # its own log would say no before it looks at a message that seems of the future
        town.wijkteam.change_settings(klokAchterSecondenMax=864000)
        town.ggz.change_settings(klokAchterSecondenMax=3155760000)
    certificates_of_last_year()
    town = story.town(prepare=prepare)
    clock = clocks["CORPORATIE"]
    partner_off(story, town, clocks, "the partner's clock a minute behind",
                datetime.timedelta(minutes=-1), False)
    partner_off(story, town, clocks, "the partner's clock five minutes behind",
                datetime.timedelta(minutes=-5), True)
    if os.environ.get("THOROUGH"):
        partner_off(story, town, clocks, "the partner's clock a day behind", -DAY, True)
    partner_off(story, town, clocks, "the partner's clock four days ahead", 4 * DAY, True)
    standing = Standing(town)
    load = Load(town, [one["id"] for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak",
                                                  "postvak")])
    load.saw(200)
    a_second_back(story, town, clock, load)
    back_and_right(story, town, clock, load, "three minutes back",
                   clock.now() - datetime.timedelta(minutes=3), True)
    back_and_right(story, town, clock, load, "800 days back", clock.now() - 800 * DAY)
    back_and_right(story, town, clock, load, "1970", datetime.datetime(1970, 1, 2, tzinfo=UTC))
    load.stop()
    print(f"    {len(load.taken)} rows, answers: {dict(load.answers)}")
    in_order_once(story, town, load, "jumps back")
    standing.is_as_it_was(story, "jumps back")
    load = Load(town, load.taken, load.number)
    ahead_under_load(story, town, clocks, load,
                     {"CORPORATIE": 400 * DAY, "GGZ": 30 * DAY})
    far_ahead(story, town, clock, load)
    town.wijkteam.start()
    in_order_once(story, town, load, "jumps ahead")
    standing.is_as_it_was(story, "jumps ahead")


stories.run(tell)
