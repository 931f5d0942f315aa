/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "crypto/canonical.h"
#include "tests/support/vectors.h"

enum { OUT_MAX_BYTES = BAG_ID_BYTES };

typedef enum outcome canonicaliser(const char *text, char *out);

static canonicaliser *canonicaliser_named(const char *kind)
{
    if (strcmp(kind, "bsn") == 0)
        return canonical_bsn;
    if (strcmp(kind, "date") == 0)
        return canonical_birth_date;
    assert_string_equal(kind, "bag");
    return canonical_bag_id;
}

static void a_published_case_holds(const json_t *vector)
{
    canonicaliser *canonical = canonicaliser_named(vector_text(vector, "soort"));
    const char *expected = json_string_value(json_object_get(vector, "uit"));
    char out[OUT_MAX_BYTES] = "untouched", again[OUT_MAX_BYTES];
    enum outcome outcome = canonical(vector_text(vector, "in"), out);

    if (!expected) {
        assert_int_equal(outcome, OUTCOME_MALFORMED);
        assert_string_equal(out, "untouched");
        return;
    }
    assert_int_equal(outcome, OUTCOME_OK);
    assert_string_equal(out, expected);
    assert_int_equal(canonical(out, again), OUTCOME_OK); /* c1(c1(x)) = c1(x) */
    assert_string_equal(again, expected);
}

static void the_published_cases_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("canonicalisation-c1", a_published_case_holds), 27);
}

struct example {
    const char *in, *out; /* out NULL: refused */
};

static void check(canonicaliser *canonical, const struct example *examples)
{
    for (; examples->in; examples++) {
        char out[OUT_MAX_BYTES] = "untouched";
        enum outcome outcome = canonical(examples->in, out);

        assert_int_equal(outcome, examples->out ? OUTCOME_OK : OUTCOME_MALFORMED);
        assert_string_equal(out, examples->out ? examples->out : "untouched");
    }
}

static void postcodes_lose_their_spaces_and_gain_capitals(void **state)
{
    static const struct example examples[] = {
        {"1234AB", "1234AB"},
        {"1234 ab", "1234AB"},
        {" 1234ab ", "1234AB"},
        {"1234\xc2\xa0"
         "AB",
         "1234AB"},
        {"0234AB", NULL},
        {"1234A", NULL},
        {"1234ABC", NULL},
        {"12345B", NULL},
        {"", NULL},
        {"1234-AB", NULL},
        {"1234A1", NULL},
        {"\xef\xbc\x91"
         "234AB",
         NULL},
        {NULL, NULL},
    };

    (void)state;
    check(canonical_postcode, examples);
    assert_int_equal(canonical_postcode(NULL, (char[POSTCODE_BYTES]){0}), OUTCOME_MALFORMED);
}

static void house_numbers_lose_their_zeros(void **state)
{
    static const struct example examples[] = {
        {"5", "5"},
        {"005", "5"},
        {" 12 ", "12"},
        {"99999", "99999"},
        {"0099999", "99999"},
        {"100000", NULL},
        {"0", NULL},
        {"", NULL},
        {"5A", NULL},
        {"1 2", NULL},
        {"-5", NULL},
        {"5,0", NULL},
        {"1\xc2\xa0"
         "2",
         NULL},
        {NULL, NULL},
    };

    (void)state;
    check(canonical_house_number, examples);
    assert_int_equal(canonical_house_number(NULL, (char[HOUSE_NUMBER_BYTES]){0}),
                     OUTCOME_MALFORMED);
}

static void letters_and_additions_may_be_empty(void **state)
{
    static const struct example letters[] = {
        {"", ""},    {"a", "A"},         {" B ", "B"}, {"AB", NULL},
        {"1", NULL}, {"\xc3\x89", NULL}, {NULL, NULL},
    };
    static const struct example additions[] = {
        {"", ""},
        {"2", "2"},
        {" bis", "BIS"},
        {"2 hoog", "2HOOG"},
        {"A-2", "A-2"},
        {"12345678", "12345678"},
        {"123456789", NULL},
        {"2_3", NULL},
        {"\xc3\x89", NULL},
        {NULL, NULL},
    };
    char out[OUT_MAX_BYTES];

    (void)state;
    check(canonical_house_letter, letters);
    check(canonical_house_addition, additions);
    assert_int_equal(canonical_house_letter(NULL, out), OUTCOME_OK);
    assert_string_equal(out, "");
    assert_int_equal(canonical_house_addition(NULL, out), OUTCOME_OK);
    assert_string_equal(out, "");
}

static void no_text_has_no_canonical_form(void **state)
{
    char out[OUT_MAX_BYTES];

    (void)state;
    assert_int_equal(canonical_bsn(NULL, out), OUTCOME_MALFORMED);
    assert_int_equal(canonical_bag_id(NULL, out), OUTCOME_MALFORMED);
    assert_int_equal(canonical_birth_date(NULL, out), OUTCOME_MALFORMED);
}

static void a_day_that_no_calendar_has_is_refused(void **state)
{
    static const struct example examples[] = {
        {"2000-02-29", "20000229"}, {"1900-02-29", NULL},  {"1999-04-31", NULL},
        {"1999-13-01", NULL},       {"01-13-1999", NULL},  {"1999/12/01", NULL},
        {"1999-1201", NULL},        {"1999-12-011", NULL}, {NULL, NULL},
    };

    (void)state;
    check(canonical_birth_date, examples);
}

/* Nearly: a remainder of 10 has no ninth digit, so the blocks are not all equal. */
static void the_eleven_test_passes_one_number_in_eleven(void **state)
{
    char digits[16];
    int passed = 0;

    (void)state;
    for (int n = 0; n < 1100000; n++) {
        snprintf(digits, sizeof digits, "%09d", 111000000 + n);
        passed += bsn_passes(digits);
    }
    assert_in_range(passed, 99900, 100100);
}

static void one_digit_changed_never_passes(void **state)
{
    char digits[] = "999990019";

    (void)state;
    assert_true(bsn_passes(digits));
    for (int at = 0; at < 9; at++) {
        char kept = digits[at];
        for (char c = '0'; c <= '9'; c++) {
            digits[at] = c;
            assert_int_equal(bsn_passes(digits), c == kept);
        }
        digits[at] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_cases_hold),
        cmocka_unit_test(postcodes_lose_their_spaces_and_gain_capitals),
        cmocka_unit_test(house_numbers_lose_their_zeros),
        cmocka_unit_test(letters_and_additions_may_be_empty),
        cmocka_unit_test(no_text_has_no_canonical_form),
        cmocka_unit_test(a_day_that_no_calendar_has_is_refused),
        cmocka_unit_test(the_eleven_test_passes_one_number_in_eleven),
        cmocka_unit_test(one_digit_changed_never_passes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
