/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_town.h"

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
#include "gateway/clock.h"

static const char *const oins[SMALL_PLACES] = {SAMPLE_CORPORATION, SAMPLE_WIJKTEAM,
                                               SAMPLE_GGZ,         SAMPLE_GEMEENTE,
                                               SAMPLE_UNIVERSITY,  "00000099000000060000"};

/* In force from yesterday for a year. */
static void make_document(struct small_party *party, int64_t now_s)
{
    const struct certificate_order order = {
        .subject = {"poort", "Voorbeeld", party->oin.text}, .from_s = now_s - 86400, .days = 400};
    OWNED_BUFFER pem = {0};
    struct key_document draft = {.oin = party->oin,
                                 .name = "Voorbeeld",
                                 .number = 1,
                                 .address = "https://127.0.0.1:8443",
                                 .from_s = now_s - 86400,
                                 .until_s = now_s + 365 * 86400};

    assert_int_equal(private_key_make(&party->tls_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, party->tls_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &party->tls), OUTCOME_OK);
    memcpy(draft.signing_key, party->signing.public_key, SIGNING_PUBLIC_BYTES);
    memcpy(draft.sealing_key, party->sealing.public_key, SEALING_KEY_BYTES);
    random_bytes(draft.log_key, sizeof draft.log_key);
    random_bytes(draft.witness_key, sizeof draft.witness_key);
    assert_int_equal(key_document_make(&draft, party->tls, party->tls_key, &party->signing,
                                       &party->key_document),
                     OUTCOME_OK);
}

void small_town_make(struct small_town *town)
{
    *town = (struct small_town){.now_ms = clock_now_ms()};
    for (size_t i = 0; i < SMALL_PLACES; i++) {
        struct small_party *party = &town->parties[i];
        party->oin = oin_of(oins[i]);
        assert_int_equal(signing_key_new(&party->signing), OUTCOME_OK);
        assert_int_equal(sealing_key_new(&party->sealing), OUTCOME_OK);
        make_document(party, town->now_ms / 1000);
    }
}

void small_town_end(struct small_town *town)
{
    for (size_t i = 0; i < SMALL_PLACES; i++) {
        signing_key_wipe(&town->parties[i].signing);
        sealing_key_wipe(&town->parties[i].sealing);
        certificate_free(town->parties[i].tls);
        private_key_free(town->parties[i].tls_key);
        buffer_wipe(&town->parties[i].key_document);
    }
}

static void put_document(json_t *party, const struct small_party *keys)
{
    OWNED_BUFFER text = {0};

    buffer_add_base64(&text, buffer_bytes(&keys->key_document));
    assert_int_equal(json_object_set_new(party, "sleuteldocument", json_string(buffer_text(&text))),
                     0);
}

json_t *small_party_json(const struct small_town *town, enum small_place place, const char *name,
                         const char *kind)
{
    json_t *party = json_pack("{ss ss ss sb}", "oin", oins[place], "naam", name, "soort", kind,
                              "beroepsgeheim", 0);

    assert_non_null(party);
    put_document(party, &town->parties[place]);
    return party;
}

static void put_day(json_t *document, const char *name, struct day day)
{
    char text[DAY_TEXT_BYTES];

    day_print(day, text);
    assert_int_equal(json_object_set_new(document, name, json_string(text)), 0);
}

json_t *small_covenant_json(const struct small_town *town)
{
    json_t *document = sample_covenant_json(), *parties = json_object_get(document, "partijen");
    struct day today = amsterdam_day(town->now_ms);

    for (size_t i = 0; i < json_array_size(parties); i++)
        put_document(json_array_get(parties, i), &town->parties[i]);
    put_day(document, "geldigVanaf", day_plus(today, -10));
    put_day(document, "evaluatieDatum", day_plus(today, 300));
    put_day(document, "geldigTot", day_plus(today, 355));
    json_object_set_new(document, "sleutelgever", json_string(SAMPLE_WIJKTEAM));
    return document;
}

struct buffer small_covenant_text(const json_t *document)
{
    struct buffer text = {0};

    assert_int_equal(json_write(document, &text), OUTCOME_OK);
    return text;
}

struct buffer small_statement(struct small_town *town, enum small_place place,
                              const char *fingerprint, enum verdict verdict)
{
    struct small_party *party = &town->parties[place];
    struct statement statement = {
        .oin = party->oin, .verdict = verdict, .at_ms = town->now_ms / 1000 * 1000};
    struct buffer envelope = {0};

    snprintf(statement.covenant, sizeof statement.covenant, "%s", fingerprint);
    memcpy(statement.previous, party->statement_hash, sizeof statement.previous);
    assert_int_equal(statement_make(&statement, &party->signing, &envelope, party->statement_hash),
                     OUTCOME_OK);
    return envelope;
}
