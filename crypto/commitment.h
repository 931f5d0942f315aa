/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * commitment.h - a promise about one field of a log entry: HMAC-SHA-256 under a
 * fresh salt over field name, 0x00, value. Whoever has salt and value can check
 * it; without the salt it says nothing, so erasing the salt erases the field.
 *
 * Five to each log entry, so it takes nothing from the heap.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    COMMITMENT_SALT_BYTES = 32,
    COMMITMENT_BYTES = 32,
    COMMITMENT_TEXT_BYTES = 44 + 1, /* standard base64 with padding, and the NUL */
};

void commitment_make(const uint8_t salt[static COMMITMENT_SALT_BYTES], const char *field,
                     struct bytes value, uint8_t out[static COMMITMENT_BYTES]);
void commitment_print(const uint8_t salt[static COMMITMENT_SALT_BYTES], const char *field,
                      struct bytes value, char out[static COMMITMENT_TEXT_BYTES]);
/* Does `text` commit to this field and value? */
bool commitment_opens(const char *text, const uint8_t salt[static COMMITMENT_SALT_BYTES],
                      const char *field, struct bytes value);
