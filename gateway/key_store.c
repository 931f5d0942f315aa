/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_store.h"

#include <string.h>

#include "crypto/key_file.h"
#include "crypto/ready.h"

#define DOCUMENT_NAME "sleuteldocument.json"

static const struct row {
    const char *name;
    enum key_type type;
    unsigned renewable; /* KEYS_NEW_…; 0: never */
} rows[] = {
    {"ondertekening.key", KEY_SIGNING, KEYS_NEW_SIGNING},
    {"verzegeling.key", KEY_SEALING, KEYS_NEW_SEALING},
    {"log.key", KEY_LOG, 0}, /* another key would be another log */
    {"getuige.key", KEY_WITNESS, KEYS_NEW_WITNESS},
    {"opslag.key", KEY_STORE, 0},
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0], SECRET_BYTES = 32 };

void keys_wipe(struct own_keys *keys)
{
    signing_key_wipe(&keys->signing);
    sealing_key_wipe(&keys->sealing);
    signing_key_wipe(&keys->log);
    signing_key_wipe(&keys->witness);
    secret_free(keys->master);
    keys->master = NULL;
    buffer_wipe(&keys->document_json);
    memset(&keys->document, 0, sizeof keys->document);
}

static enum outcome take_master(const uint8_t secret[static SECRET_BYTES], struct own_keys *keys)
{
    keys->master = secret_new(STORE_MASTER_BYTES);
    if (!keys->master)
        return OUTCOME_OUT_OF_MEMORY;
    memcpy(keys->master, secret, STORE_MASTER_BYTES);
    return OUTCOME_OK;
}

/* Every secret here is 32 bytes; its type says what it becomes. */
static enum outcome take_secret(enum key_type type, const uint8_t secret[static SECRET_BYTES],
                                struct own_keys *keys)
{
    switch (type) {
    case KEY_SIGNING:
        return signing_key_from_seed(secret, &keys->signing);
    case KEY_SEALING:
        return sealing_key_from_secret(secret, &keys->sealing);
    case KEY_LOG:
        return signing_key_from_seed(secret, &keys->log);
    case KEY_WITNESS:
        return signing_key_from_seed(secret, &keys->witness);
    case KEY_STORE:
        return take_master(secret, keys);
    case KEY_LOCAL:
    case KEY_SPLIT:
        break;
    }
    return OUTCOME_INTERNAL;
}

static struct key_lock lock_with(struct bytes credential)
{
    return (struct key_lock){.kind = KEY_LOCK_CREDENTIAL, .secret = credential};
}

/* --- making --- */

static enum outcome create_one(const char *key_folder, const struct row *row,
                               const struct key_lock *lock, uint8_t secret[static SECRET_BYTES],
                               struct own_keys *keys, struct file_fault *fault)
{
    OWNED_BUFFER file = {0};
    char path[FILE_PATH_MAX_BYTES];

    random_bytes(secret, SECRET_BYTES);
    TRY(path_join(key_folder, row->name, path, fault));
    TRY(key_file_write(row->type, bytes_of(secret, SECRET_BYTES), lock, &file));
    TRY(file_write_new(path, buffer_bytes(&file), 0600, fault));
    return take_secret(row->type, secret, keys);
}

enum outcome keys_create(const char *key_folder, struct bytes credential, struct own_keys *out_keys,
                         struct file_fault *fault)
{
    OWNED_KEYS keys = {0};
    OWNED_SECRET secret = secret_new(SECRET_BYTES);
    struct key_lock lock = lock_with(credential);

    if (!secret)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < ROW_COUNT; i++)
        TRY(create_one(key_folder, &rows[i], &lock, secret, &keys, fault));

    *out_keys = keys;
    keys = (struct own_keys){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome keys_write_document(const char *key_folder, struct bytes document_json,
                                 struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(key_folder, DOCUMENT_NAME, path, fault));
    return file_write(path, document_json, 0644, fault);
}

/* --- reading --- */

static enum outcome load_one(const char *key_folder, const struct row *row,
                             const struct key_lock *lock, uint8_t secret[static SECRET_BYTES],
                             struct own_keys *keys, struct file_fault *fault)
{
    OWNED_BUFFER file = {0};
    char path[FILE_PATH_MAX_BYTES];
    enum outcome outcome;

    TRY(path_join(key_folder, row->name, path, fault));
    TRY(file_read_private(path, KEY_FILE_MAX_BYTES, &file, fault));
    outcome = key_file_read(buffer_bytes(&file), row->type, lock, secret, SECRET_BYTES);
    if (outcome == OUTCOME_KEY_FILE_WRONG)
        file_fault_at(fault, FILE_CHECK_CONTENTS, path);
    TRY(outcome);
    return take_secret(row->type, secret, keys);
}

static enum outcome read_credential(const char *path, struct buffer *out, struct file_fault *fault)
{
    TRY(file_read_private(path, KEY_FILE_CREDENTIAL_MAX_BYTES, out, fault));
    if (out->length >= KEY_FILE_CREDENTIAL_MIN_BYTES)
        return OUTCOME_OK;
    file_fault_at(fault, FILE_CHECK_CONTENTS, path);
    return OUTCOME_KEY_FILE_WRONG;
}

static bool lies_in(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX_BYTES];

    return path_join(folder, name, path, NULL) == OUTCOME_OK && file_exists(path);
}

