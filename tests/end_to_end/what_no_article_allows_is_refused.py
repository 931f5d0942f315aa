# SPDX-License-Identifier: EUPL-1.2
"""Over real TLS: what a partner may not send is refused with its code and one leaf, and has no
other effect; the same bytes again get the same receipt and no second effect."""
import base64
import concurrent.futures
import json
import pathlib
import secrets
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import forged  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import pages  # noqa: E402
from refusals import INBOX_ROLE, Refusals, another_covenant, days, state  # noqa: E402


# --- the covenants beside the one in force ---

def sender_is_gemeente(covenant):
    covenant["bepalingen"][0]["van"] = "GEMEENTE"


def key_giver_is_gemeente(town):
    def change(covenant):
        covenant["sleutelgever"] = town.gemeente.oin
    return change


# --- what each group refuses ---

def articles(refuse, forge):
    good, proof = forge.consented, forge.proof()
    item = refuse.item
    item("C4: a code that the article does not name", "CORPORATIE", "WIJKTEAM",
         good(signaalcode="OVL.STANK"), "GEEN_BEPALING", proof)
    item("C4: a code that may only be counted", "CORPORATIE", "WIJKTEAM",
         good(signaalcode="OVL.ONVEILIG"), "ALLEEN_TELLEN", proof)
    item("C4: a health code", "CORPORATIE", "WIJKTEAM", good(signaalcode="X.PSYCHISCH"),
         "CODE_GEBLOKKEERD", proof)
    item("C4: a criminal code", "CORPORATIE", "WIJKTEAM", good(signaalcode="X.WOONFRAUDE"),
         "CODE_GEBLOKKEERD", proof)
    item("C4: a code in no list", "CORPORATIE", "WIJKTEAM", good(signaalcode="OVL.VERZONNEN"),
         "CODE_ONBEKEND", proof)
    item("C5: the gemeente where the article names the corporatie", "GEMEENTE", "WIJKTEAM", good(),
         "GEEN_BEPALING", proof)
    item("C5: the wijkteam to the ggz", "WIJKTEAM", "GGZ", good(houder=refuse.town.ggz.oin),
         "GEEN_BEPALING", proof)
    item("C5: the article of another recipient", "CORPORATIE", "WIJKTEAM",
         forge.by_law(houder=refuse.town.wijkteam.oin), "GEEN_BEPALING")
    item("C5: an article that is not there", "CORPORATIE", "WIJKTEAM", good(bepaling=4),
         "GEEN_BEPALING", proof)
    item("C5: one household under the article that counts", "CORPORATIE", "WIJKTEAM",
         good(bepaling=3, doel="SOCREN_MONITOR"), "ALLEEN_TELLEN", proof)
    item("C5: another purpose", "CORPORATIE", "WIJKTEAM", good(doel="WOONSTAP"), "GEEN_BEPALING",
         proof)
    item("C5: a role that may not send", "CORPORATIE", "WIJKTEAM", good(), "ROL_ONJUIST", proof,
         rol="ONTVANGER")


def fields(refuse, forge):
    good, proof = forge.consented, forge.proof()
    item = refuse.item
    item("C4: the amount of arrears in a consented signal", "CORPORATIE", "WIJKTEAM",
         good(bedragAchterstand=1), "VELD_TE_VEEL", proof)
    item("C4: a moment of contact for the ggz", "CORPORATIE", "GGZ",
         forged.without(good(houder=refuse.town.ggz.oin, bepaling=2,
                             signaalcode="ZORG.EENZAAM"), "hulpvraagBekend"),
         "VELD_TE_VEEL", forge.proof(signaalgroepen=["ZORG_OM_BEWONER"]))
    item("C4: a token in a signal by law", "CORPORATIE", "GEMEENTE",
         forge.by_law(pseudoniem=forge.token()), "VELD_TE_VEEL")
    for name, value in (("bsn", "999990019"), ("vrijeTekst", "zie dossier"), ("naam", "A.")):
        item(f"C4: the member {name}, of which no article can know", "CORPORATIE", "WIJKTEAM",
             good(**{name: value}), "ONJUIST_BERICHT", proof)
    item("C4: another holder", "CORPORATIE", "WIJKTEAM", good(houder=refuse.town.ggz.oin),
         "ONJUIST_BERICHT", proof)
    item("C4: another lead", "CORPORATIE", "WIJKTEAM", good(regiehouder=refuse.town.ggz.oin),
         "ONJUIST_BERICHT", proof)
    item("C4: another version of the covenant", "CORPORATIE", "WIJKTEAM",
         good(convenant="sociaal-renoveren-voorbeelddreef@1.0.1"), "ONJUIST_BERICHT", proof)
    item("C4: an envelope that is not padded", "CORPORATIE", "WIJKTEAM",
         good(contactenvelop=base64.b64encode(b"{}").decode()), "ONJUIST_BERICHT", proof)


