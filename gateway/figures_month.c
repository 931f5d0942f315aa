/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures_month.h"

#include <stdlib.h>
#include <string.h>

/* --- groups --- */

/* Blocked codes are never counted; their group is the last of the list. */
static size_t groups_of(const struct code_lists *lists)
{
    size_t count = 1;

    while (count <= lists->groups_count && strcmp(lists->groups[count - 1], "GEBLOKKEERD") != 0)
        count++;
    return count;
}

const char *figures_group_word(const struct code_lists *lists, size_t group)
{
    return group == 0 ? FIGURES_POSITIVE : signal_group_word(lists, (unsigned)group - 1);
}

const char *figures_group_name(const struct code_lists *lists, size_t group, enum language language)
{
    const char *word = figures_group_word(lists, group);
    const char *name = figures_name(word, language);

    return name ? name : word;
}

/* --- one row --- */

/* Takes "partij" off the front of "partij/0000…/optijd"; `size` bounds what it may be. */
static bool take_part(const char **rest, char *out, size_t size)
{
    const char *end = strchrnul(*rest, '/');
    size_t length = (size_t)(end - *rest);

    if (length >= size)
        return false;
    memcpy(out, *rest, length);
    out[length] = '\0';
    *rest = *end ? end + 1 : end;
    return true;
}

static size_t place_of_area(struct month_figures *month, const char *area)
{
    for (size_t i = 0; i < month->area_count; i++)
        if (strcmp(month->areas[i], area) == 0)
            return i;
    if (month->area_count == FIGURES_AREAS_MAX)
        return FIGURES_AREAS_MAX - 1;
    if (month->area_count < FIGURES_AREAS_MAX - 1)
        memcpy(month->areas[month->area_count], area, strlen(area) + 1);
    return month->area_count++;
}

static bool read_in(struct month_figures *month, const struct code_lists *lists, const char *rest,
                    uint64_t number)
{
    char group[SIGNAL_GROUP_MAX_BYTES + 1], area[IMPORT_COMPLEX_MAX_BYTES + 1];

    if (!take_part(&rest, group, sizeof group) || strlen(rest) >= sizeof area)
        return false;
    memcpy(area, rest, strlen(rest) + 1);
    for (size_t i = 0; i < month->group_count; i++) {
        if (strcmp(figures_group_word(lists, i), group) == 0) {
            month->in[i][place_of_area(month, area)] += number;
            return true;
        }
    }
    return true; /* a group that is no more */
}

static struct partner_figures *partner_of(struct month_figures *month, const struct oin *oin)
{
    for (size_t i = 0; i < month->partner_count; i++)
        if (oin_equal(&month->partners[i].oin, oin))
            return &month->partners[i];
    if (month->partner_count == FIGURES_PARTNERS_MAX)
        return NULL;
    month->partners[month->partner_count].oin = *oin;
    return &month->partners[month->partner_count++];
}

static bool read_partner(struct month_figures *month, const char *rest, uint64_t number)
{
    struct partner_figures *partner;
    char text[OIN_LENGTH + 1];
    struct oin oin;

    if (!take_part(&rest, text, sizeof text) || !oin_parse(text, &oin))
        return false;
    partner = partner_of(month, &oin);
    if (!partner)
        return true;
    if (strcmp(rest, "antwoord") == 0)
        partner->due = number;
    else if (strcmp(rest, "optijd") == 0)
        partner->in_time = number;
    else if (strcmp(rest, "slot") == 0)
        partner->closing = number;
    else if (strcmp(rest, "dicht") == 0)
        partner->ended = number;
    else if (strncmp(rest, "dagen", 5) == 0)
        partner->days[strtoul(rest + 5, NULL, 10) % FIGURES_DAYS] = number;
    else
        return false;
    return true;
}

static bool read_reason(struct month_figures *month, const char *word, uint64_t number)
{
    for (unsigned i = 0; i < KNELPUNT_COUNT; i++) {
        if (strcmp(knelpunt_word((enum knelpunt)i), word) == 0) {
            month->reasons[i] = number;
            return true;
        }
    }
    return true; /* a reason that is no more */
}

static bool read_row(struct month_figures *month, const struct code_lists *lists, const char *rest,
                     uint64_t number)
{
    char kind[16];

    if (!take_part(&rest, kind, sizeof kind))
        return false;
    if (strcmp(kind, "in") == 0)
        return read_in(month, lists, rest, number);
    if (strcmp(kind, "partij") == 0)
        return read_partner(month, rest, number);
    if (strcmp(kind, "reden") == 0)
        return read_reason(month, rest, number);
    if (strcmp(kind, "weg") == 0)
        month->delivered = number;
    else if (strcmp(kind, "klaar") == 0)
        month->ended = number;
    return true;
}

/* --- all rows of the month --- */

static enum outcome read_rows(struct view *view, const struct code_lists *lists,
                              struct month_figures *month)
{
    char name[256];
    size_t length = (size_t)snprintf(name, sizeof name, "%s/", month->month);
    const size_t prefix = length;
    struct bytes key, value;
    bool after = false;

    for (;;) {
        enum outcome outcome =
            store_next(view, TABLE_FIGURE, bytes_of(name, length), after, &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length < prefix || key.length >= sizeof name ||
            !bytes_equal(bytes_of(key.data, prefix), bytes_of(name, prefix)))
            return OUTCOME_OK;
        length = key.length;
        memcpy(name, key.data, length);
        name[length] = '\0';
        after = true;
        if (value.length != 8 || !read_row(month, lists, name + prefix, read_u64(value.data)))
            return OUTCOME_STORE_DAMAGED;
    }
}

enum outcome month_figures_read(struct view *view, const struct code_lists *lists,
                                const char month[static FIGURES_MONTH_BYTES],
                                struct month_figures **out)
{
    OWNED_MONTH_FIGURES figures = calloc(1, sizeof *figures);

    if (!figures)
        return OUTCOME_OUT_OF_MEMORY;
    memcpy(figures->month, month, FIGURES_MONTH_BYTES);
    figures->group_count = groups_of(lists);
    TRY(read_rows(view, lists, figures));
    *out = figures;
    figures = NULL; /* handed over */
    return OUTCOME_OK;
}

void month_figures_free_at(struct month_figures **month)
{
    free(*month);
    *month = NULL;
}

enum outcome figures_addresses(struct view *view, uint64_t *out_count)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_FIGURE, bytes_of_text("adressen"), &value);

    *out_count = 0;
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_count = read_u64(value.data);
    return OUTCOME_OK;
}
