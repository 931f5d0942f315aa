/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/covenant_register.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

static void wipe_cells(struct buffer (*cells)[REGISTER_COLUMNS])
{
    for (int i = 0; i < REGISTER_COLUMNS; i++)
        buffer_wipe(&(*cells)[i]);
}
#define OWNED_CELLS __attribute__((cleanup(wipe_cells))) struct buffer

static void expect(struct buffer *cell, const char *part)
{
    if (!strstr(buffer_text(cell), part))
        fail_msg("not in the cell: %s\nbut: %s", part, buffer_text(cell));
}

static void a_purpose_has_all_that_article_30_asks(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_CELLS cells[REGISTER_COLUMNS] = {{0}};

    (void)state;
    assert_true(register_row(covenant, PURPOSE_TOELEIDING, LANGUAGE_NL, cells));
    expect(&cells[0], "sociaal-renoveren-voorbeelddreef@1.2.0 / TOELEIDING");
    expect(&cells[1], "Corporatie Voorbeeld Wonen (OIN " SAMPLE_CORPORATION "); Buurtteam");
    assert_null(strstr(buffer_text(&cells[1]), "Universiteit"));
    assert_int_equal(cells[2].length, 0); /* whom to call is not the covenant's to say */
    assert_int_equal(cells[3].length, 0);
    expect(&cells[5], "bepaling 1: toestemming; AVG art. 6 lid 1 onder a");
    expect(&cells[5], "AVG art. 9 lid 2 onder a");
    expect(&cells[6], "bewoners van Voorbeelddreef");
    expect(&cells[7], "contactgegevens");
    expect(&cells[8], "GGZ Voorbeeld");
    assert_null(strstr(buffer_text(&cells[8]), "Corporatie"));
    expect(&cells[10], "bepaling 1: 365 dagen na ontvangst; bepaling 2: 180 dagen");
    expect(&cells[11], "elke partij ze kan herleiden"); /* no key holders: say so */
}

static void what_is_only_counted_names_no_persons(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_CELLS cells[REGISTER_COLUMNS] = {{0}};

    (void)state;
    assert_true(register_row(covenant, PURPOSE_SOCREN_MONITOR, LANGUAGE_NL, cells));
    expect(&cells[6], "alleen aantallen");
    expect(&cells[10], "niets persoonlijks bewaard");
    assert_null(strstr(buffer_text(&cells[11]), "herleiden"));
}

static void a_purpose_that_no_article_has_has_no_row(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_CELLS cells[REGISTER_COLUMNS] = {{0}};

    (void)state;
    assert_false(register_row(covenant, PURPOSE_DIA, LANGUAGE_NL, cells));
    for (int i = 0; i < REGISTER_COLUMNS; i++)
        assert_int_equal(cells[i].length, 0);
}

static void a_flow_says_who_what_how_why_and_how_long(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_CELLS law[REGISTER_COLUMNS] = {{0}};
    OWNED_CELLS study[REGISTER_COLUMNS] = {{0}};

    (void)state;
    flow_row(covenant, &covenant->articles[4], LANGUAGE_NL, law);
    assert_string_equal(buffer_text(&law[0]), "5");
    assert_string_equal(buffer_text(&law[1]), "corporatie");
    assert_string_equal(buffer_text(&law[2]), "gemeente");
    expect(&law[4], "Huurachterstand (vroegsignaal); contactgegevens, hoogte achterstand, datum");
    expect(&law[5], "wet (4 eisen): er is geprobeerd contact te leggen; ");
    expect(&law[6], "Besluit gemeentelijke schuldhulpverlening art. 2");
    assert_string_equal(buffer_text(&law[7]), "180 d");
    flow_row(covenant, &covenant->articles[3], LANGUAGE_EN, study);
    assert_string_equal(buffer_text(&study[4]), "3 waves; proof, study token, wave, coded answers");
}

static void each_column_has_a_heading_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < REGISTER_COLUMNS; i++)
        assert_string_not_equal(register_heading(i, LANGUAGE_NL), register_heading(i, LANGUAGE_EN));
    for (size_t i = 0; i < FLOW_COLUMNS; i++)
        assert_string_not_equal(flow_heading(i, LANGUAGE_NL), flow_heading(i, LANGUAGE_EN));
    assert_string_equal(register_heading(REGISTER_COLUMNS, LANGUAGE_NL), "");
    assert_string_equal(flow_heading(FLOW_COLUMNS, LANGUAGE_NL), "");
}

static enum outcome all_rows(const struct covenant *covenant)
{
    OWNED_CELLS cells[REGISTER_COLUMNS] = {{0}};
    OWNED_CELLS flow[REGISTER_COLUMNS] = {{0}};

    (void)register_row(covenant, PURPOSE_TOELEIDING, LANGUAGE_NL, cells);
    flow_row(covenant, &covenant->articles[4], LANGUAGE_NL, flow);
    for (int i = 0; i < REGISTER_COLUMNS; i++) {
        TRY(buffer_outcome(&cells[i]));
        TRY(buffer_outcome(&flow[i]));
    }
    return OUTCOME_OK;
}

static void scarce_memory_is_told_by_the_cells(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, all_rows(covenant), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_purpose_has_all_that_article_30_asks),
        cmocka_unit_test(what_is_only_counted_names_no_persons),
        cmocka_unit_test(a_purpose_that_no_article_has_has_no_row),
        cmocka_unit_test(a_flow_says_who_what_how_why_and_how_long),
        cmocka_unit_test(each_column_has_a_heading_in_both_languages),
        cmocka_unit_test(scarce_memory_is_told_by_the_cells),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
