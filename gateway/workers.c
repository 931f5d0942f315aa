/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    void (*run)(void *);
    void *argument;
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct job *ring;
    unsigned capacity, first, count;
    pthread_t *threads;
    unsigned thread_count;
    unsigned busy;
    bool stopping;
};

static bool take(struct workers *workers, struct job *out_job)
{
    bool found;

    pthread_mutex_lock(&workers->lock);
    while (workers->count == 0 && !workers->stopping)
        pthread_cond_wait(&workers->filled, &workers->lock);
    found = workers->count > 0;
    if (found) {
        *out_job = workers->ring[workers->first];
        workers->first = (workers->first + 1) % workers->capacity;
        workers->count--;
        workers->busy++;
    }
    pthread_mutex_unlock(&workers->lock);
    return found;
}

static void put_down(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->busy--;
    pthread_mutex_unlock(&workers->lock);
}

static void *work_forever(void *argument)
{
    struct job job;

    while (take(argument, &job)) {
        job.run(job.argument);
        put_down(argument);
    }
    return NULL;
}

enum outcome workers_start(unsigned threads, unsigned queue_max, struct workers **out_workers)
{
    struct workers *workers = calloc(1, sizeof *workers);

    if (!workers)
        return OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->filled, NULL);
    workers->ring = calloc(queue_max, sizeof *workers->ring);
    workers->threads = calloc(threads, sizeof *workers->threads);
    workers->capacity = queue_max;
    if (!workers->ring || !workers->threads) {
        workers_stop(workers);
        return OUTCOME_OUT_OF_MEMORY;
    }
    for (unsigned i = 0; i < threads; i++) {
        if (pthread_create(&workers->threads[i], NULL, work_forever, workers) != 0) {
            workers_stop(workers);
            return OUTCOME_OUT_OF_MEMORY;
        }
        workers->thread_count++;
    }
    *out_workers = workers;
    return OUTCOME_OK;
}

enum outcome workers_submit(struct workers *workers, void (*run)(void *), void *argument)
{
    enum outcome outcome = OUTCOME_BUSY;

    pthread_mutex_lock(&workers->lock);
    if (!workers->stopping && workers->count < workers->capacity) {
        workers->ring[(workers->first + workers->count++) % workers->capacity] =
            (struct job){run, argument};
        pthread_cond_signal(&workers->filled);
        outcome = OUTCOME_OK;
    }
    pthread_mutex_unlock(&workers->lock);
    return outcome;
}

struct workers_state workers_state(struct workers *workers)
{
    struct workers_state state;

    pthread_mutex_lock(&workers->lock);
    state = (struct workers_state){workers->thread_count, workers->busy, workers->count};
    pthread_mutex_unlock(&workers->lock);
    return state;
}

void workers_stop(struct workers *workers)
{
    if (!workers)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->filled);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_mutex_destroy(&workers->lock);
    pthread_cond_destroy(&workers->filled);
    free(workers->ring);
    free(workers->threads);
    free(workers);
}
