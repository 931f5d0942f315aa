/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/scarce_memory.h"

static struct csv opened(const char *text)
{
    struct csv csv = {0};
    enum csv_fault fault = CSV_FAULT_NONE;

    assert_int_equal(csv_open(bytes_of_text(text), &csv, &fault), OUTCOME_OK);
    assert_int_equal(fault, CSV_FAULT_NONE);
    return csv;
}

static void assert_cell(const struct csv *csv, size_t column, const char *text)
{
    assert_true(column < csv->column_count);
    assert_true(bytes_equal(csv->columns[column], bytes_of_text(text)));
}

static void assert_broken(const char *text, enum csv_fault fault, uint32_t row)
{
    OWNED_CSV csv = opened(text);
    enum csv_step step;

    do
        step = csv_next(&csv);
    while (step == CSV_ROW);
    assert_int_equal(step, CSV_BROKEN);
    assert_int_equal(csv.fault, fault);
    assert_int_equal(csv.row, row);
    assert_int_equal(csv_next(&csv), CSV_BROKEN); /* and stays so */
}

static void a_table_is_read_row_by_row(void **state)
{
    OWNED_CSV csv = opened("a;b\r\n1;2\r\n3;4");

    (void)state;
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_int_equal(csv.row, 1);
    assert_cell(&csv, 1, "b");
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_int_equal(csv.row, 3);
    assert_int_equal(csv.column_count, 2);
    assert_cell(&csv, 0, "3");
    assert_cell(&csv, 1, "4");
    assert_int_equal(csv_next(&csv), CSV_END);
}

static void each_line_end_is_known(void **state)
{
    static const char *const texts[] = {"a\n1\n2\n", "a\r\n1\r\n2", "a\r1\r2\r"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        OWNED_CSV csv = opened(texts[i]);
        for (uint32_t row = 1; row <= 3; row++) {
            assert_int_equal(csv_next(&csv), CSV_ROW);
            assert_int_equal(csv.row, row);
        }
        assert_int_equal(csv_next(&csv), CSV_END);
    }
}

static void the_separator_is_found_in_the_first_line(void **state)
{
    static const struct {
        const char *text;
        char separator;
    } cases[] = {
        {"a;b,c;d\n", ';'},     {"a,b,c;d\n", ','}, {"a\tb\tc,d\n", '\t'}, {"a\n1,2,3\n", ';'},
        {"\"a,b,c\";d\n", ';'}, {"", ';'},          {"a;b,c\n", ';'},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_CSV csv = opened(cases[i].text);
        assert_int_equal(csv.separator, cases[i].separator);
    }
}

static void quotes_hide_separators_line_ends_and_doubled_quotes(void **state)
{
    OWNED_CSV csv = opened("\"a;b\";\"zei \"\"ja\"\"\"\r\n\"regel 1\r\nregel 2\";x\r\n");

    (void)state;
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_cell(&csv, 0, "a;b");
    assert_cell(&csv, 1, "zei \"ja\"");
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_cell(&csv, 0, "regel 1\r\nregel 2");
    assert_int_equal(csv.row, 2);
    assert_int_equal(csv_next(&csv), CSV_END);
}

static void a_quote_within_a_plain_cell_is_just_a_quote(void **state)
{
    OWNED_CSV csv = opened("buis 5\" dik;b\n");

    (void)state;
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_cell(&csv, 0, "buis 5\" dik");
}

static void quotes_that_do_not_close_break_the_table(void **state)
{
    (void)state;
    assert_broken("a;b\n\"open;2\n", CSV_FAULT_QUOTES, 2);
    assert_broken("\"", CSV_FAULT_QUOTES, 1);
    assert_broken("\"abc\"\"", CSV_FAULT_QUOTES, 1);
    assert_broken("a\n\"dicht\"x;2\n", CSV_FAULT_QUOTES, 2);
}

static void empty_lines_are_counted_and_skipped(void **state)
{
    OWNED_CSV csv = opened("a;b\n\n;\n1;2\n\n");

    (void)state;
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_int_equal(csv.row, 4);
    assert_int_equal(csv_next(&csv), CSV_END);
}

static void a_byte_order_mark_is_no_part_of_the_first_cell(void **state)
{
    OWNED_CSV csv = opened("\xEF\xBB\xBFnaam;b\n");

    (void)state;
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_cell(&csv, 0, "naam");
    assert_false(csv.was_cp1252);
}

