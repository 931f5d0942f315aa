# SPDX-License-Identifier: EUPL-1.2
import http.client
import json
import os
import pathlib
import re
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from forged import Forge  # noqa: E402
from memory_limit import MemoryLimit, resident_kib  # noqa: E402
from raw_http import Door, cut, read_answer, read_on  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
CROWD = pathlib.Path(__file__).resolve().parents[1] / "support/crowd.py"
WINDOW_S = 4 if THOROUGH else 1.5
ROUNDS = 5 if THOROUGH else 1
KEEPS = 0.8
# A share of a processor that others use too says nothing about the gateway: then it is printed only.
QUIET = THOROUGH and os.getloadavg()[0] < (os.cpu_count() or 1) / 2
FLOOD_RATE = 1500
MANY = 65536
IDLE = 10000 if THOROUGH else 800
KIB_IDLE = 40  # what an idle connection may cost
USUAL = {"handdrukkenMax": 200, "handdrukkenPerAdres": 50, "verzoekenPerPartner": 200,
         "verbindingenMax": 4096, "verbindingenPerAdres": 1024, "verbindingenPerPartij": 256,
         "lichamenMiB": 64, "stilteSeconden": 60}
BURST_S = 5


def serve_with(partner, wrapper=(), **changes):
    partner.stop()
    partner.wrapper = list(wrapper)
    partner.change_settings(**{**USUAL, **changes})
    partner.start()


