# SPDX-License-Identifier: EUPL-1.2
import base64
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ROWS = 300
OTHERS_S = 10  # how long the others may take while one is away


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin)


def sent_to(town, to):
    return {one["id"]: one for one in
            pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
            if one["ontvanger"] == to.oin}


INBOX_ROLE = {"WIJKTEAM": "ONTVANGER", "GGZ": "GGZ_CONTACTPUNT", "GEMEENTE": "ONTVANGER"}


def arrived_once(story, town, to, when):
    sent = sent_to(town, to)
    inbox = [one["id"] for one in pages(to, INBOX_ROLE[to.name], "/v1/postvak", "postvak")]
    story.fact(f"{when}: all {to.name} was sent arrived there once, and the melder reads so",
               sent and sorted(inbox) == sorted(sent) and
               all(one["stand"] != "WACHT" for one in sent.values()), len(sent), len(inbox))


def hand_in(town, prefix, count, **more):
    day = town.today.isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", day, number=n, **more) for n in range(count)]))
    assert status == 200, answer
    assert all(one["uitkomst"].startswith("VERZONDEN") for one in answer["rijen"]), answer


def one_is_down(story, town):
    sender, away = town.corporatie, town.wijkteam
    away.stop()
    csv = town.make_csv("meldingen.csv", "--rows", ROWS)
    began = time.monotonic()
    sender.run("MELDER", "push", csv, check=False)
    pushed_s = time.monotonic() - began
    others = [town.ggz, town.gemeente]
    towns.wait_for(lambda: not any(delivery_to(sender, other)[name] for other in others
                                   for name in ("wachtrij", "onderweg")), OTHERS_S, "the others")
    print(f"    {ROWS} rows pushed in {pushed_s:.2f} s, the others had theirs after "
          f"{time.monotonic() - began:.2f} s")
    for other in others:
        arrived_once(story, town, other, "while one partner is down")
    waiting = delivery_to(sender, away)
    story.fact("the status says who is away and that items wait",
               waiting["onderweg"] and waiting["laatsteFout"] == "NIET_BEREIKBAAR", waiting)
    story.equal("the melder reads that nothing was delivered there",
                {one["regel"] for one in sent_to(town, away).values()}, {"nog niet afgeleverd"})
    away.start()
    town.wait_delivered(sender)
    arrived_once(story, town, away, "when it is back")


# --- a partner that is not what it should be ---

def parts(*answer):
    return lambda body: answer


def unsigned_receipt(body):
    """What a receipt looks like, for this very message, but signed by nobody."""
    payload = json.dumps({"bericht": json.loads(body)["kop"]["bericht"],
                          "inhoudSha256": "00" * 32, "ontvangenOp": "2026-12-03T09:12:44Z",
                          "antwoorden": []})
    envelope = {"payload": base64.b64encode(payload.encode()).decode(),
                "payloadType": "application/vnd.wijkpoort.ontvangstbewijs.v1+json",
                "signatures": [{"keyid": "00" * 8, "sig": base64.b64encode(bytes(64)).decode()}]}
    return (http("201 Created", json.dumps(envelope).encode(),
                 "Content-Type: application/json"),)


def endless(body):
    yield b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n"
    for _ in range(4096):
        yield b"x" * 65536


def elsewhere(port):
    return parts(http("307 Temporary Redirect", b"",
                      f"Location: https://127.0.0.1:{port}/v1/signalen"))


def problem(status, code):
    body = json.dumps({"type": f"urn:wijkpoort:fout:{code}", "title": "", "status": status,
                       "detail": "", "code": code}).encode()
    return parts(http(f"{status} Refused", body, "Content-Type: application/problem+json"))


ANSWERS = {
    "a 201 without a receipt": parts(http("201 Created")),
    "a 201 with an empty object": parts(http("201 Created", b"{}")),
    "a 201 with noise": parts(http("201 Created", bytes(range(256)) * 8)),
    "a 201 with a receipt that nobody signed": unsigned_receipt,
    "a 200 with a receipt that nobody signed": lambda body: (
        unsigned_receipt(body)[0].replace(b"201 Created", b"200 OK"),),
    "a 204": parts(http("204 No Content")),
    "a 500": problem(500, "INTERNE_FOUT"),
    "a 503": problem(503, "DRUK"),
    "half an answer": parts(http("201 Created", b"{" * 64)[:-40]),
    "an answer without end": endless,
    "no answer": parts(),
    "no HTTP": parts(b"SSH-2.0-OpenSSH_9.2\r\n"),
}


