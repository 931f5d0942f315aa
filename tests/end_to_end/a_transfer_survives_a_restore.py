# SPDX-License-Identifier: EUPL-1.2
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from passing import Passing, live  # noqa: E402
from people import export_is_sound  # noqa: E402


def backed_up(partner):
    made = partner.json("BEHEERDER", "backup")
    return pathlib.Path(made["map"]) / made["naam"]


def put_back(passing, partner, folder):
    partner.stop()
    partner.data.rename(partner.folder / "verloren")
    done = subprocess.run([partner.town.binary, "restore", folder, "--settings", partner.settings],
                          check=False, capture_output=True, text=True, timeout=60)
    passing.story.fact(f"the backup of {partner.name} is put back", done.returncode == 0,
                       done.stdout, done.stderr)
    partner.start()


def held(passing):
    return live(passing, ["WIJKTEAM", "GEMEENTE"])


def one_holder(passing, story, name, first, second):
    """And everybody says so: the two that had it, and who sent it."""
    def settled():
        return (held(passing) == [("GEMEENTE", second)] and
                passing.here("WIJKTEAM", first).get("stand") in ("DOOR", None) and
                passing.line(first).get("regel", "").startswith("doorgezet naar Gemeente"))
    try:
        passing.until(settled, "one holder", 30)
    except RuntimeError:
        pass
    story.fact(f"A29: after the restore of {name} the same one holds it, and all say so",
               settled(), held(passing), passing.here("WIJKTEAM", first), passing.line(first))


def tell(story):
    passing = Passing(story)
    town, first = passing.town, passing.report(11)
    backups = [(partner, backed_up(partner)) for partner in
               (town.corporatie, town.wijkteam, town.gemeente)]
    passing.pass_on("WIJKTEAM", first, "GEMEENTE")
    passing.settled("WIJKTEAM", first, "AANVAARD")
    second = passing.newest("GEMEENTE")
    passing.answer("GEMEENTE", second, "INBH")
    passing.until(lambda: "in behandeling" in passing.line(first).get("regel", ""), "its answer")
    for partner, folder in backups:
        put_back(passing, partner, folder)
        one_holder(passing, story, partner.name, first, second)
    passing.answer("GEMEENTE", second, "AFGR")
    passing.until(lambda: passing.line(first).get("stand") == "AFGR", "the end, at the reporter")
    story.fact("and it comes to its end there", "afgerond" in passing.line(first)["regel"],
               passing.line(first))
    for partner in (town.corporatie, town.wijkteam):
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.csv")
        story.fact(f"the log of {partner.name} is sound", sound, said)


stories.run(tell)
