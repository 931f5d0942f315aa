/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * counters.h - what the gateway counts of its own requests, for GET /v1/metrics.
 *
 * Part of struct gateway, all zero at the start; any thread adds, any thread reads, none waits.
 * Says nothing of who asked or about whom.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum {
    ROUTES_COUNTED = 128,       /* one of them for what is no route */
    STATUS_CLASSES_COUNTED = 6, /* 1xx..5xx by their first digit */
    TALLY_PAUSE_MS = 60 * 1000, /* between two looks at the signals themselves */
};

struct tally { /* of the newest signals, as they stood */
    uint64_t open, late;
};

struct counters {
    /* listener, place in the table of routes, first digit of the status */
    atomic_uint_fast64_t requests[3][ROUTES_COUNTED][STATUS_CLASSES_COUNTED];
    atomic_int_fast64_t tallied_ms; /* monotonic; 0: never */
    atomic_uint_fast64_t received_open, received_late, sent_open, sent_late;
};
