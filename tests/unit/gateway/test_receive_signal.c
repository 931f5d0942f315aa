/* SPDX-License-Identifier: EUPL-1.2 */
/* Each signal in a message: taken in, known, or refused with its code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "gateway/receive.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;
static enum small_place here; /* whose gateway it is */

/* --- sending --- */

static struct receipt *post(const struct bytes *items, size_t count, enum role role)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    struct small_message message = small_message_make(&town, CORPORATION, here, MESSAGE_KIND_SIGNAL,
                                                      fingerprint, items, count);
    OWNED_BUFFER body = {0};
    struct small_call call;
    struct receipt *receipt = NULL;
    struct fault fault = {0};

    message.role = role;
    body = small_message_text(&town, &message);
    assert_int_equal(
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call),
        OUTCOME_OK);
    assert_int_equal(call.exchange.reply.status, 201);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[here].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    assert_string_equal(receipt->message, message.id);
    assert_int_equal(receipt->received_ms, town.now_ms / 1000 * 1000);
    assert_int_equal(receipt->answer_count, count);
    small_call_end(&call);
    return receipt;
}

static struct receipt *post_one(const struct small_signal *signal)
{
    OWNED_BUFFER text = small_signal_text(signal);
    const struct bytes item = buffer_bytes(&text);

    return post(&item, 1, ROLE_MELDER);
}

static struct small_signal signal_for_here(void)
{
    return small_signal_make(&town, small_gateway_known(&small), here);
}

static void assert_counts(size_t inbox, size_t leaves)
{
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), inbox);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX_ORDER), inbox);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), inbox);
    assert_int_equal(rows_in(small.gateway.store, TABLE_ITEM_SEEN), inbox);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
}

static void assert_leaf_of(const struct receipt_answer *answer, uint64_t sequence)
{
    OWNED_BUFFER leaf = leaf_at(small.gateway.store, sequence);
    struct merkle_hash hash;

    assert_int_equal(merkle_leaf(buffer_bytes(&leaf), &hash), OUTCOME_OK);
    assert_memory_equal(answer->leaf_hash, hash.bytes, sizeof hash.bytes);
}

/* --- taken in --- */

static void assert_kept(const struct small_signal *sent)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    assert_true(uuid_parse(sent->signal.id, &uuid));
    assert_int_equal(
        value_in(small.gateway.store, TABLE_INBOX, bytes_of(uuid.bytes, sizeof uuid.bytes), &text),
        OUTCOME_OK);
    assert_int_equal(kept_signal_read(buffer_bytes(&text), &kept), OUTCOME_OK);
    assert_int_equal(kept_signal_item(&kept, &signal), OUTCOME_OK);
    assert_true(oin_equal(&kept.partner, &town.parties[CORPORATION].oin));
    assert_int_equal(kept.received_ms, town.now_ms / 1000 * 1000);
    assert_string_equal(kept.actor, "");
    assert_int_equal(kept.answer_count, 0);
    assert_int_equal(kept.dossier[0], 'D');
    assert_string_equal(signal.id, sent->signal.id);
    assert_string_equal(signal.code, sent->signal.code);
    assert_string_equal(signal.contact, sent->signal.contact);
    assert_string_equal(signal.token, sent->signal.token);
    assert_int_equal(signal.fields, sent->signal.fields);
}

static void assert_taken_in(void)
{
    const struct small_signal sent = signal_for_here();
    OWNED_RECEIPT receipt = post_one(&sent);
    OWNED_JSON leaf = NULL;

    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    assert_string_equal(receipt->answers[0].id, sent.signal.id);
    assert_string_equal(receipt->answers[0].code, "");
    assert_counts(1, 1);
    assert_leaf_of(&receipt->answers[0], 0);
    leaf = leaf_json(small.gateway.store, 0);
    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "recv");
    assert_string_equal(json_string_value(json_object_get(leaf, "out")), "ok");
    assert_string_equal(json_string_value(json_object_get(leaf, "src")), SAMPLE_CORPORATION);
    assert_string_equal(json_string_value(json_object_get(leaf, "dst")),
                        town.parties[here].oin.text);
    assert_kept(&sent);
}

