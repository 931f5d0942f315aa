/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transfer_make.h - the originator's own part of a transfer: may the signal go to this party as
 * well, and the item for it. Nothing of the old item goes along that the new article does not list;
 * token and proof are made anew, for this recipient alone.
 *
 * Order of use: passing_make() in the change; with no refusal passing_send(); passing_wipe().
 */
#pragma once

#include "covenant/decision.h"
#include "gateway/basis_use.h"
#include "gateway/gateway.h"
#include "gateway/kept_signal.h"

struct passing {
    struct gateway *gateway;
    struct change *change;
    const struct known_covenant *known; /* the version of now */
    const struct kept_signal *kept;     /* the old one */
    const struct signal *signal;
    const struct oin *to;
    int64_t now_ms;

    char id[UUID_TEXT_BYTES]; /* of the new item */
    const struct article *article;
    struct basis *basis; /* what it rests on: a copy; NULL: a law asks for it */
    struct buffer item;
};
void passing_wipe(struct passing *passing); /* what is behind the empty line */
#define OWNED_PASSING __attribute__((cleanup(passing_wipe))) struct passing

/* Decides and makes the item. *out_refusal is NONE, or why it may not. */
MUST_USE enum outcome passing_make(struct passing *passing, const char *request,
                                   enum refusal *out_refusal);
/* Keeps and queues it, beside the old one, and notes what it rests on. */
MUST_USE enum outcome passing_send(struct passing *passing);
