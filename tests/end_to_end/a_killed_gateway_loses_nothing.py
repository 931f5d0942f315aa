# SPDX-License-Identifier: EUPL-1.2
import collections
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from busy import Melder, Worker  # noqa: E402
from people import export_is_sound, pages  # noqa: E402

ROUNDS, HITS_LEAST = 50, 30
ALIVE_S = (0.05, 0.3)  # how long clients are busy before the next kill
INSIDE_S = 0.003  # a request takes about so long
MELDERS = 3
SEED = 20261203


def a_moment_inside_a_request(victim, clients, dice):
    time.sleep(dice.uniform(*ALIVE_S))
    end = time.monotonic() + 0.2
    while not any(client.busy for client in clients if client.partner is victim):
        if time.monotonic() > end:
            break
        time.sleep(0.0002)
    time.sleep(dice.uniform(0, INSIDE_S))


def kill_rounds(town, clients, dice):
    """Kills and restarts; says how many kills broke off a request, and who was killed."""
    hits, killed, restart_s = 0, collections.Counter(), []
    victims = [town.corporatie, town.wijkteam] * (ROUNDS // 2)
    dice.shuffle(victims)
    for victim in victims:
        a_moment_inside_a_request(victim, clients, dice)
        before = {client: len(client.broken_off) for client in clients}
        moment = time.monotonic()
        victim.stop(signal.SIGKILL)
        time.sleep(0.02)  # so that the clients see it
        began = time.monotonic()
        victim.start()
        restart_s.append(time.monotonic() - began)
        killed[victim.name] += 1
        hits += any(sent < moment for client in clients if client.partner is victim
                    for sent in client.broken_off[before[client]:])
    return hits, killed, restart_s


def check_signals(story, melders, sent, inbox):
    acknowledged = {key: item for melder in melders for key, item in melder.acknowledged.items()}
    keys = collections.Counter(one["bronsleutel"] for one in sent)
    ids = {one["bronsleutel"]: one["id"] for one in sent}
    received = collections.Counter(one["id"] for one in inbox)
    lost = [key for key in acknowledged if key not in keys]
    other = [key for key, item in acknowledged.items() if item and ids.get(key) != item]
    stored = sum(melder.was_stored for melder in melders)
    print(f"    {len(acknowledged)} rows acknowledged, {stored} were stored when the kill "
          f"came before the answer")
    story.fact("S1: every acknowledged row is at the sender", len(acknowledged) > 100 and not lost,
               f"{len(acknowledged)} acknowledged, lost {lost[:5]}")
    story.fact("S1: each row kept the id that was acknowledged", not other, str(other[:5]))
    story.fact("S1: no row is at the sender twice", max(keys.values()) == 1,
               str(keys.most_common(3)))
    story.fact("S1: what was sent is what was received, by id",
               set(ids.values()) == set(received),
               f"{len(set(ids.values()) - set(received))} missing, "
               f"{len(set(received) - set(ids.values()))} too many")
    story.fact("S1: nothing was received twice", max(received.values()) == 1,
               str(received.most_common(3)))
    waiting = [one["id"] for one in sent if one["stand"] == "WACHT"]
    story.fact("the sender knows of each signal that it arrived", not waiting, str(waiting[:5]))


def check_answers(story, worker, sent):
    told = {one["id"]: [answer["code"] for answer in one["antwoorden"]] for one in sent}
    lost = [item for item in worker.acknowledged if "INBH" not in told.get(item, [])]
    twice = [item for item, codes in told.items() if codes.count("INBH") > 1]
    print(f"    {len(worker.acknowledged)} answers acknowledged")
    story.fact("S1: every acknowledged answer reached the melder",
               len(worker.acknowledged) > 20 and not lost,
               f"{len(worker.acknowledged)} acknowledged, lost {lost[:5]}")
    story.fact("S1: no answer reached the melder twice", not twice, str(twice[:5]))


def objects(rows, **wanted):
    """How often each object stands in a row that says `wanted`."""
    return collections.Counter(
        one["objecten"] for one in rows
        if "objecten" in one and all(one.get(name) == word for name, word in wanted.items()))


def check_log(story, town, killed, sent):
    ids = {one["id"] for one in sent}
    for partner in (town.corporatie, town.wijkteam):
        rows = partner.log_rows()
        numbers = [one["volgnummer"] for one in rows]
        story.fact(f"{partner.name}: the log has no gap and no double",
                   numbers == list(range(len(numbers))), f"{len(numbers)} rows")
        starts = sum(1 for one in rows if one["gebeurtenis"] == "start")
        story.fact(f"{partner.name}: every start is in the log", starts == killed[partner.name] + 1,
                   f"{starts} starts, {killed[partner.name]} kills")
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
        story.fact(f"{partner.name}: the verifier finds the log sound", sound, said)
        check_leaves(story, partner, town, rows, ids)


def check_leaves(story, partner, town, rows, ids):
    """One leaf for each effect: an effect that was undone left none, one that stood has one."""
    if partner is town.corporatie:
        leaves = {"taken in": objects(rows, gebeurtenis="intake", uitkomst="ok"),
                  "known to have arrived": objects(rows, gebeurtenis="send", fase="outcome",
                                                   uitkomst="ok")}
    else:
        leaves = {"received": objects(rows, gebeurtenis="recv", uitkomst="ok")}
    for what, found in leaves.items():
        wrong = [item for item in ids if found[item] != 1]
        story.fact(f"{partner.name}: each signal was {what} in one leaf", not wrong,
                   f"{len(wrong)} of {len(ids)}: {[(one, found[one]) for one in wrong[:3]]}")


def tell(story):
    print(f"    seed {SEED}")
    town = story.town()
    melders = [Melder(town.corporatie, n, town.today.isoformat()) for n in range(MELDERS)]
    worker = Worker(town.wijkteam)
    clients = [*melders, worker]
    for client in clients:
        client.start()
    hits, killed, restart_s = kill_rounds(town, clients, random.Random(SEED))
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join(30)
    print(f"    {sum(killed.values())} kills, {hits} broke off a request; a restart took "
          f"{max(restart_s):.2f} s at most")
    story.fact(f"{ROUNDS} kills, and at least {HITS_LEAST} broke off a request",
               sum(killed.values()) == ROUNDS and hits >= HITS_LEAST, f"{hits}")
    surprises = [one for client in clients for one in client.surprises]
    story.fact("a client saw nothing but answers and broken connections", not surprises,
               f"{len(surprises)}: {surprises[:3]}")
    for partner in (town.corporatie, town.wijkteam):
        town.wait_delivered(partner)
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    inbox = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")
    check_signals(story, melders, sent, inbox)
    check_answers(story, worker, sent)
    check_log(story, town, killed, sent)


stories.run(tell)
