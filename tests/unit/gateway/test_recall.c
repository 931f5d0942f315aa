/* SPDX-License-Identifier: EUPL-1.2 */
/* What was posted without a receipt and may not go any more: is it recalled, and once? */
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
#include "gateway/recovery.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

/* --- what is seen --- */

static size_t rows(enum table table)
{
    return rows_in(sender.small.gateway.store, table);
}

/* The only item that waits for the team: an intrekking about that signal. */
static void assert_recall_waits_for(const char *id, struct queued *out)
{
    OWNED_BUFFER item = {0};
    struct queued queued;
    uint64_t place;
    struct view view;

    assert_int_equal(sender_waiting(&sender), 1);
    view_begin(sender.small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &sender.town.parties[TEAM].oin, 0, &place, &queued),
                     OUTCOME_OK);
    buffer_add_bytes(&item, queued.item);
    view_end(&view);
    queued.item = (struct bytes){0};
    assert_int_equal(queued.kind, MESSAGE_KIND_WITHDRAWAL);
    assert_string_equal(queued.covenant, sender.fingerprint);
    assert_non_null(strstr(buffer_text(&item), "\"reden\":\"TERUGGETROKKEN\""));
    assert_non_null(strstr(buffer_text(&item), "\"signaal\":\""));
    assert_non_null(strstr(buffer_text(&item), id));
    if (out)
        *out = queued;
}

static void assert_recalled(const char *id, const char *why)
{
    OWNED_KEPT_SIGNAL kept = {0};

    sender_read_sent(&sender, id, &kept);
    assert_string_equal(kept.refusal, why);
    assert_true(kept_signal_recall_is_open(&kept));
    assert_recall_waits_for(id, NULL);
    assert_int_equal(rows(TABLE_TOLD), 1);
    assert_int_equal(rows(TABLE_WITHDRAWAL), 1);
}

static void assert_not_recalled(const char *id, const char *why)
{
    OWNED_KEPT_SIGNAL kept = {0};

    sender_read_sent(&sender, id, &kept);
    assert_string_equal(kept.refusal, why);
    assert_string_equal(kept.recall.withdrawal, "");
    assert_int_equal(sender_waiting(&sender), 0);
    assert_int_equal(rows(TABLE_TOLD), 0);
    assert_int_equal(rows(TABLE_WITHDRAWAL), 0);
}

/* --- may it be there? --- */

static void c6_what_was_posted_without_a_receipt_is_recalled(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_recalled(id, "CONVENANT_INGETROKKEN");
    assert_int_equal(rows(TABLE_MESSAGE), 0);
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_INGETROKKEN");
    assert_string_equal(sender_leaf_member(&sender, 2, "ev"), "withdraw");
    assert_string_equal(sender_leaf_member(&sender, 2, "why"), "TERUGGETROKKEN");
    assert_string_equal(sender_leaf_member(&sender, 3, "why"), "CONVENANT_INGETROKKEN");
}

static void what_was_never_posted_was_not_sent(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_not_recalled(id, "CONVENANT_INGETROKKEN");
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "denied");
}

/* Killed after a post, or before: nobody can tell which. */
static void what_was_sealed_before_the_start_may_have_been_posted(void **state)
{
    OWNED_OUTGOING sealed = NULL;
    OWNED_OUTGOING read = NULL;
    OWNED_BUFFER after = {0};
    struct view view;
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sealed = sender_composed(&sender);
    assert_false(sealed->items[0].queued.posted);
    view_begin(sender.small.gateway.store, &view);
    assert_int_equal(outgoing_next(&view, &after, &read), OUTCOME_OK);
    view_end(&view);
    assert_true(read->items[0].queued.posted);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, read);
    assert_recalled(id, "CONVENANT_INGETROKKEN");
}

/* Its message expired without a receipt, and the item waits for another. */
static void queued_again(char out_id[static UUID_TEXT_BYTES])
{
    OWNED_OUTGOING outgoing = sender_posted(&sender, out_id);

    outgoing->expires_s = sender.town.now_ms / 1000 - 1;
    sender_takes_back(&sender, outgoing);
    assert_int_equal(sender_waiting(&sender), 1);
}

static void it_stays_known_when_it_waits_again(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    struct outgoing *outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    queued_again(id);
    sender_covenant_ends(&sender);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_recalled(id, "CONVENANT_INGETROKKEN");
}

static void the_sweep_recalls_it_too(void **state)
{
    char id[UUID_TEXT_BYTES];
    uint64_t from = 0;

    (void)state;
    queued_again(id);
    sender_covenant_ends(&sender);
    assert_int_equal(
        outgoing_sweep(&sender.small.gateway, &sender.town.parties[TEAM].oin, &from),
        OUTCOME_NOT_FOUND);
    assert_recalled(id, "CONVENANT_INGETROKKEN");
}

