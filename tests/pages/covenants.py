# SPDX-License-Identifier: EUPL-1.2
"""Covenants whose A4 is looked at: the sample, and larger ones that must still fit or say so."""
import copy
import json
import random

SAMPLE = "tests/cases/covenant/sociaal-renoveren.json"
KINDS = [("CORPORATIE", "Woningcorporatie"), ("WIJKTEAM", "Buurtteam"), ("GGZ", "GGZ"),
         ("GEMEENTE", "Gemeente"), ("ONDERZOEK", "Universiteit"), ("ENQUETEBUREAU", "Enquêtebureau"),
         ("ZORGAANBIEDER", "Zorggroep"), ("OPVANG", "Maatschappelijke Opvang"),
         ("CORPORATIE", "Wooncoöperatie"), ("WIJKTEAM", "Sociaal Wijkteam")]
CODES = ["OVL.GELUID", "OVL.STANK", "OVL.DIEREN", "OVL.BURENRUZIE", "OVL.VERVUILING",
         "OVL.ONGEDIERTE", "FIN.GELDZORGEN", "ZORG.EENZAAM", "ZORG.ZELFREDZAAM",
         "ZORG.MANTELZORG", "WERK.WERKVRAAG", "MEED.BUURTWENS", "MEED.BUDDY", "REN.STRESS"]
FIELDS = ["gebied", "contactmoment", "waarneemweek", "pseudoniem", "hulpvraagBekend",
          "contactenvelop"]


def sample():
    with open(SAMPLE, encoding="utf-8") as file:
        return json.load(file)


def oin(number):
    return f"00000099{number:08d}0000"


def party(number, name=None):
    kind, word = KINDS[number % len(KINDS)]
    return {"oin": oin(number + 1), "naam": name or f"{word} Voorbeeldstad-Noord",
            "soort": kind, "beroepsgeheim": kind in ("GGZ", "ZORGAANBIEDER")}


def article(number, to, codes, fields):
    return {"nr": number, "doel": "TOELEIDING", "van": "CORPORATIE", "naar": to,
            "wijze": "TOESTEMMING", "grondslag": {"avg6": "a"}, "signalen": codes,
            "velden": [*fields, "bewijs"], "bewaarDagen": 365,
            "terugkoppeling": {"niveau": 1, "bevestigingWerkdagen": 2, "besluitWerkdagen": 10,
                               "uitkomstDagen": 28}}


def large(parties, articles, widest, seed=4):
    """`widest`: each article another set of signals and fields, to two kinds of party, and names
    as long as they may be."""
    dice, document = random.Random(seed), sample()
    document["partijen"] = [
        party(i, f"Stichting {i:02d} " + "Samenwerkende Welzijnsorganisaties Groot-Voorbeeldstad "
              "en Omstreken"[:66] if widest else None) for i in range(parties)]
    document["regie"]["oin"] = oin(1)
    receivers = sorted({p["soort"] for p in document["partijen"]} - {"CORPORATIE"})
    rules = [] if widest else copy.deepcopy(document["bepalingen"])
    while len(rules) < articles:
        codes = dice.sample(CODES, 11 if widest else dice.randint(1, 5))
        fields = dice.sample(FIELDS, dice.randint(2, 5)) if widest else FIELDS[:dice.choice((3, 4, 6))]
        rules.append(article(0, dice.sample(receivers, min(3 if widest else 1, len(receivers))), codes, fields))
    for number, rule in enumerate(rules[:articles], 1):
        rule["nr"] = number
    document["bepalingen"] = rules[:articles]
    return document


def strange():
    document = sample()
    document["titel"] = "<script>alert('1')</script> & \"x\" <b>vet</b>"
    document["partijen"][1]["naam"] = "Buurtteam </td></table><h1>&amp;"
    return document


def all_cases():
    """name -> (document, pages it must take; 0: one, or more with a first page that says so)."""
    cases = {"voorbeeld": (sample(), 1), "vreemde_tekst": (strange(), 1),
             "tien_bij_twintig": (large(10, 20, False), 1),
             "vol_tien_bij_twintig": (large(10, 20, True), 0),
             "veertig_bij_zestig": (large(40, 60, False), 0)}
    for parties, articles in ((2, 1), (4, 8), (6, 12), (8, 16), (10, 14)):
        cases[f"{parties}_bij_{articles}"] = (large(parties, articles, False, articles), 1)
        cases[f"vol_{parties}_bij_{articles}"] = (large(parties, articles, True, articles), 0)
    return cases
