/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of an outgoing message share: gateway/outgoing*.c only. */
#pragma once

#include "gateway/outgoing.h"

MUST_USE enum outcome outgoing_new(const struct oin *partner, struct outgoing **out_outgoing);
/* Adds what queued_print() gave. STORE_DAMAGED when it does not read. */
MUST_USE enum outcome outgoing_add(struct outgoing *outgoing, struct bytes text, uint64_t sequence);

/* Why this item may not leave any more, or NULL: the covenant may have ended, or the consent,
 * while it waited. */
const char *outgoing_stopped_by(const struct registry *registry, const struct oin *from,
                                const struct outgoing *outgoing, size_t place, int64_t now_ms);

/* The same when the resident or the melder took it back, or it was erased; NULL: not so. Fails when that cannot be
 * read: then it may not leave either. */
MUST_USE enum outcome outgoing_withdrawn(struct view *view, const struct outgoing *outgoing,
                                         size_t place, const char **out_why);

/* Must it be signed or sealed anew, because a key of ours or of the partner was changed? */
bool outgoing_keys_changed(struct gateway *gateway, const struct registry *registry,
                           const struct outgoing *outgoing, int64_t now_ms);

/* --- within a change --- */

MUST_USE enum outcome outgoing_store(struct change *change, const struct outgoing *outgoing);
void outgoing_delete(struct change *change, const struct outgoing *outgoing);

struct outgoing_leaf {
    enum audit_phase phase;
    enum audit_result result;
    const char *why; /* NULL: nothing to say */
};
MUST_USE enum outcome outgoing_record(struct gateway *gateway, struct change *change,
                                      const struct outgoing *outgoing, size_t place,
                                      struct outgoing_leaf leaf);
/* The item arrived, at that instant; an earlier arrival stands. */
MUST_USE enum outcome outgoing_arrived(struct gateway *gateway, struct change *change,
                                        const struct queued *queued,
                                       int64_t received_ms);
/* The partner refused the item: its sender is told why and its outcome is in the log. */
MUST_USE enum outcome outgoing_refused(struct gateway *gateway, struct change *change,
                                       const struct outgoing *outgoing, size_t place,
                                       const char *why);
/* The item may not go any more. When it was never posted the same; else its outcome is an error, for
 * it may be there, and gateway/recall.h says what follows. */
MUST_USE enum outcome outgoing_ended(struct gateway *gateway, struct change *change,
                                     const struct outgoing *outgoing, size_t place,
                                     const char *why);
