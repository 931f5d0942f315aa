/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/covenant_dates.h"
#include "gateway/registry.h"
#include "gateway/registry_line.h"
#include "gateway/statements.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;

static enum outcome load(struct registry **out_registry)
{
    struct view view;
    enum outcome outcome;

    view_begin(small.gateway.store, &view);
    outcome = registry_load(&view, small.gateway.lists, &small.gateway.settings->oin, town.now_ms,
                            out_registry);
    view_end(&view);
    return outcome;
}

static void put(enum table table, struct bytes key, struct bytes value)
{
    struct change *change = change_of(small.gateway.store);

    store_put(change, table, key, value);
    change_done(change);
}

static size_t party_of(const struct known_covenant *known, enum small_place place)
{
    const struct party *party = covenant_party(known->covenant, &town.parties[place].oin);

    assert_non_null(party);
    return covenant_party_index(known->covenant, party);
}

static void an_empty_store_knows_nobody(void **state)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);

    (void)state;
    assert_int_equal(registry->count, 0);
    assert_null(registry_find(registry, "00"));
    assert_null(registry_choose(registry, NULL, town.now_ms));
    assert_false(registry_knows(registry, &town.parties[CORPORATION].oin));
    assert_string_equal(registry_name(registry, &town.parties[TEAM].oin), SAMPLE_WIJKTEAM);
    registry_release(NULL);
}

static void a_covenant_brings_its_parties_and_their_keys(void **state)
{
    const struct known_covenant *known = small_gateway_in_force(&small);
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    int64_t now_s = town.now_ms / 1000;

    (void)state;
    assert_ptr_equal(registry_find(registry, known->covenant->fingerprint), known);
    assert_ptr_equal(registry_choose(registry, NULL, town.now_ms), known);
    assert_ptr_equal(registry_choose(registry, known->covenant->id, town.now_ms), known);
    assert_null(registry_choose(registry, "een-ander", town.now_ms));
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        const struct small_party *party = &town.parties[place];
        const struct key_document *keys = known_keys(known, &party->oin, now_s);
        assert_true(registry_knows(registry, &party->oin));
        assert_non_null(keys);
        assert_memory_equal(keys->signing_key, party->signing.public_key, SIGNING_PUBLIC_BYTES);
        assert_memory_equal(keys->sealing_key, party->sealing.public_key, SEALING_KEY_BYTES);
        assert_null(known_keys(known, &party->oin, now_s - 3 * 86400));
        assert_null(known_keys(known, &party->oin, now_s + 366 * 86400));
    }
    assert_string_equal(registry_name(registry, &town.parties[TEAM].oin),
                        "Buurtteam Voorbeeldstad");
    assert_false(registry_knows(registry, &town.parties[OTHER_TEAM].oin));
    assert_null(known_keys(known, &town.parties[OTHER_TEAM].oin, now_s));
}

static void the_last_statement_of_a_party_counts(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    const struct known_covenant *known = small_gateway_known(&small);
    size_t team = party_of(known, TEAM);

    (void)state;
    assert_int_equal(known->verdicts[team], VERDICT_NONE);
    assert_string_equal(known->last_hash[team], "");
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_REJECTED);
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, GGZ, fingerprint, VERDICT_AGREED);
    small_gateway_hears(&small, TEAM, fingerprint, VERDICT_WITHDRAWN);
    for (int restart = 0; restart < 2; restart++) {
        known = small_gateway_known(&small);
        assert_int_equal(known->verdicts[team], VERDICT_WITHDRAWN);
        assert_int_equal(known->statement_count[team], 3);
        assert_string_equal(known->last_hash[team], town.parties[TEAM].statement_hash);
        assert_int_equal(known->verdicts[party_of(known, GGZ)], VERDICT_AGREED);
        assert_int_equal(known->verdicts[party_of(known, CORPORATION)], VERDICT_NONE);
        small_gateway_restart(&small);
    }
}

/* More than one digit of the sequence, so that the order of the keys is tried. */
static void many_statements_are_read_in_order(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    const struct known_covenant *known;

    (void)state;
    for (int i = 0; i < 300; i++)
        small_gateway_hears(&small, TEAM, fingerprint, i % 2 ? VERDICT_AGREED : VERDICT_REJECTED);
    known = small_gateway_known(&small);
    assert_int_equal(known->statement_count[party_of(known, TEAM)], 300);
    assert_string_equal(known->last_hash[party_of(known, TEAM)], town.parties[TEAM].statement_hash);
    assert_int_equal(known->verdicts[party_of(known, TEAM)], VERDICT_AGREED);
}

