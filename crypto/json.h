/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json.h - the only JSON this house reads: UTF-8, no duplicate keys, no NUL,
 * integers only with |n| < 2^53, depth at most 16, closed schemas.
 *
 * Order of use: json_ready() once at start; json_read() or json_read_lifting();
 * json_only() on each object; the json_*_at() readers; json_decref().
 * Readers report *where* (our own member name), never the offending value.
 * Does not write canonical JSON: what must be verified is verified as bytes.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "crypto/bytes.h"

enum {
    JSON_DEPTH_MAX = 16,
    JSON_WHERE_BYTES = 64, /* longest place we name */
};

/* Where a document is wrong: the first fault wins. {0} is "nowhere yet". */
struct fault {
    char where[JSON_WHERE_BYTES]; /* "partijen[2].oin": our names and indexes only */
};

void fault_at(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes Jansson wipe what it frees. Call once, before any other thread exists. */
void json_ready(void);

/* Parses one whole text. Fails with MALFORMED, TOO_LARGE (over max_bytes) or OUT_OF_MEMORY. */
MUST_USE enum outcome json_read(struct bytes text, size_t max_bytes, json_t **out_value);

/* The same for an object with one long base64 member: `member` is not parsed but
 * lent as bytes of `text` (Jansson takes 27 us a KiB for it). In the object that
 * comes back the member is "". Fails as json_read; MALFORMED when the member is
 * absent or not a string. */
MUST_USE enum outcome json_read_lifting(struct bytes text, size_t max_bytes, const char *member,
                                        json_t **out_value, struct bytes *out_member);

/* Readers on an object. `names` ends with NULL. Each fails with MALFORMED and
 * fills the fault; `json_optional_*` leave *out alone when the member is absent. */
MUST_USE enum outcome json_only(const json_t *object, const char *const *names,
                                struct fault *fault);
MUST_USE enum outcome json_text_at(const json_t *object, const char *name, size_t max_bytes,
                                   const char **out_text, struct fault *fault);
MUST_USE enum outcome json_integer_at(const json_t *object, const char *name, int64_t least,
                                      int64_t most, int64_t *out_value, struct fault *fault);
MUST_USE enum outcome json_boolean_at(const json_t *object, const char *name, bool *out_value,
                                      struct fault *fault);
MUST_USE enum outcome json_object_at(const json_t *object, const char *name,
                                     const json_t **out_object, struct fault *fault);
MUST_USE enum outcome json_array_at(const json_t *object, const char *name, size_t max_items,
                                    const json_t **out_array, struct fault *fault);
MUST_USE enum outcome json_optional_text_at(const json_t *object, const char *name,
                                            size_t max_bytes, const char **out_text,
                                            struct fault *fault);
MUST_USE enum outcome json_optional_integer_at(const json_t *object, const char *name,
                                               int64_t least, int64_t most, int64_t *out_value,
                                               struct fault *fault);

/* Adds the compact text of `value` to the buffer. */
MUST_USE enum outcome json_write(const json_t *value, struct buffer *out);
/* The same for a value that is handed over (and released); NULL counts as out of memory,
 * so that a json_pack() can stand in the call. */
MUST_USE enum outcome json_write_new(json_t *taken_value, struct buffer *out);

/* Writes `text` as a JSON string with its quotes: for texts assembled by hand. */
void buffer_add_json_text(struct buffer *out, const char *text);

void json_free_at(json_t **value);
#define OWNED_JSON __attribute__((cleanup(json_free_at))) json_t *
