# SPDX-License-Identifier: EUPL-1.2
"""The surface of a gateway: every answer beside config/openapi-*.json (status, headers, media
type, shape), each operation of both documents seen to succeed, and the rules that hold for all
of them: versions, security headers, methods, media types, no redirects.
"""
import base64
import copy
import hashlib
import http.client
import json
import os
import pathlib
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns
from forged import Forge
from people import colleague, intake, row
from schema import Document

SECURITY = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
            "referrer-policy": "no-referrer", "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "strict-transport-security": "max-age=31536000"}
JSON = {"Content-Type": "application/json"}


class Door:
    """One listener of one gateway, as one caller; every answer is held beside the document."""

    def __init__(self, name, port, context, document, seen):
        self.name, self.port, self.context = name, port, context
        self.document, self.seen, self.wrong = document, seen, []

    def ask(self, method, path, body=None, headers=None):
        """(status, headers with small names, body)"""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=30)
        connection.putrequest(method, path, skip_accept_encoding=True)
        content = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        for name, value in (headers if headers is not None else JSON if content else {}).items():
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        answer = connection.getresponse()
        told = answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
        connection.close()
        self.look(method, path, told)
        return told

    def look(self, method, path, told):
        where = path.split("?")[0]
        operation = self.document.operation(method, where)
        if operation is None or operation["x-luisteraar"] != self.name:
            return
        self.wrong += [(method, path, told[0], fault) for fault in
                       self.document.answer_faults(method, where, *told)]
        if told[0] < 300:
            self.seen.add((self.name, operation["operationId"]))


def code_of(told):
    return told[0], json.loads(told[2])["code"] if told[2] else None


class House:
    def __init__(self, story, town):
        self.partner_api = Document(towns.ROOT / "config/openapi-partner.json")
        self.local_api = Document(towns.ROOT / "config/openapi-lokaal.json")
        self.seen, self.doors, self.town = set(), [], town

    def door(self, name, port, context, document):
        self.doors.append(Door(name, port, context, document, self.seen))
        return self.doors[-1]

    def local(self, partner, role):
        profile = json.loads(partner.profile(role).read_text())
        base = partner.profile(role).parent
        context = ssl.create_default_context(cafile=base / profile["ca"])
        context.load_cert_chain(base / profile["certificaat"], base / profile["sleutel"])
        return self.door("lokaal", partner.local_port, context, self.local_api)

    def without_hostname(self):
        context = ssl.create_default_context(cafile=self.town.authority.pem)
        context.check_hostname = False
        return context

    def from_partner(self, to, sender):
        context = self.without_hostname()
        context.load_cert_chain(sender.certificate, sender.key)
        return self.door("partner", to.partner_port, context, self.partner_api)

    def public(self, partner):
        return self.door("publiek", partner.public_port, self.without_hostname(), self.partner_api)


# --- that the harness sees ---

def it_bites(story, house, door):
    told = door.ask("GET", "/v1/postvak?aantal=1")
    document = house.local_api
    body = json.loads(told[2])
    story.equal("surface: an answer as it is has no fault",
                document.answer_faults("GET", "/v1/postvak", *told), [])
    doctored = {
        "a member too many": {**body, "bsn": "1"},
        "a member too few": {"postvak": []},
        "another type": {**body, "volgende": 7},
        "an inner member too many": {**body, "postvak": [{**one, "naam": "x"} for one in body["postvak"]]},
        "an instant without Z": {**body, "postvak": [{**one, "ontvangenOp": "2026-01-01T00:00:00+01:00"}
                                                     for one in body["postvak"]]},
        "an unknown word": {**body, "postvak": [{**one, "doel": "NIEUW"} for one in body["postvak"]]},
    }
    for what, other in doctored.items():
        story.fact(f"surface: the harness sees {what}",
                   document.answer_faults("GET", "/v1/postvak", told[0], told[1], json.dumps(other).encode()))
    headers = {name: value for name, value in told[1].items() if name != "api-version"}
    story.fact("surface: the harness sees a header that lacks",
               document.answer_faults("GET", "/v1/postvak", told[0], headers, told[2]))
    story.fact("surface: the harness sees a status that is not described",
               document.answer_faults("GET", "/v1/postvak", 418, told[1], told[2]))
    changed = copy.deepcopy(document)
    changed.value["paths"]["/v1/postvak"]["get"]["responses"]["200"]["content"] = {"text/html": {"schema": {}}}
    story.fact("surface: the harness sees another media type", changed.answer_faults("GET", "/v1/postvak", *told))


