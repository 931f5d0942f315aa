/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/proof.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "gateway/outgoing.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;
static char fingerprint[SHA256_HEX_BYTES];

/* --- what waits --- */

struct waiting {
    struct queued queued;
    struct buffer item;
};

static enum outcome apply_queue(struct change *change, struct audit *audit, void *context)
{
    struct waiting *waiting = context;

    (void)audit;
    return queue_add(change, &town.parties[TEAM].oin, &waiting->queued);
}

static void queue_text(enum message_kind kind, const char *text, char out_id[UUID_TEXT_BYTES])
{
    struct waiting waiting = {
        .queued = {.kind = kind, .role = ROLE_SYSTEEM, .item = bytes_of_text(text)}};

    uuid_print(uuid_v4(), waiting.queued.id);
    snprintf(waiting.queued.covenant, sizeof waiting.queued.covenant, "%s", fingerprint);
    small_gateway_write(&small, apply_queue, &waiting);
    memcpy(out_id, waiting.queued.id, UUID_TEXT_BYTES);
}

static struct buffer proof_until(struct day until)
{
    struct proof proof = {.to = town.parties[TEAM].oin,
                          .purposes = 1u << PURPOSE_TOELEIDING,
                          .from = day_plus(until, -30),
                          .until = until,
                          .sequence = 1};
    struct token token = {.type = TOKEN_PCH, .strength = TOKEN_SHARED};
    struct buffer text = {0};

    memset(proof.id, 'a', sizeof proof.id - 1);
    memcpy(proof.covenant, fingerprint, sizeof proof.covenant);
    snprintf(token.epoch, sizeof token.epoch, "2026H2");
    token_print(&token, proof.token);
    assert_true(proof_groups_add(&proof.groups, "OVERLAST"));
    assert_int_equal(proof_sign(&proof, &town.parties[CORPORATION].signing, &text), OUTCOME_OK);
    return text;
}

static enum outcome apply_signal(struct change *change, struct audit *audit, void *context)
{
    struct waiting *waiting = context;
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[TEAM].oin, .taken_ms = town.now_ms};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};

    memcpy(kept.covenant, fingerprint, sizeof kept.covenant);
    buffer_add_bytes(&kept.item, buffer_bytes(&waiting->item));
    TRY(kept_signal_print(&kept, &text));
    uuid_parse(waiting->queued.id, &uuid);
    store_put_sealed(change, TABLE_SENT, bytes_of(uuid.bytes, 16), buffer_bytes(&text));
    return apply_queue(change, audit, context);
}

/* One signal for the team under article 1, with a consent until that day. */
static void queue_signal(struct day until, char out_id[UUID_TEXT_BYTES])
{
    const struct covenant *covenant = small_gateway_known(&small)->covenant;
    OWNED_BUFFER proof = proof_until(until);
    struct waiting waiting = {.queued = {.kind = MESSAGE_KIND_SIGNAL, .role = ROLE_MELDER}};
    struct signal signal = {.article = 1,
                            .purpose = PURPOSE_TOELEIDING,
                            .holder = town.parties[TEAM].oin,
                            .lead = town.parties[CORPORATION].oin,
                            .sent_ms = town.now_ms / 3600000 * 3600000,
                            .fields = 1u << FIELD_PROOF,
                            .proof_text = buffer_bytes(&proof)};

    uuid_print(uuid_v4(), signal.id);
    memcpy(signal.covenant, covenant->reference, sizeof signal.covenant);
    snprintf(signal.code, sizeof signal.code, "OVL.BURENRUZIE");
    assert_int_equal(signal_print(&signal, &waiting.item), OUTCOME_OK);
    waiting.queued.item = buffer_bytes(&waiting.item);
    memcpy(waiting.queued.id, signal.id, sizeof signal.id);
    memcpy(waiting.queued.covenant, fingerprint, sizeof waiting.queued.covenant);
    small_gateway_write(&small, apply_signal, &waiting);
    buffer_wipe(&waiting.item);
    memcpy(out_id, signal.id, UUID_TEXT_BYTES);
}

static struct day in_days(int days)
{
    return day_plus(amsterdam_day(town.now_ms), days);
}

static size_t waiting_now(void)
{
    struct view view;
    size_t length;

    view_begin(small.gateway.store, &view);
    length = queue_length(&view, &town.parties[TEAM].oin, 1000);
    view_end(&view);
    return length;
}

