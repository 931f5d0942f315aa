/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/environment_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/environment_pages.h"

enum {
    READERS_MAX = 256,
    HEAD_BYTES = 512,     /* of a head page: more than LMDB writes of it */
    PAGE_HEAD_BYTES = 64, /* of any other; LMDB's is 16 */
};

/* LMDB's codes are mapped here and nowhere else. */
enum outcome lmdb_outcome(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OUTCOME_OK;
    case MDB_NOTFOUND:
        return OUTCOME_NOT_FOUND;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
        return OUTCOME_STORE_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        return OUTCOME_STORE_DAMAGED;
    case ENOMEM:
        return OUTCOME_OUT_OF_MEMORY;
    case EACCES:
    case EPERM:
    case ENOENT:
    case EROFS:
        return OUTCOME_FILE_WRONG;
    case MDB_READERS_FULL:
        return OUTCOME_BUSY;
    default:
        return OUTCOME_STORE_FAILED;
    }
}

int lmdb_write_number(MDB_txn *txn)
{
    static const char name[] = ENVIRONMENT_COMMIT_ROW;
    uint8_t number[ENVIRONMENT_COMMIT_BYTES];
    MDB_val k = {sizeof name - 1, (void *)(uintptr_t)name}, v = {sizeof number, number};
    MDB_dbi list_of_tables;
    int code = mdb_dbi_open(txn, NULL, 0, &list_of_tables);

    write_u64(number, mdb_txn_id(txn));
    return code ? code : mdb_put(txn, list_of_tables, &k, &v, 0);
}

static enum outcome open_tables(struct environment *environment)
{
    MDB_txn *txn;
    bool made = false;
    int code = mdb_txn_begin(environment->env, NULL, 0, &txn);

    if (code)
        return lmdb_outcome(code);
    for (size_t i = 0; i < environment->table_count && !code; i++) {
        const char *name = environment->names[i];
        code = mdb_dbi_open(txn, name, 0, &environment->tables[i]);
        if (code == MDB_NOTFOUND) {
            code = mdb_dbi_open(txn, name, MDB_CREATE, &environment->tables[i]);
            made = true;
        }
    }
    if (!code && made)
        code = lmdb_write_number(txn);
    if (code) {
        mdb_txn_abort(txn);
        return lmdb_outcome(code);
    }
    return lmdb_outcome(mdb_txn_commit(txn));
}

/* A truncated file would be met as SIGBUS in the middle of a request. */
static enum outcome whole_file(struct environment *environment, const char *path)
{
    char file[PATH_MAX];
    struct stat info;
    MDB_envinfo env;
    MDB_stat stat_;

    if (snprintf(file, sizeof file, "%s/data.mdb", path) >= (int)sizeof file ||
        stat(file, &info) != 0)
        return OUTCOME_FILE_WRONG;
    if (mdb_env_info(environment->env, &env) || mdb_env_stat(environment->env, &stat_))
        return OUTCOME_STORE_DAMAGED;
    return (uint64_t)info.st_size < (uint64_t)(env.me_last_pgno + 1) * stat_.ms_psize
               ? OUTCOME_STORE_DAMAGED
               : OUTCOME_OK;
}

enum outcome environment_open_in(const char *path, struct environment *environment)
{
    int dead = 0, code = mdb_env_create(&environment->env);

    if (code)
        return lmdb_outcome(code);
    mdb_env_set_maxdbs(environment->env, ENVIRONMENT_TABLES_MAX);
    mdb_env_set_maxreaders(environment->env, READERS_MAX);
    code = mdb_env_set_mapsize(environment->env, environment->map_bytes);
    if (!code)
        code = mdb_env_open(environment->env, path, MDB_NOTLS, 0600);
    if (code)
        return lmdb_outcome(code);
    mdb_reader_check(environment->env, &dead);
    TRY(whole_file(environment, path)); /* before any page but the first two is read */
    return open_tables(environment);
}

void environment_close(struct environment *environment)
{
    if (!environment)
        return;
    if (environment->env)
        mdb_env_close(environment->env);
    if (environment->lock >= 0)
        close(environment->lock);
    pthread_mutex_destroy(&environment->gate.lock);
    pthread_cond_destroy(&environment->gate.changed);
    free(environment);
}

static struct environment *described(const char *const tables[], size_t count, size_t map_bytes)
{
    struct environment *environment = environment_new();

