/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue.h - items that wait for a partner, in order, and the sealed messages that
 * are under way to it. An item leaves the queue in the change that stores the
 * message it went into; the message leaves in the change that stores its receipt.
 */
#pragma once

#include "covenant/message.h"
#include "covenant/words.h"
#include "gateway/dossier.h"
#include "gateway/store.h"

enum { QUEUE_RULE_BYTES = 96 };

/* The place of the first item in an empty queue: far from zero, because what comes back from a
 * message on its way takes its place before all others. */
#define QUEUE_MIDDLE ((uint64_t)1 << 62)

struct queued { /* an item, and what its log entries will say */
    enum message_kind kind;
    char covenant[SHA256_HEX_BYTES]; /* fingerprint */
    char id[UUID_TEXT_BYTES];        /* of the item */
    enum role role;                  /* of who sends: crosses the wire */
    char rule[QUEUE_RULE_BYTES];     /* "<covenant>/<article>@<version>"; "" */
    enum purpose purpose;            /* PURPOSE_NONE: none */
    char dossier[DOSSIER_BYTES];     /* "" */
    bool posted;                     /* it may be at the partner already: no receipt came */
    struct bytes item;               /* JSON text */
};

/* Puts it at the end of the partner's queue. */
MUST_USE enum outcome queue_add(struct change *change, const struct oin *partner,
                                const struct queued *queued);
/* Makes room for `count` items before all that wait, for what was on its way and comes back: the
 * first of these places. Fill them in order with queue_put(). */
MUST_USE enum outcome queue_front(struct change *change, const struct oin *partner, size_t count,
                                  uint64_t *out_sequence);
MUST_USE enum outcome queue_put(struct change *change, const struct oin *partner, uint64_t sequence,
                                const struct queued *queued);
/* The first row at or after `from_sequence`; `item` is lent by the view. NOT_FOUND at the end. */
MUST_USE enum outcome queue_next(struct view *view, const struct oin *partner,
                                 uint64_t from_sequence, uint64_t *out_sequence,
                                 struct queued *out_queued);
/* How many wait, at most `most`: for a status, without opening any. 0 when it cannot be told. */
size_t queue_length(struct view *view, const struct oin *partner, size_t most);
/* From the first that waits to the last, both included: at least as many as wait. 0 when it cannot
 * be told. */
uint64_t queue_span(struct view *view, const struct oin *partner);
void queue_delete(struct change *change, const struct oin *partner, uint64_t sequence);
/* Does that item wait at that place still? Another may: places are given out again. */
bool queue_has(struct view *view, const struct oin *partner, uint64_t sequence,
               const char *item_id);

/* Takes one signal out, wherever it waits; NOT_FOUND when it is not in the queue. Looks at all that
 * wait before it. `out_posted` (NULL: not asked) is the row's. */
MUST_USE enum outcome queue_take_out(struct change *change, const struct oin *partner,
                                     const char *item_id, bool *out_posted);

/* Reads and prints one entry; also used for what a message remembers of its items. */
MUST_USE enum outcome queued_print(const struct queued *queued, struct buffer *out);
MUST_USE enum outcome queued_read(struct bytes text, struct queued *out_queued);
