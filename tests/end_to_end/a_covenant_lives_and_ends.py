# SPDX-License-Identifier: EUPL-1.2
import datetime
import hashlib
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ID = "sociaal-renoveren-voorbeelddreef"


def listed(partner, fingerprint):
    rows = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
    return next((c for c in rows if c["vingerafdruk"] == fingerprint), None)


def new_version(town, name, version, previous, change=None):
    def changed(covenant):
        covenant["versie"], covenant["vorige"] = version, previous
        if change:
            change(covenant)
    path = town.folder / name
    town.make_covenant(path, changed)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def proposed(story, town):
    """Added at one, known to all the others, and agreed to by nobody."""
    path, second = new_version(town, "versie-2.json", "1.9.0", town.fingerprint)
    said = town.gemeente.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint", second)
    others = [town.corporatie, town.wijkteam, town.ggz]
    towns.wait_for(lambda: all(listed(p, second) for p in others), 20, "the proposal everywhere")
    story.fact("a new version travels by itself to every party of the one before", True)
    story.fact("and who added it reads whom it goes to", "Corporatie Voorbeeld Wonen" in
               said.stdout, said.stdout)
    story.equal("nobody has agreed by that",
                {p["oordeel"] for o in others for p in listed(o, second)["partijen"]}, {"WACHT"})
    return second


def hand_in(town, prefix, count, to="WIJKTEAM"):
    body = intake([row(f"{prefix}-{n}", town.today.isoformat(), number=n, to=to)
                   for n in range(count)])
    body["convenant"] = ID
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", body)
    assert status == 200, answer
    assert all(one["uitkomst"].startswith("VERZONDEN") for one in answer["rijen"]), answer


def sent(town, prefix):
    return [one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
            if one["bronsleutel"].startswith(prefix)]


def withdrawn_while_much_waits(story, town, fingerprint):
    """The partner cannot be reached, and never hears of it: still each reporter reads why."""
    sender, away = town.corporatie, town.wijkteam
    arrived = len(pages(away, "ONTVANGER", "/v1/postvak", "postvak"))
    away.stop()
    for part in range(2):
        hand_in(town, f"wacht-{part}", 500)
    size = stories.log_size(sender)
    sender.run("CONVENANTBEHEERDER", "covenant", "revoke", fingerprint)
    towns.wait_for(lambda: all(one.get("code") for one in sent(town, "wacht-")), 30,
                   "each of them is ended")
    told = sent(town, "wacht-")
    story.equal("C6: a covenant withdrawn while 1,000 signals are queued: each reporter reads why",
                {(one["code"], one["regel"]) for one in told},
                {("CONVENANT_INGETROKKEN", "niet verzonden: Een partij die deze bepaling nodig "
                  "heeft, heeft zich teruggetrokken.")})
    story.equal("all thousand of them", len(told), 1000)
    ended = [one for one in sender.log_rows(gebeurtenis="send")
             if one["volgnummer"] >= size and one.get("code") == "CONVENANT_INGETROKKEN"]
    story.equal("each has its outcome in the log, once", len(ended), 1000)
    away.start()
    towns.wait_for(lambda: any(p["oordeel"] == "INTREKKING" for p in
                               listed(away, fingerprint)["partijen"]), 20,
                   "the withdrawal arrives")
    town.wait_delivered(sender)
    story.equal("none of them is delivered when the partner is back",
                len(pages(away, "ONTVANGER", "/v1/postvak", "postvak")), arrived)


def agreed_one_by_one(story, town, second):
    """Where things stand is shown at each step, and who has not heard yet."""
    last, away = town.corporatie, town.ggz
    town.sign([town.wijkteam, town.ggz, town.gemeente], second)
    towns.wait_for(lambda: [p["naam"] for p in listed(last, second)["partijen"]
                            if p["oordeel"] == "WACHT"] == [last.title], 20, "three statements")
    row_of = listed(last, second)
    story.equal("the version before is in force, the new one is a proposal",
                (listed(last, town.fingerprint)["stand"], row_of["stand"]),
                ("VAN_KRACHT", "VOORGESTELD"))
    story.equal("each article says who must still sign",
                {name for article in row_of["bepalingen"] for name in article["wachtOp"]},
                {last.title})
    shown = last.run("CONVENANTBEHEERDER", "covenant", "list").stdout
    story.fact("and so does the list", f"niet van kracht - wacht op {last.title}" in shown, shown)
    story.fact("who proposed it is shown", town.gemeente.title in last.run(
        "CONVENANTBEHEERDER", "covenant", "show", second).stdout)
    rejected = town.ggz.run("CONVENANTBEHEERDER", "covenant", "reject", second, check=False)
    story.fact("who agreed does not reject: it withdraws, and is told so",
               rejected.returncode == 1 and "covenant revoke" in rejected.stderr, rejected.stderr)
    away.stop()
    return away


