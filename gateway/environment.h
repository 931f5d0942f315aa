/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * environment.h - the door to LMDB: one environment with plain named tables.
 *
 * Caveats of LMDB 0.9 that bind the callers: open an environment once per
 * process and never across fork(); values lent by a transaction are valid until
 * its next write or its end; no transaction is kept over network I/O; it has no
 * page checksums, so gateway/store.h puts a tag on every value.
 *
 * Default sync flags only: a commit returns after the data pages and the meta
 * page are on disk. The first failure of a transaction sticks: later calls do
 * nothing and the commit reports it.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    ENVIRONMENT_TABLES_MAX = 64,
    ENVIRONMENT_KEY_MAX_BYTES = 511, /* LMDB's own default */
};

struct environment; /* opaque; close with environment_close() */

struct transaction {
    struct environment *environment;
    void *handle; /* the MDB_txn; NULL when not begun */
    bool writes;
    bool changed;         /* something was put or deleted */
    enum outcome outcome; /* the first failure; NOT_FOUND does not stick */
};

/* Opens the folder `path`, made first if it is absent: in a temporary folder that is
 * synced and renamed, because LMDB's very first write is not crash-atomic.
 * Takes an exclusive lock, so that a second process is refused.
 * Fails with FILE_WRONG (permissions), STORE_IN_USE, STORE_DAMAGED, STORE_FULL. */
MUST_USE enum outcome environment_open(const char *path, const char *const tables[],
                                       size_t table_count, size_t map_bytes,
                                       struct environment **out_environment);
void environment_close(struct environment *environment); /* NULL is fine */

/* Takes the memory of so many pages now. LMDB keeps for good what its largest commit took: taken at
 * the start, a gateway that has memory for a quiet day has it for a busy one, and whatever grows
 * later is a leak that can be seen. Writes nothing; a map with less room takes what it has.
 * OUT_OF_MEMORY. Before other threads write. */
MUST_USE enum outcome environment_reserve(struct environment *environment, size_t pages);

MUST_USE enum outcome environment_read(struct environment *environment,
                                       struct transaction *out_transaction);
MUST_USE enum outcome environment_write(struct environment *environment,
                                        struct transaction *out_transaction);
/* Ends either kind; after a write transaction's commit this is a no-op. */
void transaction_end(struct transaction *transaction);
/* STORE_FULL: the map is full, nothing was asked of the disk. Any other failure may have left
 * anything between nothing and all of it on disk: the process must not go on writing. */
MUST_USE enum outcome transaction_commit(struct transaction *transaction);

/* NOT_FOUND when absent. The value is lent. */
MUST_USE enum outcome transaction_get(struct transaction *transaction, unsigned table,
                                      struct bytes key, struct bytes *out_value);
void transaction_put(struct transaction *transaction, unsigned table, struct bytes key,
                     struct bytes value);
void transaction_delete(struct transaction *transaction, unsigned table, struct bytes key);
void transaction_clear(struct transaction *transaction, unsigned table);
/* The first row whose key is >= `from` (or > when `after`); NOT_FOUND at the end. */
MUST_USE enum outcome transaction_next(struct transaction *transaction, unsigned table,
                                       struct bytes from, bool after, struct bytes *out_key,
                                       struct bytes *out_value);

/* The last row whose key is < `bound`. */
MUST_USE enum outcome transaction_before(struct transaction *transaction, unsigned table,
                                         struct bytes bound, struct bytes *out_key,
                                         struct bytes *out_value);

/* A walk over rows in key order: {0}-initialise, walk_begin, walk_next until NOT_FOUND,
 * walk_end. Cheaper than transaction_next for many rows. Read-only. */
struct walk {
    void *cursor;
    bool started;
    struct bytes key;
    struct bytes value;
};
MUST_USE enum outcome walk_begin(struct transaction *transaction, unsigned table, struct bytes from,
                                 struct walk *out_walk);
MUST_USE enum outcome walk_next(struct walk *walk); /* fills key and value, lent */
void walk_end(struct walk *walk);

size_t environment_entries(struct transaction *transaction, unsigned table);
/* What its pages take; not those that are free again. */
uint64_t environment_bytes(struct transaction *transaction, unsigned table);

uint64_t environment_map_bytes(struct environment *environment);
/* Bytes that still fit in the map; counted exactly only when below `enough`. */
uint64_t environment_room(struct environment *environment, uint64_t enough);
/* Keeps blocks of the disk behind the file's end. STORE_FULL when there are none: nothing was
 * written then, and the next time may succeed. */
MUST_USE enum outcome environment_keep_blocks(struct environment *environment);
/* Whether the file that is open still stands at its path. What is written to one that was removed
 * or replaced is lost when we end. */
bool environment_is_in_place(const struct environment *environment);
/* Gives back the places of readers whose process died: they hold back every page that is freed. */
unsigned environment_free_readers(struct environment *environment);
/* A compacted copy without free pages into the folder `path` (made 0700). */
MUST_USE enum outcome environment_copy(struct environment *environment, const char *path);

/* --- written anew, so that what was deleted is gone from the disk too --- */

/* Order of use: environment_anew_begin() beside the writer; environment_anew_swap() on the writer's
 * thread, between two of its transactions; environment_anew_end(). At each moment, also of a
 * crash, one whole file stands under its name; environment_open() removes what was left over. */

/* Makes a compacted copy. STORE_FULL when the disk has no room for it; nothing has changed then. */
MUST_USE enum outcome environment_anew_begin(struct environment *environment);
/* What was changed of the table since: keys of `key_length` bytes, one behind another, of rows that
 * were put or deleted. */
struct anew_changes {
    unsigned table;
    struct bytes keys;
    size_t key_length;
};
/* Brings the copy up to date and puts it in the place of the file, once nobody reads: BUSY when
 * somebody still does after `wait_ms`, meanwhile new readers wait. STORE_FAILED: the process must
 * not go on writing; after any other failure all is as it was. */
MUST_USE enum outcome environment_anew_swap(struct environment *environment,
                                            const struct anew_changes *changes, int wait_ms);
/* Writes over and removes the old file, and the copy when it was not used. */
MUST_USE enum outcome environment_anew_end(struct environment *environment);
