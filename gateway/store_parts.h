/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the store share: gateway/store*.c only. */
#pragma once

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "crypto/record.h"
#include "gateway/store.h"

enum environment_name { ENVIRONMENT_STORE, ENVIRONMENT_KEYS, ENVIRONMENT_INDEX, ENVIRONMENT_TOTAL };

enum { KEY_COUNT_BITS = 20 }; /* so many new keys within a millisecond stay in order */

struct store_keys {
    uint8_t tag[KEY_BYTES];
    uint8_t wrap[KEY_BYTES];
    uint8_t index[KEY_BYTES];
};

enum anew_state {
    ANEW_NONE,
    ANEW_COPYING, /* keys/ is copied: what the writer changes of it is noted */
    ANEW_COPIED,  /* the copy stands ready: the writer puts it in its place after a commit */
    ANEW_TRIED,   /* it did, or could not */
};

struct store {
    struct environment *environments[ENVIRONMENT_TOTAL];
    struct store_keys *keys;     /* secret memory */
    unsigned place[TABLE_TOTAL]; /* number of the table within its environment */
    char folder[PATH_MAX];
    int lock; /* of the whole folder: also two first starts at once must not meet */
    atomic_int damaged;   /* 1 + the table in which damage was met first; 0: none */
    enum table read_last; /* by a change: of its last value. The writer's */
    atomic_bool keeps_keys; /* a copy is being made: deleted records keep their keys until later */
    struct buffer kept;     /* ids of these keys; the writer's. Lost with us, they are orphans */
    atomic_bool has_kept;
    /* keys/ is written anew, see gateway/store_anew.c */
    struct {
        pthread_mutex_t lock;
        enum anew_state state;
        struct buffer since;  /* ids of the keys put or deleted since the copy was begun */
        enum outcome outcome; /* of the writer's part */
    } anew;
};

MUST_USE enum outcome environment_path(const struct store *store, enum environment_name name,
                                       char out[static PATH_MAX]);
/* Before a part is opened, those before it being open: STORE_DAMAGED when it is not there and
 * must have been. */
MUST_USE enum outcome store_part_check(struct store *store, enum environment_name name);
enum environment_name table_environment(enum table table);
const char *table_name(enum table table);
const char *environment_folder(enum environment_name name); /* "store" */
struct record_place table_place(enum table table, struct bytes key);
/* After the commit of its keys: what a change put into keys/ or took out of it. */
void store_anew_note(struct store *store, struct bytes ids);
/* At the end of a commit, when no transaction is open: STORE_FAILED as for a commit. */
MUST_USE enum outcome store_anew_swap(struct store *store);
/* The view's transaction for the table, begun when this is its first use. */
MUST_USE enum outcome view_part(struct view *view, enum table table, struct transaction **out_part);
