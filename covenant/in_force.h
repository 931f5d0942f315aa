/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * in_force.h - is an article of a covenant in force today, between these two?
 *
 * It is when the window holds, the evaluation was not missed, and everyone it
 * needs has agreed and not withdrawn: sender, recipient, the givers or holders of
 * the key when it uses tokens, the aggregators when it only counts. Pure: the
 * caller brings each party's latest statement and the Amsterdam day.
 */
#pragma once

#include "covenant/covenant.h"
#include "covenant/statement.h"

enum force {
    FORCE_IN_FORCE,
    FORCE_NOT_YET,           /* before geldigVanaf */
    FORCE_EXPIRED,           /* after geldigTot */
    FORCE_EVALUATION_MISSED, /* after evaluatieDatum, and no newer version */
    FORCE_WITHDRAWN,         /* someone it needs has withdrawn */
    FORCE_UNSIGNED,          /* someone it needs has not agreed, or has rejected */
};

struct standing {
    /* Of each party, in the order of covenant->parties: VERDICT_NONE where none is known. */
    enum verdict verdicts[COVENANT_PARTIES_MAX];
    struct day today;   /* Amsterdam */
    bool has_successor; /* a newer version is in force: this one's evaluation took place */
};

/* The window and the evaluation alone: the same for every article. */
enum force covenant_in_time(const struct covenant *covenant, const struct standing *standing);

/* `to` may be NULL under an aggregate: it is counted at home. Window first, then who agreed. */
enum force article_in_force(const struct covenant *covenant, const struct article *article,
                            const struct party *from, const struct party *to,
                            const struct standing *standing);

/* Everyone whose agreement the article needs, over all its senders and recipients, who has not
 * agreed (or withdrew): what `covenant list` shows. Does not look at the window. */
struct party_set article_still_to_sign(const struct covenant *covenant,
                                       const struct article *article,
                                       const struct standing *standing);
