# SPDX-License-Identifier: EUPL-1.2
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import UTC, Clock  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402

ADDRESSES = 4  # so many subjects; each batch has one signal about each
HOURS = {"a minute": [0.02], "eight hours": [4, 4], "a week": [30, 30, 30, 30, 30, 18]}


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin)


def hand_in(town, clock, prefix, **more):
    day = (clock.now() - datetime.timedelta(hours=26)).date().isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", day, number=n, **more) for n in range(ADDRESSES)]))
    assert status == 200, answer
    assert all(one["uitkomst"].startswith("VERZONDEN") for one in answer["rijen"]), answer
    return [one["id"] for one in answer["rijen"]]


def inbox(partner, role):
    """In the order of arrival; the list shows the newest first."""
    return [one["id"] for one in pages(partner, role, "/v1/postvak", "postvak")][::-1]


def sends(town, size, phase, code=None):
    return [one for one in town.corporatie.log_rows(vanaf=size)
            if one["gebeurtenis"] == "send" and one["fase"] == phase and
            one["onderdeel"] == "signalen" and one.get("code") == code]


def away_for(story, town, clock, name, steps, taken):
    """Rows are handed in all the while; the partner comes back at the end."""
    sender, away = town.corporatie, town.wijkteam
    size = stories.log_size(sender)
    away.stop()
    fresh = []
    for number, hours in enumerate(steps):
        fresh += hand_in(town, clock, f"{name}-{number}")
        towns.wait_for(lambda: delivery_to(sender, away).get("laatsteFout"), 20, "an attempt")
        clock.move_to(clock.now() + datetime.timedelta(hours=hours))
        if sum(steps[:number + 1]) >= 49 and number % 2:
            expired(story, town, name, size)
    told = {one["id"]: one["regel"] for one in
            pages(sender, "MELDER", "/v1/verzonden", "verzonden")}
    story.equal(f"Q1: {name} away: the melder reads that nothing was delivered",
                {told[one] for one in fresh}, {"nog niet afgeleverd"})
    away.start()
    town.wait_delivered(sender)
    taken += fresh
    have = inbox(away, "ONTVANGER")
    story.fact(f"Q1: {name} away: all {len(fresh)} arrive once and in the order of the rows, so "
               "also of each subject", have == taken, len(have), len(taken),
               [taken.index(one) for one in have if one in taken])


def expired(story, town, name, size):
    """What was on its way is taken back and sealed again, each item under its own number."""
    towns.wait_for(lambda: sends(town, size, "outcome", "TIJD_ONJUIST"), 20, "a message expires")
    rows = sends(town, size, "outcome", "TIJD_ONJUIST")
    intents = {}
    for one in sends(town, size, "intent"):
        intents.setdefault(one["objecten"], set()).add(one["transactie"])
    item = rows[0]["objecten"]
    towns.wait_for(lambda: len({one["transactie"] for one in sends(town, size, "intent")
                                if one["objecten"] == item}) >= 2, 20, "it is sealed again")
    story.fact(f"Q6: {name} away: a message that expires in the queue stands in the log, and its "
               "items go into a new one", True)


def ends(story, town, clock):
    """C6: GGZ withdraws while signals to it wait; Q6: the covenant ends by date meanwhile."""
    sender, left, away = town.corporatie, town.ggz, town.wijkteam
    left.stop()
    to_left = hand_in(town, clock, "ggz", code="ZORG.EENZAAM", to="GGZ")
    towns.wait_for(lambda: delivery_to(sender, left).get("laatsteFout"), 20, "an attempt")
    sender.stop()
    left.start()
    before = len(inbox(left, "GGZ_CONTACTPUNT"))
    status, _, answer = left.api("CONVENANTBEHEERDER", "POST",
                                 f"/v1/convenanten/{town.fingerprint}/oordelen",
                                 {"oordeel": "INTREKKING"})
    assert status < 300, answer
    sender.start()
    towns.wait_for(lambda: not delivery_to(sender, left)["onderweg"] and
                   not delivery_to(sender, left)["wachtrij"], 30, "nothing waits any more")
    told = {one["id"]: one for one in pages(sender, "MELDER", "/v1/verzonden", "verzonden")}
    story.equal("C6: a covenant that the other side ended: what waits is not delivered",
                len(inbox(left, "GGZ_CONTACTPUNT")), before)
    story.fact("C6: and its sender reads why",
               all(told[one].get("code") == "CONVENANT_INGETROKKEN" and
                   "teruggetrokken" in told[one]["regel"] for one in to_left),
               [told[one] for one in to_left[:1]])
    rows = [one for one in sends(town, 0, "outcome", "CONVENANT_INGETROKKEN")
            if one["objecten"] in to_left]
    story.equal("C6: each has its outcome in the log", len(rows), len(to_left))
    away.stop()
    late = hand_in(town, clock, "laat")
    clock.move_to(datetime.datetime.combine(town.last_day + datetime.timedelta(days=1),
                                            datetime.time(12), UTC))
    towns.wait_for(lambda: all(one["stand"] != "WACHT" for one in pages(
        sender, "MELDER", "/v1/verzonden", "verzonden")), 30, "all of it has ended")
    told = {one["id"]: one for one in pages(sender, "MELDER", "/v1/verzonden", "verzonden")}
    story.fact("Q6: what can no longer be sent is told to its sender as not delivered",
               all(told[one].get("code") == "CONVENANT_VERLOPEN" and
                   "verlopen" in told[one]["regel"] for one in late),
               [told[one] for one in late[:1]])
    rows = [one for one in sends(town, 0, "outcome", "CONVENANT_VERLOPEN")
            if one["objecten"] in late]
    story.equal("Q6: and stands in the log, item by item", len(rows), len(late))


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        town.last_day = town.today + datetime.timedelta(days=20)
        town.make_covenant(town.covenant, GELDIG_TOT=town.last_day.isoformat(),
                           EVALUATIE=town.last_day.isoformat())
        town.fingerprint = stories.towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
        for partner in town.all():
            partner.environment = clock.environment
            partner.change_settings(herhaalSecondenMax=1)
    town = story.town(prepare=prepare)
    taken = []
    for name, steps in HOURS.items():
        away_for(story, town, clock, name, steps, taken)
    ends(story, town, clock)
    sound, said = export_is_sound(town.corporatie, town.folder / "export")
    story.fact("Q1: the sender's log is sound", sound, said)


stories.run(tell)
