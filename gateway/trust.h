/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * trust.h - whose certificates count: an authority, its revocation lists, and how
 * weak a key may be. Both sides of a connection judge by it: gateway/server_tls.c
 * those who come in, gateway/client_tls.c those we call.
 *
 * OpenSSL builds and verifies the chain; what it leaves open is decided here:
 *   - the leaf says in its extended key usage what it is used for;
 *   - once lists are named there must be one of the leaf's issuer; a certificate
 *     further up is looked up in the lists that are there;
 *   - a list counts until its nextUpdate and `crl_grace_s` after that;
 *   - no RSA key in the chain is smaller than `rsa_bits_min`.
 * Does not look at names or OINs, and does not log.
 */
#pragma once

#include <openssl/x509.h>
#include <stdint.h>

#include "crypto/outcome.h"

struct trust_options {
    const char *ca_file;  /* PEM; borrowed for the call */
    const char *crl_file; /* PEM, one list or more; NULL: none */
    int64_t crl_grace_s;
    int64_t rsa_bits_min;
    int usage; /* that the leaf must have: XKU_SSL_CLIENT or XKU_SSL_SERVER */
};

enum trust_fault { TRUST_FAULT_CA, TRUST_FAULT_CRL };

/* Reads both files. Fails with OUT_OF_MEMORY or FILE_WRONG, and then *out_fault says which. On OK
 * the store is the caller's; it counts its owners itself and is safe from any thread. */
MUST_USE enum outcome trust_load(const struct trust_options *options, X509_STORE **out_store,
                                 enum trust_fault *out_fault);
/* The earliest nextUpdate of its lists, INT64_MAX when there are none. */
int64_t trust_lists_end_s(X509_STORE *store);
/* The same for files that nobody is using yet; fails as trust_load(). `crl_file` may be NULL. */
MUST_USE enum outcome trust_look(const char *ca_file, const char *crl_file, int64_t *out_end_s,
                                 enum trust_fault *out_fault);
/* That and the grace: from then on a chain that was verified before must be verified anew. */
int64_t trust_stale_at_s(X509_STORE *store);
/* When a certificate ends; 0 when that cannot be read. */
int64_t trust_until_s(const X509 *certificate);
/* The earliest end of the certificates in a chain. */
int64_t trust_chain_until_s(const STACK_OF(X509) * chain);
