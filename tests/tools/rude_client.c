/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * rude_client.c - a TLS 1.3 client of 127.0.0.1 that does what no decent one does.
 *
 *   rude_client PORT CERTIFICATE KEY DEED [N or FILE]
 *
 *   request            nothing rude: one request
 *   ccs N              N change_cipher_spec records behind the first ClientHello
 *   late-ccs N         the same after the handshake
 *   key-updates N      N KeyUpdates, each asking for one back
 *   again TYPE         after the handshake the handshake message of that number once more, in a
 *                      record that decrypts: 1 ClientHello (renegotiation), 11 Certificate
 *                      (authentication that nobody asked for), 20 Finished
 *   empty N            N empty records of application data
 *   chain N            the certificate with N others behind it
 *   bytes FILE         the file in the place of the certificate's DER
 *
 * and then one GET. Prints what came of it as one JSON object: did the handshake end well
 * here, how many answers, which alert, how many bytes went out.
 */
#include <arpa/inet.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 8000, SEEN_MAX = 64 * 1024, RECORD_MAX = 16 * 1024, SECRET_BYTES = 48 };

struct client {
    int fd;
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool shaken, ended;
    size_t sent;
    char alert[64];
    int answers;
    unsigned ccs_after_hello;
    uint8_t seen[32][SEEN_MAX]; /* our handshake messages, by type */
    size_t seen_length[32];
    uint8_t secret[SECRET_BYTES]; /* of our application data */
    uint64_t sequence;            /* of records that we seal ourselves */
};

static struct client client;
static X509 *disguised; /* its DER is told wrong */
static uint8_t *disguise;
static size_t disguise_length;

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "rude_client: %s\n", what);
    exit(1);
}

/* Stands before libcrypto's own, so that libssl sends what we want. */
int i2d_X509(const X509 *certificate, unsigned char **out)
{
    if (certificate != disguised || !disguise)
        return ASN1_item_i2d((const ASN1_VALUE *)certificate, out, ASN1_ITEM_rptr(X509));
    if (out && *out) {
        memcpy(*out, disguise, disguise_length);
        *out += disguise_length;
    }
    return (int)disguise_length;
}

/* --- the wire --- */

static void send_bytes(const void *data, size_t length)
{
    const uint8_t *at = data;

    while (length && !client.ended) {
        const ssize_t n = send(client.fd, at, length, MSG_NOSIGNAL);
        if (n <= 0) {
            client.ended = true;
            return;
        }
        at += n;
        length -= (size_t)n;
        client.sent += (size_t)n;
    }
}

static void push(void)
{
    static uint8_t part[RECORD_MAX];
    int n;

    while ((n = BIO_read(client.out, part, sizeof part)) > 0)
        send_bytes(part, (size_t)n);
}

/* False at the end of the stream or of our patience. */
static bool pull(int patience_ms)
{
    struct pollfd ready = {.fd = client.fd, .events = POLLIN};
    static uint8_t part[RECORD_MAX];
    ssize_t n;

    if (poll(&ready, 1, patience_ms) <= 0)
        return false;
    n = recv(client.fd, part, sizeof part, 0);
    if (n <= 0) {
        client.ended = true;
        return false;
    }
    return BIO_write(client.in, part, (int)n) == n;
}

static void send_ccs(unsigned count)
{
    static const uint8_t record[] = {20, 3, 3, 0, 1, 1};

    for (unsigned i = 0; i < count && !client.ended; i++)
        send_bytes(record, sizeof record);
}

static void shake(void)
{
    for (bool first = true;; first = false) {
        const int result = SSL_do_handshake(client.ssl);
        push();
        if (first)
            send_ccs(client.ccs_after_hello);
        if (result == 1) {
            client.shaken = true;
            return;
        }
        if (SSL_get_error(client.ssl, result) != SSL_ERROR_WANT_READ || !pull(PATIENCE_MS))
            return;
    }
}

