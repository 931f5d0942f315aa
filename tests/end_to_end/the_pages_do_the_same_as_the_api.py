# SPDX-License-Identifier: EUPL-1.2
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import people  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from visitor import Visitor  # noqa: E402

HOSTILE = "<b onclick=alert(1)>Anouk</b> \"&'"
POLICY = ("default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
          "base-uri 'none'")


def inbox(partner, role="ONTVANGER"):
    return json.loads(partner.api(role, "GET", "/v1/postvak")[2])["postvak"]


def one(partner, number, role="ONTVANGER"):
    return json.loads(partner.api(role, "GET", f"/v1/postvak/{number}")[2])


def well_formed(story, visitor, name):
    story.fact(f"{name}: well-formed, without script or style within",
               visitor.status in (200, 400, 403, 404, 409) and visitor.page and
               not visitor.page.faults, visitor.status, visitor.html[:600],
               visitor.page and visitor.page.faults)


def send_signals(town):
    day = str(towns.amsterdam_today())
    rows = [people.row(f"z-{n}", day, number=n, naam=HOSTILE if n == 1 else "Bo Voorbeeld")
            for n in range(1, 4)]
    rows.append(people.row("z-4", day, code="ZORG.EENZAAM", to="GGZ", number=4))
    status, _, text = town.corporatie.api("MELDER", "POST", "/v1/invoer", people.intake(rows))
    assert status == 200 and text.count(b"VERZONDEN") == 4, text
    town.wait_delivered(town.corporatie)


# --- what is there for whom ---

def pages_follow_roles(story, town):
    worker = Visitor(town.wijkteam, "ONTVANGER")
    worker.go("/")
    well_formed(story, worker, "start")
    story.fact("the start page shows what is new, and one click leads to it",
               "Nieuw voor u" in worker.text and
               f"/postvak/{inbox(town.wijkteam)[0]['id']}" in worker.page.links, worker.text)
    story.fact("the page names the organisation and the roles",
               town.wijkteam.title in worker.text and "U bent: ontvanger" in worker.text)
    story.fact("the menu holds the pages of the role only",
               "/postvak" in worker.page.links and "/melden" not in worker.page.links,
               worker.page.links)
    story.equal("the policy lets nothing in but our own style",
                worker.headers["Content-Security-Policy"], POLICY)
    story.equal("no page is kept", worker.headers["Cache-Control"], "no-store")

    worker.language = "en"
    worker.go("/")
    story.fact("English for who asks for it", 'lang="en"' in worker.html and
               "New for you" in worker.text)
    before = stories.log_size(town.corporatie)
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/postvak")
    story.equal("a page of another role is refused, as a page", melder.status, 403)
    well_formed(story, melder, "a refusal")
    denied = [row for row in json.loads(town.corporatie.api(
        "AUDITOR", "POST", "/v1/logregels/_zoek", {"vanaf": before, "gebeurtenis": "deny"})[2])["regels"]]
    story.equal("and is in the log, once", len(denied), 1)
    melder.go("/nergens")
    story.equal("what is not there is a page too", (melder.status, bool(melder.page)), (404, True))
    status, headers, _ = town.corporatie.api("MELDER", "GET", "/postvak",
                                             headers={"Accept": "application/json"})
    story.equal("who asks for JSON is told that there is none",
                (status, headers.get("Content-Type")), (406, "application/problem+json"))
    keeper = Visitor(town.corporatie, "BEHEERDER")
    keeper.go("/")
    story.fact("the administrator meets the warnings", keeper.status == 200 and
               "/postvak" not in keeper.page.links, keeper.text)


# --- the work ---