static void a_consented_signal_is_taken_in(void **state)
{
    (void)state;
    assert_taken_in();
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
}

static void a_signal_by_law_is_taken_in(void **state)
{
    (void)state;
    assert_taken_in();
}

static void a_partner_bound_to_secrecy_plans_its_silence(void **state)
{
    (void)state;
    assert_taken_in();
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
}

static void nothing_of_the_person_stands_readable_in_the_store(void **state)
{
    struct small_signal sent = signal_for_here();
    OWNED_RECEIPT receipt = post_one(&sent);
    OWNED_BUFFER file = file_bytes(folder_path(&small.small.folder, "data/store/data.mdb"));

    (void)state;
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    assert_null(memmem(file.data, file.length, sent.signal.contact, 40));
    assert_null(memmem(file.data, file.length, sent.signal.token, 30));
}

/* --- known --- */

static void an_item_sent_again_in_another_message_is_known(void **state)
{
    const struct small_signal sent = signal_for_here();
    OWNED_RECEIPT first = post_one(&sent);
    OWNED_RECEIPT second = post_one(&sent);

    (void)state;
    assert_int_equal(first->answers[0].result, RECEIPT_ACCEPTED);
    assert_int_equal(second->answers[0].result, RECEIPT_KNOWN);
    assert_memory_equal(first->answers[0].leaf_hash, second->answers[0].leaf_hash, SHA256_BYTES);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 1);
}

static void a_refused_item_may_come_again_and_be_taken_in(void **state)
{
    struct small_signal sent = signal_for_here();
    OWNED_RECEIPT first = NULL;
    OWNED_RECEIPT second = NULL;
    uint32_t fields = sent.signal.fields;

    (void)state;
    sent.signal.fields &= ~bit_of(FIELD_PROOF);
    first = post_one(&sent);
    assert_int_equal(first->answers[0].result, RECEIPT_REFUSED);
    assert_counts(0, 1);
    sent.signal.fields = fields;
    second = post_one(&sent);
    assert_int_equal(second->answers[0].result, RECEIPT_ACCEPTED);
    assert_counts(1, 2);
}

/* --- refused: what is changed, and the code --- */

static void assert_item_refused(struct bytes item, enum role role, const char *code)
{
    uint64_t leaves = audit_size(small.gateway.audit);
    OWNED_RECEIPT receipt = post(&item, 1, role);
    OWNED_JSON leaf = NULL;

    assert_int_equal(receipt->answers[0].result, RECEIPT_REFUSED);
    assert_string_equal(receipt->answers[0].code, code);
    assert_counts(0, leaves + 1);
    assert_leaf_of(&receipt->answers[0], leaves);
    leaf = leaf_json(small.gateway.store, leaves);
    assert_string_equal(json_string_value(json_object_get(leaf, "out")), "denied");
    assert_string_equal(json_string_value(json_object_get(leaf, "why")), code);
}

static void assert_refused(const struct small_signal *sent, const char *code)
{
    OWNED_BUFFER text = small_signal_text(sent);

    assert_item_refused(buffer_bytes(&text), ROLE_MELDER, code);
}

/* Another character that hex and base64url both have: the text stays well formed. */
static char other(char c)
{
    return c == 'b' ? 'c' : 'b';
}

