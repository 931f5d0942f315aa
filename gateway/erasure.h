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

/* So long it is shown in the lists that the record was there; then its place in them goes too. */
enum { ERASURE_SHOWN_DAYS = 62 };
/* So long after it, longer than any message is valid or any backup should be kept, the tombstone
 * stands, and with it what is remembered of the item's arrival. */
enum { ERASURE_TOMBSTONE_DAYS = 400 };

struct tombstone {
    enum erasure_cause cause;
    int64_t at_ms;
    uint64_t sequence;  /* its place in INBOX_ORDER or SENT_ORDER; UINT64_MAX: none is known */
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
/* Also what of it waits near the head of the queue; what lies deeper, or is on its way, is stopped
 * before it leaves. */
MUST_USE enum outcome erase_sent(struct gateway *gateway, struct change *change, struct uuid id,
                                 enum erasure_cause cause);
MUST_USE enum outcome erase_basis(struct gateway *gateway, struct change *change, struct uuid id,
                                  enum erasure_cause cause);

/* When nothing is kept under the dossier any more, nothing leads from it to a person either; marks of
 * gateway/repeat.h do not hold it, they go with it. */
MUST_USE enum outcome erasure_unlink_when_last(struct gateway *gateway, struct change *change,
                                               const char *dossier);

/* NOT_FOUND when none lies there. */
MUST_USE enum outcome erasure_tombstone(struct view *view, enum record_kind kind, struct uuid id,
                                        struct tombstone *out);
/* The hash that a tombstone bears of who handed a signal in. */
MUST_USE enum outcome erasure_reporter(const struct store *store, const char *number,
                                       uint8_t out[static STORE_HASH_BYTES]);

/* In its time: the record's place in the lists, or the tombstone itself, goes. `out_next` is the day
 * to look again, its number 0 when nothing is left. Does nothing when there is no tombstone. */
MUST_USE enum outcome erasure_fade(struct change *change, enum record_kind kind, struct uuid id,
                                   struct day today, struct day *out_next);

struct erasure_pending { /* records that were erased, of which the keys may still lie on the disk */
    uint64_t count;
    int64_t since_ms; /* the first of them; 0: none */
};
MUST_USE enum outcome erasure_pending(struct view *view, struct erasure_pending *out_pending);
/* So many more were erased by other means than the three above. */
MUST_USE enum outcome erasure_add_pending(struct change *change, uint64_t count);
/* So many of these are gone from the disk too. */
MUST_USE enum outcome erasure_settle_pending(struct change *change, uint64_t count);
