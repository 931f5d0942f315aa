/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * access_letter_parts.h - what stands in a letter of access, between who collects it
 * (access_letter.c) and who writes it down (access_letter_page.c). For those two only.
 */
#pragma once

#include "gateway/access_letter.h"

enum {
    LINES_MAX = 8192, /* signals, and looks by day and role, of one person: some twenty years */
    SIGNAL_COLUMNS = 6,
    LOOK_BYTES = 160, /* a role, and how often */
};

/* clang-format off */
#define LETTER_TEXTS(X)                                                                                \
    X(TITLE,      "Uw gegevens",                      "Your data")                              \
    X(DEAR,       "U vroeg welke gegevens wij over u en uw adres hebben gedeeld of gekregen. Hieronder staat wat wij vonden.", \
                  "You asked which data about you and your address we shared or received. Below is what we found.") \
    X(ADDRESS,    "Adres",                            "Address")                                \
    X(REQUEST,    "Kenmerk",                          "Reference")                              \
    X(DATE,       "Datum",                            "Date")                                   \
    X(FROM_US,    "Van",                              "From")                                   \
    X(SHARED,     "Wat er is gedeeld",                "What was shared")                        \
    X(NOTHING,    "Wij vonden niets over u dat is gedeeld.", "We found nothing about you that was shared.") \
    X(WHEN,       "Wanneer",                          "When")                                   \
    X(WHAT,       "Wat",                              "What")                                   \
    X(WHOM,       "Van of aan wie",                   "From or to whom")                        \
    X(PURPOSE,    "Waarvoor",                         "For what")                               \
    X(BASIS,      "Waarom het mag",                   "Why it is allowed")                      \
    X(UNTIL,      "Bewaard tot",                      "Kept until")                             \
    X(TO,         "aan %s",                           "to %s")                                  \
    X(OF,         "van %s",                           "from %s")                                \
    X(NOT_YET,    "aan %s, nog niet aangekomen",      "to %s, not arrived yet")                 \
    X(STOPPED,    "aan %s, niet verzonden",           "to %s, not sent")                        \
    X(RECALLED,   "misschien aan %s, die het niet mag gebruiken", "perhaps to %s, which may not use it") \
    X(REPEATS,    "%s: %zu meldingen van overlast bij ons, alleen om u te vragen of hulp gewenst is; met niemand gedeeld", \
                  "%s: %zu reports of nuisance at ours, only to ask you whether help is wanted; shared with nobody") \
    X(HOUSING,    "Woonafspraak, ons deel: %s; tot en met %s", "Housing agreement, our part: %s; through %s") \
    X(BUDDY,      "Maatje: u bent op %s met een buur in contact gebracht", \
                  "Buddy: on %s you were brought together with a neighbour") \
    X(BUDDY_OVER, "Maatje: dat hield op op %s",       "Buddy: that ended on %s")                \
    X(LOOKED,     "Wie het inzag",                    "Who looked at it")                       \
    X(BY_ROLE,    "een medewerker van ons (%s)",      "a member of our staff (%s)")             \
    X(BY_ROLE_OFTEN, "medewerkers van ons (%s), %zu keer", "members of our staff (%s), %zu times") \
    X(CONSENTS,   "Wat u afsprak, en wat wij bijhouden", "What you agreed to, and what we keep")                     \
    X(CONSENT,    "%s: %s, geldig van %s tot en met %s", "%s: %s, valid from %s through %s")    \
    X(ASKED,      "Wie wij vroegen",                  "Whom we asked")                          \
    X(ASKED_WHY,  "Wij stuurden uw vraag door aan deze organisaties. Zij antwoorden u zelf, binnen een maand. Wij horen niet wat zij vinden.", \
                  "We passed your question on to these organisations. They answer you themselves, within a month. We do not hear what they find.") \
    X(BY_SELF,    "Vraag het zelf ook bij:", "Also ask yourself at:")                          \
    X(ASKED_NONE, "Er is geen andere organisatie waarmee wij over u gegevens kunnen delen.",    \
                  "There is no other organisation with which we can share data about you.")     \
    X(LEFT_OUT,   "In deze brief staat niet wie iets meldde en welke medewerker iets las. Gegevens over anderen, ook over iemand die op uw adres woont, staan er niet in. Wat is gewist, hebben wij niet meer.", \
                  "This letter does not say who reported something or which member of staff read something. Data about others, also about somebody who lives at your address, are not in it. What was erased we no longer have.") \
    X(RIGHTS,     "Klopt er iets niet, wilt u iets laten wissen of stoppen? Zeg het aan deze balie. U kunt ook een klacht indienen bij de Autoriteit Persoonsgegevens.", \
                  "Is something wrong, or do you want something erased or stopped? Tell this desk. You can also complain to the Dutch data protection authority.")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) LETTER_##key,
enum letter_text { LETTER_TEXTS(TEXT_ENUM) LETTER_TEXT_COUNT };
#undef TEXT_ENUM
enum signal_column { SHOWN_WHEN, SHOWN_WHAT, SHOWN_WHOM, SHOWN_PURPOSE, SHOWN_BASIS, SHOWN_UNTIL };

struct shown_signal {
    char id[UUID_TEXT_BYTES];
    char *cells[SIGNAL_COLUMNS]; /* owned; as long as a covenant makes them */
};

struct shown_look { /* all of one day in one role */
    struct day day;
    enum role role;
    size_t times;
};

struct letter {
    struct gateway *gateway;
    struct view *view;
    const struct registry *registry;
    const struct access_request *request;
    const struct access_asker *asker;
    enum language language;
    size_t signal_count, look_count;
    struct shown_signal signals[LINES_MAX];
    struct shown_look looks[LINES_MAX];
    struct buffer consents; /* a line each */
    size_t unasked_count;   /* parties that cannot be asked by token */
    struct oin unasked[ACCESS_PARTNERS_MAX];
};

const char *letter_word(const struct letter *letter, enum letter_text text);
void letter_day(struct day day, char *out, size_t size); /* dd-mm-jjjj */
/* {"tekst","html","regels","gezien"} of what was collected; the caller owns it. */
MUST_USE enum outcome letter_write(const struct letter *letter, json_t **out_letter);
