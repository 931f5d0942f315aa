/* SPDX-License-Identifier: EUPL-1.2 */
/* What a version may do that a partner proposed and nobody here has judged: be read, and nothing
 * else. The covenant in force goes on as if it were not there. */
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
#include "gateway/basis_store.h"
#include "gateway/new_covenant.h"
#include "gateway/persons.h"
#include "gateway/receive.h"
#include "gateway/recovery_help.h"
#include "gateway/withdrawal_seek.h"
#include "tests/support/small_rows.h"

static struct small_town town;
static struct small_gateway small; /* of the corporation; the team gives the keys */
static char first[SHA256_HEX_BYTES];

/* --- what partners send --- */

/* The code of its only item; "" when that was accepted. */
static void post(enum small_place from, enum message_kind kind, const char *under,
                 struct bytes item, char out_code[static RECEIPT_CODE_BYTES])
{
    struct small_message message =
        small_message_make(&town, from, CORPORATION, kind, under, &item, 1);
    OWNED_BUFFER body = small_message_text(&town, &message);
    OWNED_RECEIPT receipt = NULL;
    struct small_call call;
    struct fault fault = {0};

    assert_int_equal(small_gateway_receive(&small, from, kind, buffer_bytes(&body), &call),
                     OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  small.gateway.keys.signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    memcpy(out_code, receipt->answers[0].code, RECEIPT_CODE_BYTES);
    small_call_end(&call);
}

/* Its own next version: the caller owns it. */
static json_t *next_version(const char *version)
{
    json_t *document = small_covenant_json(&town);

    json_object_set_new(document, "versie", json_string(version));
    json_object_set_new(document, "vorige", json_string(first));
    return document;
}

static void fingerprint_of(const json_t *document, char out[static SHA256_HEX_BYTES])
{
    OWNED_BUFFER text = small_covenant_text(document);

    assert_int_equal(sha256_hex(buffer_bytes(&text), out), OUTCOME_OK);
}

static void propose(enum small_place from, const json_t *document,
                    char out_fingerprint[static SHA256_HEX_BYTES])
{
    OWNED_BUFFER text = small_covenant_text(document);
    OWNED_BUFFER item = {0};
    char id[UUID_TEXT_BYTES], code[RECEIPT_CODE_BYTES];

    fingerprint_of(document, out_fingerprint);
    uuid_print(uuid_v4(), id);
    assert_int_equal(covenant_item_print(id, out_fingerprint, buffer_bytes(&text), &item),
                     OUTCOME_OK);
    post(from, MESSAGE_KIND_COVENANT, first, buffer_bytes(&item), code);
    assert_string_equal(code, "");
}

static void propose_giver(enum small_place from, char out_fingerprint[static SHA256_HEX_BYTES])
{
    OWNED_JSON document = next_version("1.3.0");

    json_object_set_new(document, "sleutelgever", json_string(town.parties[from].oin.text));
    propose(from, document, out_fingerprint);
}

static void says(enum small_place place, const char *fingerprint, enum verdict verdict)
{
    if (strcmp(fingerprint, first) != 0)
        town.parties[place].statement_hash[0] = '\0';
    small_gateway_hears(&small, place, fingerprint, verdict);
}

static size_t waiting_for(enum small_place place, enum message_kind kind)
{
    struct queued queued;
    struct view view;
    uint64_t sequence = 0;
    size_t count = 0;

    view_begin(small.gateway.store, &view);
    while (queue_next(&view, &town.parties[place].oin, sequence, &sequence, &queued) ==
           OUTCOME_OK) {
        count += queued.kind == kind;
        sequence++;
    }
    view_end(&view);
    return count;
}

/* --- keys --- */

/* As from one whose store was put back. */
static void asks_what_it_missed(enum small_place from, const char *under)
{
    struct recovery_item item = {.since_ms = town.now_ms / 1000 * 1000};
    OWNED_BUFFER text = {0};
    char code[RECEIPT_CODE_BYTES];

    uuid_print(uuid_v4(), item.id);
    assert_int_equal(recovery_item_print(&item, &text), OUTCOME_OK);
    post(from, MESSAGE_KIND_RECOVERY, under, buffer_bytes(&text), code);
    assert_string_equal(code, "");
    for (int pass = 0; pass < 5; pass++)
        assert_int_equal(recovery_help_pass(&small.gateway), OUTCOME_OK);
}

static void c2_who_left_is_given_no_key_for_naming_itself_the_giver(void **state)
{
    char second[SHA256_HEX_BYTES];

    (void)state;
    says(GGZ, first, VERDICT_WITHDRAWN);
    propose_giver(GGZ, second);
    asks_what_it_missed(GGZ, first);
    assert_int_equal(waiting_for(GGZ, MESSAGE_KIND_SHARED_KEY), 0);
    says(GGZ, second, VERDICT_AGREED); /* which it says itself, and nobody here did */
    asks_what_it_missed(GGZ, second);
    assert_int_equal(waiting_for(GGZ, MESSAGE_KIND_SHARED_KEY), 0);
    says(CORPORATION, second, VERDICT_AGREED);
    asks_what_it_missed(GGZ, second);
    assert_int_equal(waiting_for(GGZ, MESSAGE_KIND_SHARED_KEY), 1);
}

static void a_giver_that_left_is_given_nothing_back(void **state)
{
    (void)state;
    asks_what_it_missed(TEAM, first);
    assert_int_equal(waiting_for(TEAM, MESSAGE_KIND_SHARED_KEY), 1);
    says(TEAM, first, VERDICT_WITHDRAWN);
    asks_what_it_missed(TEAM, first);
    assert_int_equal(waiting_for(TEAM, MESSAGE_KIND_SHARED_KEY), 1);
}

static void sends_key(enum small_place from, const char *under, uint8_t first_byte,
                      const char *wanted)
{
    OWNED_SHARED_KEY_ITEM item = {.key = {first_byte}};
    OWNED_BUFFER text = {0};
    char code[RECEIPT_CODE_BYTES];

    uuid_print(uuid_v4(), item.id);
    snprintf(item.covenant, sizeof item.covenant, "sociaal-renoveren-voorbeelddreef");
    day_epoch(day_plus_months(amsterdam_day(town.now_ms), 6), item.epoch);
    assert_int_equal(shared_key_item_print(&item, &text), OUTCOME_OK);
    post(from, MESSAGE_KIND_SHARED_KEY, under, buffer_bytes(&text), code);
    assert_string_equal(code, wanted);
}

static void c2_nobody_sets_the_key_by_a_version_of_its_own(void **state)
{
    const char *refused = outcome_code(OUTCOME_NOT_ALLOWED);
    char second[SHA256_HEX_BYTES];

    (void)state;
    propose_giver(MUNICIPALITY, second);
    says(MUNICIPALITY, second, VERDICT_AGREED);
    sends_key(MUNICIPALITY, second, 1, refused);
    sends_key(MUNICIPALITY, first, 1, refused);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SHARED_KEY), 1);
    sends_key(TEAM, first, 2, ""); /* the giver goes on */
    assert_int_equal(rows_in(small.gateway.store, TABLE_SHARED_KEY), 2);
}

