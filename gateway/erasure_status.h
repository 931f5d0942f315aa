/* SPDX-License-Identifier: EUPL-1.2 */
/* erasure_status.h - when what was erased, for `status` and the metrics: counts and instants. */
#pragma once

#include <jansson.h>

#include "gateway/compaction.h"
#include "gateway/retention.h"

struct erasure_status {
    struct retention_state retention;
    struct compaction_state compaction;
    struct erasure_pending pending;
};

MUST_USE enum outcome erasure_status(struct store *store, struct erasure_status *out_status);
/* NULL when it cannot be told; owned by the caller. */
json_t *erasure_status_json(struct gateway *gateway);
