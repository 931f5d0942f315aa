# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import shutil
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from odd_certificates import (CA, Workshop, answer, answer_on, connected, der_of,  # noqa: E402
                              number, refusal, shown)
from people import LocalConnection, intake, row  # noqa: E402

IN = (404, "NIET_GEVONDEN")
THOROUGH = os.environ.get("THOROUGH") == "1"
ROUNDS = 40 if THOROUGH else 3
SAMPLE = 4  # of what can be wrong with new files, when not thorough


class Files:
    """The TLS files of one gateway, and replacing them."""

    def __init__(self, gateway):
        self.gateway = gateway
        settings = json.loads(gateway.settings.read_text())
        self.path = {name: gateway.folder / settings[name] for name in
                     ("partnerCertificaat", "partnerSleutel", "partnersCa", "partnersCrl")
                     if name in settings}

    def put(self, **contents):
        """Beside, then moved into place; the last of them moves last."""
        for name, text in contents.items():
            fresh = self.path[name].with_suffix(".new")
            fresh.write_bytes(text)
            fresh.chmod(0o600)
            os.replace(fresh, self.path[name])

    def reloads(self):
        return [line for line in self.gateway.log.read_text().splitlines() if " reloaded " in line]

    def wait_reloaded(self, count, word="OK"):
        towns.wait_for(lambda: len(self.reloads()) > count, 20, "the files are read again")
        return self.reloads()[-1].split()[2] == word


def with_list(town, workshop):
    """Each gateway goes by one and the same list, in a file of its own."""
    first = workshop.crl("first").read_bytes()
    for partner in town.all():
        path = partner.folder / "lijst.pem"
        path.write_bytes(first)
        partner.change_settings(partnersCrl=str(path))


# --- T4 ---

def lists(story, town, workshop):
    """Each list lies before the gateway starts: what counts is what it does with it."""
    gateway = town.gemeente
    path = Files(gateway).path["partnersCrl"]
    known = workshop.minted("known", number(town.ggz.oin))
    other = towns.Authority(workshop.folder / "other", "Test Partners CA")
    elsewhere = towns.Authority(workshop.folder / "elsewhere", "Another CA")
    wrong = {
        "that revokes the caller": workshop.crl("revokes", known),
        "that ended": workshop.crl("ended", good_for_s=-60),
        "of another issuer": workshop.crl("elsewhere", ca=(elsewhere.pem,
                                                           elsewhere.folder / "ca.key")),
        "of another key under the issuer's name": workshop.crl(
            "other", ca=(other.pem, other.folder / "ca.key")),
    }
    alerts = {"certificate_revoked", "certificate_expired", "unknown_ca", "decrypt_error",
              "bad_certificate"}
    story.equal("T4: with a list that is in order the partner gets in",
                answer(gateway.partner_port, known), IN)
    for name, made in wrong.items():
        gateway.stop()
        shutil.copy(made, path)
        gateway.start()
        said = refusal(gateway.partner_port, known)
        story.fact(f"T4: a list {name}: {said}", said in alerts, said)
    gateway.stop()
    path.unlink()
    try:
        gateway.start()
        story.fact("T4: without its list the gateway does not start", False)
    except RuntimeError as error:
        story.fact("T4: without its list the gateway does not start, and names it",
                   "partnersCrl" in str(error), str(error))
    shutil.copy(workshop.crl("ended-hour", good_for_s=-3000), path)
    gateway.change_settings(crlRespijtUren=1)
    gateway.start()
    towns.wait_for(lambda: "lists-ended OK" in gateway.log.read_text(), 10, "the line in the log")
    warned = stories.asked(gateway, "BEHEERDER", "/v1/status")["waarschuwingen"]
    story.fact("T4: with an hour of grace a list that ended 50 minutes ago counts, and that is told",
               answer(gateway.partner_port, known) == IN and
               any("partnersCrl" in one for one in warned), warned)
    shutil.copy(workshop.crl("ended-long", good_for_s=-3700), path)
    towns.wait_for(lambda: "lists-ended BESTAND_ONJUIST" in gateway.log.read_text(), 10,
                   "the line in the log")
    story.fact("T4: past its grace nobody gets in", refusal(gateway.partner_port, known) in alerts)
    shutil.copy(workshop.crl("fresh"), path)
    towns.wait_for(lambda: answer(gateway.partner_port, known) == IN, 10, "a fresh list counts")


def chains(story, town, workshop):
    """A list of the authority above reaches the one below; without one only the leaf's must be."""
    gateway = town.gemeente
    files = Files(gateway)
    middle = workshop.authority("middle", CA)
    leaf = workshop.leaf("below", f"/O=GGZ/serialNumber={town.ggz.oin}/CN=below", ca=middle,
                         chain=[middle[0]])
    both = (workshop.crl("root-fine").read_bytes() +
            workshop.crl("middle-fine", ca=middle).read_bytes())
    seen = []
    for text in (workshop.crl("middle-alone", ca=middle).read_bytes(), both,
                 workshop.crl("root-revokes", middle).read_bytes() +
                 workshop.crl("middle-again", ca=middle).read_bytes()):
        count = len(files.reloads())
        files.put(partnersCrl=text)
        files.wait_reloaded(count)
        seen.append(answer(gateway.partner_port, leaf)[0])
    story.equal("T4: a revoked authority takes its certificates with it", seen, [404, 404, None])
    count = len(files.reloads())
    files.put(partnersCrl=workshop.crl("fresh").read_bytes())
    files.wait_reloaded(count)


