/* SPDX-License-Identifier: EUPL-1.2 */
/* What a stranger can do with JSON alone: depth, size, names twice, odd texts, odd numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/json.h"
#include "crypto/ready.h"

enum { MANY = 1000 * 1000, ROOM = 64 << 20 };

static enum outcome read_bytes(struct bytes text)
{
    OWNED_JSON value = NULL;

    return json_read(text, ROOM, &value);
}

static void assert_reads(const char *text)
{
    if (read_bytes(bytes_of_text(text)) != OUTCOME_OK)
        fail_msg("refused: %s", text);
}

static void assert_refused(const char *text)
{
    if (read_bytes(bytes_of_text(text)) != OUTCOME_MALFORMED)
        fail_msg("not refused: %s", text);
}

static void add_times(struct buffer *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buffer_add_text(out, text);
}

/* --- J1: deep, many, long --- */

static void assert_depth(const char *open, const char *close, size_t depth, enum outcome outcome)
{
    OWNED_BUFFER text = {0}, unclosed = {0};

    add_times(&text, open, depth);
    buffer_add_bytes(&unclosed, buffer_bytes(&text));
    add_times(&text, close, depth);
    assert_int_equal(read_bytes(buffer_bytes(&text)), outcome);
    assert_int_equal(read_bytes(buffer_bytes(&unclosed)), OUTCOME_MALFORMED);
}

static void j1_seventeen_deep_is_refused_and_so_is_any_deeper(void **state)
{
    static const size_t depths[] = {17, 2048, 100000, MANY};

    (void)state;
    assert_depth("[", "]", 16, OUTCOME_OK);
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        assert_depth("[", "]", depths[i], OUTCOME_MALFORMED);
        assert_depth("{\"a\":", "}", depths[i], OUTCOME_MALFORMED);
        assert_depth("[{\"a\":", "}]", depths[i], OUTCOME_MALFORMED);
    }
}

static void many_names(struct buffer *out, size_t count)
{
    buffer_add_byte(out, '{');
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%s\"k%zu\":0", i ? "," : "", i);
    buffer_add_byte(out, '}');
    assert_int_equal(buffer_outcome(out), OUTCOME_OK);
}

static void many_elements(struct buffer *out, size_t count)
{
    buffer_add_byte(out, '[');
    add_times(out, "{\"a\":\"\\u00e9\"},", count);
    buffer_add_text(out, "0]");
}

static void many_arrays(struct buffer *out, size_t count)
{
    buffer_add_byte(out, '[');
    add_times(out, "[[[[[[[[[[[[[[[]]]]]]]]]]]]]]],", count);
    buffer_add_text(out, "0]");
}

static void many_escapes(struct buffer *out, size_t count)
{
    buffer_add_text(out, "[\"");
    add_times(out, "\\ud83d\\ude00\\n", count);
    buffer_add_text(out, "\"]");
}

static void j1_a_million_names_are_read_or_too_large(void **state)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON value = NULL;

    (void)state;
    many_names(&text, MANY);
    assert_int_equal(json_read(buffer_bytes(&text), 1 << 20, &value), OUTCOME_TOO_LARGE);
    assert_int_equal(json_read(buffer_bytes(&text), ROOM, &value), OUTCOME_OK);
    assert_int_equal(json_object_size(value), MANY);
}

static void j1_a_name_of_64_kilobytes_is_not_repeated(void **state)
{
    static const char *const none[] = {"a", NULL};
    OWNED_BUFFER text = {0};
    OWNED_JSON value = NULL;
    struct fault fault = {0};

    (void)state;
    buffer_add_text(&text, "{\"");
    add_times(&text, "k", 64 << 10);
    buffer_add_text(&text, "\":1}");
    assert_int_equal(json_read(buffer_bytes(&text), ROOM, &value), OUTCOME_OK);
    assert_int_equal(json_only(value, none, &fault), OUTCOME_MALFORMED);
    assert_null(strstr(fault.where, "kkk"));
}

