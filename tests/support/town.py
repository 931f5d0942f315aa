# SPDX-License-Identifier: EUPL-1.2
"""A made-up town for tests and the demo: four gateways on loopback with a throw-away
PKI (OINs with the test prefix 00000099), one covenant, and users in each role.

    town = Town(folder, binary)
    town.build()            # PKI, init, covenant file
    town.start_all()        # the four gateways
    town.people()           # users with their roles, confirmed
    town.agree()            # covenant added, signed, in force, key given
    town.corporatie.run("MELDER", "push", path)
"""
import base64
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTNERS = {
    "CORPORATIE": ("00000099000000010000", "Corporatie Voorbeeld Wonen",
                   ["MELDER", "REGIEHOUDER", "CONVENANTBEHEERDER", "AUDITOR", "SYSTEEM"]),
    "WIJKTEAM": ("00000099000000020000", "Buurtteam Voorbeeldstad",
                 ["ONTVANGER", "CONVENANTBEHEERDER", "AUDITOR"]),
    "GGZ": ("00000099000000030000", "GGZ Voorbeeld",
            ["GGZ_CONTACTPUNT", "CONVENANTBEHEERDER", "AUDITOR"]),
    "GEMEENTE": ("00000099000000040000", "Gemeente Voorbeeldstad",
                 ["ONTVANGER", "CONVENANTBEHEERDER", "AUDITOR"]),
}
LEAF = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=serverAuth,clientAuth\n")


def command(*words, **options):
    """Runs a program that must succeed; its output on failure is what one wants to read."""
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False,
                          **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout


GIVEN_OUT = set()


def free_ports(count):
    """Ports that nobody listens on, below those that the kernel gives to who calls out: such a
    call could sit on the port of a gateway that is being restarted."""
    first, last = map(int, os.environ.get("WIJKPOORT_PORTS", "10000-30000").split("-"))
    ports = []
    while len(ports) < count:
        port = random.SystemRandom().randrange(first, last)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in GIVEN_OUT:  # to a gateway that does not listen yet
            GIVEN_OUT.add(port)
            ports.append(port)
    return ports


