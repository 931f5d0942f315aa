# SPDX-License-Identifier: EUPL-1.2
import datetime
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import keys_on_disk  # noqa: E402
import loop_disk  # noqa: E402
import people  # noqa: E402
import planted  # noqa: E402
import retention_days as days  # noqa: E402
import story as stories  # noqa: E402

NAME, PHONE = "Quirijntje Vlindersteen-Merkteken", "06-99999019"
SIGNALS = 3


class Disk:
    """What the team's data stands on: a disk of its own where the machine can do that."""

    def __init__(self, story):
        why_not = loop_disk.unavailable()
        print(f"# {'a disk of its own' if why_not is None else f'plain files: {why_not}'}")
        self.disk = loop_disk.LoopDisk(story.folder / "disk") if why_not is None else None
        self.partner = None

    def use_for(self, partner):
        self.partner = partner
        if self.disk:
            self.disk.use_for(partner)

    @property
    def folder(self):
        return self.disk.data_of(self.partner) if self.disk else self.partner.data

    def bytes(self):
        return keys_on_disk.disk_bytes(self.folder, self.disk and self.disk.image)

    def keys(self):
        return keys_on_disk.live_keys(self.folder / "keys/data.mdb")

    def close(self):
        if self.disk:
            self.disk.close()


def the_search_bites(story, disk, search):
    """A file with the values on the same disk is found, and gone when it was written over."""
    file = disk.folder / "bijten"
    file.write_bytes(NAME.encode() + b"\n" + PHONE.encode())
    story.fact("the search finds values that stand on this disk",
               {name for name, _ in search.within(disk.bytes())} == {"name", "phone"})
    with open(file, "r+b") as again:
        again.write(bytes(file.stat().st_size))
    story.equal("and no longer once they were written over", search.within(disk.bytes()), set())
    file.unlink()


def tell(story):
    disk = Disk(story)
    try:
        tell_on(story, disk)
    finally:
        story.close_towns()
        disk.close()


def tell_on(story, disk):
    town, clock = days.on_a_clock(story, lambda made: disk.use_for(made.wijkteam))
    search = planted.Search({"name": NAME, "phone": PHONE})
    the_search_bites(story, disk, search)
    old = [days.hand_in(town, clock, f"oud-{i}", i, naam=NAME, telefoon=PHONE)
           for i in range(SIGNALS)]
    town.wijkteam.run("ONTVANGER", "accept", old[0])
    story.fact("the worker reads the name",
               NAME in town.wijkteam.run("ONTVANGER", "open", old[0]).stdout)
    stories.settled(town.wijkteam)
    before, image = disk.keys(), disk.bytes()
    story.fact(f"the search finds each of {len(before)} wrapped data keys on the disk",
               len(before) > SIGNALS and all(wrapped in image for wrapped in before.values()))
    story.equal("the values themselves are nowhere, also not before", search.within(image), set())
    town.wijkteam.run("BEHEERDER", "backup", "--uit", "voor-het-wissen")
    term_passes(story, town, clock, old)
    erased_from_the_disk(story, disk, search, before)
    the_log_stands(story, town, old)
    put_back(story, town, clock, disk, old)


def term_passes(story, town, clock, old):
    clock.move_to(clock.now() + datetime.timedelta(days=days.KEPT_DAYS + 2))
    fresh = days.hand_in(town, clock, "nieuw", SIGNALS)
    days.answer(town, fresh)
    days.wait_round(town.wijkteam, clock)
    days.wait_round(town.corporatie, clock)
    story.equal("the team holds the new signal only", set(days.inbox(town)), {fresh})
    story.equal("so many went", days.erasing(town.wijkteam)["gewist"], len(old))
    told = days.sent(town)
    story.fact("the reporter reads of each that it is gone, and why",
               all(told[id]["stand"] == "GEWIST" and told[id]["reden"] == "BEWAARTERMIJN" and
                   "bewaartermijn" in told[id]["regel"] for id in old), told)


def erased_from_the_disk(story, disk, search, before):
    after, image = disk.keys(), disk.bytes()
    erased = set(before) - set(after)
    story.fact(f"{len(erased)} keys were erased, those of the signals among them",
               len(erased) >= SIGNALS)
    story.fact("the search still finds every key that was not erased",
               all(wrapped in image for wrapped in after.values()))
    left = [id.hex() for id in erased if before[id] in image]
    story.equal("no erased key is anywhere on the disk", left, [])
    story.equal("nor a value", search.within(image), set())


def the_log_stands(story, town, old):
    sound, said = people.export_is_sound(town.wijkteam, town.folder / "log.jsonl")
    story.fact("the log is whole and its proofs hold", sound, said)
    rows = town.wijkteam.log_rows(gebeurtenis="erase")
    story.equal("one entry for each record that went, before it did",
                len([row for row in rows if row.get("fase") == "intent"]), len(old))
    story.fact("and one that they are off the disk",
               any(row.get("fase") == "outcome" for row in rows), rows)


# --- a backup from before knows them still; put back, it forgets them again ---

def put_back(story, town, clock, disk, old):
    partner = town.wijkteam
    partner.stop()
    shutil.rmtree(disk.folder)
    done = subprocess.run(
        [town.binary, "restore", partner.folder / "reservekopieen/voor-het-wissen", "--settings",
         partner.settings], capture_output=True, text=True, check=False,
        env={**os.environ, **clock.environment})
    story.fact("the backup is put back", done.returncode == 0, done.stdout, done.stderr)
    partner.start()
    days.wait_round(partner, clock, 60)
    story.fact("S11: what a backup brought back is erased again",
               not set(old) & set(days.inbox(town)), days.erasing(partner))


stories.run(tell)
