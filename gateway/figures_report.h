/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * figures_report.h - the report of one month: what may be shown of the counts, as JSON text.
 * Made once, when the month is closed (gateway/figures_freeze.h), and never again.
 *
 * Everything in it went through covenant/own_count.h, each number once: a quarter is counted only
 * where its months showed nothing. What is not listed (an area, a reason) is not listed whether
 * there was none or a few.
 * "Samen", sums over organisations, will stand beside it, not in it.
 */
#pragma once

#include "covenant/own_count.h"
#include "gateway/figures_month.h"

enum { FIGURES_MONTHS_BACK = 4, FIGURES_REPORT_MAX_BYTES = 1024 * 1024 };

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
/* Of a word that stands in a report; NULL when it is none of ours. */
const char *figure_note_text(const char *word, enum language language);

struct report_matter {
    const char *oin, *name;
    const struct code_lists *lists;
    const struct registry *registry; /* the partners there are, and their names */
    int64_t made_ms;
    bool restored, lost; /* a backup was put back since the month began; since it was closed */
    const struct month_figures *months[FIGURES_MONTHS_BACK];  /* this one, and those before it */
    const json_t *earlier[FIGURES_MONTHS_BACK]; /* reports; [0] is not read; NULL: there is none */
    uint64_t addresses;
    struct own_stock *stock; /* of the addresses; what is shown of it is noted there */
};

/* Adds the JSON text. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome figures_report(const struct report_matter *matter, struct buffer *out);
