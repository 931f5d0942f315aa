/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/signing.h"

#include <sodium.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"

enum { SIGNING_SECRET_BYTES = 64, KEYID_BYTES = 8 };

enum outcome signing_keyid(const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                           char out[static KEYID_TEXT_BYTES])
{
    uint8_t hash[SHA256_BYTES];

    TRY(sha256(bytes_of(public_key, SIGNING_PUBLIC_BYTES), hash));
    hex_encode(bytes_of(hash, KEYID_BYTES), out);
    return OUTCOME_OK;
}

enum outcome signing_key_from_seed(const uint8_t seed[static SIGNING_SEED_BYTES],
                                   struct signing_key *out_key)
{
    OWNED_SIGNING_KEY key = {.secret = secret_new(SIGNING_SECRET_BYTES)};

    if (!key.secret)
        return OUTCOME_OUT_OF_MEMORY;
    if (crypto_sign_seed_keypair(key.public_key, key.secret, seed) != 0)
        return OUTCOME_RANDOM_FAILED;
    TRY(signing_keyid(key.public_key, key.keyid));
    *out_key = key;
    key.secret = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome signing_key_new(struct signing_key *out_key)
{
    uint8_t seed[SIGNING_SEED_BYTES];
    enum outcome outcome;

    random_bytes(seed, sizeof seed);
    outcome = signing_key_from_seed(seed, out_key);
    wipe(seed, sizeof seed);
    return outcome;
}

void signing_key_seed(const struct signing_key *key, uint8_t out_seed[static SIGNING_SEED_BYTES])
{
    crypto_sign_ed25519_sk_to_seed(out_seed, key->secret);
}

void signing_key_wipe(struct signing_key *key)
{
    secret_free(key->secret);
    *key = (struct signing_key){0};
}

bool signing_public_is_valid(const uint8_t public_key[static SIGNING_PUBLIC_BYTES])
{
    return crypto_core_ed25519_is_valid_point(public_key) == 1;
}

enum outcome signature_make(const struct signing_key *key, struct bytes message,
                            uint8_t out[static SIGNATURE_BYTES])
{
    return crypto_sign_detached(out, NULL, message.data, message.length, key->secret) == 0
               ? OUTCOME_OK
               : OUTCOME_RANDOM_FAILED;
}

enum outcome signature_check(const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                             struct bytes message, const uint8_t signature[static SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, message.data, message.length, public_key) == 0
               ? OUTCOME_OK
               : OUTCOME_SIGNATURE_WRONG;
}
