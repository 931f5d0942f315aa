/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate.h - X.509 as far as we need it: who a certificate names (OIN,
 * fingerprint, window), signatures by its key, and the making of keys, requests
 * and certificates for `init`, `user request`, `user add` and the tests.
 *
 * Signatures are ECDSA-SHA256 (P-256, P-384) or RSA-PSS-SHA256 (2048 to 4096 bits,
 * salt of 32 bytes), by the kind of the key. Chains are verified by the TLS
 * library, not here. All times come in as arguments, in seconds since 1970 UTC.
 * Serial numbers, keys and signature nonces are drawn by OpenSSL.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/oin.h"

enum {
    CERTIFICATE_MAX_BYTES = 16 * 1024, /* DER; PEM may be half as much again */
    CERTIFICATE_FINGERPRINT_BYTES = 32,
    CERTIFICATE_SIGNATURE_MAX_BYTES = 512, /* RSA 4096 */
    CERTIFICATE_ALTERNATIVES_MAX = 16,
};

struct certificate;
struct certificate_request;
struct private_key;

/* Fail with MALFORMED, TOO_LARGE or OUT_OF_MEMORY. PEM: the first certificate in the text. */
MUST_USE enum outcome certificate_read_der(struct bytes der, struct certificate **out);
MUST_USE enum outcome certificate_read_pem(struct bytes pem, struct certificate **out);
void certificate_free(struct certificate *certificate); /* NULL is fine */
void certificate_free_at(struct certificate **certificate);
#define OWNED_CERTIFICATE __attribute__((cleanup(certificate_free_at))) struct certificate *

/* The organisation: exactly one subject.serialNumber, a PrintableString (as X.520 has it) of
 * exactly 20 bytes [0-9A-Z]. Else MALFORMED. */
MUST_USE enum outcome certificate_oin(const struct certificate *certificate, struct oin *out);
/* The DER as it was read; owned by the certificate. */
struct bytes certificate_der(const struct certificate *certificate);
/* SHA-256 of the DER. Fails as crypto/sha256.h does. */
MUST_USE enum outcome certificate_fingerprint(const struct certificate *certificate,
                                              uint8_t out[static CERTIFICATE_FINGERPRINT_BYTES]);
MUST_USE enum outcome certificate_window(const struct certificate *certificate, int64_t *out_from_s,
                                         int64_t *out_until_s);
/* Adds the subject's one common name. Fails with MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome certificate_common_name(const struct certificate *certificate,
                                              struct buffer *out);
/* Does it name this host, or this address in text form? Partners go by OIN; this is for people. */
bool certificate_names_host(const struct certificate *certificate, const char *host);
/* Is `signature` over `data` by the key of this certificate? SIGNATURE_WRONG when not,
 * KEY_UNKNOWN when the key is of a kind or size we do not take. */
MUST_USE enum outcome certificate_verify(const struct certificate *certificate, struct bytes data,
                                         struct bytes signature);

/* A new P-256 key. Fails with RANDOM_FAILED. */
MUST_USE enum outcome private_key_make(struct private_key **out);
/* Plain PEM. Fails with KEY_FILE_WRONG (also a kind or size we do not take). */
MUST_USE enum outcome private_key_read_pem(struct bytes pem, struct private_key **out);
/* Adds PKCS#8 PEM, in clear: the file's mode protects it. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome private_key_print_pem(const struct private_key *key, struct buffer *out);
void private_key_free(struct private_key *key);
void private_key_free_at(struct private_key **key);
#define OWNED_PRIVATE_KEY __attribute__((cleanup(private_key_free_at))) struct private_key *
/* Adds the signature. Fails with RANDOM_FAILED or OUT_OF_MEMORY. */
MUST_USE enum outcome private_key_sign(const struct private_key *key, struct bytes data,
                                       struct buffer *out);
bool private_key_fits(const struct private_key *key, const struct certificate *certificate);

/* What a certificate says of its holder. NULL leaves a part out; common_name may not be NULL. */
struct certificate_subject {
    const char *common_name;
    const char *organisation;
    const char *serial_number; /* an OIN for partners */
};

struct certificate_order {
    struct certificate_subject subject;
    const char *const *dns; /* ends with NULL; NULL for none */
    const char *const *ip;  /* the same, in text form */
    bool server;            /* EKU serverAuth */
    bool client;            /* EKU clientAuth */
    int64_t from_s;
    int days;
};

/* Adds the PEM of a self-signed CA (CA:TRUE, pathlen 0, keyCertSign and cRLSign); only subject,
 * from_s and days of the order count. Fails with MALFORMED (a text that does not fit) or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome certificate_make_ca(const struct certificate_order *order,
                                          const struct private_key *key, struct buffer *out_pem);
/* Adds the PEM of a leaf for the holder of `key`, issued by `ca`. Fails as above, and with
 * KEY_UNKNOWN when ca_key is not the key of `ca`. */
MUST_USE enum outcome certificate_make_leaf(const struct certificate_order *order,
                                            const struct private_key *key,
                                            const struct certificate *ca,
                                            const struct private_key *ca_key,
                                            struct buffer *out_pem);
/* The same for a request: its key, and from `order` everything else (what the request asks
 * for is not taken over). */
MUST_USE enum outcome certificate_make_requested(const struct certificate_order *order,
                                                 const struct certificate_request *request,
                                                 const struct certificate *ca,
                                                 const struct private_key *ca_key,
                                                 struct buffer *out_pem);

/* Adds a PKCS#10 request as PEM. Fails with MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome certificate_request_make(const struct certificate_subject *subject,
                                               const struct private_key *key,
                                               struct buffer *out_pem);
/* Reads one and checks that its key signed it. Fails with MALFORMED, TOO_LARGE,
 * SIGNATURE_WRONG or KEY_UNKNOWN (a kind or size we do not take). */
MUST_USE enum outcome certificate_request_read(struct bytes pem, struct certificate_request **out);
MUST_USE enum outcome certificate_request_common_name(const struct certificate_request *request,
                                                      struct buffer *out);
void certificate_request_free(struct certificate_request *request);
void certificate_request_free_at(struct certificate_request **request);
#define OWNED_CERTIFICATE_REQUEST                                                                  \
    __attribute__((cleanup(certificate_request_free_at))) struct certificate_request *
