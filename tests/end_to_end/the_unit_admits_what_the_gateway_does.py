# SPDX-License-Identifier: EUPL-1.2
"""config/wijkpoort.service, tried as far as can be without systemd as PID 1: one gateway of a
town runs under the unit's system call filter (as seccomp, for real), its limits and umask;
another is watched by strace, and each call, descriptor and file it used is held beside the
unit. What is left to the machine itself: namespaces, mounts, the credential.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import confined
import story as stories
import town as towns
from people import intake, row

UNIT = towns.ROOT / "config/wijkpoort.service"
CONFINED = [sys.executable, "-B", str(towns.ROOT / "tests/support/confined.py"), str(UNIT)]


def exit_code(name):
    return re.search(rf"\b{name} = (\d+)", (towns.ROOT / "gateway/command.h").read_text())[1]


def said(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def the_text(story, unit):
    code, text = said("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", UNIT)
    story.fact("unit: its exposure is at most 1.5", code == 0, text[-200:])
    weak = story.folder / "weak.service"
    weak.write_text(UNIT.read_text().replace("SystemCallFilter=", "#").replace("ProtectSystem=strict", ""))
    story.fact("unit: the harness sees a weaker one",
               said("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", weak)[0] != 0)
    whole = story.folder / "wijkpoort.service"
    whole.write_text(UNIT.read_text().replace("/usr/local/bin/wijkpoort", "/bin/true"))
    text = said("systemd-analyze", "verify", "--man=no", whole)[1]
    story.equal("unit: systemd understands every line", [line for line in text.split("\n") if "wijkpoort" in line], [])
    never = unit["RestartPreventExitStatus"][-1].split()
    story.equal("unit: a damaged store and wrong use are never started again, a crash is",
                (sorted(never), unit["Restart"][-1]),
                (sorted([exit_code("EXIT_WRONG_USE"), exit_code("EXIT_DAMAGED")]), "on-failure"))


def it_bites():
    """(what, a program of Python that must be refused)"""
    return [("a raised priority", "import os; os.nice(-1)"),
            ("another clock", "import time; time.clock_settime(time.CLOCK_REALTIME, time.time())"),
            ("a mount", "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); "
             "r = l.mount(b'x', b'/', b'tmpfs', 0, None); raise OSError(ctypes.get_errno(), 'x') if r else SystemExit(0)"),
            ("a tracer", "import ctypes; l = ctypes.CDLL(None, use_errno=True); "
             "r = l.ptrace(0, 0, 0, 0); raise OSError(ctypes.get_errno(), 'x') if r else SystemExit(0)"),
            ("another root", "import os; os.chroot('/')"),
            ("a raw packet", "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")]


def the_filter_is_real(story):
    wrong = []
    for what, text in it_bites():
        code, told = said(*CONFINED, sys.executable, "-c", text)
        if code == 0 or ("Errno 1]" not in told and "Errno 97]" not in told):
            wrong.append((what, code, told))
    story.fact("unit: the filter refuses what no gateway needs", not wrong, *wrong)


def locked_bytes(pid):
    """What is locked in memory, for the whole process."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmLck:\s+(\d+) kB", text)[1]) * 1024


def a_day_at_work(story, town):
    """All that a gateway does: intake, delivery, receipt, answer, questions, reload."""
    today = town.today.isoformat()
    for name in ("corporatie", "wijkteam"):
        partner = getattr(town, name)
        for path in ("/v1/status", "/v1/metrics", "/v1/openapi.json", "/v1/gebruikers"):
            story.fact(f"unit: {name} answers {path}", partner.api("BEHEERDER", "GET", path)[0] == 200)
    rows = [row(f"case-{i}", today, number=i) for i in range(40)]
    story.equal("unit: rows are taken in", town.corporatie.api("MELDER", "POST", "/v1/invoer", intake(rows))[0], 200)
    town.wait_delivered(town.corporatie)
    item = stories.asked(town.wijkteam, "ONTVANGER", "/v1/postvak")["postvak"][0]["id"]
    town.wijkteam.api("ONTVANGER", "POST", f"/v1/postvak/{item}/aanvaarding")
    story.equal("unit: an answer goes", town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                                                          {"signaal": item, "code": "INBH"})[0], 201)
    towns.wait_for(lambda: any(one["stand"] == "INBH" for one in
                               stories.asked(town.corporatie, "MELDER", "/v1/verzonden")["verzonden"]), 20, "the answer")
    for partner in (town.corporatie, town.wijkteam):
        # Received signals are laid beside what is known in the background.
        towns.wait_for(lambda at=partner: at.log_rows(
            onderwerp={"postcode": "1234AB", "huisnummer": "1"}), 20, "the log names the address")
        story.fact(f"unit: {partner.name} finds in its log", True)
        for pid in partner.pids():
            os.kill(pid, 1)
    towns.wait_for(lambda: "reloaded OK" in town.corporatie.log.read_text(), 20, "the certificates read again")


