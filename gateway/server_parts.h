/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server_parts.h - what the files of the server share; nobody else includes it.
 *
 * server.c            start, stop, handing back an exchange
 * server_loop.c       one thread of events and its inbox
 * server_listener.c   opening, accepting
 * server_tls.c        contexts, the checks of a peer, reloading
 * server_connection.c the life of one connection: its stages, its turns, its deadline
 * server_request.c    the stages in which a request comes in
 * server_answer.c     the stages in which its answer goes out
 * server_reply.c      a reply as bytes
 * server_guard.c      how much one address, and one caller, may take
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
    KEY_UPDATES_MAX = 8,               /* per connection: each costs us more than its sender */
    LINGER_S = 2,                      /* for a refused client to read why */
    FAILED_SHAKE_TURNS = 10,           /* what a failed handshake counts for */
    TURN_BYTES = 16 * 1024,            /* of a body count for one request more */
};

struct listener {
    struct listener_options options; /* its texts are ours */
    uint16_t port;
    pthread_mutex_t tls_lock; /* guards tls */
    SSL_CTX *tls;
    struct evconnlistener *acceptor;
    struct server *server;
};

/* Who takes: an address as far as it counts (IPv4 whole, IPv6 its /64), or a caller. */
struct guard_key {
    uint8_t bytes[24];
};

struct guard_limits {
    unsigned open_max, open_per_key; /* connections */
    unsigned turns, turns_per_key;   /* a second; 0: without limit */
};

struct guard_row;
struct guard {
    pthread_mutex_t lock;
    struct guard_limits limits;
    struct guard_row *rows; /* `max` of them, the first `used` in use */
    uint32_t *heads;        /* as many chains */
    size_t used, max;
    uint64_t seed;
    uint32_t hand;    /* where to look for a row to use again */
    unsigned open;    /* in all */
    int64_t until_us; /* what all together owe */
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
    struct guard_key address_key, caller_key;
    bool is_counted; /* among its caller's connections */
    SSL *ssl;
    int fd;
    struct event event;
    short armed; /* the interest that is set: EV_READ, EV_WRITE or 0 */

    enum stage stage;
    int64_t deadline_ms; /* monotonic */
    struct peer peer;
    int64_t lists_stale_at_s; /* from then on the chain is verified at each request */
    unsigned key_updates;
    unsigned tls_generation; /* of the contexts the certificate was verified under */

    uint8_t *input; /* INPUT_BYTES, or NULL while there is nothing */
    size_t input_length, input_seen;
    struct http_head head;
    size_t small_body;   /* bytes of a body that lies in `input`, behind the head */
    struct buffer body;  /* a body that does not fit there */
    size_t body_counted; /* its bytes, as far as they count among those of all */

    struct buffer out; /* status line, headers, and as much body as fills one record */
    size_t out_sent;
    struct bytes rest; /* what is left of reply.body after that */

    bool in_callback; /* on_request is running on our thread ... */
    bool answered;    /* ... and finished the exchange meanwhile */
    bool closing;     /* no further request */
    bool wants_turn;  /* gave way to the others, see loop->again */
};

/* What a stage says after its turn. */
enum turn {
    TURN_ON,     /* go on with the stage the connection is in now */
    TURN_READ,   /* when the socket can be read */
    TURN_WRITE,  /* when it can be written */
    TURN_ANSWER, /* when the application has answered */
    TURN_END     /* the connection is over */
};

/* One thread, its events, and what other threads put in. */
struct loop {
    struct server *server;
    struct event_base *base;
    pthread_t thread; /* for who joins it */
    pthread_t self;   /* the same, set by itself before anything runs on it */
    bool running;
    struct connection *connections;
    struct event *sweep;
    struct event *again; /* goes on with those that gave way */
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
    struct event *resume; /* accepts again, after a pause; of the accepting thread */
    unsigned accepted;    /* since the others had their turn; of the accepting thread */
    struct guard addresses, callers;
    atomic_size_t body_bytes; /* of large bodies that are in memory */
    pthread_mutex_t reload_lock;
    atomic_uint tls_generation;
    atomic_bool stopping;
    atomic_uint_fast64_t handshakes; /* that succeeded */
};

