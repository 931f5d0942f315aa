/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Each folder of tests/cases/csv holds input.csv, expected.txt and, where wanted,
 * kenmerk.txt (names of columns declared so, one a line). To add a case, add a
 * folder; WRITE_EXPECTED=1 writes expected.txt, which a person then reads.
 */
#include "adapters/corporation_csv.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "covenant/built_in.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define CASES "tests/cases/csv"

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

/* --- the cases ------------------------------------------------------------------------------ */

/* False when there is no such file. */
static bool read_file(const char *folder, const char *name, struct buffer *out)
{
    char path[512], block[4096];
    size_t length;
    FILE *file;

    snprintf(path, sizeof path, CASES "/%s/%s", folder, name);
    file = fopen(path, "rb");
    if (!file)
        return false;
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        buffer_add(out, block, length);
    fclose(file);
    return true;
}

static void write_expected(const char *folder, struct bytes text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, CASES "/%s/expected.txt", folder);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text.data, 1, text.length, file), text.length);
    fclose(file);
}

static void print_fault(const char *word, const struct import_fault *fault, struct buffer *out)
{
    buffer_format(out, "%s %s ", word, import_fault_code(fault->code));
    import_fault_print(fault, LANGUAGE_NL, out);
    buffer_add_byte(out, '\n');
}

static void print_import(const struct import *import, struct buffer *out)
{
    for (int i = 0; i < IMPORT_WARNING_COUNT; i++)
        if (import->warnings[i])
            buffer_format(out, "waarschuwing %s\n", import_warning_code((enum import_warning)i));
    if (import->refused)
        print_fault("bestand geweigerd", &import->file_fault, out);
    for (size_t i = 0; i < import->row_count; i++) {
        assert_int_equal(import_row_check(&import->rows[i], &(struct fault){{0}}), OUTCOME_OK);
        assert_int_equal(import_row_print(&import->rows[i], out), OUTCOME_OK);
        buffer_add_byte(out, '\n');
    }
    for (size_t i = 0; i < import->fault_count; i++)
        print_fault("fout", &import->faults[i], out);
    buffer_format(out, "%zu goed, %zu fout\n", import->row_count, import->faulty_row_count);
}

static void run_case(const char *folder)
{
    OWNED_BUFFER input = {0}, expected = {0}, actual = {0}, declared = {0};
    const char *names[8] = {NULL};
    struct mapping mapping = {.identifiers = names};
    OWNED_IMPORT import = {0};

    assert_true(read_file(folder, "input.csv", &input));
    if (read_file(folder, "kenmerk.txt", &declared)) {
        char *text = declared.data ? strdup(buffer_text(&declared)) : NULL, *rest = text, *name;
        while (mapping.identifier_count < 8 && (name = strsep(&rest, "\n")) && *name)
            names[mapping.identifier_count++] = name;
        assert_int_equal(corporation_csv.parse(buffer_bytes(&input), lists, &mapping, &import),
                         OUTCOME_OK);
        free(text);
    } else {
        assert_int_equal(corporation_csv.parse(buffer_bytes(&input), lists, NULL, &import),
                         OUTCOME_OK);
    }
    print_import(&import, &actual);
    if (getenv("WRITE_EXPECTED"))
        write_expected(folder, buffer_bytes(&actual));
    assert_true(read_file(folder, "expected.txt", &expected));
    assert_string_equal(buffer_text(&actual), buffer_text(&expected));
}

static void each_case_gives_what_it_expects(void **state)
{
    DIR *cases = opendir(CASES);
    const struct dirent *entry;
    int ran = 0;

    (void)state;
    assert_non_null(cases);
    while ((entry = readdir(cases))) {
        if (entry->d_name[0] == '.')
            continue;
        print_message("  case %s\n", entry->d_name);
        run_case(entry->d_name);
        ran++;
    }
    closedir(cases);
    assert_true(ran >= 37);
}

/* --- what no file shows ---------------------------------------------------------------------- */

static struct import parsed(const char *text, const struct mapping *mapping)
{
    struct import import = {0};

    assert_int_equal(corporation_csv.parse(bytes_of_text(text), lists, mapping, &import),
                     OUTCOME_OK);
    return import;
}

#define HEAD "zaaknummer;melddatum;detailsoort\n"
#define GOOD "Z-1;3-12-2026;ZAAKTYPEDETAILSOORT.GEL\n"

