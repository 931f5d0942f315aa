/* SPDX-License-Identifier: EUPL-1.2 */
/* The statement of a withdrawal: who reads it stands in the log, and when a resident said at a
 * partner that he never agreed, the house is told until its FG has read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/alarms.h"
#include "gateway/withdrawals.h"
#include "tests/support/small_records.h"
#include "tests/support/small_rows.h"

struct denied {
    char basis[UUID_TEXT_BYTES];
    char number[UUID_TEXT_BYTES]; /* of the withdrawal */
};

static enum outcome apply_denial(struct change *change, struct audit *audit, void *context)
{
    struct denied *denied = context;
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_NIET_BEVESTIGD,
                                           .role = ROLE_ONTVANGER,
                                           .from = &town.parties[TEAM].oin,
                                           .now_ms = town.now_ms};

    (void)audit;
    TRY(withdraw_basis(&small.gateway, change, denied->basis, &cause, denied->number));
    return alarm_raise(&small.gateway, change, ALARM_RESIDENT_DENIES, denied->number);
}

/* As gateway/withdrawn_here.c does when the recipient gives the proof back. */
static struct denied deny(const char *key)
{
    struct import_row row = small_row_consented(&town, key, "OVL.GELUID", -1);
    struct small_intake s;
    struct denied denied;

    snprintf(row.contact.number, sizeof row.contact.number, "%s", key + 2); /* each at its own */
    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(denied.basis, s.rows[0].basis->id, sizeof denied.basis);
    small_intake_end(&s);
    small_gateway_write(&small, apply_denial, &denied);
    return denied;
}

static void looks(enum role role, const char *number)
{
    struct small_call call;
    char path[96];

    snprintf(path, sizeof path, "/v1/intrekkingen/%s", number);
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_GET, path, (struct bytes){0});
    call.call.role = role;
    call.call.caller.roles = role_set_with((struct role_set){0}, role);
    assert_int_equal(small_call_run(&call), OUTCOME_OK);
    small_call_end(&call);
}

static bool stands(const char *number)
{
    struct view view;
    bool result;

    view_begin(small.gateway.store, &view);
    result = alarm_stands(&view, ALARM_RESIDENT_DENIES, number);
    view_end(&view);
    return result;
}

static void an_alarm_about_a_denial_ends_when_the_fg_has_looked(void **state)
{
    const struct denied one = deny("Z-1"), other = deny("Z-2");
    uint64_t leaves;

    (void)state;
    looks(ROLE_MELDER, one.number);
    assert_true(stands(one.number));
    leaves = audit_size(small.gateway.audit);
    looks(ROLE_FG, one.number);
    assert_false(stands(one.number));
    assert_true(stands(other.number));
    assert_int_equal(audit_size(small.gateway.audit), leaves + 2); /* the look, and its end */
    looks(ROLE_FG, one.number);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 3);
}

static void stops(const char *basis, char out_number[static UUID_TEXT_BYTES])
{
    OWNED_BUFFER body = {0};
    OWNED_JSON statement = NULL;
    struct small_call call;

    buffer_format(&body, "{\"toestemming\":\"%s\"}", basis);
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/intrekkingen",
                    buffer_bytes(&body));
    assert_int_equal(small_call_run(&call), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&call.exchange.reply.body), 1 << 20, &statement),
                     OUTCOME_OK);
    snprintf(out_number, UUID_TEXT_BYTES, "%s",
             json_string_value(json_object_get(statement, "id")));
    small_call_end(&call);
}

/* Who asks to stop what has stopped reads its statement: also that look is in the log. */
static void what_was_stopped_before_is_not_shown_without_a_leaf(void **state)
{
    const struct denied denied = deny("Z-1");
    char number[UUID_TEXT_BYTES];
    OWNED_JSON leaf = NULL;
    uint64_t leaves = audit_size(small.gateway.audit);

    (void)state;
    stops(denied.basis, number);
    assert_string_equal(number, denied.number);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
    leaf = leaf_json(small.gateway.store, leaves);
    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "access");
    stops(denied.basis, number);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 2);
}

#define WITH_GATEWAY(fact)                                                                         \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(an_alarm_about_a_denial_ends_when_the_fg_has_looked),
        WITH_GATEWAY(what_was_stopped_before_is_not_shown_without_a_leaf),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
