/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/adapter.h"
#include "covenant/agreement.h"
#include "covenant/basis_words.h"
#include "gateway/intake.h"
#include "gateway/persons.h"

static const char notice_version[] = "invoer-1"; /* of the text read out by who pushed the row */

static void refuse(struct intake_row *row, enum refusal refusal)
{
    row->decided = INTAKE_REFUSED;
    row->refusal = refusal;
}

static void add_choice(struct intake_row *row, const char *choice)
{
    size_t used = strlen(row->choices);

    snprintf(row->choices + used, sizeof row->choices - used, "%s%s", used ? ", " : "", choice);
}

/* NULL for answers for research: those carry no code. */
static const char *word_of(const struct signal_code *code)
{
    return code ? code->code : NULL;
}

static const char *group_of(const struct intake *intake, const struct signal_code *code)
{
    return code ? signal_group_word(intake->call->gateway->lists, code->group)
                : BASIS_GROUP_RESEARCH;
}

/* --- which lane --- */

static bool covenant_has_lane(const struct intake *intake, const struct signal_code *code,
                              enum lane lane)
{
    struct party_set set =
        decision_recipients(intake->known->covenant, &intake->self->oin, word_of(code), lane);

    return !party_set_is_empty(&set);
}

static const struct article *article_of(const struct intake *intake, const struct party *to,
                                        const struct signal_code *code, enum lane lane);

static struct basis_wish wish_of(const struct intake *intake, const struct intake_row *row,
                                 const struct article *article, const struct party *to,
                                 const struct signal_code *code)
{
    return (struct basis_wish){
        .purpose = article->purpose,
        .recipient = to->oin,
        .group = group_of(intake, code),
        .second = article->second_confirmer,
        .own_consent = row->row.consent == IMPORT_ANSWER_YES,
        .given = row->row.consent_given.day,
        .today = amsterdam_day(intake->call->now_ms),
    };
}

/* A row that does not speak of consent goes to this party when the resident agreed to that at a
 * desk; one that says "nee" does not, whatever stands there. */
static bool allowed_at_desk(const struct intake *intake, const struct intake_row *row,
                            const struct party *to, const struct signal_code *code)
{
    const struct article *article = article_of(intake, to, code, LANE_CONSENT);
    const struct kept_basis *known;
    struct basis_wish wish;
    enum refusal refusal;

    if (row->row.consent != IMPORT_ANSWER_ABSENT || !article)
        return false;
    wish = wish_of(intake, row, article, to, code);
    refusal = basis_for_row(&row->earlier, &wish, &known);
    return refusal == REFUSAL_NONE || refusal == REFUSAL_CONSENT_UNCONFIRMED;
}

static bool allowed_at_desk_for_any(const struct intake *intake, const struct intake_row *row,
                                    const struct signal_code *code)
{
    const struct covenant *covenant = intake->known->covenant;

    for (size_t i = 0; row->earlier.count > 0 && i < covenant->parties_count; i++)
        if (allowed_at_desk(intake, row, &covenant->parties[i], code))
            return true;
    return false;
}

/* What the resident allowed goes where an article takes it; then what a law prescribes; else the
 * row is counted. A row that may not be counted, or whose consent no article takes, is decided
 * as consent, so that the refusal says what is missing. */
static enum lane lane_of(const struct intake *intake, const struct intake_row *row,
                         const struct signal_code *code)
{
    bool consent =
        has_bit(code->lanes, LANE_CONSENT) &&
        (row->row.consent == IMPORT_ANSWER_YES || allowed_at_desk_for_any(intake, row, code));

    if (consent && covenant_has_lane(intake, code, LANE_CONSENT))
        return LANE_CONSENT;
    if (has_bit(code->lanes, LANE_LAW) && covenant_has_lane(intake, code, LANE_LAW))
        return LANE_LAW;
    if (!consent && has_bit(code->lanes, LANE_AGGREGATE))
        return LANE_AGGREGATE;
    return has_bit(code->lanes, LANE_CONSENT) ? LANE_CONSENT : LANE_LAW;
}

/* --- which recipient --- */

