# SPDX-License-Identifier: EUPL-1.2
"""S7 and S9: a store that was damaged or put back on disk, while no gateway runs or under one."""
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
import verify_export  # noqa: E402
from people import LocalConnection, export_is_sound, intake, row  # noqa: E402

THOROUGH = os.environ.get("THOROUGH") == "1"
FLIPS, SEED = (0 if THOROUGH else 300), 20261122
PAGE, DAMAGED = 4096, 5
LANGUAGES = {"nl": ("nl_NL.UTF-8", "Verwijder of herstel zelf niets"),
             "en": ("en_US.UTF-8", "Do not delete or mend anything yourself")}
PARTS = ["store/data.mdb", "keys/data.mdb", "index/data.mdb"]


def hashes(partner):
    return {part: hashlib.sha256((partner.data / part).read_bytes()).hexdigest()
            for part in PARTS if (partner.data / part).exists()}


def hand_in(town, prefix, count):
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", town.today.isoformat(), number=n) for n in range(count)]))
    assert status == 200, answer


def serve(partner, *words, language="nl", seconds=20):
    """(exit code, what it said); None when it served."""
    lang = LANGUAGES[language][0]
    try:
        done = subprocess.run([partner.town.binary, "serve", "--settings", partner.settings, *words],
                              capture_output=True, text=True, check=False, timeout=seconds,
                              env={**os.environ, "LANG": lang, "LC_ALL": lang})
    except subprocess.TimeoutExpired:
        return None, "it served"
    return done.returncode, done.stderr


# --- S7: every byte and page ---

