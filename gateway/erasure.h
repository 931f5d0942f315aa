/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * erasure.h - the end of one record: in one change the record and its data key go, with every row
 * that would still lead to it; what stays is a tombstone without anything personal, and a leaf.
 *
 * After the commit the key is gone from keys/, but not yet from the disk: its bytes lie in pages
 * that are free again. gateway/compaction.h writes keys/ anew within a minute and says so in the
 * log. With the last record of a dossier goes what ties the dossier to a person; the log, which
 * names dossiers only, stands.
 * Stays: that the item was seen (its effect is once), the keyed hash of the row it came from (a
 * file pushed again sends nothing anew), what was counted, and the hour at which a secrecy-bound
 * partner answers, because its silence may not depend on what was erased.
 * Does not tell partners, and does not judge whether a record may go.
 */
#pragma once

#include "gateway/gateway.h"
#include "gateway/retained.h"

/* clang-format off */
/*    name       word              Dutch / English: why */
#define ERASURE_CAUSES(X)                                                                          \
    X(WITHDRAWN, "INGETROKKEN",    "de bewoner trok de toestemming in", "the resident withdrew consent") \
    X(OBJECTION, "BEZWAAR",        "de bewoner maakte bezwaar", "the resident objected")           \
    X(RECALLED,  "TERUGGEROEPEN",  "de melding is teruggeroepen", "the signal was recalled")       \
    X(TERM,      "BEWAARTERMIJN",  "de bewaartermijn is voorbij", "the retention term ended")
/* clang-format on */

enum erasure_cause {
#define ERASURE_CAUSE_ENUM(name, word, nl, en) ERASURE_##name,
    ERASURE_CAUSES(ERASURE_CAUSE_ENUM)
#undef ERASURE_CAUSE_ENUM
        ERASURE_CAUSE_COUNT
};

const char *erasure_cause_word(enum erasure_cause cause);
const char *erasure_cause_text(enum erasure_cause cause, enum language language);

struct tombstone {
    enum erasure_cause cause;
    int64_t at_ms;
    struct oin partner; /* at the other side; text "" for a basis record */
    struct day taken;   /* when the signal came in, or was handed in here */
    /* Keyed hash of the staff number of who handed it in, so that he alone reads what became of
     * it; zeros: nobody. */
    uint8_t reporter[STORE_HASH_BYTES];
};

/* Each in the caller's change, of which a failure undoes all. NOT_FOUND when the record is not
 * here (erased before, or never); STORE_DAMAGED when it does not read. */
MUST_USE enum outcome erase_received(struct gateway *gateway, struct change *change,
                                     struct uuid id, enum erasure_cause cause);
/* Also what of it still waits in the queue; what is on its way is stopped before its next post. */
MUST_USE enum outcome erase_sent(struct gateway *gateway, struct change *change, struct uuid id,
                                 enum erasure_cause cause);
MUST_USE enum outcome erase_basis(struct gateway *gateway, struct change *change, struct uuid id,
                                  enum erasure_cause cause);

/* NOT_FOUND when none lies there. */
MUST_USE enum outcome erasure_tombstone(struct view *view, enum record_kind kind, struct uuid id,
                                        struct tombstone *out);
/* The hash that a tombstone bears of who handed a signal in. */
MUST_USE enum outcome erasure_reporter(const struct store *store, const char *number,
                                       uint8_t out[static STORE_HASH_BYTES]);

/* How many records were erased of which the keys may still lie on the disk. */
MUST_USE enum outcome erasure_pending(struct view *view, uint64_t *out_count);
/* So many of these are gone from the disk too. */
void erasure_done(struct change *change, uint64_t count);