static void what_is_not_utf8_is_read_as_cp1252(void **state)
{
    OWNED_CSV csv = opened("caf\xE9;\x80 5;\xDFx\n");

    (void)state;
    assert_true(csv.was_cp1252);
    assert_int_equal(csv_next(&csv), CSV_ROW);
    assert_cell(&csv, 0, "café");
    assert_cell(&csv, 1, "€ 5");
    assert_cell(&csv, 2, "ßx");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"a;\x81\n", 4}, /* not assigned in CP-1252, no UTF-8 */
        {"a\0b\n", 4},   /* NUL */
        {"\xFF\xFE"
         "a\0",
         4},               /* UTF-16 */
        {"a\x1B[2J\n", 6}, /* escape */
        {"a\x7F\n", 3},
        {"\xC0\x81", 2}, /* overlong */
    };
    struct csv csv = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum csv_fault fault = CSV_FAULT_NONE;
        assert_int_equal(csv_open(bytes_of(cases[i].bytes, cases[i].length), &csv, &fault),
                         OUTCOME_MALFORMED);
        assert_int_equal(fault, CSV_FAULT_ENCODING);
        assert_null(csv.text.data); /* untouched */
    }
}

static void utf8_is_judged_strictly(void **state)
{
    static const char *const good[] = {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                       "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"};
    static const char *const bad[] = {"\xE0\x9F\xBF",     "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xF0\x8F\xBF\xBF", "\xC3",         "\xE2\x82"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        OWNED_CSV csv = opened(good[i]);
        assert_false(csv.was_cp1252);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        OWNED_CSV csv = {0};
        enum csv_fault fault = CSV_FAULT_NONE;
        enum outcome outcome = csv_open(bytes_of_text(bad[i]), &csv, &fault);
        assert_true(outcome == OUTCOME_MALFORMED || csv.was_cp1252);
    }
}

static char *repeated(const char *head, char c, size_t count)
{
    char *text = malloc(strlen(head) + count + 1);

    assert_non_null(text);
    strcpy(text, head);
    memset(text + strlen(head), c, count);
    text[strlen(head) + count] = '\0';
    return text;
}

static void a_cell_has_a_longest(void **state)
{
    char *fits = repeated("a\n", 'x', CSV_CELL_MAX_BYTES);
    char *over = repeated("a\n", 'x', CSV_CELL_MAX_BYTES + 1);

    (void)state;
    {
        OWNED_CSV csv = opened(fits);
        assert_int_equal(csv_next(&csv), CSV_ROW);
        assert_int_equal(csv_next(&csv), CSV_ROW);
    }
    assert_broken(over, CSV_FAULT_CELL_TOO_LONG, 2);
    free(fits);
    free(over);
}

static void a_row_has_a_most_of_columns(void **state)
{
    char *fits = repeated("a", ';', CSV_COLUMNS_MAX - 1);
    char *over = repeated("a", ';', CSV_COLUMNS_MAX);

    (void)state;
    {
        OWNED_CSV csv = opened(fits);
        assert_int_equal(csv_next(&csv), CSV_ROW);
        assert_int_equal(csv.column_count, CSV_COLUMNS_MAX);
    }
    assert_broken(over, CSV_FAULT_TOO_MANY_COLUMNS, 1);
    free(fits);
    free(over);
}

static void a_file_has_a_most_of_rows(void **state)
{
    OWNED_BUFFER text = {0};

    (void)state;
    buffer_add_text(&text, "a\n");
    for (int i = 0; i < CSV_ROWS_MAX; i++)
        buffer_add_text(&text, "1\n");
    {
        OWNED_CSV csv = opened(buffer_text(&text));
        enum csv_step step;
        do
            step = csv_next(&csv);
        while (step == CSV_ROW);
        assert_int_equal(step, CSV_END);
    }
    buffer_add_text(&text, "1\n");
    assert_broken(buffer_text(&text), CSV_FAULT_TOO_MANY_ROWS, CSV_ROWS_MAX + 2);
}

