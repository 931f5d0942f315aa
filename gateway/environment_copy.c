/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of an environment, the one that takes its place, and the room that there is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/environment_parts.h"

enum { KEPT_BYTES = 8 << 20 }; /* of disk, behind the file: more than a batch of changes takes */

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
        code = lmdb_write_number(txn);
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
    TRY(lmdb_outcome(mdb_env_copy2(env, path, MDB_CP_COMPACT)));
    TRY(data_file_make_private(path)); /* LMDB leaves that to the umask */
    TRY(lmdb_outcome(mdb_env_info(env, &info)));
    TRY(lmdb_outcome(mdb_env_create(&copy)));
    code = number_copy(copy, path, info.me_mapsize);
    mdb_env_close(copy);
    return lmdb_outcome(code);
}

enum outcome environment_copy(struct environment *environment, const char *path)
{
    MDB_env *env = environment_enter(environment);
    enum outcome outcome;

    if (!env)
        return OUTCOME_STORE_FAILED;
    outcome = copy_to(env, path);
    environment_leave(environment);
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
    return code ? code : lmdb_write_number(to);
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

    TRY(lmdb_outcome(mdb_env_create(&copy)));
    code = update_in(copy, environment, changes);
    mdb_env_close(copy);
    TRY(lmdb_outcome(code));
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
    outcome = environment_open_in(environment->path, environment);
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
    TRY(environment_gate_close(&environment->gate, wait_ms));
    outcome = change_places(environment);
    environment_gate_open(&environment->gate);
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
    MDB_env *env = environment_enter(environment);
    MDB_envinfo info;
    uint64_t bytes;

    if (!env)
        return 0;
    bytes = mdb_env_info(env, &info) ? 0 : info.me_mapsize;
    environment_leave(environment);
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
    MDB_env *env = environment_enter(environment);
    uint64_t room = env ? room_of(env, enough) : 0;

    if (env)
        environment_leave(environment);
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
    MDB_env *env = environment_enter(environment);
    int dead = 0;

    if (!env)
        return 0;
    mdb_reader_check(env, &dead);
    environment_leave(environment);
    return dead > 0 ? (unsigned)dead : 0;
}
