/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/feedback.h"

#include <string.h>

#include "covenant/wire.h"

enum { UUID_ITEMS = 4, WORD_MAX_BYTES = 24 };

/* --- vocabulary ---------------------------------------------------------------------------- */

static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
    bool ends;
    int level;
    enum answer_extra extra;
} answers[ANSWER_COUNT] = {
#define ANSWER_ROW(code, ends, level, extra, nl, en)                                               \
    [ANSWER_##code] = {#code, {nl, en}, ends, level, ANSWER_EXTRA_##extra},
    ANSWER_CODES(ANSWER_ROW)
#undef ANSWER_ROW
};

static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} next_steps[NEXT_STEP_COUNT] = {
#define NEXT_STEP_ROW(name, nl, en) [NEXT_STEP_##name] = {#name, {nl, en}},
    NEXT_STEPS(NEXT_STEP_ROW)
#undef NEXT_STEP_ROW
};

static const char *const refusals[FEEDBACK_REFUSAL_COUNT][LANGUAGE_COUNT] = {
#define FEEDBACK_REFUSAL_ROW(name, nl, en) [FEEDBACK_REFUSAL_##name] = {nl, en},
    FEEDBACK_REFUSALS(FEEDBACK_REFUSAL_ROW)
#undef FEEDBACK_REFUSAL_ROW
};

static enum language known(enum language language)
{
    return language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL;
}

bool answer_parse(const char *word, enum answer *out_answer)
{
    for (size_t i = 0; word && i < ANSWER_COUNT; i++) {
        if (strcmp(answers[i].word, word) == 0) {
            *out_answer = (enum answer)i;
            return true;
        }
    }
    return false;
}

const char *answer_word(enum answer code)
{
    return code < ANSWER_COUNT ? answers[code].word : "";
}

const char *answer_text(enum answer code, enum language language)
{
    return code < ANSWER_COUNT ? answers[code].text[known(language)] : "";
}

bool answer_ends(enum answer code)
{
    return code < ANSWER_COUNT && answers[code].ends;
}

int answer_level(enum answer code)
{
    return code < ANSWER_COUNT ? answers[code].level : ANSWER_LEVEL_MAX;
}

enum answer_extra answer_extra_of(enum answer code)
{
    return code < ANSWER_COUNT ? answers[code].extra : ANSWER_EXTRA_NONE;
}

bool next_step_parse(const char *word, enum next_step *out_step)
{
    for (size_t i = 0; word && i < NEXT_STEP_COUNT; i++) {
        if (strcmp(next_steps[i].word, word) == 0) {
            *out_step = (enum next_step)i;
            return true;
        }
    }
    return false;
}

const char *next_step_word(enum next_step step)
{
    return step < NEXT_STEP_COUNT ? next_steps[step].word : "";
}

const char *next_step_text(enum next_step step, enum language language)
{
    return step < NEXT_STEP_COUNT ? next_steps[step].text[known(language)] : "";
}

const char *feedback_refusal_text(enum feedback_refusal refusal, enum language language)
{
    return refusal < FEEDBACK_REFUSAL_COUNT ? refusals[refusal][known(language)] : "";
}

/* --- one item ------------------------------------------------------------------------------- */

static enum outcome read_extras(const json_t *item, struct feedback *out, struct fault *fault)
{
    const char *step = NULL, *kind = NULL;

    TRY(json_optional_text_at(item, "vervolgstap", WORD_MAX_BYTES, &step, fault));
    if (step && !next_step_parse(step, &out->next_step))
        return wire_wrong(fault, "vervolgstap");
    out->has_next_day = json_object_get(item, "vervolgdatum") != NULL;
    if (out->has_next_day)
        TRY(wire_day_at(item, "vervolgdatum", &out->next_day, fault));
    TRY(wire_optional_text_at(item, "verwijstNaar", out->refers_to, sizeof out->refers_to, fault));
    TRY(json_optional_text_at(item, "organisatiesoort", WORD_MAX_BYTES, &kind, fault));
    if (kind && !party_kind_parse(kind, &out->partner_kind))
        return wire_wrong(fault, "organisatiesoort");
    return OUTCOME_OK;
}

