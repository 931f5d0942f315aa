/* SPDX-License-Identifier: EUPL-1.2 */
/* A key file from a stranger, under a credential: the corpus holds the two files that open. Under
 * a passphrase only small limits are tried, since each takes Argon2id's time. */
#include <stdlib.h>

#include "crypto/key_file.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPSLIMIT_AT = 14, MEMLIMIT_AT = 22 };

static bool is_cheap(const uint8_t *data, size_t size)
{
    return size < KEY_FILE_HEADER_BYTES ||
           (read_u64(data + OPSLIMIT_AT) <= 2 && read_u64(data + MEMLIMIT_AT) <= 1 << 16) ||
           read_u64(data + OPSLIMIT_AT) > KEY_FILE_OPSLIMIT_MAX ||
           read_u64(data + MEMLIMIT_AT) > KEY_FILE_MEMLIMIT_MAX;
}

/* One file is of one type and one length only. */
static void read_with(struct bytes file, const struct key_lock *lock)
{
    uint8_t secret[KEY_FILE_SECRET_MAX_BYTES];
    int opened = 0;

    for (int type = KEY_SIGNING; type <= KEY_SPLIT; type++) {
        opened += key_file_read(file, (enum key_type)type, lock, secret, 32) == OUTCOME_OK;
        opened += key_file_read(file, (enum key_type)type, lock, secret, 64) == OUTCOME_OK;
    }
    if (opened > 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t bytes[KEY_FILE_CREDENTIAL_MIN_BYTES] = {0};
    const struct key_lock credential = {KEY_LOCK_CREDENTIAL, bytes_of(bytes, sizeof bytes), 0, 0};
    const struct key_lock passphrase = {KEY_LOCK_PASSPHRASE,
                                        bytes_of_text("correct paard batterij nietje"), 0, 0};

    if (crypto_ready() != OUTCOME_OK)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(100 + i);
    read_with(bytes_of(data, size), &credential);
    if (is_cheap(data, size))
        read_with(bytes_of(data, size), &passphrase);
    return 0;
}
