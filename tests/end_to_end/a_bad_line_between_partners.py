# SPDX-License-Identifier: EUPL-1.2
import collections
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from bad_line import KINDS, BadLine  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402

SEED = 20261122
BATCH = 25
TROUBLED_S = 40 if os.environ.get("THOROUGH") else 1  # of each trouble


def hand_in(town, prefix, count=BATCH):
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", town.today.isoformat(), number=n) for n in range(count)]))
    assert status == 200, answer
    return [one["id"] for one in answer["rijen"]]


def inbox(town):
    """In the order of arrival; the list shows the newest first."""
    return [one["id"] for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")][::-1]


def one_trouble(story, town, line, kind, taken):
    """New messages all the time, on a line of which a fifth of the connections is good."""
    drawn = line.seen[kind]
    end = time.monotonic() + TROUBLED_S
    while time.monotonic() < end or line.seen[kind] == drawn:
        line.now([kind] * 4 + ["good"])
        taken += hand_in(town, f"{kind}-{len(taken)}")
        time.sleep(0.5)
    have = collections.Counter(inbox(town))
    story.fact(f"Q4: {KINDS[kind]}: nothing is there twice, nothing that was not sent",
               max(have.values(), default=1) == 1 and set(have) <= set(taken),
               have.most_common(2))


def arrives(story, town, line, taken):
    line.now([])
    town.wait_delivered(town.corporatie)
    have = inbox(town)
    print(f"    {len(taken)} signals, connections: {dict(line.seen)} (seed {SEED})")
    story.fact("Q4: in the end each signal has arrived once, and in order", have == taken,
               len(have), len(taken))
    waits = [one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
             if one["stand"] == "WACHT"]
    story.equal("Q4: and the melder reads so", waits, [])
    sound, said = export_is_sound(town.wijkteam, town.folder / "export")
    story.fact("Q4: the receiver's log is sound", sound, said)


def tell(story):
    lines = []

    def prepare(town):
        for partner in town.all():
            partner.change_settings(herhaalSecondenMax=1, verzoekSeconden=1)
        real = towns.free_ports(1)[0]
        town.wijkteam.change_settings(partnerPoort=real)
        lines.append(BadLine(town.wijkteam.partner_port, real, SEED))
    town = story.town(prepare=prepare)
    line, taken = lines[0], hand_in(town, "goed")
    town.wait_delivered(town.corporatie)
    line.now(["half_open"])
    taken += hand_in(town, "stil")
    time.sleep(0.5)
    story.equal("Q4: the harness sees what does not get through", len(inbox(town)), BATCH)
    for kind in ("reset_up", "reset_down", "one_way", "half_open", "refused", "stalls"):
        one_trouble(story, town, line, kind, taken)
    line.now([kind for kind in KINDS if kind != "good"] + ["good"])
    taken += hand_in(town, "alles")
    arrives(story, town, line, taken)
    line.stop()


stories.run(tell)
