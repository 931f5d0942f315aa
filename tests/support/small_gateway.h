/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_gateway.h - one gateway of a small town without a server: settings, keys,
 * store, log and writer, and calls made by hand. Stops the test when it cannot do its
 * work.
 *
 * Order of use: small_town_make(); small_gateway_make(); small_gateway_in_force() or
 * covenants of one's own; calls; small_gateway_end(). Delivery is not there: what is
 * queued stays queued, and `queued_times` counts the wake-ups.
 */
#pragma once

#include <stdatomic.h>

#include "gateway/call.h"
#include "gateway/queue.h"
#include "tests/support/small_log.h"
#include "tests/support/small_town.h"

struct small_gateway {
    struct small_town *town;
    enum small_place place;
    struct small_store small; /* its store is gateway.store */
    struct gateway gateway;
    atomic_uint queued_times;
    _Atomic enum outcome failed;
    bool holds_anything; /* rows damaged on purpose, or no real ones: nobody looks in the end */
};

void small_gateway_make(struct small_gateway *small, struct small_town *town,
                        enum small_place place);
void small_gateway_restart(struct small_gateway *small);
/* The two halves of a restart: what is closed may be opened again, in another process too, on the
 * data in small->small.folder. Opening sweeps the keys first, as serve() does. */
void small_gateway_close(struct small_gateway *small);
MUST_USE enum outcome small_gateway_open(struct small_gateway *small);
void small_gateway_end(struct small_gateway *small);

/* One piece of work, which must succeed. */
void small_gateway_write(struct small_gateway *small,
                         enum outcome (*apply)(struct change *, struct audit *, void *),
                         void *context);

/* The covenant added, not yet signed; returns its fingerprint. */
const char *small_gateway_add(struct small_gateway *small, const json_t *document);
void small_gateway_hears(struct small_gateway *small, enum small_place place,
                         const char *fingerprint, enum verdict verdict);
/* The town's covenant, agreed by all five, and the shared key of this half-year. */
const struct known_covenant *small_gateway_in_force(struct small_gateway *small);
extern const uint8_t small_shared_key[32];
void small_gateway_get_key(struct small_gateway *small, const char *covenant_id);
/* The only covenant; held by the gateway until it changes. */
const struct known_covenant *small_gateway_known(struct small_gateway *small);

/* --- calls --- */

struct small_call {
    struct peer peer;
    struct http_head head;
    struct exchange exchange;
    struct call call;
};

/* For the town's own moment; the caller may change what is in it before small_call_run(). */
void small_call_make(struct small_call *small_call, struct small_gateway *small,
                     enum listener_kind listener, enum http_method method, const char *path,
                     struct bytes body);
/* Route, handler, what it has the writer do, finish: without identification and denial. */
enum outcome small_call_run(struct small_call *small_call);
void small_call_end(struct small_call *small_call);

/* --- messages of partners --- */

struct small_message {
    enum small_place from;
    enum small_place to;
    enum message_kind kind;
    const char *covenant; /* fingerprint */
    char id[UUID_TEXT_BYTES];
    enum role role;
    int64_t issued_s, expires_s;
    const struct bytes *items;
    size_t item_count;
    enum small_place signed_by, sealed_for; /* as `from` and `to`, unless a test lies */
};

/* What `from` would send now; the caller may change it before small_message_text(). */
struct small_message small_message_make(const struct small_town *town, enum small_place from,
                                        enum small_place to, enum message_kind kind,
                                        const char *covenant, const struct bytes *items,
                                        size_t item_count);
struct buffer small_message_text(const struct small_town *town,
                                 const struct small_message *message);
/* Posts a body as that partner; the reply is in the call, which the caller ends. */
enum outcome small_gateway_receive(struct small_gateway *small, enum small_place from,
                                   enum message_kind kind, struct bytes body,
                                   struct small_call *out_call);