static void a_consent_that_ended_recalls_it_and_leaves_the_others(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_OUTGOING again = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    struct outgoing_choice choice = sender_choice(&sender);
    char ids[2][UUID_TEXT_BYTES];

    (void)state;
    for (int i = 0; i < 2; i++)
        sender_queue_signal(&sender, sender_in_days(&sender, 5), ids[i]);
    outgoing = sender_composed(&sender);
    outgoing_posted(outgoing);
    outgoing->items[0].proof_until = sender_in_days(&sender, -1); /* as a day later */
    sender_takes_back(&sender, outgoing);
    sender_read_sent(&sender, ids[0], &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_VERLOPEN");
    assert_true(kept_signal_recall_is_open(&kept));
    assert_int_equal(sender_waiting(&sender), 2);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &again), OUTCOME_OK);
    assert_string_equal(again->items[0].queued.id, ids[1]);
    assert_true(again->items[0].queued.posted);
}

static enum outcome apply_put_back(struct change *change, struct audit *audit, void *context)
{
    const struct recovery recovery = {.since_ms = sender.town.now_ms - 1000,
                                      .restored_ms = sender.town.now_ms + *(const int *)context};

    (void)audit;
    return recovery_mark(change, &recovery);
}

static void in_a_store_that_was_put_back_anything_older_may_have_been_posted(void **state)
{
    (void)state;
    for (int later_ms = 0; later_ms < 2; later_ms++) {
        OWNED_OUTGOING outgoing = NULL;
        char id[UUID_TEXT_BYTES];
        small_gateway_write(&sender.small, apply_put_back, &later_ms);
        sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
        outgoing = sender_composed(&sender);
        outgoing->items[0].proof_until = sender_in_days(&sender, -1);
        sender_takes_back(&sender, outgoing);
        if (later_ms)
            assert_recalled(id, "TOESTEMMING_VERLOPEN");
        else
            assert_not_recalled(id, "TOESTEMMING_VERLOPEN");
    }
}

/* --- what else may have happened to it --- */

static enum outcome apply_kept(struct change *change, struct audit *audit, void *context)
{
    const struct kept_signal *kept = context;
    OWNED_BUFFER text = {0};
    OWNED_SIGNAL signal = {0};
    struct uuid uuid = {{0}};

    (void)audit;
    TRY(kept_signal_item(kept, &signal));
    TRY(kept_signal_print(kept, &text));
    uuid_parse(signal.id, &uuid);
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, 16), buffer_bytes(&text));
    return change->outcome;
}

static void what_was_answered_has_arrived_and_stays(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    sender_read_sent(&sender, id, &kept);
    kept.answers[0] = (struct feedback){.code = ANSWER_INBH, .next_step = NEXT_STEP_COUNT};
    kept.answers[0].on = sender_in_days(&sender, 0);
    uuid_print(uuid_v4(), kept.answers[0].id);
    memcpy(kept.answers[0].signal, id, sizeof kept.answers[0].signal);
    kept.answer_count = 1;
    small_gateway_write(&sender.small, apply_kept, &kept);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_not_recalled(id, "");
    kept_signal_wipe(&kept);
    sender_read_sent(&sender, id, &kept);
    assert_true(kept.received_ms > 0); /* else it would wait for ever */
    assert_int_equal(kept.answer_count, 1);
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
}

static enum outcome apply_erased(struct change *change, struct audit *audit, void *context)
{
    struct uuid uuid = {{0}};

    (void)audit;
    uuid_parse(context, &uuid);
    store_delete(change, TABLE_SENT, bytes_of(uuid.bytes, 16));
    return change->outcome;
}

static void what_was_erased_by_its_term_is_recalled_by_nobody(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    small_gateway_write(&sender.small, apply_erased, id);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_int_equal(sender_waiting(&sender), 0);
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
}

static void a_key_that_may_have_arrived_is_told_in_the_log_only(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_text(&sender, MESSAGE_KIND_SHARED_KEY, "{}", id);
    outgoing = sender_composed(&sender);
    outgoing_posted(outgoing);
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    assert_int_equal(sender_waiting(&sender), 0);
    assert_int_equal(rows(TABLE_TOLD), 0);
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_NIET_VAN_KRACHT");
}

/* No answer, question or statement can be unsaid, and a withdrawal is told until it is signed for. */
static enum outcome apply_ended(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    return outgoing_ended(&sender.small.gateway, change, context, 0, "CONVENANT_ONBEKEND");
}

static void of_any_other_kind_the_log_says_that_it_may_have_arrived(void **state)
{
    (void)state;
    for (enum message_kind kind = 0; kind < MESSAGE_KIND_COUNT; kind++) {
        OWNED_OUTGOING outgoing = NULL;
        char id[UUID_TEXT_BYTES];
        size_t before;
        if (kind == MESSAGE_KIND_SIGNAL)
            continue;
        sender_queue_text(&sender, kind, "{}", id);
        outgoing = sender_composed(&sender);
        outgoing_posted(outgoing);
        before = sender_leaves(&sender);
        small_gateway_write(&sender.small, apply_ended, outgoing);
        assert_int_equal(sender_leaves(&sender), before + 1);
        assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
        assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_ONBEKEND");
        assert_int_equal(sender_waiting(&sender), 0);
        assert_int_equal(rows(TABLE_WITHDRAWAL), 0);
    }
}

