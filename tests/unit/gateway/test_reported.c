/* SPDX-License-Identifier: EUPL-1.2 */
/* What proves that an early signal was reported: from the row to the partner's signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/erasure.h"
#include "gateway/reported.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"

static struct small_town town;
static struct small_gateway small;

/* The id of the item. */
static void hand_in(const struct import_row *row, char out_id[static UUID_TEXT_BYTES])
{
    struct small_intake s;

    small_intake_decide(&s, &small, row, 1);
    small_intake_store(&s);
    assert_true(s.rows[0].result == INTAKE_SENT_LAW || s.rows[0].result == INTAKE_SENT_CONSENT);
    memcpy(out_id, s.rows[0].id, UUID_TEXT_BYTES);
    small_intake_end(&s);
}

static enum outcome look(const char *id, struct reported *out)
{
    struct view view;
    enum outcome outcome;

    view_begin(small.gateway.store, &view);
    outcome = reported_get(&view, id, out);
    view_end(&view);
    return outcome;
}

/* --- the receipt --- */

struct delivery {
    struct outgoing outgoing;
    struct receipt receipt;
    struct receipt_answer answer;
};

static enum outcome apply_delivery(struct change *change, struct audit *audit, void *context)
{
    const struct delivery *made = context;

    (void)audit;
    return reported_delivered(&small.gateway, change, &made->outgoing, &made->receipt,
                              &made->answer, bytes_of_text("{\"payload\":\"e30=\"}"));
}

static void deliver(const char *id, enum receipt_result result)
{
    struct delivery made = {.outgoing = {.partner = town.parties[MUNICIPALITY].oin},
                            .receipt = {.received_ms = town.now_ms / 1000 * 1000},
                            .answer = {.result = result}};

    uuid_print(uuid_v7(town.now_ms), made.outgoing.id);
    memset(made.outgoing.digest, 0xab, sizeof made.outgoing.digest);
    memset(made.answer.leaf_hash, 0xcd, sizeof made.answer.leaf_hash);
    memcpy(made.answer.id, id, sizeof made.answer.id);
    small_gateway_write(&small, apply_delivery, &made);
}

/* --- asking for it --- */

static enum outcome ask(const char *id, const char *number, enum role role, int *out_status)
{
    struct small_call s;
    char path[80];
    enum outcome outcome;

    snprintf(path, sizeof path, "/v1/verzonden/%s/bewijs", id);
    small_call_make(&s, &small, LISTENER_LOCAL, HTTP_GET, path, (struct bytes){0});
    s.call.role = role;
    s.call.caller.roles = role_set_with((struct role_set){0}, role);
    snprintf(s.call.caller.number, sizeof s.call.caller.number, "%s", number);
    outcome = small_call_run(&s);
    *out_status = s.exchange.reply.status;
    small_call_end(&s);
    return outcome;
}

/* --- facts --- */

static void only_an_early_signal_has_one(void **state)
{
    struct import_row law = small_row_arrears(&town, "Z-1");
    struct import_row consented = small_row_consented(&town, "Z-2", "OVL.GELUID", -1);
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];
    struct reported reported;
    uint64_t leaves = audit_size(small.gateway.audit);

    (void)state;
    hand_in(&law, first);
    hand_in(&consented, second);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPORTED), 1);
    assert_int_equal(look(first, &reported), OUTCOME_OK);
    assert_int_equal(reported.intake_leaf, leaves);
    assert_int_equal(reported.reminded.number, law.reminded.day.number);
    assert_int_equal(reported.contact_attempted.number, law.contact_attempted.day.number);
    assert_int_equal(reported.pointed_to_help.number, law.pointed_to_help.day.number);
    assert_false(reported.delivered);
    assert_int_equal(look(second, &reported), OUTCOME_NOT_FOUND);
    assert_int_equal(look("no id", &reported), OUTCOME_NOT_FOUND);
    deliver(second, RECEIPT_ACCEPTED); /* passes over it */
    assert_int_equal(rows_in(small.gateway.store, TABLE_RECEIPT), 0);
}

