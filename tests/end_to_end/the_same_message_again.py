# SPDX-License-Identifier: EUPL-1.2
import concurrent.futures
import datetime
import json
import pathlib
import signal
import socket
import ssl
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock  # noqa: E402
from fake_partner import RESET, FakePartner  # noqa: E402
from forged import Forge  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402

AT_ONCE = 50
FROM, TO = "CORPORATIE", "WIJKTEAM"


def inbox(town):
    return [one["id"] for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")]


def id_of(answers):
    return answers[0]["id"]


def again(story, town, forge):
    """R1: in a row, at once, after a restart."""
    body = forge.body(FROM, TO, [forge.consented()], proof=forge.proof())
    status, _, answers, first = forge.post(FROM, TO, body)
    story.equal("R1: a message is taken", (status, answers[0]["uitkomst"]), (201, "AANVAARD"))
    raws = {forge.post(FROM, TO, body)[3] for _ in range(5)}
    story.equal("R1: in a row it gets the same bytes", raws, {first})
    other = forge.body(FROM, TO, [forge.consented()], proof=forge.proof())
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(lambda _: forge.post(FROM, TO, other), range(AT_ONCE)))
    taken = {raw for status, _, _, raw in said if status == 201}
    story.fact(f"R1: {AT_ONCE} at once get the same bytes, or are asked to come again",
               len(taken) == 1 and all(status in (201, 429, 503) for status, *_ in said),
               [status for status, *_ in said])
    town.wijkteam.stop(signal.SIGKILL)
    town.wijkteam.start()
    raws = {forge.post(FROM, TO, body)[3], forge.post(FROM, TO, other)[3]}
    story.equal("R1: after a kill and a restart too", raws, {first} | taken)
    ids = [id_of(answers), id_of(next(one for one in said if one[0] == 201)[2])]
    have = inbox(town)
    story.equal("R1: each had its effect once", [have.count(one) for one in ids], [1, 1])
    rows = [one for one in town.wijkteam.log_rows() if one["gebeurtenis"] == "recv" and
            one.get("objecten") in ids]
    story.equal("R1: and one leaf of its own", len(rows), 2)
    fresh = forge.body(FROM, TO, [forge.consented()], proof=forge.proof())
    raws = {forge.post(FROM, TO, fresh)[3], forge.post(
        FROM, TO, forge.body(FROM, TO, [forge.consented()], proof=forge.proof()))[3]}
    story.equal("R1: the harness sees two that differ", len(raws), 2)
    return body, first


def other_bytes(story, town, forge):
    """R2: another message, or the same sealed anew, under a number that is known."""
    number = str(uuid.uuid4())[:14] + "7" + str(uuid.uuid4())[15:]
    item = forge.consented()
    status, _, _, first = forge.post(FROM, TO, forge.body(FROM, TO, [item], proof=forge.proof(),
                                                          bericht=number))
    assert status == 201, first
    before = len(inbox(town))
    size = stories.log_size(town.wijkteam)
    for name, items in (("another item", [forge.consented()]), ("the same item", [item])):
        status, code, _, _ = forge.post(FROM, TO, forge.body(
            FROM, TO, items, proof=forge.proof(), bericht=number))
        story.equal(f"R2: {name} in other bytes under a known number is refused",
                    (status, code), (409, "ANDER_BERICHT_BEKEND"))
    alarms = [one for one in stories.leaves_since(town.wijkteam, size)
              if one["gebeurtenis"] == "alarm"]
    story.equal("R2: each is an alarm in the log", len(alarms), 2)
    story.equal("R2: and has no effect", len(inbox(town)), before)


def partly_bad(story, town, forge):
    """R5: item k is bad; each has an answer of its own."""
    items = [forge.consented() for _ in range(9)]
    items[4] = {**items[4], "signaalcode": "ZORG.BESTAATNIET"}
    status, _, answers, _ = forge.post(FROM, TO, forge.body(FROM, TO, items,
                                                            proof=forge.proof()))
    got = [one["uitkomst"] for one in answers]
    story.equal("R5: item k is bad: it alone is refused", (status, got),
                (201, ["AANVAARD"] * 4 + ["GEWEIGERD"] + ["AANVAARD"] * 4))
    have = inbox(town)
    story.equal("R5: exactly the accepted ones are stored",
                [have.count(one["id"]) for one in answers], [1] * 4 + [0] + [1] * 4)


