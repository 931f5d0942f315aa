/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/receipt.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define HEX     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BERICHT "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a"
#define ITEM_A  "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a"
#define ITEM_B  "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6b"
#define ITEM_C  "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6c"
#define PAYLOAD                                                                                    \
    "{\"bericht\":\"" BERICHT "\",\"inhoudSha256\":\"" HEX                                         \
    "\",\"ontvangenOp\":\"2026-12-03T09:12:44Z\",\"antwoorden\":["                                 \
    "{\"id\":\"" ITEM_A "\",\"uitkomst\":\"AANVAARD\",\"bladhash\":\"" HEX "\"},"                  \
    "{\"id\":\"" ITEM_B "\",\"uitkomst\":\"GEWEIGERD\",\"code\":\"GEEN_TOESTEMMING\","             \
    "\"bladhash\":\"" HEX "\"},"                                                                   \
    "{\"id\":\"" ITEM_C "\",\"uitkomst\":\"BEKEND\",\"bladhash\":\"" HEX "\"}]}"

static void a_receipt_is_read_and_printed_as_it_was(void **state)
{
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL), OUTCOME_OK);
    assert_int_equal(receipt->answer_count, 3);
    assert_int_equal(receipt->answers[1].result, RECEIPT_REFUSED);
    assert_string_equal(receipt->answers[1].code, "GEEN_TOESTEMMING");
    assert_int_equal(receipt_print(receipt, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), PAYLOAD);
}

static void an_item_is_found(void **state)
{
    OWNED_RECEIPT receipt = NULL;

    (void)state;
    assert_int_equal(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL), OUTCOME_OK);
    assert_int_equal(receipt_find(receipt, ITEM_C)->result, RECEIPT_KNOWN);
    assert_null(receipt_find(receipt, BERICHT));
    assert_null(receipt_find(receipt, ""));
}

static void it_is_for_one_message_with_its_bytes(void **state)
{
    OWNED_RECEIPT receipt = NULL;
    uint8_t hash[SHA256_BYTES];

    (void)state;
    assert_int_equal(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL), OUTCOME_OK);
    memcpy(hash, receipt->content_hash, sizeof hash);
    assert_true(receipt_is_for(receipt, BERICHT, hash));
    assert_false(receipt_is_for(receipt, ITEM_A, hash));
    hash[31] ^= 1;
    assert_false(receipt_is_for(receipt, BERICHT, hash));
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        const char *old, *new, *where;
    } rows[] = {
        {BERICHT, ITEM_A, "bericht"}, /* version 4 */
        {HEX "\",\"ontv", "00\",\"ontv", "inhoudSha256"},
        {"09:12:44Z", "09:12:44.5Z", "ontvangenOp"},
        {"AANVAARD", "GEZIEN", "antwoorden[0].uitkomst"},
        {ITEM_B, BERICHT, "antwoorden[1].id"},
        {ITEM_B, ITEM_A, "antwoorden[1].id"},                         /* answered twice */
        {"\"code\":\"GEEN_TOESTEMMING\",", "", "antwoorden[1].code"}, /* refused without why */
        {"GEEN_TOESTEMMING", "", "antwoorden[1].code"},
        {"GEEN_TOESTEMMING", "Jan Jansen", "antwoorden[1].code"},
        {"GEEN_TOESTEMMING", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG", "antwoorden[1].code"},
        {"GEEN_TOESTEMMING\"", "TIJDVAK_ONJUIST\",\"tijdvak\":\"2026H3\"", "antwoorden[1].code"},
        {"GEEN_TOESTEMMING\"", "TIJDVAK_ONJUIST\",\"tijdvak\":\"2026H2-1\"",
         "antwoorden[1].tijdvak"},
        {"GEEN_TOESTEMMING\"", "TIJDVAK_ONJUIST\",\"tijdvak\":\"\"", "antwoorden[1].tijdvak"},
        {"\"AANVAARD\"", "\"AANVAARD\",\"tijdvak\":\"2026H2\"", "antwoorden[0].code"},
        {"\"bladhash\":\"0", "\"bladhash\":\"G", "antwoorden[0].bladhash"},
        {"\"uitkomst\":\"BEKEND\"", "\"uitkomst\":\"BEKEND\",\"reden\":1",
         "antwoorden[2].onbekend veld"},
        {"\"antwoorden\"", "\"cliënt\":true,\"antwoorden\"", "onbekend veld"},
        {"\"antwoorden\":[", "\"antwoorden\":[7,", "antwoorden[0].object"},
    };
    size_t ran = 0;

    (void)state;
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct receipt *receipt = NULL;
        struct fault fault = {0};
        OWNED_BUFFER text = {0};
        const char *at = strstr(PAYLOAD, rows[ran].old);
        assert_non_null(at);
        buffer_add(&text, PAYLOAD, (size_t)(at - PAYLOAD));
        buffer_add_text(&text, rows[ran].new);
        buffer_add_text(&text, at + strlen(rows[ran].old));
        assert_int_equal(receipt_parse(buffer_bytes(&text), &receipt, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, rows[ran].where);
        assert_null(receipt);
    }
    assert_int_equal(ran, 18);
}

