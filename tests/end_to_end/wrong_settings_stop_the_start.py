# SPDX-License-Identifier: EUPL-1.2
"""The rows of gateway/settings.c, each put wrong in every way there is: `serve` and
`serve --check` refuse, name the setting, and show nothing of what is secret. A setting added
there is tried here without a change.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns

CANARY = "Geheim-Wachtwoord-7431"   # what nobody should read back from a message
ROW = re.compile(r'^ *\{"(\w+)", +AT\(\w+\), +(\w+), +(\w+), +(?:"([^"]*)"|NULL), (-?\d+), (-?\d+), (-?\d+),',
                 re.MULTILINE)
REFUSED, WRONG_USE, BROKEN = 1, 2, 3
STUCK = -1
# Not needed to start; (setting: who says what is wrong with it)
LATER = {"reservekopiemap": "the backup that wants to use it"}


def table():
    """(name, kind, presence, least, most) of each setting, from the table that counts."""
    text = (towns.ROOT / "gateway/settings.c").read_text()
    return [(name, kind, presence, int(least), int(most))
            for name, kind, presence, _, least, most, _ in ROW.findall(text)]


class House:
    """One gateway that was never started, and what its settings should be."""

    def __init__(self, partner):
        self.partner = partner
        self.settings = json.loads(partner.settings.read_text())
        self.at = 0

    def told(self, settings, check, name=None):
        """(exit code, all that was said) of a start with these settings."""
        self.at += 1
        path = self.partner.folder / f"proef-{self.at}-{int(check)}.json"
        text = settings if isinstance(settings, bytes) else json.dumps(settings).encode()
        path.write_bytes(text)
        words = [str(self.partner.town.binary), "serve", "--settings", name or str(path)]
        process = subprocess.Popen([*words, "--check"] if check else words, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        try:
            said = process.communicate(timeout=20)[0].decode()
            return process.returncode, said
        except subprocess.TimeoutExpired:   # it started, and serves
            os.kill(process.pid, signal.SIGKILL)
            return STUCK, process.communicate()[0].decode()
        finally:
            path.unlink()

    def both(self, settings):
        """By both ways to start; in a large table each other case by one, unless THOROUGH."""
        return [self.told(settings, check) for check in (False, True)]

    def sampled(self, settings, at):
        return self.both(settings) if os.environ.get("THOROUGH") else [self.told(settings, at % 2 == 0)]

    def with_value(self, name, value):
        return {**self.settings, name: value}


def is_named(said, name):
    return re.search(rf"^{name}\b[^\n]*: ", said, re.MULTILINE) or f", {name}: " in said


def refused(told, name):
    return all(code in (REFUSED, BROKEN) and is_named(said, name) and CANARY not in said
               for code, said in told)


def wrong_values(kind, least, most):
    """What each kind of row must not take; a path that leads nowhere is tried apart."""
    others = [("null", None), ("a list", [CANARY]), ("an object", {CANARY: 1}), ("true", True)]
    if kind == "NUMBER":
        return [("below its least", least - 1), ("above its most", most + 1), ("a text", CANARY),
                *others]
    wrong = [("a number", 7), ("empty", ""), ("too long", CANARY * 30), *others]
    return [*wrong, ("no OIN", CANARY)] if kind == "OIN" else wrong


def faults_of(row, settings):
    """(setting, what is wrong with it, the settings)"""
    name, kind, presence, least, most = row
    if presence == "REQUIRED":
        yield name, "absent", {k: v for k, v in settings.items() if k != name}
    misspelt = {k: v for k, v in settings.items() if k != name}
    yield name + "n", "misspelt", {**misspelt, name + "n": settings.get(name, 1)}
    yield name.upper(), "misspelt", {**misspelt, name.upper(): settings.get(name, 1)}
    for what, value in wrong_values(kind, least, most):
        yield name, what, {**settings, name: value}


def each_row(story, house, rows):
    cases = [(name, what, settings) for row in rows for name, what, settings in
             faults_of(row, house.settings)]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda case: house.sampled(case[1][2], case[0]), enumerate(cases)))
    wrong = [(name, what, t) for (name, what, _), t in zip(cases, told)
             if not refused(t, name)]
    story.fact(f"O4: {len(cases)} wrong settings, each refused and named, by serve and by --check",
               not wrong, *wrong[:5])
    kinds = {what for _, what, _ in cases}
    story.fact("O4: absent, misspelt, of another kind, below and above are all among them",
               {"absent", "misspelt", "a text", "a number", "null", "below its least",
                "above its most", "empty", "too long"} <= kinds, kinds)


def the_harness_bites(story, house):
    told = house.told(house.settings, True)
    story.equal("O4: the settings as they should be are found right",
                (told[0], told[1].strip().split("\n")[-1]),
                (0, "All is well." if "well" in told[1] else "Alles klopt."))
    story.fact("O4: the harness sees a gateway that takes what it should refuse",
               not refused([told], "werkers"), told)
    story.fact("O4: and one that repeats a secret",
               not refused([(1, f"werkers: {CANARY} is wrong")], "werkers"))


def numbers_that_json_has_and_we_have_not(story, house, rows):
    """They stop the reading of the file before a name is known, so the file is named."""
    wrong = []
    for name in (row[0] for row in rows if row[1] == "NUMBER"):
        for value in (2 ** 63, 1.5, -0.0):
            told = house.both(house.with_value(name, value))
            if not all(code == BROKEN and "proef-" in said and ".json: " in said
                       for code, said in told):
                wrong.append((name, value, told))
        break   # the reader does not know the rows: one stands for all
    story.fact("O4: 2^63, 1.5 and -0.0 are refused, with the name of the file", not wrong, *wrong)


def another_organisation(story, house):
    told = house.both(house.with_value("oin", "00000099000000990000"))
    story.fact("O4: an OIN that is not the one of the keys is named", refused(told, "oin"), told)
    house.partner.start()
    house.partner.stop()
    told = house.both(house.with_value("oin", "00000099000000990000"))
    story.fact("O4: also once there is a store, which is not called damaged", refused(told, "oin"), told)


def what_may_lack(story, house, rows):
    """Not required: what counts then is the row's own default, so it is as good as written."""
    optional = [row for row in rows if row[2] != "REQUIRED"]
    same = {k: v for k, v in house.settings.items()
            if k in ("oin", "naam", "eersteGebruikers")}
    code, said = house.told(same, True)
    story.equal(f"O4: the {len(optional)} that have a default or may lack, may all lack",
                (code, len(optional)), (0, len(rows) - 2))
    story.fact("O4: no fault is told then", "gestopt" not in said, said)


