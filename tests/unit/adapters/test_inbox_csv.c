/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/inbox_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/scarce_memory.h"

#define HEADING                                                                                    \
    "\xEF\xBB\xBFontvangen;signaal;signaalcode;naam;van;stand;antwoord uiterlijk;pseudoniem;"      \
    "gebied;antwoord;vervolgstap;vervolgdatum;verwijst naar;organisatiesoort\r\n"

static const struct inbox_row row = {
    .received = "2026-12-03",
    .id = "0b0f1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3",
    .code = "OVL.BURENRUZIE",
    .name = "Burenruzie",
    .from = "Corporatie \"Voorbeeld\"; Wonen",
    .state = "ONTV",
    .answer_by = "2026-12-07",
    .token = "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA12345678",
    .area = "CPL-VD-01",
};

static void an_inbox_opens_in_excel(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(inbox_csv_print(&row, 1, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out),
                        HEADING "03-12-2026;0b0f1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3;OVL.BURENRUZIE;"
                                "Burenruzie;\"Corporatie \"\"Voorbeeld\"\"; Wonen\";ONTV;"
                                "07-12-2026;12345678;CPL-VD-01;;;;;\r\n");
}

static void an_empty_inbox_is_a_heading(void **state)
{
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(inbox_csv_print(NULL, 0, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), HEADING);
}

static void what_is_absent_is_an_empty_cell(void **state)
{
    const struct inbox_row bare = {.id = "x", .received = "gisteren", .token = "kort"};
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(inbox_csv_print(&bare, 1, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), HEADING ";x;;;;;;kort;;;;;;\r\n");
}

static void a_name_is_never_run_as_a_formula(void **state)
{
    const struct inbox_row sly = {.from = "=HYPERLINK(1)", .token = "0000000000-aaaaaaa"};
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(inbox_csv_print(&sly, 1, &out), OUTCOME_OK);
    assert_string_equal(buffer_text(&out), HEADING ";;;;\"'=HYPERLINK(1)\";;;\"'-aaaaaaa\";;;;;;\r\n");
}

static void scarce_memory_is_told(void **state)
{
    struct buffer out = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&out), inbox_csv_print(&row, 1, &out)),
                       buffer_wipe(&out));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inbox_opens_in_excel),
        cmocka_unit_test(an_empty_inbox_is_a_heading),
        cmocka_unit_test(what_is_absent_is_an_empty_cell),
        cmocka_unit_test(a_name_is_never_run_as_a_formula),
        cmocka_unit_test(scarce_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
