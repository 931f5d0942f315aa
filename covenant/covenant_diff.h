/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_diff.h - what a new version of a covenant adds, takes away and changes,
 * line by line in plain words, so that who signs for it reads what is new.
 *
 * A line is "wider" when more may leave, to more, for longer or under fewer
 * conditions than before; on paper such a line says RUIMER. In doubt it is wider.
 * Articles are matched by their number. Pure. Does not judge whether a change is wise.
 */
#pragma once

#include "covenant/covenant.h"

struct diff_line {
    int article; /* its number; 0: the covenant as a whole */
    bool wider;
    char text[480]; /* UTF-8; cut at a character when it is longer */
};

struct covenant_diff { /* {0} is empty */
    struct diff_line *lines;
    size_t count;
    bool failed; /* out of memory */
};

/* Fails with OUT_OF_MEMORY; wipe in any case. Both stem from the same code lists. */
MUST_USE enum outcome covenant_diff_make(const struct covenant *before,
                                         const struct covenant *after, enum language language,
                                         struct covenant_diff *out_diff);
void covenant_diff_wipe(struct covenant_diff *diff);
#define OWNED_COVENANT_DIFF __attribute__((cleanup(covenant_diff_wipe))) struct covenant_diff

size_t covenant_diff_wider(const struct covenant_diff *diff); /* how many lines are */

/* The whole as a text, and as a page. `before` and `after` give their names. */
MUST_USE enum outcome covenant_diff_text(const struct covenant_diff *diff,
                                         const struct covenant *before,
                                         const struct covenant *after, enum language language,
                                         struct buffer *out);
MUST_USE enum outcome covenant_diff_html(const struct covenant_diff *diff,
                                         const struct covenant *before,
                                         const struct covenant *after, enum language language,
                                         struct buffer *out);
