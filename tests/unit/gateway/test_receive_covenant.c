/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements and shared keys as partners send them, and the key a message is believed by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/receive.h"
#include "gateway/recovery.h"
#include "gateway/statements.h"
#include "tests/support/small_gateway.h"

enum { ITEMS_MAX = 24 };

static struct small_town town;
static struct small_gateway small;

/* --- messages --- */

struct letter {
    struct buffer texts[ITEMS_MAX];
    struct bytes items[ITEMS_MAX];
    size_t count;
};

static void letter_wipe(struct letter *letter)
{
    for (size_t i = 0; i < letter->count; i++)
        buffer_wipe(&letter->texts[i]);
}
#define OWNED_LETTER __attribute__((cleanup(letter_wipe))) struct letter

static void add_item(struct letter *letter, const char *name, struct bytes value, const char *more)
{
    struct buffer *text = &letter->texts[letter->count];
    char id[UUID_TEXT_BYTES];

    uuid_print(uuid_v4(), id);
    buffer_format(text, "{\"id\":\"%s\",\"%s\":", id, name);
    buffer_add_bytes(text, value);
    buffer_add_text(text, more);
    buffer_add_byte(text, '}');
    assert_int_equal(buffer_outcome(text), OUTCOME_OK);
    letter->items[letter->count++] = buffer_bytes(text);
}

static void add_verdict(struct letter *letter, enum small_place place, const char *fingerprint,
                        enum verdict verdict)
{
    OWNED_BUFFER envelope = small_statement(&town, place, fingerprint, verdict);

    add_item(letter, "verklaring", buffer_bytes(&envelope), "");
}

static void add_key(struct letter *letter, const char *epoch, uint8_t first_byte)
{
    uint8_t key[SHARED_KEY_BYTES] = {first_byte};
    OWNED_BUFFER value = {0};
    char more[128];

    buffer_add_byte(&value, '"');
    buffer_add_base64(&value, bytes_of(key, sizeof key));
    buffer_add_byte(&value, '"');
    snprintf(more, sizeof more,
             ",\"convenant\":\"sociaal-renoveren-voorbeelddreef\",\"tijdvak\":\"%s\"", epoch);
    add_item(letter, "sleutel", buffer_bytes(&value), more);
}

/* The receipt, or why there is none; the caller frees it. */
static enum outcome post(const struct letter *letter, enum small_place from, enum message_kind kind,
                         const char *fingerprint, struct receipt **out_receipt)
{
    struct small_message message = small_message_make(&town, from, small.place, kind, fingerprint,
                                                      letter->items, letter->count);
    OWNED_BUFFER body = small_message_text(&town, &message);
    struct small_call call;
    struct fault fault = {0};
    enum outcome outcome = small_gateway_receive(&small, from, kind, buffer_bytes(&body), &call);

    if (outcome == OUTCOME_OK)
        assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                      small.gateway.keys.signing.public_key, out_receipt, &fault),
                         OUTCOME_OK);
    small_call_end(&call);
    return outcome;
}

static void assert_answers(const struct letter *letter, enum small_place from,
                           enum message_kind kind, const char *fingerprint,
                           const char *const codes[])
{
    OWNED_RECEIPT receipt = NULL;

    assert_int_equal(post(letter, from, kind, fingerprint, &receipt), OUTCOME_OK);
    assert_int_equal(receipt->answer_count, letter->count);
    for (size_t i = 0; i < letter->count; i++) {
        assert_string_equal(receipt->answers[i].code, codes[i]);
        assert_int_equal(receipt->answers[i].result,
                         codes[i][0] ? RECEIPT_REFUSED : RECEIPT_ACCEPTED);
    }
}

static const char *add_covenant(void)
{
    OWNED_JSON document = small_covenant_json(&town);

    return small_gateway_add(&small, document);
}

static enum verdict verdict_of(enum small_place place)
{
    const struct known_covenant *known = small_gateway_known(&small);
    const struct party *party = covenant_party(known->covenant, &town.parties[place].oin);

    return known->verdicts[covenant_party_index(known->covenant, party)];
}

/* --- statements --- */

static void a_statement_counts_from_its_receipt(void **state)
{
    static const char *const codes[] = {""};
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};

    (void)state;
    add_verdict(&letter, TEAM, fingerprint, VERDICT_AGREED);
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(verdict_of(TEAM), VERDICT_AGREED);
    small_gateway_restart(&small);
    assert_int_equal(verdict_of(TEAM), VERDICT_AGREED);
}

