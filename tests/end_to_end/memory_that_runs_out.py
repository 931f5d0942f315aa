# SPDX-License-Identifier: EUPL-1.2
"""X1: in each flow of a real gateway the Nth allocation of the process fails, once or a while."""
import collections
import http.client
import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from forged import Forge  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402
from scarce import Scarce, is_sanitized  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
POINTS = int(os.environ.get("POINTS", "0")) or (0 if THOROUGH else 4)  # a flow; 0: all
SEED = int(os.environ.get("SEED", "20261123"))
WHILE = 40  # allocations in a row
STARTS = 1500  # of some 73,000 allocations, each a whole start: all of them would take a day
ENDED_IN_ORDER = (1, 3, 4)  # refused, broken, the store no longer trusted
DONE = (200, 201)
CODES = collections.Counter()  # what was said when it could not be done


class Flow:
    """One kind of request: `ask(n)` gives a status or None; `right(n)` says whether what an
    answer of 2xx said is so."""

    def __init__(self, name, partner, ask, right=lambda n: True, settle=None):
        self.name, self.partner, self.ask, self.right, self.settle = name, partner, ask, right, settle
        self.number = 0

    def once(self):
        try:
            return self.ask(self.number)
        except (OSError, http.client.HTTPException):
            return None


class Sweep:
    def __init__(self, story, scarce, environment):
        self.story, self.scarce, self.environment = story, scarce, environment
        self.dice = random.Random(SEED)
        self.deaths, self.wrong, self.ends = [], [], collections.Counter()
        self.statuses = collections.Counter()
        self.least = 1 << 40  # allocations in any flow

    def restart(self, partner):
        partner.process = None
        partner.start()

    def see_whether_it_lives(self, flow, at):
        partner = flow.partner
        code = partner.process.poll()
        if code is None:
            return
        last = partner.log.read_text().splitlines()[-3:]
        if code in ENDED_IN_ORDER:
            self.ends[code] += 1
            print(f"    {flow.name} at {at}: ended with {code}: {last}", flush=True)
        else:
            self.deaths.append((flow.name, at, code, last))
        self.restart(partner)

    def again_until_done(self, flow, at):
        """The same request must succeed, with one effect."""
        for _ in range(5):
            self.see_whether_it_lives(flow, at)
            status = flow.once()
            if status in DONE:
                return
            time.sleep(0.1)
        self.wrong.append((flow.name, at, "does not come back", status))

    def count(self, flow):
        """How many allocations the flow takes."""
        most = 0
        for warm in (False, True, True):
            flow.number += 1
            self.scarce.arm(1 << 40, 1)
            status = flow.once()
            if flow.settle:
                flow.settle()
            most = max(most, self.scarce.disarm()[0] if warm else 0)
            assert status in DONE, (flow.name, status)
        return most

    def at(self, flow, first, length):
        flow.number += 1
        self.scarce.arm(first, length)
        status = flow.once()
        if flow.settle:
            flow.settle()
        self.scarce.disarm()
        self.statuses[status] += 1
        if status is not None and status not in DONE and status < 500:
            self.wrong.append((flow.name, (first, length), "refused as if it were theirs", status))
        self.see_whether_it_lives(flow, (first, length))
        if status in DONE and not flow.right(flow.number):
            self.wrong.append((flow.name, (first, length), "acknowledged without its effect"))
        if status not in DONE:
            self.again_until_done(flow, (first, length))

    def run(self, flow):
        self.statuses.clear()
        began, total = time.monotonic(), self.count(flow)
        points = range(1, total + 1)
        self.least = min(self.least, total)
        if POINTS:
            points = self.dice.sample(points, min(POINTS, total))
        for first in points:
            for length in (1, WHILE):
                self.at(flow, first, length)
        print(f"    {flow.name}: {total} allocations, {len(points)} points, answers "
              f"{dict(self.statuses)}, {time.monotonic() - began:.1f} s", flush=True)


# --- the flows ---

class Kept:
    """A connection that stays open as long as it does."""

    def __init__(self, partner, role):
        self.partner, self.role, self.connection = partner, role, None

    def ask(self, method, path, body=None):
        if not self.connection:
            self.connection = LocalConnection(self.partner, self.role, timeout=8)
        try:
            status, answer = self.connection.ask(method, path, body)
            if status >= 500:
                CODES[status, answer.get("code")] += 1
            return status, answer
        except (OSError, http.client.HTTPException, ValueError):
            self.connection.close()
            self.connection = None
            raise OSError("no answer") from None


