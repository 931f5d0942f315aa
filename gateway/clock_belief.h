/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock_belief.h - may what cannot be undone follow from what the clock says now?
 *
 * One judgement for the whole gateway. Before anything ends, is refused for good, erased, escalated
 * or told as late because a moment came or went, the clock is asked here; while it is in doubt it
 * waits, and is looked at again. The clock is in doubt after it leapt by CLOCK_LEAP_MS or more beside
 * the steady clock, ahead or back, and when the gateway starts CLOCK_AWAY_MS or more from its last
 * nightly round, since nobody can say what the clock did meanwhile. It is believed again once it is
 * back where it was, when a partner signed something that bears our time (a receipt, a message: two
 * clocks that are set by different people), or after CLOCK_BELIEVED_MS of running on, in which a
 * wrong clock is set right, or seen. A clock that stayed right while the machine was suspended did
 * not leap: the steady one went on too.
 *
 * What can be done again goes on meanwhile: rows are taken in, messages leave. Does not judge a
 * clock that is behind the log: gateway/clock_watch.h, which then refuses every change.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "crypto/outcome.h"

struct gateway;

#define CLOCK_LEAP_MS (INT64_C(60) * 60 * 1000)
#define CLOCK_BELIEVED_MS (INT64_C(60) * 60 * 1000)
#define CLOCK_AWAY_MS (INT64_C(36) * 60 * 60 * 1000) /* longer than a round is late by itself */

struct clock_belief { /* {0}: nothing is known of before, so the first look is believed */
    pthread_mutex_t lock;
    int64_t last_ms;  /* wall: of the last nightly round before the start; 0: none */
    bool has_looked;  /* `ahead_ms` counts */
    int64_t ahead_ms; /* of the wall clock before the steady one, when last believed */
    bool doubts;
    int64_t doubt_ms;   /* steady: since when */
    int64_t doubted_ms; /* ahead, then */
};

/* What these two clocks say at one moment: is it believed? From any thread, as all here. */
bool clock_belief_look(struct clock_belief *belief, int64_t wall_ms, int64_t steady_ms);
/* A partner agrees that it was `wall_ms` then. */
void clock_belief_agree(struct clock_belief *belief, int64_t wall_ms, int64_t steady_ms);

/* --- of a gateway --- */

/* Once, when the store is open and before anything asks. */
MUST_USE enum outcome clock_belief_begin(struct gateway *gateway);
/* The time of now; false: nothing that cannot be undone may follow from it. */
bool clock_certain(struct gateway *gateway, int64_t *out_now_ms);
/* A partner signed something that bears the instant `theirs_ms`, when it was `now_ms` here: notes
 * that they agree, when they are no further apart than clocks are, and says so. Only for what is
 * verified. */
bool clock_partner_says(struct gateway *gateway, int64_t theirs_ms, int64_t now_ms);
