# SPDX-License-Identifier: EUPL-1.2
"""Over real TLS, with a clock that moves: a statement that somebody else signed agrees to nothing,
an older version does not come back, a covenant begins and ends at midnight in Amsterdam, and a
token is good for its half-year and a month."""
import base64
import datetime
import hashlib
import json
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import clock as clocks  # noqa: E402
import forged  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import intake, row  # noqa: E402
from refusals import Refusals, another_covenant, days  # noqa: E402

MINUTE = datetime.timedelta(minutes=1)


def listed(partner, fingerprint):
    rows = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
    return next(c for c in rows if c["vingerafdruk"] == fingerprint)


def handed_in(partner, path, fingerprint=None):
    """A file as the manager of covenants adds it: (status, machine code)"""
    raw = path.read_bytes()
    status, _, body = partner.api("CONVENANTBEHEERDER", "POST", "/v1/convenanten", {
        "bestand": base64.b64encode(raw).decode(),
        "vingerafdruk": fingerprint or hashlib.sha256(raw).hexdigest()})
    return status, json.loads(body).get("code")


# --- C2: who has signed ---

def forged_statements(refuse, forge):
    town = refuse.town
    fingerprint = another_covenant(town, "niemand-tekende", signers=[])
    refuse.states.clear()
    for name, code, statement, more in (
            ("signed with the key of another party", "HANDTEKENING_ONJUIST", {},
             {"proof_with": forge.keys("CORPORATIE")}),
            ("in the name of another party", "AFZENDER_ONJUIST", {"oin": town.ggz.oin}, {}),
            ("in the name of another, with both keys of one", "AFZENDER_ONJUIST",
             {"oin": town.corporatie.oin}, {"proof_with": forge.keys("GEMEENTE")}),
            ("about another covenant", "AFZENDER_ONJUIST", {"convenant": town.fingerprint}, {}),
            ("after one that never came", "STAP_NIET_MOGELIJK", {"vorige": "a" * 64}, {}),
            ("that withdraws what was not given", "STAP_NIET_MOGELIJK",
             {"oordeel": "INTREKKING"}, {}),
            ("of a word that is none", "ONJUIST_BERICHT", {"oordeel": "MISSCHIEN"}, {}),
            ("with an algorithm named", "ONJUIST_BERICHT", {"alg": "none"}, {})):
        refuse.item(f"C2: a statement {name}", "GEMEENTE", "WIJKTEAM", {"id": str(uuid.uuid4())},
                    code, soort="oordeel", rol="CONVENANTBEHEERDER", event="policy",
                    covenant=fingerprint, statement=statement, **more)
    refuse.story.equal("C2: after all of these nobody has agreed",
                       {p["oordeel"] for p in listed(town.wijkteam, fingerprint)["partijen"]},
                       {"WACHT"})


def forged_files(refuse, town):
    """Files whose keys are not their parties': refused, and what is in force stays."""
    before = stories.asked(town.wijkteam, "CONVENANTBEHEERDER", "/v1/convenanten")
    document = json.loads(town.covenant.read_text())
    places = {party["oin"]: i for i, party in enumerate(document["partijen"])}

    def swapped(covenant):
        parties = covenant["partijen"]
        theirs = parties[places[town.gemeente.oin]]["sleuteldocument"]
        parties[places[town.ggz.oin]]["sleuteldocument"] = theirs

    def one_signer(covenant):
        """Both signatures by one key: the second is that of the certificate, no longer."""
        party = covenant["partijen"][places[town.ggz.oin]]
        envelope = json.loads(base64.b64decode(party["sleuteldocument"]))
        envelope["signatures"][1] = envelope["signatures"][0]
        party["sleuteldocument"] = base64.b64encode(json.dumps(envelope).encode()).decode()

    def unsigned(covenant):
        party = covenant["partijen"][places[town.ggz.oin]]
        envelope = json.loads(base64.b64decode(party["sleuteldocument"]))
        envelope["signatures"] = envelope["signatures"][:1]
        party["sleuteldocument"] = base64.b64encode(json.dumps(envelope).encode()).decode()
    for name, change, wanted in (
            ("with the keys of one party for another", swapped, (403, "AFZENDER_ONJUIST")),
            ("whose key document one key signed twice", one_signer, (400, "HANDTEKENING_ONJUIST")),
            ("whose key document has one signature", unsigned, (400, "ONJUIST_BERICHT"))):
        path = town.folder / "vervalst.json"
        town.make_covenant(path, change, ID="vervalst")
        refuse.story.equal(f"C2: a covenant {name}", handed_in(town.wijkteam, path), wanted)
    refuse.story.equal("C2: another file than the one on paper",
                       handed_in(town.wijkteam, path, town.fingerprint),
                       (400, "VINGERAFDRUK_ONJUIST"))

    def with_volume(covenant):
        covenant["bepalingen"][0]["hoogstensPerDag"] = 5
    town.make_covenant(path, with_volume, ID="vervalst")
    refuse.story.equal("C7: a covenant that names a volume does not load: there is no such member",
                       handed_in(town.wijkteam, path), (400, "ONJUIST_BERICHT"))
    refuse.story.fact("C2: the covenants are as they were",
                      stories.asked(town.wijkteam, "CONVENANTBEHEERDER",
                                    "/v1/convenanten") == before)


