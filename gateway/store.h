/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store.h - what the gateway keeps: three LMDB environments in one folder.
 *
 *   store/  business state, replay guard and audit log, in one transaction;
 *   keys/   one data key per sealed record, wrapped; new ones are committed before
 *           store/, those of deleted records go after it;
 *   index/  derived and rebuildable, keyed hashes as keys.
 *
 * Every value carries a tag over (table, key, version, value), because LMDB has
 * no checksums and half of all flipped bits would be believed. What is personal
 * is put with store_put_sealed(): encrypted under a data key of its own, so that
 * deleting that key erases the record from every page and copy.
 *
 * A `struct view` reads a moment; a `struct change` reads and writes and belongs
 * to the one writer (gateway/writer.h). Values lent by a view live until its next
 * read or its end: copy before then.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/key_tree.h"
#include "gateway/environment.h"

/* clang-format off */
/*    name        environment  what: key -> value */
#define TABLES(X)                                                                                  \
    X(META,       STORE) /* name -> state of the house itself */                                   \
    X(LEAF,       STORE) /* sequence -> leaf bytes of the audit log */                             \
    X(HASH,       STORE) /* level, index -> tree hash: level 0 leaves, 1.. full groups of 256 */   \
    X(OPENING,    STORE) /* sequence -> values and salts of its commitments (sealed) */            \
    X(COVENANT,   STORE) /* fingerprint -> raw file */                                             \
    X(STATEMENT,  STORE) /* fingerprint, OIN, sequence -> signed statement */                      \
    X(SHARED_KEY, STORE) /* LP(covenant id), epoch -> key (sealed) */                              \
    X(USER,       STORE) /* certificate fingerprint -> name and roles */                           \
    X(PERSON,     STORE) /* dossier -> identity (sealed) */                                        \
    X(DOSSIER,    STORE) /* keyed hash of an identity, dossier -> nothing */                       \
    X(SENT,       STORE) /* item id -> signal handed in here (sealed) */                           \
    X(SENT_ORDER, STORE) /* sequence -> item id */                                                 \
    X(SOURCE,     STORE) /* keyed hash of (adapter, source key) -> row digest, item id */          \
    X(BASIS,      STORE) /* record id -> basis record (sealed) */                                  \
    X(INBOX,      STORE) /* item id -> signal received (sealed) */                                 \
    X(INBOX_ORDER,STORE) /* sequence -> item id */                                                 \
    X(ITEM_SEEN,  STORE) /* sender OIN, item id -> answer given: effect is once */                 \
    X(MESSAGE_SEEN,STORE)/* sender OIN, message id -> digest and receipt */                        \
    X(QUEUE,      STORE) /* partner OIN, sequence -> item waiting (sealed) */                      \
    X(MESSAGE,    STORE) /* partner OIN, message id -> sealed bytes in delivery */                 \
    X(RELEASE,    STORE) /* due ms, item id -> what is to be sent then */                          \
    X(MATCH,      STORE) /* sequence -> item id waiting to be matched */                           \
    X(COUNT,      STORE) /* month, code, area -> number counted here */                            \
    X(ALARM,      STORE) /* alarm code, what it is about -> since when */                          \
    X(BASIS_OF,   STORE) /* dossier, record id -> nothing */                                       \
    X(RETAINED,   STORE) /* day, kind, record id -> nothing: look then whether it must go */       \
    X(HELD,       STORE) /* dossier, kind, record id -> place in its order, that day */            \
    X(LINK,       STORE) /* dossier, keyed hash of an identity -> nothing: DOSSIER, turned round */ \
    X(TOMBSTONE,  STORE) /* kind, record id -> when and why it was erased; nothing of whom */      \
    X(COVENANT_ORIGIN,STORE) /* fingerprint -> from paper or proposed, by whom, when */            \
    X(NOTICE,     STORE) /* fingerprint, OIN, item id -> what we told, since when, when it arrived */ \
    X(ENDED,      STORE) /* keyed hash of a proof, signal or token -> when and why it ended */       \
    X(UNDER,      STORE) /* keyed hash of a proof, item id -> basis record, of a proof of ours */   \
    X(WITHDRAWAL, STORE) /* id -> what was withdrawn, whom we told, their receipts (sealed) */     \
    X(TOLD,       STORE) /* partner OIN, item id -> since when unanswered, withdrawal id */        \
    X(RECEIPT,    STORE) /* partner OIN, message id -> its signed receipt: withdrawals, early signals */       \
    X(SEEK,       STORE) /* sequence -> withdrawal by token, to be looked up here (sealed) */      \
    X(OBJECTION,  STORE) /* keyed hash of an identity, purpose -> since when */                    \
    X(KEY_DOCUMENT,STORE)/* OIN, number, digest -> envelope: those after the pinned one */        \
    X(REPORTED,   STORE) /* item id -> what proves that an early signal was reported (sealed) */  \
    X(ACCESS,     STORE) /* desk OIN, request id -> a resident's question (sealed) */              \
    X(AGREEMENT,  STORE) /* last day, basis record id -> nothing: agreements as they end */        \
    X(DUE,        STORE) /* due ms, item id, side -> nothing: a term's next step */               \
    X(DUE_STATE,  STORE) /* side, item id -> where it stands in DUE and LATE, the steps taken */   \
    X(LATE,       STORE) /* side, keyed hash of who sent it, day, item id -> term, stage */        \
    X(ESCALATED,  STORE) /* item id, term -> what the lead was told (sealed) */                    \
    X(ESCALATION, STORE) /* sender OIN, item id, term -> what we were told as lead (sealed) */     \
    X(BUDDY,      STORE) /* match id -> two basis records, since when (sealed) */                  \
    X(BUDDY_OF,   STORE) /* basis record id -> the match it is in */                               \
    X(FIGURE,     STORE) /* name -> number counted here: gateway/figures.h */                     \
    X(REPORT,     STORE) /* month -> its report, frozen; "" -> how its stock was first shown */    \
    X(REPEAT,     STORE) /* dossier -> own reports of nuisance of late: gateway/repeat.h (sealed) */ \
    X(HOUSING,    STORE) /* basis record or signal id -> the parts we may read (sealed) */         \
    X(DATA_KEY,   KEYS)  /* key id -> wrapped data key */                                          \
    X(ENTRY,      INDEX) /* keyed hash of (question, value), sequence -> nothing */                \
    X(INDEX_META, INDEX) /* name -> indexed_upto */
