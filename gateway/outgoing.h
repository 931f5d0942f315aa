/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outgoing.h - one message to a partner, from the queue to its receipt. It is
 * composed and sealed once; its bytes are stored before the first POST, together
 * with an intent leaf for each item, and are sent unchanged until they expire.
 *
 * Order of use: outgoing_compose(), or outgoing_next() for those that were under way
 * when the gateway stopped; before each POST outgoing_review(); after each 201
 * outgoing_received(). Does not send.
 */
#pragma once

#include "covenant/receipt.h"
#include "gateway/gateway.h"
#include "gateway/queue.h"

struct outgoing_item {
    struct queued queued; /* its `item` points into `text` */
    struct buffer text;
    uint64_t sequence; /* in the queue; only while composing */
    /* of a signal, read from the item itself: */
    int article; /* 0: no signal */
    bool has_proof;
    struct day proof_until; /* the last day on which the resident's consent counts */
};

struct outgoing {
    struct oin partner;
    enum message_kind kind;
    char covenant[SHA256_HEX_BYTES];
    char id[UUID_TEXT_BYTES];
    int64_t issued_s, expires_s;
    uint8_t digest[SHA256_BYTES];     /* of the member inhoud */
    char signed_by[KEYID_TEXT_BYTES]; /* our key then; "" when it was not noted */
    enum outcome refused; /* what the partner said last of a key; OK: nothing. Not stored */
    struct buffer body;   /* what is posted */
    size_t count;
    struct outgoing_item *items;
};

/* It was posted and no receipt came: from here on each of its items may be at the partner. What is
 * read from the store counts as posted: nobody noted before the first post that it would be made,
 * so that no commit comes before it, and a crash may have come after it. */
void outgoing_posted(struct outgoing *outgoing);
void outgoing_free(struct outgoing *outgoing); /* wipes; NULL is fine */
void outgoing_free_at(struct outgoing **outgoing);
#define OWNED_OUTGOING __attribute__((cleanup(outgoing_free_at))) struct outgoing *

/* What of a partner's queue may go into a message now. */
struct outgoing_choice {
    struct oin partner;
    /* Must items of this kind and covenant wait for others that are under way? */
    bool (*is_held_up)(const void *context, const struct oin *partner, enum message_kind kind,
                       const char *covenant);
    const void *context;
    uint64_t from; /* what is queued before it is held up: moves on, until the caller resets it */
    uint64_t first; /* of the queue then; what is put before it since is looked at all the same */
};

/* Makes and seals the next message for the partner from its queue and stores it. NOT_FOUND
 * when nothing that may go waits; KEY_UNKNOWN when the partner has no key in force; NOT_YET when
 * items that may no longer go were taken out, and their senders told: ask again. Waits for the
 * writer. */
MUST_USE enum outcome outgoing_compose(struct gateway *gateway, struct outgoing_choice *choice,
                                       struct outgoing **out_outgoing);
/* Those that were under way when the gateway stopped. `after` is the key of the last one,
 * empty to begin; NOT_FOUND at the end. */
MUST_USE enum outcome outgoing_next(struct view *view, struct buffer *after,
                                    struct outgoing **out_outgoing);
/* Takes the message back when it expired, was sealed by a clock that was ahead, under a key that no
 * longer counts or that the partner does not know and has another of, or holds an item that may no
 * longer go: such an item is ended and its sender told, the others are queued again,
 * before all that waits and each with its own id. Waits for the writer, only then. */
MUST_USE enum outcome outgoing_review(struct gateway *gateway, const struct outgoing *outgoing,
                                      bool *out_taken_back);
/* Looks at a piece of the partner's queue from that place on, and ends what may no longer go: each
 * item with its leaf, its sender told. `from` moves on; NOT_FOUND when it was the last piece;
 * CLOCK_WRONG while the clock is in doubt, as the two above for an item that may not go by it: it is
 * neither sent nor ended. On the thread that composes, and no other. Waits for the writer, only when
 * something may no longer go. */
MUST_USE enum outcome outgoing_sweep(struct gateway *gateway, const struct oin *partner,
                                     uint64_t *from);
/* Verifies the partner's answer and stores what it means for each item. HEAD_DIFFERS when it is
 * not about this message or does not answer each item; fails as receipt_open() too.
 * `out_refused` is why it refused a statement or a key of ours, which nobody waits for as for a
 * signal; "" when it did not. Waits for the writer. */
MUST_USE enum outcome outgoing_received(struct gateway *gateway, const struct outgoing *outgoing,
                                        struct bytes receipt,
                                        char out_refused[static RECEIPT_CODE_BYTES]);
