/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/users.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

#define PRINT_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PRINT_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
static const char number_characters[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-";

static struct small_store small;

static void put(const struct user *user)
{
    struct change *change = change_of(small.store);

    user_put(change, user);
    change_done(change);
}

static enum outcome get(const char *fingerprint, struct user *out_user)
{
    struct view view;
    enum outcome outcome;

    view_begin(small.store, &view);
    outcome = user_get(&view, fingerprint, out_user);
    view_end(&view);
    return outcome;
}

static struct user user_of(const char *fingerprint, const char *number)
{
    struct user user = {0};

    snprintf(user.fingerprint, sizeof user.fingerprint, "%s", fingerprint);
    snprintf(user.number, sizeof user.number, "%s", number);
    return user;
}

static void assert_same(const struct user *a, const struct user *b)
{
    assert_string_equal(a->fingerprint, b->fingerprint);
    assert_string_equal(a->number, b->number);
    assert_string_equal(a->added_by, b->added_by);
    assert_string_equal(a->added_by_number, b->added_by_number);
    assert_int_equal(a->roles.bits, b->roles.bits);
    assert_int_equal(a->waiting.bits, b->waiting.bits);
}

static void a_staff_number_is_short_and_plain(void **state)
{
    static const char *const good[] = {"1", "P-1042", "j.de_vries", "A1b2.c_d-",
                                       "12345678901234567890123456789012"};
    static const char *const bad[] = {
        "",    "Jan de Vries", "a b", "P\"1",     "P\\1",
        "P/1", "P\n",          "P@1", "\xc3\xa9", "123456789012345678901234567890123"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(user_number_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(user_number_is_valid(bad[i]));
}

static void a_fingerprint_is_64_lower_case_hex_digits(void **state)
{
    char print[] = PRINT_A;

    (void)state;
    assert_true(user_fingerprint_is_valid(print));
    print[10] = 'A';
    assert_false(user_fingerprint_is_valid(print));
    print[10] = 'g';
    assert_false(user_fingerprint_is_valid(print));
    print[63] = '\0';
    assert_false(user_fingerprint_is_valid(print));
    assert_false(user_fingerprint_is_valid(PRINT_A "a"));
    assert_false(user_fingerprint_is_valid(""));
}

static void what_is_put_is_got_until_it_is_deleted(void **state)
{
    struct dice dice = dice_throw_from(91);

    (void)state;
    for (int i = 0; i < 200; i++) {
        struct user user = {0}, found;
        char number[USER_NUMBER_BYTES];
        struct role_set roles = {0};
        struct change *change;
        dice_word(&dice, "0123456789abcdef", 64, 64, user.fingerprint);
        dice_word(&dice, number_characters, 1, USER_NUMBER_BYTES - 1, user.number);
        if (dice_coin(&dice))
            dice_word(&dice, "0123456789abcdef", 64, 64, user.added_by);
        if (user.added_by[0])
            dice_word(&dice, number_characters, 1, USER_NUMBER_BYTES - 1, user.added_by_number);
        user.roles.bits = (uint32_t)dice_number(&dice, 1u << ROLE_COUNT);
        user.waiting.bits = (uint32_t)dice_number(&dice, 1u << ROLE_COUNT);
        put(&user);
        assert_int_equal(get(user.fingerprint, &found), OUTCOME_OK);
        assert_same(&user, &found);
        assert_int_equal(user_find(small.store, user.fingerprint, number, &roles), OUTCOME_OK);
        assert_string_equal(number, user.number);
        assert_int_equal(roles.bits, user.roles.bits); /* what waits is not in force */
        change = change_of(small.store);
        user_delete(change, user.fingerprint);
        change_done(change);
        assert_int_equal(get(user.fingerprint, &found), OUTCOME_NOT_FOUND);
        assert_int_equal(user_find(small.store, user.fingerprint, number, &roles),
                         OUTCOME_NOT_FOUND);
    }
}

static void a_role_that_is_taken_away_is_gone_at_the_next_look(void **state)
{
    struct user user = user_of(PRINT_A, "P-1"), found;

    (void)state;
    user.roles = role_set_with(user.roles, ROLE_MELDER);
    put(&user);
    user.roles = role_set_without(user.roles, ROLE_MELDER);
    put(&user);
    assert_int_equal(get(PRINT_A, &found), OUTCOME_OK);
    assert_int_equal(found.roles.bits, 0);
    assert_int_equal(rows_in(small.store, TABLE_USER), 1);
}

static void users_come_in_order_of_their_fingerprint(void **state)
{
    const struct user b = user_of(PRINT_B, "B"), a = user_of(PRINT_A, "A");
    struct user found;
    struct view view;

    (void)state;
    view_begin(small.store, &view);
    assert_int_equal(user_next(&view, "", &found), OUTCOME_NOT_FOUND);
    view_end(&view);
    put(&b);
    put(&a);
    view_begin(small.store, &view);
    assert_int_equal(user_next(&view, "", &found), OUTCOME_OK);
    assert_same(&found, &a);
    assert_int_equal(user_next(&view, found.fingerprint, &found), OUTCOME_OK);
    assert_same(&found, &b);
    assert_int_equal(user_next(&view, found.fingerprint, &found), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void users_are_found_by_number_and_counted_by_role(void **state)
{
    struct user b = user_of(PRINT_B, "B"), a = user_of(PRINT_A, "A"), found;
    struct view view;
    size_t count = 9;

    (void)state;
    a.roles = role_set_with(a.roles, ROLE_FG);
    b.waiting = role_set_with(b.waiting, ROLE_FG); /* does not count yet */
    put(&a);
    put(&b);
    view_begin(small.store, &view);
    assert_int_equal(user_of_number(&view, "B", &found), OUTCOME_OK);
    assert_same(&found, &b);
    assert_int_equal(user_of_number(&view, "b", &found), OUTCOME_NOT_FOUND);
    assert_int_equal(user_count(&view, ROLE_FG, &count), OUTCOME_OK);
    assert_int_equal(count, 1);
    assert_int_equal(user_count(&view, ROLE_BEHEERDER, &count), OUTCOME_OK);
    assert_int_equal(count, 0);
    view_end(&view);
}

static void what_does_not_read_is_damage(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "x",
        "{\"naam\":\"A\",\"door\":\"\",\"doorNaam\":\"\",\"rollen\":1}",
        "{\"naam\":\"A\",\"door\":\"\",\"doorNaam\":\"\",\"rollen\":-1,\"wacht\":0}",
        "{\"naam\":\"A\",\"door\":\"\",\"doorNaam\":\"\",\"rollen\":4294967295,\"wacht\":0}",
        "{\"naam\":\"A\",\"door\":\"\",\"doorNaam\":\"\",\"rollen\":0,\"wacht\":1073741824}",
        ("{\"naam\":\"123456789012345678901234567890123\",\"door\":\"\","
         "\"doorNaam\":\"\",\"rollen\":0,\"wacht\":0}")};
    struct user found;
    struct view view;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct change *change = change_of(small.store);
        store_put(change, TABLE_USER, bytes_of_text(PRINT_A), bytes_of_text(wrong[i]));
        change_done(change);
        assert_int_equal(get(PRINT_A, &found), OUTCOME_STORE_DAMAGED);
        view_begin(small.store, &view);
        assert_int_equal(user_next(&view, "", &found), OUTCOME_STORE_DAMAGED);
        view_end(&view);
    }
}

static enum outcome put_scarcely(const struct user *user)
{
    struct change *change = change_of(small.store);

    user_put(change, user);
    return change_tried(change);
}

static void scarce_memory_stores_nothing_half(void **state)
{
    const struct user user = user_of(PRINT_A, "P-1");
    struct user found;
    enum outcome outcome;
    int lasts = 1; /* the change itself */

    (void)state;
    do {
        memory_lasts_for(lasts++);
        outcome = put_scarcely(&user);
        memory_lasts_for(-1);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_OUT_OF_MEMORY);
        assert_int_equal(get(PRINT_A, &found),
                         outcome == OUTCOME_OK ? OUTCOME_OK : OUTCOME_NOT_FOUND);
    } while (outcome != OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, get(PRINT_A, &found), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make_store(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end_store(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make_store, end_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_staff_number_is_short_and_plain),
        cmocka_unit_test(a_fingerprint_is_64_lower_case_hex_digits),
        WITH_STORE(what_is_put_is_got_until_it_is_deleted),
        WITH_STORE(a_role_that_is_taken_away_is_gone_at_the_next_look),
        WITH_STORE(users_come_in_order_of_their_fingerprint),
        WITH_STORE(users_are_found_by_number_and_counted_by_role),
        WITH_STORE(what_does_not_read_is_damage),
        WITH_STORE(scarce_memory_stores_nothing_half),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
