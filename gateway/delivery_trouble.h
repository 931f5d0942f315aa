/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * delivery_trouble.h - what stands still on its way to a partner and does not pass by itself: one
 * sentence for `status` and `doctor`, that says what somebody can do about it.
 */
#pragma once

#include "covenant/words.h"
#include "crypto/bytes.h"
#include "gateway/deliver.h"

/* Adds nothing when there is nothing. `keyless`: no document of its keys counts here now. */
void delivery_trouble_print(const struct delivery_state *state, const char *name, bool keyless,
                            enum language language, struct buffer *out);