    for (size_t i = 0; environment && i < count; i++)
        environment->names[i] = tables[i];
    if (environment) {
        environment->table_count = count;
        environment->map_bytes = map_bytes;
    }
    return environment;
}

/* A crash halfway leaves `path.new`, which the next start makes anew. */
static enum outcome create(const char *path, const char *const tables[], size_t count,
                           size_t map_bytes)
{
    char fresh[PATH_MAX], file[PATH_MAX + 16];
    struct environment *environment;
    enum outcome outcome;

    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return OUTCOME_FILE_WRONG;
    snprintf(file, sizeof file, "%s/data.mdb", fresh);
    if (unlink(file) != 0 && errno != ENOENT)
        return OUTCOME_FILE_WRONG;
    snprintf(file, sizeof file, "%s/lock.mdb", fresh);
    if (unlink(file) != 0 && errno != ENOENT)
        return OUTCOME_FILE_WRONG;
    if (mkdir(fresh, 0700) != 0 && errno != EEXIST)
        return OUTCOME_FILE_WRONG;
    environment = described(tables, count, map_bytes);
    if (!environment)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = environment_open_in(fresh, environment);
    if (outcome == OUTCOME_OK && mdb_env_sync(environment->env, 1) != 0)
        outcome = OUTCOME_STORE_FAILED;
    environment_close(environment);
    TRY(outcome);
    TRY(folder_sync(fresh));
    if (rename(fresh, path) != 0)
        return OUTCOME_FILE_WRONG;
    return folder_sync_parent(path);
}

static enum outcome name_paths(struct environment *environment, const char *path)
{
    return snprintf(environment->path, PATH_MAX, "%s", path) < PATH_MAX &&
                   snprintf(environment->fresh, PATH_MAX, "%s.anew", path) < PATH_MAX
               ? OUTCOME_OK
               : OUTCOME_FILE_WRONG;
}

enum outcome environment_open(const char *path, const char *const tables[], size_t table_count,
                              size_t map_bytes, struct environment **out_environment)
{
    struct environment *environment;
    struct stat info;
    enum outcome outcome = OUTCOME_OK;

    if (stat(path, &info) != 0)
        TRY(create(path, tables, table_count, map_bytes));
    if (folder_is_remote(path))
        return OUTCOME_FILE_WRONG;
    environment = described(tables, table_count, map_bytes);
    if (!environment)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = folder_lock(path, "in-use", &environment->lock);
    if (outcome == OUTCOME_OK)
        outcome = data_file_check(path);
    if (outcome == OUTCOME_OK)
        outcome = name_paths(environment, path);
    if (outcome == OUTCOME_OK)
        outcome = data_file_tidy(path, environment->fresh);
    if (outcome == OUTCOME_OK)
        outcome = environment_open_in(path, environment);
    if (outcome == OUTCOME_OK)
        outcome = data_file_identity(path, &environment->identity);
    if (outcome != OUTCOME_OK) {
        environment_close(environment);
        return outcome;
    }
    *out_environment = environment;
    return OUTCOME_OK;
}

/* A value of this size gets a page of its own, and LMDB keeps each page that is freed. */
static int fill_pages(MDB_txn *txn, MDB_dbi table, size_t page_bytes, size_t count)
{
    int code = 0;

    for (uint64_t i = 0; i < count && !code; i++) {
        MDB_val k = {sizeof i, &i}, v = {page_bytes - PAGE_HEAD_BYTES, NULL};
        code = mdb_put(txn, table, &k, &v, MDB_RESERVE);
    }
    return code;
}

enum outcome environment_reserve(struct environment *environment, size_t pages)
{
    MDB_env *env = environment_enter(environment);
    MDB_stat info;
    MDB_txn *txn;
    int code = env ? mdb_env_stat(env, &info) : EIO;

    if (!code)
        code = mdb_txn_begin(env, NULL, 0, &txn);
    if (!code) {
        code = fill_pages(txn, environment->tables[0], info.ms_psize, pages);
        mdb_txn_abort(txn);
    }
    if (env)
        environment_leave(environment);
    return code == MDB_MAP_FULL ? OUTCOME_OK : lmdb_outcome(code);
}

static enum outcome begin(struct environment *environment, bool writes,
                          struct transaction *out_transaction)
{
    MDB_env *env = environment_enter(environment);
    MDB_txn *txn;
    int code;

