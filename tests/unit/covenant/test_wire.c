/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "covenant/wire.h"

#define UUID  "0b0a7f6e-1f0e-4a51-9d6b-0d3c6f7f9a10"
#define UUID7 "0b0a7f6e-1f0e-7a51-9d6b-0d3c6f7f9a10"
#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { VERSION = 4 };

static union {
    char text[SHA256_HEX_BYTES];
    char uuid[UUID_TEXT_BYTES];
    struct oin oin;
    struct day day;
    int64_t ms;
    uint8_t hash[SHA256_BYTES];
} out;

static enum outcome read_uuid(const json_t *object, struct fault *fault)
{
    return wire_uuid_at(object, "x", VERSION, out.uuid, fault);
}

static enum outcome read_oin(const json_t *object, struct fault *fault)
{
    return wire_oin_at(object, "x", &out.oin, fault);
}

static enum outcome read_day(const json_t *object, struct fault *fault)
{
    return wire_day_at(object, "x", &out.day, fault);
}

static enum outcome read_instant(const json_t *object, struct fault *fault)
{
    return wire_instant_at(object, "x", &out.ms, fault);
}

static enum outcome read_hash(const json_t *object, struct fault *fault)
{
    return wire_hash_at(object, "x", out.hash, fault);
}

static enum outcome read_hex(const json_t *object, struct fault *fault)
{
    return wire_hex_at(object, "x", out.text, fault);
}

static enum outcome read_text(const json_t *object, struct fault *fault)
{
    return wire_text_at(object, "x", out.text, 4, fault);
}

static enum outcome read_optional(const json_t *object, struct fault *fault)
{
    return wire_optional_text_at(object, "x", out.text, 4, fault);
}

/* What each reads, and what it refuses; what is no text, and what is absent, it refuses too. */
static const struct {
    enum outcome (*read)(const json_t *object, struct fault *fault);
    const char *good;
    const char *wrong[6];
} readers[] = {
    {read_uuid, UUID, {"", UUID7, UUID "0", "0B0A7F6E-1F0E-4A51-9D6B-0D3C6F7F9A10", "x"}},
    {read_oin, "00000001234567890000", {"", "0000000123456789000", "000000012345678900000", "x"}},
    {read_day, "2026-11-22", {"", "2026-11-31", "2026-11-2", "2026-11-222", "22-11-2026"}},
    {read_instant,
     "2026-11-22T02:00:00Z",
     {"", "2026-11-22", "2026-11-22T24:00:00Z", "2026-11-22T02:00:00ZZ"}},
    {read_hash, HEX, {"", "0" HEX, "0", HEX "00", "x"}},
    {read_hex,
     HEX,
     {"", "0" HEX, "0123", "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
      "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
    {read_text, "abc", {"abcd"}},
    {read_optional, "abc", {"abcd"}},
};

static void assert_read(size_t reader, json_t *value, enum outcome expected)
{
    OWNED_JSON object = json_object();
    struct fault fault = {0};

    assert_non_null(object);
    assert_int_equal(json_object_set_new(object, "x", value), 0);
    memset(&out, 0, sizeof out);
    assert_int_equal(readers[reader].read(object, &fault), expected);
    assert_string_equal(fault.where, expected == OUTCOME_OK ? "" : "x");
}

static void each_reads_what_is_so_and_refuses_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        const char *const *wrong = readers[i].wrong;
        assert_read(i, json_string(readers[i].good), OUTCOME_OK);
        for (size_t j = 0; j < sizeof readers[i].wrong / sizeof *wrong && wrong[j]; j++)
            assert_read(i, json_string(wrong[j]), OUTCOME_MALFORMED);
        assert_read(i, json_integer(1), OUTCOME_MALFORMED);
        assert_read(i, json_null(), OUTCOME_MALFORMED);
    }
}

static void what_is_absent_is_refused_unless_it_may_be(void **state)
{
    OWNED_JSON object = json_object();

    (void)state;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        struct fault fault = {0};
        memset(out.text, 'x', 3);
        assert_int_equal(readers[i].read(object, &fault),
                         readers[i].read == read_optional ? OUTCOME_OK : OUTCOME_MALFORMED);
    }
    assert_string_equal(out.text, ""); /* of the last, the optional one */
}

static void the_value_itself_comes_out(void **state)
{
    uint8_t bytes[SHA256_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t[]){0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}[i % 8];
    assert_read(0, json_string(UUID), OUTCOME_OK);
    assert_string_equal(out.uuid, UUID);
    assert_read(4, json_string(HEX), OUTCOME_OK);
    assert_memory_equal(out.hash, bytes, sizeof bytes);
    assert_read(5, json_string(HEX), OUTCOME_OK);
    assert_string_equal(out.text, HEX);
}

static void a_word_is_short_and_of_its_letters(void **state)
{
    (void)state;
    assert_true(wire_is_word("A1", 2, WIRE_UPPER WIRE_DIGITS));
    assert_false(wire_is_word("", 2, WIRE_UPPER));
    assert_false(wire_is_word("ABC", 2, WIRE_UPPER));
    assert_false(wire_is_word("Ab", 2, WIRE_UPPER));
    assert_true(wire_is_hex(HEX));
    assert_false(wire_is_hex(HEX "x"));
    assert_false(wire_is_hex(HEX "0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reads_what_is_so_and_refuses_the_rest),
        cmocka_unit_test(what_is_absent_is_refused_unless_it_may_be),
        cmocka_unit_test(the_value_itself_comes_out),
        cmocka_unit_test(a_word_is_short_and_of_its_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
