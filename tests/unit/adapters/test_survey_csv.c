/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "adapters/survey_csv.h"
#include "covenant/built_in.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define HEAD                                                                                       \
    "respondent;datum;postcode;huisnummer;naam;welzijn;welzijn_code;werk_inkomen;"                 \
    "werk_inkomen_code;wijkwens;renovatie;onderzoek;golf;antwoorden;ontvanger\n"

static struct code_lists *lists;

static int load_lists(void **state)
{
    (void)state;
    json_ready();
    return crypto_ready() == OUTCOME_OK && code_lists_load(&lists) == OUTCOME_OK ? 0 : -1;
}

static int free_lists(void **state)
{
    (void)state;
    code_lists_free(lists);
    return 0;
}

static struct import read_text(const char *text)
{
    struct import import = {0};

    assert_int_equal(survey_csv.parse(bytes_of_text(text), lists, NULL, &import), OUTCOME_OK);
    return import;
}

static void one_block_is_one_signal_and_nothing_else(void **state)
{
    OWNED_IMPORT import =
        read_text(HEAD "E-1;2-12-2026;1234 ab;3;Anouk;nee;;;;ja;nee;nee;VOOR;V1.A;\n"
                       "E-2;2-12-2026;;;;nee;;nee;;;;;;;\n");
    const struct import_row *row = &import.rows[0];

    (void)state;
    assert_false(import.refused);
    assert_int_equal(import.fault_count, 0);
    assert_int_equal(import.row_count, 1);
    assert_string_equal(row->source_key, "E-1/wijkwens/VOOR");
    assert_int_equal(row->row, 2);
    assert_int_equal(row->code_count, 1);
    assert_string_equal(row->codes[0], "MEED.BUURTWENS");
    assert_string_equal(row->wave, "");
    assert_string_equal(row->answers, "");
    assert_string_equal(row->moment, "ENQUETE");
    assert_string_equal(row->contact.postcode, "1234AB");
    assert_int_equal(row->consent, IMPORT_ANSWER_YES);
    assert_int_equal(day_compare(row->consent_given.day, row->reported.day), 0);
}

static void each_block_is_a_row_of_its_own(void **state)
{
    static const char *const codes[] = {"ZORG.ZELFREDZAAM", "WERK.WERKVRAAG", "MEED.BUURTWENS",
                                        "REN.STRESS"};
    OWNED_IMPORT import = read_text(
        HEAD "E-1;2-12-2026;1234AB;3;Anouk;ja;ZORG.ZELFREDZAAM;ja;;ja;ja;ja;voor;v1.a v2.c;GGZ\n");
    struct fault fault = {0};

    (void)state;
    assert_int_equal(import.row_count, 5);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(import.rows[i].codes[0], codes[i]);
        assert_string_equal(import.rows[i].recipient, "GGZ");
    }
    assert_string_equal(import.rows[4].source_key, "E-1/onderzoek/VOOR");
    assert_int_equal(import.rows[4].code_count, 0);
    assert_string_equal(import.rows[4].answers, "V1.A V2.C");
    assert_string_equal(import.rows[4].recipient, ""); /* the study's own */
    for (size_t i = 0; i < import.row_count; i++)
        assert_int_equal(import_row_check(&import.rows[i], &fault), OUTCOME_OK);
}

