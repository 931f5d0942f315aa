/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * workers.h - a bounded pool for what would hold up an event loop for over a
 * millisecond: large bodies, batches of signatures, reading many rows.
 */
#pragma once

#include "crypto/outcome.h"

struct workers;

MUST_USE enum outcome workers_start(unsigned threads, unsigned queue_max,
                                    struct workers **out_workers);
/* BUSY when the queue is full: the caller answers 503, memory stays bounded. */
MUST_USE enum outcome workers_submit(struct workers *workers, void (*run)(void *), void *argument);
struct workers_state {
    unsigned threads, busy, queued;
};
struct workers_state workers_state(struct workers *workers);
void workers_stop(struct workers *workers); /* runs what is queued first; NULL is fine */