static void k1_a_proof_that_does_not_fit_is_refused_with_why(void **state)
{
    const struct small_signal good = signal_for_here();
    struct day today = amsterdam_day(town.now_ms);
    struct small_signal sent = good;
    size_t last;

    (void)state;
    sent.signal.fields &= ~bit_of(FIELD_PROOF);
    assert_refused(&sent, "GEEN_TOESTEMMING");
    sent = good;
    sent.proof_signed_by = GGZ;
    assert_refused(&sent, "BEWIJS_ONJUIST");
    sent = good;
    sent.proof.covenant[0] = other(sent.proof.covenant[0]);
    assert_refused(&sent, "BEWIJS_ONJUIST");
    sent = good;
    sent.proof.state = PROOF_WITHDRAWN;
    sent.proof.sequence = 2;
    assert_refused(&sent, "TOESTEMMING_INGETROKKEN");
    sent = good;
    sent.proof.to = town.parties[GGZ].oin;
    assert_refused(&sent, "BEWIJS_ANDERE_ONTVANGER");
    sent = good;
    sent.proof.purposes = bit_of(PURPOSE_ONDERZOEK);
    assert_refused(&sent, "BEWIJS_ANDER_DOEL");
    sent = good;
    sent.proof.groups.count = 0;
    assert_true(proof_groups_add(&sent.proof.groups, "FINANCIEN"));
    assert_refused(&sent, "BEWIJS_ANDERE_SIGNAALGROEP");
    sent = good;
    last = strlen(sent.proof.token) - 2;
    sent.proof.token[last] = other(sent.proof.token[last]);
    assert_refused(&sent, "BEWIJS_ANDER_PSEUDONIEM");
    sent = good;
    sent.proof.from = day_plus(today, -30);
    sent.proof.until = day_plus(today, -1);
    assert_refused(&sent, "TOESTEMMING_VERLOPEN");
    sent = good;
    sent.proof.from = day_plus(today, 1);
    assert_refused(&sent, "GEEN_TOESTEMMING");
}

/* --- the half-year of a token --- */

static void give_epoch(struct small_signal *sent, const char *epoch)
{
    struct token token;

    assert_int_equal(token_parse(sent->signal.token, &token), OUTCOME_OK);
    snprintf(token.epoch, sizeof token.epoch, "%s", epoch);
    token_print(&token, sent->signal.token);
    memcpy(sent->proof.token, sent->signal.token, sizeof sent->proof.token);
}

static void p1_a_token_of_another_half_year_is_refused_and_told_which_it_is(void **state)
{
    static const int months[] = {-60, -12, 12, 60};
    struct day today = amsterdam_day(town.now_ms);
    char present[EPOCH_TEXT_BYTES], other_epoch[EPOCH_TEXT_BYTES];

    (void)state;
    day_epoch(today, present);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        struct small_signal sent = signal_for_here();
        OWNED_RECEIPT receipt = NULL;
        day_epoch(day_plus_months(today, months[i]), other_epoch);
        give_epoch(&sent, other_epoch);
        assert_refused(&sent, "TIJDVAK_ONJUIST");
        receipt = post_one(&sent);
        assert_string_equal(receipt->answers[0].epoch, present);
    }
}

/* An epoch that was begun early, because its key was lost, is of the same half-year. */
static void p1_a_token_of_an_early_epoch_of_this_half_year_is_taken_in(void **state)
{
    struct small_signal sent = signal_for_here();
    OWNED_RECEIPT receipt = NULL;
    char epoch[TOKEN_EPOCH_BYTES];

    (void)state;
    day_epoch(amsterdam_day(town.now_ms), epoch);
    snprintf(epoch + EPOCH_TEXT_BYTES - 1, sizeof epoch - EPOCH_TEXT_BYTES + 1, "-1");
    give_epoch(&sent, epoch);
    receipt = post_one(&sent);
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
    assert_string_equal(receipt->answers[0].epoch, "");
}

static void c4_what_the_article_does_not_name_is_refused(void **state)
{
    const struct small_signal good = signal_for_here();
    struct small_signal sent = good;

    (void)state;
    sent.signal.arrears_cents = 1;
    sent.signal.fields |= bit_of(FIELD_ARREARS);
    assert_refused(&sent, "VELD_TE_VEEL");
    sent = good;
    sent.signal.article = 99;
    assert_refused(&sent, "GEEN_BEPALING");
    sent = good;
    sent.signal.article = 2; /* of the GGZ */
    assert_refused(&sent, "GEEN_BEPALING");
    sent = good;
    snprintf(sent.signal.code, sizeof sent.signal.code, "OVL.STANK");
    assert_refused(&sent, "GEEN_BEPALING");
    sent = good;
    snprintf(sent.signal.code, sizeof sent.signal.code, "OVL.NIETS");
    assert_refused(&sent, "CODE_ONBEKEND");
    sent = good;
    snprintf(sent.signal.code, sizeof sent.signal.code, "X.PSYCHISCH");
    assert_refused(&sent, "CODE_GEBLOKKEERD");
    sent = good;
    sent.signal.purpose = PURPOSE_ONDERZOEK;
    assert_refused(&sent, "GEEN_BEPALING");
}

