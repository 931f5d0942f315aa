/* SPDX-License-Identifier: EUPL-1.2 */
/* Data keys without a record: left by a crash between two commits.
 *
 * A damaged record can look like one that is not there, and then its key like an orphan. So
 * nothing is removed before all of store/ has been seen to be sound. */
#include <stdlib.h>
#include <string.h>

#include "crypto/record.h"
#include "gateway/store_parts.h"

struct id_set {
    uint8_t *ids;
    size_t count, capacity;
};

static int compare_ids(const void *a, const void *b)
{
    const uint8_t *left = a, *right = b;

    for (int i = 0; i < DATA_KEY_ID_BYTES; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}

static enum outcome id_add(struct id_set *set, const uint8_t id[static DATA_KEY_ID_BYTES])
{
    if (set->count == set->capacity) {
        size_t capacity = set->capacity ? set->capacity * 2 : 1024;
        uint8_t *ids = realloc(set->ids, capacity * DATA_KEY_ID_BYTES);
        if (!ids)
            return OUTCOME_OUT_OF_MEMORY;
        set->ids = ids;
        set->capacity = capacity;
    }
    memcpy(set->ids + set->count++ * DATA_KEY_ID_BYTES, id, DATA_KEY_ID_BYTES);
    return OUTCOME_OK;
}

static enum outcome ids_of_table(struct view *view, enum table table, struct id_set *set)
{
    struct transaction *part;
    struct walk walk = {0};
    size_t seen = 0;
    enum outcome outcome;

    TRY(view_part(view, table, &part));
    TRY(walk_begin(part, view->store->place[table], (struct bytes){0}, &walk));
    while ((outcome = walk_next(&walk)) == OUTCOME_OK) {
        uint8_t id[DATA_KEY_ID_BYTES];
        seen++;
        if (record_data_key_id(walk.value, id) == OUTCOME_OK)
            outcome = id_add(set, id);
        if (outcome != OUTCOME_OK)
            break;
    }
    walk_end(&walk);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return seen == environment_entries(part, view->store->place[table]) ? OUTCOME_OK
                                                                        : OUTCOME_STORE_DAMAGED;
}

static enum outcome used_ids(struct store *store, struct id_set *set)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(store, &view);
    for (unsigned i = 0; i < TABLE_TOTAL && outcome == OUTCOME_OK; i++) {
        if (table_environment(i) == ENVIRONMENT_STORE)
            outcome = ids_of_table(&view, i, set);
    }
    view_end(&view);
    if (set->count)
        qsort(set->ids, set->count, DATA_KEY_ID_BYTES, compare_ids);
    return outcome;
}

static enum outcome orphans_of(struct store *store, const struct id_set *used,
                               struct id_set *out_orphans)
{
    struct transaction *part;
    struct walk walk = {0};
    size_t found = 0;
    enum outcome outcome;
    struct view view;

    view_begin(store, &view);
    outcome = view_part(&view, TABLE_DATA_KEY, &part);
    if (outcome == OUTCOME_OK)
        outcome = walk_begin(part, store->place[TABLE_DATA_KEY], (struct bytes){0}, &walk);
    while (outcome == OUTCOME_OK && (outcome = walk_next(&walk)) == OUTCOME_OK) {
        if (walk.key.length != DATA_KEY_ID_BYTES)
            outcome = OUTCOME_STORE_DAMAGED;
        else if (used->count &&
                 bsearch(walk.key.data, used->ids, used->count, DATA_KEY_ID_BYTES, compare_ids))
            found++;
        else
            outcome = id_add(out_orphans, walk.key.data);
    }
    walk_end(&walk);
    view_end(&view);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return found == used->count ? OUTCOME_OK : OUTCOME_STORE_DAMAGED; /* one record, one key */
}

static enum outcome check_plain(struct view *view, enum table table)
{
    struct transaction *part;
    struct walk walk = {0};
    enum outcome outcome;

    TRY(view_part(view, table, &part));
    TRY(walk_begin(part, view->store->place[table], (struct bytes){0}, &walk));
    while ((outcome = walk_next(&walk)) == OUTCOME_OK) {
        uint8_t id[DATA_KEY_ID_BYTES];
        struct bytes value;
        if (record_data_key_id(walk.value, id) != OUTCOME_OK)
            outcome = record_check(view->store->keys->tag, table_place(table, walk.key), walk.value,
                                   &value);
        if (outcome != OUTCOME_OK)
            break;
    }
    walk_end(&walk);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* What is not sealed and bears no tag of ours may be a sealed record that is damaged. */
static enum outcome check_all_plain(struct store *store)
{
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(store, &view);
    for (unsigned i = 0; i < TABLE_TOTAL && outcome == OUTCOME_OK; i++) {
        if (table_environment(i) == ENVIRONMENT_STORE)
            outcome = check_plain(&view, i);
    }
    view_end(&view);
    return outcome;
}

static enum outcome remove_ids(struct store *store, const struct id_set *ids)
{
    struct change *change;
    enum outcome outcome;

    if (ids->count == 0)
        return OUTCOME_OK;
    change = calloc(1, sizeof *change);
    if (!change)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = change_begin(store, change);
    for (size_t i = 0; i < ids->count; i++)
        store_delete(change, TABLE_DATA_KEY,
                     bytes_of(ids->ids + i * DATA_KEY_ID_BYTES, DATA_KEY_ID_BYTES));
    if (outcome == OUTCOME_OK)
        outcome = change_commit(change);
    else
        change_abort(change);
    free(change);
    return outcome;
}

/* The millisecond in which the change that made this key began. */
static uint64_t moment_of(const uint8_t id[static DATA_KEY_ID_BYTES])
{
    return read_u64(id) >> KEY_COUNT_BITS;
}

/* Keys of one change may be later than any record: a crash came before the records did. Of more
 * than one change they cannot be, but when store/ was put back to what it was before. */
static bool are_of_one_change(const struct id_set *used, const struct id_set *orphans)
{
    const uint8_t *newest = used->count ? used->ids + (used->count - 1) * DATA_KEY_ID_BYTES : NULL;
    const uint8_t *last = orphans->ids + (orphans->count - 1) * DATA_KEY_ID_BYTES;

    for (size_t i = 0; i < orphans->count; i++) {
        const uint8_t *id = orphans->ids + i * DATA_KEY_ID_BYTES;
        if ((!newest || compare_ids(id, newest) > 0) && moment_of(id) != moment_of(last))
            return false;
    }
    return true;
}

static enum outcome sweep(struct store *store, bool after_crash, size_t *out_removed)
{
    struct id_set used = {0}, orphans = {0};
    enum outcome outcome = used_ids(store, &used);

    if (outcome == OUTCOME_OK)
        outcome = orphans_of(store, &used, &orphans);
    if (outcome == OUTCOME_OK && orphans.count)
        outcome = check_all_plain(store);
    if (outcome == OUTCOME_OK && after_crash && orphans.count &&
        !are_of_one_change(&used, &orphans))
        outcome = OUTCOME_STORE_DAMAGED;
    if (outcome == OUTCOME_OK)
        outcome = remove_ids(store, &orphans);
    *out_removed = outcome == OUTCOME_OK ? orphans.count : 0;
    free(used.ids);
    free(orphans.ids);
    return outcome;
}

enum outcome store_sweep(struct store *store, size_t *out_removed)
{
    return sweep(store, false, out_removed);
}

enum outcome store_sweep_after_crash(struct store *store, size_t *out_removed)
{
    return sweep(store, true, out_removed);
}
