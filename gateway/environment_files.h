/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * environment_files.h - what stands around LMDB's file: its folder, the lock that keeps a second
 * process out, the blocks kept free behind it. No LMDB here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "crypto/outcome.h"

/* The file that was opened, to know it again. */
struct file_identity {
    dev_t device;
    ino_t inode;
};

MUST_USE enum outcome folder_sync(const char *path);
MUST_USE enum outcome folder_sync_parent(const char *path);
/* True too when it cannot be told. */
bool folder_is_remote(const char *path);
/* `path`/`name` made if absent and locked for this process alone; the caller closes out_lock.
 * STORE_IN_USE, FILE_WRONG, STORE_FAILED. */
MUST_USE enum outcome folder_lock(const char *path, const char *name, int *out_lock);

/* LMDB begins an absent or empty file anew: what was lost would look like an empty store. */
MUST_USE enum outcome data_file_check(const char *path);
MUST_USE enum outcome data_file_identity(const char *path, struct file_identity *out_identity);
/* Mode 0600. */
MUST_USE enum outcome data_file_make_private(const char *path);
/* A sector of the file as it is, to write it back should its new content not reach the disk. */
struct file_part {
    int file;
    off_t at;
    ssize_t length; /* 0: it could not be read */
    uint8_t bytes[512];
};
void data_file_keep(int file, off_t at, struct file_part *out_part);
/* Says nothing about success: the file has failed already, and is not relied upon. */
void data_file_put_back(const struct file_part *part);

/* Blocks for the bytes up to `until` of the open file, so that a commit does not find the disk
 * full halfway; the file's length stays. STORE_FULL when they are not to be had. */
MUST_USE enum outcome data_file_reserve(int file, uint64_t until);

/* The bytes of a file are written over and synced before its name goes, so that they are nowhere on
 * the disk any more (of a file system that writes in place); of a second name of a file only the
 * name goes. Does nothing when it is not there. */
MUST_USE enum outcome data_file_shred(const char *path);
/* `fresh`/data.mdb takes the place of `path`/data.mdb, which stays as `path`/data.old. FILE_WRONG:
 * nothing happened. STORE_FAILED: either of them stands there, both whole. */
MUST_USE enum outcome data_file_replace(const char *path, const char *fresh);
/* Removes what data_file_replace(), or a copy that was not finished, left behind. */
MUST_USE enum outcome data_file_tidy(const char *path, const char *fresh);
