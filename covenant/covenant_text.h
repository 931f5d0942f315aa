/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_text.h - the whole covenant on one A4 as text, with the fingerprint in
 * groups of four: what hangs on paper and is signed for.
 *
 * At most 66 lines of 100 columns. What does not fit follows after a form feed, as
 * an annex, and the first page says so. Pure; the language of a covenant is Dutch,
 * English is for who cannot read that.
 */
#pragma once

#include "covenant/covenant_page.h"

enum { COVENANT_PAGE_LINES = 66 };

/* Adds UTF-8 to `out`; fails with OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_print_text(const struct covenant *covenant,
                                          const struct covenant_page *page, struct buffer *out);

/* "3f9a 11c0 7be2 …": the whole fingerprint in groups of four. */
void fingerprint_print_groups(const char *fingerprint_hex, struct buffer *out);