static void it_is_in_force_for_all_when_everyone_agreed_and_in_time(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    const struct known_covenant *known;
    int64_t now = town.now_ms;

    (void)state;
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        assert_int_equal(covenant_state_of(small_gateway_known(&small), now), COVENANT_PROPOSED);
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    }
    known = small_gateway_known(&small);
    assert_int_equal(covenant_state_of(known, now), COVENANT_IN_FORCE);
    assert_int_equal(covenant_state_of(known, now - 11 * (int64_t)DAY_MS), COVENANT_NOT_YET);
    assert_int_not_equal(covenant_state_of(known, now + 301 * (int64_t)DAY_MS), COVENANT_IN_FORCE);
    assert_int_equal(known_standing(known, now).today.number, amsterdam_day(now).number);
    assert_int_equal(known_standing(known, now).verdicts[2], VERDICT_AGREED);
    small_gateway_hears(&small, GGZ, fingerprint, VERDICT_WITHDRAWN);
    assert_int_equal(covenant_state_of(small_gateway_known(&small), now), COVENANT_WITHDRAWN);
}

/* --- two covenants --- */

static json_t *another(const char *id)
{
    json_t *document = small_covenant_json(&town);

    json_object_set_new(document, "id", json_string(id));
    return document;
}

static void two_covenants_do_not_share_statements_or_keys(void **state)
{
    OWNED_JSON one = another("buurt");
    OWNED_JSON two = another("buurt-twee");
    char first[SHA256_HEX_BYTES], second[SHA256_HEX_BYTES], epoch[EPOCH_TEXT_BYTES];
    HELD_REGISTRY registry = NULL;
    const struct known_covenant *known_first, *known_second;

    (void)state;
    memcpy(first, small_gateway_add(&small, one), sizeof first);
    memcpy(second, small_gateway_add(&small, two), sizeof second);
    small_gateway_hears(&small, TEAM, first, VERDICT_AGREED);
    small_gateway_get_key(&small, "buurt-twee");
    day_epoch(amsterdam_day(town.now_ms), epoch);
    registry = gateway_registry(&small.gateway);
    assert_int_equal(registry->count, 2);
    known_first = registry_find(registry, first);
    known_second = registry_find(registry, second);
    assert_int_equal(known_first->verdicts[party_of(known_first, TEAM)], VERDICT_AGREED);
    assert_int_equal(known_second->verdicts[party_of(known_second, TEAM)], VERDICT_NONE);
    assert_null(known_shared_key(known_first, epoch));
    assert_non_null(known_shared_key(known_second, epoch));
    assert_memory_equal(known_shared_key(known_second, epoch)->key, small_shared_key, 32);
    assert_null(registry_choose(registry, NULL, town.now_ms));
    assert_ptr_equal(registry_choose(registry, "buurt", town.now_ms), known_first);
    assert_ptr_equal(registry_choose(registry, "buurt-twee", town.now_ms), known_second);
}

/* --- a line to a partner --- */

static void what_is_of_no_covenant_goes_under_one_that_the_partner_has(void **state)
{
    const struct oin *self = &town.parties[CORPORATION].oin, *other = &town.parties[OTHER_TEAM].oin;
    HELD_REGISTRY registry = NULL;
    char fingerprints[SMALL_PLACES][SHA256_HEX_BYTES];

    (void)state;
    for (enum small_place place = TEAM; place <= UNIVERSITY; place++) {
        char id[16];
        snprintf(id, sizeof id, "buurt-%d", (int)place);
        OWNED_JSON document = another(id);
        memcpy(fingerprints[place], small_gateway_add(&small, document), SHA256_HEX_BYTES);
        small_gateway_hears(&small, place, fingerprints[place], VERDICT_AGREED);
    }
    registry = gateway_registry(&small.gateway);
    for (enum small_place place = TEAM; place <= UNIVERSITY; place++) {
        const struct oin *partner = &town.parties[place].oin; /* each agreed to another one */
        const struct known_covenant *line = registry_line(registry, self, partner, town.now_ms);
        assert_string_equal(line->covenant->fingerprint, fingerprints[place]);
        assert_null(registry_line(registry, other, partner, town.now_ms));
    }
    assert_null(registry_line(registry, self, other, town.now_ms));
}

/* --- shared keys --- */

