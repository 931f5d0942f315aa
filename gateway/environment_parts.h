/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of an environment share: gateway/environment.c, environment_copy.c and
 * environment_gate.c only, the three that know LMDB. */
#pragma once

#include <limits.h>
#include <lmdb.h>
#include <pthread.h>

#include "gateway/environment.h"
#include "gateway/environment_files.h"

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
MUST_USE enum outcome lmdb_outcome(int code);
/* The number of the commit into the list of tables, against a fallen bit in a head page. */
int lmdb_write_number(MDB_txn *txn);

struct environment *environment_new(void); /* without handle and lock; NULL: out of memory */
/* Opens the handle in that folder, with the tables named. */
MUST_USE enum outcome environment_open_in(const char *path, struct environment *environment);

/* NULL when there is nothing to use; then nobody leaves. Waits while the gate is closed. */
MDB_env *environment_enter(struct environment *environment);
void environment_leave(struct environment *environment);
/* BUSY, and open as before, when somebody is inside still after that time. */
MUST_USE enum outcome environment_gate_close(struct gate *gate, int wait_ms);
void environment_gate_open(struct gate *gate);