static size_t leaves(void)
{
    return rows_in(small.gateway.store, TABLE_LEAF);
}

static const char *leaf_member(size_t from_end, const char *name)
{
    static char text[128];
    OWNED_JSON leaf = leaf_json(small.gateway.store, leaves() - from_end);
    const char *value = json_string_value(json_object_get(leaf, name));

    snprintf(text, sizeof text, "%s", value ? value : "");
    return text;
}

static void read_sent(const char *id, struct kept_signal *out_kept)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};

    uuid_parse(id, &uuid);
    assert_int_equal(value_in(small.gateway.store, TABLE_SENT, bytes_of(uuid.bytes, 16), &text),
                     OUTCOME_OK);
    assert_int_equal(kept_signal_read(buffer_bytes(&text), out_kept), OUTCOME_OK);
}

/* --- composing --- */

static bool nothing_is_held_up(const void *context, const struct oin *partner,
                               enum message_kind kind, const char *covenant)
{
    (void)context, (void)partner, (void)kind, (void)covenant;
    return false;
}

static bool statements_are_held_up(const void *context, const struct oin *partner,
                                   enum message_kind kind, const char *covenant)
{
    (void)context;
    assert_true(oin_equal(partner, &town.parties[TEAM].oin));
    assert_string_equal(covenant, fingerprint);
    return kind == MESSAGE_KIND_STATEMENT;
}

static struct outgoing_choice choice_of_all(void)
{
    return (struct outgoing_choice){town.parties[TEAM].oin, nothing_is_held_up, NULL, 0};
}

static struct outgoing *composed(void)
{
    struct outgoing_choice choice = choice_of_all();
    struct outgoing *outgoing = NULL;

    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_OK);
    return outgoing;
}

static void a_message_is_stored_and_reads_the_same(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_OUTGOING read = NULL;
    OWNED_BUFFER after = {0};
    struct view view;
    char id[UUID_TEXT_BYTES];

    (void)state;
    queue_signal(in_days(5), id);
    outgoing = composed();
    assert_int_equal(waiting_now(), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(outgoing_next(&view, &after, &read), OUTCOME_OK);
    assert_string_equal(read->id, outgoing->id);
    assert_string_equal(read->covenant, fingerprint);
    assert_int_equal(read->issued_s, outgoing->issued_s);
    assert_int_equal(read->expires_s, outgoing->expires_s);
    assert_memory_equal(read->digest, outgoing->digest, SHA256_BYTES);
    assert_true(bytes_equal(buffer_bytes(&read->body), buffer_bytes(&outgoing->body)));
    assert_int_equal(read->count, 1);
    assert_string_equal(read->items[0].queued.id, id);
    assert_int_equal(read->items[0].article, 1);
    assert_true(read->items[0].has_proof);
    assert_int_equal(day_compare(read->items[0].proof_until, in_days(5)), 0);
    outgoing_free_at(&read);
    assert_int_equal(outgoing_next(&view, &after, &read), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void what_is_held_up_waits_and_the_rest_goes_past_it(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    OWNED_OUTGOING outgoing = NULL;
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES], id[UUID_TEXT_BYTES];

    (void)state;
    choice.is_held_up = statements_are_held_up;
    queue_text(MESSAGE_KIND_STATEMENT, "{}", first);
    queue_signal(in_days(5), id);
    queue_text(MESSAGE_KIND_STATEMENT, "{}", second);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 1);
    assert_string_equal(outgoing->items[0].queued.id, id);
    outgoing_free_at(&outgoing);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_FOUND);
    assert_int_equal(waiting_now(), 2);

    choice.from = 0;
    choice.is_held_up = nothing_is_held_up;
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 2);
    assert_string_equal(outgoing->items[0].queued.id, first);
    assert_string_equal(outgoing->items[1].queued.id, second);
}

static void what_comes_behind_the_held_up_is_found(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    choice.is_held_up = statements_are_held_up;
    queue_text(MESSAGE_KIND_STATEMENT, "{}", id);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_FOUND);
    for (int i = 0; i < 3; i++) {
        queue_signal(in_days(5), id);
        assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_OK);
        assert_string_equal(outgoing->items[0].queued.id, id);
        outgoing_free_at(&outgoing);
    }
}

