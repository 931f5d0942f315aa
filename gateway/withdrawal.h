/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withdrawal.h - the record of one withdrawal, recall or objection: what ended, what became of
 * what was sent under it, whom we told and what each of them answered. Its statement is printed
 * from it, today or in a year.
 *
 * Names the person by dossier number only. Life: withdrawal_get() or fill; withdrawal_put();
 * withdrawal_wipe(). Does not tell anybody: gateway/withdrawals.h.
 */
#pragma once

#include "covenant/receipt.h"
#include "covenant/role.h"
#include "covenant/withdrawal_item.h"
#include "gateway/dossier.h"
#include "gateway/store.h"

/* By address each party is told by its token of each covenant, purpose and half-year: eight of two
 * purposes each, under as many covenants and keys as a gateway has. */
enum { WITHDRAWAL_RECORDS_MAX = 256, WITHDRAWAL_TOLD_MAX = 4096 };

struct told { /* one partner, about one thing */
    struct oin partner;
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    int article;                     /* of the signal that it is about; 0: of none alone */
    struct withdrawal_item item;
    int64_t answered_ms;             /* ontvangenOp of the receipt; 0: not yet */
    bool refused;                    /* it would not take it: it will be asked again */
    char code[RECEIPT_CODE_BYTES];   /* VERWIJDERD, BEWAARD, or why it refused; "" */
    char message[UUID_TEXT_BYTES];   /* the one whose receipt it is; "" */
    uint8_t leaf_hash[SHA256_BYTES]; /* the partner's own leaf of it */
};

struct withdrawal {
    char id[UUID_TEXT_BYTES]; /* version 7: in order of time */
    int64_t at_ms;
    enum withdrawal_reason reason;
    enum role role;      /* of who took it here; SYSTEEM: nobody did */
    struct oin from;     /* the partner that told us; "" : our own desk */
    char dossier[DOSSIER_BYTES]; /* "" when there is none here */
    char records[WITHDRAWAL_RECORDS_MAX][UUID_TEXT_BYTES]; /* basis records that ended, the first */
    size_t record_count;
    uint32_t purposes;  /* of these, or objected to */
    int64_t waiting;    /* signals of ours that had not left */
    int64_t under_way;  /* that were on their way */
    int64_t delivered;  /* that had arrived */
    int64_t erased;     /* received here, and erased */
    int64_t kept;       /* received here, and kept under a statute */
    bool searching;     /* what was received here is still being looked up */
    uint64_t first_leaf, last_leaf; /* positions in our log, both included */
    size_t told_count;
    struct told *told; /* owned */
};

void withdrawal_wipe(struct withdrawal *withdrawal); /* {0} is fine */
#define OWNED_WITHDRAWAL __attribute__((cleanup(withdrawal_wipe))) struct withdrawal

/* A place for one more that is told; lent until the next. TOO_MANY, OUT_OF_MEMORY. */
MUST_USE enum outcome withdrawal_add(struct withdrawal *withdrawal, struct told **out_told);

MUST_USE enum outcome withdrawal_print(const struct withdrawal *withdrawal, struct buffer *out);
/* STORE_DAMAGED when it does not read; OUT_OF_MEMORY. */
MUST_USE enum outcome withdrawal_read(struct bytes text, struct withdrawal *out_withdrawal);

/* NOT_FOUND; as withdrawal_read(). */
MUST_USE enum outcome withdrawal_get(struct view *view, const char *id,
                                     struct withdrawal *out_withdrawal);
MUST_USE enum outcome withdrawal_put(struct change *change, const struct withdrawal *withdrawal);
