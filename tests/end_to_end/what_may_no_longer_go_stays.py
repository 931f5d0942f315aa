# SPDX-License-Identifier: EUPL-1.2
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ROWS = 20


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin)


def hand_in(town, prefix, count=ROWS):
    body = intake([row(f"{prefix}-{n}", town.today.isoformat(), number=n) for n in range(count)])
    body["convenant"] = "sociaal-renoveren-voorbeelddreef"
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", body)
    assert status == 200, answer
    assert all(one["uitkomst"].startswith("VERZONDEN") for one in answer["rijen"]), answer


def inbox(town):
    return pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")


def verdicts(partner, fingerprint):
    listed = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
    return next((one for one in listed if one["vingerafdruk"] == fingerprint), None)


def new_covenant(story, town):
    """Known and signed at the corporation only: the others still have to read it."""
    sender, to = town.corporatie, town.wijkteam
    path = town.folder / "tweede.json"
    town.make_covenant(path, ID="tweede-convenant")
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
    sender.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint", fingerprint)
    sender.run("CONVENANTBEHEERDER", "covenant", "sign", fingerprint)
    towns.wait_for(lambda: delivery_to(sender, to).get("laatsteFout") == "CONVENANT_ONBEKEND", 10,
                   "the statement is refused")
    hand_in(town, "beside")
    towns.wait_for(lambda: len(inbox(town)) == ROWS, 10,
                   "signals beside a statement that waits")
    state = delivery_to(sender, to)
    story.fact("a covenant that a partner does not know yet holds up no other", True)
    story.fact("the status says so, and not that somebody must look",
               state["onderweg"] and not state["geparkeerd"] and
               state["laatsteFout"] == "CONVENANT_ONBEKEND", state)
    to.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint", fingerprint)
    towns.wait_for(lambda: not delivery_to(sender, to)["onderweg"], 20, "the statement arrives")
    state = delivery_to(sender, to)
    story.fact("once it knows the covenant the statement arrives, and nothing is wrong",
               verdicts(to, fingerprint) and "laatsteFout" not in state, state)


def empty_receipts(story, town):
    sender, away = town.corporatie, town.wijkteam
    away.stop()
    fake = FakePartner(away.partner_port, town.authority)
    fake.behave(away.certificate, away.key, lambda body: (http("201 Created", b"{}"),))
    hand_in(town, "empty", 1)
    size = stories.log_size(sender)
    towns.wait_for(lambda: delivery_to(sender, away)["geparkeerd"], 30, "the message is parked")
    story.fact("a partner that answers 201 without a receipt is shown as one that refuses", True)
    grown = stories.log_size(sender) - size
    story.fact("and its answers leave nothing in our log", grown <= 2, grown)
    fake.stop()
    away.start()
    towns.wait_for(lambda: len(inbox(town)) == ROWS + 1, 20, "the message arrives after all")


def withdrawn_under_way(story, town):
    sender, away = town.corporatie, town.wijkteam
    arrived = len(inbox(town))
    away.stop()
    hand_in(town, "late")
    towns.wait_for(lambda: delivery_to(sender, away).get("laatsteFout") == "NIET_BEREIKBAAR", 10,
                   "a sealed message that is under way")
    size = stories.log_size(sender)
    status, _, answer = sender.api("CONVENANTBEHEERDER", "POST",
                                   f"/v1/convenanten/{town.fingerprint}/oordelen",
                                   {"oordeel": "INTREKKING"})
    assert status < 300, answer
    away.start()
    towns.wait_for(lambda: not delivery_to(sender, away)["onderweg"], 20, "all that may go")
    story.equal("what was sealed before a withdrawal does not leave after it",
                len(inbox(town)), arrived)
    ended = [one for one in sender.log_rows(vanaf=size)
             if one["gebeurtenis"] == "send" and one["fase"] == "outcome" and
             one.get("code") == "CONVENANT_INGETROKKEN"]
    story.equal("each has its outcome in the log", len(ended), ROWS)
    towns.wait_for(lambda: "INTREKKING" in str(verdicts(away, town.fingerprint)), 10,
                   "the withdrawal itself arrives")
    story.fact("the withdrawal itself arrives", True)


def tell(story):
    def hurry(town):
        for partner in town.all():
            partner.change_settings(herhaalSecondenMax=1)
    town = story.town(prepare=hurry)
    new_covenant(story, town)
    empty_receipts(story, town)
    withdrawn_under_way(story, town)


stories.run(tell)
