/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "covenant/role.h"
#include "covenant/words.h"

static void every_word_is_read_back(void **state)
{
    int ran = 0;

    (void)state;
    for (int i = 0; i < ROLE_COUNT; i++, ran++) {
        enum role role = ROLE_COUNT;
        assert_true(role_parse(role_word((enum role)i), &role));
        assert_int_equal(role, i);
        assert_string_not_equal(role_name(role, LANGUAGE_NL), "");
        assert_string_not_equal(role_name(role, LANGUAGE_EN), "");
    }
    assert_int_equal(ran, 12);
}

static void an_unknown_word_is_no_role(void **state)
{
    enum role role = ROLE_FG;

    (void)state;
    assert_false(role_parse(NULL, &role));
    assert_false(role_parse("", &role));
    assert_false(role_parse("melder", &role));
    assert_false(role_parse("MELDERS", &role));
    assert_int_equal(role, ROLE_FG);
    assert_string_equal(role_word(ROLE_COUNT), "");
    assert_string_equal(role_name(ROLE_COUNT, LANGUAGE_NL), "");
}

static void an_administrator_reads_neither_payload_nor_log(void **state)
{
    (void)state;
    assert_false(role_reads_payload(ROLE_BEHEERDER));
    assert_false(role_reads_log(ROLE_BEHEERDER));
    assert_false(role_reads_payload(ROLE_AUDITOR));
    assert_true(role_reads_log(ROLE_AUDITOR));
    assert_true(role_reads_payload(ROLE_ONTVANGER));
    assert_false(role_reads_payload(ROLE_COUNT));
    assert_false(role_reads_log(ROLE_COUNT));
}

/* Residents and neighbours are nobody's recipient: a role or a kind of partner that stands for
 * them would be the first step to one. */
static void a24_no_role_or_partner_is_a_resident(void **state)
{
    static const char *const residents[] = {"BEWONER", "BUUR", "BUURTBEWONER", "HUURDER", "BURGER"};

    (void)state;
    for (size_t i = 0; i < sizeof residents / sizeof residents[0]; i++) {
        enum role role;
        enum party_kind kind;
        assert_false(role_parse(residents[i], &role));
        assert_false(party_kind_parse(residents[i], &kind));
    }
}

static void a_set_holds_what_was_put_in(void **state)
{
    struct role_set set = {0}, other = {0};

    (void)state;
    set = role_set_with(set, ROLE_MELDER);
    set = role_set_with(set, ROLE_SYSTEEM);
    assert_true(role_set_has(set, ROLE_MELDER));
    assert_true(role_set_has(set, ROLE_SYSTEEM));
    assert_false(role_set_has(set, ROLE_FG));
    assert_true(role_set_overlaps(set, role_set_with(other, ROLE_SYSTEEM)));
    assert_false(role_set_overlaps(set, role_set_with(other, ROLE_FG)));
    set = role_set_without(set, ROLE_MELDER);
    assert_false(role_set_has(set, ROLE_MELDER));
    assert_int_equal(role_set_with(set, ROLE_COUNT).bits, set.bits);
}

static void a_bit_beyond_the_table_is_no_set(void **state)
{
    (void)state;
    assert_true(role_set_is_valid((struct role_set){0}));
    assert_true(role_set_is_valid((struct role_set){(UINT32_C(1) << ROLE_COUNT) - 1}));
    assert_false(role_set_is_valid((struct role_set){UINT32_C(1) << ROLE_COUNT}));
}

static void a_role_that_reads_needs_a_second_person(void **state)
{
    struct role_set set = {0};

    (void)state;
    set = role_set_with(role_set_with(set, ROLE_MELDER), ROLE_BEHEERDER);
    assert_false(role_set_needs_confirmation(set));
    assert_true(role_set_needs_confirmation(role_set_with(set, ROLE_ONTVANGER)));
    assert_true(role_set_needs_confirmation(role_set_with(set, ROLE_AUDITOR)));
    assert_true(role_set_needs_confirmation(role_set_with(set, ROLE_REGIEHOUDER)));
}

static void a_role_that_confirms_needs_a_second_person_itself(void **state)
{
    struct role_set set = {0};

    (void)state;
    assert_true(role_confirms(ROLE_FG));
    assert_true(role_confirms(ROLE_CONVENANTBEHEERDER));
    assert_false(role_confirms(ROLE_BEHEERDER));
    assert_false(role_confirms(ROLE_COUNT));
    assert_true(role_set_needs_confirmation(role_set_with(set, ROLE_FG)));
    assert_true(role_set_needs_confirmation(role_set_with(set, ROLE_CONVENANTBEHEERDER)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_read_back),
        cmocka_unit_test(an_unknown_word_is_no_role),
        cmocka_unit_test(an_administrator_reads_neither_payload_nor_log),
        cmocka_unit_test(a24_no_role_or_partner_is_a_resident),
        cmocka_unit_test(a_set_holds_what_was_put_in),
        cmocka_unit_test(a_bit_beyond_the_table_is_no_set),
        cmocka_unit_test(a_role_that_reads_needs_a_second_person),
        cmocka_unit_test(a_role_that_confirms_needs_a_second_person_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
