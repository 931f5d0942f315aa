#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Checks an export of one gateway's audit log without trusting that gateway.

    verify_export.py EXPORT.jsonl --covenant FILE --fingerprint HEX [--previous EXPORT.jsonl]
    verify_export.py EXPORT.jsonl [--log-key VKEY] [--previous EXPORT.jsonl]

Line 1 is {"manifest", "controlepunt", "logsleutel", "omvang"}; then one line a leaf
{"volgnummer", "blad", "opening"?, "gewist"?}, contiguous from 0 (docs/audit-log.md).
Recomputed: leaf hashes, RFC 6962 root, the checkpoint's Ed25519 signature (by the
openssl command), each opened commitment. The log key comes from the covenant whose
fingerprint stands on paper, or from who had it before (--log-key): without either the
export vouches for its own key. A log after the first (a gateway that was put back
from a backup) must begin with the leaf that names the last checkpoint of the one before;
--previous is the export of that one. Exit 0 sound, 1 violated, 2 cannot tell.
"""
import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # RFC 8410, before the 32 bytes
LEAF_MAX_BYTES = 4096


class Violated(Exception):
    pass


class CannotTell(Exception):
    pass


def once(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member occurs twice")
    return dict(pairs)


def unbase64(text):
    return base64.b64decode(text, validate=True)


def read_key(vkey):
    """name+hash+base64(type || key), C2SP signed-note; the hash must fit the rest."""
    name, key_hash, encoded = vkey.split("+", 2)
    typed = unbase64(encoded)
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    if len(typed) != 33 or typed[0] != 1:
        raise CannotTell("the log key is not an Ed25519 key")
    if key_id.hex() != key_hash:
        raise Violated("the log key's id does not belong to the key")
    return name, key_id, typed[1:]


def signature_fits(public_key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}" for name in ("key", "message", "signature")]
        for path, data in zip(paths, (ED25519_SPKI + public_key, message, signature)):
            with open(path, "wb") as file:
                file.write(data)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                               paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]],
                              capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise CannotTell("openssl could not check the signature")
    return done.returncode == 0


def read_checkpoint(note, vkey):
    """The (origin, size, root) that the log signed."""
    name, key_id, public_key = read_key(vkey)
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    signed = False
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        blob = unbase64(encoded)
        if dash != "\u2014":
            raise Violated("a signature line of the checkpoint is malformed")
        if signer == name and blob[:4] == key_id:
            if len(blob) != 68 or not signature_fits(public_key, text.encode(), blob[4:]):
                raise Violated("the checkpoint's signature does not fit its text")
            signed = True
    if not signed:
        raise Violated("the checkpoint is not signed by the log key")
    match = re.fullmatch(r"(wijkpoort/[0-9A-Z]{20}/log[1-9][0-9]*)\n(0|[1-9][0-9]*)\n(\S+)\n", text)
    if not match or match[1] != name:
        raise Violated("the checkpoint is not that of this log")
    return match[1], int(match[2]), unbase64(match[3])


class Tree:
    """RFC 6962: keeps the roots of the full subtrees on the right edge."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, leaf):
        node, level = hashlib.sha256(b"\x00" + leaf).digest(), self.size
        while level & 1:
            node, level = hashlib.sha256(b"\x01" + self.edge.pop() + node).digest(), level >> 1
        self.edge.append(node)
        self.size += 1

    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        node = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node