static void no_answers_are_no_receipt(void **state)
{
    struct receipt *receipt = NULL;

    (void)state;
    assert_int_equal(
        receipt_parse(bytes_of_text("{\"bericht\":\"" BERICHT "\",\"inhoudSha256\":\"" HEX
                                    "\",\"ontvangenOp\":\"2026-12-03T09:12:44Z\","
                                    "\"antwoorden\":[]}"),
                      &receipt, NULL),
        OUTCOME_MALFORMED);
    assert_int_equal(receipt_parse(bytes_of(NULL, 0), &receipt, NULL), OUTCOME_MALFORMED);
    assert_null(receipt);
}

static void roll_receipt(struct dice *dice, struct receipt *out)
{
    dice_uuid(dice, 7, out->message);
    dice_bytes(dice, out->content_hash, sizeof out->content_hash);
    out->received_ms = (int64_t)dice_number(dice, 4000000000) * 1000;
    for (size_t i = 0; i < out->answer_count; i++) {
        struct receipt_answer *answer = &out->answers[i];
        dice_uuid(dice, 4, answer->id);
        answer->result = (enum receipt_result)dice_number(dice, RECEIPT_RESULT_COUNT);
        if (answer->result == RECEIPT_REFUSED || dice_coin(dice))
            dice_word(dice, "ABCXYZ_", 1, RECEIPT_CODE_BYTES - 1, answer->code);
        if (answer->result == RECEIPT_REFUSED && dice_coin(dice))
            memcpy(answer->epoch, "2026H2", sizeof answer->epoch);
        dice_bytes(dice, answer->leaf_hash, sizeof answer->leaf_hash);
    }
}

static void assert_receipts_equal(const struct receipt *a, const struct receipt *b)
{
    assert_string_equal(a->message, b->message);
    assert_memory_equal(a->content_hash, b->content_hash, SHA256_BYTES);
    assert_int_equal(a->received_ms, b->received_ms);
    assert_int_equal(a->answer_count, b->answer_count);
    for (size_t i = 0; i < a->answer_count; i++) {
        assert_string_equal(a->answers[i].id, b->answers[i].id);
        assert_int_equal(a->answers[i].result, b->answers[i].result);
        assert_string_equal(a->answers[i].code, b->answers[i].code);
        assert_string_equal(a->answers[i].epoch, b->answers[i].epoch);
        assert_memory_equal(a->answers[i].leaf_hash, b->answers[i].leaf_hash, SHA256_BYTES);
    }
}

static void any_receipt_survives_the_journey(void **state)
{
    struct dice dice = dice_throw_from(500);
    OWNED_SIGNING_KEY key = {0};
    int ran = 0;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    for (; ran < 300; ran++) {
        OWNED_RECEIPT receipt = NULL;
        OWNED_RECEIPT read = NULL;
        OWNED_BUFFER json = {0};
        size_t count = ran == 0 ? RECEIPT_ANSWERS_MAX : 1 + (size_t)dice_number(&dice, 20);
        assert_int_equal(receipt_new(count, &receipt), OUTCOME_OK);
        roll_receipt(&dice, receipt);
        assert_int_equal(receipt_sign(receipt, &key, &json), OUTCOME_OK);
        assert_true(json.length <= RECEIPT_MAX_BYTES);
        assert_int_equal(receipt_open(buffer_bytes(&json), key.public_key, &read, NULL),
                         OUTCOME_OK);
        assert_receipts_equal(receipt, read);
    }
    assert_int_equal(ran, 300);
}

