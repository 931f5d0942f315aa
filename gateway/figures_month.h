/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_month.h - all that was counted of one month, as it stands in the store, before anything
 * of it may be shown (gateway/figures_report.h). Exact numbers: they never leave the gateway.
 */
#pragma once

#include "covenant/import_row.h"
#include "gateway/figures.h"

enum {
    FIGURES_GROUPS_MAX = SIGNAL_GROUPS_MAX + 1, /* and what goes well, first */
    FIGURES_AREAS_MAX = 256,                    /* what is beyond counts under the last one, "" */
    FIGURES_PARTNERS_MAX = COVENANT_PARTIES_MAX,
};

struct partner_figures {
    struct oin oin;
    uint64_t due, in_time;   /* first answers that were due, and came in time */
    uint64_t closing, ended; /* signals that should have ended, and did */
    uint64_t days[FIGURES_DAYS];
};

struct month_figures {
    char month[FIGURES_MONTH_BYTES];
    size_t group_count; /* of the code lists, without the blocked one; 0 is what goes well */
    size_t area_count;
    char areas[FIGURES_AREAS_MAX][IMPORT_COMPLEX_MAX_BYTES + 1];
    uint64_t in[FIGURES_GROUPS_MAX][FIGURES_AREAS_MAX];
    size_t partner_count;
    struct partner_figures partners[FIGURES_PARTNERS_MAX];
    uint64_t reasons[KNELPUNT_COUNT];
    uint64_t delivered, ended; /* signals delivered in that month; of these, ended by now */
};

/* Reads one month; the caller frees. Fails as store_next(), OUT_OF_MEMORY. */
MUST_USE enum outcome month_figures_read(struct view *view, const struct code_lists *lists,
                                         const char month[static FIGURES_MONTH_BYTES],
                                         struct month_figures **out);
void month_figures_free_at(struct month_figures **month);
#define OWNED_MONTH_FIGURES __attribute__((cleanup(month_figures_free_at))) struct month_figures *

/* The group at that place: its word, and its name for people. */
const char *figures_group_word(const struct code_lists *lists, size_t group);
const char *figures_group_name(const struct code_lists *lists, size_t group,
                               enum language language);
/* How many addresses have support now. */
MUST_USE enum outcome figures_addresses(struct view *view, uint64_t *out_count);
