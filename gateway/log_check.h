/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * log_check.h - the audit log followed from its first leaf, without any secret: rows go in as they
 * are stored, table after table and in the order of their keys. A store may hold several logs, one
 * after the other (gateway/audit.h); each is followed to the root that its last checkpoint signed.
 *
 * Order of use: log_check_begin(); log_check_row() for every row of store/; log_check_end();
 * log_check_wipe(). Does not check tags (no key for it), nor openings against commitments.
 */
#pragma once

#include "crypto/merkle.h"
#include "crypto/note.h"
#include "gateway/store.h"

struct log_rows { /* what one level of the tree came to, over all logs */
    uint64_t count;
    uint8_t digest[32]; /* of each place and hash, in order */
};

struct log_note { /* META log.checkpoint, or log.checkpoint.<number> of a log that ended */
    uint64_t number;
    struct buffer text;
};

struct log_check {
    const struct note_key *key; /* of the first log: its name ends in "1"; borrowed */
    uint64_t number, last_number;
    struct merkle_frontier frontier;
    struct log_rows reckoned[MERKLE_TILE_LEVELS_MAX + 1]; /* from the leaves */
    struct log_rows stored[MERKLE_TILE_LEVELS_MAX + 1];   /* as table HASH has them */
    struct log_note *notes;
    size_t note_count;
    struct buffer edge; /* META log.frontier */
};

void log_check_begin(const struct note_key *key, struct log_check *out_check);
/* Rows of other tables pass. Fails with STORE_DAMAGED, OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome log_check_row(struct log_check *check, enum table table, struct bytes key,
                                    struct bytes stored);
MUST_USE enum outcome log_check_end(struct log_check *check);
void log_check_wipe(struct log_check *check);
