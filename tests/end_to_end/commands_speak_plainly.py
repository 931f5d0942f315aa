# SPDX-License-Identifier: EUPL-1.2
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402

DONE, REFUSED, WRONG_USE, UNREACHABLE = range(4)
LANGUAGES = {"nl": "nl_NL.UTF-8", "en": "en_GB.UTF-8"}
SECRET = "Anouk Voorbeeld"


def names_of(town):
    """The commands, as the program lists them."""
    said = alone(town, "--help").stdout
    return re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", said, re.MULTILINE)


def alone(town, *words, lang="en"):
    """A command without a profile."""
    environment = {name: value for name, value in os.environ.items() if name != "WIJKPOORT_PROFILE"}
    return subprocess.run([town.binary, *map(str, words)], capture_output=True, text=True,
                          timeout=30, check=False, stdin=subprocess.DEVNULL,
                          env={**environment, "LANG": LANGUAGES[lang], "LC_ALL": LANGUAGES[lang]})


def tell_how_each_explains_itself(story, town):
    names = names_of(town)
    story.fact("the program lists its commands", len(names) >= 28, names)
    for lang, usage in (("nl", "Gebruik:"), ("en", "Usage:")):
        helped = {name: alone(town, *name.split(), "--help", lang=lang) for name in names}
        story.fact(f"each command explains itself ({lang})",
                   all(one.returncode == DONE and usage in one.stdout and not one.stderr
                       for one in helped.values()),
                   [name for name, one in helped.items() if usage not in one.stdout])
        lost = {name: alone(town, *name.split(), "--bestaat-niet", lang=lang) for name in names}
        story.fact(f"an option that is not there is named, and how to ask for help ({lang})",
                   all(one.returncode == WRONG_USE and "bestaat-niet" in one.stderr
                       for one in lost.values()),
                   {name: one.stderr for name, one in lost.items()
                    if one.returncode != WRONG_USE or "bestaat-niet" not in one.stderr})


def tell_half_a_name(story, town):
    half = alone(town, "covenant")
    story.fact("the first word of a name lists what begins with it",
               half.returncode == WRONG_USE and "covenant ask" in half.stderr
               and "audit list" not in half.stderr, half.stderr)
    other = alone(town, "raden")
    story.fact("a name that is none is named, with all there are",
               other.returncode == WRONG_USE and "raden" in other.stderr
               and "audit list" in other.stderr, other.stderr)


def tell_who_is_asked(story, town):
    no_profile = alone(town, "status")
    story.fact("without a profile the command says how to name one",
               no_profile.returncode == WRONG_USE and "--profile" in no_profile.stderr,
               no_profile.returncode, no_profile.stderr)
    absent = alone(town, "status", "--profile", town.folder / "weg.json")
    story.fact("a profile that is not there is named",
               absent.returncode != DONE and "weg.json" in absent.stderr, absent.stderr)
    refused = town.corporatie.run("MELDER", "user", "list", check=False, lang=LANGUAGES["en"])
    story.fact("who lacks the role is told so, and it is no failure of the gateway",
               refused.returncode == REFUSED and refused.stderr and not refused.stdout,
               refused.returncode, refused.stderr)


def tell_one_report(story, town):
    """A wijkbeheerder reports one signal and asks what became of it."""
    words = ("report", "--signaal", "OVL.BURENRUZIE", "--postcode", "1234AB", "--huisnummer", 5,
             "--naam", SECRET, "--contactmoment", "OVERLAST", "--ontvanger", "WIJKTEAM",
             "--toestemming", "ja", "--toestemmingdatum", town.today.isoformat(),
             "--hulpvraag", "ja", "--zaaknummer", "Z-1")
    tried = town.corporatie.run("MELDER", *words, "--proef")
    story.fact("a trial says what would happen, and nothing did",
               town.corporatie.json("MELDER", "sent") == [],
               tried.stdout)
    done = town.corporatie.run("MELDER", *words)
    story.fact("a report says what happened to it", done.stdout.strip() != "", done)
    town.wait_delivered(town.corporatie)
    listed = town.corporatie.json("MELDER", "sent")
    one = town.corporatie.run("MELDER", "sent", listed[0]["id"]).stdout
    story.fact("one signal can be asked for", listed[0]["id"][:8] in one and SECRET not in one, one)
    refused = town.corporatie.run("MELDER", "report", "--signaal", "ZORG.PSYCHISCH", "--postcode",
                                  "1234AB", "--huisnummer", 5, "--toestemming", "nee",
                                  check=False)
    story.fact("a report that the covenant refuses names why, and exits so",
               refused.returncode == REFUSED and (refused.stdout + refused.stderr).strip(), refused)
    wrong = town.corporatie.run("MELDER", "report", "--signaal", "OVL.BURENRUZIE", "--huisnummer",
                                5, "--melddatum", "overmorgen", check=False)
    story.fact("a day that is none is named by its option",
               wrong.returncode == WRONG_USE and "melddatum" in wrong.stderr, wrong)
    return listed[0]["id"]


