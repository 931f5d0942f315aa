/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * writer.h - the one thread that writes: it takes everything queued, runs it in one change, commits
 * once with fsync, and only then tells who waited. What is more than some 1000 rows goes into the
 * next commit, in the same order; a piece is never divided.
 *
 * A piece of work is an `apply` that reads and writes through the change. It may
 * run more than once (a batch is redone without a piece that failed), so it must
 * set its results anew each time; only its last run counts.
 * What `apply` returns is the answer of that piece: a refusal (KIND_THEIRS,
 * KIND_REFUSED) is committed with the leaf it wrote; a failure of ours
 * (KIND_OURS) leaves no trace of that piece.
 *
 * Without room (gateway/store_room.h) a piece is refused with STORE_FULL before it runs; that, and
 * a map that turns out full halfway, stops nothing and passes by itself.
 *
 * After the first commit that fails (or an undoing that does) nothing is acknowledged any more:
 * every piece, queued or new, gets STORE_FAILED and on_failed is called once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "crypto/outcome.h"

struct writer;
struct change;
struct audit;

struct work {
    enum outcome (*apply)(struct change *change, struct audit *audit, void *context);
    void (*done)(struct work *work, enum outcome outcome); /* on the writer's thread; be brief */
    void *context;
    bool essential; /* may use the room kept for the log; see gateway/store_room.h */
    /* the writer's own */
    struct work *next;
    enum outcome outcome;
};

enum { WRITER_BOUNDS = 10 };
extern const unsigned writer_bounds_ms[WRITER_BOUNDS]; /* rising */

struct writer_counts {
    uint64_t commits;
    uint64_t syncs; /* fdatasync and synchronous meta writes asked of the disk */
    uint64_t pieces;
    uint64_t leaves;
    uint64_t commit_us;                     /* all commits together */
    uint64_t commits_within[WRITER_BOUNDS]; /* took at most writer_bounds_ms[i] */
    int64_t last_commit_ms;                 /* since 1970; 0: none */
};

struct writer_options {
    struct audit *audit; /* borrowed; its store too */
    unsigned queue_max;
    uint64_t free_bytes_min; /* of disk; below it only what is essential, below half nothing */
    /* May anything be written now? Asked at each batch's begin; NULL: yes. What it says otherwise
     * is the answer of every piece. */
    enum outcome (*may_write)(void *context, struct change *change);
    void (*on_failed)(void *context, enum outcome outcome);
    void (*on_queued)(void *context); /* a commit left something for a partner */
    /* Changes of a batch were undone: what was kept of them outside the store must go too.
     * On the writer's thread, before the batch is run again. A failure counts as a failed
     * commit. */
    enum outcome (*on_undone)(void *context);
    void *context;
};

MUST_USE enum outcome writer_start(const struct writer_options *options,
                                   struct writer **out_writer);
/* Finishes what is queued, then ends the thread. NULL is fine. */
void writer_stop(struct writer *writer);
/* From any thread. BUSY when the queue is full, STORE_FAILED after a failure; then
 * `done` is not called. */
MUST_USE enum outcome writer_submit(struct writer *writer, struct work *work);
/* Submits and waits; not from the writer's own thread. */
MUST_USE enum outcome writer_run(struct writer *writer,
                                 enum outcome (*apply)(struct change *, struct audit *, void *),
                                 void *context);
/* The same for a piece that may use the room kept for the log. */
MUST_USE enum outcome writer_run_essential(struct writer *writer,
                                           enum outcome (*apply)(struct change *, struct audit *,
                                                                 void *),
                                           void *context);
/* From any thread: as if a commit had failed for that reason. */
void writer_fail(struct writer *writer, enum outcome why);
struct writer_counts writer_counts(struct writer *writer);
