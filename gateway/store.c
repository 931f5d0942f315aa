/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "crypto/ready.h"
#include "crypto/record.h"
#include "crypto/sha256.h"
#include "gateway/clock.h"
#include "gateway/environment_files.h"
#include "gateway/store_damage.h"
#include "gateway/store_format.h"
#include "gateway/store_parts.h"

static const struct row {
    const char *name;
    enum environment_name environment;
} rows[TABLE_TOTAL] = {
#define TABLE_ROW(name, environment) [TABLE_##name] = {#name, ENVIRONMENT_##environment},
    TABLES(TABLE_ROW)
#undef TABLE_ROW
};

static const char *const folders[ENVIRONMENT_TOTAL] = {"store", "keys", "index"};

enum environment_name table_environment(enum table table)
{
    return rows[table].environment;
}

enum outcome environment_path(const struct store *store, enum environment_name name,
                              char out[static PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/%s", store->folder, folders[name]) < PATH_MAX
               ? OUTCOME_OK
               : OUTCOME_FILE_WRONG;
}

const char *table_name(enum table table)
{
    return rows[table].name;
}

const char *environment_folder(enum environment_name name)
{
    return folders[name];
}

static enum outcome open_part(struct store *store, enum environment_name name, size_t map_bytes)
{
    const char *names[ENVIRONMENT_TABLES_MAX];
    char path[PATH_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < TABLE_TOTAL; i++) {
        if (rows[i].environment == name) {
            store->place[i] = count;
            names[count++] = rows[i].name;
        }
    }
    TRY(environment_path(store, name, path));
    TRY(store_part_check(store, name));
    return environment_open(path, names, count, map_bytes, &store->environments[name]);
}

static enum outcome open_all(struct store *store, const char *folder, size_t map_bytes,
                             const uint8_t master[static KEY_BYTES])
{
    if (snprintf(store->folder, sizeof store->folder, "%s", folder) >= (int)sizeof store->folder)
        return OUTCOME_FILE_WRONG;
    TRY(store_format_check(folder)); /* before anything is touched */
    TRY(folder_lock(folder, "in-use", &store->lock));
    store->keys = secret_new(sizeof *store->keys);
    if (!store->keys)
        return OUTCOME_OUT_OF_MEMORY;
    key_derive(master, KEY_FOR_MAC, 1, store->keys->tag);
    key_derive(master, KEY_FOR_STORE, 1, store->keys->wrap);
    key_derive(master, KEY_FOR_INDEX, 1, store->keys->index);
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        TRY(open_part(store, i, map_bytes));
    return store_format_reach(folder);
}

enum outcome store_open(const char *folder, size_t map_bytes,
                        const uint8_t master[static KEY_BYTES], struct store **out_store)
{
    struct store *store = calloc(1, sizeof *store);
    enum outcome outcome;

    if (!store)
        return OUTCOME_OUT_OF_MEMORY;
    store->lock = -1;
    pthread_mutex_init(&store->anew.lock, NULL);
    mkdir(folder, 0700); /* that it exists, or cannot, shows at the next step */
    outcome = open_all(store, folder, map_bytes, master);
    if (outcome != OUTCOME_OK) {
        store_close(store);
        return outcome;
    }
    *out_store = store;
    return OUTCOME_OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        environment_close(store->environments[i]);
    secret_free(store->keys);
    if (store->lock >= 0)
        close(store->lock);
    buffer_wipe(&store->kept);
    buffer_wipe(&store->anew.since);
    pthread_mutex_destroy(&store->anew.lock);
    free(store);
}

uint64_t store_free_bytes(const struct store *store)
{
    struct statvfs info;

    return statvfs(store->folder, &info) ? 0 : (uint64_t)info.f_bavail * info.f_frsize;
}

enum outcome store_read_outcome(enum outcome outcome)
{
    return outcome == OUTCOME_OK || outcome_kind(outcome) == KIND_OURS ? outcome
                                                                       : OUTCOME_STORE_DAMAGED;
}

enum outcome store_hash(const struct store *store, const char *label, struct bytes value,
                        uint8_t out[static STORE_HASH_BYTES])
{
    const struct bytes parts[] = {bytes_of(label, strlen(label) + 1), value};
    uint8_t whole[SHA256_BYTES];

    TRY(hmac_sha256(bytes_of(store->keys->index, KEY_BYTES), parts, 2, whole));
    memcpy(out, whole, STORE_HASH_BYTES);
    return OUTCOME_OK;
}

/* --- reading --- */

void view_begin(struct store *store, struct view *out_view)
{
    *out_view = (struct view){.store = store};
}

void view_end(struct view *view)
{
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        transaction_end(&view->parts[i]);
    buffer_wipe(&view->opened[0]);
    buffer_wipe(&view->opened[1]);
}

/* A part is begun at its first use, so that what is not read costs nothing. */
enum outcome view_part(struct view *view, enum table table, struct transaction **out_part)
{
    enum environment_name name = rows[table].environment;
    struct transaction *part = &view->parts[name];

    if (!part->handle) {
        if (part->writes) /* a change begins as a writer, see change_begin() */
            TRY(environment_write(view->store->environments[name], part));
        else
            TRY(environment_read(view->store->environments[name], part));
    }
    *out_part = part;
    return OUTCOME_OK;
}

struct record_place table_place(enum table table, struct bytes key)
{
    return (struct record_place){rows[table].name, key};
}

static enum outcome data_key_of(struct view *view, struct bytes stored, struct data_key *out_key)
{
    uint8_t id[DATA_KEY_ID_BYTES];
    struct bytes wrapped;

    TRY(record_data_key_id(stored, id));
    TRY(store_get(view, TABLE_DATA_KEY, bytes_of(id, sizeof id), &wrapped));
    return data_key_unwrap(view->store->keys->wrap, id, wrapped, out_key);
}

static bool is_sealed(struct bytes stored)
{
    uint8_t id[DATA_KEY_ID_BYTES];

    return record_data_key_id(stored, id) == OUTCOME_OK;
}

/* A record of which the key is not there was deleted after this view's moment in store/, or it
 * is damaged: that shows in whether it stands there still. */
static enum outcome why_no_key(struct view *view, enum table table, struct bytes key,
                               struct bytes stored)
{
    enum outcome outcome = OUTCOME_STORE_DAMAGED;
    struct transaction now;
    struct bytes there;

    if (view->parts[rows[table].environment].writes)
        return OUTCOME_STORE_DAMAGED;
    TRY(environment_read(view->store->environments[rows[table].environment], &now));
    if (transaction_get(&now, view->store->place[table], key, &there) == OUTCOME_NOT_FOUND ||
        !bytes_equal(there, stored))
        outcome = OUTCOME_NOT_FOUND;
    transaction_end(&now);
    return outcome;
}

static enum outcome open_sealed(struct view *view, enum table table, struct bytes key,
                                struct bytes stored, struct bytes *out_value)
{
    struct buffer *opened = &view->opened[view->turn++ % 2];
    OWNED_DATA_KEY data_key = {0};
    enum outcome outcome;

    buffer_wipe(opened);
    outcome = data_key_of(view, stored, &data_key);
    if (outcome == OUTCOME_NOT_FOUND)
        return why_no_key(view, table, key, stored);
    TRY(outcome);
    TRY(record_open(&data_key, table_place(table, key), stored, opened));
    *out_value = buffer_bytes(opened);
    return OUTCOME_OK;
}

static enum outcome value_of(struct view *view, enum table table, struct bytes key,
                             struct bytes stored, struct bytes *out_value)
{
    enum outcome outcome =
        is_sealed(stored)
            ? open_sealed(view, table, key, stored, out_value)
            : record_check(view->store->keys->tag, table_place(table, key), stored, out_value);

    if (view->parts[ENVIRONMENT_STORE].writes)
        view->store->read_last = table;
    /* of a data key it is told by the record that it is of */
    if (outcome == OUTCOME_STORE_DAMAGED && table != TABLE_DATA_KEY)
        store_damage_met(view->store, table);
    return outcome;
}

static enum outcome get_stored(struct view *view, enum table table, struct bytes key,
                               struct bytes *out_stored)
{
    struct transaction *part;

    TRY(view_part(view, table, &part));
    return transaction_get(part, view->store->place[table], key, out_stored);
}

enum outcome store_get(struct view *view, enum table table, struct bytes key,
                       struct bytes *out_value)
{
    struct bytes stored;

    TRY(get_stored(view, table, key, &stored));
    return value_of(view, table, key, stored, out_value);
}

bool store_has(struct view *view, enum table table, struct bytes key)
{
    struct bytes stored;

    return get_stored(view, table, key, &stored) == OUTCOME_OK;
}

/* A row that was deleted under a reader is passed over, so that it does not look like the end. */
enum outcome store_next(struct view *view, enum table table, struct bytes from, bool after,
                        struct bytes *out_key, struct bytes *out_value)
{
    struct transaction *part;
    struct bytes stored;
    enum outcome outcome;

    TRY(view_part(view, table, &part));
    do {
        TRY(transaction_next(part, view->store->place[table], from, after, out_key, &stored));
        outcome = value_of(view, table, *out_key, stored, out_value);
        from = *out_key;
        after = true;
    } while (outcome == OUTCOME_NOT_FOUND);
    return outcome;
}

enum outcome store_before(struct view *view, enum table table, struct bytes bound,
                          struct bytes *out_key, struct bytes *out_value)
{
    struct transaction *part;
    struct bytes stored;
    enum outcome outcome;

    TRY(view_part(view, table, &part));
    do {
        TRY(transaction_before(part, view->store->place[table], bound, out_key, &stored));
        outcome = value_of(view, table, *out_key, stored, out_value);
        bound = *out_key;
    } while (outcome == OUTCOME_NOT_FOUND);
    return outcome;
}

enum outcome store_count(struct view *view, enum table table, struct bytes prefix, size_t most,
                         size_t *out_count)
{
    struct transaction *part;
    struct walk walk = {0};
    enum outcome outcome = OUTCOME_OK;
    size_t count = 0;

    TRY(view_part(view, table, &part));
    TRY(walk_begin(part, view->store->place[table], prefix, &walk));
    while (count < most && (outcome = walk_next(&walk)) == OUTCOME_OK) {
        if (walk.key.length < prefix.length ||
            !bytes_equal(bytes_of(walk.key.data, prefix.length), prefix))
            break;
        count++;
    }
    walk_end(&walk);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    *out_count = count;
    return OUTCOME_OK;
}

size_t store_entries(struct view *view, enum table table)
{
    struct transaction *part;

    return view_part(view, table, &part) == OUTCOME_OK
               ? environment_entries(part, view->store->place[table])
               : 0;
}

uint64_t store_bytes(struct view *view, enum table table)
{
    struct transaction *part;

    return view_part(view, table, &part) == OUTCOME_OK
               ? environment_bytes(part, view->store->place[table])
               : 0;
}

/* --- writing --- */

enum outcome change_begin(struct store *store, struct change *out_change)
{
    struct transaction *part;

    *out_change = (struct change){.next_key = (uint64_t)clock_now_ms() << KEY_COUNT_BITS};
    view_begin(store, &out_change->view);
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        out_change->view.parts[i].writes = true;
    return view_part(&out_change->view, TABLE_META, &part);
}

/* What the store says no to is our own mistake: as a refusal it would be committed. */
static void stick(struct change *change, enum outcome outcome)
{
    if (outcome != OUTCOME_OK && outcome_kind(outcome) != KIND_OURS)
        outcome = OUTCOME_INTERNAL;
    if (change->outcome == OUTCOME_OK)
        change->outcome = outcome;
}

void change_random(struct change *change, void *out, size_t length)
{
    if (length > sizeof change->random) {
        random_bytes(out, length);
        return;
    }
    if (change->random_left < length) {
        random_bytes(change->random, sizeof change->random);
        change->random_left = sizeof change->random;
    }
    change->random_left -= length;
    memcpy(out, change->random + change->random_left, length);
    wipe(change->random + change->random_left, length);
}

static void put_stored(struct change *change, enum table table, struct bytes key,
                       const struct buffer *stored, enum outcome printed)
{
    struct transaction *part;

    if (change->outcome == OUTCOME_OK && printed == OUTCOME_OK)
        printed = view_part(&change->view, table, &part);
    stick(change, printed);
    if (change->outcome != OUTCOME_OK)
        return;
    transaction_put(part, change->view.store->place[table], key, buffer_bytes(stored));
    stick(change, part->outcome);
    change->writes++;
}

void store_put(struct change *change, enum table table, struct bytes key, struct bytes value)
{
    change->scratch.length = 0;
    put_stored(change, table, key, &change->scratch,
               record_tag(change->view.store->keys->tag, table_place(table, key), value,
                          &change->scratch));
}

static void put_data_key(struct change *change, const struct data_key *data_key)
{
    uint8_t wrapped[DATA_KEY_WRAPPED_BYTES];

    buffer_add(&change->made, data_key->id, sizeof data_key->id);
    stick(change, buffer_outcome(&change->made));
    data_key_wrap(change->view.store->keys->wrap, data_key, wrapped);
    store_put(change, TABLE_DATA_KEY, bytes_of(data_key->id, sizeof data_key->id),
              bytes_of(wrapped, sizeof wrapped));
}

/* A record that is there already keeps its data key: one key, one record. */
static bool has_data_key(struct change *change, enum table table, struct bytes key,
                         struct data_key *out_key)
{
    struct bytes stored;

    return get_stored(&change->view, table, key, &stored) == OUTCOME_OK && is_sealed(stored) &&
           data_key_of(&change->view, stored, out_key) == OUTCOME_OK;
}

/* Seals under a new data key. The key's id begins with the time, so that new keys come to stand
 * side by side: drawn at random throughout, each would dirty a page of keys/ of its own. */
static enum outcome seal_new(struct change *change, struct record_place place, struct bytes value)
{
    uint8_t random[RECORD_RANDOM_BYTES];
    OWNED_DATA_KEY data_key = {0};
    enum outcome outcome;

    change_random(change, random, sizeof random);
    write_u64(random + RECORD_RANDOM_ID_AT, change->next_key++);
    outcome = record_seal(place, value, random, &data_key, &change->sealed);
    wipe(random, sizeof random);
    if (outcome == OUTCOME_OK)
        put_data_key(change, &data_key);
    return outcome;
}

static enum outcome seal(struct change *change, enum table table, struct bytes key,
                         struct bytes value)
{
    uint8_t nonce[RECORD_NONCE_BYTES];
    OWNED_DATA_KEY data_key = {0};

    change->sealed.length = 0;
    if (!has_data_key(change, table, key, &data_key))
        return seal_new(change, table_place(table, key), value);
    change_random(change, nonce, sizeof nonce);
    return record_seal_again(&data_key, table_place(table, key), value, nonce, &change->sealed);
}

void store_put_sealed(struct change *change, enum table table, struct bytes key, struct bytes value)
{
    if (change->outcome != OUTCOME_OK)
        return;
    put_stored(change, table, key, &change->sealed, seal(change, table, key, value));
}

void store_delete(struct change *change, enum table table, struct bytes key)
{
    uint8_t id[DATA_KEY_ID_BYTES];
    struct transaction *part;
    struct bytes stored;
    enum outcome outcome;

    if (change->outcome != OUTCOME_OK)
        return;
    outcome = get_stored(&change->view, table, key, &stored);
    if (outcome == OUTCOME_NOT_FOUND)
        return;
    stick(change, outcome);
    if (change->outcome != OUTCOME_OK)
        return;
    if (record_data_key_id(stored, id) == OUTCOME_OK) {
        buffer_add(&change->erased, id, sizeof id);
        stick(change, buffer_outcome(&change->erased));
    }
    stick(change, view_part(&change->view, table, &part));
    if (change->outcome != OUTCOME_OK)
        return;
    transaction_delete(part, change->view.store->place[table], key);
    stick(change, part->outcome);
    change->writes++;
}

void store_clear(struct change *change, enum table table)
{
    struct transaction *part;

    stick(change, view_part(&change->view, table, &part));
    if (change->outcome != OUTCOME_OK)
        return;
    transaction_clear(part, change->view.store->place[table]);
    stick(change, part->outcome);
}

uint64_t store_next_sequence(struct change *change, enum table table, struct bytes prefix)
{
    uint8_t bound[ENVIRONMENT_KEY_MAX_BYTES];
    struct bytes key, stored;
    struct transaction *part;
    enum outcome outcome = prefix.length + 8 > sizeof bound
                               ? OUTCOME_INTERNAL
                               : view_part(&change->view, table, &part);

    if (outcome == OUTCOME_OK) {
        memcpy(bound, prefix.data ? prefix.data : bound, prefix.length);
        memset(bound + prefix.length, 0xff, 8);
        outcome = transaction_before(part, change->view.store->place[table],
                                     bytes_of(bound, prefix.length + 8), &key, &stored);
    }
    if (outcome != OUTCOME_NOT_FOUND) /* zero for another reason would write over the first row */
        stick(change, outcome);
    if (outcome != OUTCOME_OK || key.length != prefix.length + 8 ||
        !bytes_equal(bytes_of(key.data, prefix.length), prefix))
        return 0;
    return read_u64(key.data + prefix.length) + 1;
}
