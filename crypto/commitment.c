/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/commitment.h"

#include <sodium.h>
#include <string.h>

#include "crypto/sha256.h"

_Static_assert((int)COMMITMENT_BYTES == (int)SHA256_BYTES, "a commitment is an HMAC-SHA-256");

enum outcome commitment_make(const uint8_t salt[static COMMITMENT_SALT_BYTES], const char *field,
                             struct bytes value, uint8_t out[static COMMITMENT_BYTES])
{
    const struct bytes parts[] = {
        bytes_of(field, strlen(field) + 1), /* its NUL is the 0x00 between name and value */
        value,
    };

    return hmac_sha256(bytes_of(salt, COMMITMENT_SALT_BYTES), parts, 2, out);
}

enum outcome commitment_print(const uint8_t salt[static COMMITMENT_SALT_BYTES], const char *field,
                              struct bytes value, char out[static COMMITMENT_TEXT_BYTES])
{
    uint8_t commitment[COMMITMENT_BYTES];

    TRY(commitment_make(salt, field, value, commitment));
    sodium_bin2base64(out, COMMITMENT_TEXT_BYTES, commitment, sizeof commitment,
                      sodium_base64_VARIANT_ORIGINAL);
    return OUTCOME_OK;
}

enum outcome commitment_check(const char *text, const uint8_t salt[static COMMITMENT_SALT_BYTES],
                              const char *field, struct bytes value)
{
    char expected[COMMITMENT_TEXT_BYTES];

    TRY(commitment_print(salt, field, value, expected));
    return bytes_equal_secret(bytes_of_text(text), bytes_of_text(expected))
               ? OUTCOME_OK
               : OUTCOME_SIGNATURE_WRONG;
}
