/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_store.h - basis records as this gateway keeps them: sealed under their number, and found
 * through the dossier they are about.
 *
 * Around the record (covenant/basis.h) stands what is nobody's but the house's: which member of
 * staff recorded it, so that he cannot be the one who confirms it, and which record it replaced.
 * Life: basis_get() from the store, basis_put() in a change, kept_basis_wipe().
 * Does not judge what a record allows: covenant/basis.h and gateway/basis_use.h.
 */
#pragma once

#include "covenant/basis.h"
#include "gateway/dossier.h"
#include "gateway/users.h"

struct kept_basis {
    char actor[USER_NUMBER_BYTES];            /* staff number of who recorded it */
    char certificate[USER_FINGERPRINT_BYTES]; /* of the same; "" when it came with a pushed row */
    char replaces[UUID_TEXT_BYTES];           /* the record it took the place of; "" */
    struct basis *basis;                      /* owned */
};

void kept_basis_wipe(struct kept_basis *kept); /* {0} is fine */
#define OWNED_KEPT_BASIS __attribute__((cleanup(kept_basis_wipe))) struct kept_basis

/* NOT_FOUND; STORE_DAMAGED when it does not read; OUT_OF_MEMORY. */
MUST_USE enum outcome basis_get(struct view *view, const char *id, struct kept_basis *out_kept);
/* New or changed: the record, and its place under its dossier. INTERNAL when it is out of bounds. */
MUST_USE enum outcome basis_put(struct change *change, const struct kept_basis *kept);
/* Both rows; the record's data key goes after the commit. */
void basis_delete(struct change *change, const char *dossier, const char *id);

/* The dossier's record after `after` ("" begins), in the order of their numbers; NOT_FOUND at the
 * end. */
MUST_USE enum outcome basis_next(struct view *view, const char *dossier, const char *after,
                                 char out_id[static UUID_TEXT_BYTES]);
