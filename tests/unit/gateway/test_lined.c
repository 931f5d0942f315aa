/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/lined.h"
#include "tests/support/scarce_memory.h"

static void the_line_and_the_rest_come_apart(void **state)
{
    OWNED_JSON line = NULL;
    struct bytes rest;

    (void)state;
    assert_int_equal(lined_read(bytes_of("{\"a\":1}\nb\nc\0d", 13), 16, &line, &rest), OUTCOME_OK);
    assert_int_equal(json_integer_value(json_object_get(line, "a")), 1);
    assert_true(bytes_equal(rest, bytes_of("b\nc\0d", 5)));
}

static void the_rest_may_be_empty(void **state)
{
    OWNED_JSON line = NULL;
    struct bytes rest;

    (void)state;
    assert_int_equal(lined_read(bytes_of_text("{}\n"), 16, &line, &rest), OUTCOME_OK);
    assert_int_equal(rest.length, 0);
}

static void whatever_does_not_read_is_damage_of_the_store(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "\n",
        "geen json\n",
        "{\"a\":1\n}",
        "{\"a\":1,\"a\":1}\n",
        "{\"aaaaaaaaaaaa\":1}\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *line = NULL;
        struct bytes rest = {0};
        assert_int_equal(lined_read(bytes_of_text(texts[i]), 16, &line, &rest),
                         OUTCOME_STORE_DAMAGED);
        assert_null(line);
        assert_null(rest.data);
    }
}

static void scarce_memory_is_not_damage(void **state)
{
    json_t *line = NULL;
    struct bytes rest;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, lined_read(bytes_of_text("{\"a\":[1]}\nb"), 16, &line, &rest),
                       json_free_at(&line));
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_and_the_rest_come_apart),
        cmocka_unit_test(the_rest_may_be_empty),
        cmocka_unit_test(whatever_does_not_read_is_damage_of_the_store),
        cmocka_unit_test(scarce_memory_is_not_damage),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
