/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_document.h - what keys an organisation uses, signed twice over the same
 * bytes: by its previous signing key (the first document: its own) and by the
 * key of its OIN certificate, which the document carries.
 *
 * Order of use: the covenant pins the first document; key_chain_begin() with
 * it, key_chain_add() each successor, key_chain_at() for the one in force at an
 * instant. key_document_make() writes a new one.
 * Does not check who issued the certificate: the TLS library does, at the
 * handshake, and the pin binds the two.
 */
#pragma once

#include "crypto/certificate.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/signing.h"

#define KEY_DOCUMENT_TYPE "application/vnd.wijkpoort.sleuteldocument.v1+json"

enum {
    KEY_DOCUMENT_MAX_BYTES = 48 * 1024, /* the envelope: a certificate in base64 twice over */
    KEY_DOCUMENT_NAME_BYTES = 128 + 1,
    KEY_DOCUMENT_ADDRESS_BYTES = 255 + 1,
    KEY_DOCUMENT_DIGEST_BYTES = 32,
    KEY_CHAIN_MAX = 1024,
};

struct key_document {
    struct oin oin;
    char name[KEY_DOCUMENT_NAME_BYTES];
    int64_t number; /* volgnr, from 1 */
    uint8_t signing_key[SIGNING_PUBLIC_BYTES];
    uint8_t sealing_key[SIGNING_PUBLIC_BYTES];
    uint8_t log_key[SIGNING_PUBLIC_BYTES];
    uint8_t witness_key[SIGNING_PUBLIC_BYTES];
    uint8_t tls_fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
    char address[KEY_DOCUMENT_ADDRESS_BYTES];    /* https://host[:port], without a path */
    int64_t from_s, until_s;                     /* in force from, and until (exclusive) */
    bool has_previous;                           /* false for the first only */
    uint8_t previous[KEY_DOCUMENT_DIGEST_BYTES]; /* SHA-256 of the previous payload */
    uint8_t digest[KEY_DOCUMENT_DIGEST_BYTES];   /* SHA-256 of this payload */
};

/* What a document says, with *nothing verified*: to find the key that must verify it. Fails
 * with TOO_LARGE, MALFORMED (where: in the fault), SENDER_WRONG (the certificate names another
 * OIN), KEY_UNKNOWN (another fingerprint) or OUT_OF_MEMORY. */
MUST_USE enum outcome key_document_peek(struct bytes envelope, struct key_document *out,
                                        struct fault *fault);

/* Verifies a first document (volgnr 1, no previous, signed by its own key). Fails as
 * key_document_peek(), and with SIGNATURE_WRONG or KEY_UNKNOWN (a kind of key we do not take). */
MUST_USE enum outcome key_document_read_first(struct bytes envelope, struct key_document *out,
                                              struct fault *fault);
/* The same for the successor of `previous`: same OIN, next number, `vorige` the digest of
 * `previous`, not in force before it; signed by the signing key of `previous`. */
MUST_USE enum outcome key_document_read_next(struct bytes envelope,
                                             const struct key_document *previous,
                                             struct key_document *out, struct fault *fault);

/* Writes the envelope of `draft`, whose tls_fingerprint and digest are ignored and taken from
 * the certificate and the new payload. `signing_key` is that of the previous document (the
 * first: its own); `tls_key` that of `tls`. Fails with MALFORMED (a draft that
 * key_document_read_* would refuse), KEY_UNKNOWN (tls_key is not of `tls`), RANDOM_FAILED or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome key_document_make(const struct key_document *draft,
                                        const struct certificate *tls,
                                        const struct private_key *tls_key,
                                        const struct signing_key *signing_key,
                                        struct buffer *out_envelope);

/* The documents of one organisation, oldest first. {0} is none. */
struct key_chain {
    struct key_document *documents;
    size_t count;
    bool forked; /* two successors of the last document were seen: alarm, none is taken */
};

/* Fails as key_document_read_first(). */
MUST_USE enum outcome key_chain_begin(struct bytes envelope, struct key_chain *out_chain,
                                      struct fault *fault);
/* Adds a successor of the last document. EXISTS: it is in the chain already. OTHER_BYTES: it is
 * a second, different successor of a document in the chain; that document is now the last one,
 * `forked` is set and no successor is taken any more. (Keep the envelope: adding the same ones
 * again gives the same chain.) KEY_UNKNOWN: its predecessor is not in the chain. Else fails as
 * key_document_read_next(), with TOO_LARGE over KEY_CHAIN_MAX. */
MUST_USE enum outcome key_chain_add(struct key_chain *chain, struct bytes envelope,
                                    struct fault *fault);
/* The document in force at an instant: the latest that had begun, NULL when there is none or
 * it had ended. Owned by the chain, until the next key_chain_add(). */
const struct key_document *key_chain_at(const struct key_chain *chain, int64_t at_s);
void key_chain_wipe(struct key_chain *chain);
#define OWNED_KEY_CHAIN __attribute__((cleanup(key_chain_wipe))) struct key_chain
