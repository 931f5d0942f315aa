# SPDX-License-Identifier: EUPL-1.2
"""A line to a gateway's partner listener that can be cut at any byte, either way: of the whole
stream, handshake and all, without knowing what it says.

    line = CuttingLine()
    line.stand_before(town.wijkteam)      # before it starts: the partners' address is the line's
    line.cut_next(0, 517)     # ends what stands; the next connection ends after 517 bytes there
    line.rest()               # ends what stands; from then on everything passes
"""
import selectors
import socket
import struct
import threading

import town as towns

RESET = struct.pack("ii", 1, 0)


class CuttingLine:
    def __init__(self):
        self.lock = threading.Lock()
        self.plan = None        # (direction, place) for the next connection
        self.done = False       # it was cut
        self.standing = []
        self.passed = [0, 0]    # of the last connection that was not cut
        self.listener = None
        self.real_port = None

    def stand_before(self, partner):
        """The line takes the address that the partners know; the gateway moves aside."""
        known = partner.partner_port
        self.real_port = towns.free_ports(1)[0]
        partner.change_settings(partnerPoort=self.real_port)
        partner.partner_port = self.real_port
        self.listener = socket.create_server(("127.0.0.1", known), backlog=64)
        threading.Thread(target=self._serve, daemon=True).start()

    def cut_next(self, direction, place):
        self.rest()
        with self.lock:
            self.plan, self.done = (direction, place), False

    def was_cut(self):
        with self.lock:
            return self.done

    def rest(self):
        with self.lock:
            self.plan = None
            standing, self.standing = self.standing, []
        for one in standing:
            one.shutdown_both()

    def lengths(self):
        with self.lock:
            return tuple(self.passed)

    def stop(self):
        self.listener.close()
        self.rest()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                plan, self.plan = self.plan, None
            link = Link(self, client, plan)
            with self.lock:
                self.standing.append(link)
            threading.Thread(target=link.run, daemon=True).start()


class Link:
    def __init__(self, line, client, plan):
        self.line, self.client, self.plan = line, client, plan
        self.server = None
        self.passed = [0, 0]

    def shutdown_both(self):
        for one in (self.client, self.server):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except (OSError, AttributeError):
                pass

    def run(self):
        try:
            self.server = socket.create_connection(("127.0.0.1", self.line.real_port))
            self._pass()
        except OSError:
            pass
        for one in (self.client, self.server):
            if one:
                try:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                except OSError:
                    pass
                one.close()
        if self.plan:
            with self.line.lock:
                self.line.done = True

    def _pass(self):
        ends = {self.client: (0, self.server), self.server: (1, self.client)}
        with selectors.DefaultSelector() as selector:
            for one in ends:
                selector.register(one, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    direction, other = ends[key.fileobj]
                    piece = key.fileobj.recv(65536)
                    if not piece:
                        return
                    if self.plan and self.plan[0] == direction and \
                            self.passed[direction] + len(piece) > self.plan[1]:
                        other.sendall(piece[:self.plan[1] - self.passed[direction]])
                        return
                    other.sendall(piece)
                    self.passed[direction] += len(piece)
                    if not self.plan:
                        with self.line.lock:
                            self.line.passed = list(self.passed)
