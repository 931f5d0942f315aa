#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Writes made-up exports of an audit log into FOLDER: sound ones and tampered ones.

A file is named for the exit code that verify_export.py must give and for what was done:
`1-a-leaf-is-missing.jsonl`. FOLDER/logsleutel holds the log key that is in all of them.
"""
import base64
import copy
import hashlib
import hmac
import json
import subprocess
import sys

from verify_export import ED25519_SPKI, Tree

ORIGIN = "wijkpoort/00000099000000010000/log1"
EVENTS = ["start", "policy", "intake", "send", "recv", "answer", "search", "erase"]


def text64(data):
    return base64.b64encode(data).decode()


class LogKey:
    def __init__(self, folder, name):
        self.path, self.folder = f"{folder}/{name}.pem", folder
        run("openssl", "genpkey", "-algorithm", "ED25519", "-out", self.path)
        spki = run("openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER")
        typed = b"\x01" + spki.removeprefix(ED25519_SPKI)
        self.key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + typed).digest()[:4]
        self.vkey = f"{ORIGIN}+{self.key_id.hex()}+{text64(typed)}"

    def note(self, text):
        with open(f"{self.folder}/note", "wb") as file:
            file.write(text.encode())
        signature = run("openssl", "pkeyutl", "-sign", "-inkey", self.path, "-rawin",
                        "-in", f"{self.folder}/note")
        return f"{text}\n\u2014 {ORIGIN} {text64(self.key_id + signature)}\n"


def run(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout


def leaf_line(number, event):
    values = {"actor": f"M-{number:03}", "role": "AUDITOR", "subject": f"dossier-{number}"}
    salts = {name: hashlib.sha256(f"{number}{name}".encode()).digest() for name in values}
    leaf = {"v": 1, "seq": number, "t": 1795351160000 + number, "boot": "00" * 16, "ev": event, "out": "ok",
            "c": {name: text64(hmac.digest(salts[name], name.encode() + b"\0" + value.encode(), "sha256"))
                  for name, value in values.items()},
            "n": text64(hashlib.sha256(str(number).encode()).digest())}
    opening = {name: {"zout": text64(salts[name]), "waarde": value} for name, value in values.items()}
    return {"volgnummer": number, "blad": text64(json.dumps(leaf).encode()), "opening": opening}


def sign(lines, key, size=None, origin=ORIGIN):
    """Puts a fresh checkpoint over these leaves in the first line."""
    tree = Tree()
    for line in lines[1:]:
        tree.add(base64.b64decode(line["blad"]))
    size = tree.size if size is None else size
    lines[0].update(controlepunt=key.note(f"{origin}\n{size}\n{text64(tree.root())}\n"), omvang=size,
                    logsleutel=key.vkey)


def change_leaf(line, **members):
    leaf = json.loads(base64.b64decode(line["blad"]))
    line["blad"] = text64(json.dumps({**leaf, **members}).encode())


def forged_openings(e, _key):
    e[3]["opening"]["actor"]["waarde"] = "M-999"


def another_salt(e, _key):
    e[3]["opening"]["actor"]["zout"] = text64(b"\1" * 32)


def swapped_openings(e, _key):
    e[3]["opening"], e[4]["opening"] = e[4]["opening"], e[3]["opening"]


def opening_of_nothing(e, _key):
    e[3]["opening"]["purpose"] = e[3]["opening"]["actor"]


def changed_leaf(e, _key):
    change_leaf(e[4], out="denied")


def missing_leaf(e, _key):
    del e[4]


def renumbered_after_a_loss(e, _key):
    del e[4]
    for number, line in enumerate(e[1:]):
        line["volgnummer"] = number


def missing_tail(e, _key):
    e.pop()


def swapped_leaves(e, _key):
    e[3]["blad"], e[4]["blad"] = e[4]["blad"], e[3]["blad"]


def repeated_leaf(e, _key):
    e.insert(4, copy.deepcopy(e[4]))


def other_manifest_size(e, _key):
    e[0]["omvang"] += 1


def changed_size_in_the_note(e, _key):
    e[0]["controlepunt"] = e[0]["controlepunt"].replace("\n8\n", "\n7\n", 1)


def changed_signature_bit(e, _key):
    note = e[0]["controlepunt"]
    blob = bytearray(base64.b64decode(note.rsplit(" ", 1)[1]))
    blob[40] ^= 1
    e[0]["controlepunt"] = note.rsplit(" ", 1)[0] + " " + text64(bytes(blob)) + "\n"


def without_signature(e, _key):
    e[0]["controlepunt"] = e[0]["controlepunt"].split("\u2014")[0]


def another_key_signed(e, key):
    vkey = e[0]["logsleutel"]
    sign(e, key.another)
    e[0]["logsleutel"] = vkey


def another_key_throughout(e, key):
    sign(e, key.another)


def key_id_of_another(e, _key):
    e[0]["logsleutel"] = e[0]["logsleutel"].replace(e[0]["logsleutel"].split("+")[1], "00000000")


def another_log(e, key):
    sign(e, key, origin="wijkpoort/00000099000000020000/log1")


def signed_wrong_sequence(e, key):
    change_leaf(e[4], seq=9)
    sign(e, key)


def signed_no_leaf(e, key):
    e[4]["blad"] = text64(b"geen blad")
    sign(e, key)


def signed_member_twice(e, key):
    e[4]["blad"] = text64(base64.b64decode(e[4]["blad"]).replace(b'{"v": 1', b'{"v": 1, "v": 1'))
    sign(e, key)


def without_opening(e, _key):
    del e[3]["opening"]


def one_value_unopened(e, _key):
    del e[3]["opening"]["subject"]


def erased(e, _key):
    del e[3]["opening"]
    e[3]["gewist"] = 7


def erased_by_no_erasure(e, _key):
    del e[3]["opening"]
    e[3]["gewist"] = 6


def clock_set_back(e, key):
    change_leaf(e[4], t=1)
    sign(e, key)


def member_unknown_to_us(e, key):
    change_leaf(e[4], ev="overleg", extra=1)
    sign(e, key)


def cosigned_by_a_stranger(e, _key):
    e[0]["controlepunt"] += f"\u2014 getuige.example {text64(bytes(76))}\n"


def only_the_empty_log(e, key):
    del e[1:]
    sign(e, key)


def no_checkpoint(e, _key):
    del e[0]["controlepunt"]


VARIANTS = [
    (0, "untouched", lambda e, key: None), (0, "the empty log", only_the_empty_log),
    (0, "cosigned by a stranger", cosigned_by_a_stranger), (0, "an opening erased", erased),
    (0, "a clock set back is only reported", clock_set_back), (0, "an unknown event", member_unknown_to_us),
    (1, "an erasure that never was", erased_by_no_erasure), (1, "a leaf without opening", without_opening),
    (1, "one value unopened", one_value_unopened), (1, "a forged value", forged_openings),
    (1, "another salt", another_salt), (1, "openings swapped", swapped_openings),
    (1, "an opening of nothing", opening_of_nothing), (1, "a leaf changed", changed_leaf),
    (1, "a leaf missing", missing_leaf), (1, "a leaf missing and renumbered", renumbered_after_a_loss),
    (1, "the tail cut off", missing_tail), (1, "two leaves swapped", swapped_leaves),
    (1, "a leaf repeated", repeated_leaf), (1, "another size in the manifest", other_manifest_size),
    (1, "another size in the checkpoint", changed_size_in_the_note),
    (1, "a bit of the signature changed", changed_signature_bit), (1, "no signature", without_signature),
    (1, "signed by another key", another_key_signed), (1, "key id of another key", key_id_of_another),
    (1, "a checkpoint of another log", another_log), (1, "a signed leaf with another number", signed_wrong_sequence),
    (1, "a signed leaf that is none", signed_no_leaf), (1, "a signed leaf with a member twice", signed_member_twice),
    (2, "no checkpoint at all", no_checkpoint),
]


def write_covenant(path, oin, key):
    """Only what the verifier reads of one."""
    document = {"oin": oin, "logsleutel": text64(base64.b64decode(key.vkey.split("+", 2)[2])[1:])}
    envelope = {"payload": text64(json.dumps(document).encode())}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"partijen": [{"oin": oin, "sleuteldocument": text64(json.dumps(envelope).encode())}]}, file)


def main(folder):
    key = LogKey(folder, "log")
    key.another = LogKey(folder, "other")
    sound = [{"manifest": {"reden": "voorbeeld"}}] + [leaf_line(n, ev) for n, ev in enumerate(EVENTS)]
    sign(sound, key)
    stranger = copy.deepcopy(sound)
    another_key_throughout(stranger, key)
    exports = [(code, name, copy.deepcopy(sound), change) for code, name, change in VARIANTS]
    for code, name, lines, change in exports:
        change(lines, key)
        write(f"{folder}/{code}-{name.replace(' ', '-')}.jsonl", lines)
    write(f"{folder}/another-log-key.jsonl", stranger)
    with open(f"{folder}/2-cut-in-the-middle.jsonl", "w", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, sound))[:-40])
    with open(f"{folder}/2-empty.jsonl", "w", encoding="utf-8"):
        pass
    with open(f"{folder}/logsleutel", "w", encoding="utf-8") as file:
        file.write(key.vkey)
    write_covenant(f"{folder}/convenant.json", ORIGIN.split("/")[1], key)
    write_covenant(f"{folder}/zonder.json", "00000099000000020000", key)


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


if __name__ == "__main__":
    main(sys.argv[1])
