/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * registry_line.h - under which covenant two organisations can reach each other, for what is of none
 * in particular: a question after a restore, the end of a consent of which no signal is left.
 */
#pragma once

#include "gateway/registry.h"

/* One to which the partner agreed, and so has, before one that only came in here; one under which it
 * has keys, and that was not replaced: it may have let go of that one. NULL: they share none. */
const struct known_covenant *registry_line(const struct registry *registry, const struct oin *self,
                                           const struct oin *partner, int64_t now_ms);