def local_flows(town, told):
    flows = []
    for name, partner, role, method, path, body in (
            ("status", town.wijkteam, "BEHEERDER", "GET", "/v1/status", None),
            ("metrics", town.wijkteam, "BEHEERDER", "GET", "/v1/metrics", None),
            ("inbox", town.wijkteam, "ONTVANGER", "GET", "/v1/postvak?aantal=20", None),
            ("log search", town.wijkteam, "AUDITOR", "POST", "/v1/logregels/_zoek",
             {"aantal": 20, "gebeurtenis": "start"}),
            ("export", town.wijkteam, "AUDITOR", "POST", "/v1/logregels/_zoek",
             {"aantal": 50, "vanaf": 0, "bladen": True})):
        kept = Kept(partner, role)

        def ask(_, kept=kept, method=method, path=path, body=body):
            if path == "/v1/metrics":
                return partner_status(kept.partner, kept.role, path)
            status, answer = kept.ask(method, path, body)
            if status == 200:
                told[path] += 1
            return status
        flows.append(Flow(name, partner, ask))
    return flows


def partner_status(partner, role, path):
    return partner.api(role, "GET", path)[0]


def handshakes(town):
    partner = town.wijkteam
    other = town.corporatie
    return [Flow("handshake of a user", partner,
                 lambda _: partner_status(partner, "BEHEERDER", "/v1/status")),
            Flow("handshake of a partner", partner,
                 lambda _: {404: 200}.get(partner.from_partner(other, "GET", "/v1/niets")[0]))]


def row_of(town, key):
    return intake([row(key, town.today.isoformat(), number=hash(key) % 400)])


class Pushing:
    """Rows of the corporation, which its own gateway delivers at once."""

    def __init__(self, town, name, armed):
        self.town, self.name, self.kept = town, name, Kept(town.corporatie, "MELDER")
        self.keys, self.said = set(), {}
        self.flow = Flow(name, armed, self.ask, self.right, self.settle)

    def ask(self, number):
        key = f"{self.name}-{number}"
        self.keys.add(key)
        status, answer = self.kept.ask("POST", "/v1/invoer", row_of(self.town, key))
        if status == 200:
            self.said[key] = answer["rijen"][0]["uitkomst"]
        return status

    def right(self, number):
        return self.said[f"{self.name}-{number}"] in ("VERZONDEN_TOESTEMMING", "AL_BEKEND")

    def settle(self):
        """Delivery goes on beside the answer."""
        time.sleep(0.06)


class Receiving:
    """Messages of the corporation made outside it, so that the team's answer is seen."""

    def __init__(self, town, build, count):
        forge = Forge(town, build)
        self.partner, self.sender = town.wijkteam, town.corporatie
        self.bodies = forge.bodies("CORPORATIE", "WIJKTEAM", [forge.consented()],
                                   proof=forge.proof(), count=count)
        self.receipts = {}
        self.flow = Flow("receive signal", self.partner, self.ask)

    def ask(self, number):
        status, _, body = self.partner.from_partner(self.sender, "POST", "/v1/signalen",
                                                    self.bodies[number - 1])
        if status == 201:
            self.receipts.setdefault(number, set()).add(body)
        return status


class Answering:
    """The team answers; the corporation hears of it."""

    def __init__(self, town, name, armed, ids):
        self.kept, self.ids, self.done = Kept(town.wijkteam, "ONTVANGER"), ids, set()
        self.flow = Flow(name, armed, self.ask, settle=lambda: time.sleep(0.06))

    def ask(self, number):
        item = self.ids[number - 1]
        status, answer = self.kept.ask("POST", "/v1/antwoorden",
                                       {"signaal": item, "code": "INBH"})
        # Asked again after no answer it may have been taken the first time.
        if status == 409 and answer.get("code") == "STAP_NIET_MOGELIJK":
            status = 201
        if status == 201:
            self.done.add(item)
        return status


# --- what must be so in the end ---