static bool is_named(const struct intake_row *row, const struct party *party)
{
    return strcmp(row->row.recipient, party->oin.text) == 0 ||
           strcmp(row->row.recipient, party_kind_word(party->kind)) == 0;
}

/* By its kind where that says enough, else by its number: what is named can be filled in. */
static void add_recipients(struct intake_row *row, const struct covenant *covenant,
                           const struct party_set *set)
{
    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        bool alone = true;
        if (!party_set_has(set, i))
            continue;
        for (size_t j = 0; j < covenant->parties_count; j++)
            alone = alone &&
                    (j == i || !party_set_has(set, j) || covenant->parties[j].kind != party->kind);
        add_choice(row, alone ? party_kind_word(party->kind) : party->oin.text);
    }
}

/* Where only an agreement opens the way: does none run with this party? Without an address nobody
 * knows, and the row is refused for that. */
static enum refusal agreement_lacks(const struct intake *intake, const struct intake_row *row,
                                    const struct party *to, const struct signal_code *code)
{
    const struct article *article = article_of(intake, to, code, LANE_CONSENT);
    const struct kept_basis *known;
    struct basis_wish wish;
    enum refusal refusal;

    if (!article || !purpose_takes_agreement(article->purpose) || !row->has_identity ||
        row->row.consent == IMPORT_ANSWER_NO)
        return REFUSAL_NONE;
    wish = wish_of(intake, row, article, to, code);
    refusal = basis_for_row(&row->earlier, &wish, &known);
    return refusal == REFUSAL_CONSENT_UNCONFIRMED ? REFUSAL_NONE : refusal;
}

/* The one party the row can go to; NULL with a refusal when there are more, or when no article
 * takes this code and the row names nobody. NULL without one when it names somebody who is not
 * among them: then the decision says what is missing. */
static const struct party *recipient_of(const struct intake *intake, struct intake_row *row,
                                        const struct signal_code *code, enum lane lane)
{
    const struct covenant *covenant = intake->known->covenant;
    struct party_set set = decision_recipients(covenant, &intake->self->oin, word_of(code), lane);
    bool chosen = allowed_at_desk_for_any(intake, row, code);
    enum refusal lacks = REFUSAL_NONE;
    const struct party *found = NULL;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (!party_set_has(&set, i) || (row->row.recipient[0] && !is_named(row, party)))
            continue;
        if (lane == LANE_CONSENT && row->row.consent == IMPORT_ANSWER_ABSENT && chosen &&
            !allowed_at_desk(intake, row, party, code))
            continue; /* the resident named who may know */
        if (lane == LANE_CONSENT && agreement_lacks(intake, row, party, code) != REFUSAL_NONE) {
            if (lacks != REFUSAL_AGREEMENT_EXPIRED)
                lacks = agreement_lacks(intake, row, party, code);
            continue;
        }
        if (found)
            refuse(row, REFUSAL_RECIPIENT_AMBIGUOUS);
        found = party;
    }
    if (row->refusal == REFUSAL_RECIPIENT_AMBIGUOUS) {
        add_recipients(row, covenant, &set);
        return NULL;
    }
    if (!found && lacks != REFUSAL_NONE)
        refuse(row, lacks);
    else if (!found && !row->row.recipient[0])
        refuse(row, REFUSAL_NO_ARTICLE_CODE);
    return found;
}

static const struct article *article_of(const struct intake *intake, const struct party *to,
                                        const struct signal_code *code, enum lane lane)
{
    const struct covenant *covenant = intake->known->covenant;

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane == lane && article_has_sender(article, intake->self) &&
            article_has_recipient(covenant, article, to) &&
            article_has_code(covenant, article, code))
            return article;
    }
    return NULL;
}

/* --- the facts of the row --- */

/* What is planned is not done. */
static bool is_done(const struct import_day *day, struct day today)
{
    return day->known && day_compare(day->day, today) <= 0;
}