static double seconds_for(void (*make)(struct buffer *, size_t), size_t count)
{
    OWNED_BUFFER text = {0};
    double least = 0;

    make(&text, count);
    for (int i = 0; i < 3; i++) {
        struct timespec before, after;
        double took;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
        (void)!read_bytes(buffer_bytes(&text));
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
        took = (double)(after.tv_sec - before.tv_sec) +
               1e-9 * (double)(after.tv_nsec - before.tv_nsec);
        least = i == 0 || took < least ? took : least;
    }
    return least;
}

/* Eight times as much takes about eight times as long, and more where it no longer fits the
 * processor's own memory; were it the square, 64 times. */
static void j1_time_grows_with_the_length_and_no_faster(void **state)
{
    static const struct {
        const char *name;
        void (*make)(struct buffer *, size_t);
        size_t count;
    } rows[] = {
        {"names", many_names, 40000},
        {"elements", many_elements, 20000},
        {"arrays", many_arrays, 4000},
        {"escapes", many_escapes, 40000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double once = seconds_for(rows[i].make, rows[i].count);
        double more = seconds_for(rows[i].make, 8 * rows[i].count);
        printf("%s: %.2f ms, eight times as many %.2f ms\n", rows[i].name, 1e3 * once, 1e3 * more);
        if (more > 56 * once + 1e-3)
            fail_msg("%s: %f s, eight times as many %f s", rows[i].name, once, more);
    }
}

/* The one member that is lifted out is looked for beforehand: by a loop that counts depth. */
static void j1_lifting_is_no_way_round(void **state)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON value = NULL;
    struct bytes lifted;

    (void)state;
    add_times(&text, "{\"a\":", 100000);
    buffer_add_text(&text, "{\"inhoud\":\"AAAA\"}");
    add_times(&text, "}", 100000);
    assert_int_equal(json_read_lifting(buffer_bytes(&text), ROOM, "inhoud", &value, &lifted),
                     OUTCOME_MALFORMED);
    assert_null(value);
}

/* --- J2: a name twice --- */

static void j2_a_name_twice_is_refused_however_it_is_spelled(void **state)
{
    static const char *const twice[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":2,\"a\":1}",
        "{\"\":1,\"\":1}",
        "{\"a\":1,\"\\u0061\":1}",
        "{\"\\u0061\":1,\"\\u0061\":1}",
        "{\"/\":1,\"\\/\":1}",
        "{\"\\u00e9\":1,\"\xc3\xa9\":1}",
        "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":1}",
        "{\"\\n\":1,\"\\u000A\":1}",
        "{\"b\":{\"a\":1,\"a\":1}}",
        "[[[{\"b\":[{\"a\":{},\"\\u0061\":{}}]}]]]",
        "{\"a\":{\"a\":1},\"a\":{\"a\":1}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++)
        assert_refused(twice[i]);
    assert_reads("{\"a\":{\"a\":1},\"A\":1,\"a \":1}");
    /* A letter with its accent apart is another text: no name of ours has one. */
    assert_reads("{\"\xc3\xa9\":1,\"e\xcc\x81\":1}");
}

static void j2_a_name_twice_is_found_among_many(void **state)
{
    static const size_t places[] = {0, 1, 499, 49999};

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        OWNED_BUFFER text = {0};
        many_names(&text, 50000);
        text.length--;
        buffer_format(&text, ",\"k%zu\":0}", places[i]);
        assert_int_equal(read_bytes(buffer_bytes(&text)), OUTCOME_MALFORMED);
    }
}

