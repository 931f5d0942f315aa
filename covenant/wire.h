/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * wire.h - readers of the members that many of our records share: ids, OINs,
 * days, instants, hashes, short texts. Like json.h they fail with MALFORMED and
 * name the member, never its value.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "covenant/day.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/sha256.h"
#include "crypto/uuid.h"

/* MALFORMED, with the place noted: for a check that found something. */
MUST_USE enum outcome wire_wrong(struct fault *fault, const char *name);

/* A text of at most size - 1 bytes, copied with its NUL. The optional one leaves "" when absent. */
MUST_USE enum outcome wire_text_at(const json_t *object, const char *name, char *out, size_t size,
                                   struct fault *fault);
MUST_USE enum outcome wire_optional_text_at(const json_t *object, const char *name, char *out,
                                            size_t size, struct fault *fault);
/* A canonical UUID of that version. */
MUST_USE enum outcome wire_uuid_at(const json_t *object, const char *name, int version,
                                   char out[static UUID_TEXT_BYTES], struct fault *fault);
MUST_USE enum outcome wire_oin_at(const json_t *object, const char *name, struct oin *out,
                                  struct fault *fault);
MUST_USE enum outcome wire_day_at(const json_t *object, const char *name, struct day *out,
                                  struct fault *fault);
MUST_USE enum outcome wire_instant_at(const json_t *object, const char *name, int64_t *out_ms,
                                      struct fault *fault);
/* 64 lower-case hexadecimal digits, as bytes or as text. */
MUST_USE enum outcome wire_hash_at(const json_t *object, const char *name,
                                   uint8_t out[static SHA256_BYTES], struct fault *fault);
MUST_USE enum outcome wire_hex_at(const json_t *object, const char *name,
                                  char out[static SHA256_HEX_BYTES], struct fault *fault);

bool wire_is_uuid(const char *text, int version);
bool wire_is_hex(const char *text); /* 64 digits */
/* 1 to max_bytes characters, each in `alphabet`. */
bool wire_is_word(const char *text, size_t max_bytes, const char *alphabet);

#define WIRE_UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define WIRE_DIGITS "0123456789"

/* Add  ,"name":"text"  (without the comma when the object was just opened). The text must need no
 * escape. */
void wire_add_text(struct buffer *out, const char *name, const char *text);
void wire_add_integer(struct buffer *out, const char *name, int64_t value);
void wire_add_day(struct buffer *out, const char *name, struct day day);
void wire_add_instant(struct buffer *out, const char *name, int64_t ms);
void wire_add_hash(struct buffer *out, const char *name, const uint8_t hash[static SHA256_BYTES]);
void wire_add_name(struct buffer *out, const char *name); /* ,"name": */
