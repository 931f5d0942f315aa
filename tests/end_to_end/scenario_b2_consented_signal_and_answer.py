# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from clock import at_amsterdam  # noqa: E402
from people import pages  # noqa: E402
from terms_town import TermsTown  # noqa: E402

TEAM = "Buurtteam Voorbeeldstad"


def dutch(day):
    return day.strftime("%d-%m-%Y")


def received(story, house, item, day):
    line = house.line(item)
    story.fact("ONTV: the receipt says so, with the day of the first answer",
               line.startswith("ontvangen; ") and " uiterlijk " in line, line)
    row = pages(house.town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")[0]
    story.equal("the worker reads what was seen, and that nobody asked for help yet",
                [row[name] for name in ("id", "signaalcode", "contactmoment", "hulpvraagBekend",
                                        "stand", "geaccepteerd")],
                [item, "OVL.BURENRUZIE", "OVERLAST", "onbekend", "ONTV", False])
    town = house.town
    story.equal("the contact details stay shut until it is accepted",
                town.wijkteam.api("ONTVANGER", "GET", f"/v1/postvak/{item}/inhoud")[0], 409)
    town.wijkteam.run("ONTVANGER", "accept", item)
    opened = town.wijkteam.run("ONTVANGER", "open", item).stdout
    story.fact("then the worker reads whom it is about", "Anouk Voorbeeld" in opened, opened)
    story.equal("that it was accepted is nobody's business outside", house.line(item), line)


def taken_up(story, house, item):
    house.answer(item, "INBH")
    line = house.line(item)
    story.fact("INBH: taken up, and when the outcome is due",
               line.startswith(f"{TEAM}: in behandeling genomen; uitkomst uiterlijk "), line)


def no_help_now(story, house, item, visit):
    bare = house.town.wijkteam.run("ONTVANGER", "answer", item, "GEHV", check=False)
    story.fact("A31: GEHV without a next step is refused, and which there are is told",
               bare.returncode == 2 and "--vervolgstap" in bare.stderr and
               "HERHAALBEZOEK" in bare.stderr, bare.stdout, bare.stderr)
    status, _, said = house.town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                                              {"signaal": item, "code": "GEHV"})
    story.fact("A31: the gateway refuses it too", status == 400 and b"vervolgstap" in said,
               status, said)
    house.answer(item, "GEHV", "--vervolgstap", "HERHAALBEZOEK", "--vervolgdatum",
                 visit.isoformat())
    story.equal("GEHV: the reporter reads the very line", house.line(item),
                f"{TEAM}: geen hulpvraag nu; nieuw bezoek op {dutch(visit)}.")
    sent = next(one for one in pages(house.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
                if one["id"] == item)
    story.equal("with every answer", [one["code"] for one in sent["antwoorden"]], ["INBH", "GEHV"])
    said = house.town.corporatie.run("MELDER", "sent").stdout
    story.fact("and by command", dutch(visit) in said, said)


def on_that_day(story, house, item, visit):
    move(house, at_amsterdam(visit - datetime.timedelta(days=1), 12))
    story.equal("the day before nobody is reminded", house.stages(item)[0], None)
    move(house, at_amsterdam(visit, 9) + datetime.timedelta(minutes=5))
    house.comes_to("on that day the holder is reminded, and nobody else", item,
                   ("VERVOLG", None, None))
    house.answer(item, "HERO")
    house.answer(item, "AFGR")
    story.equal("after the visit it is reopened and completed", house.line(item),
                f"{TEAM}: afgerond.")
    story.equal("and nothing comes back any more", house.stages(item)[0], None)


def in_the_log(story, house, item):
    for partner, event, least in ((house.town.corporatie, "intake", 1),
                                  (house.town.corporatie, "recv", 4),
                                  (house.town.wijkteam, "answer", 4)):
        rows = partner.log_rows(gebeurtenis=event)
        story.fact(f"{partner.name}: {event} stands in the log", len(rows) >= least, len(rows))
    told = json.dumps(house.town.corporatie.log_rows())
    story.fact("and the contact details in none of it", "Anouk" not in told)


def move(house, moment):
    """Should a half-year begin on the way, its key is given first."""
    house.move_to(moment, believed=False)
    house.town.wait_in_force()
    house.believe()


def tell(story):
    house = TermsTown(story)
    item, day = house.hand_in("Z-2026-000102", hulpvraagBekend="onbekend")
    received(story, house, item, day)
    taken_up(story, house, item)
    visit = day + datetime.timedelta(days=21)
    no_help_now(story, house, item, visit)
    on_that_day(story, house, item, visit)
    in_the_log(story, house, item)


stories.run(tell)
