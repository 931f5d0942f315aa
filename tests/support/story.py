# SPDX-License-Identifier: EUPL-1.2
"""What every story needs: facts that are ok or not, a folder of its own, and a town of
which no gateway outlives the story, whatever happens.

    def tell(story):
        town = story.town()
        story.fact("the receipt names the item", "AANVAARD" in text, text)

    story.run(tell)          # the build folder is the first argument
"""
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

import town as towns


class Story:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wijkpoort-story."))
        self.towns = []
        self.failed = 0

    def fact(self, name, holds, *seen):
        """One line per fact; what was seen instead follows when it does not hold."""
        print(f"{'ok' if holds else 'not ok'} {name}", flush=True)
        if not holds:
            self.failed += 1
            for thing in seen:
                print(f"    {thing!r}"[:2000], flush=True)

    def equal(self, name, got, wanted):
        self.fact(name, got == wanted, got, wanted)

    def town(self, name="town", prepare=None):
        """Built, started, peopled and agreed; `prepare` may change it before it starts."""
        town = towns.Town(self.folder / name, self.build / "wijkpoort")
        self.towns.append(town)
        town.build()
        if prepare:
            prepare(town)
        town.start_all()
        town.people()
        town.agree()
        return town

    def close_towns(self):
        # Only a process that ends by itself writes down what it has covered.
        how = signal.SIGTERM if os.environ.get("COVERAGE") else signal.SIGKILL
        for town in self.towns:
            try:
                town.stop_all(how)
            except Exception:  # the other gateways must still be stopped
                traceback.print_exc()

    def close(self):
        self.close_towns()
        if os.environ.get("KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def run(tell):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    story = Story(sys.argv[1])
    try:
        tell(story)
    except Exception:
        traceback.print_exc()
        story.fact("the story could be told to its end", False)
    finally:
        story.close()
    sys.exit(1 if story.failed else 0)


# --- watching one gateway ---

def asked(partner, role, path):
    status, _, body = partner.api(role, "GET", path)
    assert status == 200, (path, status, body)
    return json.loads(body)


def log_size(partner):
    return asked(partner, "BEHEERDER", "/v1/status")["log"]["omvang"]


def leaves_since(partner, size):
    """The rows of the log from there on that were not our own looking."""
    status, _, body = partner.api("AUDITOR", "POST", "/v1/logregels/_zoek",
                                  {"aantal": 500, "vanaf": size, "bladen": True})
    assert status == 200, body
    return [row for row in json.loads(body)["regels"] if "actor" not in row]


def settled(partner, quiet_s=0.7, seconds=20):
    """The size of the log once no clock work (it passes every half second) adds to it."""
    size, since = log_size(partner), time.monotonic()
    end = since + seconds
    while time.monotonic() - since < quiet_s:
        time.sleep(0.1)
        now = log_size(partner)
        if now != size:
            size, since = now, time.monotonic()
        if since > end:
            raise RuntimeError(f"the log of {partner.name} does not come to rest")
    return size
