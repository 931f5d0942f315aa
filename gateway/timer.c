/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/timer.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/access_requests.h"
#include "gateway/agreement_watch.h"
#include "gateway/audit_index.h"
#include "gateway/clock.h"
#include "gateway/clock_watch.h"
#include "gateway/covenant_prune.h"
#include "gateway/compaction.h"
#include "gateway/due.h"
#include "gateway/event.h"
#include "gateway/figures_freeze.h"
#include "gateway/key_giving.h"
#include "gateway/key_renewal.h"
#include "gateway/match.h"
#include "gateway/notify.h"
#include "gateway/queue_room.h"
#include "gateway/recovery_help.h"
#include "gateway/release.h"
#include "gateway/retention.h"
#include "gateway/store_room.h"
#include "gateway/tls_files.h"
#include "gateway/turned_away.h"
#include "gateway/withdrawal_seek.h"
#include "gateway/withdrawals.h"

enum { PASS_MS = 500, MINUTE_MS = 60 * 1000, LOOK_MS = 5000, ACCESS_LOOK_MS = 1000, JOBS_MAX = 32 };

struct timer {
    struct gateway *gateway;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool stopping;
    int64_t minute_ms; /* monotonic: when strangers were last recorded */
    int64_t access_ms;      /* monotonic: when requests for access were last looked at */
    int64_t withdrawals_ms; /* monotonic: when those without a receipt were last looked at */
    struct clock_watch clock;
    struct queue_watch queues;
    struct prune_watch covenants;
    struct index_watch index;
    struct retention_watch retention;
    struct compaction_watch compaction;
    struct figures_watch figures;
    struct notify_watch notify;
    struct agreement_watch agreements;
    enum outcome last[JOBS_MAX]; /* of each job: told when it changes, not twice a second */
};

struct release_pass {
    struct gateway *gateway;
    int64_t now_ms;
    bool more;
};

static enum outcome apply_releases(struct change *change, struct audit *audit, void *context)
{
    struct release_pass *pass = context;

    (void)audit;
    return release_due(pass->gateway, change, pass->now_ms, &pass->more);
}

static enum outcome let_go(struct gateway *gateway)
{
    struct release_pass pass = {.gateway = gateway, .more = true};

    if (!clock_certain(gateway, &pass.now_ms) || !release_is_due(gateway->store, pass.now_ms))
        return OUTCOME_OK;
    while (pass.more)
        TRY(writer_run(gateway->writer, apply_releases, &pass));
    return OUTCOME_OK;
}

static enum outcome apply_strangers(struct change *change, struct audit *audit, void *context)
{
    return turned_away_record(context, audit, change);
}

static enum outcome record_strangers(struct gateway *gateway)
{
    struct turned_away_counts counts;
    enum outcome outcome;

    if (!turned_away_take(gateway->turned_away, &counts))
        return OUTCOME_OK;
    outcome = writer_run_essential(gateway->writer, apply_strangers, &counts);
    if (outcome != OUTCOME_OK)
        turned_away_give_back(gateway->turned_away, &counts);
    return outcome;
}

static enum outcome work_of_each_minute(struct timer *timer)
{
    if (clock_monotonic_ms() - timer->minute_ms < MINUTE_MS)
        return OUTCOME_OK;
    timer->minute_ms = clock_monotonic_ms();
    store_free_readers(timer->gateway->store); /* a tool that died while it read */
    malloc_trim(0); /* what a burst took, in whichever thread's share, goes back */
    return record_strangers(timer->gateway);
}

/* By the wall clock: a receipt is late after 24 hours. */
static enum outcome look_at_withdrawals(struct timer *timer)
{
    int64_t now_ms;

    if (clock_monotonic_ms() - timer->withdrawals_ms < LOOK_MS)
        return OUTCOME_OK;
    timer->withdrawals_ms = clock_monotonic_ms();
    return clock_certain(timer->gateway, &now_ms) ? withdrawals_pass(timer->gateway, now_ms)
                                                  : OUTCOME_OK;
}

