/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * carried.h - files that the program carries within itself: the assembler reads them when
 * the program is compiled, from the root of the repository, so that no path can be wrong later.
 *
 *     CARRY(signals, "config/codelijst-signalen.csv");
 *     ... carried_bytes(carried_signals, carried_signals_end) ...
 */
#pragma once

#include "crypto/bytes.h"

#define CARRY(name, path)                                                                          \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global carried_" #name "\n"                                                          \
            "carried_" #name ":\n"                                                                 \
            ".incbin \"" path "\"\n"                                                               \
            ".global carried_" #name "_end\n"                                                      \
            "carried_" #name "_end:\n"                                                             \
            ".popsection\n");                                                                      \
    extern const uint8_t carried_##name[], carried_##name##_end[]

static inline struct bytes carried_bytes(const uint8_t *start, const uint8_t *end)
{
    return bytes_of(start, (size_t)((uintptr_t)end - (uintptr_t)start));
}
