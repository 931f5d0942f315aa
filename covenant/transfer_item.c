/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/transfer_item.h"

#include <string.h>

#include "covenant/wire.h"

enum { UUID_ITEMS = 4, WORD_MAX_BYTES = 16 };

static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} steps[TRANSFER_STEP_COUNT] = {
#define TRANSFER_STEP_ROW(name, word, nl, en) [TRANSFER_##name] = {word, {nl, en}},
    TRANSFER_STEPS(TRANSFER_STEP_ROW)
#undef TRANSFER_STEP_ROW
};

static const struct {
    const char *code;
    const char *text[LANGUAGE_COUNT];
} refusals[TRANSFER_REFUSAL_COUNT] = {
#define TRANSFER_REFUSAL_ROW(name, code, nl, en) [TRANSFER_REFUSAL_##name] = {code, {nl, en}},
    TRANSFER_REFUSALS(TRANSFER_REFUSAL_ROW)
#undef TRANSFER_REFUSAL_ROW
};

const char *transfer_step_word(enum transfer_step step)
{
    return step < TRANSFER_STEP_COUNT ? steps[step].word : "";
}

const char *transfer_step_text(enum transfer_step step, enum language language)
{
    return step < TRANSFER_STEP_COUNT ? steps[step].text[language] : "";
}

bool transfer_step_parse(const char *word, enum transfer_step *out_step)
{
    for (unsigned i = TRANSFER_NONE + 1; word && i < TRANSFER_STEP_COUNT; i++) {
        if (strcmp(steps[i].word, word) == 0) {
            *out_step = (enum transfer_step)i;
            return true;
        }
    }
    return false;
}

const char *transfer_refusal_code(enum transfer_refusal refusal)
{
    return refusals[refusal].code;
}

const char *transfer_refusal_text(const char *code, enum language language)
{
    for (unsigned i = 0; i < TRANSFER_REFUSAL_COUNT; i++) {
        if (strcmp(refusals[i].code, code) == 0)
            return refusals[i].text[language];
    }
    return NULL;
}

static enum outcome check(const struct transfer_item *item, struct fault *fault)
{
    if (!wire_is_uuid(item->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_uuid(item->signal, UUID_ITEMS))
        return wire_wrong(fault, "signaal");
    if (item->step == TRANSFER_NONE || item->step >= TRANSFER_STEP_COUNT)
        return wire_wrong(fault, "stap");
    if ((item->step == TRANSFER_ASKED) != (item->to.text[0] != '\0'))
        return wire_wrong(fault, "naar");
    if (item->step == TRANSFER_ASKED ? item->request[0] != '\0'
                                     : !wire_is_uuid(item->request, UUID_ITEMS))
        return wire_wrong(fault, "verzoek");
    if (item->step == TRANSFER_REFUSED
            ? !wire_is_word(item->reason, TRANSFER_REASON_BYTES - 1, WIRE_UPPER WIRE_DIGITS "_")
            : item->reason[0] != '\0')
        return wire_wrong(fault, "reden");
    return OUTCOME_OK;
}

static enum outcome read_rest(const json_t *object, struct transfer_item *out, struct fault *fault)
{
    static const char *const of_question[] = {"id", "signaal", "op", "stap", "naar", NULL};
    static const char *const of_acceptance[] = {"id", "signaal", "op", "stap", "verzoek", NULL};
    static const char *const of_refusal[] = {"id",   "signaal", "op", "stap",
                                             "verzoek", "reden", NULL};

    if (out->step == TRANSFER_ASKED) {
        TRY(json_only(object, of_question, fault));
        return wire_oin_at(object, "naar", &out->to, fault);
    }
    TRY(json_only(object, out->step == TRANSFER_REFUSED ? of_refusal : of_acceptance, fault));
    TRY(wire_uuid_at(object, "verzoek", UUID_ITEMS, out->request, fault));
    return out->step == TRANSFER_REFUSED
               ? wire_text_at(object, "reden", out->reason, sizeof out->reason, fault)
               : OUTCOME_OK;
}

enum outcome transfer_item_parse(const json_t *object, struct transfer_item *out_item,
                                 struct fault *fault)
{
    struct transfer_item item = {0};
    const char *step;

    TRY(wire_uuid_at(object, "id", UUID_ITEMS, item.id, fault));
    TRY(wire_uuid_at(object, "signaal", UUID_ITEMS, item.signal, fault));
    TRY(wire_day_at(object, "op", &item.on, fault));
    TRY(json_text_at(object, "stap", WORD_MAX_BYTES, &step, fault));
    if (!transfer_step_parse(step, &item.step))
        return wire_wrong(fault, "stap");
    TRY(read_rest(object, &item, fault));
    TRY(check(&item, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome transfer_item_print(const struct transfer_item *item, struct buffer *out)
{
    TRY(check(item, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_text(out, "signaal", item->signal);
    wire_add_day(out, "op", item->on);
    wire_add_text(out, "stap", transfer_step_word(item->step));
    if (item->step == TRANSFER_ASKED)
        wire_add_text(out, "naar", item->to.text);
    else
        wire_add_text(out, "verzoek", item->request);
    if (item->step == TRANSFER_REFUSED)
        wire_add_text(out, "reden", item->reason);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
