/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * term_steps.h - what happens when a term nears and passes, and when: each step once,
 * in the order of its moment, at 09:00 in Amsterdam.
 *
 *   TODAY      on the last working day on or before the day it is due: the holder only
 *   LATE       on the first working day after it
 *   ESCALATED  on the third working day after it
 *   FOLLOW_UP  on the vervolgdatum of an answer: the holder only
 *
 * Which steps were taken is a set of bits that the caller keeps with the signal; a step whose
 * moment passed unseen (downtime) is simply the next one. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "covenant/progress.h"
#include "covenant/terms.h"

/* clang-format off */
/*    name        word           Dutch / English */
#define TERM_STAGES(X)                                                         \
    X(TODAY,      "VANDAAG",     "vandaag",        "today")                    \
    X(LATE,       "TE_LAAT",     "te laat",        "late")                     \
    X(ESCALATED,  "GEESCALEERD", "naar de regie",  "with the lead")            \
    X(FOLLOW_UP,  "VERVOLG",     "vervolg",        "follow-up")
/* clang-format on */
#define TERM_STAGE_ENUM(name, word, nl, en) TERM_STAGE_##name,
enum term_stage { TERM_STAGES(TERM_STAGE_ENUM) TERM_STAGE_COUNT };
#undef TERM_STAGE_ENUM
const char *term_stage_word(enum term_stage stage); /* "TE_LAAT" */
const char *term_stage_text(enum term_stage stage, enum language language);

/* Bound to secrecy a holder is only reminded: its answer leaves by itself, so it is never late. */
enum term_side { TERM_SIDE_HOLDER, TERM_SIDE_SECRET_HOLDER, TERM_SIDE_SENDER };

struct term_step {
    int64_t at_ms;
    enum term term; /* TERM_OUTCOME with FOLLOW_UP */
    enum term_stage stage;
    struct day due; /* the last day in time; with FOLLOW_UP the day agreed */
};

uint32_t term_step_bit(enum term term, enum term_stage stage);
/* The next one that was not taken; false: none. A term that was met has none any more. */
bool term_step_next(const struct progress *progress, enum term_side side, uint32_t taken,
                    struct term_step *out_step);
/* Where it stands: of the first term that is not met and of which a step was taken, the last one
 * taken; else the follow-up that was taken. False: nothing is due or late. */
bool term_step_standing(const struct progress *progress, uint32_t taken,
                        struct term_step *out_step);
