/* SPDX-License-Identifier: EUPL-1.2 */
/* What is believed of the documents of a partner's keys: the chain that its rows make, whose word
 * an emergency needs, and from when a key signs. How they come in: test_receive_key_document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/key_documents.h"
#include "gateway/receive.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

enum { ROW_KEY_BYTES = OIN_LENGTH + 8 + KEY_DOCUMENT_DIGEST_BYTES };

static struct small_town town;
static struct small_gateway small; /* of the team */
static struct signing_key later;   /* of whoever renews */

/* --- the rows --- */

struct row {
    struct bytes key, value;
};

static enum outcome apply_row(struct change *change, struct audit *audit, void *context)
{
    const struct row *row = context;

    (void)audit;
    store_put(change, TABLE_KEY_DOCUMENT, row->key, row->value);
    return change->outcome;
}

static void put(enum small_place of, size_t key_bytes, struct bytes value)
{
    uint8_t key[ROW_KEY_BYTES + 1] = {0};
    struct row row = {bytes_of(key, key_bytes), value};

    memcpy(key, town.parties[of].oin.text, OIN_LENGTH);
    small_gateway_write(&small, apply_row, &row);
}

static struct key_document first_of(enum small_place place)
{
    struct key_document first;

    assert_int_equal(
        key_document_read_first(buffer_bytes(&town.parties[place].key_document), &first, NULL),
        OUTCOME_OK);
    return first;
}

/* What follows its first, from `delay_s` seconds from now. */
static struct key_document next_draft(enum small_place place, int64_t delay_s)
{
    const struct key_document first = first_of(place);
    struct key_document draft = first;

    draft.number++;
    draft.has_previous = true;
    memcpy(draft.previous, first.digest, sizeof draft.previous);
    memcpy(draft.signing_key, later.public_key, sizeof draft.signing_key);
    draft.from_s = town.now_ms / 1000 + delay_s;
    return draft;
}

static struct buffer renewal(int64_t delay_s)
{
    const struct small_party *own = &town.parties[CORPORATION];
    const struct key_document draft = next_draft(CORPORATION, delay_s);
    struct buffer envelope = {0};

    assert_int_equal(key_document_make(&draft, own->tls, own->tls_key, &own->signing, &envelope),
                     OUTCOME_OK);
    return envelope;
}

static enum outcome chain_of(enum small_place place, struct key_chain *out)
{
    const struct small_party *party = &town.parties[place];
    enum outcome outcome;
    struct view view;

    view_begin(small.gateway.store, &view);
    outcome = key_documents_chain(&view, &party->oin, buffer_bytes(&party->key_document), out);
    view_end(&view);
    return outcome;
}

static void the_rows_of_one_make_its_chain(void **state)
{
    OWNED_BUFFER next = renewal(0);
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    put(CORPORATION, ROW_KEY_BYTES, buffer_bytes(&next));
    put(UNIVERSITY, ROW_KEY_BYTES, bytes_of_text("x")); /* of another: not looked at */
    assert_int_equal(chain_of(CORPORATION, &chain), OUTCOME_OK);
    assert_int_equal(chain.count, 2);
}

/* --- which of them a signature may be of --- */

enum { KEYS = 9 };

static enum outcome apply_next(struct change *change, struct audit *audit, void *context)
{
    const struct buffer *envelope = context;
    struct key_document document;

    (void)audit;
    TRY(key_document_peek(buffer_bytes(envelope), &document, NULL));
    key_document_put(change, &document, buffer_bytes(envelope));
    return gateway_reload(&small.gateway, &change->view);
}

/* The corporation renews, each time by the key before. */
static void renew_all(struct signing_key keys[static KEYS])
{
    const struct small_party *own = &town.parties[CORPORATION];
    struct key_document document = first_of(CORPORATION);

    for (int i = 0; i < KEYS; i++) {
        struct key_document draft = document;
        OWNED_BUFFER envelope = {0};
        assert_int_equal(signing_key_new(&keys[i]), OUTCOME_OK);
        draft.number++;
        draft.has_previous = true;
        memcpy(draft.previous, document.digest, sizeof draft.previous);
        memcpy(draft.signing_key, keys[i].public_key, sizeof draft.signing_key);
        draft.from_s = town.now_ms / 1000 - KEYS + i;
        assert_int_equal(key_document_make(&draft, own->tls, own->tls_key,
                                           i ? &keys[i - 1] : &own->signing, &envelope),
                         OUTCOME_OK);
        assert_int_equal(key_document_peek(buffer_bytes(&envelope), &document, NULL), OUTCOME_OK);
        small_gateway_write(&small, apply_next, &envelope);
    }
}

