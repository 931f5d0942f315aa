/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/outcome.h"

static void every_row_is_filled_in_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const char *dutch = outcome_text((enum outcome)i, LANGUAGE_NL);
        const char *english = outcome_text((enum outcome)i, LANGUAGE_EN);
        assert_non_null(dutch);
        assert_non_null(english);
        assert_true(strlen(dutch) > 3 && dutch[strlen(dutch) - 1] == '.');
        assert_true(strlen(english) > 3 && english[strlen(english) - 1] == '.');
        assert_string_not_equal(dutch, english);
    }
}

static void every_code_is_unique_and_upper_case(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const char *code = outcome_code((enum outcome)i);
        assert_true(strlen(code) > 1);
        assert_int_equal(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), strlen(code));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(code, outcome_code((enum outcome)j));
    }
}

static void the_kind_and_the_http_status_agree(void **state)
{
    (void)state;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        int status = outcome_http_status((enum outcome)i);
        switch (outcome_kind((enum outcome)i)) {
        case KIND_GOOD:
            assert_int_equal(status, 200);
            break;
        case KIND_THEIRS:
            assert_in_range(status, 400, 499);
            break;
        case KIND_REFUSED:
            assert_true((status >= 400 && status <= 499) || status == 503);
            break;
        case KIND_OURS:
            assert_in_range(status, 500, 599);
            break;
        }
    }
}

static void only_ok_is_good(void **state)
{
    (void)state;
    assert_int_equal(OUTCOME_OK, 0);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        assert_int_equal(outcome_kind((enum outcome)i) == KIND_GOOD, i == OUTCOME_OK);
}

static void an_unknown_outcome_reads_as_an_internal_fault(void **state)
{
    (void)state;
    assert_string_equal(outcome_code(OUTCOME_COUNT), outcome_code(OUTCOME_INTERNAL));
    assert_int_equal(outcome_http_status((enum outcome)9999), 500);
}

static enum outcome third_step_fails(int *steps)
{
    *steps = 1;
    TRY(OUTCOME_OK);
    *steps = 2;
    TRY(OUTCOME_TOO_LARGE);
    *steps = 3;
    return OUTCOME_OK;
}

static void try_returns_the_first_failure(void **state)
{
    int steps = 0;

    (void)state;
    assert_int_equal(third_step_fails(&steps), OUTCOME_TOO_LARGE);
    assert_int_equal(steps, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_filled_in_both_languages),
        cmocka_unit_test(every_code_is_unique_and_upper_case),
        cmocka_unit_test(the_kind_and_the_http_status_agree),
        cmocka_unit_test(only_ok_is_good),
        cmocka_unit_test(an_unknown_outcome_reads_as_an_internal_fault),
        cmocka_unit_test(try_returns_the_first_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
