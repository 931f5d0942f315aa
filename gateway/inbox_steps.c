/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/inbox_steps.h"

static json_t *answer_of(const struct feedback *answer, enum language language)
{
    char day[DAY_TEXT_BYTES];
    json_t *row;

    day_print(answer->on, day);
    row = json_pack("{ss ss ss}", "code", answer_word(answer->code), "naam",
                    answer_text(answer->code, language), "op", day);
    if (row && answer->next_step < NEXT_STEP_COUNT)
        json_object_set_new(row, "vervolgstap", json_string(next_step_word(answer->next_step)));
    if (row && answer->has_next_day) {
        day_print(answer->next_day, day);
        json_object_set_new(row, "vervolgdatum", json_string(day));
    }
    if (row && answer->partner_kind != PARTY_NONE)
        json_object_set_new(row, "organisatiesoort",
                            json_string(party_kind_word(answer->partner_kind)));
    return row;
}

static json_t *answers_of(const struct kept_signal *kept, enum language language)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < kept->answer_count; i++)
        json_array_append_new(rows, answer_of(&kept->answers[i], language));
    return rows;
}

static json_t *codes_of(struct answer_set set)
{
    json_t *codes = json_array();

    for (unsigned code = 0; code < ANSWER_COUNT; code++)
        if (answer_set_has(set, code))
            json_array_append_new(codes, json_string(answer_word(code)));
    return codes;
}

/* As post_answer() and post_transfer() decide: whom the answer stays with does not count there. */
enum outcome inbox_add_steps(const struct call *call, const struct kept_signal *kept,
                             const struct signal *signal, const struct article *article,
                             bool secrecy, enum answer current, json_t *row)
{
    struct feedback_context context = {
        .current = current,
        .voice = FEEDBACK_VOICE_HOLDER,
        .level = article->feedback_level,
        .secrecy_bound = secrecy,
        .transfer_waits = kept->transfer.step == TRANSFER_ASKED,
        .stays_local = secrecy,
    };
    const bool holds = kept->transfer.step != TRANSFER_ACCEPTED;
    const struct answer_set steps = holds ? feedback_steps(&context) : (struct answer_set){0};
    int failed = 0;

    context.voice = FEEDBACK_VOICE_TRANSFER;
    context.stays_local = false;
    failed |= json_object_set_new(row, "convenant", json_string(kept->covenant));
    failed |= json_object_set_new(row, "opToestemming",
                                  json_boolean(has_bit(signal->fields, FIELD_PROOF)));
    failed |= json_object_set_new(row, "geaccepteerdAls", json_string(kept->accepted_role));
    if (secrecy)
        failed |= json_object_set_new(row, "beroepsgeheim", json_true());
    failed |= json_object_set_new(row, "antwoorden", answers_of(kept, call->request->language));
    failed |= json_object_set_new(row, "toegestaan", codes_of(steps));
    failed |= json_object_set_new(
        row, "kanOverdragen",
        json_boolean(holds && feedback_refusal(&context, ANSWER_DOOR) == FEEDBACK_REFUSAL_NONE));
    return failed ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}
