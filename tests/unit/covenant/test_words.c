/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "covenant/words.h"

/* Each word is read back, has names in both languages, and no other word is taken. */
#define ASSERT_TABLE(kind, type, first, count)                                                     \
    do {                                                                                           \
        enum type member = (enum type)count;                                                       \
        for (unsigned i = first; i < (unsigned)count; i++) {                                       \
            assert_true(kind##_parse(kind##_word((enum type)i), &member));                         \
            assert_int_equal(member, i);                                                           \
            assert_string_not_equal(kind##_name((enum type)i, LANGUAGE_NL), "");                   \
            assert_string_not_equal(kind##_name((enum type)i, LANGUAGE_EN), "");                   \
        }                                                                                          \
        member = (enum type)first;                                                                 \
        assert_false(kind##_parse(NULL, &member));                                                 \
        assert_false(kind##_parse("", &member));                                                   \
        assert_false(kind##_parse("geen woord", &member));                                         \
        assert_int_equal(member, first);                                                           \
        assert_string_equal(kind##_word((enum type)count), "");                                    \
        assert_string_equal(kind##_name((enum type)count, LANGUAGE_NL), "");                       \
    } while (0)

static void every_word_is_read_back(void **state)
{
    (void)state;
    ASSERT_TABLE(lane, lane, 1, LANE_COUNT);
    ASSERT_TABLE(purpose, purpose, 1, PURPOSE_COUNT);
    ASSERT_TABLE(party_kind, party_kind, 1, PARTY_KIND_COUNT);
    ASSERT_TABLE(act, act, 1, ACT_COUNT);
    ASSERT_TABLE(field, field, 0, FIELD_COUNT);
    ASSERT_TABLE(condition, condition, 0, CONDITION_COUNT);
    assert_string_equal(lane_word(LANE_NONE), "");
    assert_string_equal(purpose_name(PURPOSE_NONE, LANGUAGE_EN), "");
}

static void every_set_has_room(void **state)
{
    (void)state;
    assert_true(FIELD_COUNT <= 32 && PARTY_KIND_COUNT <= 32 && CONDITION_COUNT <= 32);
    assert_true(has_bit(bit_of(31), 31));
    assert_false(has_bit(bit_of(31), 30));
}

static void what_may_never_leave_is_not_sendable(void **state)
{
    (void)state;
    assert_true(field_is_sendable(FIELD_TOKEN));
    assert_false(field_is_sendable(FIELD_BSN));
    assert_false(field_is_sendable(FIELD_RISK_SCORE));
    assert_false(field_is_sendable(FIELD_COUNT));
}

static void some_bodies_get_counts_only(void **state)
{
    (void)state;
    assert_true(party_kind_counts_only(PARTY_WIJKBUREAU));
    assert_false(party_kind_counts_only(PARTY_WIJKTEAM));
    assert_false(party_kind_counts_only(PARTY_NONE));
    assert_false(party_kind_counts_only(PARTY_KIND_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_read_back),
        cmocka_unit_test(every_set_has_room),
        cmocka_unit_test(what_may_never_leave_is_not_sendable),
        cmocka_unit_test(some_bodies_get_counts_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
