# SPDX-License-Identifier: EUPL-1.2
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from visitor import Visitor  # noqa: E402

LOOK, SEND = "/melden/bekijken", "/melden/versturen"
HOSTILE = "<script>alert('x')</script> \"Anouk\" & Zn"


def sound(story, visitor, name):
    story.fact(f"{name}: a page of well-formed HTML, without script",
               visitor.status == 200 and visitor.page and not visitor.page.faults,
               visitor.status, visitor.page.faults if visitor.page else visitor.html[:400])


def sent_rows(town, role="MELDER"):
    return json.loads(town.corporatie.api(role, "GET", "/v1/verzonden")[2])["verzonden"]


# --- Melden ---

def reports(story, town):
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/melden")
    sound(story, melder, "Melden")
    story.fact("positive signals stand first among what may be seen",
               0 < melder.html.find("Wil iets doen voor de wijk") <
               melder.html.find("Geluidsoverlast"), melder.text[:600])
    story.fact("what may never be shared is not offered", "Psychische" not in melder.html)

    melder.submit(LOOK, signaalcode="OVL.BURENRUZIE", postcode="1234 ab", huisnummer="3",
                  akkoord="ja", naam=HOSTILE, telefoon="06-12345678", contactmoment="OVERLAST")
    sound(story, melder, "the plan")
    story.fact("before it goes: to whom, under which article, what goes and what stays",
               all(word in melder.text for word in
                   ("Buurtteam Voorbeeldstad", "Bepaling 1: de bewoner vindt het goed",
                    "de week, niet de dag", "in een dichte envelop", "de precieze dag",
                    "Eerste antwoord uiterlijk")), melder.text[:1500])
    story.fact("what was typed comes back as text", HOSTILE not in melder.html and
               "&lt;script&gt;" in melder.html)
    story.equal("looking sends nothing", sent_rows(town), [])

    plan = melder.page
    melder.submit(SEND)
    sound(story, melder, "sent")
    story.fact("sent: what happens now, and by which day",
               "Verstuurd naar Buurtteam Voorbeeldstad" in melder.text and
               "eerste antwoord, uiterlijk op" in melder.text, melder.text)
    melder.page = plan
    melder.submit(SEND)
    story.fact("the button pressed twice sends once",
               "Er is niets dubbel verstuurd" in melder.text and len(sent_rows(town)) == 1,
               melder.text)
    town.wait_delivered(town.corporatie)
    box = json.loads(town.wijkteam.api("ONTVANGER", "GET", "/v1/postvak")[2])["postvak"]
    story.fact("it is in the postvak of the wijkteam", len(box) == 1 and
               box[0]["signaalcode"] == "OVL.BURENRUZIE", box)
    return melder


def fits_in_a_minute(story, town):
    """Keystrokes by hand: what must be typed or chosen, and tabs in between."""
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/melden")
    before = melder.form(LOOK)["fields"]
    must = ["signaalcode", "postcode", "huisnummer", "akkoord"]
    story.fact("four things must be filled in, and the last of them is the ninth field at most",
               before.index("akkoord") < 9, before)
    melder.submit(LOOK, signaalcode="OVL.GELUID", postcode="1234AB", huisnummer="7", akkoord="ja")
    story.fact("four fields and two buttons report a signal", "Dit mag." in melder.text and
               len(must) == 4, melder.text[:600])


