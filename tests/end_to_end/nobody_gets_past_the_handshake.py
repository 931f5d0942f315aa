# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from odd_certificates import (CA, SServer, Workshop, answer, answer_on, connected,  # noqa: E402
                              cpu_s, number, refusal, resident_kib)

THOROUGH = os.environ.get("THOROUGH") == "1"
CLIENT = "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=clientAuth\n"
UNKNOWN = {"unknown_ca"}
GROWTH_KIB = 16 * 1024  # what the whole of row T12 may leave behind


class Door:
    """The partner listener of one gateway, and what it counts."""

    def __init__(self, story, town, workshop):
        self.story, self.town, self.workshop = story, town, workshop
        self.gateway = town.corporatie
        self.port = self.gateway.partner_port
        self.oin = town.wijkteam.oin
        self.subject = f"/O=Buurtteam/serialNumber={self.oin}/CN=odd"

    def turned_away(self):
        status, _, text = self.gateway.api("BEHEERDER", "GET", "/v1/metrics")
        assert status == 200, text
        return sum(int(one) for one in re.findall(
            rb'^wijkpoort_turned_away_total\{[^}]*listener="partner"[^}]*\} (\d+)', text,
            re.MULTILINE))

    def stays_shut(self, row, name, pair, alerts):
        """The alert, no HTTP, and exactly one stranger more."""
        before = self.turned_away()
        said = refusal(self.port, pair)
        end = time.monotonic() + (10 if said in alerts else 1)
        while self.turned_away() == before and time.monotonic() < end:
            time.sleep(0.02)
        self.story.fact(f"{row}: {name}: {said}, no HTTP, counted once",
                        said in alerts and self.turned_away() == before + 1, said,
                        self.turned_away() - before)

    def opens(self, row, name, pair):
        self.story.equal(f"{row}: {name} gets in", answer(self.port, pair),
                         (404, "NIET_GEVONDEN"))


def without_certificate(door):
    door.stays_shut("T1", "no certificate", None, {"certificate_required"})
    door.opens("T1", "the partner's own certificate",
               (door.town.wijkteam.certificate, door.town.wijkteam.key))
    pair = door.town.corporatie.certificate, door.town.corporatie.key
    with SServer(door.workshop.folder, pair, "-tls1_3", "-num_tickets", 0, "-www") as open_to_all:
        door.story.equal("T1: the harness sees a broken gateway",
                         refusal(open_to_all.port, None, wait_s=1), None)


def broken_chains(door):
    shop, subject = door.workshop, door.subject
    other = towns.Authority(shop.folder / "other", "Test Partners CA")  # the same name, even
    elsewhere = (other.pem, other.folder / "ca.key")
    middle = shop.authority("middle")
    narrow = shop.authority("narrow", CA.replace("CA:TRUE", "CA:TRUE,pathlen:0"))
    below = shop.authority("below", ca=narrow)
    leaf = shop.leaf("no-ca", subject)
    deep = [shop.authority("deep-0")]
    for level in range(1, 6):
        deep.append(shop.authority(f"deep-{level}", ca=deep[-1]))
    for name, pair, alerts in (
            ("a certificate of another CA of the same name", shop.leaf("a", subject, CLIENT,
                                                                       ca=elsewhere),
             UNKNOWN | {"decrypt_error"}),  # by its name the issuer is known: the signature is not
            ("a self-signed certificate", shop.self_signed("b", subject), UNKNOWN),
            ("a chain without its middle", shop.leaf("c", subject, CLIENT, ca=middle), UNKNOWN),
            ("a CA below one that may have none below it",
             shop.leaf("d", subject, CLIENT, ca=below, chain=[below[0], narrow[0]]), UNKNOWN),
            ("a leaf that signs another", shop.leaf("e", subject, CLIENT, ca=leaf,
                                                    chain=[leaf[0]]), UNKNOWN),
            ("a chain of seven", shop.leaf("f", subject, CLIENT, ca=deep[-1],
                                           chain=[pem for pem, _ in reversed(deep)]), UNKNOWN),
            ("the CA itself", shop.root, {"unsupported_certificate"})):
        door.stays_shut("T2", name, pair, alerts)
    door.opens("T2", "a chain with its middle",
               shop.leaf("g", subject, CLIENT, ca=middle, chain=[middle[0]]))


