/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * recall.h - an item of ours that may not go any more (its covenant, article or consent ended), and
 * that was posted before without a receipt: it may be at the partner. "It was not sent" would be a
 * lie then, and after a transfer there would be two holders.
 *
 *   a signal        its record says that it may have arrived, and its recipient is told not to use
 *                   it: an intrekking about that one signal, TERUGGETROKKEN (its sender takes it
 *                   back), under the covenant that it went under. That kind moves after the end of a
 *                   covenant too. Any recipient signs VERWIJDERD, whether or not it had it, and
 *                   refuses the signal when it comes after all: from then on the record is definite.
 *   of a transfer   the old item stays ASKED until that signature: then it is sure that there is no
 *                   new holder, and the old one is told that it holds it still.
 *   that answered   a signal of which an answer or a question came has arrived, receipt or not: now
 *                   at the latest, and its terms count from then. It stays where it is: who got it
 *                   in time may go on with it.
 *   an answer       is not taken back: there is no unsaying it. That it may have arrived is in the
 *                   log (outcome error). Silence that returned (secrecy.h) sends its fixed answer.
 *   a question      of a transfer waits for its answer, as it did.
 *   a withdrawal    is told again until it is signed for; the rest ends as the log says.
 *
 * What the resident or the reporter takes back while it is under way tells its recipient by itself
 * (withdrawals.h); its record says the same by recall_note(). All of it is in the caller's change.
 * Whether something was posted is known by `posted` of its row (queue.h): set by any post of which
 * no answer says that nothing was taken, and for all that was sealed when the gateway stopped.
 */
#pragma once

#include "gateway/queue.h"
#include "gateway/withdrawals.h"

/* Posted without a receipt, as far as this store can know. */
MUST_USE enum outcome recall_may_be_there(struct view *view, const struct queued *queued,
                                          bool *out_may_be);
/* Handed in before this store was put back: what was posted since the backup does not show in it.
 */
MUST_USE enum outcome recall_was_put_back(struct view *view, const struct kept_signal *kept,
                                          bool *out_was);

/* Such an item may not go any more; `why` is a code. Passes over what was taken back or erased, and
 * over a signal of which something shows that it arrived: then `out_arrived` says so. */
MUST_USE enum outcome recall_stopped(struct gateway *gateway, struct change *change,
                                     const struct queued *queued, const char *why,
                                     bool *out_arrived);
/* The signal is being withdrawn: its record says by which withdrawal. The caller keeps it. */
void recall_note(const struct withdrawing *work, struct kept_signal *kept);
/* A partner signed for what it was told. Passes over what was no signal that may have arrived. */
MUST_USE enum outcome recall_signed(struct gateway *gateway, struct change *change,
                                    const struct withdrawal *withdrawal, const struct told *told);