static uint32_t conditions_of(const struct import_row *row, struct day today)
{
    return (is_done(&row->contact_attempted, today) ? bit_of(CONDITION_CONTACT_TRIED) : 0) |
           (is_done(&row->pointed_to_help, today) ? bit_of(CONDITION_POINTED_TO_HELP) : 0) |
           (is_done(&row->reminded, today) ? bit_of(CONDITION_REMINDED) : 0) |
           (row->objection == IMPORT_ANSWER_NO ? bit_of(CONDITION_NO_OBJECTION) : 0) |
           (row->current_tenant == IMPORT_ANSWER_YES ? bit_of(CONDITION_CURRENT_TENANT) : 0) |
           (row->plan_running == IMPORT_ANSWER_NO ? bit_of(CONDITION_NO_RUNNING_PLAN) : 0) |
           (row->adult == IMPORT_ANSWER_YES ? bit_of(CONDITION_ADULT) : 0);
}

/* "onbekend" denies nothing: it is asked for, as what is not filled in. */
static uint32_t denied_of(const struct import_row *row)
{
    return (row->current_tenant == IMPORT_ANSWER_NO ? bit_of(CONDITION_CURRENT_TENANT) : 0) |
           (row->plan_running == IMPORT_ANSWER_YES ? bit_of(CONDITION_NO_RUNNING_PLAN) : 0) |
           (row->adult == IMPORT_ANSWER_NO ? bit_of(CONDITION_ADULT) : 0);
}

struct tokens { /* each "" where the article does not list it */
    char own[TOKEN_TEXT_BYTES];
    char study[TOKEN_TEXT_BYTES];
};

/* The one that the proof is about. */
static const char *token_of_proof(const struct tokens *tokens)
{
    return tokens->own[0] ? tokens->own : tokens->study;
}

static uint32_t fields_of(const struct intake_row *row, const struct tokens *tokens, bool has_proof)
{
    const struct import_row *r = &row->row;

    return (r->complex[0] ? bit_of(FIELD_AREA) : 0) |
           (r->moment[0] ? bit_of(FIELD_CONTACT_MOMENT) : 0) |
           (r->reported.known ? bit_of(FIELD_WEEK) | bit_of(FIELD_SIGNAL_DAY) : 0) |
           (r->help_wanted_known != IMPORT_ANSWER_ABSENT ? bit_of(FIELD_HELP_QUESTION) : 0) |
           (r->has_arrears ? bit_of(FIELD_ARREARS) : 0) |
           (row->has_identity ? bit_of(FIELD_CONTACT) : 0) |
           (tokens->own[0] ? bit_of(FIELD_TOKEN) : 0) |
           (tokens->study[0] ? bit_of(FIELD_STUDY_TOKEN) : 0) |
           (r->wave[0] ? bit_of(FIELD_WAVE) | bit_of(FIELD_ANSWERS) : 0) |
           (has_proof ? bit_of(FIELD_PROOF) : 0);
}

static enum outcome identify(struct intake_row *row)
{
    const struct contact *contact = &row->row.contact;

    if (!import_row_has_address(&row->row))
        return OUTCOME_OK;
    TRY(identity_pch(contact->postcode, contact->number, contact->letter, contact->addition,
                     &row->identity));
    row->has_identity = true;
    return OUTCOME_OK;
}

static enum outcome token_of(struct intake *intake, struct intake_row *row,
                             char out[static TOKEN_TEXT_BYTES])
{
    char epoch[EPOCH_TEXT_BYTES];
    const struct shared_key *key;

    out[0] = '\0';
    if (!row->has_identity || !has_bit(row->article->fields, FIELD_TOKEN))
        return OUTCOME_OK;
    day_epoch(amsterdam_day(intake->call->now_ms), epoch);
    key = known_shared_key(intake->known, epoch);
    if (!key) {
        refuse(row, REFUSAL_KEY_MISSING);
        return OUTCOME_OK;
    }
    return person_token_text(intake->known, key, row->article->purpose, &row->identity,
                             &row->to->oin, out);
}

/* One household is the same in every wave of a study, so no half-year is in it; and under a key
 * that is ours alone, since the researcher has the answers and all addresses can be tried. It has
 * nothing in common with the tokens of any other purpose or recipient. */
