/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agreement_store.h - agreements in the order in which they end, so that the desk sees first what
 * it must ask again first. Beside each basis record that is one (covenant/agreement.h) stands a row
 * under its last day; it says nothing about a person, and leads nowhere once the record is gone.
 *
 * Written with the record, by basis_put(). Does not judge where an agreement stands.
 */
#pragma once

#include "covenant/agreement.h"
#include "gateway/store.h"

struct agreement_place {
    struct day until;
    char id[UUID_TEXT_BYTES]; /* of the basis record; "" begins */
};
enum { AGREEMENT_PLACE_TEXT_BYTES = DAY_TEXT_BYTES + UUID_TEXT_BYTES };

/* Does nothing when the record is no agreement. */
void agreement_put(struct change *change, const struct basis *basis);
/* The row after `place`, which becomes it; NOT_FOUND at the end, STORE_DAMAGED. */
MUST_USE enum outcome agreement_next(struct view *view, struct agreement_place *place);
/* The row of a record that is gone. */
void agreement_forget(struct change *change, const struct agreement_place *place);

/* "2027-11-22.<id>", for a cursor, and back; false for what is none. */
void agreement_place_print(const struct agreement_place *place,
                           char out[static AGREEMENT_PLACE_TEXT_BYTES]);
bool agreement_place_parse(const char *text, struct agreement_place *out);
