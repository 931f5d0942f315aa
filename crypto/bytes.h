/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * bytes.h - bytes with their length (struct bytes, never owns) and bytes that
 * grow (struct buffer, owns, wipes what it frees).
 *
 * A buffer remembers its first failure: later writes do nothing and
 * buffer_outcome() tells, so that a writer reads as a recipe. Bytes do not
 * remember: ask for the outcome before buffer_bytes() leaves your hands.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/outcome.h"

struct bytes {
    const uint8_t *data; /* NULL only when length is 0 */
    size_t length;
};

struct buffer {
    uint8_t *data;
    size_t length;
    size_t capacity;
    bool failed; /* out of memory at some write */
};

struct bytes bytes_of(const void *data, size_t length);
struct bytes bytes_of_text(const char *text);     /* without the closing NUL; NULL gives none */
bool bytes_equal(struct bytes a, struct bytes b); /* for public data; not constant time */
/* Constant time in the contents; lengths are public. */
bool bytes_equal_secret(struct bytes a, struct bytes b);
/* A malloc'ed, NUL-terminated copy, or NULL when out of memory. */
char *bytes_to_text(struct bytes bytes);

/* The empty buffer is {0}. */
void buffer_add(struct buffer *buffer, const void *data, size_t length);
void buffer_add_bytes(struct buffer *buffer, struct bytes bytes);
/* Also its failure: what `from` could not hold is not silently left out. */
void buffer_add_buffer(struct buffer *buffer, const struct buffer *from);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_byte(struct buffer *buffer, uint8_t byte);
void buffer_add_u16(struct buffer *buffer, uint16_t value); /* big-endian */
void buffer_add_u64(struct buffer *buffer, uint64_t value); /* big-endian */
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for `length` more bytes at the end, counted as written; NULL when out of memory. */
uint8_t *buffer_room(struct buffer *buffer, size_t length);
struct bytes buffer_bytes(const struct buffer *buffer);
MUST_USE enum outcome buffer_outcome(const struct buffer *buffer);
/* A NUL-terminated view of the contents, or NULL when out of memory; owned by the buffer. */
const char *buffer_text(struct buffer *buffer);
void buffer_wipe(struct buffer *buffer); /* wipes, frees, empties; {0} is fine */

uint16_t read_u16(const uint8_t data[static 2]);
uint64_t read_u64(const uint8_t data[static 8]);
void write_u64(uint8_t out[static 8], uint64_t value);

#define OWNED_BUFFER __attribute__((cleanup(buffer_wipe))) struct buffer
