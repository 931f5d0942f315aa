/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * statements.h - where signed statements and shared keys stand in the store.
 */
#pragma once

#include "gateway/registry.h"

/* The party's `sequence`-th statement about the covenant. */
MUST_USE enum outcome statement_put(struct change *change, const char *fingerprint,
                                    const struct oin *party, int64_t sequence,
                                    struct bytes envelope);
/* OK when it is there now; EXISTS when another key stands under that half-year. */
MUST_USE enum outcome shared_key_put(struct change *change, const char *covenant_id,
                                     const char *epoch, const uint8_t key[static SHARED_KEY_BYTES]);
