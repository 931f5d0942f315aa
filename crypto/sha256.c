/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/sha256.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"

/* Fetching the algorithm and making a context cost three times the hash of 64 bytes, so each
 * thread keeps one. It holds nothing from one call to the next but the algorithm. */
static pthread_key_t kept_key;
static bool kept_key_made;
static pthread_once_t kept_once = PTHREAD_ONCE_INIT;

static void free_kept(void *context)
{
    EVP_MD_CTX_free(context);
}

static void make_kept_key(void)
{
    kept_key_made = pthread_key_create(&kept_key, free_kept) == 0;
}

/* A context that knows its algorithm; each later start passes NULL for it. */
static EVP_MD_CTX *context_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_MD *sha = EVP_MD_fetch(NULL, "SHA256", NULL);
    bool started = context && sha && EVP_DigestInit_ex2(context, sha, NULL) == 1;

    EVP_MD_free(sha); /* the context has its own reference */
    if (started)
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

static EVP_MD_CTX *kept_context(void)
{
    EVP_MD_CTX *context;

    if (pthread_once(&kept_once, make_kept_key) != 0 || !kept_key_made)
        return NULL;
    context = pthread_getspecific(kept_key);
    if (context)
        return context;
    context = context_new();
    if (context && pthread_setspecific(kept_key, context) != 0) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    return context;
}

/* One digest: an optional block in front (HMAC's), then the parts. */
static enum outcome digest(struct bytes first, const struct bytes *parts, size_t count,
                           uint8_t out[static SHA256_BYTES])
{
    EVP_MD_CTX *context = kept_context();
    uint8_t result[SHA256_BYTES];

    /* OpenSSL 3.0 allocates anew at each start; nothing else in it can fail. */
    if (!context || EVP_DigestInit_ex2(context, NULL, NULL) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    if (EVP_DigestUpdate(context, first.data, first.length) != 1)
        return OUTCOME_RANDOM_FAILED;
    for (size_t i = 0; i < count; i++) {
        if (EVP_DigestUpdate(context, parts[i].data, parts[i].length) != 1)
            return OUTCOME_RANDOM_FAILED;
    }
    if (EVP_DigestFinal_ex(context, result, NULL) != 1)
        return OUTCOME_RANDOM_FAILED;
    memcpy(out, result, sizeof result);
    return OUTCOME_OK;
}

enum outcome sha256(struct bytes bytes, uint8_t out[static SHA256_BYTES])
{
    return digest(bytes, NULL, 0, out);
}

enum outcome sha256_parts(const struct bytes *parts, size_t count, uint8_t out[static SHA256_BYTES])
{
    return digest(bytes_of(NULL, 0), parts, count, out);
}

enum outcome sha256_hex(struct bytes bytes, char out[static SHA256_HEX_BYTES])
{
    uint8_t hash[SHA256_BYTES];

    TRY(sha256(bytes, hash));
    hex_encode(bytes_of(hash, sizeof hash), out);
    return OUTCOME_OK;
}

enum { BLOCK_BYTES = 64 };

static void mask_key(struct bytes key, uint8_t mask, uint8_t out[static BLOCK_BYTES])
{
    memset(out, mask, BLOCK_BYTES);
    for (size_t i = 0; i < key.length; i++)
        out[i] ^= key.data[i];
}

/* Two plain digests on the kept context: OpenSSL's own EVP_MAC with a fresh key takes three times
 * as long for short texts. */
enum outcome hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                         uint8_t out[static SHA256_BYTES])
{
    uint8_t pad[BLOCK_BYTES], inner[SHA256_BYTES] = {0};
    struct bytes rest = bytes_of(inner, sizeof inner);
    enum outcome outcome;

    if (key.length > BLOCK_BYTES)
        return OUTCOME_RANDOM_FAILED;
    mask_key(key, 0x36, pad);
    outcome = digest(bytes_of(pad, sizeof pad), parts, count, inner);
    if (outcome == OUTCOME_OK) {
        mask_key(key, 0x5c, pad);
        outcome = digest(bytes_of(pad, sizeof pad), &rest, 1, out);
    }
    wipe(pad, sizeof pad);
    wipe(inner, sizeof inner);
    return outcome;
}

void sha256_init(struct sha256 *digest)
{
    digest->context = context_new();
    digest->outcome = digest->context ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

void sha256_add(struct sha256 *digest, struct bytes bytes)
{
    if (digest->outcome == OUTCOME_OK &&
        EVP_DigestUpdate(digest->context, bytes.data, bytes.length) != 1)
        digest->outcome = OUTCOME_RANDOM_FAILED;
}

enum outcome sha256_finish(struct sha256 *digest, uint8_t out[static SHA256_BYTES])
{
    enum outcome outcome = digest->outcome;

    if (outcome == OUTCOME_OK && EVP_DigestFinal_ex(digest->context, out, NULL) != 1)
        outcome = OUTCOME_RANDOM_FAILED;
    sha256_wipe(digest);
    return outcome;
}

void sha256_wipe(struct sha256 *digest)
{
    EVP_MD_CTX_free(digest->context);
    *digest = (struct sha256){0};
}
