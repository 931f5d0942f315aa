/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate_inside.h - what certificate.c and certificate_make.c share: the
 * OpenSSL objects behind the opaque structs. For no other file.
 */
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/certificate.h"

struct certificate {
    X509 *x509;
    uint8_t *der; /* the bytes that x509 was read from */
    size_t der_length;
};

struct certificate_request {
    X509_REQ *request;
};

struct private_key {
    EVP_PKEY *key;
};

/* A kind and size of key that we take: P-256, P-384, RSA of 2048 to 4096 bits. */
bool certificate_key_taken(const EVP_PKEY *key);
/* Adds what was written to a memory BIO. */
MUST_USE enum outcome certificate_take_bio(BIO *bio, struct buffer *out);
/* Adds the one common name of a subject; see certificate_common_name(). */
MUST_USE enum outcome certificate_name_text(const X509_NAME *subject, struct buffer *out);
/* Never asks: our PEM has no passphrase, and a daemon has no terminal. */
int certificate_no_passphrase(char *out, int size, int writing, void *nothing);

void certificate_bio_free_at(BIO **bio);
#define OWNED_BIO __attribute__((cleanup(certificate_bio_free_at))) BIO *

/* OpenSSL's errors pile up per thread and TLS would take ours for its own: QUIETLY; at the
 * start of a function leaves the pile as it was found. */
void certificate_errors_forget(const int *marked);
#define QUIETLY                                                                                    \
    __attribute__((cleanup(certificate_errors_forget), unused)) const int errors_marked =          \
        ERR_set_mark()
