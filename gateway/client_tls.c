/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/client_tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/certificate_memory.h"
#include "gateway/files.h"
#include "gateway/trust.h"

enum { PEM_MAX_BYTES = 256 * 1024 };

struct client_tls {
    unsigned generation;
    X509 *certificate;
    STACK_OF(X509) * chain;
    EVP_PKEY *key;
    X509_STORE *trusted;
};

static void free_at(struct client_tls **tls)
{
    client_tls_free(*tls);
}
#define OWNED_CLIENT_TLS __attribute__((cleanup(free_at))) struct client_tls *

static void free_bio_at(BIO **bio)
{
    BIO_free(*bio);
}
#define OWNED_BIO __attribute__((cleanup(free_bio_at))) BIO *

void client_tls_free(struct client_tls *tls)
{
    if (!tls)
        return;
    X509_free(tls->certificate);
    sk_X509_pop_free(tls->chain, X509_free);
    EVP_PKEY_free(tls->key);
    X509_STORE_free(tls->trusted);
    free(tls);
}

/* An encrypted key is a wrong file here; OpenSSL would ask the terminal for its password. */
static int no_password(char *out, int size, int writing, void *context)
{
    (void)out, (void)size, (void)writing, (void)context;
    return -1;
}

/* The first certificate is ours, those behind it its chain; half a certificate is a fault. */
static enum outcome read_certificates(const char *path, struct client_tls *tls)
{
    OWNED_BUFFER text = {0};
    OWNED_BIO bio = NULL;
    X509 *next;

    TRY(file_read(path, PEM_MAX_BYTES, &text, NULL));
    bio = BIO_new_mem_buf(text.data ? text.data : (const void *)"", (int)text.length);
    tls->chain = sk_X509_new_null();
    if (!bio || !tls->chain)
        return OUTCOME_OUT_OF_MEMORY;
    tls->certificate = PEM_read_bio_X509_AUX(bio, NULL, no_password, NULL);
    if (!tls->certificate)
        return OUTCOME_FILE_WRONG;
    while ((next = PEM_read_bio_X509(bio, NULL, no_password, NULL))) {
        if (sk_X509_push(tls->chain, next) == 0) {
            X509_free(next);
            return OUTCOME_OUT_OF_MEMORY;
        }
    }
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? OUTCOME_OK
                                                                        : OUTCOME_FILE_WRONG;
}

static enum outcome read_key(const char *path, struct client_tls *tls)
{
    OWNED_BUFFER text = {0}; /* wiped when freed */
    OWNED_BIO bio = NULL;

    TRY(file_read_private(path, PEM_MAX_BYTES, &text, NULL));
    bio = BIO_new_mem_buf(text.data ? text.data : (const void *)"", (int)text.length);
    if (!bio)
        return OUTCOME_OUT_OF_MEMORY;
    tls->key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    return tls->key && X509_check_private_key(tls->certificate, tls->key) == 1 ? OUTCOME_OK
                                                                               : OUTCOME_FILE_WRONG;
}

static enum outcome read_trusted(const struct client_identity *identity, struct client_tls *tls)
{
    const struct trust_options options = {.ca_file = identity->ca,
                                          .crl_file = identity->crl,
                                          .crl_grace_s = identity->crl_grace_s,
                                          .rsa_bits_min = identity->rsa_bits_min,
                                          .usage = XKU_SSL_SERVER};
    enum trust_fault unused;

    return trust_load(&options, &tls->trusted, &unused);
}

static enum outcome read_all(const struct client_identity *identity, struct client_tls *tls)
{
    TRY(read_certificates(identity->certificate, tls));
    TRY(read_key(identity->key, tls));
    return read_trusted(identity, tls);
}

enum outcome client_tls_load(const struct client_identity *identity, unsigned generation,
                             struct client_tls **out)
{
    const uint64_t refused = certificate_memory_failures();
    OWNED_CLIENT_TLS tls = calloc(1, sizeof *tls);
    enum outcome outcome;

    if (!tls)
        return OUTCOME_OUT_OF_MEMORY;
    tls->generation = generation;
    ERR_clear_error();
    outcome = read_all(identity, tls);
    if (certificate_memory_failures() != refused) /* it may have left something out */
        outcome = OUTCOME_OUT_OF_MEMORY;
    ERR_clear_error(); /* else the next connection takes ours for its own */
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_FILE_WRONG;
    *out = tls;
    tls = NULL; /* handed over */
    return OUTCOME_OK;
}

bool client_tls_is_current(const struct client_tls *tls)
{
    return X509_cmp_current_time(X509_get0_notBefore(tls->certificate)) < 0 &&
           X509_cmp_current_time(X509_get0_notAfter(tls->certificate)) > 0;
}

bool client_tls_use(const struct client_tls *tls, SSL_CTX *context)
{
    /* The generation travels with the connection; libcurl leaves this pointer to us. */
    SSL_CTX_set_app_data(context, (void *)(uintptr_t)tls->generation);
    SSL_CTX_set1_cert_store(context, tls->trusted);
    return SSL_CTX_use_cert_and_key(context, tls->certificate, tls->key, tls->chain, 1) == 1;
}

bool client_tls_still_good(const struct client_tls *tls, SSL *ssl)
{
    const SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    const int64_t now_s = (int64_t)time(NULL);

    return (unsigned)(uintptr_t)SSL_CTX_get_app_data(context) == tls->generation &&
           now_s < trust_chain_until_s(SSL_get0_verified_chain(ssl)) &&
           now_s < trust_stale_at_s(tls->trusted);
}
