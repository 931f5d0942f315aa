# SPDX-License-Identifier: EUPL-1.2
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import retention_days as days  # noqa: E402
import story as stories  # noqa: E402
from clock import amsterdam, at_amsterdam  # noqa: E402
from people import LocalConnection, intake, row  # noqa: E402


def first_day_without(town, item):
    """The last day of the term is kept whole: it goes on the next."""
    received = datetime.datetime.fromisoformat(
        days.inbox(town)[item]["ontvangenOp"].replace("Z", "+00:00"))
    return amsterdam(received).date() + datetime.timedelta(days=days.KEPT_DAYS + 1)


def tell(story):
    town, clock = days.on_a_clock(story)
    begun = amsterdam(clock.now()).date().isoformat()
    first = days.hand_in(town, clock, "eerst", 1)
    gone = first_day_without(town, first)
    by_the_day(story, town, clock, first, gone)
    while_it_was_down(story, town, clock)
    pushed_again(story, town, begun)
    not_believed(story, town, clock)


def not_believed(story, town, clock):
    """A clock that leaps to long after the term: nothing goes until somebody else agrees."""
    item = days.hand_in(town, clock, "bij de sprong", 5)
    clock.move_to(clock.now() + datetime.timedelta(days=3 * days.KEPT_DAYS))
    days.pause()
    state = days.erasing(town.wijkteam)
    story.fact("a clock that leapt ahead erases nothing, and the status says that it waits",
               item in days.inbox(town) and state["wachtOpKlok"], state)


def by_the_day(story, town, clock, item, gone):
    eve = gone - datetime.timedelta(days=1)
    clock.move_to(at_amsterdam(eve, 12))
    days.answer(town, days.hand_in(town, clock, "daags tevoren", 2))
    for partner in (town.wijkteam, town.corporatie):
        days.wait_round(partner, clock)
    story.fact("on its last day it is there, after that day's round",
               item in days.inbox(town) and days.sent(town)[item]["stand"] != "GEWIST")
    clock.move_to(at_amsterdam(gone, 2, 58))
    days.answer(town, days.hand_in(town, clock, "in de nacht", 6))  # the leap is believed
    days.pause()
    story.fact("at two minutes to three in the night it is there", item in days.inbox(town))
    clock.move_to(at_amsterdam(gone, 3, 0))
    for partner in (town.wijkteam, town.corporatie):
        days.wait_round(partner, clock)
    told = days.sent(town)[item]
    story.fact("at three it is gone on both sides; its reporter reads why, unanswered as it was",
               item not in days.inbox(town) and told["stand"] == "GEWIST" and
               told["reden"] == "BEWAARTERMIJN", told)
    leaves = [row for row in town.wijkteam.log_rows(gebeurtenis="erase")]
    story.equal("one entry that it goes, one that it is off the disk",
                sorted(row["fase"] for row in leaves), ["intent", "outcome"])


def while_it_was_down(story, town, clock):
    """The term ends on a day on which the gateway does not run."""
    item = days.hand_in(town, clock, "weg", 3)
    gone = first_day_without(town, item)
    town.wijkteam.stop()
    clock.move_to(at_amsterdam(gone + datetime.timedelta(days=4), 9))
    town.wijkteam.start()
    days.pause()
    story.fact("after days of downtime it waits for who knows the time",
               item in days.inbox(town), days.erasing(town.wijkteam))
    days.answer(town, days.hand_in(town, clock, "na de stilstand", 4))
    days.wait_round(town.wijkteam, clock)
    story.fact("and skips nothing", item not in days.inbox(town))


def pushed_again(story, town, begun):
    """The nightly file still has the row: it is known, and nothing leaves."""
    before = set(days.inbox(town))
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake([row("eerst", begun, number=1)]))
    story.fact("a file that is pushed again sends no erased signal anew",
               status == 200 and answer["rijen"][0]["uitkomst"] == "AL_BEKEND" and
               set(days.inbox(town)) == before, answer)


stories.run(tell)
