/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/key_file.h"

#include <sodium.h>
#include <string.h>

#include "crypto/ready.h"

enum {
    VERSION = 1,
    MAGIC_BYTES = 8,
    SALT_BYTES = 16,
    NONCE_BYTES = 24,
    LOCKING_KEY_BYTES = 32,
    TAG_BYTES = 16,
    /* Where each field of the header stands. */
    VERSION_AT = 8,
    TYPE_AT = 10,
    LOCK_AT = 12,
    OPSLIMIT_AT = 14,
    MEMLIMIT_AT = 22,
    SALT_AT = 30,
    NONCE_AT = 46,
};

_Static_assert(NONCE_AT + NONCE_BYTES == KEY_FILE_HEADER_BYTES, "the header has no gap");
_Static_assert(SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES, "Argon2id's salt");
_Static_assert(NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "its nonce");
_Static_assert(TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "its tag");
_Static_assert(SALT_BYTES >= crypto_generichash_KEYBYTES_MIN, "the salt is BLAKE2b's key");

static const uint8_t magic[MAGIC_BYTES] = {'w', 'p', 'k', 'e', 'y', '0', '0', '1'};
static const char credential_label[] = "wijkpoort/v1/key-file";

struct header {
    uint16_t version, type, lock;
    uint64_t opslimit, memlimit;
    const uint8_t *salt, *nonce;
};

static bool lock_is_allowed(const struct key_lock *lock)
{
    if (!lock->secret.data)
        return false;
    switch (lock->kind) {
    case KEY_LOCK_PASSPHRASE:
        return lock->secret.length >= KEY_FILE_PASSPHRASE_MIN_BYTES &&
               lock->secret.length <= KEY_FILE_PASSPHRASE_MAX_BYTES;
    case KEY_LOCK_CREDENTIAL:
        return lock->secret.length >= KEY_FILE_CREDENTIAL_MIN_BYTES &&
               lock->secret.length <= KEY_FILE_CREDENTIAL_MAX_BYTES;
    }
    return false;
}

/* Before any work or memory is spent: a file may come from a stranger. */
static bool limits_are_allowed(uint16_t lock, uint64_t opslimit, uint64_t memlimit)
{
    if (lock == KEY_LOCK_CREDENTIAL)
        return opslimit == 0 && memlimit == 0;
    return opslimit >= crypto_pwhash_argon2id_OPSLIMIT_MIN && opslimit <= KEY_FILE_OPSLIMIT_MAX &&
           memlimit >= crypto_pwhash_argon2id_MEMLIMIT_MIN && memlimit <= KEY_FILE_MEMLIMIT_MAX;
}

