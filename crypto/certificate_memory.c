/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/certificate_memory.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* A count per thread; holds nothing of what is allocated. */
static _Thread_local uint64_t failures;

static void *counted(void *memory, size_t size)
{
    if (!memory && size)
        failures++;
    return memory;
}

static void *take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return counted(malloc(size), size);
}

static void *take_again(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) { /* as OpenSSL's own */
        free(old);
        return NULL;
    }
    return counted(realloc(old, size), size);
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* OpenSSL 3.0 that ran out of memory while it began crashes at its next use, so it begins here,
 * and in steps. */
enum outcome certificate_memory_watch(void)
{
    const uint64_t before = failures;
    EVP_MD *sha = NULL;

    (void)CRYPTO_set_mem_functions(take, take_again, give_back); /* refused when it is too late */
    if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) != 1 || failures != before)
        return OUTCOME_OUT_OF_MEMORY;
    if (!OSSL_LIB_CTX_get0_global_default() || failures != before)
        return OUTCOME_OUT_OF_MEMORY;
    sha = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MD_free(sha);
    return sha && failures == before ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

uint64_t certificate_memory_failures(void)
{
    return failures;
}

enum outcome certificate_honest(uint64_t before, enum outcome outcome)
{
    return outcome != OUTCOME_OK && failures != before ? OUTCOME_OUT_OF_MEMORY : outcome;
}
