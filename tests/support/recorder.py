# SPDX-License-Identifier: EUPL-1.2
"""Stands between the gateways of a town and keeps every decrypted HTTP message that passes.

Only a test can do this: it holds the TLS keys of all partners, so that towards the caller a
recorder is the partner he calls, and towards that partner it is the caller. Used as the
`prepare` of story.town(): each gateway then listens at another port, and its recorder at the
address in its key document.

    recorder = Recorder()
    town = story.town(prepare=recorder.stand_between)
    recorder.exchanges      # see Exchange

With `taps=True` it also notes the TLS records that the gateways themselves make:
recorder.called[name] of who calls that partner, recorder.answering[name] of the partner.
"""
import collections
import http.client
import http.server
import ssl
import threading
import time

import town as towns
from tls_records import Tap

# Names of partners; heads and bodies as bytes; when the request was whole here, and in how many
# seconds the partner had answered it.
Exchange = collections.namedtuple("Exchange",
                                  "caller called path request answer status at took_s")


def context_of(town, partner, purpose):
    context = ssl.SSLContext(purpose)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(town.authority.pem)
    context.load_cert_chain(partner.certificate, partner.key)
    return context


def oin_of(connection):
    subject = [pair for part in connection.getpeercert()["subject"] for pair in part]
    return dict(subject)["serialNumber"]


class Passing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.do_handshake()  # here, in the connection's own thread
        self.onward = None
        super().setup()

    def finish(self):
        super().finish()
        if self.onward:
            self.onward.close()

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        caller = server.by_oin[oin_of(self.connection)]
        at, began = time.time(), time.perf_counter()
        try:
            status, heads, answer = self.pass_on(caller, body)
        except (OSError, http.client.HTTPException):  # the partner is away: as if nobody listened here
            self.close_connection = True
            return
        server.exchanges.append(Exchange(caller.name, server.partner.name, self.path,
                                         str(self.headers).encode() + body,
                                         str(heads).encode() + answer, status, at,
                                         time.perf_counter() - began))
        self.send_response_only(status)
        for name, value in heads.items():
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def pass_on(self, caller, body):
        """Over a connection of this caller's own, that lasts as long as his to us."""
        heads = {name: value for name, value in self.headers.items()
                 if name.lower() not in ("host", "content-length", "connection")}
        while True:
            again = self.onward is not None
            if not again:
                self.onward = http.client.HTTPSConnection(
                    "127.0.0.1", self.server.real_port, timeout=30,
                    context=context_of(self.server.town, caller, ssl.PROTOCOL_TLS_CLIENT))
            try:
                self.onward.request("POST", self.path, body, heads)
                got = self.onward.getresponse()
                return got.status, got.headers, got.read()
            except (OSError, http.client.HTTPException):
                self.onward.close()
                self.onward = None
                if not again:  # else it was only closed since the last one
                    raise

    def log_message(self, *_):
        pass


class Recorder:
    def __init__(self, taps=False):
        self.exchanges = []
        self.taps, self.called, self.answering = taps, {}, {}

    def stand_between(self, town):
        by_oin = {partner.oin: partner for partner in town.all()}
        for partner in town.all():
            own, inner, behind = towns.free_ports(3)
            partner.change_settings(partnerPoort=own)
            if self.taps:
                self.called[partner.name] = Tap(partner.partner_port, inner)
                self.answering[partner.name] = Tap(behind, own)
            self.serve(town, partner, by_oin, *((inner, behind) if self.taps else
                                                (partner.partner_port, own)))

    def serve(self, town, partner, by_oin, port, real_port):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Passing)
        server.daemon_threads = True
        server.socket = context_of(town, partner, ssl.PROTOCOL_TLS_SERVER).wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
        server.town, server.partner, server.real_port = town, partner, real_port
        server.by_oin, server.exchanges = by_oin, self.exchanges
        threading.Thread(target=server.serve_forever, daemon=True).start()
