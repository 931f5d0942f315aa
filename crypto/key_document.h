/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * key_document.h - what keys an organisation uses, signed twice over the same
 * bytes: by its previous signing key (the first document: its own) and by the
 * key of its OIN certificate, which the document carries.
 *
 * An emergency document is for a signing key that was stolen: it is signed by the
 * key of the OIN certificate and by two other organisations, and replaces whatever
 * the thief may have signed. Its type is another one, so that no signature under it
 * counts for a renewal, nor the other way round. docs/keys.md has the bytes.
 *
 * Order of use: the covenant pins the first document; key_chain_begin() with
 * it, key_chain_add() each successor, key_chain_at() for the one in force at an
 * instant. key_document_make() writes a new one.
 * Does not check who issued the certificate: the TLS library does, at the
 * handshake, and the pin binds the two. Does not know who may endorse.
 */
#pragma once

#include "crypto/certificate.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/signing.h"

#define KEY_DOCUMENT_TYPE           "application/vnd.wijkpoort.sleuteldocument.v1+json"
#define KEY_DOCUMENT_EMERGENCY_TYPE "application/vnd.wijkpoort.noodsleuteldocument.v1+json"

enum {
    KEY_DOCUMENT_MAX_BYTES = 48 * 1024, /* the envelope: a certificate in base64 twice over */
    KEY_DOCUMENT_NAME_BYTES = 128 + 1,
    KEY_DOCUMENT_ADDRESS_BYTES = 255 + 1,
    KEY_DOCUMENT_DIGEST_BYTES = 32,
    KEY_ENDORSERS = 2,
    KEY_CHAIN_MAX = 256,      /* each is verified at every start */
    KEY_CHAIN_RENEWALS = 224, /* of those: whoever stole keys cannot leave an emergency no room */
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
    bool emergency;
    size_t endorser_count;               /* of an emergency document, 0 to KEY_ENDORSERS */
    struct oin endorsers[KEY_ENDORSERS]; /* as the envelope names them; each another one */
};

/* What a document says, with *nothing verified*: to find the key that must verify it. Fails
 * with TOO_LARGE, MALFORMED (where: in the fault), SENDER_WRONG (the certificate names another
 * OIN, or the organisation endorses itself), KEY_UNKNOWN (another fingerprint) or OUT_OF_MEMORY. */
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

/* The same for an emergency document, whose endorsements were verified by the caller with
 * key_document_endorsed_by(): here its certificate's signature and its place. Fails with
 * NOT_ALLOWED when the endorsers are not two. */
MUST_USE enum outcome key_document_read_emergency(struct bytes envelope,
                                                  const struct key_document *previous,
                                                  struct key_document *out, struct fault *fault);
/* The same for one that is not endorsed by all yet: for who is to endorse it. */
MUST_USE enum outcome key_document_read_draft(struct bytes envelope,
                                              const struct key_document *previous,
                                              struct key_document *out, struct fault *fault);
/* Is endorsement `which` (0, 1) by this key? SIGNATURE_WRONG when not or not there. */
MUST_USE enum outcome key_document_endorsed_by(struct bytes envelope, size_t which,
                                               const uint8_t key[static SIGNING_PUBLIC_BYTES]);

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

/* The envelope of an emergency document, without any endorsement yet; fails as the above. */
MUST_USE enum outcome key_document_make_emergency(const struct key_document *draft,
                                                  const struct certificate *tls,
                                                  const struct private_key *tls_key,
                                                  struct buffer *out_envelope);
/* Adds the endorsement of `by` to an emergency document. Fails with STEP_NOT_ALLOWED (a renewal
 * takes none), SENDER_WRONG (the organisation itself), EXISTS (it did, or there are two already),
 * and as key_document_peek(). */
MUST_USE enum outcome key_document_endorse(struct bytes envelope, const struct oin *by,
                                           const struct signing_key *key,
                                           struct buffer *out_envelope);

/* The documents of one organisation. {0} is none. Which of them count follows from the set alone,
 * not from the order in which they came: from the first on, each document's one emergency
 * successor, else its one successor; of two of a kind neither. */
struct key_chain {
    struct key_document *documents; /* those that count first, oldest first */
    size_t count;                   /* of those */
    size_t kept;                    /* with those that do not: what they signed once was believed */
    bool forked;                    /* two successors of the last one were seen: alarm */
};

/* Fails as key_document_read_first(). */
MUST_USE enum outcome key_chain_begin(struct bytes envelope, struct key_chain *out_chain,
                                      struct fault *fault);
/* Adds a document that follows one in the chain. EXISTS: it is there already and counts.
 * OTHER_BYTES: it is genuine, and kept, and does not count: a second successor (then `forked` is
 * set), or one that an emergency document replaced, or what follows such a one. Adding the same
 * documents in any order gives the same chain. KEY_UNKNOWN: its predecessor is not in the chain.
 * STEP_NOT_ALLOWED: an emergency document. Else fails as key_document_read_next(), with TOO_LARGE
 * over KEY_CHAIN_RENEWALS, or KEY_CHAIN_MAX in all. */
MUST_USE enum outcome key_chain_add(struct key_chain *chain, struct bytes envelope,
                                    struct fault *fault);
/* The same for any document, of which an emergency one was found to be endorsed, as
 * key_document_read_emergency() says. */
MUST_USE enum outcome key_chain_add_endorsed(struct key_chain *chain, struct bytes envelope,
                                             struct fault *fault);
/* The document in force at an instant: the latest that had begun, NULL when there is none or
 * it had ended. Never one from before an emergency: its key is in a thief's hands, who can write
 * any instant. Owned by the chain, until the next key_chain_add(). */
const struct key_document *key_chain_at(const struct key_chain *chain, int64_t at_s);
/* The document with this digest, counting or not; NULL. */
const struct key_document *key_chain_find(const struct key_chain *chain,
                                          const uint8_t digest[static KEY_DOCUMENT_DIGEST_BYTES]);
void key_chain_wipe(struct key_chain *chain);
#define OWNED_KEY_CHAIN __attribute__((cleanup(key_chain_wipe))) struct key_chain
