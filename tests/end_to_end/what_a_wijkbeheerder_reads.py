# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam, working_days_after  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

FLAT = "CPL-VD-01"
ROLES = ("MELDER", "REGIEHOUDER", "CONVENANTBEHEERDER", "FG")


def first_of_next(day):
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


class Month:
    """A town that lives through a month: it starts on the second of one, at noon."""

    def __init__(self, story):
        self.story = story
        self.clock = Clock(story.folder / "clock")
        self.town = story.town(prepare=self.prepare)
        today = amsterdam(self.clock.now()).date()
        # some working days before its end, so that the term of the first answer ends within it
        self.begin = first_of_next(today)
        while self.begin.month % 3 == 0:  # a quarter's end has a part of its own
            self.begin = first_of_next(self.begin)
        self.name = f"{self.begin:%Y-%m}"
        self.clock.move_to(at_amsterdam(self.begin + datetime.timedelta(days=1), 12))
        self.rows = 0

    def prepare(self, town):
        for partner in town.all():
            partner.environment = self.clock.environment

    @property
    def corporatie(self):
        return self.town.corporatie

    def push(self, rows):
        with LocalConnection(self.corporatie, "MELDER") as melder:
            for at in range(0, len(rows), 500):
                status, answer = melder.ask("POST", "/v1/invoer", intake(rows[at:at + 500]))
                assert status == 200, answer
                yield from answer["rijen"]

    def row(self, key, **more):
        self.rows += 1
        day = amsterdam(self.clock.now()).date().isoformat()
        return row(key, day, number=self.rows, complex=FLAT, **more)

    def hand_in(self, key, **more):
        done = list(self.push([self.row(key, **more)]))[0]
        assert done["uitkomst"] == "VERZONDEN_TOESTEMMING", done
        return done["id"]

    def line(self, item):
        listed = pages(self.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return next(one for one in listed if one["id"] == item)

    def answer(self, item, *words):
        self.town.wijkteam.run("ONTVANGER", "answer", item, *words)
        self.town.wait_delivered(self.town.wijkteam)

    def report(self, month, role="REGIEHOUDER"):
        status, _, body = self.corporatie.api(role, "GET", f"/v1/maandrapporten/{month}")
        return status, body

    def wait_report(self, month):
        towns.wait_for(lambda: self.report(month)[0] == 200, 30, f"the report of {month}")
        return json.loads(self.report(month)[1])

    def to_next_month(self, begin):
        self.clock.move_to(at_amsterdam(first_of_next(begin), 3, 5))
        self.hand_in(f"in de nacht van {begin}")  # its receipt shows that the clock is right
        self.town.wait_delivered(self.corporatie)


def the_lines(story, month):
    """One signal through its stages, as its reporter reads it."""
    town = month.town
    town.wijkteam.stop()
    item = month.hand_in("eerste")
    story.equal("A32: handed in, the team is away", month.line(item)["regel"], "nog niet afgeleverd")
    town.wijkteam.start()
    town.wait_delivered(town.corporatie)
    today = amsterdam(month.clock.now()).date()
    due = working_days_after(today, 2)
    story.equal("A32: it arrived", month.line(item)["regel"],
                f"ontvangen; antwoord uiterlijk {due:%d-%m-%Y}")
    town.wijkteam.run("ONTVANGER", "accept", item)
    month.answer(item, "BEOO")
    first = month.line(item)
    month.answer(item, "BEOO")
    second = month.line(item)
    story.fact("A33: under assessment is an answer once; twice in a row it is too late",
               first["regel"].startswith(f"{town.wijkteam.title}: in beoordeling; besluit uiterlijk")
               and second["regel"].startswith(f"te laat bij {town.wijkteam.title}: twee keer") and
               second["volgendeStap"]["code"] == "BEL_TE_LAAT", first, second)
    late = pages_of(month, "te-laat")
    story.equal("the list of what is late holds it, the list of what is done does not",
                ([one["id"] for one in late], pages_of(month, "afgerond")), ([item], []))
    month.answer(item, "INBH")
    story.fact("taken up, it is late no more",
               "in behandeling genomen; uitkomst uiterlijk" in month.line(item)["regel"],
               month.line(item))
    month.answer(item, "GEHV", "--vervolgstap", "TERUG_NAAR_MELDER")
    back = month.line(item)
    story.fact("A32: it comes back to the reporter, with what to do now",
               back["regel"] == f"{town.wijkteam.title}: geen hulpvraag nu; terug naar u." and
               back["volgendeStap"]["code"] == "ZELF_LANGS", back)
    shown = month.corporatie.run("MELDER", "mijn-meldingen", "--welke", "afgerond").stdout
    story.fact("the same by command", "terug naar u" in shown and "Ga zelf nog eens langs" in shown,
               shown)
    status, _, _ = month.corporatie.api("MELDER", "GET", "/v1/verzonden?welke=alles")
    story.equal("another list there is not", status, 400)


def pages_of(month, which):
    status, _, body = month.corporatie.api("MELDER", "GET", f"/v1/verzonden?welke={which}")
    assert status == 200, body
    return json.loads(body)["verzonden"]


def many_signals(month):
    """A few hundred, so that something may be shown; the team answers half of them in time."""
    rows = [month.row(f"m{i}") for i in range(120)]
    rows += [month.row(f"w{i}", code="MEED.BUURTWENS", toestemming="nee") for i in range(14)]
    rows += [month.row(f"e{i}", code="ZORG.EENZAAM") for i in range(3)]
    later = (amsterdam(month.clock.now()) + datetime.timedelta(days=9)).date().isoformat()
    rows += [month.row(f"g{i}", toestemmingDatum=later) for i in range(12)]
    done = list(month.push(rows))
    month.town.wait_delivered(month.corporatie)
    sent = [one["id"] for one in done if one["uitkomst"] == "VERZONDEN_TOESTEMMING"][:60]
    with LocalConnection(month.town.wijkteam, "ONTVANGER") as worker:
        for item in sent:
            worker.ask("POST", f"/v1/postvak/{item}/aanvaarding", {})
            status, answer = worker.ask("POST", "/v1/antwoorden", {"signaal": item, "code": "INBH"})
            assert status == 201, answer
    month.town.wait_delivered(month.town.wijkteam)
    return done


def the_report(story, month, done):
    refused = [one for one in done if one["uitkomst"] == "GEWEIGERD"]
    story.equal("some are refused for want of consent", {one["code"] for one in refused},
                {"GEEN_TOESTEMMING"})
    story.equal("no report before the month is over", month.report(month.name)[0], 404)
    month.to_next_month(month.begin)
    report = month.wait_report(month.name)
    print(json.dumps(report, indent=1, ensure_ascii=False)[:6000])
    return report


def tell(story):
    month = Month(story)
    the_lines(story, month)
    done = many_signals(month)
    the_report(story, month, done)


stories.run(tell)
