/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * event.h - the operational log: one line on stderr per event, from a closed list
 * with typed fields. No function takes free text, so nobody can log a person by
 * accident, and there is no level that prints content. (The audit log is another
 * thing with another reader: gateway/audit.h.)
 */
#pragma once

#include <stdint.h>

#include "crypto/oin.h"
#include "crypto/outcome.h"

/* clang-format off */
#define EVENTS(X)                                                                  \
    X(STARTED,          "started")          /* listening on all ports */           \
    X(STOPPED,          "stopped")          /* in order */                         \
    X(RELOADED,         "reloaded")         /* certificates were read again */     \
    X(LISTS_ENDED,      "lists-ended")      /* revoked certificates: seconds ago */\
    X(LISTS_FRESH,      "lists-fresh")      /* and here is a newer one */          \
    X(START_FAILED,     "start-failed")     /* outcome says why */                 \
    X(STORE_FAILED,     "store-failed")     /* nothing is acknowledged any more */ \
    X(KEYS_TAKEN,       "keys-taken")       /* new ones of our own: number */      \
    X(KEYS_SWEPT,       "keys-swept")       /* orphans of a crash: number */       \
    X(FIRST_USERS,      "first-users")      /* taken in: number */                 \
    X(DELIVERED,        "delivered")        /* a receipt was stored: items */      \
    X(DELIVERY_FAILED,  "delivery-failed")  /* it will be tried again: attempts */ \
    X(DELIVERY_PARKED,  "delivery-parked")  /* refused again and again: attempts */\
    X(QUEUE_FILLING,    "queue-filling")    /* from 80 % on: percent of its bound */ \
    X(CLOCK_DIFFERS,    "clock-differs")    /* a partner's from ours: seconds */   \
    X(CLOCK_JUMPED,     "clock-jumped")     /* ours, while running: seconds */     \
    X(CLOCK_BEHIND,     "clock-behind")     /* nothing is signed: seconds */       \
    X(NOTIFY_FAILED,    "notify-failed")    /* berichtgeving: its exit */       \
    X(TIMER_FAILED,     "timer-failed")     /* a pass of the clock work failed */
/* clang-format on */

enum event {
#define EVENT_ENUM(name, word) EVENT_##name,
    EVENTS(EVENT_ENUM)
#undef EVENT_ENUM
        EVENT_COUNT
};

/* `partner` may be NULL; `number` is what the list says it is, 0 when nothing. */
void event_write(enum event event, enum outcome outcome, const struct oin *partner, int64_t number);
