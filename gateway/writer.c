/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/writer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "gateway/audit.h"
#include "gateway/clock.h"
#include "gateway/store_damage.h"
#include "gateway/store_room.h"

/* LMDB keeps for good the memory of the pages that its largest transaction wrote: no commit gets
 * much larger than this many rows because more was waiting. */
enum { BATCH_MAX = 1024, COMMIT_ROWS = 500 };

struct writer {
    struct writer_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct work *first, **last;
    unsigned queued;
    bool stopping;
    enum outcome failed; /* OK until the first commit that failed */
    struct writer_counts counts;
};

static struct work *take_batch(struct writer *writer)
{
    struct work *batch = NULL, **end = &batch;

    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->stopping)
        pthread_cond_wait(&writer->filled, &writer->lock);
    for (int i = 0; i < BATCH_MAX && writer->first; i++) {
        *end = writer->first;
        end = &writer->first->next;
        writer->first = writer->first->next;
        writer->queued--;
    }
    if (!writer->first)
        writer->last = &writer->first;
    *end = NULL;
    pthread_mutex_unlock(&writer->lock);
    return batch;
}

static bool is_ours(enum outcome outcome)
{
    return outcome_kind(outcome) == KIND_OURS;
}

static void fail_all(struct work *batch, enum outcome outcome)
{
    for (struct work *work = batch; work; work = work->next) {
        if (!is_ours(work->outcome))
            work->outcome = outcome;
    }
}

/* That stops the questions about the log; what is behind them has its room. */
static bool only_index_is_full(const struct change *change)
{
    return change->view.parts[2].outcome == OUTCOME_STORE_FULL &&
           change->view.parts[0].outcome == OUTCOME_OK &&
           change->view.parts[1].outcome == OUTCOME_OK;
}

/* Runs what has not failed before, up to what one commit may hold; *out_rest is left for the next.
 * False when a piece failed now, so that what it wrote must be undone with the others and those be
 * run again. */
static bool apply_all(struct writer *writer, struct change *change, struct work *batch,
                      struct work **out_rest)
{
    *out_rest = NULL;
    for (struct work *work = batch; work; work = work->next) {
        if (is_ours(work->outcome))
            continue;
        if (change->writes >= COMMIT_ROWS) {
            *out_rest = work;
            return true;
        }
        work->outcome = work->apply(change, writer->options.audit, work->context);
        if (change->outcome != OUTCOME_OK)
            work->outcome = change->outcome;
        if (work->outcome == OUTCOME_STORE_DAMAGED)
            store_damage_in_change(change);
        if (is_ours(work->outcome)) {
            if (work->outcome == OUTCOME_STORE_FULL && !only_index_is_full(change))
                fail_all(work->next, OUTCOME_STORE_FULL); /* no use in trying one by one */
            return false;
        }
    }
    return true;
}

static void remember_failure(struct writer *writer, enum outcome outcome)
{
    pthread_mutex_lock(&writer->lock);
    writer->failed = outcome;
    pthread_mutex_unlock(&writer->lock);
    writer->options.on_failed(writer->options.context, outcome);
}

/* Where even that fails, what is kept outside the store is not to be trusted: nothing more is
 * decided on it. */
static enum outcome undo(struct writer *writer)
{
    enum outcome outcome;

    audit_undo(writer->options.audit);
    outcome = writer->options.on_undone(writer->options.context);
    if (outcome == OUTCOME_OK)
        return OUTCOME_OK;
    remember_failure(writer, outcome);
    return OUTCOME_STORE_FAILED;
}

const unsigned writer_bounds_ms[WRITER_BOUNDS] = {1, 2, 5, 10, 20, 50, 100, 250, 1000, 5000};

/* Under the lock. */
static void count_commit(struct writer_counts *counts, int64_t took_us)
{
    counts->commits++;
    counts->commit_us += (uint64_t)took_us;
    counts->last_commit_ms = clock_now_ms();
    for (size_t i = 0; i < WRITER_BOUNDS; i++)
        counts->commits_within[i] += took_us <= (int64_t)writer_bounds_ms[i] * 1000;
}