def tell_the_worker(story, town, item):
    inbox = town.wijkteam.run("ONTVANGER", "postvak").stdout
    story.fact("the inbox is a table, without a name or an address",
               item[:8] in inbox and SECRET not in inbox and "1234AB" not in inbox, inbox)
    early = town.wijkteam.run("ONTVANGER", "open", item, check=False)
    story.fact("contact details wait until the signal is accepted",
               early.returncode == REFUSED and SECRET not in early.stdout + early.stderr, early)
    town.wijkteam.run("ONTVANGER", "aannemen", item)
    opened = town.wijkteam.run("ONTVANGER", "open", item)
    story.fact("then they are shown", SECRET in opened.stdout, opened.stdout)
    illegal = town.wijkteam.run("ONTVANGER", "answer", item, "BESTAATNIET", check=False)
    story.fact("an answer that is none is refused in a sentence",
               illegal.returncode != DONE and illegal.stderr.strip(), illegal)
    answered = town.wijkteam.run("ONTVANGER", "antwoorden", item, "INBH")
    story.fact("an answer says that it leaves", answered.stdout.strip() != "", answered)
    csv = town.wijkteam.run("ONTVANGER", "inbox", "--csv").stdout
    story.fact("the inbox is there for Excel too", csv.startswith("\ufeff") and ";" in csv, csv[:80])


def tell_may_this(story, town):
    yes = town.corporatie.run("MELDER", "covenant", "ask", "--naar", "WIJKTEAM", "--wijze",
                              "TOESTEMMING", "--doel", "TOELEIDING", "--signaalcode",
                              "OVL.BURENRUZIE", "--bewijs", check=False)
    story.fact("what may, may, with the article that says so",
               yes.returncode == DONE and "bepaling" in yes.stdout, yes)
    no = town.corporatie.run("MELDER", "covenant", "ask", "--naar", "GGZ", "--wijze", "WET",
                             "--signaalcode", "OVL.BURENRUZIE", check=False)
    story.fact("what may not is refused with a code and the smallest change",
               no.returncode == REFUSED and no.stdout.startswith("Nee.") and "[" in no.stdout, no)
    few = town.corporatie.run("MELDER", "covenant", "ask", check=False)
    story.fact("half a question says what lacks",
               few.returncode == WRONG_USE and "--naar" in few.stderr, few)


def tell_the_covenant(story, town):
    for words in (("covenant", "check", town.covenant), ("covenant", "print", town.covenant)):
        for lang in LANGUAGES:
            done = alone(town, *words, lang=lang)
            story.fact(f"{' '.join(words[:2])} works on a file alone ({lang})",
                       done.returncode == DONE and done.stdout, done.stderr)
    broken = town.folder / "half.json"
    broken.write_bytes(town.covenant.read_bytes()[:500])
    done = alone(town, "covenant", "check", broken)
    story.fact("a covenant that is none names the file and the place",
               done.returncode == REFUSED and "half.json" in done.stderr, done)
    role = "CONVENANTBEHEERDER"
    shown = town.ggz.run(role, "covenant", "show", town.fingerprint).stdout
    story.fact("a covenant shows its parties and articles", "Buurtteam" in shown, shown)
    other = town.ggz.run(role, "covenant", "add", town.covenant, "--fingerprint", "0" * 64,
                         check=False)
    story.fact("a file that is not the paper's is refused", other.returncode == REFUSED, other)
    twice = town.ggz.run(role, "covenant", "sign", town.fingerprint, check=False)
    story.fact("to agree twice is answered in a sentence", twice.stdout + twice.stderr, twice)


