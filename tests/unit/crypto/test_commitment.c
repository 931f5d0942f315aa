/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/commitment.h"
#include "crypto/ready.h"
#include "tests/support/vectors.h"

static void a_commitment_is_as_another_library_makes_it(const json_t *vector)
{
    OWNED_BUFFER salt = vector_hex(vector, "salt"), value = vector_hex(vector, "value");
    const char *field = vector_text(vector, "field");
    const char *expected = vector_text(vector, "commitment");
    char text[COMMITMENT_TEXT_BYTES];

    assert_int_equal(commitment_print(salt.data, field, buffer_bytes(&value), text), OUTCOME_OK);
    assert_string_equal(text, expected);
    assert_int_equal(commitment_check(expected, salt.data, field, buffer_bytes(&value)),
                     OUTCOME_OK);
    salt.data[0] ^= 1;
    assert_int_equal(commitment_check(expected, salt.data, field, buffer_bytes(&value)),
                     OUTCOME_SIGNATURE_WRONG);
}

static void commitments_are_as_another_library_makes_them(void **state)
{
    (void)state;
    assert_int_equal(vectors_each("commitment", a_commitment_is_as_another_library_makes_it), 5);
}

static void another_field_or_value_does_not_open_it(void **state)
{
    const uint8_t salt[COMMITMENT_SALT_BYTES] = {1};
    char text[COMMITMENT_TEXT_BYTES];

    (void)state;
    assert_int_equal(commitment_print(salt, "actor", bytes_of_text("12"), text), OUTCOME_OK);
    assert_int_equal(commitment_check(text, salt, "actor", bytes_of_text("12")), OUTCOME_OK);
    assert_int_equal(commitment_check(text, salt, "actor", bytes_of_text("13")),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(commitment_check(text, salt, "role", bytes_of_text("12")),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(commitment_check(text, salt, "actor1", bytes_of_text("2")),
                     OUTCOME_SIGNATURE_WRONG);
}

static void a_damaged_or_missing_text_is_not_opened(void **state)
{
    const uint8_t salt[COMMITMENT_SALT_BYTES] = {1};
    char text[COMMITMENT_TEXT_BYTES];

    (void)state;
    assert_int_equal(commitment_print(salt, "actor", bytes_of(NULL, 0), text), OUTCOME_OK);
    for (size_t at = 0; at < strlen(text); at++) {
        char kept = text[at];
        text[at] = (char)(kept ^ 1);
        assert_int_equal(commitment_check(text, salt, "actor", bytes_of(NULL, 0)),
                         OUTCOME_SIGNATURE_WRONG);
        text[at] = kept;
    }
    assert_int_equal(commitment_check("", salt, "actor", bytes_of(NULL, 0)),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(commitment_check(NULL, salt, "actor", bytes_of(NULL, 0)),
                     OUTCOME_SIGNATURE_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commitments_are_as_another_library_makes_them),
        cmocka_unit_test(another_field_or_value_does_not_open_it),
        cmocka_unit_test(a_damaged_or_missing_text_is_not_opened),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
