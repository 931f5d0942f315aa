/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transfer.h - a signal goes on to another organisation, and has exactly one holder throughout.
 *
 *   the holder      asks (post_transfer, local_transfer.c): message `overdracht` to the originator;
 *   the originator  decides by itself, makes a new item for the new recipient with a token, a proof
 *                   and a contact envelope of its own, and sends that (transfer_asked);
 *   the new holder  takes or refuses it as any signal: its gateway's receipt is the acceptance,
 *                   that of a person never crosses the wire;
 *   the originator  on that receipt writes DOOR on the old item, in the same change in which the
 *                   new one arrives, and tells the old holder (transfer_arrived, transfer_ended);
 *   the old holder  is told, and its copy ends (transfer_told); refused: it is holder still, its
 *                   terms ran on.
 *
 * Who holds it stands at the originator: the item before the first that is not ACCEPTED. The new
 * item is known under a number that is a keyed hash of the old one and of the question, so that all
 * of this may happen once more after a restore. The lead does not change. Nobody but the originator
 * knows both items, or how often it was passed on.
 */
#pragma once

#include "gateway/kept_signal.h"
#include "gateway/receive.h"

/* At the originator, in the change that receives the question: the new item is made, kept and
 * queued, and the old one says ASKED. `item->refusal` when it may not be. */
MUST_USE enum outcome transfer_asked(struct reception *reception, struct received_item *item,
                                     const struct known_covenant *known, struct change *change);
/* At the old holder, in the change that receives the answer. */
MUST_USE enum outcome transfer_told(struct reception *reception, struct received_item *item,
                                    struct change *change);

/* In the change that takes a receipt: an item of ours arrived, or will never (`why` is a code).
 * Passes over what is no part of a transfer. */
MUST_USE enum outcome transfer_arrived(struct gateway *gateway, struct change *change,
                                       const struct queued *queued);
MUST_USE enum outcome transfer_ended(struct gateway *gateway, struct change *change,
                                     const struct queued *queued, const char *why);
/* The same for a new item that was taken back before it arrived: no new holder comes. */
MUST_USE enum outcome transfer_taken_back(struct gateway *gateway, struct change *change,
                                          const struct kept_signal *kept, const char *why);

/* To a partner whose store was put back, or who sends a signal again: the answer to its question,
 * and (at the holder) the question itself. Passes over what was not asked. */
MUST_USE enum outcome transfer_tell_again(struct gateway *gateway, struct change *change,
                                          const char *item_id, const struct kept_signal *kept);
MUST_USE enum outcome transfer_ask_again(struct gateway *gateway, struct change *change,
                                         const char *item_id, const struct kept_signal *kept);
