# SPDX-License-Identifier: EUPL-1.2
import base64
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from forged import Forge  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402


def key(partner, *words):
    return towns.command(partner.town.binary, "key", *words,
                         env={**os.environ, "LC_ALL": "nl_NL.UTF-8"})


def in_seconds(count):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=count)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def taken(partner):
    return partner.log.read_text().count(" keys-taken OK")


def renew(*partners, words=(), seconds=4):
    """New documents; returns once the gateways have taken them up and they are in force."""
    counts = [taken(partner) for partner in partners]
    began = in_seconds(seconds)
    for partner in partners:
        key(partner, "renew", partner.folder, "--ingang", began, *words)
    for partner, count in zip(partners, counts):
        towns.wait_for(lambda p=partner, c=count: taken(p) > c, 20,
                       f"{partner.name} takes up its keys")
    towns.wait_for(lambda: in_seconds(0) > began, 20, "the new keys are in force")


class Melder:
    """Hands in rows without end, and knows what was accepted."""

    def __init__(self, town):
        self.town, self.sent, self.wrong, self.stopping = town, [], [], False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join(60)

    def run(self):
        day = self.town.today.isoformat()
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            while not self.stopping:
                names = [f"sleutel-{len(self.sent)}-{place}" for place in range(4)]
                status, told = melder.ask("POST", "/v1/invoer", intake(
                    [row(name, day, number=place) for place, name in enumerate(names)]))
                if status != 200:
                    self.wrong.append((status, told))
                self.sent += names
                time.sleep(0.05)