/* A sound statement with blanks between its members: what it says is small enough, what would be
 * stored is not. */
static void a_statement_that_would_not_be_read_back_is_refused(void **state)
{
    const char *const codes[] = {outcome_code(OUTCOME_TOO_LARGE)};
    const char *fingerprint = add_covenant();
    OWNED_BUFFER payload = {0}, envelope = {0};
    OWNED_LETTER letter = {0};

    (void)state;
    buffer_format(&payload,
                  "{\"convenant\":\"%s\",\"oin\":\"%s\",\"oordeel\":\"AKKOORD\","
                  "\"op\":\"2026-01-01T00:00:00Z\",\"vorige\":null%1500s}",
                  fingerprint, town.parties[TEAM].oin.text, "");
    assert_true(payload.length < STATEMENT_MAX_BYTES);
    assert_int_equal(
        dsse_sign(buffer_bytes(&payload), STATEMENT_TYPE, &town.parties[TEAM].signing, &envelope),
        OUTCOME_OK);
    add_item(&letter, "verklaring", buffer_bytes(&envelope), "");
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(verdict_of(TEAM), VERDICT_NONE);
    small_gateway_restart(&small);
}

static struct buffer statement_as(const char *fingerprint, enum small_place of)
{
    struct buffer payload = {0}, envelope = {0};

    buffer_format(&payload,
                  "{\"convenant\":\"%s\",\"oin\":\"%s\",\"oordeel\":\"AKKOORD\","
                  "\"op\":\"2026-01-01T00:00:00Z\",\"vorige\":null}",
                  fingerprint, town.parties[of].oin.text);
    assert_int_equal(
        dsse_sign(buffer_bytes(&payload), STATEMENT_TYPE, &town.parties[TEAM].signing, &envelope),
        OUTCOME_OK);
    buffer_wipe(&payload);
    return envelope;
}

static void c1_nobody_states_for_another_or_under_another_covenant(void **state)
{
    static const char other[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const char *const codes[] = {outcome_code(OUTCOME_SENDER_WRONG),
                                 outcome_code(OUTCOME_SENDER_WRONG),
                                 outcome_code(OUTCOME_MALFORMED), ""};
    const char *fingerprint = add_covenant();
    OWNED_BUFFER of_ggz = statement_as(fingerprint, GGZ), elsewhere = statement_as(other, TEAM);
    OWNED_BUFFER own = statement_as(fingerprint, TEAM);
    OWNED_LETTER letter = {0};

    (void)state;
    add_item(&letter, "verklaring", buffer_bytes(&of_ggz), "");
    add_item(&letter, "verklaring", buffer_bytes(&elsewhere), "");
    add_item(&letter, "verklaring", buffer_bytes(&own), ",\"meer\":1");
    add_item(&letter, "verklaring", buffer_bytes(&own), "");
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(verdict_of(GGZ), VERDICT_NONE);
}

static void statements_in_one_message_follow_each_other(void **state)
{
    static const char *const codes[] = {"", "", ""};
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};

    (void)state;
    add_verdict(&letter, TEAM, fingerprint, VERDICT_REJECTED);
    add_verdict(&letter, TEAM, fingerprint, VERDICT_AGREED);
    add_verdict(&letter, TEAM, fingerprint, VERDICT_WITHDRAWN);
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(verdict_of(TEAM), VERDICT_WITHDRAWN);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 3);
}

static void two_statements_on_one_before_them_are_not_both_taken(void **state)
{
    const char *const codes[] = {"", outcome_code(OUTCOME_STEP_NOT_ALLOWED)};
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};

    (void)state;
    add_verdict(&letter, TEAM, fingerprint, VERDICT_AGREED);
    town.parties[TEAM].statement_hash[0] = '\0';
    add_verdict(&letter, TEAM, fingerprint, VERDICT_REJECTED);
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(verdict_of(TEAM), VERDICT_AGREED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 1);
}

static void a_rejection_after_a_rejection_is_refused(void **state)
{
    const char *const codes[] = {"", outcome_code(OUTCOME_STEP_NOT_ALLOWED)};
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};

    (void)state;
    add_verdict(&letter, TEAM, fingerprint, VERDICT_REJECTED);
    add_verdict(&letter, TEAM, fingerprint, VERDICT_REJECTED);
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 1);
}

/* --- a batch that is undone --- */

struct lost {
    const char *fingerprint;
    struct bytes envelope;
};

static enum outcome apply_and_fail(struct change *change, struct audit *audit, void *context)
{
    const struct lost *lost = context;