static void a_consent_that_ended_while_it_waited_does_not_leave(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char ended[UUID_TEXT_BYTES], today[UUID_TEXT_BYTES];

    (void)state;
    queue_signal(in_days(-1), ended);
    queue_signal(in_days(0), today);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_string_equal(leaf_member(1, "why"), "TOESTEMMING_VERLOPEN");
    read_sent(ended, &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_VERLOPEN");
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_OK);
    assert_int_equal(outgoing->count, 1);
    assert_string_equal(outgoing->items[0].queued.id, today);
}

static void a_key_does_not_go_to_who_withdrew(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    struct outgoing *outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_WITHDRAWN);
    queue_text(MESSAGE_KIND_SHARED_KEY, "{}", id);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_FOUND);
    assert_null(outgoing);
    assert_string_equal(leaf_member(1, "why"), "CONVENANT_NIET_VAN_KRACHT");
}

static void a_damaged_item_is_told_as_damage(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    struct waiting waiting = {.queued = {.kind = MESSAGE_KIND_SIGNAL,
                                         .role = ROLE_MELDER,
                                         .item = bytes_of_text("{\"id\":1}")}};
    struct outgoing *outgoing = NULL;

    (void)state;
    memcpy(waiting.queued.covenant, fingerprint, sizeof waiting.queued.covenant);
    small_gateway_write(&small, apply_queue, &waiting);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_STORE_DAMAGED);
    assert_int_equal(waiting_now(), 1);
}

/* --- taken back --- */

static bool reviewed(const struct outgoing *outgoing)
{
    bool taken_back;

    assert_int_equal(outgoing_review(&small.gateway, outgoing, &taken_back), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE), taken_back ? 0 : 1);
    return taken_back;
}

static void a_sealed_message_stops_when_a_party_withdraws(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];
    size_t before;

    (void)state;
    queue_signal(in_days(5), id);
    outgoing = composed();
    before = leaves();
    assert_false(reviewed(outgoing));
    assert_int_equal(leaves(), before);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_WITHDRAWN);
    assert_true(reviewed(outgoing));
    assert_int_equal(leaves(), before + 1);
    assert_string_equal(leaf_member(1, "ph"), "outcome");
    assert_string_equal(leaf_member(1, "out"), "denied");
    assert_string_equal(leaf_member(1, "why"), "CONVENANT_NIET_VAN_KRACHT");
    assert_int_equal(waiting_now(), 0);
    read_sent(id, &kept);
    assert_string_equal(kept.refusal, "CONVENANT_NIET_VAN_KRACHT");
    assert_int_equal(kept.received_ms, 0);
}

static void agree_next_version(void)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *next;

    json_object_set_new(document, "versie", json_string("1.3.0"));
    json_object_set_new(document, "vorige", json_string(fingerprint));
    next = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        town.parties[place].statement_hash[0] = '\0';
        small_gateway_hears(&small, place, next, VERDICT_AGREED);
    }
}

static void what_was_sealed_under_the_version_before_still_goes_and_nothing_new(void **state)
{
    struct outgoing_choice choice = choice_of_all();
    OWNED_OUTGOING sealed = NULL;
    struct outgoing *outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES];

    (void)state;
    queue_signal(in_days(5), id);
    sealed = composed();
    queue_signal(in_days(5), id);
    agree_next_version();
    sealed->issued_s = town.now_ms / 1000 - 60; /* as a minute before */
    assert_false(reviewed(sealed));
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_YET);
    assert_int_equal(outgoing_compose(&small.gateway, &choice, &outgoing), OUTCOME_NOT_FOUND);
    read_sent(id, &kept);
    assert_string_equal(kept.refusal, "CONVENANT_NIET_VAN_KRACHT");
}

static void items_that_may_still_go_are_queued_again_as_they_were(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_OUTGOING again = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char ids[2][UUID_TEXT_BYTES];

    (void)state;
    queue_signal(in_days(5), ids[0]);
    queue_signal(in_days(5), ids[1]);
    outgoing = composed();
    outgoing->items[0].proof_until = in_days(-1); /* as a day later */
    assert_true(reviewed(outgoing));
    read_sent(ids[0], &kept);
    assert_string_equal(kept.refusal, "TOESTEMMING_VERLOPEN");
    assert_int_equal(waiting_now(), 1);
    again = composed();
    assert_string_equal(again->items[0].queued.id, ids[1]);
    assert_string_not_equal(again->id, outgoing->id);
}

