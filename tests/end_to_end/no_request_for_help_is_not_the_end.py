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

NO_HELP = ("GEHV", "NBER")
TEAM = "Buurtteam Voorbeeldstad"


def post(house, item, **body):
    status, _, text = house.town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                                              {"signaal": item, **body})
    return status, json.loads(text)


def needs_a_next_step(story, house, item, day):
    yesterday = (day - datetime.timedelta(days=1)).isoformat()
    for code in NO_HELP:
        for what, more in (("without a next step", {}),
                           ("with a step that there is not", {"vervolgstap": "NIETS"}),
                           ("waiting without a day", {"vervolgstap": "WACHTEN_TOT_DATUM"}),
                           ("waiting for yesterday", {"vervolgstap": "WACHTEN_TOT_DATUM",
                                                      "vervolgdatum": yesterday})):
            status, answer = post(house, item, code=code, **more)
            story.fact(f"A31: {code} {what} is 400, and says where",
                       status == 400 and "vervolg" in answer["fouten"][0]["waar"], status, answer)
    story.equal("A3: so a signal without a request for help is not refused with just that",
                house.line(item).split(";")[0], "ontvangen")


def back_to_the_reporter(story, house, item):
    house.answer(item, "GEHV", "--vervolgstap", "TERUG_NAAR_MELDER")
    row = next(one for one in pages(house.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
               if one["id"] == item)
    story.fact("A3: back to the reporter, who reads what he can do",
               row["regel"].startswith(f"{TEAM}: geen hulpvraag nu; ") and
               row.get("volgendeStap", {}).get("code") == "ZELF_LANGS" and
               row["volgendeStap"]["tekst"], row)


def it_waits_and_comes_back(story, house, item, until):
    house.answer(item, "NBER", "--vervolgstap", "WACHTEN_TOT_DATUM", "--vervolgdatum",
                 until.isoformat())
    story.fact("the reporter reads until when", until.strftime("%d-%m-%Y") in house.line(item),
               house.line(item))
    move(house, at_amsterdam(until, 9) + datetime.timedelta(minutes=5))
    house.comes_to("A31: on that day it is back with the holder", item, ("VERVOLG", None, None))
    status, answer = post(house, item, code="INBH")
    story.fact("what has ended is reopened first: 409 says so",
               status == 409 and answer["toegestaan"] == ["HERO"], status, answer)
    house.answer(item, "HERO")
    house.answer(item, "INBH")
    story.fact("and then it goes on", "in behandeling genomen" in house.line(item),
               house.line(item))
    story.equal("the day agreed is settled", house.stages(item)[0] != "VERVOLG", True)


def looking_twice_is_no_answer(story, house, item):
    house.answer(item, "BEOO")
    first = house.line(item)
    due = next(one["antwoordUiterlijk"] for one in
               pages(house.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
               if one["id"] == item)
    house.answer(item, "BEOO")
    row = next(one for one in pages(house.town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
               if one["id"] == item)
    story.fact("A33: under assessment is no overdue answer once", not first.startswith("te laat"),
               first)
    story.fact("A33: twice in a row is", row["regel"].startswith(f"te laat bij {TEAM}"), row)
    story.equal("A33: and moves no day", row["antwoordUiterlijk"], due)


def secrecy_passes_nothing_on(story, house):
    item, _ = house.hand_in("Z-ggz", to="GGZ", code="ZORG.EENZAAM")
    town = house.town
    before = stories.settled(town.corporatie)
    status, _, text = town.ggz.api("GGZ_CONTACTPUNT", "POST", f"/v1/postvak/{item}/overdracht",
                                   {"naar": "WIJKTEAM"})
    answer = json.loads(text)
    story.fact("A30: a partner bound to secrecy cannot pass on: 409, and says why",
               status == 409 and "beroepsgeheim" in answer["detail"], status, answer)
    story.fact("the answers it may give stay with it", "VERW" in answer["toegestaan"], answer)
    town.wait_delivered(town.ggz)
    recorded = [one for one in stories.leaves_since(town.corporatie, before)
                if one.get("bron") == town.ggz.oin]
    story.equal("nothing of it leaves", recorded, [])


def move(house, moment):
    """Should a half-year begin on the way, its key is given first."""
    house.move_to(moment, believed=False)
    house.town.wait_in_force()
    house.believe()


def tell(story):
    house = TermsTown(story)
    first, day = house.hand_in("Z-1", hulpvraagBekend="nee")
    needs_a_next_step(story, house, first, day)
    back_to_the_reporter(story, house, first)
    looking_twice_is_no_answer(story, house, house.hand_in("Z-2", hulpvraagBekend="nee")[0])
    secrecy_passes_nothing_on(story, house)
    second, _ = house.hand_in("Z-3", hulpvraagBekend="nee")
    it_waits_and_comes_back(story, house, second, day + datetime.timedelta(days=12))


stories.run(tell)
