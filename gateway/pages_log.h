/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_log.h - a row of the answer of POST /v1/logregels/_zoek in words. Pure.
 */
#pragma once

#include "gateway/pages_words.h"

enum { LOG_INSTANT_BYTES = 24 };

const char *log_event_name(const struct web_view *view, const char *word);
const char *log_role(const struct web_view *view, const json_t *row);
/* The other side of it; "" when it stayed in the house. */
const char *log_other(const struct web_view *view, const json_t *row);
/* "03-12-2026 10:12:44" in Amsterdam; "" when it is no instant. */
void log_print_instant(const char *text, char out[static LOG_INSTANT_BYTES]);

/* pages_log_table.c: for `document`. */
void log_keep_heads(struct web_view *view);
void log_keep_row(struct web_view *view, const json_t *row);