def out_of_time(door):
    shop, who = door.workshop, number(door.oin)
    door.stays_shut("T3", "a certificate that has ended",
                    shop.minted("ended", who, "from:-7200", "until:-60"),
                    {"certificate_expired"})
    door.stays_shut("T3", "a certificate that has not begun",
                    shop.minted("later", who, "from:3600"), {"bad_certificate"})


class Brief:
    """A connection whose certificate ends while it stands."""

    def __init__(self, door, lasts_s):
        self.door, self.ends = door, time.monotonic() + lasts_s
        pair = door.workshop.minted("brief", number(door.oin), f"until:{lasts_s}")
        self.connection = connected(door.port, pair)
        self.first = answer_on(self.connection)

    def ended(self):
        time.sleep(max(0, self.ends + 1.5 - time.monotonic()))
        before = self.door.turned_away()
        last = answer_on(self.connection)
        self.door.story.fact(
            "T3: a connection that stands gets nothing once its certificate has ended",
            self.first == (404, "NIET_GEVONDEN") and last[0] is None and
            self.door.turned_away() == before + 1, self.first, last)
        self.connection.close()


# --- T5: exactly these twenty bytes ---

def look_alikes(oin):
    wide = "".join(chr(0xFF10 + int(digit)) for digit in oin)
    yield "another OIN", [number("00000099000000090000")]
    yield "no OIN", ["CN:printable:" + b"wijkteam".hex()]
    yield "the OIN as common name", ["CN:printable:" + oin.encode().hex()]
    yield "two OINs, ours first", [number(oin), number("00000099000000090000")]
    yield "two OINs, ours last", [number("00000099000000090000"), number(oin)]
    yield "the same OIN twice", [number(oin), number(oin)]
    yield "two OINs in one element", [number(oin), "+" + number("00000099000000090000")]
    yield "19 digits", [number(oin[:-1])]
    yield "21 digits", [number(oin + "0")]
    yield "a NUL behind it", [number(oin.encode() + b"\0")]
    yield "a NUL and more behind it", [number(oin.encode() + b"\0.example")]
    yield "a NUL in the place of its last digit", [number(oin[:-1].encode() + b"\0")]
    yield "a space before it", [number(" " + oin)]
    yield "a space in the place of a digit", [number(oin[:-1] + " ")]
    yield "letters O for zeros", [number(oin.replace("0", "O"))]
    yield "a letter of the small case", [number(oin[:-1] + "a")]
    yield "the same digits as UTF8String", [number(oin, "utf8")]
    yield "the same digits as IA5String", [number(oin, "ia5")]
    yield "the same digits as T61String", [number(oin, "t61")]
    yield "the same digits as BMPString", [number(oin.encode("utf-16-be"), "bmp")]
    yield "twenty bytes of digits of another alphabet", [number(wide.encode()[:18] + b"00", "utf8")]
    yield "twenty wide digits", [number(wide.encode(), "utf8")]
    yield "a zero-width space within", [number(oin[:9].encode() + b"\xe2\x80\x8b" +
                                               oin[9:].encode(), "utf8")]
    yield "an empty OIN", [number("")]


