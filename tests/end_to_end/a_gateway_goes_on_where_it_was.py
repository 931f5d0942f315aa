# SPDX-License-Identifier: EUPL-1.2
import base64
import collections
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ROWS = 60
FLIPS, SEED = 100, 20261204
IN_USE = {"nl": "Een andere poort gebruikt deze opslag al.",
          "en": "Another gateway is using this store already."}
DAMAGED = {"nl": "Een gegeven in de opslag is beschadigd. Waarschuw de beheerder.",
           "en": "A record in the store is damaged. Tell the administrator."}
LANGUAGES = {"nl": "nl_NL.UTF-8", "en": "en_US.UTF-8"}

NOTE = re.compile(rb"wijkpoort/[0-9]{20}/log1\n[0-9]+\n[A-Za-z0-9+/=]+\n\n\xe2\x80\x94 [^\n]+\n")


def delivery_to(partner, to):
    status = stories.asked(partner, "BEHEERDER", "/v1/status")
    return next(one for one in status["afleveren"] if one["partij"] == to.oin)


def hand_in(town, prefix, count=ROWS):
    """The uitkomst of each row."""
    day = town.today.isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{n}", day, number=n) for n in range(count)]))
    assert status == 200, answer
    return [one["uitkomst"] for one in answer["rijen"]]


def people_of(partner):
    return sorted((one["vingerafdruk"], tuple(one["rollen"])) for one in
                  stories.asked(partner, "BEHEERDER", "/v1/gebruikers")["gebruikers"])


def covenants_of(partner):
    listed = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
    return [(one["vingerafdruk"], one["vanKracht"], one["sleutel"]["aanwezig"],
             [party["oordeel"] for party in one["partijen"]]) for one in listed]


def sends(partner):
    """{(phase, item): message} of the signals that left here, by the log."""
    return {(one["fase"], one["objecten"]): one["transactie"] for one in partner.log_rows()
            if one["gebeurtenis"] == "send" and one["onderdeel"] == "signalen"}


def stop_and_start(story, town):
    sender, receiver = town.corporatie, town.wijkteam
    receiver.stop()
    story.equal("rows are taken in while the partner is away",
                collections.Counter(hand_in(town, "W")), {"VERZONDEN_TOESTEMMING": ROWS})
    hand_in(town, "V", 1)  # one behind the message that is on its way
    towns.wait_for(lambda: delivery_to(sender, receiver)["onderweg"], 10, "a message on its way")
    waiting = delivery_to(sender, receiver)
    story.fact("one message is on its way and the rest waits, and the status says why",
               waiting["wachtrij"] > 0 and waiting.get("laatsteFout") == "NIET_BEREIKBAAR",
               waiting)
    before = people_of(sender), covenants_of(sender), sends(sender)
    size = stories.log_size(sender)
    story.equal("a gateway that is told to stop ends well", sender.stop(), 0)
    sender.start()
    story.equal("users and their roles are there again", people_of(sender), before[0])
    story.equal("covenants, verdicts and keys are there again", covenants_of(sender), before[1])
    again = delivery_to(sender, receiver)
    story.equal("the queue is as long as it was", (again["onderweg"], again["wachtrij"]),
                (True, waiting["wachtrij"]))
    ended = [one["gebeurtenis"] for one in sender.log_rows() if one["volgnummer"] >= size]
    story.equal("stop and start stand in the log, one after the other",
                [one for one in ended if one in ("stop", "start")], ["stop", "start"])
    story.equal("a row that was handed in before is known", set(hand_in(town, "W")), {"AL_BEKEND"})
    receiver.start()
    town.wait_delivered(sender)
    arrived(story, town, before[2])


