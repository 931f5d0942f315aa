# SPDX-License-Identifier: EUPL-1.2
"""A file may be pushed again at any time: known rows stay as they were, a changed row is refused,
and a push that was cut short, by whatever end, is finished by the next."""
import collections
import csv
import io
import json
import pathlib
import random
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from people import pages  # noqa: E402

INBOXES = {"WIJKTEAM": "ONTVANGER", "GGZ": "GGZ_CONTACTPUNT", "GEMEENTE": "ONTVANGER"}
TAKEN = ("GETELD", "VERZONDEN_TOESTEMMING", "VERZONDEN_WET")
MANY = 2500  # five requests with effect


def read(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))


def write(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    return path


def push(town, path, *words):
    """The report, and its rows by their place in the file."""
    done = town.corporatie.run("MELDER", "push", path, "--json", *words, check=False)
    if done.returncode:
        raise RuntimeError(f"{done.returncode} {done.stdout}{done.stderr}")
    report = json.loads(done.stdout)
    return report, {row["rij"]: row for row in report["rijen"]}


def counted(report):
    return collections.Counter(row["uitkomst"] for row in report["rijen"])


def sent(town):
    return pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")


def received(town):
    return {name: sorted(row["id"] for row in pages(town.partners[name], role, "/v1/postvak",
                                                    "postvak"))
            for name, role in INBOXES.items()}


def everything(town):
    return sorted(map(json.dumps, sent(town))), received(town)


# --- a file that went in ---

def again(story, town, path):
    first, rows = push(town, path)
    words = counted(first)
    story.fact("the first time rows are counted, sent with consent, sent by law and refused",
               all(words[w] for w in (*TAKEN, "GEWEIGERD")) and not words["AL_BEKEND"], words)
    story.equal("and the report adds up", sum(words.values()) + len(first["fouten"]),
                first["gelezen"])
    story.equal("each refusal names row, reason and what would help",
                [row for row in rows.values() if row["uitkomst"] == "GEWEIGERD" and
                 not all(row.get(k) for k in ("rij", "code", "reden", "oplossing"))], [])
    story.equal("and the article, where one comes near",
                {row["code"]: row.get("bepaling") for row in rows.values()
                 if row.get("code") in ("BEZWAAR", "VOORWAARDE_ONTBREEKT")},
                {"BEZWAAR": 5, "VOORWAARDE_ONTBREEKT": 5})
    town.wait_delivered(town.corporatie)
    before = everything(town)
    second, later = push(town, path)
    story.equal("the second time every row that went in is known already",
                {n: later[n]["uitkomst"] for n, row in rows.items() if row["uitkomst"] in TAKEN},
                {n: "AL_BEKEND" for n, row in rows.items() if row["uitkomst"] in TAKEN})
    story.equal("and what was refused is refused for the same reason",
                {n: later[n].get("code") for n, row in rows.items()
                 if row["uitkomst"] == "GEWEIGERD"},
                {n: row["code"] for n, row in rows.items() if row["uitkomst"] == "GEWEIGERD"})
    shown = town.corporatie.run("MELDER", "push", path, check=False).stdout.splitlines()[0]
    story.fact("the report says so in words",
               f"{first['gelezen']} gelezen" in shown and
               f"{counted(second)['AL_BEKEND']} al bekend" in shown and "verzonden" not in shown,
               shown)
    town.wait_delivered(town.corporatie)
    story.fact("and nothing has changed anywhere", everything(town) == before)
    return rows


def same_rows_otherwise(story, town, path):
    """The order of rows and the way of writing are not the report."""
    rows = read(path)
    random.Random(3).shuffle(rows)
    for row in rows:
        row["postcode"] = "1234 ab"
        row["zaaknummer"] = f" {row['zaaknummer']} "
    before = everything(town)
    report, _ = push(town, write(story.folder / "anders.csv", rows))
    words = counted(report)
    story.fact("in another order, with other spaces: all known still",
               words["AL_BEKEND"] and not any(words[w] for w in TAKEN) and
               "GEWIJZIGD" not in {row.get("code") for row in report["rijen"]}, words)
    story.fact("and nothing has changed by that", everything(town) == before)


def changed_rows(story, town, path, outcomes):
    rows = read(path)
    place = {word: next(n for n, row in outcomes.items() if row["uitkomst"] == word)
             for word in TAKEN}
    rows[place["VERZONDEN_TOESTEMMING"] - 2]["telefoon"] = "06-87654321"
    rows[place["VERZONDEN_WET"] - 2]["bedrag"] = "999,99"
    rows[place["GETELD"] - 2]["contactmoment"] = "RENOVATIE"
    rows.append({**rows[place["GETELD"] - 2], "zaaknummer": "Z-NIEUW-1"})
    before = {row["id"]: row for row in sent(town)}
    report, later = push(town, write(story.folder / "gewijzigd.csv", rows))
    counted_row = later[place.pop("GETELD")]
    story.equal("a changed row that was counted is refused: a count cannot be taken back",
                (counted_row["uitkomst"], counted_row.get("code")), ("GEWEIGERD", "GEWIJZIGD"))
    recalled = []
    for word, number in place.items():
        story.fact(f"a changed row that was {word} is sent anew, and names what it replaces",
                   later[number]["uitkomst"] == word and later[number]["vervangt"] in before and
                   later[number]["id"] not in before, later[number])
        recalled.append(later[number]["vervangt"])
    words = counted(report)
    story.equal("a new row beside them goes in; the others are known",
                (words["GETELD"], words["AL_BEKEND"]),
                (1, sum(row["uitkomst"] in TAKEN for row in outcomes.values()) - 3))
    town.wait_delivered(town.corporatie)
    now = {row["id"]: row for row in sent(town)}
    story.equal("each of the two was recalled, and nothing else became different",
                ({now[one]["stand"] for one in recalled}, len(now),
                 [one for one in before if one not in recalled and now[one] != before[one]]),
                ({"INGT"}, len(before) + 2, []))
    _, restored = push(town, path)
    story.equal("what was recalled does not go once more under the same number",
                {(restored[n]["uitkomst"], restored[n].get("code")) for n in place.values()},
                {("GEWEIGERD", "TERUGGETROKKEN")})


# --- a file that was cut short ---

def begin_push(town, path):
    return subprocess.Popen([str(town.binary), "push", str(path), "--profile",
                             str(town.corporatie.profile("MELDER"))],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def cut_short(town, path, kill):
    """Ends a push while its rows go in; how many of the file's rows are in by then."""
    size = stories.log_size(town.corporatie)
    pushing = begin_push(town, path)
    try:
        towns.wait_for(lambda: stories.log_size(town.corporatie) > size + 100 or
                       pushing.poll() is not None, 30, "the first rows with effect")
        kill(pushing)
    finally:
        if pushing.poll() is None:
            pushing.kill()
        pushing.wait()
    return counted(push(town, path, "--proef")[0])["AL_BEKEND"]


def finished(story, town, name, path, inside, wanted):
    story.fact(f"{name}: some rows are in and some are not", 0 < inside < wanted, inside, wanted)
    report, _ = push(town, path)
    words = counted(report)
    story.equal(f"{name}: the next push takes in just the rest",
                (words["AL_BEKEND"], sum(words[w] for w in TAKEN)), (inside, wanted - inside))
    town.wait_delivered(town.corporatie)
    listed = sent(town)
    keys = collections.Counter(row["bronsleutel"] for row in listed if row["stand"] != "INGT")
    story.equal(f"{name}: each row became one signal", [k for k, n in keys.items() if n > 1], [])
    ours = {name_: sorted(row["id"] for row in listed
                          if row["ontvanger"] == town.partners[name_].oin) for name_ in INBOXES}
    story.equal(f"{name}: each signal is one row at its recipient", received(town), ours)


def interrupted(story, town):
    def fresh(seed):
        path = town.make_csv(f"groot-{seed}.csv", "--rows", MANY, "--seed", seed)
        rows = read(path)
        for row in rows:
            row["zaaknummer"] += f"-{seed}"
        write(path, rows)
        words = counted(push(town, path, "--proef")[0])
        return path, sum(words[w] for w in TAKEN)

    def cut(seed, kill):
        """A push may be done before its end comes: then with another file."""
        for attempt in range(4):
            path, wanted = fresh(seed + attempt)
            inside = cut_short(town, path, kill)
            if 0 < inside < wanted:
                break
        return path, inside, wanted

    def kill_gateway(_):
        town.corporatie.stop(signal.SIGKILL)
        town.corporatie.start()
    finished(story, town, "the command killed", *cut(11, lambda pushing: pushing.kill()))
    finished(story, town, "the gateway killed", *cut(21, kill_gateway))


def tell(story):
    town = story.town()
    path = town.make_csv("meldingen.csv", "--rows", 120)
    outcomes = again(story, town, path)
    same_rows_otherwise(story, town, path)
    changed_rows(story, town, path, outcomes)
    interrupted(story, town)


stories.run(tell)