static void a_fault_never_repeats_the_cell(void **state)
{
    static const char marker[] = "Merkbaar";
    static const char *const names[] = {"postcode", "huisnummer",    "bag",       "complex",
                                        "bedrag",   "toestemming",   "bezwaar",   "telefoon",
                                        "taal",     "contactmoment", "ontvanger", "signaalcode"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        OWNED_BUFFER text = {0}, printed = {0};
        buffer_format(&text,
                      "zaaknummer;melddatum;soort;%s2;%s\nZ-1;3-12-2026;ZAAKTYPESOORT.FIN;%s;",
                      names[i], names[i], marker);
        buffer_format(&text, "%s met spaties en een heel lange tekst\n", marker);
        OWNED_IMPORT import = parsed(buffer_text(&text), NULL);
        assert_int_equal(import.fault_count, 1);
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            import_fault_print(&import.faults[0], (enum language)language, &printed);
        assert_null(strstr(buffer_text(&printed), marker));
        assert_non_null(strstr(buffer_text(&printed), names[i]));
    }
}

static void any_single_bsn_refuses_the_file(void **state)
{
    static const char *const cells[] = {"999990019", "9999.90.019", "12345672", "bsn 111222333"};

    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        OWNED_BUFFER text = {0};
        buffer_add_text(&text, "zaaknummer;melddatum;detailsoort;opmerking\n");
        for (int row = 0; row < 100; row++)
            buffer_format(&text, "Z-%d;3-12-2026;ZAAKTYPEDETAILSOORT.GEL;%s\n", row,
                          row == 99 ? cells[i] : "niets");
        OWNED_IMPORT import = parsed(buffer_text(&text), NULL);
        assert_true(import.refused);
        assert_int_equal(import.file_fault.code, IMPORT_FAULT_BSN);
        assert_int_equal(import.file_fault.row, 101);
        assert_int_equal(import.file_fault.column, 4);
        assert_null(import.rows);
        assert_int_equal(import.row_count, 0);
    }
}

static void too_large_a_file_is_refused(void **state)
{
    size_t length = 8 * 1024 * 1024 + 1;
    char *text = calloc(1, length);
    struct import import = {0};

    (void)state;
    assert_non_null(text);
    assert_int_equal(corporation_csv.parse(bytes_of(text, length), lists, NULL, &import),
                     OUTCOME_OK);
    assert_true(import.refused);
    assert_int_equal(import.file_fault.code, IMPORT_FAULT_TOO_LARGE);
    import_free(&import);
    free(text);
}

static void too_many_rows_are_refused(void **state)
{
    OWNED_BUFFER text = {0};

    (void)state;
    buffer_add_text(&text, HEAD);
    for (int i = 0; i < IMPORT_ROWS_MAX; i++)
        buffer_format(&text, "Z-%d;3-12-2026;ZAAKTYPEDETAILSOORT.GEL\n", i);
    {
        OWNED_IMPORT import = parsed(buffer_text(&text), NULL);
        assert_false(import.refused);
        assert_int_equal(import.row_count, IMPORT_ROWS_MAX);
        assert_int_equal(import.rows[IMPORT_ROWS_MAX - 1].row, IMPORT_ROWS_MAX + 1);
    }
    buffer_add_text(&text, GOOD);
    OWNED_IMPORT import = parsed(buffer_text(&text), NULL);
    assert_true(import.refused);
    assert_int_equal(import.file_fault.code, IMPORT_FAULT_TOO_MANY_ROWS);
}

static void more_faults_than_are_listed_are_counted(void **state)
{
    enum { ROWS = IMPORT_FAULTS_MAX + 10 };
    OWNED_BUFFER text = {0};

    (void)state;
    buffer_add_text(&text, HEAD);
    for (int i = 0; i < ROWS; i++)
        buffer_format(&text, "Z-%d;gisteren;ZAAKTYPEDETAILSOORT.GEL\n", i);
    OWNED_IMPORT import = parsed(buffer_text(&text), NULL);
    assert_false(import.refused);
    assert_int_equal(import.fault_count, IMPORT_FAULTS_MAX);
    assert_int_equal(import.faulty_row_count, ROWS);
    assert_int_equal(import.row_count, 0);
}

