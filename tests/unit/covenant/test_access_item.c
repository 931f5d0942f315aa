/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "covenant/access_item.h"
#include "covenant/day.h"
#include "tests/support/scarce_memory.h"

#define ID      "11111111-1111-4111-8111-111111111111"
#define REQUEST "22222222-2222-4222-8222-222222222222"
#define TOKEN   "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD                                                                                       \
    "{\"id\":\"" ID "\",\"op\":\"2026-12-03T09:12:44Z\",\"verzoek\":\"" REQUEST                    \
    "\",\"pseudoniem\":\"" TOKEN "\",\"doel\":\"TOELEIDING\"}"

static enum outcome read(const char *text, struct access_item *out)
{
    OWNED_JSON object = NULL;
    struct fault fault = {0};

    TRY(json_read(bytes_of_text(text), 4096, &object));
    return access_item_parse(object, out, &fault);
}

static void an_item_reads_and_prints_the_same(void **state)
{
    struct access_item item;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    assert_string_equal(item.id, ID);
    assert_string_equal(item.request, REQUEST);
    assert_string_equal(item.token, TOKEN);
    assert_int_equal(item.purpose, PURPOSE_TOELEIDING);
    assert_int_equal(access_item_print(&item, &text), OUTCOME_OK);
    assert_string_equal(buffer_text(&text), GOOD);
}

/* The good text with one part of it replaced. */
static void refused(const char *part, const char *by)
{
    char text[1024];
    const char *at = strstr(GOOD, part);
    struct access_item item;

    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, by, at + strlen(part));
    if (read(text, &item) != OUTCOME_MALFORMED)
        fail_msg("taken: %s", text);
}

static void what_is_not_exactly_that_is_refused(void **state)
{
    (void)state;
    refused("\"id\":\"" ID "\",", "");
    refused(ID, "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a"); /* another version tells when */
    refused(REQUEST, "");
    refused(REQUEST, "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a");
    refused("2026-12-03T09:12:44Z", "2026-12-03");
    refused("TOELEIDING", "ALLES");
    refused("TOELEIDING", "");
    refused(TOKEN, "wp1.pch.s.2026H2.x");
    refused(",\"doel\"", ",\"naam\":\"x\",\"doel\""); /* who asks is not said */
}

static void an_item_out_of_bounds_is_not_printed(void **state)
{
    struct access_item item;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    item.purpose = PURPOSE_NONE;
    assert_int_equal(access_item_print(&item, &text), OUTCOME_MALFORMED);
    item.purpose = PURPOSE_COUNT;
    assert_int_equal(access_item_print(&item, &text), OUTCOME_MALFORMED);
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    item.id[0] = 'x';
    assert_int_equal(access_item_print(&item, &text), OUTCOME_MALFORMED);
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    item.request[0] = '\0';
    assert_int_equal(access_item_print(&item, &text), OUTCOME_MALFORMED);
    assert_int_equal(read(GOOD, &item), OUTCOME_OK);
    item.token[0] = '\0';
    assert_int_equal(access_item_print(&item, &text), OUTCOME_MALFORMED);
    assert_int_equal(text.length, 0);
}

static void scarce_memory_is_told(void **state)
{
    struct access_item item;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, read(GOOD, &item), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_reads_and_prints_the_same),
        cmocka_unit_test(what_is_not_exactly_that_is_refused),
        cmocka_unit_test(an_item_out_of_bounds_is_not_printed),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
