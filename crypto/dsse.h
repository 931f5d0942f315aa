/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dsse.h - the signed envelope (DSSE): a payload of a named type with one
 * Ed25519 signature, or up to three signatures of different keys (key documents).
 *
 *   {"payload":"<base64>","payloadType":"…","signatures":[{"keyid":"…","sig":"<base64>"}]}
 *
 * Signed is PAE = "DSSEv1" SP len(type) SP type SP len(payload) SP payload, so
 * a signature under one type counts under no other.
 * Order of use at the reader: dsse_open*(), then dsse_verify() with a key that is
 * known otherwise (the keyid is only a hint), and only then parse dsse.payload.
 * Does not check that the payload is JSON, nor any time in it.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"
#include "crypto/signing.h"

enum {
    DSSE_SIGNATURES_MAX = 3,
    DSSE_SIGNATURE_MAX_BYTES = 512, /* RSA of 4096 bits */
    DSSE_KEYID_MAX_BYTES = 64,      /* hex SHA-256 */
    DSSE_TYPE_MAX_BYTES = 96,
};

struct dsse_signature {
    char keyid[DSSE_KEYID_MAX_BYTES + 1]; /* a hint; "" when absent */
    uint8_t data[DSSE_SIGNATURE_MAX_BYTES];
    size_t length;
};

struct dsse {
    struct buffer pae;    /* the signed bytes; ends with the payload, so nothing is copied */
    struct bytes payload; /* points into pae */
    char type[DSSE_TYPE_MAX_BYTES + 1];
    struct dsse_signature signatures[DSSE_SIGNATURES_MAX];
    size_t signature_count;
};

/* --- writing --- */

/* Adds one signed envelope to `out_json`. Fails with OUT_OF_MEMORY, RANDOM_FAILED, or INTERNAL
 * when the type is longer than DSSE_TYPE_MAX_BYTES. */
MUST_USE enum outcome dsse_sign(struct bytes payload, const char *type,
                                const struct signing_key *key, struct buffer *out_json);

/* For other signatures than ours: the bytes to sign, then the envelope of the signatures. */
MUST_USE enum outcome dsse_pae(const char *type, struct bytes payload, struct buffer *out_pae);
MUST_USE enum outcome dsse_assemble(struct bytes payload, const char *type,
                                    const struct dsse_signature *signatures, size_t count,
                                    struct buffer *out_json);

/* --- reading: each fills *out, which the caller wipes, only when OK ---
 * Fail with TOO_LARGE (the JSON, or for dsse_from_json the payload, over max_bytes), MALFORMED
 * (also for another type than `type`) or OUT_OF_MEMORY. */

/* Exactly one signature. */
MUST_USE enum outcome dsse_open(struct bytes json, const char *type, size_t max_bytes,
                                struct dsse *out);
/* One to three signatures. */
MUST_USE enum outcome dsse_open_several(struct bytes json, const char *type, size_t max_bytes,
                                        struct dsse *out);
/* An envelope within a document that was parsed already; exactly one signature. */
MUST_USE enum outcome dsse_from_json(const json_t *object, const char *type, size_t max_bytes,
                                     struct dsse *out);
/* The hint in such an envelope of whose signature its first is; "" when there is none. Lent. */
const char *dsse_hint(const json_t *object);
/* The other way; the caller owns *out_object. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome dsse_to_json(const struct dsse *dsse, json_t **out_object);

/* The one signature is of this key; SIGNATURE_WRONG otherwise, and when there are more. */
MUST_USE enum outcome dsse_verify(const struct dsse *dsse,
                                  const uint8_t public_key[static SIGNING_PUBLIC_BYTES]);
/* Signature `index` is an Ed25519 signature of this key; SIGNATURE_WRONG otherwise. */
MUST_USE enum outcome dsse_verify_at(const struct dsse *dsse, size_t index,
                                     const uint8_t public_key[static SIGNING_PUBLIC_BYTES]);

void dsse_wipe(struct dsse *dsse); /* {0} is fine */
#define OWNED_DSSE __attribute__((cleanup(dsse_wipe))) struct dsse
