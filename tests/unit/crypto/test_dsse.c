/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

#define TYPE "application/vnd.wijkpoort.signaal.v1+json"
enum { MAX_BYTES = 1 << 16 };

static struct signing_key key; /* of seed 0, 1, 2, … */
static struct signing_key other;

static int make_keys(void **state)
{
    uint8_t seed[SIGNING_SEED_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    return signing_key_from_seed(seed, &key) || signing_key_new(&other);
}

static int wipe_keys(void **state)
{
    (void)state;
    signing_key_wipe(&key);
    signing_key_wipe(&other);
    return 0;
}

static struct buffer signed_text(const char *payload)
{
    struct buffer json = {0};

    assert_int_equal(dsse_sign(bytes_of_text(payload), TYPE, &key, &json), OUTCOME_OK);
    return json;
}

static enum outcome open_text(const char *json)
{
    OWNED_DSSE dsse = {0};

    return dsse_open(bytes_of_text(json), TYPE, MAX_BYTES, &dsse);
}

static void a_pae_is_the_known_one(const json_t *vector)
{
    OWNED_BUFFER expected = vector_hex(vector, "pae"), pae = {0};

    assert_int_equal(
        dsse_pae(vector_text(vector, "type"), bytes_of_text(vector_text(vector, "body")), &pae),
        OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&pae), buffer_bytes(&expected)));
}

static void the_known_paes_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("dsse-pae", a_pae_is_the_known_one), 4);
}

static void what_was_signed_opens_and_verifies(void **state)
{
    static const char *const payloads[] = {"", "{}", "{\"a\":1}", "\xff\x01 not JSON at all"};

    (void)state;
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        OWNED_BUFFER json = signed_text(payloads[i]), pae = {0};
        OWNED_DSSE dsse = {0};
        assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
        assert_true(bytes_equal(dsse.payload, bytes_of_text(payloads[i])));
        assert_int_equal(dsse_pae(TYPE, bytes_of_text(payloads[i]), &pae), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&dsse.pae), buffer_bytes(&pae)));
        assert_string_equal(dsse.type, TYPE);
        assert_string_equal(dsse.signatures[0].keyid, key.keyid);
        assert_int_equal(dsse_verify(&dsse, key.public_key), OUTCOME_OK);
        assert_int_equal(dsse_verify(&dsse, other.public_key), OUTCOME_SIGNATURE_WRONG);
        assert_int_equal(dsse_verify_at(&dsse, 1, key.public_key), OUTCOME_SIGNATURE_WRONG);
    }
}

static void the_envelope_has_its_one_form(void **state)
{
    OWNED_BUFFER json = signed_text("{}");
    static const char expected[] = "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE
                                   "\",\"signatures\":[{\"keyid\":\"56475aa75463474c\",\"sig\":\"";

    (void)state;
    assert_memory_equal(json.data, expected, sizeof expected - 1);
    assert_memory_equal(json.data + json.length - 6, "==\"}]}", 6);
}

static void any_flipped_bit_is_refused(void **state)
{
    OWNED_BUFFER json = signed_text("{\"a\":1}");
    size_t refused = 0;

    (void)state;
    for (size_t bit = 0; bit < 8 * json.length; bit++) {
        OWNED_DSSE dsse = {0};
        json.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse) != OUTCOME_OK ||
            dsse_verify(&dsse, key.public_key) != OUTCOME_OK)
            refused++;
        else /* only the hint may differ */
            assert_string_not_equal(dsse.signatures[0].keyid, key.keyid);
        json.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > 8 * json.length - 8 * 24);
}

