/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/steps.h"

#include <stdio.h>

static json_t *codes_of(struct answer_set set)
{
    json_t *codes = json_array();

    for (unsigned code = 0; code < ANSWER_COUNT; code++) {
        if (answer_set_has(set, code))
            json_array_append_new(codes, json_string(answer_word(code)));
    }
    return codes;
}

enum outcome steps_refused(struct call *call, const struct feedback_context *context,
                           enum feedback_refusal refusal)
{
    snprintf(call->detail, sizeof call->detail, "%s",
             feedback_refusal_text(refusal, call->request->language));
    json_decref(call->extra);
    call->extra = json_pack("{so}", "toegestaan", codes_of(feedback_steps(context)));
    return OUTCOME_STEP_NOT_ALLOWED;
}
