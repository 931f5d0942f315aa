# SPDX-License-Identifier: EUPL-1.2
"""A name, a telephone, addresses, case numbers and a BSN go in; in no file, log, queue or
decrypted HTTP body are they found, in any form. Within the seal the recipient finds the contact
details of the signals that are his to have, and nothing else."""
import base64
import copy
import csv
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import forged  # noqa: E402
import planted  # noqa: E402
import recorder as recorders  # noqa: E402
import story as stories  # noqa: E402
import town as towns  # noqa: E402

NAME, PHONE, BSN = "Quirijntje Vlindersteen-Merkteken", "06-99999019", "999990019"
# Each value is long enough that chance does not make it, in any form.
CONTACT = {"name": NAME, "first name": "Quirijntje", "last name": "Vlindersteen", "phone": PHONE,
           "phone digits": "0699999019", "postcode": "1234AB", "spaced postcode": "1234 AB"}
OURS = {"case number": "Z-2026-000", "bsn": BSN}
WORKERS = {"WIJKTEAM": ("ONTVANGER", "GEHV", "--vervolgstap", "HERHAALBEZOEK"),
           "GGZ": ("GGZ_CONTACTPUNT", "INBH"), "GEMEENTE": ("ONTVANGER", "INBH")}


def the_search_bites(story, search):
    """Each value, in each form, hidden in a file and in bytes: all must be found."""
    folder = story.folder / "bijten"
    folder.mkdir()
    missed = []
    for number, (name, form, needle) in enumerate(search.needles):
        path = folder / f"deep-{number % 7}" / f"{number}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(range(256)) * (number % 5) + needle + b"\xff\x00rest")
        if (name, form) not in search.below(folder).get(str(path), ()):
            missed.append((name, form))
        path.unlink()
    story.equal(f"the search finds each of {len(search.needles)} values and forms", missed, [])
    real = [base64.b64encode(bytes(k) + b"van " + NAME.encode() + b"; einde") for k in range(3)]
    story.fact("it finds a name within a longer base64 text, wherever it begins",
               all(any("base64" in form for _, form in search.within(text)) for text in real))


def rows_of(path):
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def nowhere(story, town, search, name, skip):
    files = planted.files_below(town.folder, skip)
    found = search.below(town.folder, skip)
    story.fact(f"P7: {name}: found in none of the files", not found and len(files) > 40, found,
               len(files))
    by_kind = {kind: sum(path.match(kind) for path in files)
               for kind in ("*/store/data.mdb", "*/keys/data.mdb", "*/index/data.mdb",
                            "*/poort.log")}
    story.fact(f"{name}: stores, keys, indexes and logs were among them",
               all(count == 4 for count in by_kind.values()), by_kind)


def push(town, path, *words):
    return town.corporatie.run("MELDER", "push", path, *words, check=False)


def work(story, town):
    """Accept, open, answer; ask the log about the address; print the inbox."""
    for name, (role, code, *extra) in WORKERS.items():
        partner = town.partners[name]
        first = partner.json(role, "inbox")[0]
        partner.run(role, "accept", first["id"])
        opened = partner.run(role, "open", first["id"]).stdout
        story.fact(f"{name}: the worker who accepted reads the name and the address",
                   NAME in opened and "1234" in opened, opened)
        partner.run(role, "answer", first["id"], code, *extra)
        address = partner.json(role, "open", first["id"])["contact"]["adres"]
        place = " ".join(filter(None, (address["postcode"], *place_of(address))))
        stories.settled(partner)  # what came in is matched after a moment
        asked = partner.run("AUDITOR", "audit", "list", "--subject", place).stdout
        story.fact(f"{name}: the auditor who knows the address finds the dossier",
                   first["dossier"] in asked, asked)


# --- what passed between the partners ---

def signals_opened(town, forge, exchanges):
    """{recipient: payloads of the signals it took in}"""
    opened = {}
    for name in WORKERS:
        bodies = [e.request[e.request.index(b'{"kop"'):] for e in exchanges
                  if e.called == name and e.path == "/v1/signalen" and e.status == 201]
        opened[name] = [json.loads(text) for text in forge.opened(name, bodies)]
    return opened


def contact_of(item):
    padded = base64.b64decode(item["contactenvelop"])
    return json.loads(padded[:padded.rindex(b"\x80")])


def without_envelopes(payload):
    bare = copy.deepcopy(payload)
    for item in bare["items"]:
        item.pop("contactenvelop")
        if "bewijs" in item:
            item["bewijs"]["payload"] = base64.b64decode(item["bewijs"]["payload"]).decode()
    return json.dumps(bare).encode()


