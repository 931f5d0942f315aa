/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/key_giving.h"
#include "gateway/queue.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small; /* the team: it gives the key */

static const char *add_covenant(void)
{
    OWNED_JSON document = small_covenant_json(&town);

    return small_gateway_add(&small, document);
}

static size_t keys_for(enum small_place place)
{
    struct queued queued;
    struct view view;
    uint64_t sequence = 0;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (queue_next(&view, &town.parties[place].oin, sequence, &sequence, &queued) ==
           OUTCOME_OK) {
        assert_int_equal(queued.kind, MESSAGE_KIND_SHARED_KEY);
        sequence++;
        count++;
    }
    view_end(&view);
    return count;
}

static void assert_keys(size_t corporation, size_t ggz, size_t municipality, size_t university)
{
    for (int pass = 0; pass < 2; pass++) { /* the second finds nothing left to do */
        assert_int_equal(give_keys(&small.gateway), OUTCOME_OK);
        assert_int_equal(keys_for(CORPORATION), corporation);
        assert_int_equal(keys_for(TEAM), 0);
        assert_int_equal(keys_for(GGZ), ggz);
        assert_int_equal(keys_for(MUNICIPALITY), municipality);
        assert_int_equal(keys_for(UNIVERSITY), university);
        small_gateway_restart(&small);
    }
}

static bool has_key(void)
{
    return small_gateway_known(&small)->key_count > 0;
}

static void no_key_before_an_article_that_uses_tokens_is_in_force(void **state)
{
    const char *fingerprint = add_covenant();

    (void)state;
    assert_keys(0, 0, 0, 0);
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    assert_keys(0, 0, 0, 0);
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_REJECTED);
    assert_keys(0, 0, 0, 0);
    assert_false(has_key());
}

static void a_party_that_rejects_does_not_keep_the_key_from_the_others(void **state)
{
    const char *fingerprint = add_covenant();

    (void)state;
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_REJECTED);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    assert_keys(1, 0, 0, 0);
    assert_true(has_key());
}

static void who_agrees_later_gets_the_key_once_and_the_same(void **state)
{
    const char *fingerprint = add_covenant();
    size_t leaves;

    (void)state;
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    assert_keys(1, 0, 0, 0);
    leaves = rows_in(small.gateway.store, TABLE_LEAF);
    small_gateway_hears(&small, GGZ, fingerprint, VERDICT_AGREED);
    assert_keys(1, 1, 0, 0);
    small_gateway_hears(&small, UNIVERSITY, fingerprint, VERDICT_REJECTED);
    assert_keys(1, 1, 0, 0);
    small_gateway_hears(&small, UNIVERSITY, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_AGREED);
    assert_keys(1, 1, 1, 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SHARED_KEY), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LEAF), leaves + 2);
}

static void who_withdrew_gets_no_key(void **state)
{
    const char *fingerprint = add_covenant();

    (void)state;
    small_gateway_hears(&small, GGZ, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, GGZ, fingerprint, VERDICT_WITHDRAWN);
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    assert_keys(1, 0, 0, 0);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(no_key_before_an_article_that_uses_tokens_is_in_force),
        WITH_GATEWAY(a_party_that_rejects_does_not_keep_the_key_from_the_others),
        WITH_GATEWAY(who_agrees_later_gets_the_key_once_and_the_same),
        WITH_GATEWAY(who_withdrew_gets_no_key),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
