# SPDX-License-Identifier: EUPL-1.2
"""GET /v1/metrics beside the text format 0.0.4 and beside what happened between two looks:
requests, commits, items delivered, a partner that is away, strangers. Nothing in it is about a
person, and docs/operator.md explains every name.
"""
import pathlib
import re
import socket
import ssl
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import story as stories
import town as towns
from people import intake, row

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'^({NAME})(?:\{{((?:{NAME}="[^"\\\n]*",?)*)\}})? (\d+(?:\.\d+)?)$')
LABEL = re.compile(rf'({NAME})="([^"]*)"')
UNITS = ("seconds", "bytes", "total", "items", "ratio", "info")


class Wrong(Exception):
    pass


def parse(text):
    """{(name, labels): value} and {name: type}, or Wrong where a line is not as it should be."""
    if not text.endswith("\n"):
        raise Wrong("the last line does not end")
    samples, types, helps, family = {}, {}, set(), None
    for number, line in enumerate(text[:-1].split("\n"), 1):
        help_line = re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line)
        type_line = re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line)
        if help_line:
            if help_line[1] in helps:
                raise Wrong(f"{number}: a second HELP")
            helps.add(help_line[1])
        elif type_line:
            if type_line[1] in types or type_line[1] not in helps:
                raise Wrong(f"{number}: TYPE twice, or before its HELP")
            family = type_line[1]
            types[family] = type_line[2]
        else:
            sample = SAMPLE.match(line)
            if not sample or not belongs(sample[1], family, types):
                raise Wrong(f"{number}: {line}")
            key = sample[1], tuple(sorted(LABEL.findall(sample[2] or "")))
            if key in samples:
                raise Wrong(f"{number}: the same sample twice")
            samples[key] = float(sample[3])
    return samples, types


def belongs(name, family, types):
    if types.get(family) == "histogram":
        return name in {f"{family}_bucket", f"{family}_sum", f"{family}_count"}
    return name == family


class Look:
    def __init__(self, partner, role="BEHEERDER"):
        status, self.headers, body = partner.api(role, "GET", "/v1/metrics")
        assert status == 200, body
        self.text = body.decode()
        self.samples, self.types = parse(self.text)

    def at(self, metric, **labels):
        """The sum of the samples with these labels."""
        found = [value for (one, pairs), value in self.samples.items()
                 if one == metric and set(labels.items()) <= set(pairs)]
        assert found, f"{metric} {labels} is not there"
        return sum(found)


def the_form(story, look):
    story.equal("surface: metrics have the media type of the text format 0.0.4",
                look.headers["Content-Type"], "text/plain; version=0.0.4")
    story.fact("surface: metrics are well formed line by line", len(look.samples) > 60, len(look.samples))
    for name, text in (("a sample before its TYPE", "wijkpoort_x 1\n"),
                       ("a sample twice", look.text + look.text.rstrip("\n").split("\n")[-1] + "\n"),
                       ("a value that is no number", look.text + "process_cpu_seconds_total NaN1\n"),
                       ("a last line that does not end", look.text[:-1]),
                       ("a label with a newline", look.text + 'process_cpu_seconds_total{a="\n"} 1\n')):
        try:
            parse(text)
            story.fact(f"surface: the harness sees {name}", False)
        except Wrong:
            story.fact(f"surface: the harness sees {name}", True)
    wrong = [name for name, kind in look.types.items() if (kind == "counter") != name.endswith("_total")]
    story.fact("surface: counters, and they alone, end in _total", not wrong, wrong)
    buckets = [value for (name, labels), value in look.samples.items() if name == "wijkpoort_commit_seconds_bucket"]
    story.fact("surface: the buckets rise to the count", buckets == sorted(buckets) and len(buckets) == 11 and
               buckets[-1] == look.at("wijkpoort_commit_seconds_count") == look.at("wijkpoort_commits_total"), buckets)


def each_is_explained(story, look):
    page = (towns.ROOT / "docs/operator.md").read_text()
    names = set(re.findall(r"`((?:wijkpoort|process)_\w+)", page))
    story.equal("surface: docs/operator.md explains each metric, and no other", sorted(names ^ set(look.types)), [])


def nobody_is_named(story, town, look):
    labels = {name for _, pairs in look.samples for name, _ in pairs}
    story.equal("surface: the labels are these", labels, {"version", "listener", "method", "route", "status", "cause", "part",
                                                          "partner", "list", "le"})
    partners = {value for _, pairs in look.samples for name, value in pairs if name == "partner"}
    story.fact("surface: a partner is its OIN", partners == {p.oin for p in town.all()} - {town.corporatie.oin}, partners)
    ids = re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}|D-\d{16}|wp1\.|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", look.text)
    planted = [word for word in ("1234AB", "Anouk", "12345678", "case-", "Voorbeeld", "BURENRUZIE") if word in look.text]
    story.fact("surface: no number of a signal, no address, no person", not ids and not planted, ids, planted)


