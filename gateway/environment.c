/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/environment_files.h"
#include "gateway/environment_pages.h"

enum {
    READERS_MAX = 256,
    HEAD_BYTES = 512,     /* of a head page: more than LMDB writes of it */
    KEPT_BYTES = 8 << 20, /* of disk, behind the file: more than a batch of changes takes */
};

/* Who uses LMDB's handle is inside; it is put in the place of another when nobody is. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned inside;
    bool closed;
};

struct environment {
    MDB_env *env; /* NULL: it could not be opened again; nothing works any more */
    MDB_dbi tables[ENVIRONMENT_TABLES_MAX];
    const char *names[ENVIRONMENT_TABLES_MAX];
    size_t table_count, map_bytes;
    struct gate gate;
    int lock; /* our own exclusive lock; LMDB's lets several processes in */
    struct file_identity identity;
    uint64_t kept_until; /* blocks are ours up to this byte of the file */
    char path[PATH_MAX];
    char fresh[PATH_MAX]; /* where it is written anew */
};

/* LMDB's codes are mapped here and nowhere else. */
static enum outcome outcome_of(int code)
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

/* --- the gate --- */

static struct environment *environment_new(void)
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

/* NULL when there is nothing to use; then nobody leaves. */
static MDB_env *enter(struct environment *environment)
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

static void leave(struct environment *environment)
{
    struct gate *gate = &environment->gate;

    pthread_mutex_lock(&gate->lock);
    if (--gate->inside == 0 && gate->closed)
        pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static enum outcome gate_close(struct gate *gate, int wait_ms)
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
        gate_open(gate);
    return empty ? OUTCOME_OK : OUTCOME_BUSY;
}

static int write_number(MDB_txn *txn)
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
        return outcome_of(code);
    for (size_t i = 0; i < environment->table_count && !code; i++) {
        const char *name = environment->names[i];
        code = mdb_dbi_open(txn, name, 0, &environment->tables[i]);
        if (code == MDB_NOTFOUND) {
            code = mdb_dbi_open(txn, name, MDB_CREATE, &environment->tables[i]);
            made = true;
        }
    }
    if (!code && made)
        code = write_number(txn);
    if (code) {
        mdb_txn_abort(txn);
        return outcome_of(code);
    }
    return outcome_of(mdb_txn_commit(txn));
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

static enum outcome open_in(const char *path, struct environment *environment)
{
    int dead = 0, code = mdb_env_create(&environment->env);

    if (code)
        return outcome_of(code);
    mdb_env_set_maxdbs(environment->env, ENVIRONMENT_TABLES_MAX);
    mdb_env_set_maxreaders(environment->env, READERS_MAX);
    code = mdb_env_set_mapsize(environment->env, environment->map_bytes);
    if (!code)
        code = mdb_env_open(environment->env, path, MDB_NOTLS, 0600);
    if (code)
        return outcome_of(code);
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
    outcome = open_in(fresh, environment);
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
        outcome = open_in(path, environment);
    if (outcome == OUTCOME_OK)
        outcome = data_file_identity(path, &environment->identity);
    if (outcome != OUTCOME_OK) {
        environment_close(environment);
        return outcome;
    }
    *out_environment = environment;
    return OUTCOME_OK;
}

static enum outcome begin(struct environment *environment, bool writes,
                          struct transaction *out_transaction)
{
    MDB_env *env = enter(environment);
    MDB_txn *txn;
    int code;

    if (!env)
        return OUTCOME_STORE_FAILED;
    code = mdb_txn_begin(env, NULL, writes ? 0 : MDB_RDONLY, &txn);
    if (code) {
        leave(environment);
        return outcome_of(code);
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
    leave(transaction->environment);
}

/* A full map is found before anything is written. A full disk is found by a write or a sync that
 * failed: what then stands on disk is not known. */
static enum outcome commit_outcome(int code)
{
    return code == ENOSPC || code == EDQUOT ? OUTCOME_STORE_FAILED : outcome_of(code);
}

static void stick(struct transaction *transaction, int code)
{
    if (code && transaction->outcome == OUTCOME_OK)
        transaction->outcome = outcome_of(code);
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
    leave(transaction->environment);
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
        stick(transaction, write_number(txn));
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
    TRY(outcome_of(mdb_get(transaction->handle, dbi_of(transaction, table), &k, &v)));
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
        return outcome_of(code);
    code = mdb_cursor_get(cursor, k, v, op);
    if (!code && after && k->mv_size == from.mv_size &&
        memcmp(k->mv_data, from.mv_data, from.mv_size) == 0)
        code = mdb_cursor_get(cursor, k, v, MDB_NEXT);
    mdb_cursor_close(cursor);
    return outcome_of(code);
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
    TRY(outcome_of(mdb_cursor_open(transaction->handle, dbi_of(transaction, table), &cursor)));
    code = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    if (!code || code == MDB_NOTFOUND)
        code = mdb_cursor_get(cursor, &k, &v, code ? MDB_LAST : MDB_PREV);
    mdb_cursor_close(cursor);
    TRY(outcome_of(code));
    *out_key = bytes_from(k);
    *out_value = bytes_from(v);
    return OUTCOME_OK;
}

enum outcome walk_begin(struct transaction *transaction, unsigned table, struct bytes from,
                        struct walk *out_walk)
{
    MDB_cursor *cursor;

