/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * shared_key_item.h - the item of soort sleutel: the shared key of one covenant
 * and one half-year, from the sleutelgever to each party.
 *
 * Holds a secret: wipe the struct and the printed buffer. The json_t it is parsed
 * from is wiped by json_ready()'s allocator. Pure.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

enum {
    SHARED_KEY_BYTES = 32,
    SHARED_KEY_COVENANT_MAX_BYTES = 64,
    SHARED_KEY_EPOCH_MAX_BYTES = 16,
};

struct shared_key_item {
    char id[UUID_TEXT_BYTES];
    char covenant[SHARED_KEY_COVENANT_MAX_BYTES + 1]; /* its id, for every version */
    char epoch[SHARED_KEY_EPOCH_MAX_BYTES + 1];       /* tijdvak: "2026H2" or "2026H2-1" */
    uint8_t key[SHARED_KEY_BYTES];                    /* sleutel */
};

/* Fails with MALFORMED. */
MUST_USE enum outcome shared_key_item_parse(const json_t *item, struct shared_key_item *out_item,
                                            struct fault *fault);
/* Adds the JSON. Fails with MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome shared_key_item_print(const struct shared_key_item *item, struct buffer *out);
void shared_key_item_wipe(struct shared_key_item *item);
#define OWNED_SHARED_KEY_ITEM __attribute__((cleanup(shared_key_item_wipe))) struct shared_key_item
