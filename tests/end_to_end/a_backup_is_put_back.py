# SPDX-License-Identifier: EUPL-1.2
import collections
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, export_is_sound, intake, pages, row  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
BEFORE, BATCH = 60, 40
ENGLISH = {**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}


def hand_in(town, prefix, count, first=0):
    """{key: id} of what was acknowledged."""
    day = town.today.isoformat()
    rows = [row(f"{prefix}-{n}", day, number=n) for n in range(first, first + count)]
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(rows))
    assert status == 200, answer
    return {one["bronsleutel"]: said.get("id") for one, said in zip(rows, answer["rijen"])}


def sent_ids(town):
    return {one["id"] for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")}


def inbox_ids(partner, role="ONTVANGER"):
    return collections.Counter(one["id"] for one in pages(partner, role, "/v1/postvak",
                                                          "postvak"))


class Load:
    """Rows handed in one batch after the other until it is told to stop."""

    def __init__(self, town):
        self.town, self.taken, self.stopping = town, {}, threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        batch = 0
        while not self.stopping.is_set():
            self.taken.update(hand_in(self.town, "onder", BATCH, batch * BATCH))
            batch += 1

    def stop(self):
        self.stopping.set()
        self.thread.join()
        return self.taken


def restore(partner, folder, *words, settings=None):
    return subprocess.run([partner.town.binary, "restore", folder, "--settings",
                           settings or partner.settings, *words], check=False,
                          capture_output=True, text=True, env=ENGLISH, timeout=60)


def modes_below(folder):
    return {stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*") if path.is_file()}


def first_leaf(partner):
    begin = stories.asked(partner, "BEHEERDER", "/v1/status")["log"]["begin"]
    status, _, body = partner.api("AUDITOR", "POST", "/v1/logregels/_zoek",
                                  {"aantal": 1, "vanaf": begin, "bladen": True})
    assert status == 200, body
    return json.loads(body)["regels"][0]


# --- making one ---

def backup_under_load(story, town):
    partner = town.corporatie
    before = hand_in(town, "voor", BEFORE)
    load = Load(town)
    towns.wait_for(lambda: len(load.taken) >= BATCH, 20, "some load")
    earlier = {**before, **load.taken}
    try:
        made = partner.json("BEHEERDER", "backup", "--uit", "onder-last")
    finally:
        under = load.stop()
    folder = partner.folder / "reservekopieen" / "onder-last"
    manifest = json.loads((folder / "reservekopie.json").read_text())
    story.fact("S11: a backup is made while rows are taken in, and says how long its log is",
               made["stand"] == "KLAAR" and manifest["omvang"] == made["omvang"] > 0, made)
    story.fact("S11: rows were taken in while it was made", len(under) > BATCH, len(under))
    story.equal("S11: only its owner can read it", (modes_below(folder), stat.S_IMODE(
        folder.lstat().st_mode)), ({0o600}, 0o700))
    kinds = [(one["gebeurtenis"], one.get("fase")) for one in partner.log_rows()
             if one.get("onderdeel") == "reservekopieen" and "onder-last" in one["objecten"]]
    story.equal("S11: it stands in the log before it is made and after",
                kinds, [("export", "intent"), ("export", "outcome")])
    return folder, earlier, under


def who_may(story, town):
    refused, _, _ = town.corporatie.api("MELDER", "POST", "/v1/reservekopieen", {})
    story.equal("S11: only the administrator may have one made", refused, 403)
    for name in ("../elders", "a/b", ".", "X"):
        status, _, _ = town.corporatie.api("BEHEERDER", "POST", "/v1/reservekopieen",
                                           {"naam": name})
        story.equal(f"S11: {name} is no name for a backup", status, 400)
    status, _, _ = town.corporatie.api("BEHEERDER", "POST", "/v1/reservekopieen",
                                       {"naam": "onder-last"})
    story.equal("S11: a backup is never written over", status, 409)


# --- putting it back ---

def refusals(story, town, folder):
    partner = town.corporatie
    before = {path: path.read_bytes() for path in partner.data.rglob("data.mdb")}
    done = restore(partner, folder)
    story.fact("S11: a store that is there is never overwritten",
               done.returncode == 1 and "Move that folder aside" in done.stderr and
               all(path.read_bytes() == data for path, data in before.items()), done.stderr)
    partner.data.rename(partner.folder / "verloren")
    other = restore(town.wijkteam, folder, settings=town.wijkteam.settings)
    story.fact("S11: a backup of another organisation is refused", other.returncode == 1 and
               "another organisation" in other.stderr, other.stderr)
    for name in ("store/data.mdb", "keys/data.mdb"):
        for kind, wrong in damages((folder / name).read_bytes()).items():
            copy = partner.folder / "beschadigd"
            shutil.copytree(folder, copy)
            (copy / name).write_bytes(wrong)
            done = restore(partner, copy)
            story.fact(f"S11: a backup of which {name} is {kind} is refused and leaves nothing",
                       done.returncode == 1 and name in done.stderr and
                       not partner.data.exists() and
                       not partner.data.with_name("gegevens.herstel").exists(), done.stderr)
            shutil.rmtree(copy)


def damages(data):
    middle = len(data) // 2
    return {"one bit off": data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1:],
            "cut off": data[:-4096], "empty": b""}


def missing_key(story, town, folder):
    """The harness sees a broken backup: keys/ of an earlier moment than store/."""
    partner = town.corporatie
    copy, older = partner.folder / "te-oud", partner.folder / "reservekopieen" / "leeg"
    shutil.copytree(folder, copy)
    shutil.copy(older / "keys" / "data.mdb", copy / "keys" / "data.mdb")
    manifest = json.loads((copy / "reservekopie.json").read_text())
    manifest["bestanden"][1] = json.loads((older / "reservekopie.json").read_text())["bestanden"][1]
    (copy / "reservekopie.json").write_text(json.dumps(manifest, ensure_ascii=False))
    done = restore(partner, copy)
    story.fact("S11: the harness sees a broken gateway: records without their key are refused",
               done.returncode == 3 and "damaged" in done.stderr and not partner.data.exists(),
               done.returncode, done.stderr)
    shutil.rmtree(copy)


def put_back(story, town, folder, earlier, exported):
    partner = town.corporatie
    done = restore(partner, folder)
    story.fact("S11: the backup is put back and says which log ends where",
               done.returncode == 0 and "log1 ends at" in done.stdout and "log2" in done.stdout,
               done.stdout, done.stderr)
    story.equal("S11: what was put back is its owner's alone", modes_below(partner.data), {0o600})
    partner.start()
    kept = sent_ids(town)
    lost = [key for key, item in earlier.items() if item not in kept]
    story.fact("S11: nothing acknowledged before the backup is lost", not lost, lost[:3])
    status = stories.asked(partner, "BEHEERDER", "/v1/status")["log"]
    story.fact("S11: the old log does not go on: a new one has begun",
               status["oorsprong"].endswith("/log2") and status["omvang"] > 0, status)
    leaf = first_leaf(partner)
    story.fact("S11: its first leaf names the gap: the last checkpoint of the log before, the "
               "moment of the backup and of the restore",
               (leaf["gebeurtenis"], leaf["volgnummer"], leaf["logboek"]) == ("gap", 0, 2) and
               "/log1 " in leaf["objecten"] and " hersteld " in leaf["objecten"], leaf)
    both_logs(story, town, exported)


def both_logs(story, town, exported):
    partner = town.corporatie
    one, two = partner.folder / "log1.jsonl", partner.folder / "log2.jsonl"
    partner.run("AUDITOR", "audit", "export", "--log", "1", "--uit", one)
    sound, said = export_is_sound(partner, two)
    story.fact("S11: the new log is sound on its own", sound and "follows the checkpoint" in said,
               said)
    verifier = [sys.executable, "-B", towns.ROOT / "tests/support/verify_export.py"]
    linked = subprocess.run([*verifier, two, "--previous", one], capture_output=True, text=True,
                            check=False)
    story.fact("S11: and follows the old one, which is sound too", linked.returncode == 0 and
               "(given)" in linked.stdout and subprocess.run(
                   [*verifier, one], capture_output=True, check=False).returncode == 0,
               linked.stdout)
    wrong = subprocess.run([*verifier, two, "--previous", two], capture_output=True, text=True,
                           check=False)
    story.equal("S11: the verifier notices another log in its place", wrong.returncode, 1)
    old = [json.loads(line).get("blad") for line in exported.read_text().splitlines()[1:]]
    put = [json.loads(line).get("blad") for line in one.read_text().splitlines()[1:]]
    story.fact("S11: the old log is what it was, up to the backup", 0 < len(put) < len(old) and
               old[:len(put)] == put, len(put), len(old))
    rows = partner.log_rows(gebeurtenis="intake")
    story.fact("S11: a question to the log is answered from both",
               {one["logboek"] for one in rows} >= {1}, len(rows))


def again(story, town, folder):
    """The same backup once more: other leaves under log2 would be a second history."""
    partner = town.corporatie
    partner.stop(signal.SIGKILL)
    partner.data.rename(partner.folder / "verloren-2")
    done = restore(partner, folder)
    partner.start()
    origin = stories.asked(partner, "BEHEERDER", "/v1/status")["log"]["oorsprong"]
    story.fact("S11: put back once more, the log gets a number that was never used",
               done.returncode == 0 and origin.endswith("/log3"), done.stderr, origin)


def tell(story):
    town = story.town()
    partner = town.corporatie
    partner.json("BEHEERDER", "backup", "--uit", "leeg")
    folder, earlier, under = backup_under_load(story, town)
    who_may(story, town)
    town.wait_delivered(partner)
    exported = partner.folder / "voor-de-ramp.jsonl"
    partner.run("AUDITOR", "audit", "export", "--uit", exported)
    partner.stop(signal.SIGKILL)
    refusals(story, town, folder)
    missing_key(story, town, folder)
    put_back(story, town, folder, earlier, exported)
    again(story, town, folder)


stories.run(tell)
