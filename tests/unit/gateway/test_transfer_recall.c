/* SPDX-License-Identifier: EUPL-1.2 */
/* A signal is passed on, its receipt is lost, and it may not go any more: who holds it? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/outgoing.h"
#include "gateway/recall.h"
#include "gateway/transfer.h"
#include "gateway/withdrawals.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_passing.h"

/* --- on its way to the new holder --- */

struct on_the_way {
    char first[UUID_TEXT_BYTES], next[UUID_TEXT_BYTES];
    struct small_word word;
    struct outgoing *outgoing; /* owned */
};

static bool nothing_is_held_up(const void *context, const struct oin *partner,
                               enum message_kind kind, const char *covenant)
{
    (void)context, (void)partner, (void)kind, (void)covenant;
    return false;
}

static struct outgoing *composed_for(enum small_place place)
{
    struct outgoing_choice choice = {.partner = passing_town.parties[place].oin,
                                     .is_held_up = nothing_is_held_up};
    struct outgoing *outgoing = NULL;

    assert_int_equal(outgoing_compose(&passing_gateway.gateway, &choice, &outgoing), OUTCOME_OK);
    return outgoing;
}

static void begin(struct on_the_way *way, bool posted)
{
    OWNED_KEPT_SIGNAL kept = {0};

    *way = (struct on_the_way){0};
    small_hand_in(way->first);
    way->word = small_resident_names(way->first, MUNICIPALITY);
    assert_string_equal(small_asked(TEAM, way->first, MUNICIPALITY), "");
    small_read_sent(way->first, &kept);
    memcpy(way->next, kept.transfer.item, sizeof way->next);
    way->outgoing = composed_for(MUNICIPALITY);
    assert_string_equal(way->outgoing->items[0].queued.id, way->next);
    if (posted)
        outgoing_posted(way->outgoing);
}

static void stop(struct on_the_way *way)
{
    bool taken_back = false;

    assert_int_equal(
        outgoing_review(&passing_gateway.gateway, way->outgoing, &taken_back), OUTCOME_OK);
    assert_true(taken_back);
    outgoing_free_at(&way->outgoing);
}

static void covenant_ends(struct on_the_way *way)
{
    small_gateway_hears(&passing_gateway, CORPORATION,
                        small_gateway_known(&passing_gateway)->covenant->fingerprint,
                        VERDICT_WITHDRAWN);
    stop(way);
}

static enum transfer_step step_of(const char *id)
{
    OWNED_KEPT_SIGNAL kept = {0};

    small_read_sent(id, &kept);
    return kept.transfer.step;
}

/* --- the new holder signs --- */

static enum outcome apply_signature(struct change *change, struct audit *audit, void *context)
{
    const char *item = context;
    struct receipt_answer answer = {.result = RECEIPT_ACCEPTED, .code = WITHDRAWAL_ERASED};
    const struct withdrawal_answer said = {
        .answer = &answer,
        .message = "01a2065e-5a8e-7f48-9d6c-0c5d0a1e2b3c",
        .receipt = bytes_of_text("{signed}"),
        .received_ms = passing_town.now_ms / 1000 * 1000};

    (void)audit;
    return withdrawal_answered(&passing_gateway.gateway, change,
                               &passing_town.parties[MUNICIPALITY].oin, item, &said);
}

static void municipality_signs(void)
{
    OWNED_OUTGOING told = composed_for(MUNICIPALITY);

    assert_int_equal(told->kind, MESSAGE_KIND_WITHDRAWAL);
    assert_int_equal(told->count, 1); /* told once */
    small_gateway_write(&passing_gateway, apply_signature, told->items[0].queued.id);
}

static void assert_waited_for(const struct on_the_way *way)
{
    assert_int_equal(step_of(way->first), TRANSFER_ASKED);
    assert_int_equal(small_holder(way->first), TEAM);
    assert_false(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, NULL));
}

static void assert_old_holder_told(const struct on_the_way *way, const char *why)
{
    OWNED_BUFFER told = {0};

    assert_int_equal(step_of(way->first), TRANSFER_REFUSED);
    assert_int_equal(small_holder(way->first), TEAM);
    assert_true(small_waits_for(TEAM, MESSAGE_KIND_TRANSFER, &told));
    assert_non_null(strstr(buffer_text(&told), why));
}

/* --- the facts --- */

static void a29_a_new_holder_that_may_have_it_is_waited_for(void **state)
{
    struct on_the_way way;

    (void)state;
    begin(&way, true);
    covenant_ends(&way);
    assert_waited_for(&way);
    municipality_signs();
    assert_old_holder_told(&way, "\"reden\":\"CONVENANT_INGETROKKEN\"");
}

static void who_was_sent_nothing_is_not_waited_for(void **state)
{
    struct on_the_way way;

    (void)state;
    begin(&way, false);
    covenant_ends(&way);
    assert_old_holder_told(&way, "\"reden\":\"CONVENANT_INGETROKKEN\"");
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
}

static enum outcome apply_answer(struct change *change, struct audit *audit, void *context)
{
    const char *id = context;
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    (void)audit;
    TRY(kept_signal_load(&change->view, TABLE_SENT, id, &uuid, &kept));
    kept.answers[0] = (struct feedback){.code = ANSWER_INBH, .next_step = NEXT_STEP_COUNT};
    kept.answers[0].on = amsterdam_day(passing_town.now_ms);
    uuid_print(uuid_v4(), kept.answers[0].id);
    snprintf(kept.answers[0].signal, sizeof kept.answers[0].signal, "%s", id);
    kept.answer_count = 1;
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}