def names(door):
    seen = {}
    for place, (name, words) in enumerate(look_alikes(door.oin)):
        pair = door.workshop.minted(f"name-{place}", *words)
        seen[name] = answer(door.port, pair)
    wrong = {name: got for name, got in seen.items() if got != (403, "ONBEKENDE_PARTIJ")}
    door.story.fact(f"T5: {len(seen)} names that are not exactly a partner's OIN are 403",
                    not wrong, wrong)
    door.story.equal("T5: our own OIN is no partner of ours", answer(
        door.port, door.workshop.minted("own", number(door.gateway.oin))),
        (403, "ONBEKENDE_PARTIJ"))
    door.opens("T5", "the exact OIN, so the harness sees the difference:",
               door.workshop.minted("exact", "O:utf8:" + "Vóórbeeld".encode().hex(),
                                    number(door.oin)))


def weak(door):
    shop, subject = door.workshop, door.subject
    for name, extensions in (
            ("no extended key usage", "basicConstraints=critical,CA:FALSE\n"),
            ("serverAuth only", "extendedKeyUsage=serverAuth\n"),
            ("anyExtendedKeyUsage only", "extendedKeyUsage=anyExtendedKeyUsage\n"),
            ("emailProtection only", "extendedKeyUsage=emailProtection\n")):
        pair = shop.leaf(f"use-{name.split()[0]}", subject, extensions)
        door.stays_shut("T6", name, pair, {"unsupported_certificate"})
    weak_alerts = {"bad_certificate", "unsupported_certificate", "handshake_failure",
                   "unknown_ca", "internal_error"}
    for bits in (1024, 2048):
        door.stays_shut("T6", f"an RSA key of {bits} bits under rsaBitsMin 3072",
                        shop.leaf(f"rsa-{bits}", subject, CLIENT, key=f"rsa:{bits}"), weak_alerts)
    door.stays_shut("T6", "a SHA-1 signature", shop.leaf("sha1", subject, CLIENT, digest="sha1"),
                    weak_alerts)
    door.opens("T6", "an RSA key of 3072 bits", shop.leaf("rsa-3072", subject, CLIENT,
                                                          key="rsa:3072"))
    usual = door.town.ggz.partner_port
    door.story.equal("T6: 2048 bits count where rsaBitsMin is left as usual",
                     answer(usual, (shop.folder / "rsa-2048.pem", shop.folder / "rsa-2048.key"))[0],
                     404)


# --- T7, T9: what is spoken ---

def s_client(port, *words, say=b""):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                           *map(str, words)], input=say, capture_output=True, check=False,
                          timeout=60)
    return (done.stdout + done.stderr).decode(errors="replace")


