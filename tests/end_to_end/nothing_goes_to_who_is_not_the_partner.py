# SPDX-License-Identifier: EUPL-1.2
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http  # noqa: E402
from odd_certificates import Workshop, number  # noqa: E402
from people import LocalConnection, intake, row  # noqa: E402

WRONG = "AFZENDER_ONJUIST"


class Sender:
    """The corporation, and what it knows of its deliveries to the wijkteam."""

    def __init__(self, story, town):
        self.story, self.town, self.gateway = story, town, town.corporatie
        self.sent = 0

    def hand_in(self):
        day = self.town.today.isoformat()
        self.sent += 1
        with LocalConnection(self.gateway, "MELDER") as melder:
            status, told = melder.ask("POST", "/v1/invoer", intake(
                [row(f"t11-{self.sent}", day, number=self.sent)]))
        assert status == 200, told

    def state(self):
        status = stories.asked(self.gateway, "BEHEERDER", "/v1/status")
        return next(one for one in status["afleveren"]
                    if one["partij"] == self.town.wijkteam.oin), status["waarschuwingen"]

    def alarms(self):
        return [one for one in self.gateway.log_rows(gebeurtenis="alarm")
                if one.get("code") == WRONG and
                one.get("doel") == self.town.wijkteam.oin]

    def wait_refused(self):
        towns.wait_for(lambda: self.state()[0].get("laatsteFout") == WRONG, 20,
                       "the wrong certificate is told")

    def replace_list(self, text):
        """Moved into place; waits until it is in use."""
        log, path = self.gateway.log, self.gateway.folder / "lijst.pem"
        count = log.read_text().count(" reloaded ")
        path.with_suffix(".new").write_bytes(text)
        os.replace(path.with_suffix(".new"), path)
        towns.wait_for(lambda: log.read_text().count(" reloaded ") > count, 20, "the list is read")


def impostors(sender, workshop):
    """name -> what the listener shows."""
    town = sender.town
    oin, subject = town.wijkteam.oin, f"/O=B/serialNumber={town.wijkteam.oin}/CN=wijkteam"
    other = towns.Authority(workshop.folder / "other", "Test Partners CA")
    revoked = workshop.minted("revoked", number(oin))
    sender.replace_list(workshop.crl("revokes", revoked).read_bytes())
    return {
        "another OIN": workshop.minted("other-oin", number("00000099000000090000")),
        "another partner": (town.ggz.certificate, town.ggz.key),
        "no OIN": workshop.minted("no-oin", "CN:printable:" + b"wijkteam".hex()),
        "two OINs": workshop.minted("two", number(oin), number("00000099000000090000")),
        "the OIN and a NUL": workshop.minted("nul", number(oin.encode() + b"\0")),
        "the OIN as UTF8String": workshop.minted("utf8", number(oin, "utf8")),
        "a certificate that has ended": workshop.minted("ended", number(oin), "from:-7200",
                                                        "until:-60"),
        "a certificate that has not begun": workshop.minted("later", number(oin), "from:7200"),
        "a revoked certificate": revoked,
        "a certificate for callers only": workshop.leaf(
            "caller", subject, "extendedKeyUsage=clientAuth\n"),
        "a certificate of another CA of the same name": other.issue("fake", subject),
    }


def shown(sender, workshop, fake):
    story, shows = sender.story, impostors(sender, workshop)
    sender.hand_in()
    size = len(sender.alarms())
    for name, pair in shows.items():
        fake.behave(*pair, lambda body: (http("201 Created"),))
        fake.wait_tried(2 if os.environ.get("THOROUGH") == "1" else 1)
        story.equal(f"T11: {name}: not a byte is sent", fake.messages, [])
    state, warnings = sender.state()
    story.fact("T11: the message stays queued, and the status says why",
               state["onderweg"] and state["laatsteFout"] == WRONG, state)
    story.fact("T11: a warning names the partner",
               any("antwoordt een ander" in one and sender.town.wijkteam.title in one
                   for one in warnings), warnings)
    story.equal("T11: the log has one alarm for all the attempts", len(sender.alarms()) - size, 1)
    right = workshop.minted("elsewhere", number(sender.town.wijkteam.oin), "CN:printable:" +
                            b"a name that is no address".hex())
    fake.behave(*right, lambda body: (http("201 Created"),))
    fake.wait_tried(1)
    story.fact("T11: a partner is its OIN: whatever its name, the message goes, so the harness "
               "sees it when it does", len(fake.messages) > 0)


def ends_while_it_stands(sender, workshop):
    """A certificate that was good when the connection was made."""
    story, town, team = sender.story, sender.town, sender.town.wijkteam
    team.start()
    town.wait_delivered(sender.gateway)
    log = team.log
    for name, words, breaks in (
            ("revoked", [], lambda pair: sender.replace_list(
                workshop.crl("late", pair).read_bytes())),
            ("ended", ["until:7"], lambda _: time.sleep(7.5))):
        pair = workshop.minted(f"stands-{name}", number(team.oin), *words)
        count = log.read_text().count(" reloaded ")
        put(team, pair)
        towns.wait_for(lambda: log.read_text().count(" reloaded ") > count, 20, "the new pair")
        team.stop()
        team.start()  # so that the sender connects anew, and sees this certificate
        sender.hand_in()
        town.wait_delivered(sender.gateway)
        breaks(pair)
        alarms = len(sender.alarms())
        sender.hand_in()
        sender.wait_refused()
        state, _ = sender.state()
        story.fact(f"T11: a connection that stands is not used once the certificate is {name}",
                   state["onderweg"] and len(sender.alarms()) == alarms + 1, state)
        put(team, (team.certificate, team.key))
        town.wait_delivered(sender.gateway)
    inbox = stories.asked(team, "ONTVANGER", "/v1/postvak?aantal=200")["postvak"]
    story.equal("T11: once all is well every message arrived, once", len(inbox), sender.sent)


def put(gateway, pair):
    settings = stories.json.loads(gateway.settings.read_text())
    for name, source in (("partnerSleutel", pair[1]), ("partnerCertificaat", pair[0])):
        path = gateway.folder / settings[name]
        path.with_suffix(".new").write_bytes(pathlib.Path(source).read_bytes())
        path.with_suffix(".new").chmod(0o600)
        os.replace(path.with_suffix(".new"), path)


def tell(story):
    shops = []

    def prepare(town):
        shops.append(Workshop(story.folder / "odd", town.authority, story.build))
        path = town.corporatie.folder / "lijst.pem"
        path.write_bytes(shops[0].crl("first").read_bytes())
        town.corporatie.change_settings(partnersCrl=str(path), herhaalSecondenMax=1)
    town = story.town(prepare=prepare)
    sender = Sender(story, town)
    town.wijkteam.stop()
    fake = FakePartner(town.wijkteam.partner_port, town.authority)
    shown(sender, shops[0], fake)
    fake.stop()
    ends_while_it_stands(sender, shops[0])


stories.run(tell)
