/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/figures_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUARTER = 3, FEWER_NUMERATOR = 4, FEWER_DENOMINATOR = 5, MORE_OPEN_POINTS = 10 };

/* --- JSON, of which no part may be missing: it is kept for good --- */

static void set(const struct report_matter *matter, json_t *object, const char *name,
                json_t *taken_value)
{
    if (json_object_set_new(object, name, taken_value))
        *matter->failed = true;
}

static void append(const struct report_matter *matter, json_t *array, json_t *taken_value)
{
    if (json_array_append_new(array, taken_value))
        *matter->failed = true;
}

/* --- cells and shares as JSON --- */

/* Adds "aantal" (null when withheld) and "som" where it is one. */
static void put_cell(const struct report_matter *matter, json_t *object, struct own_cell cell)
{
    set(matter, object, "aantal",
                        cell.kind == OWN_WITHHELD ? json_null()
                                                  : json_integer((json_int_t)cell.value));
    if (cell.kind == OWN_SUM)
        set(matter, object, "som", json_true());
}

static json_t *cell_json(const struct report_matter *matter, struct own_cell cell)
{
    json_t *object = json_object();

    put_cell(matter, object, cell);
    return object;
}

static json_t *share_json(struct own_share share)
{
    static const char *const kinds[] = {"", "ONGEVEER", "TEN_MINSTE", "TEN_HOOGSTE"};

    if (share.kind == OWN_SHARE_WITHHELD)
        return json_null();
    return json_pack("{si ss}", "procent", (int)share.percent, "soort", kinds[share.kind]);
}

/* Is a number shown at report.<section>.<name>? */
static bool shows(const json_t *report, const char *section, const char *name)
{
    return json_is_integer(
        json_object_get(json_object_get(json_object_get(report, section), name), "aantal"));
}

/* --- signals: areas, groups, all --- */

static json_t *areas_json(const struct report_matter *matter, const struct own_cell *cells)
{
    const struct month_figures *month = matter->months[0];
    json_t *areas = json_array();

    for (size_t i = 0; i < month->area_count; i++) {
        json_t *row;
        if (cells[i].kind == OWN_WITHHELD || !month->areas[i][0])
            continue;
        row = json_pack("{ss}", "gebied", month->areas[i]);
        put_cell(matter, row, cells[i]);
        append(matter, areas, row);
    }
    return areas;
}

static json_t *group_json(const struct report_matter *matter, size_t group, struct own_cell cell)
{
    json_t *row = json_pack("{ss ss}", "groep", figures_group_word(matter->lists, group), "naam",
                            figures_group_name(matter->lists, group, LANGUAGE_NL));

    put_cell(matter, row, cell);
    return row;
}

static uint64_t group_total(const struct month_figures *month, size_t group)
{
    uint64_t total = 0;

    for (size_t i = 0; i < month->area_count; i++)
        total += month->in[group][i];
    return total;
}

/* One area by itself is its group: nothing stands above it that it does not say itself. */
static struct own_cell group_cell(const struct month_figures *month, size_t group,
                                  struct own_cell cells[static FIGURES_AREAS_MAX])
{
    for (size_t i = 0; i < month->area_count; i++)
        cells[i] = own_count(month->in[group][i]);
    return own_above(month->in[group], cells, month->area_count);
}

static json_t *signals_json(const struct report_matter *matter, struct own_cell *out_all)
{
    const struct month_figures *month = matter->months[0];
    struct own_cell areas[FIGURES_AREAS_MAX], groups[FIGURES_GROUPS_MAX];
    uint64_t totals[FIGURES_GROUPS_MAX];
    json_t *rows = json_array();

    for (size_t i = 0; i < month->group_count; i++) {
        json_t *row;
        groups[i] = group_cell(month, i, areas);
        totals[i] = group_total(month, i);
        row = group_json(matter, i, groups[i]);
        set(matter, row, "gebieden", areas_json(matter, areas));
        append(matter, rows, row);
    }
    *out_all = own_above(totals, groups, month->group_count);
    return json_pack("{so so}", "totaal", cell_json(matter, *out_all), "groepen", rows);
}

/* --- knelpunten --- */

