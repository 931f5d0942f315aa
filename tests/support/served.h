/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * served.h - a real server on loopback with an application for tests: what the
 * tests of gateway/server.c talk to. Listeners 0 partner, 1 local, 2 public.
 *
 *   POST /echo     the body back
 *   GET  /peer     "<kind> <oin or -> <address> <transaction id>"
 *   POST /later    the body back, from another thread
 *   GET  /large    3 MiB
 *   POST /ten      a body of at most 10 bytes
 *   GET  /broken   a reply without a status
 *   GET  /header   a reply header with a line break in it
 *   GET  /absent   404 from on_head
 */
#pragma once

#include <stdatomic.h>

#include "gateway/server.h"
#include "tests/support/pki.h"
#include "tests/support/tls_client.h"

enum {
    SERVED_PARTNER,
    SERVED_LOCAL,
    SERVED_PUBLIC,
    SERVED_LARGE_BYTES = 3 * 1024 * 1024,
    SERVED_BODY_MAX_BYTES = 2 * 1024 * 1024,
};

#define SERVED_OIN "00000099000000001000"

struct served {
    struct pki pki;
    struct server *server;
    atomic_uint requests; /* that reached the application */
    atomic_uint turned_away[OUTCOME_COUNT];
    pthread_t later_thread;
    pthread_mutex_t later_lock;
    pthread_cond_t later_ready;
    struct exchange *later[64];
    size_t later_count;
    bool later_held; /* /later waits until served_release() */
    bool later_ends;
};

/* PKI with "ca", "server", "client" (with an OIN), "other_ca", "stranger", "no_eku", "expired". */
void served_make_pki(struct served *served);
MUST_USE enum outcome served_start(struct served *served, const struct server_limits *limits,
                                   size_t loops, const char *crl);
void served_hold(struct served *served);
void served_release(struct served *served);
void served_end(struct served *served); /* stops and frees; the PKI stays until pki_end() */

/* A connected client with the certificate of that name (NULL: none). */
bool served_connect(struct served *served, size_t listener, const char *certificate,
                    struct tls_client *client);
/* One request on a fresh connection of "client"; body NULL: none. */
struct http_answer served_ask(struct served *served, size_t listener, const char *method,
                              const char *path, const char *headers, const char *body);
/* Waits (at most 5 s) until the count of `cause` has reached `least`. */
bool served_turned_away(struct served *served, enum outcome cause, unsigned least);
