/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock_watch.h - is our own clock to be believed?
 *
 * The log's time never runs back: a leaf that is written while the clock is a little behind
 * the last one takes the last one's time, and order is by sequence. A clock that is further
 * behind than the settings allow (two minutes) was wrong then or is wrong now, and nobody
 * can tell which: so nothing is signed or acknowledged, which `status` and an event say, and
 * it goes on by itself once the clock is right.
 * A clock that jumps while we run, ahead or back, is told in an event and in a leaf: what
 * followed by it may have to be looked at. Ahead the log follows it, because after a suspended
 * machine that is the truth; what cannot be undone does not at once: gateway/clock_belief.h.
 */
#pragma once

#include "gateway/gateway.h"

/* How far the clock is behind the last leaf; 0 or less: it is not. */
MUST_USE enum outcome clock_behind_ms(struct view *view, int64_t now_ms, int64_t *out_behind_ms);
/* CLOCK_WRONG when that is more than the settings allow. */
MUST_USE enum outcome clock_allows(struct view *view, const struct settings *settings,
                                   int64_t now_ms);

struct clock_watch { /* {0} at the start; one thread */
    int64_t ahead_ms; /* of the wall clock before the steady one, at the last look */
    bool has_looked;
    bool behind;    /* the last look found it too far behind the log */
    int64_t jump_s; /* not yet in the log; 0: none */
};
/* Seconds that the wall clock jumped since the last look, back below zero; what is less than a
 * second is not counted. */
int64_t clock_watch_jump(struct clock_watch *watch, int64_t wall_ms, int64_t steady_ms);
/* Looks at both clocks and the log, and tells what changed. Waits for the writer, only after a
 * jump. */
MUST_USE enum outcome clock_watch_look(struct clock_watch *watch, struct gateway *gateway);