def proofs(refuse, forge):
    town = refuse.town

    def item(name, code, changes=None, **more):
        refuse.item(name, "CORPORATIE", "WIJKTEAM", forge.consented(), code,
                    forge.proof(**(changes or {})), **more)
    refuse.item("K1: no proof", "CORPORATIE", "WIJKTEAM", forge.consented(), "GEEN_TOESTEMMING")
    item("K1: a proof for another recipient", "BEWIJS_ANDERE_ONTVANGER", {"aan": town.ggz.oin})
    item("K1: a proof that has ended", "TOESTEMMING_VERLOPEN",
         {"geldigVan": days(town, -90), "geldigTot": days(town, -1)})
    item("K1: a proof that has not begun", "GEEN_TOESTEMMING", {"geldigVan": days(town, 2)})
    item("K1: a proof with another token", "BEWIJS_ANDER_PSEUDONIEM", {"pseudoniem": forge.token()})
    item("K1: a proof for another purpose", "BEWIJS_ANDER_DOEL", {"doelen": ["WOONSTAP"]})
    item("K1: a proof for other signals", "BEWIJS_ANDERE_SIGNAALGROEP",
         {"signaalgroepen": ["FINANCIEN"]})
    item("K1: a proof of a withdrawn consent", "TOESTEMMING_INGETROKKEN",
         {"stand": "INGETROKKEN", "volgnr": 2})
    item("K1: a proof under another covenant", "BEWIJS_ONJUIST", {"convenant": "0" * 64})
    item("K1: a proof that somebody else signed", "BEWIJS_ONJUIST",
         proof_with=forge.keys("GEMEENTE"))
    proof = json.loads(forge.opened("WIJKTEAM", forge.bodies(
        "CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof()))[0])["items"][0]
    text = json.loads(base64.b64decode(proof["bewijs"]["payload"]))
    text["geldigTot"] = days(town, 300)
    proof["bewijs"]["payload"] = base64.b64encode(json.dumps(text).encode()).decode()
    refuse.item("K1: a proof that was stretched afterwards", "CORPORATIE", "WIJKTEAM", proof,
                "BEWIJS_ONJUIST")


def covenants(refuse, forge):
    town, proof = refuse.town, forge.proof()
    others = {
        "verlopen": dict(GELDIG_VANAF=days(town, -400), GELDIG_TOT=days(town, -1),
                         EVALUATIE=days(town, -30)),
        "nog-niet": dict(GELDIG_VANAF=days(town, 1)),
        "zonder-evaluatie": dict(GELDIG_VANAF=days(town, -400), EVALUATIE=days(town, -1)),
        "alleen-de-afzender": dict(signers=[town.corporatie]),
        "alleen-de-ontvanger": dict(signers=[town.wijkteam]),
    }
    for name, how in others.items():
        row = "C2" if "signers" in how else "C1"
        fingerprint = another_covenant(town, name, **how)
        refuse.states.clear()
        body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented(convenant=f"{name}@1.0.0")],
                          proof=proof, covenant=fingerprint)
        refuse.whole(f"{row}: a covenant that is {name}", "CORPORATIE", "WIJKTEAM", body, 403,
                     "CONVENANT_NIET_VAN_KRACHT")
    fingerprint = another_covenant(town, "zonder-sleutelgever", key_giver_is_gemeente(town),
                                   [town.corporatie, town.wijkteam])
    refuse.states.clear()
    refuse.item("C2: a covenant that the giver of the key has not signed", "CORPORATIE", "WIJKTEAM",
                forge.consented(convenant="zonder-sleutelgever@1.0.0"),
                "CONVENANT_NIET_ONDERTEKEND", proof, covenant=fingerprint)
    body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=proof,
                      covenant=secrets.token_hex(32))
    refuse.whole("C5: a covenant nobody knows", "CORPORATIE", "WIJKTEAM", body, 403,
                 "CONVENANT_ONBEKEND")