def taken_over(story, town, second, away):
    """What was sealed under the version before arrives, and nothing new goes under it."""
    last, stopped = town.corporatie, town.wijkteam
    before = len(pages(stopped, "ONTVANGER", "/v1/postvak", "postvak"))
    stopped.stop()
    hand_in(town, "onderweg", 3)
    towns.wait_for(lambda: any(one["onderweg"] for one in stories.asked(
        last, "BEHEERDER", "/v1/status")["afleveren"] if one["partij"] == stopped.oin), 20,
        "a sealed message")
    time.sleep(1.1)   # a statement is of a whole second
    last.run("CONVENANTBEHEERDER", "covenant", "sign", second)
    told = {one["naam"]: "afgeleverdOp" in one for one in listed(last, second)["afleveringen"]
            if one["wat"] == "AKKOORD"}
    story.fact("the list names who has not heard of our agreement yet",
               not told[away.title] and not told[stopped.title], told)
    shown = last.run("CONVENANTBEHEERDER", "covenant", "list").stdout
    story.fact("in words", f"akkoord -> {away.title}: nog niet afgeleverd sinds" in shown, shown)
    story.equal("at the signer it counts at once", [listed(last, one)["stand"] for one in
                                                    (town.fingerprint, second)],
                ["VERVANGEN", "VAN_KRACHT"])
    stopped.start()
    away.start()
    towns.wait_for(lambda: all(listed(p, second)["stand"] == "VAN_KRACHT" for p in town.all()), 30,
                   "the new version everywhere")
    town.wait_delivered(last)
    story.equal("what was sealed under the version before arrives",
                len(pages(stopped, "ONTVANGER", "/v1/postvak", "postvak")), before + 3)
    story.fact("and everybody has heard", all(
        "afgeleverdOp" in one for one in listed(last, second)["afleveringen"]))
    hand_in(town, "nieuw", 2)
    town.wait_delivered(last)
    story.equal("what is handed in now goes under the new version",
                {one["regel"].split(";")[0] for one in sent(town, "nieuw")}, {"ontvangen"})


def what_does_not_travel(story, town, second):
    """A version that skips one, one that changes a key, a first one: not by themselves."""
    path, third = new_version(town, "oud.json", "2.5.0", town.fingerprint)
    done = town.ggz.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint", third,
                        check=False)
    story.fact("a version after one that was replaced is refused, with what to do",
               done.returncode == 1 and "geldt al een nieuwere" in done.stderr, done.stderr)
    path = town.folder / "eerste.json"
    town.make_covenant(path, ID="een-ander-convenant")
    first = hashlib.sha256(path.read_bytes()).hexdigest()
    said = json.loads(town.ggz.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint",
                                   first, "--json").stdout)
    story.equal("a first covenant goes to nobody by itself: there is no trust on first use",
                (said["voorgesteldAan"], len(said["vanPapier"])), ([], 3))


def copied(story, town):
    path, today = town.folder / "kopie.json", town.today
    words = ["covenant", "copy", ID, "--id", "tweede-flat", "--title", "De tweede flat", "--from",
             today, "--until", today + datetime.timedelta(days=150), "--out", path]
    town.ggz.run("CONVENANTBEHEERDER", *words)
    copy, source = json.loads(path.read_text()), json.loads(town.covenant.read_text())
    story.equal("a copy has an id and dates of its own, and is the first version",
                (copy["id"], copy["versie"], copy["geldigVanaf"], "vorige" in copy),
                ("tweede-flat", "1.0.0", today.isoformat(), False))
    story.fact("no key comes along", all("sleuteldocument" not in one for one in
                                         copy["partijen"]))
    story.equal("and its articles do", copy["bepalingen"], source["bepalingen"])
    again = town.ggz.run("CONVENANTBEHEERDER", *words, check=False)
    story.equal("a file that is there is not written over", again.returncode, 1)
    story.fact("what was copied is a draft", "Nog een ontwerp" in town.ggz.run(
        "CONVENANTBEHEERDER", "covenant", "check", path).stdout)


def after_the_end(story, town):
    """What was received before stays answerable, and nothing new is taken in."""
    answered = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")[0]["id"]
    with LocalConnection(town.wijkteam, "ONTVANGER") as worker:
        worker.ask("POST", f"/v1/postvak/{answered}/aanvaarding", {})
        told = worker.ask("POST", "/v1/antwoorden", {"signaal": answered, "code": "INBH"})
    story.equal("C6: what was received before can still be answered", told[0], 201)
    towns.wait_for(lambda: any(one["stand"] == "INBH" for one in sent(town, "")), 20,
                   "the answer arrives")
    story.fact("C6: and the answer arrives", True)
    refused = intake([row("te-laat", town.today.isoformat())])
    refused["convenant"] = ID
    with LocalConnection(town.corporatie, "MELDER") as melder:
        told = melder.ask("POST", "/v1/invoer", refused)[1]["rijen"][0]
    story.fact("C6: what is handed in now is refused, with why",
               told.get("code") == "CONVENANT_INGETROKKEN", told)


def tell(story):
    town = story.town()
    hand_in(town, "eerste", 3)
    town.wait_delivered(town.corporatie)
    second = proposed(story, town)
    away = agreed_one_by_one(story, town, second)
    taken_over(story, town, second, away)
    what_does_not_travel(story, town, second)
    copied(story, town)
    withdrawn_while_much_waits(story, town, second)
    after_the_end(story, town)


stories.run(tell)
