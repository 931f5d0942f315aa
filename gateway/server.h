/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * server.h - the HTTPS server: the door to libevent and to OpenSSL's server side.
 *
 * Order of use: server_start(); the callbacks run; exchange_finish() once for
 * every exchange; server_stop(), which waits for them; server_free().
 *
 * TLS 1.3 only, no resumption, two suites; on PARTNER and LOCAL no byte of HTTP
 * is read before a certificate of the listener's CA has been verified. HTTP/1.1
 * as gateway/http_head.h takes it, one request at a time per connection; a
 * framing error is answered with problem+json and the connection ends.
 * Deadlines are for the whole of a handshake, head, body and reply, so that
 * neither side can stretch them a byte at a time.
 * What is cheap to refuse is refused first: by address before a handshake, by
 * caller before a head is looked at, by size before a body is read.
 * Does not route, authorise or log: it tells who asks, and the application decides.
 */
#pragma once

#include <stdint.h>

#include "crypto/json.h"
#include "gateway/exchange.h"

enum { SERVER_LISTENERS_MAX = 8 };

/* Texts are copied at server_start(). */
struct listener_options {
    const char *name; /* for struct fault: "partner" */
    enum listener_kind kind;
    const char *address;          /* numeric: "127.0.0.1", "::" */
    uint16_t port;                /* 0: the system chooses; see server_port() */
    const char *certificate_file; /* PEM: ours first, then its chain */
    const char *key_file;         /* PEM */
    const char *client_ca_file;   /* PEM; NULL on PUBLIC only */
    const char *crl_file;         /* PEM; NULL: none. Once named, absent or stale refuses all */
    size_t body_max_bytes;        /* the most that on_head may allow */
    int64_t crl_grace_s;          /* how long a list counts after its nextUpdate */
    int64_t rsa_bits_min;         /* of any RSA key in a caller's chain; 0: 2048 all the same */
};

struct server_limits {                /* 0 anywhere: the usual value, in brackets */
    unsigned handshake_s;             /* (10) */
    unsigned head_s;                  /* (10) from its first byte to its last */
    unsigned body_s;                  /* (30) */
    unsigned reply_s;                 /* (30) until the client has taken it */
    unsigned idle_s;                  /* (60) between requests */
    unsigned drain_s;                 /* (10) for server_stop(), after which readers are cut */
    unsigned connections_max;         /* (1024); fewer where the descriptors do not suffice */
    unsigned connections_per_address; /* (256); an IPv6 /64 counts as one */
    unsigned connections_per_caller;  /* (256) an organisation or a user, whatever its addresses */
    unsigned handshakes_per_s;        /* (200); of a burst half for who never showed a certificate */
    unsigned handshakes_per_address;  /* (100) a second; one that fails counts as ten */
    unsigned requests_per_partner;    /* (200) a second; each 16 KiB of body counts as one more */
    size_t bodies_max_bytes;          /* (64 MiB) of large bodies in memory, of all together */
};

struct server_application {
    void *context;
    /* The head is in and the caller is known; the body is not read yet. Anything but OK is
     * answered as a problem. *body_max_bytes comes in as the listener's bound and may be lowered:
     * a longer body is not read, and on_request hears so. May be NULL. On a loop thread. */
    enum outcome (*on_head)(void *context, const struct http_head *head, const struct peer *peer,
                            size_t *body_max_bytes);
    /* The whole request is in. On a loop thread: anything over a millisecond belongs elsewhere.
     * Must lead to exactly one exchange_finish(), now or later, from any thread. */
    void (*on_request)(void *context, struct exchange *exchange);
    /* Someone was sent away before any handler: a failed handshake or a certificate that ran out
     * or was revoked (STRANGER), a framing error, a deadline (TIMEOUT), a cap (TOO_MANY), CSRF.
     * Of the peer is known what came in so far, at least its address. From any loop thread. May be
     * NULL. */
    void (*on_turned_away)(void *context, const struct peer *peer, enum outcome cause);
};

struct server_options {
    const struct listener_options *listeners;
    size_t listener_count;
    size_t loops; /* event loops, one thread each; 0: one per core */
    struct server_limits limits;
    struct server_application application;
};

struct server; /* opaque */

/* Opens every listener and starts the loops. Fails with SETTINGS_WRONG (address, port),
 * ADDRESS_TAKEN, FILE_WRONG (certificate, key, CA, CRL), OUT_OF_MEMORY or INTERNAL; *fault names
 * the listener and what of it ("partner.certificaat"). SIGPIPE is ignored from here on. */
MUST_USE enum outcome server_start(const struct server_options *options, struct server **out_server,
                                   struct fault *fault);

/* Reads what server_start() would read and opens nothing: the addresses are addresses, and every
 * certificate, key, CA and CRL is fit for use. Fails as server_start(), but not ADDRESS_TAKEN. */
MUST_USE enum outcome server_check(const struct server_options *options, struct fault *fault);

uint16_t server_port(const struct server *server, size_t listener); /* the port it has */
size_t server_connections(struct server *server);                   /* now, for the metrics */
uint64_t server_handshakes(struct server *server); /* that succeeded, since the start */

/* Reads every certificate, key, CA and CRL again. All of them in order: new connections use them,
 * and a connection that stands is verified anew before its next request. Anything wrong: all that
 * was stays, and *fault names it. Fails with FILE_WRONG or OUT_OF_MEMORY. From any thread. */
MUST_USE enum outcome server_reload_tls(struct server *server, struct fault *fault);

/* When the listener's own certificate ends, in seconds since 1970. From any thread. */
int64_t server_certificate_end_s(struct server *server, size_t listener);
/* When the first revocation list that this listener goes by ends, in seconds since 1970; INT64_MAX
 * when it has none. From any thread. */
int64_t server_lists_end_s(struct server *server, size_t listener);

/* Hands the reply to the connection, from any thread. The exchange and all it lent are gone after
 * this call; a client that left meanwhile is no error. */
void exchange_finish(struct exchange *exchange);

/* Takes no more connections, lets what runs finish, closes, joins the loops. Returns only after
 * every exchange was finished. Not from a loop thread. */
void server_stop(struct server *server);
void server_free(struct server *server); /* stops first when need be; NULL is fine */
