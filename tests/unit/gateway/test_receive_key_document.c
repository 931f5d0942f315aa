/* SPDX-License-Identifier: EUPL-1.2 */
/* Key documents as partners send them: taken in, refused, forked, replaced in an emergency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/alarms.h"
#include "gateway/key_documents.h"
#include "gateway/receive.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small; /* of the team */
static char fingerprint[SHA256_HEX_BYTES];
static struct signing_key keys[4];    /* later ones, of whoever */
static struct certificate *self_made; /* of the corporation's OIN, by somebody else */
static struct private_key *self_made_key;
static const struct certificate *carried; /* by the connection; NULL: it is not looked at */

/* --- documents --- */

struct order { /* what is made; members that are NULL are the corporation's own */
    const struct key_document *previous;
    const struct signing_key *next;
    const struct signing_key *signer;
    const struct certificate *tls;
    const struct private_key *tls_key;
    int64_t delay_s; /* when it begins, from now */
};

static struct key_document first_of(enum small_place place)
{
    struct key_document first;

    assert_int_equal(
        key_document_read_first(buffer_bytes(&town.parties[place].key_document), &first, NULL),
        OUTCOME_OK);
    return first;
}

static struct key_document draft_of(const struct order *order)
{
    struct key_document draft = *order->previous;

    draft.number++;
    draft.has_previous = true;
    memcpy(draft.previous, order->previous->digest, sizeof draft.previous);
    memcpy(draft.signing_key, order->next->public_key, sizeof draft.signing_key);
    draft.from_s = town.now_ms / 1000 + order->delay_s;
    return draft;
}

static struct buffer renewal(struct order order)
{
    const struct small_party *own = &town.parties[CORPORATION];
    struct key_document draft = draft_of(&order);
    struct buffer envelope = {0};

    assert_int_equal(key_document_make(&draft, order.tls ? order.tls : own->tls,
                                       order.tls_key ? order.tls_key : own->tls_key,
                                       order.signer ? order.signer : &own->signing, &envelope),
                     OUTCOME_OK);
    return envelope;
}

/* Endorsed by these; SMALL_PLACES: nobody. */
static struct buffer emergency(struct order order, enum small_place one, enum small_place other)
{
    const struct small_party *own = &town.parties[CORPORATION];
    const enum small_place places[] = {one, other};
    struct key_document draft = draft_of(&order);
    struct buffer envelope = {0};

    assert_int_equal(key_document_make_emergency(&draft, order.tls ? order.tls : own->tls,
                                                 order.tls_key ? order.tls_key : own->tls_key,
                                                 &envelope),
                     OUTCOME_OK);
    for (size_t i = 0; i < 2; i++) {
        struct buffer more = {0};
        if (places[i] == SMALL_PLACES)
            continue;
        assert_int_equal(key_document_endorse(buffer_bytes(&envelope), &town.parties[places[i]].oin,
                                              &town.parties[places[i]].signing, &more),
                         OUTCOME_OK);
        buffer_wipe(&envelope);
        envelope = more;
    }
    return envelope;
}

static struct key_document peeked(const struct buffer *envelope)
{
    struct key_document document;

    assert_int_equal(key_document_peek(buffer_bytes(envelope), &document, NULL), OUTCOME_OK);
    return document;
}

/* --- messages --- */

/* Signed with `by`, NULL: the sender's first key. The code of the one item goes to `out_code`. */
static enum outcome post_item(enum small_place from, struct bytes item,
                              const struct signing_key *by,
                              char out_code[static RECEIPT_CODE_BYTES])
{
    const struct signing_key own = town.parties[from].signing;
    struct small_message message =
        small_message_make(&town, from, TEAM, MESSAGE_KIND_KEY_DOCUMENT, fingerprint, &item, 1);
    OWNED_RECEIPT receipt = NULL;
    struct fault fault = {0};
    struct small_call call;
    struct buffer body;
    enum outcome outcome;

    if (by)
        town.parties[from].signing = *by;
    body = small_message_text(&town, &message);
    town.parties[from].signing = own;
    small_call_make(&call, &small, LISTENER_PARTNER, HTTP_POST,
                    message_kind_path(MESSAGE_KIND_KEY_DOCUMENT), buffer_bytes(&body));
    call.call.caller.oin = town.parties[from].oin;
    call.peer.has_certificate = carried != NULL;
    if (carried)
        assert_int_equal(certificate_fingerprint(carried, call.peer.fingerprint), OUTCOME_OK);
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK) {
        assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                      small.gateway.keys.signing.public_key, &receipt, &fault),
                         OUTCOME_OK);
        strcpy(out_code, receipt->answers[0].code);
    }
    small_call_end(&call);
    buffer_wipe(&body);
    return outcome;
}

