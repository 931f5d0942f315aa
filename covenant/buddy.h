/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * buddy.h - a resident who looks for a buddy (vragend), or wants to be one (dragend): a basis record
 * of soort MAATJE with the house itself as its only recipient. It names the other by kind only: a
 * neighbour. Who that will be is not known yet, and no record ever names another resident.
 *
 * The group on the record is the side: VRAGEND or DRAGEND. Nothing leaves under such a record, so
 * that no article needs to speak of it; a proof is never made of it.
 * Pure.
 */
#pragma once

#include "covenant/basis.h"
#include "covenant/covenant.h"

enum buddy_side { BUDDY_ASKS, BUDDY_BEARS, BUDDY_SIDE_COUNT };
const char *buddy_side_word(enum buddy_side side);   /* "VRAGEND", "DRAGEND": on the record */
const char *buddy_side_member(enum buddy_side side); /* "vraagt", "draagt": in a request */

enum { BUDDY_RETENTION_DAYS = 30 }; /* after the end, at most */

/* A choice of this side that counts today: neither withdrawn, replaced nor over. */
bool basis_is_live_buddy(const struct basis *basis, enum buddy_side side, struct day today);
/* May it be recorded: a corporation's own resident, one side, by consent? */
bool buddy_fits(const struct basis *basis, const struct party *self);
