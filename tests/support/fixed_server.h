/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fixed_server.h - a TLS server that answers every request with the same bytes, one connection at
 * a time. Stops the test when it cannot do its work. Who calls must show a certificate of that CA.
 * Never runs short of memory itself.
 *
 * Order of use: fixed_server_start(); change the answer; clients; fixed_server_stop().
 */
#pragma once

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>

enum { FIXED_REQUEST_MAX = 8192 };

struct fixed_server {
    int listener;
    int port;
    pthread_t thread;
    SSL_CTX *tls;
    const char *answer; /* NULL: read and say nothing */
    size_t padding;     /* bytes of '.' after the answer */
    atomic_int connections;
    atomic_int requests;
    atomic_size_t request_bytes;
    char last_request[FIXED_REQUEST_MAX];
};

extern struct fixed_server fixed_server;

/* Paths of PEM files. The answer is 200 with "{}" until the caller sets another. */
void fixed_server_start(const char *certificate, const char *key, const char *ca);
void fixed_server_stop(void);
