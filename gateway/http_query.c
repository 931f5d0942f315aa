/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "gateway/http_head.h"

static unsigned hex_value(uint8_t digit)
{
    return digit <= '9' ? (unsigned)digit - '0' : ((unsigned)digit | 0x20U) - 'a' + 10U;
}

static bool is_hex(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* One decoded byte from the front of `text`; false on a broken escape or a control byte. */
static bool decode_one(struct bytes *text, char *out)
{
    unsigned value = text->data[0];
    size_t taken = 1;

    if (value == '+') {
        value = ' ';
    } else if (value == '%') {
        if (text->length < 3 || !is_hex(text->data[1]) || !is_hex(text->data[2]))
            return false;
        value = hex_value(text->data[1]) << 4 | hex_value(text->data[2]);
        taken = 3;
    }
    if (value < 0x20 || value == 0x7f)
        return false;
    *out = (char)value;
    *text = bytes_of(text->data + taken, text->length - taken);
    return true;
}

static bool decode(struct bytes text, char *out, size_t out_size)
{
    size_t length = 0;

    while (text.length) {
        if (length + 1 >= out_size || !decode_one(&text, out + length))
            return false;
        length++;
    }
    out[length] = '\0';
    return true;
}

/* Takes "a=1" off the front of "a=1&b=2". */
static struct bytes next_pair(struct bytes *query)
{
    const uint8_t *mark = memchr(query->data, '&', query->length);
    const size_t length = mark ? (size_t)(mark - query->data) : query->length;
    const struct bytes pair = bytes_of(query->data, length);
    const size_t taken = mark ? length + 1 : length;

    *query = bytes_of(query->data + taken, query->length - taken);
    return pair;
}

bool http_query_value(struct bytes query, const char *name, char *out, size_t out_size)
{
    const size_t name_length = strlen(name);
    struct bytes value = {0};
    bool found = false;

    while (query.length) {
        const struct bytes pair = next_pair(&query);
        if (pair.length <= name_length || pair.data[name_length] != '=' ||
            memcmp(pair.data, name, name_length) != 0)
            continue;
        if (found)
            return false;
        found = true;
        value = bytes_of(pair.data + name_length + 1, pair.length - name_length - 1);
    }
    return found && out_size > 0 && decode(value, out, out_size);
}