def accepts_and_answers(story, town):
    number = next(row["id"] for row in inbox(town.wijkteam) if row["stand"] == "ONTV")
    worker = Visitor(town.wijkteam, "ONTVANGER")
    worker.go("/postvak")
    well_formed(story, worker, "postvak")
    story.equal("the list holds what the API lists",
                sorted(link for link in worker.page.links if link.startswith("/postvak/")),
                sorted(f"/postvak/{row['id']}" for row in inbox(town.wijkteam)))
    worker.go(f"/postvak/{number}")
    well_formed(story, worker, "a signal")
    story.fact("no contact details before acceptance", "Telefoon" not in worker.text and
               "06-12345678" not in worker.html)
    size = stories.log_size(town.wijkteam)
    worker.submit(f"/postvak/{number}/aanvaarding")
    story.fact("accepted: back on the page, with a message", worker.status == 200 and
               worker.path == f"/postvak/{number}?gedaan=aangenomen" and
               "U hebt het signaal aangenomen" in worker.text, worker.path, worker.text)
    story.fact("and now the contact details", "06-12345678" in worker.text)
    events = [row["gebeurtenis"] for row in json.loads(town.wijkteam.api(
        "AUDITOR", "POST", "/v1/logregels/_zoek", {"vanaf": size})[2])["regels"]
        if row["gebeurtenis"] in ("access", "deny", "answer")]
    story.equal("the log has what the API would have: the acceptance, the signal, its contents",
                events, ["access"] * 3)
    story.equal("the API says the same", one(town.wijkteam, number)["geaccepteerd"], True)
    return worker, number


def answers(story, town, worker, number):
    allowed = one(town.wijkteam, number)["toegestaan"]
    offered = {value.split('"')[0] for value in worker.html.split('name="code" value="')[1:]}
    story.equal("only the steps that may come now are offered", offered, set(allowed))
    worker.submit(f"/postvak/{number}/antwoord", code="GEHV", vervolgstap="", vervolgdatum="")
    story.fact("no request for help without a next step: the same page says so",
               worker.status == 400 and 'aria-invalid="true"' in worker.html and
               'role="alert"' in worker.html, worker.status, worker.text)
    story.fact("what was chosen is still chosen",
               'name="code" value="GEHV" checked' in worker.html)
    well_formed(story, worker, "a refused answer")
    story.equal("and nothing was answered", one(town.wijkteam, number)["antwoorden"], [])
    worker.submit(f"/postvak/{number}/antwoord", code="GEHV", vervolgstap="HERHAALBEZOEK",
                  vervolgdatum="", organisatiesoort="GGZ")
    story.fact("A31: answered with its next step; what belongs to another code stayed behind",
               worker.status == 200 and "nieuw bezoek" in worker.text and
               one(town.wijkteam, number)["antwoorden"][0]["vervolgstap"] == "HERHAALBEZOEK",
               worker.status, worker.text)
    town.wait_delivered(town.wijkteam)


def stale_page(story, town):
    """Two people had the same page open."""
    number = next(row["id"] for row in inbox(town.wijkteam) if row["stand"] == "ONTV")
    first, second = (Visitor(town.wijkteam, "ONTVANGER") for _ in range(2))
    first.go(f"/postvak/{number}")
    first.submit(f"/postvak/{number}/aanvaarding")
    second.go(f"/postvak/{number}")
    first.submit(f"/postvak/{number}/antwoord", code="NOPG")
    second.submit(f"/postvak/{number}/antwoord", code="BEOO")
    story.fact("a step that is no longer possible is 409, on the page, with what it shows now",
               second.status == 409 and 'role="alert"' in second.html and
               "niet opgepakt" in second.text, second.status, second.text)
    second.go(f"/postvak/{number}/antwoord")
    story.equal("the address of a form leads to its page", second.path, f"/postvak/{number}")


def hostile_name(story, town):
    for row in inbox(town.wijkteam):
        worker = Visitor(town.wijkteam, "ONTVANGER")
        worker.go(f"/postvak/{row['id']}")
        if "Signaal aannemen" in worker.text:
            worker.submit(f"/postvak/{row['id']}/aanvaarding")
        story.fact("what came from outside is text", "<b onclick" not in worker.html)
        well_formed(story, worker, "a signal with a hostile name")


# --- the resident, at the first contact ---

def consents(partner, since):
    return [row for row in json.loads(partner.api(
        "AUDITOR", "POST", "/v1/logregels/_zoek",
        {"vanaf": since, "gebeurtenis": "consent"})[2])["regels"]]


