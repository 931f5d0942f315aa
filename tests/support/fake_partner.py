# SPDX-License-Identifier: EUPL-1.2
"""A partner's listener that is not a gateway: it takes a message over TLS under any
certificate and answers whatever a story wants.

    fake = FakePartner(port, authority)
    fake.behave(certificate, key, answer)   # answer(body) -> parts to send back
    fake.wait_tried(2)                      # connections since behave(), however they ended
    fake.messages                           # bodies that were really sent, since behave()
"""
import socket
import ssl
import threading

import town as towns


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
                        connection.sendall(part)
        except OSError:
            pass  # the other side ended it: that is what some stories want
        finally:
            raw.close()
            with self.lock:
                if messages is self.messages:
                    self.tried += 1

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
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += connection.recv(65536)
        return body