static void j2_a_member_that_is_lifted_out_stands_there_once(void **state)
{
    static const char *const texts[] = {
        "{\"inhoud\":\"A\",\"inhoud\":\"A\"}",
        "{\"inhoud\":\"A\",\"inhou\\u0064\":\"B\"}",
        "{\"inhou\\u0064\":\"B\",\"inhoud\":\"A\"}",
        "{\"kop\":{},\"inhoud\":\"A\",\"kop\":{}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        OWNED_JSON value = NULL;
        struct bytes lifted;
        assert_int_equal(
            json_read_lifting(bytes_of_text(texts[i]), ROOM, "inhoud", &value, &lifted),
            OUTCOME_MALFORMED);
    }
}

/* --- J3: texts --- */

static void j3_what_is_no_utf8_is_refused(void **state)
{
    static const char *const wrong[] = {
        "[\"\x80\"]", /* a continuation without a beginning */
        "[\"\xbf\"]",
        "[\"\xc3\"]", /* a beginning without its continuation */
        "[\"\xe2\x82\"]",
        "[\"\xf0\x9f\x98\"]",
        "[\"\xc0\xaf\"]", /* overlong, in two, three and four bytes */
        "[\"\xe0\x80\xaf\"]",
        "[\"\xf0\x80\x80\xaf\"]",
        "[\"\xed\xa0\x80\"]", /* halves of pairs */
        "[\"\xed\xbf\xbf\"]",
        "[\"\xed\xa0\xbd\xed\xb8\x80\"]", /* both halves, each by itself */
        "[\"\xf4\x90\x80\x80\"]",         /* beyond the last character */
        "[\"\xf5\x80\x80\x80\"]",
        "[\"\xf8\x88\x80\x80\x80\"]",
        "[\"\xfe\"]",
        "[\"\xff\"]",
        "[\"caf\xe9\"]", /* Latin 1 */
        "{\"\xff\":1}",
        "[\xc3\xa9]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(wrong[i]);
    assert_reads("[\"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"]");
    assert_reads("[\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]");
}

static void j3_half_a_pair_is_refused(void **state)
{
    static const char *const wrong[] = {
        "[\"\\ud800\"]",        "[\"\\udbff\"]",        "[\"\\udc00\"]",         "[\"\\udfff\"]",
        "[\"\\ud83d\\ud83d\"]", "[\"\\ude00\\ud83d\"]", "[\"\\ud83dx\\ude00\"]", "[\"\\ud83d\\n\"]",
        "[\"\\ud83d\\u\"]",     "[\"\\ud83d\\ude0\"]",  "[\"\\uD83D\\u0041\"]",  "{\"\\ud800\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(wrong[i]);
    assert_reads("[\"\\uD83D\\uDE00\\uFFFF\\uFFFE\"]");
}

static void j3_a_byte_order_mark_or_another_encoding_is_refused(void **state)
{
    static const char wide[] = "[\0"
                               "1\0"
                               "]\0",
                      other[] = "\0[\0"
                                "1\0"
                                "]";
    static const char marked[] = "\xff\xfe[\0]";

    (void)state;
    assert_refused("\xef\xbb\xbf{}");
    assert_refused("\xef\xbb\xbf");
    assert_refused("\xfe\xff\x5b\x5d");
    assert_refused("{\xef\xbb\xbf}");
    assert_int_equal(read_bytes(bytes_of(wide, 6)), OUTCOME_MALFORMED);
    assert_int_equal(read_bytes(bytes_of(other, 6)), OUTCOME_MALFORMED);
    assert_int_equal(read_bytes(bytes_of(marked, 5)), OUTCOME_MALFORMED);
}

static void j3_nul_and_control_bytes_are_refused(void **state)
{
    static const char good[] = "{\"a\":[\"b\",1]}";
    char text[sizeof good + 1];

    (void)state;
    assert_refused("[\"\\u0000\"]");
    assert_refused("{\"\\u0000\":1}");
    for (size_t at = 0; at < sizeof good; at++) { /* put in at each place, the end too */
        memcpy(text, good, at);
        text[at] = '\0';
        memcpy(text + at + 1, good + at, sizeof good - at);
        assert_int_equal(read_bytes(bytes_of(text, sizeof good)), OUTCOME_MALFORMED);
    }
    for (char c = 1; c < 0x20; c++) {
        const char within[] = {'[', '"', c, '"', ']', '\0'};
        const char without[] = {'[', c, ']', '\0'};
        assert_refused(within);
        assert_int_equal(read_bytes(bytes_of_text(without)),
                         c == '\t' || c == '\n' || c == '\r' ? OUTCOME_OK : OUTCOME_MALFORMED);
    }
    assert_refused("[\xc2\xa0]"); /* blanks of other kinds */
    assert_refused("[\xe2\x81\xa0]");
    assert_refused("[\x0c]");
}

static void j3_nothing_follows_the_end(void **state)
{
    static const char *const after[] = {
        "x", "]",  "}",    ",",    "{}",           "[]",       "1", "\"\"",
        "#", "//", "/**/", "null", "\xef\xbb\xbf", "\xc3\xa9", ";", "\\"};

    (void)state;
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"a\":[1]}%s", after[i]);
        assert_refused(text);
        snprintf(text, sizeof text, "[] \n%s", after[i]);
        assert_refused(text);
    }
    assert_reads("{\"a\":[1]} \r\n\t ");
}

