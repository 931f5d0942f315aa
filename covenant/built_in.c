/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/built_in.h"

#include <stdlib.h>

/* The assembler reads the file when this is compiled, from the root of the repository. */
#define CARRY(name, path)                                                                          \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global carried_" #name "\n"                                                          \
            "carried_" #name ":\n"                                                                 \
            ".incbin \"" path "\"\n"                                                               \
            ".global carried_" #name "_end\n"                                                      \
            "carried_" #name "_end:\n"                                                             \
            ".popsection\n");                                                                      \
    extern const uint8_t carried_##name[], carried_##name##_end[]

CARRY(signals, "config/codelijst-signalen.csv");
CARRY(feedback, "config/codelijst-terugkoppeling.csv");

static struct bytes carried(const uint8_t *start, const uint8_t *end)
{
    return bytes_of(start, (size_t)((uintptr_t)end - (uintptr_t)start));
}

enum outcome code_lists_load(struct code_lists **out_lists)
{
    OWNED_CODE_LISTS lists = calloc(1, sizeof *lists);
    struct fault fault = {0};

    if (!lists)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(code_lists_parse(carried(carried_signals, carried_signals_end),
                         carried(carried_feedback, carried_feedback_end), lists, &fault));
    *out_lists = lists;
    lists = NULL; /* handed over */
    return OUTCOME_OK;
}

void code_lists_free(struct code_lists *lists)
{
    free(lists);
}

void code_lists_free_at(struct code_lists **lists)
{
    code_lists_free(*lists);
    *lists = NULL;
}
