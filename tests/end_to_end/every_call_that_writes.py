# SPDX-License-Identifier: EUPL-1.2
import collections
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import both_sides  # noqa: E402
import story as stories  # noqa: E402
from busy import Melder, Pace, Worker  # noqa: E402
from people import intake, row  # noqa: E402

THOROUGH = bool(os.environ.get("THOROUGH"))
SEED = int(os.environ.get("SEED", "20261122"))
POINTS = 200 if THOROUGH else 8
LAST_CALL = 60  # of those a start and some seconds of work take
KINDS = ["kill", "killafter", "tear", "kill", "EIO", "syncEIO", "kill", "ENOSPC+"]
EXIT_BROKEN, EXIT_STORE_FAILED = 3, 4
LATE_S = 2.0 if THOROUGH else 10.0  # `check` may run on a busy machine

CALLS = "pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,sync_file_range,msync,ftruncate," \
        "truncate,fallocate,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,link," \
        "linkat,symlink,openat,open,creat,copy_file_range,sendfile"
STRACE = ["strace", "-f", "-y", "-s", "0", "--seccomp-bpf", "-e", "signal=none", "-e",
          f"trace={CALLS}"]
KIND_OF = {"fsync": "sync", "fdatasync": "sync", "openat": "make", "open": "make"}


def preload(story, partner, **fault):
    """Words that start a program with a disk that fails as said."""
    library = story.build / "tests/preload/disk_fault.so"
    plan = {"LD_PRELOAD": library, "DISK_FAULT_UNDER": partner.data, **fault}
    return ["env", *(f"{name}={value}" for name, value in plan.items())]


def kind_of(call):
    if "write" in call:
        return "write"
    return KIND_OF.get(call, call)


def counted_by_strace(path, data):
    """(kind, file) -> how many calls that began; a file is made only where O_CREAT succeeded."""
    found = collections.Counter()
    for line in path.read_text().splitlines():
        call = re.match(r"\d+ +(\w+)\((.*)", line)
        if not call or str(data) + "/" not in call[2] or " resumed>" in line:
            continue
        file = re.search(re.escape(str(data)) + r"/([\w./-]+)", call[2])[1]
        if call[1] in ("open", "openat") and "O_CREAT" not in call[2]:
            continue
        if "ENOENT" in line or "EEXIST" in line:
            continue  # changed nothing
        found[kind_of(call[1]), file] += 1
    return found


def counted_by_us(path, data):
    found = collections.Counter()
    for line in path.read_text().splitlines():
        _, call, file = line.split(" ", 2)
        found[kind_of(call), file[len(str(data)) + 1:]] += 1
    return found


def some_work(town, key):
    status, _, _ = town.corporatie.api("MELDER", "POST", "/v1/invoer",
                                       intake([row(key, town.today.isoformat())]))
    assert status == 200, status
    town.wait_delivered(town.corporatie)
    _, _, body = town.wijkteam.api("ONTVANGER", "GET", "/v1/postvak")
    item = json.loads(body)["postvak"][0]["id"]
    town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden", {"signaal": item, "code": "INBH"})
    town.wait_delivered(town.wijkteam)
    return item


def counts_agree(story, town):
    """That we see every call that writes: a start, a message, an answer and a stop under strace."""
    partner = town.wijkteam
    ours, straces = story.folder / "ours", story.folder / "straces"
    partner.stop()
    partner.wrapper = [*STRACE, "-o", straces, *preload(story, partner, DISK_FAULT_LOG=ours)]
    partner.start()
    answered = some_work(town, "telling-1")
    partner.stop()
    partner.wrapper = []
    theirs, mine = counted_by_strace(straces, partner.data), counted_by_us(ours, partner.data)
    made = {key for key in theirs if key[0] == "make"}  # O_CREAT on what was there makes nothing
    for key in made:
        theirs[key] = mine[key]
    story.fact("S1: the calls that write are counted rightly: strace counts the same",
               theirs == mine and sum(mine.values()) > 20, theirs - mine, mine - theirs)
    print(f"    {sum(mine.values())} calls that write: "
          f"{dict(collections.Counter(kind for kind, _ in mine.elements()))}")
    partner.start()
    return answered


