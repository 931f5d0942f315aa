# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import random
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from cutting import CuttingLine  # noqa: E402
from forged import Forge  # noqa: E402
from people import intake, pages, row  # noqa: E402
from raw_http import Door, answers_in, cut, read_answer, read_on  # noqa: E402
from visitor import Visitor  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
CUTS = 100000 if THOROUGH else 60   # places within one request or answer
LINE_CUTS = 400 if THOROUGH else 12  # places within what two gateways say to each other
PAGE_CUTS = 4000  # each is a look that stands in the log, which is read again and again
DEADLINE_S = 1


def places(dice, length, most=CUTS):
    """Every place before the end, or some of them with both ends."""
    if length <= most:
        return list(range(length))
    ends = [0, 1, 2, length - 2, length - 1]
    return sorted({*ends, *dice.sample(range(length), most - len(ends))})


def request_of(path, body):
    return (b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


# --- H6 ---

def dripping(door, first, drip):
    """(status, seconds) of a request of which a little comes every 100 ms, without end."""
    began = time.monotonic()
    with door.connect() as connection:
        connection.sendall(first)
        connection.settimeout(0.1)
        got = b""
        while time.monotonic() - began < 20:
            try:
                piece = connection.recv(65536)
                if not piece:
                    break
                got += piece
            except (TimeoutError, socket.timeout):
                try:
                    connection.sendall(drip)
                except OSError:
                    break
            except OSError:
                break
        answers = answers_in(got)
        return [one.status for one in answers], time.monotonic() - began


def silent(port, first=b"", drip=b""):
    """Seconds until a connection that shows no handshake is ended."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        connection.sendall(first)
        while time.monotonic() - began < 20:
            try:
                if not connection.recv(100):
                    break
            except (TimeoutError, socket.timeout):
                if drip:
                    try:
                        connection.sendall(drip)
                    except OSError:
                        break
            except OSError:
                break
    return time.monotonic() - began


def slow_requests(story, town):
    gateway = town.wijkteam
    partner = Door(gateway, "partner",
                   certificate=(town.corporatie.certificate, town.corporatie.key))
    local = Door(gateway, "lokaal", role="BEHEERDER")
    cases = {
        "a head that drips": lambda: dripping(partner, b"POST /v1/signalen HTTP/1.1\r\nX-A: ",
                                              b"a"),
        "headers without end": lambda: dripping(local, b"GET /v1/status HTTP/1.1\r\n",
                                                b"X-A: a\r\n"),
        "a body that drips": lambda: dripping(partner, request_of(b"/v1/signalen", b"")[:-5] +
                                              b"900\r\n\r\n", b"a"),
        "a body that never comes": lambda: dripping(local, request_of(b"/v1/toetsingen",
                                                                      b"")[:-5] + b"9\r\n\r\n",
                                                    b""),
    }
    seen, threads = {}, []
    for name, case in cases.items():
        threads.append(threading.Thread(target=lambda n=name, c=case: seen.update({n: c()})))
    record = b"\x16\x03\x01\x20\x00\x01\x00\x1f\xfc\x03\x03"
    for name, words in {"a silent connection": (gateway.partner_port,),
                        "a handshake that drips": (gateway.local_port, record, b"a")}.items():
        threads.append(threading.Thread(
            target=lambda n=name, w=words: seen.update({n: ([], silent(*w))})))
    for thread in threads:
        thread.start()
    others = [gateway.api("BEHEERDER", "GET", "/v1/status")[0] for _ in range(5)]
    for thread in threads:
        thread.join(30)
    for name, (statuses, seconds) in sorted(seen.items()):
        story.fact(f"H6: {name} is cut by a deadline for the whole",
                   statuses == ([408] if name in cases else []) and seconds < 15, statuses,
                   seconds)
    story.equal("H6: meanwhile others are served", set(others), {200})
    print("    cut after", {name: f"{seconds:.1f} s" for name, (_, seconds) in seen.items()})


# --- H8: the request and the answer of a client ---

def cut_after(door, data, place, reset):
    """Sends the first bytes and is gone, with or without a goodbye."""
    connection = door.connect()
    try:
        connection.sendall(data[:place])
        if reset:
            cut(connection)
        else:
            connection.close()
    except OSError:
        connection.close()


def cut_answer(door, data, place):
    """The whole request; then `place` bytes of its answer are read and the line is cut."""
    connection = door.connect()
    connection.settimeout(15)
    try:
        connection.sendall(data)
        got = 0
        while got < place:
            piece = connection.recv(min(place - got, 16384))
            if not piece:
                break
            got += len(piece)
        cut(connection)
    except OSError:
        connection.close()


def once(door, data):
    with door.connect() as connection:
        connection.sendall(data)
        return read_answer(connection)


def cut_intake(story, town, dice):
    sender = town.corporatie
    door = Door(sender, "lokaal", role="MELDER")
    day = town.today.isoformat()

    def body(key):
        return request_of(b"/v1/invoer", json.dumps(intake([row(key, day)])).encode())
    data, size = body("cut-request"), stories.settled(sender)
    for place in places(dice, len(data)):
        cut_after(door, data, place, dice.random() < 0.5)
    rows = [one for one in stories.leaves_since(sender, size) if "transactie" in one]
    story.equal("H8: a push cut before its last byte has no effect, wherever it is cut", rows, [])
    told = json.loads(once(door, data).body)["rijen"][0]
    story.equal("H8: sent whole after that it is new", told["uitkomst"], "VERZONDEN_TOESTEMMING")
    size = stories.settled(sender)
    cut_after(door, body("cut-nowhere"), len(body("cut-nowhere")), False)
    towns.wait_for(lambda: [one for one in stories.leaves_since(sender, size)
                            if "transactie" in one], 10, "a whole push has its effect")
    story.fact("H8: the harness sees a broken gateway: an effect of who did not wait is seen", True)

    length = len(raw_answer(door, body("cut-length")))
    keys = [f"cut-answer-{place}" for place in places(dice, length, CUTS // 2)]
    ids = {}
    for key in keys:
        cut_answer(door, body(key), int(key.rpartition("-")[2]))
    for key in keys:
        again = json.loads(once(door, body(key)).body)["rijen"][0]
        ids[key] = again["uitkomst"]
    town.wait_delivered(sender)
    sent = [one["bronsleutel"] for one in pages(sender, "MELDER", "/v1/verzonden", "verzonden")]
    story.fact("H8: a push whose answer is cut at any byte is there once after asking again",
               all(sent.count(key) == 1 for key in keys) and
               set(ids.values()) <= {"AL_BEKEND", "VERZONDEN_TOESTEMMING"}, ids)
    print(f"    {len(places(dice, len(data)))} cuts in {len(data)} bytes of a push, {len(keys)} "
          f"in {length} bytes of its answer")


def raw_answer(door, data):
    with door.connect() as connection:
        connection.sendall(data)
        got = b""
        while not (answers_in(got) and answers_in(got)[-1].status):
            got += connection.recv(65536)
        return got


def cut_message(story, town, dice):
    """The same for a partner's message, by the partner itself."""
    receiver, forge = town.wijkteam, Forge(town, town.binary.parent)
    door = Door(receiver, "partner",
                certificate=(town.corporatie.certificate, town.corporatie.key))
    item = forge.consented()
    data = request_of(b"/v1/signalen", forge.body("CORPORATIE", "WIJKTEAM", [item],
                                                  proof=forge.proof()))
    size = stories.settled(receiver)
    for place in places(dice, len(data)):
        cut_after(door, data, place, dice.random() < 0.5)
    rows = [one for one in stories.leaves_since(receiver, size) if "transactie" in one]
    story.equal("H8: a message cut before its last byte has no effect, wherever it is cut", rows,
                [])
    first = raw_answer(door, data)
    receipt = answers_in(first)[0]
    story.equal("H8: sent whole after that it gets its receipt", receipt.status, 201)
    for place in places(dice, len(first)):
        cut_answer(door, data, place)
    again = once(door, data)
    inbox = [one["id"] for one in pages(receiver, "ONTVANGER", "/v1/postvak", "postvak")]
    story.fact("H8: however often its receipt is cut, it stays one signal with one receipt",
               (again.status, again.body) == (201, receipt.body) and inbox.count(item["id"]) == 1,
               again, inbox.count(item["id"]))
    print(f"    {len(places(dice, len(data)))} cuts in {len(data)} bytes of a message, "
          f"{len(places(dice, len(first)))} in {len(first)} bytes of its receipt")


# --- H8: a form and a page of it, by a browser that goes away ---

FORM = b"application/x-www-form-urlencoded"


def page_of(path):
    return b"GET " + path.encode() + b" HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n"


def form_to(worker, path, what, **typed):
    """The bytes that a browser sends when the button is pressed."""
    assert worker.go(path) == 200, worker.status
    values = dict(worker.form(f"{path}/{what}")["values"])
    return request_of(f"{path}/{what}".encode(), urllib.parse.urlencode({**values, **typed}).encode()
                      ).replace(b"application/json", FORM + b"\r\nAccept: text/html")


def looks_since(partner, size):
    return [one for one in partner.log_rows(vanaf=size) if one["gebeurtenis"] == "access"
            and one.get("onderdeel") == "postvak"]


def cut_form(story, town, dice):
    holder, door = town.wijkteam, Door(town.wijkteam, "lokaal", role="ONTVANGER")
    worker = Visitor(holder, "ONTVANGER")
    item = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")[0]["id"]
    path = f"/postvak/{item}"

    def here():
        return json.loads(holder.api("ONTVANGER", "GET", f"/v1{path}")[2])
    data = form_to(worker, path, "aanvaarding")
    for place in places(dice, len(data)):
        cut_after(door, data, place, dice.random() < 0.5)
    story.equal("H8: a form cut before its last byte has no effect, wherever it is cut",
                here()["geaccepteerd"], False)
    length = len(raw_answer(door, data))
    story.equal("H8: sent whole after that it is done", here()["geaccepteerd"], True)
    data = form_to(worker, path, "antwoord", code="INBH")
    for place in places(dice, len(data)):
        cut_after(door, data, place, dice.random() < 0.5)
    story.equal("H8: nor does one that would tell others", here()["antwoorden"], [])
    for place in places(dice, length, CUTS // 2):
        cut_answer(door, data, place)
    again = once(door, data)
    town.wait_delivered(holder)
    told = next(one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
                if one["id"] == item)
    story.fact("H8: a form whose answer is cut at any byte and that is sent again each time is done "
               "and told once, and the page says how it stands",
               [one["code"] for one in here()["antwoorden"]] == ["INBH"] and again.status == 409 and
               [one["code"] for one in told["antwoorden"]] == ["INBH"], here(), told, again)
    print(f"    {len(places(dice, len(data)))} cuts in {len(data)} bytes of a form, "
          f"{len(places(dice, length, CUTS // 2))} in {length} bytes of its answer")


def cut_page(story, town, dice):
    holder, door = town.wijkteam, Door(town.wijkteam, "lokaal", role="ONTVANGER")
    data, size = page_of("/postvak"), stories.settled(holder)
    for place in places(dice, len(data)):
        cut_after(door, data, place, dice.random() < 0.5)
    story.equal("H8: a page asked for and cut before the last byte is not looked at",
                looks_since(holder, size), [])
    length, cuts = len(raw_answer(door, data)), 0
    for place in places(dice, length, min(CUTS, PAGE_CUTS)):
        cut_answer(door, data, place)
        cuts += 1
    towns.wait_for(lambda: len(looks_since(holder, size)) == cuts + 1, 10, "each look in the log")
    whole = once(door, data)
    story.fact("H8: a page cut at any byte is one look in the log each time, and whole the next time",
               whole.status == 200 and whole.body.rstrip().endswith(b"</html>") and
               len(looks_since(holder, size)) == cuts + 2, whole, cuts)
    print(f"    {cuts} cuts in {length} bytes of a page")


# --- H8: what two gateways say to each other, handshake and all ---

def cut_between(story, town, line, dice):
    sender, receiver = town.corporatie, town.wijkteam
    day, door = town.today.isoformat(), Door(sender, "lokaal", role="MELDER")

    def push(key):
        data = request_of(b"/v1/invoer", json.dumps(intake([row(key, day)])).encode())
        told = json.loads(once(door, data).body)["rijen"][0]
        assert told["uitkomst"] == "VERZONDEN_TOESTEMMING", told
        return told["id"]
    line.rest()
    ids = [push("whole")]
    town.wait_delivered(sender)
    lengths = line.lengths()
    story.fact("H8: the line between two gateways was seen", min(lengths) > 500, lengths)
    for direction in (0, 1):
        # A signature is a byte longer or shorter each time.
        for place in places(dice, lengths[direction] - 24, LINE_CUTS):
            line.cut_next(direction, place)
            ids.append(push(f"line-{direction}-{place}"))
            towns.wait_for(line.was_cut, 30, f"the line is cut at {direction} {place}")
            line.rest()
            town.wait_delivered(sender)
    inbox = [one["id"] for one in pages(receiver, "ONTVANGER", "/v1/postvak", "postvak")]
    story.fact("H8: a line between gateways cut at any byte, either way: each signal arrives once",
               all(inbox.count(one) == 1 for one in ids),
               [one for one in ids if inbox.count(one) != 1])
    print(f"    {len(ids) - 1} cuts in {lengths[0]} bytes there and {lengths[1]} back")


def tell(story):
    dice = random.Random(SEED)
    print(f"    seed {SEED}")
    line = CuttingLine()

    def prepare(town):
        town.corporatie.change_settings(herhaalMillisecondenMin=10, herhaalSecondenMax=1)
        line.stand_before(town.wijkteam)
        town.wijkteam.change_settings(kopSeconden=DEADLINE_S, lichaamSeconden=DEADLINE_S,
                                      handdrukSeconden=DEADLINE_S)
    town = story.town(prepare=prepare)
    slow_requests(story, town)
    cut_intake(story, town, dice)
    cut_message(story, town, dice)
    cut_form(story, town, dice)
    cut_page(story, town, dice)
    cut_between(story, town, line, dice)
    line.stop()


stories.run(tell)
