/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/adapter.h"
#include "covenant/agreement.h"
#include "covenant/signpost.h"
#include "gateway/agreement_use.h"
#include "gateway/intake_parts.h"

void intake_refuse(struct intake_row *row, enum refusal refusal)
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

const char *intake_group(const struct intake *intake, const struct signal_code *code)
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

struct basis_wish intake_wish(const struct intake *intake, const struct intake_row *row,
                              const struct article *article, const struct party *to,
                                 const struct signal_code *code)
{
    return (struct basis_wish){
        .purpose = article->purpose,
        .recipient = to->oin,
        .group = intake_group(intake, code),
        .second = article->second_confirmer,
        .own_consent = row->row.consent == IMPORT_ANSWER_YES,
        .given = row->row.consent_given.day,
        .today = amsterdam_day(intake->call->now_ms),
    };
}

/* A row that does not speak of consent goes to this party when the resident agreed to that at a
 * desk; one that says "nee" does not, whatever stands there. */
bool intake_allowed_at_desk(const struct intake *intake, const struct intake_row *row,
                            const struct party *to, const struct signal_code *code)
{
    const struct article *article = intake_article(intake, to, code, LANE_CONSENT);
    const struct kept_basis *known;
    struct basis_wish wish;
    enum refusal refusal;

    if (row->row.consent != IMPORT_ANSWER_ABSENT || !article)
        return false;
    wish = intake_wish(intake, row, article, to, code);
    refusal = basis_for_row(&row->earlier, &wish, &known);
    return refusal == REFUSAL_NONE || refusal == REFUSAL_CONSENT_UNCONFIRMED;
}

static bool allowed_at_desk_for_any(const struct intake *intake, const struct intake_row *row,
                                    const struct signal_code *code)
{
    const struct covenant *covenant = intake->known->covenant;

    for (size_t i = 0; row->earlier.count > 0 && i < covenant->parties_count; i++)
        if (intake_allowed_at_desk(intake, row, &covenant->parties[i], code))
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
    const struct article *article = intake_article(intake, to, code, LANE_CONSENT);
    const struct kept_basis *known;
    struct basis_wish wish;
    enum refusal refusal;

    if (!article || !purpose_takes_agreement(article->purpose) || !row->has_identity ||
        row->row.consent == IMPORT_ANSWER_NO)
        return REFUSAL_NONE;
    if (article->purpose == PURPOSE_WOONSTAP && !row->has_housing)
        return REFUSAL_AGREEMENT_MISSING; /* a row of a file cannot say what was agreed */
    wish = intake_wish(intake, row, article, to, code);
    refusal = basis_for_row(&row->earlier, &wish, &known);
    return refusal == REFUSAL_CONSENT_UNCONFIRMED ? REFUSAL_NONE : refusal;
}

/* Of the recipients that the articles allow: those that the row may mean. `out_lacks` says what is
 * missing where an agreement must open the way. */
static struct party_set recipients_of(const struct intake *intake, const struct intake_row *row,
                                      const struct signal_code *code, enum lane lane,
                                      const struct party_set *allowed, enum refusal *out_lacks)
{
    const struct covenant *covenant = intake->known->covenant;
    bool chosen = allowed_at_desk_for_any(intake, row, code);
    struct party_set fit = {0};

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        enum refusal lacks;
        if (!party_set_has(allowed, i) || (row->row.recipient[0] && !is_named(row, party)))
            continue;
        if (lane == LANE_CONSENT && row->row.consent == IMPORT_ANSWER_ABSENT && chosen &&
            !intake_allowed_at_desk(intake, row, party, code))
            continue; /* the resident named who may know */
        lacks = lane == LANE_CONSENT ? agreement_lacks(intake, row, party, code) : REFUSAL_NONE;
        if (lacks == REFUSAL_NONE)
            party_set_add(&fit, i);
        else if (*out_lacks != REFUSAL_AGREEMENT_EXPIRED)
            *out_lacks = lacks;
    }
    return fit;
}

/* The row names nobody: the routing table of the covenant does, where it leads to some of them. */
static void follow_signpost(const struct covenant *covenant, const struct signal_code *code,
                            struct party_set *fit)
{
    const struct signpost *signpost = signpost_of(covenant, code);
    struct party_set there = {0};

    for (size_t i = 0; i < covenant->parties_count; i++)
        if (party_set_has(fit, i) && signpost_leads_to(signpost, &covenant->parties[i]))
            party_set_add(&there, i);
    if (!party_set_is_empty(&there))
        *fit = there;
}

/* No article takes it: then it says whom to call, where the routing table does. */
static void refuse_without_way(const struct covenant *covenant, struct intake_row *row,
                               const struct signal_code *code)
{
    const struct party *desk = signpost_desk(covenant, signpost_of(covenant, code));

    intake_refuse(row, REFUSAL_NO_ARTICLE_CODE);
    if (desk)
        snprintf(row->choices, sizeof row->choices, "%.80s, %s", desk->desk_name, desk->desk_phone);
}

/* The one party the row can go to; NULL with a refusal when there are more, or when no article
 * takes this code and the row names nobody. NULL without one when it names somebody who is not
 * among them: then the decision says what is missing. */
