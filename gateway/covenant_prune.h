/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_prune.h - versions of covenants that nothing here speaks of any more go, so that there
 * is room for new ones.
 *
 * A version may go a month after it was replaced, and one that never began a month after the version
 * it follows was, when no record of the store names it: no signal, no consent, nothing that waits.
 * The oldest of a line goes first, so that none that was replaced could come back. Done only when
 * more than half of the places are taken. The log keeps the fingerprint; whoever must check it
 * keeps the file.
 */
#pragma once

#include "gateway/gateway.h"

struct prune_watch {
    int64_t looked_ms; /* when last; 0: not yet */
};

/* On the timer's thread, and looks once a day. Waits for the writer, only when something goes. */
MUST_USE enum outcome covenant_prune_look(struct prune_watch *watch, struct gateway *gateway,
                                          int64_t now_ms);
/* Now, however many places are taken: how many went. */
MUST_USE enum outcome covenant_prune(struct gateway *gateway, int64_t now_ms, size_t *out_gone);
