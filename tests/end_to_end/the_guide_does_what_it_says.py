# SPDX-License-Identifier: EUPL-1.2
"""The blocks of docs/operator.md and README.md that an operator copies are run as they stand: a
certificate for the name that people type, the file for a browser. And who has a certificate that
ends within two months is told, with what to do.
"""
import hashlib
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns

HOST = "poort.voorbeeld.nl"
CLIENT = "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=clientAuth\n"


def block_of(page, heading):
    """The first block under that heading."""
    part = (towns.ROOT / page).read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(r"```\n(.*?)```", part, re.DOTALL)[1]


def run_block(text, folder):
    return subprocess.run(["bash", "-euc", text], cwd=folder, capture_output=True, text=True, check=False)


def names_given(partner, host):
    """Does a browser that was sent to this name find it in the certificate?"""
    folder = partner.profile("MELDER").parent
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "certificaat.pem", folder / "sleutel.key")
    try:
        with socket.create_connection(("127.0.0.1", partner.local_port), timeout=10) as bare, \
                context.wrap_socket(bare, server_hostname=host) as line:
            line.sendall(f"GET /v1/status HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return line.recv(64).startswith(b"HTTP/1.1 200")
    except ssl.SSLCertVerificationError:
        return False


def warnings_of(partner, role="BEHEERDER"):
    return json.loads(partner.api(role, "GET", "/v1/status")[2])["waarschuwingen"]


def the_name_that_people_type(story, partner):
    text = block_of("docs/operator.md", "The address of the pages")
    story.fact("guide: the certificate that init made names this machine alone",
               names_given(partner, "localhost") and not names_given(partner, HOST))
    done = run_block(text, partner.folder)
    story.fact("guide: the block on the local certificate does its work", done.returncode == 0, done)
    towns.wait_for(lambda: names_given(partner, HOST), 20, "the new certificate")
    story.fact("guide: people reach the gateway by that name, and by the old one",
               names_given(partner, HOST) and names_given(partner, "localhost"))
    story.fact("guide: of a certificate that holds for years nothing is said",
               not any("lokaalCertificaat" in one for one in warnings_of(partner)), warnings_of(partner))
    done = run_block(text.replace("-days 825", "-days 30"), partner.folder)
    story.fact("guide: once more, for a month", done.returncode == 0, done)
    towns.wait_for(lambda: any("lokaalCertificaat" in one for one in warnings_of(partner)), 20, "a warning")
    story.fact("guide: status says in time that it ends", True)


def a_person_whose_certificate_ends(story, partner, days, number):
    folder = partner.folder / "gebruikers" / number
    folder.mkdir()
    (folder / "ext").write_text(CLIENT)
    towns.command("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                  folder / "sleutel.key", "-out", folder / "verzoek.csr", "-subj", f"/CN={number}")
    towns.command("openssl", "x509", "-req", "-in", folder / "verzoek.csr", "-CA", partner.folder / "ca/ca.pem", "-CAkey",
                  partner.folder / "ca/ca.key", "-days", days, "-extfile", folder / "ext", "-out", folder / "certificaat.pem")
    profile = json.loads(partner.profile("MELDER").read_text())
    (folder / "ca.pem").write_bytes((partner.profile("MELDER").parent / profile["ca"]).read_bytes())
    (folder / "profiel.json").write_text(json.dumps(profile))
    der = ssl.PEM_cert_to_DER_cert((folder / "certificaat.pem").read_text())
    status, _, body = partner.api("BEHEERDER", "POST", "/v1/gebruikers", {
        "vingerafdruk": hashlib.sha256(der).hexdigest(), "naam": number, "rollen": ["MELDER"]})
    story.equal(f"guide: user {number} is added", status, 201)


def whose_it_is_hears_it(story, partner):
    a_person_whose_certificate_ends(story, partner, 30, "7001")
    a_person_whose_certificate_ends(story, partner, 90, "7002")
    html = {number: partner.api(number, "GET", "/", headers={"Accept": "text/html"})[2].decode() for number in ("7001", "7002")}
    story.fact("guide: who has a month left reads so on the start page, who has three does not",
               "Uw certificaat loopt af" in html["7001"] and "Uw certificaat" not in html["7002"], html)
    told = {number: warnings_of(partner, number) for number in ("7001", "7002")}
    story.fact("guide: status says it too, with what to do",
               any("wijkpoort user request" in one for one in told["7001"]) and
               not any("user request" in one for one in told["7002"]), told)


def the_file_for_a_browser(story, partner):
    text = block_of("README.md", "The pages")
    lines = [line for line in text.split("\n") if line.startswith("openssl pkcs12")]
    folder = partner.profile("MELDER").parent
    done = run_block("\n".join(lines).replace("-export", "-export -passout pass:x"), folder)
    story.fact("guide: the block in README makes the file that a browser imports",
               lines and done.returncode == 0 and (folder / "wijkpoort.p12").stat().st_size > 500, done)
    shown = subprocess.run(["openssl", "pkcs12", "-in", folder / "wijkpoort.p12", "-passin", "pass:x", "-nokeys"],
                           capture_output=True, text=True, check=False).stdout
    story.equal("guide: with the certificate and its authority in it", shown.count("BEGIN CERTIFICATE"), 2)


def the_file_of_reports(story, town):
    text = re.search(r"```\n(zaaknummer;.*?)```", (towns.ROOT / "docs/operator.md").read_text(), re.DOTALL)[1]
    path = town.folder / "meldingen.csv"
    path.write_text(text.replace("VANDAAG", town.today.strftime("%d-%m-%Y")))
    done = town.corporatie.run("MELDER", "push", path, check=False)
    sent = town.corporatie.json("MELDER", "sent")
    story.fact("guide: the example of a file of reports goes with consent",
               done.returncode == 0 and len(sent) == 1 and sent[0]["ontvanger"] == town.wijkteam.oin, done, sent)


def tell(story):
    town = story.town()
    the_name_that_people_type(story, town.corporatie)
    whose_it_is_hears_it(story, town.corporatie)
    the_file_for_a_browser(story, town.corporatie)
    the_file_of_reports(story, town)


stories.run(tell)
