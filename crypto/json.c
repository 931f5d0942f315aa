/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/json.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_MEMBER_NAME_MAX_BYTES = 32 };
#define JSON_INTEGER_MOST 9007199254740991LL /* 2^53 - 1: what every JSON reader keeps exactly */

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

/* Bounds the recursion before the parser meets it. */
static bool too_deep(struct bytes text)
{
    int depth = 0;
    bool in_text = false;

    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

static bool numbers_allowed(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;

    switch (json_typeof(value)) {
    case JSON_REAL:
        return false;
    case JSON_INTEGER:
        return json_integer_value(value) <= JSON_INTEGER_MOST &&
               json_integer_value(value) >= -JSON_INTEGER_MOST;
    case JSON_OBJECT:
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
        {
            if (!numbers_allowed(member))
                return false;
        }
        return true;
    case JSON_ARRAY:
        json_array_foreach((json_t *)(uintptr_t)value, i, member)
        {
            if (!numbers_allowed(member))
                return false;
        }
        return true;
    case JSON_STRING:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return true;
    }
    return false;
}

/* "-0" is an integer to Jansson; it is no number of ours, since 0 and -0 would be two texts
 * for one value. Jansson gives no way to see it afterwards, so the text is looked at. */
static bool has_negative_zero(struct bytes text)
{
    bool in_text = false;

    for (size_t i = 0; i + 1 < text.length; i++) {
        uint8_t c = text.data[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '-' && text.data[i + 1] == '0') {
            return true;
        }
    }
    return false;
}

enum outcome json_read(struct bytes text, size_t max_bytes, json_t **out_value)
{
    OWNED_JSON value = NULL;
    json_error_t error;

    if (text.length > max_bytes)
        return OUTCOME_TOO_LARGE;
    if (text.length == 0 || too_deep(text) || has_negative_zero(text))
        return OUTCOME_MALFORMED;
    value = json_loadb((const char *)text.data, text.length, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        return json_error_code(&error) == json_error_out_of_memory ? OUTCOME_OUT_OF_MEMORY
                                                                   : OUTCOME_MALFORMED;
    if (!numbers_allowed(value))
        return OUTCOME_MALFORMED;
    *out_value = value;
    value = NULL; /* handed over */
    return OUTCOME_OK;
}

static bool is_base64_character(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '-' || c == '_' || c == '=';
}

/* Finds  "member":"…"  with nothing but base64 inside. In well-formed JSON these
 * bytes cannot stand within another string (its quotes would be escaped), so a
 * match is a member; the caller's schema then tells whether it is ours. */
static bool find_member(struct bytes text, const char *member, struct bytes *out_value)
{
    char opening[JSON_MEMBER_NAME_MAX_BYTES + 8];
    int length = snprintf(opening, sizeof opening, "\"%s\":\"", member);
    const uint8_t *start, *end = text.data + text.length, *stop;

    if (length < 0 || (size_t)length >= sizeof opening)
        return false;
    start = memmem(text.data, text.length, opening, (size_t)length);
    if (!start)
        return false;
    start += length;
    for (stop = start; stop < end && is_base64_character(*stop); stop++)
        ;
    if (stop == end || *stop != '"')
        return false;
    *out_value = bytes_of(start, (size_t)(stop - start));
    return true;
}

enum outcome json_read_lifting(struct bytes text, size_t max_bytes, const char *member,
                               json_t **out_value, struct bytes *out_member)
{
    OWNED_BUFFER rest = {0};
    OWNED_JSON value = NULL;
    struct bytes lifted;

    if (text.length > max_bytes)
        return OUTCOME_TOO_LARGE;
    if (text.length == 0 || !find_member(text, member, &lifted))
        return OUTCOME_MALFORMED;
    buffer_add(&rest, text.data, (size_t)(lifted.data - text.data));
    buffer_add(&rest, lifted.data + lifted.length,
               text.length - (size_t)(lifted.data - text.data) - lifted.length);
    TRY(buffer_outcome(&rest));
    TRY(json_read(buffer_bytes(&rest), max_bytes, &value));
    /* The member must be where the schema wants it: at the top, and now empty. */
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

static int add_piece(const char *piece, size_t length, void *out)
{
    struct buffer *buffer = out;

    buffer_add(buffer, piece, length);
    return buffer->failed ? -1 : 0;
}

enum outcome json_write(const json_t *value, struct buffer *out)
{
    if (!value || json_dump_callback(value, add_piece, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

enum outcome json_write_new(json_t *taken_value, struct buffer *out)
{
    enum outcome outcome = json_write(taken_value, out);

    json_decref(taken_value);
    return outcome;
}

void buffer_add_json_text(struct buffer *out, const char *text)
{
    buffer_add_byte(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buffer_format(out, "\\%c", *c);
        else if ((uint8_t)*c < 0x20)
            buffer_format(out, "\\u%04x", (unsigned)(uint8_t)*c);
        else
            buffer_add_byte(out, (uint8_t)*c);
    }
    buffer_add_byte(out, '"');
}