static enum outcome put_key(const char *epoch, uint8_t first_byte)
{
    struct change *change = change_of(small.gateway.store);
    uint8_t key[SHARED_KEY_BYTES] = {first_byte};
    enum outcome outcome = shared_key_put(change, "sociaal-renoveren-voorbeelddreef", epoch, key);

    change_done(change);
    return outcome;
}

static void a_key_is_put_once_and_the_same_again_is_fine(void **state)
{
    (void)state;
    assert_int_equal(put_key("2026H2", 1), OUTCOME_OK);
    assert_int_equal(put_key("2026H2", 1), OUTCOME_OK);
    assert_int_equal(put_key("2026H2", 2), OUTCOME_EXISTS);
    assert_int_equal(put_key("2026H2-1", 2), OUTCOME_OK);
}

/* Seven half-years, from three back to three on: those after the next are of no use and may not
 * push out the one of today. */
static void the_keys_of_our_time_are_kept_in_the_picture(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct day today = amsterdam_day(town.now_ms);
    char epochs[7][EPOCH_TEXT_BYTES];
    struct registry *registry;

    (void)state;
    small_gateway_add(&small, document);
    for (int i = 0; i < 7; i++) {
        day_epoch(day_plus_months(today, 6 * (i - 3)), epochs[i]);
        assert_int_equal(put_key(epochs[i], (uint8_t)i), OUTCOME_OK);
    }
    assert_int_equal(load(&registry), OUTCOME_OK);
    for (int i = 0; i < 7; i++) {
        const struct shared_key *key = known_shared_key(&registry->covenants[0], epochs[i]);
        assert_int_equal(key != NULL, i >= 1 && i <= 4);
        if (key)
            assert_int_equal(key->key[0], i);
    }
    assert_null(known_shared_key(&registry->covenants[0], "2026H"));
    registry_release(registry);
}

/* --- holding --- */

static void a_picture_that_is_held_outlives_its_replacement(void **state)
{
    HELD_REGISTRY old = NULL;
    HELD_REGISTRY fresh = NULL;

    (void)state;
    small_gateway_in_force(&small);
    old = gateway_registry(&small.gateway);
    small_gateway_hears(&small, TEAM, old->covenants[0].covenant->fingerprint, VERDICT_WITHDRAWN);
    fresh = gateway_registry(&small.gateway);
    assert_ptr_not_equal(old, fresh);
    assert_int_equal(old->covenants[0].verdicts[party_of(&old->covenants[0], TEAM)],
                     VERDICT_AGREED);
    assert_int_equal(fresh->covenants[0].verdicts[party_of(&fresh->covenants[0], TEAM)],
                     VERDICT_WITHDRAWN);
}

struct failing {
    struct bytes statement;
    const char *fingerprint;
};

static enum outcome hear_and_fail(struct change *change, struct audit *audit, void *context)
{
    const struct failing *failing = context;

    (void)audit;
    TRY(statement_put(change, failing->fingerprint, &town.parties[TEAM].oin, 0,
                      failing->statement));
    TRY(gateway_reload(&small.gateway, &change->view));
    return OUTCOME_STORE_DAMAGED;
}

/* Else the statement, when it comes again, would be known already and never be stored. */
static void a_change_that_failed_leaves_no_picture(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    OWNED_BUFFER statement = small_statement(&town, TEAM, fingerprint, VERDICT_AGREED);
    struct failing failing = {buffer_bytes(&statement), fingerprint};
    const struct known_covenant *known;

    (void)state;
    assert_int_equal(writer_run(small.gateway.writer, hear_and_fail, &failing),
                     OUTCOME_STORE_DAMAGED);
    known = small_gateway_known(&small);
    assert_int_equal(known->verdicts[party_of(known, TEAM)], VERDICT_NONE);
    assert_string_equal(known->last_hash[party_of(known, TEAM)], "");
}

/* --- what stands wrong in the store --- */

static void assert_load_fails(enum outcome expected)
{
    struct registry *registry = NULL;

    assert_int_equal(load(&registry), expected);
    assert_null(registry);
}

static void a_statement_of_another_key_is_damage(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    OWNED_BUFFER statement = small_statement(&town, GGZ, fingerprint, VERDICT_AGREED);
    OWNED_BUFFER key = {0};

    (void)state;
    buffer_add_text(&key, fingerprint);
    buffer_add_text(&key, town.parties[TEAM].oin.text);
    buffer_add_u64(&key, 0);
    put(TABLE_STATEMENT, buffer_bytes(&key), buffer_bytes(&statement));
    assert_load_fails(OUTCOME_STORE_DAMAGED);
}

