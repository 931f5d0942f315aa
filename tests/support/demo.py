# SPDX-License-Identifier: EUPL-1.2
"""One whole story over four real gateways on loopback, each step printed as it happens.

demo.py BUILD [KEEP-DIR]: with KEEP-DIR the gateways are left running, with a shell file
`env` that names everything and a script `stop`.
"""
import json
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import town as towns  # noqa: E402

ROWS = 240


class Story:
    def __init__(self):
        self.steps = self.failed = 0

    def step(self, title, act):
        """Runs one step; `act` returns what is worth showing."""
        self.steps += 1
        started = time.monotonic()
        try:
            shown = act() or ""
        except Exception as error:  # a step that fails is shown, and the story goes on
            self.failed += 1
            shown = f"MISLUKT: {error}"
        print(f"\n== {self.steps}. {title}  ({time.monotonic() - started:.1f} s)")
        for line in str(shown).rstrip().splitlines():
            print("   " + line)
        sys.stdout.flush()


def first_lines(text, count):
    lines = text.splitlines()
    rest = len(lines) - count
    return "\n".join(lines[:count] + ([f"… en nog {rest} regels"] if rest > 0 else []))


def push(town, csv):
    done = town.corporatie.run("MELDER", "push", csv, check=False)
    if done.returncode not in (0, 1):  # 1: some rows were refused, which is the point
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def check_report(report):
    if "gelezen" not in report:
        raise RuntimeError("no report: " + report)
    return first_lines(report, 14)


def accept_and_answer(partner, role, code, *extra):
    waiting = partner.json(role, "inbox")
    first = waiting[0]["id"]
    shown = [first_lines(partner.run(role, "inbox").stdout, 5)]
    shown.append(partner.run(role, "accept", first).stdout)
    shown.append(partner.run(role, "open", first).stdout)
    shown.append(partner.run(role, "answer", first, code, *extra).stdout)
    return "\n".join(shown)


def melder_sees(town, recipient, wanted):
    def lines():
        return [s for s in town.corporatie.json("MELDER", "sent")
                if s["ontvanger"] == recipient.oin]
    towns.wait_for(lambda: any(wanted in s["regel"] for s in lines()), 20,
                   f"{recipient.name}: {wanted}")
    return "\n".join(f"{s['bronsleutel']}  {s['signaalnaam']}: {s['regel']}"
                     for s in lines()[:4])


def who_saw(town):
    first = town.wijkteam.json("ONTVANGER", "inbox")[0]
    return town.wijkteam.run("AUDITOR", "audit", "list", "--subject", first["dossier"]).stdout


def resident_file(town, **more):
    """Whom it is about comes from a file, never from the words of a command."""
    path = town.folder / "bewoner.json"
    path.write_text(json.dumps({"adres": {"postcode": "1234AB", "huisnummer": "901"}, **more}))
    return path


def choose(town):
    return town.corporatie.run(
        "MELDER", "consent", "record", resident_file(town), "--doel", "TOELEIDING",
        "--ontvanger", "WIJKTEAM", "--groep", "OVERLAST", "--wijze", "BALIE",
        "--formulier", "toestemming-1").stdout


def withdraw(town):
    """At the desk of who received it: the corporation hears it, and each other it told."""
    second = town.wijkteam.json("ONTVANGER", "inbox")[1]["id"]
    return town.wijkteam.run("ONTVANGER", "consent", "withdraw", "--signaal", second).stdout


def ask_what_is_known(town):
    return first_lines(town.corporatie.run("FG", "rights", "report", "--adres",
                                           resident_file(town, naam="T. Voorbeeld")).stdout, 24)


