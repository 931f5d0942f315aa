/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner's message as a whole: believed, known, or refused and without a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/receive.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;
static struct small_signal signal_;
static struct buffer item_text;
static struct bytes item;

/* One good signal from the corporation to this gateway, the team. */
static struct small_message good_message(void)
{
    return small_message_make(&town, CORPORATION, TEAM, MESSAGE_KIND_SIGNAL,
                              small_gateway_known(&small)->covenant->fingerprint, &item, 1);
}

static enum outcome post_body(struct bytes body, struct buffer *out_reply)
{
    struct small_call call;
    enum outcome outcome =
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, body, &call);

    if (outcome == OUTCOME_OK && out_reply)
        buffer_add_bytes(out_reply, buffer_bytes(&call.exchange.reply.body));
    small_call_end(&call);
    return outcome;
}

static enum outcome post(const struct small_message *message)
{
    OWNED_BUFFER body = small_message_text(&town, message);

    return post_body(buffer_bytes(&body), NULL);
}

static void assert_no_trace(void)
{
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ITEM_SEEN), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE_SEEN), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
    assert_int_equal(audit_size(small.gateway.audit), 0); /* the leaf is for who calls */
}

static void assert_refused(const struct small_message *message, enum outcome outcome)
{
    assert_int_equal(post(message), outcome);
    assert_no_trace();
}

/* --- known --- */

static void the_same_bytes_again_get_the_same_receipt(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    OWNED_BUFFER first = {0}, second = {0}, after_restart = {0};
    OWNED_JSON leaf = NULL;

    (void)state;
    assert_int_equal(post_body(buffer_bytes(&body), &first), OUTCOME_OK);
    assert_int_equal(post_body(buffer_bytes(&body), &second), OUTCOME_OK);
    small_gateway_restart(&small);
    assert_int_equal(post_body(buffer_bytes(&body), &after_restart), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
    assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&after_restart)));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
    assert_int_equal(audit_size(small.gateway.audit), 3);
    leaf = leaf_json(small.gateway.store, 1);
    assert_string_equal(json_string_value(json_object_get(leaf, "why")), "BEKEND");
}

static void the_same_number_with_other_bytes_is_refused(void **state)
{
    const struct small_message message = good_message();

    (void)state;
    assert_int_equal(post(&message), OUTCOME_OK);
    assert_int_equal(post(&message), OUTCOME_OTHER_BYTES); /* sealed anew: other bytes */
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE_SEEN), 1);
}

static void the_number_of_one_sender_says_nothing_of_anothers(void **state)
{
    const struct small_message message = good_message();
    struct small_message other = message;
    OWNED_BUFFER body = {0};
    struct small_call call;

    (void)state;
    assert_int_equal(post(&message), OUTCOME_OK);
    other.from = other.signed_by = MUNICIPALITY;
    body = small_message_text(&town, &other);
    assert_int_equal(small_gateway_receive(&small, MUNICIPALITY, MESSAGE_KIND_SIGNAL,
                                           buffer_bytes(&body), &call),
                     OUTCOME_OK);
    small_call_end(&call);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MESSAGE_SEEN), 2);
}

/* --- who --- */

static void only_the_organisation_of_the_certificate_may_send(void **state)
{
    struct small_message message = good_message();

    (void)state;
    message.from = message.signed_by = MUNICIPALITY; /* the certificate is the corporation's */
    assert_refused(&message, OUTCOME_SENDER_WRONG);
}

static void a_message_for_another_is_refused(void **state)
{
    struct small_message message = good_message();

    (void)state;
    message.to = GGZ;
    assert_refused(&message, OUTCOME_SENDER_WRONG);
    message.sealed_for = TEAM;
    assert_refused(&message, OUTCOME_SENDER_WRONG);
}

static void a_seal_or_signature_of_another_is_refused(void **state)
{
    struct small_message message = good_message();

    (void)state;
    message.sealed_for = GGZ;
    assert_refused(&message, OUTCOME_KEY_UNKNOWN);
    message = good_message();
    message.signed_by = GGZ;
    assert_refused(&message, OUTCOME_SIGNATURE_WRONG);
    message.signed_by = OTHER_TEAM;
    assert_refused(&message, OUTCOME_SIGNATURE_WRONG);
}

