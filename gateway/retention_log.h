/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * retention_log.h - the openings of log entries after their years: what tells whom an entry was
 * about goes, the entry, its hash and every proof stand.
 *
 * Both classes of entry (UITWISSELING, BEHEER) have the term of the setting `logboekJaren`: five
 * years at least, as NEN 7513's statute asks of care providers.
 */
#pragma once

#include "gateway/gateway.h"

/* Which leaf, of the same log, tells that the opening at that position went: its sequence. NOT_FOUND
 * when it did not. */
MUST_USE enum outcome retention_opening_erased(struct view *view, uint64_t position,
                                               uint64_t *out_sequence);
/* From *position on (audit.h), in the order of the log: at most a few hundred, told in one leaf.
 * Leaves *position behind the last that went; *out_more: there may be more. */
MUST_USE enum outcome retention_erase_openings(struct gateway *gateway, struct change *change,
                                               int64_t now_ms, uint64_t *position, bool *out_more);
