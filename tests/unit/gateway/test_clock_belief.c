/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/clock_belief.h"

#define MINUTE_MS (INT64_C(60) * 1000)
#define DAY_MS (INT64_C(24) * 60 * MINUTE_MS)
#define WALL_MS INT64_C(1790000000000)
#define LEAP_MS (INT64_C(400) * DAY_MS)

static struct clock_belief belief;

static int begin(void **state)
{
    (void)state;
    belief = (struct clock_belief){.lock = PTHREAD_MUTEX_INITIALIZER};
    return 0;
}

/* So long after the start, with the wall clock so far off. */
static bool believes(int64_t after_ms, int64_t off_ms)
{
    return clock_belief_look(&belief, WALL_MS + after_ms + off_ms, after_ms);
}

static void a_clock_that_runs_is_believed_and_drifts(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    for (int i = 1; i < 100; i++) /* two days off in the end, never by a leap */
        assert_true(believes(i * DAY_MS, i * 30 * MINUTE_MS));
}

static void what_is_less_than_an_hour_is_no_leap(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_true(believes(1000, CLOCK_LEAP_MS - 1));
    assert_true(believes(2000, 0));
    assert_true(believes(3000, -1000));
}

static void a_leap_either_way_is_doubted_until_it_is_back(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_false(believes(1000, LEAP_MS));
    assert_false(believes(2000, LEAP_MS));
    assert_true(believes(3000, 0));
    assert_false(believes(4000, -2 * LEAP_MS));
    assert_true(believes(5000, 500));
    assert_false(believes(6000, CLOCK_LEAP_MS + 500));
}

static void who_runs_on_for_an_hour_is_believed(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_false(believes(1000, LEAP_MS));
    assert_false(believes(1000 + CLOCK_BELIEVED_MS - 1, LEAP_MS));
    assert_true(believes(1000 + CLOCK_BELIEVED_MS, LEAP_MS));
    assert_true(believes(2000 + CLOCK_BELIEVED_MS, LEAP_MS));
    assert_false(believes(3000 + CLOCK_BELIEVED_MS, 0)); /* now that is a leap */
}

static void a_second_leap_begins_the_hour_anew(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_false(believes(0, LEAP_MS));
    assert_false(believes(CLOCK_BELIEVED_MS / 2, LEAP_MS / 2));
    assert_false(believes(CLOCK_BELIEVED_MS, LEAP_MS / 2));
    assert_true(believes(CLOCK_BELIEVED_MS * 3 / 2, LEAP_MS / 2));
}

static void who_came_back_and_leaps_again_is_doubted_for_a_whole_hour(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_false(believes(0, LEAP_MS));
    assert_true(believes(CLOCK_BELIEVED_MS / 2, 0));
    assert_false(believes(CLOCK_BELIEVED_MS - 1, LEAP_MS));
    assert_false(believes(CLOCK_BELIEVED_MS * 3 / 2, LEAP_MS));
}

static void a_partner_ends_the_doubt_at_once(void **state)
{
    (void)state;
    assert_true(believes(0, 0));
    assert_false(believes(1000, LEAP_MS));
    clock_belief_agree(&belief, WALL_MS + 2000 + LEAP_MS, 2000);
    assert_true(believes(3000, LEAP_MS));
    assert_false(believes(4000, 0));
}

static void a_start_long_after_the_last_round_is_doubted_whichever_way(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        begin(NULL);
        belief.last_ms = WALL_MS - sign * (CLOCK_AWAY_MS + 2 * CLOCK_BELIEVED_MS);
        assert_false(believes(0, 0));
        assert_false(believes(CLOCK_BELIEVED_MS - 1, 0));
        assert_true(believes(CLOCK_BELIEVED_MS, 0));
        begin(NULL);
        belief.last_ms = WALL_MS - sign * (CLOCK_AWAY_MS - 1000);
        assert_true(believes(0, 0));
    }
}

static void after_a_start_in_doubt_the_right_time_is_known_at_once(void **state)
{
    (void)state;
    belief.last_ms = WALL_MS;
    assert_false(believes(0, LEAP_MS));
    assert_true(believes(1000, 0));
}

/* The steady clock goes on while the machine is suspended. */
static void who_slept_did_not_leap(void **state)
{
    (void)state;
    belief.last_ms = WALL_MS;
    assert_true(believes(0, 0));
    assert_true(believes(10 * DAY_MS, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_clock_that_runs_is_believed_and_drifts, begin),
        cmocka_unit_test_setup(what_is_less_than_an_hour_is_no_leap, begin),
        cmocka_unit_test_setup(a_leap_either_way_is_doubted_until_it_is_back, begin),
        cmocka_unit_test_setup(who_runs_on_for_an_hour_is_believed, begin),
        cmocka_unit_test_setup(a_second_leap_begins_the_hour_anew, begin),
        cmocka_unit_test_setup(who_came_back_and_leaps_again_is_doubted_for_a_whole_hour, begin),
        cmocka_unit_test_setup(a_partner_ends_the_doubt_at_once, begin),
        cmocka_unit_test_setup(a_start_long_after_the_last_round_is_doubted_whichever_way, begin),
        cmocka_unit_test_setup(after_a_start_in_doubt_the_right_time_is_known_at_once, begin),
        cmocka_unit_test_setup(who_slept_did_not_leap, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
