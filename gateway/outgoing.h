/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outgoing.h - one message to a partner, from the queue to its receipt. It is
 * composed and sealed once; its bytes are stored before the first POST, together
 * with an intent leaf for each item, and are sent unchanged until they expire.
 */
#pragma once

#include "covenant/receipt.h"
#include "gateway/gateway.h"
#include "gateway/queue.h"

struct outgoing_item {
    struct queued queued; /* its `item` points into `text` */
    struct buffer text;
    uint64_t sequence; /* in the queue; only while composing */
};

struct outgoing {
    struct oin partner;
    enum message_kind kind;
    char covenant[SHA256_HEX_BYTES];
    char id[UUID_TEXT_BYTES];
    int64_t expires_s;
    uint8_t digest[SHA256_BYTES]; /* of the member inhoud */
    struct buffer body;           /* what is posted */
    size_t count;
    struct outgoing_item *items;
};

void outgoing_free(struct outgoing *outgoing); /* wipes; NULL is fine */
void outgoing_free_at(struct outgoing **outgoing);
#define OWNED_OUTGOING __attribute__((cleanup(outgoing_free_at))) struct outgoing *

/* Makes and seals the next message for the partner from its queue and stores it. NOT_FOUND
 * when nothing waits; KEY_UNKNOWN when the partner has no key in force. Items that may no
 * longer go are taken out, and their senders told. Waits for the writer. */
MUST_USE enum outcome outgoing_compose(struct gateway *gateway, const struct oin *partner,
                                       struct outgoing **out_outgoing);
/* Those that were under way when the gateway stopped. `after` is the key of the last one,
 * empty to begin; NOT_FOUND at the end. */
MUST_USE enum outcome outgoing_next(struct view *view, struct buffer *after,
                                    struct outgoing **out_outgoing);
/* Verifies the partner's answer and stores what it means for each item. Waits for the writer. */
MUST_USE enum outcome outgoing_received(struct gateway *gateway, const struct outgoing *outgoing,
                                        struct bytes receipt);
/* The message expired: its items go back to the queue. Waits for the writer. */
MUST_USE enum outcome outgoing_expired(struct gateway *gateway, const struct outgoing *outgoing);