def on_the_wire(story, town, exchanges, everything, sources):
    forge = forged.Forge(town, story.build)
    callers = {(e.caller, e.called) for e in exchanges}
    story.fact("bodies were recorded at each partner, in both directions",
               len(exchanges) >= 20 and {called for _, called in callers} == set(towns.PARTNERS) and
               ("WIJKTEAM", "CORPORATIE") in callers, sorted(callers), len(exchanges))
    found = {(e.caller, e.called, e.path): here for e in exchanges
             for here in [everything.within(e.request) | everything.within(e.answer)] if here}
    story.equal("P7: found in no decrypted HTTP message of a partner", found, {})
    opened = signals_opened(town, forge, exchanges)
    items = {name: [item for payload in payloads for item in payload["items"]]
             for name, payloads in opened.items()}
    story.fact("each partner took in signals", all(items.values()),
               {name: len(i) for name, i in items.items()})
    story.fact("within the seal: the name stands in the contact details",
               all(contact_of(i)["naam"] == NAME for i in sum(items.values(), [])))
    story.equal("within the seal: nothing outside the contact details",
                [everything.within(without_envelopes(p)) for p in sum(opened.values(), [])
                 if everything.within(without_envelopes(p))], [])
    ours = planted.Search(OURS)
    story.equal("within the contact details: no case number and no BSN",
                [ours.within(base64.b64decode(i["contactenvelop"]))
                 for i in sum(items.values(), [])
                 if ours.within(base64.b64decode(i["contactenvelop"]))], [])
    for name, got in items.items():
        story.equal(f"{name}: the addresses of its own signals and no other",
                    sorted(place_of(contact_of(i)["adres"]) for i in got), sources[name])


def exports(story, town, everything):
    """What an auditor takes along. The corporatie's own log names its own case numbers."""
    for partner in town.all():
        path = story.folder / f"logboek-{partner.name}.jsonl"
        partner.run("AUDITOR", "audit", "export", "--uit", path)
        found = {name for name, _ in everything.within(path.read_bytes())}
        story.fact(f"{partner.name}: the export of the log names no resident",
                   found <= ({"case number"} if partner is town.corporatie else set()), found)


def place_of(address):
    return tuple(address.get(k, "") for k in ("huisnummer", "huisletter", "toevoeging"))


def addresses_sent(town, rows):
    """{recipient: addresses of the rows that became its signals}, from the melder's own list."""
    by_case = {row["zaaknummer"]: (row["huisnummer"], row["huisletter"].upper(),
                                   row["toevoeging"].upper()) for row in rows}
    sent = stories.asked(town.corporatie, "MELDER", "/v1/verzonden?aantal=500")["verzonden"]
    return {name: sorted(by_case[s["bronsleutel"]] for s in sent
                         if s["ontvanger"] == town.partners[name].oin) for name in WORKERS}


def tell(story):
    recorder = recorders.Recorder()
    town = story.town(prepare=recorder.stand_between)
    OURS["case number"] = f"Z-{town.today.year}-000"
    search = planted.Search({**CONTACT, **OURS})
    the_search_bites(story, search)
    good = town.make_csv("meldingen.csv", "--rows", 90, "--marker", NAME, "--marker-phone", PHONE)
    bad = town.make_csv("met-bsn.csv", "--rows", 20, "--seed", 9, "--bsn", "--marker", NAME)
    values = {name for name, _ in search.within(good.read_bytes() + bad.read_bytes())}
    story.fact("the exports hold them all but the bare digits",
               {*CONTACT, *OURS} - values <= {"phone digits"}, values)

    town.gemeente.stop()  # what is for it must wait in the queue
    refused, report = push(town, bad), push(town, good)
    story.equal("a file with a BSN is refused", refused.returncode, 1)
    shown = (refused.stdout + refused.stderr + report.stdout + report.stderr).encode()
    story.equal("what the melder sees names no resident",
                {name for name, _ in search.within(shown)} - {"case number"}, set())
    story.fact("the export is pushed", "gelezen" in report.stdout, report.stdout, report.stderr)
    waiting = stories.asked(town.corporatie, "BEHEERDER", "/v1/status")["afleveren"]
    story.fact("with messages waiting for a partner that is away",
               any(d["partij"] == town.gemeente.oin and (d["wachtrij"] or d["onderweg"])
                   for d in waiting), waiting)
    nowhere(story, town, search, "with a full queue", {good, bad})

    town.gemeente.start()
    town.wait_delivered(town.corporatie)
    work(story, town)
    for partner in town.all():
        town.wait_delivered(partner)
    exports(story, town, search)
    on_the_wire(story, town, recorder.exchanges, search, addresses_sent(town, rows_of(good)))
    nowhere(story, town, search, "after the whole story, while running", {good, bad})
    town.stop_all()
    nowhere(story, town, search, "after the stop", {good, bad})


stories.run(tell)
