/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/proof.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOKEN "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PAYLOAD                                                                                    \
    "{\"bewijs\":\"0123456789abcdef0123456789abcdef\",\"convenant\":\"" HEX                        \
    "\",\"aan\":\"00000099000000020000\",\"pseudoniem\":\"" TOKEN                                  \
    "\",\"doelen\":[\"TOELEIDING\"],\"signaalgroepen\":[\"OVERLAST\",\"ZORG_OM_BEWONER\"],"        \
    "\"geldigVan\":\"2026-12-02\",\"geldigTot\":\"2027-12-01\",\"stand\":\"GEGEVEN\",\"volgnr\":"  \
    "1}"

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static void a_proof_is_read_and_printed_as_it_was(void **state)
{
    struct proof proof;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    assert_int_equal(proof.purposes, bit_of(PURPOSE_TOELEIDING));
    assert_true(proof_groups_have(&proof.groups, "ZORG_OM_BEWONER"));
    assert_false(proof_groups_have(&proof.groups, "MEEDOEN"));
    assert_int_equal(proof_print(&proof, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), PAYLOAD);
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        const char *old, *new, *where;
    } rows[] = {
        {"0123456789abcdef0123456789abcdef\",\"conv", "0123456789abcdef0123456789abcde\",\"conv",
         "bewijs"},
        {"\"0123456789abcdef0123456789abcdef\"", "\"0123456789ABCDEF0123456789abcdef\"", "bewijs"},
        {HEX, "00", "convenant"},
        {"00000099000000020000", "1", "aan"},
        {"wp1", "wp9", "pseudoniem"},
        {"\"TOELEIDING\"", "", "doelen"},
        {"\"TOELEIDING\"", "\"ALLES\"", "doelen[0]"},
        {"\"TOELEIDING\"", "\"TOELEIDING\",\"TOELEIDING\"", "doelen[1]"},
        {"\"TOELEIDING\"", "7", "doelen[0]"},
        {"\"OVERLAST\",\"ZORG_OM_BEWONER\"", "", "signaalgroepen"},
        {"\"OVERLAST\"", "\"overlast\"", "signaalgroepen[0]"},
        {"\"OVERLAST\"", "\"ZORG_OM_BEWONER\"", "signaalgroepen[1]"},
        {"\"OVERLAST\"", "\"ABCDEFGHIJKLMNOPQRSTUVWXY\"", "signaalgroepen[0]"},
        {"\"OVERLAST\"", "{}", "signaalgroepen[0]"},
        {"2027-12-01", "2026-12-01", "geldigTot"},
        {"2026-12-02", "02-12-2026", "geldigVan"},
        {"GEGEVEN", "MISSCHIEN", "stand"},
        {"\"volgnr\":1", "\"volgnr\":0", "volgnr"},
        {"\"volgnr\":1", "\"volgnr\":1000000001", "volgnr"},
        {"\"stand\"", "\"naam\":\"x\",\"stand\"", "onbekend veld"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct proof proof = {.sequence = 77};
        struct fault fault = {0};
        OWNED_BUFFER text = {0};
        const char *at = strstr(PAYLOAD, rows[ran].old);
        assert_non_null(at);
        buffer_add(&text, PAYLOAD, (size_t)(at - PAYLOAD));
        buffer_add_text(&text, rows[ran].new);
        buffer_add_text(&text, at + strlen(rows[ran].old));
        assert_int_equal(proof_parse(buffer_bytes(&text), &proof, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_int_equal(proof.sequence, 77);
    }
    assert_int_equal(ran, 20);
    assert_int_equal(proof_parse(bytes_of(NULL, 0), &(struct proof){0}, NULL), OUTCOME_MALFORMED);
}

static void groups_fill_up_to_their_limit(void **state)
{
    struct proof_groups groups = {0};
    char word[] = "A";

    (void)state;
    for (size_t i = 0; i < PROOF_GROUPS_MAX; i++, word[0]++)
        assert_true(proof_groups_add(&groups, word));
    assert_false(proof_groups_add(&groups, "Z"));
    assert_true(proof_groups_add(&groups, "A")); /* it is there */
    assert_int_equal(groups.count, PROOF_GROUPS_MAX);
    assert_false(proof_groups_have(&groups, NULL));
}

static enum outcome sign_and_open(const struct proof *proof, const struct signing_key *key,
                                  const uint8_t *public_key, struct proof *out)
{
    OWNED_BUFFER json = {0};
    OWNED_JSON object = NULL;

    TRY(proof_sign(proof, key, &json));
    TRY(json_read(buffer_bytes(&json), 16 * 1024, &object));
    return proof_open(object, public_key, out, NULL);
}

static void only_the_key_that_signed_it_opens_it(void **state)
{
    OWNED_SIGNING_KEY key = {0}, other = {0};
    struct proof proof, read = {0};

    (void)state;
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(sign_and_open(&proof, &key, other.public_key, &read), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(read.sequence, 0);
    assert_int_equal(sign_and_open(&proof, &key, key.public_key, &read), OUTCOME_OK);
    assert_string_equal(read.id, proof.id);
}

static void a_tampered_bit_is_refused(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER json = {0};
    OWNED_JSON object = NULL;
    struct proof proof, read;
    char *base64;

    (void)state;
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_OK);
    base64 = strstr(buffer_text(&json), "\"payload\":\"");
    assert_non_null(base64);
    json.data[(uint8_t *)base64 - json.data + 20] ^= 1;
    assert_int_equal(json_read(buffer_bytes(&json), 16 * 1024, &object), OUTCOME_OK);
    assert_int_not_equal(proof_open(object, key.public_key, &read, NULL), OUTCOME_OK);
    assert_int_not_equal(proof_open(NULL, key.public_key, &read, NULL), OUTCOME_OK);
}

/* A receipt's signature counts for no proof, whatever its bytes say. */
static void another_type_is_no_proof(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER json = {0};
    OWNED_JSON object = NULL;
    struct proof read;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(dsse_sign(bytes_of_text(PAYLOAD),
                               "application/vnd.wijkpoort.ontvangstbewijs.v1+json", &key, &json),
                     OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&json), 16 * 1024, &object), OUTCOME_OK);
    assert_int_equal(proof_open(object, key.public_key, &read, NULL), OUTCOME_MALFORMED);
}

/* Signed as a proof, and it says nothing that can be read: its signature does not make it one. */
static void what_does_not_read_is_no_proof_whoever_signed_it(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER json = {0};
    OWNED_JSON object = NULL;
    struct proof read = {.sequence = 77};

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(dsse_sign(bytes_of_text("{}"), PROOF_TYPE, &key, &json), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&json), 16 * 1024, &object), OUTCOME_OK);
    assert_int_equal(proof_open(object, key.public_key, &read, NULL), OUTCOME_MALFORMED);
    assert_int_equal(read.sequence, 77);
}