def envelopes(refuse, forge):
    town = refuse.town

    def made(**wrong):
        return forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof(),
                          **wrong)

    def whole(name, body, status, code, sender="CORPORATIE", recipient="WIJKTEAM", **more):
        refuse.whole(name, sender, recipient, body, status, code, **more)

    own_key = json.loads(made())["kop"]["sleutel"]
    whole("P5: sealed for another", made(seal_for=forge.document("GEMEENTE"),
                                     kop={"sleutel": own_key}), 400, "VERZEGELING_ONJUIST")
    whole("sealed for another, and saying so", made(seal_for=forge.document("GEMEENTE")), 400,
          "SLEUTEL_ONBEKEND")
    broken = bytearray(made())
    place = broken.index(b'"inhoud":"') + 2000
    broken[place] = ord("A") if broken[place] != ord("A") else ord("B")
    whole("P5: one character of the content changed", bytes(broken), 400, "VERZEGELING_ONJUIST")
    whole("C2: signed by another key", made(sign_with=forge.keys("GEMEENTE")), 400,
          "HANDTEKENING_ONJUIST")
    whole("signed as something else",
          made(payload_type="application/vnd.wijkpoort.terugkoppeling.v1+json"), 400,
          "ONJUIST_BERICHT")
    for name, value in (("van", town.gemeente.oin), ("aan", town.ggz.oin),
                        ("convenant", secrets.token_hex(32)), ("soort", "terugkoppeling"),
                        ("bericht", "01a203e5-4288-72c6-b5e2-b628c9c28253")):
        whole(f"head and payload differ in {name}", made(payload={name: value}), 400,
              "KOP_WIJKT_AF")
    whole("a signal at the door of answers", made(), 400, "KOP_WIJKT_AF", soort="terugkoppeling")
    whole("C5: under the certificate of another party", made(), 403, "AFZENDER_ONJUIST",
          sender="GEMEENTE")
    whole("C5: a message for somebody else", made(), 403, "AFZENDER_ONJUIST", recipient="GEMEENTE")
    whole("a body that is no message", b'{"kop":{},"inhoud":"AAAA"}', 400, "ONJUIST_BERICHT")
    whole("a body that is no JSON", b"hallo", 400, "ONJUIST_BERICHT")
    whole("a message without items", made(payload={"items": []}), 400, "ONJUIST_BERICHT")
    whole("an item without an id", made(payload={"items": [{"doel": "TOELEIDING"}]}), 400,
          "ONJUIST_BERICHT")


def doors(refuse, forge):
    """A known partner at the wrong door, or in the wrong way."""
    town, partner = refuse.town, refuse.town.wijkteam
    good = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
    before = state(partner)
    for name, method, path, body, kind, status, code in (
            ("a door that is not there", "POST", "/v1/bewoners", b"{}", "application/json", 404,
             "NIET_GEVONDEN"),
            ("a search by person", "POST", "/v1/bewoners/_zoek", b"{}", "application/json", 403,
             "VERBODEN_HANDELING"),
            ("the door of our own people", "GET", "/v1/postvak", None, "application/json", 404,
             "NIET_GEVONDEN"),
            ("reading instead of handing in", "GET", "/v1/signalen", None, "application/json", 405,
             "METHODE_ONJUIST"),
            ("a message that is no JSON by its own words", "POST", "/v1/signalen", good,
             "text/plain", 415, "SOORT_INHOUD_ONJUIST")):
        size = stories.log_size(partner)
        got, _, raw = partner.from_partner(town.corporatie, method, path, body,
                                           {"Content-Type": kind})
        logged = [(row["gebeurtenis"], row.get("code"))
                  for row in stories.leaves_since(partner, size)]
        refuse.story.fact(f"{name}: {status} {code}",
                          (got, json.loads(raw)["code"]) == (status, code) and
                          logged == [("deny", code)] and state(partner) == before, got, raw,
                          logged)


