# SPDX-License-Identifier: EUPL-1.2
"""Another system leaves its export in a folder: it is handed in once, put away with a report
beside it, and refused whole where it must; killed at any moment nothing is lost or doubled."""
import ctypes
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import pages  # noqa: E402

SAMPLE = pathlib.Path("tests/cases/csv/voorbeeld-corporatie/input.csv")
CELLS = ("1234AB", "Anouk", "06-12345678", "Z-2026-00", "999990019")


class Inbox:
    """The folder, as the operator's unit hands it in."""

    def __init__(self, story, town):
        self.story, self.town = story, town
        self.path = story.folder / "invoer"
        self.path.mkdir()

    def leave(self, name, text):
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def words(self, *more):
        return ["dropbox", self.path, "--once", "--rust", "0", *more]

    def run(self, *more):
        return self.town.corporatie.run("SYSTEEM", *self.words(*more), check=False)

    def lies(self, place="."):
        return sorted(p.name for p in (self.path / place).iterdir() if p.is_file())

    def reports(self, place):
        return [(self.path / place / name).read_text() for name in self.lies(place)
                if ".verslag." in name]


def sent(town):
    return len(pages(town.corporatie, "SYSTEEM", "/v1/verzonden", "verzonden"))


def tell(story):
    town = story.town()
    export = town.make_csv("nacht.csv", "--rows", "30").read_text()
    box = Inbox(story, town)
    a_night(story, town, box, export)
    the_next_night(story, town, box, export)
    what_is_refused_whole(story, box)
    what_is_no_export(story, town, box)
    when_the_gateway_is_away(story, town, box)
    killed_anywhere(story, town, box)
    when_the_disk_is_full(story, town, box)
    what_is_old_goes(story, box)


def a_night(story, town, box, export):
    box.leave("meldingen.csv", export)
    done = box.run()
    story.equal("the export is handed in", done.returncode, 0)
    story.equal("it lies in klaar, with two reports beside it, and nowhere else",
                (box.lies(), box.lies("bezig"), [n[20:] for n in box.lies("klaar")]),
                ([], [], ["-meldingen.csv", "-meldingen.csv.verslag.json",
                          "-meldingen.csv.verslag.txt"]))
    report = box.reports("klaar")
    story.fact("the report says what became of it, row by row, and repeats no cell",
               "30 gelezen" in report[1] and json.loads(report[0])["gelezen"] == 30 and
               not any(cell in text for text in report for cell in CELLS), *report)
    story.fact("what it says on its line names no resident either",
               "30 gelezen" in done.stdout and not any(c in done.stdout for c in CELLS),
               done.stdout)
    story.fact("signals went out", sent(town) > 0, sent(town))


def the_next_night(story, town, box, export):
    before = sent(town)
    box.leave("meldingen.csv", export)
    done = box.run()
    story.fact("the same export under the same name is put away beside the first, and nothing "
               "goes twice", sent(town) == before and "al bekend" in done.stdout and
               len(box.lies("klaar")) == 6, done.stdout, done.stderr, box.lies("klaar"))


def what_is_refused_whole(story, box):
    box.leave("met bsn.csv", SAMPLE.read_text().replace("Z-2026-000101", "999990019"))
    box.leave("geen-kop.csv", "1;2;3\n")
    box.leave("groot.csv", b"x" * (9 * 1024 * 1024))
    box.leave("leeg.csv", b"")
    done = box.run()
    names = box.lies("geweigerd")
    story.equal("a file that is refused whole lies in geweigerd",
                (done.returncode, sorted(n[21:] for n in names if n.endswith(".csv"))),
                (1, ["geen-kop.csv", "groot.csv", "leeg.csv", "met_bsn.csv"]))
    faults = {json.loads(text)["bestand"][21:]: json.loads(text)["fout"]["code"]
              for text in box.reports("geweigerd") if text.startswith("{")}
    story.equal("with the reason, by its code", faults,
                {"met_bsn.csv": "MOGELIJK_BSN", "geen-kop.csv": "KOPREGEL_ONTBREEKT",
                 "groot.csv": "BESTAND_TE_GROOT", "leeg.csv": "KOPREGEL_ONTBREEKT"})
    story.fact("and no cell", not any(c in t for t in box.reports("geweigerd") for c in CELLS))


def what_is_no_export(story, town, box):
    before = sent(town)
    secret = story.folder / "geheim.csv"
    secret.write_text("melddatum;postcode\n")
    (box.path / "link.csv").symlink_to(secret)
    os.link(secret, box.path / "twee-namen.csv")
    os.mkfifo(box.path / "pijp.csv")
    (box.path / "map.csv").mkdir()
    box.leave(".half.csv", "melddatum\n")
    box.leave("half.csv.deel", "melddatum\n")
    done = box.run()
    story.equal("links, pipes, folders and what is still being written are left alone",
                (done.returncode, sent(town), secret.exists(),
                 sorted(p.name for p in box.path.iterdir() if p.name not in
                        ("bezig", "klaar", "geweigerd"))),
                (0, before, True, [".half.csv", "half.csv.deel", "link.csv", "map.csv",
                                   "pijp.csv", "twee-namen.csv"]))
    for name in (".half.csv", "half.csv.deel", "link.csv", "pijp.csv", "twee-namen.csv"):
        (box.path / name).unlink()
    (box.path / "map.csv").rmdir()
    box.leave("a\n\x1b[31m=b;c.csv", "1\n")
    box.run()
    story.fact("nothing of a stranger's name but letters and digits",
               any(n.endswith("-a___31m_b_c.csv") for n in box.lies("geweigerd")),
               box.lies("geweigerd"))
    a_name_that_grows(story, town, box)


