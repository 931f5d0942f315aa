# SPDX-License-Identifier: EUPL-1.2
import datetime
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from clock import at_amsterdam, working_days_after  # noqa: E402
from terms_town import CONFIRM_WORKDAYS, MINUTE, TermsTown  # noqa: E402

HELD = ["VANDAAG", "TE_LAAT", "GEESCALEERD"]
SENT = ["TE_LAAT", "GEESCALEERD"]
PASSES_S = 1.5


def killed_at_each_step(story, told):
    item, received = told.hand_in("gedood")
    due = working_days_after(received, CONFIRM_WORKDAYS)
    for moment, wanted in ((at_amsterdam(due, 9), ("VANDAAG", None, None)),
                           (at_amsterdam(working_days_after(due, 1), 9),
                            ("TE_LAAT", "TE_LAAT", None))):
        told.move_to(moment)
        told.comes_to(f"the step {wanted[0]} is there", item, wanted)
        for partner in (told.town.wijkteam, told.town.corporatie):
            partner.stop(signal.SIGKILL)
            partner.start()
        time.sleep(PASSES_S)
        story.equal("killed and started it stands, and is not taken again",
                    (told.stages(item), told.leaves(told.town.wijkteam, item),
                     told.leaves(told.town.corporatie, item)),
                    (wanted, HELD[:HELD.index(wanted[0]) + 1], SENT[:int(bool(wanted[1]))]))
    return item, due


def away_over_several(story, told):
    """Nobody is up from before the first step until after the last."""
    item, received = told.hand_in("weg")
    due = working_days_after(received, CONFIRM_WORKDAYS)
    for partner in (told.town.wijkteam, told.town.corporatie):
        partner.stop(signal.SIGKILL)
    told.move_to(at_amsterdam(working_days_after(due, 5), 12), believed=False)
    for partner in (told.town.wijkteam, told.town.corporatie):
        partner.start()
    time.sleep(PASSES_S)
    story.equal("after days of downtime a gateway waits until somebody knows the time",
                told.stages(item)[0], None)
    told.believe()
    told.comes_to("then each step that passed is taken", item, ("GEESCALEERD",) * 3)
    story.equal("once each, in order",
                (told.leaves(told.town.wijkteam, item), told.leaves(told.town.corporatie, item)),
                (HELD, SENT))
    return item


def ahead_and_back(story, told):
    item, received = told.hand_in("sprong")
    due = working_days_after(received, CONFIRM_WORKDAYS)
    before = told.clock.now()
    told.move_to(before + datetime.timedelta(days=60), believed=False)
    time.sleep(PASSES_S)
    told.clock.move_to(before + datetime.timedelta(seconds=PASSES_S))
    time.sleep(PASSES_S)
    story.equal("a clock that leaps ahead and is set right reminds nobody",
                (told.stages(item), told.leaves(told.town.corporatie, item)),
                ((None, None, None), []))
    told.move_to(at_amsterdam(working_days_after(due, 1), 9))
    told.comes_to("and its true day is not passed over", item, ("TE_LAAT", "TE_LAAT", None))
    told.clock.move_to(told.clock.now() - MINUTE)
    time.sleep(PASSES_S)
    told.clock.move_to(told.clock.now() + 2 * MINUTE)
    time.sleep(PASSES_S)
    story.equal("a minute back over nine o'clock and on again: not twice",
                (told.leaves(told.town.wijkteam, item), told.leaves(told.town.corporatie, item)),
                (HELD[:2], SENT[:1]))
    return item


def lead_was_away(story, told, items):
    """What was told while the lead was down arrives once; what was erased or answered is settled."""
    told.answer(items[0], "INBH")
    told.town.corporatie.run("MELDER", "recall", items[1])
    told.town.wait_delivered(told.town.corporatie)
    for item, name in zip(items[:2], ("answered", "recalled")):
        told.comes_to(f"{name}: nothing of it stands anywhere", item, (None, None, None))


def tell(story):
    # else what was signed in the future would stop all after the leap back: another story's matter
    told = TermsTown(story, klokAchterSecondenMax=3155760000)
    first, due = killed_at_each_step(story, told)
    told.move_to(at_amsterdam(working_days_after(due, 3), 9))
    told.comes_to("the last step after all of that", first, ("GEESCALEERD",) * 3)
    second = away_over_several(story, told)
    ahead_and_back(story, told)
    lead_was_away(story, told, [first, second])
    story.equal("of the first no step was taken twice", told.leaves(told.town.wijkteam, first)[:3],
                HELD)


stories.run(tell)
