/* SPDX-License-Identifier: EUPL-1.2 */
/* A new version as a partner proposes it: kept and agreed to by nobody, or refused and nothing
 * changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/covenant_item.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/new_covenant.h"
#include "gateway/receive.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;
static char first[SHA256_HEX_BYTES]; /* in force */

/* The town's covenant as its next version: the caller owns it. */
static json_t *next_version(const char *version)
{
    json_t *document = small_covenant_json(&town);

    json_object_set_new(document, "versie", json_string(version));
    json_object_set_new(document, "vorige", json_string(first));
    return document;
}

static json_t *party_at(json_t *document, size_t place)
{
    return json_array_get(json_object_get(document, "partijen"), place);
}

static struct buffer item_of(struct bytes file, const char *fingerprint)
{
    struct buffer item = {0};
    char own[SHA256_HEX_BYTES], id[UUID_TEXT_BYTES];

    assert_int_equal(sha256_hex(file, own), OUTCOME_OK);
    uuid_print(uuid_v4(), id);
    assert_int_equal(covenant_item_print(id, fingerprint ? fingerprint : own, file, &item),
                     OUTCOME_OK);
    return item;
}

/* The outcome of the message, or the code of its item; "" when that was accepted. */
static enum outcome post(enum small_place from, const char *under, struct bytes item,
                         char out_code[static RECEIPT_CODE_BYTES])
{
    struct small_message message =
        small_message_make(&town, from, TEAM, MESSAGE_KIND_COVENANT, under, &item, 1);
    OWNED_BUFFER body = small_message_text(&town, &message);
    OWNED_RECEIPT receipt = NULL;
    struct small_call call;
    struct fault fault = {0};
    enum outcome outcome =
        small_gateway_receive(&small, from, MESSAGE_KIND_COVENANT, buffer_bytes(&body), &call);

    out_code[0] = '\0';
    if (outcome == OUTCOME_OK) {
        assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                      small.gateway.keys.signing.public_key, &receipt, &fault),
                         OUTCOME_OK);
        memcpy(out_code, receipt->answers[0].code, RECEIPT_CODE_BYTES);
    }
    small_call_end(&call);
    return outcome;
}

static size_t covenants(void)
{
    return rows_in(small.gateway.store, TABLE_COVENANT);
}

static void assert_code(enum small_place from, const json_t *document, const char *wanted)
{
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = item_of(buffer_bytes(&text), NULL);
    size_t before = covenants();
    char code[RECEIPT_CODE_BYTES];

    assert_int_equal(post(from, first, buffer_bytes(&item), code), OUTCOME_OK);
    assert_string_equal(code, wanted);
    assert_int_equal(covenants(), before + (wanted[0] == '\0'));
}

static void a_proposal_is_kept_and_nobody_has_agreed(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_BUFFER text = small_covenant_text(document);
    HELD_REGISTRY registry = NULL;
    const struct known_covenant *known;
    struct covenant_origin origin;
    char second[SHA256_HEX_BYTES];
    struct view view;

    (void)state;
    assert_code(CORPORATION, document, "");
    small_gateway_restart(&small);
    assert_int_equal(sha256_hex(buffer_bytes(&text), second), OUTCOME_OK);
    registry = gateway_registry(&small.gateway);
    known = registry_find(registry, second);
    assert_non_null(known);
    assert_int_equal(known->began_ms, INT64_MAX);
    for (size_t i = 0; i < known->covenant->parties_count; i++)
        assert_int_equal(known->verdicts[i], VERDICT_NONE);
    assert_ptr_equal(registry_choose(registry, known->covenant->id, town.now_ms),
                     registry_find(registry, first));
    view_begin(small.gateway.store, &view);
    assert_int_equal(covenant_origin_get(&view, second, &origin), OUTCOME_OK);
    view_end(&view);
    assert_true(origin.proposed);
    assert_false(origin.on_paper);
    assert_true(oin_equal(&origin.from, &town.parties[CORPORATION].oin));
}

