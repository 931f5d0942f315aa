/* SPDX-License-Identifier: EUPL-1.2 */
/* A store from before there was a daily run: its records get the rows of gateway/retained.h and
 * gateway/dossier.h that are put beside new ones. In pieces; done again from the beginning after a
 * restart, which changes nothing. */
#pragma once

#include "gateway/retention.h"

/* One piece; *out_filled when none is left. */
MUST_USE enum outcome retention_fill(struct gateway *gateway, struct retention_watch *watch,
                                     bool *out_filled);