def at_a_call(story, partner, call, kind):
    """The gateway meets the fault while people are at work; how it ended."""
    partner.stop(signal.SIGKILL)
    partner.wrapper = preload(story, partner, DISK_FAULT_AT=call, DISK_FAULT_WHAT=kind)
    partner.start(wait=False)
    try:
        code = partner.process.wait(timeout=6)
        partner.process = None
    except subprocess.TimeoutExpired:
        code = None  # it had not so much to write, or went on
    partner.wrapper = []
    if code is None:
        partner.stop(signal.SIGKILL)
    began = time.monotonic()
    partner.start()
    return code, time.monotonic() - began


def fits(kind, code):
    """What a gateway may end with at this fault."""
    if code is None:
        return True
    if kind.startswith(("kill", "tear")):
        return code == -signal.SIGKILL
    return code in (EXIT_BROKEN, EXIT_STORE_FAILED)


def points(story, town):
    dice, codes, late, odd = random.Random(SEED), collections.Counter(), 0.0, []
    for number in range(POINTS):
        partner = (town.wijkteam, town.corporatie)[number % 2]
        call, kind = dice.randint(1, LAST_CALL), KINDS[number % len(KINDS)]
        code, seconds = at_a_call(story, partner, call, kind)
        codes[code] += 1
        late = max(late, seconds)
        if not fits(kind, code):
            odd.append((partner.name, call, kind, code))
    print(f"    {POINTS} points, ended with {dict(codes)}; the next start took {late:.2f} s at most")
    story.fact("S1: a start after a kill takes less than two seconds",
               late < LATE_S, late)
    story.fact("S4: a disk that fails ends the gateway with an exit code of its own",
               not odd and codes[EXIT_STORE_FAILED] + codes[EXIT_BROKEN] > 0, odd, codes)
    story.fact("S1: most of the points were met", codes[None] <= POINTS // 2, codes)


def a_second_one(story, town):
    partner = town.wijkteam
    size, lines = stories.log_size(partner), partner.log.read_text()
    done = subprocess.run([str(town.binary), "serve", "--settings", str(partner.settings)],
                          capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, "LANG": "nl_NL.UTF-8", "LC_ALL": "nl_NL.UTF-8"})
    story.fact("S10: a second gateway on the same store is refused, and says so",
               done.returncode == EXIT_BROKEN and "start-failed OPSLAG_IN_GEBRUIK" in done.stderr
               and str(partner.data) in done.stderr and "Stop die eerst" in done.stderr,
               done.returncode, done.stderr)
    answered = some_work(town, "tweede-1")
    story.fact("S10: the first goes on, and nothing of the second is in its log",
               stories.log_size(partner) > size and
               "start-failed" not in partner.log.read_text()[len(lines):])
    return answered


def every_point(story):
    """The same for each call of a day and each state of a disk, without sockets in between."""
    for name in ("test_crash_points", "test_crash_states"):
        program = story.build / "tests/unit/gateway" / name
        done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
        said = [line for line in (done.stdout + done.stderr).splitlines()
                if line.startswith("    ")]
        print("\n".join(said), flush=True)
        row_name = "S1" if name == "test_crash_points" else "S3"
        story.fact(f"{row_name}: every point of {name} holds", done.returncode == 0,
                   done.stdout[-1500:])


def tell(story):
    print(f"    seed {SEED}")
    town = story.town()
    answered = {counts_agree(story, town), a_second_one(story, town)}
    day = town.today.isoformat()
    clients = [Melder(town.corporatie, 0, day, Pace(20)), Worker(town.wijkteam, pace=Pace(10))]
    clients[1].done |= answered
    for client in clients:
        client.start()
    points(story, town)
    both_sides.wait_for_rows(clients[:1])
    for client in clients:
        client.stopping = True
    for client in clients:
        client.join(30)
    story.fact("S1: people saw nothing but answers and broken connections",
               not both_sides.surprises(clients), both_sides.surprises(clients)[:3])
    for partner in (town.corporatie, town.wijkteam):
        town.wait_delivered(partner)
    rows, answers = both_sides.check(story, "S1", town, clients[:1], clients[1:])
    print(f"    {rows} rows and {answers} answers acknowledged")
    for partner in (town.corporatie, town.wijkteam):
        both_sides.check_log(story, "S1", partner)
    if THOROUGH:
        every_point(story)


stories.run(tell)
