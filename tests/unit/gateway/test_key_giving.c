/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/key_giving.h"
#include "gateway/queue.h"
#include "gateway/recovery.h"
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

/* --- after a restore --- */

static enum outcome mark_as_put_back(struct change *change, struct audit *audit, void *context)
{
    const struct recovery recovery = {clock_now_ms(), clock_now_ms()};

    (void)audit, (void)context;
    return recovery_mark(change, &recovery);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static enum outcome apply_gate(struct change *change, struct audit *audit, void *context)
{
    (void)audit, (void)context;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return change->outcome;
}

static void forget(struct work *work, enum outcome outcome)
{
    (void)work, (void)outcome;
}

static void *give_beside(void *context)
{
    enum outcome *given = context;

    *given = give_keys(&small.gateway);
    return NULL;
}

/* The key of before may still come back from a partner. Another one stays, and no token meets. */
static void no_key_is_drawn_while_nobody_can_read_whether_one_may_come_back(void **state)
{
    enum { UNTIL_IT_WAITS_US = 200000 };
    struct work held = {.apply = apply_gate, .done = forget};
    const char *fingerprint = add_covenant();
    enum outcome given;
    pthread_t giver;

    (void)state;
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    small_gateway_write(&small, mark_as_put_back, NULL);
    pthread_mutex_lock(&gate);
    assert_int_equal(writer_submit(small.gateway.writer, &held), OUTCOME_OK);
    assert_int_equal(pthread_create(&giver, NULL, give_beside, &given), 0);
    usleep(UNTIL_IT_WAITS_US);
    small_readers_take(small.gateway.store);
    pthread_mutex_unlock(&gate);
    pthread_join(giver, NULL);
    small_readers_give();
    assert_int_equal(given, OUTCOME_BUSY);
    assert_false(has_key());
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
        WITH_GATEWAY(no_key_is_drawn_while_nobody_can_read_whether_one_may_come_back),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
