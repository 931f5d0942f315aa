/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/wire.h"

#include <string.h>

#include "crypto/encoding.h"

enum { INTEGER_DIGITS_MAX = 20 };

enum outcome wire_wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

enum outcome wire_text_at(const json_t *object, const char *name, char *out, size_t size,
                          struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, size - 1, &text, fault));
    memcpy(out, text, strlen(text) + 1);
    return OUTCOME_OK;
}

enum outcome wire_optional_text_at(const json_t *object, const char *name, char *out, size_t size,
                                   struct fault *fault)
{
    if (json_object_get(object, name))
        return wire_text_at(object, name, out, size, fault);
    out[0] = '\0';
    return OUTCOME_OK;
}

enum outcome wire_uuid_at(const json_t *object, const char *name, int version,
                          char out[static UUID_TEXT_BYTES], struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, UUID_TEXT_BYTES - 1, &text, fault));
    if (!wire_is_uuid(text, version))
        return wire_wrong(fault, name);
    memcpy(out, text, UUID_TEXT_BYTES);
    return OUTCOME_OK;
}

enum outcome wire_oin_at(const json_t *object, const char *name, struct oin *out,
                         struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, OIN_LENGTH, &text, fault));
    return oin_parse(text, out) ? OUTCOME_OK : wire_wrong(fault, name);
}

enum outcome wire_day_at(const json_t *object, const char *name, struct day *out,
                         struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, DAY_TEXT_BYTES - 1, &text, fault));
    return day_parse(text, out) ? OUTCOME_OK : wire_wrong(fault, name);
}

enum outcome wire_instant_at(const json_t *object, const char *name, int64_t *out_ms,
                             struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, INSTANT_TEXT_BYTES - 1, &text, fault));
    return instant_parse(text, out_ms) ? OUTCOME_OK : wire_wrong(fault, name);
}

enum outcome wire_hash_at(const json_t *object, const char *name, uint8_t out[static SHA256_BYTES],
                          struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, SHA256_HEX_BYTES - 1, &text, fault));
    return hex_decode(text, out, SHA256_BYTES) ? OUTCOME_OK : wire_wrong(fault, name);
}

enum outcome wire_hex_at(const json_t *object, const char *name, char out[static SHA256_HEX_BYTES],
                         struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, SHA256_HEX_BYTES - 1, &text, fault));
    if (!wire_is_hex(text))
        return wire_wrong(fault, name);
    memcpy(out, text, SHA256_HEX_BYTES);
    return OUTCOME_OK;
}

bool wire_is_uuid(const char *text, int version)
{
    struct uuid uuid;

    return uuid_parse(text, &uuid) && uuid_version(uuid) == version;
}

bool wire_is_hex(const char *text)
{
    return strlen(text) == SHA256_HEX_BYTES - 1 &&
           strspn(text, WIRE_DIGITS "abcdef") == SHA256_HEX_BYTES - 1;
}

bool wire_is_word(const char *text, size_t max_bytes, const char *alphabet)
{
    size_t length = strspn(text, alphabet);

    return length > 0 && length <= max_bytes && text[length] == '\0';
}

void wire_add_name(struct buffer *out, const char *name)
{
    if (out->length > 0 && out->data[out->length - 1] != '{')
        buffer_add_byte(out, ',');
    buffer_add_byte(out, '"');
    buffer_add_text(out, name);
    buffer_add(out, "\":", 2);
}

void wire_add_text(struct buffer *out, const char *name, const char *text)
{
    wire_add_name(out, name);
    buffer_add_byte(out, '"');
    buffer_add_text(out, text);
    buffer_add_byte(out, '"');
}

void wire_add_integer(struct buffer *out, const char *name, int64_t value)
{
    char digits[INTEGER_DIGITS_MAX + 1];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        digits[--at] = '-';
    wire_add_name(out, name);
    buffer_add(out, digits + at, sizeof digits - at);
}

void wire_add_day(struct buffer *out, const char *name, struct day day)
{
    char text[DAY_TEXT_BYTES];

    day_print(day, text);
    wire_add_text(out, name, text);
}

void wire_add_instant(struct buffer *out, const char *name, int64_t ms)
{
    char text[INSTANT_TEXT_BYTES];

    instant_print(ms, text);
    wire_add_text(out, name, text);
}

void wire_add_hash(struct buffer *out, const char *name, const uint8_t hash[static SHA256_BYTES])
{
    char text[SHA256_HEX_BYTES];

    hex_encode(bytes_of(hash, SHA256_BYTES), text);
    wire_add_text(out, name, text);
}
