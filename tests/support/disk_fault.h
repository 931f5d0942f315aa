/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * disk_fault.h - what tests/preload/disk_fault.c offers to a program that it was preloaded into,
 * and the form of what it records. A unit test calls disk_fault_begin() first.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum disk_change {
    DISK_WRITE = 1,
    DISK_WRITE_THROUGH, /* on disk when it returned */
    DISK_SYNC,
    DISK_MAKE, /* a file was made */
    DISK_NAME, /* a file or folder was renamed */
    DISK_MARK, /* the program's own: `offset` is its number */
};

/* In the byte order of this machine; behind it stand the path, the second path (the new name) and
 * the bytes written. */
struct disk_record {
    uint32_t change, path, second, unused;
    uint64_t offset, length;
};

/* A mapped file (DISK_FAULT_STEER) through which another process arms a running one. `at` and `what`
 * are written before `round` is raised, `seen` and `struck` come back. */
struct disk_steer {
    _Atomic int64_t round, at, seen;
    char what[40];
    char struck[40]; /* the call that it was; "" */
};

/* See tests/preload/disk_fault.c for `what`. Counting begins anew. */
void disk_fault_arm(const char *under, long at, const char *what);
long disk_fault_seen(void);          /* calls counted since */
const char *disk_fault_struck(void); /* "pwrite /folder/file": the first that was; "" */
void disk_fault_skip_syncs(bool skip);
void disk_fault_record(const char *path); /* from here; NULL: no more */
void disk_fault_mark(uint32_t number);

/* The same functions, for the program. */
struct disk {
    void (*arm)(const char *under, long at, const char *what);
    long (*seen)(void);
    const char *(*struck)(void);
    void (*skip_syncs)(bool skip);
    void (*record)(const char *path);
    void (*mark)(uint32_t number);
};

/* First in main(): runs the program anew with the library preloaded, where it is not yet. The
 * library is $BUILD/tests/preload/disk_fault.so, beside this program's $BUILD/tests/unit/. */
struct disk disk_begin(char **argv);
