/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sealed.h - a message only one gateway can read: padded to one of six sizes,
 * sealed for an X25519 key (crypto_box_seal), as base64url.
 *
 * The padding is sodium_pad's (0x80, then zeros) to the smallest bucket larger
 * than the message, so that a length says little. Does not say who sent it:
 * what goes in is a signed envelope (crypto/dsse.h) that names its recipient.
 */
#pragma once

#include <stdbool.h>

#include "crypto/bytes.h"
#include "crypto/sha256.h"

enum {
    SEALING_KEY_BYTES = 32,
    SEALED_OVERHEAD_BYTES = 48,             /* ephemeral key and tag */
    SEALED_PLAIN_MAX_BYTES = (1 << 20) - 1, /* at least one byte of padding in the last bucket */
    SEALED_TEXT_MAX_BYTES = ((1 << 20) + SEALED_OVERHEAD_BYTES) * 4 / 3 + 1,
};

struct sealing_key {
    uint8_t *secret; /* 32 bytes in secret memory (crypto/ready.h) */
    uint8_t public_key[SEALING_KEY_BYTES];
    char id[SHA256_HEX_BYTES]; /* hex SHA-256 of the public key: "sleutel" in the head */
};

/* The caller owns *out_key and wipes it. Fail with OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome sealing_key_new(struct sealing_key *out_key);
MUST_USE enum outcome sealing_key_from_secret(const uint8_t secret[static SEALING_KEY_BYTES],
                                              struct sealing_key *out_key);
void sealing_key_wipe(struct sealing_key *key); /* {0} is fine */
#define OWNED_SEALING_KEY __attribute__((cleanup(sealing_key_wipe))) struct sealing_key

MUST_USE enum outcome sealed_key_id(const uint8_t public_key[static SEALING_KEY_BYTES],
                                    char out[static SHA256_HEX_BYTES]);

/* The bucket a message of this length goes into; 0 when it is too large. */
size_t sealed_bucket(size_t plain_length);

/* Is it the one encoding of a point that a secret can be agreed with? Small orders are none. */
bool sealing_public_is_valid(const uint8_t public_key[static SEALING_KEY_BYTES]);

/* Adds the sealed text to the buffer. Fails with TOO_LARGE (over SEALED_PLAIN_MAX_BYTES),
 * KEY_UNKNOWN (no usable X25519 key) or OUT_OF_MEMORY. */
MUST_USE enum outcome sealed_close(struct bytes plain,
                                   const uint8_t recipient_public[static SEALING_KEY_BYTES],
                                   struct buffer *out_base64url);

/* Adds the message to the buffer. Fails with TOO_LARGE (over SEALED_TEXT_MAX_BYTES), SEAL_WRONG
 * (whatever is the matter with it: whoever tries texts learns nothing from the answers) or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome sealed_open(struct bytes base64url, const struct sealing_key *key,
                                  struct buffer *out_plain);
