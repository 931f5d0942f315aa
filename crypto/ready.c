/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/ready.h"

#include <sodium.h>

#include "crypto/certificate_memory.h"

enum outcome crypto_ready(void)
{
    TRY(certificate_memory_watch());
    return sodium_init() < 0 ? OUTCOME_RANDOM_FAILED : OUTCOME_OK; /* 1: it was already */
}

void *secret_new(size_t bytes)
{
    void *secret = sodium_malloc(bytes);

    if (secret)
        sodium_memzero(secret, bytes);
    return secret;
}

void secret_free(void *secret)
{
    sodium_free(secret);
}

void secret_free_at(uint8_t **secret)
{
    secret_free(*secret);
    *secret = NULL;
}

void wipe(void *memory, size_t length)
{
    if (length)
        sodium_memzero(memory, length);
}

void random_bytes(void *out, size_t length)
{
    randombytes_buf(out, length);
}