static void only_the_key_that_signed_it_opens_it(void **state)
{
    OWNED_SIGNING_KEY key = {0}, other = {0};
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER json = {0};
    struct receipt *read = NULL;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL), OUTCOME_OK);
    assert_int_equal(receipt_sign(receipt, &key, &json), OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&json), other.public_key, &read, NULL),
                     OUTCOME_SIGNATURE_WRONG);
    json.data[30] ^= 1; /* within the payload */
    assert_int_not_equal(receipt_open(buffer_bytes(&json), key.public_key, &read, NULL),
                         OUTCOME_OK);
    assert_null(read);
}

static void another_type_is_no_receipt(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    OWNED_BUFFER json = {0};
    struct receipt *read = NULL;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(
        dsse_sign(bytes_of_text(PAYLOAD), "application/vnd.wijkpoort.bewijs.v1+json", &key, &json),
        OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&json), key.public_key, &read, NULL),
                     OUTCOME_MALFORMED);
}

static void what_could_not_be_read_is_not_printed(void **state)
{
    OWNED_RECEIPT receipt = NULL;
    struct receipt *too_large = NULL;
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(receipt_new(RECEIPT_ANSWERS_MAX + 1, &too_large), OUTCOME_TOO_LARGE);
    assert_int_equal(receipt_new(0, &receipt), OUTCOME_OK);
    assert_int_equal(receipt_print(receipt, &out), OUTCOME_MALFORMED);
    receipt_free(receipt);
    receipt = NULL;
    assert_int_equal(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL), OUTCOME_OK);
    receipt->answers[0].result = RECEIPT_REFUSED;
    assert_int_equal(receipt_print(receipt, &out), OUTCOME_MALFORMED);
    assert_int_equal(out.length, 0);
    receipt_free(NULL);
}

static void results_are_read_back(void **state)
{
    enum receipt_result result = RECEIPT_RESULT_COUNT;

    (void)state;
    for (unsigned i = 0; i < RECEIPT_RESULT_COUNT; i++) {
        assert_true(receipt_result_parse(receipt_result_word((enum receipt_result)i), &result));
        assert_int_equal(result, i);
    }
    assert_false(receipt_result_parse(NULL, &result));
    assert_false(receipt_result_parse("aanvaard", &result));
    assert_string_equal(receipt_result_word(RECEIPT_RESULT_COUNT), "");
}

static enum outcome there_and_back(const struct signing_key *key)
{
    OWNED_RECEIPT receipt = NULL;
    OWNED_RECEIPT read = NULL;
    OWNED_BUFFER json = {0};

    TRY(receipt_parse(bytes_of_text(PAYLOAD), &receipt, NULL));
    TRY(receipt_sign(receipt, key, &json));
    return receipt_open(buffer_bytes(&json), key->public_key, &read, NULL);
}

static void scarce_memory_is_told(void **state)
{
    OWNED_SIGNING_KEY key = {0};
    enum outcome outcome;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(there_and_back(&key), OUTCOME_OK); /* this thread's digest context */
    WITH_SCARCE_MEMORY(outcome, there_and_back(&key), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_is_read_and_printed_as_it_was),
        cmocka_unit_test(an_item_is_found),
        cmocka_unit_test(it_is_for_one_message_with_its_bytes),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(no_answers_are_no_receipt),
        cmocka_unit_test(any_receipt_survives_the_journey),
        cmocka_unit_test(only_the_key_that_signed_it_opens_it),
        cmocka_unit_test(another_type_is_no_receipt),
        cmocka_unit_test(what_could_not_be_read_is_not_printed),
        cmocka_unit_test(results_are_read_back),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
