/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * turned_away.h - callers who are not known: counted per listener and cause, one
 * leaf a minute, so that a stranger can neither stay unseen nor fill the log.
 */
#pragma once

#include <stdint.h>

#include "gateway/audit.h"
#include "gateway/exchange.h"

struct turned_away;

MUST_USE enum outcome turned_away_new(struct turned_away **out);
void turned_away_free(struct turned_away *turned_away);
/* From any thread. */
void turned_away_count(struct turned_away *turned_away, enum listener_kind listener,
                       enum outcome cause);
uint64_t turned_away_total(struct turned_away *turned_away);
/* The server's callback; the context is the gateway. */
void turned_away_by_server(void *context, enum listener_kind kind, enum outcome cause,
                           const char *address);
/* Takes the counts so far; false when there are none. */
struct turned_away_counts {
    uint64_t of[LISTENER_KIND_COUNT][OUTCOME_COUNT];
};
bool turned_away_take(struct turned_away *turned_away, struct turned_away_counts *out_counts);
/* Gives back what was taken and could not be written. */
void turned_away_give_back(struct turned_away *turned_away,
                           const struct turned_away_counts *counts);
/* In the writer: one leaf for each listener and cause that was counted. */
MUST_USE enum outcome turned_away_record(const struct turned_away_counts *counts,
                                         struct audit *audit, struct change *change);
