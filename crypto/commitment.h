/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * commitment.h - a promise about one field of a log entry: HMAC-SHA-256 under a
 * fresh salt over field name, 0x00, value. Whoever has salt and value can check
 * it; without the salt it says nothing, so erasing the salt erases the field.
 *
 * Five to each log entry, so on crypto/sha256.h: a third of what libsodium's HMAC takes.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    COMMITMENT_SALT_BYTES = 32,
    COMMITMENT_BYTES = 32,
    COMMITMENT_TEXT_BYTES = 44 + 1, /* standard base64 with padding, and the NUL */
};

/* All fail with OUT_OF_MEMORY or RANDOM_FAILED, as crypto/sha256.h does. */
MUST_USE enum outcome commitment_make(const uint8_t salt[static COMMITMENT_SALT_BYTES],
                                      const char *field, struct bytes value,
                                      uint8_t out[static COMMITMENT_BYTES]);
MUST_USE enum outcome commitment_print(const uint8_t salt[static COMMITMENT_SALT_BYTES],
                                       const char *field, struct bytes value,
                                       char out[static COMMITMENT_TEXT_BYTES]);
/* `text` commits to this field and value; SIGNATURE_WRONG when not. */
MUST_USE enum outcome commitment_check(const char *text,
                                       const uint8_t salt[static COMMITMENT_SALT_BYTES],
                                       const char *field, struct bytes value);
