/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/lp.h"

static void fields_carry_their_length(void **state)
{
    uint8_t storage[16];
    struct lp lp = lp_begin(storage, sizeof storage);
    struct bytes whole;

    (void)state;
    lp_add_text(&lp, "ab");
    lp_add(&lp, bytes_of(NULL, 0));
    lp_add_raw(&lp, bytes_of("\x01", 1));
    assert_int_equal(lp_bytes(&lp, &whole), OUTCOME_OK);
    assert_int_equal(whole.length, 7);
    assert_memory_equal(whole.data, "\0\2ab\0\0\1", 7);
}

static void two_splits_never_look_alike(void **state)
{
    uint8_t one[16], other[16];
    struct lp a = lp_begin(one, sizeof one), b = lp_begin(other, sizeof other);
    struct bytes left, right;

    (void)state;
    lp_add_text(&a, "ab");
    lp_add_text(&a, "c");
    lp_add_text(&b, "a");
    lp_add_text(&b, "bc");
    assert_int_equal(lp_bytes(&a, &left), OUTCOME_OK);
    assert_int_equal(lp_bytes(&b, &right), OUTCOME_OK);
    assert_false(bytes_equal(left, right));
}

static void a_full_storage_is_remembered(void **state)
{
    uint8_t storage[4] = {0};
    struct lp lp = lp_begin(storage, sizeof storage);
    struct bytes whole = bytes_of_text("untouched");

    (void)state;
    lp_add_text(&lp, "ab"); /* just fits */
    assert_int_equal(lp_bytes(&lp, &whole), OUTCOME_OK);
    whole = bytes_of_text("untouched");
    lp_add_raw(&lp, bytes_of("c", 1));
    lp_add_raw(&lp, bytes_of(NULL, 0));
    assert_int_equal(lp_bytes(&lp, &whole), OUTCOME_TOO_LARGE);
    assert_memory_equal(whole.data, "untouched", 9);
}

static void a_field_of_65536_bytes_is_refused(void **state)
{
    static uint8_t field[LP_FIELD_MAX_BYTES + 1], storage[2 * sizeof field];
    struct lp fits = lp_begin(storage, sizeof storage), over = lp_begin(storage, sizeof storage);
    struct bytes whole;

    (void)state;
    lp_add(&fits, bytes_of(field, LP_FIELD_MAX_BYTES));
    assert_int_equal(lp_bytes(&fits, &whole), OUTCOME_OK);
    assert_int_equal(whole.length, LP_FIELD_MAX_BYTES + 2);
    assert_memory_equal(whole.data, "\xff\xff", 2);
    lp_add(&over, bytes_of(field, sizeof field));
    assert_int_equal(lp_bytes(&over, &whole), OUTCOME_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_carry_their_length),
        cmocka_unit_test(two_splits_never_look_alike),
        cmocka_unit_test(a_full_storage_is_remembered),
        cmocka_unit_test(a_field_of_65536_bytes_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