# Who asks it, and the words: those that change nothing.
READING = (("BEHEERDER", "status"), ("BEHEERDER", "user list"), ("MELDER", "sent"),
           ("CONVENANTBEHEERDER", "covenant list"), ("AUDITOR", "audit list"),
           ("AUDITOR", "audit checkpoint"))


def tell_tables_and_json(story, town):
    for role, words in READING:
        said = {lang: town.corporatie.run(role, *words.split(), lang=LANGUAGES[lang]).stdout
                for lang in LANGUAGES}
        story.fact(f"{words}: for people, in their language",
                   all(said.values()) and (said["nl"] != said["en"] or "checkpoint" in words), said)
        json.loads(town.corporatie.run(role, *words.split(), "--json").stdout)
    story.fact("each of them gives JSON on request", True)


def tell_a_gateway_that_is_away(story, town):
    town.gemeente.stop()
    for role, words in (("BEHEERDER", "status"), ("AUDITOR", "audit list"),
                        ("ONTVANGER", "inbox")):
        away = town.gemeente.run(role, *words.split(), check=False)
        story.fact(f"{words}: a gateway that is away is said to be, with its address",
                   away.returncode == UNREACHABLE and str(town.gemeente.local_port) in away.stderr,
                   away.returncode, away.stderr)
    town.gemeente.start()


def tell_a_profile_that_was_copied(story, town):
    """To another machine, say: each file by its name."""
    for name, spoil in (("sleutel.key", lambda path: path.chmod(0o644)), ("ca.pem", lambda path: path.unlink())):
        folder = town.folder / f"kopie-{name}"
        shutil.copytree(town.corporatie.profile("MELDER").parent, folder)
        spoil(folder / name)
        said = alone(town, "status", "--profile", folder / "profiel.json")
        story.fact(f"a profile of which {name} cannot be used names that file",
                   said.returncode != DONE and name in said.stderr, said)
    said = alone(town, "status", "--profile", town.corporatie.profile("MELDER").parent / "ca.pem")
    story.fact("what is no profile is named", said.returncode != DONE and "ca.pem" in said.stderr, said)


def tell_users_that_cannot_be(story, town):
    folder = town.folder / "nieuweling"
    named = alone(town, "user", "request", "--naam", "Jan Jansen", "--uit", folder, lang="nl")
    story.fact("a name instead of a staff number is refused before a key is made",
               named.returncode == WRONG_USE and "personeelsnummer" in named.stderr and not folder.exists(), named)
    alone(town, "user", "request", "--naam", "8001", "--uit", folder)
    words = ("user", "add", "--rollen", "MELDER", "--ca", town.corporatie.folder / "ca", "--request")
    wrong = town.corporatie.run("BEHEERDER", *words, town.covenant, "--uit", folder, check=False)
    story.fact("what is no request is named", wrong.returncode == REFUSED and str(town.covenant) in wrong.stderr, wrong)
    taken = town.corporatie.profile("MELDER").parent
    beside = town.corporatie.run("BEHEERDER", *words, folder / "verzoek.csr", "--uit", taken, check=False)
    users = [one["naam"] for one in town.corporatie.json("BEHEERDER", "user", "list")["gebruikers"]]
    story.fact("a folder in which another's profile lies is refused, and no user is left without a certificate",
               beside.returncode == REFUSED and "ca.pem" in beside.stderr and "8001" not in users, beside, users)
    town.corporatie.run("BEHEERDER", *words, folder / "verzoek.csr", "--uit", folder)
    story.fact("in a folder of his own he is added", (folder / "profiel.json").exists())