static enum outcome post(enum small_place from, const struct buffer *envelope,
                         const struct signing_key *by, char out_code[static RECEIPT_CODE_BYTES])
{
    OWNED_BUFFER item = {0};
    char id[UUID_TEXT_BYTES];

    uuid_print(uuid_v4(), id);
    assert_int_equal(key_document_item(id, buffer_bytes(envelope), &item), OUTCOME_OK);
    return post_item(from, buffer_bytes(&item), by, out_code);
}

static void assert_answer(enum small_place from, const struct buffer *envelope, const char *code)
{
    char got[RECEIPT_CODE_BYTES];

    assert_int_equal(post(from, envelope, NULL, got), OUTCOME_OK);
    assert_string_equal(got, code);
}

static const struct key_document *in_force(int64_t delay_s)
{
    return known_keys(small_gateway_known(&small), &town.parties[CORPORATION].oin,
                      town.now_ms / 1000 + delay_s);
}

static bool stands(enum alarm alarm, enum small_place about)
{
    struct view view;
    bool is;

    view_begin(small.gateway.store, &view);
    is = alarm_stands(&view, alarm, town.parties[about].oin.text);
    view_end(&view);
    return is;
}

static size_t stored(void)
{
    return rows_in(small.gateway.store, TABLE_KEY_DOCUMENT);
}

/* --- a renewal --- */

static void a_renewal_counts_from_its_beginning_also_after_a_restart(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER next =
        renewal((struct order){.previous = &first, .next = &keys[0], .delay_s = 3600});

    (void)state;
    assert_answer(CORPORATION, &next, "");
    for (int turn = 0; turn < 2; turn++) {
        assert_memory_equal(in_force(3599)->signing_key, first.signing_key, 32);
        assert_memory_equal(in_force(3600)->signing_key, keys[0].public_key, 32);
        assert_int_equal(stored(), 1);
        small_gateway_restart(&small);
    }
    assert_answer(CORPORATION, &next, ""); /* under another number: nothing new */
    assert_int_equal(stored(), 1);
}

