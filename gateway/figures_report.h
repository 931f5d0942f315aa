/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_report.h - the report of one month: what may be shown of the counts, as JSON text.
 * Made once, when the month is closed (gateway/figures_freeze.h), and never again.
 *
 * Everything in it went through covenant/own_count.h, each number once: a quarter is counted only
 * where its months showed nothing. What is not listed (an area, a reason) is not listed whether
 * there was none or a few.
 * "Samen", sums over organisations, will stand beside it, not in it.
 */
#pragma once

#include "covenant/own_count.h"
#include "gateway/figures_month.h"

enum { FIGURES_MONTHS_BACK = 4, FIGURES_REPORT_MAX_BYTES = 1024 * 1024 };

struct report_matter {
    const char *oin, *name;
    const struct code_lists *lists;
    const struct registry *registry; /* the partners there are, and their names */
    int64_t made_ms;
    bool restored, lost; /* a backup was put back since the month began; since it was closed */
    const struct month_figures *months[FIGURES_MONTHS_BACK];  /* this one, and those before it */
    const json_t *earlier[FIGURES_MONTHS_BACK]; /* reports; [0] is not read; NULL: there is none */
    uint64_t addresses;
    struct own_stock *stock; /* of the addresses; what is shown of it is noted there */
    bool *failed;            /* figures_report()'s own */
};

/* Adds the JSON text. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome figures_report(const struct report_matter *matter, struct buffer *out);
