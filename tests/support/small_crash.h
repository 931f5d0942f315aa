/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_crash.h - one gateway of the small town that does a day's work in steps, each of which
 * acknowledges something, on a copy of the same beginning each time: for what must hold wherever
 * it breaks off. Stops the test when it cannot do its work.
 *
 * Order of use: crash_make(); then in a child process for each day: crash_place(), crash_open(),
 * crash_step() from 0, crash_close(). The parent never opens the store itself after crash_make().
 */
#pragma once

#include "tests/support/small_signal.h"

enum { CRASH_STEPS_MAX = 10, CRASH_TALLIES = 64 };

struct crash {
    struct small_town town;
    struct small_gateway small;
    enum small_place place; /* TEAM receives and answers, CORPORATION pushes and sends */
    bool first_start;       /* the beginning is that there is nothing, and few steps can be done */
    struct folder home;     /* of the beginning: home/data */
    struct buffer messages[2];    /* for the team */
    char signal[UUID_TEXT_BYTES]; /* the first it receives */
};

/* What there is after the work, to compare: rows of each table, and leaves of each kind. */
struct crash_tally {
    size_t rows[TABLE_TOTAL];
    struct {
        char what[48]; /* "recv ok", "send outcome ok" */
        size_t count;
    } leaves[CRASH_TALLIES];
};

void crash_make(struct crash *crash, enum small_place place, bool first_start);
void crash_end(struct crash *crash);
/* From now on the work is done on `folder`, into which the beginning is copied when `fresh`. */
void crash_place(struct crash *crash, const struct folder *folder, bool fresh);
MUST_USE enum outcome crash_open(struct crash *crash);
void crash_close(struct crash *crash);

size_t crash_step_count(const struct crash *crash);
const char *crash_step_name(const struct crash *crash, size_t step);
/* What the one who asked was told; `answer` gets the bytes. A step may be done again: then it is
 * a client that asks once more. */
MUST_USE enum outcome crash_step(struct crash *crash, size_t step, struct buffer *answer);
/* Whether the answer must be the same bytes each time. */
bool crash_step_repeats(const struct crash *crash, size_t step);
/* Rows of what is told to be there; leaves that stand for an effect, not those of repeats. */
void crash_count(struct crash *crash, struct crash_tally *out_tally);
/* The first difference in words; "" when there is none. */
const char *crash_difference(const struct crash_tally *got, const struct crash_tally *wanted);
