/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/canonical.h"

static struct bytes text(const char *text)
{
    return bytes_of_text(text);
}

static void white_space_at_the_ends_is_left_out(void **state)
{
    (void)state;
    assert_true(bytes_equal(cell_trim(text(" \t\xC2\xA0 a b \xC2\xA0\r\n")), text("a b")));
    assert_int_equal(cell_trim(text(" \xC2\xA0 ")).length, 0);
    assert_int_equal(cell_trim((struct bytes){0}).length, 0);
    assert_true(bytes_equal(cell_trim(text("\xC3\xA0")), text("à"))); /* ends in A0 too */
}

static void each_way_to_write_a_day_is_read(void **state)
{
    static const char *const days[] = {"3-12-2026",
                                       "03-12-2026",
                                       "2026-12-03",
                                       "3/12/2026",
                                       "03/12/2026",
                                       "03.12.2026",
                                       "2026-12-3",
                                       "3-12-2026 00:00",
                                       "2026-12-03T09:12:44Z",
                                       "2026-12-03 09:12:44.000"};

    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct import_day day = {0};
        char printed[DAY_TEXT_BYTES];
        assert_true(cell_day(text(days[i]), &day));
        assert_true(day.known);
        day_print(day.day, printed);
        assert_string_equal(printed, "2026-12-03");
    }
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const others[] = {
        "",
        "3",
        "3-12",
        "3-12-26",
        "31-2-2026",
        "2026-13-01",
        "29-02-2025",
        "3-12/2026",
        "3--2026",
        "a-12-2026",
        "3-12-2026x",
        "3-12-20261",
        "2026/12/03",
        "0-1-2026",
        "12-2026-3",
        "3 december 2026",
        "03-12-2026 morgen",
        "14-02-205",
        "99999999-1-1",
        "-3-12-2026",
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct import_day day = {0};
        assert_false(cell_day(text(others[i]), &day));
        assert_false(day.known);
    }
}

static void each_way_to_write_an_amount_is_read(void **state)
{
    static const struct {
        const char *cell;
        int64_t cents;
    } cases[] = {
        {"612,50", 61250},
        {"612.50", 61250},
        {"1.234,50", 123450},
        {"1234,50", 123450},
        {"€ 1.234", 123400},
        {"€1.234,5", 123450},
        {"1.234", 123400},
        {"0", 0},
        {"1.23", 123},
        {"7", 700},
        {"612,-", 61200},
        {"612,--", 61200},
        {"1.234.567", -1},
        {"€\xC2\xA0"
         "612,50",
         61250},
        {"EUR 612,50", 61250},
        {"612,50 EUR", 61250},
        {"612,50 €", 61250},
        {"999.999,99", 99999999},
        {"1.000.000,00", 100000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t cents = -1;
        assert_int_equal(cell_cents(text(cases[i].cell), &cents), cases[i].cents >= 0);
        assert_int_equal(cents, cases[i].cents); /* one over the limit leaves it alone */
    }
}

static void what_is_no_amount_is_refused(void **state)
{
    static const char *const others[] = {
        "",
        "-5",
        "abc",
        "1,234",
        "1,2,3",
        "12.34,50",
        "1..234",
        ".50",
        "1234.567,00",
        "12345.678",
        "€",
        "€ €",
        "612,",
        "612.",
        "1 234",
        "1e3",
        "612,5a",
        "1.000.000,01",
        "9999999999999999999999",
        "1.2345",
        "0x10",
    };

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        int64_t cents = -1;
        assert_false(cell_cents(text(others[i]), &cents));
        assert_int_equal(cents, -1);
    }
}

/* What is printed in the Dutch way is read as the same number. */
static void any_printed_amount_is_read_back(void **state)
{
    (void)state;
    srand(20261204);
    for (int round = 0; round < 5000; round++) {
        int64_t cents = rand() % IMPORT_CENTS_MAX, read = -1;
        long long euros = cents / 100;
        char cell[64];
        if (euros >= 1000 && round % 2)
            snprintf(cell, sizeof cell, "€ %lld.%03lld,%02d", euros / 1000, euros % 1000,
                     (int)(cents % 100));
        else
            snprintf(cell, sizeof cell, "%lld,%02d", euros, (int)(cents % 100));
        assert_true(cell_cents(text(cell), &read));
        assert_int_equal(read, cents);
    }
}

