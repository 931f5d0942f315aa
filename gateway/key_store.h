/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_store.h - the gateway's own keys, read from `sleutelmap` into memory that
 * is locked, guarded and wiped.
 *
 *   ondertekening.key     Ed25519 seed: signs messages, receipts, statements
 *   verzegeling.key       X25519 secret: opens what partners seal
 *   log.key               Ed25519 seed: signs checkpoints
 *   getuige.key           Ed25519 seed: cosigns partners' checkpoints
 *   opslag.key            32 bytes: the store's master
 *   sleuteldocument.json  the own (first) key document: a DSSE with two signatures, public
 *
 * Order of use: crypto_ready(); keys_create() and keys_write_document() once
 * (init); keys_load() at each start; keys_wipe() last.
 * Does not read the TLS keys: those belong to the listeners and the client.
 */
#pragma once

#include "crypto/key_document.h"
#include "crypto/sealed.h"
#include "crypto/signing.h"
#include "gateway/files.h"

enum { STORE_MASTER_BYTES = 32 };

struct own_keys {
    struct signing_key signing;
    struct sealing_key sealing;
    struct signing_key log;
    struct signing_key witness;
    uint8_t *master;              /* STORE_MASTER_BYTES in secret memory */
    struct buffer document_json;  /* sleuteldocument.json as it stands: the DSSE */
    struct key_document document; /* its payload, both signatures verified */
};

/* Draws five new keys, writes them locked with the credential (new files, mode 0600) and hands
 * them out without a document. The folder must exist. Fails with EXISTS, FILE_WRONG,
 * KEY_FILE_WRONG, OUT_OF_MEMORY or RANDOM_FAILED. */
MUST_USE enum outcome keys_create(const char *key_folder, struct bytes credential,
                                  struct own_keys *out_keys, struct file_fault *fault);
/* Writes the own key document, mode 0644. */
MUST_USE enum outcome keys_write_document(const char *key_folder, struct bytes document_json,
                                          struct file_fault *fault);

/* Reads the credential, the five keys and the document, and checks that they belong together.
 * The caller owns *out_keys. Fails with FILE_WRONG (permissions), KEY_FILE_WRONG (damaged, another
 * credential, or a document that names other keys), OUT_OF_MEMORY. */
MUST_USE enum outcome keys_load(const char *key_folder, const char *credential_file,
                                struct own_keys *out_keys, struct file_fault *fault);
/* The five keys without a document: before there is one. Where a later document has a folder
 * (gateway/key_ring.h), a signing, sealing or witness key may have been taken away since: its
 * secret is then NULL. */
MUST_USE enum outcome keys_load_secrets(const char *key_folder, const char *credential_file,
                                        struct own_keys *out_keys, struct file_fault *fault);
/* Only the document: public, no credential needed. */
MUST_USE enum outcome keys_load_document(const char *key_folder, struct buffer *out_json,
                                         struct key_document *out_document,
                                         struct file_fault *fault);

/* The keys of a later document: those of signing, sealing and witness that lie in its folder; the
 * others stay {0}. Fails as keys_load(). */
MUST_USE enum outcome keys_load_later(const char *folder, const char *credential_file,
                                      struct own_keys *out_keys, struct file_fault *fault);
/* Draws new keys of these kinds and writes them into the folder as keys_create() does. */
enum { KEYS_NEW_SIGNING = 1, KEYS_NEW_SEALING = 2, KEYS_NEW_WITNESS = 4 };
MUST_USE enum outcome keys_create_later(const char *folder, const char *credential_file,
                                        unsigned which, struct own_keys *out_keys,
                                        struct file_fault *fault);
/* A document of any number, not verified. */
MUST_USE enum outcome keys_read_later_document(const char *folder, struct buffer *out_json,
                                               struct key_document *out_document,
                                               struct file_fault *fault);

void keys_wipe(struct own_keys *keys); /* {0} is fine */
#define OWNED_KEYS __attribute__((cleanup(keys_wipe))) struct own_keys
