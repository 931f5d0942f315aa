/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/gateway.h"
#include "gateway/turned_away.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_log.h"

enum { THREADS = 4, EACH = 20000 };

static struct turned_away *turned_away;
static struct small_log log_;

static void nothing_was_counted_at_first(void **state)
{
    struct turned_away_counts counts;

    (void)state;
    assert_false(turned_away_take(turned_away, &counts));
    assert_int_equal(turned_away_total(turned_away), 0);
    turned_away_free(NULL);
}

static void counts_are_taken_once_and_the_total_stays(void **state)
{
    struct turned_away_counts counts;

    (void)state;
    turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    turned_away_count(turned_away, LISTENER_LOCAL, OUTCOME_TIMEOUT);
    assert_true(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.of[LISTENER_PARTNER][OUTCOME_STRANGER], 2);
    assert_int_equal(counts.of[LISTENER_LOCAL][OUTCOME_TIMEOUT], 1);
    assert_int_equal(counts.of[LISTENER_LOCAL][OUTCOME_STRANGER], 0);
    assert_false(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.of[LISTENER_PARTNER][OUTCOME_STRANGER], 0);
    assert_int_equal(turned_away_total(turned_away), 3);
    turned_away_count(turned_away, LISTENER_PUBLIC, OUTCOME_HTTP_WRONG);
    assert_true(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.of[LISTENER_PUBLIC][OUTCOME_HTTP_WRONG], 1);
    assert_int_equal(turned_away_total(turned_away), 4);
}

static void what_could_not_be_written_is_counted_on(void **state)
{
    struct turned_away_counts counts;

    (void)state;
    turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    assert_true(turned_away_take(turned_away, &counts));
    turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    turned_away_give_back(turned_away, &counts);
    assert_int_equal(turned_away_total(turned_away), 2); /* each is one caller still */
    assert_true(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.of[LISTENER_PARTNER][OUTCOME_STRANGER], 2);
    turned_away_give_back(turned_away, &counts);
    assert_true(turned_away_take(turned_away, &counts));
}

static void the_server_counts_through_the_gateway(void **state)
{
    struct gateway gateway = {.turned_away = turned_away};
    const struct peer peer = {.listener = LISTENER_PARTNER, .address = "192.0.2.7"};

    (void)state;
    turned_away_by_server(&gateway, &peer, OUTCOME_HTTP_WRONG);
    assert_int_equal(turned_away_total(turned_away), 1);
}

static void *count_many(void *unused)
{
    for (int i = 0; i < EACH; i++)
        turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    return unused;
}

static void no_count_is_lost_between_threads(void **state)
{
    pthread_t threads[THREADS];
    struct turned_away_counts counts;
    uint64_t taken = 0;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_many, NULL), 0);
    for (int i = 0; i < 100; i++) {
        if (turned_away_take(turned_away, &counts))
            taken += counts.of[LISTENER_PARTNER][OUTCOME_STRANGER];
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    if (turned_away_take(turned_away, &counts))
        taken += counts.of[LISTENER_PARTNER][OUTCOME_STRANGER];
    assert_int_equal(taken, THREADS * EACH);
    assert_int_equal(turned_away_total(turned_away), THREADS * EACH);
}

static void one_leaf_for_each_listener_and_cause_names_no_address(void **state)
{
    struct turned_away_counts counts;
    struct change *change;
    static const char *const services[] = {"partner", "partner", "lokaal"};
    static const enum outcome causes[] = {OUTCOME_HTTP_WRONG, OUTCOME_STRANGER, OUTCOME_STRANGER};
    static const char *const numbers[] = {"1", "1200", "2"};

    (void)state;
    turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_HTTP_WRONG);
    for (int i = 0; i < 1200; i++)
        turned_away_count(turned_away, LISTENER_PARTNER, OUTCOME_STRANGER);
    for (int i = 0; i < 2; i++)
        turned_away_count(turned_away, LISTENER_LOCAL, OUTCOME_STRANGER);
    assert_true(turned_away_take(turned_away, &counts));
    change = change_of(log_.small.store);
    audit_mark(log_.audit);
    assert_int_equal(turned_away_record(&counts, log_.audit, change), OUTCOME_OK);
    assert_int_equal(audit_seal(log_.audit, change), OUTCOME_OK);
    change_done(change);
    assert_int_equal(audit_size(log_.audit), 3);
    for (unsigned i = 0; i < 3; i++) {
        OWNED_JSON leaf = leaf_json(log_.small.store, i);
        OWNED_BUFFER opening = opening_at(log_.small.store, i);
        char expected[32];
        assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "deny");
        assert_string_equal(json_string_value(json_object_get(leaf, "out")), "denied");
        assert_string_equal(json_string_value(json_object_get(leaf, "svc")), services[i]);
        assert_string_equal(json_string_value(json_object_get(leaf, "why")),
                            outcome_code(causes[i]));
        snprintf(expected, sizeof expected, "\"waarde\":\"%s\"", numbers[i]);
        assert_non_null(memmem(opening.data, opening.length, expected, strlen(expected)));
    }
}

