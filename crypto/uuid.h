/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * uuid.h - RFC 9562 identifiers: version 4 for items (random, so that two
 * recipients cannot join their tables), version 7 for messages and transactions
 * (time first, so that a store keeps them in order).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { UUID_TEXT_BYTES = 37 }; /* with the closing NUL */

struct uuid {
    uint8_t bytes[16];
};

struct uuid uuid_v4(void);
/* Looks drawn, and is not: what a keyed hash gave. */
struct uuid uuid_of_hash(const uint8_t hash[static 16]);
struct uuid uuid_v7(int64_t now_ms); /* random below the millisecond: not a sequence */

/* Only the canonical text: 36 characters, lower case, RFC variant; any version. */
bool uuid_parse(const char *text, struct uuid *out);
void uuid_print(struct uuid uuid, char out[static UUID_TEXT_BYTES]);
int uuid_version(struct uuid uuid); /* 1..15 */
bool uuid_equal(struct uuid a, struct uuid b);
