/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures.h - what this gateway counts of its own work, in the change of what happens: signals
 * handed in, answers in time, refusals. So a count is neither lost nor doubled by a crash, and
 * erasing a record later does not change what was counted.
 *
 * A row of TABLE_FIGURE is a name and a number, never a person:
 *   <month>/in/<group>/<area>      signals handed in, also those that were only counted
 *   <month>/partij/<OIN>/<what>    terms that ended in that month, and how they were met
 *   <month>/weg, <month>/klaar     signals delivered in that month; of these, ended by now
 *   <month>/reden/<theme>          refusals
 *   gezien/<month>/<keyed hash>    a row that was counted already: one that is pushed again is
 *                                  refused once, one for several partners is handed in once; gone
 *                                  when the month is closed
 *   adres/<keyed hash>, adressen   addresses of which a partner said that somebody is at work, and
 *                                  how many; a row goes with the last record of its dossier
 * Months are Amsterdam's. What may be shown of it: gateway/figures_report.h.
 * Each of these is for the writer's thread, within its change.
 */
#pragma once

#include "covenant/decision.h"
#include "gateway/figures_words.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"

enum { FIGURES_MONTH_BYTES = 8, FIGURES_DAYS = 32 }; /* of working days; the last: that or more */

enum knelpunt knelpunt_of(enum refusal refusal);

void figures_month(struct day day, char out[static FIGURES_MONTH_BYTES]); /* "2026-11" */

/* A signal was taken in, to be sent or to be counted; `area` may be "". `row`, a keyed hash of it,
 * counts once in a month; without bytes this one counts. */
MUST_USE enum outcome figures_handed_in(struct gateway *gateway, struct change *change,
                                        int64_t now_ms, struct bytes row, const char *code,
                                        const char *area);
/* A pushed row was refused; `row` is a keyed hash of it. */
MUST_USE enum outcome figures_row_refused(struct change *change, int64_t now_ms, struct bytes row,
                                          enum knelpunt why);
/* A signal of ours will not arrive; `code` as in the receipt or the log. */
MUST_USE enum outcome figures_refused(struct change *change, int64_t now_ms, const char *code);
/* Its first receipt has come. */
MUST_USE enum outcome figures_arrived(struct gateway *gateway, struct change *change,
                                      const struct kept_signal *kept, int64_t now_ms);
/* The last of its answers has just been added. */
MUST_USE enum outcome figures_answered(struct gateway *gateway, struct change *change,
                                       const struct kept_signal *kept, int64_t now_ms);
/* It is erased or withdrawn: terms that have not ended yet count no more. */
MUST_USE enum outcome figures_gone(struct gateway *gateway, struct change *change,
                                   const struct kept_signal *kept, int64_t now_ms);
/* The last record of a dossier is erased. */
MUST_USE enum outcome figures_forget(struct gateway *gateway, struct change *change,
                                     const char *dossier);