def first_contact(story, town, number, said):
    path = f"/postvak/{number}/toestemming"
    worker = Visitor(town.wijkteam, "ONTVANGER")
    worker.go(f"/postvak/{number}")
    since = stories.log_size(town.wijkteam)
    worker.submit(path)
    story.fact("first contact: nothing chosen, nothing done", worker.status == 400 and
               consents(town.wijkteam, since) == [] and
               "bevestigd" not in one(town.wijkteam, number), worker.status, worker.text)
    worker.submit(path, bevestigd=said)
    well_formed(story, worker, "after the first contact")
    story.fact("first contact: the message is there", worker.status == 200 and
               "Vastgelegd wat de bewoner zei" in worker.text, worker.path, worker.text)
    story.equal("first contact: one line in the log", len(consents(town.wijkteam, since)), 1)
    story.fact("first contact: it is not asked again",
               path not in [form["action"] for form in worker.page.forms])
    return worker


def resident_is_asked(story, town, answered):
    first_contact(story, town, answered, "ja")
    story.equal("the API says that he confirmed it", one(town.wijkteam, answered)["bevestigd"], "ja")
    number = next(row["id"] for row in inbox(town.wijkteam)
                  if row.get("geaccepteerd") and row["id"] != answered and "gewistOp" not in row)
    worker = first_contact(story, town, number, "nee")
    story.fact("who said no is gone: no name, no telephone, nothing to fill in",
               "06-12345678" not in worker.html and not worker.page.forms and
               "gewistOp" in one(town.wijkteam, number), worker.text)


def under_secrecy(story, town):
    number = inbox(town.ggz, "GGZ_CONTACTPUNT")[0]["id"]
    worker = Visitor(town.ggz, "GGZ_CONTACTPUNT")
    worker.go(f"/postvak/{number}")
    story.fact("under secrecy: accepting is seen by nobody, says the page",
               "de melder ziet niet dat u dit doet" in worker.text, worker.text)
    worker.submit(f"/postvak/{number}/aanvaarding")
    story.fact("under secrecy: the answer stays, says the page",
               "Wat u hier kiest, blijft bij u" in worker.text and
               "waarschuw de melder" not in worker.text, worker.text)
    story.fact("elsewhere it does not say so", "beroepsgeheim" not in
               one(town.wijkteam, inbox(town.wijkteam)[0]["id"]))


# --- who is not on our pages ---

def token_of(visitor, path):
    visitor.go(path)
    return next(value for form in visitor.page.forms for name, value in form["values"]
                if name == "formuliersleutel")