/* clang-format on */

enum table {
#define TABLE_ENUM(name, environment) TABLE_##name,
    TABLES(TABLE_ENUM)
#undef TABLE_ENUM
        TABLE_TOTAL
};

struct store; /* opaque */

struct view {
    struct store *store;
    struct transaction parts[3]; /* STORE, KEYS, INDEX; begun when first used */
    struct buffer opened[2];     /* what the last two sealed reads decrypted */
    unsigned turn;
};

struct change {
    struct view view;
    struct buffer scratch, sealed; /* a row as it will stand there, tagged or sealed */
    struct buffer erased;          /* ids of the data keys whose records go */
    struct buffer made;            /* ids of the new ones */
    uint8_t random[4096];          /* drawn once for many records */
    size_t random_left;
    uint64_t next_key;    /* the beginning of the next data key's id */
    enum outcome outcome; /* the first failure sticks */
    uint64_t writes;      /* rows put or deleted so far */
    bool queued;          /* something waits for a partner: wake the delivery after the commit */
};

/* `folder` gets store/, keys/ and index/; `master` is the store's master key (copied
 * into derived keys, not kept). Fails as environment_open. */
MUST_USE enum outcome store_open(const char *folder, size_t map_bytes,
                                 const uint8_t master[static KEY_BYTES], struct store **out_store);
void store_close(struct store *store); /* NULL is fine */

void view_begin(struct store *store, struct view *out_view);
void view_end(struct view *view);
/* Lends the value, checked and, when sealed, decrypted. NOT_FOUND, STORE_DAMAGED. */
MUST_USE enum outcome store_get(struct view *view, enum table table, struct bytes key,
                                struct bytes *out_value);
