/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/workers.h"
#include "tests/support/scarce_memory.h"

enum { JOBS = 5000 };

static atomic_uint runs[JOBS];
static atomic_uint order;

static void count(void *argument)
{
    (*(atomic_uint *)argument)++;
}

/* --- jobs that wait --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static unsigned inside;
static bool is_open;

static void wait_at_gate(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&lock);
    inside++;
    pthread_cond_broadcast(&moved);
    while (!is_open)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
}

static void await_inside(unsigned number)
{
    pthread_mutex_lock(&lock);
    while (inside < number)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
}

static void open_gate(void)
{
    pthread_mutex_lock(&lock);
    is_open = true;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

static int close_gate(void **state)
{
    (void)state;
    inside = 0;
    is_open = false;
    order = 0;
    for (size_t i = 0; i < JOBS; i++)
        runs[i] = 0;
    return 0;
}

static struct workers *started(unsigned threads, unsigned queue_max)
{
    struct workers *workers = NULL;

    assert_int_equal(workers_start(threads, queue_max, &workers), OUTCOME_OK);
    return workers;
}

static void every_job_runs_once_before_the_stop_returns(void **state)
{
    struct workers *workers = started(4, JOBS);

    (void)state;
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(workers_submit(workers, count, &runs[i]), OUTCOME_OK);
    workers_stop(workers);
    for (size_t i = 0; i < JOBS; i++)
        assert_int_equal(runs[i], 1);
    workers_stop(NULL);
}

static unsigned seen[100];

static void note_order(void *argument)
{
    seen[order++] = *(unsigned *)argument;
}

static void one_worker_keeps_the_order(void **state)
{
    struct workers *workers = started(1, 7);
    unsigned numbers[100];

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        numbers[i] = i;
        while (workers_submit(workers, note_order, &numbers[i]) == OUTCOME_BUSY)
            ;
    }
    workers_stop(workers);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(seen[i], i);
}

static void jobs_run_beside_each_other(void **state)
{
    struct workers *workers = started(3, 8);

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(workers_submit(workers, wait_at_gate, NULL), OUTCOME_OK);
    await_inside(3); /* or this test never ends */
    open_gate();
    workers_stop(workers);
}

static void a_full_queue_is_busy_and_the_job_does_not_run(void **state)
{
    struct workers *workers = started(1, 2);

    (void)state;
    assert_int_equal(workers_submit(workers, wait_at_gate, NULL), OUTCOME_OK);
    await_inside(1); /* it has left the queue */
    assert_int_equal(workers_submit(workers, count, &runs[0]), OUTCOME_OK);
    assert_int_equal(workers_submit(workers, count, &runs[1]), OUTCOME_OK);
    assert_int_equal(workers_submit(workers, count, &runs[2]), OUTCOME_BUSY);
    open_gate();
    workers_stop(workers);
    assert_int_equal(runs[0], 1);
    assert_int_equal(runs[1], 1);
    assert_int_equal(runs[2], 0);
}

static void *stop(void *workers)
{
    workers_stop(workers);
    return NULL;
}

static void a_stop_waits_for_the_job_that_runs(void **state)
{
    struct workers *workers = started(1, 2);
    pthread_t thread;

    (void)state;
    assert_int_equal(workers_submit(workers, wait_at_gate, NULL), OUTCOME_OK);
    await_inside(1);
    assert_int_equal(workers_submit(workers, count, &runs[0]), OUTCOME_OK);
    assert_int_equal(pthread_create(&thread, NULL, stop, workers), 0);
    assert_int_equal(runs[0], 0);
    open_gate();
    pthread_join(thread, NULL);
    assert_int_equal(runs[0], 1);
}

static void scarce_memory_starts_nothing(void **state)
{
    struct workers *workers = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, workers_start(2, 16, &workers), workers_stop(workers));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_job_runs_once_before_the_stop_returns, close_gate),
        cmocka_unit_test_setup(one_worker_keeps_the_order, close_gate),
        cmocka_unit_test_setup(jobs_run_beside_each_other, close_gate),
        cmocka_unit_test_setup(a_full_queue_is_busy_and_the_job_does_not_run, close_gate),
        cmocka_unit_test_setup(a_stop_waits_for_the_job_that_runs, close_gate),
        cmocka_unit_test_setup(scarce_memory_starts_nothing, close_gate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