/* Its answer overtook its receipt, and that was lost. */
static void who_answered_it_holds_it(void **state)
{
    struct on_the_way way;

    (void)state;
    begin(&way, true);
    small_gateway_write(&passing_gateway, apply_answer, way.next);
    covenant_ends(&way);
    assert_int_equal(step_of(way.first), TRANSFER_ACCEPTED);
    assert_int_equal(small_holder(way.first), MUNICIPALITY);
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
}

struct withdrawing_word {
    const char *basis;
    const struct oin *from; /* NULL: our own desk */
};

static enum outcome apply_withdrawal(struct change *change, struct audit *audit, void *context)
{
    const struct withdrawing_word *word = context;
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_INGETROKKEN,
                                           .role = ROLE_MELDER,
                                           .from = word->from,
                                           .now_ms = passing_town.now_ms};
    char number[UUID_TEXT_BYTES];

    (void)audit;
    return withdraw_basis(&passing_gateway.gateway, change, word->basis, &cause, number);
}

static enum outcome apply_arrived(struct change *change, struct audit *audit, void *context)
{
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL};

    (void)audit;
    memcpy(queued.id, context, sizeof queued.id);
    return transfer_arrived(&passing_gateway.gateway, change, &queued);
}

/* The resident's word ends while the post is under way, and the receipt comes after it: the new
 * holder signed for what it has to erase. */
static void a_receipt_after_a_withdrawal_makes_no_holder(void **state)
{
    struct on_the_way way;
    struct withdrawing_word word;

    (void)state;
    begin(&way, true);
    word = (struct withdrawing_word){way.word.id, NULL};
    small_gateway_write(&passing_gateway, apply_withdrawal, &word);
    assert_waited_for(&way);
    small_gateway_write(&passing_gateway, apply_arrived, way.next);
    assert_waited_for(&way);
    municipality_signs();
    assert_old_holder_told(&way, "\"reden\":\"TOESTEMMING_INGETROKKEN\"");
    outgoing_free_at(&way.outgoing);
}

static void who_took_it_back_itself_has_done_its_part(void **state)
{
    struct on_the_way way;
    struct withdrawing_word word;
    OWNED_KEPT_SIGNAL kept = {0};

    (void)state;
    begin(&way, true);
    word = (struct withdrawing_word){way.word.id, &passing_town.parties[MUNICIPALITY].oin};
    small_gateway_write(&passing_gateway, apply_withdrawal, &word);
    assert_old_holder_told(&way, "\"reden\":\"TOESTEMMING_INGETROKKEN\"");
    assert_false(small_waits_for(MUNICIPALITY, MESSAGE_KIND_WITHDRAWAL, NULL));
    small_read_sent(way.next, &kept);
    assert_true(kept.recall.signed_ms > 0);
    outgoing_free_at(&way.outgoing);
}

/* What is known of a message that was under way when this gateway was killed. */
static void killed_in_between_it_is_told_once(void **state)
{
    struct on_the_way way;
    OWNED_BUFFER after = {0};
    struct view view;

    (void)state;
    begin(&way, false);
    outgoing_free_at(&way.outgoing);
    small_gateway_restart(&passing_gateway);
    view_begin(passing_gateway.gateway.store, &view);
    assert_int_equal(outgoing_next(&view, &after, &way.outgoing), OUTCOME_OK);
    view_end(&view);
    covenant_ends(&way);
    small_gateway_restart(&passing_gateway);
    assert_waited_for(&way);
    municipality_signs();
    assert_old_holder_told(&way, "\"reden\":\"CONVENANT_INGETROKKEN\"");
}

/* Undone each time, without the writer's thread. */
static enum outcome sign_scarcely(const char *item)
{
    struct audit *audit = passing_gateway.gateway.audit;
    char copy[UUID_TEXT_BYTES];
    struct change change;
    enum outcome outcome = change_begin(passing_gateway.gateway.store, &change);

    if (outcome != OUTCOME_OK)
        return outcome;
    snprintf(copy, sizeof copy, "%s", item);
    audit_mark(audit);
    outcome = apply_signature(&change, audit, copy);
    audit_undo(audit);
    change_abort(&change);
    return outcome;
}

static void scarce_memory_settles_nothing_by_half(void **state)
{
    struct on_the_way way;
    struct withdrawing_word word;
    enum outcome outcome;

    (void)state;
    begin(&way, true);
    word = (struct withdrawing_word){way.word.id, NULL};
    small_gateway_write(&passing_gateway, apply_withdrawal, &word);
    OWNED_OUTGOING told = composed_for(MUNICIPALITY);
    WITH_SCARCE_MEMORY(outcome, sign_scarcely(told->items[0].queued.id), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_waited_for(&way);
    outgoing_free_at(&way.outgoing);
}

#define FACT(fact) cmocka_unit_test_setup_teardown(fact, small_passing_begins, small_passing_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT(a29_a_new_holder_that_may_have_it_is_waited_for),
        FACT(who_was_sent_nothing_is_not_waited_for),
        FACT(who_answered_it_holds_it),
        FACT(a_receipt_after_a_withdrawal_makes_no_holder),
        FACT(who_took_it_back_itself_has_done_its_part),
        FACT(killed_in_between_it_is_told_once),
        FACT(scarce_memory_settles_nothing_by_half),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