static size_t signers(const char *hint, const uint8_t **out_last)
{
    const struct known_covenant *known = small_gateway_known(&small);
    const struct oin *oin = &town.parties[CORPORATION].oin;
    enum outcome outcome = OUTCOME_OK;
    size_t count = 0;

    while ((outcome = known_signer(known, oin, hint, count, out_last)) == OUTCOME_OK)
        count++;
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    return count;
}

static void x5_a_signature_is_tried_with_one_key_of_however_many(void **state)
{
    struct signing_key keys[KEYS];
    const uint8_t *key = NULL;

    (void)state;
    renew_all(keys);
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(signers(keys[i].keyid, &key), 1);
        assert_memory_equal(key, keys[i].public_key, SIGNING_PUBLIC_BYTES);
    }
    assert_int_equal(signers(town.parties[CORPORATION].signing.keyid, &key), 1);
    assert_int_equal(signers(later.keyid, &key), 0);
    assert_int_equal(signers("", &key), SIGNERS_WITHOUT_HINT);
    assert_memory_equal(key, keys[KEYS - 1].public_key, SIGNING_PUBLIC_BYTES);
    for (int i = 0; i < KEYS; i++)
        signing_key_wipe(&keys[i]);
}

/* A consent would count as not authentic, and a statement be refused for good. */
static void scarce_memory_is_not_told_as_a_key_that_nobody_has(void **state)
{
    const struct known_covenant *known = small_gateway_known(&small);
    const struct small_party *party = &town.parties[CORPORATION];
    const uint8_t *key;
    enum outcome outcome;

    (void)state;
    memory_lasts_for(0);
    outcome = known_signer(known, &party->oin, party->signing.keyid, 0, &key);
    memory_lasts_for(-1);
    assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
}

static void a_row_that_does_not_read_is_damage(void **state)
{
    OWNED_KEY_CHAIN chain = {0};

    (void)state;
    put(GGZ, ROW_KEY_BYTES, bytes_of_text("x"));
    assert_int_equal(chain_of(GGZ, &chain), OUTCOME_STORE_DAMAGED);
    put(TEAM, ROW_KEY_BYTES + 1, bytes_of_text("x"));
    assert_int_equal(chain_of(TEAM, &chain), OUTCOME_STORE_DAMAGED);
}

/* --- from when a key signs --- */

static enum outcome asked_by(const struct signing_key *key, int64_t ahead_s)
{
    const struct signing_key own = town.parties[CORPORATION].signing;
    const struct bytes item = bytes_of_text("{\"id\":\"11111111-1111-4111-8111-111111111111\","
                                            "\"vanOp\":\"2026-11-22T02:00:00Z\"}");
    struct small_message message =
        small_message_make(&town, CORPORATION, TEAM, MESSAGE_KIND_RECOVERY,
                           small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    OWNED_BUFFER body = {0};
    struct small_call call;
    enum outcome outcome;

    message.issued_s += ahead_s;
    town.parties[CORPORATION].signing = *key;
    body = small_message_text(&town, &message);
    town.parties[CORPORATION].signing = own;
    outcome = small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_RECOVERY, buffer_bytes(&body),
                                    &call);
    small_call_end(&call);
    return outcome;
}