/* After the published suites: what readers of JSON were seen to take for JSON. */
static void j3_what_others_let_pass_is_refused(void **state)
{
    /* clang-format off */
    static const char *const wrong[] = {
        "[1 true]", "[a\xc3\xa5]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]",
        "[\"x\"]]", "[\"\",]", "[\"x\"", "[x", "[3[4]]", "[1:2]", "[,]", "[-]", "[   , \"\"]",
        "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[\"\va\"\\f]", "[*]", "[1,\n1\n,1", "[{}", "[fals]",
        "[nul]", "[tru]", "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-2.]", "[-NaN]", "[.-1]",
        "[.2e-3]", "[0.1.2]", "[0.3e+]", "[0.3e]", "[0.e1]", "[0e]", "[0e+]", "[1.0e+]",
        "[1.0e-]", "[1.0e]", "[1 000.0]", "[1eE2]", "[2.e+3]", "[9.e+]", "[Inf]", "[NaN]",
        "[\xef\xbc\x91]", "[1+2]", "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]",
        "[-1x]", "[1ea]", "[-012]", "[-.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]",
        "[\"x\", truth]", "{[: \"x\"}", "{\"x\", null}", "{\"x\"::\"b\"}", "{\"a\":\"a\" 123}",
        "{key: 'value'}", "{\"a\" b}", "{:\"b\"}", "{\"a\"", "{1:1}", "{9999E9999:1}",
        "{null:null,null:null}", "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}", "{\"a\":\"b\"}/**/",
        "{\"a\":\"b\"}//", "{\"a\":\"b\"}/", "{\"a\":\"b\",,\"c\":\"d\"}", "{a: \"b\"}",
        "{\"a\":\"a", "{ \"foo\" : \"bar\", \"a\" }", "{\"a\":\"b\"}#", "[\"\\uD800\\\"]",
        "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[\xc3\xa9]",
        "[\"\\x00\"]", "[\"\\\\\\\"]", "[\"\\\t\"]", "[\"\\\xf0\x9f\x8c\x80\"]", "[\"\\\"]",
        "[\"\\u00A\"]", "[\"\\uD834\\uDd\"]", "[\"\\uD800\\uD800\\x\"]", "[\"\\u\xe5\"]",
        "[\"\\a\"]", "[\"\\uqqqq\"]", "[\\n]", "[\\u0020\"asd\"]", "[\"", "[\"asd]",
        "['single quote']", "abc", "[\"\\", "[\"\\UA66D\"]", "<.>", "[<null>]", "[1]x", "[1]]",
        "[\"asd]", "aa\xc3\xa5", "[True]", "1]", "{\"x\": true,", "[][]", "]", "2@", "{}}",
        "{\"\":", "{\"a\":/*comment*/\"b\"}", "{\"a\": true} \"x\"", "['", "[,", "[{", "[\"a",
        "[\"a\"", "{", "{]", "{,", "{[", "{\"a", "{'a'", "[\"\\{[\"\\{[\"\\{", "*",
        "{\"a\":\"b\"}#{}", "[\\u000A\"\"]", "[1", "[ false, nul", "[ true, fals", "[ false, tru",
        "{\"asd\":\"asd\"", "\xc3\xa5", "[\xe2\x81\xa0]", "\xef\xbb\xbf", "[\f]", "42", "null",
        "\"\"",
    };
    /* clang-format on */

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(wrong[i]);
    printf("%zu texts\n", sizeof wrong / sizeof wrong[0]);
}

