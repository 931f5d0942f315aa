/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * due.h - the terms of signals: a table in the order of what is due next, on both sides of a
 * signal, and what follows when a moment comes (covenant/term_steps.h says which and when).
 *
 * Each step is taken once, in order, with one leaf (`term`), whatever happens in between: which
 * were taken stands with the signal, in the change that takes one. What was met late and is opened
 * again goes to the lead again, who heard that it was over. At the holder it is a reminder;
 * at who sent the signal it shows as late, and the third is told to the lead
 * (gateway/escalation.h).
 *
 * Order of use: due_plan() in each change that stores a receipt, an answer or a new holder;
 * due_end() in each that takes the signal away; due_pass() by the clock. Both tables hold an item
 * id, days and a keyed hash of a staff number: nothing of whom.
 */
#pragma once

#include "covenant/term_steps.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"

enum due_side { DUE_SENT = 's', DUE_RECEIVED = 'r' };

/* Plans what is due next, from how the record stands now; what was planned before goes, and so does
 * the standing "late" when its term was met, or the escalation of it (the lead is told). `terms`
 * are the article's; `secrecy`: is the holder bound to it? Does nothing without a receipt; a record
 * with a refusal is ended. */
MUST_USE enum outcome due_plan(struct change *change, enum due_side side, const char *item_id,
                               const struct kept_signal *kept, const struct terms *terms,
                               bool secrecy);
/* The same for a record that stands in the store already; the covenant is looked up. For what is
 * not here (any more): as due_end(). */
MUST_USE enum outcome due_follow(struct gateway *gateway, struct change *change, enum due_side side,
                                 const char *item_id);
/* The fixed answer of a holder bound to secrecy left: it need not answer any more, whatever is noted
 * here later; what was agreed for a later day still comes back. */
MUST_USE enum outcome due_let_go(struct gateway *gateway, struct change *change, struct uuid id);
/* It is erased, recalled or passed on: nothing is due any more; what was escalated is
 * settled. Does nothing for what was never planned. */
MUST_USE enum outcome due_end(struct change *change, enum due_side side, struct uuid id);

/* Is anything due? Read without the writer, so that an idle clock writes nothing. */
MUST_USE enum outcome due_is_due(struct store *store, int64_t now_ms, bool *out_due);
/* In the writer: takes the steps that are due, as many as fit in DUE_PIECE_MS, at least one and at
 * most DUE_PIECE_ROWS, since each dirties pages of its own that the commit must write; *out_more
 * when there are more. */
enum { DUE_PIECE_MS = 8, DUE_PIECE_ROWS = 64 };
MUST_USE enum outcome due_take(struct gateway *gateway, struct change *change, int64_t now_ms,
                               bool *out_more);

/* For the timer, twice a second: in pieces between which the writer is free, and not longer than
 * DUE_PASS_MS. Nothing while the clock is in doubt: an escalation cannot be unsaid. Waits for the
 * writer, only when there is something due. */
enum { DUE_PASS_MS = 400 };
MUST_USE enum outcome due_pass(struct gateway *gateway);
/* What it does at a moment that is believed. */
MUST_USE enum outcome due_pass_at(struct gateway *gateway, int64_t now_ms);

/* --- what is late now --- */

struct due_row {
    enum due_side side;
    struct uuid id;
    struct term_step standing; /* its `at_ms` is not kept: 0 */
};
/* Those of one side in which a step was taken that still stands, the longest due first: the first
 * after `after` (empty to begin). `reporter` NULL: of everybody; else a keyed hash
 * (erasure_reporter()) of who sent it: then ordered within. NOT_FOUND at the end. */
MUST_USE enum outcome due_next(struct view *view, enum due_side side, const uint8_t *reporter,
                               struct buffer *after, struct due_row *out_row);
/* How many, at most `most`: no row is opened. Only in a view of one's own. */
MUST_USE enum outcome due_count(struct view *view, enum due_side side, const uint8_t *reporter,
                                size_t most, size_t *out_count);