def damage(story, partner, cases, *words):
    folder = tempfile.mkdtemp(prefix="wijkpoort-damage.", dir="/dev/shm")
    try:
        done = subprocess.run([story.build / "tests/tools/damage", partner.settings, folder,
                               str(cases), str(SEED), *words],
                              capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines, done.stdout + done.stderr
    return json.loads(lines[-1]), lines[:-1]


def every_byte(story, partner):
    sizes = [os.path.getsize(partner.data / part) for part in PARTS]
    print(f"    files of {sizes} bytes, seed {SEED}", flush=True)
    trusting, _ = damage(story, partner, 300, "--trusting")
    print(f"    believing the disk: {trusting}", flush=True)
    story.fact("S7: the harness sees a broken gateway: one that believes its disk answers wrongly",
               trusting["wrong"] > 20 and trusting["died"] > 0, trusting)
    counts, bad = damage(story, partner, FLIPS)
    print(f"    as it is: {counts}", flush=True)
    refused = counts["refused"] + counts["refused-with-keys"]
    story.fact("S7: no flipped byte, cut, emptied, doubled or swapped page gives a wrong answer",
               counts["wrong"] == 0 and refused > 100 and counts["same"] > 0, bad, counts)
    story.fact("S7: and none ends the process without a word", counts["died"] == 0 and
               counts["other"] == 0, bad, counts)
    story.fact("S7: and nothing on disk is changed by it", counts["changed"] == 0, bad, counts)


# --- S7: the real gateway ---

def newest_head(data):
    return max((0, 1), key=lambda head: struct.unpack_from("<Q", data, head * PAGE + 144)[0])


def wrongs(partner):
    """{name: (file, bytes)}: one of each kind."""
    found = {}
    for part in PARTS[:2]:
        data = (partner.data / part).read_bytes()
        head = newest_head(data)
        root = struct.unpack_from("<Q", data, head * PAGE + 16 + 72 + 40)[0]

        def flipped(at, mask, data=data):
            return data[:at] + bytes([data[at] ^ mask]) + data[at + 1:]
        found[f"the number of the newest commit in {part}"] = part, flipped(head * PAGE + 144, 2)
        found[f"the flags of a page in {part}"] = part, flipped(root * PAGE + 10, 4)
        found[f"{part} cut off at two pages"] = part, data[:2 * PAGE]
        found[f"{part} cut off in a page"] = part, data[:3 * PAGE + 100]
        found[f"{part} emptied"] = part, b""
    data = (partner.data / PARTS[0]).read_bytes()
    found["a word in a leaf"] = PARTS[0], data.replace(b'"ev":"start"', b'"ev":"sturt"')
    return found


def real_gateway(story, partner):
    sound = {part: (partner.data / part).read_bytes() for part in PARTS}
    bad, said = [], ""
    for number, (name, (part, wrong)) in enumerate(wrongs(partner).items()):
        (partner.data / part).write_bytes(wrong)
        before, language = hashes(partner), ["nl", "en"][number % 2]
        code, said = serve(partner, language=language)
        if code != DAMAGED or str(partner.data) not in said or \
                LANGUAGES[language][1] not in said or hashes(partner) != before:
            bad.append((name, code, said, hashes(partner) == before))
        (partner.data / part).write_bytes(sound[part])
    print(f"    {said.splitlines()[-2:]}")
    story.fact("S7: serve refuses, names the file and what to do, exits with a code of its own "
               "and changes nothing", not bad, *bad)
    gone = partner.data / "keys"
    gone.rename(partner.folder / "weg")
    code, said = serve(partner)
    story.fact("S7: a folder of the store that is gone is not made anew",
               code == DAMAGED and not gone.exists() and "ontbreekt" in said, code, said)
    (partner.folder / "weg").rename(gone)
    code, said = serve(partner, "--check")
    story.equal("S7: the sound store is opened", code, 0)


def under_a_running_gateway(story, partner):
    file = partner.data / PARTS[0]
    sound = file.read_bytes()
    partner.start()
    os.truncate(file, 2 * PAGE)
    try:
        partner.api("BEHEERDER", "GET", "/v1/gebruikers")
    except OSError:
        pass
    code = partner.process.wait(timeout=20)
    partner.process = None
    said = partner.log.read_text().splitlines()[-1]
    story.fact("S7: a file that is cut off under a running gateway ends it with one sentence",
               code == DAMAGED and str(partner.data) in said, code, said)
    file.write_bytes(sound)


# --- S9: put back to an older state ---

def kept(partner, name, parts=("store", "keys", "index")):
    for part in parts:
        folder = partner.folder / name / part
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(partner.data / part / "data.mdb", folder)


def put_back(partner, name, parts=("store", "keys", "index")):
    for part in parts:
        shutil.copy(partner.folder / name / part / "data.mdb", partner.data / part)


def export_of(partner, name):
    path = partner.folder / f"{name}.jsonl"
    sound, said = export_is_sound(partner, path)
    assert sound, said
    return path


def roots_at(path, sizes):
    """The root of the exported log when it had each of those sizes."""
    tree, roots = verify_export.Tree(), {}
    with open(path, encoding="utf-8") as lines:
        first = json.loads(next(lines))
        for line in lines:
            tree.add(verify_export.unbase64(json.loads(line)["blad"]))
            if tree.size in sizes:
                roots[tree.size] = tree.root()
    return verify_export.read_checkpoint(first["controlepunt"], first["logsleutel"]), roots


def agrees(older, newer):
    """Does the newer log hold the older one, as its own checkpoint says?"""
    (_, size, root), _ = roots_at(older, [])
    _, roots = roots_at(newer, [size])
    return roots.get(size) == root


def rolled_back(story, town):
    partner = town.corporatie
    partner.start()
    hand_in(town, "OUD", 2)
    stories.settled(partner)
    partner.log_rows(gebeurtenis="start")  # brings index/ up to the log
    partner.stop()
    kept(partner, "oud")
    partner.start()
    for n in range(3):
        hand_in(town, f"NIEUW{n}", 2)
    stories.settled(partner)
    partner.log_rows(gebeurtenis="start")
    later = export_of(partner, "later")
    partner.stop()
    kept(partner, "nieuw")
    for parts in (["store"], ["keys"], ["store", "keys"], ["store", "index"]):
        put_back(partner, "oud", parts)
        before = hashes(partner)
        code, said = serve(partner, "--check")
        story.fact(f"S9: {' and '.join(parts)} put back to an older copy is refused",
                   code == DAMAGED and hashes(partner) == before, code, said)
        put_back(partner, "nieuw")
    put_back(partner, "oud")
    partner.start()
    hand_in(town, "ANDERS", 2)
    for n in range(4):
        hand_in(town, f"ANDERS{n}", 2)
    stories.settled(partner)
    after = export_of(partner, "daarna")
    partner.stop()
    story.fact("S9: the whole store put back contradicts the checkpoint an auditor has",
               not agrees(later, after), later, after)
    put_back(partner, "nieuw")
    partner.start()
    hand_in(town, "VERDER", 1)
    stories.settled(partner)
    story.fact("S9: while the log that was not put back goes on from it",
               agrees(later, export_of(partner, "verder")))
    partner.stop()


def tell(story):
    town = story.town()
    partner = town.corporatie
    hand_in(town, "W", 4)
    town.wait_delivered(partner)
    stories.settled(partner)
    partner.log_rows(gebeurtenis="send")  # so that index/ holds what it can
    partner.stop()
    every_byte(story, partner)
    real_gateway(story, partner)
    under_a_running_gateway(story, partner)
    rolled_back(story, town)


stories.run(tell)