# --- C3: versions ---

def older_versions(refuse, forge):
    town, partner = refuse.town, refuse.town.wijkteam
    first = another_covenant(town, "met-versies")

    def second_version(covenant):
        covenant["versie"], covenant["vorige"] = "1.1.0", first
    path = town.folder / "tweede.json"
    town.make_covenant(path, second_version, ID="met-versies")
    second = hashlib.sha256(path.read_bytes()).hexdigest()
    town.add_covenant(path, second)
    town.sign(fingerprint=second)
    towns.wait_for(lambda: all(listed(p, second)["vanKracht"] for p in town.all()), 20,
                   "the second version in force")
    refuse.states.clear()
    body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented(convenant="met-versies@1.0.0")],
                      proof=forge.proof(), covenant=first)
    refuse.whole("C3: the version before, after the next has begun", "CORPORATIE", "WIJKTEAM", body,
                 403, "CONVENANT_NIET_VAN_KRACHT")
    size = stories.log_size(partner)
    refuse.story.equal("C3: the older file again", handed_in(partner, town.folder /
                                                             "met-versies.json"),
                       (409, "BESTAAT_AL"))

    def other_content(covenant):
        second_version(covenant)
        covenant["titel"] = "Zo hadden wij het toch afgesproken"
    other = town.folder / "ander.json"
    town.make_covenant(other, other_content, ID="met-versies")
    refuse.story.equal("C3: the same number with other content", handed_in(partner, other),
                       (409, "ANDER_BERICHT_BEKEND"))
    status, _, raw = partner.api("AUDITOR", "POST", "/v1/logregels/_zoek",
                                 {"aantal": 100, "vanaf": size})
    refuse.story.fact("C3: and that is an alarm in the log",
                      ("alarm", "ANDER_BERICHT_BEKEND") in [
                          (r["gebeurtenis"], r.get("code")) for r in json.loads(raw)["regels"]],
                      status, raw)
    refuse.story.fact("C3: the second version is the one in force",
                      listed(partner, second)["vanKracht"])


# --- C1, P1: with a clock that moves ---

class Moment:
    def __init__(self, clock, forge, town):
        self.clock, self.forge, self.town = clock, forge, town

    def move_to(self, day, hour, minute=0):
        self.clock.move_to(clocks.at_amsterdam(day, hour, minute))

    def arrived(self, item, covenant, **proof):
        """What comes of it, made and sent at the gateways' own now."""
        now = int(self.clock.now().timestamp())
        day = clocks.amsterdam(self.clock.now()).date()
        proof = self.forge.proof(geldigVan=(day - datetime.timedelta(days=1)).isoformat(),
                                 geldigTot=(day + datetime.timedelta(days=90)).isoformat(), **proof)
        answer = self.forge.post("CORPORATIE", "WIJKTEAM", self.forge.body(
            "CORPORATIE", "WIJKTEAM", [item], proof=proof, covenant=covenant, iat=now,
            exp=now + 3600))
        return answer[1] or [(a["uitkomst"], a.get("code"), a.get("tijdvak")) for a in answer[2]]

    def pushed(self, name):
        rows = intake([row("Z-KLOK", self.town.today.isoformat())], trial=True)
        status, _, raw = self.town.corporatie.api("MELDER", "POST", "/v1/invoer",
                                                  {**rows, "convenant": name})
        answer = json.loads(raw)
        return answer["rijen"][0].get("code") if status == 200 else (status, answer["code"])


