/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/escalation_item.h"
#include "tests/support/scarce_memory.h"

#define ID     "11111111-1111-4111-8111-111111111111"
#define SIGNAL "22222222-2222-4222-8222-222222222222"
#define GOOD                                                                                       \
    "{\"id\":\"" ID "\",\"stand\":\"OPEN\",\"signaal\":\"" SIGNAL                                  \
    "\",\"code\":\"OVL.BURENRUZIE\",\"termijn\":\"BESLUIT\",\"uiterlijk\":\"2026-12-17\","         \
    "\"houder\":\"00000099000000020000\",\"melder\":\"00000099000000010000\"}"

static enum outcome read(const char *text, struct escalation_item *out)
{
    OWNED_JSON object = NULL;
    struct fault fault = {0};

    TRY(json_read(bytes_of_text(text), 4096, &object));
    return escalation_item_parse(object, out, &fault);
}

static void an_item_reads_and_prints_the_same(void **state)
{
    struct escalation_item item;
    OWNED_BUFFER text = {0}, settled = {0};

    (void)state;
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    assert_string_equal(item.signal, SIGNAL);
    assert_int_equal(item.term, TERM_DECIDE);
    assert_false(item.settled);
    assert_int_equal(escalation_item_print(&item, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), GOOD);
    item.settled = true;
    assert_int_equal(escalation_item_print(&item, &settled), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&settled), "\"stand\":\"OPGELOST\""));
    assert_int_equal(read(buffer_text(&settled), &item), OUTCOME_OK);
    assert_true(item.settled);
}

/* The good text with one part of it replaced. */
static void refused(const char *part, const char *by)
{
    char text[1024];
    const char *at = strstr(GOOD, part);
    struct escalation_item item;

    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, by, at + strlen(part));
    if (read(text, &item) != OUTCOME_MALFORMED)
        fail_msg("taken: %s", text);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    refused("\"id\":\"" ID "\",", "");
    refused(ID, "11111111-1111-7111-8111-111111111111"); /* a number that tells the time */
    refused(SIGNAL, "22222222");
    refused("OPEN", "open");
    refused("OPEN", "");
    refused("OVL.BURENRUZIE", "");
    refused("OVL.BURENRUZIE", "vrije tekst");
    refused("OVL.BURENRUZIE", "OVL.BURENRUZIEOVL.BURENRUZIEOVL.BURENRUZIE");
    refused("BESLUIT", "besluit");
    refused("2026-12-17", "2026-02-30");
    refused("00000099000000020000", "0000009900000002000");
    refused("00000099000000010000", "");
    refused("\"melder\"", "\"pseudoniem\"");
    refused("{\"id\"", "{\"gebied\":\"BU99990101\",\"id\"");
    refused("\"termijn\":\"BESLUIT\",", "");
}

static void what_would_not_be_read_is_not_printed(void **state)
{
    struct escalation_item item, wrong;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    wrong = item;
    wrong.term = TERM_COUNT;
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = item;
    wrong.id[0] = 'x';
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = item;
    wrong.signal[0] = '\0';
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = item;
    wrong.reporter.text[3] = '\0';
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = item;
    wrong.code[0] = '"';
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    wrong = item;
    wrong.holder.text[3] = '\0';
    assert_int_equal(escalation_item_print(&wrong, &text), OUTCOME_MALFORMED);
    assert_int_equal(text.length, 0);
}

static enum outcome read_and_print(struct escalation_item *item)
{
    OWNED_BUFFER text = {0};

    TRY(read(GOOD, item));
    return escalation_item_print(item, &text);
}

static void want_of_memory_is_told(void **state)
{
    struct escalation_item item;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, read_and_print(&item), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_reads_and_prints_the_same),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(what_would_not_be_read_is_not_printed),
        cmocka_unit_test(want_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
