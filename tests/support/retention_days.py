# SPDX-License-Identifier: EUPL-1.2
"""A town of which every article keeps what it brings for a few days, on a clock that moves."""
import datetime
import hashlib
import time

from clock import Clock, amsterdam, at_amsterdam
from people import LocalConnection, intake, pages, row
import story as stories
import town as towns

KEPT_DAYS = 20


def shorten(document):
    for article in document["bepalingen"]:
        if "bewaarDagen" in article:
            article["bewaarDagen"] = KEPT_DAYS


def on_a_clock(story, prepare=None):
    """(town, clock)"""
    clock = Clock(story.folder / "clock")

    def prepared(town):
        for partner in town.all():
            partner.environment = clock.leaping
        town.make_covenant(town.covenant, shorten)
        town.fingerprint = hashlib.sha256(town.covenant.read_bytes()).hexdigest()
        if prepare:
            prepare(town)
    return story.town(prepare=prepared), clock


def hand_in(town, clock, key, number, **more):
    """One signal to the neighbourhood team, delivered; its id."""
    day = amsterdam(clock.now()).date().isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer",
                                    intake([row(key, day, number=number, **more)]))
    assert status == 200 and answer["rijen"][0]["uitkomst"] == "VERZONDEN_TOESTEMMING", answer
    town.wait_delivered(town.corporatie)
    return answer["rijen"][0]["id"]


def answer(town, item):
    """A receipt for the team too: it shows that its clock is right."""
    town.wijkteam.run("ONTVANGER", "accept", item)
    town.wijkteam.run("ONTVANGER", "answer", item, "INBH")
    town.wait_delivered(town.wijkteam)


def inbox(town):
    """{id: row}"""
    return {one["id"]: one for one in
            pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")}


def sent(town):
    return {one["id"]: one for one in
            pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")}


def erasing(partner):
    return stories.asked(partner, "BEHEERDER", "/v1/status")["wissen"]


def wait_round(partner, clock, seconds=30):
    """Until the daily run of the clock's day was done, and its keys are off the disk."""
    now = amsterdam(clock.now())
    begin = at_amsterdam(now.date() if now.hour >= 3 else
                         now.date() - datetime.timedelta(days=1), 3)

    def done():
        state = erasing(partner)
        at = state.get("laatsteRondeOp", "1970-01-01T00:00:00Z").replace("Z", "+00:00")
        return (datetime.datetime.fromisoformat(at) >= begin.replace(microsecond=0) and
                not state["wachtOpSchijf"])
    towns.wait_for(done, seconds, f"{partner.name} has done its round")


def pause():
    """Several passes of the gateway's clock work."""
    time.sleep(2)
