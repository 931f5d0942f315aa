/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signing.h - Ed25519: one key pair, a signature, its check.
 *
 * What is stored of a key is its seed (crypto/key_file.h). The key id is a hint
 * for the reader, eight bytes, never proof of anything.
 * Does not separate uses: sign only what begins with its own type (crypto/dsse.h,
 * signed notes), and give each use its own key.
 */
#pragma once

#include <stdbool.h>

#include "crypto/bytes.h"

enum {
    SIGNING_SEED_BYTES = 32,
    SIGNING_PUBLIC_BYTES = 32,
    SIGNATURE_BYTES = 64,
    KEYID_TEXT_BYTES = 17, /* hex of the first 8 bytes of SHA-256(public key), with NUL */
};

struct signing_key {
    uint8_t *secret; /* 64 bytes in secret memory (crypto/ready.h) */
    uint8_t public_key[SIGNING_PUBLIC_BYTES];
    char keyid[KEYID_TEXT_BYTES];
};

/* The caller owns *out_key and wipes it. Fail with OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome signing_key_new(struct signing_key *out_key);
MUST_USE enum outcome signing_key_from_seed(const uint8_t seed[static SIGNING_SEED_BYTES],
                                            struct signing_key *out_key);
/* The seed to store; the caller wipes it. */
void signing_key_seed(const struct signing_key *key, uint8_t out_seed[static SIGNING_SEED_BYTES]);
void signing_key_wipe(struct signing_key *key); /* {0} is fine */
#define OWNED_SIGNING_KEY __attribute__((cleanup(signing_key_wipe))) struct signing_key

MUST_USE enum outcome signing_keyid(const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                    char out[static KEYID_TEXT_BYTES]);

/* Is it the one encoding of a point of the right order? No signature fits any other. */
bool signing_public_is_valid(const uint8_t public_key[static SIGNING_PUBLIC_BYTES]);

/* Fails with RANDOM_FAILED. */
MUST_USE enum outcome signature_make(const struct signing_key *key, struct bytes message,
                                     uint8_t out[static SIGNATURE_BYTES]);
/* Fails with SIGNATURE_WRONG: also for small-order keys and S >= L. */
MUST_USE enum outcome signature_check(const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                      struct bytes message,
                                      const uint8_t signature[static SIGNATURE_BYTES]);
