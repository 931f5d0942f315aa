/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/key_tree.h"
#include "crypto/ready.h"
#include "tests/support/vectors.h"

static const struct {
    const char *context;
    enum key_purpose purpose;
} purposes[] = {
#define PURPOSE_ROW(name, context) {context, KEY_FOR_##name},
    KEY_PURPOSES(PURPOSE_ROW)
#undef PURPOSE_ROW
};

static enum key_purpose purpose_of(const char *context)
{
    for (size_t i = 0; i < KEY_PURPOSE_COUNT; i++)
        if (strcmp(purposes[i].context, context) == 0)
            return purposes[i].purpose;
    fail_msg("no purpose has the context %s", context);
    return KEY_PURPOSE_COUNT;
}

static void a_key_grows_as_published(const json_t *vector)
{
    OWNED_BUFFER master = vector_hex(vector, "master"), expected = vector_hex(vector, "key");
    uint64_t version = (uint64_t)json_integer_value(json_object_get(vector, "version"));
    uint8_t key[KEY_BYTES];

    key_derive(master.data, purpose_of(vector_text(vector, "context")), version, key);
    assert_memory_equal(key, expected.data, KEY_BYTES);
    key_derive(master.data, purpose_of(vector_text(vector, "context")), version + 9, key);
    assert_memory_not_equal(key, expected.data, KEY_BYTES);
    master.data[31] ^= 1;
    key_derive(master.data, purpose_of(vector_text(vector, "context")), version, key);
    assert_memory_not_equal(key, expected.data, KEY_BYTES);
}

static void the_keys_grow_as_published(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("key-tree", a_key_grows_as_published), 7);
}

static void no_two_purposes_share_a_context(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEY_PURPOSE_COUNT; i++) {
        assert_int_equal(strlen(purposes[i].context), 8);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(purposes[i].context, purposes[j].context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keys_grow_as_published),
        cmocka_unit_test(no_two_purposes_share_a_context),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
