/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recovery.h - a gateway whose store was put back: what it must do before it is its old self.
 *
 * Its new log begins with a leaf that names the last checkpoint of the one before. Then it asks
 * each partner (kind `herstel`) what it missed since the backup; what it has for a partner waits
 * until that one has taken the question, or until RECOVERY_MOST_MS passed since the restore.
 * Order of use: recovery_mark() in the restore; recovery_start() in the first change of serve();
 * recovery_answered() with the partner's receipt; recovery_waits() before each delivery.
 */
#pragma once

#include <jansson.h>

#include "gateway/gateway.h"

enum {
    /* How much earlier than the backup is asked after: clocks differ, and a receipt may have been
     * under way. What comes twice has its effect once. */
    RECOVERY_MARGIN_MS = 60 * 60 * 1000,
};
#define RECOVERY_MOST_MS (INT64_C(24) * 60 * 60 * 1000)

struct recovery {
    int64_t since_ms;    /* when the backup was made */
    int64_t restored_ms; /* when it was put back; from then on: when it was first started */
};

/* In a store that was put back, before it is in its place. */
MUST_USE enum outcome recovery_mark(struct change *change, const struct recovery *recovery);
/* NOT_FOUND when the store was never put back. */
MUST_USE enum outcome recovery_read(struct view *view, struct recovery *out_recovery);

/* The first leaf of a new log, and the questions to all partners. Does nothing when the log has
 * begun. */
MUST_USE enum outcome recovery_start(struct gateway *gateway, struct audit *audit,
                                     struct change *change);
/* The partner has taken our question, or refused it: it is waited for no longer. */
MUST_USE enum outcome recovery_answered(struct change *change, const struct oin *partner);
/* Is this partner still to answer, and not yet too late? It is waited for too when that cannot be
 * read: what goes before its time does not come back. In a view of its own. */
bool recovery_waits(struct store *store, const struct oin *partner);
/* May a key that partners may still give back to us be missing? For an hour after the first start
 * on a store that was put back, and as long as anybody is waited for. */
MUST_USE enum outcome recovery_keys_may_come(struct view *view, bool *out_may_come);
/* Was this store ever put back? */
MUST_USE enum outcome recovery_was(struct view *view, bool *out_was);
/* A sentence for each partner that is waited for. */
void recovery_warn(struct gateway *gateway, const struct registry *registry, enum language language,
                   json_t *warnings);