static void c2_a_signature_under_one_type_counts_under_no_other(void **state)
{
    OWNED_BUFFER json = signed_text("{}"), pae = {0};
    OWNED_DSSE dsse = {0};
    struct dsse_signature signature = {.length = SIGNATURE_BYTES};

    (void)state;
    assert_int_equal(dsse_open(buffer_bytes(&json), "application/vnd.wijkpoort.oordeel.v1+json",
                               MAX_BYTES, &dsse),
                     OUTCOME_MALFORMED);
    /* Signed as one type, presented as another. */
    assert_int_equal(dsse_pae("other", bytes_of_text("{}"), &pae), OUTCOME_OK);
    assert_int_equal(signature_make(&key, buffer_bytes(&pae), signature.data), OUTCOME_OK);
    buffer_wipe(&json);
    assert_int_equal(dsse_assemble(bytes_of_text("{}"), TYPE, &signature, 1, &json), OUTCOME_OK);
    assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
    assert_string_equal(dsse.signatures[0].keyid, "");
    assert_int_equal(dsse_verify(&dsse, key.public_key), OUTCOME_SIGNATURE_WRONG);
}

#define SIG64                                                                                      \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define ONE "[{\"keyid\":\"aa\",\"sig\":\"" SIG64 "\"}]"

static void a_loosely_written_envelope_opens(void **state)
{
    (void)state;
    assert_int_equal(
        open_text("{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}"),
        OUTCOME_OK);
    assert_int_equal(open_text(" { \"signatures\" : [ { \"sig\" : \"" SIG64
                               "\" } ] , \"payloadType\" : \"" TYPE
                               "\" , \"payload\" : \"e30=\" } "),
                     OUTCOME_OK);
}

static void anything_but_an_envelope_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"payload\":\"e30=\"}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\"}",
        "{\"payload\":\"e30=\",\"signatures\":" ONE "}",
        "{\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}",
        "{\"payload\":\"e30\",\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}",
        "{\"payload\":\"e31=\",\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}",
        "{\"payload\":\"-_-_\",\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}",
        "{\"payload\":1,\"payloadType\":\"" TYPE "\",\"signatures\":" ONE "}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "x\",\"signatures\":" ONE "}",
        "{\"payload\":\"e30=\",\"payloadType\":1,\"signatures\":" ONE "}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":{}}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[1]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{\"sig\":\"\"}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{\"sig\":\"!\"}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{\"sig\":\"" SIG64
        "\"},{\"sig\":\"" SIG64 "\"}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{\"sig\":\"" SIG64
        "\",\"cert\":\"\"}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE
        "\",\"signatures\":[{\"keyid\":1,\"sig\":\"" SIG64 "\"}]}",
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":" ONE ",\"x\":1}",
        "{\"payload\":\"e30=\",\"payload\":\"e30=\",\"payloadType\":\"" TYPE
        "\",\"signatures\":" ONE "}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (open_text(bad[i]) != OUTCOME_MALFORMED)
            fail_msg("opened: %s", bad[i]);
    }
}

static void one_over_a_limit_is_refused(void **state)
{
    OWNED_BUFFER json = signed_text("{}"), large = {0};
    OWNED_DSSE dsse = {0};
    OWNED_JSON object = NULL;
    struct dsse_signature signature = {.length = DSSE_SIGNATURE_MAX_BYTES};
    char type[DSSE_TYPE_MAX_BYTES + 2];

    (void)state;
    assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, json.length - 1, &dsse),
                     OUTCOME_TOO_LARGE);
    assert_int_equal(json_read(buffer_bytes(&json), MAX_BYTES, &object), OUTCOME_OK);
    assert_int_equal(dsse_from_json(object, TYPE, 1, &dsse), OUTCOME_TOO_LARGE);
    assert_int_equal(dsse_from_json(object, TYPE, 2, &dsse), OUTCOME_OK);
    dsse_wipe(&dsse);

    memset(type, 't', sizeof type);
    type[DSSE_TYPE_MAX_BYTES + 1] = '\0';
    assert_int_equal(dsse_sign(bytes_of_text("{}"), type, &key, &large), OUTCOME_INTERNAL);
    type[DSSE_TYPE_MAX_BYTES] = '\0';
    assert_int_equal(dsse_assemble(bytes_of_text("{}"), type, &signature, 0, &large),
                     OUTCOME_INTERNAL);
    assert_int_equal(
        dsse_assemble(bytes_of_text("{}"), type, &signature, DSSE_SIGNATURES_MAX + 1, &large),
        OUTCOME_INTERNAL);
    assert_int_equal(dsse_assemble(bytes_of_text("{}"), type, &signature, 1, &large), OUTCOME_OK);
    assert_int_equal(dsse_open(buffer_bytes(&large), type, MAX_BYTES, &dsse), OUTCOME_OK);
    assert_int_equal(dsse.signatures[0].length, DSSE_SIGNATURE_MAX_BYTES);
    assert_int_equal(dsse_verify(&dsse, key.public_key), OUTCOME_SIGNATURE_WRONG);
}

