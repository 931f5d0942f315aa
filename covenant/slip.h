/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * slip.h - what a resident takes home of a choice: one page in plain words with every part of the
 * record, and the empty form on which such a choice is written down.
 *
 * Every member of a basis record has a line, but for two that are the house's own: the number of
 * the dossier, which never leaves, and the chain over the events. Both ways of printing come from
 * one list of lines, so that the paper and the screen say the same.
 * Pure. Does not decide and does not look anybody up: names and address come in.
 */
#pragma once

#include "covenant/basis.h"
#include "covenant/contact.h"
#include "covenant/covenant.h"

struct slip {
    const struct basis *basis;
    const struct covenant *covenant; /* names of parties and signal codes */
    const char *organisation;        /* whose desk it is */
    const struct contact *address;   /* NULL: not known here (a signal received) */
    const char *replaces;            /* number of the earlier choice; "" */
    bool waits;                      /* a second member of staff must still confirm */
    enum language language;
};

/* Add the page. Fail with OUT_OF_MEMORY, or MALFORMED when a recipient is no party. */
MUST_USE enum outcome slip_print_text(const struct slip *slip, struct buffer *out);
MUST_USE enum outcome slip_print_html(const struct slip *slip, struct buffer *out);

/* The form for one article, with what it allows to tick and lines to fill in. Fails with
 * OUT_OF_MEMORY, or NOT_ALLOWED when the article needs no consent. */
MUST_USE enum outcome form_print_text(const struct covenant *covenant,
                                      const struct article *article, enum language language,
                                      struct buffer *out);
MUST_USE enum outcome form_print_html(const struct covenant *covenant,
                                      const struct article *article, enum language language,
                                      struct buffer *out);