def what_does_not_go(story, town):
    melder = Visitor(town.corporatie, "MELDER")

    def look(**typed):
        melder.go("/melden")
        melder.submit(LOOK, **{"postcode": "1234AB", "huisnummer": "9", "akkoord": "ja", **typed})
        return melder.text

    text = look(signaalcode="OVL.GELUID", akkoord="nee")
    story.fact("without consent it only counts, and the page says what would help",
               "telt alleen mee" in text and "Vraag de bewoner" in text, text[:800])
    text = look(signaalcode="ZORG.EENZAAM")
    story.fact("two possible recipients: the page asks which, in words for a page",
               "Kies hieronder aan wie het mag" in text and "kolom" not in text, text[:800])
    text = look(signaalcode="ZORG.EENZAAM", ontvanger=town.ggz.oin, contactmoment="OVERLAST")
    story.fact("what the article does not name stays here: shown beforehand",
               "GGZ Voorbeeld" in text and "bij welke gelegenheid" in text, text[:1200])
    text = look(signaalcode="FIN.HUURACHTERSTAND", akkoord="nee", bezwaar="nee",
                bedragAchterstand="612,50")
    story.fact("rent arrears without the four conditions: which one, and where to fill it in",
               "Dit kan zo niet weg" in text and "Alleen bij huurachterstand" in text, text[:800])
    text = look(signaalcode="OVL.STANK")
    story.fact("no article takes it: refused with what may be done",
               "Dit kan zo niet weg" in text and "convenantbeheerder" in text, text[:800])
    text = look(signaalcode="OVL.GELUID", postcode="12345")
    story.fact("a postcode that is none is said beside its field, and what was typed stays",
               melder.status == 400 and 'id="fout-postcode"' in melder.html and
               'value="12345"' in melder.html, melder.status, melder.html[:3000])
    look(signaalcode="OVL.GELUID", akkoord=None)
    story.fact("no answer about consent is no consent", melder.status == 400 and
               'id="fout-akkoord"' in melder.html, melder.status, melder.text[:500])
    story.equal("none of this sent anything", len(sent_rows(town)), 1)


def early_signal(story, town):
    melder, day = Visitor(town.corporatie, "MELDER"), town.today.isoformat()
    melder.go("/melden")
    melder.submit(LOOK, signaalcode="FIN.HUURACHTERSTAND", postcode="1234AB", huisnummer="11",
                  akkoord="nee", bedragAchterstand="1.612,50", contactpoging=day,
                  gewezenOpHulp=day, schriftelijkeHerinnering=day, bezwaar="nee",
                  huidigeHuurder="ja", regelingLoopt="nee", meerderjarig="ja",
                  naam="Jan Voorbeeld")
    story.fact("rent arrears go to the municipality: the law prescribes it",
               "Bepaling 5: de wet schrijft dit voor" in melder.text and
               "Gemeente Voorbeeldstad" in melder.text, melder.text[:900])
    melder.submit(SEND)
    town.wait_delivered(town.corporatie)
    melder.go("/mijn-meldingen")
    proof = [link for link in melder.page.links if link.endswith("/bewijs")]
    story.equal("one proof is offered: that of the early signal", len(proof), 1)
    melder.go(proof[0])
    sound(story, melder, "the proof of reporting")
    story.fact("the proof has amount, conditions and digest",
               "1612,50" in melder.text and "schriftelijk" in melder.text and
               "Besluit gemeentelijke schuldhulpverlening" in melder.text, melder.text)


# --- Mijn meldingen ---

def follows(story, town):
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/mijn-meldingen")
    sound(story, melder, "Mijn meldingen")
    story.fact("A32: each signal has one line that says where it stands",
               melder.html.count('class="wp-item"') == 2 and
               melder.html.count('class="wp-state') == 2, melder.text)
    box = json.loads(town.wijkteam.api("ONTVANGER", "GET", "/v1/postvak")[2])["postvak"]
    town.wijkteam.api("ONTVANGER", "POST", f"/v1/postvak/{box[0]['id']}/aanvaarding")
    town.wijkteam.api("ONTVANGER", "POST", "/v1/antwoorden",
                      {"signaal": box[0]["id"], "code": "INBH"})
    town.wait_delivered(town.wijkteam)
    towns.wait_for(lambda: (melder.go("/mijn-meldingen"),
                            "In behandeling" in melder.text)[1], 20, "the answer on the page")
    story.fact("the answer of the wijkteam is in the line and in the history",
               melder.text.lower().count("in behandeling genomen") >= 3, melder.text)
    melder.go("/mijn-meldingen?welke=te-laat")
    story.fact("a filter with nothing in it says so", "Hier staan geen meldingen" in melder.text,
               melder.text)
    recall = f"/mijn-meldingen/{box[0]['id']}/terugtrekken"
    melder.go("/mijn-meldingen")
    melder.submit(recall)
    story.fact("taken back with one button, and said so",
               melder.status == 200 and "teruggetrokken" in melder.text, melder.text[:600])
    story.fact("what was taken back has no button left",
               not any(form["action"] == recall for form in melder.page.forms))
    box = json.loads(town.wijkteam.api("ONTVANGER", "GET", "/v1/postvak")[2])["postvak"]
    receiver = Visitor(town.wijkteam, "ONTVANGER")
    story.equal("who only receives has no page for reporting", receiver.go("/melden"), 403)


