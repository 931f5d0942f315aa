/* SPDX-License-Identifier: EUPL-1.2 */
/* Terms and release where the Amsterdam clock changes and where February has a 29th. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "covenant/terms.h"

enum { WORKDAYS = 1 };

static void assert_release(const char *received, int workdays, const char *expected)
{
    struct terms terms = {0};
    struct due_days due;
    char text[INSTANT_TEXT_BYTES];
    int64_t received_ms, release_ms;

    terms.decide_workdays = workdays;
    assert_true(instant_parse(received, &received_ms));
    due = due_days_from(received_ms, &terms, true);
    assert_true(due_days_release(&due, &release_ms));
    instant_print(release_ms, text);
    assert_string_equal(text, expected);
}

/* In 2026 the clock goes ahead on Sunday 29 March and back on Sunday 25 October. */
static void l1_a_release_is_at_17_by_the_clock_on_the_wall(void **state)
{
    (void)state;
    assert_release("2026-03-27T12:00:00Z", WORKDAYS, "2026-03-30T15:00:00Z"); /* summer by then */
    assert_release("2026-03-26T12:00:00Z", WORKDAYS, "2026-03-27T16:00:00Z");
    assert_release("2026-10-23T12:00:00Z", WORKDAYS, "2026-10-26T16:00:00Z"); /* winter by then */
    assert_release("2026-10-22T12:00:00Z", WORKDAYS, "2026-10-23T15:00:00Z");
}

/* Received in the hour that is there twice, or next to the hour that is not there. */
static void l1_the_day_of_receipt_is_that_of_amsterdam(void **state)
{
    (void)state;
    assert_release("2026-10-25T00:30:00Z", WORKDAYS, "2026-10-26T16:00:00Z");
    assert_release("2026-10-25T01:30:00Z", WORKDAYS, "2026-10-26T16:00:00Z");
    assert_release("2026-03-29T00:59:59Z", WORKDAYS, "2026-03-30T15:00:00Z");
    assert_release("2026-03-29T01:00:00Z", WORKDAYS, "2026-03-30T15:00:00Z");
    assert_release("2026-06-30T21:59:59Z", WORKDAYS, "2026-07-01T15:00:00Z");
    assert_release("2026-06-30T22:00:00Z", WORKDAYS, "2026-07-02T15:00:00Z"); /* July there */
}

/* 29 February 2028 is a Tuesday; 2100 has none. */
static void l1_a_leap_day_is_a_working_day_like_any_other(void **state)
{
    (void)state;
    assert_release("2028-02-28T12:00:00Z", WORKDAYS, "2028-02-29T16:00:00Z");
    assert_release("2028-02-29T12:00:00Z", WORKDAYS, "2028-03-01T16:00:00Z");
    assert_release("2027-02-26T12:00:00Z", WORKDAYS, "2027-03-01T16:00:00Z");
    assert_release("2100-02-26T12:00:00Z", WORKDAYS, "2100-03-01T16:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l1_a_release_is_at_17_by_the_clock_on_the_wall),
        cmocka_unit_test(l1_the_day_of_receipt_is_that_of_amsterdam),
        cmocka_unit_test(l1_a_leap_day_is_a_working_day_like_any_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
