/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dice.h - random input for property tests that is the same at every run: a fixed
 * seed, printed by dice_throw_from(), so that a failure can be played again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

struct dice dice_throw_from(uint64_t seed);              /* prints the seed */
uint64_t dice_number(struct dice *dice, uint64_t below); /* 0..below-1; below > 0 */
bool dice_coin(struct dice *dice);
/* A text of least..most characters from `alphabet`; out has most + 1 bytes. */
void dice_word(struct dice *dice, const char *alphabet, size_t least, size_t most, char *out);
void dice_bytes(struct dice *dice, uint8_t *out, size_t length);
/* A canonical UUID of that version. */
void dice_uuid(struct dice *dice, int version, char out[static 37]);
