/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/json_parse.h"

#include <string.h>

#include "crypto/json.h"

#define JSON_INTEGER_MOST 9007199254740991LL /* 2^53 - 1: what every JSON reader keeps exactly */
enum { INTEGER_DIGITS_MAX = 16 };            /* of that number */

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    int depth; /* objects and arrays around us; bounds the recursion */
};

static enum outcome read_value(struct reader *reader, json_t **out_value);

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                        *reader->at == '\r' || *reader->at == '\t'))
        reader->at++;
}

/* Takes `c`, after white space, when it comes next. */
static bool take(struct reader *reader, uint8_t c)
{
    skip_space(reader);
    if (reader->at == reader->end || *reader->at != c)
        return false;
    reader->at++;
    return true;
}

/* --- texts --- */

/* Bytes of the UTF-8 character here; 0 for overlong forms, surrogates and what is beyond. */
static size_t character_length(const uint8_t *at, const uint8_t *end)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (length == 1)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4 || (size_t)(end - at) < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

/* Moves over the characters that stand for themselves. */
static void skip_plain(struct reader *reader)
{
    while (reader->at < reader->end) {
        uint8_t c = *reader->at;
        size_t length = 1;
        if (c == '"' || c == '\\' || c < 0x20)
            return;
        if (c >= 0x80 && (length = character_length(reader->at, reader->end)) == 0)
            return;
        reader->at += length;
    }
}

