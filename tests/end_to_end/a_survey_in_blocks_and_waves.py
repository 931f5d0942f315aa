# SPDX-License-Identifier: EUPL-1.2
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import pages  # noqa: E402

HEAD = ("respondent;datum;postcode;huisnummer;complex;naam;welzijn;werk_inkomen;wijkwens;"
        "renovatie;onderzoek;golf;antwoorden;ontvanger\n")


def research(document):
    """The article on research of the sample, to the gemeente; and the wish to the team."""
    document["bepalingen"][0]["signalen"].append("MEED.BUURTWENS")
    document["bepalingen"].append({
        "nr": 9, "doel": "ONDERZOEK", "van": "CORPORATIE", "naar": ["GEMEENTE"],
        "wijze": "TOESTEMMING", "grondslag": {"avg6": "a", "avg89": True},
        "golven": ["VOOR", "NA_OPLEVERING"], "sleutel": "apart-per-onderzoek",
        "velden": ["onderzoekspseudoniem", "golf", "antwoordcodes", "bewijs"],
        "drempel": {"minimumCel": 10}, "bewaarDagen": 1825})


class Survey:
    def __init__(self, story, town):
        self.story, self.town = story, town
        self.day = town.today.isoformat()

    def push(self, name, *lines, check=True):
        path = self.story.folder / f"{name}.csv"
        path.write_text(HEAD + "".join(line.replace("DAG", self.day) + "\n" for line in lines))
        done = self.town.corporatie.run("MELDER", "push", path, "--adapter", "enquete", "--json",
                                        check=check)
        return json.loads(done.stdout) if check else done

    def results(self, report):
        return [(one["rij"], one["uitkomst"]) for one in report["rijen"]]

    def at(self, partner):
        self.town.wait_delivered(self.town.corporatie)
        return pages(partner, "ONTVANGER", "/v1/postvak", "postvak")


def one_block(survey):
    """Domain A15: only the wish gives one MEED.BUURTWENS, and nothing else."""
    story = survey.story
    report = survey.push("wens", "E-1;DAG;1234AB;3;CPL-VD-01;Anouk Voorbeeld;nee;nee;ja;nee;nee;;;",
                         "E-2;DAG;1234AB;5;CPL-VD-01;Joost Proef;nee;;nee;;nee;VOOR;V1.A;")
    story.equal("A15: one block gives one signal", survey.results(report),
                [(2, "VERZONDEN_TOESTEMMING")])
    at_team = survey.at(survey.town.wijkteam)
    story.equal("A15: the team has that one", [one["signaalcode"] for one in at_team],
                ["MEED.BUURTWENS"])
    story.equal("the gemeente has nothing", survey.at(survey.town.gemeente), [])
    again = survey.push("wens", "E-1;DAG;1234AB;3;CPL-VD-01;Anouk Voorbeeld;nee;nee;ja;nee;nee;;;")
    story.equal("the same file again sends nothing anew", survey.results(again),
                [(2, "AL_BEKEND")])
    listed = json.loads(survey.town.corporatie.run("MELDER", "consent", "list", "--json").stdout)
    story.equal("the consent is that of a survey, for that block",
                [(one["werkwijze"], one["signaalgroepen"]) for one in listed],
                [("ENQUETE", ["MEEDOEN"])])


def waves(survey):
    story, town = survey.story, survey.town
    report = survey.push(
        "voor", "E-7;DAG;1234AB;7;CPL-VD-01;Anouk Voorbeeld;ja;nee;nee;nee;ja;VOOR;V1.A V2.C;WIJKTEAM",
        "E-9;DAG;1234AB;9;CPL-VD-01;Ilse Oefening;nee;nee;nee;nee;ja;VOOR;V1.B;")
    story.equal("each block that was agreed to goes its own way", survey.results(report),
                [(2, "VERZONDEN_TOESTEMMING"), (2, "VERZONDEN_TOESTEMMING"),
                 (3, "VERZONDEN_TOESTEMMING")])
    survey.push("na", "E-7;DAG;1234ab;7;CPL-VD-01;A. Voorbeeld;;;;;ja;NA_OPLEVERING;V1.C;")
    at_study = survey.at(town.gemeente)
    study = {(one["golf"], tuple(one["antwoordcodes"])): one for one in at_study}
    tokens = {key: one["onderzoekspseudoniem"] for key, one in study.items()}
    story.equal("the study has each wave", sorted(tokens),
                [("NA_OPLEVERING", ("V1.C",)), ("VOOR", ("V1.A", "V2.C")), ("VOOR", ("V1.B",))])
    story.fact("A18: one household is the same in both waves, another is another",
               tokens["VOOR", ("V1.A", "V2.C")] == tokens["NA_OPLEVERING", ("V1.C",)] !=
               tokens["VOOR", ("V1.B",)], tokens)
    at_team = json.dumps(survey.at(town.wijkteam))
    story.fact("A18: and nobody anywhere else", not any(one in at_team for one in tokens.values()))
    story.fact("A19: no address, name or code is in it",
               not any("gebied" in one or one["signaalcode"] for one in at_study), at_study)
    town.gemeente.run("ONTVANGER", "accept", at_study[0]["id"])
    opened = town.gemeente.run("ONTVANGER", "open", at_study[0]["id"], check=False)
    story.equal("there are no contact details to open", opened.returncode, 1)


def what_is_refused(survey):
    story = survey.story
    bad = survey.push("fout", "E-11;DAG;1234AB;11;;;;;ja;;;;;", "E-12;DAG;;;;;;;ja;;;;;",
                      "E-13;DAG;1234AB;13;;;;;;;ja;;V1.A;", "E-14;DAG;1234AB;15;;;;;misschien;;;;;",
                      "E-15;DAG;1234AB;17;;;;;;;ja;VOOR;Het gaat wel;")
    story.equal("faults by row and column", [(one["rij"], one["kolom"], one["code"])
                                             for one in bad["fouten"]],
                [(3, "postcode", "ADRES_ONVOLLEDIG"), (4, "golf", "CEL_LEEG"),
                 (5, "wijkwens", "JA_NEE_ONJUIST"), (6, "antwoorden", "ANTWOORDCODES_ONJUIST")])
    story.equal("the others went", survey.results(bad), [(2, "VERZONDEN_TOESTEMMING")])
    wave = survey.push("golf", "E-16;DAG;1234AB;19;;;;;;;ja;LOGEERWONING;V1.A;")
    story.equal("a wave that the article has not", [one.get("code") for one in wave["rijen"]],
                ["VELD_TE_VEEL"])
    nobody = survey.push("renovatie", "E-17;DAG;1234AB;21;;;;;;ja;;;;")
    story.equal("a block that no article takes", [one.get("code") for one in nobody["rijen"]],
                ["GEEN_BEPALING"])
    bsn = survey.push("bsn", "999990019;DAG;1234AB;23;;;;;ja;;;;;", check=False)
    story.fact("a BSN refuses the file, by place", bsn.returncode == 1 and "999990019" not in
               bsn.stderr and "regel 2" in bsn.stderr and "respondent" in bsn.stderr, bsn.stderr)


def tell(story):
    def prepare(town):
        town.make_covenant(town.covenant, change=research)
        town.fingerprint = towns.hashlib.sha256(town.covenant.read_bytes()).hexdigest()
    survey = Survey(story, story.town(prepare=prepare))
    one_block(survey)
    waves(survey)
    what_is_refused(survey)


stories.run(tell)
