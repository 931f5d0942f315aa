/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "covenant/recovery_item.h"

#define ID "\"id\":\"0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10\""

static enum outcome parse(const char *text, struct recovery_item *out)
{
    OWNED_JSON object = NULL;
    struct fault fault = {0};

    assert_int_equal(json_read(bytes_of_text(text), 1024, &object), OUTCOME_OK);
    return recovery_item_parse(object, out, &fault);
}

static void an_item_is_read_as_it_was_printed(void **state)
{
    static const char text[] = "{" ID ",\"vanOp\":\"2026-11-22T02:00:00Z\"}";
    struct recovery_item item = {0};
    OWNED_BUFFER again = {0};

    (void)state;
    assert_int_equal(parse(text, &item), OUTCOME_OK);
    assert_true(item.since_ms == INT64_C(1795312800000));
    assert_int_equal(recovery_item_print(&item, &again), OUTCOME_OK);
    assert_string_equal(buffer_text(&again), text);
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "{" ID "}",
        "{\"vanOp\":\"2026-11-22T02:00:00Z\"}",
        "{" ID ",\"vanOp\":\"2026-11-22\"}",
        "{" ID ",\"vanOp\":1795312800}",
        "{" ID ",\"vanOp\":\"2026-11-22T02:00:00Z\",\"wie\":\"D-1\"}",
        "{\"id\":\"0b0a7f6e-1f0e-7a51-9d6b-0d3c6f7f9a10\",\"vanOp\":\"2026-11-22T02:00:00Z\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct recovery_item item = {.since_ms = 7};
        assert_int_equal(parse(wrong[i], &item), OUTCOME_MALFORMED);
        assert_true(item.since_ms == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_read_as_it_was_printed),
        cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
