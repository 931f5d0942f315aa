/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dropbox.h - a folder in which another system leaves its exports, and what becomes of each.
 *
 *   FOLDER/meldingen.csv                         what was left there
 *   FOLDER/bezig/20261203T031500.120Z-meldingen.csv      taken; nobody else writes here
 *   FOLDER/klaar/…  FOLDER/geweigerd/…           with …csv.verslag.txt and …csv.verslag.json
 *
 * A file is taken by one rename into `bezig`, which is ours alone, so that an export of the same
 * name cannot come in its place; it leaves `bezig` by one rename after its report is on the disk.
 * Killed in between, it is found in `bezig` and handed in again: the gateway then knows its rows.
 * One process at a time (a lock on `bezig` that ends with the process). Links are not followed, a
 * file with two names or that is no file is left alone. Whoever may write in FOLDER may leave
 * files; that is what it is for, so it may be of a group, but not of everybody.
 * Does not read what is in a file, and does not know the gateway.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"
#include "gateway/files.h"

enum {
    DROPBOX_FILES_MAX = 1000, /* in one pass; the next takes the others */
    DROPBOX_NAME_BYTES = 128, /* of a taken file: the instant and what its name may hold */
    DROPBOX_FOUND_BYTES = 256,
};

enum dropbox_place { DROPBOX_BUSY, DROPBOX_DONE, DROPBOX_REFUSED, DROPBOX_PLACE_COUNT };
const char *dropbox_place_name(enum dropbox_place place); /* "klaar" */

struct dropbox {
    int folder;
    int place[DROPBOX_PLACE_COUNT];
    const char *path; /* borrowed: for faults */
};

/* Makes the three folders where they are absent, and takes the lock. Fails with FILE_WRONG. */
MUST_USE enum outcome dropbox_open(const char *path, struct dropbox *out_box,
                                   struct file_fault *fault);
void dropbox_close(struct dropbox *box);
#define OWNED_DROPBOX __attribute__((cleanup(dropbox_close))) struct dropbox

struct dropbox_found { /* a file that lies there */
    char name[DROPBOX_FOUND_BYTES];
    ino_t inode;
    off_t size;
    int64_t changed_ns;
};

struct dropbox_list {
    size_t count;
    size_t others; /* that are no CSV, or are none of a kind that is taken: left alone */
    struct dropbox_found files[DROPBOX_FILES_MAX]; /* the oldest first */
};

/* What lies in the folder. Names that begin with a point or end otherwise than in .csv are not
 * looked at: what writes an export may write it under such a name and rename it. Fails with
 * FILE_WRONG. */
MUST_USE enum outcome dropbox_look(const struct dropbox *box, struct dropbox_list *out_list,
                                   struct file_fault *fault);
/* Takes those of `before` that have not changed since: they are whole. Fails with FILE_WRONG. */
MUST_USE enum outcome dropbox_take(const struct dropbox *box, const struct dropbox_list *before,
                                   int64_t now_ms, struct file_fault *fault);
/* What was taken, in that order. */
MUST_USE enum outcome dropbox_taken(const struct dropbox *box, struct dropbox_list *out_list,
                                    struct file_fault *fault);

/* Fails with FILE_WRONG, TOO_LARGE or OUT_OF_MEMORY. */
MUST_USE enum outcome dropbox_read(const struct dropbox *box, const struct dropbox_found *file,
                                   size_t max_bytes, struct buffer *out, struct file_fault *fault);
/* Has nobody written in it since dropbox_taken()? Who had it open may still have. */
bool dropbox_is_same(const struct dropbox *box, const struct dropbox_found *file);

/* Both reports to the disk, then the file to its place. Fails with FILE_WRONG: the file is still
 * in `bezig`. */
MUST_USE enum outcome dropbox_settle(const struct dropbox *box, const struct dropbox_found *file,
                                     enum dropbox_place place, struct bytes text,
                                     struct bytes json, struct file_fault *fault);

/* Removes from `klaar` and `geweigerd` what was taken over `days` days ago: an export is full of
 * residents, and nobody clears a folder. How many files went. */
size_t dropbox_clear(const struct dropbox *box, int days, int64_t now_ms);
