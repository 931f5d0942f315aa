/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_copy.h - a draft of a new covenant after the example of another: for the next
 * flat, the next neighbourhood.
 *
 * The copy has an id, title and dates of its own, is version 1.0.0 and follows no version. It has
 * no key documents, so nobody is bound by it and it cannot be added before each party has given
 * its own. Statements, consents and shared keys belong to a fingerprint or an id, so none comes
 * along. Everything else is the same. Pure.
 */
#pragma once

#include "covenant/covenant.h"

struct covenant_copy {
    const char *id, *title;
    struct day from, until;
    struct day evaluation;
};

/* Adds the text of the draft, which loads. Fails with MALFORMED and fills the fault (an id that is
 * not one or is the same, a title too long, dates that do not follow), OUT_OF_MEMORY. */
MUST_USE enum outcome covenant_copy(const struct covenant *covenant,
                                    const struct covenant_copy *copy, struct buffer *out,
                                    struct covenant_fault *fault);
/* The last day on which a covenant from that day may be evaluated when nobody says when: within
 * its window, and within a year. */
struct day covenant_copy_evaluation(struct day from, struct day until);