static void a_signature_of_513_bytes_is_refused(void **state)
{
    uint8_t long_signature[DSSE_SIGNATURE_MAX_BYTES + 1] = {0};
    OWNED_BUFFER json = {0};
    OWNED_DSSE dsse = {0};

    (void)state;
    buffer_add_text(&json,
                    "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"");
    buffer_add_base64(&json, bytes_of(long_signature, sizeof long_signature));
    buffer_add_text(&json, "\"}]}");
    assert_int_equal(dsse_open(buffer_bytes(&json), "t", MAX_BYTES, &dsse), OUTCOME_MALFORMED);
}

/* The first 64 bytes of it are a good signature: it is refused for what follows. */
static void p6_a_signature_of_another_length_is_refused(void **state)
{
    static const size_t lengths[] = {1, SIGNATURE_BYTES - 1, SIGNATURE_BYTES + 1};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct dsse_signature signature = {.length = lengths[i]};
        OWNED_BUFFER pae = {0}, json = {0};
        OWNED_DSSE dsse = {0};
        assert_int_equal(dsse_pae(TYPE, bytes_of_text("{}"), &pae), OUTCOME_OK);
        assert_int_equal(signature_make(&key, buffer_bytes(&pae), signature.data), OUTCOME_OK);
        assert_int_equal(dsse_assemble(bytes_of_text("{}"), TYPE, &signature, 1, &json),
                         OUTCOME_OK);
        assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
        assert_int_equal(dsse_verify(&dsse, key.public_key), OUTCOME_SIGNATURE_WRONG);
    }
}