    (void)audit;
    TRY(statement_put(change, lost->fingerprint, &town.parties[TEAM].oin, 0, lost->envelope));
    TRY(gateway_reload(&small.gateway, &change->view));
    assert_int_equal(verdict_of(TEAM), VERDICT_AGREED);
    return OUTCOME_STORE_DAMAGED;
}

static void what_was_not_committed_is_not_known(void **state)
{
    static const char *const codes[] = {""};
    const char *fingerprint = add_covenant();
    OWNED_BUFFER envelope = small_statement(&town, TEAM, fingerprint, VERDICT_AGREED);
    struct lost lost = {fingerprint, buffer_bytes(&envelope)};
    OWNED_LETTER letter = {0};

    (void)state;
    assert_int_equal(writer_run(small.gateway.writer, apply_and_fail, &lost),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(verdict_of(TEAM), VERDICT_NONE);
    /* The same statement comes again: it is stored now, not taken for known. */
    add_item(&letter, "verklaring", buffer_bytes(&envelope), "");
    assert_answers(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, codes);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 1);
}

/* --- a version that was replaced --- */

static enum outcome post_signal(const char *fingerprint, int64_t issued_s)
{
    const struct bytes item = bytes_of_text("{\"id\":\"3f1f7a4e-0d0e-4c52-8a0c-7a1f2b3c4d5e\"}");
    struct small_message message =
        small_message_make(&town, TEAM, small.place, MESSAGE_KIND_SIGNAL, fingerprint, &item, 1);
    OWNED_BUFFER body = {0};
    struct small_call call;
    enum outcome outcome;

    message.issued_s = issued_s;
    body = small_message_text(&town, &message);
    outcome = small_gateway_receive(&small, TEAM, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call);
    small_call_end(&call);
    return outcome;
}

static void under_a_replaced_version_only_what_was_sealed_before_is_taken(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    char first[SHA256_HEX_BYTES], second[SHA256_HEX_BYTES];
    int64_t now_s = town.now_ms / 1000;

    (void)state;
    memcpy(first, small_gateway_add(&small, document), sizeof first);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, first, VERDICT_AGREED);
    json_object_set_new(document, "versie", json_string("1.3.0"));
    json_object_set_new(document, "vorige", json_string(first));
    memcpy(second, small_gateway_add(&small, document), sizeof second);
    assert_int_equal(post_signal(first, now_s), OUTCOME_OK); /* nobody has signed the second */
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, second, VERDICT_AGREED);
    assert_int_equal(post_signal(first, now_s - 1), OUTCOME_OK);
    assert_int_equal(post_signal(first, now_s), OUTCOME_NOT_IN_FORCE);
    assert_int_equal(post_signal(second, now_s), OUTCOME_OK);
}

/* --- effect is once --- */

static void a_damaged_memory_of_an_item_is_no_absence(void **state)
{
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};
    OWNED_RECEIPT receipt = NULL;
    char id[UUID_TEXT_BYTES] = {0};
    uint8_t key[SEEN_KEY_BYTES];
    struct change *change;

    (void)state;
    add_verdict(&letter, TEAM, fingerprint, VERDICT_AGREED);
    memcpy(id, letter.texts[0].data + strlen("{\"id\":\""), UUID_TEXT_BYTES - 1);
    change = change_of(small.gateway.store);
    put_stored_bytes(change, TABLE_ITEM_SEEN, seen_key(&town.parties[TEAM].oin, id, key),
                     bytes_of_text("dit is geen geheugen"));
    change_done(change);
    assert_int_equal(post(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, &receipt),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), 0);
    /* What reads but is no hash is damage too. */
    change = change_of(small.gateway.store);
    store_put(change, TABLE_ITEM_SEEN, seen_key(&town.parties[TEAM].oin, id, key),
              bytes_of_text("kort"));
    change_done(change);
    assert_int_equal(post(&letter, TEAM, MESSAGE_KIND_STATEMENT, fingerprint, &receipt),
                     OUTCOME_STORE_DAMAGED);
    assert_int_equal(verdict_of(TEAM), VERDICT_NONE);
}

/* --- shared keys: the team is the giver --- */

static void epoch_of(int half_years, char out[static EPOCH_TEXT_BYTES])
{
    day_epoch(day_plus_months(amsterdam_day(town.now_ms), 6 * half_years), out);
}

