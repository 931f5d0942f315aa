/* SPDX-License-Identifier: EUPL-1.2 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/server_parts.h"
#include "tests/support/scarce_memory.h"

enum {
    BURST_S = 5,
    ALL_BURST_S = 2,
    SLOW_S = 20
}; /* a loaded machine's clock adds some turns meanwhile */

static struct guard guard;

static struct guard_key key_of(unsigned number)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(number)};

    return guard_key_of_address((struct sockaddr *)(void *)&address);
}

static void begin(unsigned open_max, unsigned open_per_key, unsigned turns, unsigned turns_per_key)
{
    const struct guard_limits limits = {open_max, open_per_key, turns, turns_per_key};

    assert_int_equal(guard_init(&guard, &limits), OUTCOME_OK);
}

static unsigned taken_by(unsigned number, unsigned tries)
{
    const struct guard_key key = key_of(number);
    unsigned taken = 0;

    for (unsigned i = 0; i < tries; i++)
        taken += guard_take(&guard, &key, 1);
    return taken;
}

static void x4_one_key_takes_its_share_and_no_more(void **state)
{
    (void)state;
    begin(16, 16, 0, 1);
    assert_in_range(taken_by(1, 100), BURST_S, BURST_S + SLOW_S);
    assert_in_range(taken_by(2, 100), BURST_S, BURST_S + SLOW_S); /* another has its own */
    guard_wipe(&guard);
}

static void o5_what_failed_counts_for_more(void **state)
{
    const struct guard_key key = key_of(1);
    unsigned taken = 0;

    (void)state;
    begin(16, 16, 0, 10);
    while (taken < 1000 && guard_take(&guard, &key, 1)) {
        taken++;
        guard_charge(&guard, &key, FAILED_SHAKE_TURNS - 1);
    }
    assert_in_range(taken, BURST_S, BURST_S + SLOW_S);
    guard_wipe(&guard);
}

static void x4_strangers_together_leave_half_to_who_was_here_before(void **state)
{
    const struct guard_key old = key_of(7);
    unsigned strangers = 0;

    (void)state;
    begin(64, 64, 20, 0);
    assert_true(guard_take(&guard, &old, 1));
    guard_prove(&guard, &old);
    for (unsigned number = 100; number < 100 + 400; number++)
        strangers += taken_by(number, 1);
    assert_in_range(strangers, 20 * ALL_BURST_S / 2 - 1, 20 * (ALL_BURST_S / 2 + 5));
    assert_in_range(taken_by(7, 1000), 20 * ALL_BURST_S / 2 - 2, 999);
    guard_wipe(&guard);
}

static void x6_what_is_open_is_counted_by_key_and_in_all(void **state)
{
    const struct guard_key one = key_of(1), two = key_of(2);

    (void)state;
    begin(5, 3, 0, 0);
    for (int i = 0; i < 3; i++)
        assert_true(guard_open(&guard, &one));
    assert_false(guard_open(&guard, &one));
    assert_true(guard_open(&guard, &two));
    assert_true(guard_open(&guard, &two));
    assert_false(guard_open(&guard, &two)); /* five in all */
    assert_int_equal(guard_all_open(&guard), 5);
    guard_close(&guard, &one);
    assert_true(guard_open(&guard, &two));
    guard_close(&guard, &(struct guard_key){{9}}); /* not there: nothing happens */
    assert_int_equal(guard_all_open(&guard), 5);
    guard_wipe(&guard);
}

/* Far more keys than rows: who has something open is never forgotten, and who was here with a
 * certificate is forgotten last. */
static void x6_more_keys_than_rows_forget_strangers_first(void **state)
{
    const struct guard_key open = key_of(1), proven = key_of(2);

    (void)state;
    begin(8, 8, 0, 1);
    assert_true(guard_open(&guard, &open));
    assert_int_equal(taken_by(1, 1) + taken_by(2, 1), 2);
    guard_charge(&guard, &open, 1000);
    guard_charge(&guard, &proven, 1000);
    guard_prove(&guard, &proven);
    for (unsigned number = 100; number < 5000; number++)
        assert_int_equal(taken_by(number, 1), 1);
    assert_int_equal(taken_by(1, 1), 0);
    assert_int_equal(taken_by(2, 1), 0);
    guard_close(&guard, &open);
    assert_int_equal(guard_all_open(&guard), 0);
    guard_wipe(&guard);
}

static void an_ipv6_network_is_one_and_a_mapped_address_is_ipv4(void **state)
{
    static const char *const texts[] = {"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1",
                                        "::ffff:192.0.2.7"};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct guard_key keys[4], plain;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6};
        assert_int_equal(inet_pton(AF_INET6, texts[i], &address.sin6_addr), 1);
        keys[i] = guard_key_of_address((struct sockaddr *)(void *)&address);
    }
    assert_int_equal(inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr), 1);
    plain = guard_key_of_address((struct sockaddr *)(void *)&v4);
    assert_memory_equal(&keys[0], &keys[1], sizeof keys[0]);
    assert_memory_not_equal(&keys[0], &keys[2], sizeof keys[0]);
    assert_memory_equal(&keys[3], &plain, sizeof plain);
}

static void an_organisation_is_its_number_and_a_user_his_certificate(void **state)
{
    struct peer first = {.listener = LISTENER_PARTNER, .has_oin = true, .fingerprint = {1}};
    struct peer second = {.listener = LISTENER_PARTNER, .has_oin = true, .fingerprint = {2}};
    struct guard_key one, two;

    (void)state;
    assert_true(oin_parse("00000099000000001000", &first.oin));
    second.oin = first.oin;
    one = guard_key_of_peer(&first);
    two = guard_key_of_peer(&second);
    assert_memory_equal(&one, &two, sizeof one);
    first.listener = second.listener = LISTENER_LOCAL;
    one = guard_key_of_peer(&first);
    two = guard_key_of_peer(&second);
    assert_memory_not_equal(&one, &two, sizeof one);
}

static void scarce_memory_is_told(void **state)
{
    const struct guard_limits limits = {8, 8, 1, 1};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, guard_init(&guard, &limits), guard_wipe(&guard));
    assert_int_equal(outcome, OUTCOME_OK);
    guard_wipe(&guard); /* twice is fine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x4_one_key_takes_its_share_and_no_more),
        cmocka_unit_test(o5_what_failed_counts_for_more),
        cmocka_unit_test(x4_strangers_together_leave_half_to_who_was_here_before),
        cmocka_unit_test(x6_what_is_open_is_counted_by_key_and_in_all),
        cmocka_unit_test(x6_more_keys_than_rows_forget_strangers_first),
        cmocka_unit_test(an_ipv6_network_is_one_and_a_mapped_address_is_ipv4),
        cmocka_unit_test(an_organisation_is_its_number_and_a_user_his_certificate),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
