/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * notices.h - what we told each party about a covenant (a proposal of a new version, our
 * own statements), since when, and whether it arrived: so that people see who knows.
 *
 * A notice is noted in the change that queues its item; the receipt settles it. The
 * queue and the message on its way do the telling, and go on until it is acknowledged.
 */
#pragma once

#include "covenant/receipt.h"
#include "covenant/statement.h"
#include "gateway/gateway.h"
#include "gateway/queue.h"

struct notice {
    struct oin partner;
    char item[UUID_TEXT_BYTES];
    enum verdict verdict; /* VERDICT_NONE: the proposal of the version itself */
    int64_t since_ms;
    int64_t arrived_ms;               /* 0: not yet */
    char refusal[RECEIPT_CODE_BYTES]; /* the partner's code; "" */
};

MUST_USE enum outcome notice_put(struct change *change, const char *fingerprint,
                                 const struct notice *notice);
/* The partner answered for this item, at that instant; `refusal` NULL: it took it. Does nothing
 * for an item that is no notice. */
MUST_USE enum outcome notice_settle(struct change *change, const char *message_covenant,
                                    const struct oin *partner, const struct queued *queued,
                                    int64_t at_ms, const char *refusal);
/* Each notice about this covenant, by party and then by item. `after` is empty to begin;
 * NOT_FOUND at the end. */
MUST_USE enum outcome notice_next(struct view *view, const char *fingerprint, struct buffer *after,
                                  struct notice *out_notice);
/* With the covenant all that was told about it goes. */
MUST_USE enum outcome notices_delete(struct change *change, const char *fingerprint);
