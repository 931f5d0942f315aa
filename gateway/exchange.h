/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * exchange.h - one request and its reply, free of any protocol: what the server
 * hands to a handler and gets back. A handler's test makes one by hand.
 */
#pragma once

#include "crypto/bytes.h"
#include "crypto/certificate.h"
#include "gateway/http_head.h"

enum {
    PEER_FINGERPRINT_BYTES = 32,
    PEER_ADDRESS_BYTES = 46, /* the longest IPv6 text with its NUL */
    REPLY_HEADERS_MAX = 8,
    REPLY_HEADER_VALUE_BYTES = 256,
};

enum listener_kind {
    LISTENER_PARTNER, /* organisations, mutual TLS */
    LISTENER_LOCAL,   /* the organisation's own people and systems, mutual TLS */
    LISTENER_PUBLIC,  /* anyone, TLS, reads only */
    LISTENER_KIND_COUNT
};

/* Who is at the other end: only what the handshake proved, once per connection. */
struct peer {
    enum listener_kind listener;
    bool has_certificate; /* always on PARTNER and LOCAL, never on PUBLIC */
    bool has_oin;
    uint8_t fingerprint[PEER_FINGERPRINT_BYTES]; /* SHA-256 of the certificate's DER */
    struct oin oin;
    int64_t until_s;                  /* the first end in its chain; 0 without a certificate */
    char address[PEER_ADDRESS_BYTES]; /* "192.0.2.7" */
};

/* All of it is lent until exchange_finish(). */
struct http_request {
    const struct peer *peer;
    const struct http_head *head; /* the method, path, query and headers */
    struct bytes body;
    enum outcome refused;    /* TOO_LARGE: the body was not read, and the connection ends */
    enum language language;  /* Dutch unless Accept-Language prefers English */
    char transaction_id[37]; /* Fsc-Transaction-Id as it came, "" when absent or not 36 long */
};

struct reply_header {
    const char *name; /* a constant */
    char value[REPLY_HEADER_VALUE_BYTES];
};

/* The server adds the security headers, API-Version, Content-Type and Content-Length itself. */
struct reply {
    int status;               /* 0 counts as an internal error */
    const char *content_type; /* a constant; NULL when there is no body */
    struct buffer body;
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t header_count;
    const char *content_security_policy; /* a constant; NULL: default-src 'none' */
    const char *cache_control;           /* a constant; NULL: no-store */
    bool close;                          /* end the connection after this reply */
};

struct exchange {
    struct http_request request;
    struct reply reply;
    void *work; /* the application's own; the server neither reads nor frees it */
};

/* Adds a header. A value with a control byte, or too long, makes the reply an internal error:
 * nothing from outside can add a line. `name` must outlive the reply. */
void reply_header(struct reply *reply, const char *name, const char *value);

/* The whole reply in one call; `content_type` is a constant, `body` is copied.
 * Out of memory leaves a reply that the server sends as 503. */
void reply_with(struct reply *reply, int status, const char *content_type, struct bytes body);

/* Clears the reply and makes it application/problem+json for `outcome`:
 * type, title, status, detail, code. `detail` NULL: the outcome's own sentence.
 * 429 and 503 bring Retry-After. */
void reply_problem(struct reply *reply, enum outcome outcome, enum language language,
                   const char *detail);

void reply_wipe(struct reply *reply); /* wipes and empties; {0} is fine */

/* English when the first language named in Accept-Language is English; else Dutch. */
enum language language_preferred(struct bytes accept_language);