static enum outcome study_token_of(const struct intake *intake, const struct intake_row *row,
                                   char out[static TOKEN_TEXT_BYTES])
{
    static const char no_epoch[] = "0000H1";
    struct token_domain domain;
    struct token token;

    out[0] = '\0';
    if (!row->row.wave[0] || !row->has_identity ||
        !has_bit(row->article->fields, FIELD_STUDY_TOKEN))
        return OUTCOME_OK;
    TRY(token_domain_make(intake->known->covenant->id, purpose_word(row->article->purpose),
                          no_epoch, &domain));
    token_make_shared(intake->call->gateway->local_id_key, &domain, &row->identity, &row->to->oin,
                      &token);
    token_print(&token, out);
    return OUTCOME_OK;
}

static bool article_has_wave(const struct article *article, const char *wave)
{
    for (size_t i = 0; i < article->waves_count; i++)
        if (strcmp(article->waves[i], wave) == 0)
            return true;
    return article->waves_count == 0;
}

static enum outcome tokens_of(struct intake *intake, struct intake_row *row, struct tokens *out)
{
    *out = (struct tokens){"", ""};
    if (!row->article)
        return OUTCOME_OK;
    if (row->row.wave[0] && !article_has_wave(row->article, row->row.wave)) {
        refuse(row, REFUSAL_FIELD_TOO_MANY);
        snprintf(row->choices, sizeof row->choices, "%s", field_word(FIELD_WAVE));
        return OUTCOME_OK;
    }
    TRY(study_token_of(intake, row, out->study));
    return token_of(intake, row, out->own);
}

/* --- what the resident chose before --- */

static enum outcome look_back(const struct intake *intake, struct intake_row *row)
{
    enum outcome outcome;
    struct view view;

    if (!row->has_identity)
        return OUTCOME_OK;
    view_begin(intake->call->gateway->store, &view);
    outcome = basis_list_of_identity(intake->call->gateway, &view, &row->identity, &row->earlier);
    view_end(&view);
    return outcome;
}

/* --- consent that came with the row, or that a desk recorded --- */

static enum outcome copy_of(const struct kept_basis *known, struct basis **out_basis)
{
    struct basis *copy = malloc(sizeof *copy);

    if (!copy)
        return OUTCOME_OUT_OF_MEMORY;
    *copy = *known->basis;
    *out_basis = copy;
    return OUTCOME_OK;
}

static enum outcome make_own_basis(struct intake *intake, struct intake_row *row,
                                   const struct signal_code *code)
{
    struct proof_groups groups = {0};
    char id[UUID_TEXT_BYTES];
    struct basis_push push = {
        .id = id,
        .dossier = "D-000000000000", /* replaced in the change, where the dossier is known */
        .purpose = row->article->purpose,
        .recipient = row->to->oin,
        .groups = &groups,
        .collected_by = intake->call->role,
        .notice = notice_version,
        .given = row->row.consent_given.day,
        .covenant_until = intake->known->covenant->valid_until,
        .retention_days = row->article->retention_days,
        .now_ms = intake->call->now_ms / 1000 * 1000,
    };
    enum outcome outcome;

    TRY(intake_id(intake, row, "grondslag", id));
    proof_groups_add(&groups, group_of(intake, code));
    outcome = basis_from_push(&push, &row->basis);
    if (outcome == OUTCOME_OK && strcmp(row->row.moment, "ENQUETE") == 0)
        row->basis->method = BASIS_CHANNEL_ENQUETE;
    if (outcome == OUTCOME_OK)
        basis_channel_parse(row->row.consent_method, &row->basis->method);
    if (outcome == OUTCOME_NOT_ALLOWED) {
        bool future = day_compare(push.given, amsterdam_day(intake->call->now_ms)) > 0;
        refuse(row, future ? REFUSAL_CONSENT_NOT_YET : REFUSAL_CONSENT_EXPIRED);
        return OUTCOME_OK;
    }
    return outcome;
}

static enum outcome make_basis(struct intake *intake, struct intake_row *row,
                               const struct signal_code *code)
{
    const struct kept_basis *known;
    enum refusal refusal;

    row->wish = wish_of(intake, row, row->article, row->to, code);
    refusal = basis_for_row(&row->earlier, &row->wish, &known);
    if (refusal != REFUSAL_NONE) {
        refuse(row, refusal);
        return OUTCOME_OK;
    }
    row->desk = known != NULL;
    return known ? copy_of(known, &row->basis) : make_own_basis(intake, row, code);
}

