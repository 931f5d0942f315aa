/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * own_count.h - what one organisation may show of what it counted itself ("eigen telling"):
 * the monthly report, the nakomingsgraad, the knelpunten.
 *
 * The adversary has every release ever made, knows these rules, and wants to be certain that
 * some count, or some change, lies between 1 and 9. So:
 *   - below 10 is withheld, 0 too; what is shown is the nearest 5;
 *   - parts are shown, or else what lies above them, never both: a total is counted only where
 *     nothing beneath it was shown, and only where no part follows from it. Over parts that are
 *     shown stands the sum of these;
 *   - a share is reckoned from rounded counts, from n = 100; where it or its rest is below 10 it
 *     is a bound;
 *   - a stock is shown month after month in steps of 10 from what was shown first, so that two
 *     months are alike or may differ by 10 or more.
 * So no two releases can be taken from each other to find a small one: tests/unit brute-forces
 * small tables against exactly that adversary. Rounding of a withheld total is complementary
 * suppression put on the margin; an audit by linear programming is needed for anything richer.
 *
 * Sums over organisations ("samen") do not come here: they get noise, and a ledger.
 * Pure; integers only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OWN_COUNT_LEAST = 10,
    OWN_COUNT_STEP = 5,
    OWN_SHARE_LEAST = 100, /* of the denominator */
};

enum own_kind {
    OWN_WITHHELD,
    OWN_COUNTED, /* to the nearest 5 */
    OWN_SUM,     /* of the parts that are shown; what was withheld is not in it */
};

struct own_cell {
    enum own_kind kind;
    uint64_t value; /* 0 when withheld */
};

/* One count by itself. */
struct own_cell own_count(uint64_t counted);
/* What may stand above these parts; `counted` are the parts' own counts, `cells` what is shown of
 * them (of a part that has parts of its own: what this function said of it). */
struct own_cell own_above(const uint64_t counted[], const struct own_cell cells[], size_t count);

enum own_share_kind {
    OWN_SHARE_WITHHELD,
    OWN_SHARE_ABOUT,
    OWN_SHARE_AT_LEAST, /* the rest is below 10 */
    OWN_SHARE_AT_MOST,  /* the part is below 10 */
};

struct own_share {
    enum own_share_kind kind;
    unsigned percent; /* 0 when withheld */
};

/* Withheld where `whole` is below 100 or `part` is more than it. */
struct own_share own_share(uint64_t part, uint64_t whole);

/* The same of a whole that is shown already, as `shown`; `rest` is what is not the part. */
struct own_share own_share_of(uint64_t part, uint64_t rest, uint64_t shown);

/* The middle one of many whole numbers, given how often each of 0..count-1 came: doubled, since
 * it may lie between two. False below 100 of them: then it tells of single ones. */
bool own_median(const uint64_t times[], size_t count, uint64_t *out_doubled);

/* A stock, as it was first shown. {0}: never. */
struct own_stock {
    bool shown;
    uint64_t first;
};

/* What is shown of it now. */
struct own_cell own_stock(struct own_stock *stock, uint64_t counted);
