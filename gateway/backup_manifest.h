/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup_manifest.h - what a backup says of itself: `reservekopie.json`, written last, beside
 * store/data.mdb and keys/data.mdb.
 *
 *   {"soort":"wijkpoort-reservekopie","versie":1,"oin","gemaaktOp","oorsprong","omvang","wortel",
 *    "controlepunt","bestanden":[{"naam","bytes","sha256"}]}
 *
 * The digests find what a disk or a copy did to the files. They keep nobody out: that is done by
 * the tag of each record and by the log's signed checkpoint.
 */
#pragma once

#include "covenant/day.h"
#include "crypto/checkpoint.h"
#include "crypto/oin.h"
#include "crypto/sha256.h"
#include "gateway/files.h"

enum {
    BACKUP_VERSION = 1,
    BACKUP_MANIFEST_MAX_BYTES = 64 * 1024,
    BACKUP_FILES = 2,
};
#define BACKUP_MANIFEST "reservekopie.json"

struct backup_file {
    uint64_t bytes;
    char sha256[SHA256_HEX_BYTES];
};

struct backup_manifest {
    struct oin oin;
    int64_t made_ms;
    struct checkpoint checkpoint; /* of the log as the copy has it */
    struct buffer note;           /* the same, signed */
    struct backup_file files[BACKUP_FILES];
};
void backup_manifest_wipe(struct backup_manifest *manifest); /* {0} is fine */
#define OWNED_MANIFEST __attribute__((cleanup(backup_manifest_wipe))) struct backup_manifest

/* "store/data.mdb", "keys/data.mdb" */
const char *backup_file_name(size_t index);
MUST_USE enum outcome backup_manifest_print(struct backup_manifest *manifest, struct buffer *out);
/* Fails with MALFORMED, also on another version; STORE_NEWER on a later one. */
MUST_USE enum outcome backup_manifest_read(struct bytes text, struct backup_manifest *out);

/* Length and digest of the file as it stands. `on_bytes` (NULL: nobody) hears of each piece. */
MUST_USE enum outcome backup_measure(const char *path,
                                     void (*on_bytes)(void *context, uint64_t bytes), void *context,
                                     struct backup_file *out_file);
