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
from schema import Document  # noqa: E402

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
        self.move_to(self.begin + datetime.timedelta(days=1), 12)
        self.rows = 0

    def prepare(self, town):
        for partner in town.all():
            partner.environment = self.clock.environment

    def move_to(self, day, *hour):
        self.clock.move_to(at_amsterdam(day, *hour))
        self.town.wait_in_force()  # a new half-year has another key

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
        self.move_to(first_of_next(begin), 3, 5)
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
    rows = [month.row(f"m{i}") for i in range(104)]
    rows += [month.row(f"w{i}", code="MEED.BUURTWENS", toestemming="nee") for i in range(14)]
    rows += [month.row(f"e{i}", code="ZORG.EENZAAM") for i in range(3)]
    later = (amsterdam(month.clock.now()) + datetime.timedelta(days=9)).date().isoformat()
    rows += [month.row(f"g{i}", toestemmingDatum=later) for i in range(12)]
    done = list(month.push(rows))
    month.town.wait_delivered(month.corporatie)
    sent = [one["id"] for one in done if one["uitkomst"] == "VERZONDEN_TOESTEMMING"][:45]
    with LocalConnection(month.town.wijkteam, "ONTVANGER") as worker:
        for item in sent:
            worker.ask("POST", f"/v1/postvak/{item}/aanvaarding", {})
            status, answer = worker.ask("POST", "/v1/antwoorden", {"signaal": item, "code": "INBH"})
            assert status == 201, answer
    month.town.wait_delivered(month.town.wijkteam)
    return done


def the_report(story, month, done):
    refused = [one for one in done if one["uitkomst"] == "GEWEIGERD"]
    story.equal("twelve are refused for want of consent",
                [one["code"] for one in refused], ["GEEN_TOESTEMMING"] * 12)
    again = list(month.push([month.row(f"g{i}", toestemmingDatum="2099-01-01") for i in range(12)]))
    assert {one["uitkomst"] for one in again} == {"GEWEIGERD"}
    month.corporatie.stop()
    month.corporatie.start()
    story.equal("A17: there is no report before the month is over",
                month.report(month.name)[0], 404)
    month.to_next_month(month.begin)
    report = month.wait_report(month.name)
    first, positive = list(report)[4], report["watGaatGoed"]
    story.fact("A34: what goes well stands first", first == "watGaatGoed" and
               positive["aantal"] == 15 and report["signalen"]["groepen"][0] == positive, report)
    groups = {one["groep"]: one for one in report["signalen"]["groepen"]}
    story.equal("A17, A43: signals by kind and area, rounded; three lonely people are a dot",
                (groups["OVERLAST"]["aantal"], groups["ZORG_OM_BEWONER"]["aantal"],
                 groups["OVERLAST"]["gebieden"]), (105, None, [{"gebied": FLAT, "aantal": 105}]))
    story.equal("A16: on how many addresses somebody is at work, and no list of them",
                (report["adressenMetOndersteuning"],
                 month.report(f"{month.name}/adressen")[0]), ({"aantal": 45}, 404))
    team, secret = report["nakoming"]["partijen"][0], report["nakoming"]["partijen"][1]
    story.fact("A20: of the team how many, and which share in time; the GGZ shows neither",
               (team["naam"], team["aantal"], team["opTijd"]) ==
               (month.town.wijkteam.title, 110, {"procent": 41, "soort": "ONGEVEER"}) and
               secret["beroepsgeheim"] and secret["opTijd"] is None, team, secret)
    reasons = {one["reden"]: one["aantal"] for one in report["knelpunten"]["redenen"]}
    story.fact("A22: what stood in the way, once for each row however often it was pushed",
               reasons["GEEN_TOESTEMMING"] == 10 and
               sum(one is not None for one in reasons.values()) == 1, reasons)
    notes = {one["code"] for one in report["toelichting"]}
    story.fact("the page says what a dot is, and that it is the count of one organisation",
               {"ONDER_TIEN", "EIGEN_TELLING", "VASTGEZET"} <= notes, notes)
    return report


