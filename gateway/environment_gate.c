/* SPDX-License-Identifier: EUPL-1.2 */
/* Who uses LMDB's handle, so that another can take its place. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/environment_parts.h"

struct environment *environment_new(void)
{
    struct environment *environment = calloc(1, sizeof *environment);
    pthread_condattr_t monotonic;

    if (!environment)
        return NULL;
    environment->lock = -1;
    pthread_mutex_init(&environment->gate.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&environment->gate.changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return environment;
}

MDB_env *environment_enter(struct environment *environment)
{
    struct gate *gate = &environment->gate;
    MDB_env *env;

    pthread_mutex_lock(&gate->lock);
    while (gate->closed)
        pthread_cond_wait(&gate->changed, &gate->lock);
    env = environment->env;
    gate->inside += env != NULL;
    pthread_mutex_unlock(&gate->lock);
    return env;
}

void environment_leave(struct environment *environment)
{
    struct gate *gate = &environment->gate;

    pthread_mutex_lock(&gate->lock);
    if (--gate->inside == 0 && gate->closed)
        pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

void environment_gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

enum outcome environment_gate_close(struct gate *gate, int wait_ms)
{
    struct timespec until;
    bool empty;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)wait_ms % 1000 * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&gate->lock);
    gate->closed = true;
    while (gate->inside > 0 &&
           pthread_cond_timedwait(&gate->changed, &gate->lock, &until) != ETIMEDOUT)
        ;
    empty = gate->inside == 0;
    pthread_mutex_unlock(&gate->lock);
    if (!empty)
        environment_gate_open(gate);
    return empty ? OUTCOME_OK : OUTCOME_BUSY;
}