# --- every operation, once and well ---

def a_signal_goes_through(story, house, town):
    melder = house.local(town.corporatie, "MELDER")
    rows = [row(f"case-{i}", town.today.isoformat(), number=i) for i in range(2)]
    rows.append(row("case-9", town.today.isoformat(), code="PSY.SUICIDALITEIT", number=9))
    for trial in (True, False):
        told = melder.ask("POST", "/v1/invoer", intake(rows, trial))
        story.equal(f"surface: rows are taken in{' on trial' if trial else ''}", told[0], 200)
    worker = house.local(town.wijkteam, "ONTVANGER")
    towns.wait_for(lambda: len(json.loads(worker.ask("GET", "/v1/postvak")[2])["postvak"]) == 2, 20, "two signals")
    first = json.loads(worker.ask("GET", "/v1/postvak?aantal=1")[2])
    worker.ask("GET", f"/v1/postvak?aantal=1&cursor={first['volgende']}")
    one = first["postvak"][0]["id"]
    closed = worker.ask("GET", f"/v1/postvak/{one}/inhoud")
    story.equal("surface: contact details are closed before acceptance", code_of(closed), (409, "STAP_NIET_MOGELIJK"))
    worker.ask("POST", f"/v1/postvak/{one}/aanvaarding")
    worker.ask("GET", f"/v1/postvak/{one}/inhoud")
    worker.ask("POST", "/v1/antwoorden", {"signaal": one, "code": "INBH"})
    wrong = worker.ask("POST", "/v1/antwoorden", {"signaal": one, "code": "ONTV"})
    story.fact("surface: a step that cannot be names those that can",
               wrong[0] == 409 and json.loads(wrong[2])["toegestaan"], wrong)
    towns.wait_for(lambda: "INBH" in melder.ask("GET", "/v1/verzonden")[2].decode(), 20, "the answer")
    told = worker.ask("POST", f"/v1/postvak/{one}/overdracht", {"naar": "GEMEENTE"})
    story.equal("surface: passing on is asked", told[0], 202)
    towns.wait_for(lambda: "GEWEIGERD" in worker.ask("GET", "/v1/postvak")[2].decode(), 20,
                   "the refusal: the resident named nobody else")
    told = worker.ask("POST", f"/v1/postvak/{one}/overdracht", {"naar": "WIJKTEAM"})
    story.equal("surface: to oneself it cannot be", code_of(told), (409, "STAP_NIET_MOGELIJK"))
    an_early_signal_is_proven(town, melder)
    return worker, melder


def an_early_signal_is_proven(town, melder):
    day = town.today.isoformat()
    told = melder.ask("POST", "/v1/invoer", intake([row(
        "case-20", day, code="FIN.HUURACHTERSTAND", to="GEMEENTE", number=20, toestemming="nee",
        contactpoging=day, gewezenOpHulp=day, schriftelijkeHerinnering=day, bezwaar="nee",
        huidigeHuurder="ja", regelingLoopt="nee", meerderjarig="ja", bedragAchterstand=100)]))
    path = f"/v1/verzonden/{json.loads(told[2])['rijen'][0]['id']}/bewijs"
    towns.wait_for(lambda: melder.ask("GET", path)[0] == 200, 20, "the receipt of the municipality")


def covenants(story, house, town):
    keeper = house.local(town.corporatie, "CONVENANTBEHEERDER")
    keeper.ask("GET", "/v1/convenanten")
    keeper.ask("GET", f"/v1/convenanten/{town.fingerprint}")
    second = town.folder / "second.json"
    town.make_covenant(second, ID="tweede-convenant", TITEL="Tweede")
    fingerprint = hashlib.sha256(second.read_bytes()).hexdigest()
    body = {"bestand": base64.b64encode(second.read_bytes()).decode(), "vingerafdruk": fingerprint}
    story.equal("surface: a covenant is added", keeper.ask("POST", "/v1/convenanten", body)[0], 201)
    story.equal("surface: once", code_of(keeper.ask("POST", "/v1/convenanten", body)), (409, "BESTAAT_AL"))
    keeper.ask("POST", f"/v1/convenanten/{fingerprint}/oordelen", {"oordeel": "AFWIJZING"})
    keeper.ask("GET", "/v1/convenanten")   # now with one that is not in force
    ask = {"convenant": "sociaal-renoveren-voorbeelddreef", "naar": "WIJKTEAM", "wijze": "TOESTEMMING",
           "doel": "TOELEIDING", "signaalcode": "OVL.BURENRUZIE", "velden": ["bewijs"], "voorwaarden": [], "bewijs": True}
    story.equal("surface: it may", json.loads(keeper.ask("POST", "/v1/toetsingen", ask)[2])["toegestaan"], True)
    told = keeper.ask("POST", "/v1/toetsingen", {**ask, "naar": "GEMEENTE", "wijze": "AGGREGAAT"})
    story.equal("surface: it may not", json.loads(told[2]).get("toegestaan"), False)


