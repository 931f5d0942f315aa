/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_print.h - a report, or a part of several, for people: as tables for a terminal, as a page
 * to print, as CSV for Excel. From the JSON of the API alone, so the same report gives the same
 * bytes. What is withheld is a dot in all of them.
 */
#pragma once

#include <jansson.h>

#include "gateway/command.h"
#include "gateway/commands.h"

enum figures_form { FIGURES_TERMINAL, FIGURES_HTML, FIGURES_CSV };

struct figures_page {
    enum figures_form form;
    enum language language;
    const struct edge *edge; /* the CSV is written beyond the house */
    struct buffer *out;
};

/* The page's beginning and its end, once each. */
void figures_page_begin(const struct figures_page *page, const char *title);
void figures_page_end(const struct figures_page *page);

/* A whole report, and each of the lists of /v1/nakoming, /v1/knelpunten, /v1/maandrapporten. Fail
 * with OUT_OF_MEMORY. */
MUST_USE enum outcome figures_print_month(const struct figures_page *page, const json_t *report);
MUST_USE enum outcome figures_print_compliance(const struct figures_page *page,
                                               const json_t *months);
MUST_USE enum outcome figures_print_reasons(const struct figures_page *page, const json_t *months);
MUST_USE enum outcome figures_print_fatigue(const struct figures_page *page, const json_t *months);
