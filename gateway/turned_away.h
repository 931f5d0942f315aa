/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * turned_away.h - callers who are not known, or who ask too much: counted per
 * listener and cause, a partner by its OIN, one leaf a minute, so that nobody can
 * either stay unseen or fill the log.
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
/* The same of a known partner: its leaf names it. */
void turned_away_count_partner(struct turned_away *turned_away, const struct oin *partner,
                               enum outcome cause);
uint64_t turned_away_total(struct turned_away *turned_away);
/* Since the start, of one listener by one cause; partners that are known too. */
uint64_t turned_away_of(struct turned_away *turned_away, enum listener_kind listener,
                        enum outcome cause);
/* The server's callback; the context is the gateway. */
void turned_away_by_server(void *context, const struct peer *peer, enum outcome cause);
/* Takes the counts so far; false when there are none. */
enum { TURNED_AWAY_PARTNERS_MAX = 64 }; /* pairs of a partner and a cause; more go unnamed */
struct turned_away_partner {
    struct oin oin;
    enum outcome cause;
    uint64_t count;
};
struct turned_away_counts {
    uint64_t of[LISTENER_KIND_COUNT][OUTCOME_COUNT];
    struct turned_away_partner partners[TURNED_AWAY_PARTNERS_MAX];
    size_t partner_count;
};
bool turned_away_take(struct turned_away *turned_away, struct turned_away_counts *out_counts);
/* Gives back what was taken and could not be written. */
void turned_away_give_back(struct turned_away *turned_away,
                           const struct turned_away_counts *counts);
/* In the writer: one leaf for each listener or partner, and cause, that was counted. */
MUST_USE enum outcome turned_away_record(const struct turned_away_counts *counts,
                                         struct audit *audit, struct change *change);
