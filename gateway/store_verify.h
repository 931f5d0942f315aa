/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_verify.h - every record of the store against its tag or seal, which takes the store's keys.
 *
 * store_verify_some() goes on from a place for a while, in views of its own that are short, so that
 * the writer's pages come free. What takes less than half a second is done before the gateway
 * listens; the rest is for the watch, a thread of its own that ends when all has been seen. A
 * record found damaged ends the writing at once: a store of which one byte is wrong acknowledges
 * nothing.
 */
#pragma once

#include <stdbool.h>

#include "gateway/store.h"

struct verify_place {
    unsigned table; /* TABLE_TOTAL: all seen */
    uint8_t key[ENVIRONMENT_KEY_MAX_BYTES];
    size_t key_length; /* of the last row seen; 0: none yet */
    uint64_t rows;
};

/* Until all was seen or the monotonic clock says `until_ms`. Fails with STORE_DAMAGED; the place is
 * then within the table that is damaged. Fails as store_next(), and can be called again. */
MUST_USE enum outcome store_verify_some(struct store *store, struct verify_place *place,
                                        int64_t until_ms);
bool store_verify_is_done(const struct verify_place *place);

struct store_watch;
/* Goes on from `place` in the background, gently. `on_damaged` is called at most once, on the
 * thread of the watch. Fails with BUSY or OUT_OF_MEMORY. */
MUST_USE enum outcome store_watch_start(struct store *store, const struct verify_place *place,
                                        void (*on_damaged)(void *context), void *context,
                                        struct store_watch **out_watch);
bool store_watch_is_done(struct store_watch *watch); /* all was seen, and sound */
void store_watch_stop(struct store_watch *watch);    /* NULL is fine */