static void a_covenant_that_is_not_here_or_not_of_both_is_refused(void **state)
{
    struct small_message message = good_message();
    char other[SHA256_HEX_BYTES];

    (void)state;
    snprintf(other, sizeof other, "%s", message.covenant);
    other[5] = other[5] == 'a' ? 'b' : 'a';
    message.covenant = other;
    assert_refused(&message, OUTCOME_COVENANT_UNKNOWN);
}

static enum outcome post_as(enum small_place from, const struct small_message *message)
{
    OWNED_BUFFER body = small_message_text(&town, message);
    struct small_call call;
    enum outcome outcome =
        small_gateway_receive(&small, from, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call);

    small_call_end(&call);
    return outcome;
}

static void c5_who_is_no_party_sends_nothing_and_gets_nothing(void **state)
{
    struct small_message message = good_message();
    char fingerprint[SHA256_HEX_BYTES];

    (void)state;
    message.from = message.signed_by = OTHER_TEAM;
    assert_int_equal(post_as(OTHER_TEAM, &message), OUTCOME_COVENANT_UNKNOWN);
    assert_no_trace();
    small_gateway_end(&small); /* the same covenant in the hands of who is not in it */
    small_gateway_make(&small, &town, OTHER_TEAM);
    snprintf(fingerprint, sizeof fingerprint, "%s",
             small_gateway_in_force(&small)->covenant->fingerprint);
    message = good_message();
    message.to = message.sealed_for = OTHER_TEAM;
    assert_refused(&message, OUTCOME_COVENANT_UNKNOWN);
}

/* Nothing of it is believed, so what it says inside is not the matter. */
static void c2_what_is_signed_by_another_is_refused_whatever_it_says(void **state)
{
    const struct bytes nonsense = bytes_of_text("geen JSON");
    struct small_message message = good_message();

    (void)state;
    message.items = &nonsense;
    assert_refused(&message, OUTCOME_MALFORMED);
    message.signed_by = GGZ;
    assert_refused(&message, OUTCOME_SIGNATURE_WRONG);
    message = good_message();
    message.signed_by = GGZ;
    message.issued_s = 1; /* when nobody had a key */
    assert_refused(&message, OUTCOME_SIGNATURE_WRONG);
}

static void a_kind_without_a_door_is_not_found(void **state)
{
    struct small_message message = good_message();

    (void)state;
    message.kind = MESSAGE_KIND_SHARE;
    assert_refused(&message, OUTCOME_NOT_FOUND);
}

static void c1_who_has_no_key_in_force_is_not_believed(void **state)
{
    int64_t before = town.now_ms;
    struct small_message message;

    (void)state;
    town.now_ms += INT64_C(20) * 366 * 86400 * 1000; /* all documents have ended */
    message = good_message();
    assert_refused(&message, OUTCOME_KEY_UNKNOWN);
    town.now_ms = before;
}

/* --- when --- */

