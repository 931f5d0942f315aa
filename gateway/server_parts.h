/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server_parts.h - what the files of the server share; nobody else includes it.
 *
 * server.c            start, stop, the loops and their inboxes, accepting
 * server_tls.c        contexts, the checks of a peer, reloading
 * server_connection.c the life of one connection: handshake, head, body, answer
 * server_reply.c      a reply as bytes
 * server_guard.c      how many connections an address may have
 *
 * TLS runs on plain events, not on bufferevents: one read and one write per
 * request, no change of interest in between, and a buffer only while there is
 * something in it.
 *
 * Threads: a connection belongs to one loop from its first byte to its last. Only
 * that thread touches it. The one way in from elsewhere is the loop's inbox.
 */
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "gateway/server.h"

enum {
    INPUT_BYTES = HTTP_HEAD_MAX_BYTES, /* a head, and a small body behind it */
    RECORD_BYTES = 16 * 1024,          /* the most that one TLS record holds */
    TURNS_MAX = 64,                    /* records of one connection before the next one's turn */
    SWEEP_MS = 250,                    /* how late a deadline may be noticed */
    LINGER_S = 2,                      /* for a refused client to read why */
};

struct tls; /* one listener's context, certificates and CRL as read together */

struct listener {
    struct listener_options options; /* its texts are ours */
    uint16_t port;
    pthread_mutex_t tls_lock; /* guards tls */
    SSL_CTX *tls;
    struct evconnlistener *acceptor;
    struct server *server;
};

/* The address as far as it counts: IPv4 whole, IPv6 its /64. */
struct guard_key {
    uint8_t bytes[16];
};

struct guard_row {
    struct guard_key key;
    unsigned count;
};

struct guard {
    pthread_mutex_t lock;
    struct guard_row *rows; /* `max` of them, the first `used` in use, in no order */
    size_t used, max;
    unsigned per_address;
    unsigned total;
};

enum stage {
    STAGE_SHAKING,   /* the TLS handshake */
    STAGE_HEAD,      /* idle, or a head comes in */
    STAGE_BODY,      /* a body comes in */
    STAGE_ANSWERING, /* the application has the exchange */
    STAGE_WRITING,   /* the reply goes out */
    STAGE_LINGERING, /* said goodbye, waiting for the other side to */
};

struct connection {
    struct exchange exchange;           /* first: an exchange is its connection */
    struct connection *next, *previous; /* of the loop */
    struct connection *next_in_inbox;
    struct loop *loop;
    struct listener *listener;
    struct guard_key guard_key;
    SSL *ssl;
    int fd;
    struct event event;
    short armed; /* the interest that is set: EV_READ, EV_WRITE or 0 */

    enum stage stage;
    int64_t deadline_ms; /* monotonic */
    struct peer peer;
    int64_t certificate_until_s;
    unsigned tls_generation; /* of the contexts the certificate was verified under */

    uint8_t *input; /* INPUT_BYTES, or NULL while there is nothing */
    size_t input_length, input_seen;
    struct http_head head;
    size_t small_body;  /* bytes of a body that lies in `input`, behind the head */
    struct buffer body; /* a body that does not fit there */

    struct buffer out; /* status line, headers, and as much body as fills one record */
    size_t out_sent;
    struct bytes rest; /* what is left of reply.body after that */

    bool in_callback; /* on_request is running on our thread ... */
    bool answered;    /* ... and finished the exchange meanwhile */
    bool closing;     /* no further request */
};

/* One thread, its events, and what other threads put in. */
struct loop {
    struct server *server;
    struct event_base *base;
    pthread_t thread;
    bool running;
    struct connection *connections;
    struct event *sweep;
    bool draining;
    int64_t drain_until_ms;

    int wake_fd;
    struct event *wake;
    pthread_mutex_t inbox_lock;
    struct connection *inbox; /* new ones and finished ones; newest first */
};

struct server {
    struct server_application application;
    struct server_limits limits;
    struct listener listeners[SERVER_LISTENERS_MAX];
    size_t listener_count;
    struct loop *loops;
    size_t loop_count;
    size_t next_loop;     /* of the accepting thread */
    struct event *resume; /* after a shortage of descriptors; of the accepting thread */
    struct guard guard;
    pthread_mutex_t reload_lock;
    atomic_uint tls_generation;
    atomic_bool stopping;
    bool stopped;
};

/* server.c */
int64_t server_now_ms(void);
void server_turned_away(const struct connection *connection, enum outcome cause);
void loop_put(struct loop *loop, struct connection *connection);

/* server_tls.c */
MUST_USE enum outcome tls_load(const struct listener_options *options, SSL_CTX **out_tls,
                               struct fault *fault);
SSL *tls_new_session(struct listener *listener); /* NULL when out of memory */
/* After the handshake: fills the peer, or tells that this connection must end. */
MUST_USE enum outcome tls_read_peer(struct connection *connection);
/* Before a request: is the certificate still good? */
MUST_USE enum outcome tls_still_good(struct connection *connection);

/* server_connection.c */
struct connection *connection_new(struct listener *listener, int fd, const struct guard_key *key,
                                  const char *address);
void connection_begin(struct connection *connection, struct loop *loop);
void connection_answer(struct connection *connection); /* the exchange was finished */
void connection_sweep(struct connection *connection, int64_t now_ms); /* may free it */
void connection_free(struct connection *connection);

/* server_reply.c: `rest` is what does not fit in the first record, lent from the reply. */
MUST_USE enum outcome reply_print(struct reply *reply, bool without_body, bool closing,
                                  struct buffer *out, struct bytes *out_rest);

/* server_guard.c */
MUST_USE enum outcome guard_init(struct guard *guard, unsigned max, unsigned per_address);
void guard_wipe(struct guard *guard);
bool guard_admit(struct guard *guard, const struct guard_key *key);
void guard_release(struct guard *guard, const struct guard_key *key);
size_t guard_total(struct guard *guard);
struct guard_key guard_key_of(const struct sockaddr *address);
