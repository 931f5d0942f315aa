/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures_words.h"

#include <string.h>

static const struct {
    const char *word, *name[LANGUAGE_COUNT];
} knelpunten[KNELPUNT_COUNT] = {
#define KNELPUNT_ROW(name, word, nl, en) [KNELPUNT_##name] = {word, {nl, en}},
    KNELPUNTEN(KNELPUNT_ROW)
#undef KNELPUNT_ROW
};

const char *knelpunt_word(enum knelpunt knelpunt)
{
    return knelpunten[knelpunt].word;
}

const char *knelpunt_name(enum knelpunt knelpunt, enum language language)
{
    return knelpunten[knelpunt].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

static const struct {
    const char *word, *text[LANGUAGE_COUNT];
} notes[FIGURE_NOTE_COUNT] = {
#define FIGURE_NOTE_ROW(name, word, nl, en) [FIGURE_NOTE_##name] = {word, {nl, en}},
    FIGURE_NOTES(FIGURE_NOTE_ROW)
#undef FIGURE_NOTE_ROW
};

const char *figure_note_word(enum figure_note note)
{
    return notes[note].word;
}

const char *figure_note_text(const char *word, enum language language)
{
    for (size_t i = 0; word && i < FIGURE_NOTE_COUNT; i++)
        if (strcmp(notes[i].word, word) == 0)
            return notes[i].text[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
    return NULL;
}

static const struct {
    const char *word, *name[LANGUAGE_COUNT];
} names[] = {
    {FIGURES_POSITIVE, {"Wat gaat goed", "What goes well"}},
    {"OVERLAST", {"Overlast", "Nuisance"}},
    {"FINANCIEN", {"Geld en huur", "Money and rent"}},
    {"ZORG_OM_BEWONER", {"Zorg om bewoner", "Concern for a resident"}},
    {"MEEDOEN", {"Werk en opleiding", "Work and training"}},
    {"RENOVATIE", {"Renovatie", "Renovation"}},
};

const char *figures_name(const char *word, enum language language)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].word, word) == 0)
            return names[i].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
    for (unsigned i = 0; i < KNELPUNT_COUNT; i++)
        if (strcmp(knelpunt_word((enum knelpunt)i), word) == 0)
            return knelpunt_name((enum knelpunt)i, language);
    return NULL;
}
