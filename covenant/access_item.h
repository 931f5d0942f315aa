/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * access_item.h - the item of soort inzageverzoek: a resident asked another party what is known;
 * the recipient looks up what it has under this token and answers the resident itself.
 *
 *   {"id": UUID, "op": instant, "verzoek": UUID, "pseudoniem": token, "doel": purpose}
 *
 * `verzoek` is one for all items of one request to one recipient, and another for another
 * recipient, so that two of them cannot lay their lists beside each other. Says nothing about who
 * asked to whom the token says nothing. Pure.
 */
#pragma once

#include <jansson.h>

#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/token.h"
#include "crypto/uuid.h"

enum { ACCESS_ITEM_MAX_BYTES = 512 };

struct access_item {
    char id[UUID_TEXT_BYTES];
    int64_t at_ms; /* op: whole seconds */
    char request[UUID_TEXT_BYTES];
    char token[TOKEN_TEXT_BYTES]; /* made for the recipient */
    enum purpose purpose;
};

/* Fails with MALFORMED. */
MUST_USE enum outcome access_item_parse(const json_t *object, struct access_item *out_item,
                                        struct fault *fault);
/* Adds the JSON. Fails with MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome access_item_print(const struct access_item *item, struct buffer *out);
