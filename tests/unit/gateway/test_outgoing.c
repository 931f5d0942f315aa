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

/* --- composing --- */

static bool statements_are_held_up(const void *context, const struct oin *partner,
                                   enum message_kind kind, const char *covenant)
{
    (void)context;
    assert_true(oin_equal(partner, &sender.town.parties[TEAM].oin));
    assert_string_equal(covenant, sender.fingerprint);
    return kind == MESSAGE_KIND_STATEMENT;
}

static void a_message_is_stored_and_reads_the_same(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_OUTGOING read = NULL;
    OWNED_BUFFER after = {0};
    struct view view;
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    assert_int_equal(sender_waiting(&sender), 0);
    view_begin(sender.small.gateway.store, &view);
    assert_int_equal(outgoing_next(&view, &after, &read), OUTCOME_OK);
    assert_string_equal(read->id, outgoing->id);
    assert_string_equal(read->covenant, sender.fingerprint);
    assert_int_equal(read->issued_s, outgoing->issued_s);
    assert_int_equal(read->expires_s, outgoing->expires_s);
    assert_memory_equal(read->digest, outgoing->digest, SHA256_BYTES);
    assert_true(bytes_equal(buffer_bytes(&read->body), buffer_bytes(&outgoing->body)));
    assert_int_equal(read->count, 1);
    assert_string_equal(read->items[0].queued.id, id);
    assert_int_equal(read->items[0].article, 1);
    assert_true(read->items[0].has_proof);
    assert_int_equal(day_compare(read->items[0].proof_until, sender_in_days(&sender, 5)), 0);
    outgoing_free_at(&read);
    assert_int_equal(outgoing_next(&view, &after, &read), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void what_is_held_up_waits_and_the_rest_goes_past_it(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    OWNED_OUTGOING outgoing = NULL;
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], id[UUID_TEXT_BYTES];

    (void)state;
    choice.is_held_up = statements_are_held_up;
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", first);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", second);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 1);
    assert_string_equal(outgoing->items[0].queued.id, id);
    outgoing_free_at(&outgoing);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_NOT_FOUND);
    assert_int_equal(sender_waiting(&sender), 2);

    choice = sender_choice(&sender);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 2);
    assert_string_equal(outgoing->items[0].queued.id, first);
    assert_string_equal(outgoing->items[1].queued.id, second);
}

static void what_comes_behind_the_held_up_is_found(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    choice.is_held_up = statements_are_held_up;
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", id);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_NOT_FOUND);
    for (int i = 0; i < 3; i++) {
        sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
        assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_OK);
        assert_string_equal(outgoing->items[0].queued.id, id);
        outgoing_free_at(&outgoing);
    }
}

struct before_all {
    const char *text;
    char id[UUID_TEXT_BYTES];
};

static enum outcome apply_before_all(struct change *change, struct audit *audit, void *context)
{
    struct before_all *before = context;
    const struct oin *team = &sender.town.parties[TEAM].oin;
    struct queued queued = {.kind = MESSAGE_KIND_WITHDRAWAL,
                            .role = ROLE_SYSTEEM,
                            .item = bytes_of_text(before->text)};
    uint64_t place;

    (void)audit;
    uuid_print(uuid_v4(), before->id);
    memcpy(queued.id, before->id, sizeof queued.id);
    memcpy(queued.covenant, small_gateway_known(&sender.small)->covenant->fingerprint,
           sizeof queued.covenant);
    TRY(queue_front(change, team, 1, &place));
    return queue_put(change, team, place, &queued);
}

/* A withdrawal is put before all that waits: what is held up there holds up nothing of it. */
static void what_comes_before_the_held_up_is_found(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    struct before_all before = {.text = "{}"};
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    choice.is_held_up = statements_are_held_up;
    sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", id);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_NOT_FOUND);
    small_gateway_write(&sender.small, apply_before_all, &before);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_string_equal(outgoing->items[0].queued.id, before.id);
}