static void who_may_not_send_is_refused(void **state)
{
    const struct small_signal good = signal_for_here();
    OWNED_BUFFER text = small_signal_text(&good);

    (void)state;
    assert_item_refused(buffer_bytes(&text), ROLE_AUDITOR, "ROL_ONJUIST");
    assert_item_refused(buffer_bytes(&text), ROLE_BEHEERDER, "ROL_ONJUIST");
}

static void a_core_that_speaks_of_others_is_refused(void **state)
{
    const struct small_signal good = signal_for_here();
    struct small_signal sent = good;

    (void)state;
    sent.signal.holder = town.parties[GGZ].oin;
    assert_refused(&sent, "ONJUIST_BERICHT");
    sent = good;
    sent.signal.lead = town.parties[GGZ].oin;
    assert_refused(&sent, "ONJUIST_BERICHT");
    sent = good;
    snprintf(sent.signal.covenant, sizeof sent.signal.covenant, "een-ander@1.0");
    assert_refused(&sent, "ONJUIST_BERICHT");
}

static void l2_a_signal_of_an_hour_to_come_is_refused(void **state)
{
    struct small_signal sent = signal_for_here();

    (void)state;
    sent.signal.sent_ms += 3 * HOUR_MS;
    assert_refused(&sent, "ONJUIST_BERICHT");
}

