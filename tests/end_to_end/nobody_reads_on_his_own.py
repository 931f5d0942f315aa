# SPDX-License-Identifier: EUPL-1.2
"""Over real TLS: no one person makes a reader, a worker who read a list is found under each
person on it, the contact details open for the role that accepted, and who is not known
uploads nothing.
"""
import json
import pathlib
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns
from forged import Forge, without
from people import intake, row

LOCAL_PATHS = ("/v1/status", "/v1/convenanten", "/v1/log/checkpoint", "/v1/postvak")


def problem(answered):
    """(status, machine code)"""
    status, _, body = answered
    return status, json.loads(body).get("code") if body else None


def add_user(partner, folder, number, *roles):
    """Through the command, with a certificate; tells what POST /v1/gebruikers answered."""
    path = partner.folder / "gebruikers" / folder
    towns.command(partner.town.binary, "user", "request", "--naam", number, "--uit", path)
    return json.loads(partner.run("BEHEERDER", "user", "add", "--request", path / "verzoek.csr",
                                  "--rollen", ",".join(roles), "--ca", partner.folder / "ca",
                                  "--uit", path, "--json").stdout)


def confirm(partner, who, user):
    return partner.api(who, "POST", f"/v1/gebruikers/{user['vingerafdruk']}/bevestiging")


def two_people_make_a_reader(story, partner):
    creature = add_user(partner, "creature", "9001", "CONVENANTBEHEERDER")
    story.equal("who may confirm waits to be confirmed", creature["wacht"],
                ["CONVENANTBEHEERDER"])
    reader = add_user(partner, "reader", "9002", "AUDITOR")
    story.equal("what the administrator made cannot confirm what he makes",
                problem(confirm(partner, "creature", reader)), (403, "GEEN_ROL"))
    story.equal("a role that waits opens nothing",
                [problem(partner.api("reader", "GET", path)) for path in LOCAL_PATHS],
                [(403, "GEEN_ROL")] * len(LOCAL_PATHS))
    story.equal("a lead reads what was sent, so waits",
                add_user(partner, "lead", "9003", "REGIEHOUDER")["wacht"], ["REGIEHOUDER"])
    story.equal("a second data protection officer waits",
                add_user(partner, "officer", "9004", "FG")["wacht"], ["FG"])
    story.equal("the first one confirms", confirm(partner, "FG", creature)[0], 200)
    story.equal("who was confirmed confirms", confirm(partner, "creature", reader)[0], 200)
    story.equal("the reader reads", partner.api("reader", "GET", "/v1/status")[0], 200)


def one_number_one_person(story, partner):
    answered = partner.api("BEHEERDER", "POST", "/v1/gebruikers",
                           {"vingerafdruk": "ab" * 32, "naam": "9002", "rollen": ["MELDER"]})
    story.equal("a staff number is given once", problem(answered), (409, "BESTAAT_AL"))


def the_last_stays(story, partner):
    users = stories.asked(partner, "BEHEERDER", "/v1/gebruikers")["gebruikers"]
    for role in ("BEHEERDER", "FG"):
        last = [user["vingerafdruk"] for user in users if role in user["rollen"]]
        story.equal(f"the last {role} is not removed",
                    [problem(partner.api("BEHEERDER", "DELETE", f"/v1/gebruikers/{one}"))
                     for one in last], [(409, "STAP_NIET_MOGELIJK")])


def the_settings_open_no_door(story, partner):
    first = next(user for user in
                 stories.asked(partner, "BEHEERDER", "/v1/gebruikers")["gebruikers"]
                 if user["rollen"] == ["BEHEERDER"])
    add_user(partner, "successor", "9005", "BEHEERDER")
    story.equal("the first administrator goes once there is another",
                partner.api("successor", "DELETE", f"/v1/gebruikers/{first['vingerafdruk']}")[0],
                204)
    partner.stop()
    partner.start()
    story.equal("a restart does not bring him back",
                problem(partner.api("BEHEERDER", "GET", "/v1/status")), (403, "ONBEKENDE_PARTIJ"))


