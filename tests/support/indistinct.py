# SPDX-License-Identifier: EUPL-1.2
"""Can who receives a partner's messages tell two groups of persons apart by them?

What is fixed (codes, lengths, headers, records) must be one and the same for everybody: shapes().
What varies by itself (times, places in an order, ids) must come from one distribution: chances().
A group is a function of a seen signal: is the person a client, did a worker do anything.
"""
import base64
import collections
import json
import random
import re

import two_samples

LEVEL = 0.01
VARYING_HEADS = {"Fsc-Transaction-Id"}

# Of the message that brought a signal: its answer's head without what names it, the answer's
# length, its receipt, the lengths of its TLS records, its seconds.
Receipt = collections.namedtuple("Receipt", "status heads length said leaf records took_s")
# Of what came back later: seconds after the hour, its place among all of that day.
Answer = collections.namedtuple("Answer", "code shape id after_s place")
Seen = collections.namedtuple("Seen", "key client act receipt answers")


def masked(text):
    """Everything that names a thing or a moment by as many marks."""
    return re.sub(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|"
                  r"\d{4}-\d\d-\d\d(T[\d:]*Z)?", lambda found: "#" * len(found[0]), text)


def receipt_of(exchange, records):
    heads, body = exchange.answer.split(b"\n\n", 1)
    heads = [line.split(": ", 1) for line in heads.decode().splitlines()]
    envelope = json.loads(body)
    payload = base64.b64decode(envelope["payload"]).decode()
    said = masked(payload), envelope["payloadType"], [
        (one["keyid"], len(one["sig"])) for one in envelope["signatures"]]
    return Receipt(exchange.status,
                   str([(name, len(value) if name in VARYING_HEADS else value)
                        for name, value in heads]),
                   len(exchange.answer), str(said),
                   json.loads(payload)["antwoorden"][0]["bladhash"], records, exchange.took_s)


def shape(seen):
    """All that must be alike."""
    receipt = seen.receipt
    return (receipt.status, receipt.heads, receipt.length, receipt.said, receipt.records,
            tuple((one.code, one.shape) for one in seen.answers))


def shapes(sample):
    return collections.Counter(shape(one) for one in sample)


def number(text):
    return int(text.replace("-", "")[:12], 16)


MEASURES = {
    "the seconds to a receipt": lambda seen: seen.receipt.took_s,
    "the leaf's hash in a receipt": lambda seen: number(seen.receipt.leaf),
    "when the answer came": lambda seen: seen.answers[0].after_s,
    "its place among the others": lambda seen: seen.answers[0].place,
    "its id": lambda seen: number(seen.answers[0].id),
}
GROUPS = {"client or not": lambda seen: seen.client,
          "worked on or not": lambda seen: seen.act is not None,
          "a client that is worked on, or any other": lambda seen: seen.client and bool(seen.act)}


def chances(sample, groups=None):
    """(group, measure, test) -> how likely a difference like this one is by chance alone."""
    dice, found = random.Random(1), {}
    for group, belongs in (groups or GROUPS).items():
        for measure, value in MEASURES.items():
            one = [value(seen) for seen in sample if belongs(seen)]
            other = [value(seen) for seen in sample if not belongs(seen)]
            found[group, measure, "KS"] = two_samples.kolmogorov_smirnov(one, other)
            found[group, measure, "MW"] = two_samples.mann_whitney(one, other)
        found[group, "the seconds to a receipt", "medians"] = two_samples.medians(
            *([seen.receipt.took_s for seen in sample if belongs(seen) is side]
              for side in (True, False)), dice)
    found["client or not", "the seconds to a receipt", "pairs"] = two_samples.wilcoxon(
        list(pairs(sample)))
    return found


def pairs(sample):
    """Seconds of a client less those of the stranger next to him: the sample comes in pairs."""
    for one, other in zip(sample[::2], sample[1::2]):
        client, stranger = (one, other) if one.client else (other, one)
        assert client.client and not stranger.client
        yield client.receipt.took_s - stranger.receipt.took_s


def told_apart(sample):
    """What tells two groups apart: nothing, in 99 of 100 samples in which there is nothing. So
    many tests would find something by chance: each chance counts as often as there are tests."""
    found = chances(sample)
    return {name: round(chance, 6) for name, chance in found.items()
            if chance * len(found) <= LEVEL}
