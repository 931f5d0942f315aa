# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import both_sides  # noqa: E402
import loop_disk  # noqa: E402
import story as stories  # noqa: E402
from busy import Melder, Pace  # noqa: E402
from people import LocalConnection, intake, row  # noqa: E402
from town import wait_for  # noqa: E402

EXIT_BROKEN, EXIT_STORE_FAILED, EXIT_DAMAGED = 3, 4, 5
RECORD, RECORDS = 4096, 3000


def push(town, key):
    """(status, machine code or what became of the row)"""
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer",
                                          intake([row(key, town.today.isoformat())]))
    said = json.loads(body)
    return status, said["rijen"][0]["uitkomst"] if status == 200 else said["code"]


def refused_start(partner, *wrapper, seconds=20):
    """(exit code, what it said since) of a start that must not succeed."""
    size = partner.log.stat().st_size
    with open(partner.log, "ab") as log:
        process = subprocess.Popen([*wrapper, str(partner.town.binary), "serve", "--settings",
                                    str(partner.settings)], stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   env={**os.environ, "LANG": "nl_NL.UTF-8",
                                        "LC_ALL": "nl_NL.UTF-8"})
    try:
        code = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    with open(partner.log, "rb") as log:
        log.seek(size)
        return code, log.read().decode()


def check_refused(story, name, told, outcome, *words):
    code, said = told
    story.fact(f"{name}: the start is refused, by name and with what to do",
               code in (EXIT_BROKEN, EXIT_DAMAGED) and f"start-failed {outcome}" in said and
               all(word in said for word in words) and "stopped OK" not in said, code, said)


# --- S5 ---

def full_and_free_again(story, town, disk):
    pid = town.corporatie.process.pid
    disk.fill_to(12)  # of the 16 MiB that must stay free
    size = stories.log_size(town.corporatie)
    pushed = [push(town, f"V-{n}") for n in range(3)]
    story.equal("S5: with too little space a row gets 503 OPSLAG_VOL", pushed,
                [(503, "OPSLAG_VOL")] * 3)
    status, _, _ = town.corporatie.api("MELDER", "POST", "/v1/gebruikers", {})
    story.fact("S5: what is kept for the log takes a refusal still",
               status == 403 and stories.log_size(town.corporatie) == size + 1, status, size)
    disk.fill_to(1)
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/gebruikers", {})
    story.fact("S5: without any space nothing is refused without being logged",
               (status, json.loads(body)["code"]) == (503, "OPSLAG_VOL") and
               stories.log_size(town.corporatie) == size + 1, status, body)
    disk.fill_to(None)
    story.equal("S5: with space again it goes on by itself",
                [push(town, f"V-{n}") for n in range(3)], [(200, "VERZONDEN_TOESTEMMING")] * 3)
    story.fact("S5: it was the same process all along",
               town.corporatie.process.poll() is None and town.corporatie.process.pid == pid)


def full_at_the_start(story, town, disk):
    town.corporatie.stop()
    disk.fill_to(1)
    check_refused(story, "S5: a full disk at the start", refused_start(town.corporatie),
                  "OPSLAG_VOL", str(disk.data_of(town.corporatie)), "Maak schijfruimte vrij")
    disk.fill_to(None)
    town.corporatie.start()
    story.equal("S5: with space it starts, with what it had", push(town, "V-0"),
                (200, "AL_BEKEND"))


# --- S6 ---

def gone_while_it_runs(story, town, disk):
    partner = town.corporatie
    data = disk.data_of(partner)
    shutil.move(data / "store", data / "elsewhere")
    try:
        answered = push(town, "G-1")
    except ConnectionError:  # the clock wrote first, and the gateway stopped by itself
        answered = None
    story.fact("S6: of a folder that was moved away nothing is acknowledged",
               answered in (None, (503, "OPSLAG_FOUT")), answered)
    code = partner.process.wait(timeout=20)
    partner.process = None
    story.fact("S6: the gateway stops with its own exit code and says what to do",
               code == EXIT_STORE_FAILED and "store-failed" in partner.log.read_text() and
               (str(data) + ": ") in partner.log.read_text(), code)
    check_refused(story, "S6: a store without its largest part", refused_start(partner),
                  "", str(data))
    story.fact("S6: no empty one was made in its place", not (data / "store").exists())
    shutil.move(data / "elsewhere", data / "store")
    shutil.move(data / "keys", data / "elsewhere")
    check_refused(story, "S6: a store without its keys", refused_start(partner),
                  "OPSLAG_BESCHADIGD", str(data / "keys"), "zet een reservekopie terug")
    story.fact("S6: no empty folder of keys was made in their place",
               not (data / "keys").exists())
    shutil.move(data / "elsewhere", data / "keys")


