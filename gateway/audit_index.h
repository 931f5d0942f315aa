/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * audit_index.h - which leaves speak of whom: keyed hashes of (question, value)
 * with the position (audit.h) behind them, in index/. Derived from leaves and openings and
 * rebuildable; a query first reads on from where the index stopped.
 */
#pragma once

#include "gateway/gateway.h"

/* clang-format off */
#define AUDIT_QUESTIONS(X)                               \
    X(ACTOR,   "actor")                                  \
    X(SUBJECT, "subject")                                \
    X(PARTNER, "partner")  /* source or destination */   \
    X(RULE,    "rule")     /* "<covenant>/<article>" */  \
    X(EVENT,   "event")
/* clang-format on */
enum audit_question {
#define AUDIT_QUESTION_ENUM(name, word) QUESTION_##name,
    AUDIT_QUESTIONS(AUDIT_QUESTION_ENUM)
#undef AUDIT_QUESTION_ENUM
        QUESTION_COUNT
};

/* Brings the index up to the log as it is committed. Waits for the writer, in pieces, so
 * that nobody else waits long. */
MUST_USE enum outcome audit_index_catch_up(struct gateway *gateway);
/* What the timer remembers between two passes; {0} at first. */
struct index_watch {
    uint64_t leaves; /* at the last pass */
    uint64_t done;   /* so many there were when the index was last complete */
};

/* For the timer, twice a second: reads on, so that the first question after a busy week is as
 * short as any. A whole batch at least, and no more than one while the log grows faster than that:
 * then the writer has other things to do. */
MUST_USE enum outcome audit_index_keep_up(struct gateway *gateway, struct index_watch *watch);

/* Does it speak of leaves that the log does not have? */
MUST_USE enum outcome audit_index_is_ahead(struct view *view, const struct audit *audit,
                                           bool *out_ahead);

/* The first sequence >= `from` under the question; NOT_FOUND at the end. */
MUST_USE enum outcome audit_index_next(struct view *view, enum audit_question question,
                                       const char *value, uint64_t from, uint64_t *out_sequence);