static json_t *reasons_json(const struct report_matter *matter,
                            const uint64_t counted[static KNELPUNT_COUNT])
{
    struct own_cell cells[KNELPUNT_COUNT];
    json_t *rows = json_array();

    for (unsigned i = 0; i < KNELPUNT_COUNT; i++) {
        json_t *row = json_pack("{ss ss}", "reden", knelpunt_word((enum knelpunt)i), "naam",
                                knelpunt_name((enum knelpunt)i, LANGUAGE_NL));
        cells[i] = own_count(counted[i]);
        put_cell(matter, row, cells[i]);
        append(matter, rows, row);
    }
    return json_pack("{so so}", "totaal", cell_json(matter, own_above(counted, cells, KNELPUNT_COUNT)),
                     "redenen", rows);
}

/* --- nakoming --- */

static const struct partner_figures none;

static const struct partner_figures *figures_of(const struct month_figures *month,
                                                const struct oin *oin)
{
    for (size_t i = 0; i < month->partner_count; i++)
        if (oin_equal(&month->partners[i].oin, oin))
            return &month->partners[i];
    return &none;
}

struct compliance { /* of one partner */
    const struct party *party;
    const struct partner_figures *figures;
    uint64_t counted;
    struct own_cell cell;
    struct own_share in_time, closed;
};

static int by_oin(const void *a, const void *b)
{
    const struct compliance *one = a, *other = b;

    return strcmp(one->party->oin.text, other->party->oin.text);
}

static bool is_listed(const struct compliance *rows, size_t count, const struct oin *oin)
{
    for (size_t i = 0; i < count; i++)
        if (oin_equal(&rows[i].party->oin, oin))
            return true;
    return false;
}

/* Every partner that may get a signal, whether it got one or not. */
static size_t partners_of(const struct report_matter *matter,
                          struct compliance rows[static FIGURES_PARTNERS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < matter->registry->count; i++) {
        const struct covenant *covenant = matter->registry->covenants[i].covenant;
        for (size_t j = 0; j < covenant->parties_count && count < FIGURES_PARTNERS_MAX; j++) {
            const struct party *party = &covenant->parties[j];
            if (strcmp(party->oin.text, matter->oin) != 0 && !party_kind_counts_only(party->kind) &&
                !is_listed(rows, count, &party->oin))
                rows[count++].party = party;
        }
    }
    qsort(rows, count, sizeof rows[0], by_oin);
    return count;
}

/* A secrecy-bound partner has one term, that of its fixed answer. */
static void weigh(struct compliance *row, const struct month_figures *month)
{
    const struct partner_figures *figures = figures_of(month, &row->party->oin);

    row->figures = figures;
    row->counted = row->party->secrecy ? figures->closing : figures->due;
    row->cell = own_count(row->counted);
    row->in_time = row->party->secrecy ? (struct own_share){0}
                                       : own_share(figures->in_time, figures->due);
    row->closed = own_share(figures->ended, figures->closing);
}

static json_t *median_json(const struct partner_figures *figures)
{
    uint64_t doubled;
    char text[24];

    if (!own_median(figures->days, FIGURES_DAYS, &doubled))
        return json_null();
    snprintf(text, sizeof text, "%llu%s", (unsigned long long)(doubled / 2),
             doubled % 2 ? ",5" : "");
    return json_string(text);
}

static json_t *partner_json(const struct report_matter *matter, const struct compliance *row)
{
    json_t *object =
        json_pack("{ss ss sb}", "oin", row->party->oin.text, "naam", row->party->name,
                  "beroepsgeheim", row->party->secrecy);

    put_cell(matter, object, row->cell);
    set(matter, object, "opTijd", share_json(row->in_time));
    set(matter, object, "afgesloten", share_json(row->closed));
    set(matter, object, "mediaanWerkdagen",
                        row->party->secrecy ? json_null() : median_json(row->figures));
    return object;
}

/* Of all partners whose number is shown: what is not shown must not follow from it. Only where no
 * partner has a share of its own. */
static struct own_share share_of_all(const struct compliance *rows, size_t count)
{
    uint64_t part = 0, whole = 0, shown = 0;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].in_time.kind != OWN_SHARE_WITHHELD)
            return (struct own_share){0};
        if (rows[i].party->secrecy || rows[i].cell.kind == OWN_WITHHELD)
            continue;
        part += rows[i].figures->in_time;
        whole += rows[i].counted;
        shown += rows[i].cell.value;
    }
    return part > whole ? (struct own_share){0} : own_share_of(part, whole - part, shown);
}