def read_leaf(raw, number):
    try:
        leaf = json.loads(raw, object_pairs_hook=once)
        fits = leaf["v"] == 1 and leaf["seq"] == number and len(raw) <= LEAF_MAX_BYTES
        commitments, moment, event = dict(leaf.get("c", {})), int(leaf["t"]), leaf["ev"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Violated(f"leaf {number} is not a leaf") from fault
    if not fits:
        raise Violated(f"leaf {number} says another sequence number, or is too large")
    return commitments, moment, event, leaf.get("md")


def check_beginning(origin, number, event, digest, previous):
    """A log after the first says what it follows, in its first leaf and nowhere else."""
    later = not origin.endswith("/log1")
    if number or not later:
        return
    if event != "gap" or not re.fullmatch(r"[0-9a-f]{64}", str(digest)):
        raise Violated("the log does not begin with the leaf that names the log before it")
    if previous and hashlib.sha256(previous.encode()).hexdigest() != digest:
        raise Violated("the log follows another checkpoint than that of the previous export")
    print(f"follows the checkpoint with digest {digest}{' (given)' if previous else ''}")


def first_of(path):
    with open(path, encoding="utf-8") as file:
        return json.loads(next(file), object_pairs_hook=once)


def key_of_covenant(path, fingerprint, origin):
    """The key that the party's first key document gives this log, in the covenant of the paper."""
    with open(path, "rb") as file:
        raw = file.read()
    if hashlib.sha256(raw).hexdigest() != "".join(fingerprint.split()).lower():
        raise Violated("the covenant is not the one of this fingerprint")
    oin = origin.split("/")[1]
    for party in json.loads(raw, object_pairs_hook=once)["partijen"]:
        if party["oin"] == oin:
            envelope = json.loads(unbase64(party["sleuteldocument"]), object_pairs_hook=once)
            document = json.loads(unbase64(envelope["payload"]), object_pairs_hook=once)
            typed = b"\x01" + unbase64(document["logsleutel"])
            key_id = hashlib.sha256(origin.encode() + b"\n" + typed).digest()[:4]
            return f"{origin}+{key_id.hex()}+{base64.b64encode(typed).decode()}"
    raise Violated("the organisation of this log is no party to the covenant")


def check_opening(number, commitments, opening):
    """How many of the leaf's commitments this opening opens."""
    for name, part in opening.items():
        value = name.encode() + b"\x00" + part["waarde"].encode()
        expected = hmac.new(unbase64(part["zout"]), value, hashlib.sha256).digest()
        if name not in commitments or not hmac.compare_digest(expected, unbase64(commitments[name])):
            raise Violated(f"leaf {number}: the opening of {name} does not fit its commitment")
    return len(opening)


def verify(lines, pinned, previous=None):
    first = json.loads(next(lines), object_pairs_hook=once)
    if pinned and first["logsleutel"] != pinned:
        raise Violated("the export names another log key than the one given")
    origin, size, root = read_checkpoint(first["controlepunt"], first["logsleutel"])
    if first["omvang"] != size:
        raise Violated("the manifest and the checkpoint give another size")
    tree, opened, said_erased, erase_leaves, steps_back, latest = Tree(), 0, [], set(), 0, 0
    unexplained = 0
    for text in lines:
        line, number = json.loads(text, object_pairs_hook=once), tree.size
        if line["volgnummer"] != number:
            raise Violated(f"after leaf {number - 1} comes {int(line['volgnummer'])}")
        raw = unbase64(line["blad"])
        tree.add(raw)
        commitments, moment, event, digest = read_leaf(raw, number)
        check_beginning(origin, number, event, digest, previous)
        steps_back, latest = steps_back + (moment < latest), moment
        erase_leaves |= {number} if event == "erase" else set()
        done = check_opening(number, commitments, line.get("opening", {}))
        opened, rest = opened + done, len(commitments) - done
        if rest and "gewist" in line:
            said_erased.append((number, line["gewist"], rest))
        else:
            unexplained += rest
    if tree.size != size or tree.root() != root:
        raise Violated(f"{tree.size} leaves do not give the root of the checkpoint over {size}")
    explained = [rest for number, by, rest in said_erased if by in erase_leaves and by > number]
    unexplained += sum(rest for _, _, rest in said_erased) - sum(explained)
    print(f"log {origin}\nleaves {size}\nroot {root.hex()}\nclock steps back {steps_back}")
    print(f"opened {opened} erased {sum(explained)} unexplained {unexplained}")
    if not pinned:
        print("note: the log key comes from the export itself; compare it with the covenant")
    if unexplained:
        raise Violated("commitments without an opening or an erasure")


def main(arguments):
    options = dict(zip(arguments[1::2], arguments[2::2]))
    known = {"--log-key", "--previous", "--covenant", "--fingerprint"}
    if len(arguments) % 2 != 1 or not set(options) <= known or ("--covenant" in options) != ("--fingerprint" in options):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        previous = first_of(options["--previous"])["controlepunt"] if "--previous" in options else None
        pinned = options.get("--log-key")
        if "--covenant" in options:
            origin = first_of(arguments[0])["logsleutel"].split("+")[0]
            pinned = key_of_covenant(options["--covenant"], options["--fingerprint"], origin)
        with open(arguments[0], encoding="utf-8") as file:
            verify(iter(file), pinned, previous)
    except Violated as fault:
        print(f"violated: {fault}")
        return 1
    except (CannotTell, OSError, ValueError, KeyError, TypeError, AttributeError,
            StopIteration) as fault:
        print(f"cannot tell: {type(fault).__name__}: {fault}")
        return 2
    print("sound")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
