# SPDX-License-Identifier: EUPL-1.2
"""A running gateway whose disk or memory fails at a chosen call of one chosen flow, and what people
do then: start it again, and ask once more.

    sweep = Sweep(story, town, dice, points=2)      # a gateway, flow and kind; 0: every call
    sweep.equip()                                   # before the town starts
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

from scarce import Scarce, is_sanitized

ENDED_IN_ORDER, EXIT_STORE = (1, 3, 4), (3, 4)
BUSY = (OSError, http.client.HTTPException, AssertionError)  # gone, or it asks to come back later
WHILE = 40  # allocations in a row
MEMORY_POINTS = 150  # of some ten thousands, where all are asked for


class Refused(Exception):
    """An answer that blames who asked, while it was the gateway's own trouble."""


class Disk:
    """struct disk_steer of tests/support/disk_fault.h, shared with the gateway."""
    row, kinds = "S1", ["kill", "EIO", "killafter", "ENOSPC+", "tear", "syncEIO"]

    def __init__(self, folder, build, partner):
        path = folder / f"{partner.name}.steer"
        path.write_bytes(bytes(104))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 104)
        self.environment = {"DISK_FAULT_UNDER": str(partner.data), "DISK_FAULT_STEER": str(path),
                            "LD_PRELOAD": str(build / "tests/preload/disk_fault.so")}

    def arm(self, at, kind=""):
        self.map[8:64] = struct.pack("<2q40s", at, 0, kind.encode())
        self.map[64:104] = bytes(40)
        self.map[0:8] = struct.pack("<q", struct.unpack("<q", self.map[0:8])[0] + 1)

    def count(self):
        self.arm(0)

    def disarm(self):
        seen, = struct.unpack("<q", self.map[16:24])
        self.arm(0)
        return seen

    @staticmethod
    def fits(kind, code):
        """What a gateway may end with."""
        return code == -signal.SIGKILL if kind.startswith(("kill", "tear")) else code in EXIT_STORE

    def chosen(self, total, points, dice, turn):
        if not points:  # each call, in one of the ways in turn: another SEED, another way
            first = dice.randrange(len(self.kinds))
            return [(at, self.kinds[(first + at) % len(self.kinds)])
                    for at in range(1, total + 1)]
        return [(dice.randint(1, max(1, total * 9 // 10)), self.kinds[next(turn) % len(self.kinds)])
                for _ in range(points)]


class Memory(Scarce):
    row, kinds = "X1", ["one allocation", "a while"]

    def __init__(self, folder, build, partner):
        super().__init__(folder / f"{partner.name}.scarce")
        self.environment = super().environment(build)

    def arm(self, first, kind=""):
        super().arm(first, WHILE if kind == "a while" else 1)

    def count(self):
        self.arm(1 << 40)

    def disarm(self):
        return super().disarm()[0]

    @staticmethod
    def fits(_, code):
        return code in ENDED_IN_ORDER

    def chosen(self, total, points, dice, turn):
        return [(dice.randint(1, total), self.kinds[next(turn) % 2])
                for _ in range(points or MEMORY_POINTS)]


class Sweep:
    def __init__(self, story, town, dice, points):
        self.story, self.town, self.dice, self.points = story, town, dice, points
        self.faults, self.turns = {}, {"S1": itertools.count(), "X1": itertools.count()}
        self.codes, self.tried, self.met = (collections.Counter() for _ in range(3))
        self.wrong, self.odd = {"S1": [], "X1": []}, []
        self.slowest_s, self.ways = 0.0, itertools.count()

    def equip(self):
        """Before the town starts. A sanitizer brings its own allocator."""
        ways = [Disk] if is_sanitized(self.story.build / "wijkpoort") else [Disk, Memory]
        for partner in self.town.all():
            mine = [way(partner.folder, self.story.build, partner) for way in ways]
            for fault in mine:
                before = partner.environment.get("LD_PRELOAD")
                partner.environment = {**partner.environment, **fault.environment}
                if before:
                    partner.environment["LD_PRELOAD"] = \
                        f"{fault.environment['LD_PRELOAD']}:{before}"
            self.faults[partner.name] = mine

    def revive(self, partner, fault, kind):
        """Whoever was struck ended as it must, and starts again."""
        code = partner.process.poll()
        if code is None:
            return
        self.codes[code] += 1
        if not fault or not fault.fits(kind, code):
            self.odd.append((partner.name, kind, code, partner.log.read_text()[-300:]))
        if fault and fault.row == "X1":
            fault.disarm()
        partner.process = None
        began = time.monotonic()
        partner.start()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def until_settled(self, flow, subject, partner, fault=None, kind="", seconds=60):
        """People ask until they have their answer, and then everything comes to rest: None, or
        what stood in the way. Who looks at a list is in the log, so it is not looked at all the
        time, and not while something is on its way."""
        end, acknowledged, last = time.monotonic() + seconds, False, "no rest"
        while time.monotonic() < end:
            self.revive(partner, fault, kind)
            try:
                acknowledged = acknowledged or flow.act(subject)
                if acknowledged and self.is_quiet() and flow.is_settled(subject):
                    return None
            except BUSY as error:
                last = repr(error)
            except Refused as error:
                return repr(error)
            time.sleep(0.05)
        return last

    def is_quiet(self):
        for partner in self.town.all():
            status, answer = asked(partner, "BEHEERDER", "GET", "/v1/status")
            if status != 200:
                raise Refused(status, answer)
            if any(one["wachtrij"] or one["onderweg"] for one in answer["afleveren"]):
                return False
        return True

    def one(self, flow, partner, fault, at, kind):
        subject = flow.fresh()
        before = sum(self.codes.values())
        fault.arm(at, kind)
        trouble = self.until_settled(flow, subject, partner, fault, kind)
        time.sleep(0.05)  # what is still written beside the answer
        seen = fault.disarm()
        self.revive(partner, fault, kind)
        self.tried[fault.row] += 1
        self.met[fault.row] += seen >= at or sum(self.codes.values()) > before
        wrong = [trouble] if trouble else flow.faults(subject)
        if wrong:
            self.wrong[fault.row].append((flow.name, partner.name, at, kind, *wrong))

    def count(self, flow):
        """What the flow asks of each gateway undisturbed: of the disk, of the memory."""
        subject = flow.fresh()
        for faults in self.faults.values():
            for fault in faults:
                fault.count()
        trouble = self.until_settled(flow, subject, self.town.all()[0])
        assert not trouble, (flow.name, "undisturbed", trouble)
        totals = {name: [fault.disarm() for fault in faults] for name, faults in self.faults.items()}
        wrong = flow.faults(subject)
        assert not wrong, (flow.name, "undisturbed", wrong)
        return {name: totals[name] for name in flow.struck_at}

    def run(self, flow):
        began, tried, met = time.monotonic(), sum(self.tried.values()), sum(self.met.values())
        totals = self.count(flow)
        for name, counted in totals.items():
            for fault, total in self.struck_now(list(zip(self.faults[name], counted))):
                chosen = fault.chosen(total, self.points, self.dice, self.turns[fault.row])
                for at, kind in self.dice.sample(chosen, min(len(chosen), flow.most)):
                    self.one(flow, self.town.partners[name], fault, at, kind)
        self.story.fact(f"S1: {flow.name}: each gateway of it writes",
                        min(counted[0] for counted in totals.values()) > 3, totals)
        print(f"    {flow.name}: {totals} calls that write, and allocations; "
              f"{sum(self.tried.values()) - tried} points, {sum(self.met.values()) - met} met, "
              f"{time.monotonic() - began:.1f} s", flush=True)

    def struck_now(self, faults):
        """In a small sample the disk of the one gateway, the memory of the next."""
        return [faults[next(self.ways) % len(faults)]] if self.points == 1 else faults

    def conclude(self):
        story = self.story
        for row, wrong in self.wrong.items():
            story.fact(f"{row}: nothing acknowledged is lost or doubled, one holds it, nobody is "
                       "told twice", not wrong, *wrong[:10])
        tried, met = sum(self.tried.values()), sum(self.met.values())
        story.fact("S1: most of the points were met", met * 2 >= tried or tried < 6, self.met,
                   self.tried)
        story.fact("S4: who was struck ended as it must", not self.odd and self.codes,
                   *self.odd[:5])
        print(f"    {dict(self.tried)} points, {dict(self.met)} met, ended with "
              f"{dict(self.codes)}; a start took {self.slowest_s:.2f} s at most", flush=True)


def asked(partner, role, method, path, body=None):
    """(status, answer); an answer that asks to come back later counts as none."""
    status, _, text = partner.api(role, method, path, body)
    if status >= 500 or status == 429:
        raise OSError(f"{status}")
    return status, json.loads(text) if text else None