def the_log_and_its_readers(story, house, town):
    auditor = house.local(town.corporatie, "AUDITOR")
    told = auditor.ask("POST", "/v1/logregels/_zoek", {"aantal": 500, "bladen": True})
    story.fact("surface: the log has rows of many kinds",
               len({one["gebeurtenis"] for one in json.loads(told[2])["regels"]}) > 5)
    auditor.ask("GET", "/v1/log/checkpoint")
    officer, keeper = house.local(town.corporatie, "FG"), house.local(town.corporatie, "BEHEERDER")
    keeper.ask("GET", "/v1/gebruikers")
    keeper.ask("GET", "/v1/status")
    keeper.ask("GET", "/v1/metrics")
    house.local(town.corporatie, "SYSTEEM").ask("GET", "/v1/metrics")
    keeper.ask("GET", "/v1/openapi.json")
    story.equal("surface: a backup is begun", keeper.ask("POST", "/v1/reservekopieen", {"naam": "eerste"})[0], 202)
    towns.wait_for(lambda: json.loads(keeper.ask("GET", "/v1/reservekopieen")[2])["stand"] != "BEZIG", 20, "the backup")
    new = {"vingerafdruk": "ab" * 32, "naam": "8001", "rollen": ["AUDITOR"]}
    story.equal("surface: a user is added", keeper.ask("POST", "/v1/gebruikers", new)[0], 201)
    officer.ask("POST", f"/v1/gebruikers/{'ab' * 32}/bevestiging", {})
    story.equal("surface: a user is removed", keeper.ask("DELETE", f"/v1/gebruikers/{'ab' * 32}")[0], 204)


def a_resident_chooses(story, house, town, worker):
    colleague(town.corporatie)
    melder, second = (house.local(town.corporatie, role) for role in ("MELDER", "COLLEGA"))
    choice = {"adres": {"postcode": "1234AB", "huisnummer": "77"}, "soort": "GRONDSLAG",
              "basis": "TOESTEMMING", "doelen": ["TOELEIDING"], "ontvangers": ["WIJKTEAM"],
              "signaalgroepen": ["OVERLAST"], "geldigVan": town.today.isoformat(),
              "werkwijze": "GESPREK", "formulierVersie": "toestemming-1"}
    told = melder.ask("POST", "/v1/gegeven-toestemmingen", choice)
    story.equal("surface: a choice is recorded", told[0], 201)
    wider = {**choice, "signaalgroepen": ["OVERLAST", "FINANCIEN"]}
    story.equal("surface: a wider one is not",
                melder.ask("POST", "/v1/gegeven-toestemmingen", wider)[0], 403)
    melder.ask("GET", "/v1/gegeven-toestemmingen?aantal=1")
    melder.ask("POST", "/v1/gegeven-toestemmingen/_zoek", {"adres": choice["adres"]})
    path = f"/v1/gegeven-toestemmingen/{json.loads(told[2])['id']}/bevestiging"
    story.equal("surface: not confirmed by who recorded it", melder.ask("POST", path, {})[0], 403)
    second.ask("POST", path, {})
    one = json.loads(worker.ask("GET", "/v1/postvak?aantal=1")[2])["postvak"][0]["id"]
    worker.ask("POST", f"/v1/postvak/{one}/toestemming", {"bevestigd": "ja"})


