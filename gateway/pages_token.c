/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A page of another site can have the browser post a form here under the user's certificate. It
 * cannot read our pages, so it cannot know this token; one of another user, or of last week, does
 * not do either.
 */
#include <assert.h>
#include <stdio.h>

#include "crypto/commitment.h"
#include "gateway/pages.h"

enum { BOUND_BYTES = 65 + 1 + DAY_TEXT_BYTES };

static_assert((int)COMMITMENT_TEXT_BYTES <= (int)WEB_TOKEN_BYTES, "a token fits");
static_assert((int)COMMITMENT_SALT_BYTES == 32, "the key is of its length");

static struct bytes bound_to(const char *fingerprint, struct day day, char out[static BOUND_BYTES])
{
    char text[DAY_TEXT_BYTES];

    day_print(day, text);
    snprintf(out, BOUND_BYTES, "%s %s", fingerprint, text);
    return bytes_of_text(out);
}

enum outcome web_token_make(const uint8_t key[static 32], const char *fingerprint, struct day day,
                            char out[static WEB_TOKEN_BYTES])
{
    char bound[BOUND_BYTES];

    return commitment_print(key, FORM_TOKEN_FIELD, bound_to(fingerprint, day, bound), out);
}

/* Yesterday's too: who began at 23:59 finishes. */
enum outcome web_token_check(const uint8_t key[static 32], const char *fingerprint,
                             struct day today, const char *token)
{
    char bound[BOUND_BYTES];

    for (int ago = 0; ago < 2; ago++) {
        enum outcome outcome = commitment_check(
            token, key, FORM_TOKEN_FIELD, bound_to(fingerprint, day_plus(today, -ago), bound));
        if (outcome != OUTCOME_SIGNATURE_WRONG)
            return outcome;
    }
    return OUTCOME_CSRF;
}
