/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "covenant/covenant_text.h"
#include "covenant/plain_text.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/vectors.h"

static const struct covenant_page dutch;

/* How many lines; fails when one is wider than the page or ends in a space. */
static size_t measure(const char *text)
{
    size_t lines = 0;

    for (int width = 0; *text; text++) {
        if (*text == '\n') {
            if (width > 0)
                assert_int_not_equal(text[-1], ' ');
            lines++;
            width = 0;
        } else {
            width += ((uint8_t)*text & 0xc0) != 0x80;
        }
        assert_true(width <= PLAIN_COLUMNS);
    }
    return lines;
}

static void the_sample_fits_and_says_what_is_agreed(void **state)
{
    static const char *const says[] = {
        "Sociaal renoveren Voorbeelddreef · versie 1.2.0",
        "van 01-12-2026 t/m 31-01-2028 · evaluatie uiterlijk 30-11-2027",
        "regie: sociaal procesregisseur",
        "GGZ Voorbeeld (ggz, beroepsgeheim)",
        "Voorbeelddreef, 174 woningen (buurt BU99990104)",
        "corporatie → wijkteam              toestemming       2/10 wd/28 d  365 d",
        "Geluidsoverlast, Burenruzie",
        "aantallen ≥ 10, afgerond op 5",
        "3 metingen",
        "wet (4 eisen)",
        "BSN · naam melder · diagnose",
        "handhaving · netbeheerder · politie · andere verhuurder",
        "DPIA-2026-014",
    };
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_BUFFER text = {0}, groups = {0};

    (void)state;
    assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
    assert_in_range(measure(buffer_text(&text)), 20, COVENANT_PAGE_LINES);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        if (!strstr(buffer_text(&text), says[i]))
            fail_msg("not on the page: %s", says[i]);
    }
    fingerprint_print_groups(covenant->fingerprint, &groups);
    assert_non_null(strstr(buffer_text(&text), buffer_text(&groups)));
    assert_int_equal(groups.length, 64 + 15);
}

static void ten_parties_and_twenty_articles_fit_on_one_page(void **state)
{
    OWNED_JSON document = large_covenant_json(10, 20);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
    assert_in_range(measure(buffer_text(&text)), 30, COVENANT_PAGE_LINES);
}

static size_t lines_before(const char *text, char end)
{
    const char *stop = strchr(text, end);

    assert_non_null(stop);
    return plain_lines(bytes_of(text, (size_t)(stop - text)));
}

static void a_larger_covenant_says_so_and_loses_nothing(void **state)
{
    OWNED_JSON document = large_covenant_json(40, 60);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
    (void)measure(buffer_text(&text));
    assert_true(lines_before(buffer_text(&text), '\f') <= COVENANT_PAGE_LINES);
    assert_non_null(strstr(buffer_text(&text), "past niet op een A4"));
    assert_non_null(strstr(buffer_text(&text), "zie bijlage"));
    assert_non_null(strstr(buffer_text(&text), "Burenruzie"));
    assert_non_null(strstr(buffer_text(&text), "\n69  ")); /* the last article */
}

static void random_covenants_keep_to_the_columns(void **state)
{
    struct dice dice = dice_throw_from(5);

    (void)state;
    for (int i = 0; i < 300; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        OWNED_COVENANT covenant = NULL;
        OWNED_BUFFER text = {0};
        if (json_array_size(json_object_get(document, "bepalingen")) == 0)
            continue;
        assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
        assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
        assert_true(measure(buffer_text(&text)) > 8);
    }
}

static void every_role_and_task_is_shown(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    json_t *article = json_array_get(json_object_get(document, "bepalingen"), 0);
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    json_object_set_new(document, "pilot", json_true());
    json_object_set_new(document, "geldigTot", json_string("2027-05-31")); /* half a year */
    json_object_set_new(document, "evaluatieDatum", json_string("2027-05-01"));
    json_object_set_new(document, "geldigTot", json_string("2027-05-31"));
    json_object_set_new(document, "evaluatieDatum", json_string("2027-05-31"));
    json_object_set_new(document, "sleutelgever", json_string(SAMPLE_GEMEENTE));
    json_object_set_new(document, "sleutelhouders",
                        json_pack("[s,s]", SAMPLE_GGZ, SAMPLE_WIJKTEAM));
    json_object_set_new(article, "naarOin", json_pack("[s]", SAMPLE_WIJKTEAM));
    json_object_del(document, "dpiaKenmerk");
    json_object_set_new(json_array_get(json_object_get(document, "bepalingen"), 2), "periode",
                        json_string("KWARTAAL"));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&text), "· pilot"));
    assert_non_null(strstr(buffer_text(&text), "sleutelgever"));
    assert_non_null(strstr(buffer_text(&text), "sleutelhouder"));
    assert_non_null(strstr(buffer_text(&text), "per kwartaal"));
    assert_null(strstr(buffer_text(&text), "DPIA"));
    (void)measure(buffer_text(&text));
}

static void what_hangs_on_paper_is_as_it_was(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(covenant_print_text(covenant, &dutch, &text), OUTCOME_OK);
    expect_golden("tests/cases/covenant/sociaal-renoveren.txt", &text);
}

static void where_it_stands_and_who_agreed_is_said(void **state)
{
    const char *verdicts[] = {"akkoord", NULL, "ingetrokken", NULL, NULL};
    const struct covenant_page page = {LANGUAGE_NL, "van kracht", verdicts};
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(covenant_print_text(covenant, &page, &text), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&text), "Stand        van kracht\n"));
    assert_non_null(strstr(buffer_text(&text), "Corporatie Voorbeeld Wonen: akkoord"));
    assert_non_null(strstr(buffer_text(&text), "GGZ Voorbeeld: ingetrokken"));
    assert_non_null(strstr(buffer_text(&text), "____________\xc2\xa0wijkteam"));
}

static void it_speaks_english_when_asked(void **state)
{
    const struct covenant_page page = {.language = LANGUAGE_EN};
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(covenant_print_text(covenant, &page, &text), OUTCOME_OK);
    (void)measure(buffer_text(&text));
    assert_non_null(strstr(buffer_text(&text), "housing corporation →"));
    assert_non_null(strstr(buffer_text(&text), "NEVER        "));
    assert_null(strstr(buffer_text(&text), "Vingerafdruk"));
}

static enum outcome print_once(const struct covenant *covenant)
{
    OWNED_BUFFER text = {0};

    return covenant_print_text(covenant, &dutch, &text);
}

static void scarce_memory_gives_no_half_page(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, print_once(covenant), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_fits_and_says_what_is_agreed),
        cmocka_unit_test(ten_parties_and_twenty_articles_fit_on_one_page),
        cmocka_unit_test(a_larger_covenant_says_so_and_loses_nothing),
        cmocka_unit_test(random_covenants_keep_to_the_columns),
        cmocka_unit_test(every_role_and_task_is_shown),
        cmocka_unit_test(what_hangs_on_paper_is_as_it_was),
        cmocka_unit_test(where_it_stands_and_who_agreed_is_said),
        cmocka_unit_test(it_speaks_english_when_asked),
        cmocka_unit_test(scarce_memory_gives_no_half_page),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
