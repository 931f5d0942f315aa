/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agreement_watch.h - agreements that end within 30 days: an alarm for the desk, with the number of
 * the agreement and nothing else, until it is renewed, ends or is withdrawn. And buddies of whom one's choice is
 * over (gateway/buddy_store.h). The clock's work.
 */
#pragma once

#include "gateway/gateway.h"

struct agreement_watch { /* {0} at the start; one thread */
    int64_t looked_ms;   /* monotonic */
    bool has_looked;
};

/* Looks at most every five seconds, and waits for the writer only when something changed. */
MUST_USE enum outcome agreement_watch_look(struct agreement_watch *watch, struct gateway *gateway,
                                           int64_t now_ms);
/* One look now: how many alarms were raised or settled, and rows of gone records forgotten. */
MUST_USE enum outcome agreement_look(struct gateway *gateway, int64_t now_ms, size_t *out_done);