def check_rows(story, town, pushes):
    town.wait_delivered(town.corporatie, 120)
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    inbox = collections.Counter(one["id"] for one in
                                pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak"))
    keys = collections.Counter(one["bronsleutel"] for one in sent)
    wanted = set().union(*(push.keys for push in pushes))
    story.fact("X1: every row that was pushed is there once",
               set(keys) >= wanted and max(keys.values()) == 1,
               list(wanted - set(keys))[:5], keys.most_common(2))
    lost = [one["id"] for one in sent if inbox[one["id"]] != 1]
    story.fact("X1: and arrived once", not lost, lost[:5], len(lost))
    return sent


def check_reading(story, partner, told):
    """Who reads the log is in it: an answer without that line would have no effect."""
    rows = [*partner.log_rows(gebeurtenis="search"), *partner.log_rows(gebeurtenis="export")]
    story.fact("X1: each answer from the log has its own line in the log",
               told > 0 and len(rows) >= told, told, len(rows))


def check_received(story, receiving):
    tried = receiving.flow.number
    several = [n for n, bodies in receiving.receipts.items() if len(bodies) != 1]
    story.fact("X1: each message received has one receipt, the same each time",
               len(receiving.receipts) == tried and not several, tried, several[:5])


def check_answers(story, town, answerings):
    wanted = set().union(*(answering.done for answering in answerings))

    def told():
        sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
        return {one["id"]: [a["code"] for a in one["antwoorden"]] for one in sent}
    towns.wait_for(lambda: all("INBH" in told()[item] for item in wanted), 60,
                   "every answer at the melder")
    twice = [item for item, codes in told().items() if codes.count("INBH") > 1]
    story.fact("X1: every acknowledged answer reached the melder once", wanted and not twice,
               twice[:5])


def starts(story, town, scarce, sweep):
    """The Nth allocation of a start, or of the stop after it."""
    partner = town.gemeente
    partner.stop()
    partner.environment = sweep.environment
    scarce.arm(1 << 40, 1)
    partner.start()
    upto = scarce.numbers()[2]
    partner.stop()
    stop = scarce.disarm()[0] - upto
    codes, bad, total = collections.Counter(), [], upto + stop
    points = range(1, total + 1)
    for first in sweep.dice.sample(points, POINTS or STARTS):
        scarce.arm(first, 1)
        partner.start(wait=False)
        try:
            partner.wait_ready(20)
            code = partner.stop()
        except RuntimeError:
            code = partner.process.poll()
            partner.stop(9) if code is None else setattr(partner, "process", None)
        scarce.disarm()
        codes[code] += 1
        if code not in (0, *ENDED_IN_ORDER):
            bad.append((first, code, partner.log.read_text().splitlines()[-2:]))
    print(f"    start: {upto} allocations, stop: {stop}; exit codes {dict(codes)}", flush=True)
    story.fact("X1: a start or stop that is short of memory ends in order", not bad, *bad[:5])
    partner.start()
    sound, said = export_is_sound(partner, story.folder / "gemeente.jsonl")
    story.fact("X1: and starts again with a sound log", sound, said)


def tell(story):
    if is_sanitized(story.build / "wijkpoort"):
        story.fact("X1: not run: a sanitizer brings its own allocator; the unit tests run there", True)
        return
    scarce = Scarce(story.folder / "scarce")
    environment = scarce.environment(story.build)
    town = story.town()
    sweep = Sweep(story, scarce, environment)
    room = 20000 if THOROUGH and not POINTS else 6 * POINTS + 40
    receiving = Receiving(town, story.build, room)
    print(f"    seed {SEED}", flush=True)

    def armed(partner):
        for one in town.all():
            if one.environment and one is not partner:
                one.stop()
                one.environment = {}
                one.start()
        partner.stop()
        partner.environment = environment
        partner.start()

    armed(town.wijkteam)
    for flow in handshakes(town):
        sweep.run(flow)
    sweep.run(receiving.flow)
    told = collections.Counter()
    for flow in local_flows(town, told):
        sweep.run(flow)
    check_reading(story, town.wijkteam, told["/v1/logregels/_zoek"])
    arriving = Pushing(town, "arriving", town.wijkteam)
    sweep.run(arriving.flow)
    ids = [one["id"] for one in check_rows(story, town, [arriving])]
    answering = Answering(town, "answer", town.wijkteam, ids)
    sweep.run(answering.flow)
    armed(town.corporatie)
    hearing = Answering(town, "hearing", town.corporatie, ids[answering.flow.number:])
    pushing = Pushing(town, "push and deliver", town.corporatie)
    sweep.run(pushing.flow)
    sent = check_rows(story, town, [arriving, pushing])
    hearing.ids = [one["id"] for one in sent if not one["antwoorden"]]
    sweep.run(hearing.flow)
    check_received(story, receiving)
    check_answers(story, town, [answering, hearing])
    starts(story, town, scarce, sweep)
    story.fact("X1: no allocation that fails ends the gateway out of order", not sweep.deaths,
               *sweep.deaths[:8])
    story.fact("X1: no answer without its effect, no refusal that blames the asker, and the same "
               "request succeeds afterwards", not sweep.wrong, *sweep.wrong[:12])
    story.fact("X1: the harness sees every flow ask for memory, and refuses it",
               sweep.least > 20, sweep.least)
    said = {code for _, code in CODES}
    story.fact("X1: want of memory is never told as something else", said <= {"GEEN_GEHEUGEN"},
               CODES)
    print(f"    ended in order: {dict(sweep.ends)}, said {dict(CODES)}")
    for partner in (town.corporatie, town.wijkteam):
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
        story.fact(f"X1: the log of {partner.name} is sound", sound, said)


stories.run(tell)
