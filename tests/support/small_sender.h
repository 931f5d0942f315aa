/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_sender.h - a corporation's gateway with items that wait for the team, and what
 * became of them. Stops the test when it cannot do its work.
 *
 * Order of use: small_town_make() on `town`, once; small_sender_make(); queue; compose.
 */
#pragma once

#include "gateway/kept_signal.h"
#include "gateway/outgoing.h"
#include "tests/support/small_gateway.h"

struct small_sender {
    struct small_town town;
    struct small_gateway small;
    char fingerprint[SHA256_HEX_BYTES]; /* of the covenant in force */
};

void small_sender_make(struct small_sender *sender);
void small_sender_end(struct small_sender *sender);

void sender_queue(struct small_sender *sender, const struct queued *queued);
/* An item of any kind, with an id of its own. */
void sender_queue_text(struct small_sender *sender, enum message_kind kind, const char *text,
                       char out_id[static UUID_TEXT_BYTES]);
/* One signal for the team under article 1, with a consent until that day; kept as sent too. */
void sender_queue_signal(struct small_sender *sender, struct day until,
                         char out_id[static UUID_TEXT_BYTES]);
struct day sender_in_days(const struct small_sender *sender, int days);

/* All that waits for the team, nothing held up. */
struct outgoing_choice sender_choice(const struct small_sender *sender);
struct outgoing *sender_composed(struct small_sender *sender); /* the caller owns it */

size_t sender_waiting(struct small_sender *sender); /* items in the queue */
size_t sender_leaves(struct small_sender *sender);
/* A text of the leaf `from_end` places before the end; "" when absent. Lent until the next. */
const char *sender_leaf_member(struct small_sender *sender, size_t from_end, const char *name);
/* The signal as kept here; the caller wipes it. */
void sender_read_sent(struct small_sender *sender, const char *id, struct kept_signal *out_kept);

/* --- posted without a receipt --- */

struct outgoing *sender_posted(struct small_sender *sender, char out_id[static UUID_TEXT_BYTES]);
/* We withdraw from it: nothing may go any more. */
void sender_covenant_ends(struct small_sender *sender);
/* Its review finds that it may not go as it is. */
void sender_takes_back(struct small_sender *sender, const struct outgoing *outgoing);