static enum outcome make_proof(struct intake *intake, struct intake_row *row, const char *token,
                               struct proof_facts *out_facts, struct buffer *out_text)
{
    struct gateway *gateway = intake->call->gateway;
    const struct covenant *covenant = intake->known->covenant;
    struct proof proof;

    TRY(basis_proof(row->basis, gateway->proof_id_key, covenant->fingerprint, &row->to->oin, token,
                    &proof));
    if (!row->desk) /* that of a desk is noted in the change: others may rest on it too */
        TRY(basis_add_event(row->basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, &row->to->oin,
                            intake->call->now_ms / 1000 * 1000));
    *out_facts = proof_facts_of(&proof, gateway->lists, covenant->fingerprint, token);
    return proof_sign(&proof, gateway_signing_key(gateway), out_text);
}

/* --- the item --- */

static enum outcome make_item(struct intake *intake, struct intake_row *row,
                              const struct signal_code *code, const struct tokens *tokens,
                              struct bytes proof, uint32_t fields)
{
    const struct covenant *covenant = intake->known->covenant;
    const struct import_row *r = &row->row;
    OWNED_SIGNAL signal = {.article = row->article->number,
                           .purpose = row->article->purpose,
                           .holder = row->to->oin,
                           .lead = covenant->parties[covenant->lead].oin,
                           .sent_ms = instant_hour(intake->call->now_ms),
                           .fields = fields,
                           .area_level = AREA_COMPLEX,
                           .week = day_week(r->reported.day),
                           .proof_text = proof,
                           .arrears_cents = r->arrears_cents,
                           .signal_day = r->reported.day};
    OWNED_BUFFER contact = {0};

    TRY(intake_id(intake, row, "bericht", row->id));
    memcpy(signal.id, row->id, sizeof signal.id);
    snprintf(signal.covenant, sizeof signal.covenant, "%s", covenant->reference);
    snprintf(signal.code, sizeof signal.code, "%s", code ? code->code : "");
    snprintf(signal.area_code, sizeof signal.area_code, "%s", r->complex);
    snprintf(signal.contact_moment, sizeof signal.contact_moment, "%s", r->moment);
    snprintf(signal.token, sizeof signal.token, "%s", tokens->own);
    snprintf(signal.study_token, sizeof signal.study_token, "%s", tokens->study);
    snprintf(signal.wave, sizeof signal.wave, "%s", r->wave);
    signal.answer_count = import_row_answers(r, SIGNAL_ANSWERS_MAX, signal.answers);
    signal.help_question = r->help_wanted_known == IMPORT_ANSWER_YES  ? HELP_QUESTION_YES
                           : r->help_wanted_known == IMPORT_ANSWER_NO ? HELP_QUESTION_NO
                                                                      : HELP_QUESTION_UNKNOWN;
    if (has_bit(fields, FIELD_CONTACT)) {
        TRY(contact_print(&r->contact, &contact));
        TRY(buffer_outcome(&contact));
        snprintf(signal.contact, sizeof signal.contact, "%.*s", (int)contact.length,
                 (const char *)contact.data);
    }
    return signal_print(&signal, &row->item);
}

/* --- the decision --- */

static struct request request_of(const struct intake *intake, const struct intake_row *row,
                                 const struct signal_code *code, enum lane lane,
                                 const struct standing *standing)
{
    struct request request = {
        .covenant = intake->known->covenant,
        .standing = standing,
        .side = SIDE_SENDER,
        .from = intake->self->oin,
        .code = word_of(code),
        .lane = lane,
        .role = intake->call->role,
        .conditions = conditions_of(&row->row, standing->today),
        .denied = denied_of(&row->row),
        .objection = row->row.objection == IMPORT_ANSWER_YES,
    };

    if (row->to)
        request.to = row->to->oin;
    else if (row->row.recipient[0] && !oin_parse(row->row.recipient, &request.to))
        party_kind_parse(row->row.recipient, &request.to_kind);
    return request;
}

