/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/dice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct dice dice_throw_from(uint64_t seed)
{
    printf("seed %" PRIu64 "\n", seed);
    return (struct dice){seed ? seed : 1};
}

/* xorshift64*: enough for tests, and the same on every machine. */
static uint64_t next(struct dice *dice)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return dice->state * UINT64_C(2685821657736338717);
}

uint64_t dice_number(struct dice *dice, uint64_t below)
{
    return (next(dice) >> 11) % below;
}

bool dice_coin(struct dice *dice)
{
    return dice_number(dice, 2) == 1;
}

void dice_word(struct dice *dice, const char *alphabet, size_t least, size_t most, char *out)
{
    size_t length = least + (size_t)dice_number(dice, most - least + 1);

    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[dice_number(dice, strlen(alphabet))];
    out[length] = '\0';
}

void dice_bytes(struct dice *dice, uint8_t *out, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)dice_number(dice, 256);
}

void dice_uuid(struct dice *dice, int version, char out[static 37])
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < 36; i++)
        out[i] = i == 8 || i == 13 || i == 18 || i == 23 ? '-' : hex[dice_number(dice, 16)];
    out[14] = (char)('0' + version);
    out[19] = hex[8 + dice_number(dice, 4)];
    out[36] = '\0';
}
