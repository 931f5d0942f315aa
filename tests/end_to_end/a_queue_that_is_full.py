# SPDX-License-Identifier: EUPL-1.2
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import intake, pages, row  # noqa: E402

ITEMS = 50  # wachtrijMax


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin), status


def hand_in(town, prefix, count, **more):
    """(status, heads, answer) of rows for the wijkteam, unless `more` says otherwise."""
    body = intake([row(f"{prefix}-{n}", town.today.isoformat(), number=n, **more)
                   for n in range(count)])
    status, heads, raw = town.corporatie.api("MELDER", "POST", "/v1/invoer", body)
    return status, heads, json.loads(raw)


def ids_of(answer):
    return [one["id"] for one in answer["rijen"]]


def in_order(partner):
    """Of arrival; the list shows the newest first."""
    return [one["id"] for one in pages(partner, "ONTVANGER", "/v1/postvak", "postvak")][::-1]


def restarted(town, **changes):
    town.corporatie.stop()
    town.corporatie.change_settings(**changes)
    town.corporatie.start()


def fill_by_count(story, town):
    """Ten at a time until the gateway says no: the ids it took."""
    sender, away, taken = town.corporatie, town.wijkteam, []
    size = stories.log_size(sender)
    for batch in range(20):
        status, heads, answer = hand_in(town, f"vol{batch}", 10)
        if status != 200:
            break
        taken += ids_of(answer)
        towns.wait_for(lambda: delivery_to(sender, away)[0]["onderweg"], 10, "one on its way")
    story.equal("Q3: full by count, the entrance says 503 and why",
                (status, answer["code"]), (503, "WACHTRIJ_VOL"))
    story.fact("Q3: and when to come again", int(heads.get("Retry-After", "0")) > 0, heads)
    state, whole = delivery_to(sender, away)
    story.fact(f"Q3: it was taken in up to the bound ({len(taken)} items, of which a message "
               "is on its way)", ITEMS <= len(taken) <= ITEMS + 20 and
               ITEMS <= state["wachtrij"] < ITEMS + 10, len(taken), state)
    story.fact("Q3: the status shows how full, and warns",
               state["vulling"] >= 100 and
               any("vol" in one and away.title in one for one in whole["waarschuwingen"]),
               state, whole["waarschuwingen"])
    towns.wait_for(lambda: "queue-filling WACHTRIJ_VOL" in sender.log.read_text(), 10, "the event")
    time.sleep(1.2)  # two more passes of the clock: the alarm is not repeated
    alarms = [one for one in stories.leaves_since(sender, size)
              if one["gebeurtenis"] == "alarm" and one.get("code") == "WACHTRIJ_VOL"]
    story.equal("Q3: one alarm in the log at 80 %, one event",
                (len(alarms), sender.log.read_text().count("queue-filling WACHTRIJ_VOL")), (1, 1))
    return taken


def others_go_on(story, town):
    status, _, answer = hand_in(town, "buur", 10, code="ZORG.EENZAAM", to="GGZ")
    towns.wait_for(lambda: len(pages(town.ggz, "GGZ_CONTACTPUNT", "/v1/postvak", "postvak")) == 10,
                   10, "the others")
    story.equal("Q3: rows for another partner go on", status, 200)


def fill_by_bytes(story, town):
    """Pages of 4 KiB, half filled or more: so a MiB is some hundreds of items."""
    sender, taken, status, answer = town.corporatie, [], 200, None
    restarted(town, wachtrijMax=1000000, wachtrijMiB=1)
    for batch in range(20):
        status, _, answer = hand_in(town, f"byte{batch}", 100)
        if status != 200:
            break
        taken += ids_of(answer)
    story.equal("Q3: full by bytes, the same", (status, answer.get("code")),
                (503, "WACHTRIJ_VOL"))
    print(f"    {len(taken)} items more before a MiB was full")
    status, _, answer = hand_in(town, "buur2", 10, code="ZORG.EENZAAM", to="GGZ")
    story.equal("Q3: bytes count for all partners together", (status, answer.get("code")),
                (503, "WACHTRIJ_VOL"))
    restarted(town, wachtrijMiB=1024)
    return taken


def drains(story, town, taken):
    sender, away = town.corporatie, town.wijkteam
    away.start()
    town.wait_delivered(sender)
    inbox = in_order(away)
    story.fact(f"Q3: all {len(taken)} that were taken in arrive once and in order, no other",
               inbox == taken, len(inbox), len(taken))
    status, _, _ = hand_in(town, "vol19", 10)
    story.equal("Q3: and the entrance is open again", status, 200)


def tell(story):
    def hurry(town):
        for partner in town.all():
            partner.change_settings(herhaalSecondenMax=1)
        town.corporatie.change_settings(wachtrijMax=ITEMS)
    town = story.town(prepare=hurry)
    status, _, _ = hand_in(town, "eerst", 10)
    town.wait_delivered(town.corporatie)
    story.equal("Q3: the harness sees an entrance that is open", status, 200)
    before = in_order(town.wijkteam)
    town.wijkteam.stop()
    taken = fill_by_count(story, town)
    others_go_on(story, town)
    taken += fill_by_bytes(story, town)
    drains(story, town, before + taken)


stories.run(tell)
