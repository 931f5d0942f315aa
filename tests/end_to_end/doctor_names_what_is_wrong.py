# SPDX-License-Identifier: EUPL-1.2
import contextlib
import glob
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http  # noqa: E402

LANGUAGES = {"nl": "nl_NL.UTF-8", "en": "en_US.UTF-8"}
TOO_LONG_FOR_DNS = "x" * 64 + ".invalid"  # refused before anything is asked of the network
PARTNER = "PARTNER_"


class Doctor:
    """The doctor of one gateway: what it says, as {(finding, about): the whole finding}."""

    def __init__(self, story, partner):
        self.story, self.partner = story, partner

    def run(self, *words, profile=True, language="nl", wrapper=(), **environment):
        who = ["--profile", self.partner.profile("BEHEERDER")] if profile else []
        said = LANGUAGES[language]
        return subprocess.run(
            [*map(str, wrapper), self.partner.town.binary, "doctor", "--settings",
             self.partner.settings, *map(str, who), *words], capture_output=True, text=True,
            check=False, timeout=120, env={**os.environ, "LANG": said, "LC_ALL": said, **environment})

    def findings(self, **how):
        done = self.run("--json", **how)
        return done.returncode, json.loads(done.stdout)["bevindingen"]

    def names(self, fact, wanted, about="", **how):
        """The finding is there, about that, with advice, and the exit code fits."""
        code, found = self.findings(**how)
        fits = [one for one in found if one["bevinding"] == wanted and about in one.get("waar", "")]
        worst = "FOUT" in {one["stand"] for one in found}
        self.story.fact(f"doctor: {fact}: {wanted}", len(fits) >= 1 and code == int(worst) and
                        (fits[0]["stand"] == "OK" or fits[0].get("doen")), code,
                        [(one["bevinding"], one.get("waar"), one.get("nader")) for one in found])
        return fits[0] if fits else {}


@contextlib.contextmanager
def settings_with(partner, **changes):
    before = partner.settings.read_text()
    partner.change_settings(**changes)
    try:
        yield
    finally:
        partner.settings.write_text(before)


@contextlib.contextmanager
def mode(path, bits):
    before = path.stat().st_mode & 0o777
    path.chmod(bits)
    try:
        yield
    finally:
        path.chmod(before)


def faked_time(shift):
    library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": library[0], "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def issued_at(town, shift, subject):
    before = dict(os.environ)
    os.environ.update(faked_time(shift))
    try:
        return town.authority.issue(f"van{shift}", subject)
    finally:
        for name in faked_time(shift):
            os.environ.pop(name)
        os.environ.update(before)


def revocation_list(authority, name, last, until):
    """openssl's own; both as YYYYMMDDHHMMSSZ."""
    folder = authority.folder / name
    folder.mkdir()
    (folder / "index.txt").write_text("")
    (folder / "crlnumber").write_text("01\n")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index.txt\ncrlnumber={folder}/crlnumber\n"
        f"default_md=sha256\ncertificate={authority.pem}\nprivate_key={authority.folder}/ca.key\n")
    towns.command("openssl", "ca", "-config", folder / "ca.cnf", "-gencrl", "-crl_lastupdate", last,
                  "-crl_nextupdate", until, "-out", folder / "crl.pem")
    return folder / "crl.pem"


# --- a healthy house, in a town that grows ---

def strangers_at_first(story, town, doctor):
    """Only we have added the covenant."""
    doctor.partner.run("CONVENANTBEHEERDER", "covenant", "add", town.covenant, "--fingerprint",
                       town.fingerprint)
    for other in (town.wijkteam, town.ggz):
        doctor.names("a partner that has not added the covenant", "PARTNER_STRANGER", other.title)


def healthy(story, town, doctor):
    for name in ("SETTINGS_GOOD", "KEYS_GOOD", "CERTIFICATE_GOOD", "MEMORY_GOOD", "PORT_SERVED",
                 "GATEWAY_GOOD", "LIST_NONE"):
        doctor.names("in a house in order", name)
    for other in (town.wijkteam, town.ggz):
        doctor.names("a partner in order", "PARTNER_GOOD", other.title)
    one = doctor.run(language="nl").stdout
    two = doctor.run(language="en").stdout
    story.fact("doctor: one line a finding, and what to do below it, in both languages",
               "De instellingen kloppen." in one and "The settings are right." in two and
               all(line[:7].strip() in ("ok", "let op", "fout") or line.startswith("        Doen:")
                   for line in one.splitlines()), one)