class Authority:
    """A certificate authority of openssl's."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pem = self.folder / "ca.pem"
        command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "400", "-keyout",
                self.folder / "ca.key", "-out", self.pem, "-subj", f"/CN={name}", "-addext",
                "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, subject, extensions=LEAF, days=390):
        key, pem = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        request, ext = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        ext.write_text(extensions)
        command("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", key, "-out", request, "-subj", subject)
        command("openssl", "x509", "-req", "-in", request, "-CA", self.pem, "-CAkey",
                self.folder / "ca.key", "-CAcreateserial", "-days", days, "-extfile", ext,
                "-out", pem)
        return pem, key


class Partner:
    def __init__(self, town, name):
        self.town, self.name = town, name
        self.oin, self.title, self.roles = PARTNERS[name]
        self.folder = town.folder / name.lower()
        self.partner_port, self.local_port, self.public_port = free_ports(3)
        self.process = None
        self.environment = {}
        self.wrapper = []

    @property
    def settings(self):
        return self.folder / "instellingen.json"

    @property
    def data(self):
        return self.folder / "gegevens"

    @property
    def log(self):
        return self.folder / "poort.log"

    def init(self):
        self.certificate, self.key = self.town.authority.issue(
            self.name.lower(), f"/O={self.title}/serialNumber={self.oin}/CN={self.name.lower()}")
        command(self.town.binary, "init", self.folder, "--oin", self.oin, "--naam", self.title,
                "--adres", f"https://127.0.0.1:{self.partner_port}", "--partner-cert",
                self.certificate, "--partner-key", self.key, "--partners-ca",
                self.town.authority.pem, "--poort-partner", self.partner_port, "--poort-lokaal",
                self.local_port, "--poort-publiek", self.public_port)
        # Everybody here has one address, and asks more in a second than people do.
        self.change_settings(herhaalMillisecondenMin=50, herhaalSecondenMax=2,
                             handdrukkenMax=65536, handdrukkenPerAdres=65536,
                             verzoekenPerPartner=65536)

    def change_settings(self, **changes):
        settings = json.loads(self.settings.read_text())
        settings.update(changes)
        self.settings.write_text(json.dumps(settings, indent=2, ensure_ascii=False))

    def profile(self, role):
        return self.folder / "gebruikers" / role.lower() / "profiel.json"

    # --- the process ---

    def start(self, wait=True, **environment):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [*map(str, self.wrapper), str(self.town.binary), "serve", "--settings",
             str(self.settings)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, **self.environment, **environment})
        log.close()
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process and self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.public_port), timeout=0.2):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen:\n{self.log.read_text()[-2000:]}")

    def pids(self):
        """The gateway's own process: under a wrapper it is a child."""
        if not self.wrapper:
            return [self.process.pid]
        out = subprocess.run(["pgrep", "-f", f"serve --settings {self.settings}$"],
                             capture_output=True, text=True, check=False).stdout
        return [int(p) for p in out.split() if int(p) != self.process.pid] or [self.process.pid]

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return None
        for pid in self.pids():
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    # --- as a user ---

    def run(self, role, *words, check=True, lang="nl_NL.UTF-8", text=None):
        """A command as a person of that role; returns the finished process."""
        done = subprocess.run([str(self.town.binary), *map(str, words), "--profile",
                               str(self.profile(role))],
                              capture_output=True, text=True, check=False, input=text,
                              env={**os.environ, "LANG": lang, "LC_ALL": lang})
        if check and done.returncode:
            raise RuntimeError(f"{self.name} {role}: {' '.join(map(str, words))}: "
                               f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, role, *words):
        return json.loads(self.run(role, *words, "--json").stdout)

    def person(self, role):
        folder = self.folder / "gebruikers" / role.lower()
        number = f"{list(PARTNERS).index(self.name) + 1}{self.roles.index(role):03d}"
        command(self.town.binary, "user", "request", "--naam", number, "--uit", folder)
        fingerprint = json.loads(self.run("BEHEERDER", "user", "add", "--request",
                                          folder / "verzoek.csr", "--rollen", role, "--ca",
                                          self.folder / "ca", "--uit", folder,
                                          "--json").stdout)
        if fingerprint.get("wacht"):
            self.run("FG", "user", "confirm", fingerprint["vingerafdruk"])

    def api(self, role, method, path, body=None, headers=None):
        """A raw request on the local listener: (status, headers, body bytes)."""
        profile = json.loads(self.profile(role).read_text())
        base = self.profile(role).parent
        context = ssl.create_default_context(cafile=base / profile["ca"])
        context.load_cert_chain(base / profile["certificaat"], base / profile["sleutel"])
        return self._request(context, self.local_port, method, path, body, headers)

    def from_partner(self, partner, method, path, body=None, headers=None, certificate=None,
                     key=None):
        """A raw request on our partner listener under `partner`'s certificate."""
        context = ssl.create_default_context(cafile=self.town.authority.pem)
        context.check_hostname = False
        context.load_cert_chain(certificate or partner.certificate, key or partner.key)
        return self._request(context, self.partner_port, method, path, body, headers)

    @staticmethod
    def _request(context, port, method, path, body, headers):
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection.request(method, path, body,
                           {"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        result = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return result

    def log_rows(self, **question):
        """Every row of the audit log that answers the question."""
        rows, after = [], question.pop("vanaf", 0)
        while after is not None:
            status, _, body = self.api("AUDITOR", "POST", "/v1/logregels/_zoek",
                                       {"aantal": 500, **question, "vanaf": after})
            assert status == 200, body
            answer = json.loads(body)
            rows += answer["regels"]
            after = answer["volgende"]
        return rows


def amsterdam_today():
    """Of the gateways, wherever the machine stands: summer time from the last Sunday of March to
    that of October, both at one o'clock UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def change(month):
        last = datetime.datetime(now.year, month, 31, 1, tzinfo=datetime.timezone.utc)
        return last - datetime.timedelta(days=(last.weekday() + 1) % 7)
    summer = change(3) <= now < change(10)
    return (now + datetime.timedelta(hours=2 if summer else 1)).date()


class Town:
    def __init__(self, folder, binary, today=None):
        self.folder = pathlib.Path(folder).resolve()
        self.binary = pathlib.Path(binary).resolve()
        self.today = today or amsterdam_today()
        self.covenant = self.folder / "convenant.json"
        self.fingerprint = None
        self.partners = {}

    def __getattr__(self, name):
        try:
            return self.partners[name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    def all(self):
        return list(self.partners.values())

    def build(self, covenant=True):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(self.folder / "pki", "Test Partners CA")
        for name in PARTNERS:
            self.partners[name] = Partner(self, name)
        for partner in self.all():
            partner.init()
        if covenant:
            self.make_covenant(self.covenant)
            self.fingerprint = hashlib.sha256(self.covenant.read_bytes()).hexdigest()

    def make_covenant(self, path, change=None, **marks):
        text = (ROOT / "config/convenant-sjabloon.json").read_text()
        values = {"ID": "sociaal-renoveren-voorbeelddreef",
                  "TITEL": "Sociaal renoveren Voorbeelddreef",
                  "GROEP": "voorbeeldstad/buurtaanpak", "DPIA": "DPIA-2026-014",
                  "GELDIG_VANAF": self.today.isoformat(),
                  "GELDIG_TOT": (self.today + datetime.timedelta(days=420)).isoformat(),
                  "EVALUATIE": (self.today + datetime.timedelta(days=364)).isoformat()}
        for partner in self.all():
            document = (partner.folder / "sleutels/sleuteldocument.json").read_bytes()
            values[f"{partner.name}_OIN"] = partner.oin
            values[f"{partner.name}_NAAM"] = partner.title
            values[f"{partner.name}_SLEUTELDOCUMENT"] = base64.b64encode(document).decode()
        for mark, value in {**values, **marks}.items():
            text = text.replace(f"@{mark}@", value)
        if change:
            document = json.loads(text)
            change(document)
            text = json.dumps(document, indent=2, ensure_ascii=False)
        path.write_text(text)

    def start_all(self, **environment):
        for partner in self.all():
            partner.start(wait=False, **environment)
        for partner in self.all():
            partner.wait_ready()

    def stop_all(self, how=signal.SIGTERM):
        for partner in self.all():
            partner.stop(how)

    def people(self):
        for partner in self.all():
            for role in partner.roles:
                partner.person(role)

    def add_covenant(self, path=None, fingerprint=None):
        path, fingerprint = path or self.covenant, fingerprint or self.fingerprint
        for partner in self.all():
            partner.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint",
                        fingerprint)

    def sign(self, partners=None, fingerprint=None):
        for partner in partners or self.all():
            partner.run("CONVENANTBEHEERDER", "covenant", "sign",
                        fingerprint or self.fingerprint)

    def wait_in_force(self, seconds=30, fingerprint=None):
        def ready(partner):
            listed = json.loads(partner.api("CONVENANTBEHEERDER", "GET", "/v1/convenanten")[2])
            return any(c["vingerafdruk"] == (fingerprint or self.fingerprint) and
                       c["vanKracht"] and c["sleutel"]["aanwezig"]
                       for c in listed["convenanten"])
        wait_for(lambda: all(ready(p) for p in self.all()), seconds, "the covenant in force")

    def agree(self):
        self.add_covenant()
        self.sign()
        self.wait_in_force()

    def wait_delivered(self, partner, seconds=60):
        def empty():
            status = json.loads(partner.api("BEHEERDER", "GET", "/v1/status")[2])
            return all(not d["wachtrij"] and not d["onderweg"] for d in status["afleveren"])
        wait_for(empty, seconds, f"{partner.name} has delivered all")

    def make_csv(self, name, *words):
        path = self.folder / name
        out = subprocess.run([str(ROOT / "tests/support/make_meldingen"), "--today",
                              self.today.isoformat(), *map(str, words)],
                             capture_output=True, check=True)
        path.write_bytes(out.stdout)
        return path


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise RuntimeError(f"waited {seconds} s for: {what}")


def whole_town(folder, binary):
    """Built, started, peopled and agreed."""
    shutil.rmtree(folder, ignore_errors=True)
    town = Town(folder, binary)
    town.build()
    town.start_all()
    try:
        town.people()
        town.agree()
    except BaseException:
        town.stop_all(signal.SIGKILL)
        raise
    return town
