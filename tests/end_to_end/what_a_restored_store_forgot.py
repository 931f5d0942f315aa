# SPDX-License-Identifier: EUPL-1.2
import datetime
import hashlib
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import intake, pages, row  # noqa: E402

FAR_S = 60  # a loaded machine


def ask(partner, role, method, path, body=None):
    status, _, text = partner.api(role, method, path, body)
    assert status in (200, 201, 202), (status, text)
    return json.loads(text)


class Desk:
    """The corporatie, where consent is recorded for an address and reports rest on it."""

    def __init__(self, town):
        self.town, self.today = town, town.today.isoformat()

    def consent(self, number):
        return ask(self.town.corporatie, "MELDER", "POST", "/v1/gegeven-toestemmingen", {
            "adres": {"postcode": "1234AB", "huisnummer": str(number)}, "soort": "GRONDSLAG",
            "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["WIJKTEAM", "GGZ"],
            "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": self.today,
            "werkwijze": "GESPREK", "formulierVersie": "toestemming-1"})["id"]

    def push(self, number, key, to="WIJKTEAM"):
        one = row(key, self.today, code="ZORG.EENZAAM", to=to, huisnummer=str(number))
        del one["toestemming"], one["toestemmingDatum"]
        return ask(self.town.corporatie, "MELDER", "POST", "/v1/invoer",
                   intake([one]))["rijen"][0]

    def sent(self, key):
        return next(one for one in pages(self.town.corporatie, "MELDER", "/v1/verzonden",
                                         "verzonden") if one["bronsleutel"] == key)

    def arrives(self, key):
        towns.wait_for(lambda: self.sent(key)["stand"] not in ("WACHT", "GEWEIGERD"), FAR_S,
                       f"{key} arrives")
        return self.sent(key)["id"]

    def inbox(self, item):
        """Where it stands at the wijkteam; None: it is not there."""
        return next((one["stand"] for one in pages(self.town.wijkteam, "ONTVANGER", "/v1/postvak",
                                                   "postvak") if one["id"] == item), None)

    def withdraw(self, partner, role, what):
        number = ask(partner, role, "POST", "/v1/intrekkingen", what)["id"]
        towns.wait_for(lambda: not ask(partner, role, "GET", f"/v1/intrekkingen/{number}")
                       ["openstaand"], FAR_S, "each partner's receipt")


def moves(partner):
    """Another signing key and another address, told to all, and then it is there."""
    def taken():
        return partner.log.read_text().count(" keys-taken OK")
    count, port = taken(), towns.free_ports(1)[0]
    begins = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
    towns.command(partner.town.binary, "key", "renew", partner.folder, "--signing", "--adres",
                  f"https://127.0.0.1:{port}", "--ingang", begins.strftime("%Y-%m-%dT%H:%M:%SZ"))
    towns.wait_for(lambda: taken() > count, FAR_S, "the document is taken up")
    partner.town.wait_delivered(partner)
    towns.wait_for(lambda: datetime.datetime.now(datetime.timezone.utc) > begins, FAR_S,
                   "it is in force")
    partner.stop()
    partner.change_settings(partnerPoort=port)
    partner.partner_port = port
    partner.start()


def doctor_finds(partner, other):
    done = subprocess.run([partner.town.binary, "doctor", "--settings", partner.settings,
                           "--profile", partner.profile("BEHEERDER"), "--json"], check=False,
                          capture_output=True, text=True, timeout=120)
    return [one["bevinding"] for one in json.loads(done.stdout)["bevindingen"]
            if one["bevinding"].startswith("PARTNER_") and other.title in one.get("waar", "")]


def put_back(partner, made):
    partner.stop(signal.SIGKILL)
    partner.data.rename(partner.folder / f"verloren-{made['naam']}")
    subprocess.run([partner.town.binary, "restore", pathlib.Path(made["map"]) / made["naam"],
                    "--settings", partner.settings], check=True, capture_output=True, timeout=60)
    partner.start()


