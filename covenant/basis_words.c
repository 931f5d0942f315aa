/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/basis_words.h"

#include <string.h>

struct row {
    const char *word;
    const char *name[LANGUAGE_COUNT];
};

#define ROW(word, nl, en) {#word, {nl, en}},
static const struct row kinds[] = {BASIS_KINDS(ROW)};
static const struct row grounds[] = {BASIS_GROUNDS(ROW)};
static const struct row channels[] = {BASIS_CHANNELS(ROW)};
static const struct row events[] = {BASIS_EVENTS(ROW)};
#undef ROW

/* The place of the word, or `count`. */
static size_t place(const struct row *rows, size_t count, const char *word)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (word && strcmp(rows[i].word, word) == 0)
            break;
    return i;
}

static const char *name_of(const struct row *row, enum language language)
{
    return row->name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

bool basis_kind_parse(const char *word, enum basis_kind *out_kind)
{
    size_t i = place(kinds, BASIS_KIND_COUNT, word);

    if (i == BASIS_KIND_COUNT)
        return false;
    *out_kind = (enum basis_kind)i;
    return true;
}

bool basis_ground_parse(const char *word, enum basis_ground *out_ground)
{
    size_t i = place(grounds, BASIS_GROUND_COUNT, word);

    if (i == BASIS_GROUND_COUNT)
        return false;
    *out_ground = (enum basis_ground)i;
    return true;
}

bool basis_channel_parse(const char *word, enum basis_channel *out_channel)
{
    size_t i = place(channels, BASIS_CHANNEL_COUNT, word);

    if (i == BASIS_CHANNEL_COUNT)
        return false;
    *out_channel = (enum basis_channel)i;
    return true;
}

bool basis_event_parse(const char *word, enum basis_event_kind *out_kind)
{
    size_t i = place(events, BASIS_EVENT_COUNT, word);

    if (i == BASIS_EVENT_COUNT)
        return false;
    *out_kind = (enum basis_event_kind)i;
    return true;
}

const char *basis_kind_word(enum basis_kind kind)
{
    return (unsigned)kind < BASIS_KIND_COUNT ? kinds[kind].word : "";
}

const char *basis_ground_word(enum basis_ground ground)
{
    return (unsigned)ground < BASIS_GROUND_COUNT ? grounds[ground].word : "";
}

const char *basis_channel_word(enum basis_channel channel)
{
    return (unsigned)channel < BASIS_CHANNEL_COUNT ? channels[channel].word : "";
}

const char *basis_event_word(enum basis_event_kind kind)
{
    return (unsigned)kind < BASIS_EVENT_COUNT ? events[kind].word : "";
}

const char *basis_kind_name(enum basis_kind kind, enum language language)
{
    return (unsigned)kind < BASIS_KIND_COUNT ? name_of(&kinds[kind], language) : "";
}

const char *basis_ground_name(enum basis_ground ground, enum language language)
{
    return (unsigned)ground < BASIS_GROUND_COUNT ? name_of(&grounds[ground], language) : "";
}

const char *basis_channel_name(enum basis_channel channel, enum language language)
{
    return (unsigned)channel < BASIS_CHANNEL_COUNT ? name_of(&channels[channel], language) : "";
}

const char *basis_event_name(enum basis_event_kind kind, enum language language)
{
    return (unsigned)kind < BASIS_EVENT_COUNT ? name_of(&events[kind], language) : "";
}
