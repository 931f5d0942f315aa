# SPDX-License-Identifier: EUPL-1.2
"""Memory of a running process held to a bound: by a control group where there may be one, else
by the limit on its data.

    with MemoryLimit(pid, kib) as limit: ...      # limit.how says which it became
"""
import os
import pathlib
import re
import subprocess
import time

ONE, TWO = pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")


def status_kib(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1])


def resident_kib(partner):
    """Its own memory; pages of the store that are merely mapped do not count."""
    return status_kib(partner.pids()[0], "RssAnon")


class MemoryLimit:
    def __init__(self, pid, kib):
        self.pid, self.kib, self.group, self.how = pid, kib, None, ""

    def __enter__(self):
        for root, file in ((TWO, "memory.max"), (ONE, "memory.limit_in_bytes")):
            if self._group(root, file):
                self.how = "control group"
                return self
        most = (status_kib(self.pid, "VmData") + self.kib // 6) * 1024
        subprocess.run(["prlimit", f"--pid={self.pid}", f"--data={most}:{most}"], check=True)
        self.how = "limit on data"
        return self

    def _group(self, root, file):
        self.group = root / f"wijkpoort-test-{os.getpid()}"
        try:
            self.group.mkdir()
            # What is mapped of the store counts in a group too, and can be given up.
            (self.group / file).write_text(str((self.kib + 4096) * 1024))
            (self.group / "cgroup.procs").write_text(str(self.pid))
            return True
        except OSError:
            self._leave()
            return False

    def _leave(self):
        for _ in range(100):
            try:
                (self.group.parent / "cgroup.procs").write_text(str(self.pid))
            except OSError:
                pass
            try:
                self.group.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:
                time.sleep(0.05)

    def __exit__(self, *_):
        if self.how == "control group":
            self._leave()
