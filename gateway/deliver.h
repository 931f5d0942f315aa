/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * deliver.h - the thread that brings queued items to partners: it composes one
 * message of many items per partner, stores the sealed bytes, posts them over
 * mutual TLS and tries again until a signed receipt is stored.
 *
 * One message per partner is under way at a time, so one partner that is away or
 * slow holds up nobody else. Pauses double from the least to the most of the
 * settings, with jitter. A message is sent unchanged until it expires or may no
 * longer go; then its unanswered items go back to the queue, each with its own id,
 * so that its effect stays once.
 * A message under a covenant that the partner does not know yet steps aside: it is
 * tried again, and holds up only what is of its kind and covenant. One that is
 * refused again and again is parked, which a status shows.
 */
#pragma once

#include "gateway/gateway.h"

struct delivery;

/* The same no so often in a row does not pass by itself: the next may go past it, and `status` says
 * what somebody can do. */
enum { DELIVERY_STUCK_AFTER = 8 };

MUST_USE enum outcome delivery_start(struct gateway *gateway, struct delivery **out_delivery);
void delivery_stop(struct delivery *delivery); /* NULL is fine */
/* There is something new to send: from any thread. */
void delivery_wake(struct delivery *delivery);
/* Certificates may have changed: the next message is sent with those of now. From any thread. */
void delivery_reload(struct delivery *delivery);

struct delivery_state { /* of one partner, for status and metrics */
    struct oin partner;
    uint64_t waiting; /* items in the queue */
    unsigned percent; /* how full its queue is; 100 or more: nothing is taken in for it */
    bool under_way;
    bool parked;        /* refused again and again: somebody must look */
    unsigned failures;  /* in a row, of what is shown here; 0: nothing is wrong */
    int64_t receipt_ms; /* the last one; 0: none */
    int64_t oldest_ms;  /* when the oldest message without a receipt was made; 0: none */
    uint64_t delivered; /* items with a receipt, since the start */
    uint64_t attempts_failed, messages_refused;
    enum outcome last_failure;
    char last_code[40]; /* the partner's own machine code, else ours; "" */
    bool is_theirs;     /* the code is the partner's */
    int64_t partner_ms; /* its clock when it refused ours, and ours then; 0: it did not */
    int64_t at_ms;
};
/* Fills at most `max`; returns how many there are. */
size_t delivery_states(struct delivery *delivery, struct delivery_state *out, size_t max);