static void the_message_may_be_signed_with_the_key_that_it_brings(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER next = renewal((struct order){.previous = &first, .next = &keys[0]});
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    assert_int_equal(post(CORPORATION, &next, &keys[1], code), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(stored(), 0);
    assert_int_equal(post(CORPORATION, &next, &keys[0], code), OUTCOME_OK);
    assert_string_equal(code, "");
    assert_memory_equal(in_force(0)->signing_key, keys[0].public_key, 32);
}

static void what_is_not_the_sender_s_is_refused(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER next = renewal((struct order){.previous = &first, .next = &keys[0]});
    const struct key_document second = peeked(&next);
    OWNED_BUFFER own_signature =
        renewal((struct order){.previous = &first, .next = &keys[0], .signer = &keys[0]});
    OWNED_BUFFER far =
        renewal((struct order){.previous = &second, .next = &keys[1], .signer = &keys[0]});
    /* A thief of the signing key alone, with a certificate of his own making. */
    OWNED_BUFFER thief = renewal((struct order){
        .previous = &first, .next = &keys[0], .tls = self_made, .tls_key = self_made_key});

    (void)state;
    assert_answer(GGZ, &next, "AFZENDER_ONJUIST");
    assert_answer(CORPORATION, &thief, "AFZENDER_ONJUIST");
    assert_answer(CORPORATION, &own_signature, "HANDTEKENING_ONJUIST");
    assert_answer(CORPORATION, &far, "AFZENDER_ONJUIST"); /* nothing is known of what it follows */
    assert_int_equal(stored(), 0);
    assert_answer(CORPORATION, &next, "");
}

/* Which was verified to its authority before anything was read. */
static void a_new_certificate_is_that_of_the_connection(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER next = renewal((struct order){
        .previous = &first, .next = &keys[0], .tls = self_made, .tls_key = self_made_key});

    (void)state;
    carried = town.parties[GGZ].tls;
    assert_answer(CORPORATION, &next, "AFZENDER_ONJUIST");
    assert_int_equal(stored(), 0);
    carried = self_made;
    assert_answer(CORPORATION, &next, "");
    carried = NULL;
    assert_int_equal(stored(), 1);
}

/* Signed with a key that is not known, so that what is inside must say which it is. */
static void what_cannot_be_read_says_no_key(void **state)
{
    const struct message_head head = {.route = {.from = town.parties[CORPORATION].oin,
                                                .to = town.parties[TEAM].oin,
                                                .kind = MESSAGE_KIND_KEY_DOCUMENT}};
    const uint8_t *sealing_key = town.parties[TEAM].sealing.public_key;
    OWNED_BUFFER envelope = {0}, content = {0}, body = {0};
    struct message_head full = head;
    struct small_call call;

    (void)state;
    strcpy(full.route.covenant, fingerprint);
    uuid_print(uuid_v7(town.now_ms), full.route.id);
    assert_int_equal(
        dsse_sign(bytes_of_text("{}"), message_kind_type(head.route.kind), &keys[3], &envelope),
        OUTCOME_OK);
    assert_int_equal(sealed_close(buffer_bytes(&envelope), sealing_key, &content), OUTCOME_OK);
    assert_int_equal(sealed_key_id(sealing_key, full.recipient_key), OUTCOME_OK);
    full.content = buffer_bytes(&content);
    assert_int_equal(message_write(&full, &body), OUTCOME_OK);
    assert_int_equal(
        small_gateway_receive(&small, CORPORATION, head.route.kind, buffer_bytes(&body), &call),
        OUTCOME_SIGNATURE_WRONG);
    small_call_end(&call);
}

static void one_member_more_is_no_document(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER next = renewal((struct order){.previous = &first, .next = &keys[0]});
    char id[UUID_TEXT_BYTES], code[RECEIPT_CODE_BYTES];
    OWNED_BUFFER item = {0};

    (void)state;
    uuid_print(uuid_v4(), id);
    assert_int_equal(key_document_item(id, buffer_bytes(&next), &item), OUTCOME_OK);
    item.length--; /* its closing brace */
    buffer_add_text(&item, ",\"meer\":1}");
    assert_int_equal(post_item(CORPORATION, buffer_bytes(&item), NULL, code), OUTCOME_OK);
    assert_string_equal(code, "ONJUIST_BERICHT");
    assert_int_equal(stored(), 0);
}

static void what_is_no_document_is_refused(void **state)
{
    static const char *const items[] = {
        "{\"id\":\"%s\"}",
        "{\"id\":\"%s\",\"sleuteldocument\":\"\"}",
        "{\"id\":\"%s\",\"sleuteldocument\":\"e30=\"}",
        "{\"id\":\"%s\",\"sleuteldocument\":\"!\"}",
        "{\"id\":\"%s\",\"sleuteldocument\":1}",
        "{\"id\":\"%s\",\"sleuteldocument\":\"e30=\",\"meer\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        OWNED_BUFFER item = {0};
        const char *hole = strstr(items[i], "%s");
        char id[UUID_TEXT_BYTES], code[RECEIPT_CODE_BYTES];
        uuid_print(uuid_v4(), id);
        buffer_add(&item, items[i], (size_t)(hole - items[i]));
        buffer_add_text(&item, id);
        buffer_add_text(&item, hole + 2);
        assert_int_equal(post_item(CORPORATION, buffer_bytes(&item), NULL, code), OUTCOME_OK);
        assert_string_equal(code, "ONJUIST_BERICHT");
    }
    assert_int_equal(stored(), 0);
}

/* --- a fork --- */

static void fork_them(struct buffer *out_second)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER one = renewal((struct order){.previous = &first, .next = &keys[0]});

    *out_second = renewal((struct order){.previous = &first, .next = &keys[1]});
    assert_answer(CORPORATION, &one, "");
    assert_answer(CORPORATION, out_second, "ANDER_BERICHT_BEKEND");
}

static void c2_two_successors_stop_all_until_it_is_settled(void **state)
{
    char code[RECEIPT_CODE_BYTES];
    OWNED_BUFFER second = {0};
    struct view view;

    (void)state;
    fork_them(&second);
    for (int turn = 0; turn < 2; turn++) {
        assert_null(in_force(0));
        assert_true(stands(ALARM_KEY_FORK, CORPORATION));
        assert_int_equal(stored(), 2);
        small_gateway_restart(&small);
    }
    view_begin(small.gateway.store, &view); /* each is shown to its owner */
    assert_int_equal(queue_length(&view, &town.parties[CORPORATION].oin, 9), 2);
    view_end(&view);
    assert_int_equal(post(CORPORATION, &second, &keys[3], code), OUTCOME_SIGNATURE_WRONG);
    assert_answer(CORPORATION, &second, "ANDER_BERICHT_BEKEND"); /* nothing more is kept of it */
    assert_int_equal(stored(), 2);
}

