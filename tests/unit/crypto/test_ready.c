/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/ready.h"

static void getting_ready_twice_is_fine(void **state)
{
    (void)state;
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    assert_int_equal(crypto_ready(), OUTCOME_OK);
}

static void secret_memory_starts_zeroed_and_can_be_used(void **state)
{
    uint8_t *secret = secret_new(100);

    (void)state;
    assert_non_null(secret);
    for (int i = 0; i < 100; i++)
        assert_int_equal(secret[i], 0);
    memset(secret, 0xaa, 100);
    secret_free(secret);
    secret_free(NULL);
}

static void an_impossible_secret_is_none(void **state)
{
    (void)state;
    assert_null(secret_new(SIZE_MAX - 8));
}

static void owned_secrets_go_at_the_end_of_their_scope(void **state)
{
    OWNED_SECRET secret = secret_new(8);
    uint8_t *other = secret_new(8);

    (void)state;
    assert_non_null(secret);
    secret_free_at(&other);
    assert_null(other);
}

static void wiping_leaves_zeros(void **state)
{
    uint8_t memory[] = {1, 2, 3, 4};

    (void)state;
    wipe(memory, 3);
    assert_memory_equal(memory, "\0\0\0\4", 4);
    wipe(NULL, 0);
}

static void random_bytes_differ(void **state)
{
    uint8_t one[32] = {0}, other[32] = {0};

    (void)state;
    random_bytes(one, sizeof one);
    random_bytes(other, sizeof other);
    assert_memory_not_equal(one, other, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(getting_ready_twice_is_fine),
        cmocka_unit_test(secret_memory_starts_zeroed_and_can_be_used),
        cmocka_unit_test(an_impossible_secret_is_none),
        cmocka_unit_test(owned_secrets_go_at_the_end_of_their_scope),
        cmocka_unit_test(wiping_leaves_zeros),
        cmocka_unit_test(random_bytes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
