/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup.h - a backup of the running gateway: a copy of store/ and keys/ made by the process that
 * has them open, while it goes on. The setting `reservekopiemap` says where; a request names only
 * the folder in it, so that nobody makes the gateway write elsewhere.
 *
 * A backup is made under a name of its own, opened and checked as at a start, written down in its
 * manifest, synced, and only then gets its name. One that failed is removed.
 * Order of use: backup_new(); backup_begin() after the leaf that says so is committed;
 * backup_status(); backup_free(), which waits for the one being made.
 * Holds the encrypted store and wrapped keys; not the key files, credential and settings.
 */
#pragma once

#include "gateway/gateway.h"

enum { BACKUP_NAME_BYTES = 65 };

enum backup_state { BACKUP_NONE, BACKUP_BUSY, BACKUP_DONE, BACKUP_FAILED };

struct backup_status {
    enum backup_state state;
    char name[BACKUP_NAME_BYTES];
    uint64_t done, total; /* bytes copied and read back */
    uint64_t bytes;       /* of the copy, when done */
    uint64_t log_size;    /* leaves in it, when done */
    enum outcome outcome; /* why it failed */
};

struct backup; /* opaque */

MUST_USE enum outcome backup_new(struct gateway *gateway, struct backup **out_backup);
void backup_free(struct backup *backup); /* NULL is fine */
/* 1 to 64 of [a-z0-9-]. */
bool backup_name_is_valid(const char *name);
/* Is there a folder to write to, without one of that name, and is there room? Fails with
 * FILE_WRONG, EXISTS, STORE_FULL. */
MUST_USE enum outcome backup_may_begin(const struct backup *backup, const char *name);
/* Starts a thread. BUSY when one is being made. */
MUST_USE enum outcome backup_begin(struct backup *backup, const char *name);
void backup_status(struct backup *backup, struct backup_status *out_status);
