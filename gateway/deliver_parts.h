/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files of the delivery share: gateway/deliver*.c only. One thread, the delivery's
 * own, changes all of it, each time under the lock; a status reads it under the lock.
 */
#pragma once

#include "gateway/deliver.h"
#include "gateway/outgoing.h"

enum { DELIVERY_CODE_BYTES = 40 };

enum failure_kind {
    FAILURE_PASSING, /* away, busy or broken: the next message waits */
    FAILURE_ASIDE,   /* the partner does not know the covenant yet, or we do not know the partner
                      * under it, or it breaks on it: the next may go past it */
    FAILURE_REFUSED, /* it will not take this message */
};

struct failure {
    enum outcome outcome;
    enum failure_kind kind;
    char code[DELIVERY_CODE_BYTES]; /* the partner's own; "" */
    int64_t retry_after_s;
    int64_t partner_ms; /* its clock, when it says that the times are wrong; 0: not said */
    int64_t at_ms;      /* ours at that moment */
};

struct parcel { /* a message on its way */
    struct parcel *next;
    struct outgoing *outgoing;
    int64_t next_try_ms; /* monotonic */
    unsigned failures;
    unsigned refusals; /* in a row */
    struct failure last;
    bool under_way;
    bool look_again; /* the covenants or the day changed: may it go still? */
    bool aside;      /* tried again, without holding up other covenants */
    bool parked;     /* the same, and somebody must look */
};

struct partner { /* one we deliver to */
    struct partner *next;
    struct outgoing_choice choice;
    bool forked;   /* two successors of one of its key documents were seen */
    size_t keyed;  /* covenants under which it has keys now */
    bool recovers; /* our store was put back, and it has not told yet what we missed */
    int64_t receipt_ms;
    uint64_t delivered; /* items, since the start */
    uint64_t attempts_failed, messages_refused;
    bool sweeps; /* its queue is being looked through for what may no longer go */
    uint64_t sweep_from;
    int64_t next_compose_ms;          /* monotonic */
    unsigned compose_failures;        /* in a row */
    enum outcome last_failure;        /* of composing */
    char refused[RECEIPT_CODE_BYTES]; /* why it refused our last statement or key; "" */
};

struct delivery {
    struct gateway *gateway;
    struct client *client;
    pthread_t thread;
    pthread_mutex_t lock;
    struct parcel *parcels;
    struct partner *partners;
    struct registry *seen; /* the covenants as they were when the queues were last looked through */
    struct day seen_day;
    bool stopping;
    bool put_back; /* our store, once: then partners may have to answer first */
};

/* How long to wait after so many failures in a row (1 or more): twice as long each time, from the
 * least to the most, of which the second half is by chance (`drawn`, any number): so that neither
 * partners nor messages come back in step. */
int64_t backoff_ms(int64_t least_ms, int64_t most_ms, unsigned failures, uint32_t drawn);

/* Empty, not yet in the list; NULL: out of memory. */
struct parcel *parcel_new(void);
void parcel_add(struct delivery *delivery, struct parcel *taken_parcel);
void parcel_drop(struct delivery *delivery, struct parcel *parcel);
/* The parcel failed: it waits, and perhaps steps aside. */
void parcel_failed(struct delivery *delivery, struct parcel *parcel, const struct failure *failure);
/* Its receipt is stored: `refused` is outgoing_received()'s. The parcel is gone after this. */
void parcel_delivered(struct delivery *delivery, struct parcel *parcel, const char *refused);
/* How it failed when nothing was answered, or nobody could be asked: PASSING, or ASIDE where that
 * may hold up nothing else. */
enum failure_kind parcel_unanswered(const struct delivery *delivery, const struct parcel *parcel);
void parcel_posted(struct delivery *delivery, struct parcel *parcel, bool under_way);

/* Made when it is new; NULL: out of memory. */
struct partner *partner_find(struct delivery *delivery, const struct oin *oin);
/* Looks whether the partner has answered our question after a restore; until then nothing else
 * goes to it. */
void partner_look_at_recovery(struct delivery *delivery, struct partner *partner);
/* The same for its keys: while these are forked only key documents go. */
void partner_look_at_keys(struct delivery *delivery, struct partner *partner);
/* Must the parcel wait for that? */
bool parcel_waits(const struct delivery *delivery, const struct parcel *parcel);
/* Is a message under way that the next must wait for, or are so many refused that more of them
 * would only fill memory and the partner's line? */
bool partner_is_busy(const struct delivery *delivery, const struct partner *partner);
void partner_composed(struct delivery *delivery, struct partner *partner, enum outcome outcome);
void partners_free(struct delivery *delivery);