def times(refuse, forge):
    now, hour = int(time.time()), 3600
    for name, issued, expires in (("made ten minutes from now", now + 600, now + hour),
                                  ("already over", now - 2 * hour, now - 1),
                                  ("valid for more than 72 hours", now, now + 72 * hour + 1)):
        body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof(),
                          iat=issued, exp=expires)
        refuse.whole(f"a message {name}", "CORPORATIE", "WIJKTEAM", body, 400, "TIJD_ONJUIST")


def answers_and_keys(refuse, forge):
    """What is no signal has its rules too."""
    town = refuse.town
    csv = town.make_csv("signalen.csv", "--rows", 35)
    town.corporatie.run("MELDER", "push", csv, check=False)
    town.wait_delivered(town.corporatie)
    refuse.states.clear()
    stories.settled(town.corporatie)
    rows = stories.asked(town.corporatie, "MELDER", "/v1/verzonden?aantal=500")["verzonden"]
    to = {name: next(row["id"] for row in rows if row["ontvanger"] == town.partners[name].oin)
          for name in INBOX_ROLE}
    today = town.today.isoformat()

    def answer(name, sender, signal, code, refused, **extra):
        item = {"id": forge.core("GGZ", 1, "", "")["id"], "signaal": signal, "code": code,
                "op": today, **extra}
        refuse.item(name, sender, "CORPORATIE", item, refused, soort="terugkoppeling",
                    rol="ONTVANGER")
    answer("C8: an answer to the signal of another partner", "WIJKTEAM", to["GGZ"], "BEOO",
           "NIET_GEVONDEN")
    answer("C8: an answer to no signal", "WIJKTEAM", forge.core("GGZ", 1, "", "")["id"], "BEOO",
           "NIET_GEVONDEN")
    answer("an answer that discloses more than the article", "WIJKTEAM", to["WIJKTEAM"], "BEKD",
           "STAP_NIET_MOGELIJK")
    answer("an answer of the secrecy-bound that says anything", "GGZ", to["GGZ"], "INBH",
           "STAP_NIET_MOGELIJK")
    key = {"id": forge.core("GGZ", 1, "", "")["id"], "tijdvak": "2031H1",
           "convenant": "sociaal-renoveren-voorbeelddreef",
           "sleutel": base64.b64encode(bytes(32)).decode()}
    refuse.item("C2: a key for tokens from who does not give it", "GEMEENTE", "WIJKTEAM", key,
                "NIET_TOEGESTAAN", soort="sleutel", rol="SYSTEEM", event="key")


def taken_ids(refuse, forge):
    """An id that one sender used is not another's to use."""
    town, proof = refuse.town, forge.proof()
    fingerprint = another_covenant(town, "gemeente-meldt", sender_is_gemeente)
    refuse.states.clear()
    theirs = forge.consented()
    forge.post("CORPORATIE", "WIJKTEAM",
               forge.body("CORPORATIE", "WIJKTEAM", [theirs], proof=proof))
    stories.settled(town.wijkteam)
    refuse.item("C8: the id of an item of another sender", "GEMEENTE", "WIJKTEAM",
                {**theirs, "convenant": "gemeente-meldt@1.0.0"}, "BESTAAT_AL", proof,
                covenant=fingerprint)
    fine = forge.post("GEMEENTE", "WIJKTEAM", forge.body(
        "GEMEENTE", "WIJKTEAM", [forge.consented(convenant="gemeente-meldt@1.0.0")], proof=proof,
        covenant=fingerprint))
    refuse.story.fact("under that covenant an id of its own is fine",
                      fine[2] and fine[2][0]["uitkomst"] == "AANVAARD", fine)


