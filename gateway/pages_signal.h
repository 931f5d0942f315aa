/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_signal.h - what the pages of a received signal share. `row` is what /v1/postvak says of it.
 */
#pragma once

#include "gateway/pages.h"

/* Is its answer overdue today? */
bool signal_is_late(const struct web_view *view, const json_t *row);
/* Did it end, or go to another? */
bool signal_has_ended(const json_t *row);
/* "te laat", "nieuw", or where it stands: a sign and the words. */
void signal_state(struct web_view *view, const json_t *row);

/* pages_signal_answer.c: the form with only the steps that may come now, and that for passing on.
 */
void signal_offer_answer(struct web_view *view, const json_t *row);
void signal_offer_transfer(struct web_view *view, const json_t *row, const json_t *covenants);