static void a_statement_of_a_stranger_is_damage(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);
    OWNED_BUFFER statement = small_statement(&town, OTHER_TEAM, fingerprint, VERDICT_AGREED);
    OWNED_BUFFER key = {0};

    (void)state;
    buffer_add_text(&key, fingerprint);
    buffer_add_text(&key, town.parties[OTHER_TEAM].oin.text);
    buffer_add_u64(&key, 0);
    put(TABLE_STATEMENT, buffer_bytes(&key), buffer_bytes(&statement));
    assert_load_fails(OUTCOME_STORE_DAMAGED);
}

static void a_statement_under_a_short_key_is_damage(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint = small_gateway_add(&small, document);

    (void)state;
    put(TABLE_STATEMENT, bytes_of_text(fingerprint), bytes_of_text("{}"));
    assert_load_fails(OUTCOME_STORE_DAMAGED);
}

static void a_covenant_that_does_not_read_is_damage(void **state)
{
    char key[SHA256_HEX_BYTES];

    (void)state;
    memset(key, 'a', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    put(TABLE_COVENANT, bytes_of_text(key), bytes_of_text("{\"formaat\":"));
    assert_load_fails(OUTCOME_STORE_DAMAGED);
}

static void a_covenant_under_a_fingerprint_that_is_not_its_own_is_damage(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    OWNED_BUFFER text = small_covenant_text(document);
    char key[SHA256_HEX_BYTES];

    (void)state;
    memset(key, 'a', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    put(TABLE_COVENANT, bytes_of_text(key), buffer_bytes(&text));
    assert_load_fails(OUTCOME_STORE_DAMAGED);
}

static void more_covenants_than_fit_are_too_many(void **state)
{
    (void)state;
    for (int i = 0; i <= REGISTRY_COVENANTS_MAX; i++) {
        char id[24];
        OWNED_JSON document = NULL;
        OWNED_BUFFER text = {0};
        char fingerprint[SHA256_HEX_BYTES];
        snprintf(id, sizeof id, "convenant-%d", i);
        document = another(id);
        text = small_covenant_text(document);
        assert_int_equal(sha256_hex(buffer_bytes(&text), fingerprint), OUTCOME_OK);
        put(TABLE_COVENANT, bytes_of_text(fingerprint), buffer_bytes(&text));
        if (i == REGISTRY_COVENANTS_MAX - 1) {
            struct registry *registry;
            assert_int_equal(load(&registry), OUTCOME_OK);
            assert_int_equal(registry->count, REGISTRY_COVENANTS_MAX);
            registry_release(registry);
        }
    }
    assert_load_fails(OUTCOME_TOO_MANY);
}

static void scarce_memory_is_told(void **state)
{
    struct registry *registry = NULL;
    enum outcome outcome;

    (void)state;
    small_gateway_in_force(&small);
    WITH_SCARCE_MEMORY(outcome, load(&registry), registry_release(registry));
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
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
        WITH_GATEWAY(an_empty_store_knows_nobody),
        WITH_GATEWAY(a_covenant_brings_its_parties_and_their_keys),
        WITH_GATEWAY(the_last_statement_of_a_party_counts),
        WITH_GATEWAY(many_statements_are_read_in_order),
        WITH_GATEWAY(it_is_in_force_for_all_when_everyone_agreed_and_in_time),
        WITH_GATEWAY(two_covenants_do_not_share_statements_or_keys),
        WITH_GATEWAY(what_is_of_no_covenant_goes_under_one_that_the_partner_has),
        WITH_GATEWAY(a_key_is_put_once_and_the_same_again_is_fine),
        WITH_GATEWAY(the_keys_of_our_time_are_kept_in_the_picture),
        WITH_GATEWAY(a_picture_that_is_held_outlives_its_replacement),
        WITH_GATEWAY(a_change_that_failed_leaves_no_picture),
        WITH_GATEWAY(a_statement_of_another_key_is_damage),
        WITH_GATEWAY(a_statement_of_a_stranger_is_damage),
        WITH_GATEWAY(a_statement_under_a_short_key_is_damage),
        WITH_GATEWAY(a_covenant_that_does_not_read_is_damage),
        WITH_GATEWAY(a_covenant_under_a_fingerprint_that_is_not_its_own_is_damage),
        WITH_GATEWAY(more_covenants_than_fit_are_too_many),
        WITH_GATEWAY(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
