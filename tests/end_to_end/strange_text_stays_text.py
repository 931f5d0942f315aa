# SPDX-License-Identifier: EUPL-1.2
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import forged  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from fake_partner import FakePartner, http  # noqa: E402
from people import intake, row  # noqa: E402
from raw_http import Door  # noqa: E402

MARK = "INGESMOKKELD"
STRANGE = {
    "a line end": f"x\r\n2026-01-01T00:00:00.000Z started OK partner=- number=0 {MARK}\n",
    "a colour": f"\x1b[31m{MARK}\x1b[0m",
    "a title": f"\x1b]0;{MARK}\x07",
    "a C1 control": f"\x9b31m{MARK}",
    "right to left": f"\u202e{MARK}",
    "a format": f"%s%n%x{MARK}",
    "a megabyte": MARK * 90000,
}
LINE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z [a-z-]+ [A-Z_]+ "
                  rb"partner=(-|[0-9A-Z]{20}) number=-?[0-9]+\n")
END = b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def odd_lines(log):
    """Lines of the operational log that are not from its closed list of forms."""
    return [line[:120] for line in log.splitlines(keepends=True) if not LINE.fullmatch(line)]


def odd_screen(text):
    return CONTROL.findall(text)


class Answers:
    """What came back for strange text: a problem body must be plain and quote nothing,
    and nothing is our fault."""

    def __init__(self):
        self.count, self.wrong = 0, []

    def take(self, what, status, body):
        self.count += 1
        text = body.decode("utf-8", "replace")
        if status >= 500 or status >= 400 and (MARK in text or odd_screen(text)):
            self.wrong.append((what, status, text[:200]))


def from_strangers(town, answers):
    door = Door(town.wijkteam, "publiek")
    for name, text in STRANGE.items():
        raw = text.encode()
        for what, data in {
                "path": b"GET /v1/" + raw + END,
                "header": b"GET /v1/status" + END[:-2] + b"X-A: " + raw + b"\r\n\r\n",
                "transaction": b"GET /v1/x" + END[:-2] + b"Fsc-Transaction-Id: " + raw +
                               b"\r\n\r\n"}.items():
            for one in door.say(data)[0]:
                answers.take((name, what), one.status, one.body)


def from_users(town, answers):
    sender, receiver, day = town.corporatie, town.wijkteam, town.today.isoformat()
    for name, text in STRANGE.items():
        ask = [
            (sender, "MELDER", "/v1/invoer", intake([row(text, day)])),
            (sender, "MELDER", "/v1/invoer", intake([row("strange", day, naam=text)])),
            (sender, "MELDER", "/v1/invoer", intake([row("strange", day, code=text)])),
            (sender, "MELDER", "/v1/invoer", {**intake([row("strange", day)]), "adapter": text}),
            (sender, "MELDER", "/v1/invoer", {**intake([]), text: 1}),
            (receiver, "ONTVANGER", "/v1/antwoorden", {"signaal": text, "code": text}),
            (receiver, "BEHEERDER", "/v1/gebruikers",
             {"vingerafdruk": "0" * 64, "naam": text, "rollen": ["MELDER"]}),
            (receiver, "BEHEERDER", "/v1/gebruikers",
             {"vingerafdruk": text, "naam": "1", "rollen": [text]}),
            (receiver, "AUDITOR", "/v1/logregels/_zoek", {"actor": text}),
            (receiver, "CONVENANTBEHEERDER", "/v1/convenanten",
             {"bestand": text, "vingerafdruk": text}),
            (receiver, "CONVENANTBEHEERDER", "/v1/toetsingen",
             {"wijze": text, "velden": [text], "voorwaarden": [], "bewijs": False}),
        ]
        for partner, role, path, body in ask:
            status, _, said = partner.api(role, "POST", path, json.dumps(body))
            answers.take((name, path), status, said)


