/* SPDX-License-Identifier: EUPL-1.2 */
/* Wycheproof (Apache-2.0, not carried here): the folder is named by WYCHEPROOF, and
 * without it there is nothing to do. Run through our own doors where they take any
 * key and message, else through the libsodium call that stands behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
#include "crypto/signing.h"
#include "tests/support/vectors.h"

typedef bool runner(const json_t *group, const json_t *vector);

struct counts {
    size_t ran, skipped;
};

/* Runs each test of a file; `ran` says whether the runner could use it. */
static struct counts run_file(const char *name, runner *run)
{
    struct counts counts = {0};
    const char *folder = getenv("WYCHEPROOF");
    char path[1024];
    json_t *file, *group, *vector;
    size_t i, j;

    if (!folder || !*folder)
        skip();
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    file = json_load_file(path, 0, NULL);
    if (!file) {
        print_message("not found: %s\n", path);
        skip();
    }
    json_array_foreach (json_object_get(file, "testGroups"), i, group) {
        json_array_foreach (json_object_get(group, "tests"), j, vector) {
            if (run(group, vector))
                counts.ran++;
            else
                counts.skipped++;
        }
    }
    json_decref(file);
    return counts;
}

static bool is_valid(const json_t *vector)
{
    const char *result = vector_text(vector, "result");

    assert_true(strcmp(result, "valid") == 0 || strcmp(result, "invalid") == 0);
    return strcmp(result, "valid") == 0;
}

static void assert_verdict(const json_t *vector, bool accepted)
{
    if (accepted != is_valid(vector))
        fail_msg("tcId %lld", (long long)json_integer_value(json_object_get(vector, "tcId")));
}

/* --- Ed25519: what DSSE and notes verify with --- */

static bool run_ed25519(const json_t *group, const json_t *vector)
{
    OWNED_BUFFER public_key = vector_hex(json_object_get(group, "publicKey"), "pk");
    OWNED_BUFFER message = vector_hex(vector, "msg"), signature = vector_hex(vector, "sig");
    bool accepted;

    assert_int_equal(public_key.length, SIGNING_PUBLIC_BYTES);
    /* Our types leave no room for another length. */
    accepted =
        signature.length == SIGNATURE_BYTES &&
        signature_check(public_key.data, buffer_bytes(&message), signature.data) == OUTCOME_OK;
    assert_verdict(vector, accepted);
    return true;
}

static void ed25519_agrees(void **state)
{
    struct counts counts = run_file("ed25519", run_ed25519);

    (void)state;
    assert_int_equal(counts.ran, 151);
    assert_int_equal(counts.skipped, 0);
}

/* --- XChaCha20-Poly1305: what seals records --- */

static bool opens(const json_t *vector, struct buffer *out)
{
    OWNED_BUFFER key = vector_hex(vector, "key"), nonce = vector_hex(vector, "iv");
    OWNED_BUFFER aad = vector_hex(vector, "aad"), sealed = vector_hex(vector, "ct");
    OWNED_BUFFER tag = vector_hex(vector, "tag");
    size_t length = sealed.length;
    uint8_t *room = buffer_room(out, length + 1);

    assert_non_null(room);
    out->length = length;
    buffer_add_bytes(&sealed, buffer_bytes(&tag));
    return crypto_aead_xchacha20poly1305_ietf_decrypt(room, NULL, NULL, sealed.data, sealed.length,
                                                      aad.data, aad.length, nonce.data,
                                                      key.data) == 0;
}

static bool run_xchacha20(const json_t *group, const json_t *vector)
{
    OWNED_BUFFER message = vector_hex(vector, "msg"), opened = {0};
    bool accepted;

    if (json_integer_value(json_object_get(group, "ivSize")) != 192)
        return false;
    accepted = opens(vector, &opened);
    assert_verdict(vector, accepted);
    if (accepted)
        assert_true(bytes_equal(buffer_bytes(&opened), buffer_bytes(&message)));
    return true;
}

static void xchacha20_poly1305_agrees(void **state)
{
    struct counts counts = run_file("xchacha20_poly1305", run_xchacha20);

    (void)state;
    assert_int_equal(counts.ran, 306);
    assert_int_equal(counts.skipped, 9); /* nonces of another length: our types have no room */
}

/* --- HMAC-SHA-256: what commitments are --- */

static bool run_hmac(const json_t *group, const json_t *vector)
{
    OWNED_BUFFER key = vector_hex(vector, "key"), message = vector_hex(vector, "msg");
    OWNED_BUFFER tag = vector_hex(vector, "tag");
    struct bytes parts[] = {buffer_bytes(&message)};
    uint8_t computed[SHA256_BYTES];

    (void)group;
    if (key.length > 64)
        return false; /* our keys are salts of 32 bytes */
    assert_int_equal(hmac_sha256(buffer_bytes(&key), parts, 1, computed), OUTCOME_OK);
    assert_true(tag.length <= sizeof computed);
    assert_verdict(vector, bytes_equal(bytes_of(computed, tag.length), buffer_bytes(&tag)));
    return true;
}

static void hmac_sha256_agrees(void **state)
{
    struct counts counts = run_file("hmac_sha256", run_hmac);

    (void)state;
    assert_int_equal(counts.ran, 168);
    assert_int_equal(counts.skipped, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ed25519_agrees),
        cmocka_unit_test(xchacha20_poly1305_agrees),
        cmocka_unit_test(hmac_sha256_agrees),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
