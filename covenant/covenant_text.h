/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_text.h - the whole covenant on one A4 in Dutch, as text and as HTML,
 * with the fingerprint in groups of four: what hangs on paper and is signed for.
 *
 * For 10 parties and 12 articles at most 66 lines of 100 columns; larger ones get
 * as many lines as they need. Pure. The language of a covenant is Dutch.
 */
#pragma once

#include "covenant/covenant.h"

enum {
    COVENANT_PAGE_LINES = 66,
    COVENANT_PAGE_COLUMNS = 100,
};

/* Add UTF-8 to `out`; fail with OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_print_text(const struct covenant *covenant, struct buffer *out);
/* One HTML page of the same, without script or outside reference; everything is escaped. */
MUST_USE enum outcome covenant_print_html(const struct covenant *covenant, struct buffer *out);

/* "3f9a 11c0 7be2 …": the whole fingerprint in groups of four. */
void fingerprint_print_groups(const char *fingerprint_hex, struct buffer *out);