static enum outcome apply_origin(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    store_put(change, TABLE_COVENANT_ORIGIN, bytes_of_text(first), bytes_of_text(context));
    return change->outcome;
}

static void an_origin_that_does_not_read_is_damage(void **state)
{
    static char wrong[][64] = {
        "{\"papier\":true,\"van\":7,\"op\":0}", "{\"papier\":true,\"van\":\"\",\"op\":-1}",
        "{\"papier\":true,\"van\":\"x\",\"op\":0}", "{\"papier\":1,\"van\":\"\",\"op\":0}", "x"};
    struct covenant_origin origin;
    struct view view;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        small_gateway_write(&small, apply_origin, wrong[i]);
        view_begin(small.gateway.store, &view);
        assert_int_equal(covenant_origin_get(&view, first, &origin), OUTCOME_STORE_DAMAGED);
        view_end(&view);
    }
}

static void the_same_proposal_of_another_party_is_known(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = item_of(buffer_bytes(&text), NULL);
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    assert_code(CORPORATION, document, "");
    assert_int_equal(post(GGZ, first, buffer_bytes(&item), code), OUTCOME_OK);
    assert_string_equal(code, "");
    assert_int_equal(covenants(), 2);
}

/* The same file as our own people hand it in, from paper. */
static enum outcome hand_in(const json_t *document)
{
    OWNED_BUFFER text = small_covenant_text(document), body = {0};
    char own[SHA256_HEX_BYTES];
    struct small_call call;
    enum outcome outcome;

    assert_int_equal(sha256_hex(buffer_bytes(&text), own), OUTCOME_OK);
    buffer_add_text(&body, "{\"bestand\":\"");
    buffer_add_base64(&body, buffer_bytes(&text));
    buffer_format(&body, "\",\"vingerafdruk\":\"%s\"}", own);
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/convenanten",
                    buffer_bytes(&body));
    outcome = small_call_run(&call);
    small_call_end(&call);
    return outcome;
}

static void a_proposal_is_laid_beside_the_paper_once(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_JSON there = small_covenant_json(&town); /* which nobody proposed */

    (void)state;
    assert_code(CORPORATION, document, "");
    assert_int_equal(hand_in(document), OUTCOME_OK);
    assert_int_equal(hand_in(document), OUTCOME_EXISTS);
    assert_int_equal(hand_in(there), OUTCOME_EXISTS);
    assert_int_equal(covenants(), 2);
}

/* A first document of the second team that it never made. */
static struct buffer another_document(void)
{
    const struct small_party *party = &town.parties[OTHER_TEAM];
    struct key_document draft;
    struct buffer envelope = {0};

    assert_int_equal(key_document_read_first(buffer_bytes(&party->key_document), &draft, NULL),
                     OUTCOME_OK);
    snprintf(draft.address, sizeof draft.address, "https://elders.voorbeeld");
    assert_int_equal(
        key_document_make(&draft, party->tls, party->tls_key, &party->signing, &envelope),
        OUTCOME_OK);
    return envelope;
}

static json_t *with_other_team(json_t *document)
{
    json_array_append_new(json_object_get(document, "partijen"),
                          small_party_json(&town, OTHER_TEAM, "Wijkteam Zuid", "WIJKTEAM"));
    return document;
}