# --- Toestemming ---

NEW, FIND = "/toestemming/nieuw/vastleggen", "/toestemming/zoeken/adres"


def records(story, town):
    desk = Visitor(town.corporatie, "MELDER")
    desk.go("/toestemming/nieuw")
    sound(story, desk, "recording consent")
    story.fact("nothing is ticked beforehand", not any(
        name in ("doelen", "ontvangers", "signaalgroepen")
        for name, _ in desk.form(NEW)["values"]), desk.form(NEW)["values"])
    desk.submit(NEW, postcode="1234AB", huisnummer="21", doelen=["TOELEIDING"],
                ontvangers=[town.wijkteam.oin], signaalgroepen=[])
    story.fact("a choice that was not made is asked for by name", desk.status == 400 and
               'id="fout-signaalgroepen"' in desk.html, desk.status, desk.text[:500])
    desk.submit(NEW, postcode="1234AB", huisnummer="21", doelen=["TOELEIDING"],
                ontvangers=[town.ggz.oin], signaalgroepen=["FINANCIEN"])
    story.fact("what no article allows is refused with what helps", desk.status == 403 and
               "Laat weg wat geen bepaling noemt" in desk.text, desk.status, desk.text[:700])
    desk.submit(NEW, postcode="1234AB", huisnummer="21", doelen=["TOELEIDING"],
                ontvangers=[town.wijkteam.oin], signaalgroepen=["OVERLAST"])
    sound(story, desk, "recorded")
    story.fact("A27: the slip on the page has each part of the choice",
               all(word in desk.text for word in ("Vastgelegd", "Hulp vinden", "Overlast",
                                                  "Buurtteam Voorbeeldstad", "1234AB 21",
                                                  "in een gesprek")), desk.text)
    desk.submit("/toestemming/afschrift")
    story.fact("the slip prints as a paper of its own", desk.status == 200 and
               desk.html.startswith("<!doctype html>") and "<nav" not in desk.html and
               "unsafe-inline" in desk.headers["Content-Security-Policy"] and
               not [fault for fault in desk.page.faults if "within" not in fault],
               desk.status, desk.html[:300])
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/melden")
    melder.submit(LOOK, signaalcode="OVL.GELUID", postcode="1234AB", huisnummer="21",
                  akkoord="eerder")
    story.fact("an existing slip carries a report", "Dit mag." in melder.text, melder.text[:700])
    melder.go("/melden")
    melder.submit(LOOK, signaalcode="OVL.GELUID", postcode="1234AB", huisnummer="23",
                  akkoord="eerder")
    story.fact("a slip that is not there carries none", "telt alleen mee" in melder.text,
               melder.text[:700])


def stops(story, town):
    desk = Visitor(town.corporatie, "MELDER")
    desk.go("/toestemming")
    sound(story, desk, "Toestemming")
    story.fact("the list names no address", "1234AB" not in desk.html)
    desk.go("/toestemming/zoeken")
    desk.submit(FIND, postcode="1234ab", huisnummer="21")
    sound(story, desk, "found by address")
    stop = [form["action"] for form in desk.page.forms if form["action"].endswith("/stoppen")]
    story.fact("found by the whole address, with a button to stop", len(stop) == 1, desk.text)
    desk.submit(stop[0])
    sound(story, desk, "stopped")
    paper = [link for link in desk.page.links if "/verklaring/" in link]
    story.fact("stopped in one step, with a statement to print", "Het is gestopt" in desk.text and
               len(paper) == 1, desk.text)
    desk.go(paper[0])
    story.fact("the statement prints as a paper", desk.status == 200 and
               "<nav" not in desk.html and len(desk.html) > 500, desk.status)
    desk.go("/toestemming/zoeken")
    desk.submit(FIND, postcode="1234AB", huisnummer="99")
    story.fact("who looked for nobody is told that it was logged",
               "niets vastgelegd" in desk.text and "logboek" in desk.text, desk.text[:600])
    story.fact("no address stands in an address", "1234" not in " ".join(desk.page.links))