static void nothing_at_all_is_a_file_without_header(void **state)
{
    static const char *const texts[] = {"", "\n\n", ";;;\n"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        OWNED_IMPORT import = parsed(texts[i], NULL);
        assert_true(import.refused);
        assert_int_equal(import.file_fault.code, IMPORT_FAULT_NO_HEADER);
    }
}

static void a_header_alone_is_an_empty_import(void **state)
{
    OWNED_IMPORT import = parsed(HEAD, NULL);

    (void)state;
    assert_false(import.refused);
    assert_int_equal(import.row_count, 0);
    assert_int_equal(import.faulty_row_count, 0);
}

static void scarce_memory_is_told(void **state)
{
    static const char text[] = HEAD GOOD "Z-2;gisteren;X\nZ-1;4-12-2026;ZAAKTYPEDETAILSOORT.RUZ\n";
    struct import import = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, corporation_csv.parse(bytes_of_text(text), lists, NULL, &import),
                       import_free(&import));
    assert_int_equal(outcome, OUTCOME_OK);
}

/* Whatever stands in a file, rows that come out are within their bounds. */
static void damaged_files_give_no_damaged_rows(void **state)
{
    OWNED_BUFFER text = {0};
    int rows = 0;

    (void)state;
    assert_true(read_file("voorbeeld-corporatie", "input.csv", &text));
    srand(20261205);
    for (int round = 0; round < 4000; round++) {
        struct import import = {0};
        OWNED_BUFFER damaged = {0};
        buffer_add_bytes(&damaged, buffer_bytes(&text));
        for (int i = 0; i < 3; i++)
            damaged.data[(size_t)rand() % damaged.length] =
                (uint8_t) "\";,\r\n\t19Aé\xFF"[rand() % 12];
        assert_int_equal(corporation_csv.parse(buffer_bytes(&damaged), lists, NULL, &import),
                         OUTCOME_OK);
        for (size_t i = 0; i < import.row_count; i++) {
            struct fault fault = {{0}};
            assert_int_equal(import_row_check(&import.rows[i], &fault), OUTCOME_OK);
            rows++;
        }
        import_free(&import);
    }
    assert_true(rows > 1000);
}

static struct import synthetic(const char *options)
{
    OWNED_BUFFER text = {0};
    struct import import = {0};
    char command[256], block[4096];
    size_t length;
    FILE *output;

    snprintf(command, sizeof command, "tests/support/make_meldingen --today 2026-12-07 %s",
             options);
    output = popen(command, "r");
    assert_non_null(output);
    while ((length = fread(block, 1, sizeof block, output)) > 0)
        buffer_add(&text, block, length);
    assert_int_equal(pclose(output), 0);
    assert_int_equal(corporation_csv.parse(buffer_bytes(&text), lists, NULL, &import), OUTCOME_OK);
    return import;
}

static void the_synthetic_export_is_read_whole(void **state)
{
    static const char *const options[] = {"", "--separator tab", "--separator ,", "--cp1252",
                                          "--seed 7 --marker 'Merkbare Naam'"};

    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        OWNED_IMPORT import = synthetic(options[i]);
        size_t blocked = 0;
        assert_false(import.refused);
        assert_int_equal(import.row_count, 240);
        assert_int_equal(import.faulty_row_count, 0);
        for (size_t row = 0; row < import.row_count; row++)
            blocked += import.rows[row].blocked;
        assert_in_range(blocked, 7, 60);
    }
    OWNED_IMPORT planted = synthetic("--bsn");
    assert_true(planted.refused);
    assert_int_equal(planted.file_fault.code, IMPORT_FAULT_BSN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_gives_what_it_expects),
        cmocka_unit_test(a_fault_never_repeats_the_cell),
        cmocka_unit_test(any_single_bsn_refuses_the_file),
        cmocka_unit_test(too_large_a_file_is_refused),
        cmocka_unit_test(too_many_rows_are_refused),
        cmocka_unit_test(more_faults_than_are_listed_are_counted),
        cmocka_unit_test(nothing_at_all_is_a_file_without_header),
        cmocka_unit_test(a_header_alone_is_an_empty_import),
        cmocka_unit_test(scarce_memory_is_told),
        cmocka_unit_test(damaged_files_give_no_damaged_rows),
        cmocka_unit_test(the_synthetic_export_is_read_whole),
    };

    return cmocka_run_group_tests(tests, load_lists, free_lists);
}