def frozen(story, month):
    _, before = month.report(month.name)
    page = month.corporatie.run("REGIEHOUDER", "table", "maand", "--month", month.name, "--html")
    sent = pages(month.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    for item in [one["id"] for one in sent if one["stand"] == "INBH"][:3]:
        status, _, body = month.corporatie.api(
            "MELDER", "POST", f"/v1/verzonden/{item}/terugtrekking", {})
        assert status == 200, body
    month.corporatie.stop()
    month.corporatie.start()
    again = month.corporatie.run("REGIEHOUDER", "table", "maand", "--month", month.name, "--html")
    story.fact("A17: recalled, erased and restarted, the report has the same bytes",
               month.report(month.name)[1] == before and page.stdout == again.stdout)
    shown = month.corporatie.run("MELDER", "table", "maand", "--json")
    story.fact("by command too", shown.stdout.encode() == before, shown.stdout[:200])


def as_described(story, month):
    api = Document(towns.ROOT / "config/openapi-lokaal.json")
    report = json.loads(month.report(month.name)[1])
    story.equal("reports and lists have the shape that is described",
                api.faults(report, {"$ref": "#/components/schemas/Maandrapport"}) +
                [fault for path, name in (("maandrapporten", "Maandrapporten"),
                                          ("nakoming", "Nakomingen"), ("knelpunten", "Knelpunten"))
                 for fault in api.faults(json.loads(month.corporatie.api("FG", "GET",
                                                                         f"/v1/{path}")[2]),
                                         {"$ref": f"#/components/schemas/{name}"})], [])


def who_may(story, month):
    seen = {}
    for path in (f"/v1/maandrapporten/{month.name}", "/v1/maandrapporten", "/v1/nakoming",
                 "/v1/knelpunten"):
        for role in ROLES + ("BEHEERDER", "AUDITOR", "SYSTEEM"):
            seen.setdefault(role, set()).add(month.corporatie.api(role, "GET", path)[0])
    story.equal("reporters, the lead and those who look after the covenant read figures",
                seen, {role: {200 if role in ROLES else 403} for role in seen})
    wrong = [month.corporatie.api("FG", "GET", f"/v1/nakoming?{query}")[0]
             for query in ("van=2026-13", "tot=2026", "van=2026-11-01")]
    story.equal("a period is whole months", wrong, [400] * 3)
    story.equal("a month that there is not has no report",
                [month.report(name)[0] for name in ("2026-13", "x", "2099-01")], [404] * 3)
    story.equal("another organisation counts its own",
                month.town.wijkteam.api("CONVENANTBEHEERDER", "GET",
                                        f"/v1/maandrapporten/{month.name}")[0], 404)


def one_flat(story, month):
    """The next month there is little of each: the report says so, and why."""
    begin = first_of_next(month.begin)
    month.move_to(begin + datetime.timedelta(days=3), 12)
    kinds = ("OVL.GELUID", "MEED.BUURTWENS", "ZORG.EENZAAM", "REN.STRESS", "FIN.GELDZORGEN")
    done = list(month.push([month.row(f"{code}{i}", code=code, toestemming="nee")
                            for code in kinds for i in range(6)]))
    assert {one["uitkomst"] for one in done} == {"GETELD"}, done
    month.to_next_month(begin)
    report = month.wait_report(f"{begin:%Y-%m}")
    groups = [one["aantal"] for one in report["signalen"]["groepen"]]
    story.fact("A17: in one flat each kind is a dot, and only what they are together is shown",
               set(groups) == {None} and report["signalen"]["totaal"] == {"aantal": 30}, report)
    shown = month.corporatie.run("MELDER", "overzicht", "maand").stdout
    story.fact("and a sentence says why", "Geen onderdeel komt aan 10." in shown and
               "Een punt betekent: minder dan 10, of niets." in shown, shown)
    csv = month.corporatie.run("MELDER", "table", "maand", "--csv").stdout
    story.fact("as CSV for Excel", csv.startswith("\ufeffmaand;onderdeel;") and
               f"{begin:%Y-%m};signalen;totaal;;;30" in csv, csv)
    tired = month.corporatie.run("MELDER", "table", "moeheid").stdout
    listed = json.loads(month.corporatie.api("MELDER", "GET", "/v1/maandrapporten")[2])
    story.fact("how much was reported month by month, and how much of it is still open",
               [one["signalen"]["aantal"] for one in listed["maandrapporten"]] == [30, 120] and
               listed["maandrapporten"][0]["open"]["procent"] >= 90 and month.name in tired,
               listed, tired)


def tell(story):
    month = Month(story)
    the_lines(story, month)
    done = many_signals(month)
    the_report(story, month, done)
    frozen(story, month)
    as_described(story, month)
    who_may(story, month)
    one_flat(story, month)


stories.run(tell)