static enum outcome commit_batch(struct writer *writer, struct change *change)
{
    struct audit *audit = writer->options.audit;
    uint64_t leaves = audit_size(audit) - audit_mark_size(audit);
    bool wrote_keys = change->view.parts[1].handle != NULL, queued = change->queued;
    bool erased_keys = change->erased.length > 0;
    int64_t began_us = clock_monotonic_us();

    TRY(change_commit(change));
    pthread_mutex_lock(&writer->lock);
    count_commit(&writer->counts, clock_monotonic_us() - began_us);
    writer->counts.syncs += 2 + (wrote_keys ? 2u : 0) + (erased_keys ? 2u : 0);
    writer->counts.leaves += leaves;
    pthread_mutex_unlock(&writer->lock);
    if (queued)
        writer->options.on_queued(writer->options.context);
    return OUTCOME_OK;
}

/* A batch that cannot be signed (want of memory, a full map) is only refused: the disk was
 * asked nothing yet. */
static enum outcome seal_and_commit(struct writer *writer, struct change *change)
{
    enum outcome outcome = audit_seal(writer->options.audit, change);

    if (outcome != OUTCOME_OK) {
        change_abort(change);
        TRY(undo(writer));
        return outcome;
    }
    outcome = commit_batch(writer, change);
    if (outcome == OUTCOME_OK)
        return OUTCOME_OK;
    if (outcome == OUTCOME_STORE_FULL) { /* the map: neither was the disk asked anything here */
        TRY(undo(writer));
        return outcome;
    }
    /* fsyncgate: after a failed sync the kernel may have dropped the pages, so a retry that
     * succeeds would acknowledge what is gone. */
    if (undo(writer) == OUTCOME_OK)
        remember_failure(writer, outcome);
    return OUTCOME_STORE_FAILED;
}

/* Says no before anything is written. How many pieces may run. */
static enum outcome make_room(struct writer *writer, struct work *batch, size_t *out_runs)
{
    struct store *store = audit_store(writer->options.audit);
    enum room room;
    enum outcome outcome = store_room(store, writer->options.free_bytes_min, &room);

    *out_runs = 0;
    if (outcome != OUTCOME_OK) {
        remember_failure(writer, outcome);
        return OUTCOME_STORE_FAILED;
    }
    for (struct work *work = batch; work; work = work->next) {
        bool runs = room == ROOM_FOR_ALL || (room == ROOM_FOR_LOG && work->essential);
        work->outcome = runs ? OUTCOME_OK : OUTCOME_STORE_FULL;
        *out_runs += runs;
    }
    return OUTCOME_OK;
}

/* Ends the batch before `rest`. */
static void cut_off(struct work *batch, const struct work *rest)
{
    while (batch && batch->next != rest)
        batch = batch->next;
    if (batch)
        batch->next = NULL;
}

/* As much of it as one commit takes; what is left of it, unchanged. */
static struct work *write_batch(struct writer *writer, struct work *batch)
{
    struct store *store = audit_store(writer->options.audit);
    struct change *change = calloc(1, sizeof *change);
    enum outcome outcome = change ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
    struct work *rest = NULL;
    size_t runs = 0;

    for (struct work *work = batch; work; work = work->next)
        work->outcome = OUTCOME_OK;
    if (outcome == OUTCOME_OK)
        outcome = make_room(writer, batch, &runs);
    while (outcome == OUTCOME_OK && runs > 0) {
        outcome = change_begin(store, change);
        if (outcome != OUTCOME_OK)
            break;
        if (writer->options.may_write)
            outcome = writer->options.may_write(writer->options.context, change);
        if (outcome != OUTCOME_OK) {
            change_abort(change);
            break;
        }
        audit_mark(writer->options.audit);
        if (apply_all(writer, change, batch, &rest)) {
            cut_off(batch, rest);
            outcome = seal_and_commit(writer, change);
            break;
        }
        change_abort(change);
        outcome = undo(writer);
    }
    if (outcome != OUTCOME_OK)
        fail_all(batch, outcome);
    free(change);
    return rest;
}

