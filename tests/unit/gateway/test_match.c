/* SPDX-License-Identifier: EUPL-1.2 */
/* Received signals laid beside what is known, at the team of the small town. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/access_requests.h"
#include "gateway/kept_signal.h"
#include "gateway/match.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_signal.h"

enum { MANY = 600 };

static struct small_town town;
static struct small_gateway small;

static struct bytes key_of(const char *id)
{
    static struct uuid uuid;

    assert_true(uuid_parse(id, &uuid));
    return bytes_of(uuid.bytes, sizeof uuid.bytes);
}

/* A signal as receive_signal.c stores it. */
struct taken_in {
    struct small_signal signal;
    char dossier[DOSSIER_BYTES];
};

static enum outcome apply_taken_in(struct change *change, struct audit *audit, void *context)
{
    struct taken_in *taken_in = context;
    const struct known_covenant *known = small_gateway_known(&small);
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[CORPORATION].oin,
                              .taken_ms = town.now_ms,
                              .received_ms = town.now_ms};
    OWNED_BUFFER text = {0};
    uint8_t sequence[8];
    struct bytes key = key_of(taken_in->signal.signal.id);

    (void)audit;
    dossier_new(taken_in->dossier);
    memcpy(kept.dossier, taken_in->dossier, sizeof kept.dossier);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    kept.item = small_signal_text(&taken_in->signal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_INBOX, key, buffer_bytes(&text));
    write_u64(sequence, store_next_sequence(change, TABLE_MATCH, (struct bytes){0}));
    store_put(change, TABLE_MATCH, bytes_of(sequence, sizeof sequence), key);
    return change->outcome;
}

static struct taken_in take_in(void)
{
    struct taken_in taken_in = {small_signal_make(&town, small_gateway_known(&small), TEAM), ""};

    small_gateway_write(&small, apply_taken_in, &taken_in);
    return taken_in;
}