def mixed(refuse, forge):
    town = refuse.town
    items = [forge.consented(), forge.consented(signaalcode="OVL.STANK"), forge.consented()]
    stories.settled(town.wijkteam)
    size = stories.log_size(town.wijkteam)
    answer = forge.post("CORPORATIE", "WIJKTEAM",
                        forge.body("CORPORATIE", "WIJKTEAM", items, proof=forge.proof()))
    logged = [(row["plaats"], row["uitkomst"], row.get("code"))
              for row in stories.leaves_since(town.wijkteam, size) if "plaats" in row]
    refuse.story.equal("of three items the wrong one is refused, the others are taken in",
                       ([a["uitkomst"] for a in answer[2]], logged),
                       (["AANVAARD", "GEWEIGERD", "AANVAARD"],
                        [(1, "ok", None), (2, "denied", "GEEN_BEPALING"), (3, "ok", None)]))


# --- who is not known at all ---

def strangers(story, town, forge):
    partner = town.wijkteam
    body = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof())
    pem, key = town.authority.issue("vreemd", "/O=Vreemd/serialNumber=00000099000000990000/CN=x")
    size, before = stories.settled(partner), state(partner)
    answers = [forge.post("CORPORATIE", "WIJKTEAM", body, certificate=pem, key=key)[:2]
               for _ in range(5)]
    story.equal("an unknown OIN under a valid certificate", answers,
                [(403, "ONBEKENDE_PARTIJ")] * 5)
    story.equal("strangers leave no leaf each", stories.leaves_since(partner, size), [])
    story.fact("strangers change nothing", state(partner) == before)

    other = towns.Authority(town.folder / "andere-pki", "Andere CA")
    pem, key = other.issue("corporatie", f"/O=x/serialNumber={town.corporatie.oin}/CN=x")
    story.fact("a certificate of another authority gets no HTTP answer",
               no_answer(lambda: forge.post("CORPORATIE", "WIJKTEAM", body, certificate=pem,
                                            key=key)))
    bare = ssl.create_default_context(cafile=town.authority.pem)
    bare.check_hostname = False
    story.fact("no certificate gets no HTTP answer", no_answer(
        lambda: partner._request(bare, partner.partner_port, "POST", "/v1/signalen", body, {})))
    story.fact("plain HTTP gets no HTTP answer", no_answer(lambda: plainly(partner)))
    status, _, raw = partner.from_partner(town.corporatie, "POST", "/v1/signalen",
                                          b"x" * (1500 << 10))
    story.equal("a body over the limit is not read", (status, json.loads(raw)["code"]),
                (413, "TE_GROOT"))
    metrics = partner.api("BEHEERDER", "GET", "/v1/metrics")[2].decode()
    counted = [line for line in metrics.splitlines()
               if line.startswith("wijkpoort_turned_away_total")]
    story.fact("all of them are counted", sum(int(line.split()[-1]) for line in counted) >= 8,
               counted)
    story.equal("only the partner that is known has a leaf for it",
                [(row["code"], row["bron"]) for row in stories.leaves_since(partner, size)],
                [("TE_GROOT", town.corporatie.oin)])
    partner.stop()
    partner.start()
    rows = [(row.get("code"), row.get("objecten"), row["onderdeel"])
            for row in stories.leaves_since(partner, size) if row["gebeurtenis"] == "deny"]
    story.fact("what was counted is one leaf per cause when the gateway stops",
               ("ONBEKENDE_PARTIJ", "8", "partner") in rows and
               len(rows) == len({(code, door) for code, _, door in rows}), rows)


def no_answer(ask):
    try:
        return ask() is None
    except (OSError, ssl.SSLError):  # a closed connection counts too
        return True
    except Exception as error:
        return type(error).__name__ in ("RemoteDisconnected", "BadStatusLine")


def plainly(partner):
    with socket.create_connection(("127.0.0.1", partner.partner_port), timeout=10) as wire:
        wire.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
        return wire.recv(100).startswith(b"HTTP/") or None


# --- the same again ---

def inbox(partner):
    return pages(partner, "ONTVANGER", "/v1/postvak", "postvak")


