/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tls_client.h - a client that says exactly the bytes it is given, right or
 * wrong, over TLS or in clear. Blocking, with a receive time-out.
 */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls_client {
    SSL_CTX *context;
    SSL *ssl; /* NULL: in clear */
    int fd;
};

struct tls_client_options {
    const char *certificate; /* PEM; NULL: none */
    const char *key;
    int max_version;      /* 0: TLS 1.3 */
    SSL_SESSION *session; /* to resume; NULL: none */
};

bool tcp_connect(struct tls_client *client, uint16_t port); /* in clear, to 127.0.0.1 */
/* False when the handshake fails on our side; TLS 1.3 servers judge us only after that. */
bool tls_connect(struct tls_client *client, uint16_t port,
                 const struct tls_client_options *options);
bool tls_send(struct tls_client *client, const void *data, size_t length);
bool tls_send_text(struct tls_client *client, const char *text);
/* Some bytes; 0 at the end of the stream, after an alert, or after `seconds`. */
size_t tls_receive(struct tls_client *client, void *into, size_t most, int seconds);
void tls_close(struct tls_client *client);

/* One response: head and as much body as its Content-Length says. `text` is malloc'ed, with a
 * closing NUL; status 0 when none came. */
struct http_answer {
    int status;
    char *text;
    const char *body; /* within text */
    size_t body_length;
};
struct http_answer http_receive(struct tls_client *client, bool without_body);
/* The value of a header, or NULL; valid until the next call on this thread. */
const char *http_answer_header(const struct http_answer *answer, const char *name);
void http_answer_wipe(struct http_answer *answer);
/* Everything until the end of the stream; how many status lines are in it. */
int http_count_answers(struct tls_client *client, int seconds);
