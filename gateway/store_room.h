/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_room.h - whether there is room for one more change, asked before each: in the map, on
 * the disk, and whether the files are still the ones that were opened.
 *
 * And the memory that a change takes, all of it at once in the beginning.
 *
 * The last part of both is kept for the log and for what gives room back (receipts, messages
 * that leave): a gateway that is full still says no in its log, and drains.
 */
#pragma once

#include <stdint.h>

#include "gateway/store.h"

enum room {
    ROOM_NONE,
    ROOM_FOR_LOG, /* less is left than is kept for the log */
    ROOM_FOR_ALL,
};

/* Below `free_bytes_min` of free disk there is room for the log only, below half of it none.
 * STORE_FAILED when a file of the store is gone from its place, or the disk fails. */
MUST_USE enum outcome store_room(struct store *store, uint64_t free_bytes_min, enum room *out_room);
/* The memory of the largest commit, taken when the store is opened: environment_reserve(). */
MUST_USE enum outcome store_reserve(struct store *store);
/* Places of readers that died; see environment_free_readers(). */
unsigned store_free_readers(struct store *store);
