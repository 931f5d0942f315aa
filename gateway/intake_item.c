/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a row that goes to one recipient: its tokens, what it rests on, and the item that leaves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "gateway/intake_parts.h"
#include "gateway/persons.h"

static const char notice_version[] = "invoer-1"; /* of the text read out by who pushed the row */

/* The one that the proof is about. */
const char *intake_token_of_proof(const struct tokens *tokens)
{
    return tokens->own[0] ? tokens->own : tokens->study;
}

uint32_t intake_fields(const struct intake_row *row, const struct tokens *tokens, bool has_proof)
{
    const struct import_row *r = &row->row;

    return (r->complex[0] ? bit_of(FIELD_AREA) : 0) |
           (r->moment[0] ? bit_of(FIELD_CONTACT_MOMENT) : 0) |
           (r->reported.known ? bit_of(FIELD_WEEK) | bit_of(FIELD_SIGNAL_DAY) : 0) |
           (r->help_wanted_known != IMPORT_ANSWER_ABSENT ? bit_of(FIELD_HELP_QUESTION) : 0) |
           (r->warm == IMPORT_ANSWER_YES ? bit_of(FIELD_WARM) : 0) |
           (r->has_arrears ? bit_of(FIELD_ARREARS) : 0) |
           (row->has_identity ? bit_of(FIELD_CONTACT) : 0) |
           (tokens->own[0] ? bit_of(FIELD_TOKEN) : 0) |
           (tokens->study[0] ? bit_of(FIELD_STUDY_TOKEN) : 0) |
           (r->wave[0] ? bit_of(FIELD_WAVE) | bit_of(FIELD_ANSWERS) : 0) |
           (has_proof ? bit_of(FIELD_PROOF) : 0) |
           (row->has_housing ? HOUSING_FIELDS : 0);
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
        intake_refuse(row, REFUSAL_KEY_MISSING);
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

enum outcome intake_tokens(struct intake *intake, struct intake_row *row, struct tokens *out)
{
    *out = (struct tokens){"", ""};
    if (!row->article)
        return OUTCOME_OK;
    if (row->row.wave[0] && !article_has_wave(row->article, row->row.wave)) {
        intake_refuse(row, REFUSAL_FIELD_TOO_MANY);
        snprintf(row->choices, sizeof row->choices, "%s", field_word(FIELD_WAVE));
        return OUTCOME_OK;
    }
    TRY(study_token_of(intake, row, out->study));
    return token_of(intake, row, out->own);
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
    proof_groups_add(&groups, intake_group(intake, code));
    outcome = basis_from_push(&push, &row->basis);
    if (outcome == OUTCOME_OK && strcmp(row->row.moment, "ENQUETE") == 0)
        row->basis->method = BASIS_CHANNEL_ENQUETE;
    if (outcome == OUTCOME_OK)
        basis_channel_parse(row->row.consent_method, &row->basis->method);
    if (outcome == OUTCOME_NOT_ALLOWED) {
        bool future = day_compare(push.given, amsterdam_day(intake->call->now_ms)) > 0;
        intake_refuse(row, future ? REFUSAL_CONSENT_NOT_YET : REFUSAL_CONSENT_EXPIRED);
        return OUTCOME_OK;
    }
    return outcome;
}

enum outcome intake_basis(struct intake *intake, struct intake_row *row,
                               const struct signal_code *code)
{
    const struct kept_basis *known;
    enum refusal refusal;

    row->wish = intake_wish(intake, row, row->article, row->to, code);
    refusal = basis_for_row(&row->earlier, &row->wish, &known);
    if (refusal != REFUSAL_NONE) {
        intake_refuse(row, refusal);
        return OUTCOME_OK;
    }
    row->desk = known != NULL;
    return known ? copy_of(known, &row->basis) : make_own_basis(intake, row, code);
}

enum outcome intake_proof(struct intake *intake, struct intake_row *row, const char *token,
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

enum outcome intake_item(struct intake *intake, struct intake_row *row,
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
                           .signal_day = r->reported.day,
                           .housing = row->housing};
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
