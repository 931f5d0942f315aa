/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/signing.h"
#include "tests/support/vectors.h"

static void a_published_signature_holds_both_ways(const json_t *vector)
{
    OWNED_BUFFER seed = vector_hex(vector, "seed"), public_key = vector_hex(vector, "public");
    OWNED_BUFFER message = vector_hex(vector, "message");
    OWNED_BUFFER expected = vector_hex(vector, "signature");
    OWNED_SIGNING_KEY key = {0};
    uint8_t signature[SIGNATURE_BYTES];

    assert_int_equal(signing_key_from_seed(seed.data, &key), OUTCOME_OK);
    assert_memory_equal(key.public_key, public_key.data, SIGNING_PUBLIC_BYTES);
    assert_int_equal(signature_make(&key, buffer_bytes(&message), signature), OUTCOME_OK);
    assert_memory_equal(signature, expected.data, SIGNATURE_BYTES);
    assert_int_equal(signature_check(public_key.data, buffer_bytes(&message), expected.data),
                     OUTCOME_OK);
    for (int bit = 0; bit < 8 * SIGNATURE_BYTES; bit++) {
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(signature_check(public_key.data, buffer_bytes(&message), signature),
                         OUTCOME_SIGNATURE_WRONG);
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void the_published_signatures_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("ed25519", a_published_signature_holds_both_ways), 3);
}

static void a_new_key_comes_back_from_its_seed(void **state)
{
    OWNED_SIGNING_KEY key = {0}, again = {0}, other = {0};
    uint8_t seed[SIGNING_SEED_BYTES];

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    signing_key_seed(&key, seed);
    assert_int_equal(signing_key_from_seed(seed, &again), OUTCOME_OK);
    assert_memory_equal(key.public_key, again.public_key, SIGNING_PUBLIC_BYTES);
    assert_string_equal(key.keyid, again.keyid);
    assert_int_equal(strlen(key.keyid), 16);
    assert_memory_not_equal(key.public_key, other.public_key, SIGNING_PUBLIC_BYTES);
}

static void another_key_or_message_is_refused(void **state)
{
    OWNED_SIGNING_KEY key = {0}, other = {0};
    uint8_t signature[SIGNATURE_BYTES];

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signing_key_new(&other), OUTCOME_OK);
    assert_int_equal(signature_make(&key, bytes_of_text("ja"), signature), OUTCOME_OK);
    assert_int_equal(signature_check(key.public_key, bytes_of_text("ja"), signature), OUTCOME_OK);
    assert_int_equal(signature_check(other.public_key, bytes_of_text("ja"), signature),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(signature_check(key.public_key, bytes_of_text("ja!"), signature),
                     OUTCOME_SIGNATURE_WRONG);
}

/* With the identity as key, R = identity and S = 0 verify any message, where not refused. */
static void p3_a_key_of_small_order_is_refused(void **state)
{
    static const char *const none[] = {
        "0100000000000000000000000000000000000000000000000000000000000000", /* small orders */
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* 1, spelled as p+1 */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000", /* on no curve */
    };
    const uint8_t identity[SIGNING_PUBLIC_BYTES] = {1};
    const uint8_t signature[SIGNATURE_BYTES] = {1};
    OWNED_SIGNING_KEY key = {0};
    uint8_t point[SIGNING_PUBLIC_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_true(hex_decode(none[i], point, sizeof point));
        assert_false(signing_public_is_valid(point));
        assert_int_equal(signature_check(point, bytes_of_text("x"), signature),
                         OUTCOME_SIGNATURE_WRONG);
    }
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_true(signing_public_is_valid(key.public_key));
    assert_int_equal(signature_check(identity, bytes_of_text("x"), signature),
                     OUTCOME_SIGNATURE_WRONG);
}

static void p6_a_signature_with_s_plus_l_is_refused(void **state)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    OWNED_SIGNING_KEY key = {0};
    uint8_t signature[SIGNATURE_BYTES];
    unsigned carry = 0;

    (void)state;
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    assert_int_equal(signature_make(&key, bytes_of_text("x"), signature), OUTCOME_OK);
    for (int i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(signature_check(key.public_key, bytes_of_text("x"), signature),
                     OUTCOME_SIGNATURE_WRONG);
}

static void a_wiped_key_can_be_wiped_again(void **state)
{
    struct signing_key key = {0};

    (void)state;
    signing_key_wipe(&key);
    assert_int_equal(signing_key_new(&key), OUTCOME_OK);
    signing_key_wipe(&key);
    assert_null(key.secret);
    signing_key_wipe(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_signatures_hold),
        cmocka_unit_test(a_new_key_comes_back_from_its_seed),
        cmocka_unit_test(another_key_or_message_is_refused),
        cmocka_unit_test(p3_a_key_of_small_order_is_refused),
        cmocka_unit_test(p6_a_signature_with_s_plus_l_is_refused),
        cmocka_unit_test(a_wiped_key_can_be_wiped_again),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
