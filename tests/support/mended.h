/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mended.h - a request, the covenant it is asked of and the statements about it, copied, so that the
 * fix a refusal names can be carried out on the copy: no more than what its text says.
 */
#pragma once

#include "covenant/decision.h"

enum { MENDED_PARTIES = 12, MENDED_ARTICLES = 24 };

struct mended {
    struct request request; /* points at the copies */
    struct covenant covenant;
    struct standing standing;
    struct party parties[MENDED_PARTIES];
    struct article articles[MENDED_ARTICLES];
    char epoch[EPOCH_TEXT_BYTES];
};

/* False when the text says that nothing would allow it, or asks what this cannot do: then the
 * copy is as it was. */
bool mend(struct mended *mended, const struct request *request, const struct decision *refused);
