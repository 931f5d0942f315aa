# SPDX-License-Identifier: EUPL-1.2
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import amsterdam, at_amsterdam, working_days_after  # noqa: E402
from terms_town import CONFIRM_WORKDAYS, MINUTE, TermsTown  # noqa: E402


class Notices:
    """What the program of `berichtgeving` was told: its environment, a file for each time."""

    def __init__(self, story):
        self.folder = story.folder / "berichten"
        self.folder.mkdir()
        self.program = self.folder / "program"
        self.program.write_text(
            f"#!/bin/sh\nls /proc/$$/fd >{self.folder}/$$.fd\n"
            f"env >{self.folder}/$$.new && mv {self.folder}/$$.new {self.folder}/$$.env\n")
        self.program.chmod(0o755)

    def setting(self):
        return {"berichtgeving": {"opdracht": [str(self.program), "een woord"], "uur": 9}}

    def all(self):
        found = [dict(line.split("=", 1) for line in path.read_text().splitlines())
                 for path in self.folder.glob("*.env")]
        return [one for one in found if one]

    def of(self, partner, role):
        return [one for one in self.all() if one["WIJKPOORT_NAAM"] == partner.title and
                one["WIJKPOORT_ROL"] == role]


def with_notices(story, notices):
    """The team and the lead tell their people; at the corporation the program fails."""
    told = TermsTown(story, **notices.setting())
    told.town.corporatie.stop()
    told.town.corporatie.change_settings(berichtgeving={"opdracht": ["/bin/false"]})
    told.town.corporatie.start()
    return told


def people_were_told(story, told, notices):
    lead = told.town.gemeente
    towns.wait_for(lambda: notices.of(lead, "REGIEHOUDER"), 20, "the lead's notice")
    time.sleep(2.5)
    one = notices.of(lead, "REGIEHOUDER")
    story.fact("B5: the lead's people are told once, in counts",
               len(one) == 1 and one[0]["WIJKPOORT_ESCALATIES"] == "1", one)
    names = {name for one in notices.all() for name in one} - {"PWD", "SHLVL", "_", "OLDPWD"}
    story.equal("B5: and nothing but role, counts and why", sorted(names), sorted(
        ["PATH", "LANG", *(f"WIJKPOORT_{name}" for name in (
            "NAAM", "ROL", "AANLEIDING", "VERZONDEN", "POSTVAK", "ESCALATIES"))]))
    descriptors = {path.read_text() for path in notices.folder.glob("*.fd")}
    # 10 and 11 are the shell's own
    story.fact("X9: it inherits no descriptor of ours",
               all(set(one.split()) <= {"0", "1", "2", "10", "11"} for one in descriptors), descriptors)
    status = stories.asked(told.town.corporatie, "BEHEERDER", "/v1/status")
    story.fact("B5: where the program fails status says so, and the gateway goes on",
               any("berichtgeving" in one for one in status["waarschuwingen"]) and
               "notify-failed" in told.town.corporatie.log.read_text(), status["waarschuwingen"])


def one_that_hangs(story, told):
    """It hears no signal, begins others, prints without end; and the gateway is stopped meanwhile."""
    partner, numbers = told.town.corporatie, story.folder / "hangt"
    program = story.folder / "hangt.sh"
    program.write_text("#!/bin/sh\ntrap '' TERM INT HUP\nsleep 1000 &\nyes berichten &\n"
                       f"pgrep -P $$ >{numbers}.new; echo $$ >>{numbers}.new\n"
                       f"mv {numbers}.new {numbers}\nwhile :; do sleep 1000; done\n")
    program.chmod(0o755)
    partner.stop()
    partner.change_settings(berichtgeving={"opdracht": [str(program)], "uur": 9})
    partner.start()
    told.move_to(at_amsterdam(working_days_after(amsterdam(told.clock.now()).date(), 1), 9))
    towns.wait_for(numbers.exists, 20, "the program that hangs")
    others = [partner.api("BEHEERDER", "GET", "/v1/status")[0] for _ in range(5)]
    began = time.monotonic()
    code = partner.stop()
    took = time.monotonic() - began
    left = [number for number in numbers.read_text().split() if is_alive(number)]
    story.fact("X9: while the program hangs people are served, and a gateway that is stopped does not wait for it",
               set(others) == {200} and code == 0 and took < 10, others, code, took)
    story.fact("X9: nor leaves it behind, or what it began", not left and numbers.read_text(), left)
    partner.start()


def is_alive(number):
    try:
        return pathlib.Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def tell(story):
    notices = Notices(story)
    told = with_notices(story, notices)
    item, received = told.hand_in("B5")
    due = working_days_after(received, CONFIRM_WORKDAYS)
    told.move_to(at_amsterdam(due, 9) - MINUTE)
    told.comes_to("B5: a minute before nine on the day it is due nobody is reminded", item,
                  (None, None, None))
    told.move_to(at_amsterdam(due, 9), believed=False)
    told.comes_to("B5: at nine the holder is reminded, and only the holder", item,
                  ("VANDAAG", None, None))
    towns.wait_for(lambda: notices.of(told.town.wijkteam, "ONTVANGER"), 20, "the team's notice")
    one = notices.of(told.town.wijkteam, "ONTVANGER")
    story.equal("B5: its people are told, in counts",
                [(n["WIJKPOORT_POSTVAK"], n["WIJKPOORT_AANLEIDING"]) for n in one], [("1", "DAG")])
    told.move_to(at_amsterdam(working_days_after(due, 1), 9))
    told.comes_to("B5: the next working day it is late, at the holder and at who reported it", item,
                  ("TE_LAAT", "TE_LAAT", None))
    story.fact("B5: the melder reads at whom", "te laat bij Buurtteam" in told.line(item),
               told.line(item))
    told.move_to(at_amsterdam(working_days_after(due, 3), 9))
    told.comes_to("B5: on the third working day the lead hears it", item,
                  ("GEESCALEERD",) * 3)
    escalation = told.late(told.town.gemeente, "REGIEHOUDER")["escalaties"][0]
    story.equal("B5: organisations, code and term, nothing else", sorted(escalation), sorted(
        ["id", "signaalcode", "signaalnaam", "organisatie", "organisatieNaam", "termijn",
         "termijnNaam", "uiterlijkDatum", "trap", "trapNaam", "melder", "melderNaam", "gemeldOp"]))
    story.equal("B5: of the right day", (escalation["uiterlijkDatum"], escalation["termijn"]),
                (due.isoformat(), "EERSTE_ANTWOORD"))
    for partner, stages in ((told.town.wijkteam, ["VANDAAG", "TE_LAAT", "GEESCALEERD"]),
                            (told.town.corporatie, ["TE_LAAT", "GEESCALEERD"])):
        story.equal(f"B5: one entry for each step in the log of {partner.name}",
                    told.leaves(partner, item), stages)
    people_were_told(story, told, notices)
    said = told.town.gemeente.run("REGIEHOUDER", "late").stdout
    story.fact("B5: `wijkpoort late` says so to the lead", "Buurtteam" in said and "regie" in said,
               said)
    one_that_hangs(story, told)
    told.answer(item, "BEOO")
    told.comes_to("B5: an answer settles it for all three", item, (None, None, None))


stories.run(tell)
