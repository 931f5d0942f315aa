/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tally.h - how many signals are open, and how many of these are late: numbers for the
 * metrics, from the newest signals of both lists. Opens records one by one, so it is for a worker
 * thread, and at most once a minute; names nobody.
 */
#pragma once

#include "gateway/gateway.h"

enum { TALLY_ROWS_MAX = 5000 }; /* of each list, newest first */

/* Of what was received here. Fails as store_get(); a signal that does not read is STORE_DAMAGED. */
MUST_USE enum outcome tally_received(struct gateway *gateway, int64_t now_ms,
                                     struct tally *out_tally);
/* Of what was sent from here. */
MUST_USE enum outcome tally_sent(struct gateway *gateway, int64_t now_ms, struct tally *out_tally);
