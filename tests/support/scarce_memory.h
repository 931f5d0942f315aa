/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scarce_memory.h - lets the Nth allocation fail, so that a test can walk every
 * out-of-memory path. The linker wraps malloc, calloc, realloc and strdup (see
 * Makefile); Jansson follows because json_ready() routes it to our malloc, and
 * OpenSSL because crypto_ready() does (crypto/certificate_memory.h). What other
 * shared libraries allocate is not wrapped.
 */
#pragma once

#include <stdbool.h>

/* The next `count` allocations succeed, the one after fails once and memory is
 * plentiful again; -1: never fail. */
void memory_lasts_for(int count);
bool memory_ran_out(void); /* did an allocation fail since memory_lasts_for()? */
/* The thread that calls it gets all it asks for and does not count: a client beside a server. */
void memory_spares_me(bool spares);

/* Runs `outcome = (call)` with ever more memory until no allocation fails any
 * more; `undo` releases what a successful round made. */
#define WITH_SCARCE_MEMORY(outcome, call, undo) WITH_SCARCE_MEMORY_BY(1, outcome, call, undo)

/* Of many thousands of allocations: ever larger steps, each `last / part` + 1. */
#define WITH_SCARCE_MEMORY_SAMPLED(part, outcome, call, undo)                                      \
    WITH_SCARCE_MEMORY_BY(1 + scarce_rounds / (part), outcome, call, undo)

#define WITH_SCARCE_MEMORY_BY(step, outcome, call, undo)                                           \
    do {                                                                                           \
        int scarce_rounds = 0;                                                                     \
        bool scarce_hit;                                                                           \
        do {                                                                                       \
            memory_lasts_for(scarce_rounds);                                                       \
            scarce_rounds += (step);                                                               \
            outcome = (call);                                                                      \
            scarce_hit = memory_ran_out();                                                         \
            memory_lasts_for(-1);                                                                  \
            if (scarce_hit)                                                                        \
                assert_int_not_equal(outcome, OUTCOME_INTERNAL);                                   \
            if (outcome == OUTCOME_OK) {                                                           \
                undo;                                                                              \
            } else if (scarce_hit)                                                                 \
                assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);                                  \
        } while (scarce_hit);                                                                      \
        assert_true(scarce_rounds > 1);                                                            \
    } while (0)
