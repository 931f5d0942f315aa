/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tell_parties.h - what the other parties of a covenant must hear of us is queued for each of
 * them, until each has acknowledged it: our statements, and a new version that we propose.
 *
 * A proposal travels under the version before it, to who is a party of both: nobody is
 * believed about a covenant that has no version here yet. Who is new, and everybody when
 * the file is too large for a message, gets it as at first contact, from paper.
 */
#pragma once

#include "gateway/new_covenant.h"

/* Our statement, in its DSSE envelope, to every other party. */
MUST_USE enum outcome tell_statement(struct gateway *gateway, struct change *change, enum role role,
                                     const struct statement *statement,
                                     const struct covenant *covenant, struct bytes envelope);
/* To a partner whose store was put back: the version, when it names one that both were party to.
 * Nothing is noted of it: that it arrived once stands. */
MUST_USE enum outcome tell_proposal_again(struct change *change, const struct known_covenant *known,
                                          const struct oin *partner);
/* The version that was added here, to the parties of the version before it that is known here.
 * Adds to `out_told` who will get it, by their places in added->covenant; nobody when it names
 * no version that is here, or is too large. */
MUST_USE enum outcome tell_proposal(struct gateway *gateway, struct change *change, enum role role,
                                    const struct new_covenant *added,
                                    const struct covenant *previous, int64_t now_ms,
                                    struct party_set *out_told);
