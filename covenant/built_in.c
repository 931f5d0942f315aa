/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/built_in.h"

#include <stdlib.h>

#include "crypto/carried.h"

CARRY(signals, "config/codelijst-signalen.csv");
CARRY(feedback, "config/codelijst-terugkoppeling.csv");

enum outcome code_lists_load(struct code_lists **out_lists)
{
    OWNED_CODE_LISTS lists = calloc(1, sizeof *lists);
    struct fault fault = {0};

    if (!lists)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(code_lists_parse(carried_bytes(carried_signals, carried_signals_end),
                         carried_bytes(carried_feedback, carried_feedback_end), lists, &fault));
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