/* By the wall clock: a request has a month; what partners asked is looked up at the next pass. */
static enum outcome look_at_access(struct timer *timer)
{
    if (clock_monotonic_ms() - timer->access_ms < ACCESS_LOOK_MS)
        return OUTCOME_OK;
    timer->access_ms = clock_monotonic_ms();
    return access_pass(timer->gateway, clock_now_ms());
}

/* What ends or goes because its day came: versions of covenants, agreements, buddies' choices. */
static enum outcome look_at_ends(struct timer *timer)
{
    int64_t now_ms;

    if (!clock_certain(timer->gateway, &now_ms))
        return OUTCOME_OK;
    TRY(covenant_prune_look(&timer->covenants, timer->gateway, now_ms));
    return agreement_watch_look(&timer->agreements, timer->gateway, now_ms);
}

static void pass(struct timer *timer)
{
    const enum outcome outcomes[] = {
        let_go(timer->gateway),
        give_keys(timer->gateway),
        key_renewal_pass(timer->gateway->renewal),
        recovery_help_pass(timer->gateway),
        match_received(timer->gateway),
        seek_pass(timer->gateway), /* after the matching: it finds what that tied */
        work_of_each_minute(timer),
        clock_watch_look(&timer->clock, timer->gateway),
        queue_watch_look(&timer->queues, timer->gateway),
        audit_index_keep_up(timer->gateway, &timer->index),
        retention_pass(timer->gateway, &timer->retention),
        compaction_pass(timer->gateway, &timer->compaction),
        figures_pass(timer->gateway, &timer->figures), /* after the nightly round */
        look_at_withdrawals(timer),
        look_at_access(timer), /* after the matching too */
        due_pass(timer->gateway), /* after the release: an answer in time is not late */
        notify_pass(timer->gateway, &timer->notify), /* of what that found */
        look_at_ends(timer),
    };

    static_assert(sizeof outcomes / sizeof outcomes[0] <= JOBS_MAX, "each job has its last outcome");
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (outcomes[i] != OUTCOME_OK && outcomes[i] != timer->last[i])
            event_write(EVENT_TIMER_FAILED, outcomes[i], NULL, (int64_t)i);
        timer->last[i] = outcomes[i];
    }
    tls_files_pass(timer->gateway->tls_files);
}

static bool wait_for_next(struct timer *timer)
{
    struct timespec until;
    bool stopping;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PASS_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&timer->lock);
    while (!timer->stopping &&
           pthread_cond_timedwait(&timer->stop, &timer->lock, &until) != ETIMEDOUT)
        ;
    stopping = timer->stopping;
    pthread_mutex_unlock(&timer->lock);
    return !stopping;
}

static void *run(void *context)
{
    struct timer *timer = context;

    while (wait_for_next(timer))
        pass(timer);
    return NULL;
}

enum outcome timer_start(struct gateway *gateway, struct timer **out_timer)
{
    struct timer *timer = calloc(1, sizeof *timer);
    pthread_condattr_t monotonic;

    if (!timer)
        return OUTCOME_OUT_OF_MEMORY;
    timer->gateway = gateway;
    timer->minute_ms = clock_monotonic_ms();
    pthread_mutex_init(&timer->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&timer->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&timer->thread, NULL, run, timer) != 0) {
        free(timer);
        return OUTCOME_OUT_OF_MEMORY;
    }
    *out_timer = timer;
    return OUTCOME_OK;
}

void timer_stop(struct timer *timer)
{
    enum outcome outcome;

    if (!timer)
        return;
    pthread_mutex_lock(&timer->lock);
    timer->stopping = true;
    pthread_cond_signal(&timer->stop);
    pthread_mutex_unlock(&timer->lock);
    pthread_join(timer->thread, NULL);
    notify_end(&timer->notify);
    outcome = record_strangers(timer->gateway); /* of the last, broken minute */
    if (outcome != OUTCOME_OK)
        event_write(EVENT_TIMER_FAILED, outcome, NULL, 0);
    pthread_cond_destroy(&timer->stop);
    pthread_mutex_destroy(&timer->lock);
    free(timer);
}
