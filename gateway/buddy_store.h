/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * buddy_store.h - two residents of this house who were brought together: the numbers of their two
 * choices (covenant/buddy.h) and a day. No name, no note, no score; neither choice says who the
 * other is, and what was matched is kept sealed.
 *
 * A match lives as long as both choices do. When one of them ends, the match ends for both, and
 * stands as stopped, with an alarm by its number, until the desk has told the other resident and
 * closes it. With the erasure of either choice it is gone.
 */
#pragma once

#include "covenant/buddy.h"
#include "gateway/dossier.h"
#include "gateway/gateway.h"
#include "gateway/store.h"

struct buddy_match {
    char id[UUID_TEXT_BYTES];
    char choices[BUDDY_SIDE_COUNT][UUID_TEXT_BYTES]; /* basis records: who asks, who bears */
    struct day since;
    struct day stopped; /* number 0: it stands */
};

/* NOT_FOUND, STORE_DAMAGED, OUT_OF_MEMORY. */
MUST_USE enum outcome buddy_get(struct view *view, const char *id, struct buddy_match *out);
MUST_USE enum outcome buddy_put(struct change *change, const struct buddy_match *match);
/* The match after `id` ("" begins), which becomes its number; NOT_FOUND at the end. */
MUST_USE enum outcome buddy_next(struct view *view, char id[static UUID_TEXT_BYTES],
                                 struct buddy_match *out);
/* The match that this choice is in; NOT_FOUND. */
MUST_USE enum outcome buddy_of_choice(struct view *view, const char *basis_id,
                                      struct buddy_match *out);
enum { BUDDY_DOSSIERS_BYTES = 2 * DOSSIER_BYTES };
/* Whom it is about, for a leaf: both dossiers, a space between. */
MUST_USE enum outcome buddy_dossiers(struct view *view, const struct buddy_match *match,
                                     char out[static BUDDY_DOSSIERS_BYTES]);
/* The match goes, and its alarm. */
MUST_USE enum outcome buddy_remove(struct gateway *gateway, struct change *change,
                                   const struct buddy_match *match);

/* In the change in which a choice ends: its match stops for both. Nothing when it is in none. */
MUST_USE enum outcome buddy_choice_ended(struct gateway *gateway, struct change *change,
                                         const char *basis_id, struct day today);
/* In the change in which a choice is erased: its match goes. Nothing when it is in none. */
MUST_USE enum outcome buddy_choice_erased(struct gateway *gateway, struct change *change,
                                          const char *basis_id);
/* The clock's work: matches of which a choice is over. Waits for the writer, only then. */
MUST_USE enum outcome buddy_look(struct gateway *gateway, struct day today);