static json_t *compliance_json(const struct report_matter *matter)
{
    struct compliance rows[FIGURES_PARTNERS_MAX] = {{0}};
    size_t count = partners_of(matter, rows);
    json_t *partners = json_array();

    for (size_t i = 0; i < count; i++) {
        weigh(&rows[i], matter->months[0]);
        append(matter, partners, partner_json(matter, &rows[i]));
    }
    return json_pack("{so so}", "partijen", partners, "opTijd",
                     share_json(share_of_all(rows, count)));
}

/* --- a quarter, where its months showed nothing --- */

/* Or may have shown, before a backup was put back. */
static bool months_show(const struct report_matter *matter, const char *section)
{
    for (size_t i = 1; i < QUARTER; i++)
        if (matter->earlier[i] && (shows(matter->earlier[i], section, "totaal") ||
                                   !json_object_get(matter->earlier[i], section)))
            return true;
    return false;
}

static json_t *quarter_signals(const struct report_matter *matter)
{
    uint64_t totals[FIGURES_GROUPS_MAX] = {0};
    struct own_cell groups[FIGURES_GROUPS_MAX];
    json_t *rows = json_array();

    for (size_t i = 0; i < matter->months[0]->group_count; i++) {
        uint64_t parts[QUARTER];
        struct own_cell cells[QUARTER];
        for (size_t m = 0; m < QUARTER; m++) {
            parts[m] = group_total(matter->months[m], i);
            totals[i] += parts[m];
            cells[m] = (struct own_cell){0};
        }
        groups[i] = own_above(parts, cells, QUARTER);
        append(matter, rows, group_json(matter, i, groups[i]));
    }
    return json_pack("{so so}", "totaal",
                     cell_json(matter, own_above(totals, groups, matter->months[0]->group_count)),
                     "groepen", rows);
}

static json_t *quarter_reasons(const struct report_matter *matter)
{
    uint64_t totals[KNELPUNT_COUNT] = {0};
    struct own_cell groups[KNELPUNT_COUNT];
    json_t *rows = json_array();

    for (unsigned i = 0; i < KNELPUNT_COUNT; i++) {
        json_t *row = json_pack("{ss ss}", "reden", knelpunt_word((enum knelpunt)i), "naam",
                                knelpunt_name((enum knelpunt)i, LANGUAGE_NL));
        uint64_t parts[QUARTER];
        struct own_cell cells[QUARTER] = {{0}};
        for (size_t m = 0; m < QUARTER; m++) {
            parts[m] = matter->months[m]->reasons[i];
            totals[i] += parts[m];
        }
        groups[i] = own_above(parts, cells, QUARTER);
        put_cell(matter, row, groups[i]);
        append(matter, rows, row);
    }
    return json_pack("{so so}", "totaal", cell_json(matter, own_above(totals, groups, KNELPUNT_COUNT)),
                     "redenen", rows);
}

static bool ends_quarter(const char *month)
{
    return strtol(month + 5, NULL, 10) % QUARTER == 0;
}

static json_t *quarter_json(const struct report_matter *matter, bool signals, bool reasons)
{
    json_t *quarter = json_object();

    if (signals)
        set(matter, quarter, "signalen", quarter_signals(matter));
    if (reasons)
        set(matter, quarter, "knelpunten", quarter_reasons(matter));
    return quarter;
}

/* --- do people tire of reporting? --- */

