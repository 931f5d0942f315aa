/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "crypto/certificate_memory.h"
#include "gateway/server_parts.h"
#include "gateway/trust.h"

enum {
    SECURITY_LEVEL = 2,          /* no SHA-1 signatures, no RSA under 2048 bits */
    CHAIN_MAX_BYTES = 32 * 1024, /* of certificates that a stranger may send */
    CHAIN_DEPTH_MAX = 4,         /* PKIoverheid: leaf, TSP, domain, root */
};

static const char suites[] = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

static void free_context_at(SSL_CTX **context)
{
    SSL_CTX_free(*context);
}
#define OWNED_SSL_CTX __attribute__((cleanup(free_context_at))) SSL_CTX *

static bool set_protocol(SSL_CTX *tls)
{
    char groups[] = "X25519:P-256:P-384"; /* not const: OpenSSL's macro casts it away */

    SSL_CTX_set_security_level(tls, SECURITY_LEVEL);
    /* What was read is wiped from the library's own buffer too: names stand in it in the clear. */
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(tls, CHAIN_MAX_BYTES);
    /* One read for a whole record; SSL_has_pending() tells what is left. */
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    return SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(tls, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(tls, suites) == 1 &&
           SSL_CTX_set1_groups_list(tls, groups) == 1 && SSL_CTX_set_num_tickets(tls, 0) == 1;
}

/* An encrypted key is a wrong file here; OpenSSL would ask the terminal for its password. */
static int no_password(char *out, int size, int writing, void *context)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static enum outcome load_own(SSL_CTX *tls, const struct listener_options *options,
                             struct fault *fault)
{
    SSL_CTX_set_default_passwd_cb(tls, no_password);
    if (SSL_CTX_use_certificate_chain_file(tls, options->certificate_file) != 1) {
        fault_at(fault, "%s.certificaat", options->name);
        return OUTCOME_FILE_WRONG;
    }
    if (SSL_CTX_use_PrivateKey_file(tls, options->key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(tls) != 1) {
        fault_at(fault, "%s.sleutel", options->name);
        return OUTCOME_FILE_WRONG;
    }
    return OUTCOME_OK;
}

static enum outcome load_trust(SSL_CTX *tls, const struct listener_options *options,
                               struct fault *fault)
{
    const struct trust_options trust = {.ca_file = options->client_ca_file,
                                        .crl_file = options->crl_file,
                                        .crl_grace_s = options->crl_grace_s,
                                        .rsa_bits_min = options->rsa_bits_min,
                                        .usage = XKU_SSL_CLIENT};
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(options->client_ca_file);
    enum trust_fault wrong = TRUST_FAULT_CA;
    X509_STORE *store = NULL;
    const enum outcome outcome = names ? trust_load(&trust, &store, &wrong) : OUTCOME_FILE_WRONG;

    if (outcome != OUTCOME_OK) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        fault_at(fault, wrong == TRUST_FAULT_CA ? "%s.ca" : "%s.crl", options->name);
        return outcome;
    }
    SSL_CTX_set_cert_store(tls, store);     /* taken */
    SSL_CTX_set_client_CA_list(tls, names); /* taken */
    /* No callback of its own: it would stand in for that of the store. */
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_verify_depth(tls, CHAIN_DEPTH_MAX);
    return OUTCOME_OK;
}

enum outcome tls_load(const struct listener_options *options, SSL_CTX **out_tls,
                      struct fault *fault)
{
    const uint64_t refused = certificate_memory_failures();
    OWNED_SSL_CTX tls = SSL_CTX_new(TLS_server_method());

    ERR_clear_error();
    if (!tls)
        return OUTCOME_OUT_OF_MEMORY;
    if (!set_protocol(tls))
        return certificate_honest(refused, OUTCOME_INTERNAL);
    TRY(certificate_honest(refused, load_own(tls, options, fault)));
    if (options->client_ca_file)
        TRY(certificate_honest(refused, load_trust(tls, options, fault)));
    if (certificate_memory_failures() != refused) /* it may have left something out */
        return OUTCOME_OUT_OF_MEMORY;
    *out_tls = tls;
    tls = NULL; /* handed over */
    return OUTCOME_OK;
}

SSL *tls_new_session(struct listener *listener)
{
    SSL *ssl;

    pthread_mutex_lock(&listener->tls_lock);
    ssl = SSL_new(listener->tls);
    pthread_mutex_unlock(&listener->tls_lock);
    return ssl;
}

/* The peer */

static enum outcome read_certificate(struct connection *connection, X509 *x509)
{
    struct peer *peer = &connection->peer;
    OWNED_CERTIFICATE certificate = NULL;
    unsigned char *der = NULL;
    const int length = i2d_X509(x509, &der);
    enum outcome outcome;

    if (length <= 0)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = certificate_read_der(bytes_of(der, (size_t)length), &certificate);
    OPENSSL_free(der);
    TRY(outcome);
    TRY(certificate_fingerprint(certificate, peer->fingerprint));
    peer->has_certificate = true;
    peer->has_oin = certificate_oin(certificate, &peer->oin) == OUTCOME_OK;
    peer->until_s = trust_chain_until_s(SSL_get0_verified_chain(connection->ssl));
    connection->lists_stale_at_s =
        trust_stale_at_s(SSL_CTX_get_cert_store(SSL_get_SSL_CTX(connection->ssl)));
    return OUTCOME_OK;
}

/* Fails closed: whatever cannot be shown to be so is not so. */
enum outcome tls_read_peer(struct connection *connection)
{
    SSL *ssl = connection->ssl;
    X509 *certificate;

    if (!ssl || SSL_version(ssl) != TLS1_3_VERSION || SSL_session_reused(ssl))
        return OUTCOME_STRANGER;
    if (connection->listener->options.kind == LISTENER_PUBLIC)
        return OUTCOME_OK;
    certificate = SSL_get0_peer_certificate(ssl);
    if (!certificate || SSL_get_verify_result(ssl) != X509_V_OK)
        return OUTCOME_STRANGER;
    return read_certificate(connection, certificate);
}

static bool verifies_under(SSL_CTX *tls, SSL *ssl)
{
    X509_STORE_CTX *chain = X509_STORE_CTX_new();
    const bool verifies =
        chain &&
        X509_STORE_CTX_init(chain, SSL_CTX_get_cert_store(tls), SSL_get0_peer_certificate(ssl),
                            SSL_get_peer_cert_chain(ssl)) == 1 &&
        X509_STORE_CTX_set_default(chain, "ssl_client") == 1 && X509_verify_cert(chain) == 1;

    X509_STORE_CTX_free(chain);
    return verifies;
}

static enum outcome verify_anew(struct connection *connection, unsigned generation)
{
    struct listener *listener = connection->listener;
    SSL_CTX *tls;
    bool verifies;

    pthread_mutex_lock(&listener->tls_lock);
    tls = listener->tls;
    SSL_CTX_up_ref(tls);
    pthread_mutex_unlock(&listener->tls_lock);
    verifies = verifies_under(tls, connection->ssl);
    if (verifies) {
        connection->tls_generation = generation;
        connection->lists_stale_at_s = trust_stale_at_s(SSL_CTX_get_cert_store(tls));
    }
    SSL_CTX_free(tls);
    return verifies ? OUTCOME_OK : OUTCOME_STRANGER;
}

enum outcome tls_still_good(struct connection *connection)
{
    const unsigned generation = atomic_load(&connection->loop->server->tls_generation);

    const int64_t now_s = (int64_t)time(NULL);

    if (!connection->peer.has_certificate)
        return OUTCOME_OK;
    if (now_s >= connection->peer.until_s)
        return OUTCOME_STRANGER;
    if (generation == connection->tls_generation && now_s < connection->lists_stale_at_s)
        return OUTCOME_OK;
    return verify_anew(connection, generation);
}

/* Shaking hands, reading, writing: how many bytes, or what to wait for. */

static enum turn tls_wait(struct connection *connection, int result)
{
    switch (SSL_get_error(connection->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TURN_READ;
    case SSL_ERROR_WANT_WRITE:
        return TURN_WRITE;
    default:
        return TURN_END;
    }
}

enum turn tls_read(struct connection *connection, uint8_t *into, size_t most, size_t *out_n)
{
    int result;

    ERR_clear_error();
    result = SSL_read_ex(connection->ssl, into, most, out_n);
    return result == 1 ? TURN_ON : tls_wait(connection, result);
}

enum turn tls_write(struct connection *connection, struct bytes bytes, size_t *out_n)
{
    int result;

    ERR_clear_error();
    result = SSL_write_ex(connection->ssl, bytes.data, bytes.length, out_n);
    return result == 1 ? TURN_ON : tls_wait(connection, result);
}

/* SSL_read() itself goes on with the next record after a KeyUpdate, so a flood of them would keep
 * a loop busy: it must believe that the other side said goodbye, or that nothing comes any more
 * (by itself not enough: Linux still hands out what comes in after that). */
static void count_key_updates(int write_p, int version, int content_type, const void *message,
                              size_t length, SSL *ssl, void *context)
{
    struct connection *connection = context;

    (void)version;
    if (write_p || content_type != SSL3_RT_HANDSHAKE || length == 0 ||
        *(const uint8_t *)message != SSL3_MT_KEY_UPDATE)
        return;
    if (++connection->key_updates <= KEY_UPDATES_MAX)
        return;
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
    shutdown(connection->fd, SHUT_RD);
}

enum turn tls_shake(struct connection *connection)
{
    int result;

    ERR_clear_error();
    result = SSL_accept(connection->ssl);
    if (result != 1)
        return tls_wait(connection, result);
    SSL_set_msg_callback(connection->ssl, count_key_updates);
    SSL_set_msg_callback_arg(connection->ssl, connection);
    return TURN_ON;
}

/* Reloading: all or nothing. */

/* At the start an expired certificate is taken: our own people still get in. But it does not take
 * the place of one that works. */
static enum outcome own_is_current(SSL_CTX *tls, const struct listener_options *options,
                                   struct fault *fault)
{
    const X509 *own = SSL_CTX_get0_certificate(tls);

    if (own && X509_cmp_current_time(X509_get0_notBefore(own)) < 0 &&
        X509_cmp_current_time(X509_get0_notAfter(own)) > 0)
        return OUTCOME_OK;
    fault_at(fault, "%s.certificaat", options->name);
    return OUTCOME_FILE_WRONG;
}

static enum outcome load_anew(const struct listener *listener, SSL_CTX **out_tls,
                              struct fault *fault)
{
    const uint64_t refused = certificate_memory_failures();

    TRY(tls_load(&listener->options, out_tls, fault));
    return certificate_honest(refused, own_is_current(*out_tls, &listener->options, fault));
}

static void free_contexts(SSL_CTX *const contexts[static SERVER_LISTENERS_MAX])
{
    for (size_t i = 0; i < SERVER_LISTENERS_MAX; i++)
        SSL_CTX_free(contexts[i]);
}

static void swap_contexts(struct server *server, SSL_CTX *contexts[static SERVER_LISTENERS_MAX])
{
    for (size_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        SSL_CTX *old = listener->tls;
        pthread_mutex_lock(&listener->tls_lock);
        listener->tls = contexts[i];
        pthread_mutex_unlock(&listener->tls_lock);
        contexts[i] = old;
    }
    atomic_fetch_add(&server->tls_generation, 1);
}

enum outcome server_reload_tls(struct server *server, struct fault *fault)
{
    SSL_CTX *contexts[SERVER_LISTENERS_MAX] = {NULL};
    enum outcome outcome = OUTCOME_OK;

    pthread_mutex_lock(&server->reload_lock);
    for (size_t i = 0; i < server->listener_count && outcome == OUTCOME_OK; i++)
        outcome = load_anew(&server->listeners[i], &contexts[i], fault);
    if (outcome == OUTCOME_OK)
        swap_contexts(server, contexts);
    pthread_mutex_unlock(&server->reload_lock);
    free_contexts(contexts);
    return outcome;
}

int64_t server_certificate_end_s(struct server *server, size_t listener)
{
    struct listener *asked = &server->listeners[listener];
    int64_t end_s;

    if (listener >= server->listener_count)
        return INT64_MAX;
    pthread_mutex_lock(&asked->tls_lock);
    end_s = trust_until_s(SSL_CTX_get0_certificate(asked->tls));
    pthread_mutex_unlock(&asked->tls_lock);
    return end_s;
}

int64_t server_lists_end_s(struct server *server, size_t listener)
{
    struct listener *asked = &server->listeners[listener];
    int64_t end_s;

    if (listener >= server->listener_count)
        return INT64_MAX;
    pthread_mutex_lock(&asked->tls_lock);
    end_s = trust_lists_end_s(SSL_CTX_get_cert_store(asked->tls));
    pthread_mutex_unlock(&asked->tls_lock);
    return end_s;
}
