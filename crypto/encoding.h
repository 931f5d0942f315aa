/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * encoding.h - hexadecimal (lower case), base64 (RFC 4648 part 4, padded) and
 * base64url (part 5, without padding): one text for one value.
 *
 * Decoders refuse everything but the canonical text: upper-case hexadecimal,
 * white space, missing or extra padding, the other alphabet, bits left over.
 * All are for public data and take time that depends on it; keys use the
 * secret_* pair, which does not.
 */
#pragma once

#include <stdbool.h>

#include "crypto/bytes.h"

#define HEX_BYTES(length)        (2 * (length) + 1)           /* with the closing NUL */
#define BASE64_BYTES(length)     (((length) + 2) / 3 * 4 + 1) /* with the closing NUL */
#define BASE64URL_LENGTH(length) (((length)*4 + 2) / 3)       /* without */

void hex_encode(struct bytes bytes, char *out); /* out has HEX_BYTES(bytes.length) */
/* Exactly 2 * length lower-case digits; else false, and *out is left alone. */
bool hex_decode(const char *text, uint8_t *out, size_t length);

void buffer_add_hex(struct buffer *buffer, struct bytes bytes);
void buffer_add_base64(struct buffer *buffer, struct bytes bytes);
void buffer_add_base64url(struct buffer *buffer, struct bytes bytes);

/* Add what `text` encodes to `out`, which is left alone unless OK; `out` must not hold `text`.
 * Fail with MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome base64_decode(struct bytes text, struct buffer *out);
MUST_USE enum outcome base64url_decode(struct bytes text, struct buffer *out);

/* Decoded length of a well-formed text of this length; false when no text has it. */
bool base64_decoded_length(struct bytes text, size_t *out_length);
bool base64url_decoded_length(size_t text_length, size_t *out_length);

/* The same into memory of exactly that length; MALFORMED when the text encodes another length. */
MUST_USE enum outcome base64_decode_exact(struct bytes text, uint8_t *out, size_t length);
MUST_USE enum outcome base64url_decode_exact(struct bytes text, uint8_t *out, size_t length);

/* For keys: padded base64 in constant time (libsodium). `out` has BASE64_BYTES(length). */
void secret_to_base64(const uint8_t *secret, size_t length, char *out);
/* Exactly `length` bytes; fails with MALFORMED, and `out` is then wiped. */
MUST_USE enum outcome secret_from_base64(struct bytes text, uint8_t *out, size_t length);
