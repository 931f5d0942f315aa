# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import intake, row  # noqa: E402

DUTCH = {**os.environ, "LC_ALL": "nl_NL.UTF-8", "LANG": "nl_NL.UTF-8"}


def goes_bad(partner, part):
    """One bit of these bytes the other way, wherever they stand in the file."""
    path = partner.data / "store" / "data.mdb"
    data = path.read_bytes()
    at, places = data.find(part), []
    while at >= 0:
        places.append(at)
        at = data.find(part, at + 1)
    with open(path, "r+b", buffering=0) as file:
        for place in places:
            file.seek(place)
            file.write(bytes([part[0] ^ 0x04]))
    return places


def check(partner):
    return subprocess.run([partner.town.binary, "serve", "--check", "--settings",
                           partner.settings], check=False, capture_output=True, text=True,
                          env=DUTCH, timeout=60)


def tell(story):
    town = story.town()
    partner, path = town.corporatie, f"/v1/convenanten/{town.fingerprint}"
    before = partner.api("BEHEERDER", "GET", path)[0]
    story.fact("S7: the story finds the record", before == 200 and
               goes_bad(partner, town.covenant.read_bytes()[500:560]), before)
    status, _, text = partner.api("BEHEERDER", "GET", path)
    problem = json.loads(text)
    story.fact("S7: it is not believed, and who asked reads where it is",
               (status, problem["code"]) == (500, "OPSLAG_BESCHADIGD") and
               "(tabel COVENANT)" in problem["detail"], status, problem)
    told = stories.asked(partner, "BEHEERDER", "/v1/status")["waarschuwingen"]
    story.fact("S7: the status names it, and what to do", any(
        "(tabel COVENANT)" in one and "reservekopie" in one for one in told), told)
    status, _, text = partner.api("MELDER", "POST", "/v1/invoer",
                                  intake([row("na-de-schade", town.today.isoformat())]))
    town.wait_delivered(partner)
    story.equal("S7: what does not depend on it goes on",
                (status, json.loads(text)["rijen"][0]["uitkomst"]), (200, "VERZONDEN_TOESTEMMING"))
    partner.stop()
    done = check(partner)
    story.fact("S7: the next start is refused, and names it too", done.returncode == 5 and
               "tabel COVENANT" in done.stderr and "reservekopie" in done.stderr,
               done.returncode, done.stdout, done.stderr)


stories.run(tell)
