/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/utc.h"

static void an_instant_comes_back_from_its_text(void **state)
{
    static const struct {
        const char *text;
        int64_t at_s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T23:59:59Z", 951868799},
        {"2026-12-03T09:12:44Z", 1796289164},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    char text[UTC_TEXT_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t at_s;
        assert_int_equal(utc_parse(rows[i].text, &at_s), OUTCOME_OK);
        assert_int_equal(at_s, rows[i].at_s);
        utc_print(at_s, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void any_other_text_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-12-03",
        "2026-12-03T09:12:44",
        "2026-12-03T09:12:44+01:00",
        "2026-12-03T09:12:44z",
        "2026-12-03 09:12:44Z",
        "2026-12-03T09:12:44.0Z",
        "2026-02-29T09:12:44Z",
        "2026-13-03T09:12:44Z",
        "2026-00-03T09:12:44Z",
        "2026-12-00T09:12:44Z",
        "2026-12-03T24:00:00Z",
        "2026-12-03T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "1969-12-31T23:59:59Z",
        "2026-12-03T09:12:44ZZ",
    };
    int64_t at_s = 7;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(utc_parse(wrong[i], &at_s), OUTCOME_MALFORMED);
    assert_int_equal(utc_parse(NULL, &at_s), OUTCOME_MALFORMED);
    assert_int_equal(at_s, 7);
}

static void what_lies_outside_is_printed_as_the_edge(void **state)
{
    char text[UTC_TEXT_BYTES];

    (void)state;
    utc_print(-1, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    utc_print(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instant_comes_back_from_its_text),
        cmocka_unit_test(any_other_text_is_refused),
        cmocka_unit_test(what_lies_outside_is_printed_as_the_edge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
