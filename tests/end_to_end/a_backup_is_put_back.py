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


# --- what partners have that we lost, and we that they lost ---

def answered(town, item):
    status, _, body = town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                                        {"signaal": item, "code": "INBH"})
    assert status == 201, body


def answers_of(town):
    return {one["id"]: [answer["code"] for answer in one["antwoorden"]] for one in
            pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")}


def warned(partner, name):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return any(name in one and "Herstel" in one for one in status["waarschuwingen"])


def answers_came_back(story, town, told, lost):
    """Answers to what we know, given after the backup; those to what we lost can have no place."""
    towns.wait_for(lambda: not stories.asked(town.corporatie, "BEHEERDER", "/v1/status")
                   ["waarschuwingen"][1:], 20, "all partners have answered")
    towns.wait_for(lambda: answers_of(town).get(told) == ["INBH"], 20, "the answer again")
    story.equal("S11: an answer that came after the backup comes again, once",
                answers_of(town)[told], ["INBH"])
    story.fact("S11: what was sent after the backup is not known yet", lost not in answers_of(town))


def pushed_again(story, town, under, lost):
    """The same rows under the same ids: the partner knows them, and its answers come again."""
    partner = town.corporatie
    before = inbox_ids(town.wijkteam)
    ids = {}
    for first in range(0, len(under), BATCH):
        ids.update(hand_in(town, "onder", BATCH, first))
    known = sent_ids(town)
    story.fact("S11: a row that is pushed again gets the id it had",
               set(under.values()) <= known and
               all(ids[key] in (None, item) for key, item in under.items()), len(known))
    town.wait_delivered(partner)
    towns.wait_for(lambda: answers_of(town).get(lost) == ["INBH"], 20, "the lost answer")
    story.equal("S11: the partner has each once, as before", inbox_ids(town.wijkteam), before)
    story.equal("S11: and what it answered comes again too", answers_of(town)[lost], ["INBH"])


def partner_restored(story, town, known):
    """The wijkteam loses what it had acknowledged since its backup."""
    partner, sender = town.wijkteam, town.corporatie
    made = partner.json("BEHEERDER", "backup")
    later = set(hand_in(town, "later", BATCH).values())
    town.wait_delivered(sender)
    whole = inbox_ids(partner)
    partner.stop(signal.SIGKILL)
    sender.stop()
    partner.data.rename(partner.folder / "verloren")
    done = restore(partner, pathlib.Path(made["map"]) / made["naam"])
    partner.start()
    story.fact("S11: what was acknowledged after the backup is gone at first",
               done.returncode == 0 and not later & set(inbox_ids(partner)), done.stderr)
    towns.wait_for(lambda: not warned(partner, "GGZ"), 20, "the GGZ has answered")
    story.fact("S11: the status names the partner that has not answered yet",
               warned(partner, sender.title))
    answered(town, known)
    sender.start()
    towns.wait_for(lambda: later <= set(inbox_ids(partner)), 30, "what it missed")
    town.wait_delivered(sender)
    town.wait_delivered(partner)
    story.equal("S11: its partner sends again what it missed, and it has each once",
                inbox_ids(partner), whole)
    story.fact("S11: and nobody is waited for any more", not warned(partner, sender.title))
    story.fact("S11: what waited for that answer went after it",
               answers_of(town)[known] == ["INBH"], answers_of(town)[known])
    sound, said = export_is_sound(partner, partner.folder / "log2.jsonl")
    story.fact("S11: the log of each is sound", sound and
               export_is_sound(sender, sender.folder / "weer.jsonl")[0], said)


def town_of_a_giver(story):
    """A town of which the key giver has a backup from before its key was drawn."""
    town = towns.Town(story.folder / "town", story.build / "wijkpoort")
    story.towns.append(town)
    town.build()
    town.start_all()
    town.people()
    town.add_covenant()
    town.sign([town.corporatie])
    town.corporatie.json("BEHEERDER", "backup", "--uit", "leeg")
    town.sign([town.wijkteam, town.ggz, town.gemeente])
    town.wait_in_force()
    return town


def giver_restored(story, town):
    """Back to before the key was drawn: the partners' statements and its own key come back."""
    giver = town.corporatie
    giver.stop(signal.SIGKILL)
    giver.data.rename(giver.folder / "verloren-3")
    done = restore(giver, giver.folder / "reservekopieen" / "leeg")
    giver.start()
    town.wait_in_force()
    town.wait_delivered(giver)
    number = stories.asked(giver, "BEHEERDER", "/v1/status")["log"]["begin"] // 2**40 + 1
    back = [one for one in giver.log_rows(gebeurtenis="key") if one["logboek"] == number]
    given = town.wijkteam.log_rows(gebeurtenis="key", partij=giver.oin)
    story.fact("S11: a key giver put back to before its key gets that key back, and draws no other",
               done.returncode == 0 and back[0]["bron"] != giver.oin and
               {one["uitkomst"] for one in back + given} == {"ok"}, done.stderr, back, given)


def tell(story):
    town = town_of_a_giver(story)
    partner = town.corporatie
    folder, earlier, under = backup_under_load(story, town)
    who_may(story, town)
    town.wait_delivered(partner)
    told, lost = earlier["voor-0"], list(under.values())[-1]
    answered(town, told)
    answered(town, lost)
    town.wait_delivered(town.wijkteam)
    exported = partner.folder / "voor-de-ramp.jsonl"
    partner.run("AUDITOR", "audit", "export", "--uit", exported)
    partner.stop(signal.SIGKILL)
    refusals(story, town, folder)
    missing_key(story, town, folder)
    put_back(story, town, folder, earlier, exported)
    answers_came_back(story, town, told, lost)
    pushed_again(story, town, under, lost)
    partner_restored(story, town, earlier["voor-7"])
    again(story, town, folder)
    giver_restored(story, town)


stories.run(tell)