def from_partners(town, forge, answers):
    sender, receiver = town.corporatie, town.wijkteam
    for name, text in STRANGE.items():
        head = {"van": text, "aan": text, "convenant": text, "soort": text, "bericht": text,
                "sleutel": text}
        for body in ({"kop": head, "inhoud": "A"}, {"kop": head, "inhoud": text}, {text: text}):
            status, _, said = receiver.from_partner(sender, "POST", "/v1/signalen",
                                                    json.dumps(body))
            answers.take((name, "message"), status, said)
        if len(text) > 1000:
            continue
        for contact in ({"naam": text}, {"telefoon": text}, {"taal": text}):
            item = forge.consented(contactenvelop=forged.envelope(**contact))
            status, _, _, said = forge.post("CORPORATIE", "WIJKTEAM",
                                            forge.body("CORPORATIE", "WIJKTEAM", [item],
                                                       proof=forge.proof()))
            answers.take((name, "contact"), status, said)
    odd = town.authority.issue("odd", f"/O={STRANGE['a colour']}/serialNumber={sender.oin}/CN=x\n"
                                      f"{MARK}")
    status, _, said = receiver.from_partner(None, "POST", "/v1/signalen", "{}", None, *odd)
    answers.take(("subject", "certificate"), status, said)


def from_an_answering_partner(story, town):
    """A partner's refusal, with strange text where the machine code belongs."""
    sender, receiver = town.corporatie, town.wijkteam
    receiver.stop()
    fake = FakePartner(receiver.partner_port, town.authority)
    screens = []
    for text in STRANGE.values():
        problem = json.dumps({"type": text, "title": text, "status": 400, "detail": text,
                              "code": text}).encode()
        fake.behave(receiver.certificate, receiver.key, lambda body, said=problem: (
            http("400 " + MARK, said, "Content-Type: application/problem+json"),))
        if not screens:
            day = town.today.isoformat()
            sender.api("MELDER", "POST", "/v1/invoer", intake([row("to-a-fake", day)]))
        fake.wait_tried(1)
        screens.append(sender.run("BEHEERDER", "status", check=False).stdout)
        screens.append(sender.api("BEHEERDER", "GET", "/v1/metrics")[2].decode())
    story.equal("X8: a partner's refusal puts nothing of its own on the screen or in the metrics",
                [one for one in screens if MARK in one or odd_screen(one)], [])
    fake.stop()
    receiver.start()


def screens(town):
    """What people and auditors read after all that."""
    sender, receiver = town.corporatie, town.wijkteam
    shown = [sender.run("MELDER", "sent", check=False),
             receiver.run("ONTVANGER", "inbox", check=False),
             receiver.run("BEHEERDER", "user", "list", check=False),
             receiver.run("AUDITOR", "audit", "list", check=False),
             sender.run("AUDITOR", "audit", "list", check=False),
             receiver.run("BEHEERDER", "status", check=False)]
    for item in json.loads(receiver.api("ONTVANGER", "GET", "/v1/postvak")[2])["postvak"]:
        receiver.run("ONTVANGER", "accept", item["id"], check=False)
        shown.append(receiver.run("ONTVANGER", "open", item["id"], check=False))
    return [one.stdout + one.stderr for one in shown]


def tell(story):
    story.fact("X8: the harness sees a broken gateway: a line and a screen with strange text are "
               "told", odd_lines(STRANGE["a line end"].encode()) and
               all(odd_screen(STRANGE[name]) for name in
                   ("a line end", "a colour", "a title", "a C1 control", "right to left")))
    town = story.town(prepare=lambda town: town.corporatie.change_settings(herhaalSecondenMax=1))
    forge = forged.Forge(town, story.build)
    answers = Answers()
    from_strangers(town, answers)
    from_users(town, answers)
    from_partners(town, forge, answers)
    story.fact(f"X8: {answers.count} requests with strange text: no refusal quotes a byte of it",
               answers.count > 100 and not answers.wrong, answers.wrong[:5])
    from_an_answering_partner(story, town)
    seen = screens(town)
    story.fact("X8: people and auditors see no control of their terminal",
               seen and not any(odd_screen(one) for one in seen),
               [one[:400] for one in seen if odd_screen(one)][:3])
    for partner in town.all():
        log = partner.log.read_bytes()
        story.fact(f"X8: the operational log of {partner.name} holds lines of its closed list only",
                   log and not odd_lines(log) and MARK.encode() not in log, odd_lines(log)[:3])
    rows = [json.dumps(one) for one in town.wijkteam.log_rows()]
    story.equal("X8: no strange text stands in the audit log",
                [one for one in rows if MARK in one][:3], [])


stories.run(tell)