/* A partner that asks too much is named, however often it does. */
static void x4_one_leaf_for_each_partner_and_cause_names_it(void **state)
{
    static const char *const numbers[] = {"00000099000000001000", "00000099000000002000"};
    struct turned_away_counts counts;
    struct change *change;
    struct oin oins[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        assert_true(oin_parse(numbers[i], &oins[i]));
    for (int i = 0; i < 7; i++)
        turned_away_count_partner(turned_away, &oins[0], OUTCOME_TOO_MANY);
    turned_away_count_partner(turned_away, &oins[1], OUTCOME_TOO_MANY);
    assert_true(turned_away_take(turned_away, &counts));
    turned_away_count_partner(turned_away, &oins[0], OUTCOME_TOO_MANY);
    turned_away_give_back(turned_away, &counts);
    assert_true(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.partner_count, 2);
    change = change_of(log_.small.store);
    audit_mark(log_.audit);
    assert_int_equal(turned_away_record(&counts, log_.audit, change), OUTCOME_OK);
    assert_int_equal(audit_seal(log_.audit, change), OUTCOME_OK);
    change_done(change);
    assert_int_equal(audit_size(log_.audit), 2);
    for (unsigned i = 0; i < 2; i++) {
        OWNED_JSON leaf = leaf_json(log_.small.store, i);
        OWNED_BUFFER opening = opening_at(log_.small.store, i);
        const char *expected = i == 0 ? "\"waarde\":\"8\"" : "\"waarde\":\"1\"";
        assert_string_equal(json_string_value(json_object_get(leaf, "src")), numbers[i]);
        assert_string_equal(json_string_value(json_object_get(leaf, "why")),
                            outcome_code(OUTCOME_TOO_MANY));
        assert_non_null(memmem(opening.data, opening.length, expected, strlen(expected)));
    }
}

static void more_partners_than_places_are_counted_unnamed(void **state)
{
    struct turned_away_counts counts;

    (void)state;
    for (unsigned i = 0; i < TURNED_AWAY_PARTNERS_MAX + 3; i++) {
        char text[21];
        struct oin oin;
        snprintf(text, sizeof text, "0000009900000%07u", i);
        assert_true(oin_parse(text, &oin));
        turned_away_count_partner(turned_away, &oin, OUTCOME_TOO_MANY);
    }
    assert_true(turned_away_take(turned_away, &counts));
    assert_int_equal(counts.partner_count, TURNED_AWAY_PARTNERS_MAX);
    assert_int_equal(counts.of[LISTENER_PARTNER][OUTCOME_TOO_MANY], 3);
}

static void scarce_memory_is_told(void **state)
{
    struct turned_away *another = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, turned_away_new(&another), turned_away_free(another));
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make(void **state)
{
    (void)state;
    small_log_make(&log_);
    return turned_away_new(&turned_away) == OUTCOME_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    turned_away_free(turned_away);
    small_log_end(&log_);
    return 0;
}

#define WITH_COUNTS(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_COUNTS(nothing_was_counted_at_first),
        WITH_COUNTS(counts_are_taken_once_and_the_total_stays),
        WITH_COUNTS(what_could_not_be_written_is_counted_on),
        WITH_COUNTS(the_server_counts_through_the_gateway),
        WITH_COUNTS(no_count_is_lost_between_threads),
        WITH_COUNTS(one_leaf_for_each_listener_and_cause_names_no_address),
        WITH_COUNTS(x4_one_leaf_for_each_partner_and_cause_names_it),
        WITH_COUNTS(more_partners_than_places_are_counted_unnamed),
        WITH_COUNTS(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