static void c2_a_newcomer_keeps_the_key_it_has_in_another_covenant(void **state)
{
    const struct buffer own = town.parties[OTHER_TEAM].key_document;
    OWNED_JSON elsewhere = with_other_team(small_covenant_json(&town));
    OWNED_JSON honest = with_other_team(next_version("1.3.0"));
    OWNED_JSON forged = NULL;
    OWNED_BUFFER another = another_document();
    char other[SHA256_HEX_BYTES];

    (void)state;
    town.parties[OTHER_TEAM].key_document = another;
    forged = with_other_team(next_version("1.4.0"));
    town.parties[OTHER_TEAM].key_document = own;
    json_object_set_new(elsewhere, "id", json_string("elders"));
    snprintf(other, sizeof other, "%s", small_gateway_add(&small, elsewhere));
    assert_code(CORPORATION, forged, ""); /* of a covenant that only came in nothing follows */
    json_object_set_new(forged, "versie", json_string("1.5.0"));
    small_gateway_hears(&small, TEAM, other, VERDICT_AGREED);
    assert_code(CORPORATION, forged, "SLEUTEL_ONBEKEND");
    assert_code(CORPORATION, honest, "");
}

static void what_is_no_proposal_is_refused(void **state)
{
    static const char *const files[] = {"", "{}", "[]", "{\"formaat\":\"buurt-convenant/1\"}"};
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        OWNED_BUFFER item = item_of(bytes_of_text(files[i]), NULL);
        assert_int_equal(post(CORPORATION, first, buffer_bytes(&item), code), OUTCOME_OK);
        assert_string_equal(code, "ONJUIST_BERICHT");
    }
    assert_int_equal(covenants(), 1);
}

/* Its articles use tokens, and nobody would make the key for them. */
static void a_proposal_that_nobody_gives_keys_for_is_refused(void **state)
{
    OWNED_JSON document = next_version("1.3.0");

    (void)state;
    json_object_del(document, "sleutelgever");
    assert_code(CORPORATION, document, "ONJUIST_BERICHT");
}

static void other_bytes_than_the_fingerprint_are_refused(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = item_of(buffer_bytes(&text), first);
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    assert_int_equal(post(CORPORATION, first, buffer_bytes(&item), code), OUTCOME_OK);
    assert_string_equal(code, "VINGERAFDRUK_ONJUIST");
    assert_int_equal(covenants(), 1);
}

static void c3_it_must_follow_the_version_it_was_sent_under(void **state)
{
    static const char other[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    OWNED_JSON document = next_version("1.3.0");
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = item_of(buffer_bytes(&text), NULL);
    char code[RECEIPT_CODE_BYTES];

    (void)state;
    json_object_set_new(document, "vorige", json_string(other));
    assert_code(CORPORATION, document, "KOP_WIJKT_AF");
    json_object_del(document, "vorige");
    assert_code(CORPORATION, document, "KOP_WIJKT_AF");
    json_object_set_new(document, "vorige", json_string(first));
    json_object_set_new(document, "id", json_string("een-ander-convenant"));
    assert_code(CORPORATION, document, "KOP_WIJKT_AF");
    assert_int_equal(post(CORPORATION, other, buffer_bytes(&item), code),
                     OUTCOME_COVENANT_UNKNOWN); /* no trust on first use */
}

static void c3_the_same_name_with_other_content_is_refused(void **state)
{
    OWNED_JSON document = next_version("1.2.0");

    (void)state;
    assert_code(CORPORATION, document, "ANDER_BERICHT_BEKEND");
}

static void it_is_sent_and_received_by_parties_of_both_versions(void **state)
{
    OWNED_JSON without_us = next_version("1.3.0");
    OWNED_JSON without_them = next_version("1.4.0");
    OWNED_JSON other = small_party_json(&town, OTHER_TEAM, "Ander team", "WIJKTEAM");
    OWNED_JSON of_theirs = small_party_json(&town, OTHER_TEAM, "Andere ggz", "GGZ");

    (void)state;
    json_object_update(party_at(without_us, TEAM), other);
    json_object_set_new(without_us, "sleutelgever", json_string(town.parties[OTHER_TEAM].oin.text));
    assert_code(CORPORATION, without_us, "NIET_TOEGESTAAN");
    json_object_update(party_at(without_them, GGZ), of_theirs);
    assert_code(GGZ, without_them, "AFZENDER_ONJUIST");
    assert_code(CORPORATION, without_them, ""); /* a party may be new */
}

/* Whoever proposes could otherwise put its own key under the number of another. */
static void c2_no_party_gets_another_key(void **state)
{
    struct small_town same;
    OWNED_JSON document = next_version("1.3.0");
    OWNED_JSON forged = NULL;

    (void)state;
    small_town_make(&same); /* of the same numbers, with other keys */
    forged = small_party_json(&same, GGZ, "GGZ", "GGZ");
    json_object_set(party_at(document, GGZ), "sleuteldocument",
                    json_object_get(forged, "sleuteldocument"));
    assert_code(CORPORATION, document, "SLEUTEL_ONBEKEND");
    json_object_set(party_at(document, GGZ), "sleuteldocument",
                    json_object_get(party_at(document, MUNICIPALITY), "sleuteldocument"));
    assert_code(CORPORATION, document, "AFZENDER_ONJUIST");
    json_object_del(party_at(document, GGZ), "sleuteldocument");
    assert_code(CORPORATION, document, "ONJUIST_BERICHT");
    small_town_end(&same);
}

/* Each version takes a place of the few that there are. */
static void one_party_cannot_fill_the_places(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        OWNED_JSON document = NULL;
        char version[16];
        snprintf(version, sizeof version, "1.3.%d", i);
        document = next_version(version);
        assert_code(CORPORATION, document, i < 4 ? "" : "TE_VEEL_VERZOEKEN");
    }
    OWNED_JSON of_another = next_version("1.4.0");
    assert_code(GGZ, of_another, "");
}

