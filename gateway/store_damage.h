/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_damage.h - in which table a running gateway met a record that is not what was written, so
 * that somebody can be told where and what to do. Nothing is mended, and all else goes on; at the
 * next start the check refuses it (gateway/store_verify.h).
 *
 * A wrong tag is noted by the store itself. Who finds that a right one does not read says so; the
 * first place stands. Safe from any thread.
 */
#pragma once

#include "gateway/store.h"

void store_damage_met(struct store *store, enum table table);
/* The same of what the change read last. The writer's. */
void store_damage_in_change(struct change *change);
/* Where it was met first since the start; NULL: nowhere. */
const char *store_damaged_table(const struct store *store);
/* For who was led to a row by another one: that it is not there is STORE_DAMAGED, unless it was
 * deleted under this reader, whose moment has it still; then NOT_FOUND. What was stored and does
 * not read is STORE_DAMAGED, a failure of ours stays what it is. */
MUST_USE enum outcome store_named_outcome(struct view *view, enum table table, struct bytes key,
                                          enum outcome outcome);
