/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/json.h"

#include <sodium.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/json_parse.h"

void fault_at(struct fault *fault, const char *format, ...)
{
    va_list list;

    if (!fault || fault->where[0])
        return; /* the first fault wins */
    va_start(list, format);
    vsnprintf(fault->where, sizeof fault->where, format, list);
    va_end(list);
}

/* Jansson frees strings unzeroed, so each block carries its length in front. */
union block {
    size_t length;
    max_align_t aligned;
};

static void *wiping_malloc(size_t length)
{
    union block *block;

    if (length > SIZE_MAX - sizeof *block)
        return NULL;
    block = malloc(sizeof *block + length);
    if (!block)
        return NULL;
    block->length = length;
    return block + 1;
}

static void wiping_free(void *memory)
{
    union block *block = memory;

    if (!memory)
        return;
    block--;
    sodium_memzero(memory, block->length);
    free(block);
}

void json_ready(void)
{
    json_set_alloc_funcs(wiping_malloc, wiping_free);
    json_object_seed(0); /* now, while there is one thread: the lazy way races */
}

void json_free_at(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

enum outcome json_read(struct bytes text, size_t max_bytes, json_t **out_value)
{
    return text.length > max_bytes ? OUTCOME_TOO_LARGE : json_parse(text, out_value);
}

/* The closing quote of the text that begins at `at`, after its opening one; `end` when it has
 * none. */
static const uint8_t *closing_quote(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != '"')
        at += *at == '\\' && end - at > 1 ? 2 : 1;
    return at;
}

static const uint8_t *after_space(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* The value of a member whose name ends at `at`: a text without escapes. */
static bool lift_value(const uint8_t *at, const uint8_t *end, struct bytes *out_value)
{
    const uint8_t *stop;

    at = after_space(at, end);
    if (at == end || *at != ':')
        return false;
    at = after_space(at + 1, end);
    if (at == end || *at != '"')
        return false;
    at++;
    stop = memchr(at, '"', (size_t)(end - at));
    if (!stop || memchr(at, '\\', (size_t)(stop - at)))
        return false;
    *out_value = bytes_of(at, (size_t)(stop - at));
    return true;
}

/* Finds the member at the top of the object. Whether all around it is JSON is the parser's
 * matter, which meets the same text with this value left out. */
static bool find_member(struct bytes text, const char *member, struct bytes *out_value)
{
    const uint8_t *at = text.data, *end = text.data + text.length, *stop;
    int depth = 0;

    for (; at < end; at++) {
        if (*at == '{' || *at == '[')
            depth++;
        else if (*at == '}' || *at == ']')
            depth--;
        if (*at != '"')
            continue;
        stop = closing_quote(at + 1, end);
        if (stop == end)
            return false;
        if (depth == 1 &&
            bytes_equal(bytes_of(at + 1, (size_t)(stop - at - 1)), bytes_of_text(member)) &&
            lift_value(stop + 1, end, out_value))
            return true;
        at = stop;
    }
    return false;
}

enum outcome json_read_lifting(struct bytes text, size_t max_bytes, const char *member,
                               json_t **out_value, struct bytes *out_member)
{
    OWNED_BUFFER rest = {0};
    OWNED_JSON value = NULL;
    struct bytes lifted;
    size_t before;

    if (text.length > max_bytes)
        return OUTCOME_TOO_LARGE;
    if (text.length == 0 || !find_member(text, member, &lifted))
        return OUTCOME_MALFORMED;
    before = (size_t)(lifted.data - text.data);
    buffer_add(&rest, text.data, before);
    buffer_add(&rest, lifted.data + lifted.length, text.length - before - lifted.length);
    TRY(buffer_outcome(&rest));
    TRY(json_parse(buffer_bytes(&rest), &value));
    /* Where the member was lifted from there is now "", unless that was no member at all. */
    if (!json_is_string(json_object_get(value, member)) ||
        json_string_length(json_object_get(value, member)) != 0)
        return OUTCOME_MALFORMED;
    *out_value = value;
    value = NULL; /* handed over */
    *out_member = lifted;
    return OUTCOME_OK;
}

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

enum outcome json_only(const json_t *object, const char *const *names, struct fault *fault)
{
    size_t known = 0;

    if (!json_is_object(object))
        return wrong(fault, "object");
    for (size_t i = 0; names[i]; i++)
        known += json_object_get(object, names[i]) != NULL;
    /* Which name is too much is the peer's word, so it is not repeated. */
    return known == json_object_size(object) ? OUTCOME_OK : wrong(fault, "onbekend veld");
}

enum outcome json_text_at(const json_t *object, const char *name, size_t max_bytes,
                          const char **out_text, struct fault *fault)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_string(value) || json_string_length(value) > max_bytes)
        return wrong(fault, name);
    *out_text = json_string_value(value);
    return OUTCOME_OK;
}