static bool was_renewed(const char *key_folder)
{
    return lies_in(key_folder, "0002") || lies_in(key_folder, "0002-nood");
}

/* `may_lack`: of the renewable ones only those that are there. */
static enum outcome load_rows(const char *folder, const struct key_lock *lock, bool may_lack,
                              bool only_renewable, struct own_keys *keys, struct file_fault *fault)
{
    OWNED_SECRET secret = secret_new(SECRET_BYTES);

    if (!secret)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].renewable ? may_lack && !lies_in(folder, rows[i].name) : only_renewable)
            continue;
        TRY(load_one(folder, &rows[i], lock, secret, keys, fault));
    }
    return OUTCOME_OK;
}

enum outcome keys_load_later(const char *folder, const char *credential_file,
                             struct own_keys *out_keys, struct file_fault *fault)
{
    OWNED_KEYS keys = {0};
    OWNED_BUFFER credential = {0};
    struct key_lock lock;

    TRY(read_credential(credential_file, &credential, fault));
    lock = lock_with(buffer_bytes(&credential));
    TRY(load_rows(folder, &lock, true, true, &keys, fault));

    *out_keys = keys;
    keys = (struct own_keys){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome keys_create_later(const char *folder, const char *credential_file, unsigned which,
                               struct own_keys *out_keys, struct file_fault *fault)
{
    OWNED_KEYS keys = {0};
    OWNED_BUFFER credential = {0};
    OWNED_SECRET secret = secret_new(SECRET_BYTES);
    struct key_lock lock;

    if (!secret)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(read_credential(credential_file, &credential, fault));
    lock = lock_with(buffer_bytes(&credential));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].renewable & which)
            TRY(create_one(folder, &rows[i], &lock, secret, &keys, fault));
    }

    *out_keys = keys;
    keys = (struct own_keys){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome keys_load_secrets(const char *key_folder, const char *credential_file,
                               struct own_keys *out_keys, struct file_fault *fault)
{
    OWNED_KEYS keys = {0};
    OWNED_BUFFER credential = {0};
    struct key_lock lock;

    TRY(read_credential(credential_file, &credential, fault));
    lock = lock_with(buffer_bytes(&credential));
    TRY(load_rows(key_folder, &lock, was_renewed(key_folder), false, &keys, fault));

    *out_keys = keys;
    keys = (struct own_keys){0}; /* handed over */
    return OUTCOME_OK;
}

/* As key_document_read_first() or key_document_peek(). */
typedef enum outcome document_reader(struct bytes envelope, struct key_document *out,
                                     struct fault *fault);

static enum outcome read_document(const char *path, document_reader *read, struct buffer *out_json,
                                  struct key_document *out_document, struct file_fault *fault)
{
    OWNED_BUFFER json = {0};
    struct key_document document;
    struct fault where = {0};
    enum outcome outcome;

    TRY(file_read(path, KEY_DOCUMENT_MAX_BYTES, &json, fault));
    outcome = read(buffer_bytes(&json), &document, &where);
    if (outcome != OUTCOME_OK) {
        file_fault_at(fault, FILE_CHECK_CONTENTS, path);
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_KEY_FILE_WRONG;
    }
    buffer_add_buffer(out_json, &json);
    TRY(buffer_outcome(out_json));
    *out_document = document;
    return OUTCOME_OK;
}

enum outcome keys_load_document(const char *key_folder, struct buffer *out_json,
                                struct key_document *out_document, struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(key_folder, DOCUMENT_NAME, path, fault));
    return read_document(path, key_document_read_first, out_json, out_document, fault);
}

enum outcome keys_read_later_document(const char *folder, struct buffer *out_json,
                                      struct key_document *out_document, struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, DOCUMENT_NAME, path, fault));
    return read_document(path, key_document_peek, out_json, out_document, fault);
}

static bool same_key(const uint8_t a[static SIGNING_PUBLIC_BYTES],
                     const uint8_t b[static SIGNING_PUBLIC_BYTES])
{
    return bytes_equal(bytes_of(a, SIGNING_PUBLIC_BYTES), bytes_of(b, SIGNING_PUBLIC_BYTES));
}

/* A document from another init would make every partner refuse us: say it here. */
static bool document_fits(const struct own_keys *keys)
{
    const struct key_document *document = &keys->document;

    return (!keys->signing.secret || same_key(document->signing_key, keys->signing.public_key)) &&
           (!keys->sealing.secret || same_key(document->sealing_key, keys->sealing.public_key)) &&
           same_key(document->log_key, keys->log.public_key) &&
           (!keys->witness.secret || same_key(document->witness_key, keys->witness.public_key));
}

enum outcome keys_load(const char *key_folder, const char *credential_file,
                       struct own_keys *out_keys, struct file_fault *fault)
{
    OWNED_KEYS keys = {0};

    TRY(keys_load_secrets(key_folder, credential_file, &keys, fault));
    TRY(keys_load_document(key_folder, &keys.document_json, &keys.document, fault));
    if (!document_fits(&keys)) {
        file_fault_at(fault, FILE_CHECK_CONTENTS, DOCUMENT_NAME);
        return OUTCOME_KEY_FILE_WRONG;
    }
    *out_keys = keys;
    keys = (struct own_keys){0}; /* handed over */
    return OUTCOME_OK;
}
