/* SPDX-License-Identifier: EUPL-1.2 */
/* A letter of access: the corporation of the small town, and what it shared about one address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/access_letter.h"
#include "gateway/audit_index.h"
#include "gateway/erasure.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"

enum { LOOKED_DAYS = 1500 };

static struct small_town town;
static struct small_gateway small;

/* --- a covenant that says at length why --- */

/* 300 bytes, the most there may be: two a letter from the first, or from the second on. */
static void long_text(bool odd, char out[static 301])
{
    size_t length = 0;

    out[0] = '\0';
    if (odd)
        length += (size_t)snprintf(out, 301, "x");
    while (length + 2 <= 298)
        length += (size_t)snprintf(out + length, 301 - length, "é");
    snprintf(out + length, 301 - length, "z");
}

static void begin(bool odd)
{
    OWNED_JSON document = NULL;
    const char *fingerprint;
    const json_t *articles;
    char text[301];

    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    document = small_covenant_json(&town);
    articles = json_object_get(document, "bepalingen");
    long_text(odd, text);
    for (size_t i = 0; i < json_array_size(articles); i++) {
        json_t *basis = json_object_get(json_array_get(articles, i), "grondslag");
        assert_int_equal(json_object_set_new(basis, "toelichting", json_string(text)), 0);
        assert_int_equal(json_object_set_new(basis, "wet", json_string(text)), 0);
    }
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&small, json_string_value(json_object_get(document, "id")));
}

static int begin_even(void **state)
{
    (void)state;
    begin(false);
    return 0;
}

static int begin_odd(void **state)
{
    (void)state;
    begin(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

static struct uuid report(void)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct small_intake s;
    struct uuid id;

    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    assert_true(uuid_parse(s.rows[0].id, &id));
    small_intake_end(&s);
    return id;
}

/* --- the letter --- */

static enum outcome letter_in(struct view *view, json_t **out)
{
    const struct access_asker asker = {"", "1234AB 5"};
    struct access_request request = {.from = town.parties[CORPORATION].oin,
                                     .id = "11111111-1111-4111-8111-111111111111",
                                     .at_ms = town.now_ms,
                                     .delay = ACCESS_DELAY_NONE};
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    struct identity identity;

    TRY(identity_pch("1234AB", "5", "", "", &identity));
    TRY(access_own_dossiers(&small.gateway, view, registry, &identity, &request));
    return access_letter(&small.gateway, view, registry, &request, &asker, LANGUAGE_NL, out);
}

static enum outcome letter(json_t **out)
{
    enum outcome outcome;
    struct view view;

    view_begin(small.gateway.store, &view);
    outcome = letter_in(&view, out);
    view_end(&view);
    return outcome;
}

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void the_whole_ground_stands_in_it_however_long(void **state)
{
    OWNED_JSON found = NULL;
    char even[301], odd[301];

    (void)state;
    report();
    long_text(false, even);
    long_text(true, odd);
    assert_int_equal(letter(&found), OUTCOME_OK);
    assert_int_equal(json_integer_value(json_object_get(found, "regels")), 1);
    assert_true(strstr(member(found, "html"), even) || strstr(member(found, "html"), odd));
    assert_non_null(strstr(member(found, "html"), "éz; ")); /* the law, and what stands behind it */
}

static void without_memory_there_is_no_letter_rather_than_less_of_one(void **state)
{
    OWNED_JSON whole = NULL;
    json_t *again = NULL;
    enum outcome outcome;

    (void)state;
    report();
    assert_int_equal(letter(&whole), OUTCOME_OK);
    WITH_SCARCE_MEMORY_SAMPLED(400, outcome, letter(&again), {
        assert_true(json_equal(whole, again));
        json_decref(again);
    });
}

static enum outcome apply_erasure(struct change *change, struct audit *audit, void *context)
{
    const struct uuid *id = context;

    (void)audit;
    return erase_sent(&small.gateway, change, *id, ERASURE_TERM);
}

/* Its data key goes behind it, at once, and the reader's moment has the record still. */
static void what_is_erased_while_it_is_made_is_not_in_it_and_no_damage(void **state)
{
    struct uuid id = report();
    OWNED_JSON found = NULL;
    struct view view;

    (void)state;
    view_begin(small.gateway.store, &view);
    assert_true(store_has(&view, TABLE_SENT, bytes_of(id.bytes, sizeof id.bytes)));
    small_gateway_write(&small, apply_erasure, &id);
    assert_int_equal(letter_in(&view, &found), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(json_integer_value(json_object_get(found, "regels")), 0);
}

/* --- who looked --- */

static enum outcome put_looks(struct change *change, struct audit *audit, void *context)
{
    const char *dossier = context;

    (void)audit;
    for (uint64_t i = 0; i < LOOKED_DAYS; i++) {
        const uint64_t position = 1000 + i;
        uint8_t key[8], entry[STORE_HASH_BYTES + 8];
        OWNED_BUFFER leaf = {0}, opening = {0};
        write_u64(key, position);
        buffer_format(&leaf, "{\"ev\":\"access\",\"t\":%lld}",
                      (long long)(town.now_ms - (int64_t)(LOOKED_DAYS - i) * DAY_MS));
        buffer_add_text(&opening, "{\"role\":{\"waarde\":\"ONTVANGER\"}}");
        store_put(change, TABLE_LEAF, bytes_of(key, sizeof key), buffer_bytes(&leaf));
        store_put_sealed(change, TABLE_OPENING, bytes_of(key, sizeof key), buffer_bytes(&opening));
        TRY(store_hash(small.gateway.store, "subject", bytes_of_text(dossier), entry));
        write_u64(entry + STORE_HASH_BYTES, position);
        store_put(change, TABLE_ENTRY, bytes_of(entry, sizeof entry), (struct bytes){0});
    }
    return change->outcome;
}

/* A household with a report that stays stands in the lists that are looked at every day. */
static void years_of_daily_looks_do_not_keep_it_back(void **state)
{
    char dossier[DOSSIER_BYTES], hash[STORE_HASH_BYTES];
    OWNED_JSON found = NULL;
    struct identity identity;
    struct view view;

    (void)state;
    report();
    small.holds_anything = true; /* leaves that are not of the log */
    assert_int_equal(identity_pch("1234AB", "5", "", "", &identity), OUTCOME_OK);
    assert_int_equal(dossier_hash_identity(small.gateway.store, small.gateway.local_id_key,
                                           &identity, (uint8_t *)hash),
                     OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(dossier_find(&view, (uint8_t *)hash, dossier), OUTCOME_OK);
    view_end(&view);
    small_gateway_write(&small, put_looks, dossier);
    assert_int_equal(letter(&found), OUTCOME_OK);
    assert_int_equal(json_integer_value(json_object_get(found, "gezien")), LOOKED_DAYS);
}

#define WITH_TOWN(fact, begin) cmocka_unit_test_setup_teardown(fact, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOWN(the_whole_ground_stands_in_it_however_long, begin_even),
        WITH_TOWN(the_whole_ground_stands_in_it_however_long, begin_odd),
        WITH_TOWN(without_memory_there_is_no_letter_rather_than_less_of_one, begin_even),
        WITH_TOWN(what_is_erased_while_it_is_made_is_not_in_it_and_no_damage, begin_even),
        WITH_TOWN(years_of_daily_looks_do_not_keep_it_back, begin_even),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