def arrived(story, town, sent_before):
    sent = pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
    inbox = collections.Counter(one["id"] for one in
                                pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak"))
    story.fact("all of it arrives once when the partner is back",
               len(sent) == ROWS + 1 and inbox == collections.Counter(o["id"] for o in sent),
               len(sent), len(inbox), inbox.most_common(2))
    after = sends(town.corporatie)
    kept = [after.get(("outcome", item)) == message for (_, item), message in sent_before.items()]
    story.fact("the message that was on its way kept its number", kept and all(kept),
               len(kept), sum(kept))


def answers_wait_too(story, town):
    sender, receiver = town.wijkteam, town.corporatie
    receiver.stop()
    with LocalConnection(sender, "ONTVANGER") as worker:
        ids = [one["id"] for one in worker.ask("GET", "/v1/postvak?aantal=5")[1]["postvak"]]
        said = [worker.ask("POST", "/v1/antwoorden", {"signaal": item, "code": "INBH"})
                for item in ids]
    sender.stop()
    sender.start()
    receiver.start()
    town.wait_delivered(sender)
    told = {one["id"]: [answer["code"] for answer in one["antwoorden"]]
            for one in pages(receiver, "MELDER", "/v1/verzonden", "verzonden")}
    story.fact("answers that waited through a restart reach the melder once",
               all(status == 201 for status, _ in said) and
               [told[item] for item in ids] == [["INBH"]] * len(ids), said, told)


def removal_bites(story, town):
    partner, role = town.wijkteam, "ONTVANGER"
    status = stories.asked(partner, role, "/v1/status")
    number = status["gebruiker"]["naam"]
    known = stories.asked(partner, "BEHEERDER", "/v1/gebruikers")["gebruikers"]
    fingerprint = next(one["vingerafdruk"] for one in known if one["naam"] == number)
    with LocalConnection(partner, role) as open_before:
        first, _ = open_before.ask("GET", "/v1/postvak?aantal=1")
        removed, _, _ = partner.api("BEHEERDER", "DELETE", f"/v1/gebruikers/{fingerprint}")
        port = open_before.connection.sock.getsockname()[1]
        second, said = open_before.ask("GET", "/v1/postvak?aantal=1")
        story.equal("who is removed is turned away at the next request, on the open connection",
                    (first, removed, second, said["code"], port),
                    (200, 204, 403, "ONBEKENDE_PARTIJ", open_before.port))
    partner.stop()
    partner.start()
    after, _, _ = partner.api(role, "GET", "/v1/postvak?aantal=1")
    story.equal("and is still removed after a restart", after, 403)


# --- a store that must not be opened ---

def try_to_serve(town, settings, language):
    """Exit code and what was said; a gateway that does serve is a fault of its own."""
    words = LANGUAGES[language]
    try:
        done = subprocess.run([town.binary, "serve", "--settings", settings], check=False,
                              capture_output=True, text=True, timeout=15,
                              env={**os.environ, "LANG": words, "LC_ALL": words})
    except subprocess.TimeoutExpired:
        return None, "it served"
    return done.returncode, done.stderr


def second_gateway(story, town):
    partner = town.corporatie
    other = partner.folder / "tweede.json"
    settings = json.loads(partner.settings.read_text())
    for name, port in zip(("partnerPoort", "lokaalPoort", "publiekPoort"), towns.free_ports(3)):
        settings[name] = port
    other.write_text(json.dumps(settings))
    for language, sentence in IN_USE.items():
        code, said = try_to_serve(town, other, language)
        story.fact(f"a second gateway on the same store is refused ({language})",
                   code == 3 and sentence in said, code, said)
    status, _, _ = partner.api("BEHEERDER", "GET", "/v1/status")
    story.equal("and the first does not notice", status, 200)


def places_of(data, part):
    places, at = [], data.find(part)
    while at >= 0:
        places.append(at)
        at = data.find(part, at + 1)
    return places


def flipped(data, part, offset):
    """One bit of `part` the other way, on the live page and on each stale copy of it."""
    changed = bytearray(data)
    for place in places_of(data, part):
        changed[place + offset] ^= 0x04
    return bytes(changed)


def newest_note(data):
    """Of all checkpoints that pages and stale pages hold."""
    return max((found[0] for found in NOTE.finditer(data)), key=lambda note: int(
        note.split(b"\n")[1]))


def damages(data, leaves, note):
    """What the log consists of, and where in it the bit is: {name: damaged file}."""
    last, old = leaves[-1], leaves[3]
    hash_of = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    parts = {"in a late leaf": (last, 40), "in an old leaf": (old, len(old) - 5),
             "in the number of a leaf": (last, last.index(b'"seq":') + 6),
             "in a hash of the tree": (hash_of[-1], 7),
             "in an old hash of the tree": (hash_of[3], 31),
             "in the checkpoint's root": (note, note.index(b"\n", note.index(b"\n") + 1) + 3),
             "in the checkpoint's signature": (note, len(note) - 10)}
    wrong = {name: flipped(data, part, offset) for name, (part, offset) in parts.items()}
    wrong["cut off at its end"] = data[:-4096]
    wrong["emptied"] = b""
    return wrong


def damaged_store(story, town):
    partner = town.corporatie
    leaves = [base64.b64decode(one["blad"]) for one in partner.log_rows(bladen=True)]
    partner.stop()
    file = partner.data / "store" / "data.mdb"
    sound = file.read_bytes()
    for name, wrong in damages(sound, leaves, newest_note(sound)).items():
        story.fact(f"the story damages the store: {name}", wrong != sound)
        file.write_bytes(wrong)
        for language, sentence in DAMAGED.items():
            code, said = try_to_serve(town, partner.settings, language)
            story.fact(f"a store damaged {name} is refused ({language})",
                       code == 5 and sentence in said, code, said)
        story.fact(f"a store damaged {name} is left as it is", file.read_bytes() == wrong)
    file.write_bytes(sound)
    partner.start()
    status, _, _ = partner.api("BEHEERDER", "GET", "/v1/status")
    story.equal("the sound store is served again", status, 200)


def random_bits(story, town):
    """Wherever a bit of store/ flips, the key of the record it hit is not taken for an orphan."""
    partner, dice = town.corporatie, random.Random(SEED)
    partner.stop()
    store, keys = (partner.data / part / "data.mdb" for part in ("store", "keys"))
    sound, keys_before = store.read_bytes(), keys.read_bytes()
    seen, lost = collections.Counter(), []
    for _ in range(FLIPS):
        at = dice.randrange(len(sound) * 8)
        wrong = bytearray(sound)
        wrong[at // 8] ^= 1 << at % 8
        store.write_bytes(wrong)
        done = subprocess.run([town.binary, "serve", "--check", "--settings", partner.settings],
                              check=False, capture_output=True, timeout=30)
        seen[done.returncode] += 1
        if keys.read_bytes() != keys_before:
            lost.append(at)
            keys.write_bytes(keys_before)
    store.write_bytes(sound)
    partner.start()
    print(f"    {FLIPS} bits (seed {SEED}), exit codes {dict(seen)}")
    story.fact("no flipped bit of store/ costs a key", not lost, lost)
    story.fact("flipped bits are seen at start where the log stands", seen[5] > 0, seen)


def tell(story):
    town = story.town()
    stop_and_start(story, town)
    answers_wait_too(story, town)
    second_gateway(story, town)
    damaged_store(story, town)
    random_bits(story, town)
    removal_bites(story, town)


stories.run(tell)
