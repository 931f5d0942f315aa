/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake.h - what becomes of rows handed in on POST /v1/invoer: each is counted,
 * sent under an article, known already, or refused with a reason and a fix.
 *
 * intake_decide() is done before the writer: lane, recipient, article, token,
 * proof, item. intake_store() is done in the change: is the row known, which
 * dossier, and everything that follows, with a leaf for each row.
 */
#pragma once

#include "covenant/adapter.h"
#include "covenant/basis.h"
#include "covenant/import_row.h"
#include "covenant/signal.h"
#include "gateway/basis_use.h"
#include "gateway/call.h"
#include "gateway/dossier.h"

enum {
    INTAKE_ROWS_MAX = 500,
    INTAKE_PARTS_MAX = 20000, /* rows for all, a part for each partner */
    INTAKE_ADAPTER_BYTES = 33,
    INTAKE_SOURCE_BYTES = STORE_HASH_BYTES + 16,
};

enum intake_result {
    INTAKE_COUNTED,
    INTAKE_SENT_CONSENT,
    INTAKE_SENT_LAW,
    INTAKE_KNOWN,
    INTAKE_REFUSED,
    INTAKE_RESULT_COUNT
};
const char *intake_result_word(enum intake_result result); /* "GETELD" */

struct intake_row {
    struct import_row row;
    enum intake_result decided;   /* before the store was asked */
    enum intake_result result;    /* after */
    enum refusal refusal;         /* REFUSAL_NONE unless refused by the covenant */
    enum import_fault_code fault; /* counts when has_fault: refused for its form */
    bool has_fault;
    char choices[128]; /* of codes or recipients, when they are ambiguous; "" */
    const struct article *article;
    const struct party *to;
    struct identity identity;
    bool has_identity;
    char id[UUID_TEXT_BYTES]; /* of the item */
    uint32_t fields;          /* bit_of(enum field): what leaves of it */
    struct buffer item;       /* JSON of the signal */
    struct basis_list earlier; /* what the resident chose before, as it stood when decided */
    struct basis_wish wish;    /* what it needed of that; counts when there is a basis */
    struct basis *basis;       /* what it rests on: came with the row, or as `desk` says; NULL */
    bool desk;                 /* a record that was made at a desk: a copy of it */
    char replaces[UUID_TEXT_BYTES]; /* the signal that it sent before, recalled by this; "" */
    char merged[UUID_TEXT_BYTES];   /* KNOWN: an open signal of relapse that stands for it; "" */
    struct day merged_day;          /* on which that was handed in */
    char merged_dossier[DOSSIER_BYTES];
    bool has_housing; /* an agreement in three parts, with what was agreed */
    struct housing_agreement housing;
    char housing_record[UUID_TEXT_BYTES]; /* the resident's choice that it rests on */
    uint8_t digest[SHA256_BYTES];
    size_t repeats; /* own reports of nuisance about the address of late, when there is something to
                       advise (gateway/repeat.h); 0 */
    const struct party *part; /* of a row for all: what this party gets of it; NULL: a whole row */
};

struct intake {
    struct call *call;
    bool trial; /* proef: decide, store nothing but the log */
    char adapter[INTAKE_ADAPTER_BYTES];
    const struct known_covenant *known;
    const struct party *self;
    size_t count;
    struct intake_row *rows;
};

/* Puts in the place of each row whose recipient is "ALLEN" a part for each other party, which is
 * then decided, kept, refused and logged as a row of its own (intake_matrix.c). Before
 * intake_decide(). Fails with TOO_LARGE (over INTAKE_PARTS_MAX) or OUT_OF_MEMORY. */
MUST_USE enum outcome intake_expand(struct intake *intake);
/* Of a part that is refused: does another part of the same row go out, or count? */
bool intake_others_go(const struct intake *intake, const struct intake_row *row);

/* Fails only for want of memory or randomness: a refusal is the row's. */
MUST_USE enum outcome intake_decide(struct intake *intake, struct intake_row *row);
/* An id that the same row always gets from this gateway, and no other: of what is told apart by
 * `label` ("bericht", "grondslag"). So a row that is pushed again after a restore is known to the
 * partner that had it. Keyed: who does not have the store's key cannot tell it from a drawn one,
 * nor whether two partners got the same row. */
MUST_USE enum outcome intake_id(const struct intake *intake, const struct intake_row *row,
                                const char *label, char out[static UUID_TEXT_BYTES]);
/* In the change; sets row->result. */
MUST_USE enum outcome intake_store(struct intake *intake, struct intake_row *row,
                                   struct change *change);
/* Is the row known? KNOWN, or what was decided; with other content than before it also says which
 * signal it `replaces`. REFUSED (GEWIJZIGD) only where what came before was counted, or stands
 * in the same push. */
MUST_USE enum outcome intake_known(struct intake *intake, struct intake_row *row,
                                   struct view *view);

/* Within the two above (intake_replace.c): what is kept of a row; a row that changed; the recall of
 * what it sent before. */
struct bytes intake_source_value(const struct intake_row *row,
                                 const uint8_t content[static STORE_HASH_BYTES],
                                 uint8_t out[static INTAKE_SOURCE_BYTES]);
MUST_USE enum outcome intake_changed(const struct intake *intake, struct intake_row *row,
                                     struct bytes earlier, struct view *view);
MUST_USE enum outcome intake_take_back(struct intake *intake, const struct intake_row *row,
                                       struct change *change);

void intake_row_wipe(struct intake_row *row);