enum outcome json_integer_at(const json_t *object, const char *name, int64_t least, int64_t most,
                             int64_t *out_value, struct fault *fault)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_integer(value) || json_integer_value(value) < least ||
        json_integer_value(value) > most)
        return wrong(fault, name);
    *out_value = json_integer_value(value);
    return OUTCOME_OK;
}

enum outcome json_boolean_at(const json_t *object, const char *name, bool *out_value,
                             struct fault *fault)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_boolean(value))
        return wrong(fault, name);
    *out_value = json_is_true(value);
    return OUTCOME_OK;
}

enum outcome json_object_at(const json_t *object, const char *name, const json_t **out_object,
                            struct fault *fault)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_object(value))
        return wrong(fault, name);
    *out_object = value;
    return OUTCOME_OK;
}

enum outcome json_array_at(const json_t *object, const char *name, size_t max_items,
                           const json_t **out_array, struct fault *fault)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_array(value) || json_array_size(value) > max_items)
        return wrong(fault, name);
    *out_array = value;
    return OUTCOME_OK;
}

enum outcome json_optional_text_at(const json_t *object, const char *name, size_t max_bytes,
                                   const char **out_text, struct fault *fault)
{
    return json_object_get(object, name) ? json_text_at(object, name, max_bytes, out_text, fault)
                                         : OUTCOME_OK;
}

enum outcome json_optional_integer_at(const json_t *object, const char *name, int64_t least,
                                      int64_t most, int64_t *out_value, struct fault *fault)
{
    return json_object_get(object, name)
               ? json_integer_at(object, name, least, most, out_value, fault)
               : OUTCOME_OK;
}

/* --- writing: not json_dump_callback(), which takes five times as long --- */

static void add_escaped(struct buffer *out, uint8_t character)
{
    if (character == '"' || character == '\\') {
        buffer_add_byte(out, '\\');
        buffer_add_byte(out, character);
    } else {
        buffer_format(out, "\\u%04x", (unsigned)character);
    }
}

static void add_text(struct buffer *out, const char *text, size_t length)
{
    size_t from = 0;

    buffer_add_byte(out, '"');
    for (size_t i = 0; i < length; i++) {
        const uint8_t character = (uint8_t)text[i];
        if (character >= 0x20 && character != '"' && character != '\\')
            continue;
        buffer_add(out, text + from, i - from);
        add_escaped(out, character);
        from = i + 1;
    }
    buffer_add(out, text + from, length - from);
    buffer_add_byte(out, '"');
}

void buffer_add_json_text(struct buffer *out, const char *text)
{
    add_text(out, text, strlen(text));
}

static void add_value(struct buffer *out, const json_t *value);

static void add_array(struct buffer *out, const json_t *array)
{
    buffer_add_byte(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            buffer_add_byte(out, ',');
        add_value(out, json_array_get(array, i));
    }
    buffer_add_byte(out, ']');
}

/* Jansson's iterators do not take a const object, though they leave it alone. */
static void add_object(struct buffer *out, const json_t *object)
{
    json_t *walked = (json_t *)(uintptr_t)object;
    const char *before = "";

    buffer_add_byte(out, '{');
    for (void *at = json_object_iter(walked); at; at = json_object_iter_next(walked, at)) {
        const char *name = json_object_iter_key(at);
        buffer_add_text(out, before);
        add_text(out, name, strlen(name));
        buffer_add_byte(out, ':');
        add_value(out, json_object_iter_value(at));
        before = ",";
    }
    buffer_add_byte(out, '}');
}

static void add_value(struct buffer *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        add_object(out, value);
        break;
    case JSON_ARRAY:
        add_array(out, value);
        break;
    case JSON_STRING:
        add_text(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buffer_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        buffer_add_text(out, json_is_true(value) ? "true" : "false");
        break;
    case JSON_NULL:
        buffer_add_text(out, "null");
        break;
    case JSON_REAL: /* in no document of this house */
    default:
        out->failed = true;
    }
}

enum outcome json_write(const json_t *value, struct buffer *out)
{
    if (!value)
        return OUTCOME_OUT_OF_MEMORY;
    add_value(out, value);
    return buffer_outcome(out);
}

enum outcome json_write_new(json_t *taken_value, struct buffer *out)
{
    enum outcome outcome = json_write(taken_value, out);

    json_decref(taken_value);
    return outcome;
}