static void a_message_holds_from_its_making_to_its_end(void **state)
{
    const int64_t now_s = town.now_ms / 1000;
    static const struct {
        int64_t issued, expires;
        enum outcome outcome;
    } rows[] = {
        {0, 3600, OUTCOME_OK},
        {120, 3600, OUTCOME_OK},
        {121, 3600, OUTCOME_TIME_WRONG},
        {-3600, 0, OUTCOME_TIME_WRONG},
        {-3600, 1, OUTCOME_OK},
        {0, MESSAGE_LIFETIME_MAX_S, OUTCOME_OK},
        {0, MESSAGE_LIFETIME_MAX_S + 1, OUTCOME_TIME_WRONG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct small_message message = good_message();
        message.issued_s = now_s + rows[i].issued;
        message.expires_s = now_s + rows[i].expires;
        assert_int_equal(post(&message), rows[i].outcome);
    }
}

static enum outcome post_after_withdrawal_of(enum small_place place)
{
    struct small_message message = good_message();
    char fingerprint[SHA256_HEX_BYTES];

    snprintf(fingerprint, sizeof fingerprint, "%s", message.covenant);
    message.covenant = fingerprint; /* the other goes with the picture it is in */
    small_gateway_hears(&small, place, fingerprint, VERDICT_WITHDRAWN);
    return post(&message);
}

static void nothing_moves_after_the_sender_withdrew(void **state)
{
    (void)state;
    assert_int_equal(post_after_withdrawal_of(CORPORATION), OUTCOME_NOT_IN_FORCE);
    assert_no_trace();
}

static void nothing_moves_after_we_withdrew(void **state)
{
    (void)state;
    assert_int_equal(post_after_withdrawal_of(TEAM), OUTCOME_NOT_IN_FORCE);
    assert_no_trace();
}

static void between_two_that_agreed_it_moves_after_a_third_withdrew(void **state)
{
    (void)state;
    assert_int_equal(post_after_withdrawal_of(GGZ), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
}

/* --- form --- */

static enum outcome apply_gone(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    store_delete(change, TABLE_COVENANT, bytes_of_text(context));
    return gateway_reload(&small.gateway, &change->view);
}

static enum outcome apply_call(struct change *change, struct audit *audit, void *context)
{
    struct call *call = context;

    (void)audit;
    return call->apply(call, change);
}

/* A version that has been replaced goes, once nothing stands under it. */
static void a_covenant_that_goes_while_a_message_waits_is_not_known(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    char fingerprint[SHA256_HEX_BYTES];
    struct small_call call;

    (void)state;
    snprintf(fingerprint, sizeof fingerprint, "%s", message.covenant);
    small_call_make(&call, &small, LISTENER_PARTNER, HTTP_POST,
                    message_kind_path(MESSAGE_KIND_SIGNAL), buffer_bytes(&body));
    call.call.caller.oin = town.parties[CORPORATION].oin;
    assert_int_equal(receive_message(&call.call), OUTCOME_OK);
    small_gateway_write(&small, apply_gone, fingerprint);
    assert_int_equal(writer_run(small.gateway.writer, apply_call, &call.call),
                     OUTCOME_COVENANT_UNKNOWN);
    small_call_end(&call);
    assert_no_trace();
}

static void what_is_no_message_is_refused(void **state)
{
    static const char *const bodies[] = {
        "", "x", "{}", "[]", "{\"kop\":{},\"inhoud\":\"\"}", "{\"kop\":null,\"inhoud\":\"AAAA\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(post_body(bytes_of_text(bodies[i]), NULL), OUTCOME_MALFORMED);
    assert_no_trace();
}

static void a_kind_on_the_path_of_another_is_refused(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    struct small_call call;

    (void)state;
    assert_int_equal(small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_FEEDBACK,
                                           buffer_bytes(&body), &call),
                     OUTCOME_HEAD_DIFFERS);
    small_call_end(&call);
    assert_no_trace();
}

static void an_item_without_a_number_of_its_own_refuses_the_message(void **state)
{
    static const char *const items[] = {"{}", "{\"id\":5}", "{\"id\":\"\"}",
                                        "{\"id\":\"11111111-1111-4111-8111-11111111111G\"}",
                                        "{\"id\":\"11111111-1111-4111-8111-1111111111111\"}"};
    const struct bytes twice[] = {item, item};
    struct small_message message = good_message();

    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const struct bytes wrong = bytes_of_text(items[i]);
        message.items = &wrong;
        assert_refused(&message, OUTCOME_MALFORMED);
    }
    message.items = twice;
    message.item_count = 2;
    assert_refused(&message, OUTCOME_MALFORMED);
}

/* --- damage: no byte of the body may be another --- */

static void assert_flip_is_refused(const struct buffer *body, size_t at, uint8_t mask)
{
    OWNED_BUFFER changed = {0};
    enum outcome outcome;

    buffer_add_bytes(&changed, buffer_bytes(body));
    changed.data[at] ^= mask;
    outcome = post_body(buffer_bytes(&changed), NULL);
    assert_true(outcome_kind(outcome) == KIND_THEIRS || outcome_kind(outcome) == KIND_REFUSED);
}

static void a_flipped_bit_anywhere_refuses_the_message(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    struct dice dice = dice_throw_from(141);
    size_t head = 0;

    (void)state;
    while (head < body.length && memcmp(body.data + head, "\"inhoud\"", 8) != 0)
        head++;
    assert_in_range(head, 200, 600);
    for (size_t at = 0; at < head + 10; at++)
        assert_flip_is_refused(&body, at, (uint8_t)(1 << dice_number(&dice, 8)));
    for (int i = 0; i < 400; i++)
        assert_flip_is_refused(&body, head + dice_number(&dice, body.length - head),
                               (uint8_t)(1 + dice_number(&dice, 255)));
    assert_no_trace();
    assert_int_equal(post_body(buffer_bytes(&body), NULL), OUTCOME_OK);
}

static void a_cut_message_is_refused(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    struct dice dice = dice_throw_from(142);

    (void)state;
    for (int i = 0; i < 200; i++)
        assert_int_equal(post_body(bytes_of(body.data, dice_number(&dice, body.length)), NULL),
                         OUTCOME_MALFORMED);
    assert_no_trace();
}

/* --- ours --- */

static void scarce_memory_leaves_no_trace_and_no_receipt(void **state)
{
    const struct small_message message = good_message();
    OWNED_BUFFER body = small_message_text(&town, &message);
    enum outcome outcome;
    int lasts = 0;
    bool short_of;

    (void)state;
    do {
        memory_lasts_for(lasts++);
        outcome = post_body(buffer_bytes(&body), NULL);
        short_of = memory_ran_out();
        memory_lasts_for(-1);
        if (outcome != OUTCOME_OK) {
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
            assert_no_trace();
        }
    } while (outcome != OUTCOME_OK);
    assert_false(short_of);
    assert_true(lasts > 100);
    assert_int_equal(small.failed, OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
    small_gateway_restart(&small);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    signal_ = small_signal_make(&town, small_gateway_in_force(&small), TEAM);
    item_text = small_signal_text(&signal_);
    item = buffer_bytes(&item_text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buffer_wipe(&item_text);
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
        WITH_GATEWAY(the_same_bytes_again_get_the_same_receipt),
        WITH_GATEWAY(the_same_number_with_other_bytes_is_refused),
        WITH_GATEWAY(the_number_of_one_sender_says_nothing_of_anothers),
        WITH_GATEWAY(only_the_organisation_of_the_certificate_may_send),
        WITH_GATEWAY(a_message_for_another_is_refused),
        WITH_GATEWAY(a_seal_or_signature_of_another_is_refused),
        WITH_GATEWAY(a_covenant_that_is_not_here_or_not_of_both_is_refused),
        WITH_GATEWAY(c5_who_is_no_party_sends_nothing_and_gets_nothing),
        WITH_GATEWAY(c2_what_is_signed_by_another_is_refused_whatever_it_says),
        WITH_GATEWAY(a_kind_without_a_door_is_not_found),
        WITH_GATEWAY(c1_who_has_no_key_in_force_is_not_believed),
        WITH_GATEWAY(a_message_holds_from_its_making_to_its_end),
        WITH_GATEWAY(nothing_moves_after_the_sender_withdrew),
        WITH_GATEWAY(nothing_moves_after_we_withdrew),
        WITH_GATEWAY(between_two_that_agreed_it_moves_after_a_third_withdrew),
        WITH_GATEWAY(a_covenant_that_goes_while_a_message_waits_is_not_known),
        WITH_GATEWAY(what_is_no_message_is_refused),
        WITH_GATEWAY(a_kind_on_the_path_of_another_is_refused),
        WITH_GATEWAY(an_item_without_a_number_of_its_own_refuses_the_message),
        WITH_GATEWAY(a_flipped_bit_anywhere_refuses_the_message),
        WITH_GATEWAY(a_cut_message_is_refused),
        WITH_GATEWAY(scarce_memory_leaves_no_trace_and_no_receipt),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