def protocols(door):
    weak_words = ["-cipher", "DEFAULT:@SECLEVEL=0"]
    kinds = {"partner": door.port, "local": door.gateway.local_port,
             "public": door.gateway.public_port}
    for words, alert in (
            (["-tls1_2"], "alert protocol version"),
            (["-tls1_1", *weak_words], "alert protocol version"),
            (["-tls1", *weak_words], "alert protocol version"),
            (["-tls1_2", "-fallback_scsv"], "alert protocol version"),
            (["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"], "alert handshake failure"),
            (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"], "alert handshake failure"),
            (["-tls1_3", "-groups", "P-521"], "alert handshake failure"),
            (["-tls1_3", "-groups", "X448"], "alert handshake failure"),
            (["-tls1_3", "-groups", "ffdhe2048"], "alert handshake failure")):
        said = {kind: s_client(port, *words) for kind, port in kinds.items()}
        shut = all(alert in text and "Cipher is (NONE)" in text for text in said.values())
        name = " ".join(word for word in words if word not in weak_words)
        door.story.fact(f"T7: {name}: {alert} on each listener", shut, said)
    pair = door.town.corporatie.certificate, door.town.corporatie.key
    with SServer(door.workshop.folder, pair, "-tls1_2") as old:
        door.story.fact("T7: the harness sees a broken gateway",
                        "alert protocol version" not in s_client(old.port, "-tls1_2"))


def installed(story, row, program):
    if shutil.which(program):
        return True
    print(f"    not run: {program} is not installed")
    if os.environ.get("CI") == "true":
        story.fact(f"{row}: {program} is installed", False)
    return False


def scanned(port):
    text = subprocess.run(["sslscan", "--no-colour", "--xml=-", f"127.0.0.1:{port}"],
                          capture_output=True, text=True, check=True, timeout=120).stdout
    tree = xml.etree.ElementTree.fromstring(text[text.index("<?xml"):].encode())
    spoken = [f"{one.get('type')} {one.get('version')}" for one in tree.iter("protocol")
              if one.get("enabled") == "1"]
    suites = sorted(one.get("cipher") for one in tree.iter("cipher"))
    groups = sorted(one.get("name") for one in tree.iter("group"))
    return spoken, suites, groups


EXPECTED = (["tls 1.3"], ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
            ["secp256r1", "secp384r1", "x25519"])


def scan(door):
    if not installed(door.story, "T7", "sslscan"):
        return
    for kind, port in (("public", door.gateway.public_port), ("partner", door.port)):
        found = scanned(port)
        door.story.fact(f"T7: sslscan finds one protocol, two suites, three groups ({kind})",
                        (found[0], found[1], [g.lower() for g in found[2]]) ==
                        (EXPECTED[0], EXPECTED[1],
                         [{"secp256r1": "secp256r1 (nist p-256)",
                           "secp384r1": "secp384r1 (nist p-384)"}.get(g, g)
                          for g in EXPECTED[2]]), found)
    pair = door.town.corporatie.certificate, door.town.corporatie.key
    with SServer(door.workshop.folder, pair) as loose:
        door.story.fact("T7: sslscan sees a server that offers more",
                        len(scanned(loose.port)[0]) > 1)


def testssl(door):
    if not THOROUGH or not installed(door.story, "T7", "testssl"):
        return
    out = door.workshop.folder / "testssl.json"
    subprocess.run(["testssl", "--quiet", "--color", "0", "--warnings", "batch",
                    "--openssl-timeout", "5", "--connect-timeout", "5", "--add-ca",
                    str(door.town.authority.pem), "--jsonfile", str(out),
                    "--ip", "127.0.0.1", f"localhost:{door.gateway.public_port}"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, check=False, timeout=600)
    found = json.loads(out.read_text())
    bad = [one for one in found if one["severity"] in ("HIGH", "CRITICAL")]
    print(f"    testssl: {len(found)} findings")
    door.story.fact("T7: testssl has nothing high or critical to say", len(found) > 50 and not bad,
                    bad)


def resumption(door):
    """Tickets of another server under the same certificate, for 0-RTT even."""
    team, folder = door.town.wijkteam, door.workshop.folder
    own = ["-cert", team.certificate, "-key", team.key]
    other = ["-cert", door.town.ggz.certificate, "-key", door.town.ggz.key]
    asks = b"GET /v1/niets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    (folder / "early").write_bytes(asks)
    said = s_client(door.port, "-tls1_3", *own, "-sess_out", folder / "ours", "-ign_eof",
                    say=asks)
    door.story.fact("T9: no session comes that could be kept",
                    "HTTP/1.1 404" in said and not (folder / "ours").exists(), said[-300:])
    pair = door.town.corporatie.certificate, door.town.corporatie.key
    with SServer(folder, pair, "-tls1_3", "-early_data", "-Verify", 1, "-CAfile",
                 door.town.authority.pem) as generous:
        subprocess.run(["timeout", "2", "openssl", "s_client", "-connect",
                        f"127.0.0.1:{generous.port}", "-tls1_3", *map(str, own), "-sess_out",
                        folder / "theirs", "-quiet"], input=b"", capture_output=True, check=False)
        again = s_client(generous.port, "-tls1_3", *own, "-sess_in", folder / "theirs")
        door.story.fact("T9: the harness sees a server that resumes", "Reused, TLS" in again,
                        again[-300:])
    for name, words in (("its own", own), ("another", other), ("no", [])):
        said = s_client(door.port, "-tls1_3", *words, "-sess_in", folder / "theirs",
                        "-early_data", folder / "early")
        door.story.fact(f"T9: a session shown again with {name} certificate: a full handshake, and "
                        "early data is not read",
                        "Reused, TLS" not in said and "New, TLSv1.3" in said and
                        "Early data was accepted" not in said and "HTTP/1.1" not in said,
                        said[-400:])


# --- T8, T12: rude, and huge ---

def rude(door, *words, pair=None, port=None):
    pair = pair or (door.town.wijkteam.certificate, door.town.wijkteam.key)
    done = subprocess.run([door.story.build / "tests/tools/rude_client", str(port or door.port),
                           *map(str, pair), *map(str, words)], capture_output=True, text=True,
                          check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def patient_server(pair):
    """One connection's worth of a server that counts nothing; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        listener.close()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def noise(door):
    pid = door.gateway.pids()[0]
    many = 100000
    began = cpu_s(pid)
    for name, words, answers in (
            ("one request that is not rude", ["request"], {1}),
            ("three KeyUpdates", ["key-updates", 3], {1}),
            (f"{many} KeyUpdates", ["key-updates", many], {0}),
            (f"{many} empty records", ["empty", many], {0}),
            (f"{many} change_cipher_spec behind the first message", ["ccs", many], {0}),
            ("a change_cipher_spec after the handshake", ["late-ccs", 1], {0}),
            (f"{many} change_cipher_spec after the handshake", ["late-ccs", many], {0}),
            ("a second ClientHello (renegotiation)", ["again", 1], {0}),
            ("a Certificate that nobody asked for", ["again", 11], {0}),
            ("a second Finished", ["again", 20], {0})):
        before = cpu_s(pid)
        got = rude(door, *words)
        print(f"    {name}: {got}, {cpu_s(pid) - before:.2f} s of the gateway's time")
        door.story.fact(f"T8: {name}: {'an answer' if 1 in answers else 'no answer'}",
                        got["answers"] in answers, got)
    spent = cpu_s(pid) - began
    door.story.fact("T8: all of it costs the gateway less than two seconds", spent < 2, spent)
    pha = s_client(door.port, "-tls1_3", "-enable_pha", "-cert", door.town.wijkteam.certificate,
                   "-key", door.town.wijkteam.key, "-ign_eof",
                   say=b"GET /v1/niets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    door.story.fact("T8: an offer of authentication after the handshake is not taken up",
                    "HTTP/1.1 404" in pha and "CertificateRequest" not in pha, pha[-300:])
    pair = door.town.corporatie.certificate, door.town.corporatie.key
    got = rude(door, "key-updates", 2000, port=patient_server(pair))
    door.story.fact("T8: the harness sees a server that takes every KeyUpdate",
                    got["answers"] == 1, got)


def damaged(der, dice, count):
    """The same bytes, cut, bent, or claiming lengths that are not there."""
    yield "empty", b""
    yield "one byte", der[:1]
    yield "half", der[:len(der) // 2]
    yield "a length of 2^31", b"\x30\x84\x7f\xff\xff\xff" + der[4:]
    yield "an endless form", b"\x30\x80" + der[4:]
    yield "sequences 20,000 deep", b"\x30\x80" * 20000
    yield "with more behind it", der + der
    yield "noise", dice.randbytes(4096)
    for place in range(count):
        bent = bytearray(der)
        for _ in range(dice.randint(1, 4)):
            bent[dice.randrange(len(bent))] = dice.randrange(256)
        yield f"bent {place}", bytes(bent)


def huge(door):
    shop, pid = door.workshop, door.gateway.pids()[0]
    good = shop.minted("huge-none", number(door.oin))
    door.story.equal("T12: the certificate that is bent below counts",
                     rude(door, "request", pair=good)["answers"], 1)
    der = subprocess.run(["openssl", "x509", "-in", good[0], "-outform", "DER"],
                         capture_output=True, check=True).stdout
    before, strangers, tried, got_in = resident_kib(pid), door.turned_away(), 0, {}

    def stays_out(name, *words, pair=good):
        nonlocal tried
        tried += 1
        got = rude(door, *words, pair=pair)
        if got["answers"]:
            got_in[name] = got
        return got
    for count in (20, 100, 1000):
        print(f"    {count} certificates: {stays_out(f'{count}', 'chain', count)}")
    big = shop.minted("huge-64k", number(door.oin), "pad:65000")
    print(f"    64 kB certificate: {stays_out('64 kB', 'request', pair=big)}")
    seed = int(os.environ.get("SEED", time.time()))
    dice = random.Random(seed)
    path = shop.folder / "bent.der"
    for name, text in damaged(der, dice, 500 if THOROUGH else 40):
        if text == der:
            continue
        path.write_bytes(text)
        stays_out(name, "bytes", path)
    grown = resident_kib(pid) - before
    print(f"    seed {seed}: {tried} handshakes, {grown} KiB more in memory")
    alone = {name for name in got_in if name == "20"}  # a valid leaf with needless company
    door.story.fact("T12: of chains of 100 and 1000, 64 kB and malformed certificates nobody "
                    "gets in", not set(got_in) - alone, got_in)
    door.story.fact(f"T12: {GROWTH_KIB} KiB of memory at most stay behind", grown < GROWTH_KIB,
                    grown)
    end = time.monotonic() + 10
    while door.turned_away() - strangers < tried - len(alone) and time.monotonic() < end:
        time.sleep(0.05)
    door.story.equal("T12: each is counted as a stranger", door.turned_away() - strangers,
                     tried - len(alone))
    door.opens("T12", "after all that the partner", good)
    leaker = subprocess.Popen([sys.executable, "-c", "import time; a = bytearray(b'x' * (64 << 20));"
                               " time.sleep(60)"])
    try:
        towns.wait_for(lambda: resident_kib(leaker.pid) > GROWTH_KIB, 20, "a leak that is seen")
        door.story.fact("T12: the harness sees memory that grows", True)
    finally:
        leaker.kill()
        leaker.wait()


def recorded(door):
    """Strangers become leaves each minute, and at the end."""
    door.gateway.stop()
    door.gateway.start()
    leaves = [one for one in door.gateway.log_rows() if one["gebeurtenis"] == "deny" and
              one.get("onderdeel") == "partner" and one["code"] == "ONBEKENDE_PARTIJ"]
    counted = sum(int(one["objecten"]) for one in leaves)
    door.story.fact("T1: the log counts the strangers, one leaf a minute and cause",
                    0 < len(leaves) < 20 and counted > 50, len(leaves), counted)


def as_a_browser_wants_it(town, workshop):
    """A certificate that names its host and its list: testssl minds."""
    house = town.corporatie
    made = workshop.leaf("named", f"/O=C/serialNumber={house.oin}/CN=localhost", towns.LEAF +
                         "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
                         "crlDistributionPoints=URI:http://127.0.0.1/lijst.crl\n", days=120)
    settings = json.loads(house.settings.read_text())
    for member, source in zip(("partnerCertificaat", "partnerSleutel"), made):
        (house.folder / settings[member]).write_bytes(source.read_bytes())


def tell(story):
    shops = []

    def prepare(town):
        shops.append(Workshop(story.folder / "odd", town.authority, story.build))
        as_a_browser_wants_it(town, shops[0])
        town.corporatie.change_settings(rsaBitsMin=3072, verbindingenPerAdres=1024)
    town = story.town(prepare=prepare)
    door = Door(story, town, shops[0])
    brief = Brief(door, 10)
    for part in (without_certificate, broken_chains, out_of_time, names, weak, protocols, scan,
                 lambda _: brief.ended(), testssl, resumption, noise, huge, recorded):
        began = time.monotonic()
        part(door)
        print(f"    {part.__name__}: {time.monotonic() - began:.1f} s")


stories.run(tell)
