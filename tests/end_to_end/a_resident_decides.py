# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import colleague, intake, pages, row  # noqa: E402

PATH = "/v1/gegeven-toestemmingen"


def address(number):
    return {"postcode": "1234AB", "huisnummer": str(number)}


class Desk:
    def __init__(self, story, town):
        self.story, self.town = story, town
        self.today = town.today.isoformat()
        self.rows = 0

    def body(self, number, **more):
        return {"adres": address(number), "soort": "GRONDSLAG", "basis": "TOESTEMMING",
                "doelen": ["TOELEIDING"], "ontvangers": ["WIJKTEAM"],
                "signaalgroepen": ["OVERLAST"], "geldigVan": self.today, "werkwijze": "GESPREK",
                "formulierVersie": "toestemming-1", **more}

    def ask(self, path, body, partner=None, role="MELDER"):
        status, _, text = (partner or self.town.corporatie).api(role, "POST", path, body)
        return status, json.loads(text)

    def record(self, number, **more):
        status, answer = self.ask(PATH, self.body(number, **more))
        assert status == 201, answer
        return answer

    def refused(self, name, reason, number, **more):
        status, answer = self.ask(PATH, self.body(number, **more))
        self.story.fact(f"refused: {name}", status == 403 and answer.get("reden") == reason,
                        status, answer)

    def push(self, number, code="OVL.GELUID", consent=None, **more):
        """One row about the address; what became of it."""
        self.rows += 1
        one = row(f"Z-{self.rows}", self.today, code=code, number=1, huisnummer=str(number),
                  **more)
        one["rij"] = self.rows + 1
        for name in ("toestemming", "toestemmingDatum"):
            one.pop(name)
        if consent:
            one.update(toestemming="ja", toestemmingDatum=consent)
        status, answer = self.ask("/v1/invoer", intake([one]))
        assert status == 200, answer
        return answer["rijen"][0]


def at_the_counter(desk, story):
    """The command, its slip and its page."""
    town, file = desk.town, story.folder / "adres.json"
    page = story.folder / "papier.html"
    file.write_text(json.dumps(address(11)))
    words = ["consent", "record", "-", "--doel", "TOELEIDING", "--ontvanger", "WIJKTEAM", "--groep",
             "OVERLAST,MEEDOEN", "--wijze", "GESPREK", "--formulier", "toestemming-1", "--html", page]
    slip = town.corporatie.run("MELDER", *words, text=file.read_text()).stdout
    number = slip.split("Nummer van dit papier\n    ")[1].split("\n")[0]
    for part in ("1234AB 11", "Buurtteam Voorbeeldstad", "overlast, meedoen", "Wilt u stoppen?",
                 "Eén keer zeggen is genoeg", "toestemming-1", "Hulp vinden"):
        story.fact(f"the slip says: {part}", part in " ".join(slip.split()), slip)
    story.fact("the same is there as a page without script",
               number in page.read_text() and "<script" not in page.read_text())
    listed = town.corporatie.run("MELDER", "consent", "list").stdout
    story.fact("the list names no address", number[:8] in listed and "1234AB" not in listed, listed)
    again = town.corporatie.run("MELDER", "consent", "list", "--adres", file, "--papier").stdout
    story.fact("the slip can be printed again", number in again, again)
    form = town.corporatie.run("MELDER", "consent", "form", town.covenant, "--bepaling", 1).stdout
    story.fact("the empty form has what the article allows",
               "[ ] overlast" in form and "[ ] Buurtteam Voorbeeldstad" in form, form)
    wrong = town.corporatie.run("MELDER", "consent", "form", town.covenant, "--bepaling", 5,
                                check=False)
    story.equal("no form for an article by law", wrong.returncode, 1)


def a_row_rests_on_it(desk, story):
    first = desk.push(3)
    story.equal("a row without consent is counted", first["uitkomst"], "GETELD")
    made = desk.record(3)
    story.equal("a row of that group goes", desk.push(3)["uitkomst"], "VERZONDEN_TOESTEMMING")
    story.equal("a row of another address is counted", desk.push(5)["uitkomst"], "GETELD")
    story.equal("a row of another group is counted",
                desk.push(3, code="FIN.GELDZORGEN")["uitkomst"], "GETELD")
    wider = desk.push(3, code="FIN.GELDZORGEN", consent=desk.today)
    story.equal("a row that says more than the slip is refused", wider.get("code"),
                "TOESTEMMING_RUIMER")
    return made


def nobody_widens_silently(desk, story):
    made = desk.record(21)
    yesterday = (desk.town.today - datetime.timedelta(days=1)).isoformat()
    more = {"signaalgroepen": ["OVERLAST", "FINANCIEN"]}
    desk.refused("wider without saying so", "TOESTEMMING_RUIMER", 21, **more)
    desk.refused("wider with a date of before", "VERVANGT_ONJUIST", 21, geldigVan=yesterday,
                 vervangt=made["id"], **more)
    desk.refused("in the place of another resident's", "VERVANGT_ONJUIST", 23,
                 vervangt=made["id"], **more)
    narrow = desk.record(21, geldigTot=desk.today)
    story.fact("narrower is fine", narrow["stand"] == "GEGEVEN", narrow)
    wide = desk.record(21, vervangt=made["id"], **more)
    story.fact("wider with a fresh word is, and the slip says what it replaces",
               wide["vervangt"] == made["id"] and made["id"] in wide["afschrift"]["tekst"], wide)
    status, found = desk.ask(f"{PATH}/_zoek", {"adres": address(21)})
    events = {one["id"]: [e["wat"] for e in one["gebeurtenissen"]] for one in found["toestemmingen"]}
    story.fact("both stay, the earlier one marked", status == 200 and
               events[made["id"]] == ["GEGEVEN", "VERVANGEN"] and
               events[wide["id"]] == ["GEGEVEN"], events)
    leaves = [one for one in desk.town.corporatie.log_rows() if one["gebeurtenis"] == "consent"]
    story.fact("each is in the log", len(leaves) >= 4, leaves)


