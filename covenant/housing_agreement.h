/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * housing_agreement.h - the agreement in three parts under which somebody may rent again
 * (WoonSTAP): what is paid off, which help comes, and what the tenancy asks.
 *
 * Each part is one code. No text: whoever writes a sentence about a tenant writes about his debts
 * or his health. And no amount: to see whether an agreement is kept a band by the month will do,
 * and a band does not tell how large a debt is, nor find a person by an exact figure.
 * A part is a field of a signal of its own (words.h), so that the covenant's list of fields says
 * who reads which part, and decide() keeps the others away.
 * Pure.
 */
#pragma once

#include "covenant/day.h"
#include "covenant/words.h"

/* clang-format off */
/*    word                 Dutch / English */
#define HOUSING_REPAYMENTS(X)                                                               \
    X(GEEN,                "er is niets af te lossen",       "nothing to pay off")          \
    X(TOT_50,              "tot 50 euro per maand",          "up to 50 euro a month")       \
    X(TOT_100,             "50 tot 100 euro per maand",      "50 to 100 euro a month")      \
    X(TOT_200,             "100 tot 200 euro per maand",     "100 to 200 euro a month")     \
    X(VANAF_200,           "200 euro per maand of meer",     "200 euro a month or more")
#define HOUSING_HELPS(X)                                                                    \
    X(GEEN,                "geen hulp afgesproken",          "no help agreed")              \
    X(WOONBEGELEIDING,     "begeleiding bij het wonen",      "support at home")             \
    X(BUDGETHULP,          "hulp met geld",                  "help with money")             \
    X(ADMINISTRATIE,       "hulp met post en papieren",      "help with mail and papers")   \
    X(DAGBESTEDING,        "iets om handen overdag",         "something to do by day")
#define HOUSING_TERMS(X)                                                                    \
    X(GEEN,                "niets bijzonders",               "nothing in particular")       \
    X(VAST_CONTACT,        "vast contact met de verhuurder", "regular contact with the landlord") \
    X(HULP_BLIJFT,         "de hulp gaat door",              "the help goes on")            \
    X(HUUR_VIA_BEHEER,     "de huur loopt via budgetbeheer", "the rent goes through budget management") \
    X(TIJDELIJK,           "eerst een tijdelijk contract",   "a temporary contract first")
/* clang-format on */

enum housing_part { HOUSING_REPAYMENT, HOUSING_HELP, HOUSING_TERM, HOUSING_PART_COUNT };
/* The field of a signal that carries the part; its word is the member's name. */
enum field housing_field(enum housing_part part);
#define HOUSING_FIELDS                                                                             \
    (bit_of(FIELD_REPAYMENT) | bit_of(FIELD_HELP) | bit_of(FIELD_RENT_TERM) | bit_of(FIELD_END_DAY))

#define HOUSING_CODE  "WOON.AFSPRAAK" /* the signal that carries it */
#define HOUSING_GROUP "WONEN"

struct housing_agreement {
    unsigned values[HOUSING_PART_COUNT]; /* place in the table of the part */
    struct day until;                    /* eindDatum: the last day that counts */
};

bool housing_value_parse(enum housing_part part, const char *word, unsigned *out_value);
const char *housing_value_word(enum housing_part part, unsigned value); /* "": not in the table */
const char *housing_value_name(enum housing_part part, unsigned value, enum language language);