def another_site(story, town):
    number = next(row["id"] for row in inbox(town.wijkteam) if row["stand"] == "ONTV")
    path = f"/postvak/{number}/antwoord"
    worker = Visitor(town.wijkteam, "ONTVANGER")
    token = token_of(worker, f"/postvak/{number}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    typed = urllib.parse.urlencode({"code": "BEOO", "formuliersleutel": token})
    before = one(town.wijkteam, number)["antwoorden"]
    for site in ("cross-site", "same-site"):
        worker.ask("POST", path, typed, {**form, "Sec-Fetch-Site": site})
        story.equal(f"a form from elsewhere ({site}) is refused with a good token too",
                    worker.status, 403)
    attacks = {
        "without token": {"code": "BEOO"},
        "with a token of its own": {"code": "BEOO", "formuliersleutel": "A" * 43 + "="},
        "with the token of another user": {"code": "BEOO", "formuliersleutel": other_token(town)},
    }
    for name, values in attacks.items():
        old = Visitor(town.wijkteam, "ONTVANGER")
        status = old_browser(old, path, urllib.parse.urlencode({**values, "verwijstNaar": "lokaas"}))
        story.fact(f"an old browser sends a form {name}: refused, and nothing of it is shown",
                   status == 403 and "lokaas" not in old.html, status, old.html[:300])
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/json"):
        worker.ask("POST", path, typed, {"Content-Type": kind})
        story.equal(f"a form of type {kind} is none", worker.status, 415)
    story.equal("after all that, nothing was answered", one(town.wijkteam, number)["antwoorden"], before)
    odd = {"a field twice": f"{typed}&code=NOPG", "an unknown field": f"{typed}&rol=BEHEERDER",
           "a broken escape": f"{typed}&vervolgstap=%4", "no UTF-8": f"{typed}&vervolgstap=%ff",
           "a control character": f"{typed}&vervolgstap=%0a",
           "too many": "&".join(["code=BEOO"] * 200)}
    for name, body in odd.items():
        worker.ask("POST", path, body, form)
        story.fact(f"{name}: refused", worker.status in (400, 413), worker.status)
    worker.ask("POST", path, "code=" + "A" * 20000, form)
    story.equal("a form beyond its bound is not read", worker.status, 413)
    worker.ask("PUT", "/postvak")
    story.equal("another method is none", (worker.status, worker.headers.get("Allow")),
                (405, "GET, HEAD"))


def other_token(town):
    return token_of(Visitor(town.wijkteam, "CONVENANTBEHEERDER"), "/mag-dit")


def a_picture_on_another_site(story, town):
    """<img src="https://…/postvak/…"> would put a look in the log under the worker's name."""
    worker = Visitor(town.wijkteam, "ONTVANGER")
    since = stories.log_size(town.wijkteam)
    for dest, wanted in (("image", 403), ("iframe", 403), ("document", 200)):
        worker.ask("GET", "/postvak", headers={"Sec-Fetch-Site": "cross-site",
                                               "Sec-Fetch-Dest": dest})
        story.equal(f"led here as {dest}", worker.status, wanted)
    looks = json.loads(town.wijkteam.api("AUDITOR", "POST", "/v1/logregels/_zoek", {
        "vanaf": since, "gebeurtenis": "access"})[2])["regels"]
    story.equal("one look is in the log", len([row for row in looks
                                               if row["onderdeel"] == "postvak"]), 1)


def a_former_user(story, town):
    people.colleague(town.wijkteam, "WEG", "BELEIDSANALIST")
    gone = Visitor(town.wijkteam, "WEG")
    token = token_of(gone, "/mag-dit")
    gone.submit("/mag-dit/antwoord")
    story.fact("while he is a user his form is taken", gone.status == 400, gone.status)
    renewed = Visitor(town.wijkteam, "CONVENANTBEHEERDER")
    body = urllib.parse.urlencode({"formuliersleutel": token})
    story.equal("the token of one certificate does not fit another",
                old_browser(renewed, "/mag-dit/antwoord", body), 403)
    users = json.loads(town.wijkteam.api("BEHEERDER", "GET", "/v1/gebruikers")[2])["gebruikers"]
    mark = next(user["vingerafdruk"] for user in users if user["naam"] == "1099")
    town.wijkteam.run("BEHEERDER", "user", "remove", mark)
    story.equal("a former user's token is worth nothing",
                gone.ask("POST", "/mag-dit/antwoord", body,
                         {"Content-Type": "application/x-www-form-urlencoded"}), 403)
    gone.go("/")
    story.fact("and he sees no page, and no menu", gone.status == 403 and
               "/postvak" not in gone.html and "/mag-dit" not in gone.html, gone.status, gone.html)


def old_browser(visitor, path, body):
    """One that does not say where a form comes from."""
    ask = visitor.ask
    return ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded",
                                    "Sec-Fetch-Site": "none"})


def style(story, town):
    worker = Visitor(town.wijkteam, "ONTVANGER")
    worker.go("/")
    path = worker.html.split('rel="stylesheet" href="')[1].split('"')[0]
    worker.ask("GET", path)
    css = worker.html
    story.fact("one stylesheet of our own, kept by its name, fetches nothing",
               worker.status == 200 and "immutable" in worker.headers["Cache-Control"] and
               "url(" not in css and "@import" not in css, worker.status, worker.headers)


def tell(story):
    town = story.town()
    send_signals(town)
    pages_follow_roles(story, town)
    worker, number = accepts_and_answers(story, town)
    answers(story, town, worker, number)
    another_site(story, town)
    a_picture_on_another_site(story, town)
    stale_page(story, town)
    hostile_name(story, town)
    resident_is_asked(story, town, number)
    under_secrecy(story, town)
    a_former_user(story, town)
    style(story, town)


stories.run(tell)