def requests_count(story, partner):
    before = Look(partner)
    for _ in range(3):
        partner.api("BEHEERDER", "GET", "/v1/status")
    partner.api("BEHEERDER", "GET", "/v1/postvak")        # no role
    partner.api("BEHEERDER", "GET", "/v1/nergens")
    after = Look(partner)

    def grew(name, **labels):
        return after.at(name, **labels) - before.at(name, **labels)
    story.equal("surface: three requests count as three",
                grew("wijkpoort_requests_total", listener="lokaal", route="/v1/status", status="2xx"), 3)
    story.equal("surface: a refusal as a 4xx of its route",
                grew("wijkpoort_requests_total", listener="lokaal", route="/v1/postvak", status="4xx"), 1)
    story.equal("surface: what is nowhere under no route",
                after.at("wijkpoort_requests_total", listener="lokaal", route="", status="4xx"), 1)
    story.equal("surface: a look counts itself", grew("wijkpoort_requests_total", route="/v1/metrics", status="2xx"), 1)
    story.equal("surface: each came by its own handshake", grew("wijkpoort_handshakes_total"), 6)
    story.equal("surface: each refusal is a leaf, a piece of work and a commit at most",
                (grew("wijkpoort_leaves_total"), grew("wijkpoort_pieces_total"), grew("wijkpoort_commits_total")), (2, 2, 2))
    story.equal("surface: and the log has them", grew("wijkpoort_log_leaves"), 2)
    story.fact("surface: memory, descriptors and processor time are told",
               after.at("process_resident_memory_bytes") > 2 ** 20 and after.at("process_open_fds") > 5 and
               after.at("process_max_fds") >= after.at("process_open_fds") and grew("process_cpu_seconds_total") > 0)
    story.fact("surface: the disk and the store too",
               after.at("wijkpoort_disk_free_bytes") > 0 and after.at("wijkpoort_store_bytes", part="store") > 4096 and
               after.at("wijkpoort_store_limit_bytes") > after.at("wijkpoort_store_bytes", part="store"))
    story.fact("surface: the worker that answers is busy, no other need be",
               1 <= after.at("wijkpoort_workers_busy") <= after.at("wijkpoort_workers"))


def strangers_count(story, town, partner):
    before = Look(partner).at("wijkpoort_turned_away_total", listener="lokaal", cause="ONBEKENDE_PARTIJ")
    context = ssl.create_default_context(cafile=town.authority.pem)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for _ in range(2):
        try:
            with socket.create_connection(("127.0.0.1", partner.local_port), timeout=10) as plain, \
                    context.wrap_socket(plain) as tls:
                tls.sendall(b"GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n")
                tls.recv(100)
        except OSError:
            pass
    towns.wait_for(lambda: Look(partner).at("wijkpoort_turned_away_total", listener="lokaal",
                                            cause="ONBEKENDE_PARTIJ") == before + 2, 20, "two strangers counted")
    story.fact("surface: two without a certificate are two turned away", True)


def deliveries_count(story, town):
    partner, to = town.corporatie, town.wijkteam
    before = Look(partner)
    rows = [row(f"case-{i}", town.today.isoformat(), number=i) for i in range(3)]
    assert partner.api("MELDER", "POST", "/v1/invoer", intake(rows))[0] == 200
    town.wait_delivered(partner)
    after = Look(partner)
    story.equal("surface: three items delivered count as three",
                after.at("wijkpoort_delivered_items_total", partner=to.oin) -
                before.at("wijkpoort_delivered_items_total", partner=to.oin), 3)
    story.equal("surface: none waits", after.at("wijkpoort_delivery_waiting_items"), 0)
    story.fact("surface: the receipt has its time", after.at("wijkpoort_delivery_receipt_timestamp_seconds",
                                                             partner=to.oin) >= after.at("process_start_time_seconds"))
    story.equal("surface: three are open at the receiver, none is late",
                (Look(to).at("wijkpoort_signals_open", list="postvak"), Look(to).at("wijkpoort_signals_late", list="postvak")),
                (3, 0))


def a_partner_is_away(story, town):
    partner, to = town.corporatie, town.wijkteam
    to.stop()
    rows = [row(f"away-{i}", town.today.isoformat(), number=20 + i) for i in range(2)]
    assert partner.api("MELDER", "POST", "/v1/invoer", intake(rows))[0] == 200
    towns.wait_for(lambda: Look(partner).at("wijkpoort_delivery_failures_total", partner=to.oin) >= 2 and
                   Look(partner).at("wijkpoort_delivery_oldest_seconds", partner=to.oin) >= 1, 30, "failures counted")
    look = Look(partner)
    story.fact("surface: a partner that is away shows in its age, its failures and what is under way",
               look.at("wijkpoort_delivery_under_way", partner=to.oin) == 1 and
               look.at("wijkpoort_delivery_parked", partner=to.oin) == 0)
    story.equal("surface: and in nobody else's", look.at("wijkpoort_delivery_failures_total"),
                look.at("wijkpoort_delivery_failures_total", partner=to.oin))
    to.start()
    town.wait_delivered(partner)
    story.equal("surface: once it is back nothing is old", Look(partner).at("wijkpoort_delivery_oldest_seconds"), 0)


def tell(story):
    town = story.town()
    partner = town.corporatie
    stories.settled(partner)
    look = Look(partner)
    the_form(story, look)
    each_is_explained(story, look)
    requests_count(story, partner)
    strangers_count(story, town, partner)
    deliveries_count(story, town)
    a_partner_is_away(story, town)
    nobody_is_named(story, town, Look(partner))
    story.equal("surface: a system may look too", Look(partner, "SYSTEEM").types, look.types)
    story.equal("surface: nobody else may", partner.api("MELDER", "GET", "/v1/metrics")[0], 403)


stories.run(tell)