def crowd(kind, port, **options):
    words = [word for name, value in options.items() if value is not None
             for word in (f"--{name}", str(value))]
    return subprocess.Popen([sys.executable, "-B", str(CROWD), kind, str(port), *words],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def metric(partner, name):
    """The sum over its labels."""
    text = partner.api("BEHEERDER", "GET", "/v1/metrics")[2].decode()
    return sum(map(int, re.findall(rf"^{name}(?:\{{.*\}})? (\d+)$", text, re.MULTILINE)))


def cpu_s(partner):
    """Processor time of its threads, to the nanosecond."""
    return sum(int(one.read_text().split()[0]) for one in
               pathlib.Path(f"/proc/{partner.pids()[0]}/task").glob("*/schedstat")) / 1e9


class Honest:
    """A partner that posts one message after the other over a connection that it keeps: the same
    sealed bytes, for which the gateway opens, verifies, writes a leaf and answers each time."""

    def __init__(self, town, forge, pace=None):
        self.door = Door(town.wijkteam, "partner",
                         certificate=(town.corporatie.certificate, town.corporatie.key))
        message = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
        self.request = (b"POST /v1/signalen HTTP/1.1\r\nHost: a\r\nContent-Type: application/json"
                        b"\r\nContent-Length: %d\r\n\r\n" % len(message)) + message
        self.pace = pace
        self.connection = None
        self.others = []

    def once(self):
        if self.connection is None:
            self.connection = self.door.connect()
        self.connection.sendall(self.request)
        answer = read_answer(self.connection)
        if answer.status != 201:
            self.others.append(answer)
        if answer.headers.get(b"connection") == b"close" or not answer.status:
            self.close()
        return answer.status == 201

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def rate(self, seconds):
        """Messages a second that got their receipt."""
        began, count, turn = time.monotonic(), 0, 0
        while (now := time.monotonic()) < began + seconds:
            count += self.once()
            turn += 1
            if self.pace:
                time.sleep(max(0, began + turn / self.pace - now))
        return count / (time.monotonic() - began)


def ratio_beside(honest, start, seconds=WINDOW_S, rounds=ROUNDS):
    """The honest partner's rate beside a crowd over its rate alone, the middle one of some
    rounds, and what each crowd did."""
    ratios, crowds = [], []
    for _ in range(rounds):
        alone = honest.rate(seconds)
        began = time.monotonic()
        process = start(seconds + 0.4)
        time.sleep(0.4)  # it starts up
        ratios.append(honest.rate(seconds) / alone)
        done = json.loads(process.communicate()[0])
        crowds.append({**done, "took_s": time.monotonic() - began})
    return statistics.median(ratios), crowds


def cost_of(partner, start, seconds=WINDOW_S):
    """(processor time of the gateway for each that tried, in microseconds; what the crowd did)"""
    before = cpu_s(partner)
    done = json.loads(start(seconds).communicate()[0])
    return (cpu_s(partner) - before) * 1e6 / max(1, done["tried"]), done


# --- X4: handshakes ---

def handshake_floods(story, town, forge):
    gateway = town.wijkteam
    honest = Honest(town, forge)
    serve_with(gateway, verzoekenPerPartner=MANY)
    net = iter(range(60, 250))

    def flood(kind, rate=FLOOD_RATE, sources=1, **certificate):
        return lambda seconds: crowd(kind, gateway.partner_port, seconds=seconds, rate=rate,
                                     sources=sources, net=next(net), **certificate)

    def told(name, ratio, crowds):
        sums = {key: sum(one[key] for one in crowds) for key in ("tried", "served", "refused")}
        print(f"    {name}: the honest partner keeps {ratio:.0%}; of {sums['tried']} handshakes "
              f"{sums['served']} were begun")
        return sums

    partner = {"certificate": town.ggz.certificate, "key": town.ggz.key}
    for name, start, most in (
            ("a flood without a certificate", flood("hello"), USUAL["handdrukkenPerAdres"] / 10),
            ("a flood with a partner's certificate", flood("shake", 400, **partner),
             USUAL["handdrukkenPerAdres"]),
            ("a flood from 200 addresses", flood("hello", sources=200),
             USUAL["handdrukkenMax"])):
        ratio, crowds = ratio_beside(honest, start)
        # Half of a burst of all; whole for one address.
        allowed = [most * (BURST_S + one["took_s"] + 1) + 40 for one in crowds]
        served = told(name, ratio, crowds)["served"]
        story.fact(f"X4: {name} begins no more handshakes than its share, the rest is closed "
                   f"unread", 0 < served <= sum(allowed), crowds, allowed)
        story.fact(f"X4: beside {name} an honest partner goes on", ratio > 0.02, ratio)
        if QUIET:
            story.fact(f"X4: beside {name} an honest partner keeps at least {KEEPS:.0%} of its "
                       f"rate (median of {ROUNDS})", ratio >= KEEPS, ratio)
    each_us, crowd_ = cost_of(gateway, flood("hello"))
    story.fact(f"X4: {FLOOD_RATE} a second that are turned away take at most a fifth of two "
               f"processors", each_us * FLOOD_RATE <= 0.4e6, each_us, crowd_)
    print(f"    turning one away costs {each_us:.0f} us on average")
    newcomers(story, town, flood("hello", sources=200))
    story.fact("X4: no message of the honest partner was refused", not honest.others,
               honest.others[:3])
    honest.close()
    serve_with(gateway, verzoekenPerPartner=MANY, handdrukkenMax=MANY, handdrukkenPerAdres=MANY)
    ratio, crowds = ratio_beside(honest, flood("hello"))
    sums = told("the same flood without limits", ratio, crowds)
    dear_us, crowd_ = cost_of(gateway, flood("hello"))
    print(f"    without limits one costs {dear_us:.0f} us")
    story.fact("X4: the harness sees a broken gateway: without the limits each costs far more",
               dear_us > 2 * each_us, dear_us, each_us, crowd_)
    story.fact("X4: the harness sees a broken gateway: without the limits far more is begun",
               sums["served"] > 3 * (USUAL["handdrukkenPerAdres"] / 10) * (BURST_S + WINDOW_S) *
               len(crowds), crowds)
    honest.close()


def newcomers(story, town, start):
    """Who was here before comes in during a flood from everywhere, on a connection of its own."""
    door = Door(town.wijkteam, "partner",
                certificate=(town.corporatie.certificate, town.corporatie.key))
    process, came_in, tries = start(1.5), 0, 15
    time.sleep(0.4)
    for _ in range(tries):
        try:
            answers, _ = door.say(b"GET /v1/nergens HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                  b"\r\n")
            came_in += [one.status for one in answers] == [404]
        except OSError:
            pass
        time.sleep(0.05)
    process.communicate()
    story.equal("X4: who showed a certificate before still comes in during a flood from everywhere",
                came_in, tries)


# --- X4: requests of one partner ---

class Greedy(threading.Thread):
    """Asks as fast as it can over a connection that it keeps; gets 404 while in its share."""

    def __init__(self, door):
        super().__init__(daemon=True)
        self.door, self.stopping, self.statuses, self.retry_after = door, False, {}, None

    def run(self):
        request = b"GET /v1/nergens HTTP/1.1\r\nHost: a\r\n\r\n"
        with self.door.connect() as connection:
            while not self.stopping:
                connection.sendall(request)
                answer = read_answer(connection)
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
                if answer.status == 429:
                    self.retry_after = answer.headers.get(b"retry-after")


def greedy_partner(story, town, forge):
    gateway, share = town.wijkteam, 40
    serve_with(gateway, verzoekenPerPartner=share)
    honest = Honest(town, forge, pace=share // 2)
    before = metric(gateway, "wijkpoort_turned_away_total")
    greedy = [Greedy(Door(gateway, "partner", certificate=(town.ggz.certificate, town.ggz.key)))
              for _ in range(2)]
    began = time.monotonic()
    for one in greedy:
        one.start()
    rate = honest.rate(2 * WINDOW_S)
    for one in greedy:
        one.stopping = True
    for one in greedy:
        one.join(10)
    seconds = time.monotonic() - began
    done = sum(one.statuses.get(404, 0) for one in greedy)
    refused = sum(one.statuses.get(429, 0) for one in greedy)
    story.fact("X4: one partner's requests over its share are 429 with Retry-After",
               refused > 0 and {one.retry_after for one in greedy} == {b"5"} and
               done <= share * (BURST_S + seconds + 1), done, refused,
               seconds)
    story.fact("X4: meanwhile another partner's messages all get their receipt",
               not honest.others and rate > 0, honest.others[:3], rate)
    story.fact("X4: what was refused is counted for the log",
               metric(gateway, "wijkpoort_turned_away_total") - before >= refused)
    if THOROUGH:
        time.sleep(62)
        rows = [row for row in gateway.log_rows() if row.get("code") == "TE_VEEL_VERZOEKEN" and
                row.get("bron") == town.ggz.oin]
        story.fact("X4: within a minute the log names the partner, and how often",
                   rows and sum(int(row["objecten"]) for row in rows) == refused, rows, refused)
    honest.close()


def many_of_one_partner(story, town):
    gateway, most = town.wijkteam, 20
    serve_with(gateway, verbindingenPerPartij=most)
    door = Door(gateway, "partner", certificate=(town.ggz.certificate, town.ggz.key))
    kept = [door.connect() for _ in range(most)]
    with door.connect() as one_more:
        answers, ended = read_on(one_more)
    story.fact("X6: a partner's connection beyond its share gets 429 and the end, before it asks",
               [one.status for one in answers] == [429] and ended, answers)
    story.equal("X6: another partner comes in meanwhile",
                gateway.from_partner(town.corporatie, "GET", "/v1/nergens")[0], 404)
    for one in kept:
        one.close()


# --- X3 ---

def silent_ones(gateway, count):
    """Connections on which nothing is said; some may be closed again at once."""
    kept = []
    for _ in range(count):
        try:
            kept.append(socket.create_connection(("127.0.0.1", gateway.partner_port), timeout=5))
        except OSError:
            pass
    return kept


def no_descriptors(story, town):
    gateway = town.wijkteam
    serve_with(gateway, wrapper=["prlimit", "--nofile=64"])
    door = Door(gateway, "lokaal", role="BEHEERDER")
    request = b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n"
    with door.connect() as standing:
        standing.sendall(request)
        story.equal("X3: with few descriptors it starts and serves",
                    read_answer(standing).status, 200)
        crowd_ = silent_ones(gateway, 100)
        time.sleep(0.3)
        open_ = len(os.listdir(f"/proc/{gateway.pids()[0]}/fd"))
        before = cpu_s(gateway)
        time.sleep(1.5)
        busy = (cpu_s(gateway) - before) / 1.5
        story.fact("X3: all descriptors are taken", open_ >= 63, open_)
        # On a machine with twenty others at work a loop that spins still gets a tenth of a core.
        story.fact("X3: without descriptors nothing spins", busy < 0.03, busy)
        standing.sendall(request)
        story.equal("X3: without descriptors who was in is served", read_answer(standing).status,
                    200)
    for one in crowd_:
        cut(one)
    towns.wait_for(lambda: answers_(gateway), 15, "the gateway takes connections again")
    story.fact("X3: with descriptors again it takes connections again", True)
    serve_with(gateway, wrapper=["prlimit", "--nofile=200"])
    crowd_ = silent_ones(gateway, 190)
    time.sleep(0.3)
    open_ = len(os.listdir(f"/proc/{gateway.pids()[0]}/fd"))
    story.fact("X3: it takes no more connections than leave the store and the partners theirs",
               open_ < 190, open_)
    for one in crowd_:
        cut(one)
    print(f"    busy without descriptors: {busy:.1%} of a core")


def answers_(gateway):
    try:
        return gateway.api("BEHEERDER", "GET", "/v1/status")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


# --- X6 ---

def idle_crowd(story, town, forge):
    gateway = town.wijkteam
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    count = IDLE if hard == resource.RLIM_INFINITY else min(IDLE, hard - 500)
    cap = count + 50
    serve_with(gateway, verbindingenMax=cap, verbindingenPerAdres=cap, verbindingenPerPartij=cap,
               handdrukkenMax=MANY, handdrukkenPerAdres=MANY, verzoekenPerPartner=MANY,
               stilteSeconden=3600)
    honest = Honest(town, forge)
    alone = honest.rate(WINDOW_S)
    before = resident_kib(gateway)
    idle = crowd("stay", gateway.partner_port, count=count, sources=8, net=40,
                 certificate=town.ggz.certificate, key=town.ggz.key)
    got = json.loads(idle.stdout.readline())
    each = (resident_kib(gateway) - before) / max(1, got["staying"])
    story.equal(f"X6: {count} idle connections stand", got, {"staying": count, "refused": 0})
    story.fact(f"X6: each costs at most {KIB_IDLE} KiB", each <= KIB_IDLE, each)
    beside = honest.rate(WINDOW_S)
    story.fact("X6: beside them an honest partner is served", beside > 0 and not honest.others,
               beside, alone, honest.others[:3])
    print(f"    {count} idle connections, {each:.1f} KiB each; the honest partner "
          f"{beside:.0f} messages/s, alone {alone:.0f}")
    more = crowd("stay", gateway.partner_port, count=100, net=39,
                 certificate=town.ggz.certificate, key=town.ggz.key)
    extra = json.loads(more.stdout.readline())
    story.fact("X6: beyond the cap they are closed unread", extra["refused"] >= 50, extra)
    for process in (more, idle):
        process.communicate("")
    towns.wait_for(lambda: metric(gateway, "wijkpoort_connections") < 10, 20, "the crowd is gone")
    storm = json.loads(crowd("knock", gateway.partner_port, rate=4000,
                             seconds=WINDOW_S).communicate()[0])
    towns.wait_for(lambda: metric(gateway, "wijkpoort_connections") < 10, 20, "the storm is over")
    story.fact("X6: a storm of connects leaves nothing behind", storm["tried"] > 100 and
               honest.once() and len(os.listdir(f"/proc/{gateway.pids()[0]}/fd")) < 80, storm)
    honest.close()


# --- X2 ---

def large_bodies(story, town, forge):
    """Bodies of a megabyte that stop just before their end, far more than may be in memory. As
    usual is: all connections there, and the memory for bodies full."""
    gateway = town.wijkteam
    serve_with(gateway, lichamenMiB=8, verzoekenPerPartner=MANY, handdrukkenMax=MANY,
               handdrukkenPerAdres=MANY)
    honest = Honest(town, forge)
    body = b"x" * ((1 << 20) - 100)
    request = (b"POST /v1/signalen HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
               b"Content-Length: %d\r\n\r\n" % (len(body) + 50)) + body
    door = Door(gateway, "partner", certificate=(town.ggz.certificate, town.ggz.key))
    standing = send_all([door.connect() for _ in range(7)], request)
    crowd_ = [door.connect() for _ in range(40)]
    honest.rate(WINDOW_S)
    steady = resident_kib(gateway)
    with MemoryLimit(gateway.pids()[0], steady * 12 // 10) as limit:
        story.fact(f"X2: memory is held to 1.2 times the usual ({limit.how})", limit.how)
        send_all(crowd_, request)
        statuses = [answered(one) for one in crowd_]
        rate = honest.rate(WINDOW_S)
        most = resident_kib(gateway) if gateway.process.poll() is None else 0
    print(f"    {steady} KiB as usual, {most} KiB with 47 MiB of bodies offered ({limit.how})")
    story.fact("X2: beyond the memory for bodies there is 503 with Retry-After, before the body",
               sum(one == (503, b"5") for one in statuses) >= 35, statuses)
    story.fact("X2: the gateway lives, within its memory", 0 < most <= steady * 1.2, most, steady)
    story.fact("X2: meanwhile an honest partner is served", rate > 0 and not honest.others, rate,
               honest.others[:3])
    for one in standing + crowd_:
        cut(one)
    honest.close()
    towns.wait_for(lambda: door.say(request + b"y" * 50)[0][0].status == 400, 10,
                   "there is room for a body again")
    story.fact("X2: when they are gone there is room again", True)


def send_all(connections, request):
    for one in connections:
        try:
            one.sendall(request)
        except OSError:
            pass  # refused meanwhile: its answer is there to be read
    return connections


def answered(connection):
    connection.settimeout(0.02)
    answers, _ = read_on(connection)
    return (answers[0].status, answers[0].headers.get(b"retry-after")) if answers else None


# --- O5 ---

def administration(story, town):
    gateway = town.wijkteam
    serve_with(gateway)
    paths = ("/v1/status", "/v1/metrics", "/v1/gebruikers", "/v1/logregels/_zoek", "/v1/postvak",
             "/v1/toetsingen", "/v1/invoer", "/v1/log/checkpoint")
    shared = ("/v1/convenanten", "/v1/intrekkingen", "/v1/inzageverzoeken")  # messages to a partner
    asked = {(path, method): gateway.from_partner(town.corporatie, method, path,
                                                  "{}" if method == "POST" else None)[0]
             for path in paths + shared for method in ("GET", "POST", "DELETE")}
    story.equal("O5: no way of the local listener is open to a partner",
                {path: {asked[path, method] for method in ("GET", "POST", "DELETE")}
                 for path in paths},
                {path: {403} if path.endswith("/_zoek") else {404} for path in paths})
    story.equal("O5: what shares a word with it takes messages only",
                {method: {asked[path, method] for path in shared}
                 for method in ("GET", "POST", "DELETE")},
                {"GET": {405}, "POST": {400}, "DELETE": {405}})
    wrong = []
    for name, door in (
            ("a partner's certificate on the local listener",
             Door(gateway, "lokaal", certificate=(town.corporatie.certificate,
                                                  town.corporatie.key))),
            ("a user's certificate on the partner listener",
             Door(gateway, "partner", role="BEHEERDER"))):
        try:
            answers, _ = door.say(b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n")
        except OSError:
            answers = []
        if answers:
            wrong.append((name, answers))
    story.equal("O5: neither listener takes the other's certificates", wrong, [])
    sites = [gateway.api("BEHEERDER", "POST", "/v1/gebruikers", {},
                         {"Sec-Fetch-Site": site})[0] for site in ("cross-site", "same-site")]
    form = gateway.api("BEHEERDER", "POST", "/v1/gebruikers", "vingerafdruk=a",
                       {"Content-Type": "application/x-www-form-urlencoded"})[0]
    story.equal("O5: another site's page changes nothing", (sites, form), ([403, 403], 415))
    began = time.monotonic()
    tries = json.loads(crowd("shake", gateway.local_port, rate=200, seconds=WINDOW_S,
                             net=38).communicate()[0])
    took_s = time.monotonic() - began  # on a busy machine the crowd is slower than it wants
    allowed = USUAL["handdrukkenPerAdres"] / 10 * (BURST_S + took_s + 1) + 20
    story.fact("O5: who keeps trying without a good certificate is soon closed unread",
               0 < tries["served"] <= allowed and (tries["refused"] or tries["tried"] < allowed),
               tries, allowed)
    story.fact("O5: meanwhile a user at another address works on", answers_(gateway))


def tell(story):
    town = story.town()
    forge = Forge(town, story.build)
    handshake_floods(story, town, forge)
    greedy_partner(story, town, forge)
    many_of_one_partner(story, town)
    no_descriptors(story, town)
    idle_crowd(story, town, forge)
    large_bodies(story, town, forge)
    administration(story, town)


stories.run(tell)