static void what_waits_goes_in_order_in_messages_that_one_commit_takes_quickly(void **state)
{
    enum { WAITING = 70, TOGETHER = 64 };
    static char ids[WAITING][UUID_TEXT_BYTES];
    OWNED_OUTGOING first = NULL;
    OWNED_OUTGOING rest = NULL;

    (void)state;
    for (size_t i = 0; i < WAITING; i++)
        sender_queue_text(&sender, MESSAGE_KIND_STATEMENT, "{}", ids[i]);
    first = sender_composed(&sender);
    rest = sender_composed(&sender);
    assert_int_equal(first->count, TOGETHER);
    assert_int_equal(rest->count, WAITING - TOGETHER);
    for (size_t i = 0; i < WAITING; i++) {
        const struct outgoing *in = i < TOGETHER ? first : rest;
        assert_string_equal(in->items[i % TOGETHER].queued.id, ids[i]);
    }
}

static void k1_a_consent_that_ended_while_it_waited_does_not_leave(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char ended[UUID_TEXT_BYTES], today[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, -1), ended);
    sender_queue_signal(&sender, sender_in_days(&sender, 0), today);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "TOESTEMMING_VERLOPEN");
    sender_read_sent(&sender, ended, &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_VERLOPEN");
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 1);
    assert_string_equal(outgoing->items[0].queued.id, today);
}

static void a_key_does_not_go_to_who_withdrew(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    struct outgoing *outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    small_gateway_hears(&sender.small, TEAM, sender.fingerprint, VERDICT_WITHDRAWN);
    sender_queue_text(&sender, MESSAGE_KIND_SHARED_KEY, "{}", id);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_NOT_FOUND);
    assert_null(outgoing);
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_NIET_VAN_KRACHT");
}

static void a_damaged_item_is_told_as_damage(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    struct queued queued = {
        .kind = MESSAGE_KIND_SIGNAL, .role = ROLE_MELDER, .item = bytes_of_text("{\"id\":1}")};
    struct outgoing *outgoing = NULL;

    (void)state;
    sender.small.holds_anything = true;
    memcpy(queued.covenant, sender.fingerprint, sizeof queued.covenant);
    sender_queue(&sender, &queued);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(sender_waiting(&sender), 1);
}

/* --- taken back --- */

static bool reviewed(const struct outgoing *outgoing)
{
    bool taken_back;

    assert_int_equal(outgoing_review(&sender.small.gateway, outgoing, &taken_back), OUTCOME_OK);
    assert_int_equal(rows_in(sender.small.gateway.store, TABLE_MESSAGE), taken_back ? 0 : 1);
    return taken_back;
}

static void assert_next_is(const char *first, const char *second, const char *third)
{
    OWNED_OUTGOING outgoing = sender_composed(&sender);

    assert_int_equal(outgoing->count, 3);
    assert_string_equal(outgoing->items[0].queued.id, first);
    assert_string_equal(outgoing->items[1].queued.id, second);
    assert_string_equal(outgoing->items[2].queued.id, third);
}

/* A later signal about the same person does not overtake it. */
static void q6_what_expired_on_its_way_goes_again_before_the_rest(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], later[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), first);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), second);
    outgoing = sender_composed(&sender);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), later);
    outgoing->expires_s = sender.town.now_ms / 1000 - 1;
    assert_true(reviewed(outgoing));
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "TIJD_ONJUIST");
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "error");
    assert_next_is(first, second, later);
}

/* What a clock sealed that was a day ahead would be refused for a day. */
static void l2_what_was_sealed_in_the_future_is_sealed_again(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];
    int64_t now_s = sender.town.now_ms / 1000;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    outgoing->issued_s = now_s + MESSAGE_CLOCK_SLACK_S;
    assert_false(reviewed(outgoing));
    outgoing->issued_s = now_s + 86400;
    assert_true(reviewed(outgoing));
    assert_int_equal(sender_waiting(&sender), 1);
}