def tell_who_is_not_known(story, town):
    """Whoever is no user, or not yet, reads who can help; nothing of covenants or roles he has."""
    folder = town.folder / "nieuweling"
    users = {one["naam"]: one["vingerafdruk"] for one in town.corporatie.json("BEHEERDER", "user", "list")["gebruikers"]}
    town.corporatie.run("BEHEERDER", "user", "remove", users["8001"])
    gone = alone(town, "status", "--profile", folder / "profiel.json", lang="nl")
    story.fact("who was removed reads that he is not known, and whom to ask",
               gone.returncode == REFUSED and "gebruiker" in gone.stderr and "beheerder" in gone.stderr, gone)
    waits = town.folder / "wacht"
    alone(town, "user", "request", "--naam", "8002", "--uit", waits)
    town.corporatie.run("BEHEERDER", "user", "add", "--rollen", "AUDITOR", "--ca", town.corporatie.folder / "ca",
                        "--request", waits / "verzoek.csr", "--uit", waits)
    early = alone(town, "audit", "list", "--profile", waits / "profiel.json", lang="nl")
    story.fact("who waits for a second person reads that", early.returncode == REFUSED and "tweede persoon" in early.stderr, early)


def tell_a_beginning_that_fails(story, town):
    folder, other = town.folder / "begin", town.wijkteam
    base = ("init", folder, "--partners-ca", town.authority.pem, "--partner-key", other.key)
    long = alone(town, "init", folder, "--oin", town.corporatie.oin, "--naam", "Stichting " + "x" * 60)
    story.fact("a name that fits no certificate is refused before anything is made",
               long.returncode == WRONG_USE and "--naam" in long.stderr and not folder.exists(), long)
    wrong = alone(town, *base, "--partner-cert", other.certificate, "--oin", town.corporatie.oin, "--naam", "Corporatie", lang="nl")
    story.fact("a certificate of another organisation is named, with what to order",
               wrong.returncode == REFUSED and "OIN" in wrong.stderr and "partner.pem" in wrong.stderr, wrong)
    none = alone(town, *base, "--partner-cert", town.covenant)
    story.fact("what is no certificate is named", none.returncode == REFUSED and "partner.pem" in none.stderr, none)
    pair = alone(town, *base, "--partner-cert", town.corporatie.certificate)
    story.fact("so is a key of another certificate", pair.returncode == REFUSED and "--partner-key" in pair.stderr, pair)
    right = alone(town, *base[:4], "--partner-key", town.corporatie.key, "--partner-cert", town.corporatie.certificate)
    story.fact("then the right ones do; an address that was forgotten is told",
               right.returncode == DONE and "127.0.0.1:8443" in right.stdout and "--adres" in right.stdout, right)
    again = alone(town, *base[:4], "--partner-key", town.corporatie.key, "--partner-cert", town.corporatie.certificate,
                  "--adres", "https://poort.voorbeeld.nl:8443")
    shown = alone(town, "key", "show", folder).stdout
    story.fact("and mended by doing it again", again.returncode == DONE and "--adres" not in again.stdout
               and "https://poort.voorbeeld.nl:8443" in shown, again, shown)
    doctor = alone(town, "doctor", "--settings", folder / "instellingen.json", lang="nl")
    story.fact("the doctor sees that nobody reaches the address it listens on",
               "partnerAdres: Op dit adres komen alleen verbindingen van deze machine" in doctor.stdout, doctor)
    (folder / "instellingen.json").unlink()
    half = alone(town, "init", folder, "--oin", town.corporatie.oin, "--naam", "Corporatie", lang="nl")
    story.fact("a folder of an attempt that was cut short says to begin anew",
               half.returncode == REFUSED and "Verwijder deze map" in half.stderr, half)


def tell(story):
    town = story.town()
    tell_how_each_explains_itself(story, town)
    tell_half_a_name(story, town)
    tell_who_is_asked(story, town)
    tell_the_worker(story, town, tell_one_report(story, town))
    tell_may_this(story, town)
    tell_the_covenant(story, town)
    tell_tables_and_json(story, town)
    tell_a_gateway_that_is_away(story, town)
    tell_a_profile_that_was_copied(story, town)
    tell_users_that_cannot_be(story, town)
    tell_who_is_not_known(story, town)
    tell_a_beginning_that_fails(story, town)


stories.run(tell)
