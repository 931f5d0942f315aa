/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * objections.h - that the resident at an address objected to one purpose: nothing
 * about it leaves this gateway for that purpose any more.
 *
 * Kept under a keyed hash of the identity (dossier_hash_identity()): who has the
 * store without its key cannot tell who objected. Stands until the resident takes
 * it back; nobody else can.
 */
#pragma once

#include "covenant/words.h"
#include "gateway/dossier.h"

/* Fails when it cannot be read: then nothing may leave either. */
MUST_USE enum outcome objection_stands(struct view *view,
                                       const uint8_t identity_hash[static STORE_HASH_BYTES],
                                       enum purpose purpose, bool *out_stands);
/* An earlier one stays as it was. */
MUST_USE enum outcome objection_put(struct change *change,
                                    const uint8_t identity_hash[static STORE_HASH_BYTES],
                                    enum purpose purpose, int64_t now_ms);
/* The resident takes it back: NOT_FOUND when none stands. */
MUST_USE enum outcome objection_lift(struct change *change,
                                     const uint8_t identity_hash[static STORE_HASH_BYTES],
                                     enum purpose purpose);