# --- Mag dit? ---

def may_i(story, town):
    for partner, role in ((town.corporatie, "MELDER"), (town.ggz, "GGZ_CONTACTPUNT"),
                          (town.corporatie, "AUDITOR")):
        anybody = Visitor(partner, role)
        anybody.go("/mag-dit")
        sound(story, anybody, f"Mag dit? for {role}")
    asker = Visitor(town.corporatie, "MELDER")
    asker.go("/mag-dit")
    asker.submit("/mag-dit/antwoord", naar=town.wijkteam.oin, signaalcode="OVL.BURENRUZIE",
                 wijze="TOESTEMMING", velden=["waarneemweek", "contactenvelop"])
    story.fact("A44: yes, with the article, the fields and the terms",
               all(word in asker.text for word in ("Ja, dit mag", "Bepaling 1",
                                                   "binnen 2 werkdagen", "365 dagen")) and
               "de week, niet de dag" in asker.text, asker.text)
    asker.submit("/mag-dit/antwoord", naar="POLITIE", signaalcode="OVL.BURENRUZIE",
                 wijze="TOESTEMMING")
    story.fact("A44: no, with the reason, the rule and what would help",
               "Nee, dit mag niet" in asker.text and "ONTVANGER_VERBODEN" in asker.text and
               "Wat zou helpen" in asker.text, asker.text)
    asker.submit("/mag-dit/antwoord", naar=town.wijkteam.oin, signaalcode="X.PSYCHISCH",
                 wijze="TOESTEMMING")
    story.fact("A44: what may never be shared is said so", "Geen convenant kan dit toestaan"
               in asker.text, asker.text)
    asker.submit("/mag-dit/antwoord", naar="", signaalcode="OVL.GELUID", wijze="")
    story.fact("half a question is asked for by name", asker.status == 400 and
               'id="fout-naar"' in asker.html, asker.status)


# --- Logboek ---