static void only_keys_of_this_half_year_and_the_next_are_taken(void **state)
{
    const char *refused = outcome_code(OUTCOME_NOT_ALLOWED);
    const char *codes[ITEMS_MAX] = {0};
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};
    char epochs[5][EPOCH_TEXT_BYTES], early[EPOCH_TEXT_BYTES + 2];
    const struct known_covenant *known;

    (void)state;
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    for (int i = 0; i < 5; i++) {
        epoch_of(i - 1, epochs[i]);
        codes[letter.count] = i == 1 || i == 2 ? "" : refused;
        add_key(&letter, epochs[i], (uint8_t)(10 + i));
    }
    snprintf(early, sizeof early, "%s-1", epochs[1]);
    codes[letter.count] = refused;
    add_key(&letter, early, 20);
    for (int year = 2090; year < 2096; year++) {
        char epoch[16];
        snprintf(epoch, sizeof epoch, "%dH1", year);
        codes[letter.count] = refused;
        add_key(&letter, epoch, 30);
    }
    assert_answers(&letter, TEAM, MESSAGE_KIND_SHARED_KEY, fingerprint, codes);
    known = small_gateway_known(&small);
    assert_int_equal(known_shared_key(known, epochs[1])->key[0], 11);
    assert_int_equal(known_shared_key(known, epochs[2])->key[0], 12);
    assert_int_equal(known->key_count, 2);
}

static void assert_key_refused(struct letter *letter, enum small_place from,
                               const char *fingerprint, enum outcome outcome)
{
    const char *codes[ITEMS_MAX];

    for (size_t i = 0; i < letter->count; i++)
        codes[i] = outcome_code(outcome);
    assert_answers(letter, from, MESSAGE_KIND_SHARED_KEY, fingerprint, codes);
    assert_int_equal(rows_in(small.gateway.store, TABLE_SHARED_KEY), 0);
}

static enum outcome mark_as_put_back(struct change *change, struct audit *audit, void *context)
{
    const struct recovery recovery = {town.now_ms, town.now_ms};

    (void)audit, (void)context;
    return recovery_mark(change, &recovery);
}

/* Whoever could set it could make tokens meet that should not. */
static void c2_a_key_comes_from_its_giver_and_nobody_else(void **state)
{
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};
    char epoch[EPOCH_TEXT_BYTES];

    (void)state;
    epoch_of(0, epoch);
    add_key(&letter, epoch, 1);
    assert_key_refused(&letter, MUNICIPALITY, fingerprint, OUTCOME_NOT_ALLOWED);
    small_gateway_write(&small, mark_as_put_back, NULL); /* no giver, so none of ours was lost */
    assert_key_refused(&letter, MUNICIPALITY, fingerprint, OUTCOME_NOT_ALLOWED);
}

static void c2_the_giver_takes_its_key_from_nobody_while_its_store_is_its_own(void **state)
{
    const char *const taken[] = {""};
    OWNED_LETTER letter = {0};
    char epoch[EPOCH_TEXT_BYTES];
    const char *fingerprint;

    (void)state;
    small_gateway_end(&small);
    small_gateway_make(&small, &town, TEAM);
    fingerprint = add_covenant();
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_AGREED);
    epoch_of(0, epoch);
    add_key(&letter, epoch, 1);
    assert_key_refused(&letter, MUNICIPALITY, fingerprint, OUTCOME_NOT_ALLOWED);
    small_gateway_write(&small, mark_as_put_back, NULL);
    small_readers_take(small.gateway.store); /* refused once more it would not come again */
    assert_answers(&letter, MUNICIPALITY, MESSAGE_KIND_SHARED_KEY, fingerprint, taken);
    small_readers_give();
    assert_int_equal(rows_in(small.gateway.store, TABLE_SHARED_KEY), 1);
}

static void c2_where_nobody_gives_keys_none_is_taken(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    const char *fingerprint;
    OWNED_LETTER letter = {0};
    char epoch[EPOCH_TEXT_BYTES];

    (void)state;
    small_gateway_end(&small);
    small_gateway_make(&small, &town, MUNICIPALITY);
    json_object_del(document, "sleutelgever");
    json_object_set_new(
        document, "sleutelhouders",
        json_pack("[ss]", town.parties[TEAM].oin.text, town.parties[MUNICIPALITY].oin.text));
    fingerprint = small_gateway_add(&small, document);
    epoch_of(0, epoch);
    add_key(&letter, epoch, 1);
    assert_key_refused(&letter, CORPORATION, fingerprint, OUTCOME_NOT_ALLOWED);
}

