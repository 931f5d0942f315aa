/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * release.h - the answer AFGH of a secrecy-bound partner: planned at receipt, let
 * go at its fixed hour whatever happened, so that it says nothing about anybody.
 */
#pragma once

#include "covenant/terms.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"

/* In the change that takes the signal in. */
MUST_USE enum outcome release_plan(struct change *change, const char *item_id, int64_t received_ms,
                                   const struct terms *terms);
/* Plans it once more, when its hour lies at or after `since_ms`: an hour that passed is let go at
 * the next pass, under the same id. */
MUST_USE enum outcome release_plan_again(struct change *change, const char *item_id,
                                         int64_t received_ms, const struct terms *terms,
                                         int64_t since_ms);
/* The signal is erased: what its release must say, which is nothing about anybody, comes to stand
 * with the release itself. Does nothing when none is planned. */
MUST_USE enum outcome release_detach(struct change *change, const struct kept_signal *kept,
                                     const struct signal *signal, const struct terms *terms);
/* At 17:00 on the next working day: for a signal of which the resident lets us tell more. */
MUST_USE enum outcome release_later(struct change *change, const struct uuid *item, int64_t now_ms);
/* Is an hour planned for this signal? Walks all that are planned: not for every message. */
MUST_USE enum outcome release_stands(struct view *view, const struct uuid *item, bool *out_stands);
/* In the writer: lets go what is due, at most a few hundred; *out_more when there is more. */
MUST_USE enum outcome release_due(struct gateway *gateway, struct change *change, int64_t now_ms,
                                  bool *out_more);
/* Is anything due? Read without the writer, so that an idle clock writes nothing. */
bool release_is_due(struct store *store, int64_t now_ms);
