# SPDX-License-Identifier: EUPL-1.2
import http.server
import json
import os
import pathlib
import random
import re
import socket
import ssl
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import odd_requests as odd  # noqa: E402
import story as stories  # noqa: E402
from forged import Forge  # noqa: E402
from raw_http import Answer, Door, read_on  # noqa: E402
from visitor import Visitor  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
SEED = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
MUTATIONS = 20000 if THOROUGH else 450
UNAUTHENTICATED = 200
KIB_BEFORE_AUTHENTICATION = 64


def doors(town):
    receiver = town.wijkteam
    return {"partner": Door(receiver, "partner",
                            certificate=(town.corporatie.certificate, town.corporatie.key)),
            "lokaal": Door(receiver, "lokaal", role="BEHEERDER"),
            "publiek": Door(receiver, "publiek")}


def wrongly_answered(door, payloads, statuses):
    """The payloads that did not get exactly one answer of those statuses, and the end."""
    wrong = []
    for name, data in payloads:
        answers, ended = door.say(data)
        if len(answers) != 1 or answers[0].status not in statuses or not ended:
            wrong.append((name, answers, ended))
    return wrong


# --- a server that two readers could take differently, to see that the checks see it ---

class Lenient(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 0.3

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0").strip() or 0))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def lenient_is_seen(story, town):
    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Lenient)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(town.wijkteam.certificate, town.wijkteam.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    door = Door(town.wijkteam, "publiek")
    door.port = server.server_address[1]
    wrong = wrongly_answered(door, odd.FRAMING[:2] + odd.FRAMING[21:24] + odd.LINES[:3], {400})
    story.fact("H1: the harness sees a broken gateway: a lenient server fails the same check",
               len(wrong) == 8 and any(len(answers) > 1 for _, answers, _ in wrong), wrong)
    server.shutdown()
    server.server_close()


def odd_requests(story, town):
    for name, door in doors(town).items():
        story.equal(f"H1: {len(odd.FRAMING)} doubtful lengths get one 400 and the end ({name})",
                    wrongly_answered(door, odd.FRAMING, {400}), [])
        story.equal(f"H2: {len(odd.LINES)} doubtful lines, hosts and paths get one 400 and the "
                    f"end ({name})", wrongly_answered(door, odd.LINES, {400}), [])
        for row, what in (("H4", "more than we take"), ("H5", "a body larger than any"),
                          ("H7", "an odd method, Expect, compression")):
            wrong = [one for each, title, data, status in odd.LIMITS if each == row
                     for one in wrongly_answered(door, [(title, data)], {status})]
            story.equal(f"{row}: {what} gets its own 4xx, once, and the end ({name})", wrong, [])


# --- one request of many shapes: what does an independent strict reader make of it? ---

PLAIN = re.compile(
    rb"(?P<method>GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) "
    rb"(?P<path>(?:/[A-Za-z0-9._~-]+)+/?|/)(?P<query>\?[A-Za-z0-9._~/:!$&'*+%=,;@()-]*)? "
    rb"HTTP/1\.1\r\n"
    rb"(?P<lines>(?:[A-Za-z0-9!#$%&'*+.^_`|~-]+:[\t\x20-\x7e]*\r\n)*)\r\n")


def plain(data):
    """(method, path, body, rest) of the request that `data` begins with, or None."""
    found = PLAIN.match(data)
    if not found:
        return None
    names = [one.partition(b":") for one in found["lines"].split(b"\r\n")[:-1]]
    headers = [(name.lower(), value.strip(b" \t")) for name, _, value in names]
    lengths = [value for name, value in headers if name == b"content-length"]
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 or not hosts[0] or len(lengths) > 1 or \
            any(name in (b"transfer-encoding", b"expect", b"content-encoding")
                for name, _ in headers):
        return None
    if lengths and not re.fullmatch(rb"0|[1-9][0-9]{0,14}", lengths[0]):
        return None
    size = int(lengths[0]) if lengths else 0
    rest = data[found.end():]
    if len(rest) < size:
        return None
    return found["method"], found["path"], rest[:size], rest[size:]


def mutated(dice, data, head):
    """One to three changes within the head of `data`."""
    bytes_ = bytearray(data)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(min(head, len(bytes_)))
        odd_byte = dice.choice(b"\r\n\t \0:;,/.%?0123456789aZ\x7f\xff-+")
        kind = dice.randrange(6)
        if kind == 0:
            bytes_[at] = odd_byte
        elif kind == 1:
            bytes_.insert(at, odd_byte)
        elif kind == 2:
            del bytes_[at]
        elif kind == 3:
            bytes_[at] ^= 1 << dice.randrange(8)
        elif kind == 4:  # a line again, perhaps elsewhere
            lines = bytes(bytes_[:head]).split(b"\r\n")
            lines.insert(dice.randrange(len(lines)), dice.choice(lines))
            bytes_[:head] = b"\r\n".join(lines)
        else:
            bytes_[at:at] = dice.choice([b"\r\n", b"\r\n\r\n", b"\r\n ", b"HTTP/1.1",
                                         b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n"])
    return bytes(bytes_)


def judged(data, original, answers):
    """What is wrong with these answers to `data`; None when nothing is."""
    wanted = plain(original)[:3]
    rest = data
    for number, answer in enumerate(answers):
        if answer.status == 0:
            return "no whole answer"
        request = plain(rest) if rest else None
        if 200 <= answer.status < 400 and (request is None or request[:3] != wanted):
            return f"{answer.status} for what is another request"
        if request is None:  # refused: then this is the last
            return None if number == len(answers) - 1 else "an answer after the refusal"
        rest = request[3]
    return None


def requests_to_change(town):
    doors_ = doors(town)
    forge = Forge(town, town.binary.parent)
    message = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
    check = json.dumps({"naar": "WIJKTEAM", "wijze": "TOESTEMMING", "velden": [], "voorwaarden": [],
                        "bewijs": False}).encode()

    def request(line, body):
        return line + b" HTTP/1.1\r\nHost: poort.example\r\nContent-Type: application/json\r\n" + \
            b"Accept: */*\r\n" + \
            (b"Content-Length: %d\r\n" % len(body) if body else b"") + b"\r\n" + body
    return [(doors_["lokaal"], request(b"GET /v1/status", b"")),
            (doors_["lokaal"], request(b"POST /v1/toetsingen", check)),
            (doors_["partner"], request(b"POST /v1/signalen", message)),
            (doors_["lokaal"], request(b"GET /mag-dit", b"")),
            (doors_["lokaal"], request(b"POST /mag-dit/antwoord", form_of(town)).replace(
                b"application/json", b"application/x-www-form-urlencoded"))]


def form_of(town):
    """Filled in by who may, under a token of today."""
    worker = Visitor(town.wijkteam, "BEHEERDER")
    worker.go("/mag-dit")
    values = dict(worker.form("/mag-dit/antwoord")["values"])
    return urllib.parse.urlencode({**values, "naar": town.ggz.oin, "wijze": "TOESTEMMING",
                                   "signaalcode": "ZORG.EENZAAM"}).encode()


def mutations(story, town):
    dice = random.Random(SEED)
    print(f"    seed {SEED}, {MUTATIONS} changed requests")
    originals = requests_to_change(town)
    good = []
    for door, original in originals:
        with door.connect() as connection:
            connection.sendall(original)
            good.append(connection.recv(17)[9:12])
    story.fact("H1: the unchanged requests are served, a page and a form among them",
               [one[:1] for one in good] == [b"2"] * len(originals), good)
    wrong, served = [], 0
    for _ in range(MUTATIONS):
        door, original = dice.choice(originals)
        data = mutated(dice, original, original.index(b"\r\n\r\n") + 4)
        answers, _ = with_end(door, data)
        served += any(200 <= one.status < 300 for one in answers)
        fault = judged(data, original, answers)
        if fault:
            wrong.append((fault, data[:400], answers))
    story.fact("H1: no changed request gets a second answer, nor a 2xx for what it no longer says",
               not wrong and served > 0, wrong[:3], served)
    two = [Answer(200, {}, b""), Answer(200, {}, b"")]
    story.fact("H1: the harness sees a broken gateway: two answers to one request are told",
               judged(originals[0][1], originals[0][1], two) is not None)


def with_end(door, data):
    """As door.say(), but says goodbye after the last byte: a request that never ends would
    only be waited with."""
    with door.connect() as connection:
        try:
            connection.sendall(data)
            raw = socket.socket(fileno=os.dup(connection.fileno()))
            raw.shutdown(socket.SHUT_WR)
            raw.close()
        except OSError:
            pass  # it had ended already
        return read_on(connection)


# --- H3 ---

def pipelined(story, town):
    door = doors(town)["lokaal"]
    head = b" HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answers, ended = door.say(b"GET /v1/status" + head + b"GET /v1/nergens" + head +
                              b"GET /v1/convenanten" + last)
    story.fact("H3: requests behind each other are answered in turn, each its own",
               [one.status for one in answers] == [200, 404, 200] and ended and
               b"versie" in answers[0].body and b"vingerafdruk" in answers[2].body, answers)
    hidden = b"DELETE /v1/gebruikers/" + b"0" * 64 + last
    size = stories.settled(town.wijkteam)
    body = post_json(b"/v1/toetsingen", hidden)
    answers, ended = door.say(body)
    rows = stories.leaves_since(town.wijkteam, size)
    story.fact("H3: a request within a body stays a body: one 400 and the end",
               len(answers) == 1 and answers[0].status == 400 and ended, answers)
    answers, ended = door.say(post_json(b"/v1/toetsingen", b"", length=0) + hidden)
    story.fact("H3: what comes behind a refused request is not read", len(answers) == 1 and ended,
               answers)
    story.fact("H3: neither leaves a trace of the second request",
               not [row for row in rows if row.get("onderdeel") == "gebruikers"], rows)


def post_json(path, body, length=None, *headers):
    return b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + \
        b"".join(one + b"\r\n" for one in headers) + \
        b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


# --- H4, H5: what does it cost? ---

def resident_kib(partner):
    text = pathlib.Path(f"/proc/{partner.pids()[0]}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1])


def before_authentication(story, town):
    """Half of a large handshake message each, and then nothing."""
    receiver = town.wijkteam
    record = b"\x16\x03\x01\x40\x00\x01\x00\xff\xfc\x03\x03" + bytes(16300)
    before, sockets = resident_kib(receiver), []
    try:
        for _ in range(UNAUTHENTICATED):
            one = socket.create_connection(("127.0.0.1", receiver.partner_port), timeout=5)
            one.sendall(record)
            sockets.append(one)
        time.sleep(0.3)
        each = (resident_kib(receiver) - before) / UNAUTHENTICATED
    finally:
        for one in sockets:
            one.close()
    story.fact(f"H4: a connection costs at most {KIB_BEFORE_AUTHENTICATION} KiB before its "
               f"certificate is verified", each <= KIB_BEFORE_AUTHENTICATION, each)
    print(f"    {each:.1f} KiB for each of {UNAUTHENTICATED} half handshakes")


def large_bodies(story, town):
    receiver, door = town.wijkteam, doors(town)["partner"]
    size, before = stories.settled(receiver), resident_kib(receiver)
    answers, ended = door.say(post_json(b"/v1/signalen", b"", 1 << 30))
    rows = [one for one in stories.leaves_since(receiver, size) if one.get("code") == "TE_GROOT"]
    story.fact("H5: a declared gigabyte is 413 before a byte of it is read",
               [one.status for one in answers] == [413] and ended and
               resident_kib(receiver) - before < 1024, answers, resident_kib(receiver) - before)
    story.fact("H5: the log says so in one line, with the partner's name",
               [row.get("bron") for row in rows] == [town.corporatie.oin], rows)
    answers, _ = doors(town)["lokaal"].say(
        post_json(b"/v1/toetsingen", b'{"a":1}', None, b"Connection: close"), part=1)
    story.fact("H5: a body that comes a byte at a time is one body",
               [one.status for one in answers] == [400], answers)


# --- H7 ---

def odd_forms(story, town):
    receiver = town.wijkteam
    asked = {}
    for name, method, path, headers, body in (
            ("DELETE", "DELETE", "/v1/status", {}, None),
            ("form", "POST", "/v1/toetsingen",
             {"Content-Type": "application/x-www-form-urlencoded"}, "a=b"),
            ("no type", "POST", "/v1/toetsingen", {"Content-Type": ""}, "{}"),
            ("text", "POST", "/v1/toetsingen", {"Content-Type": "text/plain"}, "{}"),
            ("utf-16", "POST", "/v1/toetsingen",
             {"Content-Type": "application/json; charset=utf-16"}, "{}"),
            ("json-ish", "POST", "/v1/toetsingen", {"Content-Type": "application/json-seq"}, "{}"),
            ("image", "GET", "/v1/status", {"Accept": "image/png"}, None),
            ("h2c", "GET", "/v1/status",
             {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c",
              "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA"}, None),
            ("websocket", "GET", "/v1/status", {"Connection": "Upgrade", "Upgrade": "websocket"},
             None),
            ("gzip wanted", "GET", "/v1/status", {"Accept-Encoding": "gzip, br"}, None),
            ("utf-8", "POST", "/v1/toetsingen",
             {"Content-Type": "application/json; charset=UTF-8"}, "{}")):
        asked[name] = receiver.api("BEHEERDER", method, path, body, headers)
    statuses = {name: one[0] for name, one in asked.items()}
    story.equal("H7: the wrong method, type, charset or format is 405, 415 or 406; no Upgrade is "
                "heard", statuses,
                {"DELETE": 405, "form": 415, "no type": 415, "text": 415, "utf-16": 415,
                 "json-ish": 415, "image": 406, "h2c": 200, "websocket": 200, "gzip wanted": 200,
                 "utf-8": 400})
    story.fact("H7: 405 names what is allowed, and nothing is compressed",
               asked["DELETE"][1].get("Allow") == "GET, HEAD" and
               not any("Content-Encoding" in one[1] for one in asked.values()),
               asked["DELETE"][1])


# --- H9 ---

def claimed_identities(story, town):
    receiver = town.wijkteam
    claims = {name: value for name in
              ("OIN", "X-OIN", "X-Forwarded-For", "X-Forwarded-Client-Cert", "X-Real-IP",
               "Forwarded", "X-SSL-Client-S-DN", "X-SSL-Client-Cert", "X-SSL-Client-Verify",
               "SSL_CLIENT_CERT", "X-Client-Cert", "X-Remote-User", "Remote-User",
               "Authorization", "Fsc-Authorization", "X-Forwarded-User")
              for value in (f"/serialNumber={town.ggz.oin}/CN=BEHEERDER",)}
    size = stories.settled(receiver)
    receiver.from_partner(town.corporatie, "POST", "/v1/signalen", "{}", claims)
    rows = stories.leaves_since(receiver, size)
    story.fact("H9: the log names who the certificate says, whatever the headers claim",
               rows and {row.get("bron") for row in rows} == {town.corporatie.oin}, rows)
    status, _, body = receiver.api("ONTVANGER", "GET", "/v1/gebruikers", headers=claims)
    story.fact("H9: no header gives a user a role",
               (status, json.loads(body)["code"]) == (403, "GEEN_ROL"), status, body)
    stranger = town.authority.issue("nobody", "/O=X/serialNumber=00000099000000090000/CN=x")
    status, _, body = receiver.from_partner(None, "POST", "/v1/signalen", "{}",
                                            {**claims, "OIN": town.corporatie.oin}, *stranger)
    story.fact("H9: no header makes a stranger a partner",
               (status, json.loads(body)["code"]) == (403, "ONBEKENDE_PARTIJ"), status, body)


def tell(story):
    town = story.town()
    lenient_is_seen(story, town)
    odd_requests(story, town)
    pipelined(story, town)
    before_authentication(story, town)
    large_bodies(story, town)
    odd_forms(story, town)
    claimed_identities(story, town)
    mutations(story, town)
    story.equal("H3: after all this the gateway serves as before",
                town.wijkteam.api("BEHEERDER", "GET", "/v1/status")[0], 200)


stories.run(tell)