static void two_signatures_of_two_keys_stand_side_by_side(void **state)
{
    OWNED_BUFFER pae = {0}, json = {0};
    OWNED_DSSE dsse = {0};
    struct dsse_signature signatures[2] = {{.keyid = "a\"b", .length = SIGNATURE_BYTES},
                                           {.keyid = "tls", .length = SIGNATURE_BYTES}};

    (void)state;
    assert_int_equal(dsse_pae(TYPE, bytes_of_text("{}"), &pae), OUTCOME_OK);
    assert_int_equal(signature_make(&key, buffer_bytes(&pae), signatures[0].data), OUTCOME_OK);
    assert_int_equal(signature_make(&other, buffer_bytes(&pae), signatures[1].data), OUTCOME_OK);
    assert_int_equal(dsse_assemble(bytes_of_text("{}"), TYPE, signatures, 2, &json), OUTCOME_OK);
    assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_MALFORMED);
    assert_int_equal(dsse_open_several(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
    assert_int_equal(dsse.signature_count, 2);
    assert_string_equal(dsse.signatures[0].keyid, "a\"b");
    assert_int_equal(dsse_verify_at(&dsse, 0, key.public_key), OUTCOME_OK);
    assert_int_equal(dsse_verify_at(&dsse, 1, other.public_key), OUTCOME_OK);
    assert_int_equal(dsse_verify_at(&dsse, 1, key.public_key), OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(dsse_verify(&dsse, key.public_key), OUTCOME_SIGNATURE_WRONG);
}

static void four_signatures_are_refused(void **state)
{
    OWNED_DSSE dsse = {0};
    static const char json[] =
        "{\"payload\":\"e30=\",\"payloadType\":\"" TYPE "\",\"signatures\":[{\"sig\":\"" SIG64
        "\"},{\"sig\":\"" SIG64 "\"},{\"sig\":\"" SIG64 "\"},{\"sig\":\"" SIG64 "\"}]}";

    (void)state;
    assert_int_equal(dsse_open_several(bytes_of_text(json), TYPE, MAX_BYTES, &dsse),
                     OUTCOME_MALFORMED);
}

static void an_envelope_within_a_document_goes_round(void **state)
{
    OWNED_BUFFER json = signed_text("{\"pseudoniem\":1}"), again = {0};
    OWNED_DSSE dsse = {0}, back = {0};
    OWNED_JSON object = NULL;

    (void)state;
    assert_int_equal(dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
    assert_int_equal(dsse_to_json(&dsse, &object), OUTCOME_OK);
    assert_int_equal(json_write(object, &again), OUTCOME_OK);
    assert_int_equal(dsse_from_json(object, TYPE, MAX_BYTES, &back), OUTCOME_OK);
    assert_int_equal(dsse_verify(&back, key.public_key), OUTCOME_OK);
    assert_true(bytes_equal(back.payload, dsse.payload));
    assert_int_equal(dsse_from_json(NULL, TYPE, MAX_BYTES, &back), OUTCOME_MALFORMED);
    json_object_set_new(object, "payload", json_integer(7));
    assert_int_equal(dsse_from_json(object, TYPE, MAX_BYTES, &back), OUTCOME_MALFORMED);
    json_object_del(object, "payload");
    assert_int_equal(dsse_from_json(object, TYPE, MAX_BYTES, &back), OUTCOME_MALFORMED);
}

static void what_is_refused_leaves_the_output_alone(void **state)
{
    struct dsse dsse = {.signature_count = 42};

    (void)state;
    assert_int_equal(dsse_open(bytes_of_text("{\"payload\":\"e30=\"}"), TYPE, MAX_BYTES, &dsse),
                     OUTCOME_MALFORMED);
    assert_int_equal(dsse.signature_count, 42);
    assert_null(dsse.pae.data);
}

static void want_of_memory_is_told_at_each_step(void **state)
{
    OWNED_BUFFER json = signed_text("{\"a\":1}"), out = {0};
    OWNED_JSON object = NULL;
    struct dsse dsse = {0};
    json_t *copy = NULL;
    enum outcome outcome;

    (void)state;
    assert_int_equal(json_read(buffer_bytes(&json), MAX_BYTES, &object), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome,
                       (buffer_wipe(&out), dsse_sign(bytes_of_text("{\"a\":1}"), TYPE, &key, &out)),
                       assert_true(bytes_equal(buffer_bytes(&out), buffer_bytes(&json))));
    WITH_SCARCE_MEMORY(outcome, dsse_open(buffer_bytes(&json), TYPE, MAX_BYTES, &dsse),
                       dsse_wipe(&dsse));
    WITH_SCARCE_MEMORY(outcome, dsse_from_json(object, TYPE, MAX_BYTES, &dsse), dsse_wipe(&dsse));
    assert_int_equal(dsse_from_json(object, TYPE, MAX_BYTES, &dsse), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, dsse_to_json(&dsse, &copy), json_free_at(&copy));
    assert_int_equal(outcome, OUTCOME_OK);
    dsse_wipe(&dsse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_paes_hold),
        cmocka_unit_test(what_was_signed_opens_and_verifies),
        cmocka_unit_test(the_envelope_has_its_one_form),
        cmocka_unit_test(any_flipped_bit_is_refused),
        cmocka_unit_test(c2_a_signature_under_one_type_counts_under_no_other),
        cmocka_unit_test(a_loosely_written_envelope_opens),
        cmocka_unit_test(anything_but_an_envelope_is_refused),
        cmocka_unit_test(one_over_a_limit_is_refused),
        cmocka_unit_test(a_signature_of_513_bytes_is_refused),
        cmocka_unit_test(p6_a_signature_of_another_length_is_refused),
        cmocka_unit_test(two_signatures_of_two_keys_stand_side_by_side),
        cmocka_unit_test(four_signatures_are_refused),
        cmocka_unit_test(an_envelope_within_a_document_goes_round),
        cmocka_unit_test(what_is_refused_leaves_the_output_alone),
        cmocka_unit_test(want_of_memory_is_told_at_each_step),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_keys, wipe_keys);
}