static void an_expired_message_is_taken_back_whole(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES];

    (void)state;
    queue_signal(in_days(5), id);
    queue_signal(in_days(5), id);
    outgoing = composed();
    outgoing->expires_s = town.now_ms / 1000;
    assert_true(reviewed(outgoing));
    assert_int_equal(waiting_now(), 2);
    assert_string_equal(leaf_member(1, "why"), "TIJD_ONJUIST");
}

/* --- receipts --- */

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
    assert_int_equal(receipt_sign(receipt, &town.parties[TEAM].signing, &text), OUTCOME_OK);
    return outgoing_received(&small.gateway, outgoing, buffer_bytes(&text), out_refused);
}

static int64_t whole_second_now(void)
{
    return town.now_ms / 1000 * 1000;
}

static void a_receipt_that_leaves_an_item_out_is_none(void **state)
{
    OWNED_OUTGOING outgoing = NULL;
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES] = "onaangeroerd";
    struct told told = {.received_ms = whole_second_now()};
    size_t before;

    (void)state;
    queue_signal(in_days(5), id);
    queue_signal(in_days(5), id);
    outgoing = composed();
    before = leaves();
    told.count = 1;
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_HEAD_DIFFERS);
    told.count = 2;
    told.stranger = "00000000-0000-4000-8000-000000000000";
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_HEAD_DIFFERS);
    assert_int_equal(leaves(), before);
    assert_int_equal(waiting_now(), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE), 1);
    assert_string_equal(refused, "onaangeroerd");
    told.stranger = NULL;
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_int_equal(leaves(), before + 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE), 0);
    assert_string_equal(refused, "");
}

static int64_t arrival_by(int64_t told_ms)
{
    OWNED_OUTGOING outgoing = NULL;
    OWNED_KEPT_SIGNAL kept = {0};
    char id[UUID_TEXT_BYTES], refused[RECEIPT_CODE_BYTES];
    struct told told = {.count = 1, .received_ms = told_ms};

    queue_signal(in_days(5), id);
    outgoing = composed();
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    read_sent(id, &kept);
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
    struct waiting waiting = {0};

    (void)state;
    queue_signal(in_days(5), id);
    first = composed();
    waiting.queued = first->items[0].queued;
    small_gateway_write(&small, apply_queue, &waiting);
    assert_int_equal(receive(first, &told, refused), OUTCOME_OK);
    second = composed();
    told.result = RECEIPT_KNOWN;
    told.received_ms = whole_second_now();
    assert_int_equal(receive(second, &told, refused), OUTCOME_OK);
    read_sent(id, &kept);
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
    queue_text(MESSAGE_KIND_STATEMENT, "{}", id);
    outgoing = composed();
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_string_equal(refused, "BESTAAT_AL");
    assert_string_equal(leaf_member(1, "out"), "denied");
    outgoing_free_at(&outgoing);

    queue_signal(in_days(5), id);
    outgoing = composed();
    assert_int_equal(receive(outgoing, &told, refused), OUTCOME_OK);
    assert_string_equal(refused, ""); /* the sender of a signal reads it in the signal */
}

/* --- the groups --- */

static int make(void **state)
{
    const struct known_covenant *known;

    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    known = small_gateway_in_force(&small);
    memcpy(fingerprint, known->covenant->fingerprint, sizeof fingerprint);
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
        WITH_GATEWAY(a_message_is_stored_and_reads_the_same),
        WITH_GATEWAY(what_is_held_up_waits_and_the_rest_goes_past_it),
        WITH_GATEWAY(what_comes_behind_the_held_up_is_found),
        WITH_GATEWAY(a_consent_that_ended_while_it_waited_does_not_leave),
        WITH_GATEWAY(a_key_does_not_go_to_who_withdrew),
        WITH_GATEWAY(a_damaged_item_is_told_as_damage),
        WITH_GATEWAY(a_sealed_message_stops_when_a_party_withdraws),
        WITH_GATEWAY(what_was_sealed_under_the_version_before_still_goes_and_nothing_new),
        WITH_GATEWAY(items_that_may_still_go_are_queued_again_as_they_were),
        WITH_GATEWAY(an_expired_message_is_taken_back_whole),
        WITH_GATEWAY(a_receipt_that_leaves_an_item_out_is_none),
        WITH_GATEWAY(a_partner_cannot_put_its_receipt_in_another_time),
        WITH_GATEWAY(an_item_known_already_keeps_its_first_arrival),
        WITH_GATEWAY(a_refused_statement_says_why),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