static void it_lives_within_its_window(void **state)
{
    struct proof proof;

    (void)state;
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    assert_false(proof_is_live(&proof, day("2026-12-01")));
    assert_true(proof_is_live(&proof, day("2026-12-02")));
    assert_true(proof_is_live(&proof, day("2027-12-01")));
    assert_false(proof_is_live(&proof, day("2027-12-02")));
    proof.state = PROOF_WITHDRAWN;
    assert_false(proof_is_live(&proof, day("2026-12-02")));
}

static void the_decision_learns_what_the_proof_says(void **state)
{
    OWNED_CODE_LISTS lists = NULL;
    struct proof proof;
    struct proof_facts facts;
    unsigned overlast = 0, zorg = 0;

    (void)state;
    assert_int_equal(code_lists_load(&lists), OUTCOME_OK);
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    assert_true(proof_groups_add(&proof.groups, "LATER_BEDACHT")); /* not in our lists */
    assert_true(signal_group_find(lists, "OVERLAST", &overlast));
    assert_true(signal_group_find(lists, "ZORG_OM_BEWONER", &zorg));
    facts = proof_facts_of(&proof, lists, HEX, TOKEN);
    assert_true(facts.present && facts.authentic && facts.token_matches && !facts.withdrawn);
    assert_int_equal(facts.groups, bit_of(overlast) | bit_of(zorg));
    assert_true(oin_equal(&facts.recipient, &proof.to));
    assert_int_equal(day_compare(facts.until, proof.until), 0);
    facts = proof_facts_of(&proof, lists, "another", "wp1.other");
    assert_false(facts.authentic || facts.token_matches);
    proof.state = PROOF_WITHDRAWN;
    assert_true(proof_facts_of(&proof, lists, HEX, TOKEN).withdrawn);
}