def a_resident_agrees_beforehand(story, house, town):
    """A pilot light, an agreement in three parts, a buddy: signed, written down, read and ended."""
    melder, today = house.local(town.corporatie, "MELDER"), town.today.isoformat()
    signed = {"geldigVan": today, "werkwijze": "GESPREK", "formulierVersie": "afspraak-1"}
    at = [{"postcode": "1234AB", "huisnummer": str(number)} for number in (91, 93)]
    choice = {**signed, "basis": "TOESTEMMING", "adres": at[0]}
    told = melder.ask("POST", "/v1/waakvlamafspraken", {**signed, "adres": at[0], "begeleider": "WIJKTEAM"})
    story.equal("surface: a pilot light is signed", told[0], 201)
    path = f"/v1/waakvlamafspraken/{json.loads(told[2])['id']}"
    shown = [melder.ask("GET", "/v1/waakvlamafspraken?aantal=1")[0], melder.ask("GET", path)[0],
             melder.ask("POST", f"{path}/beeindiging", {})[0]]
    story.equal("surface: it is read and ended", shown, [200, 200, 200])
    melder.ask("POST", "/v1/gegeven-toestemmingen", {
        **choice, "soort": "GRONDSLAG", "doelen": ["WOONSTAP"], "ontvangers": ["WIJKTEAM"], "signaalgroepen": ["WONEN"]})
    told = melder.ask("POST", "/v1/woonafspraken", {"adres": at[0], "aflossing": "TOT_50", "hulp": "BUDGETHULP",
                                                    "huurvoorwaarde": "VAST_CONTACT", "eindDatum": today})
    story.equal("surface: an agreement in three parts is written down and read",
                (told[0], melder.ask("GET", "/v1/woonafspraken")[0]), (201, 200))
    sides = [json.loads(melder.ask("POST", "/v1/gegeven-toestemmingen", {
        **choice, "adres": where, "soort": "MAATJE", "doelen": ["TOELEIDING"], "ontvangers": ["CORPORATIE"],
        "signaalgroepen": [side]})[2])["id"] for where, side in zip(at, ("VRAGEND", "DRAGEND"))]
    told = melder.ask("POST", "/v1/maatjes", {"vraagt": sides[0], "draagt": sides[1]})
    story.equal("surface: two residents are brought together", told[0], 201)
    story.equal("surface: that is read and ended", (
        melder.ask("GET", "/v1/maatjes")[0],
        melder.ask("POST", f"/v1/maatjes/{json.loads(told[2])['id']}/beeindiging", {})[0]), (200, 204))


def what_else_a_reporter_reads(story, house, town, worker):
    melder, today = house.local(town.corporatie, "MELDER"), town.today.isoformat()
    melder.ask("POST", "/v1/invoer", intake([row(f"nuisance-{i}", today, code="OVL.GELUID", number=40,
                                                 toestemming="nee") for i in range(3)]))
    noticed = json.loads(melder.ask("GET", "/v1/attenderingen")[2])["attenderingen"]
    story.equal("surface: a third nuisance is noticed", len(noticed), 1)
    melder.ask("GET", "/v1/te-laat")
    one = json.loads(worker.ask("GET", "/v1/postvak?aantal=1")[2])["postvak"][0]["id"]
    story.equal("surface: one received signal is read", worker.ask("GET", f"/v1/postvak/{one}")[0], 200)


def a_resident_asks(story, house, town):
    officer = house.local(town.corporatie, "FG")
    told = officer.ask("POST", "/v1/inzageverzoeken",
                       {"adres": {"postcode": "1234AB", "huisnummer": "1"}, "naam": "Anouk Voorbeeld"})
    story.equal("surface: a resident gets a letter", told[0], 201)
    asked = json.loads(told[2])["id"]
    officer.ask("POST", f"/v1/inzageverzoeken/{asked}/afhandeling", {"verlenging": "INGEWIKKELD"})
    officer.ask("POST", f"/v1/inzageverzoeken/{asked}/afhandeling", {})
    officer.ask("GET", "/v1/inzageverzoeken")
    story.equal("surface: a question is answered once",
                officer.ask("POST", f"/v1/inzageverzoeken/{asked}/afhandeling", {})[0], 409)


def figures_of_no_month_yet(house, town):
    """A month that is closed is in what_a_wijkbeheerder_reads, beside the same description."""
    officer = house.local(town.corporatie, "FG")
    for path in ("/v1/maandrapporten", "/v1/nakoming?van=2020-01", "/v1/knelpunten?tot=2099-12"):
        officer.ask("GET", path)
    officer.ask("GET", "/v1/maandrapporten/2020-01")


