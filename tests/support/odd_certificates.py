# SPDX-License-Identifier: EUPL-1.2
"""Certificates, chains and revocation lists as they should not be, under the authority of a
made-up town, and what a listener says to who shows one.

    workshop = Workshop(folder, town.authority, build)
    pair = workshop.leaf("weak", subject, key="rsa:1024")
    alert = refusal(port, pair)       # the alert, or None: it let us in
    status, code = answer(port, pair) # of one request
"""
import datetime
import http.client
import json
import pathlib
import select
import socket
import ssl
import subprocess
import time

import town as towns

CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
REQUEST = b"GET /v1/niets HTTP/1.1\r\nHost: localhost\r\n\r\n"
PATIENCE_S = 15


class Workshop:
    def __init__(self, folder, authority, build):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root = (authority.pem, authority.folder / "ca.key")
        self.mint = pathlib.Path(build) / "tests/tools/mint"

    def _key(self, name, kind):
        path = self.folder / f"{name}.key"
        options = (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec"
                   else ["-newkey", kind])
        return path, options

    def leaf(self, name, subject, extensions=towns.LEAF, key="ec", days=30, digest="sha256",
             ca=None, chain=()):
        """(pem, key); `chain` are certificates to show behind it."""
        ca = ca or self.root
        pem, request = self.folder / f"{name}.pem", self.folder / f"{name}.csr"
        path, options = self._key(name, key)
        towns.command("openssl", "req", *options, "-nodes", "-keyout", path, "-out", request,
                      "-subj", subject)
        (self.folder / f"{name}.ext").write_text(extensions)
        towns.command("openssl", "x509", "-req", "-in", request, "-CA", ca[0], "-CAkey", ca[1],
                      "-CAcreateserial", "-CAserial", self.folder / "serial", "-days", days,
                      "-extfile", self.folder / f"{name}.ext", f"-{digest}", "-out", pem)
        with open(pem, "a", encoding="ascii") as file:
            for other in chain:
                file.write(pathlib.Path(other).read_text())
        return pem, path

    def authority(self, name, extensions=CA, ca=None, **more):
        return self.leaf(name, f"/CN={name}", extensions, ca=ca, **more)

    def self_signed(self, name, subject):
        pem, (path, options) = self.folder / f"{name}.pem", self._key(name, "ec")
        towns.command("openssl", "req", "-x509", *options, "-nodes", "-days", 30, "-keyout", path,
                      "-out", pem, "-subj", subject, "-addext", "extendedKeyUsage=clientAuth")
        return pem, path

    def minted(self, name, *words):
        """By tests/tools/mint: any subject, any window."""
        towns.command(self.mint, *self.root, self.folder / name, *words)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def crl(self, name, *revoked, ca=None, good_for_s=86400):
        """A revocation list; with good_for_s < 0 it ended so long ago."""
        ca = ca or self.root
        folder = self.folder / f"{name}.ca"
        folder.mkdir(exist_ok=True)
        day = "%y%m%d%H%M%SZ"
        now = datetime.datetime.now(datetime.timezone.utc)
        lines = []
        for pem, _ in revoked:
            number = towns.command("openssl", "x509", "-in", pem, "-noout", "-serial")
            lines.append(f"R\t{(now + datetime.timedelta(900)).strftime(day)}\t"
                         f"{now.strftime(day)}\t{number.split('=')[1].strip()}\tunknown\t/CN=x\n")
        (folder / "index").write_text("".join(lines))
        (folder / "config").write_text("[ca]\ndefault_ca=a\n[a]\n"
                                       f"database={folder}/index\ndefault_md=sha256\n")
        end = now + datetime.timedelta(seconds=good_for_s)
        towns.command("openssl", "ca", "-gencrl", "-config", folder / "config", "-cert", ca[0],
                      "-keyfile", ca[1], "-crl_lastupdate",
                      (min(now, end) - datetime.timedelta(hours=1)).strftime(day),
                      "-crl_nextupdate", end.strftime(day), "-out", self.folder / f"{name}.crl")
        return self.folder / f"{name}.crl"


def number(oin, kind="printable"):
    """subject.serialNumber for tests/tools/mint: the bytes as they are."""
    value = oin if isinstance(oin, bytes) else oin.encode()
    return f"serialNumber:{kind}:{value.hex()}"


# --- at a listener ---

def context_of(pair):
    """A client that minds nothing, so that only the other side refuses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if pair:
        context.load_cert_chain(*pair)
    return context


def connected(port, pair):
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    try:
        return context_of(pair).wrap_socket(raw)
    except BaseException:
        raw.close()
        raise


def refusal(port, pair, wait_s=PATIENCE_S):
    """What the listener says before a byte of HTTP was sent: the name of its alert; None when
    it waits for a request, and answers it."""
    try:
        with connected(port, pair) as connection:
            if select.select([connection], [], [], wait_s)[0] and not connection.recv(1):
                return "closed"
            connection.sendall(REQUEST)
            return None if connection.recv(1) else "closed"
    except ssl.SSLError as error:
        return (error.reason or "SSL").split("_ALERT_")[-1].lower()
    except OSError as error:
        return type(error).__name__


def answer(port, pair):
    """(status, code) of one request; (None, why) when none came."""
    try:
        with connected(port, pair) as connection:
            return answer_on(connection)
    except OSError as error:
        return None, getattr(error, "reason", None) or type(error).__name__


def answer_on(connection, request=REQUEST):
    """The same on a connection that stands."""
    try:
        connection.sendall(request)
        got = http.client.HTTPResponse(connection)
        got.begin()
        body = got.read()
    except (OSError, http.client.HTTPException) as error:
        return None, getattr(error, "reason", None) or type(error).__name__
    try:
        return got.status, json.loads(body).get("code")
    except ValueError:
        return got.status, None


def shown(port):
    """The certificate that a listener shows, as DER."""
    with ssl._create_unverified_context().wrap_socket(
            socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        return connection.getpeercert(binary_form=True)


def der_of(pair):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(pair[0]).read_text().split("-----END")[0] +
                                    "-----END CERTIFICATE-----\n")


# --- a process ---

def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1])
    return 0


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


class SServer:
    """openssl s_server: what a listener looks like that asks for less than it should."""

    def __init__(self, folder, pair, *words):
        self.port = towns.free_ports(1)[0]
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", str(self.port), "-cert", str(pair[0]), "-key",
             str(pair[1]), "-quiet", *map(str, words)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