def a_name_that_grows(story, town, box):
    """A file that changes between two looks is not whole yet."""
    box.leave("groeit.csv", "melddatum;")
    process = subprocess.Popen([str(town.binary), *map(str, ["dropbox", box.path, "--once",
                                "--rust", "1", "--profile", town.corporatie.profile("SYSTEEM")])],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    box.leave("groeit.csv", "melddatum;zaaknummer")
    process.wait(timeout=60)
    story.equal("what is still growing waits for the next look", box.lies(), ["groeit.csv"])
    process = subprocess.Popen([str(town.binary), *map(str, ["dropbox", box.path, "--once",
                                "--rust", "60", "--profile", town.corporatie.profile("SYSTEEM")])],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    process.terminate()
    process.wait(timeout=60)
    story.equal("and so it does when it is told to stop while it waits",
                (box.lies(), box.lies("bezig")), (["groeit.csv"], []))
    (box.path / "groeit.csv").unlink()
    a_file_that_cannot_be_read(story, town, box)


def without_rights_to_all():
    """Also root opens no file of mode 0 then: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH go."""
    drop_from_bounding_set = 24
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def a_file_that_cannot_be_read(story, town, box):
    """Who leaves it may close it: then it waits alone."""
    box.leave("a-dicht.csv", "1\n")
    (box.path / "a-dicht.csv").chmod(0)
    os.utime(box.path / "a-dicht.csv", (1, 1))  # the first in line
    box.leave("b-open.csv", "1\n")
    done = subprocess.run([str(town.binary), *map(str, [*box.words(), "--profile",
                           town.corporatie.profile("SYSTEEM")])], preexec_fn=without_rights_to_all,
                          capture_output=True, text=True, check=False)
    story.fact("a file that cannot be read holds up no other",
               done.returncode == 1 and [n[21:] for n in box.lies("bezig")] == ["a-dicht.csv"] and
               any(n.endswith("-b-open.csv") for n in box.lies("geweigerd")),
               done.returncode, done.stderr, box.lies("bezig"))
    for name in box.lies("bezig"):
        (box.path / "bezig" / name).unlink()


def when_the_gateway_is_away(story, town, box):
    export = town.make_csv("later.csv", "--rows", "12", "--seed", "7").read_text()
    town.corporatie.stop()
    box.leave("later.csv", export)
    away = box.run()
    story.fact("while the gateway is away the export waits",
               away.returncode == 3 and [n[21:] for n in box.lies("bezig")] == ["later.csv"] and
               "later" in away.stderr, away.returncode, away.stderr, box.lies("bezig"))
    with Lock(box.path / "bezig"):
        story.fact("one at a time", "in gebruik" in box.run().stderr)
    town.corporatie.start()
    box.run()
    story.fact("and goes when it is back", box.lies("bezig") == [] and
               any(n.endswith("-later.csv") for n in box.lies("klaar")))


class Lock:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.descriptor = os.open(self.path, os.O_RDONLY)
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_):
        os.close(self.descriptor)


def killed_anywhere(story, town, box):
    """Once at each of many moments: what is sent afterwards is what one whole run sends."""
    export = town.make_csv("dood.csv", "--rows", "200", "--seed", "9").read_text()
    start, ends = sent(town), []
    box.leave("dood.csv", export)
    for turn in range(8):
        process = subprocess.Popen([str(town.binary), *map(str, [*box.words(), "--profile",
                                    town.corporatie.profile("SYSTEEM")])],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.01 + 0.02 * turn)
        process.send_signal(signal.SIGKILL)
        process.wait()
        ends.append(len(box.lies()) + len(box.lies("bezig")))
        if ends[-1] == 0:  # it was faster than the kill: once more
            box.leave("dood.csv", export)
    box.run()
    went = sent(town) - start
    box.leave("dood.csv", export)
    again = box.run()
    story.fact("killed at any moment the export is there still, and nothing goes twice",
               went > 0 and sent(town) - start == went and box.lies("bezig") == [] and
               "200 gelezen" in again.stdout and "verzonden" not in again.stdout,
               ends, went, again.stdout, again.stderr)


def when_the_disk_is_full(story, town, box):
    """No file may grow: as a full disk, but for the test alone."""
    box.leave("vol.csv", SAMPLE.read_text())
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "-", str(town.binary),
         *map(str, [*box.words(), "--profile", town.corporatie.profile("SYSTEEM")])],
        capture_output=True, text=True, check=False)
    story.fact("when no report can be written the export stays",
               done.returncode == 3 and [n[21:] for n in box.lies("bezig")] == ["vol.csv"] and
               not any("deel" in n for n in box.lies("klaar")),
               done.returncode, done.stdout, done.stderr, box.lies("bezig"))
    story.fact("and goes when there is room", box.run().returncode == 0 and
               box.lies("bezig") == [])


def what_is_old_goes(story, box):
    old = box.path / "klaar/20260101T030000.000Z-oud.csv"
    for path in (old, pathlib.Path(f"{old}.verslag.txt"), box.path / "klaar/leesmij.txt"):
        path.write_text("x")
    box.run()
    story.fact("what was handed in a fortnight ago is removed, and nothing that is not ours",
               not old.exists() and not pathlib.Path(f"{old}.verslag.txt").exists() and
               (box.path / "klaar/leesmij.txt").exists(), box.lies("klaar"))
    box.path.chmod(0o777)
    done = box.run()
    story.fact("a folder that everybody may write in is refused",
               done.returncode == 3 and "iedereen" in done.stderr, done.stderr)


stories.run(tell)
