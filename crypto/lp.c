/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/lp.h"

#include <string.h>

struct lp lp_begin(uint8_t *storage, size_t capacity)
{
    return (struct lp){.data = storage, .capacity = capacity};
}

void lp_add_raw(struct lp *lp, struct bytes bytes)
{
    if (lp->failed || bytes.length > lp->capacity - lp->length) {
        lp->failed = true;
        return;
    }
    if (bytes.length)
        memcpy(lp->data + lp->length, bytes.data, bytes.length);
    lp->length += bytes.length;
}

void lp_add(struct lp *lp, struct bytes field)
{
    const uint8_t length[2] = {(uint8_t)(field.length >> 8), (uint8_t)field.length};

    if (field.length > LP_FIELD_MAX_BYTES)
        lp->failed = true;
    lp_add_raw(lp, bytes_of(length, sizeof length));
    lp_add_raw(lp, field);
}

void lp_add_text(struct lp *lp, const char *text)
{
    lp_add(lp, bytes_of_text(text));
}

enum outcome lp_bytes(const struct lp *lp, struct bytes *out_bytes)
{
    if (lp->failed)
        return OUTCOME_TOO_LARGE;
    *out_bytes = bytes_of(lp->data, lp->length);
    return OUTCOME_OK;
}