static void a_giver_counts_once_we_agreed_and_until_it_left(void **state)
{
    const char *refused = outcome_code(OUTCOME_NOT_ALLOWED);
    char second[SHA256_HEX_BYTES];

    (void)state;
    propose_giver(MUNICIPALITY, second);
    says(CORPORATION, second, VERDICT_AGREED);
    sends_key(MUNICIPALITY, second, 1, "");
    sends_key(TEAM, first, 2, outcome_code(OUTCOME_EXISTS));
    says(TEAM, first, VERDICT_WITHDRAWN);
    sends_key(TEAM, first, 2, refused);
    says(MUNICIPALITY, second, VERDICT_AGREED);
    says(GGZ, second, VERDICT_AGREED);
    says(UNIVERSITY, second, VERDICT_AGREED);
    sends_key(TEAM, second, 2, refused);
}

/* --- names, and which version applies --- */

static const char *name_of(enum small_place place)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    static char name[96];

    snprintf(name, sizeof name, "%s", registry_name(registry, &town.parties[place].oin));
    return name;
}

/* The versions stand in the order of their fingerprints, which who makes them can choose. */
static void a_proposal_renames_nobody(void **state)
{
    char second[SHA256_HEX_BYTES] = "";
    OWNED_JSON document = next_version("1.3.0");
    json_t *team = json_array_get(json_object_get(document, "partijen"), TEAM);

    (void)state;
    json_object_set_new(team, "naam", json_string("Woningcorporatie Elders"));
    for (int i = 0; second[0] == '\0' || strcmp(second, first) > 0; i++) {
        char title[32];
        snprintf(title, sizeof title, "Titel %d", i);
        json_object_set_new(document, "titel", json_string(title));
        fingerprint_of(document, second);
    }
    propose(GGZ, document, second);
    assert_string_equal(name_of(TEAM), "Buurtteam Voorbeeldstad");
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        says(place, second, VERDICT_AGREED);
    assert_string_equal(name_of(TEAM), "Woningcorporatie Elders");
}

static void assert_applies(const char *fingerprint, int64_t now_ms)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    const struct known_covenant *chosen =
        registry_choose(registry, "sociaal-renoveren-voorbeelddreef", now_ms);

    assert_non_null(chosen);
    assert_string_equal(chosen->covenant->fingerprint, fingerprint);
}

/* Who stops is told to the parties of the version that applies: not to those of somebody's choice,
 * and not to nobody because two of them are in each other's way. */
