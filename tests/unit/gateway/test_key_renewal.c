/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys of our own that were renewed while we run, and memory that runs out at any point of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/key_renewal.h"
#include "gateway/key_ring.h"
#include "tests/support/key_folder.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

enum { PASSES = 6 }; /* until what is new has lain still */

static struct test_party us;
static struct small_town town;
static struct small_gateway small;
static struct key_folder keys;

static int make(void **state)
{
    struct file_fault fault = {0};

    (void)state;
    small_gateway_make(&small, &town, TEAM);
    key_folder_make(&keys, &us, small.gateway.settings);
    small.gateway.settings->oin = us.oin;
    assert_int_equal(key_renewal_new(&small.gateway, &small.gateway.renewal, &fault), OUTCOME_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    key_renewal_free(small.gateway.renewal);
    key_ring_free(atomic_load(&small.gateway.ring));
    small.gateway.renewal = NULL;
    atomic_store(&small.gateway.ring, NULL);
    free(small.gateway.settings->key_folder); /* what key_folder_make() put there */
    free(small.gateway.settings->credential_file);
    key_folder_end(&keys);
    small_gateway_end(&small);
    return 0;
}

static size_t in_use(void)
{
    return atomic_load(&small.gateway.ring)->chain.count;
}

static void pass_all(void)
{
    for (int i = 0; i < PASSES; i++)
        assert_int_equal(key_renewal_pass(small.gateway.renewal), OUTCOME_OK);
}

static void keys_that_lie_still_are_taken_into_use(void **state)
{
    (void)state;
    assert_int_equal(in_use(), 1);
    pass_all();
    assert_int_equal(in_use(), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_KEY_DOCUMENT), 1);
}

/* Partners are told of them in the change that takes them up. */
static void what_was_taken_up_is_used_whenever_memory_runs_out(void **state)
{
    bool hit = true;

    for (int lasts = 0; hit; lasts += 1 + lasts / 8) {
        memory_lasts_for(lasts);
        for (int i = 0; i < PASSES && key_renewal_pass(small.gateway.renewal) == OUTCOME_OK; i++)
            continue;
        hit = memory_ran_out();
        memory_lasts_for(-1);
        pass_all();
        assert_int_equal(in_use(), 2);
        (void)end(state);
        (void)make(state);
    }
}

static int make_all(void **state)
{
    (void)state;
    small_town_make(&town);
    test_party_make("00000099000000010000", &us);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    test_party_free(&us);
    small_town_end(&town);
    return 0;
}

#define WITH_KEYS(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEYS(keys_that_lie_still_are_taken_into_use),
        WITH_KEYS(what_was_taken_up_is_used_whenever_memory_runs_out),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_all, end_all);
}