TAKEN = [("AANVAARD", None, None)]


def windows(story, town, forge, moment):
    """Both ways: what arrives, and what our own people hand in."""
    first, last = town.today + datetime.timedelta(days=2), town.today + datetime.timedelta(days=4)
    covenant = another_covenant(town, "kort", GELDIG_VANAF=days(town, 2), GELDIG_TOT=days(town, 4),
                                EVALUATIE=days(town, 4))
    for name, day, hour, minute, arrives, pushes in (
            ("minutes before it begins", first - datetime.timedelta(days=1), 23, 55,
             "CONVENANT_NIET_VAN_KRACHT", "SLEUTEL_ONTBREEKT"),   # nor is its key given yet
            ("just after it began", first, 0, 1, TAKEN, None),
            ("minutes before it ends", last, 23, 55, TAKEN, None),
            ("just after it ended", last + datetime.timedelta(days=1), 0, 1,
             "CONVENANT_NIET_VAN_KRACHT", "CONVENANT_VERLOPEN")):
        moment.move_to(day, hour, minute)
        story.equal(f"C1: a message {name}",
                    moment.arrived(forge.consented(convenant="kort@1.0.0"), covenant), arrives)
        if pushes is None:   # its key comes once it is in force
            towns.wait_for(lambda: moment.pushed("kort") != "SLEUTEL_ONTBREEKT", 20, "the key")
        story.equal(f"C1: a row of our own {name}", moment.pushed("kort"), pushes)


def half_years(story, town, forge, moment):
    year, half = town.today.year, 1 if town.today.month <= 6 else 2
    begin = datetime.date(year, 7, 1) if half == 1 else datetime.date(year + 1, 1, 1)
    if (begin - town.today).days < 7:  # the story has gone on to there already
        begin = datetime.date(begin.year + (begin.month == 7), 8 - begin.month, 1)
    new = f"{begin.year}H{1 if begin.month == 1 else 2}"
    old = f"{begin.year - (begin.month == 1)}H{2 if begin.month == 1 else 1}"
    closed = clocks.at_amsterdam(begin + datetime.timedelta(days=31), 0, 1)

    def token(epoch):
        return forge.consented(pseudoniem=forge.token().replace(f"{year}H{half}", epoch))
    day = datetime.timedelta(days=1)
    for name, when, epoch, wanted in (
            ("the next half-year, two days before it begins", (begin - 2 * day, 12), new,
             [("GEWEIGERD", "TIJDVAK_ONJUIST", old)]),
            ("the next half-year, on its eve", (begin - day, 23, 50), new, TAKEN),
            ("this half-year, on its first day", (begin, 0, 1), new, TAKEN),
            ("the half-year before, on that day", (begin, 0, 2), old, TAKEN),
            ("the half-year before, 31 days on", (begin + 30 * day, 23, 50), old, TAKEN),
            ("the half-year before, 32 days on", (begin + 31 * day, 0, 1), old,
             [("GEWEIGERD", "TIJDVAK_ONJUIST", new)])):
        moment.move_to(*when)
        story.equal(f"P1: a token of {name}", moment.arrived(token(epoch), town.fingerprint),
                    wanted)
    assert moment.clock.now() >= closed


def tell(story):
    clock = clocks.Clock(story.folder / "klok")

    def prepare(town):
        for partner in town.all():
            partner.environment.update(clock.environment)
    town = story.town(prepare=prepare)
    forge = forged.Forge(town, story.build)
    refuse = Refusals(story, town, forge)
    for partner in town.all():
        stories.settled(partner)
    forged_statements(refuse, forge)
    forged_files(refuse, town)
    older_versions(refuse, forge)
    moment = Moment(clock, forge, town)
    windows(story, town, forge, moment)
    half_years(story, town, forge, moment)


stories.run(tell)
