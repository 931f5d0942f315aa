/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * slip_lines.h - a page of labelled lines, made once and printed as text or HTML: how
 * slip.c lays out a slip and a form. For slip.c only.
 *
 * Order of use: fill title and opening; slip_line() for each; slip_lines_outcome(); print;
 * slip_lines_wipe(). A line of `slip_line` is never NULL: past the last it is one that is thrown
 * away, and the outcome says so.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/outcome.h"

enum { SLIP_LINES_MAX = 24, SLIP_OPENINGS = 2, SLIP_SIGNATURES = 3 };

struct slip_lines {
    enum language language;
    const char *title;
    const char *opening[SLIP_OPENINGS];      /* sentences before the lines; NULL: none */
    const char *signatures[SLIP_SIGNATURES]; /* lines to sign on; NULL: none */
    size_t count;
    const char *members[SLIP_LINES_MAX]; /* of the record, for whoever compares */
    const char *labels[SLIP_LINES_MAX];
    struct buffer values[SLIP_LINES_MAX + 1];
};

/* The value of the next line, to be filled. `member` and `label` are borrowed. */
struct buffer *slip_line(struct slip_lines *lines, const char *member, const char *label);
/* OUT_OF_MEMORY, or INTERNAL for a line too many. */
MUST_USE enum outcome slip_lines_outcome(const struct slip_lines *lines);
MUST_USE enum outcome slip_lines_text(const struct slip_lines *lines, struct buffer *out);
MUST_USE enum outcome slip_lines_html(const struct slip_lines *lines, struct buffer *out);
void slip_lines_wipe(struct slip_lines *lines);
#define OWNED_SLIP_LINES __attribute__((cleanup(slip_lines_wipe))) struct slip_lines