/* Who writes a later instant has not waited for it. */
static void no_key_signs_before_it_has_begun(void **state)
{
    OWNED_BUFFER next = renewal(60);

    (void)state;
    put(CORPORATION, ROW_KEY_BYTES, buffer_bytes(&next));
    small_gateway_restart(&small);
    assert_int_equal(asked_by(&later, 0), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(asked_by(&later, 60), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(asked_by(&town.parties[CORPORATION].signing, 60), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(asked_by(&town.parties[CORPORATION].signing, 0), OUTCOME_OK);
}

/* --- whose word an emergency needs --- */

static struct buffer emergency(void)
{
    const struct small_party *own = &town.parties[UNIVERSITY];
    const struct small_party *one = &town.parties[GGZ], *other = &town.parties[MUNICIPALITY];
    const struct key_document draft = next_draft(UNIVERSITY, -60);
    OWNED_BUFFER alone = {0}, half = {0};
    struct buffer whole = {0};

    assert_int_equal(key_document_make_emergency(&draft, own->tls, own->tls_key, &alone),
                     OUTCOME_OK);
    assert_int_equal(key_document_endorse(buffer_bytes(&alone), &one->oin, &one->signing, &half),
                     OUTCOME_OK);
    assert_int_equal(
        key_document_endorse(buffer_bytes(&half), &other->oin, &other->signing, &whole),
        OUTCOME_OK);
    return whole;
}

static enum outcome may_count(void)
{
    OWNED_BUFFER envelope = emergency();
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    struct key_document document;

    assert_int_equal(key_document_peek(buffer_bytes(&envelope), &document, NULL), OUTCOME_OK);
    return key_document_may_count(registry, &town.parties[TEAM].oin, &document,
                                  buffer_bytes(&envelope), town.now_ms / 1000);
}

/* These agree to a covenant of everybody, or of all but the university. */
static void agreed_by(const enum small_place *places, size_t count, bool without_university)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint;

    if (without_university) {
        OWNED_JSON other = small_party_json(&town, OTHER_TEAM, "Een ander", "ONDERZOEK");
        json_object_update(json_array_get(json_object_get(document, "partijen"), UNIVERSITY),
                           other);
    }
    fingerprint = small_gateway_add(&small, document);
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
    for (size_t i = 0; i < count; i++)
        small_gateway_hears(&small, places[i], fingerprint, VERDICT_AGREED);
}

static void o1_who_agreed_with_us_may_endorse(void **state)
{
    static const enum small_place all[] = {TEAM, GGZ, MUNICIPALITY};

    (void)state;
    agreed_by(all, 3, false);
    assert_int_equal(may_count(), OUTCOME_OK);
}

static void o1_of_a_covenant_that_we_never_wanted_nobody_may(void **state)
{
    static const enum small_place others[] = {GGZ, MUNICIPALITY};

    (void)state;
    agreed_by(others, 2, false);
    assert_int_equal(may_count(), OUTCOME_NOT_ALLOWED);
}

static void o1_who_never_agreed_may_not(void **state)
{
    static const enum small_place without_one[] = {TEAM, MUNICIPALITY};

    (void)state;
    agreed_by(without_one, 2, false);
    assert_int_equal(may_count(), OUTCOME_NOT_ALLOWED);
}

static void o1_who_never_agreed_may_not_either(void **state)
{
    static const enum small_place without_other[] = {TEAM, GGZ};

    (void)state;
    agreed_by(without_other, 2, false);
    assert_int_equal(may_count(), OUTCOME_NOT_ALLOWED);
}

static void o1_of_a_covenant_that_it_is_no_party_of_nobody_may(void **state)
{
    static const enum small_place all[] = {TEAM, GGZ, MUNICIPALITY};

    (void)state;
    agreed_by(all, 3, true);
    assert_int_equal(may_count(), OUTCOME_NOT_ALLOWED);
}

/* --- the house --- */

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    return 0;
}

static int make_in_force(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
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
    assert_int_equal(signing_key_new(&later), OUTCOME_OK);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    signing_key_wipe(&later);
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(the_rows_of_one_make_its_chain),
        WITH_GATEWAY(a_row_that_does_not_read_is_damage),
        cmocka_unit_test_setup_teardown(x5_a_signature_is_tried_with_one_key_of_however_many,
                                        make_in_force, end),
        cmocka_unit_test_setup_teardown(scarce_memory_is_not_told_as_a_key_that_nobody_has,
                                        make_in_force, end),
        cmocka_unit_test_setup_teardown(no_key_signs_before_it_has_begun, make_in_force, end),
        WITH_GATEWAY(o1_who_agreed_with_us_may_endorse),
        WITH_GATEWAY(o1_of_a_covenant_that_we_never_wanted_nobody_may),
        WITH_GATEWAY(o1_who_never_agreed_may_not),
        WITH_GATEWAY(o1_who_never_agreed_may_not_either),
        WITH_GATEWAY(o1_of_a_covenant_that_it_is_no_party_of_nobody_may),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
