# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import fake_partner as fakes  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http, parts, problem  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

REQUEST_S = 2           # verzoekSeconden: the whole of a request
GROWTH_MAX_KIB = 48 * 1024
OTHERS_S = 10
# unless THOROUGH is set: each has one like it that stays
LEFT_OUT = {"a redirect 301", "an endless body", "a Content-Length of 5 GB", "an empty answer",
            "a Content-Length that is no number", "a head that drips in", "a 500"}


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin)


def sent_to(town, to):
    return {one["id"]: one for one in
            pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
            if one["ontvanger"] == to.oin}


def arrived_once(story, town, to, role, name):
    sent = sent_to(town, to)
    inbox = [one["id"] for one in pages(to, role, "/v1/postvak", "postvak")]
    story.fact(name, sent and sorted(inbox) == sorted(sent) and
               all(one["stand"] != "WACHT" for one in sent.values()), len(sent), len(inbox))


def hand_in(town, prefix, count, **more):
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", town.today.isoformat(), number=n, **more)
             for n in range(count)]))
    assert status == 200, answer
    assert all(one["uitkomst"].startswith("VERZONDEN") for one in answer["rijen"]), answer


def peak_kib(partner):
    text = pathlib.Path(f"/proc/{partner.pids()[0]}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1])


def behaviours(elsewhere):
    """{what: (row, answer)}; `elsewhere` is the port of somebody with the right certificate."""
    return {
        "a redirect 301": ("H10", fakes.redirect(301, elsewhere)),
        "a redirect 307": ("H10", fakes.redirect(307, elsewhere)),
        "an endless body": ("H10", fakes.endless_body),
        "an endless body in chunks": ("H10", fakes.endless_chunks),
        "a head of 40 MB": ("H10", fakes.huge_head),
        "a Content-Length that is too large": ("H10", fakes.wrong_length(b"9999")),
        "a Content-Length of 5 GB": ("H10", fakes.wrong_length(b"5000000000")),
        "a Content-Length that is no number": ("H10", fakes.wrong_length(b"veel")),
        "an empty answer": ("Q2", parts()),
        "noise": ("Q2", parts(bytes(range(256)) * 64)),
        "a body that drips in": ("Q2", fakes.slow_bytes(0.2)),
        "a head that drips in": ("Q2", fakes.slow_head(0.2)),
        "silence after the request": ("Q2", parts(REQUEST_S + 1)),
        "a 500": ("Q2", problem(500, "INTERNE_FOUT")),
        "a 503 with Retry-After": ("Q2", problem(503, "DRUK", "Retry-After: 1")),
        "a 429 with Retry-After of a year": ("Q2", problem(429, "TE_VEEL_VERZOEKEN",
                                                           "Retry-After: 31536000")),
        "a 201 that stores nothing": ("Q2", parts(http("201 Created"))),
        "an RST in the middle of the answer": ("Q4", fakes.reset_in_body),
    }


def one_behaviour(story, town, fake, name, kind, answer):
    away = town.wijkteam
    hidden = f"{kind}: {name}"
    fake.behave(away.certificate, away.key, answer)
    fake.wait_tried(1, 30)
    state = delivery_to(town.corporatie, away)
    told = {one["regel"] for one in sent_to(town, away).values()}
    story.fact(f"{hidden} counts for nothing, is kept and shown",
               told == {"nog niet afgeleverd"} and state["onderweg"] and
               state.get("laatsteFout") and len(fake.messages) >= 1, told, state)
    return set(fake.messages)


def bites(story, town, fake):
    """The same look at somebody who answers well: else it would not see the difference."""
    away = town.wijkteam
    fake.stop()
    away.start()
    town.wait_delivered(town.corporatie)
    told = {one["regel"] for one in sent_to(town, away).values()}
    story.fact("Q2: the harness sees a message that was taken", told != {"nog niet afgeleverd"},
               told)
    arrived_once(story, town, away, "ONTVANGER",
                 "Q2: once the partner heals, all of it arrives, each once")


def misbehaves(story, town):
    sender, away = town.corporatie, town.wijkteam
    away.stop()
    port = towns.free_ports(1)[0]
    elsewhere = FakePartner(port, town.authority)
    elsewhere.behave(away.certificate, away.key, parts(http("201 Created")))
    fake = FakePartner(away.partner_port, town.authority)
    fake.behave(away.certificate, away.key, parts())
    hand_in(town, "eerste", 10)
    before, seen = peak_kib(sender), set()
    for name, (kind, answer) in behaviours(port).items():
        if name in LEFT_OUT and not os.environ.get("THOROUGH"):
            continue
        seen |= one_behaviour(story, town, fake, name, kind, answer)
    grown = peak_kib(sender) - before
    print(f"    grown by {grown} KiB at most")
    story.fact("H10: memory is bounded whatever it answers", grown < GROWTH_MAX_KIB, grown)
    story.equal("H10: nobody was asked who is not the partner", elsewhere.tried, 0)
    story.equal("Q2: it was the same sealed message each time", len(seen), 1)
    said = sender.run("BEHEERDER", "status").stdout
    story.fact("Q2: `wijkpoort status` shows what is wrong",
               away.title in said and delivery_to(sender, away)["laatsteFout"] in said, said)
    elsewhere.stop()
    return fake


def others_go_on(story, town, fake):
    away = town.wijkteam
    fake.behave(away.certificate, away.key, fakes.slow_bytes(0.2))
    began = time.monotonic()
    hand_in(town, "buur", 20, code="ZORG.EENZAAM", to="GGZ")
    towns.wait_for(lambda: not any(delivery_to(town.corporatie, town.ggz)[name]
                                   for name in ("wachtrij", "onderweg")), OTHERS_S, "the GGZ")
    print(f"    20 signals to the neighbour in {time.monotonic() - began:.2f} s")
    arrived_once(story, town, town.ggz, "GGZ_CONTACTPUNT",
                 "Q2: beside a slow partner the others get theirs")


def withdrawn_meanwhile(story, town, fake):
    """A resident takes something back while a message lies before it that the partner cannot take."""
    status, _, text = town.corporatie.api("MELDER", "POST", "/v1/intrekkingen", {
        "adres": {"postcode": "1234AB", "huisnummer": "999"}})
    assert status == 201 or status == 200, (status, text)
    towns.wait_for(lambda: any(json.loads(one)["kop"]["soort"] == "intrekking"
                               for one in list(fake.messages)), 30, "the withdrawal is sent")
    story.fact("Q5: a message that the partner cannot process holds up no withdrawal", True)


def stands_still(story, town, fake):
    """What does not pass by itself is told in a sentence, with what to do."""
    sender, away = town.corporatie, town.wijkteam
    for status, code, said in ((500, "OPSLAG_BESCHADIGD", "moet een reservekopie terugzetten"),
                               (403, "CONVENANT_ONBEKEND", "kent een convenant niet")):
        fake.behave(away.certificate, away.key, problem(status, code))
        towns.wait_for(lambda text=said: any(
            text in one and away.title in one for one in
            stories.asked(sender, "BEHEERDER", "/v1/status")["waarschuwingen"]), 40, code)
        story.fact(f"Q2: {code} again and again: `status` says what to do", True)
        if status == 500:
            withdrawn_meanwhile(story, town, fake)


def poison(story, town, fake):
    """Refused again and again: parked, visible, and the next goes past it."""
    sender, away = town.corporatie, town.wijkteam
    fake.behave(away.certificate, away.key, problem(400, "ONJUIST_BERICHT"))
    towns.wait_for(lambda: delivery_to(sender, away)["geparkeerd"], 30, "the message is parked")
    said = sender.run("BEHEERDER", "status").stdout
    story.fact("Q5: a poison message is parked, and `wijkpoort status` says so",
               "neemt een bericht niet aan" in said and "ONJUIST_BERICHT" in said and
               " ja " in said, said)
    poisoned = set(fake.messages)
    hand_in(town, "achter", 1)
    towns.wait_for(lambda: set(fake.messages) - poisoned, 10, "the next message is sent")
    story.fact("Q5: the next message goes past it", True)
    parked = [line for line in sender.log.read_text().splitlines() if "delivery-parked" in line]
    story.fact("Q5: an event says so once for each message", 1 <= len(parked) <= 2, parked)


def tell(story):
    def hurry(town):
        for partner in town.all():
            partner.change_settings(herhaalMillisecondenMin=10, herhaalSecondenMax=1,
                                    verzoekSeconden=REQUEST_S)
    town = story.town(prepare=hurry)
    fake = misbehaves(story, town)
    others_go_on(story, town, fake)
    stands_still(story, town, fake)
    poison(story, town, fake)
    bites(story, town, fake)


stories.run(tell)