def a_resident_stops(story, house, town):
    melder = house.local(town.corporatie, "MELDER")
    address = {"postcode": "1234AB", "huisnummer": "77"}
    told = melder.ask("POST", "/v1/intrekkingen", {"adres": address})
    story.equal("surface: a withdrawal by address is written down", told[0], 200)
    melder.ask("GET", f"/v1/intrekkingen/{json.loads(told[2])['id']}")
    told = melder.ask("POST", "/v1/bezwaren", {"adres": address, "doel": "TOELEIDING"})
    story.equal("surface: so is an objection", told[0], 200)
    sent = next(one["id"] for one in json.loads(melder.ask("GET", "/v1/verzonden")[2])["verzonden"])
    told = melder.ask("POST", f"/v1/verzonden/{sent}/terugtrekking", {})
    story.equal("surface: and a recall", told[0], 200)


def a_stolen_key_is_endorsed(story, house, town):
    """One endorsement, by a party that agreed: the rest of an emergency is in keys_change_and_nothing_is_lost."""
    gateway = town.wijkteam
    said = subprocess.run([town.binary, "key", "renew", gateway.folder, "--emergency"], capture_output=True, text=True,
                          check=True, env={**os.environ, "LANG": "nl_NL.UTF-8"}).stdout
    draft = (gateway.folder / "sleutels/0002-nood.verzoek/sleuteldocument.json").read_bytes()
    fingerprint = next(line for line in said.splitlines() if line.startswith("  ")).replace(" ", "")
    keeper = house.local(town.gemeente, "CONVENANTBEHEERDER")
    body = {"sleuteldocument": base64.b64encode(draft).decode(), "vingerafdruk": fingerprint}
    told = keeper.ask("POST", "/v1/noodsleuteldocumenten", body)
    story.equal("surface: an emergency is endorsed", told[0], 201)
    told = keeper.ask("POST", "/v1/noodsleuteldocumenten", {**body, "vingerafdruk": "0" * 64})
    story.fact("surface: by who had the fingerprint read to him", told[0] in (400, 403, 409), told)


def partners_post(story, house, town, forge):
    """A signal by another sender, and the kinds whose own content we did not make: refused as whole."""
    door = house.from_partner(town.gemeente, town.corporatie)
    body = forge.body("CORPORATIE", "GEMEENTE", [forge.by_law()])
    told = door.ask("POST", "/v1/signalen", body)
    story.equal("surface: a message is answered with a receipt", told[0], 201)
    envelope = json.loads(told[2])
    receipt = json.loads(base64.b64decode(envelope["payload"]))
    story.equal("surface: what the receipt says has the shape that is described",
                house.partner_api.faults(receipt, {"$ref": "#/components/schemas/Ontvangst"}), [])
    story.equal("surface: the same bytes get the same receipt", door.ask("POST", "/v1/signalen", body)[2], told[2])
    item = forge.by_law()
    story.equal("surface: so has the item",
                house.partner_api.faults(item, {"$ref": "#/components/schemas/Signaal"}), [])
    message = json.loads(body)
    story.equal("surface: so has the message",
                house.partner_api.faults(message, {"$ref": "#/components/schemas/Bericht"}), [])
    for path in ("/v1/terugkoppelingen", "/v1/oordelen", "/v1/sleutels"):
        told = door.ask("POST", path, body)
        story.fact(f"surface: {path} does not take a signal", told[0] == 400, told)


def each_operation_was_seen(story, house):
    described = {(op["x-luisteraar"], op["operationId"]) for document in (house.partner_api, house.local_api)
                 for _, _, op in document.operations()}
    # What only a gateway itself can make; a_gateway_goes_on_where_it_was and others see these at work.
    described -= {("partner", name) for name in ("stuurTerugkoppelingen", "stuurOordelen", "stuurSleutels", "stuurConvenanten",
                                                 "vraagHerstel", "vraagInzage", "trekIn", "stuurSleuteldocumenten", "zetDoor",
                                                 "meldEscalatie")}
    described -= {("lokaal", "leesMaandrapport")}
    story.equal("surface: each operation of both documents was seen to succeed", sorted(described - house.seen), [])


# --- what holds for all ---

def doors_of(house, town):
    """(door, a path that answers GET or None, a path that is taken)"""
    return [(house.local(town.corporatie, "BEHEERDER"), "/v1/status"),
            (house.public(town.corporatie), "/v1/status"),
            (house.from_partner(town.gemeente, town.corporatie), "/v1/signalen")]


