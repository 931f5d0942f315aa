# SPDX-License-Identifier: EUPL-1.2
"""A running gateway whose disk fails at a chosen call of one chosen flow, and what people do then:
start it again, and ask once more.

    sweep = Sweep(story, town, dice, points=2)      # a gateway and flow; 0: every call of each kind
    sweep.run(Transfer(town))                       # flows.py
"""
import collections
import http.client
import itertools
import json
import mmap
import signal
import struct
import time

KINDS = ["kill", "EIO", "killafter", "ENOSPC+", "tear", "syncEIO"]
EXIT_STORE = (3, 4)
BUSY = (OSError, http.client.HTTPException, AssertionError)  # gone, or it asks to come back later


class Steer:
    """struct disk_steer of tests/support/disk_fault.h, shared with the gateway."""

    def __init__(self, path, build, partner):
        path.write_bytes(bytes(104))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 104)
        library = str(build / "tests/preload/disk_fault.so")
        others = partner.environment.get("LD_PRELOAD")
        partner.environment = {**partner.environment, "DISK_FAULT_UNDER": str(partner.data),
                               "DISK_FAULT_STEER": str(path),
                               "LD_PRELOAD": f"{library}:{others}" if others else library}

    def arm(self, at, what=""):
        self.map[8:64] = struct.pack("<2q40s", at, 0, what.encode())
        self.map[64:104] = bytes(40)
        self.map[0:8] = struct.pack("<q", struct.unpack("<q", self.map[0:8])[0] + 1)

    @property
    def seen(self):
        return struct.unpack("<q", self.map[16:24])[0]

    @property
    def struck(self):
        return self.map[64:104].rstrip(b"\0").decode()


class Sweep:
    def __init__(self, story, town, dice, points):
        self.story, self.town, self.dice, self.points = story, town, dice, points
        self.steers, self.turn = {}, itertools.count()
        self.codes = collections.Counter()
        self.wrong, self.odd, self.slowest_s = [], [], 0.0
        self.tried = self.met = 0

    def steer_all(self):
        """Before the town starts."""
        for partner in self.town.all():
            self.steers[partner.name] = Steer(self.story.folder / f"{partner.name}.steer",
                                              self.story.build, partner)

    def revive(self, partner, kind):
        """Whoever was struck ended as it must, and starts again."""
        code = partner.process.poll()
        if code is None:
            return False
        self.codes[code] += 1
        fits = code == -signal.SIGKILL if kind.startswith(("kill", "tear")) else code in EXIT_STORE
        if not fits:
            self.odd.append((partner.name, kind, code, partner.log.read_text()[-300:]))
        partner.process = None
        began = time.monotonic()
        partner.start()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        return True

    def until_settled(self, flow, subject, partner, kind, seconds=60):
        """People ask until they have their answer, and then everything comes to rest: None, or
        what stood in the way. Who looks at a list is in the log, so it is not looked at all the
        time, and not while something is on its way."""
        end, acknowledged, last = time.monotonic() + seconds, False, "no rest"
        while time.monotonic() < end:
            self.revive(partner, kind)
            try:
                acknowledged = acknowledged or flow.act(subject)
                if acknowledged and self.is_quiet() and flow.is_settled(subject):
                    return None
            except BUSY as error:
                last = repr(error)
            time.sleep(0.05)
        return last

    def is_quiet(self):
        for partner in self.town.all():
            _, answer = asked(partner, "BEHEERDER", "GET", "/v1/status")
            if any(one["wachtrij"] or one["onderweg"] for one in answer["afleveren"]):
                return False
        return True

    def one(self, flow, subject, partner, at, kind):
        steer = self.steers[partner.name]
        steer.arm(at, kind)
        trouble = self.until_settled(flow, subject, partner, kind)
        time.sleep(0.05)  # what is still written beside the answer
        self.revive(partner, kind)
        steer.arm(0)
        where = (flow.name, partner.name, at, kind)
        faults = [trouble] if trouble else flow.faults(subject)
        if faults:
            self.wrong.append((*where, *faults))

    def count(self, flow):
        """How many calls that write the flow takes at each gateway."""
        subject = flow.fresh()
        for steer in self.steers.values():
            steer.arm(0)
        trouble = self.until_settled(flow, subject, self.town.all()[0], "none")
        assert not trouble, (flow.name, "undisturbed", trouble)
        seen = {name: self.steers[name].seen for name in flow.struck_at}
        assert not flow.faults(subject), (flow.name, flow.faults(subject))
        return seen

    def run(self, flow):
        began, met, points = time.monotonic(), 0, 0
        totals = self.count(flow)
        for name in flow.struck_at:
            for at, kind in self.chosen(totals[name]):
                before = sum(self.codes.values())
                self.one(flow, flow.fresh(), self.town.partners[name], at, kind)
                points += 1
                met += sum(self.codes.values()) > before
        self.met += met
        self.tried += points
        self.story.fact(f"S1: {flow.name}: each gateway of it writes", min(totals.values()) > 3, totals)
        print(f"    {flow.name}: {totals} calls that write, {points} points, {met} met, "
              f"{time.monotonic() - began:.1f} s", flush=True)

    def chosen(self, total):
        every = [(at, kind) for at in range(1, total + 1) for kind in KINDS]
        if not self.points:
            return every
        return [(self.dice.randint(1, max(1, total * 9 // 10)), KINDS[next(self.turn) % len(KINDS)])
                for _ in range(self.points)]


def asked(partner, role, method, path, body=None):
    """(status, answer); an answer that asks to come back later counts as none."""
    status, _, text = partner.api(role, method, path, body)
    if status >= 500 or status == 429:
        raise OSError(f"{status}")
    return status, json.loads(text) if text else None
