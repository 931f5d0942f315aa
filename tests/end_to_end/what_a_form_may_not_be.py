# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import people  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam  # noqa: E402
from raw_http import Door  # noqa: E402
from visitor import Visitor  # noqa: E402

FORM = b"Content-Type: application/x-www-form-urlencoded"
SITE = b"Sec-Fetch-Site: same-origin"
MEGABYTE = 1 << 20
DAY = datetime.timedelta(days=1)


class Desk:
    """One signal at the team that anybody would like to answer with a form of his own."""

    def __init__(self, story, town):
        self.story, self.town, self.holder = story, town, town.wijkteam
        self.door = Door(self.holder, "lokaal", role="ONTVANGER")
        rows = [people.row("f-1", str(towns.amsterdam_today()))]
        status, _, text = town.corporatie.api("MELDER", "POST", "/v1/invoer", people.intake(rows))
        assert status == 200, text
        town.wait_delivered(town.corporatie)
        self.item = self.inbox()[0]["id"]
        self.path = f"/postvak/{self.item}/antwoord"

    def inbox(self):
        return json.loads(self.holder.api("ONTVANGER", "GET", "/v1/postvak")[2])["postvak"]

    def answers(self):
        text = self.holder.api("ONTVANGER", "GET", f"/v1/postvak/{self.item}")[2]
        return json.loads(text)["antwoorden"]

    def token(self, role="ONTVANGER", path=None):
        somebody = Visitor(self.holder, role)
        somebody.go(path or f"/postvak/{self.item}")
        return next(value for form in somebody.page.forms for name, value in form["values"]
                    if name == "formuliersleutel")

    def typed(self, code="INBH", **more):
        return urllib.parse.urlencode({"code": code, **more}).encode()

    def good(self):
        return self.typed(formuliersleutel=self.token())

    def post(self, body, *headers, path=None):
        """(statuses of all that came back, whether the connection ended)"""
        head = [b"POST " + (path or self.path).encode() + b" HTTP/1.1", b"Host: a",
                b"Accept: text/html", *headers, b"Connection: close",
                b"Content-Length: %d" % len(body)]
        answers, ended = self.door.say(b"\r\n".join(head) + b"\r\n\r\n" + body)
        return [one.status for one in answers], ended

    def denied(self, since):
        return self.holder.log_rows(gebeurtenis="deny", vanaf=since)

    def refused(self, name, status, body, *headers, lines=(1,), **more):
        size = stories.log_size(self.holder)
        said = self.post(body, *headers, **more)
        denied = self.denied(size)
        self.story.fact(f"{name}: {status}, once, and nothing is done",
                        said == ([status], True) and len(denied) in lines and self.answers() == [],
                        said, denied, self.answers())

    def turned_away(self, *words):
        """By its head alone: counted, with a line in the log once a minute."""
        self.refused(*words, lines=(0, 1))


def whose_it_is(desk):
    good = desk.good()
    desk.refused("O5: without a token", 403, desk.typed(), FORM)
    desk.refused("O5: without a token, and as our own page", 403, desk.typed(), FORM, SITE)
    desk.refused("O5: with an empty token", 403, desk.typed(formuliersleutel=""), FORM, SITE)
    desk.refused("O5: with a token that was made up", 403,
                 desk.typed(formuliersleutel="A" * 43 + "="), FORM, SITE)
    desk.refused("O5: with the token of another user", 403, desk.typed(
        formuliersleutel=desk.token("CONVENANTBEHEERDER", "/mag-dit")), FORM, SITE)
    cut = good[:-4]
    desk.refused("O5: with a token cut short", 403, cut, FORM, SITE)
    desk.refused("O5: with a token twice", 400, good + b"&" + good.split(b"&")[-1], FORM, SITE)
    for site in (b"cross-site", b"same-site", b"none, same-origin"):
        desk.turned_away(f"O5: from {site.decode()}", 403, good, FORM, b"Sec-Fetch-Site: " + site)
    desk.turned_away("O5: of two sites at once", 400, good, FORM, SITE, b"Sec-Fetch-Site: cross-site")


