/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_page.h - what the A4 of a covenant needs to know beside the covenant,
 * and the sets of fields that its articles share.
 *
 * Pure.
 */
#pragma once

#include "covenant/covenant.h"

struct covenant_page { /* {0}: Dutch, and nothing known of where it stands */
    enum language language;
    const char *state;           /* "Van kracht"; NULL: not said */
    const char *const *verdicts; /* of each party: "akkoord op 22-11-2026", or NULL; NULL: none */
};

/* clang-format off */
/* What stands on the A4 in both its forms: name, Dutch, English. */
#define COVENANT_PAGE_TEXTS(X) \
    X(VERSION,      "versie",         "version") \
    X(VALID,        "Geldig",         "Valid") \
    X(STATE,        "Stand",          "State") \
    X(WHO,          "Wie",            "Who") \
    X(WHERE,        "Waar",           "Where") \
    X(NUMBER,       "Nr",             "Nr") \
    X(PURPOSE,      "Doel",           "Purpose") \
    X(PARTIES,      "Van → naar",     "From → to") \
    X(LANE,         "Hoe",            "How") \
    X(WHAT,         "Wat",            "What") \
    X(TERMS,        "Terug binnen",   "Answer in") \
    X(KEPT,         "Bewaren",        "Kept") \
    X(WITH,         "met ",           "with ") \
    X(SIGNALS,      "signalen ",      "signals ") \
    X(DATA,         "gegevens ",      "data ") \
    X(FINGERPRINT,  "Vingerafdruk",   "Fingerprint") \
    X(SEE_ANNEX,    "Dit convenant past niet op een A4: wie en wat het betreft, zie bijlage. De bijlage hoort erbij.", \
                   "This covenant does not fit on one A4: who and what it is about, see annex. The annex is part of it.")
/* clang-format on */

/* How much of an article stands on the page. */
enum page_density {
    PAGE_FULL,     /* signals by name and fields, at each article */
    PAGE_SHARED,   /* signals by group; each set of fields once, under a letter */
    PAGE_LETTERED, /* signals too stand once, under a number */
    PAGE_ANNEX,    /* too much for a page: parties and articles stand in an annex */
};

enum { FIELD_SETS_MAX = 26 };
struct field_sets {
    uint32_t sets[FIELD_SETS_MAX];
    size_t count;
};

/* The different sets of fields, in order of the articles; false when there are more than letters.
 */
bool field_sets_collect(const struct covenant *covenant, struct field_sets *out_sets);
/* The first of the articles that are about the same signals: what they are about stands once. Its
 * number among such, from 1. */
const struct article *signal_set_first(const struct covenant *covenant,
                                       const struct article *article);
size_t signal_set_number(const struct covenant *covenant, const struct article *article);
char field_sets_letter(const struct field_sets *sets, uint32_t fields); /* 'A'..'Z' */