    if (!env)
        return OUTCOME_STORE_FAILED;
    code = mdb_txn_begin(env, NULL, writes ? 0 : MDB_RDONLY, &txn);
    if (code) {
        environment_leave(environment);
        return lmdb_outcome(code);
    }
    *out_transaction = (struct transaction){environment, txn, writes, false, OUTCOME_OK};
    return OUTCOME_OK;
}

enum outcome environment_read(struct environment *environment, struct transaction *out_transaction)
{
    return begin(environment, false, out_transaction);
}

enum outcome environment_write(struct environment *environment, struct transaction *out_transaction)
{
    return begin(environment, true, out_transaction);
}

void transaction_end(struct transaction *transaction)
{
    if (!transaction->handle)
        return;
    mdb_txn_abort(transaction->handle);
    transaction->handle = NULL;
    environment_leave(transaction->environment);
}

/* A full map is found before anything is written. A full disk is found by a write or a sync that
 * failed: what then stands on disk is not known. */
static enum outcome commit_outcome(int code)
{
    return code == ENOSPC || code == EDQUOT ? OUTCOME_STORE_FAILED : lmdb_outcome(code);
}

static void stick(struct transaction *transaction, int code)
{
    if (code && transaction->outcome == OUTCOME_OK)
        transaction->outcome = lmdb_outcome(code);
}

/* The head pages are written in turn. */
static void keep_head(const struct transaction *transaction, struct file_part *out_head)
{
    MDB_env *env = transaction->environment->env;
    MDB_stat info;
    int file;

    *out_head = (struct file_part){0};
    if (!mdb_env_get_fd(env, &file) && !mdb_env_stat(env, &info))
        data_file_keep(file, (off_t)(mdb_txn_id(transaction->handle) % 2 * info.ms_psize),
                       out_head);
}

static enum outcome commit_handle(struct transaction *transaction)
{
    struct file_part head = {0};
    MDB_txn *txn = transaction->handle;
    enum outcome outcome;

    if (transaction->changed)
        keep_head(transaction, &head);
    transaction->handle = NULL;
    outcome = commit_outcome(mdb_txn_commit(txn));
    /* When its head page cannot be written LMDB writes the old number back, but beside the new
     * roots: at the next start that is a page on which a bit fell over. What stood there is whole.
     */
    if (outcome != OUTCOME_OK && outcome != OUTCOME_STORE_FULL)
        data_file_put_back(&head);
    environment_leave(transaction->environment);
    return outcome;
}

enum outcome transaction_commit(struct transaction *transaction)
{
    MDB_txn *txn = transaction->handle;

    if (transaction->outcome != OUTCOME_OK) {
        transaction_end(transaction);
        return transaction->outcome;
    }
    if (transaction->changed) {
        stick(transaction, lmdb_write_number(txn));
        if (transaction->outcome != OUTCOME_OK)
            return transaction_commit(transaction);
    }
    return commit_handle(transaction);
}

static MDB_val val_of(struct bytes bytes)
{
    return (MDB_val){bytes.length, (void *)(uintptr_t)bytes.data};
}

static struct bytes bytes_from(MDB_val val)
{
    return bytes_of(val.mv_data, val.mv_size);
}

static MDB_dbi dbi_of(const struct transaction *transaction, unsigned table)
{
    return transaction->environment->tables[table];
}

enum outcome transaction_get(struct transaction *transaction, unsigned table, struct bytes key,
                             struct bytes *out_value)
{
    MDB_val k = val_of(key), v;

    TRY(transaction->outcome);
    TRY(lmdb_outcome(mdb_get(transaction->handle, dbi_of(transaction, table), &k, &v)));
    *out_value = bytes_from(v);
    return OUTCOME_OK;
}

/* Most of our rows come in order of their key. Behind the last one they are appended, which fills
 * each page; put in the usual way they would leave every page half empty when it is split. */
static int put(const struct transaction *transaction, unsigned table, MDB_val *k, MDB_val *v)
{
    const MDB_dbi dbi = dbi_of(transaction, table);
    const int code = mdb_put(transaction->handle, dbi, k, v, MDB_APPEND);

    return code == MDB_KEYEXIST ? mdb_put(transaction->handle, dbi, k, v, 0) : code;
}

void transaction_put(struct transaction *transaction, unsigned table, struct bytes key,
                     struct bytes value)
{
    MDB_val k = val_of(key), v = val_of(value);

    transaction->changed = true;
    if (transaction->outcome == OUTCOME_OK)
        stick(transaction, put(transaction, table, &k, &v));
}

