/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * retained.h - what is kept here of whom, and until which day: beside each record with something
 * personal in it stand a row under its dossier and a row under the day on which it must be looked
 * at. Neither says anything about a person.
 *
 * The day is when to look, not a verdict: gateway/retention.h then reads the record itself, and
 * looks again later when its term turns out to end later (a receipt came after it was planned).
 * A row whose record is gone is passed over. Amsterdam's days.
 */
#pragma once

#include "covenant/basis.h"
#include "covenant/day.h"
#include "crypto/uuid.h"
#include "gateway/dossier.h"
#include "gateway/store.h"

enum record_kind { RECORD_RECEIVED = 'r', RECORD_SENT = 's', RECORD_BASIS = 'b' };
#define RECORD_KINDS "rsb"

struct retained {
    enum record_kind kind;
    struct uuid id;
    char dossier[DOSSIER_BYTES];
    uint64_t sequence; /* in INBOX_ORDER or SENT_ORDER; 0 for a basis record */
    struct day look;   /* the first day on which it may have to go */
    bool fades;        /* of retained_due(): not the record, but the tombstone in its place */
};

/* In the change that stores the record. Planning it again moves the day. */
void retained_put(struct change *change, const struct retained *retained);
/* Both rows. What is not there is passed over. */
MUST_USE enum outcome retained_delete(struct change *change, enum record_kind kind, struct uuid id,
                                      const char *dossier);
/* Sequence and day of one record; NOT_FOUND. */
MUST_USE enum outcome retained_get(struct view *view, enum record_kind kind, struct uuid id,
                                   const char *dossier, struct retained *out);
/* Of one dossier, in the order of kind and id: the first after `after`, NULL for the first of all.
 * NOT_FOUND at the end. */
MUST_USE enum outcome retained_of_dossier(struct view *view, const char *dossier,
                                          const struct retained *after, struct retained *out);
/* The first row that is to be looked at on or before `today`; NOT_FOUND. Its dossier and sequence
 * stay empty: they stand with the record. */
MUST_USE enum outcome retained_due(struct view *view, struct day today, struct retained *out);
/* Only the row of that day goes; with `again` it comes to stand under another day. */
void retained_looked(struct change *change, const struct retained *looked);
void retained_look_again(struct change *change, const struct retained *looked, struct day again);
/* A tombstone is to be looked at on that day. */
void retained_fade(struct change *change, enum record_kind kind, struct uuid id, struct day day);

/* A signal goes that many days after its receipt, the day of the receipt not counted: on the day
 * after the last one it may be kept. */
struct day retained_signal_until(int64_t received_ms, int retention_days);
/* A basis record likewise after it ended: its last day, or the day on which it was withdrawn. */
struct day retained_basis_until(const struct basis *basis);
/* Plans a basis record from what stands in it. */
void retained_put_basis(struct change *change, const struct basis *basis);