static void a_document_of_ours_that_we_did_not_make_is_an_alarm(void **state)
{
    const struct small_party *own = &town.parties[TEAM];
    const struct key_document first = first_of(TEAM);
    const struct order order = {.previous = &first, .next = &keys[0]};
    struct key_document draft = draft_of(&order);
    OWNED_BUFFER genuine = {0}, forged = {0};

    (void)state;
    assert_int_equal(key_document_make(&draft, own->tls, own->tls_key, &keys[2], &forged),
                     OUTCOME_OK);
    assert_int_equal(key_document_make(&draft, own->tls, own->tls_key, &own->signing, &genuine),
                     OUTCOME_OK);
    assert_answer(GGZ, &own->key_document, "");
    assert_answer(GGZ, &forged, "HANDTEKENING_ONJUIST");
    assert_false(stands(ALARM_KEY_MISUSED, TEAM));
    assert_answer(GGZ, &genuine, "");
    assert_true(stands(ALARM_KEY_MISUSED, TEAM));
    assert_int_equal(stored(), 0); /* and our own chain stays what it is */
}

/* Nobody makes a stir here with an emergency of ours that nobody endorsed. */
static void o1_an_emergency_of_ours_takes_two_others_too(void **state)
{
    const struct small_party *own = &town.parties[TEAM];
    const struct key_document first = first_of(TEAM);
    const struct order order = {
        .previous = &first, .next = &keys[0], .tls = own->tls, .tls_key = own->tls_key};
    const struct signing_key honest = town.parties[MUNICIPALITY].signing;
    OWNED_BUFFER alone = emergency(order, SMALL_PLACES, SMALL_PLACES), forged = {0};

    (void)state;
    assert_answer(GGZ, &alone, "NIET_TOEGESTAAN");
    town.parties[MUNICIPALITY].signing = keys[3];
    forged = emergency(order, GGZ, MUNICIPALITY);
    town.parties[MUNICIPALITY].signing = honest;
    assert_answer(GGZ, &forged, "HANDTEKENING_ONJUIST");
    assert_false(stands(ALARM_KEY_MISUSED, TEAM));
}

/* --- an emergency --- */

static void o1_an_emergency_takes_two_others_of_one_covenant(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    const struct order order = {.previous = &first, .next = &keys[2], .delay_s = -60};
    const struct order other_certificate = {.previous = &first,
                                            .next = &keys[2],
                                            .tls = self_made,
                                            .tls_key = self_made_key,
                                            .delay_s = -60};
    OWNED_BUFFER alone = emergency(order, SMALL_PLACES, SMALL_PLACES);
    OWNED_BUFFER one = emergency(order, GGZ, SMALL_PLACES);
    OWNED_BUFFER stranger = emergency(order, GGZ, OTHER_TEAM);
    OWNED_BUFFER thief = emergency(other_certificate, GGZ, MUNICIPALITY);
    OWNED_BUFFER good = emergency(order, GGZ, MUNICIPALITY);
    OWNED_BUFFER second = {0};
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    fork_them(&second);
    assert_answer(CORPORATION, &alone, "NIET_TOEGESTAAN");
    assert_answer(CORPORATION, &one, "NIET_TOEGESTAAN");
    assert_answer(CORPORATION, &stranger, "NIET_TOEGESTAAN");
    assert_answer(CORPORATION, &thief, "AFZENDER_ONJUIST");
    assert_answer(GGZ, &good, "AFZENDER_ONJUIST");
    assert_answer(GGZ, &town.parties[CORPORATION].key_document, "AFZENDER_ONJUIST");
    assert_true(stands(ALARM_KEY_FORK, CORPORATION));
    assert_answer(CORPORATION, &good, "");
    assert_false(stands(ALARM_KEY_FORK, CORPORATION));
    for (int turn = 0; turn < 2; turn++) {
        assert_memory_equal(in_force(0)->signing_key, keys[2].public_key, 32);
        assert_null(in_force(-3600)); /* an instant that only a thief would write now */
        small_gateway_restart(&small);
    }
    assert_int_equal(post(CORPORATION, &second, NULL, code), OUTCOME_SIGNATURE_WRONG);
}