class Impostor:
    """A fake in the wijkteam's place, and what must hold whatever it says: after the second
    attempt, when the answer to the first has been dealt with."""

    def __init__(self, story, town, fake):
        self.story, self.town, self.fake = story, town, fake
        self.receiver = town.wijkteam
        self.ids = set()
        self.size = 0

    def begin(self, prefix, count):
        before = set(sent_to(self.town, self.receiver))
        self.size = stories.log_size(self.town.corporatie)
        hand_in(self.town, prefix, count)
        self.ids = set(sent_to(self.town, self.receiver)) - before

    def counts_nothing(self, name):
        sent = sent_to(self.town, self.receiver)
        told = {one["regel"] for key, one in sent.items() if key in self.ids}
        outcomes = [one for one in self.town.corporatie.log_rows(vanaf=self.size)
                    if one["gebeurtenis"] == "send" and one["fase"] == "outcome" and
                    one["objecten"] in self.ids]
        state = delivery_to(self.town.corporatie, self.receiver)
        self.story.fact(f"{name}: nothing counts as delivered",
                        self.ids and told == {"nog niet afgeleverd"} and not outcomes,
                        told, outcomes[:2])
        self.story.fact(f"{name}: the status shows it",
                        state["onderweg"] and state.get("laatsteFout"), state)
        return state

    def answers(self, name, answer, times=2):
        self.fake.behave(self.receiver.certificate, self.receiver.key, answer)
        self.fake.wait_tried(times)
        state = self.counts_nothing(name)
        self.story.fact(f"{name}: the message was sent", len(self.fake.messages) >= 1)
        print(f"    {name}: {state.get('laatsteFout')}")
        return list(self.fake.messages)

    def shows(self, name, certificate, key):
        """Another certificate: then not a byte of the message is sent."""
        self.fake.behave(certificate, key, parts(http("201 Created")))
        self.fake.wait_tried(2)
        state = self.counts_nothing(name)
        self.story.equal(f"{name}: not a byte is sent", self.fake.messages, [])
        print(f"    {name}: {state.get('laatsteFout')}")


def wrong_certificates(impostor, town):
    subject = f"/O={town.wijkteam.title}/serialNumber={{}}/CN=wijkteam"
    impostor.shows("another partner's certificate", town.ggz.certificate, town.ggz.key)
    impostor.shows("a certificate with another OIN",
                   *town.authority.issue("other", subject.format("00000099000000090000")))
    impostor.shows("a certificate without an OIN",
                   *town.authority.issue("none", f"/O={town.wijkteam.title}/CN=wijkteam"))
    impostor.shows("a certificate with two OINs", *town.authority.issue(
        "two", subject.format(town.wijkteam.oin) + "/serialNumber=00000099000000090000"))
    impostor.shows("an expired certificate", *town.authority.issue(
        "old", subject.format(town.wijkteam.oin), days=-1))
    stranger = towns.Authority(town.folder / "vreemd", "Another CA")
    impostor.shows("the right OIN of another authority",
                   *stranger.issue("wijkteam", subject.format(town.wijkteam.oin)))


def redirected(impostor, town):
    """The one it points at has the right certificate, and must not be asked."""
    port = towns.free_ports(1)[0]
    other = FakePartner(port, town.authority)
    other.behave(town.wijkteam.certificate, town.wijkteam.key, parts(http("201 Created")))
    impostor.answers("a redirect", elsewhere(port))
    impostor.story.equal("a redirect: it is not followed", other.tried, 0)
    other.stop()


def refused(impostor, town):
    """A message that is refused again and again is set aside, and the next goes past it."""
    story = impostor.story
    impostor.answers("a refusal", problem(400, "HANDTEKENING_ONJUIST"))
    towns.wait_for(lambda: delivery_to(town.corporatie, town.wijkteam)["geparkeerd"], 30,
                   "the message is set aside")
    before = set(impostor.fake.messages)
    hand_in(town, "behind", 1)
    towns.wait_for(lambda: set(impostor.fake.messages) - before, 10, "the next message is sent")
    warnings = stories.asked(town.corporatie, "BEHEERDER", "/v1/status")["waarschuwingen"]
    story.fact("a refused message is set aside, a warning says so, and the next goes past it",
               any(town.wijkteam.title in one for one in warnings), warnings)


def impostors(story, town, fake):
    impostor = Impostor(story, town, fake)
    fake.behave(town.wijkteam.certificate, town.wijkteam.key, parts())
    impostor.begin("fake", 20)
    seen = set()
    for name, answer in ANSWERS.items():
        seen |= set(impostor.answers(name, answer))
    story.equal("it was the same sealed message each time", len(seen), 1)
    redirected(impostor, town)
    wrong_certificates(impostor, town)
    hand_in(town, "other", 3, code="ZORG.EENZAAM", to="GGZ")
    towns.wait_for(lambda: not any(delivery_to(town.corporatie, town.ggz)[name]
                                   for name in ("wachtrij", "onderweg")), OTHERS_S, "the GGZ")
    arrived_once(story, town, town.ggz, "beside an impostor")
    refused(impostor, town)
    fake.stop()
    town.wijkteam.start()
    town.wait_delivered(town.corporatie)
    arrived_once(story, town, town.wijkteam, "when the real one is back")
    return seen.pop()


def old_receipt(story, town, message):
    """A true receipt of the partner's, but for another message."""
    status, _, receipt = town.wijkteam.from_partner(town.corporatie, "POST", "/v1/signalen",
                                                    message)
    assert status == 201, receipt
    town.wijkteam.stop()
    fake = FakePartner(town.wijkteam.partner_port, town.authority)
    impostor = Impostor(story, town, fake)
    fake.behave(town.wijkteam.certificate, town.wijkteam.key, parts())
    impostor.begin("old", 2)
    impostor.answers("the receipt of another message", parts(
        http("201 Created", receipt, "Content-Type: application/json")))
    fake.stop()
    town.wijkteam.start()
    town.wait_delivered(town.corporatie)
    arrived_once(story, town, town.wijkteam, "after a receipt of another message")


def tell(story):
    def hurry(town):
        for partner in town.all():
            partner.change_settings(herhaalSecondenMax=1, verzoekSeconden=5)
    town = story.town(prepare=hurry)
    one_is_down(story, town)
    town.wijkteam.stop()
    message = impostors(story, town, FakePartner(town.wijkteam.partner_port, town.authority))
    old_receipt(story, town, message)


stories.run(tell)
