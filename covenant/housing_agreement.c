/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/housing_agreement.h"

#include <string.h>

struct value {
    const char *word;
    const char *name[LANGUAGE_COUNT];
};
#define ROW(word, nl, en) {#word, {nl, en}},
static const struct value repayments[] = {HOUSING_REPAYMENTS(ROW)};
static const struct value helps[] = {HOUSING_HELPS(ROW)};
static const struct value rent_terms[] = {HOUSING_TERMS(ROW)};
#undef ROW

static const struct {
    enum field field;
    const struct value *values;
    unsigned count;
} parts[HOUSING_PART_COUNT] = {
    {FIELD_REPAYMENT, repayments, sizeof repayments / sizeof repayments[0]},
    {FIELD_HELP, helps, sizeof helps / sizeof helps[0]},
    {FIELD_RENT_TERM, rent_terms, sizeof rent_terms / sizeof rent_terms[0]},
};

enum field housing_field(enum housing_part part)
{
    return parts[part].field;
}

bool housing_value_parse(enum housing_part part, const char *word, unsigned *out_value)
{
    for (unsigned i = 0; word && i < parts[part].count; i++) {
        if (strcmp(parts[part].values[i].word, word) != 0)
            continue;
        *out_value = i;
        return true;
    }
    return false;
}

const char *housing_value_word(enum housing_part part, unsigned value)
{
    return value < parts[part].count ? parts[part].values[value].word : "";
}

const char *housing_value_name(enum housing_part part, unsigned value, enum language language)
{
    return value < parts[part].count
               ? parts[part].values[value].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]
               : "";
}
