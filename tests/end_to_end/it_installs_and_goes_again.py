# SPDX-License-Identifier: EUPL-1.2
"""`make install` and `make uninstall` in a folder of their own: what is there, with which
modes, that the program and the man page that were installed work, and that nothing is left.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns

WANTED = {"bin/wijkpoort", "share/man/man1/wijkpoort.1", "lib/systemd/system/wijkpoort.service",
          "share/wijkpoort/wijkpoort.voorbeeld.json", "share/wijkpoort/convenant-sjabloon.json",
          "share/wijkpoort/codelijst-signalen.csv", "share/wijkpoort/codelijst-terugkoppeling.csv",
          "share/wijkpoort/openapi-partner.json", "share/wijkpoort/openapi-lokaal.json", "share/wijkpoort/README.md",
          "share/doc/wijkpoort/operator.md", "share/doc/wijkpoort/auditor.md", "share/doc/wijkpoort/codes.md",
          "share/doc/wijkpoort/settings.md", "share/wijkpoort/verify_export.py", "share/wijkpoort/wijkpoort-invoermap.service",
          "share/wijkpoort/wijkpoort-invoermap.timer", "share/wijkpoort/berichtgeving-mail.voorbeeld",
          "share/doc/wijkpoort/LICENSE"}


def make(story, *words):
    done = subprocess.run(["make", "-C", str(towns.ROOT), f"BUILD={os.path.relpath(story.build, towns.ROOT)}", *map(str, words)],
                          capture_output=True, text=True, check=False,
                          env={k: v for k, v in os.environ.items() if not k.startswith("MAKE")})
    return done.returncode, done.stdout + done.stderr


def files_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def the_files(story, root, prefix):
    place = root / prefix.lstrip("/")
    there = files_in(place)
    story.fact("install: everything is in its place", WANTED <= there, sorted(WANTED - there))
    story.equal("install: and nothing outside the prefix", files_in(root), {f"{prefix.lstrip('/')}/{name}" for name in there})
    wrong = [(name, oct((place / name).stat().st_mode & 0o7777)) for name in there
             if (place / name).stat().st_mode & 0o7777 != (0o755 if name == "bin/wijkpoort" else 0o644)]
    story.fact("install: the program can be run, the rest can be read, nobody else can write", not wrong, wrong)
    story.fact("install: no settings, key or data of anyone", not [name for name in there if re.search(r"\.(key|pem|mdb)$", name)])
    unit = (place / "lib/systemd/system/wijkpoort.service").read_text()
    story.fact("install: the unit starts the program that was installed",
               f"ExecStart={prefix}/bin/wijkpoort serve" in unit and "/usr/local/bin" not in unit, unit[:400])
    story.equal("install: the template is the one of the sources",
                (place / "share/wijkpoort/convenant-sjabloon.json").read_bytes(),
                (towns.ROOT / "config/convenant-sjabloon.json").read_bytes())
    return place


def the_program(story, place):
    help_text = towns.command(place / "bin/wijkpoort", "--help", env={"LANG": "C"})
    listed = re.findall(r"^  (\w+(?: \w+)?)  +\S", help_text, re.MULTILINE)
    page = (place / "share/man/man1/wijkpoort.1").read_text().split(".SH COMMANDS")[1].split(".SH")[0]
    in_page = re.findall(r"^\.TP\n\.B ([a-z ]+?)(?: ?\\fR.*)?$", page, re.MULTILINE)
    story.equal("install: the man page has the commands of the program, in its order", in_page, listed)
    wrong = [name for name in listed if subprocess.run([place / "bin/wijkpoort", *name.split(), "--help"], capture_output=True,
                                                       check=False).returncode]
    story.fact(f"install: each of the {len(listed)} explains itself", len(listed) > 25 and not wrong, wrong)
    done = subprocess.run([place / "bin/wijkpoort", "init", story.folder / "nieuw", "--oin", "00000099000000010000", "--naam", "X"],
                          capture_output=True, text=True, check=False)
    story.equal("install: it makes a new gateway", done.returncode, 0)


def the_page(story, place):
    page = place / "share/man/man1/wijkpoort.1"
    if not shutil.which("groff"):
        story.fact("install: the man page not run: groff is not installed", not os.environ.get("CI"))
        return

    def warnings(path):
        return subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", str(path)], capture_output=True, text=True, check=False).stderr
    story.equal("install: the man page renders without a warning", warnings(page), "")
    bad = story.folder / "bad.1"
    bad.write_text(page.read_text().replace(".SH FILES", ".SHX FILES"))
    story.fact("install: the harness sees a page with a fault", warnings(bad))


def tell(story):
    root, prefix = story.folder / "root", "/usr"
    code, said = make(story, "install-files", f"DESTDIR={root}", f"PREFIX={prefix}")
    story.fact("install: make install does its work", code == 0, said[-500:])
    place = the_files(story, root, prefix)
    the_program(story, place)
    the_page(story, place)
    before = files_in(root)
    (place / "share/other").write_text("of another program")
    code, said = make(story, "install-files", f"DESTDIR={root}", f"PREFIX={prefix}")
    story.equal("install: a second time changes nothing", (code, files_in(root) - {"usr/share/other"}), (0, before))
    code, said = make(story, "uninstall", f"DESTDIR={root}", f"PREFIX={prefix}")
    story.equal("install: uninstall leaves what is not ours, and nothing else", (code, files_in(root)), (0, {"usr/share/other"}))


stories.run(tell)
