/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/toetsingen: "mag dit?", decided on roles, purpose, codes and field names only. */
#include <stdio.h>
#include <string.h>

#include "gateway/handlers.h"

static const char *const members[] = {"convenant", "naar",        "doel",   "signaalcode", "wijze",
                                      "velden",    "voorwaarden", "bewijs", NULL};

static enum outcome read_set(const json_t *body, const char *name,
                             bool (*parse)(const char *, unsigned *), uint32_t *out_set,
                             struct fault *fault)
{
    const json_t *words;

    if (!json_object_get(body, name))
        return OUTCOME_OK;
    TRY(json_array_at(body, name, 32, &words, fault));
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        unsigned member;
        if (!word || !parse(word, &member)) {
            fault_at(fault, "%s[%zu]", name, i);
            return OUTCOME_MALFORMED;
        }
        *out_set |= bit_of(member);
    }
    return OUTCOME_OK;
}

static bool parse_field(const char *word, unsigned *out_member)
{
    enum field field;

    if (!field_parse(word, &field))
        return false;
    *out_member = field;
    return true;
}

static bool parse_condition(const char *word, unsigned *out_member)
{
    enum condition condition;

    if (!condition_parse(word, &condition))
        return false;
    *out_member = condition;
    return true;
}

/* A recipient may be asked for by OIN or by kind: "may a wijkteam have this?" */
static enum outcome read_recipient(const struct covenant *covenant, const char *word,
                                   struct request *request, struct fault *fault)
{
    if (oin_parse(word, &request->to))
        return OUTCOME_OK;
    if (!party_kind_parse(word, &request->to_kind)) {
        fault_at(fault, "naar");
        return OUTCOME_MALFORMED;
    }
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (covenant->parties[i].kind == request->to_kind) {
            request->to = covenant->parties[i].oin;
            break;
        }
    }
    return OUTCOME_OK;
}

static enum outcome read_request(const json_t *body, struct request *request, const char **out_code,
                                 struct fault *fault)
{
    const char *lane, *purpose = NULL, *to = "";

    TRY(json_text_at(body, "wijze", 16, &lane, fault));
    TRY(json_optional_text_at(body, "doel", 32, &purpose, fault));
    TRY(json_optional_text_at(body, "naar", 32, &to, fault));
    TRY(json_optional_text_at(body, "signaalcode", SIGNAL_CODE_MAX_BYTES, out_code, fault));
    if (!lane_parse(lane, &request->lane)) {
        fault_at(fault, "wijze");
        return OUTCOME_MALFORMED;
    }
    if (purpose && !purpose_parse(purpose, &request->purpose)) {
        fault_at(fault, "doel");
        return OUTCOME_MALFORMED;
    }
    if (to[0])
        TRY(read_recipient(request->covenant, to, request, fault));
    TRY(read_set(body, "velden", parse_field, &request->fields, fault));
    return read_set(body, "voorwaarden", parse_condition, &request->conditions, fault);
}

/* A proof that would do, for a question that says there is one. */
static void assume_proof(struct request *request, const struct code_lists *lists)
{
    const struct signal_code *code = signal_code_find(lists, request->code);

    request->proof = (struct proof_facts){
        .present = true,
        .authentic = true,
        .token_matches = true,
        .purposes = UINT32_MAX,
        .recipient = request->to,
        .groups = code ? UINT32_C(1) << code->group : 0,
        .from = request->standing->today,
        .until = request->standing->today,
    };
    request->fields |= bit_of(FIELD_PROOF);
}

static json_t *permitted(const struct decision *decision)
{
    json_t *fields = json_array();

    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (has_bit(decision->fields, field))
            json_array_append_new(fields, json_string(field_word(field)));
    }
    return json_pack("{sb si ss so si si s{si si si}}", "toegestaan", 1, "bepaling",
                     decision->article, "doel", purpose_word(decision->purpose), "velden", fields,
                     "bewaarDagen", decision->retention_days, "niveau", decision->feedback_level,
                     "termijnen", "bevestigingWerkdagen", decision->terms.confirm_workdays,
                     "besluitWerkdagen", decision->terms.decide_workdays, "uitkomstDagen",
                     decision->terms.outcome_days);
}

static json_t *refused(const struct decision *decision, enum language language)
{
    OWNED_BUFFER reason = {0};
    json_t *answer;

    buffer_add_text(&reason, refusal_text(decision->refusal, language));
    if (decision->detail[0])
        buffer_format(&reason, " (%s)", decision->detail);
    if (!buffer_text(&reason))
        return NULL;
    answer = json_pack("{sb ss ss ss}", "toegestaan", 0, "code", refusal_code(decision->refusal),
                       "reden", buffer_text(&reason), "oplossing",
                       refusal_fix(decision->refusal, language));
    if (answer && decision->article)
        json_object_set_new(answer, "bepaling", json_integer(decision->article));
    return answer;
}

enum outcome post_check(struct call *call)
{
    OWNED_JSON body = NULL;
    struct fault fault = {0};
    struct standing standing;
    struct request request = {.side = SIDE_DRY_RUN, .role = ROLE_MELDER};
    const struct known_covenant *known;
    const char *id = NULL, *code = "";
    bool proof = false;
    struct decision decision;
    enum outcome outcome;

    TRY(call_body(call, members, &body));
    TRY(json_optional_text_at(body, "convenant", COVENANT_ID_MAX_BYTES, &id, &fault));
    if (json_object_get(body, "bewijs"))
        TRY(json_boolean_at(body, "bewijs", &proof, &fault));
    known = registry_choose(call->registry, id, call->now_ms);
    if (!known)
        return OUTCOME_COVENANT_UNKNOWN;
    standing = known_standing(known, call->now_ms);
    request.covenant = known->covenant;
    request.standing = &standing;
    request.from = call->gateway->settings->oin;
    outcome = read_request(body, &request, &code, &fault);
    call_fault(call, &fault);
    TRY(outcome);
    request.code = code;
    if (proof)
        assume_proof(&request, call->gateway->lists);
    decision = decide(&request);
    return call_reply(call, 200,
                      decision.permitted ? permitted(&decision)
                                         : refused(&decision, call->request->language));
}