static void assert_large_refused(const struct small_signal *sent, const char *code)
{
    OWNED_BUFFER text = small_signal_text(sent), large = {0};
    OWNED_JSON item = NULL;
    char filler[9001];

    memset(filler, 'A', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    assert_int_equal(json_read(buffer_bytes(&text), text.length, &item), OUTCOME_OK);
    json_object_set_new(json_object_get(item, "bewijs"), "payload", json_string(filler));
    assert_int_equal(json_write(item, &large), OUTCOME_OK);
    assert_item_refused(buffer_bytes(&large), ROLE_MELDER, code);
}

/* Of what a proof may hold nothing is known before it is read: an item has its own limit. */
static void j1_an_item_too_large_to_be_read_back_is_refused(void **state)
{
    const struct small_signal sent = signal_for_here();

    (void)state;
    assert_large_refused(&sent, "TE_GROOT");
}

/* It would never have been kept: how large its record is does not come up. */
static void j1_an_item_of_no_article_is_refused_for_that_whatever_its_size(void **state)
{
    const struct small_signal good = signal_for_here();
    struct small_signal sent = good;

    (void)state;
    sent.signal.article = 99;
    assert_large_refused(&sent, "GEEN_BEPALING");
    sent = good;
    sent.signal.lead = town.parties[GGZ].oin;
    assert_large_refused(&sent, "ONJUIST_BERICHT");
}

static void c4_an_item_that_does_not_read_is_refused_alone(void **state)
{
    static const char *const wrong[] = {
        "{\"id\":\"22222222-2222-4222-8222-222222222222\"}",
        "{\"id\":\"33333333-3333-4333-8333-333333333333\",\"bsn\":\"123456782\"}",
        "{\"id\":\"44444444-4444-4444-8444-444444444444\",\"toelichting\":\"vrije tekst\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_item_refused(bytes_of_text(wrong[i]), ROLE_MELDER, "ONJUIST_BERICHT");
}

static void a_refused_item_does_not_touch_its_neighbours(void **state)
{
    struct small_signal signals[3] = {signal_for_here(), signal_for_here(), signal_for_here()};
    struct buffer texts[3];
    struct bytes items[3];
    OWNED_RECEIPT receipt = NULL;

    (void)state;
    signals[1].signal.fields &= ~bit_of(FIELD_PROOF);
    for (size_t i = 0; i < 3; i++) {
        texts[i] = small_signal_text(&signals[i]);
        items[i] = buffer_bytes(&texts[i]);
    }
    receipt = post(items, 3, ROLE_MELDER);
    for (uint64_t i = 0; i < 3; i++) {
        OWNED_JSON leaf = leaf_json(small.gateway.store, i);
        assert_int_equal(receipt->answers[i].result, i == 1 ? RECEIPT_REFUSED : RECEIPT_ACCEPTED);
        assert_int_equal(json_integer_value(json_object_get(leaf, "i")), i + 1);
        assert_leaf_of(&receipt->answers[i], i);
        buffer_wipe(&texts[i]);
    }
    assert_counts(2, 3);
}

/* The number is of the first who used it; who comes later learns only that it is taken, also when
 * he may send what he sends. */
static void a_number_taken_by_another_sender_is_not_taken_over(void **state)
{
    const struct known_covenant *known = small_gateway_known(&small);
    struct small_signal sent = signal_for_here(), kept;
    OWNED_RECEIPT first = post_one(&sent);
    OWNED_BUFFER text = {0}, body = {0};
    struct small_message message;
    struct small_call call;
    struct bytes item;
    OWNED_RECEIPT second = NULL;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(first->answers[0].result, RECEIPT_ACCEPTED);
    kept = sent;
    sent.proof_signed_by = UNIVERSITY; /* a second corporation here */
    text = small_signal_text(&sent);
    item = buffer_bytes(&text);
    message = small_message_make(&town, UNIVERSITY, here, MESSAGE_KIND_SIGNAL,
                                 known->covenant->fingerprint, &item, 1);
    body = small_message_text(&town, &message);
    assert_int_equal(
        small_gateway_receive(&small, UNIVERSITY, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call),
        OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[here].signing.public_key, &second, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    assert_int_equal(second->answers[0].result, RECEIPT_REFUSED);
    assert_string_equal(second->answers[0].code, outcome_code(OUTCOME_EXISTS));
    assert_counts(1, 2);
    assert_kept(&kept);
}

static int make_here(enum small_place place)
{
    here = place;
    small_gateway_make(&small, &town, place);
    small_gateway_in_force(&small);
    return 0;
}

static int make_team(void **state)
{
    (void)state;
    return make_here(TEAM);
}

/* The university is a corporation as the first is; then there is nobody for the research. */
static int make_team_of_two_corporations(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    json_t *parties = json_object_get(document, "partijen");
    const char *fingerprint;

    (void)state;
    here = TEAM;
    small_gateway_make(&small, &town, here);
    json_object_set_new(json_array_get(parties, UNIVERSITY), "soort", json_string("CORPORATIE"));
    json_array_remove(json_object_get(document, "bepalingen"), 3);
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&small, json_string_value(json_object_get(document, "id")));
    return 0;
}

static int make_municipality(void **state)
{
    (void)state;
    return make_here(MUNICIPALITY);
}

static int make_ggz(void **state)
{
    (void)state;
    return make_here(GGZ);
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

#define AT(place, fact) cmocka_unit_test_setup_teardown(fact, make_##place, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT(team, a_consented_signal_is_taken_in),
        AT(municipality, a_signal_by_law_is_taken_in),
        AT(ggz, a_partner_bound_to_secrecy_plans_its_silence),
        AT(team, nothing_of_the_person_stands_readable_in_the_store),
        AT(team, an_item_sent_again_in_another_message_is_known),
        AT(team, a_refused_item_may_come_again_and_be_taken_in),
        AT(team, k1_a_proof_that_does_not_fit_is_refused_with_why),
        AT(team, p1_a_token_of_another_half_year_is_refused_and_told_which_it_is),
        AT(team, p1_a_token_of_an_early_epoch_of_this_half_year_is_taken_in),
        AT(team, c4_what_the_article_does_not_name_is_refused),
        AT(team, who_may_not_send_is_refused),
        AT(team, a_core_that_speaks_of_others_is_refused),
        AT(team, l2_a_signal_of_an_hour_to_come_is_refused),
        AT(team, j1_an_item_too_large_to_be_read_back_is_refused),
        AT(team, j1_an_item_of_no_article_is_refused_for_that_whatever_its_size),
        AT(team, c4_an_item_that_does_not_read_is_refused_alone),
        AT(team, a_refused_item_does_not_touch_its_neighbours),
        AT(team_of_two_corporations, a_number_taken_by_another_sender_is_not_taken_over),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
