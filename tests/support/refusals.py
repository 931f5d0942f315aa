# SPDX-License-Identifier: EUPL-1.2
"""What a partner may not send: the answer with its code, one leaf, and all else as it was.

    refuse = Refusals(story, town, forge)
    refuse.whole("C5: the wrong way round", "GGZ", "WIJKTEAM", body, 403, "AFZENDER_ONJUIST")
    refuse.item("C4: a code of no list", "CORPORATIE", "WIJKTEAM", item, "CODE_ONBEKEND")
    refuse.wholes("J2: a name twice", "CORPORATIE", "WIJKTEAM", {"in the head": body}, 400, code)
"""
import base64
import datetime
import hashlib
import json

import story as stories
import town as towns

INBOX_ROLE = {"WIJKTEAM": "ONTVANGER", "GGZ": "GGZ_CONTACTPUNT", "GEMEENTE": "ONTVANGER"}
# What is only seen once the content was looked at: its leaf names the digest of the content.
OPENED = {"VERZEGELING_ONJUIST", "HANDTEKENING_ONJUIST", "TIJD_ONJUIST", "ANDER_BERICHT_BEKEND",
          "CONVENANT_NIET_VAN_KRACHT"}


def content_digest(body):
    start = body.find(b'"inhoud":"') + len(b'"inhoud":"')
    return hashlib.sha256(body[start:body.find(b'"', start)]).hexdigest()


def state(partner):
    """All that a refused message must leave as it was."""
    seen = {"convenanten": stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten"),
            "gebruikers": stories.asked(partner, "BEHEERDER", "/v1/gebruikers"),
            "afleveren": stories.asked(partner, "BEHEERDER", "/v1/status")["afleveren"]}
    if partner.name in INBOX_ROLE:
        seen["postvak"] = stories.asked(partner, INBOX_ROLE[partner.name], "/v1/postvak")
    else:
        seen["verzonden"] = stories.asked(partner, "MELDER", "/v1/verzonden?aantal=500")
    return seen


def leaf_hash(row):
    return hashlib.sha256(b"\0" + base64.b64decode(row["blad"])).hexdigest()


class Refusals:
    def __init__(self, story, town, forge):
        self.story, self.town, self.forge = story, town, forge
        self.states = {}

    def sent(self, sender, recipient, body, soort="signaal", **certificate):
        """The answer, the new leaves, and whether all else is as it was."""
        partner = self.town.partners[recipient]
        before = self.states.get(recipient) or state(partner)
        size = stories.log_size(partner)
        answer = self.forge.post(sender, recipient, body, soort, **certificate)
        leaves = stories.leaves_since(partner, size)
        after = self.states[recipient] = state(partner)
        return answer, leaves, before == after

    def whole(self, name, sender, recipient, body, status, code, soort="signaal", event="deny",
              **certificate):
        """The message is refused as a whole."""
        answer, leaves, same = self.sent(sender, recipient, body, soort, **certificate)
        logged = [(row["gebeurtenis"], row["uitkomst"], row.get("code"), row["bron"])
                  for row in leaves]
        who = self.town.partners[sender].oin
        digests = [json.loads(base64.b64decode(row["blad"])).get("md") for row in leaves]
        self.story.fact(f"{name}: {status} {code}",
                        answer[:2] == (status, code) and
                        logged == [(event, "denied", code, who)] and same and
                        (digests == [content_digest(body)] or
                         (digests == [None] and code not in OPENED)),
                        answer[:2], logged, same, digests)

    def item(self, name, sender, recipient, item, code, proof=None, soort="signaal", rol="MELDER",
             event="recv", **more):
        """The message is taken in; the receipt refuses its item."""
        if proof:
            more["proof"] = proof
        body = self.forge.body(sender, recipient, [item], soort=soort, rol=rol, **more)
        answer, leaves, same = self.sent(sender, recipient, body, soort)
        given = [(a["uitkomst"], a.get("code"), a["bladhash"]) for a in answer[2]]
        logged = [(row["gebeurtenis"], row["uitkomst"], row.get("code"), row.get("plaats"))
                  for row in leaves]
        self.story.fact(f"{name}: GEWEIGERD {code}",
                        given == [("GEWEIGERD", code, leaf_hash(leaves[0]) if leaves else "")] and
                        logged == [(event, "denied", code, 1)] and same,
                        answer[:3], logged, same)

    def wholes(self, name, sender, recipient, bodies, status, code, soort="signaal"):
        """Many messages, each refused as a whole in the same words; one fact."""
        partner = self.town.partners[recipient]
        before, size = state(partner), stories.log_size(partner)
        answers = {which: self.forge.post(sender, recipient, body, soort)
                   for which, body in bodies.items()}
        logged = [(row["gebeurtenis"], row["uitkomst"], row.get("code"))
                  for row in stories.leaves_since(partner, size)]
        after = self.states[recipient] = state(partner)
        wrong = {which: answer for which, answer in answers.items()
                 if answer[:2] != (status, code)}
        said = {tuple(sorted((k, v) for k, v in json.loads(answer[3]).items() if k != "instance"))
                for answer in answers.values()}
        self.story.fact(f"{name}: {status} {code} for each of {len(bodies)}",
                        not wrong and logged == [("deny", "denied", code)] * len(bodies) and
                        before == after and len(said) == 1, wrong, len(logged), logged[:3],
                        before == after, said)


# --- the covenants beside the one in force ---

def another_covenant(town, name, change=None, signers=None, **marks):
    path = town.folder / f"{name}.json"
    town.make_covenant(path, change, ID=name, **marks)
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
    town.add_covenant(path, fingerprint)
    signers = town.all() if signers is None else signers
    if signers:
        town.sign(signers, fingerprint)
    wanted = {partner.oin for partner in signers}

    def known(partner):
        listed = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
        return all({p["oin"] for p in c["partijen"] if p["oordeel"] == "AKKOORD"} == wanted
                   for c in listed if c["vingerafdruk"] == fingerprint)
    towns.wait_for(lambda: all(map(known, town.all())), 20, f"statements about {name}")
    for partner in town.all():  # the receipt of what arrived comes a moment later
        town.wait_delivered(partner)
    return fingerprint


def days(town, count):
    return (town.today + datetime.timedelta(days=count)).isoformat()
