/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "covenant/own_count.h"

static void assert_cell(struct own_cell cell, enum own_kind kind, uint64_t value)
{
    assert_int_equal(cell.kind, kind);
    assert_int_equal(cell.value, value);
}

static void below_ten_is_withheld_and_the_rest_is_the_nearest_five(void **state)
{
    static const uint64_t counted[] = {10, 12, 13, 17, 18, 174, 1000000};
    static const uint64_t shown[] = {10, 10, 15, 15, 20, 175, 1000000};

    (void)state;
    for (uint64_t i = 0; i < 10; i++)
        assert_cell(own_count(i), OWN_WITHHELD, 0);
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        assert_cell(own_count(counted[i]), OWN_COUNTED, shown[i]);
}

/* --- the adversary: knows the rules and every release, tries all tables that fit --- */

enum { PLACES = 1 << 20, FACTS_MAX = 8 };

struct fits { /* of one release: between what each fact can be */
    uint64_t release;
    bool taken;
    int least[FACTS_MAX], most[FACTS_MAX];
};

static struct fits *fits_new(void)
{
    struct fits *fits = calloc(PLACES, sizeof *fits);

    assert_non_null(fits);
    return fits;
}

static void fits_add(struct fits *fits, uint64_t release, const int facts[], size_t count)
{
    size_t at = (size_t)(release * UINT64_C(0x9E3779B97F4A7C15) >> 44);

    while (fits[at].taken && fits[at].release != release)
        at = (at + 1) % PLACES;
    for (size_t i = 0; i < count; i++) {
        if (!fits[at].taken || facts[i] < fits[at].least[i])
            fits[at].least[i] = facts[i];
        if (!fits[at].taken || facts[i] > fits[at].most[i])
            fits[at].most[i] = facts[i];
    }
    fits[at].taken = true;
    fits[at].release = release;
}

static bool reaches(const struct fits *fits, size_t count, int edge)
{
    for (size_t i = 0; i < count; i++)
        if (fits->most[i] >= edge)
            return true;
    return false;
}

/* He is never certain that one of them lies between 1 and 9, up or down. A release that the edge
 * of what was tried cut short says nothing. */
static size_t assert_nothing_small_is_certain_below(struct fits *fits, size_t count, int edge)
{
    size_t releases = 0;

    for (size_t at = 0; at < PLACES; at++) {
        if (!fits[at].taken || reaches(&fits[at], count, edge))
            continue;
        releases++;
        for (size_t i = 0; i < count; i++) {
            assert_false(fits[at].least[i] >= 1 && fits[at].most[i] <= 9);
            assert_false(fits[at].most[i] <= -1 && fits[at].least[i] >= -9);
        }
    }
    free(fits);
    return releases;
}

static size_t assert_nothing_small_is_certain(struct fits *fits, size_t count)
{
    return assert_nothing_small_is_certain_below(fits, count, INT32_MAX);
}

static uint64_t with_cell(uint64_t release, struct own_cell cell)
{
    return release * 61 + (cell.kind == OWN_WITHHELD  ? 0
                           : cell.kind == OWN_COUNTED ? 1 + cell.value / 5
                                                      : 31 + cell.value / 5);
}

static uint64_t release_of_list(const uint64_t *counted, size_t count)
{
    struct own_cell cells[FACTS_MAX];
    uint64_t release = 0;

    for (size_t i = 0; i < count; i++) {
        cells[i] = own_count(counted[i]);
        release = with_cell(release, cells[i]);
    }
    return with_cell(release, own_above(counted, cells, count));
}

/* Counts through all tables of `count` cells of 0..most. */
static bool next_table(uint64_t *counted, size_t count, uint64_t most)
{
    for (size_t i = 0; i < count; i++) {
        if (counted[i] < most) {
            counted[i]++;
            return true;
        }
        counted[i] = 0;
    }
    return false;
}

static void facts_of(const uint64_t *counted, size_t count, int out[FACTS_MAX])
{
    for (size_t i = 0; i < count; i++)
        out[i] = (int)counted[i];
    for (size_t i = 0; i + 1 < count && count + i < FACTS_MAX; i++) /* sums of two beside */
        out[count + i] = (int)(counted[i] + counted[i + 1]);
}

static void try_lists(size_t count, uint64_t most)
{
    struct fits *fits = fits_new();
    uint64_t counted[FACTS_MAX] = {0};
    int facts[FACTS_MAX];

    do {
        facts_of(counted, count, facts);
        fits_add(fits, release_of_list(counted, count), facts, count);
    } while (next_table(counted, count, most));
    assert_true(assert_nothing_small_is_certain(fits, count) > 1);
}

static void no_part_of_a_list_follows_from_its_total(void **state)
{
    (void)state;
    try_lists(1, 60);
    try_lists(2, 60);
    try_lists(3, 27);
    try_lists(4, 14);
}

