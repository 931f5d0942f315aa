/* SPDX-License-Identifier: EUPL-1.2 */
/* A recall is on its way: what settles it, what does not, and nothing by half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/outgoing_parts.h"
#include "gateway/recall.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

static size_t rows(enum table table)
{
    return rows_in(sender.small.gateway.store, table);
}

/* --- the signature --- */

static enum outcome answer_recall(enum receipt_result result, const char *code)
{
    OWNED_OUTGOING told = sender_composed(&sender);
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER text = {0};
    char refused[RECEIPT_CODE_BYTES];

    assert_int_equal(told->kind, MESSAGE_KIND_WITHDRAWAL);
    assert_int_equal(receipt_new(1, &receipt), OUTCOME_OK);
    memcpy(receipt->message, told->id, sizeof receipt->message);
    memcpy(receipt->content_hash, told->digest, SHA256_BYTES);
    receipt->received_ms = sender.town.now_ms / 1000 * 1000;
    memcpy(receipt->answers[0].id, told->items[0].queued.id, UUID_TEXT_BYTES);
    receipt->answers[0].result = result;
    snprintf(receipt->answers[0].code, sizeof receipt->answers[0].code, "%s", code);
    assert_int_equal(receipt_sign(receipt, &sender.town.parties[TEAM].signing, &text), OUTCOME_OK);
    return outgoing_received(&sender.small.gateway, told, buffer_bytes(&text), refused);
}

static void the_signature_makes_the_record_definite(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_int_equal(answer_recall(RECEIPT_ACCEPTED, WITHDRAWAL_ERASED), OUTCOME_OK);
    sender_read_sent(&sender, id, &kept);
    assert_int_equal(kept.recall.signed_ms, sender.town.now_ms / 1000 * 1000);
    assert_string_equal(kept.refusal, "CONVENANT_INGETROKKEN");
    assert_int_equal(kept.received_ms, 0);
    assert_int_equal(rows(TABLE_TOLD), 0);
    assert_int_equal(sender_waiting(&sender), 0);
}

static void a_recall_that_is_refused_stays_open(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_int_equal(answer_recall(RECEIPT_REFUSED, "ONJUIST_BERICHT"), OUTCOME_OK);
    sender_read_sent(&sender, id, &kept);
    assert_true(kept_signal_recall_is_open(&kept));
    assert_int_equal(rows(TABLE_TOLD), 1); /* asked again by the clock, and an alarm after a day */
}

/* It goes on after the end of the covenant that it is under, and is itself recalled by nobody. */
static void a_recall_is_not_stopped_by_what_stopped_the_signal(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);
    OWNED_OUTGOING told = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    bool taken_back = true;

    (void)state;
    sender_covenant_ends(&sender);
    small_gateway_hears(&sender.small, TEAM, sender.fingerprint, VERDICT_WITHDRAWN);
    sender_takes_back(&sender, outgoing);
    told = sender_composed(&sender);
    outgoing_posted(told);
    assert_int_equal(outgoing_review(&sender.small.gateway, told, &taken_back), OUTCOME_OK);
    assert_false(taken_back);
    told->expires_s = sender.town.now_ms / 1000 - 1;
    sender_takes_back(&sender, told);
    assert_int_equal(sender_waiting(&sender), 1);
    assert_int_equal(rows(TABLE_TOLD), 1);
    assert_int_equal(rows(TABLE_WITHDRAWAL), 1);
    sender_read_sent(&sender, id, &kept);
    assert_true(kept_signal_recall_is_open(&kept));
}

/* Without the writer, which has a thread and memory of its own; undone each time. */
static enum outcome undone(const struct outgoing *outgoing, const char *signed_for)
{
    struct audit *audit = sender.small.gateway.audit;
    struct change change;
    OWNED_WITHDRAWAL record = {0};
    enum outcome outcome = change_begin(sender.small.gateway.store, &change);

    if (outcome != OUTCOME_OK)
        return outcome;
    audit_mark(audit);
    if (signed_for) {
        outcome = withdrawal_get(&change.view, signed_for, &record);
        if (outcome == OUTCOME_OK)
            outcome = recall_signed(&sender.small.gateway, &change, &record, &record.told[0]);
    } else {
        outcome = outgoing_ended(&sender.small.gateway, &change, outgoing, 0, "GEEN_BEPALING");
    }
    audit_undo(audit);
    change_abort(&change);
    return outcome;
}

static void short_of_memory_nothing_is_half_recalled(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, undone(outgoing, NULL), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(rows(TABLE_TOLD), 0);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    sender_read_sent(&sender, id, &kept);
    WITH_SCARCE_MEMORY(outcome, undone(NULL, kept.recall.withdrawal), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- the group --- */

static int make(void **state)
{
    (void)state;
    small_town_make(&sender.town);
    small_sender_make(&sender);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_sender_end(&sender);
    small_town_end(&sender.town);
    return 0;
}

#define TEST(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_signature_makes_the_record_definite),
        TEST(a_recall_that_is_refused_stays_open),
        TEST(a_recall_is_not_stopped_by_what_stopped_the_signal),
        TEST(short_of_memory_nothing_is_half_recalled),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
