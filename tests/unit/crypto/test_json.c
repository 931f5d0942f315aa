/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

enum { MAX_BYTES = 1 << 16 };

static enum outcome read(const char *text)
{
    OWNED_JSON value = NULL;

    return json_read(bytes_of_text(text), MAX_BYTES, &value);
}

static json_t *value_of(const char *text)
{
    json_t *value = NULL;

    assert_int_equal(json_read(bytes_of_text(text), MAX_BYTES, &value), OUTCOME_OK);
    assert_non_null(value);
    return value;
}

static void what_is_well_formed_is_read(void **state)
{
    static const char *const good[] = {
        "{}",
        "[]",
        " \t\r\n{ \"a\" : [ 1 , -2 , true , false , null ] } \n",
        "[0,9007199254740991,-9007199254740991]",
        "[\"\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e9\\u20ac\\ud83d\\ude00\"]",
        "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", /* 16 deep */
        "{\"a\":{\"a\":1},\"b\":{\"a\":1},\"\":0}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(read(good[i]), OUTCOME_OK);
}

static void what_is_not_well_formed_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "1",
        "\"a\"",
        "null",
        "{}{}",
        "{},",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
        "[tru]",
        "[truex]",
        "[True]",
        "[nul",
        "[NaN]",
        "[Infinity]",
        "[undefined]",
        "[1.0]",
        "[1e3]",
        "[1E3]",
        "[-1.5]",
        "[0.0]",
        "[.5]",
        "[1.]",
        "[-0]",
        "[-0.0]",
        "[00]",
        "[01]",
        "[-01]",
        "[+1]",
        "[-]",
        "[0x10]",
        "[9007199254740992]",
        "[-9007199254740992]",
        "[99999999999999999999999999]",
        "[1",
        "[-",
        "[12a]",
        "[\"a]",
        "[\"\\x\"]",
        "[\"\\",
        "[\"\\u12\"]",
        "[\"\\u12g4\"]",
        "[\"\\u0000\"]",
        "[\"\\ud800\"]",
        "[\"\\ud800x\"]",
        "[\"\\ud800\\u0041\"]",
        "[\"\\udc00\"]",
        "[\"\\ud800\\",
        "[\"a\nb\"]",
        "[\"a\tb\"]",
        "[\"\x01\"]",
        "[\"\x80\"]",
        "[\"\xc3\"]",
        "[\"\xc3(\"]",
        "[\"\xc0\x80\"]",
        "[\"\xc1\xbf\"]",
        "[\"\xe0\x80\x80\"]",
        "[\"\xed\xa0\x80\"]",
        "[\"\xf0\x80\x80\x80\"]",
        "[\"\xf4\x90\x80\x80\"]",
        "[\"\xf5\x80\x80\x80\"]",
        "[\"\xff\"]",
        "[\"\xe2\x82\"]",
        "\xef\xbb\xbf{}",
        "[/* no */]",
        "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", /* 17 deep */
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u0000\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (read(bad[i]) != OUTCOME_MALFORMED)
            fail_msg("taken: %s", bad[i]);
    }
}

