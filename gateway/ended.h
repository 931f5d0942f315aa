/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ended.h - what was withdrawn stays withdrawn: a row for each proof, signal and token that ended,
 * so that what comes later under it is refused, in whatever order the two arrive; and which
 * signals rest on which proof.
 *
 * Every name is kept as a keyed hash, and nothing else of a person. Rows are never taken away:
 * a proof that was replayed in a year is refused then too.
 */
#pragma once

#include "covenant/withdrawal_item.h"
#include "gateway/dossier.h"

/* The keyed hashes of different things never meet: each has its own label. */
enum ended_what {
    ENDED_PROOF,  /* a partner's: its OIN, the proof's id */
    ENDED_SIGNAL, /* a partner's: its OIN, the item's id */
    ENDED_TOKEN,  /* any sender's: "", the token */
    ENDED_OWN,    /* a signal of ours, or an answer under secrecy: "", the item's id */
    ENDED_RECORD, /* a basis record of ours: "", its number */
    ENDED_GIVEN,  /* a proof of ours: the recipient, the proof's id; for under_put() only */
};

struct ended_name {
    enum ended_what what;
    const struct oin *partner; /* NULL where it says "" */
    const char *text;
};

struct ended {
    int64_t at_ms;
    int64_t sequence; /* of the state that ended a proof; else 0 */
    enum withdrawal_reason reason;
    struct uuid withdrawal; /* the record here that tells of it; zeros: none */
};

/* NOT_FOUND when it did not end. */
MUST_USE enum outcome ended_get(struct view *view, const struct ended_name *name,
                                struct ended *out_ended);
/* The first ending stands; a later one only raises the sequence. Of a token the latest stands: a
 * consent that was given in between ended too. */
MUST_USE enum outcome ended_put(struct change *change, const struct ended_name *name,
                                const struct ended *ended);

/* --- which signals came, or went, under a proof --- */

struct under {
    struct uuid item;
    struct uuid record; /* the basis record, of a proof of ours; else zeros */
};
MUST_USE enum outcome under_put(struct change *change, const struct ended_name *proof,
                                const struct under *under);
/* The next after the item `after` (NULL begins); NOT_FOUND at the end. */
MUST_USE enum outcome under_next(struct view *view, const struct ended_name *proof,
                                 const struct uuid *after, struct under *out_under);
