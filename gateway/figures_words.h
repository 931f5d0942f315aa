/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_words.h - what is counted and shown, in words: groups, reasons, and what stands under a
 * report. For the gateway that makes it and the command that prints it.
 */
#pragma once

#include "covenant/words.h"

/* clang-format off */
/*    name       word                Dutch / English */
#define KNELPUNTEN(X)                                                                              \
    X(CONSENT,   "GEEN_TOESTEMMING", "geen toestemming",           "no consent")                   \
    X(BASIS,     "GEEN_GRONDSLAG",   "geen afspraak of grondslag", "no agreement or basis")        \
    X(SECRECY,   "BEROEPSGEHEIM",    "beroepsgeheim, of mag nooit worden gedeeld",                 \
                                     "secrecy, or may never be shared")                            \
    X(HELP,      "GEEN_HULPVRAAG",   "geen hulpvraag",             "no request for help")          \
    X(OBJECTION, "BEZWAAR",          "de bewoner wil het niet",    "the resident does not want it") \
    X(CONDITION, "VOORWAARDE",       "een voorwaarde ontbreekt",   "a condition is missing")       \
    X(COVENANT,  "CONVENANT",        "het convenant geldt niet",   "the covenant is not in force") \
    X(FORM,      "GEGEVENS",         "gegevens kloppen niet",      "details are not right")
/* clang-format on */
#define KNELPUNT_ENUM(name, word, nl, en) KNELPUNT_##name,
enum knelpunt { KNELPUNTEN(KNELPUNT_ENUM) KNELPUNT_COUNT };
#undef KNELPUNT_ENUM
const char *knelpunt_word(enum knelpunt knelpunt);
const char *knelpunt_name(enum knelpunt knelpunt, enum language language);

/* The group under which MEED.* counts: what goes well. Other groups have their own word. */
#define FIGURES_POSITIVE "GOED"

/* clang-format off */
/*    name       word              Dutch / English: what stands under the report */
#define FIGURE_NOTES(X)                                                                            \
    X(WITHHELD,  "ONDER_TIEN",                                                                     \
      "Een punt betekent: minder dan 10, of niets. Zo weinig wordt niet getoond, omdat het over herkenbare mensen zou gaan.", \
      "A dot means: fewer than 10, or none. So few are not shown, because they would be about people one can recognise.") \
    X(ROUNDED,   "AFGEROND",                                                                       \
      "Aantallen zijn afgerond op vijf. Percentages staan er pas vanaf 100.",                      \
      "Counts are rounded to five. Percentages are given from 100 on.")                            \
    X(SUM,       "SOM",                                                                            \
      "Een totaal boven getoonde aantallen is de som daarvan. Wat een punt heeft, telt daarin niet mee.", \
      "A total above counts that are shown is the sum of these. What has a dot is not in it.")     \
    X(COARSER,   "SAMENGENOMEN",                                                                   \
      "Geen onderdeel komt aan 10. Daarom staat er alleen wat zij samen zijn.",                    \
      "No part reaches 10. So only what they are together is given.")                              \
    X(NOTHING,   "NIETS_TE_TONEN",                                                                 \
      "Deze maand is er te weinig om te tonen. Aan het eind van een kwartaal staat hier wat drie maanden samen zijn, als dat genoeg is.", \
      "There is too little to show this month. At the end of a quarter three months together stand here, if that is enough.") \
    X(OWN,       "EIGEN_TELLING",                                                                  \
      "Dit is de eigen telling van een organisatie, niet die van alle partners samen.",            \
      "This is the count of one organisation by itself, not that of all partners together.")       \
    X(FROZEN,    "VASTGEZET",                                                                      \
      "Dit overzicht staat vast. Wat later verandert of wordt gewist, verandert er niets aan.",    \
      "This report is final. What changes or is erased later changes nothing in it.")              \
    X(RESTORED,  "TERUGGEZET",                                                                     \
      "Deze maand is een reservekopie teruggezet. De telling is daardoor niet volledig.",          \
      "A backup was put back this month. So the count is not complete.")                           \
    X(LOST,      "NIET_OPNIEUW",                                                                   \
      "Dit overzicht ging verloren toen een reservekopie werd teruggezet. Het wordt niet opnieuw gemaakt.", \
      "This report was lost when a backup was put back. It is not made again.")                    \
    X(FATIGUE,   "MELDINGSMOEHEID",                                                                \
      "Let op: er wordt minder gemeld, en van wat is gemeld staat meer nog open. Dat past bij meldingsmoeheid. Kijk welke organisatie achterloopt en bespreek het.", \
      "Mind: less is reported, and of what was reported more is still open. That is how people tire of reporting. Look which organisation lags behind and discuss it.")
/* clang-format on */
#define FIGURE_NOTE_ENUM(name, word, nl, en) FIGURE_NOTE_##name,
enum figure_note { FIGURE_NOTES(FIGURE_NOTE_ENUM) FIGURE_NOTE_COUNT };
#undef FIGURE_NOTE_ENUM
const char *figure_note_word(enum figure_note note);
/* Of a word that stands in a report; NULL when it is none of ours. */
const char *figure_note_text(const char *word, enum language language);

/* The name of a group's or a knelpunt's word; NULL when it is neither. */
const char *figures_name(const char *word, enum language language);
