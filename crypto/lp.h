/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lp.h - LP(x) = u16be(length) || x: how fields are joined before they are
 * hashed, so that "ab","c" and "a","bc" never give the same bytes.
 *
 * Writes into the caller's own storage (no heap: this stands in hot paths) and
 * remembers its first failure: lp_begin(), lp_add()…, lp_bytes().
 */
#pragma once

#include "crypto/bytes.h"

enum { LP_FIELD_MAX_BYTES = 65535 };

struct lp {
    uint8_t *data;
    size_t capacity;
    size_t length;
    bool failed; /* a field over 65,535 bytes, or storage too small */
};

struct lp lp_begin(uint8_t *storage, size_t capacity);
void lp_add(struct lp *lp, struct bytes field);
void lp_add_text(struct lp *lp, const char *text);
void lp_add_raw(struct lp *lp, struct bytes bytes); /* without a length before it */
/* What was written. Fails with TOO_LARGE when a write did not fit. */
MUST_USE enum outcome lp_bytes(const struct lp *lp, struct bytes *out_bytes);
