# SPDX-License-Identifier: EUPL-1.2
"""The third report of nuisance about one address advises its reporter to talk with the resident;
nothing leaves by it, nothing is decided, and it goes when the resident says so."""
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import colleague, intake, row  # noqa: E402

CODES = ("OVL.GELUID", "OVL.STANK", "OVL.GELUID")


def nuisance(town, key, code="OVL.GELUID", ago=0, number=1, **more):
    """A report without consent: it is counted at home."""
    day = (town.today - datetime.timedelta(days=ago)).isoformat()
    one = row(key, day, code, number=number, complex="CPL-VD-01", toestemming="nee", **more)
    del one["ontvanger"]
    return one


def hand_in(town, *rows, role="MELDER", trial=False):
    status, _, body = town.corporatie.api(role, "POST", "/v1/invoer", intake(list(rows), trial))
    assert status == 200, body
    return json.loads(body)["rijen"]


def advices(town, role="MELDER"):
    status, _, body = town.corporatie.api(role, "GET", "/v1/attenderingen")
    assert status == 200, body
    return json.loads(body)["attenderingen"]


def tell(story):
    town = story.town()
    colleague(town.corporatie)
    the_third(story, town)
    what_does_not_count(story, town)
    whose_it_is(story, town)
    what_stays_here(story, town)
    it_goes(story, town)


def the_third(story, town):
    first = hand_in(town, nuisance(town, "N-1", CODES[0], 80), nuisance(town, "N-2", CODES[1], 40))
    story.equal("two reports in ninety days are two reports",
                ([one["uitkomst"] for one in first], [one.get("attendering") for one in first],
                 advices(town)), (["GETELD"] * 2, [None] * 2, []))
    trial = hand_in(town, nuisance(town, "N-3", CODES[2]), trial=True)
    story.fact("a trial notes nothing", "attendering" not in trial[0] and advices(town) == [])
    third = hand_in(town, nuisance(town, "N-3", CODES[2]))[0]
    story.fact("A2: the third advises its reporter to talk with the resident and ask for consent",
               third["uitkomst"] == "GETELD" and third["attendering"]["code"] == "OVL.HERHAALD" and
               third["attendering"]["aantal"] == 3 and "toestemming" in
               third["attendering"]["advies"], third)
    shown = advices(town)
    story.equal("A2: it stands among his own, by his own case number, without an address",
                [(one["code"], one["bronsleutel"], one["aantal"], sorted(one)) for one in shown],
                [("OVL.HERHAALD", "N-3", 3, ["aantal", "advies", "bronsleutel", "code",
                                             "eersteDatum", "laatsteDatum"])])
    again = hand_in(town, nuisance(town, "N-3", CODES[2]))[0]
    story.equal("pushed again it is no fourth", (again["uitkomst"], advices(town)[0]["aantal"]),
                ("AL_BEKEND", 3))
    day = f"{town.today:%d-%m-%Y}"
    path = story.folder / "vierde.csv"
    path.write_text("zaaknummer;melddatum;signaalcode;postcode;huisnummer;complex;contactmoment;"
                    f"toestemming\nN-4;{day};OVL.STANK;1234AB;3;CPL-VD-01;OVERLAST;nee\n")
    said = town.corporatie.run("MELDER", "push", path).stdout
    story.fact("the report of a push says so, at its row",
               "regel 2: 4 meldingen van overlast op dit adres" in said and "1234AB" not in said,
               said)


def what_does_not_count(story, town):
    hand_in(town, nuisance(town, "O-1", ago=200, number=4), nuisance(town, "O-2", ago=91, number=4),
            nuisance(town, "O-3", ago=1, number=4), nuisance(town, "O-4", number=4))
    hand_in(town, nuisance(town, "W-1", "WERK.WERKVRAAG", number=5),
            nuisance(town, "W-2", "WERK.WERKVRAAG", number=5),
            nuisance(town, "W-3", "WERK.WERKVRAAG", number=5))
    hand_in(town, *[nuisance(town, f"X-{i}", "X.DRUGS", number=6) for i in range(3)])
    story.equal("older reports, other groups and what may never be shared do not count",
                [one["bronsleutel"] for one in advices(town)], ["N-4"])
    story.fact("and are refused or counted as always", True)