static void tell(struct writer *writer, struct work *batch)
{
    uint64_t pieces = 0;

    while (batch) {
        struct work *work = batch;
        batch = batch->next; /* `done` may free the piece */
        pieces++;
        work->done(work, work->outcome);
    }
    pthread_mutex_lock(&writer->lock);
    writer->counts.pieces += pieces;
    pthread_mutex_unlock(&writer->lock);
}

static bool has_failed(struct writer *writer)
{
    bool failed;

    pthread_mutex_lock(&writer->lock);
    failed = writer->failed != OUTCOME_OK;
    pthread_mutex_unlock(&writer->lock);
    return failed;
}

static void *write_forever(void *context)
{
    struct writer *writer = context;
    struct work *batch, *rest;

    while ((batch = take_batch(writer))) {
        for (; batch; batch = rest) {
            rest = NULL;
            if (has_failed(writer))
                fail_all(batch, OUTCOME_STORE_FAILED);
            else
                rest = write_batch(writer, batch);
            tell(writer, batch);
        }
    }
    return NULL;
}

enum outcome writer_start(const struct writer_options *options, struct writer **out_writer)
{
    struct writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return OUTCOME_OUT_OF_MEMORY;
    writer->options = *options;
    writer->last = &writer->first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->filled, NULL);
    if (pthread_create(&writer->thread, NULL, write_forever, writer) != 0) {
        free(writer);
        return OUTCOME_BUSY;
    }
    *out_writer = writer;
    return OUTCOME_OK;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->filled);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->filled);
    free(writer);
}

enum outcome writer_submit(struct writer *writer, struct work *work)
{
    enum outcome outcome = OUTCOME_OK;

    pthread_mutex_lock(&writer->lock);
    if (writer->failed != OUTCOME_OK)
        outcome = OUTCOME_STORE_FAILED;
    else if (writer->stopping || writer->queued >= writer->options.queue_max)
        outcome = OUTCOME_BUSY;
    else {
        work->next = NULL;
        *writer->last = work;
        writer->last = &work->next;
        if (writer->queued++ == 0)
            pthread_cond_signal(&writer->filled);
    }
    pthread_mutex_unlock(&writer->lock);
    return outcome;
}

struct waiter {
    struct work work;
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_told;
    enum outcome outcome;
};

static void wake_waiter(struct work *work, enum outcome outcome)
{
    struct waiter *waiter = (struct waiter *)work; /* `work` is its first member */

    pthread_mutex_lock(&waiter->lock);
    waiter->outcome = outcome;
    waiter->is_told = true;
    pthread_cond_signal(&waiter->told);
    pthread_mutex_unlock(&waiter->lock);
}

static enum outcome run_and_wait(struct writer *writer, const struct work *work)
{
    struct waiter waiter = {
        .work = *work,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .told = PTHREAD_COND_INITIALIZER,
    };

    TRY(writer_submit(writer, &waiter.work));
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.is_told)
        pthread_cond_wait(&waiter.told, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    return waiter.outcome;
}

enum outcome writer_run(struct writer *writer,
                        enum outcome (*apply)(struct change *, struct audit *, void *),
                        void *context)
{
    const struct work work = {.apply = apply, .done = wake_waiter, .context = context};

    return run_and_wait(writer, &work);
}

enum outcome writer_run_essential(struct writer *writer,
                                  enum outcome (*apply)(struct change *, struct audit *, void *),
                                  void *context)
{
    const struct work work = {
        .apply = apply, .done = wake_waiter, .context = context, .essential = true};

    return run_and_wait(writer, &work);
}

void writer_fail(struct writer *writer, enum outcome why)
{
    remember_failure(writer, why);
}

struct writer_counts writer_counts(struct writer *writer)
{
    struct writer_counts counts;

    pthread_mutex_lock(&writer->lock);
    counts = writer->counts;
    pthread_mutex_unlock(&writer->lock);
    return counts;
}
