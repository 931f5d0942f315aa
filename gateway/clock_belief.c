/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/clock_belief.h"

#include <stdlib.h>

#include "covenant/message.h"
#include "gateway/clock.h"
#include "gateway/retention.h"

static void believe(struct clock_belief *belief, int64_t ahead_ms)
{
    belief->has_looked = true;
    belief->doubts = false;
    belief->ahead_ms = ahead_ms; /* so that a clock that runs a little fast never leaps */
}

/* Under the lock. */
static bool is_where_it_was(const struct clock_belief *belief, int64_t wall_ms, int64_t ahead_ms)
{
    if (belief->has_looked)
        return llabs(ahead_ms - belief->ahead_ms) < CLOCK_LEAP_MS;
    return !belief->last_ms || llabs(wall_ms - belief->last_ms) <= CLOCK_AWAY_MS;
}

/* Under the lock. A second leap begins the hour anew: it is another time that must be believed. */
static bool ran_on(struct clock_belief *belief, int64_t ahead_ms, int64_t steady_ms)
{
    if (!belief->doubts || llabs(ahead_ms - belief->doubted_ms) >= CLOCK_LEAP_MS) {
        belief->doubts = true;
        belief->doubt_ms = steady_ms;
        belief->doubted_ms = ahead_ms;
    }
    return steady_ms - belief->doubt_ms >= CLOCK_BELIEVED_MS;
}

bool clock_belief_look(struct clock_belief *belief, int64_t wall_ms, int64_t steady_ms)
{
    const int64_t ahead_ms = wall_ms - steady_ms;
    bool believed;

    pthread_mutex_lock(&belief->lock);
    believed = is_where_it_was(belief, wall_ms, ahead_ms) || ran_on(belief, ahead_ms, steady_ms);
    if (believed)
        believe(belief, ahead_ms);
    pthread_mutex_unlock(&belief->lock);
    return believed;
}

void clock_belief_agree(struct clock_belief *belief, int64_t wall_ms, int64_t steady_ms)
{
    pthread_mutex_lock(&belief->lock);
    believe(belief, wall_ms - steady_ms);
    pthread_mutex_unlock(&belief->lock);
}

/* --- of a gateway --- */

enum outcome clock_belief_begin(struct gateway *gateway)
{
    struct retention_state state;
    enum outcome outcome;
    struct view view;

    view_begin(gateway->store, &view);
    outcome = retention_state(&view, &state);
    view_end(&view);
    gateway->belief = (struct clock_belief){.lock = PTHREAD_MUTEX_INITIALIZER,
                                            .last_ms = state.done_ms};
    return outcome;
}

bool clock_certain(struct gateway *gateway, int64_t *out_now_ms)
{
    *out_now_ms = clock_now_ms();
    return clock_belief_look(&gateway->belief, *out_now_ms, clock_steady_ms());
}

bool clock_partner_says(struct gateway *gateway, int64_t theirs_ms, int64_t now_ms)
{
    int64_t wall_ms = clock_now_ms(), steady_ms = clock_steady_ms();

    /* that of now, unless it leapt since: then nobody said anything of the new time */
    if (llabs(theirs_ms - now_ms) > MESSAGE_CLOCK_SLACK_S * 1000 ||
        llabs(wall_ms - now_ms) >= CLOCK_LEAP_MS)
        return false;
    clock_belief_agree(&gateway->belief, wall_ms, steady_ms);
    return true;
}