static int64_t integer_of(const json_t *value)
{
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* Less is reported than in the month before, and of the month before that more is open: from what
 * is shown only. */
static bool tires(const struct report_matter *matter, struct own_cell all, struct own_share open)
{
    const json_t *before = matter->earlier[1];
    int64_t reported = integer_of(json_object_get(
        json_object_get(json_object_get(before, "signalen"), "totaal"), "aantal"));
    int64_t was_open = integer_of(json_object_get(
        json_object_get(json_object_get(before, "moeheid"), "open"), "procent"));

    return all.kind != OWN_WITHHELD && reported > 0 && open.kind != OWN_SHARE_WITHHELD &&
           was_open >= 0 &&
           (int64_t)all.value * FEWER_DENOMINATOR <= reported * FEWER_NUMERATOR &&
           (int64_t)open.percent >= was_open + MORE_OPEN_POINTS;
}

/* Of the signals that arrived in the month before: each had a month to be answered. */
static struct own_share open_share(const struct report_matter *matter)
{
    const struct month_figures *cohort = matter->months[1];

    if (cohort->ended > cohort->delivered)
        return (struct own_share){0};
    return own_share(cohort->delivered - cohort->ended, cohort->delivered);
}

/* --- the whole --- */

static void add_note(const struct report_matter *matter, json_t *list, enum figure_note note)
{
    const char *word = figure_note_word(note);

    append(matter, list, json_pack("{ss ss}", "code", word, "tekst",
                                          figure_note_text(word, LANGUAGE_NL)));
}

static json_t *notes_json(const struct report_matter *matter, struct own_cell all, bool fatigue)
{
    json_t *list = json_array();

    if (fatigue)
        add_note(matter, list, FIGURE_NOTE_FATIGUE);
    if (matter->restored)
        add_note(matter, list, FIGURE_NOTE_RESTORED);
    add_note(matter, list, FIGURE_NOTE_WITHHELD);
    add_note(matter, list, FIGURE_NOTE_ROUNDED);
    if (all.kind == OWN_SUM)
        add_note(matter, list, FIGURE_NOTE_SUM);
    if (all.kind == OWN_COUNTED)
        add_note(matter, list, FIGURE_NOTE_COARSER);
    if (all.kind == OWN_WITHHELD)
        add_note(matter, list, FIGURE_NOTE_NOTHING);
    add_note(matter, list, FIGURE_NOTE_OWN);
    add_note(matter, list, FIGURE_NOTE_FROZEN);
    return list;
}

static json_t *head_json(const struct report_matter *matter)
{
    char made[INSTANT_TEXT_BYTES];

    instant_print(matter->made_ms, made);
    return json_pack("{ss ss ss ss}", "maand", matter->months[0]->month, "gemaaktOp", made,
                     "organisatie", matter->oin, "organisatieNaam", matter->name);
}

static json_t *lost_report(const struct report_matter *matter)
{
    json_t *report = head_json(matter), *list = json_array();

    add_note(matter, list, FIGURE_NOTE_LOST);
    set(matter, report, "toelichting", list);
    return report;
}

static json_t *whole_report(const struct report_matter *matter)
{
    const struct own_share open = open_share(matter);
    json_t *report = head_json(matter), *signals, *positive;
    struct own_cell all;
    bool fatigue;

    signals = signals_json(matter, &all);
    fatigue = tires(matter, all, open);
    /* what goes well comes first, also where it says only that it is too little to show */
    positive = json_array_get(json_object_get(signals, "groepen"), 0);
    set(matter, report, "watGaatGoed", json_incref(positive));
    set(matter, report, "signalen", signals);
    set(matter, report, "adressenMetOndersteuning",
        cell_json(matter, own_stock(matter->stock, matter->addresses)));
    set(matter, report, "nakoming", compliance_json(matter));
    set(matter, report, "knelpunten", reasons_json(matter, matter->months[0]->reasons));
    set(matter, report, "moeheid",
        json_pack("{so sb}", "open", share_json(open), "waarschuwing", fatigue));
    if (ends_quarter(matter->months[0]->month))
        set(matter, report, "kwartaal",
            quarter_json(matter, all.kind == OWN_WITHHELD && !months_show(matter, "signalen"),
                         !shows(report, "knelpunten", "totaal") &&
                             !months_show(matter, "knelpunten")));
    set(matter, report, "toelichting", notes_json(matter, all, fatigue));
    return report;
}

enum outcome figures_report(const struct report_matter *matter, struct buffer *out)
{
    struct report_matter own = *matter;
    OWNED_JSON report = NULL;
    bool failed = false;

    own.failed = &failed;
    report = matter->lost ? lost_report(&own) : whole_report(&own);
    if (failed || !report)
        return OUTCOME_OUT_OF_MEMORY;
    return json_write(report, out);
}