static void a_nul_byte_is_refused_anywhere(void **state)
{
    OWNED_JSON value = NULL;

    (void)state;
    assert_int_equal(json_read(bytes_of("{}\0", 3), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_int_equal(json_read(bytes_of("\0{}", 3), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_int_equal(json_read(bytes_of("[\"a\0b\"]", 7), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_int_equal(json_read(bytes_of("[\"a\\\0\"]", 7), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_int_equal(json_read(bytes_of(NULL, 0), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_null(value);
}

static void every_cut_of_a_text_is_refused(void **state)
{
    static const char text[] = "{\"a\":[1,-2,\"\\ud83d\\ude00\xc3\xa9\",true,null],\"b\":{}}";
    OWNED_JSON value = NULL;

    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++)
        assert_int_equal(json_read(bytes_of(text, length), MAX_BYTES, &value), OUTCOME_MALFORMED);
    assert_int_equal(json_read(bytes_of(text, sizeof text - 1), MAX_BYTES, &value), OUTCOME_OK);
}

static void values_come_through_as_they_were(void **state)
{
    OWNED_JSON value = value_of("{\"t\":\"a\\u00e9\\ud83d\\ude00\\n\\u007f\\u07ff\\uffff!\",\"n\":"
                                "-9007199254740991,\"\\u0073\":[true,false,null]}");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(value, "t")),
                        "a\xc3\xa9\xf0\x9f\x98\x80\n\x7f\xdf\xbf\xef\xbf\xbf!");
    assert_true(json_integer_value(json_object_get(value, "n")) == -9007199254740991LL);
    assert_int_equal(json_array_size(json_object_get(value, "s")), 3);
    assert_int_equal(json_object_size(value), 3);
}

static void one_byte_over_the_limit_is_too_large(void **state)
{
    OWNED_JSON value = NULL;

    (void)state;
    assert_int_equal(json_read(bytes_of_text("[1]"), 2, &value), OUTCOME_TOO_LARGE);
    assert_int_equal(json_read(bytes_of_text("[1]"), 3, &value), OUTCOME_OK);
}

/* --- agreement with Jansson's own reader --- */

static uint64_t drawn = 20261203; /* a fixed seed: the same inputs each time */

static uint32_t draw(uint32_t below)
{
    drawn = drawn * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(drawn >> 33) % below;
}

static void add_random_value(struct buffer *out, int depth)
{
    static const char *const plain[] = {"0",    "-7",        "true",          "null",
                                        "\"\"", "\"a\\nb\"", "\"\\u20ac x\"", "1234567890123456"};
    uint32_t kind = draw(depth > 4 ? 4 : 6), members = draw(4);

    if (kind < 4) {
        buffer_add_text(out, plain[draw(sizeof plain / sizeof plain[0])]);
        return;
    }
    buffer_add_byte(out, kind == 4 ? '[' : '{');
    for (uint32_t i = 0; i < members; i++) {
        if (i > 0)
            buffer_add_text(out, draw(2) ? "," : " ,\n ");
        if (kind == 5)
            buffer_format(out, "\"m%u\"%s:", i, draw(2) ? " " : "");
        add_random_value(out, depth + 1);
    }
    buffer_add_byte(out, kind == 4 ? ']' : '}');
}

static void random_texts_read_as_jansson_reads_them(void **state)
{
    int same = 0, refused = 0;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)drawn);
    for (int i = 0; i < 20000; i++) {
        OWNED_BUFFER text = {0};
        OWNED_JSON ours = NULL;
        OWNED_JSON theirs = NULL;
        buffer_add_byte(&text, '[');
        add_random_value(&text, 0);
        buffer_add_byte(&text, ']');
        if (draw(3) == 0) /* one byte becomes another */
            text.data[draw((uint32_t)text.length)] = (uint8_t)draw(256);
        theirs = json_loadb((const char *)text.data, text.length, JSON_REJECT_DUPLICATES, NULL);
        if (json_read(buffer_bytes(&text), MAX_BYTES, &ours) == OUTCOME_OK) {
            assert_true(json_equal(ours, theirs));
            same++;
        } else if (!theirs) {
            refused++; /* what only we refuse: reals, -0, large numbers */
        }
    }
    assert_true(same > 12000);
    assert_true(refused > 1000);
}

/* --- lifting --- */

static enum outcome lift(const char *text, struct bytes *out)
{
    OWNED_JSON value = NULL;

    return json_read_lifting(bytes_of_text(text), MAX_BYTES, "inhoud", &value, out);
}

static void a_lifted_member_is_lent_from_the_text(void **state)
{
    static const char text[] = "{\"kop\":{\"inhoud\":\"x\"},\"inhoud\" : \"AbC_-9\" ,\"rest\":[1]}";
    OWNED_JSON value = NULL;
    struct bytes member;

    (void)state;
    assert_int_equal(json_read_lifting(bytes_of_text(text), sizeof text, "inhoud", &value, &member),
                     OUTCOME_OK);
    assert_true(bytes_equal(member, bytes_of_text("AbC_-9")));
    assert_true((const char *)member.data > text && (const char *)member.data < text + sizeof text);
    assert_string_equal(json_string_value(json_object_get(value, "inhoud")), "");
    assert_int_equal(json_object_size(value), 3);
}

static void an_empty_member_is_lifted_too(void **state)
{
    struct bytes member = bytes_of("x", 1);

    (void)state;
    assert_int_equal(lift("{\"inhoud\":\"\"}", &member), OUTCOME_OK);
    assert_int_equal(member.length, 0);
}

static void only_a_top_member_without_escapes_is_lifted(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"inhoud\"}",
        "{\"inhoud\":1}",
        "{\"inhoud\":{}}",
        "{\"inhoud\":null}",
        "{\"inhoud\":\"abc}",
        "{\"inhoud\":\"a\\u0062c\"}",
        "{\"inhoud\":\"abc\"",
        "{\"inhoud\":\"abc\",\"inhoud\":\"abc\"}",
        "{\"inhoud\":\"abc\",\"inhoud\":\"\"}",
        "{\"a\":{\"inhoud\":\"abc\"}}",
        "{\"a\":{\"inhoud\":\"abc\"},\"inhoud\":1}",
        "[\"inhoud\",\"abc\"]",
        "[\"inhoud\":\"abc\"]",
        "{\"a\":\"\\\"inhoud\\\":\\\"abc\\\"\"}",
        "}}{{{\"inhoud\":\"abc\"}",
        "\"inhoud\":\"abc\"",
        "{\"a\":\"inhoud\",:\"abc\"}",
        "{\"a\\",
    };
    struct bytes member;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (lift(bad[i], &member) != OUTCOME_MALFORMED)
            fail_msg("lifted from: %s", bad[i]);
    }
}

static void a_nested_namesake_is_never_lifted(void **state)
{
    struct bytes member;

    (void)state;
    assert_int_equal(lift("{\"a\":{\"inhoud\":\"vals\"},\"inhoud\":\"\"}", &member), OUTCOME_OK);
    assert_int_equal(member.length, 0);
    assert_int_equal(lift("{\"x\":\"inhoud\",\"inhoud\":\"echt\"}", &member), OUTCOME_OK);
    assert_true(bytes_equal(member, bytes_of_text("echt")));
}

static void lifting_from_too_large_a_text_is_refused(void **state)
{
    OWNED_JSON value = NULL;
    struct bytes member;

    (void)state;
    assert_int_equal(
        json_read_lifting(bytes_of_text("{\"inhoud\":\"\"}"), 12, "inhoud", &value, &member),
        OUTCOME_TOO_LARGE);
}

/* --- readers --- */

static void a_member_too_many_is_refused_without_naming_it(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    OWNED_JSON good = value_of("{\"a\":1}");
    OWNED_JSON bad = value_of("{\"a\":1,\"geheim\":2}");
    struct fault fault = {0};

    (void)state;
    assert_int_equal(json_only(good, names, &fault), OUTCOME_OK);
    assert_int_equal(json_only(bad, names, &fault), OUTCOME_MALFORMED);
    assert_null(strstr(fault.where, "geheim"));
    assert_true(fault.where[0]);
    assert_int_equal(json_only(NULL, names, NULL), OUTCOME_MALFORMED);
}

static void readers_take_their_type_within_its_bounds(void **state)
{
    OWNED_JSON value = value_of("{\"t\":\"abc\",\"n\":5,\"b\":true,\"o\":{},\"l\":[1,2]}");
    const char *text;
    const json_t *part;
    int64_t number;
    bool truth;

    (void)state;
    assert_int_equal(json_text_at(value, "t", 3, &text, NULL), OUTCOME_OK);
    assert_int_equal(json_text_at(value, "t", 2, &text, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_text_at(value, "n", 9, &text, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_integer_at(value, "n", 5, 5, &number, NULL), OUTCOME_OK);
    assert_int_equal(json_integer_at(value, "n", 6, 9, &number, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_integer_at(value, "n", 0, 4, &number, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_integer_at(value, "t", 0, 9, &number, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_boolean_at(value, "b", &truth, NULL), OUTCOME_OK);
    assert_int_equal(json_boolean_at(value, "n", &truth, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_object_at(value, "o", &part, NULL), OUTCOME_OK);
    assert_int_equal(json_object_at(value, "l", &part, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_array_at(value, "l", 2, &part, NULL), OUTCOME_OK);
    assert_int_equal(json_array_at(value, "l", 1, &part, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_array_at(value, "o", 1, &part, NULL), OUTCOME_MALFORMED);
    assert_int_equal(json_text_at(NULL, "t", 3, &text, NULL), OUTCOME_MALFORMED);
}

static void what_is_absent_leaves_an_optional_alone(void **state)
{
    OWNED_JSON value = value_of("{\"t\":\"abc\",\"n\":5}");
    const char *text = "was";
    int64_t number = 42;

    (void)state;
    assert_int_equal(json_optional_text_at(value, "x", 3, &text, NULL), OUTCOME_OK);
    assert_int_equal(json_optional_integer_at(value, "x", 0, 9, &number, NULL), OUTCOME_OK);
    assert_string_equal(text, "was");
    assert_int_equal(number, 42);
    assert_int_equal(json_optional_text_at(value, "t", 3, &text, NULL), OUTCOME_OK);
    assert_int_equal(json_optional_integer_at(value, "n", 0, 9, &number, NULL), OUTCOME_OK);
    assert_string_equal(text, "abc");
    assert_int_equal(number, 5);
    assert_int_equal(json_optional_text_at(value, "n", 3, &text, NULL), OUTCOME_MALFORMED);
}

static void the_first_fault_stays(void **state)
{
    OWNED_JSON value = value_of("{}");
    struct fault fault = {0};
    const char *text;

    (void)state;
    assert_int_equal(json_text_at(value, "eerste", 3, &text, &fault), OUTCOME_MALFORMED);
    assert_int_equal(json_text_at(value, "tweede", 3, &text, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "eerste");
    fault_at(NULL, "%s", "nowhere to write");
    fault = (struct fault){0};
    fault_at(&fault, "%0200d", 1); /* cut, not overrun */
    assert_int_equal(strlen(fault.where), JSON_WHERE_BYTES - 1);
}

/* --- writing --- */

static void what_is_written_reads_back(void **state)
{
    OWNED_JSON value = value_of("{\"a\":[1,\"\\u0001\\\"\xc3\xa9\",null],\"b\":{}}");
    OWNED_JSON again = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_equal(json_write(value, &text), OUTCOME_OK);
    assert_int_equal(json_read(buffer_bytes(&text), MAX_BYTES, &again), OUTCOME_OK);
    assert_true(json_equal(value, again));
    assert_int_equal(json_write_new(NULL, &text), OUTCOME_OUT_OF_MEMORY);
}

static void a_text_is_escaped_as_json_wants(void **state)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON value = NULL;

    (void)state;
    buffer_add_byte(&text, '[');
    buffer_add_json_text(&text, "a\"b\\c\n\x01\x1f\xc3\xa9/");
    buffer_add_byte(&text, ']');
    assert_int_equal(json_read(buffer_bytes(&text), MAX_BYTES, &value), OUTCOME_OK);
    assert_string_equal(json_string_value(json_array_get(value, 0)), "a\"b\\c\n\x01\x1f\xc3\xa9/");
}

/* Jansson's own writer is the other opinion; the two escape alike but for \n and its kin. */
static void what_is_written_is_what_jansson_writes(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"a\":{},\"b\":[[],[{}]]}",
        "[true,false,null,0,-1,9007199254740991]",
        "{\"z\":1,\"a\":2,\"m\":[\"\",\"\\u0001\\u0019\\\"\\\\/\\u00e9\",{\"\\\"\":\"\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        OWNED_JSON value = value_of(texts[i]);
        OWNED_BUFFER text = {0};
        char buffer[256];
        size_t length = json_dumpb(value, buffer, sizeof buffer, JSON_COMPACT);
        assert_int_equal(json_write(value, &text), OUTCOME_OK);
        assert_true(bytes_equal(buffer_bytes(&text), bytes_of(buffer, length)));
    }
}

static void a_real_number_is_not_written(void **state)
{
    OWNED_JSON value = json_real(0.5);
    OWNED_BUFFER text = {0};

    (void)state;
    assert_int_not_equal(json_write(value, &text), OUTCOME_OK);
}

/* --- memory --- */

static void want_of_memory_is_told_at_each_step(void **state)
{
    static const char text[] =
        "{\"een lange naam met een \\u00e9\":[1,9007199254740991,\"een lange tekst zonder meer\","
        "\"een lange tekst met \\\"aanhalingstekens\\\"\"],\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,"
        "\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":{\"inhoud\":[[]]},\"inhoud\":\"abc\"}";
    json_t *value = NULL;
    struct bytes member;
    OWNED_BUFFER written = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, json_read(bytes_of_text(text), MAX_BYTES, &value),
                       json_free_at(&value));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome,
                       json_read_lifting(bytes_of_text(text), MAX_BYTES, "inhoud", &value, &member),
                       json_free_at(&value));
    assert_int_equal(outcome, OUTCOME_OK);
    value = value_of(text);
    WITH_SCARCE_MEMORY(outcome, (buffer_wipe(&written), json_write(value, &written)), (void)0);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_well_formed_is_read),
        cmocka_unit_test(what_is_not_well_formed_is_refused),
        cmocka_unit_test(a_nul_byte_is_refused_anywhere),
        cmocka_unit_test(every_cut_of_a_text_is_refused),
        cmocka_unit_test(values_come_through_as_they_were),
        cmocka_unit_test(one_byte_over_the_limit_is_too_large),
        cmocka_unit_test(random_texts_read_as_jansson_reads_them),
        cmocka_unit_test(a_lifted_member_is_lent_from_the_text),
        cmocka_unit_test(an_empty_member_is_lifted_too),
        cmocka_unit_test(only_a_top_member_without_escapes_is_lifted),
        cmocka_unit_test(a_nested_namesake_is_never_lifted),
        cmocka_unit_test(lifting_from_too_large_a_text_is_refused),
        cmocka_unit_test(a_member_too_many_is_refused_without_naming_it),
        cmocka_unit_test(readers_take_their_type_within_its_bounds),
        cmocka_unit_test(what_is_absent_leaves_an_optional_alone),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_text_is_escaped_as_json_wants),
        cmocka_unit_test(what_is_written_is_what_jansson_writes),
        cmocka_unit_test(a_real_number_is_not_written),
        cmocka_unit_test(want_of_memory_is_told_at_each_step),
    };

    json_ready();
    return crypto_ready() == OUTCOME_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
