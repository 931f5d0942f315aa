# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from flows import Agreement, Form, Housing, Transfer, Withdrawal  # noqa: E402
from passing import Passing  # noqa: E402
from people import colleague, export_is_sound  # noqa: E402
from struck import Sweep  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
SEED = int(os.environ.get("SEED", "20261124"))
POINTS = int(os.environ.get("POINTS", "0" if THOROUGH else "1"))  # a gateway and flow; 0: all
LATE_S = 10.0


def tell(story):
    print(f"    seed {SEED}")
    sweeps = []

    def steered(town):
        sweep = Sweep(story, town, random.Random(SEED), POINTS)
        sweep.steer_all()
        sweeps.append(sweep)
    passing = Passing(story, steered)
    sweep = sweeps[0]
    colleague(passing.town.corporatie)
    for flow in (Transfer, Withdrawal, Agreement, Housing, Form):
        sweep.run(flow(passing))
    story.fact("S1: nothing acknowledged is lost or doubled, one holds it, nobody is told twice",
               not sweep.wrong, *sweep.wrong[:10])
    story.fact("S1: most of the points were met", sweep.met * 2 >= sweep.tried, sweep.met, sweep.tried)
    story.fact("S4: who was struck ended as it must", not sweep.odd and sweep.codes, sweep.odd[:5])
    print(f"    ended with {dict(sweep.codes)}; a start took {sweep.slowest_s:.2f} s at most")
    story.fact("S1: a start after it is not late", sweep.slowest_s < LATE_S, sweep.slowest_s)
    for partner in passing.town.all():
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.jsonl")
        story.fact(f"S1: the log of {partner.name} is sound", sound, said)


stories.run(tell)
