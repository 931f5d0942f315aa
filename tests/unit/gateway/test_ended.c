/* SPDX-License-Identifier: EUPL-1.2 */
/* What stays ended, and objections: marks that outlive what they are about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/objections.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_rows.h"

static struct small_town town;
static struct small_gateway small;

static int begins(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
    return 0;
}

static int ends(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* --- objections --- */

static enum outcome apply_objections(struct change *change, struct audit *audit, void *context)
{
    const uint8_t hash[STORE_HASH_BYTES] = {1}, other[STORE_HASH_BYTES] = {2};
    bool stands;

    (void)audit;
    (void)context;
    TRY(objection_put(change, hash, PURPOSE_TOELEIDING, 7));
    TRY(objection_stands(&change->view, hash, PURPOSE_TOELEIDING, &stands));
    assert_true(stands);
    TRY(objection_stands(&change->view, hash, PURPOSE_WAAKVLAM, &stands));
    assert_false(stands);
    TRY(objection_stands(&change->view, other, PURPOSE_TOELEIDING, &stands));
    assert_false(stands);
    TRY(objection_put(change, hash, PURPOSE_TOELEIDING, 8));
    assert_int_equal(objection_lift(change, other, PURPOSE_TOELEIDING), OUTCOME_NOT_FOUND);
    TRY(objection_lift(change, hash, PURPOSE_TOELEIDING));
    TRY(objection_stands(&change->view, hash, PURPOSE_TOELEIDING, &stands));
    assert_false(stands);
    return change->outcome;
}

static void an_objection_is_about_one_person_and_purpose(void **state)
{
    (void)state;
    small_gateway_write(&small, apply_objections, NULL);
}

/* --- what ended --- */

static enum outcome apply_ended(struct change *change, struct audit *audit, void *context)
{
    const struct ended_name name = {ENDED_PROOF, &town.parties[TEAM].oin, "ab"};
    const struct ended_name theirs = {ENDED_PROOF, &town.parties[GGZ].oin, "ab"};
    const struct ended_name as_signal = {ENDED_SIGNAL, &town.parties[TEAM].oin, "ab"};
    const struct ended first = {.at_ms = 5, .sequence = 2, .reason = WITHDRAWAL_BEZWAAR};
    const struct ended older = {.at_ms = 9, .sequence = 1}, later = {.at_ms = 9, .sequence = 4};
    struct ended found;

    (void)audit;
    (void)context;
    assert_int_equal(ended_get(&change->view, &name, &found), OUTCOME_NOT_FOUND);
    TRY(ended_put(change, &name, &first));
    TRY(ended_put(change, &name, &older));
    TRY(ended_get(&change->view, &name, &found));
    assert_int_equal(found.sequence, 2);
    TRY(ended_put(change, &name, &later));
    TRY(ended_get(&change->view, &name, &found));
    assert_int_equal(found.sequence, 4);
    assert_true(found.at_ms == 5); /* it ended when it ended first */
    assert_int_equal(found.reason, WITHDRAWAL_BEZWAAR);
    assert_int_equal(ended_get(&change->view, &theirs, &found), OUTCOME_NOT_FOUND);
    assert_int_equal(ended_get(&change->view, &as_signal, &found), OUTCOME_NOT_FOUND);
    return change->outcome;
}

static void what_ended_stays_ended_under_its_own_name(void **state)
{
    (void)state;
    small_gateway_write(&small, apply_ended, NULL);
}

static enum outcome apply_token_ended(struct change *change, struct audit *audit, void *context)
{
    const struct ended_name token = {ENDED_TOKEN, NULL, "wp1"};
    const struct ended times[] = {{.at_ms = 5}, {.at_ms = 9, .reason = WITHDRAWAL_BEZWAAR},
                                  {.at_ms = 7}};
    struct ended found;

    (void)audit;
    (void)context;
    for (size_t i = 0; i < 3; i++)
        TRY(ended_put(change, &token, &times[i]));
    TRY(ended_get(&change->view, &token, &found));
    assert_true(found.at_ms == 9);
    assert_int_equal(found.reason, WITHDRAWAL_BEZWAAR);
    return change->outcome;
}

static void a_token_may_end_more_than_once(void **state)
{
    (void)state;
    small_gateway_write(&small, apply_token_ended, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begins, ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_objection_is_about_one_person_and_purpose),
        TEST(what_ended_stays_ended_under_its_own_name),
        TEST(a_token_may_end_more_than_once),
    };

    json_ready();
    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
