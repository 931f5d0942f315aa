/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/clock_watch.h"
#include "tests/support/small_sender.h"

#define YEAR_MS (365 * INT64_C(86400000))

static struct small_sender sender;

static void l1_a_jump_is_told_once_and_drift_is_none(void **state)
{
    struct clock_watch watch = {0};
    int64_t wall = 1800000000000, steady = 5000;

    (void)state;
    assert_int_equal(clock_watch_jump(&watch, wall, steady), 0);
    assert_int_equal(clock_watch_jump(&watch, wall + 500, steady + 500), 0);
    assert_int_equal(clock_watch_jump(&watch, wall + 1300, steady + 1000), 0);  /* drift */
    assert_int_equal(clock_watch_jump(&watch, wall + 1000, steady + 61000), -60); /* put back */
    assert_int_equal(clock_watch_jump(&watch, wall + 1500, steady + 61500), 0);
    assert_int_equal(clock_watch_jump(&watch, wall + 400 * 86400000ll + 2000, steady + 62000),
                     400 * 86400);
    assert_int_equal(clock_watch_jump(&watch, 0, steady + 62500) < 0, true); /* 1970 */
    assert_int_equal(clock_watch_jump(&watch, 4291747200000, steady + 63000) > 0, true); /* 2106 */
}

static enum outcome allowed_at(int64_t now_ms)
{
    struct view view;
    enum outcome outcome;

    view_begin(sender.small.gateway.store, &view);
    outcome = clock_allows(&view, sender.small.gateway.settings, now_ms);
    view_end(&view);
    return outcome;
}

static void put_log_time(struct bytes value)
{
    struct change *change = change_of(sender.small.gateway.store);

    store_put(change, TABLE_META, bytes_of_text("log.time"), value);
    change_done(change);
}

static int64_t log_time_is(int64_t ms)
{
    uint8_t time[8];

    write_u64(time, (uint64_t)ms);
    put_log_time(bytes_of(time, sizeof time));
    return ms;
}

static void l1_nothing_is_signed_behind_the_log_but_for_the_tolerance(void **state)
{
    int64_t last = sender.town.now_ms;

    (void)state;
    assert_int_equal(allowed_at(0), OUTCOME_OK); /* a new log */
    log_time_is(last);
    assert_int_equal(allowed_at(last), OUTCOME_OK);
    assert_int_equal(allowed_at(last - 1000), OUTCOME_OK);
    assert_int_equal(allowed_at(last - 120000), OUTCOME_OK);
    assert_int_equal(allowed_at(last - 120001), OUTCOME_CLOCK_WRONG);
    assert_int_equal(allowed_at(0), OUTCOME_CLOCK_WRONG);
    assert_int_equal(allowed_at(-YEAR_MS), OUTCOME_CLOCK_WRONG);
    assert_int_equal(allowed_at(last + 80 * YEAR_MS), OUTCOME_OK);
    sender.small.gateway.settings->clock_tolerance_s = 3 * YEAR_MS / 1000;
    assert_int_equal(allowed_at(last - 2 * YEAR_MS), OUTCOME_OK);
}

static void l1_a_jump_reaches_the_log_when_the_clock_allows(void **state)
{
    struct clock_watch watch = {0};
    size_t before = sender_leaves(&sender);

    (void)state;
    assert_int_equal(clock_watch_look(&watch, &sender.small.gateway), OUTCOME_OK);
    watch.ahead_ms += 60000; /* as if it stood a minute further before */
    log_time_is(sender.town.now_ms + YEAR_MS);
    assert_int_equal(clock_watch_look(&watch, &sender.small.gateway), OUTCOME_OK);
    assert_true(watch.behind);
    assert_int_equal(sender_leaves(&sender), before);
    log_time_is(sender.town.now_ms);
    assert_int_equal(clock_watch_look(&watch, &sender.small.gateway), OUTCOME_OK);
    assert_false(watch.behind);
    assert_int_equal(sender_leaves(&sender), before + 1);
    assert_string_equal(sender_leaf_member(&sender, 1, "ev"), "alarm");
    assert_string_equal(sender_leaf_member(&sender, 1, "svc"), "klok");
    assert_int_equal(clock_watch_look(&watch, &sender.small.gateway), OUTCOME_OK);
    assert_int_equal(sender_leaves(&sender), before + 1);
}

static void l1_a_damaged_log_time_is_damage(void **state)
{
    (void)state;
    put_log_time(bytes_of_text("kort"));
    assert_int_equal(allowed_at(0), OUTCOME_STORE_DAMAGED);
}

static int make(void **state)
{
    (void)state;
    small_sender_make(&sender);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_sender_end(&sender);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&sender.town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&sender.town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l1_a_jump_is_told_once_and_drift_is_none),
        WITH_GATEWAY(l1_nothing_is_signed_behind_the_log_but_for_the_tolerance),
        WITH_GATEWAY(l1_a_jump_reaches_the_log_when_the_clock_allows),
        WITH_GATEWAY(l1_a_damaged_log_time_is_damage),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
