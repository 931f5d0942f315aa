/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * counted.h - what is only counted here: one number for each month, code and area, about nobody.
 */
#pragma once

#include "covenant/day.h"
#include "gateway/store.h"

/* One more. STORE_DAMAGED when the number that stands there does not read. */
MUST_USE enum outcome counted_add(struct change *change, struct day day, const char *code,
                                  const char *area);