def what_no_article_allows(desk, story):
    desk.refused("another purpose", "GEEN_BEPALING", 31, doelen=["ONDERZOEK"])
    desk.refused("another group", "GEEN_BEPALING", 31, signaalgroepen=["RENOVATIE"])
    desk.refused("a recipient that only counts by law", "GEEN_BEPALING", 31,
                 ontvangers=["GEMEENTE"])
    desk.refused("longer than twelve months", "GELDIG_TOT_ONJUIST", 31,
                 geldigTot=(desk.town.today + datetime.timedelta(days=370)).isoformat())
    desk.refused("from tomorrow", "GELDIG_VAN_ONJUIST", 31,
                 geldigVan=(desk.town.today + datetime.timedelta(days=1)).isoformat())
    desk.refused("secrecy that is not ours to lift", "GEEN_BEROEPSGEHEIM", 31,
                 soort="DOORBREKING_BEROEPSGEHEIM", ontvangers=["GGZ"])
    status, _ = desk.ask(PATH, desk.body(31, basis="WET"))
    story.equal("a law without its citation is malformed", status, 400)
    status, _ = desk.ask(PATH, desk.body(31), role="SYSTEEM")
    story.equal("a system records nobody's word", status, 403)
    status, found = desk.ask(f"{PATH}/_zoek", {"adres": address(31)})
    story.equal("and nothing of it was kept", found["toestemmingen"], [])


def second_person(desk, story):
    made = desk.record(41, ontvangers=["GGZ"], signaalgroepen=["ZORG_OM_BEWONER"])
    story.fact("it waits for a second", made["wachtOpTweede"] and
               "tweede medewerker" in made["afschrift"]["tekst"], made)
    waiting = desk.push(41, code="ZORG.EENZAAM", to="GGZ")
    story.equal("until then nothing goes", waiting.get("code"), "TOESTEMMING_NIET_BEVESTIGD")
    own = desk.push(43, code="ZORG.EENZAAM", to="GGZ", consent=desk.today)
    story.equal("nor on the word of a row", own.get("code"), "TOESTEMMING_NIET_BEVESTIGD")
    status, answer = desk.ask(f"{PATH}/{made['id']}/bevestiging", {})
    story.fact("who recorded it cannot confirm", status == 403 and
               answer["reden"] == "TWEEDE_PERSOON_NODIG", status, answer)
    desk.town.corporatie.run("COLLEGA", "consent", "confirm", made["id"])
    sent = desk.push(41, code="ZORG.EENZAAM", to="GGZ")
    story.equal("then it goes", sent["uitkomst"], "VERZONDEN_TOESTEMMING")
    status, _ = desk.ask(f"{PATH}/{made['id']}/bevestiging", {}, role="COLLEGA")
    story.equal("once is enough", status, 409)


def first_contact(desk, story):
    town = desk.town
    desk.record(51)
    ids = [desk.push(51)["id"], desk.push(51, code="OVL.BURENRUZIE")["id"]]
    town.wait_delivered(town.corporatie)
    done = town.wijkteam.run("ONTVANGER", "accept", ids[0], "--bevestigd", "ja")
    story.fact("ja is told to nobody else", "bevestigt" in done.stdout, done.stdout)
    listed = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")
    story.equal("and stands at the recipient",
                {one["id"]: one.get("bevestigd") for one in listed if one["id"] in ids},
                {ids[0]: "ja", ids[1]: None})
    town.wijkteam.run("ONTVANGER", "accept", ids[1], "--bevestigd", "nee")
    left = [one for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")
            if one["id"] == ids[1]]
    story.fact("nee takes it away there at once, but for that it was there",
               [one["stand"] for one in left] == ["INGT"] and "signaalcode" not in left[0], left)

    def withdrawn():
        _, found = desk.ask(f"{PATH}/_zoek", {"adres": address(51)})
        return found["toestemmingen"][0]["stand"] == "INGETROKKEN"
    towns.wait_for(withdrawn, 15, "the withdrawal at the source")
    story.equal("what comes after is not sent", desk.push(51)["uitkomst"], "GETELD")
    again = desk.push(51, consent=desk.today)
    story.equal("nor on an older word in a file", again.get("code"), "TOESTEMMING_INGETROKKEN")
    status = stories.asked(town.corporatie, "FG", "/v1/status")
    story.fact("the FG of the sender is warned",
               "bevestigt de toestemming niet" in json.dumps(status, ensure_ascii=False), status)


def asks_a_second(document):
    for article in document["bepalingen"]:
        if article["naar"] == ["GGZ"]:
            article["tweedeBevestiger"] = True


def tell(story):
    def prepare(town):
        town.make_covenant(town.covenant, change=asks_a_second)
        town.fingerprint = towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
    town = story.town(prepare=prepare)
    colleague(town.corporatie)
    desk = Desk(story, town)
    at_the_counter(desk, story)
    a_row_rests_on_it(desk, story)
    nobody_widens_silently(desk, story)
    what_no_article_allows(desk, story)
    second_person(desk, story)
    first_contact(desk, story)


stories.run(tell)