static size_t dossiers_of_token(const char *token, char (*out)[DOSSIER_BYTES], size_t max)
{
    uint8_t hash[STORE_HASH_BYTES];
    struct view view;
    size_t count;

    assert_int_equal(dossier_hash_token(small.gateway.store, token, hash), OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(dossier_list(&view, hash, out, max, &count), OUTCOME_OK);
    view_end(&view);
    return count;
}

static size_t dossiers_of_address(char (*out)[DOSSIER_BYTES], size_t max)
{
    uint8_t hash[STORE_HASH_BYTES];
    struct identity identity;
    struct view view;
    size_t count;

    assert_int_equal(identity_pch("1234AB", "5", "", "", &identity), OUTCOME_OK);
    assert_int_equal(
        dossier_hash_identity(small.gateway.store, small.gateway.local_id_key, &identity, hash),
        OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(dossier_list(&view, hash, out, max, &count), OUTCOME_OK);
    view_end(&view);
    return count;
}

static void match(void)
{
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
}

static void *match_beside(void *context)
{
    (void)context;
    return match_received(&small.gateway) == OUTCOME_OK ? NULL : &small;
}

static void where_nothing_waits_nothing_is_written(void **state)
{
    (void)state;
    match();
    assert_int_equal(audit_size(small.gateway.audit), 0);
}

static void a_signal_is_found_by_its_token_and_by_its_address(void **state)
{
    const struct taken_in taken_in = take_in();
    char found[4][DOSSIER_BYTES];
    OWNED_JSON leaf = NULL;

    (void)state;
    assert_int_equal(dossiers_of_token(taken_in.signal.signal.token, found, 4), 0);
    match();
    assert_int_equal(dossiers_of_token(taken_in.signal.signal.token, found, 4), 1);
    assert_string_equal(found[0], taken_in.dossier);
    assert_int_equal(dossiers_of_address(found, 4), 1);
    assert_string_equal(found[0], taken_in.dossier);
    assert_int_equal(audit_size(small.gateway.audit), 1);
    leaf = leaf_json(small.gateway.store, 0);
    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "match");
    match();
    assert_int_equal(audit_size(small.gateway.audit), 1);
}

/* A resident asks in the moment before the clock's work would have found what just came in. */
static void a_letter_of_access_has_what_just_came_in(void **state)
{
    static const char body[] = "{\"adres\": {\"postcode\": \"1234AB\", \"huisnummer\": \"5\"}}";
    const struct taken_in taken_in = take_in();
    struct access_request request;
    struct small_call call;
    struct view view;

    (void)state;
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/inzageverzoeken",
                    bytes_of_text(body));
    call.call.role = ROLE_FG;
    assert_int_equal(small_call_run(&call), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(access_next(&view, NULL, &request), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(request.dossier_count, 1);
    assert_string_equal(request.dossiers[0], taken_in.dossier);
    small_call_end(&call);
}

static enum outcome apply_waits_again(struct change *change, struct audit *audit, void *context)
{
    struct taken_in *taken_in = context;
    const uint8_t sequence[8] = {0};

    (void)audit;
    store_put(change, TABLE_MATCH, bytes_of(sequence, sizeof sequence),
              key_of(taken_in->signal.signal.id));
    return change->outcome;
}

/* The clock's work and who makes a letter may find the same at once: one leaf tells of it. */
static void two_who_match_at_once_tell_of_it_once(void **state)
{
    struct taken_in taken_in = take_in();
    pthread_t other;
    void *nothing;

    (void)state;
    for (int i = 0; i < 20; i++) {
        const uint64_t before = audit_size(small.gateway.audit);
        small_gateway_write(&small, apply_waits_again, &taken_in);
        assert_int_equal(pthread_create(&other, NULL, match_beside, NULL), 0);
        match();
        pthread_join(other, &nothing);
        assert_null(nothing);
        assert_int_equal(audit_size(small.gateway.audit), before + 1);
    }
}

/* A hit and a miss look alike: one leaf, and each signal keeps a dossier of its own. */
static void a_second_signal_about_one_address_keeps_its_own_dossier(void **state)
{
    const struct taken_in first = take_in();
    struct taken_in second;
    char found[4][DOSSIER_BYTES];

    (void)state;
    match();
    second = take_in();
    match();
    assert_int_equal(dossiers_of_address(found, 4), 2);
    assert_int_equal(dossiers_of_token(first.signal.signal.token, found, 4), 2);
    assert_string_not_equal(first.dossier, second.dossier);
    assert_int_equal(audit_size(small.gateway.audit), 2);
}

static void what_was_erased_is_not_tied_to_anybody(void **state)
{
    const struct taken_in erased = take_in(), stays = take_in();
    char found[4][DOSSIER_BYTES];
    struct change *change = change_of(small.gateway.store);

    (void)state;
    store_delete(change, TABLE_INBOX, key_of(erased.signal.signal.id));
    change_done(change);
    match();
    assert_int_equal(dossiers_of_address(found, 4), 1);
    assert_string_equal(found[0], stays.dossier);
}

static void one_damaged_record_holds_up_nobody(void **state)
{
    const struct taken_in damaged = take_in(), stays = take_in();
    char found[4][DOSSIER_BYTES];
    struct change *change = change_of(small.gateway.store);
    struct bytes key = key_of(damaged.signal.signal.id);
    OWNED_BUFFER stored = stored_bytes(&change->view, TABLE_INBOX, key);
    OWNED_JSON alarm = NULL;

    (void)state;
    small.holds_anything = true;
    stored.data[stored.length - 1] ^= 1;
    put_stored_bytes(change, TABLE_INBOX, key, buffer_bytes(&stored));
    change_done(change);
    match();
    assert_int_equal(dossiers_of_address(found, 4), 1);
    assert_string_equal(found[0], stays.dossier);
    alarm = leaf_json(small.gateway.store, 0);
    assert_string_equal(json_string_value(json_object_get(alarm, "ev")), "alarm");
}

static void many_are_matched_in_several_changes(void **state)
{
    static char found[DOSSIERS_MAX][DOSSIER_BYTES];
    uint64_t before;

    (void)state;
    for (int i = 0; i < MANY; i++)
        (void)take_in();
    before = writer_counts(small.gateway.writer).commits;
    match();
    assert_in_range(writer_counts(small.gateway.writer).commits - before, 2, 20);
    assert_int_equal(dossiers_of_address(found, DOSSIERS_MAX), DOSSIERS_MAX);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 2 * MANY);
}

static void scarce_memory_is_told_and_tried_again(void **state)
{
    const struct taken_in taken_in = take_in();
    char found[4][DOSSIER_BYTES];
    enum outcome outcome;
    int lasts = 0;

    (void)state;
    do {
        memory_lasts_for(lasts++);
        outcome = match_received(&small.gateway);
        memory_lasts_for(-1);
        if (outcome != OUTCOME_OK) {
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
            assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 1);
        }
    } while (outcome != OUTCOME_OK);
    assert_true(lasts > 5);
    assert_int_equal(dossiers_of_address(found, 4), 1);
    assert_string_equal(found[0], taken_in.dossier);
    assert_int_equal(audit_size(small.gateway.audit), 1);
}

/* Else a letter would be made without what waits. */
static void who_cannot_look_does_not_say_that_nothing_waits(void **state)
{
    (void)state;
    (void)take_in();
    small_readers_take(small.gateway.store);
    assert_int_equal(match_received(&small.gateway), OUTCOME_BUSY);
    small_readers_give();
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 1);
    match();
}

static int make(void **state)
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
        WITH_GATEWAY(where_nothing_waits_nothing_is_written),
        WITH_GATEWAY(two_who_match_at_once_tell_of_it_once),
        WITH_GATEWAY(a_letter_of_access_has_what_just_came_in),
        WITH_GATEWAY(a_signal_is_found_by_its_token_and_by_its_address),
        WITH_GATEWAY(a_second_signal_about_one_address_keeps_its_own_dossier),
        WITH_GATEWAY(what_was_erased_is_not_tied_to_anybody),
        WITH_GATEWAY(one_damaged_record_holds_up_nobody),
        WITH_GATEWAY(many_are_matched_in_several_changes),
        WITH_GATEWAY(scarce_memory_is_told_and_tried_again),
        WITH_GATEWAY(who_cannot_look_does_not_say_that_nothing_waits),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