/* --- J4: numbers --- */

static void j4_only_integers_that_every_reader_keeps_are_numbers(void **state)
{
    static const char *const wrong[] = {
        "1e400",
        "-1e400",
        "1e5",
        "1E5",
        "1e+5",
        "1e-5",
        "0e0",
        "1.0",
        "0.1",
        "-0.1",
        "1.5",
        "-0",
        "-0.0",
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551617",
        "99999999999999999999999999999999999999999999",
        "00",
        "01",
        "-01",
        "0000000000000000001",
        "9007199254740991.0",
        "1_000",
        "1,0.1",
        "0x1F",
        "0b1",
        "1f",
        "1L",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "[%s]", wrong[i]);
        assert_refused(text);
        snprintf(text, sizeof text, "{\"a\":%s}", wrong[i]);
        assert_refused(text);
    }
    assert_reads("[0,1,-1,9007199254740991,-9007199254740991]");
}

/* A text of digits is no number, and a number no text: 1 and "1" are two things. */
static void j4_a_number_is_never_read_out_of_a_text(void **state)
{
    OWNED_JSON value = NULL;
    struct fault fault = {0};
    const char *text;
    int64_t number;

    (void)state;
    assert_int_equal(json_read(bytes_of_text("{\"a\":\"1\",\"b\":1,\"c\":true}"), ROOM, &value),
                     OUTCOME_OK);
    assert_int_equal(json_integer_at(value, "a", 0, 9, &number, &fault), OUTCOME_MALFORMED);
    assert_int_equal(json_integer_at(value, "c", 0, 9, &number, &fault), OUTCOME_MALFORMED);
    assert_int_equal(json_text_at(value, "b", 9, &text, &fault), OUTCOME_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(j1_seventeen_deep_is_refused_and_so_is_any_deeper),
        cmocka_unit_test(j1_a_million_names_are_read_or_too_large),
        cmocka_unit_test(j1_a_name_of_64_kilobytes_is_not_repeated),
        cmocka_unit_test(j1_time_grows_with_the_length_and_no_faster),
        cmocka_unit_test(j1_lifting_is_no_way_round),
        cmocka_unit_test(j2_a_name_twice_is_refused_however_it_is_spelled),
        cmocka_unit_test(j2_a_name_twice_is_found_among_many),
        cmocka_unit_test(j2_a_member_that_is_lifted_out_stands_there_once),
        cmocka_unit_test(j3_what_is_no_utf8_is_refused),
        cmocka_unit_test(j3_half_a_pair_is_refused),
        cmocka_unit_test(j3_a_byte_order_mark_or_another_encoding_is_refused),
        cmocka_unit_test(j3_nul_and_control_bytes_are_refused),
        cmocka_unit_test(j3_nothing_follows_the_end),
        cmocka_unit_test(j3_what_others_let_pass_is_refused),
        cmocka_unit_test(j4_only_integers_that_every_reader_keeps_are_numbers),
        cmocka_unit_test(j4_a_number_is_never_read_out_of_a_text),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
