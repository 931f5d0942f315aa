/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store_verify.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "gateway/clock.h"

enum {
    ROWS_A_VIEW = 512,  /* a few milliseconds */
    WATCH_MS = 50,      /* between two looks at whether to stop */
    PAUSE_MS = 200,     /* when memory is short */
    WATCH_NICENESS = 10 /* requests go first */
};

static enum outcome verify_row(struct view *view, struct verify_place *place)
{
    const struct bytes from = bytes_of(place->key, place->key_length);
    struct bytes key, value;
    enum outcome outcome = store_next(view, place->table, from, from.length > 0, &key, &value);

    if (outcome == OUTCOME_NOT_FOUND) {
        place->table++;
        place->key_length = 0;
        return OUTCOME_OK;
    }
    TRY(store_read_outcome(outcome));
    memcpy(place->key, key.data, key.length);
    place->key_length = key.length;
    place->rows++;
    return OUTCOME_OK;
}

static enum outcome verify_view(struct store *store, struct verify_place *place)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(store, &view);
    for (int i = 0; i < ROWS_A_VIEW && outcome == OUTCOME_OK && !store_verify_is_done(place); i++)
        outcome = verify_row(&view, place);
    view_end(&view);
    return outcome;
}

enum outcome store_verify_some(struct store *store, struct verify_place *place, int64_t until_ms)
{
    while (!store_verify_is_done(place) && clock_monotonic_ms() < until_ms)
        TRY(verify_view(store, place));
    return OUTCOME_OK;
}

bool store_verify_is_done(const struct verify_place *place)
{
    return place->table >= TABLE_TOTAL;
}

/* --- in the background --- */

struct store_watch {
    struct store *store;
    struct verify_place place;
    void (*on_damaged)(void *context);
    void *context;
    pthread_t thread;
    atomic_bool stopping, done;
};

static void pause_ms(long ms)
{
    const struct timespec length = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&length, NULL);
}

static void *watch(void *context)
{
    struct store_watch *watch = context;
    enum outcome outcome = OUTCOME_OK;

    setpriority(PRIO_PROCESS, (id_t)gettid(), WATCH_NICENESS);
    while (!watch->stopping && outcome != OUTCOME_STORE_DAMAGED &&
           !store_verify_is_done(&watch->place)) {
        outcome = store_verify_some(watch->store, &watch->place, clock_monotonic_ms() + WATCH_MS);
        if (outcome != OUTCOME_OK && outcome != OUTCOME_STORE_DAMAGED)
            pause_ms(PAUSE_MS);
    }
    if (outcome == OUTCOME_STORE_DAMAGED)
        watch->on_damaged(watch->context);
    watch->done = outcome == OUTCOME_OK && store_verify_is_done(&watch->place);
    return NULL;
}

enum outcome store_watch_start(struct store *store, const struct verify_place *place,
                               void (*on_damaged)(void *context), void *context,
                               struct store_watch **out_watch)
{
    struct store_watch *made = calloc(1, sizeof *made);

    if (!made)
        return OUTCOME_OUT_OF_MEMORY;
    made->store = store;
    made->place = *place;
    made->on_damaged = on_damaged;
    made->context = context;
    if (pthread_create(&made->thread, NULL, watch, made) != 0) {
        free(made);
        return OUTCOME_BUSY;
    }
    *out_watch = made;
    return OUTCOME_OK;
}

bool store_watch_is_done(struct store_watch *watch)
{
    return watch && watch->done;
}

void store_watch_stop(struct store_watch *watch)
{
    if (!watch)
        return;
    watch->stopping = true;
    pthread_join(watch->thread, NULL);
    free(watch);
}
