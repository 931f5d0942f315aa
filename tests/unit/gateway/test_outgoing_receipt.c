/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "tests/support/small_sender.h"

static struct small_sender sender;

/* The team's answer: the same for each item that it answers. */
struct told {
    size_t count; /* of answers */
    enum receipt_result result;
    const char *code;
    int64_t received_ms;
    const char *stranger; /* the id of the last answer, instead of the item's; NULL */
};

static enum outcome receive(const struct outgoing *outgoing, const struct told *told,
                            char out_refused[static RECEIPT_CODE_BYTES])
{
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER text = {0};

    assert_int_equal(receipt_new(told->count, &receipt), OUTCOME_OK);
    memcpy(receipt->message, outgoing->id, sizeof receipt->message);
    memcpy(receipt->content_hash, outgoing->digest, SHA256_BYTES);
    receipt->received_ms = told->received_ms;
    receipt->answer_count = told->count;
    for (size_t i = 0; i < told->count; i++) {
        struct receipt_answer *answer = &receipt->answers[i];
        bool other = told->stranger && i + 1 == told->count;
        snprintf(answer->id, sizeof answer->id, "%s",
                 other ? told->stranger : outgoing->items[i].queued.id);
        answer->result = told->result;
        snprintf(answer->code, sizeof answer->code, "%s", told->code ? told->code : "");
    }
    assert_int_equal(receipt_sign(receipt, &sender.town.parties[TEAM].signing, &text), OUTCOME_OK);
    return outgoing_received(&sender.small.gateway, outgoing, buffer_bytes(&text), out_refused);
}

static int64_t whole_second_now(void)
{
    return sender.town.now_ms / 1000 * 1000;
}

static void a_receipt_that_leaves_an_item_out_is_none(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES] = "onaangeroerd";
    struct told told = {.received_ms = whole_second_now()};
    size_t before;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    before = sender_leaves(&sender);
    told.count = 1;
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_HEAD_DIFFERS);
    told.count = 2;
    told.stranger = "00000000-0000-4000-8000-000000000000";
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_HEAD_DIFFERS);
    assert_int_equal(sender_leaves(&sender), before);
    assert_int_equal(sender_waiting(&sender), 0);
    assert_int_equal(rows_in(sender.small.gateway.store, TABLE_MESSAGE), 1);
    assert_string_equal(refused, "onaangeroerd");
    told.stranger = NULL;
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_int_equal(sender_leaves(&sender), before + 2);
    assert_int_equal(rows_in(sender.small.gateway.store, TABLE_MESSAGE), 0);
    assert_string_equal(refused, "");
}

static int64_t arrival_by(int64_t told_ms)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES];
    struct told told = {.count = 1, .received_ms = told_ms};

    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    sender_read_sent(&sender, id, &kept);
    return kept.received_ms;
}

static void a_partner_cannot_put_its_receipt_in_another_time(void **state)
{
    int64_t now_ms = whole_second_now();

    (void)state;
    assert_int_equal(arrival_by(now_ms), now_ms);
    assert_int_equal(arrival_by(now_ms - 60000), now_ms - 60000);
    assert_in_range(arrival_by(now_ms - DAY_MS), now_ms - 120000, now_ms - 60000);
    assert_in_range(arrival_by(now_ms + DAY_MS), now_ms + 120000, now_ms + 180000);
}

static void an_item_known_already_keeps_its_first_arrival(void **state)
{
    OWNED_OUTGOING first = NULL;
    OWNED_OUTGOING second = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES];
    struct told told = {.count = 1, .received_ms = whole_second_now() - 60000};

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    first = sender_composed(&sender);
    sender_queue(&sender, &first->items[0].queued);
    assert_int_equal(receive(first, &told, refused), OUTCOME_OK);
    second = sender_composed(&sender);
    told.result = RECEIPT_KNOWN;
    told.received_ms = whole_second_now();
    assert_int_equal(receive(second, &told, refused), OUTCOME_OK);
    sender_read_sent(&sender, id, &kept);
    assert_int_equal(kept.received_ms, whole_second_now() - 60000);
}

static void a_refused_statement_says_why(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES];
    struct told told = {.count = 1,
                        .result = RECEIPT_REFUSED,
                        .code = "BESTAAT_AL",
                        .received_ms = whole_second_now()};

    (void)state;
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", id);
    outgoing = sender_composed(&sender);
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_string_equal(refused, "BESTAAT_AL");
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "denied");
    outgoing_free_at(&outgoing);

    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_string_equal(refused, ""); /* the sender of a signal reads it in the signal */
}

/* --- the groups --- */

static int make(void **state)
{
    (void)state;
    small_sender_make(&sender);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_sender_end(&sender);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&sender.town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&sender.town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_receipt_that_leaves_an_item_out_is_none),
        WITH_GATEWAY(a_partner_cannot_put_its_receipt_in_another_time),
        WITH_GATEWAY(an_item_known_already_keeps_its_first_arrival),
        WITH_GATEWAY(a_refused_statement_says_why),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