static bool read_four_digits(struct reader *reader, uint32_t *out)
{
    uint32_t value = 0;

    if (reader->end - reader->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        uint8_t c = *reader->at++;
        uint8_t lower = c | 0x20;
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

static bool is_high_surrogate(uint32_t unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(uint32_t unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* What follows \u: one unit, or two that make a pair. NUL and lone halves are refused. */
static bool read_code_point(struct reader *reader, uint32_t *out)
{
    uint32_t low;

    if (!read_four_digits(reader, out) || *out == 0 || is_low_surrogate(*out))
        return false;
    if (!is_high_surrogate(*out))
        return true;
    if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
        return false;
    reader->at += 2;
    if (!read_four_digits(reader, &low) || !is_low_surrogate(low))
        return false;
    *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static void add_code_point(struct buffer *out, uint32_t point)
{
    if (point < 0x80) {
        buffer_add_byte(out, (uint8_t)point);
        return;
    }
    if (point < 0x800) {
        buffer_add_byte(out, (uint8_t)(0xc0 | point >> 6));
    } else {
        if (point < 0x10000) {
            buffer_add_byte(out, (uint8_t)(0xe0 | point >> 12));
        } else {
            buffer_add_byte(out, (uint8_t)(0xf0 | point >> 18));
            buffer_add_byte(out, (uint8_t)(0x80 | (point >> 12 & 0x3f)));
        }
        buffer_add_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
    }
    buffer_add_byte(out, (uint8_t)(0x80 | (point & 0x3f)));
}

/* What follows a backslash. */
static bool read_escape(struct reader *reader, struct buffer *out)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    uint32_t point;

    if (reader->at == reader->end || *reader->at == '\0')
        return false;
    if (*reader->at == 'u') {
        reader->at++;
        if (!read_code_point(reader, &point))
            return false;
        add_code_point(out, point);
        return true;
    }
    letter = strchr(letters, *reader->at++);
    if (letter)
        buffer_add_byte(out, (uint8_t)meanings[letter - letters]);
    return letter != NULL;
}

/* The text whose opening quote was taken: lent from the input when it holds no escape, and else
 * from `unescaped`, which the caller wipes. */
static enum outcome read_text(struct reader *reader, struct buffer *unescaped,
                              struct bytes *out_text)
{
    for (;;) {
        const uint8_t *run = reader->at;
        struct bytes plain;
        uint8_t c;

        skip_plain(reader);
        plain = bytes_of(run, (size_t)(reader->at - run));
        if (reader->at == reader->end)
            return OUTCOME_MALFORMED;
        c = *reader->at++;
        if (c == '"' && !unescaped->data && !unescaped->failed) {
            *out_text = plain;
            return OUTCOME_OK;
        }
        buffer_add_bytes(unescaped, plain);
        if (c == '"') {
            *out_text = buffer_bytes(unescaped);
            return buffer_outcome(unescaped);
        }
        if (c != '\\' || !read_escape(reader, unescaped))
            return OUTCOME_MALFORMED;
    }
}

static enum outcome made(json_t *value, json_t **out_value)
{
    if (!value)
        return OUTCOME_OUT_OF_MEMORY;
    *out_value = value;
    return OUTCOME_OK;
}

static enum outcome read_string(struct reader *reader, json_t **out_value)
{
    OWNED_BUFFER unescaped = {0};
    struct bytes text;

    TRY(read_text(reader, &unescaped, &text));
    return made(json_stringn_nocheck((const char *)text.data, text.length), out_value);
}

/* --- numbers and words --- */

/* Integers only. "-0" is refused: it would be a second text for 0. */
static enum outcome read_integer(struct reader *reader, json_t **out_value)
{
    bool negative = *reader->at == '-';
    const uint8_t *first = reader->at + negative;
    json_int_t value = 0;
    ptrdiff_t digits;

    for (reader->at = first; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
         reader->at++) {
        if (reader->at - first == INTEGER_DIGITS_MAX)
            return OUTCOME_MALFORMED;
        value = 10 * value + (*reader->at - '0');
    }
    digits = reader->at - first;
    if (digits == 0 || (*first == '0' && (digits > 1 || negative)) || value > JSON_INTEGER_MOST)
        return OUTCOME_MALFORMED;
    if (reader->at < reader->end &&
        (*reader->at == '.' || *reader->at == 'e' || *reader->at == 'E'))
        return OUTCOME_MALFORMED;
    return made(json_integer(negative ? -value : value), out_value);
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static enum outcome read_word(struct reader *reader, json_t **out_value)
{
    if (take_word(reader, "true"))
        return made(json_true(), out_value);
    if (take_word(reader, "false"))
        return made(json_false(), out_value);
    if (take_word(reader, "null"))
        return made(json_null(), out_value);
    return OUTCOME_MALFORMED;
}

/* --- objects and arrays --- */

static enum outcome read_member(struct reader *reader, json_t *object)
{
    OWNED_BUFFER unescaped = {0};
    OWNED_JSON value = NULL;
    struct bytes name;
    size_t before = json_object_size(object);

    if (!take(reader, '"'))
        return OUTCOME_MALFORMED;
    TRY(read_text(reader, &unescaped, &name));
    if (!take(reader, ':'))
        return OUTCOME_MALFORMED;
    TRY(read_value(reader, &value));
    if (json_object_setn_nocheck(object, (const char *)name.data, name.length, value) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    /* A name that was there already is replaced rather than added. */
    return json_object_size(object) == before ? OUTCOME_MALFORMED : OUTCOME_OK;
}

static enum outcome read_object(struct reader *reader, json_t **out_value)
{
    OWNED_JSON object = json_object();

    if (!object)
        return OUTCOME_OUT_OF_MEMORY;
    if (!take(reader, '}')) {
        do
            TRY(read_member(reader, object));
        while (take(reader, ','));
        if (!take(reader, '}'))
            return OUTCOME_MALFORMED;
    }
    *out_value = object;
    object = NULL; /* handed over */
    return OUTCOME_OK;
}

static enum outcome read_element(struct reader *reader, json_t *array)
{
    json_t *value = NULL;

    TRY(read_value(reader, &value));
    return json_array_append_new(array, value) == 0 ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome read_array(struct reader *reader, json_t **out_value)
{
    OWNED_JSON array = json_array();

    if (!array)
        return OUTCOME_OUT_OF_MEMORY;
    if (!take(reader, ']')) {
        do
            TRY(read_element(reader, array));
        while (take(reader, ','));
        if (!take(reader, ']'))
            return OUTCOME_MALFORMED;
    }
    *out_value = array;
    array = NULL; /* handed over */
    return OUTCOME_OK;
}

static enum outcome read_nested(struct reader *reader, json_t **out_value)
{
    bool is_object = *reader->at++ == '{';
    enum outcome outcome;

    if (reader->depth == JSON_DEPTH_MAX)
        return OUTCOME_MALFORMED;
    reader->depth++;
    outcome = is_object ? read_object(reader, out_value) : read_array(reader, out_value);
    reader->depth--;
    return outcome;
}

static enum outcome read_value(struct reader *reader, json_t **out_value)
{
    skip_space(reader);
    if (reader->at == reader->end)
        return OUTCOME_MALFORMED;
    switch (*reader->at) {
    case '{':
    case '[':
        return read_nested(reader, out_value);
    case '"':
        reader->at++;
        return read_string(reader, out_value);
    case 't':
    case 'f':
    case 'n':
        return read_word(reader, out_value);
    default:
        return read_integer(reader, out_value);
    }
}

enum outcome json_parse(struct bytes text, json_t **out_value)
{
    struct reader reader = {0};
    OWNED_JSON value = NULL;

    if (text.length == 0)
        return OUTCOME_MALFORMED;
    reader.at = text.data;
    reader.end = text.data + text.length;
    skip_space(&reader);
    if (reader.at == reader.end || (*reader.at != '{' && *reader.at != '['))
        return OUTCOME_MALFORMED;
    TRY(read_value(&reader, &value));
    skip_space(&reader);
    if (reader.at != reader.end)
        return OUTCOME_MALFORMED;
    *out_value = value;
    value = NULL; /* handed over */
    return OUTCOME_OK;
}