static enum outcome decide_individual(struct intake *intake, struct intake_row *row,
                                      const struct signal_code *code, enum lane lane,
                                      struct request *request)
{
    struct tokens tokens;
    OWNED_BUFFER proof = {0};
    struct decision decision;

    row->article = article_of(intake, row->to, code, lane);
    if (row->article && !row->has_identity) {
        row->decided = INTAKE_REFUSED;
        row->has_fault = true;
        row->fault = IMPORT_FAULT_ADDRESS_INCOMPLETE;
        return OUTCOME_OK;
    }
    TRY(tokens_of(intake, row, &tokens));
    if (row->article && lane == LANE_CONSENT && row->row.consent != IMPORT_ANSWER_NO &&
        (row->row.consent == IMPORT_ANSWER_YES || row->earlier.count > 0) &&
        row->refusal == REFUSAL_NONE) {
        TRY(make_basis(intake, row, code));
        if (row->basis)
            TRY(make_proof(intake, row, token_of_proof(&tokens), &request->proof, &proof));
    }
    if (row->refusal != REFUSAL_NONE)
        return OUTCOME_OK;
    if (row->article) { /* what was made above is of this article; no other may permit it */
        request->article = row->article->number;
        request->purpose = row->article->purpose;
    }
    request->fields = fields_of(row, &tokens, row->basis != NULL);
    decision = decide(request);
    if (!decision.permitted) {
        refuse(row, decision.refusal);
        snprintf(row->choices, sizeof row->choices, "%s", decision.detail);
        row->article = covenant_article(intake->known->covenant, decision.article);
        return OUTCOME_OK;
    }
    row->decided = lane == LANE_LAW ? INTAKE_SENT_LAW : INTAKE_SENT_CONSENT;
    row->fields = decision.fields;
    return make_item(intake, row, code, &tokens, buffer_bytes(&proof), decision.fields);
}

static enum outcome decide_lane(struct intake *intake, struct intake_row *row,
                                const struct signal_code *code, enum lane lane)
{
    struct standing standing = known_standing(intake->known, intake->call->now_ms);
    struct request request;
    struct decision decision;

    if (lane != LANE_AGGREGATE) {
        row->to = recipient_of(intake, row, code, lane);
        if (row->refusal != REFUSAL_NONE)
            return OUTCOME_OK;
    }
    request = request_of(intake, row, code, lane, &standing);
    if (row->to)
        return decide_individual(intake, row, code, lane, &request);
    if (lane == LANE_AGGREGATE) { /* counted at home: to nobody */
        request.to = (struct oin){""};
        request.to_kind = PARTY_NONE;
    }
    decision = decide(&request);
    row->article = covenant_article(intake->known->covenant, decision.article);
    if (decision.permitted) {
        row->decided = INTAKE_COUNTED;
    } else {
        refuse(row, decision.refusal);
        snprintf(row->choices, sizeof row->choices, "%s", decision.detail);
    }
    return OUTCOME_OK;
}

enum outcome intake_decide(struct intake *intake, struct intake_row *row)
{
    const struct signal_code *code =
        signal_code_find(intake->call->gateway->lists, row->row.codes[0]);

    TRY(import_row_digest(&row->row, row->digest));
    TRY(identify(row));
    TRY(look_back(intake, row));
    if (row->row.blocked || (code && code->blocked)) {
        refuse(row, REFUSAL_CODE_BLOCKED);
        return OUTCOME_OK;
    }
    if (row->row.wave[0]) /* answers for research go with consent or not at all */
        return decide_lane(intake, row, NULL, LANE_CONSENT);
    if (row->row.code_count > 1) {
        refuse(row, REFUSAL_CODE_AMBIGUOUS);
        for (size_t i = 0; i < row->row.code_count; i++)
            add_choice(row, row->row.codes[i]);
        return OUTCOME_OK;
    }
    if (!code) {
        refuse(row, REFUSAL_CODE_UNKNOWN);
        return OUTCOME_OK;
    }
    return decide_lane(intake, row, code, lane_of(intake, row, code));
}
