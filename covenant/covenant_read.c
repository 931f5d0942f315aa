/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct place place_within(const struct place *outer, const char *format, ...)
{
    struct place inner = *outer;
    size_t used = strlen(inner.prefix);
    va_list list;

    va_start(list, format);
    vsnprintf(inner.prefix + used, sizeof inner.prefix - used, format, list);
    va_end(list);
    return inner;
}

enum outcome place_wrong(const struct place *place, enum covenant_wrong wrong, const char *format,
                         ...)
{
    char name[JSON_WHERE_BYTES / 2];
    va_list list;

    if (place->fault && place->fault->wrong == COVENANT_WRONG_NONE) {
        va_start(list, format);
        vsnprintf(name, sizeof name, format, list);
        va_end(list);
        fault_at(&place->fault->at, "%s%s", place->prefix, name);
        place->fault->wrong = wrong;
    }
    return OUTCOME_MALFORMED;
}

static enum outcome with_place(const struct place *place, enum outcome outcome,
                               const struct fault *inner)
{
    return outcome == OUTCOME_MALFORMED
               ? place_wrong(place, COVENANT_WRONG_FORM, "%s", inner->where)
               : outcome;
}

enum outcome read_only(const struct place *place, const json_t *object, const char *const *names)
{
    struct fault inner = {0};

    return with_place(place, json_only(object, names, &inner), &inner);
}

/* These texts are printed on paper and terminals: nothing that steers them, in ASCII or C1. */
static bool is_printable(const char *text)
{
    for (const uint8_t *c = (const uint8_t *)text; *c; c++) {
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return false;
    }
    return *text != '\0';
}

enum outcome read_text(const struct place *place, const json_t *object, const char *name,
                       size_t max_bytes, const char **out)
{
    struct fault inner = {0};
    const char *text;

    TRY(with_place(place, json_text_at(object, name, max_bytes, &text, &inner), &inner));
    if (!is_printable(text))
        return place_wrong(place, COVENANT_WRONG_FORM, "%s", name);
    *out = text;
    return OUTCOME_OK;
}

enum outcome read_optional_text(const struct place *place, const json_t *object, const char *name,
                                size_t max_bytes, const char **out)
{
    return json_object_get(object, name) ? read_text(place, object, name, max_bytes, out)
                                         : OUTCOME_OK;
}

enum outcome read_optional_int(const struct place *place, const json_t *object, const char *name,
                               int least, int most, int *out)
{
    struct fault inner = {0};
    int64_t value = *out;

    TRY(with_place(place, json_optional_integer_at(object, name, least, most, &value, &inner),
                   &inner));
    *out = (int)value;
    return OUTCOME_OK;
}

enum outcome read_optional_bool(const struct place *place, const json_t *object, const char *name,
                                bool *out)
{
    struct fault inner = {0};

    if (!json_object_get(object, name))
        return OUTCOME_OK;
    return with_place(place, json_boolean_at(object, name, out, &inner), &inner);
}

enum outcome read_day(const struct place *place, const json_t *object, const char *name,
                      struct day *out)
{
    const char *text;

    TRY(read_text(place, object, name, DAY_TEXT_BYTES, &text));
    return day_parse(text, out) ? OUTCOME_OK : place_wrong(place, COVENANT_WRONG_FORM, "%s", name);
}

enum outcome read_object(const struct place *place, const json_t *object, const char *name,
                         const json_t **out)
{
    struct fault inner = {0};

    return with_place(place, json_object_at(object, name, out, &inner), &inner);
}

enum outcome read_array(const struct place *place, const json_t *object, const char *name,
                        size_t max_items, const json_t **out)
{
    struct fault inner = {0};

    return with_place(place, json_array_at(object, name, max_items, out, &inner), &inner);
}

enum outcome read_optional_array(const struct place *place, const json_t *object, const char *name,
                                 size_t max_items, const json_t **out)
{
    *out = NULL; /* and jansson counts no items in NULL */
    return json_object_get(object, name) ? read_array(place, object, name, max_items, out)
                                         : OUTCOME_OK;
}

enum outcome read_item(const struct place *place, const json_t *array, const char *name, size_t i,
                       size_t max_bytes, const char **out)
{
    const json_t *item = json_array_get(array, i);

    if (!json_is_string(item) || json_string_length(item) > max_bytes ||
        !is_printable(json_string_value(item)))
        return place_wrong(place, COVENANT_WRONG_FORM, "%s[%zu]", name, i);
    *out = json_string_value(item);
    return OUTCOME_OK;
}

enum outcome read_words(const struct place *place, const json_t *object, const char *name,
                        bool (*parse)(const char *word, unsigned *out_member), uint32_t *out_set)
{
    const json_t *array;
    const char *word;
    unsigned member;

    TRY(read_optional_array(place, object, name, 32, &array)); /* a set has room for 32 words */
    for (size_t i = 0; i < json_array_size(array); i++) {
        TRY(read_item(place, array, name, i, JSON_WHERE_BYTES, &word));
        if (!parse(word, &member))
            return place_wrong(place, COVENANT_WRONG_FORM, "%s[%zu]", name, i);
        if (has_bit(*out_set, member))
            return place_wrong(place, COVENANT_WRONG_TWICE, "%s[%zu]", name, i);
        *out_set |= bit_of(member);
    }
    return OUTCOME_OK;
}

enum outcome read_parties(const struct place *place, const json_t *object, const char *name,
                          const struct covenant *covenant, struct party_set *out_set)
{
    const json_t *array;
    const char *text;

    TRY(read_optional_array(place, object, name, COVENANT_PARTIES_MAX, &array));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const struct party *party;
        struct oin oin;
        TRY(read_item(place, array, name, i, OIN_LENGTH, &text));
        if (!oin_parse(text, &oin))
            return place_wrong(place, COVENANT_WRONG_FORM, "%s[%zu]", name, i);
        party = covenant_party(covenant, &oin);
        if (!party)
            return place_wrong(place, COVENANT_WRONG_NOT_A_PARTY, "%s[%zu]", name, i);
        if (party_set_has(out_set, covenant_party_index(covenant, party)))
            return place_wrong(place, COVENANT_WRONG_TWICE, "%s[%zu]", name, i);
        party_set_add(out_set, covenant_party_index(covenant, party));
    }
    return OUTCOME_OK;
}

/* The parsers of words.h, each with its own enum, under one signature. */
#define MEMBER(kind, type)                                                                         \
    bool kind##_member(const char *word, unsigned *out_member)                                     \
    {                                                                                              \
        enum type member;                                                                          \
                                                                                                   \
        if (!type##_parse(word, &member))                                                          \
            return false;                                                                          \
        *out_member = (unsigned)member;                                                            \
        return true;                                                                               \
    }

MEMBER(kind, party_kind)
MEMBER(field, field)
MEMBER(condition, condition)
MEMBER(act, act)

bool area_level_member(const char *word, unsigned *out_member)
{
#define AREA_LEVEL_WORD(name, word) [AREA_##name] = word,
    static const char *const words[AREA_LEVEL_COUNT] = {AREA_LEVELS(AREA_LEVEL_WORD)};
#undef AREA_LEVEL_WORD

    for (unsigned i = 0; i < AREA_LEVEL_COUNT; i++) {
        if (strcmp(words[i], word) == 0) {
            *out_member = i;
            return true;
        }
    }
    return false;
}
