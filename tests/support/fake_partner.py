# SPDX-License-Identifier: EUPL-1.2
"""A partner's listener that is not a gateway: it takes a message over TLS under any
certificate and answers whatever a story wants.

    fake = FakePartner(port, authority)
    fake.behave(certificate, key, answer)   # answer(body) -> parts to send back
    fake.in_turn([answer, ...], then)       # each message meets the next, then `then` for good
    fake.wait_tried(2)                      # connections since behave(), however they ended
    fake.messages                           # bodies that were really sent, since behave()

A part is bytes to send, a number of seconds to wait, or RESET: an RST in the middle.
The functions at the end make answers; each takes what it needs and gives such a function.
"""
import json
import socket
import ssl
import struct
import threading
import time

import town as towns

RESET = object()


def http(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status}", "API-Version: 1.0.0", "Connection: close",
             f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class FakePartner:
    def __init__(self, port, authority):
        self.authority = authority
        self.tried, self.messages, self.lock = 0, [], threading.Lock()
        self.context = self.answer = None
        self.listener = socket.create_server(("127.0.0.1", port))
        self.stopping = False
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def behave(self, certificate, key, answer):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(certificate, key)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.authority.pem)
        with self.lock:
            self.context, self.answer = context, answer
            self.tried, self.messages = 0, []
        if not self.thread.is_alive():
            self.thread.start()

    def in_turn(self, answers, then):
        """For behave(): the answers one after the other, one for each message that comes."""
        left, lock = list(answers), threading.Lock()

        def answer(body):
            with lock:
                chosen = left.pop(0) if left else then
            return chosen(body)
        return answer

    def wait_tried(self, times, seconds=20):
        towns.wait_for(lambda: self.tried >= times, seconds, f"{times} attempts at delivery")

    def stop(self):
        self.stopping = True
        self.listener.shutdown(socket.SHUT_RDWR)  # else the accept that waits keeps the port
        self.thread.join(10)
        self.listener.close()

    def _serve(self):
        while not self.stopping:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(raw,), daemon=True).start()

    def _take(self, raw):
        with self.lock:
            context, answer, messages = self.context, self.answer, self.messages
        raw.settimeout(10)
        try:
            with context.wrap_socket(raw, server_side=True) as connection:
                body = self._read(connection)
                if body is not None:
                    messages.append(body)
                    for part in answer(body):
                        self._give(connection, part)
        except OSError:
            pass  # the other side ended it: that is what some stories want
        finally:
            raw.close()
            with self.lock:
                if messages is self.messages:
                    self.tried += 1

    @staticmethod
    def _give(connection, part):
        if part is RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        elif isinstance(part, (int, float)):
            time.sleep(part)
        else:
            connection.sendall(part)

    @staticmethod
    def _read(connection):
        """The body, once a whole request is in; None when nothing was sent."""
        text = b""
        while b"\r\n\r\n" not in text:
            part = connection.recv(65536)
            if not part:
                return None
            text += part
        head, _, body = text.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return body


# --- answers ---

def parts(*answer):
    return lambda body: answer


def problem(status, code, *headers):
    body = json.dumps({"type": f"urn:wijkpoort:fout:{code}", "title": "", "status": status,
                       "detail": "", "code": code}).encode()
    return parts(http(f"{status} Refused", body, "Content-Type: application/problem+json",
                      *headers))


def slow_bytes(seconds_each, count=60):
    def answer(_):
        yield b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n"
        for _ in range(count):
            yield b"x"
            yield seconds_each
    return answer


def slow_head(seconds_each, count=60):
    def answer(_):
        for byte in b"HTTP/1.1 201 Created"[:count]:
            yield bytes([byte])
            yield seconds_each
    return answer


def endless_body(_):
    yield b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n"
    for _ in range(4096):
        yield b"x" * 65536


def endless_chunks(_):
    yield b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(4096):
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"


def huge_head(_):
    yield b"HTTP/1.1 201 Created\r\n"
    for number in range(40000):
        yield b"X-%06d: %s\r\n" % (number, b"y" * 1000)


def redirect(status, port):
    return parts(http(f"{status} Elsewhere", b"",
                      f"Location: https://127.0.0.1:{port}/v1/signalen"))


def wrong_length(says):
    """A body of 64 bytes under another Content-Length."""
    return parts(b"HTTP/1.1 201 Created\r\nContent-Length: %s\r\nConnection: close\r\n\r\n"
                 % says + b"{" * 64)


def reset_in_body(_):
    yield b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n" + b"{" * 100
    yield 0.05
    yield RESET