static void a_proposal_does_not_take_the_place_of_what_ended(void **state)
{
    const int64_t after_ms = town.now_ms + 360 * (int64_t)DAY_MS;
    OWNED_JSON one = next_version("1.3.0");
    OWNED_JSON two = next_version("1.4.0");
    char second[SHA256_HEX_BYTES], third[SHA256_HEX_BYTES];

    (void)state;
    propose(GGZ, one, second);
    assert_applies(first, after_ms);
    propose(GGZ, two, third);
    assert_applies(first, after_ms);
    says(CORPORATION, third, VERDICT_AGREED);
    assert_applies(third, after_ms);
    assert_applies(first, town.now_ms);
}

/* --- withdrawals --- */

struct handed {
    char basis[UUID_TEXT_BYTES];
    char dossier[DOSSIER_BYTES];
};

static enum outcome apply_other_purpose(struct change *change, struct audit *audit, void *context)
{
    struct handed *handed = context;
    OWNED_KEPT_BASIS kept = {0};

    (void)audit;
    TRY(basis_get(&change->view, handed->basis, &kept));
    snprintf(handed->dossier, sizeof handed->dossier, "%.*s", DOSSIER_BYTES - 1,
             kept.basis->dossier);
    kept.basis->purposes = bit_of(PURPOSE_WOONSTAP);
    return basis_put(change, &kept);
}

/* A consent for a purpose that the covenant does not have: it is of another one. */
static struct handed consent_of_another_covenant(void)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct small_intake s;
    struct handed handed;

    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    assert_int_equal(s.rows[0].result, INTAKE_SENT_CONSENT);
    memcpy(handed.basis, s.rows[0].basis->id, sizeof handed.basis);
    small_intake_end(&s);
    small_gateway_write(&small, apply_other_purpose, &handed);
    return handed;
}

static void withdraws(enum small_place from, const char *under, const struct handed *handed)
{
    struct withdrawal_item item = {.about = WITHDRAWAL_OF_TOKEN,
                                   .reason = WITHDRAWAL_INGETROKKEN,
                                   .purpose = PURPOSE_WOONSTAP,
                                   .at_ms = town.now_ms / 1000 * 1000};
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    const struct known_covenant *known = registry_find(registry, under);
    struct identity identity;
    OWNED_BUFFER text = {0};
    char code[RECEIPT_CODE_BYTES];
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(person_get(&view, handed->dossier, &identity), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(person_token_text(known, &known->keys[0], item.purpose, &identity,
                                       &town.parties[CORPORATION].oin, item.token),
                     OUTCOME_OK);
    uuid_print(uuid_v4(), item.id);
    assert_int_equal(withdrawal_item_print(&item, &text), OUTCOME_OK);
    post(from, MESSAGE_KIND_WITHDRAWAL, under, buffer_bytes(&text), code);
    assert_string_equal(code, WITHDRAWAL_ERASED); /* whatever follows */
    assert_int_equal(seek_pass(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SEEK), 0);
}

static enum proof_state state_of(const struct handed *handed)
{
    OWNED_KEPT_BASIS kept = {0};
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(basis_get(&view, handed->basis, &kept), OUTCOME_OK);
    view_end(&view);
    return kept.basis->state;
}

static void nobody_ends_what_is_of_another_covenant_by_a_version_of_its_own(void **state)
{
    const struct handed handed = consent_of_another_covenant();
    OWNED_JSON document = next_version("1.3.0");
    json_t *articles = json_object_get(document, "bepalingen");
    char second[SHA256_HEX_BYTES];

    (void)state;
    json_object_set_new(json_array_get(articles, 0), "doel", json_string("WOONSTAP"));
    propose(TEAM, document, second);
    withdraws(TEAM, second, &handed);
    assert_int_equal(state_of(&handed), PROOF_GIVEN);
    says(CORPORATION, second, VERDICT_AGREED);
    withdraws(TEAM, second, &handed);
    assert_int_equal(state_of(&handed), PROOF_WITHDRAWN);
}

static int make(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    memcpy(first, small_gateway_in_force(&small)->covenant->fingerprint, sizeof first);
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
        WITH_GATEWAY(c2_who_left_is_given_no_key_for_naming_itself_the_giver),
        WITH_GATEWAY(a_giver_that_left_is_given_nothing_back),
        WITH_GATEWAY(c2_nobody_sets_the_key_by_a_version_of_its_own),
        WITH_GATEWAY(a_giver_counts_once_we_agreed_and_until_it_left),
        WITH_GATEWAY(a_proposal_renames_nobody),
        WITH_GATEWAY(a_proposal_does_not_take_the_place_of_what_ended),
        WITH_GATEWAY(nobody_ends_what_is_of_another_covenant_by_a_version_of_its_own),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
