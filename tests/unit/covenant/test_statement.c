/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/statement.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define FINGERPRINT "e1ee4de8e1140cedc7460498ea8c1352f220e2a9190257ef3d1d25dd10d3f1ce"
#define OTHER_HASH  "0000000000000000000000000000000000000000000000000000000000000001"

static struct signing_key key;

static int make_key(void **state)
{
    static const uint8_t seed[SIGNING_SEED_BYTES] = {1, 2, 3};

    (void)state;
    return signing_key_from_seed(seed, &key) == OUTCOME_OK ? 0 : -1;
}

static int wipe_key(void **state)
{
    (void)state;
    signing_key_wipe(&key);
    return 0;
}

static struct statement agreement(void)
{
    struct statement statement = {.covenant = FINGERPRINT, .verdict = VERDICT_AGREED};

    assert_true(oin_parse("00000099000000010000", &statement.oin));
    assert_true(instant_parse("2026-12-01T09:00:00Z", &statement.at_ms));
    return statement;
}

static void a_statement_is_read_back(void **state)
{
    struct statement statement = agreement(), back = {0};
    OWNED_BUFFER json = {0};
    char made[SHA256_HEX_BYTES], opened[SHA256_HEX_BYTES];
    struct fault fault = {0};

    (void)state;
    for (int round = 0; round < 2; round++) { /* without and with one before it */
        buffer_wipe(&json);
        assert_int_equal(statement_make(&statement, &key, &json, made), OUTCOME_OK);
        assert_int_equal(statement_open(buffer_bytes(&json), key.public_key, &back, opened, &fault),
                         OUTCOME_OK);
        assert_string_equal(back.covenant, statement.covenant);
        assert_string_equal(back.oin.text, statement.oin.text);
        assert_int_equal(back.verdict, VERDICT_AGREED);
        assert_int_equal(back.at_ms, statement.at_ms);
        assert_string_equal(back.previous, statement.previous);
        assert_string_equal(made, opened);
        memcpy(statement.previous, made, sizeof made);
    }
}

static void c2_another_key_or_one_bit_is_refused(void **state)
{
    struct statement statement = agreement(), back = {.verdict = VERDICT_NONE};
    OWNED_BUFFER json = {0};
    char made[SHA256_HEX_BYTES], opened[SHA256_HEX_BYTES] = "untouched";
    size_t taken = 0;

    (void)state;
    assert_int_equal(statement_make(&statement, &key, &json, made), OUTCOME_OK);
    for (size_t i = 0; i < json.length; i++) {
        enum outcome outcome;
        json.data[i] ^= 1;
        outcome = statement_open(buffer_bytes(&json), key.public_key, &back, opened, NULL);
        /* the key id is a hint that nothing hangs on */
        taken += outcome == OUTCOME_OK;
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_MALFORMED ||
                    outcome == OUTCOME_SIGNATURE_WRONG);
        if (outcome != OUTCOME_OK)
            assert_true(back.verdict == VERDICT_NONE || taken > 0);
        json.data[i] ^= 1;
    }
    assert_true(taken <= KEYID_TEXT_BYTES - 1);
}

static void what_is_no_statement_is_not_made(void **state)
{
    struct statement statement = agreement();
    OWNED_BUFFER json = {0};
    char hash[SHA256_HEX_BYTES];

    (void)state;
    statement.verdict = VERDICT_NONE;
    assert_int_equal(statement_make(&statement, &key, &json, hash), OUTCOME_MALFORMED);
    statement = agreement();
    statement.covenant[0] = 'G';
    assert_int_equal(statement_make(&statement, &key, &json, hash), OUTCOME_MALFORMED);
    statement = agreement();
    statement.oin.text[3] = '\0';
    assert_int_equal(statement_make(&statement, &key, &json, hash), OUTCOME_MALFORMED);
    statement = agreement();
    strcpy(statement.previous, "3f9a");
    assert_int_equal(statement_make(&statement, &key, &json, hash), OUTCOME_MALFORMED);
    assert_int_equal(json.length, 0);
}

