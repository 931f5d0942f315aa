#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A crowd at one door, in a process of its own so that it costs those who measure nothing but
the machine: it speaks when it is done, or stays until its input ends.

    crowd.py hello PORT --rate 1500 --seconds 3 --sources 1   # a recorded first message, no key of its own
    crowd.py shake PORT ... [--certificate PEM --key PEM]     # whole handshakes
    crowd.py knock PORT ...                                    # connects and leaves
    crowd.py stay  PORT --count 10000 --sources 8 ...          # idle connections, until told to leave

Sources are 127.0.NET.1 and on. Prints one line of JSON.
"""
import argparse
import json
import os
import selectors
import socket
import ssl
import struct
import sys
import time

RESET = struct.pack("ii", 1, 0)


def context_of(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if options.certificate:
        context.load_cert_chain(options.certificate, options.key)
    return context


def first_message(context):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise RuntimeError("no first message")


def connect(options, number, timeout=2):
    source = f"127.0.{options.net}.{1 + number % options.sources}"
    return socket.create_connection(("127.0.0.1", options.port), timeout=timeout,
                                    source_address=(source, 0))


def leave(connection):
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    except OSError:
        pass
    connection.close()


class Flood:
    """As many as `rate` a second, at most `open_max` at once; who answers at all has begun a
    handshake and spent its key on us."""

    def __init__(self, options):
        self.options = options
        self.context = context_of(options)
        self.hello = first_message(self.context)
        self.selector = selectors.DefaultSelector()
        self.tried = self.served = self.refused = 0

    def begin(self):
        try:
            connection = connect(self.options, self.tried)
        except OSError:
            self.refused += 1
            return
        finally:
            self.tried += 1
        if self.options.kind == "knock":
            leave(connection)
        elif self.options.kind == "shake":
            self.shake(connection)
        else:
            connection.setblocking(False)
            try:
                connection.send(self.hello)
            except OSError:
                pass
            self.selector.register(connection, selectors.EVENT_READ)

    def shake(self, connection):
        try:
            tls = self.context.wrap_socket(connection)
            self.served += 1
            tls.settimeout(0.2)
            if not self.options.certificate:
                try:
                    tls.recv(1)  # the alert
                except OSError:
                    pass
            leave(tls)
        except OSError:
            self.refused += 1
            leave(connection)

    def hear(self, seconds):
        for key, _ in self.selector.select(seconds):
            try:
                got = key.fileobj.recv(4096)
            except OSError:
                got = b""
            self.served += bool(got)
            self.refused += not got
            self.selector.unregister(key.fileobj)
            leave(key.fileobj)

    def run(self):
        began = time.monotonic()
        end = began + self.options.seconds
        while (now := time.monotonic()) < end:
            due = (now - began) * self.options.rate - self.tried
            if due >= 1 and len(self.selector.get_map()) < 500:
                self.begin()
            if self.options.kind == "hello":
                self.hear(0)
            if due < 1:
                time.sleep(0.001)
        return {"tried": self.tried, "served": self.served, "refused": self.refused}


def stay(options):
    """After the handshake the keys are forgotten and only the connection stays."""
    context, kept, refused = context_of(options), [], 0
    for number in range(options.count):
        try:
            tls = context.wrap_socket(connect(options, number, 10))
            kept.append(os.dup(tls.fileno()))
            os.close(tls.detach())
        except OSError:
            refused += 1
    print(json.dumps({"staying": len(kept), "refused": refused}), flush=True)
    sys.stdin.read()
    for fd in kept:
        os.close(fd)
    return {"staying": 0}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["hello", "shake", "knock", "stay"])
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--sources", type=int, default=1)
    parser.add_argument("--net", type=int, default=50)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    os.nice(19)
    done = stay(options) if options.kind == "stay" else Flood(options).run()
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