def the_headers_are_there(story, house, town):
    wrong = []
    for door, path in doors_of(house, town):
        asked = [door.ask("GET", path), door.ask("HEAD", path), door.ask("GET", "/v1/nergens"), door.ask("PUT", path),
                 door.ask("GET", path, headers={"Accept": "image/png"}),
                 door.ask("POST", path, b"{", JSON), door.ask("POST", path, b"a=b", {"Content-Type": "text/plain"}),
                 door.ask("POST", path, b"x" * 70000, JSON), door.ask("GET", path, headers={"X-Long": "y" * 20000}),
                 door.ask("GET", "/" + "z" * 9000), door.ask("GET", path, headers={"Expect": "100-continue"}),
                 door.ask("GET", path, headers={"Transfer-Encoding": "chunked"})]
        for told in asked:
            lacks = [name for name, value in SECURITY.items() if told[1].get(name) != value]
            if lacks or told[1].get("api-version") != "1.0.0" or "server" in told[1] or "location" in told[1]:
                wrong.append((door.name, told[0], lacks, told[1]))
            if told[0] >= 400 and told[1].get("content-type") != "application/problem+json":
                wrong.append((door.name, told[0], told[1]))
            if told[2] and told[0] >= 400:
                wrong += door.document.body_faults(told[2], "json", {"$ref": "#/components/schemas/Probleem"})
                if json.loads(told[2])["status"] != told[0]:
                    wrong.append(("the body says another status", told))
        story.fact(f"surface: {door.name} gives each kind of refusal, and every one has all headers",
                   {400, 404, 405, 414, 417, 431} <= {told[0] for told in asked} and not wrong,
                   sorted(told[0] for told in asked), *wrong[:3])


def methods(story, house, town):
    for door, _ in doors_of(house, town):
        wrong = []
        for path in {path for path, _, op in door.document.operations() if op["x-luisteraar"] == door.name}:
            can = sorted({verb.upper() for where, verb, op in door.document.operations()
                          if where == path and op["x-luisteraar"] == door.name})
            can += ["HEAD"] if "GET" in can else []
            concrete = path.replace("{id}", "01a2045c-6e82-7598-b3d2-8600ae29aef0").replace("{vingerafdruk}", "0" * 64)
            concrete = concrete.replace("{maand}", "2020-01")
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                if method in can:
                    continue
                told = door.ask(method, concrete)
                allowed = sorted(told[1].get("allow", "").split(", "))
                if told[0] != 405 or allowed != sorted(can):
                    wrong.append((method, path, told[0], allowed, can))
            slash = door.ask("GET", concrete + "/")
            if slash[0] != 404 or "location" in slash[1]:
                wrong.append((path + "/", slash))
        story.fact(f"surface: {door.name}: another method is 405 and names those that can, a slash behind is 404",
                   not wrong, *wrong[:4])


def heads(story, house, town):
    for door, role in ((house.public(town.corporatie), None), (house.local(town.corporatie, "BEHEERDER"), "BEHEERDER")):
        wrong = []
        for path, method, op in door.document.operations():
            if method != "get" or op["x-luisteraar"] != door.name or "{" in path:
                continue
            if role and op["x-rollen"] and role not in op["x-rollen"]:
                continue
            got, head = door.ask("GET", path), door.ask("HEAD", path)
            same = [n for n in got[1] if n not in ("fsc-transaction-id", "content-length") and got[1][n] != head[1].get(n)]
            if head[0] != got[0] or head[2] or same or "content-length" not in head[1]:
                wrong.append((path, got[:2], head))
        story.fact(f"surface: {door.name}: HEAD is GET without its body", not wrong, *wrong[:3])


def media(story, house, town):
    keeper = house.local(town.corporatie, "BEHEERDER")
    story.equal("surface: what cannot be accepted is 406",
                code_of(keeper.ask("GET", "/v1/status", headers={"Accept": "text/html"})), (406, "FORMAAT_NIET_LEVERBAAR"))
    for accept in ("*/*", "application/json", "text/html, application/json;q=0.5", "application/problem+json"):
        story.equal(f"surface: {accept} is accepted",
                    keeper.ask("GET", "/v1/status", headers={"Accept": accept})[0], 200)
    body = json.dumps({"naar": "WIJKTEAM", "wijze": "TOESTEMMING"}).encode()
    for content in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"},
                    {"Content-Type": "application/xml"}, {"Content-Type": "multipart/form-data; boundary=x"}):
        story.equal(f"surface: a body of {content.get('Content-Type', 'no type')} is 415",
                    code_of(keeper.ask("POST", "/v1/toetsingen", body, content)), (415, "SOORT_INHOUD_ONJUIST"))
    story.equal("surface: 400 and not 422 for what is well formed JSON and wrong",
                code_of(keeper.ask("POST", "/v1/toetsingen", {"wijze": "GRATIS"})), (400, "ONJUIST_BERICHT"))
    told = keeper.ask("POST", "/v1/toetsingen", {"wijze": "GRATIS"})
    story.fact("surface: and it says where", json.loads(told[2])["fouten"][0]["waar"] == "wijze", told)
    text = keeper.ask("GET", "/v1/nergens", headers={"Accept-Language": "en"})[2].decode()
    story.fact("surface: in English where that is asked", "does not exist" in text, text)


