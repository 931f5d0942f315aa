/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * signpost.h - where one can go with a signal: the routing table of a covenant, and the card of
 * each partner (the name and telephone of a desk, never of a person).
 *
 *   "wegwijzer": [{"signaal":"ZORG.EENZAAM","naar":"WIJKTEAM"}]
 *   "partijen":  [{…, "contactpunt":{"naam":"Buurtteam, balie","telefoon":"030 123 45 67"}}]
 *
 * Both may be absent. A route opens no path: articles do. It says which of the recipients that the
 * articles allow gets a row that names none, and whom to call where no article lets it go.
 * Pure. Does not decide whether anything may leave: covenant/decision.h.
 */
#pragma once

#include "covenant/covenant.h"

enum { DESK_NAME_MAX_BYTES = 80, DESK_PHONE_MAX_BYTES = 24 };

/* The route of a code, or NULL. */
const struct signpost *signpost_of(const struct covenant *covenant, const struct signal_code *code);
/* Does the route lead to this party: by its OIN, or by its kind? NULL leads nowhere. */
bool signpost_leads_to(const struct signpost *signpost, const struct party *party);
/* The desk to turn to: of the party, or of the one party of that kind; NULL when there is no card. */
const struct party *signpost_desk(const struct covenant *covenant,
                                  const struct signpost *signpost);

/* One line of "where can I go with this?": each party that some article of ours lets a code go to,
 * and the party that the routing table names. */
struct way {
    const struct signal_code *code;
    const struct party *to;
    const struct article *article; /* NULL: nothing goes there by itself; call */
    bool chosen;                   /* a row that names nobody goes here */
};
/* The ways of `self` for the code, at most `most`; how many. */
size_t signpost_ways(const struct covenant *covenant, const struct party *self,
                     const struct signal_code *code, size_t most, struct way *out_ways);

/* Is it a telephone number: digits, spaces, `+` and `-`, three digits at least? */
bool desk_phone_is_valid(const char *text);