def read_only_and_forbidden(story, town, disk):
    partner = town.corporatie
    data = disk.data_of(partner)
    disk.revive("ro")
    check_refused(story, "S6: a read-only disk", refused_start(partner), "BESTAND_ONJUIST",
                  str(data), "te beschrijven")
    disk.unmount()
    check_refused(story, "S6: a disk that is not mounted", refused_start(partner),
                  "BESTAND_ONJUIST", str(data))
    disk.mount()
    modes = {name: (data / name).stat().st_mode & 0o777 for name in ("store", "keys")}
    for name in modes:
        (data / name).chmod(0)
    without_power = ("setpriv", "--bounding-set=-dac_override,-dac_read_search",
                     "--inh-caps=-dac_override,-dac_read_search")
    check_refused(story, "S6: a folder without permission",
                  refused_start(partner, *without_power), "BESTAND_ONJUIST", str(data))
    for name, mode in modes.items():
        (data / name).chmod(mode)
    disk.cut()
    check_refused(story, "S4: a disk that cannot be read", refused_start(partner), "", str(data))
    disk.revive()
    partner.start()
    story.equal("S6: put right, it starts with what it had", push(town, "V-1"),
                (200, "AL_BEKEND"))


# --- S4: what an fsync that fails leaves behind ---

def records_of_a_careless_writer(path, failing):
    """Writes on after an fsync that failed, as if the next one that works made it good."""
    acknowledged, failures = [], 0
    with open(path, "wb", buffering=0) as file:
        for number in range(RECORDS):
            if number == RECORDS // 3:
                failing(True)
            if number == 2 * RECORDS // 3:
                failing(False)
            file.write(number.to_bytes(8, "big") * (RECORD // 8))
            try:
                os.fsync(file.fileno())
            except OSError:
                failures += 1
                continue
            acknowledged.append(number)
    return acknowledged, failures


class FailingDisk:
    """A disk in a file on a smaller one: when that is full, what is synced cannot be written."""

    def __init__(self, folder):
        self.disk = None
        self.below = loop_disk.Tmpfs(folder / "below", 160)
        try:
            self.disk = loop_disk.LoopDisk(folder / "disk", self.below.path / "image")
        except RuntimeError:
            self.below.close()
            raise

    def fail(self, failing):
        ballast = self.below.path / "ballast"
        ballast.unlink(missing_ok=True)
        if not failing:
            return
        loop_disk.fill(ballast)

    def close(self):
        self.disk.close()
        self.below.close()


def failing_syncs(story, failing):
    story_town = story.town("failing", prepare=lambda town: failing.disk.use_for(town.corporatie))
    partner = story_town.corporatie
    melders = [Melder(partner, n, story_town.today.isoformat(), Pace(40)) for n in range(2)]
    for melder in melders:
        melder.start()
    time.sleep(0.8)
    before = sum(len(melder.acknowledged) for melder in melders)
    failing.fail(True)
    try:
        code = partner.process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        code = None
    partner.process = None if code is not None else partner.process
    failing.fail(False)
    said = partner.log.read_text()
    story.fact("S4: at the first sync that fails the gateway stops, with its own exit code",
               code == EXIT_STORE_FAILED and "store-failed" in said and
               "Controleer de schijf" in said + "Controleer de schijf" * ("Check the disk" in said),
               code, said[-1500:])
    if code is None:
        partner.stop(signal.SIGKILL)
    failing.disk.revive()
    partner.start()
    time.sleep(0.5)
    both_sides.wait_for_rows(melders)
    for melder in melders:
        melder.stopping = True
    for melder in melders:
        melder.join(30)
    for one in (story_town.corporatie, story_town.wijkteam):
        story_town.wait_delivered(one)
    rows, _ = both_sides.check(story, "S4", story_town, melders, [])
    print(f"    {before} rows acknowledged before the disk failed, {rows} in all")
    both_sides.check_log(story, "S4", partner)
    story_town.stop_all()


def tell(story):
    why_not = loop_disk.unavailable()
    if why_not:
        story.fact(f"S4, S5, S6: not run here: {why_not}", not os.environ.get("CI"))
        return
    disks = []
    try:
        disks.append(loop_disk.LoopDisk(story.folder / "disk"))
        disks.append(FailingDisk(story.folder / "failing-disk"))
        disk, failing = disks
        town = story.town(prepare=lambda town: disk.use_for(town.corporatie))
        full_and_free_again(story, town, disk)
        full_at_the_start(story, town, disk)
        gone_while_it_runs(story, town, disk)
        read_only_and_forbidden(story, town, disk)
        town.stop_all()
        failing_syncs(story, failing)
    finally:
        story.close_towns()
        for disk in disks:
            disk.close()


stories.run(tell)
