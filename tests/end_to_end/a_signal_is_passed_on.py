# SPDX-License-Identifier: EUPL-1.2
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from passing import STRANGER, Passing, live  # noqa: E402
from people import export_is_sound, pages  # noqa: E402


def from_hand_to_hand(passing, story):
    """A30: A -> B -> C -> D, and what each of them and the reporter reads."""
    town, first = passing.town, passing.report(11)
    passing.answer("WIJKTEAM", first, "INBH")
    said = town.wijkteam.run("ONTVANGER", "doorzetten", first[:8], "--to", "GEMEENTE").stdout
    story.fact("the command says who is holder until then",
               "Gemeente Voorbeeldstad" in said and "blijft u de houder" in said, said)
    passing.settled("WIJKTEAM", first, "AANVAARD")
    second = passing.newest("GEMEENTE")
    story.fact("A30: the new holder has an item of its own number", second != first, second)
    story.equal("A29: exactly one holds it", live(passing), [("GEMEENTE", second)])
    town.wait_delivered(town.corporatie)
    line = passing.line(first)
    story.fact("the reporter reads to whom, and goes on with that one",
               line.get("regel", "").startswith("doorgezet naar Gemeente Voorbeeldstad; ontvangen") and
               line["ontvanger"] == town.gemeente.oin, line)
    rows = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    story.equal("one report is one line", [one["bronsleutel"] for one in rows].count("Z-11"), 1)
    status, answer = passing.answer("WIJKTEAM", first, "AFGR")
    story.fact("the old holder's part has ended: 409, and nothing may follow",
               status == 409 and answer.get("toegestaan") == [], status, answer)
    status, _ = passing.ask("WIJKTEAM", "GET", f"/v1/postvak/{first}/inhoud")
    story.equal("nor does it see the contact details any more", status, 409)
    story.equal("it cannot pass it on twice", passing.pass_on("WIJKTEAM", first, "GGZ")[0], 409)
    passing.ask("GEMEENTE", "POST", f"/v1/postvak/{second}/aanvaarding", {})
    status, opened = passing.ask("GEMEENTE", "GET", f"/v1/postvak/{second}/inhoud")
    story.fact("the new one reads whom it is about",
               status == 200 and opened["contact"]["naam"] == "Anouk Voorbeeld", status, opened)
    passing.answer("GEMEENTE", second, "INBH")
    passing.until(lambda: "in behandeling genomen" in passing.line(first).get("regel", ""),
                  "the new holder's progress in the reporter's line")
    story.equal("with all that was answered", [one["code"] for one in
                                               passing.line(first)["antwoorden"]],
                ["INBH", "DOOR", "INBH"])
    never_back(passing, story, second)
    return first, second


def never_back(passing, story, second):
    town = passing.town
    passing.pass_on("GEMEENTE", second, town.wijkteam.oin)
    passing.settled("GEMEENTE", second, "GEWEIGERD")
    refused = passing.here("GEMEENTE", second)["overdracht"]
    story.equal("A30: never back to who had it", refused["reden"], "OVERDRACHT_TERUG")
    story.fact("in words", "gaat niet terug" in refused["tekst"], refused)
    story.equal("A29: who was refused holds it still", live(passing), [("GEMEENTE", second)])
    for to, wanted in ((town.corporatie.oin, 409), (town.gemeente.oin, 409), (STRANGER, 403),
                       ("POLITIE", 403), ("x", 400), ("", 400)):
        status, answer = passing.pass_on("GEMEENTE", second, to)
        story.fact(f"to {to or 'nobody'}: {wanted}, with a sentence",
                   status == wanted and answer["detail"], status, answer)
    story.equal("what is not here is not found",
                passing.pass_on("GEMEENTE", "11111111-1111-4111-8111-111111111111", "GGZ")[0], 404)
    passing.pass_on("GEMEENTE", second, "GGZ")
    passing.settled("GEMEENTE", second, "AANVAARD")
    third = passing.newest("GGZ")
    passing.pass_on("GGZ", third, "GEMEENTE")
    passing.settled("GGZ", third, "GEWEIGERD")
    story.equal("A30: never a third time", passing.here("GGZ", third)["overdracht"]["reden"],
                "OVERDRACHT_TE_VAAK")
    story.equal("A29: the last one holds it", live(passing), [("GGZ", third)])


def never_without_the_resident(passing, story):
    item = passing.report(13, ["WIJKTEAM"])
    passing.pass_on("WIJKTEAM", item, "GEMEENTE")
    passing.settled("WIJKTEAM", item, "GEWEIGERD")
    story.equal("the resident named nobody else",
                passing.here("WIJKTEAM", item)["overdracht"]["reden"], "GEEN_TOESTEMMING")
    story.equal("and the answer goes on as before", passing.answer("WIJKTEAM", item, "AFGR")[0], 201)
    story.equal("what has ended is not passed on",
                passing.pass_on("WIJKTEAM", item, "GEMEENTE")[0], 409)