static void it_proves_nothing_before_the_partner_signed(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    char id[UUID_TEXT_BYTES];
    struct reported reported;
    int status;

    (void)state;
    hand_in(&row, id);
    assert_int_equal(ask(id, "P-1042", ROLE_MELDER, &status), OUTCOME_STEP_NOT_ALLOWED);
    deliver(id, RECEIPT_REFUSED);
    assert_int_equal(ask(id, "P-1042", ROLE_MELDER, &status), OUTCOME_STEP_NOT_ALLOWED);
    deliver(id, RECEIPT_ACCEPTED);
    assert_int_equal(look(id, &reported), OUTCOME_OK);
    assert_true(reported.delivered);
    assert_int_equal(reported.received_ms, town.now_ms / 1000 * 1000);
    assert_int_equal(strspn(reported.digest, "ab"), 64);
    assert_int_equal(strspn(reported.leaf_hash, "cd"), 64);
    assert_int_equal(reported.outcome_leaf, reported.intake_leaf + 1);
    assert_int_equal(ask(id, "P-1042", ROLE_MELDER, &status), OUTCOME_OK);
    assert_int_equal(status, 200);
}

static void the_first_receipt_stands(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    struct reported first, second;
    char id[UUID_TEXT_BYTES];

    (void)state;
    hand_in(&row, id);
    deliver(id, RECEIPT_ACCEPTED);
    assert_int_equal(look(id, &first), OUTCOME_OK);
    deliver(id, RECEIPT_KNOWN);
    assert_int_equal(look(id, &second), OUTCOME_OK);
    assert_string_equal(first.message, second.message);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RECEIPT), 1);
}

static void a_melder_reads_only_what_is_his(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    char id[UUID_TEXT_BYTES];
    uint64_t leaves;
    int status;

    (void)state;
    hand_in(&row, id);
    deliver(id, RECEIPT_ACCEPTED);
    leaves = audit_size(small.gateway.audit);
    assert_int_equal(ask(id, "P-2000", ROLE_MELDER, &status), OUTCOME_NOT_FOUND);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
    assert_int_equal(ask(id, "P-2000", ROLE_FG, &status), OUTCOME_OK);
    assert_int_equal(ask(id, "P-2000", ROLE_REGIEHOUDER, &status), OUTCOME_OK);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 2);
    assert_int_equal(ask("x", "P-1042", ROLE_FG, &status), OUTCOME_NOT_FOUND);
}

static enum outcome apply_erasing(struct change *change, struct audit *audit, void *context)
{
    const struct uuid *id = context;

    (void)audit;
    return erase_sent(&small.gateway, change, *id, ERASURE_TERM);
}

static void it_goes_with_the_signal(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    struct reported reported;
    struct uuid uuid;
    char id[UUID_TEXT_BYTES];
    int status;

    (void)state;
    hand_in(&row, id);
    deliver(id, RECEIPT_ACCEPTED);
    assert_true(uuid_parse(id, &uuid));
    small_gateway_write(&small, apply_erasing, &uuid);
    assert_int_equal(look(id, &reported), OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPORTED), 0);
    assert_int_equal(ask(id, "P-1042", ROLE_FG, &status), OUTCOME_NOT_FOUND);
}

static void nothing_of_it_stands_readable_in_the_store(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    char id[UUID_TEXT_BYTES], day[DAY_TEXT_BYTES];
    OWNED_BUFFER stored = {0};
    struct uuid uuid;
    struct view view;

    (void)state;
    hand_in(&row, id);
    day_print(row.reminded.day, day);
    assert_true(uuid_parse(id, &uuid));
    view_begin(small.gateway.store, &view);
    stored = stored_bytes(&view, TABLE_REPORTED, bytes_of(uuid.bytes, sizeof uuid.bytes));
    view_end(&view);
    assert_null(memmem(stored.data, stored.length, day, strlen(day)));
}

static void a_proof_is_whole_or_none(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");
    char id[UUID_TEXT_BYTES];
    enum outcome outcome;
    int status = 0;

    (void)state;
    hand_in(&row, id);
    deliver(id, RECEIPT_ACCEPTED);
    WITH_SCARCE_MEMORY_SAMPLED(40, outcome, ask(id, "P-1042", ROLE_MELDER, &status), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(status, 200);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
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
        WITH_GATEWAY(only_an_early_signal_has_one),
        WITH_GATEWAY(it_proves_nothing_before_the_partner_signed),
        WITH_GATEWAY(the_first_receipt_stands),
        WITH_GATEWAY(a_melder_reads_only_what_is_his),
        WITH_GATEWAY(it_goes_with_the_signal),
        WITH_GATEWAY(nothing_of_it_stands_readable_in_the_store),
        WITH_GATEWAY(a_proof_is_whole_or_none),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
