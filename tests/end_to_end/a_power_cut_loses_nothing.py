# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import both_sides  # noqa: E402
import loop_disk  # noqa: E402
import story as stories  # noqa: E402
from busy import Melder, Pace, Worker  # noqa: E402

ROUNDS = 40 if os.environ.get("THOROUGH") else 4
SEED = int(os.environ.get("SEED", "20261122"))
AT_WORK_S = (0.3, 1.0)  # between two cuts
EXIT_STORE_FAILED = 4


def end_of(partner):
    """It stops by itself at its next write; one that has nothing to write is killed."""
    try:
        code = partner.process.wait(timeout=5)
        partner.process = None
    except subprocess.TimeoutExpired:
        code = partner.stop(signal.SIGKILL)
    return code


def cuts(story, town, disk, dice):
    ended, vanished, started_s = [], 0, []
    for number in range(ROUNDS):
        time.sleep(dice.uniform(*AT_WORK_S))
        control = disk.path / f"control-{number}"
        control.write_bytes(b"not synced\n" * 1000)
        disk.cut()
        ended.append(end_of(town.wijkteam))
        disk.revive()
        vanished += not control.exists() or control.read_bytes() == b""
        began = time.monotonic()
        town.wijkteam.start()
        started_s.append(time.monotonic() - began)
    print(f"    {ROUNDS} cuts, it ended with {sorted(set(ended))}; a start took "
          f"{max(started_s):.2f} s at most")
    story.fact("S2: the harness bites: what was not synced vanishes each time",
               vanished == ROUNDS, f"{vanished} of {ROUNDS}")
    stopped = [code for code in ended if code not in (-signal.SIGKILL,)]
    story.fact("S2: a gateway that meets the cut stops with its own exit code",
               stopped and set(stopped) == {EXIT_STORE_FAILED}, ended)
    return ended


def tell(story):
    why_not = loop_disk.unavailable()
    if why_not:
        story.fact(f"S2: not run here: {why_not}", not os.environ.get("CI"))
        return
    print(f"    seed {SEED}")
    disk = loop_disk.LoopDisk(story.folder / "disk")
    try:
        town = story.town(prepare=lambda town: disk.use_for(town.wijkteam))
        day = town.today.isoformat()
        clients = [Melder(town.corporatie, 0, day, Pace(20)), Melder(town.corporatie, 1, day,
                                                                      Pace(20)),
                   Worker(town.wijkteam, pace=Pace(10))]
        for client in clients:
            client.start()
        cuts(story, town, disk, random.Random(SEED))
        both_sides.wait_for_rows(clients[:2])
        for client in clients:
            client.stopping = True
        for client in clients:
            client.join(30)
        story.fact("S2: people saw nothing but answers and broken connections",
                   not both_sides.surprises(clients), both_sides.surprises(clients)[:3])
        for partner in (town.corporatie, town.wijkteam):
            town.wait_delivered(partner)
        rows, answers = both_sides.check(story, "S2", town, clients[:2], clients[2:])
        print(f"    {rows} rows and {answers} answers acknowledged")
        both_sides.check_log(story, "S2", town.wijkteam)
        town.stop_all()
    finally:
        story.close_towns()
        disk.close()


stories.run(tell)
