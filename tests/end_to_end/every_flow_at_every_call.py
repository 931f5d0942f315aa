# SPDX-License-Identifier: EUPL-1.2
"""S1, S4 and X1 for what crosses gateways: tests/support/flows.py has the flows, struck.py the faults."""
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
    for number in range(TERMS_TOWNS):
        Equipped(story, lambda story, **more: TermsTown(story, name=f"terms-{number}", **more),
                 SEED + number).run(Escalation)
        story.close_towns()


stories.run(tell)
