/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/adapter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_printed(struct import_fault fault, enum language language, const char *text)
{
    OWNED_BUFFER out = {0};

    import_fault_print(&fault, language, &out);
    assert_string_equal(buffer_text(&out), text);
}

static void a_fault_says_where(void **state)
{
    (void)state;
    assert_printed((struct import_fault){IMPORT_FAULT_DAY_WRONG, 7, "melddatum", 2}, LANGUAGE_NL,
                   "regel 7, kolom melddatum: Dit is geen datum. Schrijf bijvoorbeeld 03-12-2026.");
    assert_printed((struct import_fault){IMPORT_FAULT_DAY_WRONG, 7, "melddatum", 2}, LANGUAGE_EN,
                   "row 7, column melddatum: This is not a date. Write 03-12-2026, for example.");
    assert_printed((struct import_fault){IMPORT_FAULT_QUOTES, 7, NULL, 18}, LANGUAGE_NL,
                   "regel 7, kolom 18: De aanhalingstekens kloppen niet.");
    assert_printed((struct import_fault){IMPORT_FAULT_CODE_MISSING, 7, NULL, 0}, LANGUAGE_EN,
                   "row 7: The row has no soort, detailsoort or signaalcode.");
    assert_printed((struct import_fault){IMPORT_FAULT_TOO_LARGE, 0, NULL, 0}, LANGUAGE_NL,
                   "Het bestand is groter dan 8 MiB. Splits het.");
}

static void each_code_is_its_own_and_says_it_in_two_languages(void **state)
{
    (void)state;
    for (int i = 0; i < IMPORT_FAULT_COUNT; i++) {
        enum import_fault_code code = (enum import_fault_code)i;
        assert_true(strlen(import_fault_code(code)) > 2);
        assert_true(strlen(import_fault_text(code, LANGUAGE_NL)) > 10);
        assert_true(strlen(import_fault_text(code, LANGUAGE_EN)) > 10);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(import_fault_code(code),
                                    import_fault_code((enum import_fault_code)k));
    }
    for (int i = 0; i < IMPORT_WARNING_COUNT; i++) {
        enum import_warning warning = (enum import_warning)i;
        assert_true(strlen(import_warning_code(warning)) > 2);
        assert_string_not_equal(import_warning_text(warning, LANGUAGE_NL),
                                import_warning_text(warning, LANGUAGE_EN));
    }
}

static void an_import_is_freed_once_or_twice(void **state)
{
    struct import import = {0};

    (void)state;
    import_free(&import);
    import.rows = calloc(2, sizeof *import.rows);
    import.row_count = 2;
    import.faults = calloc(1, sizeof *import.faults);
    import.fault_count = 1;
    import_free(&import);
    assert_null(import.rows);
    assert_int_equal(import.row_count, 0);
    import_free(&import);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_says_where),
        cmocka_unit_test(each_code_is_its_own_and_says_it_in_two_languages),
        cmocka_unit_test(an_import_is_freed_once_or_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
