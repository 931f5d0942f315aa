/* SPDX-License-Identifier: EUPL-1.2 */
/* keys/ written anew, so that keys that were deleted are gone from the disk too.
 *
 * Two threads: who asked copies and cleans up, the writer keeps note of what it changes meanwhile
 * and changes the files over. The state says whose turn it is. A change that was committed before
 * its writer saw ANEW_COPYING was committed before the copy began, and is in it. */
#include "gateway/store_parts.h"

enum { READERS_MS = 100 }; /* new readers wait as long; a view of keys/ lasts milliseconds */

void store_anew_note(struct store *store, struct bytes ids)
{
    pthread_mutex_lock(&store->anew.lock);
    if (store->anew.state == ANEW_COPYING || store->anew.state == ANEW_COPIED)
        buffer_add_bytes(&store->anew.since, ids);
    pthread_mutex_unlock(&store->anew.lock);
}

static enum anew_state state_of(struct store *store)
{
    enum anew_state state;

    pthread_mutex_lock(&store->anew.lock);
    state = store->anew.state;
    pthread_mutex_unlock(&store->anew.lock);
    return state;
}

static void set_state(struct store *store, enum anew_state state, enum outcome outcome)
{
    pthread_mutex_lock(&store->anew.lock);
    store->anew.state = state;
    store->anew.outcome = outcome;
    if (state != ANEW_COPIED) /* what was noted counts from ANEW_COPYING on */
        buffer_wipe(&store->anew.since);
    pthread_mutex_unlock(&store->anew.lock);
}

/* Once for each copy: each try may make readers wait. */
enum outcome store_anew_swap(struct store *store)
{
    struct anew_changes changes = {.table = store->place[TABLE_DATA_KEY],
                                   .key_length = DATA_KEY_ID_BYTES};
    enum outcome outcome;

    if (state_of(store) != ANEW_COPIED)
        return OUTCOME_OK;
    changes.keys = buffer_bytes(&store->anew.since); /* only this thread adds to it */
    outcome = buffer_outcome(&store->anew.since); /* what was not noted is not in the copy */
    if (outcome == OUTCOME_OK)
        outcome =
            environment_anew_swap(store->environments[ENVIRONMENT_KEYS], &changes, READERS_MS);
    set_state(store, ANEW_TRIED, outcome);
    return outcome == OUTCOME_STORE_FAILED ? outcome : OUTCOME_OK;
}

enum outcome store_anew_begin(struct store *store)
{
    struct environment *keys = store->environments[ENVIRONMENT_KEYS];
    enum outcome outcome;

    if (state_of(store) == ANEW_TRIED) /* nobody came to hear how it ended */
        TRY(store_anew_end(store));
    if (state_of(store) != ANEW_NONE || atomic_load(&store->keeps_keys) ||
        atomic_load(&store->has_kept))
        return OUTCOME_BUSY;
    set_state(store, ANEW_COPYING, OUTCOME_BUSY);
    outcome = environment_anew_begin(keys);
    set_state(store, outcome == OUTCOME_OK ? ANEW_COPIED : ANEW_NONE, outcome);
    if (outcome == OUTCOME_OK)
        return OUTCOME_OK;
    /* What is left of the copy goes now, or at the next try. */
    return environment_anew_end(keys) == OUTCOME_OK ? outcome : OUTCOME_FILE_WRONG;
}

enum outcome store_anew_end(struct store *store)
{
    enum outcome outcome, ended;

    if (state_of(store) != ANEW_TRIED)
        return OUTCOME_BUSY;
    outcome = store->anew.outcome;
    ended = environment_anew_end(store->environments[ENVIRONMENT_KEYS]);
    set_state(store, ANEW_NONE, outcome);
    return outcome == OUTCOME_OK ? ended : outcome;
}
