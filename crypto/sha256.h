/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sha256.h - SHA-256 and HMAC-SHA-256 by OpenSSL, which uses the processor's
 * SHA instructions (about 4x libsodium at 1 KiB).
 *
 * Each thread keeps one digest context, released when the thread ends. All
 * functions fail with OUT_OF_MEMORY (a thread's first call) or RANDOM_FAILED
 * (OpenSSL refused), and then leave their output alone.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    SHA256_BYTES = 32,
    SHA256_HEX_BYTES = 65, /* with the closing NUL */
};

MUST_USE enum outcome sha256(struct bytes bytes, uint8_t out[static SHA256_BYTES]);
/* Over the parts one after another, without copying them together. */
MUST_USE enum outcome sha256_parts(const struct bytes *parts, size_t count,
                                   uint8_t out[static SHA256_BYTES]);
MUST_USE enum outcome sha256_hex(struct bytes bytes, char out[static SHA256_HEX_BYTES]);

/* RFC 2104, over the parts; key of at most 64 bytes (a longer one is RANDOM_FAILED). */
MUST_USE enum outcome hmac_sha256(struct bytes key, const struct bytes *parts, size_t count,
                                  uint8_t out[static SHA256_BYTES]);

/* For what comes in pieces. {0} is fine to wipe; a failure sticks until sha256_finish tells it. */
struct sha256 {
    struct evp_md_ctx_st *context; /* OpenSSL's EVP_MD_CTX */
    enum outcome outcome;
};

void sha256_init(struct sha256 *digest);
void sha256_add(struct sha256 *digest, struct bytes bytes);
/* Ends and wipes the digest. */
MUST_USE enum outcome sha256_finish(struct sha256 *digest, uint8_t out[static SHA256_BYTES]);
void sha256_wipe(struct sha256 *digest);
#define OWNED_SHA256 __attribute__((cleanup(sha256_wipe))) struct sha256