def arrived(town):
    return [item["id"] for item in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")]


def under_load(story, town):
    """Signing and sealing keys of sender and recipient, while rows are handed in."""
    before = len(arrived(town))
    with Melder(town) as melder:
        time.sleep(0.3)
        renew(town.corporatie, town.wijkteam, words=("--signing", "--sealing"))
        time.sleep(0.5)
    town.wait_delivered(town.corporatie)
    ids = arrived(town)
    refused = [one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
               if one["stand"] == "GEWEIGERD"]
    story.fact("O2: keys are renewed on both sides under load: each signal arrives once, none is refused",
               len(ids) - before == len(melder.sent) and len(set(ids)) == len(ids) and
               not melder.wrong and not refused, len(ids) - before, len(melder.sent),
               melder.wrong[:1], refused[:1])
    print(f"    {len(melder.sent)} rows")


def again(story, town, thief):
    """R1: bytes that were signed and sealed before a renewal, once more after it."""
    forge = thief.forge
    body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
    first = forge.post("CORPORATIE", "WIJKTEAM", body)
    yield
    after = forge.post("CORPORATIE", "WIJKTEAM", body)
    story.fact("R1: the same message after both sides renewed their keys: the same answer, byte for "
               "byte", first[0] == 201 and first[3] == after[3], first, after)


def key_that_is_gone(story, town):
    """Sealed for a key that the wijkteam no longer has when it comes back with another."""
    gateway, before = town.wijkteam, len(arrived(town))
    gateway.stop()
    one_row(town, "voor-een-sleutel-die-weg-is")
    time.sleep(0.5)  # sealed by now, for the key that the corporatie knows
    key(gateway, "renew", gateway.folder, "--sealing", "--ingang", in_seconds(1))
    (gateway.folder / "sleutels/0002/verzegeling.key").unlink()
    gateway.start()
    town.wait_delivered(town.corporatie)
    story.fact("what was sealed for a key that is gone is sealed anew, and arrives once",
               len(arrived(town)) == before + 1 and
               "SLEUTEL_ONBEKEND" in town.corporatie.log.read_text() + json.dumps(
                   town.wijkteam.log_rows(gebeurtenis="deny")), len(arrived(town)), before)


# --- a certificate ---

def new_certificate(story, town):
    """A certificate of its own key, with the keys as they were; partners know it without being asked."""
    gateway = town.ggz
    pem, tls_key = town.authority.issue(
        "ggz-new", f"/O={gateway.title}/serialNumber={gateway.oin}/CN=ggz", days=10)
    before = json.loads(key(gateway, "show", gateway.folder, "--json"))
    renew(gateway, words=("--partner-cert", pem, "--partner-key", tls_key), seconds=2)
    after = json.loads(key(gateway, "show", gateway.folder, "--json"))
    said = key(gateway, "show", gateway.folder)
    town.wait_delivered(gateway)
    told = stories.asked(gateway, "BEHEERDER", "/v1/status")
    story.fact("a new certificate brings the next document, and no covenant is made anew",
               before == after and (gateway.folder / "tls/partner.pem").read_bytes() ==
               pem.read_bytes() and " 2, " in said, said)
    story.fact("every partner takes the document",
               not any(one.get("laatsteFout") for one in told["afleveren"]), told["afleveren"])
    doctor = subprocess.run([town.binary, "doctor", "--settings", gateway.settings, "--json"],
                            capture_output=True, text=True, check=False).stdout
    story.fact("of a document that ends in ten days status, key show and doctor speak",
               any("loopt binnenkort af" in one for one in told["waarschuwingen"]) and
               "loopt binnenkort af" in said and "DOCUMENT_SOON" in doctor,
               told["waarschuwingen"], said[-300:], doctor[:300])
    gateway.certificate, gateway.key = pem, tls_key


# --- thieves ---

def alarmed(partner, word):
    told = stories.asked(partner, "BEHEERDER", "/v1/status")["waarschuwingen"]
    return [one for one in told if word in one]


class Thief:
    """Has what stood on the corporatie's disk one day: its keys and its certificate's."""

    def __init__(self, town, build):
        self.town, self.forge = town, Forge(town, build)
        self.folder = town.folder / "thief"
        shutil.copytree(town.corporatie.folder, self.folder,
                        ignore=shutil.ignore_patterns("gegevens"))

    def keys(self):
        return {"keys": str(self.folder / "sleutels"),
                "credential": str(self.folder / "sleutelbestand")}

    def successor(self):
        key(self.town.corporatie, "renew", self.folder, "--ingang", in_seconds(0))
        return (self.folder / "sleutels/0002/sleuteldocument.json").read_bytes()

    def post(self, to, soort, items, **more):
        """(status, machine code, answers)"""
        body = self.forge.body("CORPORATIE", to, items, soort=soort, sign_with=self.keys(),
                               proof_with=self.keys(), **more)
        return self.forge.post("CORPORATIE", to, body, soort=soort)[:3]


def document_item(envelope):
    return {"id": str(uuid.uuid4()), "sleuteldocument": base64.b64encode(envelope).decode()}


def one_row(town, name):
    day = town.today.isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, told = melder.ask("POST", "/v1/invoer", intake([row(name, day)]))
    assert status == 200, told


def fork(story, town, thief):
    """The thief renews, too, and shows it to the wijkteam."""
    second = document_item(thief.successor())
    status, code, answers = thief.post("WIJKTEAM", "sleuteldocument", [second])
    story.fact("C2: of two successors the second is refused, though genuine",
               status == 201 and answers[0].get("code") == "ANDER_BERICHT_BEKEND", status, code,
               answers)
    story.fact("the wijkteam has an alarm", alarmed(town.wijkteam, "twee opvolgers"),
               stories.asked(town.wijkteam, "BEHEERDER", "/v1/status")["waarschuwingen"])
    towns.wait_for(lambda: alarmed(town.corporatie, "opvolger"), 30,
                   "the corporatie is shown what it did not make")
    story.fact("and the corporatie, which was shown what it did not make, too", True)
    before = len(arrived(town))
    one_row(town, "na-de-splitsing")
    time.sleep(1)
    status, code, _ = thief.post("WIJKTEAM", "signaal", [thief.forge.consented()],
                                 proof=thief.forge.proof())
    story.fact("nothing of the corporatie is taken in until that is settled, whoever sends it",
               len(arrived(town)) == before and status == 400, status, code)
    town.wijkteam.stop()
    town.wijkteam.start()
    story.fact("the same after a restart", alarmed(town.wijkteam, "twee opvolgers") and
               thief.post("WIJKTEAM", "signaal", [thief.forge.consented()],
                          proof=thief.forge.proof())[0] == 400)
    return before


def endorse(partner, path, out, fingerprint):
    return partner.run("CONVENANTBEHEERDER", "key", "endorse", path, "--fingerprint", fingerprint,
                       "--uit", out, check=False)


def emergency(story, town, thief, before):
    gateway = town.corporatie
    said = key(gateway, "renew", gateway.folder, "--emergency")
    fingerprint = next(line for line in said.splitlines() if line.startswith("  ")).strip()
    draft = gateway.folder / "sleutels/0002-nood.verzoek/sleuteldocument.json"
    one, two = gateway.folder / "een.json", gateway.folder / "twee.json"
    wrong = "0" * 64
    refused = [endorse(town.gemeente, draft, one, wrong).returncode,
               endorse(gateway, draft, one, fingerprint).returncode,
               endorse(town.gemeente, draft, one, fingerprint).returncode,
               endorse(town.gemeente, one, two, fingerprint).returncode,
               subprocess.run([town.binary, "key", "renew", gateway.folder, "--endorsed", one],
                              capture_output=True, check=False).returncode,
               endorse(town.ggz, one, two, fingerprint).returncode]
    story.equal("endorsed by two others, each once, who had the fingerprint read to them", refused,
                [1, 1, 0, 1, 1, 0])
    began = time.monotonic()
    count = taken(gateway)
    key(gateway, "renew", gateway.folder, "--endorsed", two)
    towns.wait_for(lambda: taken(gateway) > count, 20, "the gateway takes up its new keys")
    towns.wait_for(lambda: not alarmed(town.wijkteam, "twee opvolgers"), 60, "the alarm is over")
    town.wait_delivered(gateway)
    story.fact("O1: the emergency settles it: what waited arrives, signed anew, once",
               len(arrived(town)) == before + 1 and not alarmed(gateway, "opvolger"),
               len(arrived(town)), before)
    print(f"    settled in {time.monotonic() - began:.1f} s")
    now = int(time.time())
    good = dict(proof=thief.forge.proof())
    tries = [thief.post("WIJKTEAM", "signaal", [thief.forge.consented()], **good)[:2],
             thief.post("WIJKTEAM", "signaal", [thief.forge.consented()], iat=now - 3600, **good)[:2],
             thief.post("GEMEENTE", "signaal", [thief.forge.by_law()])[:2]]
    story.fact("O1: the thief is out, whatever instant he writes",
               all(status == 400 and code == "HANDTEKENING_ONJUIST" for status, code in tries),
               tries)
    late = thief.post("GEMEENTE", "sleuteldocument",
                      [document_item((thief.folder / "sleutels/0002/sleuteldocument.json")
                                     .read_bytes())])
    story.fact("his successor counts nowhere, and raises no alarm where the emergency is known",
               not alarmed(town.gemeente, "twee opvolgers") and
               (late[0] == 400 or late[2][0]["uitkomst"] == "GEWEIGERD"), late)
    one_row(town, "na-de-noodwissel")
    town.wait_delivered(gateway)
    renew(gateway, words=("--witness",), seconds=1)
    story.fact("after an emergency keys are renewed as before, beside the folders that it replaced",
               not alarmed(gateway, "niet in gebruik") and
               (gateway.folder / "sleutels/0004/getuige.key").exists(),
               os.listdir(gateway.folder / "sleutels"))
    for partner in (gateway, town.wijkteam):
        partner.stop()
        partner.start()
    one_row(town, "na-het-herstarten")
    town.wait_delivered(gateway)
    story.equal("O1: and the corporatie works on, over restarts", len(arrived(town)), before + 3)


def tell(story):
    town = story.town()
    thief = Thief(town, story.build)
    same = again(story, town, thief)
    next(same)
    began = time.monotonic()
    under_load(story, town)
    next(same, None)
    for part in (key_that_is_gone, new_certificate):
        part(story, town)
    renew(town.corporatie, words=("--witness",), seconds=1)
    before = fork(story, town, thief)
    emergency(story, town, thief, before)
    print(f"    {time.monotonic() - began:.1f} s")


stories.run(tell)
