/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/bytes.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

static void bytes_are_equal_only_when_length_and_contents_are(void **state)
{
    (void)state;
    assert_true(bytes_equal(bytes_of_text("abc"), bytes_of_text("abc")));
    assert_false(bytes_equal(bytes_of_text("abc"), bytes_of_text("abd")));
    assert_false(bytes_equal(bytes_of_text("abc"), bytes_of_text("ab")));
    assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of_text("")));
    assert_true(bytes_equal_secret(bytes_of_text("abc"), bytes_of_text("abc")));
    assert_false(bytes_equal_secret(bytes_of_text("abc"), bytes_of_text("abd")));
    assert_false(bytes_equal_secret(bytes_of_text("abc"), bytes_of_text("abcd")));
    assert_true(bytes_equal_secret(bytes_of(NULL, 0), bytes_of(NULL, 0)));
}

static void no_text_is_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(bytes_of_text(NULL).length, 0);
}

static void bytes_become_a_closed_text(void **state)
{
    char *text = bytes_to_text(bytes_of("abcdef", 3)), *none = bytes_to_text(bytes_of(NULL, 0));

    (void)state;
    assert_string_equal(text, "abc");
    assert_string_equal(none, "");
    free(text);
    free(none);
}

static void a_buffer_holds_what_was_added_in_order(void **state)
{
    OWNED_BUFFER buffer = {0};
    const uint8_t expected[] = {'a', 'b', 0x12, 0x34, 1, 2, 3, 4, 5, 6, 7, 8, 'z', '7', '!', 'q'};

    (void)state;
    buffer_add_text(&buffer, "ab");
    buffer_add_u16(&buffer, 0x1234);
    buffer_add_u64(&buffer, 0x0102030405060708);
    buffer_add_byte(&buffer, 'z');
    buffer_format(&buffer, "%d%c", 7, '!');
    buffer_add(&buffer, "q", 1);
    buffer_add(&buffer, NULL, 0);
    assert_int_equal(buffer_outcome(&buffer), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of(expected, sizeof expected)));
}

static void a_buffer_grows_to_any_size(void **state)
{
    OWNED_BUFFER buffer = {0};

    (void)state;
    for (int i = 0; i < 100000; i++)
        buffer_add_byte(&buffer, (uint8_t)i);
    assert_int_equal(buffer.length, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], (uint8_t)i);
}

static void the_text_of_a_buffer_is_closed_and_not_counted(void **state)
{
    OWNED_BUFFER buffer = {0};

    (void)state;
    assert_string_equal(buffer_text(&buffer), "");
    for (int i = 0; i < 300; i++) { /* over the edge of each capacity */
        assert_int_equal(strlen(buffer_text(&buffer)), i);
        buffer_add_byte(&buffer, 'x');
    }
    assert_int_equal(buffer.length, 300);
}

static void a_long_format_fits(void **state)
{
    OWNED_BUFFER buffer = {0};

    (void)state;
    buffer_format(&buffer, "%0500d", 7);
    buffer_format(&buffer, "%s", "");
    assert_int_equal(buffer.length, 500);
    assert_int_equal(buffer.data[499], '7');
}

static void room_for_nothing_is_there(void **state)
{
    OWNED_BUFFER buffer = {0};

    (void)state;
    assert_non_null(buffer_room(&buffer, 0));
    assert_int_equal(buffer.length, 0);
    assert_int_equal(buffer_outcome(&buffer), OUTCOME_OK);
}

static void an_impossible_length_fails_and_the_failure_sticks(void **state)
{
    OWNED_BUFFER buffer = {0};

    (void)state;
    buffer_add_text(&buffer, "abc");
    assert_null(buffer_room(&buffer, SIZE_MAX));
    buffer_add_text(&buffer, "def");
    assert_int_equal(buffer_outcome(&buffer), OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(buffer.length, 3);
    assert_null(buffer_text(&buffer));
    buffer_wipe(&buffer);
    assert_int_equal(buffer_outcome(&buffer), OUTCOME_OK);
}

static enum outcome fill(struct buffer *buffer)
{
    for (int i = 0; i < 20; i++) {
        buffer_add_text(buffer, "0123456789012345678901234567890123456789");
        buffer_format(buffer, "%d", i);
    }
    return buffer_outcome(buffer);
}

static void want_of_memory_is_told_at_each_step(void **state)
{
    OWNED_BUFFER buffer = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&buffer), fill(&buffer)), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    memory_lasts_for(0);
    assert_null(bytes_to_text(bytes_of_text("abc")));
    memory_lasts_for(-1);
}

static void what_could_not_hold_its_own_is_not_taken_over_as_empty(void **state)
{
    OWNED_BUFFER from = {0}, out = {0};

    (void)state;
    buffer_add_text(&from, "abc");
    buffer_add_buffer(&out, &from);
    assert_true(bytes_equal(buffer_bytes(&out), bytes_of_text("abc")));
    assert_int_equal(buffer_outcome(&out), OUTCOME_OK);
    from.failed = true;
    buffer_add_buffer(&out, &from);
    assert_int_equal(buffer_outcome(&out), OUTCOME_OUT_OF_MEMORY);
}

static void numbers_are_big_endian(void **state)
{
    uint8_t out[8];

    (void)state;
    write_u64(out, 0xfedcba9876543210);
    assert_int_equal(out[0], 0xfe);
    assert_int_equal(out[7], 0x10);
    assert_true(read_u64(out) == 0xfedcba9876543210);
    assert_int_equal(read_u16(out), 0xfedc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_equal_only_when_length_and_contents_are),
        cmocka_unit_test(no_text_is_no_bytes),
        cmocka_unit_test(bytes_become_a_closed_text),
        cmocka_unit_test(a_buffer_holds_what_was_added_in_order),
        cmocka_unit_test(a_buffer_grows_to_any_size),
        cmocka_unit_test(the_text_of_a_buffer_is_closed_and_not_counted),
        cmocka_unit_test(a_long_format_fits),
        cmocka_unit_test(room_for_nothing_is_there),
        cmocka_unit_test(an_impossible_length_fails_and_the_failure_sticks),
        cmocka_unit_test(want_of_memory_is_told_at_each_step),
        cmocka_unit_test(what_could_not_hold_its_own_is_not_taken_over_as_empty),
        cmocka_unit_test(numbers_are_big_endian),
    };

    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
