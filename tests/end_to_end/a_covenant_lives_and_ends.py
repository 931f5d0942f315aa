# SPDX-License-Identifier: EUPL-1.2
import hashlib
import pathlib
import sys

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
    story.equal("a covenant withdrawn while 1,000 signals are queued: each reporter reads why",
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


def tell(story):
    town = story.town()
    hand_in(town, "eerste", 3)
    town.wait_delivered(town.corporatie)
    proposed(story, town)
    withdrawn_while_much_waits(story, town, town.fingerprint)


stories.run(tell)
