/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/encoding.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

void hex_encode(struct bytes bytes, char *out)
{
    for (size_t i = 0; i < bytes.length; i++) {
        *out++ = hex_digits[bytes.data[i] >> 4];
        *out++ = hex_digits[bytes.data[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool hex_decode(const char *text, uint8_t *out, size_t length)
{
    if (!text || strnlen(text, 2 * length + 1) != 2 * length)
        return false;
    for (size_t i = 0; i < 2 * length; i++) {
        if (hex_value(text[i]) < 0)
            return false;
    }
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
    return true;
}

void buffer_add_hex(struct buffer *buffer, struct bytes bytes)
{
    /* The closing NUL of hex_encode() wants room too, and is then given back. */
    uint8_t *room = buffer_room(buffer, HEX_BYTES(bytes.length));

    if (!room)
        return;
    hex_encode(bytes, (char *)room);
    buffer->length--;
}

/* What tells the two alphabets apart: their last two characters and the padding. */
struct alphabet {
    char characters[65];
    uint8_t foreign; /* mark in `values` of a character that is not ours */
    bool padded;
};

enum { ONLY_STANDARD = 0x40, ONLY_URL = 0x80 };

static const struct alphabet standard = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", ONLY_URL, true};
static const struct alphabet url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", ONLY_STANDARD, false};

/* Six bits a character; bit 6 marks `+` and `/`, bit 7 marks `-` and `_`, both mark what is in
 * neither alphabet. So one look-up gives the value and the fault. */
/* clang-format off */
static const uint8_t values[256] = {
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0x7e, 0xc0, 0xbe, 0xc0, 0x7f,
    0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
    0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xc0, 0xc0, 0xc0, 0xc0, 0xbf,
    0xc0, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
    0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0,
};
/* clang-format on */

static void encode(struct buffer *buffer, struct bytes bytes, const struct alphabet *alphabet)
{
    const char *of = alphabet->characters;
    const uint8_t *in = bytes.data;
    size_t rest = bytes.length % 3;
    size_t tail = rest == 0 ? 0 : alphabet->padded ? 4 : rest + 1;
    uint8_t *out = buffer_room(buffer, bytes.length / 3 * 4 + tail);

    if (!out)
        return;
    for (size_t left = bytes.length / 3; left > 0; left--, in += 3, out += 4) {
        out[0] = (uint8_t)of[in[0] >> 2];
        out[1] = (uint8_t)of[(in[0] & 3) << 4 | in[1] >> 4];
        out[2] = (uint8_t)of[(in[1] & 15) << 2 | in[2] >> 6];
        out[3] = (uint8_t)of[in[2] & 63];
    }
    if (rest == 0)
        return;
    memset(out, '=', tail);
    out[0] = (uint8_t)of[in[0] >> 2];
    out[1] = (uint8_t)of[(in[0] & 3) << 4 | (rest == 2 ? in[1] >> 4 : 0)];
    if (rest == 2)
        out[2] = (uint8_t)of[(in[1] & 15) << 2];
}

void buffer_add_base64(struct buffer *buffer, struct bytes bytes)
{
    encode(buffer, bytes, &standard);
}

void buffer_add_base64url(struct buffer *buffer, struct bytes bytes)
{
    encode(buffer, bytes, &url);
}

bool base64url_decoded_length(size_t text_length, size_t *out_length)
{
    if (text_length % 4 == 1)
        return false; /* six bits are no byte */
    *out_length = text_length / 4 * 3 + (text_length % 4 ? text_length % 4 - 1 : 0);
    return true;
}

static size_t without_padding(struct bytes text)
{
    size_t length = text.length;

    for (int i = 0; i < 2 && length > 0 && text.data[length - 1] == '='; i++)
        length--;
    return length;
}

bool base64_decoded_length(struct bytes text, size_t *out_length)
{
    return text.length % 4 == 0 && base64url_decoded_length(without_padding(text), out_length);
}

/* Decodes groups of four characters to three bytes; what comes back holds the mark of each
 * character met, looked at once at the end rather than at each group. */
static uint8_t decode_groups(const uint8_t *in, size_t groups, uint8_t *out)
{
    uint8_t marks = 0;

    for (; groups > 0; groups--, in += 4, out += 3) {
        uint8_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
        marks |= (uint8_t)(a | b | c | d);
        out[0] = (uint8_t)(a << 2 | (b & 63) >> 4);
        out[1] = (uint8_t)(b << 4 | (c & 63) >> 2);
        out[2] = (uint8_t)(c << 6 | (d & 63));
    }
    return marks;
}

/* The last two or three characters; bits beyond the last byte must be zero, or two texts would
 * mean one value. */
static bool decode_rest(const uint8_t *in, size_t length, uint8_t *out, uint8_t *marks)
{
    uint8_t a = values[in[0]], b = values[in[1]], c = length == 3 ? values[in[2]] : 0;

    *marks |= (uint8_t)(a | b | c);
    out[0] = (uint8_t)(a << 2 | (b & 63) >> 4);
    if (length == 2)
        return (b & 15) == 0;
    out[1] = (uint8_t)(b << 4 | (c & 63) >> 2);
    return (c & 3) == 0;
}

static enum outcome decode(const uint8_t *in, size_t length, const struct alphabet *alphabet,
                           uint8_t *out)
{
    size_t groups = length / 4, rest = length % 4;
    uint8_t marks = decode_groups(in, groups, out);

    if (rest && !decode_rest(in + 4 * groups, rest, out + 3 * groups, &marks))
        return OUTCOME_MALFORMED;
    return marks & alphabet->foreign ? OUTCOME_MALFORMED : OUTCOME_OK;
}

static bool measure(struct bytes text, const struct alphabet *alphabet, size_t *out_characters,
                    size_t *out_length)
{
    *out_characters = alphabet->padded ? without_padding(text) : text.length;
    return alphabet->padded ? base64_decoded_length(text, out_length)
                            : base64url_decoded_length(text.length, out_length);
}

static enum outcome decode_adding(struct bytes text, const struct alphabet *alphabet,
                                  struct buffer *out)
{
    size_t before = out->length, characters, length;
    enum outcome outcome;
    uint8_t *room;

    if (!measure(text, alphabet, &characters, &length))
        return OUTCOME_MALFORMED;
    room = buffer_room(out, length);
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = decode(text.data, characters, alphabet, room);
    if (outcome != OUTCOME_OK)
        out->length = before;
    return outcome;
}

enum outcome base64_decode(struct bytes text, struct buffer *out)
{
    return decode_adding(text, &standard, out);
}

enum outcome base64url_decode(struct bytes text, struct buffer *out)
{
    return decode_adding(text, &url, out);
}

static enum outcome decode_exact(struct bytes text, const struct alphabet *alphabet, uint8_t *out,
                                 size_t length)
{
    size_t characters, decoded;

    if (!measure(text, alphabet, &characters, &decoded) || decoded != length)
        return OUTCOME_MALFORMED;
    return decode(text.data, characters, alphabet, out);
}

enum outcome base64_decode_exact(struct bytes text, uint8_t *out, size_t length)
{
    return decode_exact(text, &standard, out, length);
}

enum outcome base64url_decode_exact(struct bytes text, uint8_t *out, size_t length)
{
    return decode_exact(text, &url, out, length);
}

void secret_to_base64(const uint8_t *secret, size_t length, char *out)
{
    sodium_bin2base64(out, BASE64_BYTES(length), secret, length, sodium_base64_VARIANT_ORIGINAL);
}

enum outcome secret_from_base64(struct bytes text, uint8_t *out, size_t length)
{
    size_t decoded = 0;
    const char *end = NULL;

    if (text.length == BASE64_BYTES(length) - 1 &&
        sodium_base642bin(out, length, (const char *)text.data, text.length, NULL, &decoded, &end,
                          sodium_base64_VARIANT_ORIGINAL) == 0 &&
        decoded == length && end == (const char *)text.data + text.length)
        return OUTCOME_OK;
    sodium_memzero(out, length);
    return OUTCOME_MALFORMED;
}
