/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agreement.h - an agreement that is signed before it is needed: a basis record of its own, for
 * one purpose. Under a waakvlamafspraak (WAAKVLAM) one begeleider organisation may be called
 * straight away when things go wrong again; under a woonafspraak (WOONSTAP) each party may know
 * its own part of what was agreed so that somebody may rent again.
 *
 * What leaves for such a purpose rests on such a record alone: neither consent that came with a
 * row, nor a record with more purposes, stands for it. Such a record bounds nothing else, and is
 * bounded by nothing else: it is a paper of its own, beside other choices.
 * A basis record counts for twelve months at most; who needs help for years is asked again at the
 * desk each year, and the new agreement takes the place of the old one.
 * Pure. Does not say whether the covenant allows it: covenant/basis_scope.h.
 */
#pragma once

#include "covenant/basis_request.h"

enum {
    AGREEMENT_WARN_DAYS = 30, /* so long before its last day it is shown as ending */
    RELAPSE_MERGE_DAYS = 30,  /* so long an open signal of relapse stands for a second one */
};

bool purpose_takes_agreement(enum purpose purpose);
/* A consent to share with this one purpose. A waakvlamafspraak names one organisation. */
bool basis_is_agreement(const struct basis *basis, enum purpose purpose);
bool basis_is_any_agreement(const struct basis *basis);

/* clang-format off */
/*    name       word            Dutch / English */
#define AGREEMENT_STANDINGS(X)                                                              \
    X(WAITS,     "WACHT",        "wacht op een tweede medewerker", "waits for a second member of staff") \
    X(RUNS,      "LOPEND",       "loopt",                    "running")                     \
    X(ENDS_SOON, "LOOPT_AF",     "loopt binnenkort af",      "ends soon")                   \
    X(EXPIRED,   "VERLOPEN",     "verlopen: vraag opnieuw toestemming", "expired: ask for consent again") \
    X(REPLACED,  "VERVANGEN",    "vervangen",                "replaced")                    \
    X(WITHDRAWN, "INGETROKKEN",  "ingetrokken",              "withdrawn")
/* clang-format on */
enum agreement_standing {
#define AGREEMENT_STANDING_ENUM(name, word, nl, en) AGREEMENT_##name,
    AGREEMENT_STANDINGS(AGREEMENT_STANDING_ENUM)
#undef AGREEMENT_STANDING_ENUM
        AGREEMENT_STANDING_COUNT
};
/* `waits`: an article asks a second member of staff, who has not confirmed it yet. */
enum agreement_standing agreement_standing_of(const struct basis *basis, bool waits,
                                              struct day today);
const char *agreement_standing_word(enum agreement_standing standing);
const char *agreement_standing_name(enum agreement_standing standing, enum language language);

/* The body of POST /v1/waakvlamafspraken, as the choice that it is:
 *
 *   {"adres":{"postcode":"1234AB","huisnummer":"3"},"begeleider":"WIJKTEAM",
 *    "geldigVan":"2026-12-02","werkwijze":"GESPREK","formulierVersie":"waakvlam-1"}
 *
 * Fails as basis_request_parse(); the fault names the member of this body. */
extern const char *const relapse_request_members[]; /* ends with NULL */
MUST_USE enum outcome relapse_request_parse(const json_t *body, struct basis_request *out,
                                            struct fault *fault);
/* The group of the signal of relapse, as it stands on the record. */
#define RELAPSE_GROUP "ZORG_OM_BEWONER"
