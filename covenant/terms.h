/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * terms.h - by which day a signal must be answered, counted from the receipt's
 * ontvangenOp on the Amsterdam calendar. Both sides compute the same days from
 * the covenant; none crosses the wire. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "covenant/covenant.h"
#include "covenant/day.h"
#include "crypto/outcome.h"

/* clang-format off */
/*    name      word               Dutch / English: what is due */
#define TERMS(X)                                                              \
    X(CONFIRM,  "EERSTE_ANTWOORD", "eerste antwoord",         "first answer") \
    X(DECIDE,   "BESLUIT",         "besluit",                 "decision")     \
    X(OUTCOME,  "UITKOMST",        "uitkomst",                "outcome")
/* clang-format on */
#define TERM_ENUM(name, word, nl, en) TERM_##name,
enum term { TERMS(TERM_ENUM) TERM_COUNT };
#undef TERM_ENUM
const char *term_name(enum term term, enum language language);
const char *term_word(enum term term); /* "BESLUIT" */
bool term_parse(const char *word, enum term *out_term);

enum { TERM_RELEASE_HOUR = 17, TERM_ESCALATION_WORKDAYS = 3, TERM_ESCALATION_HOUR = 9 };

struct due_days {
    bool has[TERM_COUNT];
    struct day due[TERM_COUNT]; /* the last day that is in time */
};

/* Of a secrecy-bound partner only the term of its release counts. */
struct due_days due_days_from(int64_t received_ms, const struct terms *terms, bool secrecy_bound);

/* When a secrecy-bound partner's AFGH leaves: 17:00 in Amsterdam on the day besluitWerkdagen
 * falls; without that term on the day of the outcome, then of the first answer, so that no
 * signal stays without an answer. False when there is no term at all. */
bool due_days_release(const struct due_days *days, int64_t *out_instant_ms);

/* When a term that passed goes to the lead: 09:00 on the third working day after it. */
int64_t term_escalation(struct day due);
