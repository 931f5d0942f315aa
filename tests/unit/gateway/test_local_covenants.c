/* SPDX-License-Identifier: EUPL-1.2 */
/* Covenants as our own people add and judge them: what is wrong is refused, the old one stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;

static enum outcome ask(enum http_method method, const char *path, struct bytes body)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &small, LISTENER_LOCAL, method, path, body);
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        assert_in_range(call.exchange.reply.status, 200, 201);
    small_call_end(&call);
    return outcome;
}

static enum outcome add_as(const json_t *document, const char *fingerprint)
{
    OWNED_BUFFER text = small_covenant_text(document), body = {0};
    char own[SHA256_HEX_BYTES];

    assert_int_equal(sha256_hex(buffer_bytes(&text), own), OUTCOME_OK);
    buffer_add_text(&body, "{\"bestand\":\"");
    buffer_add_base64(&body, buffer_bytes(&text));
    buffer_format(&body, "\",\"vingerafdruk\":\"%s\"}", fingerprint ? fingerprint : own);
    assert_int_equal(buffer_outcome(&body), OUTCOME_OK);
    return ask(HTTP_POST, "/v1/convenanten", buffer_bytes(&body));
}

static enum outcome add(const json_t *document)
{
    return add_as(document, NULL);
}

static size_t covenants(void)
{
    return rows_in(small.gateway.store, TABLE_COVENANT);
}

static json_t *party_at(json_t *document, size_t place)
{
    return json_array_get(json_object_get(document, "partijen"), place);
}

static void assert_refused(const json_t *document, enum outcome outcome)
{
    size_t before = covenants();

    assert_int_equal(add(document), outcome);
    assert_int_equal(covenants(), before);
}

/* --- adding --- */

static void a_covenant_is_added_once(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);

    (void)state;
    assert_int_equal(add(document), OUTCOME_OK);
    assert_int_equal(covenants(), 1);
    assert_int_equal(audit_size(small.gateway.audit), 1);
    assert_refused(document, OUTCOME_EXISTS);
}

static void another_fingerprint_than_on_paper_is_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    char other[SHA256_HEX_BYTES];

    (void)state;
    memset(other, 'a', sizeof other - 1);
    other[sizeof other - 1] = '\0';
    assert_int_equal(add_as(document, other), OUTCOME_FINGERPRINT_WRONG);
    assert_int_equal(add_as(document, ""), OUTCOME_FINGERPRINT_WRONG);
    assert_int_equal(covenants(), 0);
}

static void what_is_no_covenant_is_refused(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"bestand\":\"e30=\"}",
        "{\"bestand\":7,\"vingerafdruk\":\"a\"}",
        "{\"bestand\":\"e30\",\"vingerafdruk\":\"a\"}",
        "{\"bestand\":\"e30=\",\"vingerafdruk\":\"a\"}",
        "{\"bestand\":\"\",\"vingerafdruk\":\"a\"}",
        "{\"bestand\":\"e30=\",\"vingerafdruk\":7}",
        "{\"bestand\":\"e30=\",\"vingerafdruk\":\"a\",\"sleutel\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(ask(HTTP_POST, "/v1/convenanten", bytes_of_text(bodies[i])),
                         OUTCOME_MALFORMED);
    assert_int_equal(covenants(), 0);
}

/* --- C2: the keys of its parties --- */

static void c2_a_covenant_that_is_not_ours_is_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    OWNED_JSON other = small_party_json(&town, OTHER_TEAM, "Ander team", "WIJKTEAM");

    (void)state;
    json_object_update(party_at(document, TEAM), other); /* in our place */
    json_object_set_new(document, "sleutelgever", json_string(town.parties[OTHER_TEAM].oin.text));
    assert_refused(document, OUTCOME_NOT_ALLOWED);
}

static void c2_a_key_document_of_another_organisation_is_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const json_t *theirs = json_object_get(party_at(document, MUNICIPALITY), "sleuteldocument");

    (void)state;
    json_object_set(party_at(document, GGZ), "sleuteldocument", (json_t *)(uintptr_t)theirs);
    assert_refused(document, OUTCOME_SENDER_WRONG);
}

static void c2_a_damaged_key_document_is_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    OWNED_BUFFER changed = {0}, text = {0};
    uint8_t *sig;

    (void)state;
    buffer_add_bytes(&changed, buffer_bytes(&town.parties[GGZ].key_document));
    sig = memmem(changed.data, changed.length, "\"sig\":\"", 7);
    assert_non_null(sig);
    sig[9] = sig[9] == 'A' ? 'B' : 'A';
    buffer_add_base64(&text, buffer_bytes(&changed));
    json_object_set_new(party_at(document, GGZ), "sleuteldocument",
                        json_string(buffer_text(&text)));
    assert_refused(document, OUTCOME_SIGNATURE_WRONG);
}