static void a_key_of_another_covenant_or_of_no_half_year_is_malformed(void **state)
{
    const char *fingerprint = add_covenant();
    OWNED_LETTER letter = {0};
    char epoch[EPOCH_TEXT_BYTES];
    uint8_t *name;

    (void)state;
    epoch_of(0, epoch);
    add_key(&letter, epoch, 1);
    name = memmem(letter.texts[0].data, letter.texts[0].length, "sociaal", 7);
    assert_non_null(name);
    name[0] = 'S';
    add_key(&letter, "2026H3", 1);
    add_key(&letter, "2026H2-", 1);
    assert_key_refused(&letter, TEAM, fingerprint, OUTCOME_MALFORMED);
}

static void the_same_key_again_changes_nothing(void **state)
{
    const char *const codes[] = {"", outcome_code(OUTCOME_EXISTS)};
    const char *fingerprint = add_covenant();
    OWNED_LETTER first = {0}, again = {0};
    HELD_REGISTRY before = NULL;
    HELD_REGISTRY after = NULL;
    char epoch[EPOCH_TEXT_BYTES];

    (void)state;
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    epoch_of(0, epoch);
    add_key(&first, epoch, 1);
    assert_answers(&first, TEAM, MESSAGE_KIND_SHARED_KEY, fingerprint, codes);
    before = gateway_registry(&small.gateway);
    add_key(&again, epoch, 1);
    add_key(&again, epoch, 2);
    assert_answers(&again, TEAM, MESSAGE_KIND_SHARED_KEY, fingerprint, codes);
    after = gateway_registry(&small.gateway);
    assert_ptr_equal(before, after); /* nothing was read again */
    assert_int_equal(known_shared_key(small_gateway_known(&small), epoch)->key[0], 1);
}

/* --- the key a message is believed by --- */

static void a_key_that_has_ended_at_iat_is_not_used(void **state)
{
    const char *fingerprint = add_covenant();
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    OWNED_LETTER letter = {0};
    int64_t until_s = town.now_ms / 1000 + 365 * 86400; /* as small_town.c makes them */

    (void)state;
    assert_non_null(known_keys(&registry->covenants[0], &town.parties[TEAM].oin, until_s - 1));
    assert_null(known_keys(&registry->covenants[0], &town.parties[TEAM].oin, until_s));
    add_verdict(&letter, TEAM, fingerprint, VERDICT_AGREED);
    for (int64_t late_s = -30; late_s <= 30; late_s += 60) {
        struct small_message message =
            small_message_make(&town, TEAM, small.place, MESSAGE_KIND_STATEMENT, fingerprint,
                               letter.items, letter.count);
        OWNED_BUFFER body = {0};
        struct small_call call;
        message.issued_s = until_s + late_s; /* within what clocks may differ */
        message.expires_s = message.issued_s + 3600;
        body = small_message_text(&town, &message);
        small_call_make(&call, &small, LISTENER_PARTNER, HTTP_POST,
                        message_kind_path(MESSAGE_KIND_STATEMENT), buffer_bytes(&body));
        call.call.caller.oin = town.parties[TEAM].oin;
        call.call.now_ms = (until_s - 60) * 1000;
        assert_int_equal(small_call_run(&call), late_s < 0 ? OUTCOME_OK : OUTCOME_SIGNATURE_WRONG);
        small_call_end(&call);
    }
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
        WITH_GATEWAY(a_statement_counts_from_its_receipt),
        WITH_GATEWAY(a_statement_that_would_not_be_read_back_is_refused),
        WITH_GATEWAY(c1_nobody_states_for_another_or_under_another_covenant),
        WITH_GATEWAY(statements_in_one_message_follow_each_other),
        WITH_GATEWAY(two_statements_on_one_before_them_are_not_both_taken),
        WITH_GATEWAY(a_rejection_after_a_rejection_is_refused),
        WITH_GATEWAY(what_was_not_committed_is_not_known),
        WITH_GATEWAY(under_a_replaced_version_only_what_was_sealed_before_is_taken),
        WITH_GATEWAY(a_damaged_memory_of_an_item_is_no_absence),
        WITH_GATEWAY(only_keys_of_this_half_year_and_the_next_are_taken),
        WITH_GATEWAY(c2_a_key_comes_from_its_giver_and_nobody_else),
        WITH_GATEWAY(c2_the_giver_takes_its_key_from_nobody_while_its_store_is_its_own),
        WITH_GATEWAY(c2_where_nobody_gives_keys_none_is_taken),
        WITH_GATEWAY(a_key_of_another_covenant_or_of_no_half_year_is_malformed),
        WITH_GATEWAY(the_same_key_again_changes_nothing),
        WITH_GATEWAY(a_key_that_has_ended_at_iat_is_not_used),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
