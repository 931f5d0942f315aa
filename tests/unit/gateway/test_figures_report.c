/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "covenant/built_in.h"
#include "gateway/figures_report.h"
#include "tests/support/scarce_memory.h"

static struct code_lists *lists;
static struct registry registry; /* of a gateway without covenants: no partners to list */
static struct month_figures *months[FIGURES_MONTHS_BACK];
static struct own_stock stock;

static int begin(void **state)
{
    (void)state;
    assert_int_equal(code_lists_load(&lists), OUTCOME_OK);
    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++) {
        months[i] = calloc(1, sizeof *months[i]);
        assert_non_null(months[i]);
        snprintf(months[i]->month, FIGURES_MONTH_BYTES, "2026-%02zu", 12 - i);
        months[i]->group_count = 6;
        months[i]->area_count = 1;
        snprintf(months[i]->areas[0], sizeof months[i]->areas[0], "CPL-VD-01");
    }
    stock = (struct own_stock){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++)
        month_figures_free_at(&months[i]);
    code_lists_free(lists);
    return 0;
}

static struct report_matter matter_of(void)
{
    struct report_matter matter = {
        .oin = "00000099000000010000",
        .name = "Corporatie Voorbeeld Wonen",
        .lists = lists,
        .registry = &registry,
        .made_ms = INT64_C(1767225600000),
        .stock = &stock,
    };

    for (size_t i = 0; i < FIGURES_MONTHS_BACK; i++)
        matter.months[i] = months[i];
    return matter;
}

static json_t *report_of(const struct report_matter *matter)
{
    OWNED_BUFFER text = {0};
    json_t *report = NULL;

    assert_int_equal(figures_report(matter, &text), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&text), FIGURES_REPORT_MAX_BYTES, &report), OUTCOME_OK);
    return report;
}

static const json_t *at(const json_t *value, const char *one, const char *two)
{
    return json_object_get(json_object_get(value, one), two);
}

static bool notes_say(const json_t *report, const char *code)
{
    const json_t *list = json_object_get(report, "toelichting");

    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "code")), code) == 0)
            return true;
    return false;
}

static void a34_what_goes_well_is_the_first_section(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;

    (void)state;
    months[0]->in[0][0] = 12;
    report = report_of(&matter);
    assert_int_equal(json_integer_value(at(report, "watGaatGoed", "aantal")), 10);
    assert_string_equal(
        json_string_value(json_object_get(
            json_array_get(at(report, "signalen", "groepen"), 0), "groep")),
        "GOED");
}

/* A group of which one area may be shown shows that; the others are not even named. */
static void a43_areas_beside_each_other_are_shown_or_not_named(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;
    const json_t *areas;

    (void)state;
    months[0]->area_count = 3;
    snprintf(months[0]->areas[1], sizeof months[0]->areas[1], "CPL-VD-02");
    snprintf(months[0]->areas[2], sizeof months[0]->areas[2], "CPL-VD-03");
    months[0]->in[1][0] = 21;
    months[0]->in[1][1] = 9;
    months[0]->in[1][2] = 14;
    report = report_of(&matter);
    areas = json_object_get(json_array_get(at(report, "signalen", "groepen"), 1), "gebieden");
    assert_int_equal(json_array_size(areas), 2);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(areas, 1), "gebied")), "CPL-VD-03");
    assert_int_equal(
        json_integer_value(json_object_get(at(report, "signalen", "totaal"), "aantal")), 35);
    assert_true(notes_say(report, "SOM"));
}

static void too_little_in_a_month_is_shown_by_the_quarter(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;
    const json_t *groups;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        months[i]->in[1][0] = 5;
    report = report_of(&matter);
    assert_true(json_is_null(json_object_get(at(report, "signalen", "totaal"), "aantal")));
    assert_true(notes_say(report, "NIETS_TE_TONEN"));
    groups = json_object_get(at(report, "kwartaal", "signalen"), "groepen");
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(groups, 1), "aantal")), 15);
}

/* What a month has shown is not shown again within its quarter, and what it may have shown in a
 * life before a restore is not either. */
static void a_quarter_is_not_counted_over_months_that_showed_something(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON shown = json_pack("{s{s{si}}s{s{sn}}}", "signalen", "totaal", "aantal", 20,
                                 "knelpunten", "totaal", "aantal");
    OWNED_JSON lost = json_pack("{s[]}", "toelichting");
    OWNED_JSON report = NULL;
    OWNED_JSON other = NULL;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        months[i]->in[1][0] = months[i]->reasons[0] = 5;
    matter.earlier[1] = shown;
    report = report_of(&matter);
    assert_null(at(report, "kwartaal", "signalen"));
    assert_non_null(at(report, "kwartaal", "knelpunten"));
    matter.earlier[1] = lost;
    other = report_of(&matter);
    assert_null(at(other, "kwartaal", "signalen"));
    assert_null(at(other, "kwartaal", "knelpunten"));
}

static void only_the_last_month_of_a_quarter_has_one(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;

    (void)state;
    snprintf(months[0]->month, FIGURES_MONTH_BYTES, "2026-11");
    report = report_of(&matter);
    assert_null(json_object_get(report, "kwartaal"));
}