def asks_the_log(story, town):
    auditor = Visitor(town.corporatie, "AUDITOR")
    auditor.go("/logboek")
    sound(story, auditor, "Logboek")
    size = stories.log_size(town.corporatie)

    def ask(question, **typed):
        auditor.go(f"/logboek?vraag={question}")
        auditor.submit("/logboek/vraag", **typed)
        return auditor.text

    text = ask("weigeringen")
    sound(story, auditor, "refusals")
    story.fact("refusals, with who and why", "Geweigerd" in text and "<table" in auditor.html,
               text[:800])
    story.fact("the page says that the question is logged", "staat nu zelf ook in het logboek" in
               text)
    number = f"{1}{town.corporatie.roles.index('MELDER'):03d}"
    text = ask("medewerker", medewerker=number)
    sound(story, auditor, "what a member of staff did")
    story.fact("what staff member Y saw and did", "Toestemming vastgelegd" in text and
               number in text, text[:1000])
    text = ask("partij", partij=town.wijkteam.oin)
    story.fact("what went to partner Z", "Verzonden" in text and "Buurtteam Voorbeeldstad" in text,
               text[:800])
    text = ask("adres", postcode="1234AB", huisnummer="21")
    story.fact("who saw data about an address", "D-" in text and "Toestemming vastgelegd" in text,
               text[:800])
    text = ask("zonder-uitkomst")
    story.fact("sent without an outcome: none", "staat niets in het logboek" in text, text[:600])
    for question in ("sleutels", "instellingen", "gelezen", "kopie", "alles"):
        text = ask(question)
        story.fact(f"asked: {question}", auditor.status == 200 and not auditor.page.faults,
                   auditor.status, text[:300])
    for _ in range(60):  # more than a page of rows
        auditor.go("/logboek?vraag=alles")
        auditor.submit("/logboek/vraag")
    pages = 1
    while any(name == "vanaf" for form in auditor.page.forms if form["action"] == "/logboek/vraag"
              for name, _ in form["values"]) and pages < 50:
        auditor.submit("/logboek/vraag")
        pages += 1
    story.fact("all pages can be turned with the button", pages > 1 and auditor.status == 200, pages)
    ask("alles", van=town.today.strftime("%d-%m-%Y"), tot=town.today.isoformat())
    story.fact("a period of today holds today", "Tijden zijn van Amsterdam" in auditor.text,
               auditor.text[:400])
    auditor.submit("/logboek/tabel")
    story.fact("the answer is kept as a table", auditor.status == 200 and
               auditor.headers["Content-Type"].startswith("text/csv") and
               auditor.html.startswith("\ufeff\"nummer\";") and auditor.html.count("\r\n") > 20,
               auditor.status, auditor.html[:300])
    ask("dossier", dossier="jansen")
    story.fact("a name is no dossier number", auditor.status == 400, auditor.status,
               auditor.text[:300])
    story.fact("each question of the auditor is in the log",
               sum(row["gebeurtenis"] == "search" for row in
                   town.corporatie.log_rows(vanaf=size)) >= 12)
    melder = Visitor(town.corporatie, "MELDER")
    story.equal("who is no auditor gets no log", melder.go("/logboek"), 403)


# --- the other pages ---

def signpost_figures_agreements(story, town):
    anybody = Visitor(town.wijkteam, "AUDITOR")
    anybody.go("/wegwijzer")
    sound(story, anybody, "Wegwijzer")
    melder = Visitor(town.corporatie, "MELDER")
    melder.go("/wegwijzer")
    story.fact("A11: the signpost names who takes what, before anything is written down",
               "Burenruzie" in melder.text and "Buurtteam Voorbeeldstad" in melder.text and
               "als de bewoner het goed vindt" in melder.text, melder.text[:800])
    lead = Visitor(town.corporatie, "REGIEHOUDER")
    lead.go("/cijfers")
    sound(story, lead, "Cijfers")
    story.fact("before a month has closed the figures say so", "nog geen maand afgesloten" in
               lead.text, lead.text[:500])
    desk = Visitor(town.corporatie, "MELDER")
    desk.go("/afspraken")
    sound(story, desk, "Afspraken")
    story.fact("no agreements: said so", "Er zijn geen afspraken" in desk.text, desk.text[:400])
    day = town.today.isoformat()
    status, _, body = town.corporatie.api(
        "MELDER", "POST", "/v1/waakvlamafspraken",
        {"adres": {"postcode": "1234AB", "huisnummer": "31"}, "begeleider": town.ggz.oin,
         "geldigVan": day, "werkwijze": "GESPREK", "formulierVersie": "waakvlam-1"})
    if status != 201:
        story.fact("an agreement is made", False, status, body)
        return
    desk.go("/afspraken")
    sound(story, desk, "Afspraken, one")
    stop = [form["action"] for form in desk.page.forms if form["action"].endswith("/stoppen")]
    story.fact("an agreement with its end, its support worker and no address",
               len(stop) == 1 and "GGZ Voorbeeld" in desk.text and "1234AB" not in desk.html,
               desk.text[:600])
    desk.submit(stop[0])
    story.fact("stopped on the page", "De afspraak is gestopt" in desk.text, desk.text[:400])


def tell(story):
    town = story.town()
    reports(story, town)
    fits_in_a_minute(story, town)
    what_does_not_go(story, town)
    early_signal(story, town)
    follows(story, town)
    records(story, town)
    stops(story, town)
    may_i(story, town)
    asks_the_log(story, town)
    signpost_figures_agreements(story, town)


stories.run(tell)
