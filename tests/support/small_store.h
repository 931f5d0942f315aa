/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_store.h - a store in a folder of its own, and a way to the bytes as they are
 * stored, below the tags and seals. Stops the test when it cannot do its work.
 */
#pragma once

#include "gateway/store.h"
#include "tests/support/folder.h"

enum { SMALL_MAP_BYTES = 8 << 20, PART_STORE = 0, PART_KEYS = 1, PART_INDEX = 2 };

struct small_store {
    struct folder folder;
    struct store *store;
};

extern const uint8_t small_master[KEY_BYTES];

void small_store_make(struct small_store *small);
void small_store_reopen(struct small_store *small); /* as after a restart */
void small_store_end(struct small_store *small);    /* closes and removes */

struct change *change_of(struct store *store);             /* begun */
void change_done(struct change *change);                   /* committed, and released */
MUST_USE enum outcome change_tried(struct change *change); /* the same, giving the outcome */
void change_dropped(struct change *change);                /* aborted, and released */

/* How many rows a table has now. */
size_t rows_in(struct store *store, enum table table);
/* The value in a view of its own; the caller wipes it. */
MUST_USE enum outcome value_in(struct store *store, enum table table, struct bytes key,
                               struct buffer *out_value);

/* As it stands on disk; a copy that the caller wipes. */
struct buffer stored_bytes(struct view *view, enum table table, struct bytes key);
void put_stored_bytes(struct change *change, enum table table, struct bytes key,
                      struct bytes stored);

/* Takes every place for a reader in store/, so that no view of it can begin; gives them back. */
void small_readers_take(struct store *store);
void small_readers_give(void);
