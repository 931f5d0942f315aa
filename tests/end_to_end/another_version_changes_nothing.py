# SPDX-License-Identifier: EUPL-1.2
import collections
import hashlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ROWS = 300
NEWER = {"nl": "De opslag is van een nieuwere versie van wijkpoort. Gebruik die versie.",
         "en": "The store is of a newer version of wijkpoort. Use that version."}
LANGUAGES = {"nl": "nl_NL.UTF-8", "en": "en_US.UTF-8"}


def picture(folder):
    """Every file below it: what it holds and when it was changed."""
    return {str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(),
                                            path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*")) if path.is_file()}


def serve(partner, *words, language="nl"):
    said = LANGUAGES[language]
    try:
        done = subprocess.run([partner.town.binary, "serve", "--settings", partner.settings, *words],
                              check=False, capture_output=True, text=True, timeout=20,
                              env={**os.environ, "LANG": said, "LC_ALL": said})
    except subprocess.TimeoutExpired:
        return None, "it served"
    return done.returncode, done.stderr


def upgrade(story, town):
    """What the version before this one left: a full queue, and no file that says the form."""
    sender, receiver = town.corporatie, town.wijkteam
    receiver.stop()
    day = town.today.isoformat()
    with LocalConnection(sender, "MELDER") as melder:
        _, answer = melder.ask("POST", "/v1/invoer", intake(
            [row(f"V-{n}", day, number=n) for n in range(ROWS)]))
    ids = {one["id"] for one in answer["rijen"]}
    sender.stop()
    (sender.data / "vorm").unlink()
    (sender.data / "vorm.a1b2c3").write_text("1")  # a crash in the middle of writing it
    sender.start()
    story.equal("O3: a store without a form is taken as the first form, and says its own from then on",
                (sender.data / "vorm").read_text(), "2\n")
    receiver.start()
    town.wait_delivered(sender)
    inbox = collections.Counter(one["id"] for one in
                                pages(receiver, "ONTVANGER", "/v1/postvak", "postvak"))
    story.equal("O3: the full queue that the version before left arrives, each once", inbox,
                collections.Counter(ids))


def refuses_untouched(story, partner, name, wanted, *words):
    before = picture(partner.folder)
    for language in LANGUAGES:
        code, said = serve(partner, *words, language=language)
        sentence = wanted[language] if isinstance(wanted, dict) else wanted
        story.fact(f"O3: {name}: refused in plain words ({language})",
                   code not in (0, None) and sentence in said, code, said)
    changed = {path for path, held in picture(partner.folder).items() if before.get(path) != held}
    story.equal(f"O3: {name}: nothing is touched", changed - {"poort.log"}, set())


def newer_data(story, town):
    partner = town.corporatie
    partner.stop()
    form = partner.data / "vorm"
    form.write_text("3\n")
    refuses_untouched(story, partner, "data of a newer form", NEWER)
    refuses_untouched(story, partner, "data of a newer form, serve --check", NEWER, "--check")
    for wrong in ("", "een\n", "1", "-1\n", "0\n", "1\n2\n", "9" * 40 + "\n"):
        form.write_text(wrong)
        code, said = serve(partner)
        story.fact(f"O3: a form that says {wrong[:6]!r} stops the start", code not in (0, None), said)
    form.write_text("2\n")
    before = picture(partner.folder)
    serve(partner, "--check")
    story.fact("O3: the harness sees a broken gateway: one that opens what is there leaves traces",
               picture(partner.folder) != before)
    partner.start()
    status, _, _ = partner.api("BEHEERDER", "GET", "/v1/status")
    story.equal("O3: with the right version it goes on where it was", status, 200)


def newer_settings(story, town):
    partner = town.corporatie
    partner.stop()
    sound = partner.settings.read_text()
    partner.settings.write_text(json.dumps({**json.loads(sound), "ietsNieuws": 1}))
    refuses_untouched(story, partner, "settings with a name of a newer version", "ietsNieuws")
    partner.settings.write_text(sound)
    partner.start()


def newer_backup(story, town):
    partner = town.corporatie
    made = partner.json("BEHEERDER", "backup", "--uit", "nieuwer")
    manifest = pathlib.Path(made["map"]) / made["naam"] / "reservekopie.json"
    manifest.write_text(manifest.read_text().replace('"versie":1', '"versie":2'))
    partner.stop()
    partner.data.rename(partner.folder / "opzij")
    done = subprocess.run([town.binary, "restore", manifest.parent, "--settings", partner.settings],
                          capture_output=True, text=True, check=False, timeout=30,
                          env={**os.environ, "LANG": "nl_NL.UTF-8", "LC_ALL": "nl_NL.UTF-8"})
    story.fact("O3: a backup of a newer version is refused and leaves nothing",
               done.returncode == 3 and NEWER["nl"] in done.stderr and not partner.data.exists(),
               done.returncode, done.stderr)


def tell(story):
    town = story.town()
    upgrade(story, town)
    newer_data(story, town)
    newer_settings(story, town)
    newer_backup(story, town)


stories.run(tell)
