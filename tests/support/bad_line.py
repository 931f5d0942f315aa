# SPDX-License-Identifier: EUPL-1.2
"""A line between two gateways that a story can make bad. It passes bytes of TLS that it
cannot read; what it does with a connection is drawn when that connection is made.

    line = BadLine(listen_port, to_port, seed)
    line.now(["reset_up", "one_way"])   # one of these for each new connection
    line.now([])                        # a good line
    line.seen                                   # how often each was drawn
"""
import collections
import random
import socket
import struct
import threading
import time

KINDS = {
    "good": "passes everything",
    "reset_up": "an RST to both within the request",
    "reset_down": "an RST to both within the answer",
    "one_way": "the request arrives, nothing of the answer does",
    "half_open": "the connection stands, nothing passes either way",
    "refused": "the connection is closed at once",
    "stalls": "passes some of it, then falls silent",
}


class BadLine:
    def __init__(self, port, to_port, seed, hang_s=3):
        self.to_port, self.hang_s, self.dice = to_port, hang_s, random.Random(seed)
        self.troubles, self.seen, self.stopping = [], collections.Counter(), False
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def now(self, troubles):
        """From now on, and for the connections that stand as well: they are cut."""
        self.troubles = troubles
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []

    def stop(self):
        self.stopping = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self):
        while not self.stopping:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            kind = self.dice.choice(self.troubles) if self.troubles else "good"
            self.seen[kind] += 1
            at = self.dice.randrange(100, 30000)  # within the handshake or within a message
            threading.Thread(target=self._pass, args=(caller, kind, at), daemon=True).start()

    def _pass(self, caller, kind, at):
        if kind == "refused":
            caller.close()
            return
        if kind == "half_open":
            time.sleep(self.hang_s)
            caller.close()
            return
        try:
            called = socket.create_connection(("127.0.0.1", self.to_port))
        except OSError:
            caller.close()
            return
        self.open += [caller, called]
        up = threading.Thread(target=self._copy, daemon=True, args=(
            caller, called, at if kind in ("reset_up", "stalls") else None, kind))
        up.start()
        down_at = {"reset_down": at % 4000 + 1500, "one_way": 3000, "stalls": None}.get(kind)
        self._copy(called, caller, down_at, kind)
        up.join(self.hang_s + 1)
        for one in (caller, called):
            one.close()

    def _copy(self, source, sink, stop_at, kind):
        """Passes bytes until `stop_at`; then the trouble begins."""
        passed = 0
        source.settimeout(30)
        try:
            while True:
                part = source.recv(16384)
                if not part:
                    sink.shutdown(socket.SHUT_WR)
                    return
                if stop_at is not None and passed + len(part) > stop_at:
                    sink.sendall(part[:stop_at - passed])
                    self._break(source, sink, kind)
                    return
                passed += len(part)
                sink.sendall(part)
        except OSError:
            return

    def _break(self, source, sink, kind):
        if kind in ("one_way", "stalls"):
            end = time.monotonic() + self.hang_s
            source.settimeout(0.2)
            while time.monotonic() < end:  # swallows, so that the other side goes on unknowing
                try:
                    if not source.recv(16384):
                        break
                except socket.timeout:
                    continue
        for one in (source, sink):
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
