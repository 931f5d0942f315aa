/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * escalation.h - a term passed unanswered for three working days: the lead of the covenant hears
 * it, once, and again when it is answered or ended.
 *
 * At who sent the signal: what was told stands with lead and item, so that the end is told from
 * what was said and not from a record that may be gone. Where we ourselves are the lead nothing
 * travels: it stands among what we were told. At the lead: what was told by whom, until it is
 * settled; a partner that is never heard of again is let go after ESCALATION_KEPT_DAYS. Neither
 * holds anything of a person; both are sealed all the same, since a code about a household is in
 * them.
 */
#pragma once

#include "covenant/escalation_item.h"
#include "covenant/signal.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"

enum {
    ESCALATION_KEPT_DAYS = 400,
    ESCALATIONS_OF_ONE_MAX = 5000, /* that stand here, of one partner: it could fill the store */
};

/* In the change that takes the step. Once for a signal and term: again it does nothing. */
MUST_USE enum outcome escalation_raise(struct gateway *gateway, struct change *change,
                                       const struct kept_signal *kept, const struct signal *signal,
                                       enum term term, struct day due, int64_t now_ms);
/* The lead is told that they are over: of the terms that `progress` has met, or all when it is
 * NULL or has ended. */
MUST_USE enum outcome escalation_settle(struct change *change, struct uuid signal,
                                        const struct progress *progress);

/* To a lead whose store was put back: all that stands, each under the number it had. */
MUST_USE enum outcome escalations_tell_again(struct change *change, const struct oin *lead);

/* --- at the lead --- */

struct escalation { /* one that stands here */
    struct escalation_item item;
    char covenant[SHA256_HEX_BYTES];
    int64_t since_ms; /* when it came */
};
/* In the change. Told again, or settled what does not stand: nothing happens. */
MUST_USE enum outcome escalation_received(struct change *change, const struct oin *from,
                                          const char *covenant, const struct escalation_item *item,
                                          int64_t now_ms);
/* How many of that partner stand. */
MUST_USE enum outcome escalation_standing(struct view *view, const struct oin *from,
                                          uint64_t *out_count);
/* For the nightly round: lets go of some that came too long ago, each with a leaf. Waits for the
 * writer, only when there are any. */
MUST_USE enum outcome escalation_sweep(struct gateway *gateway, struct day today);
/* Those that stand: the first after `after` (empty to begin), NOT_FOUND at the end. */
MUST_USE enum outcome escalation_next(struct view *view, struct buffer *after,
                                      struct escalation *out);
/* How many, at most `most`. Only in a view of one's own. */
MUST_USE enum outcome escalation_count(struct view *view, size_t most, size_t *out_count);