# --- the own house ---

def own_house(story, town, doctor):
    partner = doctor.partner
    with settings_with(partner, ietsAnders=1):
        doctor.names("a name that is no setting", "SETTINGS_WRONG", "instellingen.json")
    for name in ("ondertekening.key", "opslag.key", "log.key"):
        with mode(partner.folder / "sleutels" / name, 0o644):
            doctor.names(f"{name} open to others", "KEYS_WRONG", name)
    with settings_with(partner, oin=town.ggz.oin):
        doctor.names("keys of another organisation", "KEYS_OTHER_OIN")
        doctor.names("a certificate of another organisation", "CERTIFICATE_OIN")
    with settings_with(partner, partnerSleutel=str(town.ggz.key)):
        doctor.names("a key of another certificate", "CERTIFICATE_KEY")
    with settings_with(partner, partnerCertificaat=str(partner.settings)):
        doctor.names("a certificate that is none", "CERTIFICATE_WRONG")
    with settings_with(partner, partnersCa=str(partner.settings)):
        doctor.names("an authority that is none", "AUTHORITY_WRONG")
    doctor.names("a certificate for another host than the address", "CERTIFICATE_NAME")
    other, other_key = town.authority.issue(
        "tweede", f"/O={partner.title}/serialNumber={partner.oin}/CN=tweede", days=20)
    with settings_with(partner, partnerCertificaat=str(other), partnerSleutel=str(other_key)):
        doctor.names("a certificate that ends soon", "CERTIFICATE_ENDING")
        doctor.names("another certificate than in the key document", "CERTIFICATE_OTHER")
    with mode(partner.data, 0o755):
        doctor.names("a data folder open to others", "FOLDER_WRONG")
    with settings_with(partner, gegevensmap="bestaat-niet"):
        doctor.names("a data folder that is not there", "FOLDER_WRONG")
    free_mib = shutil.disk_usage(partner.data).free >> 20
    for name, mib in (("DISK_FULL", free_mib + 1024), ("DISK_LOW", free_mib // 2)):
        if mib <= 65536:
            with settings_with(partner, vrijeRuimteMiB=mib):
                doctor.names("a disk that is too small", name)
    with settings_with(partner, publiekAdres="192.0.2.1"):
        doctor.names("an address that is not ours", "PORT_WRONG", "192.0.2.1")
    doctor.names("little memory to lock", "MEMORY_LITTLE",
                 wrapper=["prlimit", "--memlock=65536:65536"])


def clocks(story, town, doctor):
    doctor.names("a clock 800 days back", "CLOCK_WRONG", profile=False, **faked_time("-800d"))
    doctor.names("a clock 800 days back", "CERTIFICATE_EARLY", profile=False, **faked_time("-800d"))
    doctor.names("a clock 800 days on", "CERTIFICATE_ENDED", profile=False, **faked_time("+800d"))


def lists(story, town, doctor):
    partner = doctor.partner
    ended = revocation_list(town.authority, "oud", "20200101000000Z", "20200201000000Z")
    good = revocation_list(town.authority, "nieuw", "20200101000000Z", "20991231000000Z")
    with settings_with(partner, partnersCrl=str(ended)):
        doctor.names("a revocation list that ended", "LIST_ENDED", "oud/crl.pem")
        doctor.names("and so no partner counts", "PARTNER_LIST", town.wijkteam.title)
    with settings_with(partner, partnersCrl=str(partner.settings)):
        doctor.names("a revocation list that is none", "LIST_WRONG")
    with settings_with(partner, partnersCrl=str(good)):
        doctor.names("a revocation list that counts", "AUTHORITY_GOOD", "ca.pem")
        doctor.names("and so partners count", "PARTNER_GOOD", town.wijkteam.title)


# --- the way to a partner ---

def fakes(story, town, doctor):
    partner, title = town.wijkteam, town.wijkteam.title
    doctor.names("a host name that cannot be found", "PARTNER_NAME", town.gemeente.title)
    partner.stop()
    doctor.names("a partner that is down", "PARTNER_CLOSED", title)
    other = towns.Authority(town.folder / "anders", "Andere CA")
    subject = f"/O={title}/serialNumber={partner.oin}/CN=wijkteam"
    problem = json.dumps({"code": "IETS_ANDERS"}).encode()
    cases = [("another organisation at its address", "PARTNER_OTHER_OIN",
              (town.ggz.certificate, town.ggz.key), http("404 Not Found", problem)),
             ("a certificate of another authority", "PARTNER_CHAIN",
              other.issue("wijkteam", subject), http("404 Not Found", problem)),
             ("a certificate that ended", "PARTNER_ENDED", issued_at(town, "-800d", subject),
              http("404 Not Found", problem)),
             ("a certificate that does not count yet", "PARTNER_EARLY",
              issued_at(town, "+800d", subject), http("404 Not Found", problem)),
             ("something else than a gateway", "PARTNER_ODD",
              (partner.certificate, partner.key), http("200 OK", b"<html>welkom</html>")),
             ("an answer in our own form", "PARTNER_GOOD",
              (partner.certificate, partner.key), http("404 Not Found", problem))]
    fake = FakePartner(partner.partner_port, town.authority)
    try:
        for fact, wanted, (certificate, key), answer in cases:
            fake.behave(certificate, key, lambda _, answer=answer: [answer])
            doctor.names(fact, wanted, title)
        authority, fake.authority = fake.authority, other  # asks for certificates of its own only
        fake.behave(partner.certificate, partner.key, lambda _: [http("404 Not Found", problem)])
        doctor.names("a partner that does not take our certificate", "PARTNER_REFUSES", title)
        fake.authority = authority
    finally:
        fake.stop()
    with socket.create_server(("127.0.0.1", partner.partner_port), backlog=8):
        doctor.names("a partner that takes the connection and says nothing", "PARTNER_SLOW", title)


def alone(story, town, doctor):
    partner = doctor.partner
    doctor.names("without a profile", "PARTNERS_UNASKED", profile=False)
    partner.stop()
    doctor.names("the own gateway down", "GATEWAY_AWAY")
    doctor.names("the own gateway down", "PORT_FREE", profile=False)
    wrong_use = subprocess.run([town.binary, "doctor"], capture_output=True, check=False)
    story.equal("doctor: without settings it is wrong use", wrong_use.returncode, 2)


def unreachable_by_name(town):
    """The key document of the gemeente names a host that no resolver takes."""
    partner = town.gemeente
    shutil.rmtree(partner.folder)
    towns.command(town.binary, "init", partner.folder, "--oin", partner.oin, "--naam",
                  partner.title, "--adres", f"https://{TOO_LONG_FOR_DNS}:{partner.partner_port}",
                  "--partner-cert", partner.certificate, "--partner-key", partner.key,
                  "--partners-ca", town.authority.pem, "--poort-partner", partner.partner_port,
                  "--poort-lokaal", partner.local_port, "--poort-publiek", partner.public_port)


def tell(story):
    town = towns.Town(story.folder / "town", story.build / "wijkpoort")
    story.towns.append(town)
    town.build(covenant=False)
    unreachable_by_name(town)
    town.make_covenant(town.covenant)
    town.fingerprint = towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
    for partner in (town.corporatie, town.wijkteam, town.ggz):
        partner.start()
        partner.person("CONVENANTBEHEERDER")
    doctor = Doctor(story, town.corporatie)
    strangers_at_first(story, town, doctor)
    for partner in (town.wijkteam, town.ggz):
        partner.run("CONVENANTBEHEERDER", "covenant", "add", town.covenant, "--fingerprint",
                    town.fingerprint)
    healthy(story, town, doctor)
    own_house(story, town, doctor)
    clocks(story, town, doctor)
    lists(story, town, doctor)
    fakes(story, town, doctor)
    alone(story, town, doctor)


stories.run(tell)