def a_refusal_names_no_role(story, partner):
    story.equal("the administrator reads no inbox",
                problem(partner.api("BEHEERDER", "GET", "/v1/postvak")), (403, "GEEN_ROL"))
    last = partner.log_rows(gebeurtenis="deny")[-1]
    story.fact("the log names who was refused, and no role he does not have",
               last["actor"] == "BEHEERDER" and "rol" not in last, last)


# --- who looked ---

def seen_by(partner, dossier):
    return {(one["gebeurtenis"], one["actor"])
            for one in partner.log_rows(onderwerp={"dossier": dossier})
            if one["gebeurtenis"] == "access"}


def a_list_is_read(story, town):
    rows = [row(f"case-{i}", town.today.isoformat(), number=i) for i in range(3)]
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake(rows))
    story.equal("three signals are handed in", status, 200)
    towns.wait_for(lambda: len(stories.asked(town.wijkteam, "ONTVANGER",
                                             "/v1/postvak?aantal=1")["postvak"]) == 1 and
                   len(stories.asked(town.wijkteam, "ONTVANGER", "/v1/postvak")["postvak"]) == 3,
                   20, "three signals received")
    inbox = stories.asked(town.wijkteam, "BEGELEIDER", "/v1/postvak")["postvak"]
    number = f"2{town.wijkteam.roles.index('BEGELEIDER'):03d}"
    story.fact("who read a list is found under each person on it",
               all(("access", number) in seen_by(town.wijkteam, one["dossier"])
                   for one in inbox), number, inbox)
    reads = [one for one in town.wijkteam.log_rows(actor=number, gebeurtenis="access")]
    story.equal("by one leaf", [sorted(one["onderwerp"].split()) for one in reads],
                [sorted(one["dossier"] for one in inbox)])
    table = town.wijkteam.run("AUDITOR", "audit", "list", "--actor", number).stdout
    story.fact("the table shows one and how many more", "(+2)" in table, table)
    sent = stories.asked(town.corporatie, "MELDER", "/v1/verzonden")["verzonden"]
    mine = [one for one in town.corporatie.log_rows(gebeurtenis="access")
            if one["actor"] == "1000"]
    story.fact("so is who read what was sent",
               len(sent) == 3 and mine and len(mine[-1]["onderwerp"].split()) == 3, mine)
    return inbox


def the_accepting_role_opens(story, partner, item):
    path = f"/v1/postvak/{item['id']}"
    story.equal("the receiver accepts", partner.api("ONTVANGER", "POST", f"{path}/aanvaarding")[0],
                200)
    size = stories.log_size(partner)
    story.equal("another receiving role sees no contact details",
                problem(partner.api("BEGELEIDER", "GET", f"{path}/inhoud")), (403, "GEEN_ROL"))
    story.equal("the accepting role does",
                partner.api("ONTVANGER", "GET", f"{path}/inhoud")[0], 200)
    rows = partner.log_rows(vanaf=size)
    story.equal("and that is what the log says",
                [(one["gebeurtenis"], one["uitkomst"], one.get("rol")) for one in rows
                 if one["onderdeel"] == "inhoud"],
                [("deny", "denied", "BEGELEIDER"), ("access", "ok", "ONTVANGER")])


def no_contact_is_no_failure(story, town):
    forge = Forge(town, story.build)
    item = without(forge.by_law(), "contactenvelop")
    status, _, answers, raw = forge.post("CORPORATIE", "GEMEENTE",
                                         forge.body("CORPORATIE", "GEMEENTE", [item]))
    story.fact("a signal without contact details arrives",
               status == 201 and answers[0]["uitkomst"] == "AANVAARD", raw)
    path = f"/v1/postvak/{item['id']}"
    town.gemeente.api("ONTVANGER", "POST", f"{path}/aanvaarding")
    size = stories.log_size(town.gemeente)
    story.equal("there is nothing to open",
                problem(town.gemeente.api("ONTVANGER", "GET", f"{path}/inhoud")),
                (404, "NIET_GEVONDEN"))
    told = [one["gebeurtenis"] for one in town.gemeente.log_rows(vanaf=size)
            if one["onderdeel"] == "inhoud"]
    story.equal("and the log says refused, not read", told, ["deny"])


