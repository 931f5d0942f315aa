/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * client.h - HTTPS requests to another gateway or to our own: the door to
 * libcurl. TLS 1.3 only, client certificate, no redirects, no proxy, bounded
 * answers, keep-alive.
 *
 * Two ways to use it:
 *   client_call()  one request that is waited for (commands, local API);
 *   client_post() + client_poll()  many at once on one thread (delivery).
 *
 * A partner is its OIN: with `server_oin` set, the chain must lead to the given
 * CA and the leaf's subject.serialNumber must equal it; that is looked at after
 * the handshake and again on every reused connection, before any byte of the
 * request leaves. The domain name then counts for nothing. Without it (local
 * API) the host name or address must match the certificate. A connection whose
 * certificates have ended, or that was made before client_reload(), is not used
 * again: the request goes over a new one.
 * Does not retry and does not follow: the caller decides.
 */
#pragma once

#include <stdint.h>

#include "crypto/bytes.h"
#include "crypto/certificate.h"
#include "crypto/outcome.h"

enum {
    CLIENT_ANSWER_MAX_BYTES = 16 * 1024 * 1024, /* client_call */
    CLIENT_RECEIPT_MAX_BYTES = 4 * 1024 * 1024, /* client_post */
    CLIENT_HEADERS_MAX = 6,
};

struct client; /* opaque; one thread at a time, but for client_wake() and client_reload() */

struct client_identity { /* PEM files; copied by client_new() */
    const char *certificate;
    const char *key;
    const char *ca;
    const char *crl; /* NULL: none */
    int64_t crl_grace_s;
    int64_t rsa_bits_min; /* of any RSA key in the other side's chain */
};

struct client_limits {
    int64_t connect_ms;     /* name, TCP and TLS together */
    int64_t total_ms;       /* the whole request */
    size_t connections_max; /* open at once, in all */
    size_t per_host_max;
};

struct client_request {
    const char *method;                      /* "GET", "POST", "DELETE" */
    const char *url;                         /* https only */
    const struct oin *server_oin;            /* NULL: check the host name instead */
    const char *headers[CLIENT_HEADERS_MAX]; /* "Fsc-Transaction-Id: ..."; NULL-filled */
    struct bytes body;                       /* borrowed until the answer is there; none: {0} */
};

struct client_answer {
    void *tag;             /* the caller's */
    enum outcome outcome;  /* OK: an HTTP answer came, whatever its status; UNREACHABLE; TIMEOUT;
                            * SENDER_WRONG (another OIN or chain); TOO_LARGE; OUT_OF_MEMORY */
    long http_status;      /* 0 when none came */
    bool left;             /* the request, or some of it, may have left: it was shown who answers */
    int64_t retry_after_s; /* 0 when not said; a date counts from now */
    struct buffer body;
    char content_type[64];
    char reason[256]; /* in English, for an operator: "certificate has expired"; may be "" */
};
void client_answer_wipe(struct client_answer *answer);
#define OWNED_ANSWER __attribute__((cleanup(client_answer_wipe))) struct client_answer

/* Once, before any thread. Fails with INTERNAL. */
MUST_USE enum outcome client_ready(void);

/* Fails with FILE_WRONG (certificate, key, CA or CRL unusable) or OUT_OF_MEMORY. */
MUST_USE enum outcome client_new(const struct client_identity *identity,
                                 const struct client_limits *limits, struct client **out_client);
void client_free(
    struct client *client); /* drops what is under way, without answers; NULL is fine */
void client_free_at(struct client **client);
#define OWNED_CLIENT __attribute__((cleanup(client_free_at))) struct client *

/* One request, waited for, on a client with nothing else under way. Returns out_answer->outcome;
 * the answer is filled either way, and the caller's to wipe. */
MUST_USE enum outcome client_call(struct client *client, const struct client_request *request,
                                  struct client_answer *out_answer);

/* Starts one request; request->body stays the caller's until its answer is taken, the rest is
 * copied. Fails with OUT_OF_MEMORY; then there is no answer. */
MUST_USE enum outcome client_post(struct client *client, const struct client_request *request,
                                  void *tag);
/* Works for at most timeout_ms, or until an answer is complete or client_wake() is called. */
void client_poll(struct client *client, int timeout_ms);
/* Takes one complete answer; false when there is none. The caller wipes it. */
bool client_take(struct client *client, struct client_answer *out_answer);
size_t client_under_way(const struct client *client);
void client_wake(struct client *client); /* from any thread */
/* The files may have changed: they are read again before the next request. Not all in order: what
 * was stays. From any thread. */
void client_reload(struct client *client);