def cut_off(story, town, forge):
    """R5: the connection is cut within the batch: nothing of it is there, then all of it."""
    items = [forge.consented() for _ in range(40)]
    body = forge.body(FROM, TO, items, proof=forge.proof())
    size, before = stories.settled(town.wijkteam), len(inbox(town))
    context = ssl.create_default_context(cafile=town.authority.pem)
    context.check_hostname = False
    context.load_cert_chain(town.corporatie.certificate, town.corporatie.key)
    head = (f"POST /v1/signalen HTTP/1.1\r\nHost: p\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    for part in (1, len(body) // 3, len(body) // 2, len(body) - 1):
        with socket.create_connection(("127.0.0.1", town.wijkteam.partner_port)) as raw:
            with context.wrap_socket(raw) as connection:
                connection.sendall(head + body[:part])
    time.sleep(0.3)
    story.equal("R5: a batch that is cut off has no effect",
                (len(inbox(town)), stories.leaves_since(town.wijkteam, size)), (before, []))
    status, _, answers, _ = forge.post(FROM, TO, body)
    story.equal("R5: sent whole it is stored whole", (status, len(inbox(town))),
                (201, before + len(items)))
    story.equal("R5: each item accepted", {one["uitkomst"] for one in answers}, {"AANVAARD"})


def killed(story, town, forge, delays):
    """R5: kill -9 while the batch is worked on: what was acknowledged is there, and sent again
    each item is there once."""
    receiver, lost, doubled, when = town.wijkteam, 0, 0, []
    for delay in delays:
        bodies = forge.bodies(FROM, TO, [forge.consented()], proof=forge.proof(), count=4,
                              per_message=100)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(forge.post, FROM, TO, body) for body in bodies]
            time.sleep(delay)
            receiver.stop(signal.SIGKILL)
        acknowledged = [one.result()[2] for one in sent
                        if not one.exception() and one.result()[0] == 201]
        receiver.start()
        have = set(inbox(town))
        lost += sum(item["id"] not in have for answers in acknowledged for item in answers)
        when.append(len(acknowledged))
        ids = [item["id"] for body in bodies for item in forge.post(FROM, TO, body)[2]]
        have = inbox(town)
        lost += sum(item not in have for item in ids)
        doubled += len(have) - len(set(have))
    print(f"    {len(when)} kills, acknowledged before each: {when} of 4 messages")
    story.equal("R5: killed within a batch nothing acknowledged is lost, and none is there twice",
                (lost, doubled), (0, 0))


# --- by the clock ---

def stolen(story, town, forge, clock, body, first):
    status, code, _, _ = forge.post("GGZ", TO, body)
    story.equal("R4: recorded and sent by another partner it is refused", (status, code),
                (403, "AFZENDER_ONJUIST"))
    stranger = town.authority.issue("vreemd", "/O=X/serialNumber=00000099000000090000/CN=x")
    status, code, _, _ = forge.post(None, TO, body, certificate=stranger[0], key=stranger[1])
    story.equal("R4: and by a stranger", (status, code), (403, "ONBEKENDE_PARTIJ"))
    clock.move_to(clock.now() + datetime.timedelta(minutes=50))
    story.equal("R4: within its window it is remembered to the end",
                forge.post(FROM, TO, body)[3], first)
    before = len(inbox(town))
    clock.move_to(clock.now() + datetime.timedelta(minutes=20))
    status, code, _, raw = forge.post(FROM, TO, body)
    story.equal("R4: after its window it is refused", (status, code), (400, "TIJD_ONJUIST"))
    story.equal("R4: neither had an effect", len(inbox(town)), before)
    return raw


def lost_answers(story, town, clock):
    """R3: requests arrive, answers do not, for days; then they do."""
    sender, receiver = town.corporatie, town.wijkteam
    sender.stop()
    receiver.stop()
    address, real = receiver.partner_port, towns.free_ports(1)[0]
    receiver.change_settings(partnerPoort=real)
    receiver.partner_port = real
    receiver.start()
    fake, passed = FakePartner(address, town.authority), []

    def swallow(body):
        path = f"/v1/{ {'signaal': 'signalen', 'terugkoppeling': 'terugkoppelingen'}[json.loads(body)['kop']['soort']]}"
        passed.append(receiver.from_partner(sender, "POST", path, body)[0])
        yield RESET
    fake.behave(receiver.certificate, receiver.key, swallow)
    before = set(inbox(town))
    sender.start()
    with LocalConnection(sender, "MELDER") as melder:
        day = (clock.now() - datetime.timedelta(days=1)).date().isoformat()
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"ack-{n}", day, number=n) for n in range(10)]))
        assert status == 200, answer
    for _ in range(4):  # each time past the life of the message: sealed again, with the same items
        count = len(passed)
        towns.wait_for(lambda: len(passed) >= count + 2, 20, "it is sent again")
        clock.move_to(clock.now() + datetime.timedelta(hours=30))
    numbers = {json.loads(body)["kop"]["bericht"] for body in fake.messages}
    waits = {one["regel"] for one in pages(sender, "MELDER", "/v1/verzonden", "verzonden")}
    story.fact(f"R3: {len(passed)} times without an answer, over five days, in more than one message",
               set(passed) == {201} and len(numbers) >= 2, passed, len(numbers))
    story.equal("R3: the sender believes none of it", waits, {"nog niet afgeleverd"})
    fresh = [one for one in inbox(town) if one not in before]
    story.equal("R3: and each signal is there once", len(fresh), 10)
    fake.stop()
    receiver.stop()
    receiver.change_settings(partnerPoort=address)
    receiver.partner_port = address
    receiver.start()
    town.wait_delivered(sender)
    fresh = [one for one in inbox(town) if one not in before]
    told = pages(sender, "MELDER", "/v1/verzonden", "verzonden")
    story.fact("R3: once answers come through it is delivered, and still there once",
               len(fresh) == 10 and {one["stand"] for one in told} == {"ONTV"}, fresh, told)


def tell(story):
    clock = Clock(story.folder / "clock")

    def prepare(town):
        for partner in town.all():
            partner.environment = clock.environment
            partner.change_settings(herhaalSecondenMax=1, verzoekenPerPartner=10000)
    town = story.town(prepare=prepare)
    forge = Forge(town, story.build)
    body, first = again(story, town, forge)
    other_bytes(story, town, forge)
    partly_bad(story, town, forge)
    cut_off(story, town, forge)
    kills = stories.os.environ.get("THOROUGH") and 60 or 3
    killed(story, town, forge, [0.03 + 0.5 * n / kills for n in range(kills)])
    stolen(story, town, forge, clock, body, first)
    lost_answers(story, town, clock)
    sound, said = export_is_sound(town.wijkteam, town.folder / "export")
    story.fact("R3: the receiver's log is sound", sound, said)


stories.run(tell)
