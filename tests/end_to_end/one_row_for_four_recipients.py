# SPDX-License-Identifier: EUPL-1.2
"""One row of a buurtaanpak for all partners: the buurtteam gets what the resident agreed to, the
wijkbureau and enforcement a count, the police nothing; and where one can go with a signal."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from forged import Forge  # noqa: E402
from people import intake, pages, row  # noqa: E402
from recorder import Recorder  # noqa: E402

towns.PARTNERS["POLITIE"] = ("00000099000000050000", "Politie Voorbeeldstad",
                             ["CONVENANTBEHEERDER", "AUDITOR"])
KINDS = {"GGZ": "HANDHAVING", "GEMEENTE": "WIJKBUREAU"}
CORE = {"id", "convenant", "bepaling", "doel", "signaalcode", "houder", "regiehouder", "verzondenOp"}
MARKS = ("1234AB", "Anouk", "12345678")


def buurtaanpak(document):
    """The template, with the partners of a buurtaanpak: two of them may only read counts."""
    for party in document["partijen"]:
        party["soort"] = KINDS.get(party["soort"], party["soort"])
        party["beroepsgeheim"] = False
    document["partijen"].append(
        {**document["partijen"][0], "oin": "@POLITIE_OIN@", "naam": "@POLITIE_NAAM@",
         "soort": "POLITIE", "sleuteldocument": "@POLITIE_SLEUTELDOCUMENT@"})
    document["verboden"]["ontvangers"] = ["POLITIE", "NETBEHEERDER", "ANDERE_VERHUURDER"]
    document["bepalingen"] = [one for one in document["bepalingen"] if one["nr"] in (1, 3)]
    document["bepalingen"][0]["velden"].append("warmeOverdracht")
    document["bepalingen"][1]["naar"] = ["WIJKTEAM", "WIJKBUREAU", "HANDHAVING"]
    document["wegwijzer"] = [{"signaal": "FIN.UITZETTING", "naar": "WIJKBUREAU"}]


def make(town):
    """As make_covenant() does, with the marks of the fifth party too."""
    whole = town.make_covenant

    def marked(path, **marks):
        whole(path, change=buurtaanpak, **marks)
        text = path.read_text()
        police = town.politie
        document = (police.folder / "sleutels/sleuteldocument.json").read_bytes()
        for mark, value in (("OIN", police.oin), ("NAAM", police.title),
                            ("SLEUTELDOCUMENT", towns.base64.b64encode(document).decode())):
            text = text.replace(f"@POLITIE_{mark}@", value)
        path.write_text(text)
        town.fingerprint = towns.hashlib.sha256(path.read_bytes()).hexdigest()
    return marked


def tell(story):
    recorder = Recorder()

    def prepare(town):
        make(town)(town.covenant)
        recorder.stand_between(town)
    town = story.town(prepare=prepare)
    one_row(story, town, recorder)
    it_is_warm(story, town)
    it_is_known(story, town)
    without_consent(story, town)
    from_a_file(story, town)
    where_to_go(story, town)


def hand_in(town, *rows):
    status, _, body = town.corporatie.api("MELDER", "POST", "/v1/invoer", intake(list(rows)))
    assert status == 200, body
    return {answer["ontvangerNaam"].split()[0]: answer for answer in json.loads(body)["rijen"]
            if "ontvangerNaam" in answer}, json.loads(body)["rijen"]


def items_to(town, recorder, name):
    """Every signal in every decrypted message to a partner."""
    forge = Forge(town, BUILD)
    bodies = [one.request[one.request.index(b'{"kop"'):] for one in recorder.exchanges
              if one.called == name and one.path == "/v1/signalen"]
    return [item for text in (forge.opened(name, bodies) if bodies else [])
            for item in json.loads(text)["items"]]


def one_row(story, town, recorder):
    today = town.today.isoformat()
    parts, _ = hand_in(town, row("Z-1", today, to="ALLEN", number=1, complex="CPL-VD-01",
                                  warmeOverdracht="ja"))
    story.equal("A28: of one row each partner has its own answer",
                {name: (part["uitkomst"], part.get("code")) for name, part in parts.items()},
                {"Buurtteam": ("VERZONDEN_TOESTEMMING", None), "GGZ": ("GETELD", None),
                 "Gemeente": ("GETELD", None), "Politie": ("NIET_GEDEELD", "ONTVANGER_VERBODEN")})
    town.wait_delivered(town.corporatie)
    got = {name: items_to(town, recorder, name) for name in ("WIJKTEAM", "GGZ", "GEMEENTE",
                                                            "POLITIE")}
    story.equal("A28: one message left, to the buurtteam alone",
                {name: len(items) for name, items in got.items()},
                {"WIJKTEAM": 1, "GGZ": 0, "GEMEENTE": 0, "POLITIE": 0})
    allowed = CORE | {"contactmoment", "waarneemweek", "pseudoniem", "contactenvelop", "bewijs",
                      "gebied", "hulpvraagBekend", "warmeOverdracht"}
    story.fact("A28: and it holds no more than its article lists",
               set(got["WIJKTEAM"][0]) <= allowed, got["WIJKTEAM"])
    seen = [one for one in recorder.exchanges if one.called != "WIJKTEAM"]
    story.fact("A28: nothing of the resident stands in what went to the others",
               not any(mark.encode() in one.request for one in seen for mark in MARKS))
    leaves = [json.dumps(leaf) for leaf in town.corporatie.log_rows(gebeurtenis="intake") +
              town.corporatie.log_rows(gebeurtenis="deny")]
    story.fact("each part has its leaf, with its partner",
               all(any(town.partners[name].oin in leaf for leaf in leaves)
                   for name in ("WIJKTEAM", "GGZ", "GEMEENTE", "POLITIE")), leaves)


def it_is_warm(story, town):
    """The reporter would come along: the worker reads it first, with the desk to call."""
    one = pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")[0]
    story.fact("A12: the recipient reads of the warm handover, and which desk of the sender to call",
               one.get("warmeOverdracht") is True and
               set(one.get("contactpunt", {})) == {"naam", "telefoon"}, one)
    said = town.wijkteam.run("ONTVANGER", "inbox").stdout
    story.fact("A12: also in the list of the command", "warm: " in said and
               "de melder gaat graag mee" in said, said)
    path = f"/v1/postvak/{one['id']}"
    before = town.wijkteam.api("ONTVANGER", "GET", f"{path}/inhoud")[0]
    sent = [town.corporatie.api("MELDER", "GET", "/v1/verzonden")[2]]
    town.wijkteam.api("ONTVANGER", "POST", f"{path}/aanvaarding", {})
    after = town.wijkteam.api("ONTVANGER", "GET", f"{path}/inhoud")[0]
    sent.append(town.corporatie.api("MELDER", "GET", "/v1/verzonden")[2])
    story.equal("A12: the envelope opens after acceptance, of which the reporter hears nothing",
                (before, after, sent[0] == sent[1]), (409, 200, True))


def it_is_known(story, town):
    today = town.today.isoformat()
    same = row("Z-1", today, to="ALLEN", number=1, complex="CPL-VD-01", warmeOverdracht="ja")
    parts, _ = hand_in(town, same)
    story.equal("pushed again every part is known, and nothing is counted or sent twice",
                {name: part["uitkomst"] for name, part in parts.items()},
                {"Buurtteam": "AL_BEKEND", "GGZ": "AL_BEKEND", "Gemeente": "AL_BEKEND",
                 "Politie": "NIET_GEDEELD"})
    _, rows = hand_in(town, {**same, "ontvanger": "WIJKTEAM"})
    story.equal("the same row for one alone is refused: it would have it twice",
                [(one["uitkomst"], one.get("code")) for one in rows],
                [("GEWEIGERD", "GEWIJZIGD")])
    hand_in(town, row("Z-2", today, number=2))
    _, rows = hand_in(town, row("Z-2", today, to="ALLEN", number=2))
    story.fact("and one that went to one does not go to all",
               not any(one["uitkomst"].startswith("VERZONDEN") or one["uitkomst"] == "GETELD"
                       for one in rows), rows)
    parts, rows = hand_in(town, {**same, "toestemming": "nee"})
    story.equal("who does not agree any more is taken back where it went",
                (parts["Buurtteam"]["uitkomst"], "vervangt" in parts["Buurtteam"]),
                ("GETELD", True))
    town.wait_delivered(town.corporatie)
    towns.wait_for(lambda: all(one["stand"] == "INGT" for one in pages(
        town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak") if one.get("bronsleutel") == "Z-1"),
        20, "the recall arrives")


def without_consent(story, town):
    today = town.today.isoformat()
    parts, _ = hand_in(town, {**row("Z-3", today, to="ALLEN", number=3, complex="CPL-VD-01"),
                              "toestemming": "nee"})
    story.equal("without consent it is counted, and the buurtteam gets nothing of it",
                {name: part["uitkomst"] for name, part in parts.items()},
                {"Buurtteam": "GETELD", "GGZ": "GETELD", "Gemeente": "GETELD",
                 "Politie": "NIET_GEDEELD"})
    _, rows = hand_in(town, row("Z-4", today, "X.DRUGS", to="ALLEN", number=4))
    story.equal("a code that may never be shared is refused once, for all",
                [one.get("code") for one in rows], ["CODE_GEBLOKKEERD"])


def from_a_file(story, town):
    day = f"{town.today:%d-%m-%Y}"
    path = story.folder / "buurtaanpak.csv"
    path.write_text("zaaknummer;melddatum;signaalcode;postcode;huisnummer;complex;contactmoment;"
                    "toestemming;toestemmingdatum;ontvanger\n"
                    f"Z-9;{day};OVL.GELUID;1234AB;19;CPL-VD-01;OVERLAST;ja;{day};allen\n")
    done = town.corporatie.run("MELDER", "push", path)
    lines = done.stdout.splitlines()
    story.equal("a column ontvanger with allen asks for all; one row is one row", lines[0],
                "1 gelezen · 1 geteld · 1 met toestemming verzonden · 1 niet met iedereen gedeeld "
                "· 0 geweigerd")
    story.fact("the report says for each partner what went and why not",
               any("regel 2 → Buurtteam Voorbeeldstad: met toestemming verzonden: " in line and
                   "contactenvelop" in line for line in lines) and
               any("regel 2 → Gemeente Voorbeeldstad: geteld" in line for line in lines) and
               any("regel 2 → Politie Voorbeeldstad: " in line and "ONTVANGER_VERBODEN" in line
                   for line in lines), lines)
    path.write_text(path.read_text().replace("allen", "iedereen"))
    done = town.corporatie.run("MELDER", "push", path)
    story.fact("A9: another word is refused by row and column",
               "regel 2, kolom ontvanger" in done.stdout and "ALLEN" in done.stdout, done.stdout)


def where_to_go(story, town):
    status, _, body = town.corporatie.api("AUDITOR", "GET", "/v1/wegwijzer")
    answer = json.loads(body)
    ways = {(one["signaalcode"], one["naarSoort"]): one for one in answer["wegen"]}
    story.fact("A11: every role reads where one can go with a signal",
               status == 200 and ways[("OVL.GELUID", "WIJKTEAM")]["vast"] and
               ways[("OVL.GELUID", "WIJKTEAM")]["wijze"] == "TOESTEMMING" and
               "wijze" not in ways[("FIN.UITZETTING", "WIJKBUREAU")], answer)
    story.equal("A25: each partner has a card with a desk and a number, and nothing else",
                {tuple(sorted(one)) for one in answer["contactpunten"]},
                {("convenant", "naam", "oin", "organisatieNaam", "soort", "telefoon")})
    said = town.corporatie.run("MELDER", "route", "FIN.UITZETTING").stdout
    story.fact("A11: and whom to call where nothing may leave",
               "alleen zelf bellen" in said and "Meldpunt zorg en overlast" in said, said)
    none = town.corporatie.run("MELDER", "wegwijzer", "ZORG.EENZAAM2", check=False)
    story.equal("a code without a way is told so", none.returncode, 1)
    nobody = row("Z-8", town.today.isoformat(), "FIN.UITZETTING", number=8)
    del nobody["ontvanger"]
    _, rows = hand_in(town, nobody)
    story.fact("A11: a signal without a way is refused before it leaves, and names the desk",
               rows[0]["uitkomst"] == "GEWEIGERD" and "Meldpunt zorg en overlast" in
               rows[0]["reden"] and rows[0]["oplossing"], rows)


BUILD = sys.argv[1]
stories.run(tell)
