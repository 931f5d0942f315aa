/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * retention.h - the daily run: at three at night in Amsterdam what was kept for its last day is
 * erased, each record with a leaf; tombstones fade in their time, and the openings of log entries
 * go after the years of the settings, while the entries stand.
 *
 * What is due stands in the store, so a restart, days of downtime or a clock that jumps skip
 * nothing: a run that was missed is done at once. Erasing cannot be undone, so while the clock is in
 * doubt (gateway/clock_belief.h) the run waits.
 * In pieces, so that nobody waits long for the writer.
 */
#pragma once

#include "gateway/erasure.h"

struct retention_watch { /* the timer's; {0} at the start */
    int64_t begun_ms;    /* steady: the first pass */
    uint8_t fill[64];    /* of a store from before: how far its rows are planned */
    size_t fill_length;
    unsigned fill_table;
};

/* For the timer, twice a second. Waits for the writer, only when there is something to do. */
MUST_USE enum outcome retention_pass(struct gateway *gateway, struct retention_watch *watch);

struct retention_state {
    struct day day;       /* of the last run that was completed; 0: none yet */
    int64_t done_ms;      /* when that was */
    uint64_t erased;      /* records that went in it */
    uint64_t erased_now;  /* in the one that is under way */
    uint64_t opening;     /* position in the log up to which openings were looked at */
};
/* Zeros before the first pass. */
MUST_USE enum outcome retention_state(struct view *view, struct retention_state *out_state);

/* What is to be erased by its term at that moment; the change's own part of a run, at most a few
 * dozen records. *out_more: there may be more. For the run, and for tests. */
MUST_USE enum outcome retention_erase_due(struct gateway *gateway, struct change *change,
                                          struct day today, uint64_t *out_erased, bool *out_more);
/* The day of the run that should have begun by now. */
struct day retention_day(int64_t now_ms);