static void each_way_to_say_yes_or_no_is_read(void **state)
{
    static const char *const yes[] = {"ja", "JA", "j", "x", "X", "waar", "WAAR", "1", "true"};
    static const char *const no[] = {"nee", "Nee", "n", "onwaar", "0", "false"};
    enum import_answer answer = IMPORT_ANSWER_ABSENT;

    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_true(cell_answer(text(yes[i]), &answer));
        assert_int_equal(answer, IMPORT_ANSWER_YES);
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        assert_true(cell_answer(text(no[i]), &answer));
        assert_int_equal(answer, IMPORT_ANSWER_NO);
    }
    assert_true(cell_answer(text("Onbekend"), &answer));
    assert_int_equal(answer, IMPORT_ANSWER_UNKNOWN);
    assert_false(cell_answer(text("misschien"), &answer));
    assert_false(cell_answer(text("ja hoor, dat mag zeker"), &answer));
    assert_false(cell_answer(text(""), &answer));
}

static void texts_are_bounded(void **state)
{
    char out[4];

    (void)state;
    assert_true(cell_text(text("aBc"), out, sizeof out));
    assert_string_equal(out, "aBc");
    assert_false(cell_text(text("aBcd"), out, sizeof out));
    assert_true(cell_upper(text("aB1"), out, sizeof out));
    assert_string_equal(out, "AB1");
    assert_true(cell_lower(text("aB1"), out, sizeof out));
    assert_string_equal(out, "ab1");
    assert_true(cell_text((struct bytes){0}, out, sizeof out));
    assert_string_equal(out, "");
}

static void a_telephone_number_loses_its_brackets(void **state)
{
    char out[21];
    char long_number[80];

    (void)state;
    assert_true(cell_phone(text("(030) 123.45.67"), out, sizeof out));
    assert_string_equal(out, "030 123 45 67");
    assert_true(cell_phone(text("06/12345678"), out, sizeof out));
    assert_string_equal(out, "06-12345678");
    memset(long_number, '1', sizeof long_number);
    assert_false(cell_phone(bytes_of(long_number, sizeof long_number), out, sizeof out));
    assert_false(cell_phone(bytes_of(long_number, 21), out, sizeof out));
}

static void a_bsn_is_recognised_in_each_dress(void **state)
{
    static const char *const cells[] = {
        "999990019",     "9999.90.019", "999 990 019", "9999-90-019",
        "12345672",      "012345672",   "123456782",   "BSN 999990019, belde terug",
        "bsn:111222333", "(999990019)", "999990019/2",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        assert_true(cell_may_be_bsn(text(cells[i])));
}

static void what_is_no_bsn_is_let_through(void **state)
{
    static const char *const cells[] = {
        "",
        "123456789",
        "000000000",
        "Z-2026-000101",
        "9999900190",
        "06-99999001",
        "1234567",
        "1999990019",
        "3-12-2026",
        "CPL-VD-01",
        "99999001",
        "K00001",
        "NL99INGB0123456789",
        "0363200000123456",
        "12345672 in een zin",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        assert_false(cell_may_be_bsn(text(cells[i])));
}

/* A day holds eight digits, and one in eleven of those passes the 11-test. */
static void a_day_is_never_taken_for_a_bsn(void **state)
{
    static const char separators[] = {'-', '.', '/'};
    char bsn[BSN_BYTES], cell[64];
    int would_pass = 0;

    (void)state;
    for (struct day day = {18000}; day.number < 22000; day = day_plus(day, 1)) {
        struct date date = day_date(day);
        for (size_t i = 0; i < 3; i++) {
            snprintf(cell, sizeof cell, "%02d%c%02d%c%04d", date.day, separators[i], date.month,
                     separators[i], date.year);
            assert_false(cell_may_be_bsn(text(cell)));
            would_pass += canonical_bsn(cell, bsn) == OUTCOME_OK;
        }
        day_print(day, cell);
        assert_false(cell_may_be_bsn(text(cell)));
    }
    assert_true(would_pass > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_at_the_ends_is_left_out),
        cmocka_unit_test(each_way_to_write_a_day_is_read),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(each_way_to_write_an_amount_is_read),
        cmocka_unit_test(what_is_no_amount_is_refused),
        cmocka_unit_test(any_printed_amount_is_read_back),
        cmocka_unit_test(each_way_to_say_yes_or_no_is_read),
        cmocka_unit_test(texts_are_bounded),
        cmocka_unit_test(a_telephone_number_loses_its_brackets),
        cmocka_unit_test(a_bsn_is_recognised_in_each_dress),
        cmocka_unit_test(what_is_no_bsn_is_let_through),
        cmocka_unit_test(a_day_is_never_taken_for_a_bsn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