/* Two groups in two areas: leaves, groups, all. */
static void no_part_of_a_tree_follows_from_what_stands_above_it(void **state)
{
    struct fits *fits = fits_new();
    uint64_t counted[4] = {0};

    (void)state;
    do {
        struct own_cell leaves[4], groups[2];
        const uint64_t sums[2] = {counted[0] + counted[1], counted[2] + counted[3]};
        const int facts[6] = {(int)counted[0], (int)counted[1], (int)counted[2], (int)counted[3],
                              (int)sums[0],    (int)sums[1]};
        uint64_t release = 0;
        for (size_t i = 0; i < 4; i++) {
            leaves[i] = own_count(counted[i]);
            release = with_cell(release, leaves[i]);
        }
        groups[0] = own_above(counted, leaves, 2);
        groups[1] = own_above(counted + 2, leaves + 2, 2);
        release = with_cell(with_cell(release, groups[0]), groups[1]);
        fits_add(fits, with_cell(release, own_above(sums, groups, 2)), facts, 6);
    } while (next_table(counted, 4, 21));
    assert_true(assert_nothing_small_is_certain(fits, 6) > 1);
}

/* What a withheld cell would tell if true totals stood over parts that are shown. */
static void the_harness_sees_a_total_that_gives_a_part_away(void **state)
{
    uint64_t counted[2] = {0};
    struct fits *fits = fits_new();
    bool found = false;

    (void)state;
    do {
        const int facts[2] = {(int)counted[0], (int)counted[1]};
        uint64_t release = with_cell(0, own_count(counted[0]));
        release = with_cell(release, own_count(counted[1]));
        fits_add(fits, with_cell(release, own_count(counted[0] + counted[1])), facts, 2);
    } while (next_table(counted, 2, 40));
    for (size_t at = 0; at < PLACES; at++)
        found = found ||
                (fits[at].taken && fits[at].least[1] >= 1 && fits[at].most[1] <= 9);
    free(fits);
    assert_true(found);
}

static void above_parts_that_are_shown_stands_their_sum(void **state)
{
    const uint64_t counted[] = {40, 3, 12}, small[] = {8, 7, 9, 8, 4}, two[] = {9, 9};
    struct own_cell cells[5];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        cells[i] = own_count(counted[i]);
    assert_cell(own_above(counted, cells, 3), OWN_SUM, 50);
    for (size_t i = 0; i < 5; i++)
        cells[i] = own_count(small[i]);
    assert_cell(own_above(small, cells, 5), OWN_COUNTED, 35); /* one flat: none, but together */
    assert_cell(own_above(two, cells, 2), OWN_WITHHELD, 0);   /* 20 would say nine and nine */
    assert_cell(own_above(NULL, NULL, 0), OWN_WITHHELD, 0);
}

/* sdcTable's table in which two suppressions a line still let one be worked out, and its two
 * linked tables: over parts that are shown we count no total, so there is nothing to subtract. */