    TRY(transaction->outcome);
    TRY(outcome_of(mdb_cursor_open(transaction->handle, dbi_of(transaction, table), &cursor)));
    *out_walk = (struct walk){cursor, false, from, {0}};
    return OUTCOME_OK;
}

enum outcome walk_next(struct walk *walk)
{
    MDB_val k = val_of(walk->key), v;
    MDB_cursor_op op = walk->started ? MDB_NEXT : k.mv_size ? MDB_SET_RANGE : MDB_FIRST;

    TRY(outcome_of(mdb_cursor_get(walk->cursor, &k, &v, op)));
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

/* A compacted copy counts its commits anew: as many here as there are head pages to agree. */
static int number_copy(MDB_env *env, const char *path, size_t map_bytes)
{
    int code = mdb_env_set_mapsize(env, map_bytes);

    if (!code)
        code = mdb_env_open(env, path, MDB_NOLOCK, 0600);
    for (int i = 0; i < 2 && !code; i++) {
        MDB_txn *txn;
        code = mdb_txn_begin(env, NULL, 0, &txn);
        if (code)
            break;
        code = write_number(txn);
        if (code)
            mdb_txn_abort(txn);
        else
            code = mdb_txn_commit(txn);
    }
    return code;
}

static enum outcome copy_to(MDB_env *env, const char *path)
{
    MDB_envinfo info;
    MDB_env *copy;
    int code;

    if (mkdir(path, 0700) != 0)
        return errno == ENOSPC || errno == EDQUOT ? OUTCOME_STORE_FULL : OUTCOME_FILE_WRONG;
    TRY(outcome_of(mdb_env_copy2(env, path, MDB_CP_COMPACT)));
    TRY(data_file_make_private(path)); /* LMDB leaves that to the umask */
    TRY(outcome_of(mdb_env_info(env, &info)));
    TRY(outcome_of(mdb_env_create(&copy)));
    code = number_copy(copy, path, info.me_mapsize);
    mdb_env_close(copy);
    return outcome_of(code);
}

enum outcome environment_copy(struct environment *environment, const char *path)
{
    MDB_env *env = enter(environment);
    enum outcome outcome;

    if (!env)
        return OUTCOME_STORE_FAILED;
    outcome = copy_to(env, path);
    leave(environment);
    return outcome;
}

/* --- written anew --- */

enum outcome environment_anew_begin(struct environment *environment)
{
    TRY(data_file_tidy(environment->path, environment->fresh));
    return environment_copy(environment, environment->fresh);
}

static int bring_over(MDB_txn *from, MDB_txn *to, const struct environment *environment,
                      const struct anew_changes *changes)
{
    const char *name = environment->names[changes->table];
    MDB_dbi table;
    int code = mdb_dbi_open(to, name, 0, &table);

    for (size_t i = 0; !code && i < changes->keys.length; i += changes->key_length) {
        MDB_val key = {changes->key_length, (void *)(uintptr_t)(changes->keys.data + i)}, value;
        code = mdb_get(from, environment->tables[changes->table], &key, &value);
        if (code == MDB_NOTFOUND)
            code = mdb_del(to, table, &key, NULL);
        else if (!code)
            code = mdb_put(to, table, &key, &value, 0);
        if (code == MDB_NOTFOUND) /* put and deleted since */
            code = 0;
    }
    return code ? code : write_number(to);
}

static int update_in(MDB_env *copy, struct environment *environment,
                     const struct anew_changes *changes)
{
    MDB_txn *from, *to;
    int code = mdb_env_set_maxdbs(copy, ENVIRONMENT_TABLES_MAX);

    if (!code)
        code = mdb_env_set_mapsize(copy, environment->map_bytes);
    if (!code)
        code = mdb_env_open(copy, environment->fresh, MDB_NOLOCK | MDB_NOTLS, 0600);
    if (!code)
        code = mdb_txn_begin(copy, NULL, 0, &to);
    if (code)
        return code;
    code = mdb_txn_begin(environment->env, NULL, MDB_RDONLY, &from);
    if (!code) {
        code = bring_over(from, to, environment, changes);
        mdb_txn_abort(from);
    }
    if (code) {
        mdb_txn_abort(to);
        return code;
    }
    return mdb_txn_commit(to); /* synced, and with it all that was copied before */
}

static enum outcome update_copy(struct environment *environment, const struct anew_changes *changes)
{
    MDB_env *copy;
    int code;

    TRY(outcome_of(mdb_env_create(&copy)));
    code = update_in(copy, environment, changes);
    mdb_env_close(copy);
    TRY(outcome_of(code));
    return folder_sync(environment->fresh);
}

/* LMDB keeps a lock on the folder that does not bear two handles in one process: so the old one is
 * closed first. What fails from there on cannot be undone here. */
static enum outcome change_places(struct environment *environment)
{
    MDB_env *old = environment->env;
    enum outcome outcome = data_file_replace(environment->path, environment->fresh);

