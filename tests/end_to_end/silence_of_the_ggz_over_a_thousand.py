# SPDX-License-Identifier: EUPL-1.2
"""A thousand signals (300 in `make check`) to a secrecy-bound partner, half of them about persons
that it knows, half of each worked on there. Who sent them is the adversary: he holds every byte
that comes back, the length of every TLS record and the time of each, and may not learn which half
is which.

What is fixed must be one and the same; what varies must come from one distribution, p > 0.01 over
all tests together. That is wrong by chance once in a hundred times: then a fresh thousand must
show the same, twice. The requests come in pairs, a client and a stranger in random order, so that
a busy machine slows both alike; none is compared with a fixed time. First the tests themselves are tested: on known
answers, and on this very sample with a small leak put into it.
"""
import collections
import datetime
import json
import os
import pathlib
import queue
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import indistinct  # noqa: E402
import story as stories  # noqa: E402
import two_samples  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam, working_days_after  # noqa: E402
from forged import Forge  # noqa: E402
from indistinct import Answer, Seen  # noqa: E402
from people import LocalConnection, intake, row  # noqa: E402
from recorder import Recorder  # noqa: E402

SEED = 20261123
COUNT = int(os.environ.get("COUNT", 1000 if os.environ.get("THOROUGH") else 300))
DAYS = 2  # on which they come, so that as many hours of answering follow
SAMPLES = 3
DECISION_WORKDAYS = 10  # besluitWerkdagen of article 2
DAYS_OF_ALL = 90  # what all of it takes of the calendar, at most
LIFTING = {"soort": "DOORBREKING_BEROEPSGEHEIM", "basis": "TOESTEMMING", "doelen": ["TOELEIDING"],
           "ontvangers": ["CORPORATIE"], "signaalgroepen": ["ZORG_OM_BEWONER"],
           "werkwijze": "GESPREK", "formulierVersie": "doorbreking-1"}
HELP = {**LIFTING, "soort": "INSTEMMING_HULP", "ontvangers": ["GGZ"]}


# --- what a worker does ---

class Worker(threading.Thread):
    """Does to each signal handed to him what is said, while others still come in."""

    def __init__(self, ggz, today):
        super().__init__(daemon=True)
        self.ggz, self.today = ggz, today
        self.waiting, self.done, self.wrong = queue.Queue(), collections.Counter(), []

    def run(self):
        with LocalConnection(self.ggz, "GGZ_CONTACTPUNT") as self.line:
            while (one := self.waiting.get()) is not None:
                try:
                    ACTS[one[1]](self, one[0])
                    self.done[one[1]] += 1
                except Exception as error:  # a fact of its own, not a silent thread
                    self.wrong.append(f"{one}: {error!r}")

    def ask(self, wanted, path, body=None, method="POST"):
        status, answer = self.line.ask(method, path, body)
        assert status == wanted, (path, body, status, answer)
        return answer

    def accept(self, item):
        self.ask(200, f"/v1/postvak/{item}/aanvaarding", {})

    def open(self, item):
        self.accept(item)
        self.ask(200, f"/v1/postvak/{item}/inhoud", method="GET")

    def answer(self, item, *codes):
        for code in codes:
            more = ({"vervolgstap": "NIEUWE_POGING", "vervolgdatum":
                     (self.today + datetime.timedelta(days=7)).isoformat()}
                    if code == "GEHV" else {})
            made = self.ask(201, "/v1/antwoorden", {"signaal": item, "code": code, **more})
            assert made["stand"] == "LOKAAL", made

    def finish(self, item):
        self.open(item)
        self.answer(item, "INBH", "INGP", "AFGR")

    def assess(self, item):
        self.answer(item, "BEOO")

    def not_reach(self, item):
        self.accept(item)
        self.answer(item, "NOPG")

    def confirm(self, item):
        self.accept(item)
        self.ask(200, f"/v1/postvak/{item}/toestemming", {"bevestigd": "ja"})

    def hand_over(self, item):
        self.accept(item)
        status, answer = self.line.ask("POST", f"/v1/postvak/{item}/overdracht",
                                       {"naar": "WIJKTEAM"})
        assert status >= 400, (status, answer)

    def record(self, item, kind=HELP):
        self.ask(201, "/v1/gegeven-toestemmingen",
                 {"signaal": item, "geldigVan": self.today.isoformat(), **kind})

    def lift(self, item):
        self.record(item, LIFTING)


