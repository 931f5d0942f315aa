/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup_files.h - the files of a copy of the store: synced, copied, removed.
 * Knows their names; does not know what is in them.
 */
#pragma once

#include "gateway/backup_manifest.h"

/* Waits until the file or folder is on disk. Fails with FILE_WRONG or STORE_FAILED. */
MUST_USE enum outcome path_sync(const char *path);
/* store/, keys/, what is in them, and the folder itself. */
MUST_USE enum outcome copy_sync(const char *folder);
/* What opening the copy left beside its data: locks, and the index, which is made anew. */
void copy_tidy(const char *folder);
/* Removes a copy that is not to stay; what is not of a copy stays, and then its folder too. */
void copy_remove(const char *folder);
/* Both files of a backup into `to`, which is made; not synced. `on_bytes` as backup_measure(). */
MUST_USE enum outcome copy_files(const char *from, const char *to,
                                 void (*on_bytes)(void *context, uint64_t bytes), void *context);