/* Down from 120 to 80 reports, and half as much again stays open. */
static void a32_fewer_signals_while_more_stays_open_is_a_warning(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON before = json_pack("{s{s{si}}s{s{si}}}", "signalen", "totaal", "aantal", 120,
                                  "moeheid", "open", "procent", 30);
    OWNED_JSON warned = NULL;
    OWNED_JSON calm = NULL;
    OWNED_JSON alone = NULL;

    (void)state;
    months[0]->in[1][0] = 80;
    months[1]->delivered = 120;
    months[1]->ended = 70;
    alone = report_of(&matter);
    matter.earlier[1] = before;
    warned = report_of(&matter);
    months[0]->in[1][0] = 110;
    calm = report_of(&matter);
    assert_true(json_is_true(at(warned, "moeheid", "waarschuwing")));
    assert_true(notes_say(warned, "MELDINGSMOEHEID"));
    assert_int_equal(json_integer_value(json_object_get(at(warned, "moeheid", "open"), "procent")),
                     42);
    assert_false(json_is_true(at(calm, "moeheid", "waarschuwing")));
    assert_false(json_is_true(at(alone, "moeheid", "waarschuwing")));
}

static void of_few_signals_nobody_reads_how_many_are_open(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;

    (void)state;
    months[1]->delivered = 99;
    report = report_of(&matter);
    assert_true(json_is_null(at(report, "moeheid", "open")));
}

static void a22_reasons_are_words_and_counts_and_all_are_listed(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;
    const json_t *reasons;

    (void)state;
    months[0]->reasons[KNELPUNT_CONSENT] = 33;
    months[0]->reasons[KNELPUNT_HELP] = 9;
    report = report_of(&matter);
    reasons = at(report, "knelpunten", "redenen");
    assert_int_equal(json_array_size(reasons), KNELPUNT_COUNT);
    for (size_t i = 0; i < KNELPUNT_COUNT; i++) {
        const json_t *row = json_array_get(reasons, i);
        assert_true(json_object_size(row) == 3);
        if (i == KNELPUNT_CONSENT)
            assert_int_equal(json_integer_value(json_object_get(row, "aantal")), 35);
        else
            assert_true(json_is_null(json_object_get(row, "aantal")));
    }
}

static void a_month_that_may_have_been_shown_before_a_restore_is_not_made_again(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_JSON report = NULL;
    OWNED_JSON part = NULL;

    (void)state;
    months[0]->in[1][0] = 80;
    matter.restored = true;
    part = report_of(&matter);
    assert_true(notes_say(part, "TERUGGEZET"));
    matter.lost = true;
    report = report_of(&matter);
    assert_null(json_object_get(report, "signalen"));
    assert_null(json_object_get(report, "watGaatGoed"));
    assert_true(notes_say(report, "NIET_OPNIEUW"));
}

static void the_same_counts_give_the_same_bytes(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_BUFFER one = {0};
    OWNED_BUFFER two = {0};

    (void)state;
    months[0]->in[1][0] = 80;
    assert_int_equal(figures_report(&matter, &one), OUTCOME_OK);
    assert_int_equal(figures_report(&matter, &two), OUTCOME_OK);
    assert_string_equal(buffer_text(&one), buffer_text(&two));
}

static void each_note_has_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FIGURE_NOTE_COUNT; i++) {
        const char *word = figure_note_word((enum figure_note)i);
        assert_non_null(figure_note_text(word, LANGUAGE_NL));
        assert_non_null(figure_note_text(word, LANGUAGE_EN));
    }
    assert_null(figure_note_text("ANDERS", LANGUAGE_NL));
    assert_null(figure_note_text(NULL, LANGUAGE_NL));
    assert_string_equal(figures_name("OVERLAST", LANGUAGE_EN), "Nuisance");
    assert_string_equal(figures_name("BEZWAAR", LANGUAGE_NL), "de bewoner wil het niet");
    assert_null(figures_name("ANDERS", LANGUAGE_NL));
}

/* Every refusal there is has its place among the reasons. */
static void each_refusal_counts_as_something(void **state)
{
    bool used[KNELPUNT_COUNT] = {false};

    (void)state;
    for (unsigned i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
        used[knelpunt_of((enum refusal)i)] = true;
    used[KNELPUNT_HELP] = true; /* that one is an answer */
    for (unsigned i = 0; i < KNELPUNT_COUNT; i++)
        assert_true(used[i]);
}

/* It is kept for good: whole, or not at all. */
static enum outcome make_whole(const struct report_matter *matter, const char *whole)
{
    OWNED_BUFFER text = {0};

    TRY(figures_report(matter, &text));
    return text.length == strlen(whole) && memcmp(text.data, whole, text.length) == 0
               ? OUTCOME_OK
               : OUTCOME_INTERNAL;
}

static void memory_may_run_out_at_any_step(void **state)
{
    struct report_matter matter = matter_of();
    OWNED_BUFFER whole = {0};
    enum outcome outcome;

    (void)state;
    months[0]->in[1][0] = 80;
    assert_int_equal(figures_report(&matter, &whole), OUTCOME_OK);
    assert_non_null(buffer_text(&whole));
    WITH_SCARCE_MEMORY(outcome, make_whole(&matter, buffer_text(&whole)), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define REPORT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        REPORT_TEST(a34_what_goes_well_is_the_first_section),
        REPORT_TEST(a43_areas_beside_each_other_are_shown_or_not_named),
        REPORT_TEST(too_little_in_a_month_is_shown_by_the_quarter),
        REPORT_TEST(a_quarter_is_not_counted_over_months_that_showed_something),
        REPORT_TEST(only_the_last_month_of_a_quarter_has_one),
        REPORT_TEST(a32_fewer_signals_while_more_stays_open_is_a_warning),
        REPORT_TEST(of_few_signals_nobody_reads_how_many_are_open),
        REPORT_TEST(a22_reasons_are_words_and_counts_and_all_are_listed),
        REPORT_TEST(a_month_that_may_have_been_shown_before_a_restore_is_not_made_again),
        REPORT_TEST(the_same_counts_give_the_same_bytes),
        REPORT_TEST(each_note_has_words),
        REPORT_TEST(each_refusal_counts_as_something),
        REPORT_TEST(memory_may_run_out_at_any_step),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
