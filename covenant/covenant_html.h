/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_html.h - the whole covenant on one printed A4: the same words as
 * covenant_text.h, as a page without script or outside reference.
 *
 * The type becomes smaller, then signals are grouped and shared fields stand once,
 * until it fits by a careful estimate (a browser's own fonts decide in the end;
 * `make pages` asks one). What cannot fit stands in an annex on further pages, and
 * the first page says so. Pure.
 */
#pragma once

#include "covenant/covenant_page.h"

/* Adds UTF-8 to `out`; fails with OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_print_html(const struct covenant *covenant,
                                          const struct covenant_page *page, struct buffer *out);