/* Bound to our number another key would make us deaf, or let its owner speak as us. */
static void c2_another_key_under_our_number_is_refused(void **state)
{
    struct small_town same;
    OWNED_JSON document = small_covenant_json(&town);
    OWNED_JSON forged = NULL;

    (void)state;
    small_town_make(&same); /* of the same numbers, with other keys */
    forged = small_party_json(&same, TEAM, "Wijkteam", "WIJKTEAM");
    json_object_set(party_at(document, TEAM), "sleuteldocument",
                    json_object_get(forged, "sleuteldocument"));
    assert_refused(document, OUTCOME_KEY_UNKNOWN);
    small_town_end(&same);
}

/* --- C3: versions --- */

static void c3_the_same_version_with_other_content_is_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);

    (void)state;
    assert_int_equal(add(document), OUTCOME_OK);
    json_object_set_new(document, "titel", json_string("Hetzelfde, maar anders"));
    assert_refused(document, OUTCOME_OTHER_BYTES);
    small_gateway_restart(&small);
    assert_refused(document, OUTCOME_OTHER_BYTES);
    json_object_set_new(document, "versie", json_string("9.9.9"));
    assert_int_equal(add(document), OUTCOME_OK);
}

static void c3_it_follows_a_version_of_the_same_covenant(void **state)
{
    OWNED_JSON first = small_covenant_json(&town);
    OWNED_JSON next = small_covenant_json(&town);
    OWNED_BUFFER text = small_covenant_text(first);
    char fingerprint[SHA256_HEX_BYTES];

    (void)state;
    assert_int_equal(sha256_hex(buffer_bytes(&text), fingerprint), OUTCOME_OK);
    assert_int_equal(add(first), OUTCOME_OK);
    json_object_set_new(next, "vorige", json_string(fingerprint));
    json_object_set_new(next, "id", json_string("een-ander-convenant"));
    assert_int_equal(add(next), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(covenants(), 1);
}

static void more_covenants_than_there_is_room_for_are_refused(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    char version[16];

    (void)state;
    for (int i = 0; i < REGISTRY_COVENANTS_MAX; i++) {
        snprintf(version, sizeof version, "2.0.%d", i);
        json_object_set_new(document, "versie", json_string(version));
        assert_int_equal(add(document), OUTCOME_OK);
    }
    json_object_set_new(document, "versie", json_string("3.0.0"));
    assert_refused(document, OUTCOME_TOO_MANY);
}

/* --- looking and judging --- */

static enum outcome judge(const char *fingerprint, const char *body)
{
    char path[160];

    snprintf(path, sizeof path, "/v1/convenanten/%s/oordelen", fingerprint);
    return ask(HTTP_POST, path, bytes_of_text(body));
}

static void a_covenant_that_is_not_here_is_not_found(void **state)
{
    static const char path[] = "/v1/convenanten/"
                               "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    (void)state;
    assert_int_equal(ask(HTTP_GET, path, (struct bytes){0}), OUTCOME_NOT_FOUND);
    assert_int_equal(judge(path + 16, "{\"oordeel\":\"AKKOORD\"}"), OUTCOME_NOT_FOUND);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 0);
}

static void c2_our_own_verdicts_follow_one_another(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    char fingerprint[SHA256_HEX_BYTES];
    OWNED_BUFFER text = small_covenant_text(document);

    (void)state;
    assert_int_equal(sha256_hex(buffer_bytes(&text), fingerprint), OUTCOME_OK);
    assert_int_equal(add(document), OUTCOME_OK);
    assert_int_equal(judge(fingerprint, "{}"), OUTCOME_MALFORMED);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":7}"), OUTCOME_MALFORMED);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"JA\"}"), OUTCOME_MALFORMED);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"INTREKKING\"}"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 0);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"AKKOORD\"}"), OUTCOME_OK);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"AKKOORD\"}"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"INTREKKING\"}"), OUTCOME_OK);
    assert_int_equal(judge(fingerprint, "{\"oordeel\":\"AKKOORD\"}"), OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 2);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
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
        WITH_GATEWAY(a_covenant_is_added_once),
        WITH_GATEWAY(another_fingerprint_than_on_paper_is_refused),
        WITH_GATEWAY(what_is_no_covenant_is_refused),
        WITH_GATEWAY(c2_a_covenant_that_is_not_ours_is_refused),
        WITH_GATEWAY(c2_a_key_document_of_another_organisation_is_refused),
        WITH_GATEWAY(c2_a_damaged_key_document_is_refused),
        WITH_GATEWAY(c2_another_key_under_our_number_is_refused),
        WITH_GATEWAY(c3_the_same_version_with_other_content_is_refused),
        WITH_GATEWAY(c3_it_follows_a_version_of_the_same_covenant),
        WITH_GATEWAY(more_covenants_than_there_is_room_for_are_refused),
        WITH_GATEWAY(a_covenant_that_is_not_here_is_not_found),
        WITH_GATEWAY(c2_our_own_verdicts_follow_one_another),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