static const struct party *recipient_of(const struct intake *intake, struct intake_row *row,
                                        const struct signal_code *code, enum lane lane)
{
    const struct covenant *covenant = intake->known->covenant;
    struct party_set set = decision_recipients(covenant, &intake->self->oin, word_of(code), lane);
    enum refusal lacks = REFUSAL_NONE;
    struct party_set fit = recipients_of(intake, row, code, lane, &set, &lacks);

    if (!row->row.recipient[0] && party_set_count(&fit) > 1)
        follow_signpost(covenant, code, &fit);
    if (party_set_count(&fit) > 1) {
        intake_refuse(row, REFUSAL_RECIPIENT_AMBIGUOUS);
        add_recipients(row, covenant, &set);
        return NULL;
    }
    for (size_t i = 0; i < covenant->parties_count; i++)
        if (party_set_has(&fit, i))
            return &covenant->parties[i];
    if (lacks != REFUSAL_NONE)
        intake_refuse(row, lacks);
    else if (!row->row.recipient[0])
        refuse_without_way(covenant, row, code);
    return NULL;
}

const struct article *intake_article(const struct intake *intake, const struct party *to,
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

/* --- who it is about, and what that resident chose before --- */

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


static enum outcome look_back(const struct intake *intake, struct intake_row *row)
{
    enum outcome outcome;
    struct view view;

    if (!row->has_identity)
        return OUTCOME_OK;
    view_begin(intake->call->gateway->store, &view);
    outcome = basis_list_for_row(intake->call->gateway, &view, &row->identity, &row->earlier);
    view_end(&view);
    return outcome;
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

    row->article = intake_article(intake, row->to, code, lane);
    if (row->article && !row->has_identity) {
        row->decided = INTAKE_REFUSED;
        row->has_fault = true;
        row->fault = IMPORT_FAULT_ADDRESS_INCOMPLETE;
        return OUTCOME_OK;
    }
    TRY(intake_tokens(intake, row, &tokens));
    if (row->article && lane == LANE_CONSENT && row->row.consent != IMPORT_ANSWER_NO &&
        (row->row.consent == IMPORT_ANSWER_YES || row->earlier.count > 0) &&
        row->refusal == REFUSAL_NONE) {
        TRY(intake_basis(intake, row, code));
        if (row->basis)
            TRY(intake_proof(intake, row, intake_token_of_proof(&tokens), &request->proof, &proof));
    }
    if (row->refusal != REFUSAL_NONE)
        return OUTCOME_OK;
    if (row->article) { /* what was made above is of this article; no other may permit it */
        request->article = row->article->number;
        request->purpose = row->article->purpose;
    }
    request->fields = intake_fields(row, &tokens, row->basis != NULL);
    decision = decide(request);
    if (!decision.permitted) {
        intake_refuse(row, decision.refusal);
        snprintf(row->choices, sizeof row->choices, "%s", decision.detail);
        row->article = covenant_article(intake->known->covenant, decision.article);
        return OUTCOME_OK;
    }
    row->decided = lane == LANE_LAW ? INTAKE_SENT_LAW : INTAKE_SENT_CONSENT;
    row->fields = decision.fields;
    return intake_item(intake, row, code, &tokens, buffer_bytes(&proof), decision.fields);
}

enum outcome intake_decide_lane(struct intake *intake, struct intake_row *row,
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
        request.to = row->part ? row->part->oin : (struct oin){""};
        request.to_kind = PARTY_NONE;
    }
    decision = decide(&request);
    row->article = covenant_article(intake->known->covenant, decision.article);
    if (decision.permitted) {
        row->decided = INTAKE_COUNTED;
    } else {
        intake_refuse(row, decision.refusal);
        snprintf(row->choices, sizeof row->choices, "%s", decision.detail);
    }
    return OUTCOME_OK;
}

static enum outcome decide_row(struct intake *intake, struct intake_row *row)
{
    const struct signal_code *code =
        signal_code_find(intake->call->gateway->lists, row->row.codes[0]);

    TRY(import_row_digest(&row->row, row->digest));
    TRY(agreement_digest(row));
    TRY(identify(row));
    TRY(look_back(intake, row));
    if (row->row.blocked || (code && code->blocked)) {
        intake_refuse(row, REFUSAL_CODE_BLOCKED);
        return OUTCOME_OK;
    }
    if (row->row.wave[0]) /* answers for research go with consent or not at all */
        return intake_decide_lane(intake, row, NULL, LANE_CONSENT);
    if (row->row.code_count > 1) {
        intake_refuse(row, REFUSAL_CODE_AMBIGUOUS);
        for (size_t i = 0; i < row->row.code_count; i++)
            add_choice(row, row->row.codes[i]);
        return OUTCOME_OK;
    }
    if (!code) {
        intake_refuse(row, REFUSAL_CODE_UNKNOWN);
        return OUTCOME_OK;
    }
    return intake_decide_lane(intake, row, code,
                              row->part ? intake_lane_of_part(intake, row, code)
                                        : lane_of(intake, row, code));
}

/* Who is told no by a clock that is wrong for a moment goes away: better that he comes back. */
enum outcome intake_decide(struct intake *intake, struct intake_row *row)
{
    TRY(decide_row(intake, row));
    return intake->call->in_doubt && refusal_is_of_time(row->refusal) ? OUTCOME_CLOCK_WRONG
                                                                     : OUTCOME_OK;
}
