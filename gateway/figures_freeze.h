/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_freeze.h - on the first day of a month, after the nightly round of gateway/retention.h
 * (so that a clock that leapt closes no month before its time), the report of the month before is
 * made and kept. It is never made anew: a later answer, an erasure or another version of the
 * program change nothing in it.
 *
 * The counts are read beside the writer, since nothing adds to a closed month that its report
 * should know; the writer only puts the text down, with a leaf. Months of downtime are closed one
 * by one. After that the counts that no report needs any more go, in pieces.
 * A restore brings back a store without the reports made since: of a month that may have been
 * closed before, only that is kept, because two reports of one month can be subtracted.
 */
#pragma once

#include "gateway/figures_report.h"

struct figures_watch { /* the timer's; {0} at the start */
    int64_t looked_ms; /* steady */
};

/* For the timer, twice a second; looks once in a few seconds. */
MUST_USE enum outcome figures_pass(struct gateway *gateway, struct figures_watch *watch);

/* The report of a month, lent by the view; NOT_FOUND when it is not closed. */
MUST_USE enum outcome figures_frozen(struct view *view, const char *month,
                                     struct bytes *out_text);
/* "2026-11": a month that a calendar has. */
bool figures_month_is_valid(const char *month);
/* The first month after it whose report is there; NOT_FOUND. "" begins. */
MUST_USE enum outcome figures_frozen_next(struct view *view, const char *after,
                                          char out_month[static FIGURES_MONTH_BYTES],
                                          struct bytes *out_text);
