/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recovery_item.h - the item of soort herstel: a party whose store was put back asks another for
 * what it missed since then.
 *
 *   {"id": UUID, "vanOp": instant}
 *
 * Names nobody. What follows are ordinary messages, each item under the id that it had, so that
 * asking twice has its effect once. Pure.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

struct recovery_item {
    char id[UUID_TEXT_BYTES];
    int64_t since_ms; /* vanOp */
};

/* Fails with MALFORMED. */
MUST_USE enum outcome recovery_item_parse(const json_t *object, struct recovery_item *out_item,
                                          struct fault *fault);
/* Adds the JSON. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome recovery_item_print(const struct recovery_item *item, struct buffer *out);
