/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <pthread.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
#include "tests/support/vectors.h"

static void hex_of(const uint8_t hash[static SHA256_BYTES], char out[static SHA256_HEX_BYTES])
{
    hex_encode(bytes_of(hash, SHA256_BYTES), out);
}

static void a_hash_is_the_published_one(const json_t *vector)
{
    struct bytes text = bytes_of_text(vector_text(vector, "text"));
    char hex[SHA256_HEX_BYTES];

    assert_int_equal(sha256_hex(text, hex), OUTCOME_OK);
    assert_string_equal(hex, vector_text(vector, "sha256"));
}

static void the_published_hashes_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("sha256", a_hash_is_the_published_one), 4);
}

static void a_million_letters_hash_as_published(void **state)
{
    OWNED_SHA256 digest = {0};
    uint8_t hash[SHA256_BYTES];
    char letters[1000], hex[SHA256_HEX_BYTES];

    (void)state;
    memset(letters, 'a', sizeof letters);
    sha256_init(&digest);
    for (int i = 0; i < 1000; i++)
        sha256_add(&digest, bytes_of(letters, sizeof letters));
    assert_int_equal(sha256_finish(&digest, hash), OUTCOME_OK);
    hex_of(hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void parts_hash_as_the_whole(void **state)
{
    const uint8_t whole[200] = {1, 2, 3};
    uint8_t once[SHA256_BYTES], split[SHA256_BYTES];

    (void)state;
    assert_int_equal(sha256(bytes_of(whole, sizeof whole), once), OUTCOME_OK);
    for (size_t cut = 0; cut <= sizeof whole; cut++) {
        const struct bytes parts[] = {bytes_of(whole, cut), bytes_of(NULL, 0),
                                      bytes_of(whole + cut, sizeof whole - cut)};
        assert_int_equal(sha256_parts(parts, 3, split), OUTCOME_OK);
        assert_memory_equal(once, split, SHA256_BYTES);
    }
}

static void a_mac_is_the_published_one(const json_t *vector)
{
    OWNED_BUFFER key = vector_hex(vector, "key"), data = vector_hex(vector, "data");
    const struct bytes parts[] = {bytes_of(data.data, 3), bytes_of(data.data + 3, data.length - 3)};
    uint8_t mac[SHA256_BYTES];
    char hex[SHA256_HEX_BYTES];

    assert_int_equal(hmac_sha256(buffer_bytes(&key), parts, 2, mac), OUTCOME_OK);
    hex_of(mac, hex);
    assert_string_equal(hex, vector_text(vector, "mac"));
    key.data[0] ^= 1;
    assert_int_equal(hmac_sha256(buffer_bytes(&key), parts, 2, mac), OUTCOME_OK);
    hex_of(mac, hex);
    assert_string_not_equal(hex, vector_text(vector, "mac"));
}

static void the_published_macs_hold(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("hmac-sha256", a_mac_is_the_published_one), 4);
}

static void a_mac_key_of_more_than_a_block_is_refused(void **state)
{
    const uint8_t key[65] = {0};
    uint8_t mac[SHA256_BYTES] = {7};

    (void)state;
    assert_int_equal(hmac_sha256(bytes_of(key, 65), NULL, 0, mac), OUTCOME_RANDOM_FAILED);
    assert_int_equal(mac[0], 7);
    assert_int_equal(hmac_sha256(bytes_of(key, 64), NULL, 0, mac), OUTCOME_OK);
}

static void *hash_often(void *failed)
{
    uint8_t first[SHA256_BYTES], again[SHA256_BYTES];

    for (int i = 0; i < 2000; i++) {
        if (sha256(bytes_of_text("abc"), i ? again : first) != OUTCOME_OK ||
            (i && memcmp(first, again, sizeof first) != 0))
            *(int *)failed = 1;
    }
    return NULL;
}

static void threads_do_not_meet(void **state)
{
    pthread_t threads[8];
    int failed[8] = {0};

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &failed[i]), 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(failed[i], 0);
    }
}

static void an_unfinished_digest_can_be_wiped(void **state)
{
    struct sha256 digest;

    (void)state;
    sha256_init(&digest);
    sha256_add(&digest, bytes_of_text("half"));
    sha256_wipe(&digest);
    sha256_wipe(&digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_hashes_hold),
        cmocka_unit_test(a_million_letters_hash_as_published),
        cmocka_unit_test(parts_hash_as_the_whole),
        cmocka_unit_test(the_published_macs_hold),
        cmocka_unit_test(a_mac_key_of_more_than_a_block_is_refused),
        cmocka_unit_test(threads_do_not_meet),
        cmocka_unit_test(an_unfinished_digest_can_be_wiped),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