def paths_that_lead_nowhere(story, house, rows):
    wrong = []
    for name, kind, _, _, _ in rows:
        if kind != "PATH" or name in LATER:
            continue
        told = house.both(house.with_value(name, "er/is/hier/niets"))
        if not all(code in (REFUSED, BROKEN) and is_named(said, name) for code, said in told):
            wrong.append((name, told))
    story.fact("O4: each path that leads nowhere is named by its setting", not wrong, *wrong[:5])
    story.fact("O4: a data folder that is not there is not made anew",
               not (house.partner.folder / "er").exists())


def contents_that_are_wrong(story, house, rows):
    """The files behind the settings: their name is told, what stands in them is not."""
    garbage = house.partner.folder / "onzin"
    garbage.write_text(CANARY * 3)
    garbage.chmod(0o600)
    wrong = []
    for name, kind, _, _, _ in rows:
        if kind != "PATH" or name in LATER:
            continue
        told = house.both(house.with_value(name, str(garbage)))
        if not all(code in (REFUSED, BROKEN) and is_named(said, name) and CANARY not in said
                   for code, said in told):
            wrong.append((name, told))
    story.fact("O4: a file of other contents is named by its setting, never shown", not wrong,
               *wrong[:5])


def keys_that_do_not_fit(story, house):
    settings = house.settings
    swapped = {**settings, "lokaalSleutel": settings["partnerSleutel"]}
    story.fact("O4: a key that does not belong to its certificate is named",
               refused(house.both(swapped), "lokaalSleutel"), house.both(swapped))
    path = house.partner.folder / settings["sleutelbestand"]
    path.chmod(0o644)
    told = house.both(settings)
    path.chmod(0o600)
    story.fact("O4: a credential that others may read is refused and named",
               refused(told, "sleutelbestand"), told)