ACTS = {"accepts": Worker.accept, "opens": Worker.open, "answers to the end": Worker.finish,
        "assesses": Worker.assess, "cannot reach": Worker.not_reach,
        "hears that consent was given": Worker.confirm, "may not hand over": Worker.hand_over,
        "records that help is wanted": Worker.record}
BEFORE = (*ACTS, "lifts the secrecy of another signal")
ACTS["lifts the secrecy of another signal"] = Worker.lift


# --- the thousand ---

class House:
    def __init__(self, story, clock):
        self.story, self.clock, self.dice = story, clock, random.Random(SEED)
        self.recorder = Recorder(taps=True)
        self.town = story.town(prepare=self.prepare)
        self.forge = Forge(self.town, story.build)
        self.persons = 0
        self.read = 0  # so many exchanges were looked at for answers

    def prepare(self, town):
        """On a day after which one half-year lasts long enough: no key is changed meanwhile."""
        now = self.clock.now()
        half = datetime.date(now.year + (now.month > 6), 1 if now.month > 6 else 7, 1)
        if (half - now.date()).days < DAYS_OF_ALL:
            now = at_amsterdam(half + datetime.timedelta(days=1), 9)
            self.clock.move_to(now)
        for partner in town.all():
            partner.environment = self.clock.environment
        self.recorder.stand_between(town)

    def today(self):
        return amsterdam(self.clock.now()).date()

    def rows(self, named):
        day = self.today().isoformat()
        return [row(key, day, code="ZORG.EENZAAM", to="GGZ", number=person,
                    contactmoment="HUISBEZOEK") for key, person in named]

    def push(self, melder, named):
        status, answer = melder.ask("POST", "/v1/invoer", intake(self.rows(named)))
        assert status == 200, answer
        assert all(one["uitkomst"] == "VERZONDEN_TOESTEMMING" for one in answer["rijen"]), answer
        return [one["id"] for one in answer["rijen"]]

    def known_before(self, name, persons):
        """They were reported before, and each was worked on; that ends before the others come."""
        worker = Worker(self.town.ggz, self.today())
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            items = self.push(melder, [(f"{name}-{one}", one) for one in persons])
        self.town.wait_delivered(self.town.corporatie)
        worker.start()
        for number, item in enumerate(items):
            worker.waiting.put((item, BEFORE[number % len(BEFORE)]))
        self.end(worker)
        self.hour(self.today(), len(items))

    def end(self, worker):
        worker.waiting.put(None)
        worker.join(120)
        self.story.fact("the workers could do what they do, and each answer stayed here",
                        not worker.wrong and not worker.is_alive(), worker.wrong[:3])

    def one_by_one(self, name, persons, worker):
        """A signal, then what crosses, then the next: each has a message of its own."""
        tap, exchanges = self.recorder.answering["GGZ"], self.recorder.exchanges
        acts, seen = list(ACTS)[:-1], {}
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            for person, client in persons:
                lines, records, before = tap.connections, len(tap.records), len(exchanges)
                item, = self.push(melder, [(f"{name}-{person}", person)])
                end = time.monotonic() + 60
                while len(exchanges) == before and time.monotonic() < end:
                    time.sleep(0.001)
                act = self.dice.choice(acts) if self.dice.random() < 0.5 else None
                seen[item] = Seen(person, client, act, indistinct.receipt_of(
                    exchanges[before], self.lengths(tap, lines, records)), None)
                if act:
                    worker.waiting.put((item, act))
        return seen

    @staticmethod
    def lengths(tap, lines, since):
        """Of the records of an answer; on a fresh connection the handshake comes before it."""
        found = tuple(one.length for one in tap.records[since:] if one.answers and one.kind == 23)
        return found if tap.connections == lines else found[-1:]

    # --- what comes back ---

    def answers(self):
        """Every answer of the GGZ since the last time, in the order in which they came."""
        new = [one for one in self.recorder.exchanges[self.read:]
               if (one.caller, one.path) == ("GGZ", "/v1/terugkoppelingen")]
        self.read = len(self.recorder.exchanges)
        bodies = [one.request.split(b"\n\n", 1)[1] for one in new]
        opened = self.forge.opened("CORPORATIE", bodies) if bodies else []
        return [(one, json.loads(text)) for one, text in zip(new, opened)]

    def hour(self, received, count):
        """Moves to the hour at which that day's signals are answered; the answers by signal."""
        hour = at_amsterdam(working_days_after(received, DECISION_WORKDAYS), 17)
        self.clock.move_to(hour - datetime.timedelta(seconds=1))
        found, place, messages, days = collections.defaultdict(list), 0, [], set()
        end = time.monotonic() + 90
        while place < count and time.monotonic() < end:
            time.sleep(0.2)
            for exchange, payload in self.answers():
                after_s = exchange.at + self.clock.ahead_s - hour.timestamp()
                messages.append((len(payload["items"]), len(exchange.request), after_s))
                days |= {item["op"] for item in payload["items"]}
                for item in payload["items"]:
                    found[item["signaal"]].append(Answer(
                        item["code"], indistinct.masked(json.dumps(item)), item["id"], after_s,
                        place))
                    place += 1
        self.story.fact("all answers come after the hour, and as many in a message are as long",
                        place == count and all(one[2] >= 0 for one in messages) and
                        days == {amsterdam(hour).date().isoformat()} and
                        len({one[:2] for one in messages}) == len({one[0] for one in messages}),
                        place, count, days, messages)
        return found

    def in_pairs(self, clients, strangers):
        """A client and a stranger, whichever comes first."""
        for client, stranger in zip(clients, strangers):
            pair = [(client, True), (stranger, False)]
            self.dice.shuffle(pair)
            yield from pair

    def sample(self, name):
        persons = list(range(self.persons, self.persons + COUNT))
        self.persons += COUNT
        self.dice.shuffle(persons)
        clients, strangers = persons[:COUNT // 2], persons[COUNT // 2:]
        self.known_before(f"{name}-before", clients)
        seen, sizes = [], []
        for day in range(DAYS):
            self.clock.move_to(at_amsterdam(working_days_after(self.today(), 1), 10))
            worker = Worker(self.town.ggz, self.today())
            worker.start()
            met = self.one_by_one(f"{name}-{day}", self.in_pairs(clients[day::DAYS],
                                                                 strangers[day::DAYS]), worker)
            self.end(worker)
            self.story.equal("nothing came back but receipts", self.answers(), [])
            sizes.append((self.today(), met))
        for received, met in sizes:
            found = self.hour(received, len(met))
            seen += [one._replace(answers=found[item]) for item, one in met.items()]
        return seen


# --- the tests are tested ---

def known_answers(story):
    """Quantiles of Kolmogorov's distribution; the hares and tortoises of the textbook."""
    story.equal("Kolmogorov and Smirnov's test gives the chances of the tables",
                [round(two_samples.kolmogorov_survival(one), 3)
                 for one in (1.2238, 1.3581, 1.6276)], [0.1, 0.05, 0.01])
    story.equal("and for 100 against 100 with no overlap nothing is left", round(
        two_samples.kolmogorov_smirnov(range(100), range(100, 200)), 10), 0)
    story.equal("Mann and Whitney's gives that of the textbook", round(
        two_samples.mann_whitney([1, 7, 8, 9, 10, 11], [2, 3, 4, 5, 6, 12]), 4), 0.2623)
    story.equal("Wilcoxon's gives that of the textbook", round(
        two_samples.wilcoxon([15, -7, 5, 20, 0, -9, 17, -12, 5, -10]), 4), 0.5936)
    story.equal("all alike: nothing is told apart", (
        two_samples.mann_whitney([1] * 50, [1] * 50),
        two_samples.kolmogorov_smirnov([1] * 50, [1] * 50),
        two_samples.wilcoxon([0] * 50)), (1.0, 1.0, 1.0))


def with_answer(seen, **changes):
    return seen._replace(answers=[seen.answers[0]._replace(**changes)])


def leaks(sample):
    """What a gateway that cannot keep silence would do, in this sample."""
    spread = sorted(one.receipt.took_s for one in sample)
    half = (spread[3 * len(spread) // 4] - spread[len(spread) // 4]) / 2 or 1e-6
    ordered = sorted(sample, key=lambda seen: (not seen.client, seen.answers[0].place))
    place = {one.key: at for at, one in enumerate(ordered)}
    return {
        "receipts slower by half of their spread": [
            one._replace(receipt=one.receipt._replace(
                took_s=one.receipt.took_s + half * one.client)) for one in sample],
        "answers half a second later": [
            with_answer(one, after_s=one.answers[0].after_s + 0.5 * (one.act is not None))
            for one in sample],
        "clients first": [with_answer(one, place=place[one.key]) for one in sample],
        "ids that begin alike": [with_answer(one, id="0" + one.answers[0].id[1:])
                                 if one.client else one for one in sample]}


def fixed_leaks(sample):
    first, *others = sample
    receipt, answer = first.receipt, first.answers[0]
    return {
        "another code": [first._replace(answers=[answer._replace(code="AFGR")]), *others],
        "a second code": [first._replace(answers=[answer, answer]), *others],
        "no code": [first._replace(answers=[]), *others],
        "a byte more": [first._replace(receipt=receipt._replace(length=receipt.length + 1)),
                        *others],
        "a longer record": [first._replace(receipt=receipt._replace(
            records=(*receipt.records, 1))), *others],
        "a word in an answer": [with_answer(first, shape=answer.shape + " "), *others]}


def leaks_are_found(story, sample):
    for name, leaking in leaks(sample).items():
        story.fact(f"the tests find: {name}", indistinct.told_apart(leaking))
    for name, leaking in fixed_leaks(sample).items():
        story.fact(f"the tests find: {name}", len(indistinct.shapes(leaking)) == 2)


# --- the story ---

def fixed_parts(story, sample):
    seen = indistinct.shapes(sample)
    story.fact(f"A12: of {len(sample)} signals each got one receipt and one AFGH, byte for byte as "
               "long, with the same headers and records", len(seen) == 1 and
               [one.code for one in sample[0].answers] == ["AFGH"], seen.most_common(3))
    story.fact("half of them are about clients, half of each half was worked on",
               all(COUNT / 5 < sum(1 for one in sample if one.client is client and
                                   (one.act is not None) is acted) < COUNT / 3
                   for client in (True, False) for acted in (True, False)))


def tell(story):
    known_answers(story)
    print(f"    seed {SEED}")
    house = House(story, Clock(story.folder / "clock"))
    suspects = None
    for number in range(SAMPLES):
        sample = house.sample(f"s{number}")
        fixed_parts(story, sample)
        if number == 0:
            leaks_are_found(story, sample)
            took = sorted(1000 * one.receipt.took_s for one in sample)
            print("    milliseconds to a receipt, by quarters: " + ", ".join(
                f"{took[at * (len(took) - 1) // 4]:.1f}" for at in range(5)))
            for name, chance in indistinct.chances(sample).items():
                print(f"    {', '.join(name)}: p = {chance:.3f}")
        found = indistinct.told_apart(sample)
        suspects = found if suspects is None else {
            name: chance for name, chance in found.items() if name in suspects}
        if not suspects:
            break
        print(f"    by chance, or not: {suspects}")
    story.fact("neither times, nor places, nor ids tell a client from another, nor what was "
               "worked on from the rest: p > 0.01", not suspects, suspects)


stories.run(tell)
