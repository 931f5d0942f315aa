/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_page.h"

static size_t place_of(const struct field_sets *sets, uint32_t fields)
{
    size_t i = 0;

    while (i < sets->count && sets->sets[i] != fields)
        i++;
    return i;
}

bool field_sets_collect(const struct covenant *covenant, struct field_sets *out_sets)
{
    out_sets->count = 0;
    for (size_t i = 0; i < covenant->articles_count; i++) {
        uint32_t fields = covenant->articles[i].fields;
        if (fields == 0 || place_of(out_sets, fields) < out_sets->count)
            continue;
        if (out_sets->count == FIELD_SETS_MAX)
            return false;
        out_sets->sets[out_sets->count++] = fields;
    }
    return true;
}

char field_sets_letter(const struct field_sets *sets, uint32_t fields)
{
    return (char)('A' + place_of(sets, fields));
}

/* --- signals --- */

static bool same_signals(const struct article *a, const struct article *b)
{
    bool same = a->has_codes == b->has_codes && a->waves_count == b->waves_count &&
                (a->lane == LANE_AGGREGATE) == (b->lane == LANE_AGGREGATE) &&
                a->threshold.cell_least == b->threshold.cell_least &&
                a->threshold.round_to == b->threshold.round_to;

    for (size_t i = 0; i < CODE_SET_WORDS; i++)
        same = same && a->codes.words[i] == b->codes.words[i];
    return same;
}

const struct article *signal_set_first(const struct covenant *covenant,
                                       const struct article *article)
{
    const struct article *first = covenant->articles;

    while (first < article && !same_signals(first, article))
        first++;
    return first;
}

size_t signal_set_number(const struct covenant *covenant, const struct article *article)
{
    const struct article *own = signal_set_first(covenant, article);
    size_t number = 1;

    for (const struct article *a = covenant->articles; a < own; a++)
        number += signal_set_first(covenant, a) == a;
    return number;
}