/* --- what OpenSSL tells us --- */

static void on_message(int writing, int version, int type, const void *message, size_t length,
                       SSL *ssl, void *context)
{
    const uint8_t *bytes = message;

    (void)version, (void)ssl, (void)context;
    if (!writing || type != SSL3_RT_HANDSHAKE || length == 0 || length > SEEN_MAX || bytes[0] > 31)
        return;
    memcpy(client.seen[bytes[0]], bytes, length);
    client.seen_length[bytes[0]] = length;
}

static void on_info(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where & SSL_CB_READ && where & SSL_CB_ALERT)
        snprintf(client.alert, sizeof client.alert, "%s", SSL_alert_desc_string_long(value));
}

static void on_key(const SSL *ssl, const char *line)
{
    const char *hex = strrchr(line, ' ');

    (void)ssl;
    if (strncmp(line, "CLIENT_TRAFFIC_SECRET_0 ", 24) != 0 || !hex)
        return;
    for (size_t i = 0; i < SECRET_BYTES; i++) {
        unsigned byte;
        if (sscanf(hex + 1 + 2 * i, "%2x", &byte) != 1)
            give_up("the secret has another length");
        client.secret[i] = (uint8_t)byte;
    }
}

/* --- records of our own making (TLS_AES_256_GCM_SHA384) --- */

static void expand(const char *label, uint8_t *out, size_t length)
{
    uint8_t info[64] = {0, (uint8_t)length}, full[EVP_MAX_MD_SIZE];
    const size_t label_length = strlen(label);
    unsigned full_length;

    info[2] = (uint8_t)(6 + label_length);
    memcpy(info + 3, "tls13 ", 6);
    memcpy(info + 9, label, label_length);
    info[10 + label_length] = 1; /* behind an empty context: HKDF's counter */
    if (!HMAC(EVP_sha384(), client.secret, SECRET_BYTES, info, 11 + label_length, full,
              &full_length))
        give_up("HMAC");
    memcpy(out, full, length);
}

static void send_sealed(uint8_t type, const uint8_t *data, size_t length)
{
    static uint8_t plain[RECORD_MAX + 1], record[RECORD_MAX + 64];
    uint8_t key[32], nonce[12];
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int n = 0, last = 0;

    if (length > RECORD_MAX - 1)
        length = RECORD_MAX - 1;
    expand("key", key, sizeof key);
    expand("iv", nonce, sizeof nonce);
    for (int i = 0; i < 8; i++)
        nonce[11 - i] ^= (uint8_t)(client.sequence >> 8 * i);
    client.sequence++;
    if (length)
        memcpy(plain, data, length);
    plain[length] = type;
    record[0] = 23, record[1] = record[2] = 3;
    record[3] = (uint8_t)((length + 17) >> 8), record[4] = (uint8_t)(length + 17);
    if (!cipher || EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) != 1 ||
        EVP_EncryptUpdate(cipher, NULL, &n, record, 5) != 1 ||
        EVP_EncryptUpdate(cipher, record + 5, &n, plain, (int)length + 1) != 1 ||
        EVP_EncryptFinal_ex(cipher, record + 5 + n, &last) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, 16, record + 5 + n) != 1)
        give_up("sealing");
    EVP_CIPHER_CTX_free(cipher);
    send_bytes(record, 5 + (size_t)n + 16);
}

static void send_again(unsigned type)
{
    if (type > 31 || client.seen_length[type] == 0)
        give_up("no such message was sent");
    send_sealed(SSL3_RT_HANDSHAKE, client.seen[type], client.seen_length[type]);
}

static void send_key_updates(unsigned count)
{
    for (unsigned i = 0; i < count && !client.ended; i++) {
        if (SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED) != 1 ||
            SSL_do_handshake(client.ssl) != 1)
            return;
        push();
    }
}

/* --- the one request --- */