static void c3_older_never_replaces_newer(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_JSON late = next_version("1.4.0");
    char second[SHA256_HEX_BYTES];

    (void)state;
    memcpy(second, small_gateway_add(&small, document), sizeof second);
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, second, VERDICT_AGREED);
    assert_code(CORPORATION, late, "STAP_NIET_MOGELIJK"); /* it follows the first */
    json_object_set_new(late, "vorige", json_string(second));
    assert_code(CORPORATION, late, "KOP_WIJKT_AF"); /* and is sent under it */
}

static void scarce_memory_is_told(void **state)
{
    OWNED_JSON document = next_version("1.3.0");
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = item_of(buffer_bytes(&text), NULL);
    OWNED_JSON object = NULL;
    struct covenant_item read = {0};
    enum outcome outcome;

    (void)state;
    assert_int_equal(json_read(buffer_bytes(&item), 1 << 20, &object), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, covenant_item_parse(object, &read, NULL),
                       covenant_item_wipe(&read));
}

static int make(void **state)
{
    OWNED_JSON document = NULL;

    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, TEAM);
    document = small_covenant_json(&town);
    memcpy(first, small_gateway_add(&small, document), sizeof first);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, first, VERDICT_AGREED);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_proposal_is_kept_and_nobody_has_agreed),
        WITH_GATEWAY(an_origin_that_does_not_read_is_damage),
        WITH_GATEWAY(a_proposal_is_laid_beside_the_paper_once),
        WITH_GATEWAY(c2_a_newcomer_keeps_the_key_it_has_in_another_covenant),
        WITH_GATEWAY(the_same_proposal_of_another_party_is_known),
        WITH_GATEWAY(what_is_no_proposal_is_refused),
        WITH_GATEWAY(a_proposal_that_nobody_gives_keys_for_is_refused),
        WITH_GATEWAY(other_bytes_than_the_fingerprint_are_refused),
        WITH_GATEWAY(c3_it_must_follow_the_version_it_was_sent_under),
        WITH_GATEWAY(c3_the_same_name_with_other_content_is_refused),
        WITH_GATEWAY(it_is_sent_and_received_by_parties_of_both_versions),
        WITH_GATEWAY(c2_no_party_gets_another_key),
        WITH_GATEWAY(one_party_cannot_fill_the_places),
        WITH_GATEWAY(c3_older_never_replaces_newer),
        WITH_GATEWAY(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