/* server_loop.c */
int64_t server_now_ms(void); /* monotonic, coarse */
MUST_USE enum outcome loop_init(struct loop *loop, struct server *server);
MUST_USE enum outcome loop_start(struct loop *loop);
void loop_wake(struct loop *loop);                               /* from any thread */
void loop_put(struct loop *loop, struct connection *connection); /* from any thread */
void loop_wipe(struct loop *loop);                               /* after its end */

/* server_listener.c */
MUST_USE enum outcome listener_init(struct listener *listener, struct server *server,
                                    const struct listener_options *options, struct fault *fault);
MUST_USE enum outcome listener_check_address(const struct listener_options *options,
                                             struct fault *fault);
MUST_USE enum outcome listener_open(struct listener *listener, struct fault *fault);
void listener_wipe(struct listener *listener);
void listeners_close(struct server *server);
void server_resume_accepting(evutil_socket_t fd, short what, void *server);

/* server_tls.c */
MUST_USE enum outcome tls_load(const struct listener_options *options, SSL_CTX **out_tls,
                               struct fault *fault);
SSL *tls_new_session(struct listener *listener); /* NULL when out of memory */
/* After the handshake: fills the peer, or tells that this connection must end. */
MUST_USE enum outcome tls_read_peer(struct connection *connection);
/* Before a request: is the certificate still good? */
MUST_USE enum outcome tls_still_good(struct connection *connection);

MUST_USE enum turn tls_shake(struct connection *connection);
MUST_USE enum turn tls_read(struct connection *connection, uint8_t *into, size_t most,
                            size_t *out_n);
MUST_USE enum turn tls_write(struct connection *connection, struct bytes bytes, size_t *out_n);

/* server_connection.c */
struct connection *connection_new(struct listener *listener, int fd, const struct guard_key *key,
                                  const char *address);
void connection_begin(struct connection *connection, struct loop *loop); /* may free it */
void connection_turned_away(const struct connection *connection, enum outcome cause);
void connection_enter(struct connection *connection, enum stage stage, unsigned seconds);
const struct server_limits *connection_limits(const struct connection *connection);
void connection_advance(struct connection *connection); /* may free it */
void connection_answer(struct connection *connection);  /* the exchange was finished; may free it */
void connection_sweep(struct connection *connection, int64_t now_ms); /* may free it */
void connection_free(struct connection *connection);

/* server_request.c */
MUST_USE enum turn request_read_head(struct connection *connection);
MUST_USE enum turn request_read_body(struct connection *connection);

/* server_answer.c */
MUST_USE enum turn answer_begin(struct connection *connection);
/* In the application's stead; the connection goes on only where nothing is left unread. */
MUST_USE enum turn answer_refuse(struct connection *connection, enum outcome outcome);
/* The same for what is not an HTTP request of ours, or not in time: the connection ends. */
MUST_USE enum turn answer_framing_fault(struct connection *connection, enum outcome outcome);
MUST_USE enum turn answer_write(struct connection *connection);
MUST_USE enum turn answer_linger(struct connection *connection);
void answer_forget(struct connection *connection); /* wipes the request and its reply */

/* server_reply.c: `rest` is what does not fit in the first record, lent from the reply. What had
 * no memory for its body becomes a 503 that needs none. */
MUST_USE enum outcome reply_print(struct reply *reply, bool without_body, bool closing,
                                  struct buffer *out, struct bytes *out_rest);

/* server_guard.c: what is open, and turns (handshakes, requests) in bursts of some seconds' worth.
 * From any thread. */
MUST_USE enum outcome guard_init(struct guard *guard, const struct guard_limits *limits);
void guard_wipe(struct guard *guard);
/* False: the key, or all together, took too much of late. May go below nothing by one taking. */
bool guard_take(struct guard *guard, const struct guard_key *key, unsigned turns);
void guard_charge(struct guard *guard, const struct guard_key *key,
                  unsigned turns); /* afterwards */
/* The key's owner showed a good certificate: the half that strangers share is not all it has. */
void guard_prove(struct guard *guard, const struct guard_key *key);
bool guard_open(struct guard *guard, const struct guard_key *key); /* false: too many */
void guard_close(struct guard *guard, const struct guard_key *key);
size_t guard_all_open(struct guard *guard);
struct guard_key guard_key_of_address(const struct sockaddr *address);
struct guard_key guard_key_of_peer(const struct peer *peer);
