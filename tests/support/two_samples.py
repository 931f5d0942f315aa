# SPDX-License-Identifier: EUPL-1.2
"""Do two samples come from one distribution? Four tests, each a probability of what was seen (or
worse) when they do. Times tie and have long tails, so none assumes a normal distribution.

    kolmogorov_smirnov(one, other)     # any difference of shape; asymptotic, careful with ties
    mann_whitney(one, other)           # one tends to be larger; normal, corrected for ties
    medians(one, other, dice)          # the difference of the medians, by permutation
    wilcoxon(differences)              # of pairs taken one after the other: drift falls out
"""
import math

PERMUTATIONS = 500


def kolmogorov_survival(scaled):
    """The chance that Kolmogorov's distribution exceeds it."""
    if scaled < 0.2:  # the series converges slowly there, and it is one to ten decimals
        return 1.0
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled)
                            for k in range(1, 101)))


def kolmogorov_smirnov(one, other):
    one, other = sorted(one), sorted(other)
    largest, i, j = 0.0, 0, 0
    while i < len(one) and j < len(other):
        at = min(one[i], other[j])
        while i < len(one) and one[i] == at:
            i += 1
        while j < len(other) and other[j] == at:
            j += 1
        largest = max(largest, abs(i / len(one) - j / len(other)))
    weight = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    return kolmogorov_survival(weight * largest)


def ranks(values):
    """Their mean ranks, from 1, and the sum of t^3 - t over the ties."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranked, ties, start = [0.0] * len(values), 0, 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranked[place] = (start + 1 + end) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    return ranked, ties


def mann_whitney(one, other):
    count, n, m = len(one) + len(other), len(one), len(other)
    ranked, ties = ranks([*one, *other])
    u = sum(ranked[:n]) - n * (n + 1) / 2
    variance = n * m / 12 * (count + 1 - ties / (count * (count - 1)))
    if variance <= 0:  # all alike
        return 1.0
    return math.erfc(abs(u - n * m / 2) / math.sqrt(2 * variance))


def wilcoxon(differences):
    """The signed ranks; normal, corrected for ties. No difference says nothing."""
    some = [one for one in differences if one]
    ranked, _ = ranks([abs(one) for one in some])
    if not some:
        return 1.0
    signed = sum(rank if one > 0 else -rank for rank, one in zip(ranked, some))
    return math.erfc(abs(signed) / math.sqrt(2 * sum(rank * rank for rank in ranked)))


def median(values):
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def medians(one, other, dice):
    seen = abs(median(one) - median(other))
    together, as_large = [*one, *other], 0
    for _ in range(PERMUTATIONS):
        dice.shuffle(together)
        as_large += abs(median(together[:len(one)]) - median(together[len(one):])) >= seen
    return (as_large + 1) / (PERMUTATIONS + 1)
