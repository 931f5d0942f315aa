/* SPDX-License-Identifier: EUPL-1.2 */
/* How a change ends: what is committed in which order, and which data keys go. */
#include "crypto/ready.h"
#include "gateway/store_parts.h"

static void change_release(struct change *change)
{
    view_end(&change->view);
    buffer_wipe(&change->scratch);
    buffer_wipe(&change->sealed);
    buffer_wipe(&change->erased);
    buffer_wipe(&change->made);
    wipe(change->random, sizeof change->random);
}

void change_abort(struct change *change)
{
    change_release(change);
}

static enum outcome delete_keys(struct store *store, struct bytes ids)
{
    struct transaction keys;

    TRY(environment_write(store->environments[ENVIRONMENT_KEYS], &keys));
    for (size_t i = 0; i < ids.length; i += DATA_KEY_ID_BYTES)
        transaction_delete(&keys, store->place[TABLE_DATA_KEY],
                           bytes_of(ids.data + i, DATA_KEY_ID_BYTES));
    return transaction_commit(&keys);
}

/* Only once their records are durably gone: a crash in between leaves orphans, the other way
 * round it would leave records that nobody can read. Whatever fails here, store/ is durable by
 * now: it must not look as if nothing had happened. */
static enum outcome erase_keys(struct change *change)
{
    struct store *store = change->view.store;

    if (atomic_load(&store->keeps_keys)) {
        buffer_add_buffer(&store->kept, &change->erased);
        atomic_store(&store->has_kept, store->kept.length > 0 || store->kept.failed);
        return OUTCOME_OK;
    }
    buffer_add_buffer(&change->erased, &store->kept);
    buffer_wipe(&store->kept);
    TRY(buffer_outcome(&change->erased));
    if (change->erased.length == 0)
        return OUTCOME_OK;
    if (delete_keys(store, buffer_bytes(&change->erased)) != OUTCOME_OK)
        return OUTCOME_STORE_FAILED;
    atomic_store(&store->has_kept, false);
    store_anew_note(store, buffer_bytes(&change->erased));
    return OUTCOME_OK;
}

/* A map that was found full left nothing durable but the new keys. They go at once: those of
 * several changes, later than every record, would look at the next start as if store/ had been
 * put back. Without room for that they go with the next commit. */
static enum outcome take_back_keys(struct change *change)
{
    struct store *store = change->view.store;
    enum outcome outcome =
        change->made.length ? delete_keys(store, buffer_bytes(&change->made)) : OUTCOME_OK;

    if (outcome == OUTCOME_STORE_FULL) {
        buffer_add_buffer(&store->kept, &change->made);
        atomic_store(&store->has_kept, true);
        outcome = OUTCOME_OK;
    }
    return outcome == OUTCOME_OK ? OUTCOME_STORE_FULL : OUTCOME_STORE_FAILED;
}

static enum outcome commit_parts(struct change *change)
{
    /* keys/ first: a record whose key is not there could never be read again, a key without a
     * record is only swept up. store/ last: what is told as undone because index/ was full may
     * not stand in it, while index/ knows only of leaves that were committed before. */
    static const enum environment_name order[] = {ENVIRONMENT_KEYS, ENVIRONMENT_INDEX,
                                                  ENVIRONMENT_STORE};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct transaction *part = &change->view.parts[order[i]];
        enum outcome outcome = part->handle ? transaction_commit(part) : OUTCOME_OK;
        if (outcome == OUTCOME_STORE_FULL && order[i] != ENVIRONMENT_KEYS)
            return take_back_keys(change);
        TRY(outcome);
    }
    return OUTCOME_OK;
}

enum outcome change_commit(struct change *change)
{
    enum outcome outcome = change->outcome == OUTCOME_OK ? commit_parts(change) : change->outcome;

    store_anew_note(change->view.store, buffer_bytes(&change->made)); /* also of a half commit */
    if (outcome == OUTCOME_OK)
        outcome = erase_keys(change);
    if (outcome == OUTCOME_OK)
        outcome = store_anew_swap(change->view.store);
    change_release(change);
    return outcome;
}