static void a_sealed_message_stops_when_a_party_withdraws(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    size_t before;

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    before = sender_leaves(&sender);
    assert_false(reviewed(outgoing));
    assert_int_equal(sender_leaves(&sender), before);
    small_gateway_hears(&sender.small, CORPORATION, sender.fingerprint, VERDICT_WITHDRAWN);
    assert_true(reviewed(outgoing));
    assert_int_equal(sender_leaves(&sender), before + 1);
    assert_string_equal(sender_leaf_member(&sender, 1, "ph"), "outcome");
    assert_string_equal(sender_leaf_member(&sender, 1, "out"), "denied");
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "CONVENANT_INGETROKKEN");
    assert_int_equal(sender_waiting(&sender), 0);
    sender_read_sent(&sender, id, &kept);
    assert_string_equal(kept.refusal, "CONVENANT_INGETROKKEN");
    assert_int_equal(kept.received_ms, 0);
}

static void agree_next_version(void)
{
    OWNED_JSON document = small_covenant_json(&sender.town);
    const char *next;

    json_object_set_new(document, "versie", json_string("1.3.0"));
    json_object_set_new(document, "vorige", json_string(sender.fingerprint));
    next = small_gateway_add(&sender.small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        sender.town.parties[place].statement_hash[0] = '\0';
        small_gateway_hears(&sender.small, place, next, VERDICT_AGREED);
    }
}

static void what_was_sealed_under_the_version_before_still_goes_and_nothing_new(void **state)
{
    struct outgoing_choice choice = sender_choice(&sender);
    OWNED_OUTGOING sealed = NULL;
    struct outgoing *outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sealed = sender_composed(&sender);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    agree_next_version();
    sealed->issued_s = sender.town.now_ms / 1000 - 60; /* as a minute before */
    assert_false(reviewed(sealed));
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_int_equal(outgoing_compose(&sender.small.gateway, &choice, &outgoing),
                     OUTCOME_NOT_FOUND);
    sender_read_sent(&sender, id, &kept);
    assert_string_equal(kept.refusal, "CONVENANT_VERVANGEN");
}

static void items_that_may_still_go_are_queued_again_as_they_were(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_OUTGOING again = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char ids[2][UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), ids[0]);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), ids[1]);
    outgoing = sender_composed(&sender);
    outgoing->items[0].proof_until = sender_in_days(&sender, -1); /* as a day later */
    assert_true(reviewed(outgoing));
    sender_read_sent(&sender, ids[0], &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_VERLOPEN");
    assert_int_equal(sender_waiting(&sender), 1);
    again = sender_composed(&sender);
    assert_string_equal(again->items[0].queued.id, ids[1]);
    assert_string_not_equal(again->id, outgoing->id);
}

static void an_expired_message_is_taken_back_whole(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    sender_queue_signal(&sender, sender_in_days(&sender, 5), id);
    outgoing = sender_composed(&sender);
    outgoing->expires_s = sender.town.now_ms / 1000;
    assert_true(reviewed(outgoing));
    assert_int_equal(sender_waiting(&sender), 2);
    assert_string_equal(sender_leaf_member(&sender, 1, "why"), "TIJD_ONJUIST");
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
        WITH_GATEWAY(a_message_is_stored_and_reads_the_same),
        WITH_GATEWAY(what_is_held_up_waits_and_the_rest_goes_past_it),
        WITH_GATEWAY(what_comes_behind_the_held_up_is_found),
        WITH_GATEWAY(what_comes_before_the_held_up_is_found),
        WITH_GATEWAY(what_waits_goes_in_order_in_messages_that_one_commit_takes_quickly),
        WITH_GATEWAY(k1_a_consent_that_ended_while_it_waited_does_not_leave),
        WITH_GATEWAY(a_key_does_not_go_to_who_withdrew),
        WITH_GATEWAY(a_damaged_item_is_told_as_damage),
        WITH_GATEWAY(q6_what_expired_on_its_way_goes_again_before_the_rest),
        WITH_GATEWAY(l2_what_was_sealed_in_the_future_is_sealed_again),
        WITH_GATEWAY(a_sealed_message_stops_when_a_party_withdraws),
        WITH_GATEWAY(what_was_sealed_under_the_version_before_still_goes_and_nothing_new),
        WITH_GATEWAY(items_that_may_still_go_are_queued_again_as_they_were),
        WITH_GATEWAY(an_expired_message_is_taken_back_whole),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