static const char request[] =
    "GET /v1/niets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static void ask(void)
{
    static char text[256 * 1024];
    size_t length = 0, n;

    if (client.sequence)
        send_sealed(SSL3_RT_APPLICATION_DATA, (const uint8_t *)request, sizeof request - 1);
    else if (SSL_write(client.ssl, request, sizeof request - 1) > 0)
        push();
    for (;;) {
        ERR_clear_error();
        if (SSL_read_ex(client.ssl, text + length, sizeof text - 1 - length, &n) == 1) {
            length += n;
            continue;
        }
        push();
        if (SSL_get_error(client.ssl, 0) != SSL_ERROR_WANT_READ || !pull(PATIENCE_MS))
            break;
    }
    for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")); at++)
        client.answers++;
}

/* --- setting out --- */

static void load_disguise(const char *path)
{
    FILE *file = fopen(path, "rb");

    disguise = malloc(1 << 20);
    if (!file || !disguise)
        give_up(path);
    disguise_length = fread(disguise, 1, 1 << 20, file);
    fclose(file);
}

static SSL_CTX *new_context(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384") != 1 ||
        SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        give_up("certificate or key");
    SSL_CTX_set_info_callback(context, on_info);
    SSL_CTX_set_keylog_callback(context, on_key);
    return context;
}

static void go_to(uint16_t port, SSL_CTX *context)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};

    client.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client.fd, (const struct sockaddr *)(const void *)&to, sizeof to) != 0)
        give_up("nobody listens");
    client.ssl = SSL_new(context);
    client.in = BIO_new(BIO_s_mem());
    client.out = BIO_new(BIO_s_mem());
    if (!client.ssl || !client.in || !client.out)
        give_up("memory");
    SSL_set_bio(client.ssl, client.in, client.out);
    SSL_set_connect_state(client.ssl);
    SSL_set_msg_callback(client.ssl, on_message);
}

static void before(SSL_CTX *context, const char *deed, const char *how)
{
    const unsigned count = (unsigned)strtoul(how, NULL, 10);

    if (strcmp(deed, "ccs") == 0)
        client.ccs_after_hello = count;
    disguised = SSL_CTX_get0_certificate(context);
    if (strcmp(deed, "bytes") == 0)
        load_disguise(how);
    for (unsigned i = 0; strcmp(deed, "chain") == 0 && i < count; i++) {
        X509 *copy = X509_dup(disguised);
        if (!copy || SSL_CTX_add_extra_chain_cert(context, copy) != 1) /* taken */
            give_up("chain");
    }
}

static void after(const char *deed, const char *how)
{
    const unsigned count = (unsigned)strtoul(how, NULL, 10);

    if (strcmp(deed, "late-ccs") == 0)
        send_ccs(count);
    else if (strcmp(deed, "key-updates") == 0)
        send_key_updates(count);
    else if (strcmp(deed, "again") == 0)
        send_again(count);
    for (unsigned i = 0; strcmp(deed, "empty") == 0 && i < count && !client.ended; i++)
        send_sealed(SSL3_RT_APPLICATION_DATA, NULL, 0);
}

int main(int argc, char **argv)
{
    const char *how = argc > 5 ? argv[5] : "";
    SSL_CTX *context;

    if (argc < 5)
        give_up("PORT CERTIFICATE KEY DEED [N or FILE]");
    signal(SIGPIPE, SIG_IGN);
    context = new_context(argv[2], argv[3]);
    before(context, argv[4], how);
    go_to((uint16_t)strtoul(argv[1], NULL, 10), context);
    shake();
    if (client.shaken) {
        after(argv[4], how);
        ask();
    }
    printf("{\"shaken\":%s,\"answers\":%d,\"alert\":\"%s\",\"sent\":%zu}\n",
           client.shaken ? "true" : "false", client.answers, client.alert, client.sent);
    SSL_free(client.ssl);
    SSL_CTX_free(context);
    free(disguise);
    close(client.fd);
    return 0;
}