# --- questions ---

def ask_log(partner, **question):
    return partner.api("AUDITOR", "POST", "/v1/logregels/_zoek", {"aantal": 1, **question})


def odd_questions(story, partner):
    odd = "\u0001" * 159
    story.equal("control characters are no question",
                problem(ask_log(partner, actor=odd, partij=odd, bepaling=odd, gebeurtenis=odd)),
                (400, "ONJUIST_BERICHT"))
    for name, value in (("partij", "WIJKTEAM"), ("bepaling", "a b"), ("gebeurtenis", "send "),
                        ("onderwerp", {"dossier": "D-12"})):
        story.equal(f"nor is an odd {name}", problem(ask_log(partner, **{name: value})),
                    (400, "ONJUIST_BERICHT"))
    story.equal("and questions go on", ask_log(partner)[0], 200)


def nobody_found(story, partner):
    asked = []
    for number in ("901", "901", "903"):
        size = stories.log_size(partner)
        ask_log(partner, onderwerp={"postcode": "1234AB", "huisnummer": number})
        found = [one for one in partner.log_rows(vanaf=size) if one["gebeurtenis"] == "search"]
        asked.append(found[0].get("objecten"))
    story.fact("whom a search asked for is in the log, though nobody was found",
               asked[0] == asked[1] != asked[2], asked)


# --- who is not known ---

def answer_to_head(partner, port, context, path):
    """What comes back for a head that promises a large body, of which nothing is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain, \
            context.wrap_socket(plain) as tls:
        tls.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    "Content-Length: 900000\r\n\r\n".encode())
        tls.settimeout(5)
        try:
            return tls.recv(100).split(b"\r\n")[0].decode()
        except TimeoutError:
            return "waits for the body"


def strangers_upload_nothing(story, town):
    partner = town.wijkteam
    certificate, key = town.authority.issue(
        "elsewhere", "/O=Elders/serialNumber=00000099000000090000/CN=elders")
    context = ssl.create_default_context(cafile=town.authority.pem)
    context.check_hostname = False
    context.load_cert_chain(certificate, key)
    story.fact("an organisation in no covenant is refused before its body",
               " 403 " in answer_to_head(partner, partner.partner_port, context, "/v1/signalen"))
    gone = add_user(partner, "gone", "9009", "MELDER")
    partner.api("BEHEERDER", "DELETE", f"/v1/gebruikers/{gone['vingerafdruk']}")
    folder = partner.folder / "gebruikers/gone"
    profile = json.loads((folder / "profiel.json").read_text())
    context = ssl.create_default_context(cafile=folder / profile["ca"])
    context.check_hostname = False
    context.load_cert_chain(folder / profile["certificaat"], folder / profile["sleutel"])
    story.fact("so is who is no user any more",
               " 403 " in answer_to_head(partner, partner.local_port, context, "/v1/invoer"))


def tell(story):
    def with_a_second_receiver(town):
        town.wijkteam.roles = [*town.wijkteam.roles, "BEGELEIDER"]
    town = story.town(prepare=with_a_second_receiver)
    a_refusal_names_no_role(story, town.wijkteam)
    odd_questions(story, town.corporatie)
    nobody_found(story, town.corporatie)
    inbox = a_list_is_read(story, town)
    the_accepting_role_opens(story, town.wijkteam, inbox[0])
    no_contact_is_no_failure(story, town)
    strangers_upload_nothing(story, town)
    two_people_make_a_reader(story, town.wijkteam)
    one_number_one_person(story, town.wijkteam)
    the_last_stays(story, town.wijkteam)
    the_settings_open_no_door(story, town.wijkteam)


stories.run(tell)