def under_the_filter(story, town, unit):
    pid = town.corporatie.process.pid
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    story.equal("unit: the gateway runs under a filter and can gain nothing",
                (re.search(r"Seccomp:\s+(\d)", status)[1], re.search(r"NoNewPrivs:\s+(\d)", status)[1]), ("2", "1"))
    limit = int(unit["LimitMEMLOCK"][-1].removesuffix("M")) << 20
    used = locked_bytes(pid)
    story.fact(f"unit: {used // 1024} KiB are locked in memory, of {limit >> 20} MiB", 0 < used < limit / 2, used)
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    story.fact("unit: no core file", re.search(r"Max core file size\s+0\s+0", limits), limits)
    files = [path for path in town.corporatie.data.rglob("*") if path.is_file()]
    story.fact("unit: nobody else may read what it writes", files and all(not path.stat().st_mode & 0o077 for path in files))


CALL = re.compile(r"^\d+ +(\w+)\(", re.MULTILINE)
WRITING = re.compile(r'openat\(AT_FDCWD, "([^"]+)", [^)]*O_(?:WRONLY|RDWR)')
SOCKET = re.compile(r"^\d+ +socket\((\w+),", re.MULTILINE)


def what_was_used(story, town, unit, trace):
    text = trace.read_text(errors="replace")
    used, allowed = set(CALL.findall(text)), confined.admitted(unit)
    story.fact(f"unit: the {len(used)} system calls of a day are among the {len(allowed)} of the filter",
               len(used) > 30 and not used - allowed, sorted(used - allowed))
    story.fact("unit: the harness sees a filter that lacks one", used - (allowed - {"fdatasync"}))
    families = unit["RestrictAddressFamilies"][-1].split()
    # getaddrinfo() asks the kernel which there are, and goes on without: the other gateway shows it.
    sockets = set(SOCKET.findall(text)) - {"AF_NETLINK"}
    story.fact("unit: so are the families of its sockets", sockets and sockets <= set(families), sockets, families)
    folder = str(town.wijkteam.data)
    outside = {path for path in WRITING.findall(text) if not path.startswith(folder) and path != "/dev/null"}
    story.fact("unit: it opens nothing for writing outside its data folder", not outside, outside)
    both = re.findall(r"^.*(?:mmap|mprotect)\([^)]*PROT_WRITE\|PROT_EXEC.*$", text, re.MULTILINE)
    story.fact("unit: no memory is both written and run", not both, both[:3])
    threads = len(set(re.findall(r"^(\d+) ", text, re.MULTILINE)))
    story.fact(f"unit: {threads} threads and processes, of {unit['TasksMax'][-1]}", threads < int(unit["TasksMax"][-1]) / 2)


def tell(story):
    if not shutil.which("systemd-analyze") or os.uname().machine != "x86_64":
        story.fact("unit: not run: systemd-analyze is not installed, or this is no x86-64", not os.environ.get("CI"))
        return
    unit, trace = confined.settings(UNIT), story.folder / "trace"
    the_text(story, unit)
    the_filter_is_real(story)

    def prepare(town):
        town.corporatie.wrapper = CONFINED
        town.wijkteam.wrapper = ["strace", "-f", "-s", "256", "-e", "signal=none", "-e", "trace=all",
                                 "-o", str(trace)]
    town = story.town(prepare=prepare)
    a_day_at_work(story, town)
    under_the_filter(story, town, unit)
    story.equal("unit: SIGTERM ends both in order", (town.corporatie.stop(), town.wijkteam.stop()), (0, 0))
    what_was_used(story, town, unit, trace)


stories.run(tell)
