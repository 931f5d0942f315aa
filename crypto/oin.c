/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/oin.h"

#include <stddef.h>
#include <string.h>

static bool is_position(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

bool oin_parse(const char *text, struct oin *out)
{
    if (!text || strnlen(text, OIN_LENGTH + 1) != OIN_LENGTH)
        return false;
    for (size_t i = 0; i < OIN_LENGTH; i++)
        if (!is_position(text[i]))
            return false;
    memcpy(out->text, text, sizeof out->text);
    return true;
}

bool oin_equal(const struct oin *a, const struct oin *b)
{
    return memcmp(a->text, b->text, OIN_LENGTH) == 0;
}
