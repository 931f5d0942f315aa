# SPDX-License-Identifier: EUPL-1.2
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from clock import at_amsterdam, working_days_after  # noqa: E402
from terms_town import CONFIRM_WORKDAYS, MINUTE, TermsTown  # noqa: E402


def tell(story):
    told = TermsTown(story)
    item, received = told.hand_in("B5")
    due = working_days_after(received, CONFIRM_WORKDAYS)
    told.move_to(at_amsterdam(due, 9) - MINUTE)
    told.comes_to("B5: a minute before nine on the day it is due nobody is reminded", item,
                  (None, None, None))
    told.move_to(at_amsterdam(due, 9), believed=False)
    told.comes_to("B5: at nine the holder is reminded, and only the holder", item,
                  ("VANDAAG", None, None))
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
    said = told.town.gemeente.run("REGIEHOUDER", "late").stdout
    story.fact("B5: `wijkpoort late` says so to the lead", "Buurtteam" in said and "regie" in said,
               said)
    told.answer(item, "BEOO")
    told.comes_to("B5: an answer settles it for all three", item, (None, None, None))


stories.run(tell)