    if (outcome != OUTCOME_OK)
        return outcome;
    mdb_env_close(old);
    environment->env = NULL;
    environment->kept_until = 0;
    outcome = open_in(environment->path, environment);
    if (outcome == OUTCOME_OK)
        outcome = data_file_identity(environment->path, &environment->identity);
    if (outcome != OUTCOME_OK && environment->env) {
        mdb_env_close(environment->env);
        environment->env = NULL;
    }
    return outcome == OUTCOME_OK ? OUTCOME_OK : OUTCOME_STORE_FAILED;
}

enum outcome environment_anew_swap(struct environment *environment,
                                   const struct anew_changes *changes, int wait_ms)
{
    enum outcome outcome;

    if (!environment->env)
        return OUTCOME_STORE_FAILED;
    outcome = update_copy(environment, changes);
    if (outcome != OUTCOME_OK) /* only the copy was written to */
        return outcome == OUTCOME_STORE_FAILED ? OUTCOME_FILE_WRONG : outcome;
    TRY(gate_close(&environment->gate, wait_ms));
    outcome = change_places(environment);
    gate_open(&environment->gate);
    return outcome;
}

enum outcome environment_anew_end(struct environment *environment)
{
    return data_file_tidy(environment->path, environment->fresh);
}

/* --- room --- */

/* LMDB tells of its readers in lines: process, thread, transaction. */
static int note_reader(const char *line, void *context)
{
    size_t *oldest = context, transaction;
    char *after;

    (void)strtol(line, &after, 10);
    (void)strtoul(after, &after, 16);
    line = after;
    transaction = strtoul(line, &after, 10);
    if (after != line && transaction < *oldest) /* the head, and who reads nothing now, have none */
        *oldest = transaction;
    return 0;
}

/* Pages that were given back, and that no reader holds back. */
static uint64_t free_pages(MDB_env *env)
{
    const MDB_dbi list_of_free_pages = 0; /* as LMDB's own tools read it */
    size_t oldest = SIZE_MAX, given_back_by;
    MDB_cursor *cursor;
    MDB_val k, v;
    MDB_txn *txn;
    uint64_t pages = 0;

    if (mdb_reader_list(env, note_reader, &oldest) < 0 ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn))
        return 0;
    if (mdb_cursor_open(txn, list_of_free_pages, &cursor) == 0) {
        while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0) {
            size_t count;
            memcpy(&given_back_by, k.mv_data, sizeof given_back_by);
            if (given_back_by >= oldest)
                break;
            memcpy(&count, v.mv_data, sizeof count); /* each list begins with its length */
            pages += count;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return pages;
}

uint64_t environment_map_bytes(struct environment *environment)
{
    MDB_env *env = enter(environment);
    MDB_envinfo info;
    uint64_t bytes;

    if (!env)
        return 0;
    bytes = mdb_env_info(env, &info) ? 0 : info.me_mapsize;
    leave(environment);
    return bytes;
}

static uint64_t room_of(MDB_env *env, uint64_t enough)
{
    MDB_envinfo info;
    MDB_stat stat_;
    uint64_t room;

    if (mdb_env_info(env, &info) || mdb_env_stat(env, &stat_))
        return 0;
    room = info.me_mapsize - (uint64_t)(info.me_last_pgno + 1) * stat_.ms_psize;
    if (room < enough) /* counting costs a walk */
        room += free_pages(env) * stat_.ms_psize;
    return room;
}

uint64_t environment_room(struct environment *environment, uint64_t enough)
{
    MDB_env *env = enter(environment);
    uint64_t room = env ? room_of(env, enough) : 0;

    if (env)
        leave(environment);
    return room;
}

/* The writer's own thread, which also puts the file in the place of another: nothing to wait for.
 */
enum outcome environment_keep_blocks(struct environment *environment)
{
    MDB_envinfo info;
    MDB_stat stat_;
    uint64_t used, until;
    int file;

    if (!environment->env || mdb_env_info(environment->env, &info) ||
        mdb_env_stat(environment->env, &stat_) || mdb_env_get_fd(environment->env, &file))
        return OUTCOME_STORE_FAILED;
    used = (uint64_t)(info.me_last_pgno + 1) * stat_.ms_psize;
    until = used + KEPT_BYTES < info.me_mapsize ? used + KEPT_BYTES : info.me_mapsize;
    if (environment->kept_until >= until ||
        environment->kept_until >= used + (uint64_t)KEPT_BYTES / 2)
        return OUTCOME_OK;
    TRY(data_file_reserve(file, until));
    environment->kept_until = until;
    return OUTCOME_OK;
}

bool environment_is_in_place(const struct environment *environment)
{
    struct file_identity now;

    return data_file_identity(environment->path, &now) == OUTCOME_OK &&
           now.device == environment->identity.device && now.inode == environment->identity.inode;
}

unsigned environment_free_readers(struct environment *environment)
{
    MDB_env *env = enter(environment);
    int dead = 0;

    if (!env)
        return 0;
    mdb_reader_check(env, &dead);
    leave(environment);
    return dead > 0 ? (unsigned)dead : 0;
}
