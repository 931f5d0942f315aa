/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_tree.h - the local keys of one gateway, all grown from its master key
 * with crypto_kdf. A purpose has its own key, so that a key found in one place
 * opens nothing in another; `version` counts renewals of one purpose.
 *
 * Keys that leave this gateway or depend on a covenant are not made here.
 */
#pragma once

#include <stdint.h>

enum { KEY_BYTES = 32 };

/*    name     context of crypto_kdf: exactly 8 bytes, never reused */
#define KEY_PURPOSES(X)                                                                            \
    X(LOCAL, "wp-local") /* local ids of persons and addresses */                                  \
    X(CACHE, "wp-cache") /* cached enrolment results */                                            \
    X(AUDIT, "wp-audit") /* openings of the audit log */                                           \
    X(SPOOL, "wp-spool") /* sealed messages that wait */                                           \
    X(BASIS, "wp-basis") /* data keys of consent records */                                        \
    X(SHARE, "wp-share") /* shares of sums */                                                      \
    X(STORE, "wp-store") /* wraps the data key of each record */                                   \
    X(MAC, "wp-mac__")   /* tags of records that hold nothing personal */                          \
    X(INDEX, "wp-index") /* keyed hashes that serve as index keys */                               \
    X(PROOF, "wp-proof") /* per-recipient ids of consent proofs */

#define KEY_PURPOSE_ENUM(name, context) KEY_FOR_##name,
enum key_purpose { KEY_PURPOSES(KEY_PURPOSE_ENUM) KEY_PURPOSE_COUNT };
#undef KEY_PURPOSE_ENUM

/* The caller wipes `out_key` after last use. */
void key_derive(const uint8_t master[static KEY_BYTES], enum key_purpose purpose, uint64_t version,
                uint8_t out_key[static KEY_BYTES]);