static void faults_are_told_by_their_place(void **state)
{
    static const struct {
        const char *line;
        enum import_fault_code code;
        const char *column;
    } cases[] = {
        {";2-12-2026;1234AB;3;;;;;;ja;;;;;\n", IMPORT_FAULT_EMPTY, "respondent"},
        {"E-1;;1234AB;3;;;;;;ja;;;;;\n", IMPORT_FAULT_EMPTY, "datum"},
        {"E-1;31-2-2026;1234AB;3;;;;;;ja;;;;;\n", IMPORT_FAULT_DAY_WRONG, "datum"},
        {"E-1;2-12-2026;;;;;;;;ja;;;;;\n", IMPORT_FAULT_ADDRESS_INCOMPLETE, "postcode"},
        {"E-1;2-12-2026;1234AB;;;;;;;nee;;;;;\n", IMPORT_FAULT_ADDRESS_INCOMPLETE, "huisnummer"},
        {"E-1;2-12-2026;1234AB;3;;;;;;graag;;;;;\n", IMPORT_FAULT_ANSWER_WRONG, "wijkwens"},
        {"E-1;2-12-2026;1234AB;3;;ja;MEED.BUDDY;;;;;;;;\n", IMPORT_FAULT_CODE_UNKNOWN,
         "welzijn_code"}, /* not of that block */
        {"E-1;2-12-2026;1234AB;3;;ja;X.PSYCHISCH;;;;;;;;\n", IMPORT_FAULT_CODE_UNKNOWN,
         "welzijn_code"},
        {"E-1;2-12-2026;1234AB;3;;;;;;;;ja;;V1.A;\n", IMPORT_FAULT_EMPTY, "golf"},
        {"E-1;2-12-2026;1234AB;3;;;;;;;;ja;VOOR;;\n", IMPORT_FAULT_EMPTY, "antwoorden"},
        {"E-1;2-12-2026;1234AB;3;;;;;;;;ja;LATER;V1.A;\n", IMPORT_FAULT_WAVE_WRONG, "golf"},
        {"E-1;2-12-2026;1234AB;3;;;;;;;;ja;VOOR;het gaat wel;\n", IMPORT_FAULT_ANSWERS_WRONG,
         "antwoorden"}, /* a sentence is no code */
        {"E-1;2-12-2026;1234AB;3;;;;;;;;ja;VOOR;V1.A  V2.C;\n", IMPORT_FAULT_ANSWERS_WRONG,
         "antwoorden"},
        {"een-nummer-dat-veel-en-veel-te-lang-is;2-12-2026;1234AB;3;;;;;;ja;;;;;\n",
         IMPORT_FAULT_TEXT_WRONG, "respondent"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_BUFFER text = {0};
        OWNED_IMPORT import = {0};
        buffer_format(&text, HEAD "%s", cases[i].line);
        assert_int_equal(survey_csv.parse(buffer_bytes(&text), lists, NULL, &import), OUTCOME_OK);
        assert_false(import.refused);
        assert_int_equal(import.row_count, 0);
        assert_int_equal(import.faulty_row_count, 1);
        assert_int_equal(import.faults[0].code, cases[i].code);
        assert_string_equal(import.faults[0].column_name, cases[i].column);
        assert_int_equal(import.faults[0].row, 2);
    }
}

/* A line goes in whole or not at all: what was right of it does not slip through. */
static void a_line_with_a_fault_gives_no_row(void **state)
{
    OWNED_IMPORT import =
        read_text(HEAD "E-1;2-12-2026;1234AB;3;;ja;;ja;MEED.BUDDY;ja;;;;;\n"
                       "E-2;2-12-2026;1234AB;5;;;;;;ja;;;;;\n");

    (void)state;
    assert_int_equal(import.row_count, 1);
    assert_string_equal(import.rows[0].source_key, "E-2/wijkwens");
    assert_int_equal(import.faulty_row_count, 1);
}

static void a_household_stands_on_one_line_of_a_wave(void **state)
{
    OWNED_IMPORT import = read_text(HEAD "E-1;2-12-2026;1234AB;3;;;;;;;;ja;VOOR;V1.A;\n"
                                         "E-1;3-12-2026;1234AB;3;;;;;;;;ja;NA_OPLEVERING;V1.B;\n"
                                         "E-1;4-12-2026;1234AB;3;;;;;;;;ja;VOOR;V1.C;\n");

    (void)state;
    assert_int_equal(import.row_count, 2);
    assert_int_equal(import.fault_count, 1);
    assert_int_equal(import.faults[0].code, IMPORT_FAULT_KEY_TWICE);
    assert_int_equal(import.faults[0].row, 4);
}

static void what_refuses_the_file(void **state)
{
    static const struct {
        const char *text;
        enum import_fault_code code;
    } cases[] = {
        {"datum;wijkwens\n", IMPORT_FAULT_COLUMN_MISSING},
        {"respondent;wijkwens\n", IMPORT_FAULT_COLUMN_MISSING},
        {"respondent;datum;postcode\n", IMPORT_FAULT_COLUMN_MISSING}, /* no block at all */
        {"respondent;datum;wijkwens;toestemming_wijkwens\n", IMPORT_FAULT_COLUMN_TWICE},
        {HEAD "999990019;2-12-2026;1234AB;3;;;;;;ja;;;;;\n", IMPORT_FAULT_BSN},
        {"respondent;datum;wijkwens;opmerking\nE-1;2-12-2026;nee;999990019\n", IMPORT_FAULT_BSN},
        {HEAD "E-1;2-12-2026;1234AB;3;;;;;;;;ja;VOOR;999990019;\n", IMPORT_FAULT_BSN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_IMPORT import = read_text(cases[i].text);
        assert_true(import.refused);
        assert_int_equal(import.row_count, 0);
        assert_int_equal(import.file_fault.code, cases[i].code);
    }
}

static enum outcome parsed(const char *text)
{
    OWNED_IMPORT import = {0};

    return survey_csv.parse(bytes_of_text(text), lists, NULL, &import);
}

static void memory_runs_out_at_every_step(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome,
                       parsed(HEAD "E-1;2-12-2026;1234AB;3;;ja;;ja;;ja;ja;ja;VOOR;V1.A;\n"
                                   "E-1;2-12-2026;1234AB;3;;ja;;ja;;ja;ja;ja;VOOR;V1.A;\n"),
                       (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_block_is_one_signal_and_nothing_else),
        cmocka_unit_test(each_block_is_a_row_of_its_own),
        cmocka_unit_test(faults_are_told_by_their_place),
        cmocka_unit_test(a_line_with_a_fault_gives_no_row),
        cmocka_unit_test(a_household_stands_on_one_line_of_a_wave),
        cmocka_unit_test(what_refuses_the_file),
        cmocka_unit_test(memory_runs_out_at_every_step),
    };

    return cmocka_run_group_tests(tests, load_lists, free_lists);
}
