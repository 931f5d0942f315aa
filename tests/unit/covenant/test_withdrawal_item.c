/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "covenant/withdrawal_item.h"
#include "tests/support/scarce_memory.h"

#define ID     "\"id\":\"0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10\""
#define OP     "\"op\":\"2026-12-15T09:30:00Z\""
#define REASON "\"reden\":\"INGETROKKEN\""
#define HEAD   "{" ID "," OP "," REASON ","
#define PROOF  "\"bewijs\":\"00112233445566778899aabbccddeeff\",\"volgnr\":2"
#define SIGNAL "\"signaal\":\"1b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10\""
#define TOKEN  "\"pseudoniem\":\"wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""

static enum outcome parse(const char *text, struct withdrawal_item *out)
{
    OWNED_JSON object = NULL;
    struct fault fault = {0};

    assert_int_equal(json_read(bytes_of_text(text), 1024, &object), OUTCOME_OK);
    return withdrawal_item_parse(object, out, &fault);
}

static void assert_same_again(const char *text)
{
    struct withdrawal_item item = {.at_ms = 7};
    OWNED_BUFFER again = {0};

    assert_int_equal(parse(text, &item), OUTCOME_OK);
    assert_int_equal(withdrawal_item_print(&item, &again), OUTCOME_OK);
    assert_string_equal(buffer_text(&again), text);
}

static void each_of_the_three_is_read_as_it_was_printed(void **state)
{
    (void)state;
    assert_same_again(HEAD PROOF "}");
    assert_same_again(HEAD SIGNAL "}");
    assert_same_again(HEAD TOKEN ",\"doel\":\"TOELEIDING\"}");
    assert_same_again("{" ID "," OP ",\"reden\":\"NIET_BEVESTIGD\"," PROOF "}");
}

static void what_is_read_is_what_it_says(void **state)
{
    struct withdrawal_item item = {0};

    (void)state;
    assert_int_equal(parse(HEAD PROOF "}", &item), OUTCOME_OK);
    assert_int_equal(item.about, WITHDRAWAL_OF_PROOF);
    assert_int_equal(item.reason, WITHDRAWAL_INGETROKKEN);
    assert_int_equal(item.sequence, 2);
    assert_int_equal(item.purpose, PURPOSE_NONE);
    assert_true(item.at_ms == INT64_C(1797327000000));
    assert_string_equal(item.signal, "");
    assert_int_equal(parse(HEAD TOKEN ",\"doel\":\"WAAKVLAM\"}", &item), OUTCOME_OK);
    assert_int_equal(item.about, WITHDRAWAL_OF_TOKEN);
    assert_int_equal(item.purpose, PURPOSE_WAAKVLAM);
    assert_string_equal(item.proof, "");
}

static void anything_else_is_refused_and_leaves_the_output_alone(void **state)
{
    static const char *const wrong[] = {
        "{}",
        "{" ID "," OP "," REASON "}",
        "{" OP "," REASON "," PROOF "}",
        "{" ID "," REASON "," PROOF "}",
        "{" ID "," OP "," PROOF "}",
        HEAD PROOF "," SIGNAL "}",
        HEAD SIGNAL "," TOKEN ",\"doel\":\"TOELEIDING\"}",
        HEAD PROOF ",\"doel\":\"TOELEIDING\"}",
        HEAD SIGNAL ",\"volgnr\":1}",
        HEAD TOKEN "}",
        HEAD TOKEN ",\"doel\":\"IETS\"}",
        HEAD TOKEN ",\"doel\":\"\"}",
        HEAD "\"pseudoniem\":\"1234AB 5\",\"doel\":\"TOELEIDING\"}",
        HEAD "\"bewijs\":\"00112233445566778899aabbccddeeff\"}",
        HEAD "\"bewijs\":\"00112233445566778899aabbccddeeff\",\"volgnr\":0}",
        HEAD "\"bewijs\":\"00112233445566778899AABBCCDDEEFF\",\"volgnr\":1}",
        HEAD "\"bewijs\":\"00112233\",\"volgnr\":1}",
        HEAD "\"signaal\":\"1b0a7f6e-1f0e-7a51-9d6b-0d3c6f7f9a10\"}",
        "{" ID "," OP ",\"reden\":\"ZOMAAR\"," PROOF "}",
        "{" ID ",\"op\":\"2026-12-15\"," REASON "," PROOF "}",
        HEAD PROOF ",\"adres\":\"1234AB\"}",
        HEAD TOKEN ",\"doel\":\"TOELEIDING\",\"adres\":\"1234AB\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct withdrawal_item item = {.at_ms = 7};
        assert_int_equal(parse(wrong[i], &item), OUTCOME_MALFORMED);
        assert_true(item.at_ms == 7);
    }
}

static void nothing_out_of_bounds_is_printed(void **state)
{
    struct withdrawal_item good = {0}, item;
    OWNED_BUFFER out = {0};

    (void)state;
    assert_int_equal(parse(HEAD PROOF "}", &good), OUTCOME_OK);
    item = good;
    item.reason = WITHDRAWAL_REASON_COUNT;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    item = good;
    item.sequence = 0;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    item = good;
    item.about = WITHDRAWAL_OF_SIGNAL;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    item.about = WITHDRAWAL_OF_TOKEN;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    assert_int_equal(parse(HEAD TOKEN ",\"doel\":\"TOELEIDING\"}", &item), OUTCOME_OK);
    item.purpose = PURPOSE_NONE;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    item.purpose = PURPOSE_COUNT;
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    item = good;
    item.id[0] = '\0';
    assert_int_equal(withdrawal_item_print(&item, &out), OUTCOME_MALFORMED);
    assert_int_equal(out.length, 0);
}

static void each_reason_has_its_word_and_its_text(void **state)
{
    enum withdrawal_reason reason;

    (void)state;
    for (unsigned i = 0; i < WITHDRAWAL_REASON_COUNT; i++) {
        assert_true(withdrawal_reason_parse(withdrawal_reason_word(i), &reason));
        assert_int_equal(reason, i);
        assert_string_not_equal(withdrawal_reason_text(i, LANGUAGE_NL),
                                withdrawal_reason_text(i, LANGUAGE_EN));
    }
    assert_false(withdrawal_reason_parse("", &reason));
    assert_false(withdrawal_reason_parse(NULL, &reason));
}

static enum outcome print_one(void)
{
    struct withdrawal_item item = {0};
    OWNED_BUFFER out = {0};

    memcpy(item.id, "0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10", UUID_TEXT_BYTES);
    memcpy(item.signal, item.id, UUID_TEXT_BYTES);
    item.about = WITHDRAWAL_OF_SIGNAL;
    return withdrawal_item_print(&item, &out);
}

static void want_of_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, print_one(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_the_three_is_read_as_it_was_printed),
        cmocka_unit_test(what_is_read_is_what_it_says),
        cmocka_unit_test(anything_else_is_refused_and_leaves_the_output_alone),
        cmocka_unit_test(nothing_out_of_bounds_is_printed),
        cmocka_unit_test(each_reason_has_its_word_and_its_text),
        cmocka_unit_test(want_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
