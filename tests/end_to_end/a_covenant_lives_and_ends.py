# SPDX-License-Identifier: EUPL-1.2
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402

ID = "sociaal-renoveren-voorbeelddreef"


def listed(partner, fingerprint):
    rows = stories.asked(partner, "CONVENANTBEHEERDER", "/v1/convenanten")["convenanten"]
    return next((c for c in rows if c["vingerafdruk"] == fingerprint), None)


def new_version(town, name, version, previous, change=None):
    def changed(covenant):
        covenant["versie"], covenant["vorige"] = version, previous
        if change:
            change(covenant)
    path = town.folder / name
    town.make_covenant(path, changed)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def proposed(story, town):
    """Added at one, known to all the others, and agreed to by nobody."""
    path, second = new_version(town, "versie-2.json", "1.9.0", town.fingerprint)
    said = town.gemeente.run("CONVENANTBEHEERDER", "covenant", "add", path, "--fingerprint", second)
    others = [town.corporatie, town.wijkteam, town.ggz]
    towns.wait_for(lambda: all(listed(p, second) for p in others), 20, "the proposal everywhere")
    story.fact("a new version travels by itself to every party of the one before", True)
    story.fact("and who added it reads whom it goes to", "Corporatie Voorbeeld Wonen" in
               said.stdout, said.stdout)
    story.equal("nobody has agreed by that",
                {p["oordeel"] for o in others for p in listed(o, second)["partijen"]}, {"WACHT"})
    return second


def tell(story):
    town = story.town()
    proposed(story, town)


stories.run(tell)