def descriptions(story, house, town):
    public = house.public(town.wijkteam)
    told = public.ask("GET", "/v1/openapi.json", headers={"Origin": "https://elders.example"})
    file = (towns.ROOT / "config/openapi-partner.json").read_bytes()
    story.fact("surface: anyone reads the description of the partner API, from any page",
               told[0] == 200 and told[2] == file and told[1].get("access-control-allow-origin") == "*", told[:2])
    story.fact("surface: and nothing else may be read by a page of another",
               "access-control-allow-origin" not in public.ask("GET", "/v1/status")[1])
    local = house.local(town.wijkteam, "ONTVANGER").ask("GET", "/v1/openapi.json")
    story.fact("surface: a user reads the description of the local API",
               local[0] == 200 and local[2] == (towns.ROOT / "config/openapi-lokaal.json").read_bytes(), local[:2])
    info = json.loads(told[2])["info"]
    story.fact("surface: the version in the description is the one in the header",
               info["version"] == told[1]["api-version"], info)


def nothing_is_elsewhere(story, house, town):
    paths = ["/v1", "/v2/status", "/V1/status", "/v1/Status", "/openapi.json", "/v1/openapi.yaml", "/v1/status.json",
             "/metrics", "/v1/gebruikers%2F", "/v1/postvak/x/y"]
    for door, _ in doors_of(house, town):
        pages = [] if door.name == "lokaal" else ["/"]  # a user's start page
        told = {path: door.ask("GET", path)[0] for path in paths + pages}
        story.fact(f"surface: {door.name}: what is not described is not there",
                   set(told.values()) <= {404, 400}, told)
    outside = house.public(town.corporatie)
    story.equal("surface: the public listener has nothing of the others",
                {outside.ask(m, p)[0] for m, p in (("GET", "/v1/metrics"), ("GET", "/v1/gebruikers"),
                                                   ("POST", "/v1/signalen"), ("GET", "/v1/log/checkpoint"))}, {404})


def transactions(story, house, town):
    keeper = house.local(town.corporatie, "BEHEERDER")
    mine = "01a2045c-6e82-7598-b3d2-8600ae29aef0"
    story.equal("surface: a transaction keeps its number",
                keeper.ask("GET", "/v1/status", headers={"Fsc-Transaction-Id": mine})[1]["fsc-transaction-id"], mine)
    given = keeper.ask("GET", "/v1/status", headers={"Fsc-Transaction-Id": "x" * 36})[1]["fsc-transaction-id"]
    story.fact("surface: what is no UUIDv7 is replaced by one", len(given) == 36 and given[14] == "7", given)


def tell(story):
    town = story.town()
    house = House(story, town)
    worker, _ = a_signal_goes_through(story, house, town)
    it_bites(story, house, worker)
    a_resident_chooses(story, house, town, worker)
    a_resident_agrees_beforehand(story, house, town)
    what_else_a_reporter_reads(story, house, town, worker)
    a_resident_asks(story, house, town)
    a_resident_stops(story, house, town)
    figures_of_no_month_yet(house, town)
    a_stolen_key_is_endorsed(story, house, town)
    the_log_and_its_readers(story, house, town)
    partners_post(story, house, town, Forge(town, story.build))
    descriptions(story, house, town)
    the_headers_are_there(story, house, town)
    methods(story, house, town)
    heads(story, house, town)
    media(story, house, town)
    nothing_is_elsewhere(story, house, town)
    transactions(story, house, town)
    covenants(story, house, town)
    each_operation_was_seen(story, house)
    wrong = [one for door in house.doors for one in door.wrong]
    story.fact("surface: every answer was what its document says", not wrong, *wrong[:12])


stories.run(tell)