static void each_wrong_member_is_named(void **state)
{
    static const struct {
        const char *payload, *where;
    } cases[] = {
        {"{}", "convenant"},
        {"{\"convenant\":\"" FINGERPRINT "\"}", "oin"},
        {"{\"convenant\":\"E1\",\"oin\":\"00000099000000010000\",\"oordeel\":\"AKKOORD\","
         "\"op\":\"2026-12-01T09:00:00Z\",\"vorige\":null}",
         "convenant"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"x\",\"oordeel\":\"AKKOORD\","
         "\"op\":\"2026-12-01T09:00:00Z\",\"vorige\":null}",
         "oin"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"00000099000000010000\",\"oordeel\":\"JA\","
         "\"op\":\"2026-12-01T09:00:00Z\",\"vorige\":null}",
         "oordeel"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"00000099000000010000\","
         "\"oordeel\":\"AKKOORD\",\"op\":\"2026-12-01\",\"vorige\":null}",
         "op"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"00000099000000010000\","
         "\"oordeel\":\"AKKOORD\",\"op\":\"2026-12-01T09:00:00Z\",\"vorige\":\"\"}",
         "vorige"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"00000099000000010000\","
         "\"oordeel\":\"AKKOORD\",\"op\":\"2026-12-01T09:00:00Z\"}",
         "vorige"},
        {"{\"convenant\":\"" FINGERPRINT "\",\"oin\":\"00000099000000010000\","
         "\"oordeel\":\"AKKOORD\",\"op\":\"2026-12-01T09:00:00Z\",\"vorige\":null,\"x\":1}",
         "onbekend veld"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        OWNED_BUFFER json = {0};
        struct statement back = {0};
        struct fault fault = {0};
        char hash[SHA256_HEX_BYTES];
        assert_int_equal(dsse_sign(bytes_of_text(cases[i].payload), STATEMENT_TYPE, &key, &json),
                         OUTCOME_OK);
        assert_int_equal(statement_open(buffer_bytes(&json), key.public_key, &back, hash, &fault),
                         OUTCOME_MALFORMED);
        assert_string_equal(fault.where, cases[i].where);
    }
}

static void another_type_or_too_much_is_refused(void **state)
{
    static uint8_t large[STATEMENT_MAX_BYTES + 1];
    OWNED_BUFFER json = {0};
    struct statement back = {0};
    char hash[SHA256_HEX_BYTES];

    (void)state;
    assert_int_equal(
        dsse_sign(bytes_of_text("{}"), "application/vnd.wijkpoort.bewijs.v1+json", &key, &json),
        OUTCOME_OK);
    assert_int_equal(statement_open(buffer_bytes(&json), key.public_key, &back, hash, NULL),
                     OUTCOME_MALFORMED);
    assert_int_equal(
        statement_open(bytes_of(large, sizeof large), key.public_key, &back, hash, NULL),
        OUTCOME_TOO_LARGE);
}

static void a_chain_takes_only_its_next_step(void **state)
{
    static const struct {
        enum verdict last, next;
        enum outcome outcome;
    } cases[] = {
        {VERDICT_NONE, VERDICT_AGREED, OUTCOME_OK},
        {VERDICT_NONE, VERDICT_REJECTED, OUTCOME_OK},
        {VERDICT_NONE, VERDICT_WITHDRAWN, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_AGREED, VERDICT_WITHDRAWN, OUTCOME_OK},
        {VERDICT_AGREED, VERDICT_AGREED, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_AGREED, VERDICT_REJECTED, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_REJECTED, VERDICT_AGREED, OUTCOME_OK},
        {VERDICT_REJECTED, VERDICT_REJECTED, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_REJECTED, VERDICT_WITHDRAWN, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_WITHDRAWN, VERDICT_AGREED, OUTCOME_STEP_NOT_ALLOWED},
        {VERDICT_WITHDRAWN, VERDICT_WITHDRAWN, OUTCOME_STEP_NOT_ALLOWED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct statement next = agreement();
        const char *last_hash = cases[i].last == VERDICT_NONE ? "" : FINGERPRINT;
        next.verdict = cases[i].next;
        strcpy(next.previous, last_hash);
        assert_int_equal(statement_follows(&next, OTHER_HASH, cases[i].last, last_hash),
                         cases[i].outcome);
        strcpy(next.previous, OTHER_HASH);
        assert_int_equal(statement_follows(&next, OTHER_HASH, cases[i].last, last_hash),
                         OUTCOME_STEP_NOT_ALLOWED);
    }
    assert_int_equal(statement_follows(&(struct statement){.verdict = VERDICT_AGREED}, FINGERPRINT,
                                       VERDICT_AGREED, FINGERPRINT),
                     OUTCOME_EXISTS);
}

static void every_verdict_is_read_back(void **state)
{
    enum verdict verdict = VERDICT_NONE;

    (void)state;
    for (int i = VERDICT_NONE + 1; i < VERDICT_COUNT; i++) {
        assert_true(verdict_parse(verdict_word((enum verdict)i), &verdict));
        assert_int_equal(verdict, i);
        assert_string_not_equal(verdict_name((enum verdict)i, LANGUAGE_NL), "");
        assert_string_not_equal(verdict_name((enum verdict)i, LANGUAGE_EN), "");
    }
    assert_false(verdict_parse("", &verdict));
    assert_false(verdict_parse(NULL, &verdict));
    assert_string_equal(verdict_word(VERDICT_NONE), "");
    assert_string_equal(verdict_word(VERDICT_COUNT), "");
    assert_string_equal(verdict_name(VERDICT_COUNT, LANGUAGE_NL), "");
}

static enum outcome make_and_open(const struct statement *statement)
{
    OWNED_BUFFER json = {0};
    struct statement back = {0};
    char hash[SHA256_HEX_BYTES];

    TRY(statement_make(statement, &key, &json, hash));
    return statement_open(buffer_bytes(&json), key.public_key, &back, hash, NULL);
}

static void scarce_memory_is_told(void **state)
{
    struct statement statement = agreement();
    enum outcome outcome;

    (void)state;
    assert_int_equal(make_and_open(&statement), OUTCOME_OK); /* a thread's first digest */
    WITH_SCARCE_MEMORY(outcome, make_and_open(&statement), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_read_back),
        cmocka_unit_test(c2_another_key_or_one_bit_is_refused),
        cmocka_unit_test(what_is_no_statement_is_not_made),
        cmocka_unit_test(each_wrong_member_is_named),
        cmocka_unit_test(another_type_or_too_much_is_refused),
        cmocka_unit_test(a_chain_takes_only_its_next_step),
        cmocka_unit_test(every_verdict_is_read_back),
        cmocka_unit_test(scarce_memory_is_told),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, make_key, wipe_key);
}
