# SPDX-License-Identifier: EUPL-1.2
import base64
import concurrent.futures
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import story as stories  # noqa: E402
from people import LocalConnection, intake, row  # noqa: E402
from write_order import STRACE, Trace  # noqa: E402

AT_ONCE, EACH = 6, 4

SAMPLE = r'''
1 openat(AT_FDCWD</>, "/g/keys/data.mdb", O_RDWR|O_CREAT, 0600) = 9</g/keys/data.mdb>
1 openat(AT_FDCWD</>, "/g/keys/data.mdb", O_WRONLY|O_DSYNC|O_CLOEXEC) = 10</g/keys/data.mdb>
1 openat(AT_FDCWD</>, "/g/store/data.mdb", O_RDWR|O_CREAT, 0600) = 5</g/store/data.mdb>
1 openat(AT_FDCWD</>, "/g/store/data.mdb", O_WRONLY|O_DSYNC|O_CLOEXEC) = 6</g/store/data.mdb>
3 read(31<TCP:[127.0.0.1:8444->127.0.0.1:5001]>, "\26\3\1\1"..., 16709) = 517
3 write(31<TCP:[127.0.0.1:8444->127.0.0.1:5001]>, "\26\3\3\0"..., 1396) = 1396
3 read(31<TCP:[127.0.0.1:8444->127.0.0.1:5001]>, "\27\3\3\0"..., 16709) = 900
2 writev(9</g/keys/data.mdb>, [{iov_base="\3\0"..., iov_len=4096}], 1) = 4096
2 fdatasync(9</g/keys/data.mdb>) = 0
2 pwrite64(10</g/keys/data.mdb>, "\0\0"..., 120, 32) = 120
2 writev(5</g/store/data.mdb>, [{iov_base="\10\0"..., iov_len=4096}], 1) = 4096
2 pwrite64(5</g/store/data.mdb>, "\34\0"..., 4096, 114688) = 4096
2 fdatasync(5</g/store/data.mdb> <unfinished ...>
3 read(31<TCP:[127.0.0.1:8444->127.0.0.1:5001]>, 0x7f, 16709) = -1 EAGAIN (Resource temporarily unavailable)
2 <... fdatasync resumed>) = 0
2 pwrite64(6</g/store/data.mdb>, "\0\0"..., 120, 32) = 120
3 write(31<TCP:[127.0.0.1:8444->127.0.0.1:5001]>, "\27\3\3\t"..., 2428) = 2428
'''.strip().splitlines()


def moved(lines, what, after):
    """The first line that holds `what`, now behind the first that holds `after`."""
    line = next(line for line in lines if what in line)
    rest = [other for other in lines if other is not line]
    place = next(i for i, other in enumerate(rest) if after in other)
    return rest[:place + 1] + [line] + rest[place + 1:]


def without(lines, what):
    return [line for line in lines if what not in line]


def replaced(lines, old, new):
    return [line.replace(old, new) for line in lines]


WRONG = {
    "the answer goes out before the meta page": moved(SAMPLE, r'"\27\3\3\t"', "<... fdatasync"),
    "the answer goes out before the sync returned": moved(SAMPLE, r'"\27\3\3\t"', "-1 EAGAIN"),
    "the answer goes out at once": moved(SAMPLE, r'"\27\3\3\t"', ", 16709) = 900"),
    "the meta page is written before the sync": moved(SAMPLE, "fdatasync(9", "pwrite64(10"),
    "the sync comes before a data page": moved(SAMPLE, "pwrite64(5", "<... fdatasync"),
    "keys/ is not synced": without(SAMPLE, "fdatasync(9"),
    "store/ is not synced": without(without(SAMPLE, "fdatasync(5"), "<... fdatasync"),
    "the sync of store/ fails": replaced(SAMPLE, "<... fdatasync resumed>) = 0",
                                         "<... fdatasync resumed>) = -1 EIO (I/O error)"),
    "the meta page goes through a plain descriptor": replaced(SAMPLE, "O_DSYNC|", ""),
    "keys/ is left out": without(SAMPLE, "/g/keys/"),
    "store/ is left out": without(SAMPLE, "/g/store/"),
    "keys/ comes after store/": moved(moved(moved(
        SAMPLE, "pwrite64(10", "pwrite64(6"), "fdatasync(9", "pwrite64(6"), "writev(9",
        "pwrite64(6"),
    "the commit was begun before the question": moved(
        SAMPLE, ", 16709) = 900", "pwrite64(6"),
}


def the_checker_bites(story):
    def verdict(lines):
        trace = Trace(lines)
        return [trace.why_not_on_disk(answer) for answer in trace.answers(8444)]
    story.fact("the checker accepts the right order", verdict(SAMPLE) == [None],
               str(verdict(SAMPLE)))
    for name, lines in WRONG.items():
        found = verdict(lines)
        story.fact(f"the checker notices that {name}",
                   lines != SAMPLE and len(found) == 1 and found[0] is not None, str(found))


class Asked:
    """What the requests of this story were answered, by gateway and by our own port."""

    def __init__(self):
        self.answers = []

    def __call__(self, partner, role, method, path, body=None, wanted=None):
        with LocalConnection(partner, role) as connection:
            status, answer = connection.ask(method, path, body)
        self.answers.append((partner.name, connection.port, f"{method} {path}", status))
        if wanted and status != wanted:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer


def ask_all(town, day):
    """Every request of the local API that commits, one after the other."""
    asked = Asked()
    sender, receiver = town.corporatie, town.wijkteam
    rows = [row(f"Z-{n}", day, number=n) for n in range(40)]
    asked(sender, "MELDER", "POST", "/v1/invoer", intake(rows, trial=True), 200)
    for n in range(8):
        asked(sender, "MELDER", "POST", "/v1/invoer", intake(rows[n:n + 1]), 200)
    asked(sender, "MELDER", "POST", "/v1/invoer", intake(rows), 200)
    town.wait_delivered(sender)
    asked(sender, "MELDER", "GET", "/v1/verzonden", None, 200)
    inbox = asked(receiver, "ONTVANGER", "GET", "/v1/postvak", None, 200)["postvak"]
    for item in inbox[:3]:
        path = f"/v1/postvak/{item['id']}"
        asked(receiver, "ONTVANGER", "POST", f"{path}/aanvaarding", {}, 200)
        asked(receiver, "ONTVANGER", "GET", f"{path}/inhoud", None, 200)
        asked(receiver, "ONTVANGER", "POST", "/v1/antwoorden",
              {"signaal": item["id"], "code": "INBH"}, 201)
    asked(sender, "AUDITOR", "POST", "/v1/logregels/_zoek", {"aantal": 5}, 200)
    ask_for_users(asked, receiver)
    ask_for_a_covenant(asked, town)
    town.wait_delivered(receiver)
    town.wait_delivered(sender)
    return asked.answers


def ask_for_users(asked, partner):
    fingerprint = "ab" * 32
    asked(partner, "BEHEERDER", "POST", "/v1/gebruikers",
          {"vingerafdruk": fingerprint, "naam": "9999", "rollen": ["ONTVANGER"]}, 201)
    asked(partner, "FG", "POST", f"/v1/gebruikers/{fingerprint}/bevestiging", {}, 200)
    asked(partner, "BEHEERDER", "DELETE", f"/v1/gebruikers/{fingerprint}", None, 204)


def ask_for_a_covenant(asked, town):
    path = town.folder / "ander.json"
    town.make_covenant(path, ID="een-ander-convenant")
    body = {"bestand": base64.b64encode(path.read_bytes()).decode()}
    body["vingerafdruk"] = hashlib.sha256(path.read_bytes()).hexdigest()
    for partner in town.all():
        asked(partner, "CONVENANTBEHEERDER", "POST", "/v1/convenanten", body, 201)
    for partner in town.all():
        asked(partner, "CONVENANTBEHEERDER", "POST",
              f"/v1/convenanten/{body['vingerafdruk']}/oordelen", {"oordeel": "AKKOORD"}, 201)


def ask_at_once(town, day):
    """Several at a time, so that one commit carries the answers of many."""
    asked = Asked()

    def worker(number):
        for n in range(EACH):
            asked(town.corporatie, "MELDER", "POST", "/v1/invoer",
                  intake([row(f"T-{number}-{n}", day, number=n)]), 200)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(worker, range(AT_ONCE)))
    town.wait_delivered(town.corporatie)
    return asked.answers


def check_own(story, partner, trace, answers):
    """Our own requests: we know the port and the status, so each is looked up by name."""
    found = {answer.peer_port: answer for answer in trace.answers(partner.local_port)}
    seen = {}
    for name, port, what, status in answers:
        if name != partner.name or not 200 <= status < 300:
            continue
        why = (trace.why_not_on_disk(found[port]) if port in found else "the trace has no answer")
        what = "/".join("{}" if len(part) >= 36 else part for part in what.split("/"))
        seen.setdefault(what, []).append(why)
    for what, whys in seen.items():
        wrong = [why for why in whys if why]
        story.fact(f"{partner.name}: {what} is on disk first, {len(whys)} times", not wrong,
                   "; ".join(wrong[:3]))


def check_partners(story, town, partner, trace):
    """What other gateways delivered here: nothing on that port is answered without a commit."""
    answers = trace.answers(partner.partner_port)
    delivered = sum(other.log.read_text().count(f" delivered OK partner={partner.oin} ")
                    for other in town.all())
    wrong = [why for why in map(trace.why_not_on_disk, answers) if why]
    story.fact(f"{partner.name}: each receipt to a partner is on disk first",
               delivered > 0 and len(answers) >= delivered and not wrong,
               f"{delivered} delivered, {len(answers)} answers, {wrong[:3]}")
    print(f"    {delivered} receipts")


def check(story, town, partner, answers):
    trace = Trace((partner.folder / "strace").read_text().splitlines())
    commits = sum(len(found) for found in trace.commits.values())
    check_own(story, partner, trace, answers)
    check_partners(story, town, partner, trace)
    story.fact(f"{partner.name}: every commit of the run is in the right order",
               commits > 20 and not trace.faults(), commits, trace.faults()[:3])
    print(f"    {commits} commits")


def tell(story):
    the_checker_bites(story)

    def watch(town):
        for partner in (town.corporatie, town.wijkteam):
            partner.wrapper = [*STRACE, partner.folder / "strace"]
    town = story.town(prepare=watch)
    day = town.today.isoformat()
    answers = ask_at_once(town, day) + ask_all(town, day)
    town.stop_all()
    for partner in (town.corporatie, town.wijkteam):
        check(story, town, partner, answers)


stories.run(tell)
