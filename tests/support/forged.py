# SPDX-License-Identifier: EUPL-1.2
"""Messages between the gateways of a made-up town, made outside them by tests/tools/forge:
exactly as a partner would, or wrong in one chosen way.

    forge = Forge(town, build)
    item = forge.consented()                       # a good item for the wijkteam
    body = forge.body("CORPORATIE", "WIJKTEAM", [item], proof=forge.proof())
    status, code, answers = forge.post("CORPORATIE", "WIJKTEAM", body)
"""
import base64
import datetime
import json
import pathlib
import secrets
import subprocess
import uuid

PATHS = {"signaal": "/v1/signalen", "terugkoppeling": "/v1/terugkoppelingen",
         "oordeel": "/v1/oordelen", "sleutel": "/v1/sleutels",
         "intrekking": "/v1/intrekkingen", "overdracht": "/v1/overdrachten",
         "sleuteldocument": "/v1/sleuteldocumenten"}
ADDRESS = {"postcode": "1234AB", "huisnummer": "5"}


def envelope(**contact):
    """The member contactenvelop: compact JSON, padded to a multiple of 256 bytes."""
    text = json.dumps({"adres": ADDRESS, "naam": "A. Voorbeeld", "telefoon": "06-12345678",
                       "taal": "nl", **contact}, separators=(",", ":"),
                      ensure_ascii=False).encode() + b"\x80"
    return base64.b64encode(text + bytes(-len(text) % 256)).decode()


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


class Forge:
    def __init__(self, town, build):
        self.town = town
        self.program = pathlib.Path(build).resolve() / "tests/tools/forge"

    # --- items ---

    def token(self):
        half = 1 if self.town.today.month <= 6 else 2
        value = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        return f"wp1.pch.g.{self.town.today.year}H{half}.{value}"

    def core(self, holder, article, purpose, code, covenant="sociaal-renoveren-voorbeelddreef"):
        now = datetime.datetime.now(datetime.timezone.utc)
        return {"id": str(uuid.uuid4()), "convenant": f"{covenant}@1.0.0", "bepaling": article,
                "doel": purpose, "signaalcode": code, "houder": self.town.partners[holder].oin,
                "regiehouder": self.town.corporatie.oin,
                "verzondenOp": now.strftime("%Y-%m-%dT%H:00:00Z")}

    def consented(self, **changes):
        """For the wijkteam, under article 1; it still needs its proof."""
        year, week, _ = self.town.today.isocalendar()
        return {**self.core("WIJKTEAM", 1, "TOELEIDING", "OVL.BURENRUZIE"),
                "contactmoment": "OVERLAST", "waarneemweek": f"{year}-W{week:02}",
                "pseudoniem": self.token(), "hulpvraagBekend": "ja",
                "contactenvelop": envelope(), **changes}

    def by_law(self, **changes):
        """For the gemeente, under article 5."""
        return {**self.core("GEMEENTE", 5, "VROEGSIGNALERING", "FIN.HUURACHTERSTAND"),
                "contactenvelop": envelope(), "bedragAchterstand": 61250,
                "signaalDatum": self.town.today.isoformat(), **changes}

    def proof(self, **changes):
        return {"doelen": ["TOELEIDING"], "signaalgroepen": ["OVERLAST"],
                "geldigVan": (self.town.today - datetime.timedelta(days=2)).isoformat(),
                "geldigTot": (self.town.today + datetime.timedelta(days=90)).isoformat(),
                **changes}

    # --- messages ---

    def keys(self, name):
        folder = self.town.partners[name].folder
        return {"keys": str(folder / "sleutels"), "credential": str(folder / "sleutelbestand")}

    def document(self, name):
        return str(self.town.partners[name].folder / "sleutels/sleuteldocument.json")

    def order(self, sender, recipient, items, soort="signaal", rol="MELDER", **more):
        own = self.keys(sender)
        return {"sender_keys": own["keys"], "credential": own["credential"],
                "recipient_document": self.document(recipient), "soort": soort, "rol": rol,
                "van": self.town.partners[sender].oin, "aan": self.town.partners[recipient].oin,
                "covenant": self.town.fingerprint, "items": items, **more}

    def run(self, order):
        done = subprocess.run([str(self.program)], input=json.dumps(order).encode(),
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.splitlines()

    def bodies(self, *arguments, **more):
        return self.run(self.order(*arguments, **more))

    def body(self, *arguments, **more):
        return self.bodies(*arguments, **more)[0]

    def opened(self, name, bodies, envelopes=False):
        """What the sealed bodies that reached `name` say inside, or the signed envelopes."""
        own = self.keys(name)
        return self.run({"sender_keys": own["keys"], "credential": own["credential"],
                         "open": [body.decode() for body in bodies], "envelopes": envelopes})

    def resaid(self, sender, recipient, body, change, **more):
        """The message of that body with its payload changed as bytes, signed and sealed anew."""
        return self.remade(sender, recipient, body, "payload_base64",
                           change(self.opened(recipient, [body])[0]), **more)

    def resealed(self, sender, recipient, body, change, **more):
        """The same with its signed envelope changed as bytes: it is not signed anew."""
        return self.remade(sender, recipient, body, "envelope_base64",
                           change(self.opened(recipient, [body], envelopes=True)[0]), **more)

    def remade(self, sender, recipient, body, member, text, **more):
        head = json.loads(body)["kop"]
        return self.body(sender, recipient, [{}], soort=head["soort"], bericht=head["bericht"],
                         covenant=head["convenant"],
                         **{member: base64.b64encode(text).decode(), **more})

    def post(self, sender, recipient, body, soort="signaal", **certificate):
        """(status, machine code or None, answers of the receipt, raw body)"""
        partners = self.town.partners
        status, _, raw = partners[recipient].from_partner(
            partners.get(sender), "POST", PATHS[soort], body, **certificate)
        answer = json.loads(raw)
        if status != 201:
            return status, answer["code"], [], raw
        receipt = json.loads(base64.b64decode(answer["payload"]))
        return status, None, receipt["antwoorden"], raw