def while_nobody_answers(passing, story):
    """The new one is away: the old one is holder, and may not end it meanwhile."""
    town = passing.town
    item, *more = [passing.report(number) for number in (15, 17, 19, 21)]
    town.gemeente.stop()
    passing.pass_on("WIJKTEAM", item, "GEMEENTE")
    town.wait_delivered(town.wijkteam)
    story.equal("asked, and not yet taken", passing.standing("WIJKTEAM", item), "GEVRAAGD")
    status, answer = passing.answer("WIJKTEAM", item, "AFGR")
    story.fact("an end must wait: 409 with what may be said",
               status == 409 and "AFGR" not in answer["toegestaan"] and
               "INBH" in answer["toegestaan"] and "doorgezet" in answer["detail"], status, answer)
    story.equal("progress may be told", passing.answer("WIJKTEAM", item, "INBH")[0], 201)
    town.wait_delivered(town.wijkteam)
    line = passing.line(item)
    story.fact("the reporter reads the old one's progress, and what is asked",
               "in behandeling genomen" in line["regel"] and
               line["overdracht"]["stand"] == "GEVRAAGD", line)
    return [item, *more]


def through_kill(passing, story, items):
    """The power of two fails, again and again, while four transfers wait and go."""
    town = passing.town
    for item in items[1:]:
        passing.pass_on("WIJKTEAM", item, "GEMEENTE")
    town.wait_delivered(town.wijkteam)
    for partner in (town.corporatie, town.wijkteam):
        partner.stop(signal.SIGKILL)
        partner.start()
    story.equal("A29: killed while it waits, each has its old holder",
                sorted(live(passing, ["WIJKTEAM"])), sorted(("WIJKTEAM", item) for item in items))
    town.gemeente.start(wait=False)
    for _ in range(3):
        time.sleep(passing.random.uniform(0.01, 0.15))
        for partner in (town.corporatie, town.wijkteam):
            partner.stop(signal.SIGKILL)
            partner.start()
    town.gemeente.wait_ready()
    for item in items:
        passing.settled("WIJKTEAM", item, "AANVAARD")
    story.equal("A29: and after it each has one new holder, once",
                [name for name, _ in live(passing, ["WIJKTEAM", "GEMEENTE"])],
                ["GEMEENTE"] * len(items))
    return items


def taken_back(passing, story, item):
    """The reporter recalls what was passed on: nobody keeps it."""
    town, before = passing.town, len(passing.inbox("GEMEENTE"))
    status, answer = passing.ask("CORPORATIE", "POST", f"/v1/verzonden/{item}/terugtrekking", {},
                                 "MELDER")
    story.fact("it can be recalled", status in (200, 201), status, answer)
    town.wait_delivered(town.corporatie)
    story.equal("the old holder is told, and its copy is gone",
                passing.here("WIJKTEAM", item).get("stand"), "INGT")
    gone = [one for one in passing.inbox("GEMEENTE") if one["stand"] == "INGT"]
    story.equal("so is the new one's", (len(gone), len(passing.inbox("GEMEENTE"))), (1, before))


def taken_back_on_the_way(passing, story):
    town, item = passing.town, passing.report(23)
    town.gemeente.stop()
    passing.pass_on("WIJKTEAM", item, "GEMEENTE")
    town.wait_delivered(town.wijkteam)
    passing.ask("CORPORATIE", "POST", f"/v1/verzonden/{item}/terugtrekking", {}, "MELDER")
    passing.until(lambda: passing.here("WIJKTEAM", item).get("stand") == "INGT",
                  "the holder is told of the recall")
    town.gemeente.start()
    held = live(passing, ["GEMEENTE"])
    town.wait_delivered(town.corporatie)
    story.equal("who was to get it never does", live(passing, ["GEMEENTE"]), held)
    story.fact("and nobody holds it", ("WIJKTEAM", item) not in live(passing))


def in_both_logs(passing, story):
    for partner in (passing.town.corporatie, passing.town.wijkteam):
        rows = partner.log_rows(gebeurtenis="transfer")
        story.fact(f"the log of {partner.name} has the transfers", len(rows) >= 7, rows[:3])
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.csv")
        story.fact(f"the log of {partner.name} is sound", sound, said)


def tell(story):
    passing = Passing(story)
    from_hand_to_hand(passing, story)
    never_without_the_resident(passing, story)
    items = through_kill(passing, story, while_nobody_answers(passing, story))
    taken_back(passing, story, items[0])
    taken_back_on_the_way(passing, story)
    in_both_logs(passing, story)


stories.run(tell)
