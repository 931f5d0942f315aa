/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_file.h - one secret key as the bytes of a file, locked with a passphrase
 * (Argon2id) or with a credential (at least 32 random bytes, as systemd hands out).
 *
 *   "wpkey001" | version u16 | type u16 | lock u16 | opslimit u64 | memlimit u64 |
 *   salt 16 | nonce 24 | XChaCha20-Poly1305 ciphertext and tag
 *
 * Integers are big-endian; everything before the ciphertext is authenticated.
 * A hostile file cannot make us spend more than KEY_FILE_OPSLIMIT_MAX and
 * KEY_FILE_MEMLIMIT_MAX. Pure: who may read the file is the gateway's matter.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    KEY_FILE_HEADER_BYTES = 70,
    KEY_FILE_SECRET_MAX_BYTES = 64,
    KEY_FILE_MAX_BYTES = KEY_FILE_HEADER_BYTES + KEY_FILE_SECRET_MAX_BYTES + 16,
    KEY_FILE_PASSPHRASE_MIN_BYTES = 12,
    KEY_FILE_PASSPHRASE_MAX_BYTES = 1024,
    KEY_FILE_CREDENTIAL_MIN_BYTES = 32,
    KEY_FILE_CREDENTIAL_MAX_BYTES = 4096,
    KEY_FILE_OPSLIMIT_USUAL = 3,       /* libsodium's MODERATE */
    KEY_FILE_MEMLIMIT_USUAL = 1 << 28, /* bytes; MODERATE */
    KEY_FILE_OPSLIMIT_MAX = 16,
    KEY_FILE_MEMLIMIT_MAX = 1 << 30, /* bytes; SENSITIVE */
};

/* Numbers are in files: never reuse one. */
enum key_type {
    KEY_SIGNING = 1, /* Ed25519 seed: messages, statements, receipts */
    KEY_SEALING = 2, /* X25519 secret */
    KEY_LOG = 3,     /* Ed25519 seed: checkpoints */
    KEY_WITNESS = 4, /* Ed25519 seed: cosignatures */
    KEY_STORE = 5,   /* master of the store's keys */
    KEY_LOCAL = 6,   /* key of the local ids */
    KEY_SPLIT = 7,   /* seed of a split-key holder */
};

enum key_lock_kind { KEY_LOCK_PASSPHRASE = 1, KEY_LOCK_CREDENTIAL = 2 };

struct key_lock {
    enum key_lock_kind kind;
    struct bytes secret; /* borrowed */
    /* Only for a passphrase that locks; a file that is read brings its own. 0: usual. */
    uint64_t opslimit;
    uint64_t memlimit; /* bytes */
};

/* Adds the file's bytes. Fails with KEY_FILE_WRONG (a lock or secret of a length that is not
 * allowed, limits out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome key_file_write(enum key_type type, struct bytes secret,
                                     const struct key_lock *lock, struct buffer *out);

/* Fills out_secret, best in secret_new() memory, with exactly `length` bytes. Fails with
 * KEY_FILE_WRONG (not such a file, another type, length or kind of lock, wrong passphrase,
 * damaged, limits out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome key_file_read(struct bytes file, enum key_type type,
                                    const struct key_lock *lock, uint8_t *out_secret,
                                    size_t length);