def verify(town):
    shown = []
    for partner in town.all():
        export = town.folder / f"logboek-{partner.name.lower()}.jsonl"
        partner.run("AUDITOR", "audit", "export", "--uit", export)
        done = subprocess.run([sys.executable, str(towns.ROOT / "tests/support/verify_export.py"), str(export),
                               "--covenant", str(town.covenant), "--fingerprint", town.fingerprint],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{partner.name}: {done.stdout}{done.stderr}")
        shown.append(f"{partner.name}: {done.stdout.strip().splitlines()[-1]}")
    return "\n".join(shown)


def may_this(town):
    """Both a yes and a no: the no names its article and what would allow it."""
    question = ["covenant", "ask", "--signaalcode", "OVL.BURENRUZIE", "--wijze", "TOESTEMMING",
                "--bewijs", "--naar"]
    return "\n".join(f"naar {to}: " + town.corporatie.run("MELDER", *question, to,
                                                          check=False).stdout
                     for to in ("WIJKTEAM", "GGZ", "POLITIE"))


def write_env(town, folder):
    lines = []

    def line(name, value):
        lines.append(f"{name}={shlex.quote(str(value))}")

    for partner in town.all():
        p = partner.name
        line(f"{p}_OIN", partner.oin)
        line(f"{p}_PARTNER_URL", f"https://127.0.0.1:{partner.partner_port}")
        line(f"{p}_LOCAL_URL", f"https://127.0.0.1:{partner.local_port}")
        line(f"{p}_PUBLIC_URL", f"https://127.0.0.1:{partner.public_port}")
        line(f"{p}_CERT", partner.certificate)
        line(f"{p}_KEY", partner.key)
        line(f"{p}_LOCAL_CA", partner.folder / "ca/ca.pem")
        for role in ["BEHEERDER", "FG", *partner.roles]:
            base = partner.profile(role).parent
            line(f"{p}_{role}_CERT", base / "certificaat.pem")
            line(f"{p}_{role}_KEY", base / "sleutel.key")
            line(f"{p}_{role}_PROFILE", partner.profile(role))
        line(f"{p}_SETTINGS", partner.settings)
        line(f"{p}_DATA", partner.data)
        line(f"{p}_PID", partner.process.pid)
    line("PARTNERS_CA", town.authority.pem)
    line("COVENANT", town.covenant)
    line("FINGERPRINT", town.fingerprint)
    line("WIJKPOORT", town.binary)
    (folder / "env").write_text("\n".join(lines) + "\n")
    stop = folder / "stop"
    # By settings file, not by number: a gateway may have been stopped and started since.
    stop.write_text("#!/bin/sh\n# Stops the gateways of this town.\n" + "".join(
        f"pkill -TERM -f {shlex.quote(f'serve --settings {p.settings}')}\n"
        for p in town.all()) + "exit 0\n")
    stop.chmod(0o755)
    return f". {folder}/env      geeft alle namen\n{folder}/stop     stopt de vier poorten"


def play(town, story, keep):
    csv = None

    def ready():
        town.build()
        started = time.monotonic()
        town.start_all()
        return f"vier poorten luisteren na {time.monotonic() - started:.2f} s"

    def make_csv():
        nonlocal csv
        csv = town.make_csv("meldingen.csv", "--rows", ROWS)
        return first_lines(csv.read_text(errors="replace"), 7)

    story.step("Een wegwerp-PKI, vier organisaties, elk met een eigen poort", ready)
    story.step("Medewerkers met hun rollen; leesrollen bevestigt de FG", lambda: (
        town.people(), town.corporatie.run("BEHEERDER", "user", "list").stdout)[1])
    story.step("Het convenant op één A4", lambda: town.corporatie.run(
        "MELDER", "covenant", "print", town.covenant).stdout)
    story.step("Elke partij voegt het convenant toe, met de vingerafdruk van papier", lambda: (
        town.add_covenant(), town.corporatie.run("CONVENANTBEHEERDER", "covenant",
                                                 "list").stdout)[1])
    story.step("Elke partij tekent; daarna is het van kracht en gaat de sleutel rond", lambda: (
        town.sign(), town.wait_in_force(),
        town.corporatie.run("CONVENANTBEHEERDER", "covenant", "list").stdout)[2])
    story.step("Mag dit? Gevraagd zonder persoonsgegevens", lambda: may_this(town))
    story.step("De export van de corporatie", make_csv)
    story.step("De wijkbeheerder levert de export aan", lambda: check_report(push(town, csv)))
    story.step("Alles is afgeleverd, met ontvangstbewijs", lambda: (
        town.wait_delivered(town.corporatie),
        town.corporatie.run("BEHEERDER", "status").stdout)[1])
    story.step("Nog eens aanleveren verandert niets", lambda: check_report(push(town, csv)))
    story.step("Het buurtteam neemt een signaal aan en antwoordt", lambda: accept_and_answer(
        town.wijkteam, "ONTVANGER", "GEHV", "--vervolgstap", "HERHAALBEZOEK"))
    story.step("De melder leest het antwoord", lambda: melder_sees(
        town, town.wijkteam, "geen hulpvraag nu"))
    story.step("De ggz neemt een signaal aan en antwoordt; dat blijft binnen", lambda:
               accept_and_answer(town.ggz, "GGZ_CONTACTPUNT", "INBH"))
    story.step("De melder ziet van de ggz alleen ontvangen en de uiterste dag", lambda:
               melder_sees(town, town.ggz, "antwoord uiterlijk"))
    story.step("Een bewoner kiest aan de balie; dit papier gaat mee naar huis", lambda:
               choose(town))
    story.step("Een andere bewoner trekt in bij het buurtteam, en krijgt het bewijs mee", lambda:
               withdraw(town))
    story.step("De melder leest dat het is ingetrokken", lambda: melder_sees(
        town, town.wijkteam, "ingetrokken"))
    story.step("De bewoner vraagt wat er over dit adres bekend is", lambda:
               ask_what_is_known(town))
    story.step("De auditor vraagt wie dit dossier zag, en onder welke regel", lambda:
               who_saw(town))
    story.step("De logboeken worden nagerekend, buiten de poorten om", lambda: verify(town))
    if keep:
        story.step("De poorten blijven draaien", lambda: write_env(town, keep))


def main():
    build = sys.argv[1]
    keep = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 and sys.argv[2] else None
    folder = keep or pathlib.Path(tempfile.mkdtemp(prefix="wijkpoort-demo-"))
    town = towns.Town(folder, pathlib.Path(build) / "wijkpoort")
    story = Story()
    try:
        play(town, story, keep)
    finally:
        if not keep or story.failed:
            town.stop_all(signal.SIGTERM)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\ndemo: {story.steps} steps, {story.failed} failed")
    return 1 if story.failed else 0


if __name__ == "__main__":
    sys.exit(main())
