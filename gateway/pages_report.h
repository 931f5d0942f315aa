/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_report.h - the parts of the page Melden: the form, what would happen with it, what did.
 * Pure but for the number that the plan draws.
 */
#pragma once

#include "crypto/uuid.h"
#include "gateway/pages_words.h"

#define REPORT_LOOK    "/melden/bekijken"
#define REPORT_SEND    "/melden/versturen"
#define REPORT_OWN_KEY "pagina-" /* begins the numbers that we draw ourselves */

enum { REPORT_KEY_BYTES = 8 + UUID_TEXT_BYTES };

/* What only rent arrears have; ends with NULL. */
extern const char *const report_of_arrears[];
void report_draw_key(char out[static REPORT_KEY_BYTES]);

void report_form(struct web_view *view, const char *button); /* pages_report_form.c */

/* pages_report_plan.c: of one row of the answer of POST /v1/invoer. */
void report_plan(struct web_view *view, const json_t *row);
void report_refusal(struct web_view *view, const json_t *row);
void report_done(struct web_view *view, const json_t *row);
