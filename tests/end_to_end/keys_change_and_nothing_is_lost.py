# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import shutil
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402


def key(partner, *words, check=True):
    return towns.command(partner.town.binary, "key", *words) if check else None


def in_seconds(count):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=count)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def taken(partner):
    return partner.log.read_text().count(" keys-taken OK")


def renew(partner, *words, seconds=4):
    """A new document; returns once the gateway has taken it up and it is in force."""
    count = taken(partner)
    began = in_seconds(seconds)
    key(partner, "renew", partner.folder, "--ingang", began, *words)
    towns.wait_for(lambda: taken(partner) > count, 20, f"{partner.name} takes up its keys")
    towns.wait_for(lambda: in_seconds(0) > began, 20, "the new keys are in force")


class Melder:
    """Hands in rows without end, and knows what was accepted."""

    def __init__(self, town):
        self.town, self.sent, self.wrong, self.stopping = town, [], [], False
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join(60)

    def run(self):
        day = self.town.today.isoformat()
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            while not self.stopping:
                names = [f"sleutel-{len(self.sent)}-{place}" for place in range(4)]
                status, told = melder.ask("POST", "/v1/invoer", intake(
                    [row(name, day, number=place) for place, name in enumerate(names)]))
                if status != 200:
                    self.wrong.append((status, told))
                self.sent += names
                time.sleep(0.05)


def arrived(town):
    return [item["id"] for item in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")]


def under_load(story, town):
    """Signing and sealing keys of sender and recipient, while rows are handed in."""
    before = len(arrived(town))
    with Melder(town) as melder:
        time.sleep(0.3)
        renew(town.corporatie)
        renew(town.wijkteam, "--signing", "--sealing")
        time.sleep(0.5)
    town.wait_delivered(town.corporatie)
    ids = arrived(town)
    refused = [one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
               if one["stand"] == "GEWEIGERD"]
    story.fact("keys are renewed on both sides under load: each signal arrives once, none is refused",
               len(ids) - before == len(melder.sent) and len(set(ids)) == len(ids) and
               not melder.wrong and not refused, len(ids) - before, len(melder.sent),
               melder.wrong[:1], refused[:1])
    print(f"    {len(melder.sent)} rows")


def tell(story):
    town = story.town()
    for part in (under_load,):
        began = time.monotonic()
        part(story, town)
        print(f"    {part.__name__}: {time.monotonic() - began:.1f} s")


stories.run(tell)