def whose_it_is(story, town):
    story.equal("a colleague does not read another's", advices(town, "COLLEGA"), [])
    hand_in(town, *[nuisance(town, f"S-{i}", number=7) for i in range(3)], role="SYSTEEM")
    story.equal("what a system handed in is for every reporter",
                ([one["bronsleutel"] for one in advices(town, "COLLEGA")],
                 sorted(one["bronsleutel"] for one in advices(town))), (["S-2"], ["N-4", "S-2"]))
    read, cursor, pages = [], "", 0
    while cursor is not None and pages < 5:
        status, _, body = town.corporatie.api("MELDER", "GET",
                                              f"/v1/attenderingen?aantal=1{cursor}")
        page = json.loads(body)
        read += [one["bronsleutel"] for one in page["attenderingen"]]
        cursor, pages = page["volgende"] and f"&cursor={page['volgende']}", pages + 1
    story.equal("page by page they are the same, and then it ends", (sorted(read), cursor),
                (["N-4", "S-2"], None))
    story.equal("a cursor of nowhere is refused",
                [town.corporatie.api("MELDER", "GET", f"/v1/attenderingen?cursor={cursor}")[0]
                 for cursor in ("0" * 32, "D-1", "x" * 300)], [400, 400, 400])
    others = {role: town.corporatie.api(role, "GET", "/v1/attenderingen")[0]
              for role in ("AUDITOR", "BEHEERDER", "REGIEHOUDER", "CONVENANTBEHEERDER")}
    story.equal("nobody else reads them: it is no list of persons", set(others.values()), {403})
    leaves = town.corporatie.log_rows(gebeurtenis="access")
    story.fact("each look has its leaf", len(leaves) >= 5, len(leaves))


def what_stays_here(story, town):
    town.wait_delivered(town.corporatie)
    inboxes = [json.loads(town.partners[name].api(role, "GET", "/v1/postvak")[2])["postvak"]
               for name, role in (("WIJKTEAM", "ONTVANGER"), ("GGZ", "GGZ_CONTACTPUNT"),
                                  ("GEMEENTE", "ONTVANGER"))]
    story.equal("A2: nothing left by it, nothing was decided", inboxes, [[], [], []])


def address(number):
    return {"postcode": "1234AB", "huisnummer": str(2 * number + 1)}


def it_goes(story, town):
    status, _, body = town.corporatie.api("FG", "POST", "/v1/inzageverzoeken",
                                          {"adres": address(1)})
    story.fact("it stands in the letter of access",
               status == 201 and "4 meldingen van overlast" in body.decode(), body[:2000])
    hand_in(town, *[nuisance(town, f"B-{i}", number=8) for i in range(3)])
    before = [one["bronsleutel"] for one in advices(town)]
    hand_in(town, nuisance(town, "B-9", number=8, bezwaar="ja"))
    status, _, body = town.corporatie.api("FG", "POST", "/v1/inzageverzoeken",
                                          {"adres": address(8)})
    story.fact("a row that says that the resident objects forgets the earlier reports too",
               "B-2" in before and not any(one["bronsleutel"].startswith("B-")
                                           for one in advices(town)) and status == 201 and
               "meldingen van overlast" not in body.decode(), before, advices(town))
    status, _, body = town.corporatie.api("FG", "POST", "/v1/bezwaren",
                                          {"adres": address(1), "doel": "TOELEIDING"})
    story.equal("who objects is forgotten",
                (status, [one["bronsleutel"] for one in advices(town)]), (status, ["S-2"]))
    hand_in(town, *[nuisance(town, f"N-{i}", number=1) for i in range(10, 14)])
    story.equal("and is not followed any more", [one["bronsleutel"] for one in advices(town)],
                ["S-2"])
    changed = hand_in(town, nuisance(town, "S-2", "WERK.WERKVRAAG", number=7), role="SYSTEEM")
    story.fact("a changed row is no second report", changed[0]["uitkomst"] == "GEWEIGERD", changed)
    town.corporatie.stop()
    town.corporatie.change_settings(herhalingAantal=0)
    town.corporatie.start()
    story.equal("an organisation that does not want it does not keep it", advices(town), [])
    hand_in(town, *[nuisance(town, f"U-{i}", number=9) for i in range(3)])
    story.equal("nor note it", advices(town), [])


stories.run(tell)
