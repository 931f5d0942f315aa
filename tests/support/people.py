# SPDX-License-Identifier: EUPL-1.2
"""People at work at one gateway: a connection that stays open, rows to hand in, lists to
read to their end, an auditor with the verifier.
"""
import http.client
import json
import ssl
import subprocess
import sys

import town as towns


class LocalConnection:
    """A connection that stays open to a gateway's local listener, as one person."""

    def __init__(self, partner, role, timeout=30):
        profile = json.loads(partner.profile(role).read_text())
        base = partner.profile(role).parent
        context = ssl.create_default_context(cafile=base / profile["ca"])
        context.load_cert_chain(base / profile["certificaat"], base / profile["sleutel"])
        self.connection = http.client.HTTPSConnection("127.0.0.1", partner.local_port,
                                                      context=context, timeout=timeout)
        self.connection.connect()
        self.port = self.connection.sock.getsockname()[1]

    def ask(self, method, path, body=None):
        """(status, the answer as JSON or None)"""
        self.connection.request(method, path, None if body is None else json.dumps(body),
                                {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def row(key, day, code="OVL.BURENRUZIE", to="WIJKTEAM", number=1, **more):
    """One row for /v1/invoer that leaves with consent."""
    return {"rij": number + 1, "bronsleutel": key, "melddatum": day, "signaalcodes": [code],
            "geblokkeerd": False, "postcode": "1234AB", "huisnummer": str(2 * number + 1),
            "contactmoment": "OVERLAST", "toestemming": "ja", "toestemmingDatum": day,
            "hulpvraagBekend": "ja", "ontvanger": to, "naam": "Anouk Voorbeeld",
            "telefoon": "06-12345678", "taal": "nl", **more}


def intake(rows, trial=False):
    return {"adapter": "corporatie-csv", "proef": trial, "rijen": rows}


def pages(partner, role, path, member):
    """Every row of a paged list."""
    rows, cursor = [], None
    with LocalConnection(partner, role) as connection:
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            status, answer = connection.ask("GET", f"{path}?aantal=500{more}")
            assert status == 200, answer
            rows += answer[member]
            cursor = answer["volgende"]
            if cursor is None:
                return rows


def export_is_sound(partner, path):
    """(does the auditor's verifier say so, what it said)"""
    path.unlink(missing_ok=True)
    partner.run("AUDITOR", "audit", "export", "--uit", path)
    said = subprocess.run([sys.executable, "-B", towns.ROOT / "tests/support/verify_export.py",
                           path], capture_output=True, text=True, check=False)
    return said.returncode == 0, said.stdout + said.stderr


def colleague(partner, name="COLLEGA", role="MELDER"):
    """A second person in a role, with a certificate and a staff number of his own."""
    folder = partner.folder / "gebruikers" / name.lower()
    towns.command(partner.town.binary, "user", "request", "--naam", "1099", "--uit", folder)
    partner.run("BEHEERDER", "user", "add", "--request", folder / "verzoek.csr", "--rollen", role,
                "--ca", partner.folder / "ca", "--uit", folder)
