/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * call.h - one request on its way through a handler.
 *
 * A handler reads the request and either fills the reply, or sets `apply` for
 * what must be written: that runs on the writer's thread in the common change
 * (so it may run twice, see writer.h), and after the commit `finish` may read and
 * fill the reply. A refusal at any stage gets one deny leaf and a problem; no
 * handler writes either of these itself.
 */
#pragma once

#include <jansson.h>

#include "covenant/role.h"
#include "crypto/uuid.h"
#include "gateway/exchange.h"
#include "gateway/gateway.h"

enum { STAFF_NUMBER_BYTES = 33 };

struct call;
struct web_run;

struct route {
    enum listener_kind listener;
    enum http_method method;
    const char *path;    /* "{}" stands for one segment */
    const char *service; /* the resource, as in the log */
    uint32_t roles;      /* any of these; 0: every user of the listener */
    size_t body_max_bytes;
    bool heavy; /* never on an event loop */
    enum outcome (*handle)(struct call *call);
};

struct caller {
    struct oin oin;                  /* PARTNER: the organisation of the certificate */
    char fingerprint[65];            /* LOCAL: of the certificate, hex */
    char number[STAFF_NUMBER_BYTES]; /* LOCAL: staff number */
    struct role_set roles;           /* LOCAL: those in force */
};

struct call {
    struct gateway *gateway;
    struct exchange *exchange;
    const struct http_request *request;
    struct reply *reply;
    const struct route *route; /* NULL: there is none */
    bool other_method;         /* the path is there, with another method */
    struct registry *registry; /* held for the whole call */
    struct caller caller;
    enum role role; /* the one under which the call is allowed; ROLE_COUNT: none */
    char parameter[65];
    char transaction[UUID_TEXT_BYTES];
    int64_t now_ms;
    bool in_doubt; /* nothing may be refused for good by `now_ms`: gateway/clock_belief.h */

    enum outcome (*apply)(struct call *call, struct change *change);
    enum outcome (*finish)(struct call *call);
    void *state; /* the handler's own, released with free_state */
    void (*free_state)(void *state);
    enum outcome refused; /* what the deny leaf and the problem are about */

    char digest[SHA256_HEX_BYTES];   /* of the message it is about, for its leaves; "" */
    char covenant[SHA256_HEX_BYTES]; /* the covenant it is about, for the deny leaf; "" */
    char detail[160];                /* a sentence instead of the outcome's own; "" */
    json_t *extra;                   /* members for the problem ("fouten", "toegestaan"); owned */
    struct web_run *web;             /* a page for people: pages_run.h; else NULL */

    struct work work; /* the call's piece for the writer */
};

/* The server's callbacks; the context is the gateway. */
enum outcome call_on_head(void *context, const struct http_head *head, const struct peer *peer,
                          size_t *body_max_bytes);
void call_on_request(void *context, struct exchange *exchange);

/* For handlers. */
/* Reads the body as a strict JSON object with only these members. */
MUST_USE enum outcome call_body(struct call *call, const char *const *members, json_t **out_body);
/* Fills the reply. The value is taken; NULL counts as out of memory. */
MUST_USE enum outcome call_reply(struct call *call, int status, json_t *taken_value);
MUST_USE enum outcome call_reply_text(struct call *call, const char *content_type,
                                      struct bytes text);
/* Adds {"waar","code","tekst"} to the problem's `fouten`. */
void call_fault(struct call *call, const struct fault *fault);
/* A log entry with who asks, in what role and where filled in. */
struct audit_entry call_entry(const struct call *call, enum audit_event event);
/* A number within ?aantal=, and the cursor. */
size_t call_page_size(const struct call *call);
bool call_cursor(const struct call *call, char *out, size_t out_size);

/* The table of gateway/routes.c. */
const struct route *route_find(enum listener_kind listener, const struct http_head *head,
                               char out_parameter[static 65], bool *out_other_method);
/* Its place in the table, and back: for counting. NULL is the place behind the last. */
size_t route_index(const struct route *route);
const struct route *route_at(size_t index); /* NULL behind the last */
void route_methods(enum listener_kind listener, struct bytes path, char *out, size_t out_size);