void transaction_delete(struct transaction *transaction, unsigned table, struct bytes key)
{
    MDB_val k = val_of(key);
    int code;

    transaction->changed = true;
    if (transaction->outcome != OUTCOME_OK)
        return;
    code = mdb_del(transaction->handle, dbi_of(transaction, table), &k, NULL);
    if (code != MDB_NOTFOUND)
        stick(transaction, code);
}

void transaction_clear(struct transaction *transaction, unsigned table)
{
    transaction->changed = true;
    if (transaction->outcome == OUTCOME_OK)
        stick(transaction, mdb_drop(transaction->handle, dbi_of(transaction, table), 0));
}

static enum outcome cursor_find(struct transaction *transaction, unsigned table, MDB_val *k,
                                MDB_val *v, bool after, MDB_cursor_op op)
{
    MDB_cursor *cursor;
    MDB_val from = *k;
    int code = mdb_cursor_open(transaction->handle, dbi_of(transaction, table), &cursor);

    if (code)
        return lmdb_outcome(code);
    code = mdb_cursor_get(cursor, k, v, op);
    if (!code && after && k->mv_size == from.mv_size &&
        memcmp(k->mv_data, from.mv_data, from.mv_size) == 0)
        code = mdb_cursor_get(cursor, k, v, MDB_NEXT);
    mdb_cursor_close(cursor);
    return lmdb_outcome(code);
}

enum outcome transaction_next(struct transaction *transaction, unsigned table, struct bytes from,
                              bool after, struct bytes *out_key, struct bytes *out_value)
{
    MDB_val k = val_of(from), v;

    TRY(transaction->outcome);
    TRY(cursor_find(transaction, table, &k, &v, after, from.length ? MDB_SET_RANGE : MDB_FIRST));
    *out_key = bytes_from(k);
    *out_value = bytes_from(v);
    return OUTCOME_OK;
}

enum outcome transaction_before(struct transaction *transaction, unsigned table, struct bytes bound,
                                struct bytes *out_key, struct bytes *out_value)
{
    MDB_val k = val_of(bound), v;
    MDB_cursor *cursor;
    int code;

    TRY(transaction->outcome);
    if (bound.length == 0) /* nothing comes before the empty key; LMDB takes none */
        return OUTCOME_NOT_FOUND;
    TRY(lmdb_outcome(mdb_cursor_open(transaction->handle, dbi_of(transaction, table), &cursor)));
    code = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    if (!code || code == MDB_NOTFOUND)
        code = mdb_cursor_get(cursor, &k, &v, code ? MDB_LAST : MDB_PREV);
    mdb_cursor_close(cursor);
    TRY(lmdb_outcome(code));
    *out_key = bytes_from(k);
    *out_value = bytes_from(v);
    return OUTCOME_OK;
}

enum outcome walk_begin(struct transaction *transaction, unsigned table, struct bytes from,
                        struct walk *out_walk)
{
    MDB_cursor *cursor;

    TRY(transaction->outcome);
    TRY(lmdb_outcome(mdb_cursor_open(transaction->handle, dbi_of(transaction, table), &cursor)));
    *out_walk = (struct walk){cursor, false, from, {0}};
    return OUTCOME_OK;
}

enum outcome walk_next(struct walk *walk)
{
    MDB_val k = val_of(walk->key), v;
    MDB_cursor_op op = walk->started ? MDB_NEXT : k.mv_size ? MDB_SET_RANGE : MDB_FIRST;

    TRY(lmdb_outcome(mdb_cursor_get(walk->cursor, &k, &v, op)));
    walk->started = true;
    walk->key = bytes_from(k);
    walk->value = bytes_from(v);
    return OUTCOME_OK;
}

void walk_end(struct walk *walk)
{
    if (walk->cursor)
        mdb_cursor_close(walk->cursor);
    walk->cursor = NULL;
}

size_t environment_entries(struct transaction *transaction, unsigned table)
{
    MDB_stat info;

    return mdb_stat(transaction->handle, dbi_of(transaction, table), &info) ? 0 : info.ms_entries;
}

uint64_t environment_bytes(struct transaction *transaction, unsigned table)
{
    MDB_stat info;

    if (mdb_stat(transaction->handle, dbi_of(transaction, table), &info))
        return 0;
    return (uint64_t)info.ms_psize *
           (info.ms_branch_pages + info.ms_leaf_pages + info.ms_overflow_pages);
}