static enum outcome apply_silence(struct change *change, struct audit *audit, void *context)
{
    const struct ended_name name = {ENDED_OWN, NULL, context};
    const struct ended ended = {.at_ms = sender.town.now_ms, .reason = WITHDRAWAL_INGETROKKEN};

    (void)audit;
    return ended_put(change, &name, &ended);
}

static void an_answer_under_secrecy_that_may_have_arrived_is_told_in_the_log(void **state)
{
    (void)state;
    for (int posted = 0; posted < 2; posted++) {
        OWNED_OUTGOING outgoing = NULL;
        char id[UUID_TEXT_BYTES];
        sender_queue_text(&sender, MESSAGE_KIND_FEEDBACK, "{}", id);
        outgoing = sender_composed(&sender);
        if (posted)
            outgoing_posted(outgoing);
        small_gateway_write(&sender.small, apply_silence, id);
        sender_takes_back(&sender, outgoing);
        assert_string_equal(sender_leaf_member(&sender, 1, "why"), "TOESTEMMING_INGETROKKEN");
        assert_string_equal(sender_leaf_member(&sender, 1, "out"), posted ? "error" : "denied");
        assert_int_equal(sender_waiting(&sender), 0);
    }
}

/* --- taken back by the melder while it is under way --- */

static char first_number[UUID_TEXT_BYTES];

static enum outcome apply_recall(struct change *change, struct audit *audit, void *context)
{
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_TERUGGETROKKEN,
                                           .role = ROLE_MELDER,
                                           .now_ms = sender.town.now_ms};

    (void)audit;
    return withdraw_sent(&sender.small.gateway, change, context, &cause, first_number);
}

/* It is told already: the paper of then, with what was signed since. */
static void a_recall_by_hand_after_it_gives_the_same_paper(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    sender_covenant_ends(&sender);
    sender_takes_back(&sender, outgoing);
    small_gateway_write(&sender.small, apply_recall, id);
    assert_recalled(id, "CONVENANT_INGETROKKEN");
    sender_read_sent(&sender, id, &kept);
    assert_string_equal(first_number, kept.recall.withdrawal);
}

static void who_recalls_what_was_posted_reads_the_same(void **state)
{
    char id[UUID_TEXT_BYTES];
    OWNED_OUTGOING outgoing = sender_posted(&sender, id);

    (void)state;
    small_gateway_write(&sender.small, apply_recall, id);
    sender_takes_back(&sender, outgoing);
    assert_recalled(id, "TERUGGETROKKEN"); /* told once */
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
}

static void who_recalls_what_was_never_posted_reads_so_in_the_end(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    small_gateway_write(&sender.small, apply_recall, id);
    assert_recalled(id, "TERUGGETROKKEN"); /* only who posts knows that it did not */
    sender_takes_back(&sender, outgoing);
    sender_read_sent(&sender, id, &kept);
    assert_string_equal(kept.refusal, "TERUGGETROKKEN");
    assert_string_equal(kept.recall.withdrawal, "");
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "denied");
}

static void what_waits_and_was_posted_is_counted_as_on_its_way(void **state)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_WITHDRAWAL record = {0};
    struct view view;
    char id[UUID_TEXT_BYTES];

    (void)state;
    queued_again(id);
    small_gateway_write(&sender.small, apply_recall, id);
    assert_recalled(id, "TERUGGETROKKEN");
    sender_read_sent(&sender, id, &kept);
    view_begin(sender.small.gateway.store, &view);
    assert_int_equal(withdrawal_get(&view, kept.recall.withdrawal, &record), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(record.under_way, 1);
    assert_int_equal(record.waiting, 0);
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
        TEST(c6_what_was_posted_without_a_receipt_is_recalled),
        TEST(what_was_never_posted_was_not_sent),
        TEST(what_was_sealed_before_the_start_may_have_been_posted),
        TEST(it_stays_known_when_it_waits_again),
        TEST(the_sweep_recalls_it_too),
        TEST(a_consent_that_ended_recalls_it_and_leaves_the_others),
        TEST(in_a_store_that_was_put_back_anything_older_may_have_been_posted),
        TEST(what_was_answered_has_arrived_and_stays),
        TEST(what_was_erased_by_its_term_is_recalled_by_nobody),
        TEST(a_key_that_may_have_arrived_is_told_in_the_log_only),
        TEST(of_any_other_kind_the_log_says_that_it_may_have_arrived),
        TEST(an_answer_under_secrecy_that_may_have_arrived_is_told_in_the_log),
        TEST(a_recall_by_hand_after_it_gives_the_same_paper),
        TEST(who_recalls_what_was_posted_reads_the_same),
        TEST(who_recalls_what_was_never_posted_reads_so_in_the_end),
        TEST(what_waits_and_was_posted_is_counted_as_on_its_way),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