enum outcome feedback_parse(const json_t *item, struct feedback *out_feedback, struct fault *fault)
{
    static const char *const names[] = {"id",           "signaal",          "code",
                                        "op",           "vervolgstap",      "vervolgdatum",
                                        "verwijstNaar", "organisatiesoort", "bewijs",
                                        NULL};
    struct feedback feedback = {.next_step = NEXT_STEP_COUNT};
    const char *code;

    TRY(json_only(item, names, fault));
    TRY(wire_uuid_at(item, "id", UUID_ITEMS, feedback.id, fault));
    TRY(wire_uuid_at(item, "signaal", UUID_ITEMS, feedback.signal, fault));
    TRY(json_text_at(item, "code", WORD_MAX_BYTES, &code, fault));
    if (!answer_parse(code, &feedback.code))
        return wire_wrong(fault, "code");
    TRY(wire_day_at(item, "op", &feedback.on, fault));
    TRY(read_extras(item, &feedback, fault));
    feedback.lifting = json_object_get(item, "bewijs");
    if (feedback.lifting && !json_is_object(feedback.lifting))
        return wire_wrong(fault, "bewijs");
    TRY(feedback_check(&feedback, fault));
    *out_feedback = feedback;
    return OUTCOME_OK;
}

/* A day belongs to a new visit (if known) and to waiting (always), and lies not in the past. */
static bool next_day_is_valid(const struct feedback *feedback)
{
    if (!feedback->has_next_day)
        return feedback->next_step != NEXT_STEP_WACHTEN_TOT_DATUM;
    return (feedback->next_step == NEXT_STEP_WACHTEN_TOT_DATUM ||
            feedback->next_step == NEXT_STEP_HERHAALBEZOEK) &&
           day_compare(feedback->next_day, feedback->on) >= 0;
}

/* Each extra is there exactly when the code asks for it. */
static enum outcome check_extras(const struct feedback *feedback, struct fault *fault)
{
    enum answer_extra extra = answer_extra_of(feedback->code);
    bool refers = feedback->refers_to[0] != '\0';

    if ((extra == ANSWER_EXTRA_NEXT_STEP) != (feedback->next_step < NEXT_STEP_COUNT))
        return wire_wrong(fault, "vervolgstap");
    if (!next_day_is_valid(feedback))
        return wire_wrong(fault, "vervolgdatum");
    if ((extra == ANSWER_EXTRA_REFERS_TO) != refers ||
        (refers && (!wire_is_uuid(feedback->refers_to, UUID_ITEMS) ||
                    strcmp(feedback->refers_to, feedback->signal) == 0)))
        return wire_wrong(fault, "verwijstNaar");
    if ((extra == ANSWER_EXTRA_PARTNER_KIND) != (feedback->partner_kind != PARTY_NONE))
        return wire_wrong(fault, "organisatiesoort");
    return OUTCOME_OK;
}

enum outcome feedback_check(const struct feedback *feedback, struct fault *fault)
{
    if (!wire_is_uuid(feedback->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_uuid(feedback->signal, UUID_ITEMS))
        return wire_wrong(fault, "signaal");
    if (feedback->code >= ANSWER_COUNT)
        return wire_wrong(fault, "code");
    if (feedback->partner_kind >= PARTY_KIND_COUNT)
        return wire_wrong(fault, "organisatiesoort");
    return check_extras(feedback, fault);
}

enum outcome feedback_print(const struct feedback *feedback, struct buffer *out)
{
    TRY(feedback_check(feedback, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", feedback->id);
    wire_add_text(out, "signaal", feedback->signal);
    wire_add_text(out, "code", answer_word(feedback->code));
    wire_add_day(out, "op", feedback->on);
    if (feedback->next_step < NEXT_STEP_COUNT)
        wire_add_text(out, "vervolgstap", next_step_word(feedback->next_step));
    if (feedback->has_next_day)
        wire_add_day(out, "vervolgdatum", feedback->next_day);
    if (feedback->refers_to[0])
        wire_add_text(out, "verwijstNaar", feedback->refers_to);
    if (feedback->partner_kind != PARTY_NONE)
        wire_add_text(out, "organisatiesoort", party_kind_word(feedback->partner_kind));
    if (feedback->lifting_text.length) {
        wire_add_name(out, "bewijs");
        buffer_add_bytes(out, feedback->lifting_text);
    }
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