static void a_file_has_a_largest(void **state)
{
    size_t length = CSV_FILE_MAX_BYTES + 1;
    char *text = repeated("", '\n', length);
    struct csv csv = {0};
    enum csv_fault fault = CSV_FAULT_NONE;

    (void)state;
    assert_int_equal(csv_open(bytes_of(text, length), &csv, &fault), OUTCOME_TOO_LARGE);
    assert_int_equal(fault, CSV_FAULT_TOO_LARGE);
    assert_int_equal(csv_open(bytes_of(text, length - 1), &csv, &fault), OUTCOME_OK);
    csv_close(&csv);
    free(text);
}

static void nothing_at_all_is_an_empty_table(void **state)
{
    struct csv csv = {0};
    enum csv_fault fault = CSV_FAULT_NONE;

    (void)state;
    assert_int_equal(csv_open((struct bytes){0}, &csv, &fault), OUTCOME_OK);
    assert_int_equal(csv_next(&csv), CSV_END);
    csv_close(&csv);
    csv_close(&csv); /* twice is fine */
}

static void a_spreadsheet_is_given_no_formulas(void **state)
{
    static const char *const cells[] = {"=1+1", "+31", "-5", "@SUM", "\tx", "\rx", "a=b", NULL, ""};
    OWNED_BUFFER out = {0};

    (void)state;
    csv_write_row(&out, sizeof cells / sizeof cells[0], cells);
    assert_string_equal(buffer_text(&out), "\"'=1+1\";\"'+31\";\"'-5\";\"'@SUM\";\"'\tx\";\"'\rx\";"
                                           "a=b;;\r\n");
}

static void the_writer_starts_with_a_byte_order_mark(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    csv_write_start(&out);
    assert_string_equal(buffer_text(&out), "\xEF\xBB\xBF");
}

/* What is written is read back, but for the guard before a formula. */
static void what_is_written_is_read_back(void **state)
{
    static const char letters[] = "ab;,\"\n\r \t=-é";

    (void)state;
    srand(20261203);
    for (int round = 0; round < 2000; round++) {
        char texts[4][8] = {{0}};
        const char *cells[4];
        OWNED_BUFFER out = {0};
        struct csv csv = {0};
        enum csv_fault fault = CSV_FAULT_NONE;
        for (int i = 0; i < 4; i++) {
            size_t length = (size_t)rand() % 7;
            texts[i][0] = 'x';
            for (size_t k = 1; k < length; k++)
                texts[i][k] = letters[(size_t)rand() % 11];
            cells[i] = texts[i];
        }
        csv_write_start(&out);
        csv_write_row(&out, 4, (const char *const[]){"a", "b", "c", "d"});
        csv_write_row(&out, 4, cells);
        assert_int_equal(csv_open(buffer_bytes(&out), &csv, &fault), OUTCOME_OK);
        assert_int_equal(csv_next(&csv), CSV_ROW);
        assert_int_equal(csv_next(&csv), CSV_ROW);
        assert_int_equal(csv.column_count, 4);
        for (size_t i = 0; i < 4; i++)
            assert_cell(&csv, i, texts[i]);
        csv_close(&csv);
    }
}

static void scarce_memory_is_told(void **state)
{
    struct csv csv = {0};
    enum csv_fault fault = CSV_FAULT_NONE;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, csv_open(bytes_of_text("a;b\n1;2\n"), &csv, &fault),
                       csv_close(&csv));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, csv_open(bytes_of_text("caf\xE9\n"), &csv, &fault),
                       csv_close(&csv));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read_row_by_row),
        cmocka_unit_test(each_line_end_is_known),
        cmocka_unit_test(the_separator_is_found_in_the_first_line),
        cmocka_unit_test(quotes_hide_separators_line_ends_and_doubled_quotes),
        cmocka_unit_test(a_quote_within_a_plain_cell_is_just_a_quote),
        cmocka_unit_test(quotes_that_do_not_close_break_the_table),
        cmocka_unit_test(empty_lines_are_counted_and_skipped),
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_cell),
        cmocka_unit_test(what_is_not_utf8_is_read_as_cp1252),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(utf8_is_judged_strictly),
        cmocka_unit_test(a_cell_has_a_longest),
        cmocka_unit_test(a_row_has_a_most_of_columns),
        cmocka_unit_test(a_file_has_a_most_of_rows),
        cmocka_unit_test(a_file_has_a_largest),
        cmocka_unit_test(nothing_at_all_is_an_empty_table),
        cmocka_unit_test(a_spreadsheet_is_given_no_formulas),
        cmocka_unit_test(the_writer_starts_with_a_byte_order_mark),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
