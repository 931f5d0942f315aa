# SPDX-License-Identifier: EUPL-1.2
"""S1, S4 and X1 for what crosses gateways: tests/support/flows.py has the flows, struck.py the faults."""
import functools
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from flows import Agreement, Escalation, Form, Housing, Transfer, Withdrawal  # noqa: E402
from passing import Passing  # noqa: E402
from people import colleague, export_is_sound  # noqa: E402
from struck import Sweep  # noqa: E402
from terms_town import TermsTown  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
SEED = int(os.environ.get("SEED", "20261124"))
POINTS = int(os.environ.get("POINTS", "0" if THOROUGH else "1"))  # a gateway and flow; 0: all
TERMS_TOWNS = 8 if THOROUGH else 1  # a clock goes on, and a covenant is not for ever
LATE_S = 10.0


class Notices:
    """The command of `berichtgeving`: what it gets, also when its gateway lacks memory or a disk."""

    def __init__(self, story):
        self.folder, self.program = story.folder / "berichten", story.folder / "bericht.sh"
        self.folder.mkdir()
        self.program.write_text(
            f"#!/bin/sh\n{{ ls -l /proc/$$/fd; tr '\\0' '\\n' </proc/$$/environ; }} "
            f">{self.folder}/$$-$(date +%N)\n")
        self.program.chmod(0o755)

    def setting(self):
        return {"berichtgeving": {"opdracht": [str(self.program)], "uur": 0}}

    def check(self, story):
        told = [path.read_text() for path in self.folder.iterdir()]
        ours = [text for text in told if ".mdb" in text or "socket:" in text or "DISK_" in text or
                "SCARCE_" in text or "steer" in text or "anon_inode" in text]
        story.fact("X9: whatever fails, the command of berichtgeving gets nothing of ours",
                   told and not ours, len(told), ours[:2])


class Equipped:
    """A sweep, for a kind of town that lets us at it before it starts."""

    def __init__(self, story, make, seed=SEED):
        def equip(town):
            self.sweep = Sweep(story, town, random.Random(seed), POINTS)
            self.sweep.equip()
        self.people = make(story, before_start=equip)
        self.story, self.town = story, self.people.town

    def run(self, *flows):
        for flow in flows:
            self.sweep.run(flow(self.people))
        self.sweep.conclude()
        self.story.fact("S1: a start after it is not late", self.sweep.slowest_s < LATE_S,
                        self.sweep.slowest_s)
        for partner in self.town.all():
            sound, said = export_is_sound(partner, self.story.folder / f"{partner.name}.jsonl")
            self.story.fact(f"S1: the log of {partner.name} is sound", sound, said)


def tell(story):
    print(f"    seed {SEED}")
    passing = Equipped(story, Passing)
    colleague(passing.town.corporatie)
    passing.run(Transfer, Withdrawal, Agreement, Housing, Form)
    story.close_towns()
    notices = Notices(story)
    for number in range(TERMS_TOWNS):
        Equipped(story, functools.partial(TermsTown, name=f"terms-{number}", **notices.setting()),
                 SEED + number).run(Escalation)
        story.close_towns()
    notices.check(story)


stories.run(tell)