def addresses(story, house):
    for name in ("partnerAdres", "lokaalAdres", "publiekAdres"):
        told = house.both(house.with_value(name, "localhost.example.invalid"))
        story.fact(f"O4: {name} that is no address is named", refused(told, name), told)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = [house.told(house.with_value("lokaalPoort", taken.getsockname()[1]), False)]
    story.fact("O4: a port that is taken is named", refused(told, "lokaalAdres") and
               "lokaalPoort: " in told[0][1], told)


def first_users(story, house):
    wrong = []
    good = "ab" * 32
    for what, value in (("no object", CANARY), ("no role", {CANARY: good}),
                        ("no fingerprint", {"FG": CANARY}), ("a number", {"FG": 7}),
                        ("too short", {"FG": good[:-2]}), ("a list", [good])):
        told = house.both(house.with_value("eersteGebruikers", value))
        if not refused(told, "eersteGebruikers"):
            wrong.append((what, told))
    story.fact("O4: eersteGebruikers of another form is refused and named", not wrong, *wrong)


def whole_files(story, house):
    good = json.dumps(house.settings)
    doubled = good[:-1] + ', "werkers": 3, "werkers": 3}'
    for what, text in (("no JSON", good[:-1]), ("an empty file", ""), ("a byte order mark", "\ufeff" + good),
                       ("two objects", good + good), ("a name twice", doubled),
                       ("65 KiB", good + " " * 66000)):
        told = house.both(text.encode())
        story.fact(f"O4: {what} is refused", all(code in (REFUSED, BROKEN) and "proef-" in said
                                                  for code, said in told), told)
    code, said = house.told(house.settings, True, name="/er/is/niets.json")
    story.fact("O4: a settings file that is not there is named",
               code in (REFUSED, BROKEN) and "/er/is/niets.json" in said, said)
    words = [str(house.partner.town.binary), "serve"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    story.fact("O4: without --settings it says what is missing",
               done.returncode == WRONG_USE and "--settings" in done.stderr, done)


def nothing_was_made(story, house, before):
    after = sorted(p.name for p in (house.partner.data).iterdir())
    began = {"nieuw"}  # what init left there goes with the first start that succeeds
    story.equal("O4: no refusal left anything in the data folder", after,
                [name for name in before if name not in began])


def tell(story):
    town = towns.Town(story.folder / "town", story.build / "wijkpoort")
    town.folder.mkdir(parents=True)
    town.authority = towns.Authority(town.folder / "pki", "Test Partners CA")
    partner = town.partners["CORPORATIE"] = towns.Partner(town, "CORPORATIE")
    partner.init()
    house, rows = House(partner), table()
    documented = set(json.loads((towns.ROOT / "config/wijkpoort.voorbeeld.json").read_text()))
    story.equal("O4: every name of the example is a row that was tried",
                documented - {"eersteGebruikers"}, {row[0] for row in rows})
    the_harness_bites(story, house)
    before = sorted(p.name for p in partner.data.iterdir())
    each_row(story, house, rows)
    paths_that_lead_nowhere(story, house, rows)
    contents_that_are_wrong(story, house, rows)
    keys_that_do_not_fit(story, house)
    numbers_that_json_has_and_we_have_not(story, house, rows)
    addresses(story, house)
    first_users(story, house)
    whole_files(story, house)
    what_may_lack(story, house, rows)
    nothing_was_made(story, house, before)
    another_organisation(story, house)


stories.run(tell)
