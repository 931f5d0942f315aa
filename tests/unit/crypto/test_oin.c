/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/oin.h"

static void twenty_positions_are_an_oin(void **state)
{
    struct oin oin;

    (void)state;
    assert_true(oin_parse("00000099000000010000", &oin));
    assert_string_equal(oin.text, "00000099000000010000");
    assert_true(oin_parse("0000009900000001ABYZ", &oin));
}

static void anything_else_is_none(void **state)
{
    static const char *const wrong[] = {
        "",
        "0000009900000001000",
        "000000990000000100000",
        "0000009900000001000a",
        "0000009900000001000 ",
        "0000009900000001000-",
        "000000990000000100\xc3\x89",
    };
    struct oin oin = {"00000099000000010000"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(oin_parse(wrong[i], &oin));
    assert_false(oin_parse(NULL, &oin));
    assert_string_equal(oin.text, "00000099000000010000"); /* left alone */
}

static void one_position_makes_another_organisation(void **state)
{
    struct oin a, b, c;

    (void)state;
    assert_true(oin_parse("00000099000000010000", &a));
    assert_true(oin_parse("00000099000000010000", &b));
    assert_true(oin_parse("00000099000000010001", &c));
    assert_true(oin_equal(&a, &b));
    assert_false(oin_equal(&a, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_positions_are_an_oin),
        cmocka_unit_test(anything_else_is_none),
        cmocka_unit_test(one_position_makes_another_organisation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
