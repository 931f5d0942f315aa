# SPDX-License-Identifier: EUPL-1.2
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from between import Between  # noqa: E402
from fake_partner import FakePartner, problem  # noqa: E402
from passing import Passing, live  # noqa: E402
from people import export_is_sound  # noqa: E402

BOTH = ("signaal", "intrekking")


def handed_in(passing, team, municipality):
    """Three reports: the team stored one, the new holder of another stored it, and the third met
    nobody, and then somebody who refused the whole of it. No receipt came of any of them."""
    town = passing.town
    passed_on = passing.report(11)
    team.lose(*BOTH)
    municipality.lose(*BOTH)
    passing.pass_on("WIJKTEAM", passed_on, "GEMEENTE")
    municipality.wait_lost()
    stored = passing.report(13, ["WIJKTEAM"], wait=False)
    team.wait_lost()
    town.ggz.stop()
    never = passing.report(15, ["GGZ"], wait=False, to="GGZ")
    towns.wait_for(lambda: "NIET_BEREIKBAAR" in str(stories.asked(
        town.corporatie, "BEHEERDER", "/v1/status")["afleveren"]), 20, "nobody answers there")
    refuses = FakePartner(town.ggz.partner_port, town.authority)
    refuses.behave(town.ggz.certificate, town.ggz.key, problem(403, "CONVENANT_NIET_VAN_KRACHT"))
    refuses.wait_tried(1)
    refuses.stop()
    return passed_on, stored, never


def ended(passing, story, team, municipality, items):
    """The covenant ends before the next post; the recalls arrive, and nobody says so yet."""
    passed_on, stored, never = items
    sender = passing.town.corporatie
    story.equal("before the end the team holds it, and its reporter waits",
                (passing.here("WIJKTEAM", stored).get("stand"), passing.line(stored)["stand"]),
                ("ONTV", "WACHT"))
    new = passing.newest("GEMEENTE")
    team.lose(*BOTH)
    municipality.lose(*BOTH)
    sender.run("CONVENANTBEHEERDER", "covenant", "revoke", passing.town.fingerprint)
    for item in (stored, never):
        towns.wait_for(lambda one=item: passing.line(one).get("code") == "CONVENANT_INGETROKKEN",
                       30, "it is ended")
    sender.stop(signal.SIGKILL)
    sender.start()
    team.wait_lost()
    municipality.wait_lost()
    line = passing.line(stored)
    story.fact("C6: its reporter reads that it may have arrived, and may not be used there",
               line["regel"].startswith("misschien aangekomen bij Buurtteam") and
               "niet verzonden" not in line["regel"] and line["stand"] == "TERUGGEHAALD", line)
    story.equal("and that nobody has signed for that yet", line.get("terughaling"),
                {"stand": "GEVRAAGD"})
    line = passing.line(never)
    story.fact("what met nobody was not sent", line["stand"] == "GEWEIGERD" and
               line["regel"].startswith("niet verzonden: ") and "terughaling" not in line, line)
    story.equal("a transfer is not settled before it is known who has it",
                passing.standing("WIJKTEAM", passed_on), "GEVRAAGD")
    return new


def in_the_letter(passing, story):
    """The resident asks what was shared: perhaps this, and not that."""
    for number, said in ((13, "misschien aan Buurtteam Voorbeeldstad, die het niet mag gebruiken"),
                         (15, "aan GGZ Voorbeeld, niet verzonden")):
        status, answer = passing.ask("CORPORATIE", "POST", "/v1/inzageverzoeken", {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)},
            "naam": "Anouk Voorbeeld"}, "FG")
        text = " ".join(answer.get("afschrift", {}).get("tekst", "").split())
        story.fact(f"the letter of access says {said!r}", status == 201 and said in text, answer)


def signed(passing, story, lines, items, new):
    passed_on, stored, never = items
    for line in lines:
        line.lose()
    towns.wait_for(lambda: passing.line(stored).get("terughaling", {}).get("stand") == "BEVESTIGD",
                   30, "the team has signed")
    line = passing.line(stored)
    story.fact("once the team signed the record is definite",
               line["regel"].startswith("teruggehaald: Buurtteam") and "tekende op" in line["regel"],
               line)
    passing.settled("WIJKTEAM", passed_on, "GEWEIGERD")
    story.equal("one holder: the old one", live(passing, ["WIJKTEAM", "GEMEENTE"]),
                [("WIJKTEAM", passed_on)])
    story.equal("the inboxes offer neither for work any more",
                [passing.here(*one).get("stand") for one in (("WIJKTEAM", stored),
                                                             ("GEMEENTE", new))], ["INGT", "INGT"])
    passing.town.ggz.start()
    passing.town.wait_delivered(passing.town.corporatie)
    story.equal("who never had it is told of no recall",
                passing.town.ggz.log_rows(gebeurtenis="withdraw"), [])
    story.equal("and was sent nothing", passing.here("GGZ", never), {})


def in_the_logs(passing, story):
    for name in ("wijkteam", "gemeente"):
        told = [one for one in getattr(passing.town, name).log_rows(gebeurtenis="withdraw")
                if one.get("code") != "BEKEND"]
        story.equal(f"{name} was told once", len(told), 1)
    for partner in (passing.town.corporatie, passing.town.wijkteam):
        sound, said = export_is_sound(partner, story.folder / f"{partner.name}.csv")
        story.fact(f"the log of {partner.name} is sound", sound, said)


def tell(story):
    passing = Passing(story)
    team = Between(passing.town, passing.town.wijkteam)
    municipality = Between(passing.town, passing.town.gemeente)
    items = handed_in(passing, team, municipality)
    new = ended(passing, story, team, municipality, items)
    in_the_letter(passing, story)
    signed(passing, story, (team, municipality), items, new)
    in_the_logs(passing, story)
    team.stop()
    municipality.stop()


stories.run(tell)