bool store_has(struct view *view, enum table table, struct bytes key);
/* First row at or after `from`, or after it. The key is lent too. */
MUST_USE enum outcome store_next(struct view *view, enum table table, struct bytes from, bool after,
                                 struct bytes *out_key, struct bytes *out_value);
/* The last row before `bound`. */
MUST_USE enum outcome store_before(struct view *view, enum table table, struct bytes bound,
                                   struct bytes *out_key, struct bytes *out_value);
/* How many rows have a key that begins with `prefix`, at most `most`. No value is looked at. Only
 * in a view of one's own, not in a change. */
MUST_USE enum outcome store_count(struct view *view, enum table table, struct bytes prefix,
                                  size_t most, size_t *out_count);
size_t store_entries(struct view *view, enum table table);
uint64_t store_bytes(struct view *view, enum table table); /* what its rows take on disk */

/* For the writer only. */
MUST_USE enum outcome change_begin(struct store *store, struct change *out_change);
void store_put(struct change *change, enum table table, struct bytes key, struct bytes value);
void store_put_sealed(struct change *change, enum table table, struct bytes key,
                      struct bytes value);
/* Deletes the row and, when it is sealed, its data key. */
void store_delete(struct change *change, enum table table, struct bytes key);
void store_clear(struct change *change, enum table table); /* index/ only */
/* Random bytes from one draw for the whole change. */
void change_random(struct change *change, void *out, size_t length);
/* Commits new keys, then index/, then store/, each only when written to; last the keys of
 * deleted records go. On failure before the end of store/ nothing of it is durable and what
 * was to be deleted can still be read; keys/ may hold orphans, which store_sweep() removes.
 * STORE_FULL: nothing is durable but what index/ says of earlier leaves, and no orphans stay. */
MUST_USE enum outcome change_commit(struct change *change);
void change_abort(struct change *change);

/* Removes data keys without a record: left by a crash between two commits. Fails with
 * STORE_DAMAGED, and removes nothing, when a record has no key or its form is not ours. */
MUST_USE enum outcome store_sweep(struct store *store, size_t *out_removed);
/* The same for a store that is where it always was: then keys of more than one change that are
 * later than every record mean that store/ was put back without keys/, and are STORE_DAMAGED. */
MUST_USE enum outcome store_sweep_after_crash(struct store *store, size_t *out_removed);
/* A new sequence number for a table ordered by one: last key's trailing u64 + 1. A failure to
 * read sticks to the change. */
uint64_t store_next_sequence(struct change *change, enum table table, struct bytes prefix);
/* Keyed hash of a value for use as a key: 16 bytes; `label` keeps the uses apart. */
enum { STORE_HASH_BYTES = 16 };
MUST_USE enum outcome store_hash(const struct store *store, const char *label, struct bytes value,
                                 uint8_t out[static STORE_HASH_BYTES]);
/* For who reads a value: what was stored and does not read is STORE_DAMAGED, a failure of ours
 * (want of memory) stays what it is. */
MUST_USE enum outcome store_read_outcome(enum outcome outcome);
/* Copies store/ and keys/ into the folder, which exists, while the writer goes on. The copy is a
 * store of its own once keys without a record are swept. Does not sync. One at a time; not on the
 * writer's thread. */
MUST_USE enum outcome store_copy(struct store *store, const char *folder);
/* keys/ is written anew without what was deleted, and the old file written over: after that no
 * deleted data key is on the disk any more. store_anew_begin() copies beside the writer; then the
 * writer must commit once, anything or nothing; store_anew_end() says what became of it and writes
 * over the old file. Begin fails with BUSY while a backup is made or keys that it held up still
 * wait for a commit; end with BUSY when somebody kept reading, or the writer did not commit. */
MUST_USE enum outcome store_anew_begin(struct store *store);
MUST_USE enum outcome store_anew_end(struct store *store);
/* Length of the files of store/ and keys/ in a data folder or a copy; 0 for one that is not there. */
uint64_t store_bytes_in(const char *folder);
uint64_t store_free_bytes(const struct store *store);
