/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/words.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(FIELD_COUNT <= 32, "a set of fields is a uint32_t");

struct word {
    const char *word; /* NULL for "not named" */
    const char *name[LANGUAGE_COUNT];
};

#define LANE_ROW(key, word, nl, en)               [LANE_##key] = {word, {nl, en}},
#define PURPOSE_ROW(key, word, nl, en)            [PURPOSE_##key] = {word, {nl, en}},
#define PARTY_KIND_ROW(key, word, nl, en, counts) [PARTY_##key] = {word, {nl, en}},
#define FIELD_ROW(key, word, nl, en, use)         [FIELD_##key] = {word, {nl, en}},
#define CONDITION_ROW(key, word, nl, en)          [CONDITION_##key] = {word, {nl, en}},
#define ACT_ROW(key, word, nl, en)                [ACT_##key] = {word, {nl, en}},
static const struct word lanes[LANE_COUNT] = {LANES(LANE_ROW)};
static const struct word purposes[PURPOSE_COUNT] = {PURPOSES(PURPOSE_ROW)};
static const struct word party_kinds[PARTY_KIND_COUNT] = {PARTY_KINDS(PARTY_KIND_ROW)};
static const struct word fields[FIELD_COUNT] = {FIELDS(FIELD_ROW)};
static const struct word conditions[CONDITION_COUNT] = {CONDITIONS(CONDITION_ROW)};
static const struct word acts[ACT_COUNT] = {ACTS(ACT_ROW)};

#define COUNTS_ONLY_ROW(key, word, nl, en, counts) [PARTY_##key] = counts,
static const bool counts_only[PARTY_KIND_COUNT] = {PARTY_KINDS(COUNTS_ONLY_ROW)};

enum { NEVER = false, SENT = true };
#define SENDABLE_ROW(key, word, nl, en, use) [FIELD_##key] = use,
static const bool sendable[FIELD_COUNT] = {FIELDS(SENDABLE_ROW)};

static bool find(const struct word *table, unsigned count, const char *word, unsigned *out_place)
{
    for (unsigned i = 0; word && i < count; i++) {
        if (table[i].word && strcmp(table[i].word, word) == 0) {
            *out_place = i;
            return true;
        }
    }
    return false;
}

static const char *word_at(const struct word *table, unsigned count, unsigned place)
{
    return place < count && table[place].word ? table[place].word : "";
}

static const char *name_at(const struct word *table, unsigned count, unsigned place,
                           enum language language)
{
    if (place >= count || !table[place].word)
        return "";
    return table[place].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

/* The same three questions for each table. */
#define QUESTIONS(kind, type, table, count)                                                        \
    bool kind##_parse(const char *word, enum type *out)                                            \
    {                                                                                              \
        unsigned place;                                                                            \
                                                                                                   \
        if (!find(table, count, word, &place))                                                     \
            return false;                                                                          \
        *out = (enum type)place;                                                                   \
        return true;                                                                               \
    }                                                                                              \
    const char *kind##_word(enum type member)                                                      \
    {                                                                                              \
        return word_at(table, count, (unsigned)member);                                            \
    }                                                                                              \
    const char *kind##_name(enum type member, enum language language)                              \
    {                                                                                              \
        return name_at(table, count, (unsigned)member, language);                                  \
    }

QUESTIONS(lane, lane, lanes, LANE_COUNT)
QUESTIONS(purpose, purpose, purposes, PURPOSE_COUNT)
QUESTIONS(party_kind, party_kind, party_kinds, PARTY_KIND_COUNT)
QUESTIONS(field, field, fields, FIELD_COUNT)
QUESTIONS(condition, condition, conditions, CONDITION_COUNT)
QUESTIONS(act, act, acts, ACT_COUNT)

bool field_is_sendable(enum field field)
{
    return (unsigned)field < FIELD_COUNT && sendable[field];
}

bool party_kind_counts_only(enum party_kind kind)
{
    return (unsigned)kind < PARTY_KIND_COUNT && counts_only[kind];
}