static void what_could_not_be_read_is_not_signed(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER json = {0};
    struct proof proof;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL), OUTCOME_OK);
    proof.purposes = bit_of(PURPOSE_NONE) | bit_of(PURPOSE_DIA);
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.purposes = bit_of(PURPOSE_COUNT);
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.purposes = bit_of(PURPOSE_DIA);
    proof.groups.count = PROOF_GROUPS_MAX + 1;
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.groups.count = 1;
    assert_int_equal(proof_print(&proof, &json), OUTCOME_OK);
    json.length = 0;
    proof.to.text[19] = 'a';
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.to.text[19] = '0';
    proof.state = (enum proof_state)(PROOF_WITHDRAWN + 1);
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.state = PROOF_GIVEN;
    proof.sequence = 0;
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.sequence = 1000000001;
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_MALFORMED);
    proof.sequence = 1;
    assert_int_equal(proof_sign(&proof, &key, &json), OUTCOME_OK);
    json.length = 0;
    assert_int_equal(json.length, 0);
}

static void any_proof_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(12);
    int ran = 0;

    (void)state;
    for (; ran < 2000; ran++) {
        struct proof proof = {.sequence = 1 + (int64_t)dice_number(&dice, 1000000000)}, read;
        struct token token = {.type = TOKEN_ADR, .epoch = "2026H2"};
        OWNED_BUFFER text = {0}, again = {0};
        dice_word(&dice, "0123456789abcdef", 32, 32, proof.id);
        dice_word(&dice, "0123456789abcdef", 64, 64, proof.covenant);
        dice_word(&dice, "0123456789ABCZ", 20, 20, proof.to.text);
        dice_bytes(&dice, token.value, sizeof token.value);
        token_print(&token, proof.token);
        proof.purposes = (uint32_t)(1 + dice_number(&dice, (1u << (PURPOSE_COUNT - 1)) - 1)) << 1;
        do {
            char word[PROOF_GROUP_BYTES];
            dice_word(&dice, "ABCDEFG_", 1, PROOF_GROUP_BYTES - 1, word);
            (void)proof_groups_add(&proof.groups, word);
        } while (dice_coin(&dice));
        proof.from.number = (int32_t)dice_number(&dice, 40000);
        proof.until = day_plus(proof.from, (int)dice_number(&dice, 400));
        proof.state = dice_coin(&dice) ? PROOF_GIVEN : PROOF_WITHDRAWN;
        assert_int_equal(proof_print(&proof, &text), OUTCOME_OK);
        assert_true(text.length <= PROOF_MAX_BYTES);
        assert_int_equal(proof_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
        assert_int_equal(proof_print(&read, &again), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
        assert_int_equal(read.purposes, proof.purposes);
        assert_int_equal(read.groups.count, proof.groups.count);
    }
    assert_int_equal(ran, 2000);
}

static enum outcome whole_journey(const struct signing_key *key)
{
    struct proof proof, read;

    TRY(proof_parse(bytes_of_text(PAYLOAD), &proof, NULL));
    return sign_and_open(&proof, key, key->public_key, &read);
}

static void scarce_memory_is_told(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    enum outcome outcome;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(whole_journey(&key), OUTCOME_OK); /* this thread's digest context */
    WITH_SCARCE_MEMORY(outcome, whole_journey(&key), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_is_read_and_printed_as_it_was),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(groups_fill_up_to_their_limit),
        cmocka_unit_test(only_the_key_that_signed_it_opens_it),
        cmocka_unit_test(a_tampered_bit_is_refused),
        cmocka_unit_test(another_type_is_no_proof),
        cmocka_unit_test(what_does_not_read_is_no_proof_whoever_signed_it),
        cmocka_unit_test(it_lives_within_its_window),
        cmocka_unit_test(the_decision_learns_what_the_proof_says),
        cmocka_unit_test(what_could_not_be_read_is_not_signed),
        cmocka_unit_test(any_proof_survives_the_journey),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