static enum outcome from_passphrase(struct bytes passphrase, const struct header *header,
                                    uint8_t out[static LOCKING_KEY_BYTES])
{
    return crypto_pwhash_argon2id(out, LOCKING_KEY_BYTES, (const char *)passphrase.data,
                                  passphrase.length, header->salt, header->opslimit,
                                  (size_t)header->memlimit,
                                  crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0
               ? OUTCOME_OK
               : OUTCOME_OUT_OF_MEMORY; /* the one failure within these limits */
}

/* BLAKE2b-256(key = salt, LP(label) LP(credential)): a credential is random, so one hash does. */
static enum outcome from_credential(struct bytes credential, const struct header *header,
                                    uint8_t out[static LOCKING_KEY_BYTES])
{
    OWNED_BUFFER input = {0};

    buffer_add_u16(&input, sizeof credential_label - 1);
    buffer_add_text(&input, credential_label);
    buffer_add_u16(&input, (uint16_t)credential.length);
    buffer_add_bytes(&input, credential);
    TRY(buffer_outcome(&input));
    return crypto_generichash(out, LOCKING_KEY_BYTES, input.data, input.length, header->salt,
                              SALT_BYTES) == 0
               ? OUTCOME_OK
               : OUTCOME_RANDOM_FAILED;
}

static enum outcome locking_key(const struct key_lock *lock, const struct header *header,
                                uint8_t out[static LOCKING_KEY_BYTES])
{
    return lock->kind == KEY_LOCK_PASSPHRASE ? from_passphrase(lock->secret, header, out)
                                             : from_credential(lock->secret, header, out);
}

static struct header read_header(const uint8_t file[static KEY_FILE_HEADER_BYTES])
{
    return (struct header){
        .version = read_u16(file + VERSION_AT),
        .type = read_u16(file + TYPE_AT),
        .lock = read_u16(file + LOCK_AT),
        .opslimit = read_u64(file + OPSLIMIT_AT),
        .memlimit = read_u64(file + MEMLIMIT_AT),
        .salt = file + SALT_AT,
        .nonce = file + NONCE_AT,
    };
}

static void add_header(struct buffer *out, enum key_type type, const struct key_lock *lock)
{
    bool passphrase = lock->kind == KEY_LOCK_PASSPHRASE;
    uint8_t fresh[SALT_BYTES + NONCE_BYTES];

    random_bytes(fresh, sizeof fresh);
    buffer_add(out, magic, sizeof magic);
    buffer_add_u16(out, VERSION);
    buffer_add_u16(out, (uint16_t)type);
    buffer_add_u16(out, (uint16_t)lock->kind);
    buffer_add_u64(out, !passphrase      ? 0
                        : lock->opslimit ? lock->opslimit
                                         : KEY_FILE_OPSLIMIT_USUAL);
    buffer_add_u64(out, !passphrase      ? 0
                        : lock->memlimit ? lock->memlimit
                                         : KEY_FILE_MEMLIMIT_USUAL);
    buffer_add(out, fresh, sizeof fresh);
}

enum outcome key_file_write(enum key_type type, struct bytes secret, const struct key_lock *lock,
                            struct buffer *out)
{
    OWNED_BUFFER file = {0};
    uint8_t key[LOCKING_KEY_BYTES], sealed[KEY_FILE_SECRET_MAX_BYTES + TAG_BYTES];
    struct header header;
    enum outcome outcome;

    if (!lock_is_allowed(lock) || secret.length == 0 || secret.length > KEY_FILE_SECRET_MAX_BYTES)
        return OUTCOME_KEY_FILE_WRONG;
    add_header(&file, type, lock);
    TRY(buffer_outcome(&file));
    header = read_header(file.data);
    if (!limits_are_allowed(header.lock, header.opslimit, header.memlimit))
        return OUTCOME_KEY_FILE_WRONG;
    outcome = locking_key(lock, &header, key);
    if (outcome == OUTCOME_OK)
        crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, secret.data, secret.length,
                                                   file.data, KEY_FILE_HEADER_BYTES, NULL,
                                                   header.nonce, key);
    wipe(key, sizeof key);
    TRY(outcome);
    buffer_add_buffer(out, &file);
    buffer_add(out, sealed, secret.length + TAG_BYTES);
    return buffer_outcome(out);
}

static bool is_key_file(struct bytes file, enum key_type type, const struct key_lock *lock,
                        size_t length)
{
    struct header header;

    if (length == 0 || length > KEY_FILE_SECRET_MAX_BYTES ||
        file.length != KEY_FILE_HEADER_BYTES + length + TAG_BYTES ||
        !bytes_equal(bytes_of(file.data, MAGIC_BYTES), bytes_of(magic, MAGIC_BYTES)))
        return false;
    header = read_header(file.data);
    return header.version == VERSION && header.type == (uint16_t)type &&
           header.lock == (uint16_t)lock->kind &&
           limits_are_allowed(header.lock, header.opslimit, header.memlimit);
}

enum outcome key_file_read(struct bytes file, enum key_type type, const struct key_lock *lock,
                           uint8_t *out_secret, size_t length)
{
    uint8_t key[LOCKING_KEY_BYTES], secret[KEY_FILE_SECRET_MAX_BYTES];
    struct header header;
    enum outcome outcome;

    if (!lock_is_allowed(lock) || !is_key_file(file, type, lock, length))
        return OUTCOME_KEY_FILE_WRONG;
    header = read_header(file.data);
    outcome = locking_key(lock, &header, key);
    if (outcome == OUTCOME_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                     secret, NULL, NULL, file.data + KEY_FILE_HEADER_BYTES,
                                     file.length - KEY_FILE_HEADER_BYTES, file.data,
                                     KEY_FILE_HEADER_BYTES, header.nonce, key) != 0)
        outcome = OUTCOME_KEY_FILE_WRONG;
    if (outcome == OUTCOME_OK)
        memcpy(out_secret, secret, length);
    wipe(key, sizeof key);
    wipe(secret, sizeof secret);
    return outcome;
}
