# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from busy import Melder, Pace, Worker  # noqa: E402
from people import pages  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
PAUSE_S = 60 if THOROUGH else 2
RELOADS = 50 if THOROUGH else 10
STOPS = 10 if THOROUGH else 2
MELDERS = 3


def told(partner, word):
    return [line for line in partner.log.read_text().splitlines() if line.split()[1] == word]


def progress(clients, least, seconds=60):
    """Until the people have got so much further."""
    before = sum(len(one.acknowledged) for one in clients)
    towns.wait_for(lambda: sum(len(one.acknowledged) for one in clients) >= before + least,
                   seconds, "people get on with their work")


def reloads(story, partner, clients):
    broken = sum(len(one.broken_off) for one in clients)
    for count in range(1, RELOADS + 1):
        os.kill(partner.pids()[0], signal.SIGHUP)
        towns.wait_for(lambda least=count: len(told(partner, "reloaded")) >= least, 30,
                       "the reload is told")
    progress(clients, 5)
    story.fact(f"X7: {RELOADS} times SIGHUP under load: certificates are read again, no request is "
               f"dropped", sum(len(one.broken_off) for one in clients) == broken and
               all(line.split()[2] == "OK" for line in told(partner, "reloaded")),
               told(partner, "reloaded")[-3:])


def stops(story, partner, clients):
    ends, slowest = [], 0
    for _ in range(STOPS):
        progress(clients, 5)
        began = time.monotonic()
        ends.append(partner.stop(signal.SIGTERM))
        slowest = max(slowest, time.monotonic() - began)
        partner.start()
    story.fact(f"X7: {STOPS} times SIGTERM under load ends in order",
               set(ends) == {0} and len(told(partner, "stopped")) == STOPS, ends,
               told(partner, "stopped"))
    print(f"    the slowest stop took {slowest:.2f} s")
    progress(clients, 5)
    partner.stop(signal.SIGKILL)
    story.equal("X7: the harness sees a broken gateway: one that is killed does not end in order",
                len(told(partner, "stopped")), STOPS)
    partner.start()


def pauses(story, partners, clients):
    for partner in partners:
        progress(clients, 5)
        pid = partner.pids()[0]
        os.kill(pid, signal.SIGSTOP)
        time.sleep(PAUSE_S)
        os.kill(pid, signal.SIGCONT)
        progress(clients, 5)
        story.fact(f"X7: SIGSTOP of {PAUSE_S} s, and it goes on ({partner.name})",
                   partner.process.poll() is None)


def tell(story):
    town = story.town()
    sender, receiver = town.corporatie, town.wijkteam
    melders = [Melder(sender, n, town.today.isoformat(), pace=Pace(20)) for n in range(MELDERS)]
    worker = Worker(receiver, pace=Pace(5))
    clients = [*melders, worker]
    for one in clients:
        one.start()
    progress(melders, 10)
    reloads(story, sender, melders)
    stops(story, sender, melders)
    pauses(story, (sender, receiver), melders)
    for one in clients:
        one.stopping = True
    for one in clients:
        one.join(30)
    story.equal("X7: people saw nothing but answers and broken connections",
                [seen for one in clients for seen in one.surprises], [])
    for partner in (sender, receiver):
        town.wait_delivered(partner)
    sent = pages(sender, "MELDER", "/v1/verzonden", "verzonden")
    inbox = [one["id"] for one in pages(receiver, "ONTVANGER", "/v1/postvak", "postvak")]
    keys = [one["bronsleutel"] for one in sent]
    acknowledged = {key: id_ for one in melders for key, id_ in one.acknowledged.items()}
    lost = [key for key in acknowledged if keys.count(key) != 1]
    story.fact(f"X7: {len(acknowledged)} pushes were acknowledged: none lost, none doubled",
               acknowledged and not lost and
               {id_ for id_ in acknowledged.values() if id_} <= {one["id"] for one in sent}, lost)
    story.equal("X7: each arrived once", sorted(inbox), sorted(one["id"] for one in sent))
    answered = {one["id"] for one in sent if one["antwoorden"]}
    story.fact(f"X7: {len(worker.acknowledged)} answers were acknowledged: none lost",
               worker.acknowledged <= answered, worker.acknowledged - answered)


stories.run(tell)
