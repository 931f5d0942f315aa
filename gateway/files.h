/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * files.h - whole files in and out: bounded reads, key files that nobody else
 * can open, writes that are complete or absent.
 *
 * A file that does not pass its checks is refused, never repaired; struct
 * file_fault names the check and the path (paths are ours, contents are not).
 * Does not lock and does not watch: the caller reads again when it wants to.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"

enum { FILE_PATH_MAX_BYTES = 1024 };

/* clang-format off */
/*    check        Dutch / English */
#define FILE_CHECKS(X)                                                                          \
    X(NONE,        "er is niets mis",                         "nothing is wrong")               \
    X(OPEN,        "kan niet worden geopend",                 "cannot be opened")               \
    X(MISSING,     "bestaat niet",                            "does not exist")                 \
    X(EXISTS,      "bestaat al",                              "exists already")                 \
    X(REGULAR,     "is geen gewoon bestand",                  "is not a regular file")          \
    X(LINK,        "is een verwijzing",                       "is a symbolic link")             \
    X(OWNER,       "is van een andere gebruiker",             "belongs to another user")        \
    X(MODE,        "is ook voor anderen te lezen of te schrijven (maak het 0600)",              \
                   "can be read or written by others (make it 0600)")                           \
    X(LINKS,       "heeft meer dan een naam",                 "has more than one name")         \
    X(FOLDER,      "is geen eigen map die alleen u kunt openen (0700)",                         \
                   "is not a folder of your own that only you can open (0700)")                 \
    X(SIZE,        "is te groot",                             "is too large")                   \
    X(READ,        "kan niet worden gelezen",                 "cannot be read")                 \
    X(WRITE,       "kan niet worden geschreven",              "cannot be written")              \
    X(PATH,        "heeft een te lange naam",                 "has a name that is too long")    \
    X(SHARED,      "mag iedereen in schrijven (doe chmod o-w)",                                 \
                   "can be written by everybody (do chmod o-w)")                                \
    X(LOCKED,      "is in gebruik bij een andere opdracht",   "is in use by another command")   \
    X(CONTENTS,    "heeft een onjuiste inhoud",               "has the wrong contents")
/* clang-format on */

#define FILE_CHECK_ENUM(name, nl, en) FILE_CHECK_##name,
enum file_check { FILE_CHECKS(FILE_CHECK_ENUM) FILE_CHECK_COUNT };
#undef FILE_CHECK_ENUM

struct file_fault { /* {0} is "nothing wrong yet"; the first fault wins */
    enum file_check check;
    char path[FILE_PATH_MAX_BYTES];
};

void file_fault_at(struct file_fault *fault, enum file_check check, const char *path);
const char *file_check_text(enum file_check check, enum language language);

/* Adds the contents of a regular file to `out`. Fails with FILE_WRONG, TOO_LARGE or OUT_OF_MEMORY.
 */
MUST_USE enum outcome file_read(const char *path, size_t max_bytes, struct buffer *out,
                                struct file_fault *fault);
/* The same for keys and credentials: no link, ours, mode 0600 or less, one name. */
MUST_USE enum outcome file_read_private(const char *path, size_t max_bytes, struct buffer *out,
                                        struct file_fault *fault);

/* Writes the whole file or leaves what was: a temporary file beside it, fsync, rename, fsync of
 * the folder. Fails with FILE_WRONG. */
MUST_USE enum outcome file_write(const char *path, struct bytes contents, mode_t mode,
                                 struct file_fault *fault);
/* The same, but fails with EXISTS when the name is taken. */
MUST_USE enum outcome file_write_new(const char *path, struct bytes contents, mode_t mode,
                                     struct file_fault *fault);

/* Makes the folder (mode 0700; its parent must exist) or takes one that is already ours alone.
 * Fails with FILE_WRONG. */
MUST_USE enum outcome folder_make(const char *path, struct file_fault *fault);

bool file_exists(const char *path);
/* A number that is another one when any of these files was replaced, written, added or removed.
 * NULL among them is skipped. */
uint64_t files_stamp(const char *const *paths, size_t count);
/* folder "/" name, or name alone when that is absolute. Fails with FILE_WRONG when it does not fit.
 */
MUST_USE enum outcome path_join(const char *folder, const char *name,
                                char out_path[static FILE_PATH_MAX_BYTES],
                                struct file_fault *fault);
/* The folder a path stands in: "." for a bare name. */
MUST_USE enum outcome path_folder(const char *path, char out_folder[static FILE_PATH_MAX_BYTES],
                                  struct file_fault *fault);

void file_close_at(int *descriptor);
#define OWNED_FILE __attribute__((cleanup(file_close_at))) int
