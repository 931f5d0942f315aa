/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/table.h"
#include "tests/support/scarce_memory.h"

static void columns_align_by_what_is_shown(void **state)
{
    OWNED_TABLE table = table_with(3);
    OWNED_BUFFER out = {0};

    (void)state;
    table_row(&table, (const char *[]){"naam", "stand", "op"});
    table_row(&table, (const char *[]){"Café José", "ONTV", "2026-12-03"});
    table_row(&table, (const char *[]){"x", NULL, "2026-12-04"});
    assert_int_equal(table_print(&table, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), "naam       stand  op\n"
                                           "Café José  ONTV   2026-12-03\n"
                                           "x                 2026-12-04\n");
}

static void a_partner_cannot_steer_the_terminal(void **state)
{
    OWNED_TABLE table = table_with(1);
    OWNED_BUFFER out = {0};

    (void)state;
    table_row(&table, (const char *[]){"a\x1b[2Jb\nc\t\xc2\x9b"
                                       "d\xe2\x80\xae"});
    assert_int_equal(table_print(&table, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), "a?[2Jb?c??d?\n");
}

static void text_that_is_no_utf8_is_no_trouble(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("\xff\xfe"), 2);
    assert_int_equal(text_width("\xe2\x82"), 2); /* cut off */
    assert_int_equal(text_width("\xf0"), 1);
}

static void wide_and_combining_characters_count(void **state)
{
    (void)state;
    assert_int_equal(text_width("e\u0301"), 1);
    assert_int_equal(text_width("日本"), 4);
    assert_int_equal(text_width("·"), 1);
}

static void an_empty_table_prints_nothing(void **state)
{
    OWNED_TABLE table = table_with(2);
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(table_print(&table, &out), OUTCOME_OK);
    assert_int_equal(out.length, 0);
}

static void many_rows_fit(void **state)
{
    OWNED_TABLE table = table_with(TABLE_COLUMNS_MAX + 1); /* one over the limit: cut to it */
    OWNED_BUFFER out = {0};
    const char *cells[TABLE_COLUMNS_MAX] = {"a", "b"};

    (void)state;
    assert_int_equal(table.column_count, TABLE_COLUMNS_MAX);
    for (int i = 0; i < 1000; i++)
        table_row(&table, cells);
    assert_int_equal(table_print(&table, &out), OUTCOME_OK);
    assert_int_equal(out.length, 1000 * 5);
}

static enum outcome print_forty_rows(void)
{
    OWNED_TABLE table = table_with(2);
    OWNED_BUFFER out = {0};

    for (int i = 0; i < 40; i++)
        table_row(&table, (const char *[]){"a", "b"});
    return table_print(&table, &out);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, print_forty_rows(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_align_by_what_is_shown),
        cmocka_unit_test(a_partner_cannot_steer_the_terminal),
        cmocka_unit_test(text_that_is_no_utf8_is_no_trouble),
        cmocka_unit_test(wide_and_combining_characters_count),
        cmocka_unit_test(an_empty_table_prints_nothing),
        cmocka_unit_test(many_rows_fit),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