static void o1_an_endorsement_that_another_made_does_not_count(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    const struct signing_key own = town.parties[MUNICIPALITY].signing;
    char code[RECEIPT_CODE_BYTES];
    struct buffer forged;

    (void)state;
    town.parties[MUNICIPALITY].signing = keys[3];
    forged = emergency((struct order){.previous = &first, .next = &keys[2]}, GGZ, MUNICIPALITY);
    town.parties[MUNICIPALITY].signing = own;
    assert_int_equal(post(CORPORATION, &forged, NULL, code), OUTCOME_OK);
    assert_string_equal(code, "HANDTEKENING_ONJUIST");
    assert_int_equal(stored(), 0);
    buffer_wipe(&forged);
}

static void o1_after_an_emergency_the_stolen_key_signs_nothing_new(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER good = emergency(
        (struct order){.previous = &first, .next = &keys[2], .delay_s = -60}, GGZ, UNIVERSITY);
    const struct key_document settled = peeked(&good);
    OWNED_BUFFER next = renewal(
        (struct order){.previous = &settled, .next = &keys[3], .signer = &keys[2], .delay_s = 60});
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    assert_int_equal(post(CORPORATION, &good, &keys[2], code), OUTCOME_OK);
    assert_string_equal(code, "");
    assert_int_equal(post(CORPORATION, &next, NULL, code), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(post(CORPORATION, &next, &keys[2], code), OUTCOME_OK);
    assert_string_equal(code, "");
    assert_memory_equal(in_force(60)->signing_key, keys[3].public_key, 32);
}

/* --- want of memory --- */

static enum outcome post_any(const struct buffer *envelope)
{
    char code[RECEIPT_CODE_BYTES] = "";
    enum outcome outcome = post(CORPORATION, envelope, &keys[2], code);

    return outcome;
}

static void scarce_memory_is_survived(void **state)
{
    const struct key_document first = first_of(CORPORATION);
    OWNED_BUFFER good = emergency(
        (struct order){.previous = &first, .next = &keys[2], .delay_s = -60}, GGZ, UNIVERSITY);
    struct key_chain chain = {0};
    struct view view;
    enum outcome outcome;

    (void)state;
    assert_int_equal(post_any(&good), OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    WITH_SCARCE_MEMORY_SAMPLED(
        20, outcome,
        key_documents_chain(&view, &town.parties[CORPORATION].oin,
                            buffer_bytes(&town.parties[CORPORATION].key_document), &chain),
        key_chain_wipe(&chain));
    assert_int_equal(outcome, OUTCOME_OK);
    view_end(&view);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    strcpy(fingerprint, small_gateway_in_force(&small)->covenant->fingerprint);
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
    OWNED_BUFFER pem = {0};
    struct certificate_order order;

    (void)state;
    small_town_make(&town);
    order = (struct certificate_order){
        .subject = {"poort", "Voorbeeld", town.parties[CORPORATION].oin.text},
        .from_s = town.now_ms / 1000 - 86400,
        .days = 400};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(signing_key_new(&keys[i]), OUTCOME_OK);
    assert_int_equal(private_key_make(&self_made_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, self_made_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &self_made), OUTCOME_OK);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++)
        signing_key_wipe(&keys[i]);
    certificate_free(self_made);
    private_key_free(self_made_key);
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_renewal_counts_from_its_beginning_also_after_a_restart),
        WITH_GATEWAY(the_message_may_be_signed_with_the_key_that_it_brings),
        WITH_GATEWAY(what_is_not_the_sender_s_is_refused),
        WITH_GATEWAY(a_new_certificate_is_that_of_the_connection),
        WITH_GATEWAY(what_cannot_be_read_says_no_key),
        WITH_GATEWAY(one_member_more_is_no_document),
        WITH_GATEWAY(what_is_no_document_is_refused),
        WITH_GATEWAY(c2_two_successors_stop_all_until_it_is_settled),
        WITH_GATEWAY(a_document_of_ours_that_we_did_not_make_is_an_alarm),
        WITH_GATEWAY(o1_an_emergency_of_ours_takes_two_others_too),
        WITH_GATEWAY(o1_an_emergency_takes_two_others_of_one_covenant),
        WITH_GATEWAY(o1_an_endorsement_that_another_made_does_not_count),
        WITH_GATEWAY(o1_after_an_emergency_the_stolen_key_signs_nothing_new),
        WITH_GATEWAY(scarce_memory_is_survived),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
