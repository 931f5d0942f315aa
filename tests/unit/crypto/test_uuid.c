/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/ready.h"
#include "crypto/uuid.h"
#include "tests/support/vectors.h"

static void a_published_example_goes_round(const json_t *vector)
{
    const char *text = vector_text(vector, "text");
    struct uuid uuid;
    char printed[UUID_TEXT_BYTES];

    assert_true(uuid_parse(text, &uuid));
    assert_int_equal(uuid_version(uuid), json_integer_value(json_object_get(vector, "version")));
    uuid_print(uuid, printed);
    assert_string_equal(printed, text);
}

static void the_published_examples_go_round(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("uuid", a_published_example_goes_round), 7);
}

static void version_4_is_random_and_marked(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct uuid uuid = uuid_v4(), other = uuid_v4(), back;
        char text[UUID_TEXT_BYTES];
        assert_int_equal(uuid_version(uuid), 4);
        assert_int_equal(uuid.bytes[8] >> 6, 2);
        assert_false(uuid_equal(uuid, other));
        uuid_print(uuid, text);
        assert_int_equal(strlen(text), 36);
        assert_true(uuid_parse(text, &back) && uuid_equal(uuid, back));
    }
}

static void version_7_begins_with_the_moment(void **state)
{
    struct uuid early = uuid_v7(0x017f22e279b0), late = uuid_v7(0x017f22e279b1);
    char text[UUID_TEXT_BYTES];

    (void)state;
    uuid_print(early, text);
    assert_memory_equal(text, "017f22e2-79b0-7", 15);
    assert_int_equal(uuid_version(early), 7);
    assert_int_equal(early.bytes[8] >> 6, 2);
    assert_true(memcmp(early.bytes, late.bytes, 16) < 0);
    assert_false(uuid_equal(uuid_v7(5), uuid_v7(5)));
}

static void any_other_text_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "919108f7-52d1-4320-9bac-f847db4148a",
        "919108f7-52d1-4320-9bac-f847db4148a88",
        "919108F7-52d1-4320-9bac-f847db4148a8",
        "919108f752d143209bacf847db4148a8",
        "{919108f7-52d1-4320-9bac-f847db4148a8}",
        "919108f7-52d1-4320-9bacf-847db4148a8",
        "919108f7052d1-4320-9bac-f847db4148a8",
        "919108g7-52d1-4320-9bac-f847db4148a8",
        "919108f7-52d1-4320-cbac-f847db4148a8", /* another variant */
        "919108f7-52d1-4320-7bac-f847db4148a8",
        "919108f7-52d1-0320-9bac-f847db4148a8", /* no version */
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        " 19108f7-52d1-4320-9bac-f847db4148a8",
    };
    struct uuid uuid = {{7}};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(uuid_parse(bad[i], &uuid));
    assert_false(uuid_parse(NULL, &uuid));
    assert_int_equal(uuid.bytes[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_examples_go_round),
        cmocka_unit_test(version_4_is_random_and_marked),
        cmocka_unit_test(version_7_begins_with_the_moment),
        cmocka_unit_test(any_other_text_is_refused),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