def the_recipient_is_put_back(story, desk):
    town = desk.town
    for number in (11, 13):
        desk.consent(number)
        desk.push(number, f"huis-{number}")
    withdrawn, kept = desk.arrives("huis-11"), desk.arrives("huis-13")
    made = town.wijkteam.json("BEHEERDER", "backup", "--uit", "team")
    desk.withdraw(town.wijkteam, "ONTVANGER", {"signaal": withdrawn})
    moves(town.corporatie)
    story.equal("doctor: a partner that moved is looked for where it is now",
                doctor_finds(town.wijkteam, town.corporatie), ["PARTNER_GOOD"])
    put_back(town.wijkteam, made)
    desk.consent(15)
    desk.push(15, "huis-15")
    story.equal("S11: who moved and took another key after the backup is known again",
                desk.inbox(desk.arrives("huis-15")), "ONTV")
    towns.wait_for(lambda: desk.inbox(withdrawn) == "INGT", FAR_S, "what was withdrawn is gone")
    story.equal("S11: what a resident took back at the desk that was put back is erased there "
                "again, and nothing else", (desk.inbox(withdrawn), desk.inbox(kept)),
                ("INGT", "ONTV"))


def the_ggz_may_tell(desk, item):
    """A client lets the GGZ answer about this one signal, and it does."""
    ggz = desk.town.ggz
    ask(ggz, "GGZ_CONTACTPUNT", "POST", "/v1/gegeven-toestemmingen", {
        "signaal": item, "soort": "DOORBREKING_BEROEPSGEHEIM", "basis": "TOESTEMMING",
        "doelen": ["TOELEIDING"], "ontvangers": ["CORPORATIE"],
        "signaalgroepen": ["ZORG_OM_BEWONER"], "geldigVan": desk.today, "werkwijze": "GESPREK",
        "formulierVersie": "doorbreking-1"})
    told = ask(ggz, "GGZ_CONTACTPUNT", "POST", "/v1/antwoorden", {"signaal": item, "code": "INBH"})
    assert told["stand"] == "VERZONDEN", told


def the_sender_is_put_back(story, desk):
    town = desk.town
    number = desk.consent(21)
    desk.push(21, "huis-21")
    desk.arrives("huis-21")
    client = row("ggz-23", desk.today, code="ZORG.EENZAAM", to="GGZ", huisnummer="23",
                 contactmoment="HUISBEZOEK")
    ask(town.corporatie, "MELDER", "POST", "/v1/invoer", intake([client]))
    item = desk.arrives("ggz-23")
    made = town.corporatie.json("BEHEERDER", "backup", "--uit", "corporatie")
    desk.withdraw(town.corporatie, "MELDER", {"toestemming": number})
    the_ggz_may_tell(desk, item)
    town.wait_delivered(town.ggz)
    put_back(town.corporatie, made)
    towns.wait_for(lambda: [one["code"] for one in desk.sent("ggz-23")["antwoorden"]] == ["INBH"],
                   FAR_S, "what the GGZ was allowed to tell")
    story.fact("S11: what a secrecy-bound partner was allowed to tell comes again", True)
    towns.wait_for(lambda: desk.sent("huis-21")["stand"] == "INGT", FAR_S,
                   "the recipient says that it was withdrawn")
    told = desk.push(21, "huis-21-ggz", to="GGZ")
    story.equal("S11: a consent that was withdrawn after the backup does not live again: nothing "
                "goes to a recipient that never had anything", told["uitkomst"], "GETELD")


def tell(story):
    def level(document):
        for article in document["bepalingen"]:
            if article["naar"] == ["GGZ"]:
                article["terugkoppeling"]["niveau"] = 1

    def prepare(town):
        town.make_covenant(town.covenant, change=level)
        town.fingerprint = hashlib.sha256(town.covenant.read_bytes()).hexdigest()
    desk = Desk(story.town(prepare=prepare))
    the_recipient_is_put_back(story, desk)
    the_sender_is_put_back(story, desk)


stories.run(tell)
