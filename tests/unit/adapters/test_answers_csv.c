/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/answers_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/scarce_memory.h"

#define ONE   "0b0f1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3"
#define TWO   "0b0f1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c4"
#define HEADS "signaal;antwoord;vervolgstap;vervolgdatum;verwijst naar;organisatiesoort\n"

static enum outcome read(const char *text, struct answer_import *out)
{
    return answers_csv_parse(bytes_of_text(text), out);
}

static void an_answer_comes_with_what_belongs_to_it(void **state)
{
    OWNED_ANSWER_IMPORT import = {0};

    (void)state;
    assert_int_equal(read(HEADS ONE ";gehv;wachten tot datum;13-01-2027;;\n" TWO ";VERW;;;;ggz\n",
                          &import),
                     OUTCOME_OK);
    assert_int_equal(import.row_count, 2);
    assert_int_equal(import.rows[0].row, 2);
    assert_string_equal(import.rows[0].answer.signal, ONE);
    assert_int_equal(import.rows[0].answer.code, ANSWER_GEHV);
    assert_int_equal(import.rows[0].answer.next_step, NEXT_STEP_WACHTEN_TOT_DATUM);
    assert_true(import.rows[0].answer.has_next_day);
    assert_int_equal(import.rows[1].answer.code, ANSWER_VERW);
    assert_int_equal(import.rows[1].answer.partner_kind, PARTY_GGZ);
    assert_int_equal(import.import.fault_count, 0);
}

static void the_exported_inbox_is_such_a_file(void **state)
{
    OWNED_ANSWER_IMPORT import = {0};

    (void)state;
    assert_int_equal(read("\xEF\xBB\xBFontvangen;signaal;signaalcode;naam;van;stand;antwoord uiterlijk;"
                          "pseudoniem;gebied;antwoord;vervolgstap;vervolgdatum;verwijst naar;"
                          "organisatiesoort\r\n03-12-2026;" ONE ";OVL.GELUID;Geluid;C;ONTV;"
                          "07-12-2026;12345678;CPL;BEOO;;;;\r\n03-12-2026;" TWO
                          ";OVL.GELUID;Geluid;C;ONTV;07-12-2026;12345678;CPL;;;;;\r\n",
                          &import),
                     OUTCOME_OK);
    assert_int_equal(import.row_count, 1);
    assert_int_equal(import.unanswered, 1);
    assert_int_equal(import.rows[0].answer.code, ANSWER_BEOO);
}

static void what_is_wrong_is_a_fault_at_its_place(void **state)
{
    static const struct {
        const char *line;
        enum import_fault_code code;
        const char *column;
    } cases[] = {
        {ONE ";KLAAR;;;;\n", IMPORT_FAULT_FEEDBACK_WRONG, "antwoord"},
        {"Z-1;BEOO;;;;\n", IMPORT_FAULT_SIGNAL_WRONG, "signaal"},
        {";BEOO;;;;\n", IMPORT_FAULT_SIGNAL_WRONG, "signaal"},
        {ONE ";;HERHAALBEZOEK;;;\n", IMPORT_FAULT_EMPTY, "antwoord"},
        {ONE ";GEHV;;;;\n", IMPORT_FAULT_FEEDBACK_EXTRA, "vervolgstap"}, /* A31 */
        {ONE ";GEHV;MORGEN;;;\n", IMPORT_FAULT_FEEDBACK_EXTRA, "vervolgstap"},
        {ONE ";BEOO;HERHAALBEZOEK;;;\n", IMPORT_FAULT_FEEDBACK_EXTRA, "vervolgstap"},
        {ONE ";GEHV;WACHTEN_TOT_DATUM;;;\n", IMPORT_FAULT_FEEDBACK_EXTRA, "vervolgdatum"},
        {ONE ";GEHV;HERHAALBEZOEK;straks;;\n", IMPORT_FAULT_DAY_WRONG, "vervolgdatum"},
        {ONE ";HERH;;;" ONE ";\n", IMPORT_FAULT_FEEDBACK_EXTRA, "verwijst_naar"},
        {ONE ";HERH;;;x;\n", IMPORT_FAULT_FEEDBACK_EXTRA, "verwijst_naar"},
        {ONE ";VERW;;;;BUREN\n", IMPORT_FAULT_FEEDBACK_EXTRA, "organisatiesoort"},
        {TWO ";BEOO;;;;\n" TWO ";INBH;;;;\n", IMPORT_FAULT_SIGNAL_TWICE, "signaal"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_ANSWER_IMPORT import = {0};
        char text[512];
        snprintf(text, sizeof text, "%s%s", HEADS, cases[i].line);
        assert_int_equal(read(text, &import), OUTCOME_OK);
        assert_int_equal(import.import.fault_count, 1);
        assert_int_equal(import.import.faulty_row_count, 1);
        assert_int_equal(import.import.faults[0].code, cases[i].code);
        assert_string_equal(import.import.faults[0].column_name, cases[i].column);
        assert_int_equal(import.row_count, strstr(cases[i].line, TWO) ? 1 : 0);
    }
}

static void a_file_that_is_none_is_refused_whole(void **state)
{
    static const struct {
        const char *text;
        enum import_fault_code code;
    } cases[] = {
        {"", IMPORT_FAULT_NO_HEADER},
        {"signaal;stand\n" ONE ";BEOO\n", IMPORT_FAULT_COLUMN_MISSING},
        {"antwoord\nBEOO\n", IMPORT_FAULT_COLUMN_MISSING},
        {"signaal;antwoord;code\n", IMPORT_FAULT_COLUMN_TWICE},
        {"signaal;antwoord;klant\n" ONE ";BEOO;1\n" TWO ";BEOO;999990019\n", IMPORT_FAULT_BSN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_ANSWER_IMPORT import = {0};
        assert_int_equal(read(cases[i].text, &import), OUTCOME_OK);
        assert_true(import.import.refused);
        assert_int_equal(import.import.file_fault.code, cases[i].code);
        assert_int_equal(import.row_count, 0);
    }
}

static void scarce_memory_is_told(void **state)
{
    struct answer_import import = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome,
                       (answer_import_free(&import),
                        read(HEADS ONE ";BEOO;;;;\n" TWO ";X;;;;\n", &import)),
                       answer_import_free(&import));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_comes_with_what_belongs_to_it),
        cmocka_unit_test(the_exported_inbox_is_such_a_file),
        cmocka_unit_test(what_is_wrong_is_a_fault_at_its_place),
        cmocka_unit_test(a_file_that_is_none_is_refused_whole),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
