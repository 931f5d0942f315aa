/* SPDX-License-Identifier: EUPL-1.2 */
/* What a store that was put back says of itself, also while it cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/recovery.h"
#include "tests/support/small_store.h"

static const struct oin partner = {"00000099000000002000"}, other = {"00000099000000003000"};
static struct small_store small;

static void put_back(int64_t ago_ms, bool waits)
{
    const int64_t then_ms = clock_now_ms() - ago_ms;
    const struct recovery recovery = {then_ms, then_ms};
    struct change *change = change_of(small.store);
    char name[64];

    assert_int_equal(recovery_mark(change, &recovery), OUTCOME_OK);
    snprintf(name, sizeof name, "recovery.waits %s", partner.text);
    if (waits)
        store_put(change, TABLE_META, bytes_of_text(name), (struct bytes){0});
    change_done(change);
}

static bool was(void)
{
    struct view view;
    bool is = false;

    view_begin(small.store, &view);
    assert_int_equal(recovery_was(&view, &is), OUTCOME_OK);
    view_end(&view);
    return is;
}

static bool keys_may_come(void)
{
    struct view view;
    bool may_come = false;

    view_begin(small.store, &view);
    assert_int_equal(recovery_keys_may_come(&view, &may_come), OUTCOME_OK);
    view_end(&view);
    return may_come;
}

static void a_store_that_is_its_own_waits_for_nobody(void **state)
{
    (void)state;
    assert_false(was());
    assert_false(keys_may_come());
    assert_false(recovery_waits(small.store, &partner));
}

static void for_an_hour_a_key_may_come_also_when_all_have_answered(void **state)
{
    (void)state;
    put_back(RECOVERY_MARGIN_MS - 60000, false);
    assert_true(was());
    assert_true(keys_may_come());
    assert_false(recovery_waits(small.store, &partner));
    put_back(RECOVERY_MARGIN_MS + 60000, false);
    assert_true(was());
    assert_false(keys_may_come());
}

static void who_has_not_answered_is_waited_for_a_day(void **state)
{
    (void)state;
    put_back(RECOVERY_MOST_MS - 60000, true);
    assert_true(keys_may_come());
    assert_true(recovery_waits(small.store, &partner));
    assert_false(recovery_waits(small.store, &other));
    put_back(RECOVERY_MOST_MS + 60000, true);
    assert_false(keys_may_come());
    assert_false(recovery_waits(small.store, &partner));
}

/* A key that is drawn, and what is sent, cannot be undone. */
static void what_cannot_be_read_is_no_reason_to_go_on(void **state)
{
    struct view view;
    bool answer;

    (void)state;
    put_back(0, true);
    small_readers_take(small.store);
    assert_true(recovery_waits(small.store, &partner));
    view_begin(small.store, &view);
    assert_int_equal(recovery_was(&view, &answer), OUTCOME_BUSY);
    assert_int_equal(recovery_keys_may_come(&view, &answer), OUTCOME_BUSY);
    view_end(&view);
    small_readers_give();
}

static int make(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_store_that_is_its_own_waits_for_nobody),
        WITH_STORE(for_an_hour_a_key_may_come_also_when_all_have_answered),
        WITH_STORE(who_has_not_answered_is_waited_for_a_day),
        WITH_STORE(what_cannot_be_read_is_no_reason_to_go_on),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