static void the_published_attacks_find_nothing_to_subtract(void **state)
{
    const uint64_t w[] = {30, 47, 64, 89}, x[] = {90, 124, 5, 31};
    const uint64_t county[] = {3, 3, 3, 7}; /* K, L, M, N: K = 3 was found */
    struct own_cell cells[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        cells[i] = own_count(w[i]);
    assert_cell(own_above(w, cells, 4), OWN_SUM, 30 + 45 + 65 + 90);
    for (size_t i = 0; i < 4; i++)
        cells[i] = own_count(x[i]);
    assert_cell(cells[2], OWN_WITHHELD, 0);
    assert_cell(own_above(x, cells, 4), OWN_SUM, 90 + 125 + 30); /* and not 250 */
    for (size_t i = 0; i < 4; i++)
        cells[i] = own_count(county[i]);
    assert_cell(cells[3], OWN_WITHHELD, 0); /* N = 7 is not published here */
    assert_cell(own_above(county, cells, 4), OWN_COUNTED, 15);
}

/* --- shares --- */

static void assert_share(uint64_t part, uint64_t whole, enum own_share_kind kind, unsigned percent)
{
    struct own_share share = own_share(part, whole);

    assert_int_equal(share.kind, kind);
    assert_int_equal(share.percent, percent);
}

static void a41_thirty_percent_of_twelve_is_a_dot(void **state)
{
    (void)state;
    assert_share(4, 12, OWN_SHARE_WITHHELD, 0);
    assert_share(30, 99, OWN_SHARE_WITHHELD, 0);
    assert_share(30, 100, OWN_SHARE_ABOUT, 30);
    assert_share(92, 200, OWN_SHARE_ABOUT, 45); /* 46 %, reckoned from 90 of 200 */
    assert_share(106, 200, OWN_SHARE_ABOUT, 53);
    assert_share(60, 200, OWN_SHARE_ABOUT, 30);
    assert_share(200, 200, OWN_SHARE_AT_LEAST, 95);
    assert_share(191, 200, OWN_SHARE_AT_LEAST, 95);
    assert_share(190, 200, OWN_SHARE_ABOUT, 95);
    assert_share(0, 200, OWN_SHARE_AT_MOST, 5);
    assert_share(9, 200, OWN_SHARE_AT_MOST, 5);
    assert_share(201, 200, OWN_SHARE_WITHHELD, 0);
}

static void neither_a_part_nor_its_rest_follows_from_a_share(void **state)
{
    struct fits *fits = fits_new();

    (void)state;
    for (int whole = 0; whole < 260; whole++) {
        for (int part = 0; part <= whole; part++) {
            struct own_share share = own_share((uint64_t)part, (uint64_t)whole);
            uint64_t release = with_cell(share.kind, own_count((uint64_t)whole));
            const int facts[3] = {part, whole - part, whole};
            fits_add(fits, release * 101 + share.percent, facts, 3);
        }
    }
    assert_true(assert_nothing_small_is_certain(fits, 3) > 100);
}

/* --- the middle --- */

static void the_median_is_exact_and_tells_of_no_single_one(void **state)
{
    uint64_t times[8] = {0, 99};
    uint64_t doubled = 77;

    (void)state;
    assert_false(own_median(times, 8, &doubled));
    assert_int_equal(doubled, 77);
    times[5] = 1;
    assert_true(own_median(times, 8, &doubled));
    assert_int_equal(doubled, 2); /* 1 day */
    times[5] = 99;
    assert_true(own_median(times, 8, &doubled));
    assert_int_equal(doubled, 6); /* between 1 and 5 */
    times[5] = 100;
    assert_true(own_median(times, 8, &doubled));
    assert_int_equal(doubled, 10);
    times[5] = 98;
    times[7] = 2; /* 99, 98 and 2: the hundredth of 199 is a five */
    assert_true(own_median(times, 8, &doubled));
    assert_int_equal(doubled, 10);
    assert_false(own_median(times, 0, &doubled));
}

/* --- a stock, month after month --- */

static uint64_t release_of_months(const uint64_t *counted, size_t months)
{
    struct own_stock stock = {0};
    uint64_t release = 0;

    for (size_t i = 0; i < months; i++)
        release = with_cell(release, own_stock(&stock, counted[i]));
    return release;
}

static void no_small_change_of_a_stock_follows_from_its_months(void **state)
{
    struct fits *fits = fits_new();
    uint64_t counted[3] = {0};

    (void)state;
    do {
        const int facts[6] = {(int)counted[0],
                              (int)counted[1],
                              (int)counted[2],
                              (int)counted[1] - (int)counted[0],
                              (int)counted[2] - (int)counted[1],
                              (int)counted[2] - (int)counted[0]};
        fits_add(fits, release_of_months(counted, 3), facts, 6);
    } while (next_table(counted, 3, 69));
    assert_true(assert_nothing_small_is_certain_below(fits, 6, 69) > 100);
}

static void a16_a_stock_of_forty_is_shown_in_steps_of_ten_after_that(void **state)
{
    struct own_stock stock = {0}, other = {0};

    (void)state;
    assert_cell(own_stock(&stock, 3), OWN_WITHHELD, 0);
    assert_cell(own_stock(&stock, 41), OWN_COUNTED, 40);
    assert_cell(own_stock(&stock, 44), OWN_COUNTED, 40);
    assert_cell(own_stock(&stock, 45), OWN_COUNTED, 50);
    assert_cell(own_stock(&stock, 35), OWN_COUNTED, 40);
    assert_cell(own_stock(&stock, 34), OWN_COUNTED, 30);
    assert_cell(own_stock(&stock, 10), OWN_COUNTED, 10);
    assert_cell(own_stock(&stock, 2), OWN_WITHHELD, 0);
    assert_cell(own_stock(&other, 44), OWN_COUNTED, 45);
    assert_cell(own_stock(&other, 49), OWN_COUNTED, 45);
    assert_cell(own_stock(&other, 50), OWN_COUNTED, 55);
    assert_cell(own_stock(&other, 10), OWN_COUNTED, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(below_ten_is_withheld_and_the_rest_is_the_nearest_five),
        cmocka_unit_test(no_part_of_a_list_follows_from_its_total),
        cmocka_unit_test(no_part_of_a_tree_follows_from_what_stands_above_it),
        cmocka_unit_test(the_harness_sees_a_total_that_gives_a_part_away),
        cmocka_unit_test(above_parts_that_are_shown_stands_their_sum),
        cmocka_unit_test(the_published_attacks_find_nothing_to_subtract),
        cmocka_unit_test(a41_thirty_percent_of_twelve_is_a_dot),
        cmocka_unit_test(neither_a_part_nor_its_rest_follows_from_a_share),
        cmocka_unit_test(the_median_is_exact_and_tells_of_no_single_one),
        cmocka_unit_test(no_small_change_of_a_stock_follows_from_its_months),
        cmocka_unit_test(a16_a_stock_of_forty_is_shown_in_steps_of_ten_after_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
