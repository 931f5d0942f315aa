/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/transfer_shown.h"

#include <string.h>

#include "covenant/decision.h"

/* A partner's code may be one that we do not know: then it speaks for itself. */
static const char *reason_text(const char *code, enum language language)
{
    const char *text = transfer_refusal_text(code, language);
    enum refusal refusal;

    if (text)
        return text;
    if (refusal_parse(code, &refusal) && refusal == REFUSAL_NO_ARTICLE) /* one code of five */
        return language == LANGUAGE_NL ? "Geen bepaling laat dit signaal naar die organisatie gaan."
                                       : "No article lets this signal go to that organisation.";
    if (refusal_parse(code, &refusal))
        return refusal_text(refusal, language);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++)
        if (strcmp(outcome_code((enum outcome)i), code) == 0)
            return outcome_text((enum outcome)i, language);
    return code;
}

json_t *transfer_shown(const struct call *call, const struct kept_transfer *transfer)
{
    const enum language language = call->request->language;
    char on[DAY_TEXT_BYTES];
    json_t *shown;

    day_print(transfer->on, on);
    shown = json_pack("{ss ss ss ss ss}", "naar", transfer->to.text, "naarNaam",
                      transfer->to.text[0] ? registry_name(call->registry, &transfer->to) : "",
                      "op", on, "stand", transfer_step_word(transfer->step), "tekst",
                      transfer->reason[0] ? reason_text(transfer->reason, language)
                                          : transfer_step_text(transfer->step, language));
    if (shown && transfer->reason[0])
        json_object_set_new(shown, "reden", json_string(transfer->reason));
    return shown;
}