def what_it_holds(desk):
    good = desk.good()
    for name, more in (("a field twice", b"&code=NOPG"),
                       ("a field twice, the same", b"&code=INBH"),
                       ("a field twice, once by escape", b"&%63ode=NOPG"),
                       ("an unknown field", b"&rol=BEHEERDER"),
                       ("a field without a value", b"&vervolgstap"),
                       ("a value without a field", b"&=x"),
                       ("nothing between two marks", b"&&"),
                       ("a broken escape", b"&vervolgstap=%4"),
                       ("an escape that is none", b"&vervolgstap=%zz"),
                       ("bytes that are no UTF-8", b"&vervolgstap=%ff"),
                       ("a surrogate", b"&vervolgstap=%ed%a0%80"),
                       ("UTF-8 in too many bytes", b"&vervolgstap=%c0%af"),
                       ("a character cut in two", b"&vervolgstap=%c3"),
                       ("bare bytes beyond ASCII", "&vervolgstap=é".encode()),
                       ("a NUL", b"&vervolgstap=%00"), ("a line end", b"&vervolgstap=%0d%0a"),
                       ("a name in another case", b"&Vervolgstap=x"),
                       ("two hundred fields", b"&organisatiesoort=GGZ" * 200)):
        desk.refused(f"H7: {name}", 400, good + more, FORM, SITE)
    desk.refused("H5: a value beyond its bound", 413, good + b"&vervolgstap=" + b"a" * 4000, FORM,
                 SITE)
    desk.refused("H7: JSON", 400, b'{"code":"INBH"}', FORM, SITE)
    desk.refused("H5: a field of ten megabytes", 413, good + b"&vervolgstap=" + b"a" * 10 * MEGABYTE,
                 FORM, SITE)


def what_it_says_it_is(desk):
    good = desk.good()
    for kind in (b"text/plain", b"multipart/form-data; boundary=x", b"application/json", b"",
                 b"application/x-www-form-urlencoded; charset=utf-16",
                 b"application/x-www-form-urlencoded, application/json"):
        desk.refused(f"H7: a form of type '{kind.decode()}'", 415, good, b"Content-Type: " + kind,
                     SITE)
    desk.refused("H7: a form without a type", 415, good, SITE)
    for second in (FORM, b"Content-Type: application/json"):
        desk.turned_away(f"H7: two types, {second[14:].decode()}", 400, good, FORM, second, SITE)
    desk.refused("H7: a form to a page that takes none", 405, good, FORM, SITE, path="/postvak")


def of_another_day(desk, clock):
    story, worker = desk.story, Visitor(desk.holder, "ONTVANGER")
    worker.go("/mag-dit")
    old = worker.form("/mag-dit/antwoord")["values"]
    today = amsterdam(clock.now()).date()
    for days, wanted in ((1, 400), (2, 403)):
        clock.move_to(at_amsterdam(today + days * DAY, 9))
        worker.ask("POST", "/mag-dit/antwoord", urllib.parse.urlencode(old),
                   {"Content-Type": FORM[14:].decode()})
        story.equal(f"O5: a token {days} days old", worker.status, wanted)
    story.fact("O5: who had the page open for too long reads so",
               "stond te lang open" in worker.text, worker.text)


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        town.wijkteam.environment = clock.environment
    desk = Desk(story, story.town(prepare=prepare))
    whose_it_is(desk)
    what_it_holds(desk)
    what_it_says_it_is(desk)
    status, ended = desk.post(desk.good(), FORM, SITE)
    story.fact("the harness sees a form that is one: it is done",
               status == [303] and [one["code"] for one in desk.answers()] == ["INBH"], status)
    of_another_day(desk, clock)


stories.run(tell)
