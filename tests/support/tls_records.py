# SPDX-License-Identifier: EUPL-1.2
"""What somebody on the line sees of TLS: when a record passed, which way, and how long it is.

    tap = Tap(listen_port, to_port)     # from now on; without a key
    tap.records                         # see Record
"""
import collections
import contextlib
import socket
import threading
import time

LOOPBACK = "127.0.0.1"
HEAD_BYTES = 5  # of a record: its kind, a version, the length of what follows

# `connection` counts from 0; `answers`: from who was called.
Record = collections.namedtuple("Record", "connection answers kind length at")


class Tap:
    def __init__(self, listen_port, to_port):
        self.to_port, self.records, self.connections = to_port, [], 0
        self.listener = socket.create_server((LOOPBACK, listen_port), backlog=128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            caller, _ = self.listener.accept()
            try:
                called = socket.create_connection((LOOPBACK, self.to_port), 10)
            except OSError:  # as if nobody listened here
                caller.close()
                continue
            called.settimeout(None)
            for one in (caller, called):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, answers in ((caller, called, False), (called, caller, True)):
                threading.Thread(target=self.pass_on, daemon=True,
                                 args=(self.connections, source, sink, answers)).start()
            self.connections += 1

    def pass_on(self, connection, source, sink, answers):
        waiting = b""
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                waiting = self.note(connection, answers, waiting + piece)
                sink.sendall(piece)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def note(self, connection, answers, waiting):
        """The records that are whole now; what is left of it."""
        while len(waiting) >= HEAD_BYTES:
            length = int.from_bytes(waiting[3:5], "big")
            if len(waiting) < HEAD_BYTES + length:
                break
            self.records.append(Record(connection, answers, waiting[0], length, time.time()))
            waiting = waiting[HEAD_BYTES + length:]
        return waiting
