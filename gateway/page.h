/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * page.h - one page of kept signals, newest first: an order table gives sequence
 * -> item id, the signals stand under their id.
 *
 * The page is made by the handler and waits: it is sent once one access leaf, with the
 * dossier of every row on it, is written.
 */
#pragma once

#include "gateway/call.h"
#include "gateway/dossier.h"

/* Adds what the caller may see of one signal to `rows` and gives its dossier; adds nothing and
 * leaves it "" when that is nothing. `value` is lent until the view is read. */
typedef enum outcome page_add(struct call *call, struct view *view, const char *id,
                              struct bytes value, json_t *rows,
                              char out_dossier[static DOSSIER_BYTES]);

/* Adds what may be said of a signal that was erased, or nothing. */
typedef enum outcome page_add_erased(struct call *call, struct view *view, struct uuid id,
                                     json_t *rows);

/* `add_erased` may be NULL: then nothing is. Fills the reply with {"<name>": rows, "volgende": cursor or null} and sets the call's apply. */
MUST_USE enum outcome page_reply(struct call *call, enum table order, enum table signals,
                                 const char *name, page_add *add, page_add_erased *add_erased);
