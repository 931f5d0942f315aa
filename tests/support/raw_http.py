# SPDX-License-Identifier: EUPL-1.2
"""A client that says exactly the bytes it is given over real TLS, and reads what comes back
by rules of its own: how many answers, and whether the connection ended.

    door = Door(partner, "lokaal", partner_role="BEHEERDER")
    answers, ended = door.say(b"GET /v1/status HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
"""
import json
import re
import socket
import ssl
import struct

STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\x20-\x7e]*\r\n")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def code(self):
        try:
            return json.loads(self.body).get("code")
        except ValueError:
            return None

    def __repr__(self):
        return f"{self.status} {self.code or self.body[:80]!r}"


def answers_in(data):
    """Every answer in `data`; what is no whole answer is the last, with status 0."""
    answers = []
    while data:
        line = STATUS.match(data)
        head, found, rest = data.partition(b"\r\n\r\n")
        if not line or not found:
            return answers + [Answer(0, {}, data)]
        headers = {name.strip().lower(): value.strip() for name, _, value in
                   (one.partition(b":") for one in head.split(b"\r\n")[1:])}
        length = int(headers.get(b"content-length", b"0"))
        if len(rest) < length:
            return answers + [Answer(0, {}, data)]
        answers.append(Answer(int(line[1]), headers, rest[:length]))
        data = rest[length:]
    return answers


class Door:
    """One listener of a gateway, under one certificate."""

    def __init__(self, partner, listener, role=None, certificate=None, source=None):
        self.port = {"partner": partner.partner_port, "lokaal": partner.local_port,
                     "publiek": partner.public_port}[listener]
        self.source = source
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE  # the client's trust is not what is tested here
        if role:
            profile = json.loads(partner.profile(role).read_text())
            base = partner.profile(role).parent
            certificate = base / profile["certificaat"], base / profile["sleutel"]
        if certificate:
            self.context.load_cert_chain(*certificate)

    def connect(self, timeout=15):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=timeout,
                                       source_address=self.source and (self.source, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return self.context.wrap_socket(raw)
        except BaseException:
            raw.close()
            raise

    def say(self, data, timeout=15, part=None):
        """All of `data` at once, or in pieces of `part` bytes; then everything until the end of
        the stream, or until `timeout` with nothing new. (answers, whether it ended)"""
        with self.connect(timeout) as connection:
            try:
                for at in range(0, len(data), part or len(data) or 1):
                    connection.sendall(data[at:at + (part or len(data))])
            except OSError:
                pass  # it did not want to hear the rest: what it said still counts
            return read_on(connection)


def read_on(connection):
    got, ended = b"", False
    while not ended:
        try:
            piece = connection.recv(65536)
        except (TimeoutError, socket.timeout):
            break
        except OSError:
            piece = b""
        got, ended = got + piece, not piece
    return answers_in(got), ended


def read_answer(connection):
    """Exactly one answer of a connection that stays open."""
    got = b""
    while True:
        answers = answers_in(got)
        if answers and answers[-1].status:
            return answers[0]
        piece = connection.recv(65536)
        if not piece:
            return Answer(0, {}, got)
        got += piece


def cut(connection):
    """The end of it as a cable has it: no goodbye, a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket(fileno=connection.detach()).close()
