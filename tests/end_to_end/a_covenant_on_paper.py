# SPDX-License-Identifier: EUPL-1.2
import csv
import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402

SAMPLE = pathlib.Path("tests/cases/covenant/sociaal-renoveren.json")
STRANGE = 'Zorggroep =1+1 "<b>Noord</b>"; & Zonen'


def command(story, *words):
    return subprocess.run([str(story.build / "wijkpoort"), "covenant", *map(str, words)],
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "nl_NL.UTF-8"})


def wider(story):
    """The sample's next version, which allows more, with a name that tries everything."""
    document = json.loads(SAMPLE.read_text())
    document["versie"] = "1.3.0"
    document["vorige"] = hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    document["bepalingen"][0]["velden"].remove("gebied")
    document["bepalingen"][1]["bewaarDagen"] = 365
    document["partijen"].append({"oin": "00000099000000060000", "naam": STRANGE,
                                 "soort": "ZORGAANBIEDER", "beroepsgeheim": True})
    document["bepalingen"][1]["naar"].append("ZORGAANBIEDER")
    path = story.folder / "nieuw.json"
    path.write_text(json.dumps(document, ensure_ascii=False))
    return path


def printed(story):
    said = command(story, "print", SAMPLE)
    fingerprint = hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    groups = " ".join(fingerprint[i:i + 4] for i in range(0, 64, 4))
    story.fact("one page, with the fingerprint of the file's bytes", said.returncode == 0 and
               groups in said.stdout and len(said.stdout.splitlines()) <= 66 and
               max(map(len, said.stdout.splitlines())) <= 100, said)
    story.fact("a draft says that it is one", "ontwerp" in said.stdout, said.stdout)
    page = story.folder / "a4.html"
    said = command(story, "print", SAMPLE, "--html", page, "--lang", "en")
    story.fact("as a page, in English when asked", said.returncode == 0 and
               '<html lang="en">' in page.read_text() and groups in page.read_text(), said)
    for words, code in ((("print",), 2), (("print", SAMPLE, "--lang", "de"), 2),
                        (("print", "er-is-niets.json"), 3), (("pack", SAMPLE), 2),
                        (("print", SAMPLE, "--html", story.folder / "geen" / "map"), 3)):
        said = command(story, *words)
        story.fact(f"{' '.join(map(str, words[:2]))[:30]}: a sentence and exit {code}",
                   said.returncode == code and said.stderr.strip(), said)


def packed(story):
    folder, new = story.folder / "map", wider(story)
    said = command(story, "pack", new, "--previous", SAMPLE, "--out", folder)
    story.fact("all of it in one folder", said.returncode == 0 and
               {"LEESMIJ.txt", "SHA256SUMS", "convenant.json", "verschil.html"} <=
               {path.name for path in folder.iterdir()}, said)
    story.fact("the covenant byte for byte",
               (folder / "convenant.json").read_bytes() == new.read_bytes())
    sums = dict(reversed(line.split("  "))
                for line in (folder / "SHA256SUMS").read_text().splitlines())
    story.equal("each file has its digest", sums,
                {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                 for path in folder.iterdir() if path.name not in ("SHA256SUMS", "LEESMIJ.txt")})
    story.fact("each is explained", all(name in (folder / "LEESMIJ.txt").read_text()
                                        for name in sums))
    raw = (folder / "verwerkingsregister.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    story.fact("the register opens in a spreadsheet", raw.startswith(b"\xef\xbb\xbf") and
               raw.count(b"\r\n") == raw.count(b"\n") == 5 and
               {len(row) for row in rows} == {12} and STRANGE in rows[1][1], rows)
    story.fact("no cell is a formula", not any(cell[:1] in "=+-@" for row in rows for cell in row
                                               if cell), rows)
    text = (folder / "verschil.txt").read_text()
    story.fact("what widens is marked, what narrows is not",
               "RUIMER  bewaren (dagen): was 180, wordt 365" in text and
               "        gegevens: eraf gebied" in text and "3 ruimer" in text and
               "Let op" not in text, text)
    for page in folder.glob("*.html"):
        story.fact(f"{page.name}: names are text", "<b>Noord" not in page.read_text() and
                   "<script" not in page.read_text())
    again = command(story, "pack", new, "--out", folder, "--lang", "en")
    story.fact("it can be made again", again.returncode == 0, again)


def from_a_gateway(story):
    town = story.town()
    name = json.loads((town.folder / "convenant.json").read_text())["id"]
    said = town.corporatie.run("BEHEERDER", "covenant", "print", name)
    flat = " ".join(said.stdout.split())
    story.fact("by its id, with where it stands and who agreed", "Stand van kracht" in flat and
               "GGZ Voorbeeld: akkoord" in flat and "____" not in flat, said.stdout)
    said = town.corporatie.run("BEHEERDER", "covenant", "pack", name, "--out",
                               story.folder / "van-de-poort")
    story.fact("and packed: the bytes that were agreed to",
               (story.folder / "van-de-poort" / "convenant.json").read_bytes() ==
               (town.folder / "convenant.json").read_bytes(), said)
    said = town.corporatie.run("BEHEERDER", "covenant", "print", "geen-convenant", check=False)
    story.fact("one that is not there is refused with a sentence",
               said.returncode == 1 and "geen-convenant" in said.stderr, said)


def tell(story):
    printed(story)
    packed(story)
    from_a_gateway(story)


stories.run(tell)
