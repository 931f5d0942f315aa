# SPDX-License-Identifier: EUPL-1.2
"""One end-to-end story: a folder of its own, facts as lines, no process left behind.

    with Story(sys.argv[1]) as story:
        town = story.whole_town()
        story.fact("the signal arrives once", count == 1, f"it arrived {count} times")

Each fact prints `ok NAME` or `not ok NAME: WHY`. What the story throws is a fact too.
Gateways are killed and the folder is removed however the story ends, also on SIGTERM.
"""
import http.client
import json
import pathlib
import shutil
import signal
import ssl
import sys
import tempfile
import traceback

import town as towns


def turned_off(number, frame):
    raise SystemExit(128 + number)


class Story:
    def __init__(self, build):
        self.binary = pathlib.Path(build).resolve() / "wijkpoort"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wijkpoort-story."))
        self.failed = False
        self.at_end = []

    def fact(self, name, holds, why=""):
        if holds:
            print(f"ok {name}", flush=True)
        else:
            self.failed = True
            print(f"not ok {name}: {why}", flush=True)
        return holds

    def town(self, **options):
        """A town that is stopped when the story ends."""
        town = towns.Town(self.folder / "stad", self.binary, **options)
        self.at_end.append(lambda: town.stop_all(signal.SIGKILL))
        return town

    def whole_town(self):
        town = self.town()
        town.build()
        town.start_all()
        town.people()
        town.agree()
        return town

    def __enter__(self):
        signal.signal(signal.SIGTERM, turned_off)
        return self

    def __exit__(self, kind, error, trace):
        if kind and kind is not SystemExit:
            traceback.print_exception(kind, error, trace, file=sys.stdout)
            self.fact("the story can be told", False, f"{kind.__name__}: {error}")
        for end in reversed(self.at_end):
            try:
                end()
            except Exception as late:  # the next must be ended too
                print(f"    while ending: {late}")
        shutil.rmtree(self.folder, ignore_errors=True)
        if kind is SystemExit:
            return False
        sys.exit(1 if self.failed else 0)


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
