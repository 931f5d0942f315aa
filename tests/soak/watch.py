# SPDX-License-Identifier: EUPL-1.2
"""Watches the gateways of a town: anonymous memory and descriptors, every few seconds."""
import collections
import contextlib
import os
import pathlib
import threading
import time

EVERY_S = 5
DESCRIPTORS_SLACK = 40  # connections of the clients that come and go

Sample = collections.namedtuple("Sample", "at rss_kib descriptors")


def look(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rss = next(int(line.split()[1]) for line in status.splitlines()
               if line.startswith("RssAnon:"))
    return Sample(time.monotonic(), rss, len(os.listdir(f"/proc/{pid}/fd")))


class Line:
    """The least-squares line through the later half of one process's samples."""

    def __init__(self, samples):
        late = samples[len(samples) // 2:]
        self.seconds = late[-1].at - late[0].at
        self.first, self.last = late[0], late[-1]
        self.most = max(one.rss_kib for one in samples)
        middle = sum(one.at for one in late) / len(late)
        level = sum(one.rss_kib for one in late) / len(late)
        spread = sum((one.at - middle) ** 2 for one in late) or 1
        slope = sum((one.at - middle) * (one.rss_kib - level) for one in late) / spread
        self.slope_mib_per_hour = slope * 3600 / 1024
        median = sorted(one.descriptors for one in late)
        self.descriptors = median[0], median[len(median) // 2], median[-1]

    @property
    def descriptors_flat(self):
        return self.last.descriptors <= self.descriptors[1] + DESCRIPTORS_SLACK

    def __str__(self):
        return (f"RssAnon {self.last.rss_kib / 1024:.1f} MiB at the end, "
                f"{self.most / 1024:.1f} at most, {self.slope_mib_per_hour:+.2f} MiB an hour "
                f"over {self.seconds:.0f} s; descriptors {self.descriptors[0]} to "
                f"{self.descriptors[2]}, mostly {self.descriptors[1]}")


class Watch(threading.Thread):
    def __init__(self, town, melders):
        super().__init__(daemon=True)
        self.town, self.melders = town, melders
        self.samples = collections.defaultdict(list)  # (name, pid) -> samples
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(EVERY_S):
            for partner in self.town.all():
                process = partner.process
                with contextlib.suppress(OSError, StopIteration):
                    if process:
                        self.samples[partner.name, process.pid].append(look(process.pid))

    def end(self):
        self.ended.set()
        self.join()

    def line(self):
        """How things stand, in one line."""
        count = sum(melder.count for melder in self.melders)
        rss = ", ".join(f"{name} {samples[-1].rss_kib / 1024:.1f} MiB"
                        for (name, pid), samples in sorted(self.samples.items())
                        if self.town.partners[name].process
                        and pid == self.town.partners[name].process.pid)
        return f"{count} signals so far; {rss}"

    def lines(self):
        """For each gateway the line of the process that lived longest."""
        for name in self.town.partners:
            lives = [samples for (of, _), samples in self.samples.items() if of == name]
            yield name, Line(max(lives, key=len))
