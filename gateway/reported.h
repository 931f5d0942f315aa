/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reported.h - what proves later that an early signal was reported, and under which conditions: the
 * days the corporation named, our leaf, and what the partner signed for. A court that is asked for
 * an eviction wants to see it.
 *
 * Kept beside the signal that was sent, under the same item id, sealed; it goes when that goes. The
 * partner's receipt stands once per message; it holds ids and hashes, nothing of a person.
 * Order of use: reported_put() in the change that takes the row in; reported_delivered() in the one
 * that takes the receipt; reported_get() when it is asked for. Does not judge the conditions.
 */
#pragma once

#include "gateway/outgoing.h"

struct reported {
    struct day contact_attempted, pointed_to_help, reminded; /* as the file named them */
    uint64_t intake_leaf; /* position (audit.h) of the leaf that took it in */
    bool delivered;       /* the rest only then */
    char message[UUID_TEXT_BYTES];
    char digest[SHA256_HEX_BYTES];    /* of the sealed message */
    int64_t received_ms;              /* as the partner signed it */
    char leaf_hash[SHA256_HEX_BYTES]; /* of the partner's leaf */
    uint64_t outcome_leaf;            /* position of our leaf about the receipt */
};

MUST_USE enum outcome reported_put(struct change *change, const char *id,
                                   const struct reported *reported);
/* NOT_FOUND when the item is no early signal, or was erased. */
MUST_USE enum outcome reported_get(struct view *view, const char *id,
                                   struct reported *out_reported);
/* In the change of the receipt, before its leaf is recorded; passes over what is no early signal.
 * A second receipt changes nothing. */
MUST_USE enum outcome reported_delivered(struct gateway *gateway, struct change *change,
                                         const struct outgoing *outgoing,
                                         const struct receipt *receipt,
                                         const struct receipt_answer *answer,
                                         struct bytes receipt_json);
/* The signed receipt itself, lent; NOT_FOUND. */
MUST_USE enum outcome reported_receipt(struct view *view, const struct oin *partner,
                                       const struct reported *reported, struct bytes *out_json);
/* Passes over what is not there. */
void reported_delete(struct change *change, struct uuid id);
/* The position that the next leaf of this change will have. */
uint64_t reported_next_leaf(const struct gateway *gateway);