# --- asking without end ---

class Load:
    """Threads that ask, some over connections that stand and some over a new one each time; what
    was not answered as it should be is kept."""

    def __init__(self, port, pair, standing=4, fresh=2):
        self.port, self.pair = port, pair
        self.asked, self.wrong, self.stopping = 0, [], False
        self.threads = [threading.Thread(target=self._run, args=(place < standing,), daemon=True)
                        for place in range(standing + fresh)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        for thread in self.threads:
            thread.join(60)

    def _run(self, stands):
        while not self.stopping:
            try:
                with connected(self.port, self.pair) as connection:
                    self._ask(connection, stands)
            except OSError as error:
                self.wrong.append(repr(error))

    def _ask(self, connection, stands):
        while not self.stopping:
            got = answer_on(connection)
            self.asked += 1
            if got != IN:
                self.wrong.append(got)
            if not stands or got[0] is None:
                return
            time.sleep(0.005)


def pair_bytes(pair):
    return {"partnerSleutel": pathlib.Path(pair[1]).read_bytes(),
            "partnerCertificaat": pathlib.Path(pair[0]).read_bytes()}


def rotation(story, town, workshop):
    gateway, caller = town.wijkteam, town.corporatie
    files, who = Files(gateway), number(gateway.oin)
    new = [workshop.minted(f"new-{place}", who) for place in range(ROUNDS)]
    pid = gateway.pids()
    with Load(gateway.partner_port, (caller.certificate, caller.key)) as load:
        for place, pair in enumerate(new):
            count = len(files.reloads())
            files.put(**pair_bytes(pair))
            if place == 0:
                os.kill(gateway.pids()[0], 1)  # SIGHUP, too
            towns.wait_for(lambda: shown(gateway.public_port) == der_of(pair), 20,
                           "the new certificate is shown")
            files.wait_reloaded(count)
        good = new[-1]
        text = pair_bytes(good)
        before = len(load.wrong)
        broken = {
            "half a list": {"partnersCrl": files.path["partnersCrl"].read_bytes()[:200]},
            "the key of another certificate":
                {"partnerSleutel": pair_bytes(new[0])["partnerSleutel"]},
            "a certificate that has ended":
                pair_bytes(workshop.minted("old", who, "from:-7200", "until:-60")),
            "half a certificate": {"partnerCertificaat": text["partnerCertificaat"][:300]},
            "an empty certificate": {"partnerCertificaat": b""},
            "half a key": {"partnerSleutel": text["partnerSleutel"][:100]},
            "a certificate of a time to come":
                pair_bytes(workshop.minted("soon", who, "from:7200")),
            "half a chain behind the certificate":
                {"partnerCertificaat": text["partnerCertificaat"] * 2 +
                 text["partnerCertificaat"][:200]},
            "no CA": {"partnersCa": b""},
        }
        whole = {name: path.read_bytes() for name, path in files.path.items()}
        for name, change in list(broken.items())[:None if THOROUGH else SAMPLE]:
            count = len(files.reloads())
            files.put(**change)
            told = files.wait_reloaded(count, "BESTAND_ONJUIST")
            warned = stories.asked(gateway, "BEHEERDER", "/v1/status")["waarschuwingen"]
            kept = (shown(gateway.public_port) == der_of(good) and
                    answer(gateway.partner_port, (caller.certificate, caller.key)) == IN)
            story.fact(f"T10: {name}: what was stays, and it is told",
                       told and kept and any("partner." in one for one in warned), told, kept,
                       warned)
            count = len(files.reloads())
            files.put(**{part: whole[part] for part in change})
            files.wait_reloaded(count)
        print(f"    {len(files.reloads())} changes, {load.asked} requests, "
              f"{len(load.wrong)} not answered")
        assert before == len(load.wrong), load.wrong[:3]
    story.fact("T10: not one request was dropped, and it is the same process",
               load.asked > 200 and not load.wrong and gateway.pids() == pid, load.asked,
               load.wrong[:3])
    with Load(gateway.partner_port, (caller.certificate, caller.key), 2, 2) as load:
        time.sleep(0.5)
        gateway.stop()
        gateway.start()
    story.fact("T10: the harness sees a rotation by restarting", len(load.wrong) > 0)
    return good


def half_a_file(story, town, workshop):
    """Written in place and slowly, as a copy over a network would be."""
    gateway = town.wijkteam
    files = Files(gateway)
    pair = workshop.minted("slow", number(gateway.oin))
    count = len(files.reloads())
    with open(files.path["partnerSleutel"], "r+b", buffering=0) as key, \
            open(files.path["partnerCertificaat"], "r+b", buffering=0) as certificate:
        for file, text in ((key, pair_bytes(pair)["partnerSleutel"]),
                           (certificate, pair_bytes(pair)["partnerCertificaat"])):
            file.truncate()
            for place in range(0, len(text), 200):
                file.write(text[place:place + 200])
                time.sleep(0.1)
            file.truncate()
    towns.wait_for(lambda: shown(gateway.public_port) == der_of(pair), 20, "the whole pair counts")
    story.fact("T10: files that are still being written are not looked at",
               all(line.split()[2] == "OK" for line in files.reloads()[count:]),
               files.reloads()[count:])


# --- delivery goes on ---

def delivered(town, prefix, to=None):
    day = town.today.isoformat()
    with LocalConnection(town.corporatie, "MELDER") as melder:
        status, told = melder.ask("POST", "/v1/invoer", intake(
            [row(f"{prefix}-{place}", day, number=place) for place in range(5)]))
    assert status == 200, told
    town.wait_delivered(town.corporatie)


def sender_rotates(story, town, workshop):
    """What we show partners changes as well, and a broken pair keeps nothing from leaving."""
    gateway = town.corporatie
    files, who = Files(gateway), number(gateway.oin)
    for name, change in (("new", pair_bytes(workshop.minted("sender", who))),
                         ("broken", {"partnerSleutel": b"-----BEGIN"})):
        whole = {part: files.path[part].read_bytes() for part in change}
        count = len(files.reloads())
        files.put(**change)
        files.wait_reloaded(count)
        delivered(town, f"rotated-{name}")
        if name == "broken":
            count = len(files.reloads())
            files.put(**whole)
            files.wait_reloaded(count)
    story.fact("T10: delivery goes on over a new pair, and with the old beside a broken one", True)


# --- O1: a key is stolen ---

def theft(story, town, workshop, stolen):
    owner, house = town.wijkteam, town.corporatie
    files = Files(house)
    loot = workshop.folder / "loot.pem", workshop.folder / "loot.key"
    for from_, to in zip(stolen, loot):
        shutil.copy(from_, to)
    began = time.monotonic()
    with connected(house.partner_port, loot) as thief, \
            connected(house.partner_port, (town.ggz.certificate, town.ggz.key)) as honest:
        story.equal("O1: with a stolen key the thief is the partner, until it is revoked",
                    answer_on(thief), IN)
        story.equal("O1: the honest neighbour asks, too", answer_on(honest), IN)
        fresh = workshop.minted("replacement", number(owner.oin))
        Files(owner).put(**pair_bytes(fresh))
        text = workshop.crl("theft", stolen).read_bytes()
        for partner in town.all():
            count = len(Files(partner).reloads())
            Files(partner).put(partnersCrl=text)
            Files(partner).wait_reloaded(count)
        story.fact("O1: the connection that the thief had open gives nothing more",
                   answer_on(thief)[0] is None)
        story.equal("O1: the neighbour's, of the same gateway, goes on", answer_on(honest), IN)
    story.fact("O1: nor does a new one", refusal(house.partner_port, loot) == "certificate_revoked")
    story.equal("O1: the partner is in with its new certificate", answer(house.partner_port, fresh),
                IN)
    delivered(town, "after-theft")
    story.fact("O1: and gets its messages, without a restart anywhere",
               time.monotonic() - began < 60 and len(files.reloads()) > 0)
    print(f"    revoked, replaced and delivered in {time.monotonic() - began:.1f} s")


# --- a role that ends ---

def removal(story, town):
    house = town.corporatie
    people = json.loads(house.api("BEHEERDER", "GET", "/v1/gebruikers")[2])["gebruikers"]
    melder = next(one for one in people if "MELDER" in one["rollen"])
    with LocalConnection(house, "MELDER") as connection:
        first = connection.ask("GET", "/v1/verzonden")[0]
        house.run("BEHEERDER", "user", "remove", melder["vingerafdruk"])
        status, told = connection.ask("GET", "/v1/verzonden")
        story.fact("T4: a user who is removed gets 403 on the connection that stands",
                   first == 200 and (status, told["code"]) == (403, "ONBEKENDE_PARTIJ"), first,
                   status, told)


def tell(story):
    shops = {}

    def prepare(town):
        shops["one"] = Workshop(story.folder / "odd", town.authority, story.build)
        with_list(town, shops["one"])
    town = story.town(prepare=prepare)
    workshop = shops["one"]
    stolen = None
    for part in (lists, chains, rotation, half_a_file, sender_rotates):
        began = time.monotonic()
        stolen = part(story, town, workshop) or stolen
        print(f"    {part.__name__}: {time.monotonic() - began:.1f} s")
    Files(town.wijkteam).put(**pair_bytes(stolen))
    theft(story, town, workshop, stolen)
    removal(story, town)


stories.run(tell)
