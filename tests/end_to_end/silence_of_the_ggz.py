# SPDX-License-Identifier: EUPL-1.2
import datetime
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam, working_days_after  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

DECISION_WORKDAYS = 10  # besluitWerkdagen of article 2
QUIET_S = 2.5  # several passes of the gateway's clock work and its delivery


class Silence:
    def __init__(self, story, town, clock):
        self.story, self.town, self.clock = story, town, clock
        self.ids = {}

    def hand_in(self, key, number):
        """One signal to the GGZ; it is there when this returns."""
        day = amsterdam(self.clock.now()).date().isoformat()
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            status, answer = melder.ask("POST", "/v1/invoer", intake([
                row(key, day, code="ZORG.EENZAAM", to="GGZ", number=number,
                    contactmoment="HUISBEZOEK")]))
        assert status == 200 and answer["rijen"][0]["uitkomst"] == "VERZONDEN_TOESTEMMING", answer
        self.ids[key] = answer["rijen"][0]["id"]
        self.town.wait_delivered(self.town.corporatie)

    def at_melder(self, key):
        listed = pages(self.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return next(one for one in listed if one["id"] == self.ids[key])

    def at_worker(self, key):
        listed = pages(self.town.ggz, "GGZ_CONTACTPUNT", "/v1/postvak", "postvak")
        return next(one for one in listed if one["id"] == self.ids[key])

    def term_day(self, key):
        received = datetime.datetime.fromisoformat(
            self.at_worker(key)["ontvangenOp"].replace("Z", "+00:00"))
        return working_days_after(amsterdam(received).date(), DECISION_WORKDAYS)

    def crossed(self):
        """What the corporation's log knows of: every answer that came from the GGZ."""
        return [one for one in self.town.corporatie.log_rows(partij=self.town.ggz.oin)
                if one.get("bron") == self.town.ggz.oin and
                one.get("onderdeel") == "terugkoppelingen"]

    def let_pass(self, moment):
        self.clock.move_to(moment)
        time.sleep(QUIET_S)

    def nothing_crosses(self, when, keys):
        stands = {key: self.at_melder(key) for key in keys}
        status = stories.asked(self.town.ggz, "BEHEERDER", "/v1/status")
        waiting = [one for one in status["afleveren"] if one["wachtrij"] or one["onderweg"]]
        self.story.fact(
            f"{when}: nothing crosses",
            all(one["stand"] == "ONTV" and not one["antwoorden"] for one in stands.values()) and
            not waiting and not self.crossed(), stands, waiting, self.crossed())

    def wait_closed(self, keys, seconds=15):
        towns.wait_for(lambda: all(self.at_melder(key)["stand"] == "AFGH" for key in keys),
                       seconds, "AFGH at the melder")

    def closed_once(self, when, key, day):
        answers = self.at_melder(key)["antwoorden"]
        self.story.fact(f"{when}: the melder has one AFGH of {day}",
                        [(one["code"], one["op"]) for one in answers] ==
                        [("AFGH", day.isoformat())], answers)


def work_on(silence, key):
    """A worker takes the signal up and says what became of it, all of it locally."""
    story, item = silence.story, silence.ids[key]
    with LocalConnection(silence.town.ggz, "GGZ_CONTACTPUNT") as worker:
        status, _ = worker.ask("POST", f"/v1/postvak/{item}/aanvaarding", {})
        story.equal("the worker accepts", status, 200)
        status, contact = worker.ask("GET", f"/v1/postvak/{item}/inhoud")
        story.fact("the worker reads whom it is about",
                   status == 200 and contact["contact"]["naam"] == "Anouk Voorbeeld", contact)
        for code in ("INBH", "INGP", "AFGR"):
            status, answer = worker.ask("POST", "/v1/antwoorden", {"signaal": item, "code": code})
            story.fact(f"the answer {code} stays here",
                       status == 201 and answer["stand"] == "LOKAAL", status, answer)
    story.equal("the worker's own list says what was done", silence.at_worker(key)["stand"], "AFGR")


def the_term(silence):
    story, day = silence.story, silence.term_day("worked-on")
    told = silence.at_melder("worked-on")
    story.equal("both gateways work out the same day",
                [told["antwoordUiterlijk"], silence.at_worker("worked-on")["antwoordUiterlijk"]],
                [day.isoformat()] * 2)
    story.fact("the melder reads when the answer is due",
               told["regel"] == f"ontvangen; antwoord uiterlijk {day:%d-%m-%Y}", told["regel"])
    return day


def at_the_hour(silence, day, keys):
    story = silence.story
    silence.let_pass(at_amsterdam(day, 16, 59))
    silence.nothing_crosses("at 16:59 of the day", keys)
    silence.clock.move_to(at_amsterdam(day, 17))
    silence.wait_closed(keys)
    for key in keys:
        silence.closed_once(f"at 17:00, {key}", key, day)
    moments = [one["op"][:16] for one in silence.crossed()]
    hour = f"{at_amsterdam(day, 17):%Y-%m-%dT%H:%M}"
    story.equal("both arrive in the same minute, touched or not", moments, [hour] * len(keys))
    story.equal("they are one message, so as long as each other",
                len({one.get("transactie") for one in silence.crossed()}), 1)


def tell(story):
    clock = Clock(story.folder / "clock")

    def put_on_the_clock(town):
        for partner in town.all():
            partner.environment = clock.environment
    town = story.town(prepare=put_on_the_clock)
    silence = Silence(story, town, clock)
    keys = ["worked-on", "never-touched"]
    for number, key in enumerate(keys):
        silence.hand_in(key, number)
    day = the_term(silence)
    work_on(silence, "worked-on")
    time.sleep(QUIET_S)
    silence.nothing_crosses("after the worker's answers", keys)
    silence.let_pass(at_amsterdam(day - datetime.timedelta(days=1), 17, 1))
    silence.nothing_crosses("at 17:01 of the day before", keys)
    silence.hand_in("asleep", 2)
    at_the_hour(silence, day, keys)
    silence.let_pass(clock.now() + datetime.timedelta(hours=2))
    for key in keys:
        silence.closed_once(f"two hours later, {key}", key, day)
    asleep(silence)


def asleep(silence):
    """The gateway is down at the hour: the answer leaves when it is back."""
    day = silence.term_day("asleep")
    silence.town.ggz.stop()
    silence.clock.move_to(at_amsterdam(day, 18, 30))
    silence.story.equal("while the gateway is down nothing crosses",
                        silence.at_melder("asleep")["stand"], "ONTV")
    silence.town.ggz.start()
    time.sleep(QUIET_S)
    silence.story.equal("after days of downtime it waits for who knows the time",
                        silence.at_melder("asleep")["stand"], "ONTV")
    silence.hand_in("once-back", 3)
    silence.wait_closed(["asleep"])
    silence.closed_once("a gateway that was down at 17:00, once it is back", "asleep", day)
    for partner in (silence.town.corporatie, silence.town.ggz):
        silence.town.wait_delivered(partner)


stories.run(tell)