def replays(story, refuse, forge):
    town, partner = refuse.town, refuse.town.wijkteam
    refuse.states.clear()
    item = forge.consented()
    body = forge.body("CORPORATIE", "WIJKTEAM", [item], proof=forge.proof())
    first = forge.post("CORPORATIE", "WIJKTEAM", body)
    size, before = stories.settled(partner), inbox(partner)
    story.equal("a good signal is one row of the inbox",
                [row["id"] for row in before].count(item["id"]), 1)
    again = forge.post("CORPORATIE", "WIJKTEAM", body)
    story.fact("the same bytes get the same receipt", again[0] == 201 and again[3] == first[3],
               again)
    story.equal("and one leaf about the message",
                [(row["gebeurtenis"], row.get("code"), row.get("plaats"))
                 for row in stories.leaves_since(partner, size)], [("recv", "BEKEND", None)])
    story.equal("and no second row", inbox(partner), before)
    bericht = json.loads(body)["kop"]["bericht"]
    other = forge.body("CORPORATIE", "WIJKTEAM", [forge.consented()], proof=forge.proof(),
                       bericht=bericht)
    refuse.whole("other bytes under a known message id", "CORPORATIE", "WIJKTEAM", other, 409,
                 "ANDER_BERICHT_BEKEND", event="alarm")
    size = stories.log_size(partner)
    new = forge.post("CORPORATIE", "WIJKTEAM",
                     forge.body("CORPORATIE", "WIJKTEAM", [item], proof=forge.proof()))
    story.equal("a known item in a new message is BEKEND, with the leaf of the first time",
                [(a["uitkomst"], a["bladhash"]) for a in new[2]],
                [("BEKEND", first[2][0]["bladhash"])])
    stories.settled(partner)
    story.equal("and one leaf about the item",
                [(row["gebeurtenis"], row.get("code"), row.get("plaats"))
                 for row in stories.leaves_since(partner, size)], [("recv", "BEKEND", 1)])
    story.equal("and is no second row", inbox(partner), before)
    partner.stop()
    partner.start()
    story.fact("after a restart the same bytes still get the same receipt",
               forge.post("CORPORATIE", "WIJKTEAM", body)[3] == first[3])


def parallel(story, refuse, forge):
    partner = refuse.town.wijkteam
    item = forge.consented()
    body = forge.body("CORPORATIE", "WIJKTEAM", [item], proof=forge.proof())
    size, before = stories.settled(partner), inbox(partner)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: forge.post("CORPORATIE", "WIJKTEAM", body), range(20)))
    story.equal("twenty times at once: each is answered 201", {a[0] for a in answers}, {201})
    story.equal("twenty times at once: one receipt", len({a[3] for a in answers}), 1)
    logged = [(row["gebeurtenis"], row.get("code"), row.get("plaats"))
              for row in stories.leaves_since(partner, size) if row["gebeurtenis"] == "recv"]
    story.equal("twenty times at once: one item taken in, nineteen known messages",
                sorted(logged, key=str),
                sorted([("recv", None, 1)] + [("recv", "BEKEND", None)] * 19, key=str))
    stories.settled(partner)
    story.equal("twenty times at once: one row",
                [row["id"] for row in inbox(partner) if row not in before], [item["id"]])


def several_covenants(story, town):
    """The covenants of the other facts are known here by now: which one is meant?"""
    rows = {"adapter": "corporatie-csv", "proef": True, "rijen": []}
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", rows)
    story.equal("rows that name none of several covenants are refused",
                (status, json.loads(body)["code"]), (403, "CONVENANT_ONBEKEND"))
    story.fact("and the refusal says what to name",
               "--convenant" in json.loads(body)["detail"], body)


def tell(story):
    town = story.town()
    forge = forged.Forge(town, story.build)
    refuse = Refusals(story, town, forge)
    for partner in town.all():
        stories.settled(partner)
    for group in (articles, fields, proofs, envelopes, doors, times, answers_and_keys, covenants,
                  taken_ids, mixed):
        group(refuse, forge)
    replays(story, refuse, forge)
    parallel(story, refuse, forge)
    several_covenants(story, town)
    strangers(story, town, forge)


stories.run(tell)
