# SPDX-License-Identifier: EUPL-1.2
import datetime
import hashlib
import json
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
import town as towns  # noqa: E402
from clock import Clock, amsterdam, at_amsterdam  # noqa: E402
from forged import Forge  # noqa: E402
from odd_certificates import Workshop, der_of, number, shown  # noqa: E402
from people import LocalConnection, intake, pages, row  # noqa: E402
from recorder import Recorder  # noqa: E402

AHEAD_DAYS = 12   # so long before midnight the key of the next half-year must be there
BEFORE_S, AFTER_S = 2.5, 3.5


def half_of(moment):
    local = amsterdam(moment)
    return f"{local.year}H{1 if local.month <= 6 else 2}"


def midnights(today):
    """The next two that begin a half-year."""
    days = [datetime.date(today.year + more, month, 1) for more in (0, 1, 2) for month in (1, 7)]
    return [at_amsterdam(day, 0) for day in days if (day - today).days > AHEAD_DAYS + 2][:2]


class Hands:
    """People who hand in a row at a time, and keep when each was asked and answered."""

    def __init__(self, town, clock, prefix, people=3):
        self.town, self.clock, self.prefix = town, clock, prefix
        self.rows, self.lock, self.stopping = [], threading.Lock(), False
        self.threads = [threading.Thread(target=self._run, args=(place,), daemon=True)
                        for place in range(people)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(60)

    def _run(self, place):
        count = 0
        with LocalConnection(self.town.corporatie, "MELDER") as melder:
            while not self.stopping:
                count += 1
                asked = self.clock.now()
                day = (amsterdam(asked) - datetime.timedelta(days=1)).date().isoformat()
                status, told = melder.ask("POST", "/v1/invoer", intake(
                    [row(f"{self.prefix}-{place}-{count}", day, number=place * 1000 + count)]))
                one = told["rijen"][0] if status == 200 else {"uitkomst": f"{status} {told}"}
                with self.lock:
                    self.rows.append({**one, "asked": asked, "answered": self.clock.now()})
                time.sleep(0.02)


def refused(rows):
    return [one for one in rows if one["uitkomst"] != "VERZONDEN_TOESTEMMING"]


def of_another_half(rows, tokens):
    """Rows whose token is neither of the half-year they were asked in nor answered in."""
    return [(one["id"], tokens.get(one["id"])) for one in rows if tokens.get(one["id"]) not in
            (half_of(one["asked"]), half_of(one["answered"]))]


def tokens_of(town, build, recorder):
    """id -> the half-year of its token, from the messages as they passed."""
    bodies = [one.request[one.request.index(b'{"kop"'):] for one in recorder.exchanges
              if one.path == "/v1/signalen" and one.called == "WIJKTEAM"]
    found = {}
    for payload in Forge(town, build).opened("WIJKTEAM", bodies):
        if isinstance(payload, (str, bytes)):
            payload = json.loads(payload)
        for item in payload["items"]:
            found[item["id"]] = item["pseudoniem"].split(".")[3]
    return found


def has_key(partner, half):
    return any(one["objecten"].endswith(half) for one in partner.log_rows(gebeurtenis="key"))


class Midnight:
    def __init__(self, story, town, clock, recorder, workshop):
        self.story, self.town, self.clock = story, town, clock
        self.recorder, self.workshop = recorder, workshop

    def pass_(self, moment):
        story, town, name = self.story, self.town, f"{amsterdam(moment):%d-%m-%Y 00:00}"
        new = half_of(moment)
        self.clock.move_to(moment - datetime.timedelta(days=AHEAD_DAYS))
        towns.wait_for(lambda: has_key(town.gemeente, new), 20, f"the key of {new} is drawn")
        town.wait_delivered(town.gemeente)
        story.fact(f"O2: {name}: {AHEAD_DAYS} days before, the key of {new} has been given", True)
        self.clock.move_to(moment - datetime.timedelta(seconds=BEFORE_S))
        hands = Hands(town, self.clock, new)
        time.sleep(BEFORE_S - 0.5)
        pair = self.rotate(new)
        time.sleep(AFTER_S)
        hands.stop()
        town.wait_delivered(town.corporatie)
        self.judge(name, moment, hands.rows)
        story.fact(f"O2: {name}: meanwhile the receiver's certificate was replaced",
                   shown(town.wijkteam.public_port) == der_of(pair))

    def rotate(self, name):
        """The receiver's certificate changes around midnight as well."""
        team = self.town.wijkteam
        pair = self.workshop.minted(f"team-{name}", number(team.oin), f"until:{390 * 86400}")
        settings = json.loads(team.settings.read_text())
        for member, source in (("partnerSleutel", pair[1]), ("partnerCertificaat", pair[0])):
            path = team.folder / settings[member]
            path.with_suffix(".new").write_bytes(source.read_bytes())
            path.with_suffix(".new").chmod(0o600)
            os.replace(path.with_suffix(".new"), path)
        return pair

    def judge(self, name, moment, rows):
        story, town = self.story, self.town
        before = sum(one["answered"] < moment for one in rows)
        after = sum(one["asked"] >= moment for one in rows)
        story.fact(f"O2: {name}: all rows are taken, before and after", before > 3 and after > 3 and
                   not refused(rows), before, after, refused(rows)[:3])
        tokens = tokens_of(town, story.build, self.recorder)
        story.fact(f"O2: {name}: each token is of the half-year of its own moment",
                   not of_another_half(rows, tokens), of_another_half(rows, tokens)[:3])
        ids = {one["id"] for one in rows}
        sent = [one for one in pages(town.corporatie, "MELDER", "/v1/verzonden", "verzonden")
                if one["id"] in ids]
        inbox = [one["id"] for one in pages(town.wijkteam, "ONTVANGER", "/v1/postvak", "postvak")]
        story.fact(f"O2: {name}: each arrived once and none was refused",
                   len(sent) == len(ids) and all(inbox.count(one) == 1 for one in ids) and
                   not [one for one in sent if "TIJDVAK" in json.dumps(one)],
                   len(ids), len(sent), sum(one in ids for one in inbox))
        print(f"    {name}: {before} rows before, {after} after midnight")
        wrong = {**tokens, rows[0]["id"]: "1999H1"}
        story.fact("O2: the harness sees a token of another half-year and a row that is refused",
                   of_another_half(rows, wrong) and
                   refused([{**rows[0], "uitkomst": "GEWEIGERD"}]))


def tell(story):
    clock, recorder = Clock(story.folder / "klok"), Recorder()
    shops = []

    def prepare(town):
        """The key comes from a partner that is not the sender, so it must cross in time."""
        def give(document):
            document["sleutelgever"] = town.gemeente.oin
        town.make_covenant(town.covenant, give,
                           EVALUATIE=(town.today + datetime.timedelta(days=419)).isoformat())
        town.fingerprint = hashlib.sha256(town.covenant.read_bytes()).hexdigest()
        recorder.stand_between(town)
        shops.append(Workshop(story.folder / "odd", town.authority, story.build))
        for partner in town.all():
            partner.environment = clock.environment
    town = story.town(prepare=prepare)
    midnight = Midnight(story, town, clock, recorder, shops[0])
    both = midnights(datetime.datetime.now(datetime.timezone.utc).date())
    for moment in both[:None if os.environ.get("THOROUGH") == "1" else 1]:
        midnight.pass_(moment)


stories.run(tell)
