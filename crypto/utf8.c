/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/utf8.h"

/* What follows the first byte: how many, and the bounds of the second byte, which keep overlong
 * forms, surrogates and what lies above U+10FFFF out. */
struct form {
    uint8_t first_least, first_most, second_least, second_most;
    size_t length;
};

static const struct form forms[] = {
    {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool fits(const struct form *form, struct bytes text)
{
    if (text.data[0] < form->first_least || text.data[0] > form->first_most ||
        text.length < form->length)
        return false;
    if (form->length > 1 && (text.data[1] < form->second_least || text.data[1] > form->second_most))
        return false;
    for (size_t i = 2; i < form->length; i++)
        if ((text.data[i] & 0xc0) != 0x80)
            return false;
    return true;
}

/* Of the character that `text` begins with; 0 when it begins with none. */
static size_t length_of_first(struct bytes text)
{
    for (size_t i = 0; text.length && i < sizeof forms / sizeof forms[0]; i++)
        if (fits(&forms[i], text))
            return forms[i].length;
    return 0;
}

bool utf8_is_valid(struct bytes text)
{
    while (text.length) {
        const size_t length = length_of_first(text);
        if (!length)
            return false;
        text = bytes_of(text.data + length, text.length - length);
    }
    return true;
}
