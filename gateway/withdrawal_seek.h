/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withdrawal_seek.h - whom a withdrawal by token is about: looked up by the clock, not while the
 * partner waits, so that its answer takes as long for a stranger as for somebody known. One leaf
 * says that was looked, hit or miss.
 *
 * What was received before is matched first (gateway/match.h), so that it is found by its token.
 */
#pragma once

#include "covenant/withdrawal_item.h"
#include "gateway/gateway.h"

struct seek {
    struct oin from;                  /* the partner that told us; "": our own desk */
    enum role role;                   /* of who took it there, or here */
    char covenant[SHA256_HEX_BYTES];  /* fingerprint */
    char withdrawal[UUID_TEXT_BYTES]; /* our own desk: the record that waits for this; "" */
    struct withdrawal_item item;      /* its token is made for us */
};

/* In the change that receives it. */
MUST_USE enum outcome seek_add(struct change *change, const struct seek *seek);
/* One pass of the clock, of less than a second. Waits for the writer, only when something is to be
 * sought. */
MUST_USE enum outcome seek_pass(struct gateway *gateway);
