/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/decision.h"

#include <stdio.h>
#include <string.h>

/* What a rule looks at: the request with its words looked up, and under `article` one article. */
struct matter {
    const struct request *request;
    const struct covenant *covenant;
    const struct party *from, *to;  /* NULL when not a party */
    enum party_kind to_kind;        /* of `to`, or as asked */
    const struct signal_code *code; /* NULL when none, or not in the list */
    bool individual;                /* about one household, not a count */
    const struct article *article;
    char *detail; /* NULL while rules are only counted */
};

/* A rule answers REFUSAL_NONE when it holds. */
typedef enum refusal rule(const struct matter *matter);

static enum refusal fails(const struct matter *matter, enum refusal refusal, const char *detail)
{
    if (matter->detail)
        snprintf(matter->detail, DETAIL_BYTES, "%s", detail);
    return refusal;
}

static const char *first_field(uint32_t fields)
{
    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (has_bit(fields, field))
            return field_word((enum field)field);
    }
    return "";
}

/* --- rules of the whole covenant --- */

static enum refusal no_act_beside_the_exchange(const struct matter *matter)
{
    enum act act = matter->request->act;

    /* An article permits an exchange and nothing else, so no act can ever be permitted. */
    return act == ACT_NONE ? REFUSAL_NONE : fails(matter, REFUSAL_ACT_FORBIDDEN, act_word(act));
}

static enum refusal code_is_not_blocked(const struct matter *matter)
{
    return matter->code && matter->code->blocked
               ? fails(matter, REFUSAL_CODE_BLOCKED, matter->code->code)
               : REFUSAL_NONE;
}

static enum refusal recipient_is_not_forbidden(const struct matter *matter)
{
    return has_bit(matter->covenant->forbidden_kinds, matter->to_kind)
               ? fails(matter, REFUSAL_RECIPIENT_FORBIDDEN, party_kind_word(matter->to_kind))
               : REFUSAL_NONE;
}

static enum refusal no_field_is_forbidden(const struct matter *matter)
{
    uint32_t forbidden = matter->request->fields & matter->covenant->forbidden_fields;

    return forbidden ? fails(matter, REFUSAL_FIELD_FORBIDDEN, first_field(forbidden))
                     : REFUSAL_NONE;
}

static enum refusal code_is_known(const struct matter *matter)
{
    const char *code = matter->request->code;

    return code && *code && !matter->code ? REFUSAL_CODE_UNKNOWN : REFUSAL_NONE;
}

/* Counted at home: an aggregate that names nobody. */
static bool stays_at_home(const struct matter *matter)
{
    return !matter->individual && !matter->request->to.text[0] &&
           matter->request->to_kind == PARTY_NONE;
}

static enum refusal both_are_parties(const struct matter *matter)
{
    if (!matter->from)
        return fails(matter, REFUSAL_NOT_A_PARTY, "van");
    if (!matter->to && !stays_at_home(matter))
        return fails(matter, REFUSAL_NOT_A_PARTY, "naar");
    return REFUSAL_NONE;
}

static enum refusal refusal_of(enum force force)
{
    static const enum refusal refusals[] = {
        [FORCE_IN_FORCE] = REFUSAL_NONE,
        [FORCE_NOT_YET] = REFUSAL_NOT_YET_VALID,
        [FORCE_EXPIRED] = REFUSAL_EXPIRED,
        [FORCE_EVALUATION_MISSED] = REFUSAL_EVALUATION_MISSED,
        [FORCE_WITHDRAWN] = REFUSAL_WITHDRAWN,
        [FORCE_UNSIGNED] = REFUSAL_UNSIGNED,
    };

    return refusals[force];
}

bool refusal_is_of_time(enum refusal refusal)
{
    static const bool of_time[REFUSAL_COUNT] = {
        [REFUSAL_NOT_YET_VALID] = true,     [REFUSAL_EXPIRED] = true,
        [REFUSAL_EVALUATION_MISSED] = true, [REFUSAL_REPLACED] = true,
        [REFUSAL_OTHER_EPOCH] = true,       [REFUSAL_KEY_MISSING] = true,
        [REFUSAL_CONSENT_NOT_YET] = true,   [REFUSAL_CONSENT_EXPIRED] = true,
        [REFUSAL_AGREEMENT_EXPIRED] = true,
    };

    return of_time[refusal];
}

static enum refusal window_holds(const struct matter *matter)
{
    return refusal_of(covenant_in_time(matter->covenant, matter->request->standing));
}

static enum refusal a_count_stays_a_count(const struct matter *matter)
{
    if (!matter->individual) /* an item that arrives is never a count */
        return matter->request->side == SIDE_RECEIVER ? REFUSAL_COUNTS_ONLY : REFUSAL_NONE;
    if (party_kind_counts_only(matter->to_kind))
        return fails(matter, REFUSAL_COUNTS_ONLY, party_kind_word(matter->to_kind));
    if (matter->code && matter->code->lanes == bit_of(LANE_AGGREGATE))
        return fails(matter, REFUSAL_COUNTS_ONLY, matter->code->code);
    return REFUSAL_NONE;
}

/* No covenant can say otherwise: such an article does not load (covenant.h). */
static enum refusal welfare_gets_what_is_joined_in(const struct matter *matter)
{
    return matter->to_kind == PARTY_WELZIJN && matter->individual &&
                   !signal_code_is_joining_in(matter->code)
               ? fails(matter, REFUSAL_JOINING_IN_ONLY, matter->code ? matter->code->code : "")
               : REFUSAL_NONE;
}

static enum refusal code_allows_the_lane(const struct matter *matter)
{
    enum lane lane = matter->request->lane;
    bool allowed = lane != LANE_NONE && (!matter->code || has_bit(matter->code->lanes, lane));

    return allowed
               ? REFUSAL_NONE
               : fails(matter, REFUSAL_LANE_NOT_ALLOWED, matter->code ? matter->code->code : "");
}

/* --- rules of one article --- */

static enum refusal article_is_the_one_named(const struct matter *matter)
{
    int named = matter->request->article;

    return named == 0 || named == matter->article->number ? REFUSAL_NONE : REFUSAL_NO_ARTICLE;
}

static enum refusal article_has_this_sender(const struct matter *matter)
{
    return article_has_sender(matter->article, matter->from)
               ? REFUSAL_NONE
               : fails(matter, REFUSAL_NO_ARTICLE_FROM, party_kind_word(matter->from->kind));
}

static enum refusal article_has_this_recipient(const struct matter *matter)
{
    if (!matter->to)
        return REFUSAL_NONE; /* counted at home */
    if (article_has_recipient(matter->covenant, matter->article, matter->to) &&
        (matter->to != matter->from || !matter->individual))
        return REFUSAL_NONE;
    return fails(matter, REFUSAL_NO_ARTICLE_TO, party_kind_word(matter->to_kind));
}

static enum refusal article_has_this_purpose(const struct matter *matter)
{
    enum purpose purpose = matter->request->purpose;

    return purpose == PURPOSE_NONE || purpose == matter->article->purpose
               ? REFUSAL_NONE
               : fails(matter, REFUSAL_NO_ARTICLE_PURPOSE, purpose_word(purpose));
}

static enum refusal article_has_this_code(const struct matter *matter)
{
    return article_has_code(matter->covenant, matter->article, matter->code)
               ? REFUSAL_NONE
               : fails(matter, REFUSAL_NO_ARTICLE_CODE, matter->code ? matter->code->code : "");
}

static enum refusal article_has_this_lane(const struct matter *matter)
{
    enum lane lane = matter->article->lane;

    if (matter->request->lane == lane)
        return REFUSAL_NONE;
    return fails(matter, lane == LANE_AGGREGATE ? REFUSAL_COUNTS_ONLY : REFUSAL_LANE_NOT_ALLOWED,
                 lane_word(lane));
}

/* Whose agreement stops it: the first without whose statement alone it would not stand. */
static const char *who_stops(const struct matter *matter, enum force force)
{
    const struct covenant *covenant = matter->covenant;
    struct standing others_agreed = *matter->request->standing;

    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        others_agreed.verdicts[i] = VERDICT_AGREED;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        others_agreed.verdicts[i] = matter->request->standing->verdicts[i];
        if (article_in_force(covenant, matter->article, matter->from, matter->to, &others_agreed) ==
            force)
            return covenant->parties[i].oin.text;
        others_agreed.verdicts[i] = VERDICT_AGREED;
    }
    return "";
}

static enum refusal article_is_in_force(const struct matter *matter)
{
    enum force force = article_in_force(matter->covenant, matter->article, matter->from, matter->to,
                                        matter->request->standing);

    if (force == FORCE_IN_FORCE)
        return REFUSAL_NONE;
    return fails(matter, refusal_of(force), matter->detail ? who_stops(matter, force) : "");
}

static enum refusal role_may_send(const struct matter *matter)
{
    static const enum role senders[] = {ROLE_MELDER, ROLE_REGIEHOUDER, ROLE_BEGELEIDER,
                                        ROLE_SYSTEEM};
    enum role role = matter->request->role;

    for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
        if (role == senders[i])
            return REFUSAL_NONE;
    }
    if (role == ROLE_BELEIDSANALIST && !matter->individual)
        return REFUSAL_NONE;
    return fails(matter, REFUSAL_WRONG_ROLE, role_word(role));
}

static enum refusal no_field_too_many(const struct matter *matter)
{
    uint32_t more = matter->request->fields & ~matter->article->fields;

    if (matter->request->side == SIDE_SENDER) /* leaves out what is not listed */
        return REFUSAL_NONE;
    return more ? fails(matter, REFUSAL_FIELD_TOO_MANY, first_field(more)) : REFUSAL_NONE;
}

/* A token of another half-year meets nothing here, and one kept for later use could be laid
 * beside those of years that should not meet. */
static enum refusal token_is_of_this_epoch(const struct matter *matter)
{
    const struct request *request = matter->request;

    return !request->epoch || !*request->epoch ||
                   epoch_is_open(request->epoch, request->standing->today)
               ? REFUSAL_NONE
               : REFUSAL_OTHER_EPOCH;
}

static enum refusal resident_does_not_object(const struct matter *matter)
{
    return matter->request->objection && matter->individual &&
                   matter->request->side != SIDE_RECEIVER
               ? REFUSAL_OBJECTION
               : REFUSAL_NONE;
}

static enum refusal conditions_are_fulfilled(const struct matter *matter)
{
    uint32_t missing = matter->article->conditions & ~matter->request->conditions;

    if (matter->request->side == SIDE_RECEIVER) /* cannot know them */
        return REFUSAL_NONE;
    for (unsigned condition = 0; condition < CONDITION_COUNT; condition++) {
        if (has_bit(missing, condition))
            return fails(matter, REFUSAL_CONDITION_MISSING,
                         condition_word((enum condition)condition));
    }
    return REFUSAL_NONE;
}

/* --- rules of an early signal: about whom it may be, whatever the covenant says --- */

static enum refusal admits(const struct matter *matter, enum condition condition,
                           enum refusal when_denied, enum refusal when_unsaid)
{
    const struct request *request = matter->request;

    if (request->side == SIDE_RECEIVER || has_bit(request->conditions, condition) ||
        !article_is_early_signal(matter->covenant, matter->article))
        return REFUSAL_NONE;
    return fails(matter, has_bit(request->denied, condition) ? when_denied : when_unsaid,
                 condition_word(condition));
}

static enum refusal tenant_is_current(const struct matter *matter)
{
    return admits(matter, CONDITION_CURRENT_TENANT, REFUSAL_NOT_TENANT, REFUSAL_TENANT_UNSAID);
}

static enum refusal no_plan_is_running(const struct matter *matter)
{
    return admits(matter, CONDITION_NO_RUNNING_PLAN, REFUSAL_PLAN_RUNS, REFUSAL_PLAN_UNSAID);
}

static enum refusal tenant_is_an_adult(const struct matter *matter)
{
    return admits(matter, CONDITION_ADULT, REFUSAL_MINOR, REFUSAL_AGE_UNSAID);
}

/* --- rules of an article with consent --- */

static enum refusal proof_is_present(const struct matter *matter)
{
    return matter->article->lane != LANE_CONSENT || matter->request->proof.present
               ? REFUSAL_NONE
               : REFUSAL_NO_CONSENT;
}

static enum refusal proof_is_authentic(const struct matter *matter)
{
    return matter->request->proof.authentic ? REFUSAL_NONE : REFUSAL_PROOF_WRONG;
}

static enum refusal consent_was_not_withdrawn(const struct matter *matter)
{
    return matter->request->proof.withdrawn ? REFUSAL_CONSENT_WITHDRAWN : REFUSAL_NONE;
}

static enum refusal proof_has_the_purpose(const struct matter *matter)
{
    enum purpose purpose = matter->article->purpose;

    return has_bit(matter->request->proof.purposes, purpose)
               ? REFUSAL_NONE
               : fails(matter, REFUSAL_PROOF_OTHER_PURPOSE, purpose_word(purpose));
}

static enum refusal proof_names_the_recipient(const struct matter *matter)
{
    return oin_equal(&matter->request->proof.recipient, &matter->request->to)
               ? REFUSAL_NONE
               : REFUSAL_PROOF_OTHER_RECIPIENT;
}

static enum refusal proof_has_the_group(const struct matter *matter)
{
    if (!matter->code || has_bit(matter->request->proof.groups, matter->code->group))
        return REFUSAL_NONE;
    return fails(matter, REFUSAL_PROOF_OTHER_GROUP,
                 signal_group_word(matter->covenant->lists, matter->code->group));
}

static enum refusal proof_has_the_token(const struct matter *matter)
{
    return matter->request->proof.token_matches ? REFUSAL_NONE : REFUSAL_PROOF_OTHER_TOKEN;
}

static enum refusal consent_has_started(const struct matter *matter)
{
    return day_compare(matter->request->standing->today, matter->request->proof.from) >= 0
               ? REFUSAL_NONE
               : REFUSAL_CONSENT_NOT_YET;
}

static enum refusal consent_has_not_expired(const struct matter *matter)
{
    return day_compare(matter->request->standing->today, matter->request->proof.until) <= 0
               ? REFUSAL_NONE
               : REFUSAL_CONSENT_EXPIRED;
}

/* --- the order --- */

static rule *const covenant_rules[] = {
    no_act_beside_the_exchange,
    code_is_not_blocked,
    recipient_is_not_forbidden,
    no_field_is_forbidden,
    code_is_known,
    both_are_parties,
    window_holds,
    a_count_stays_a_count,
    welfare_gets_what_is_joined_in,
    code_allows_the_lane,
};

/* Is the article about this: who, to whom, what for, what, how? */
static rule *const scope_rules[] = {
    article_is_the_one_named, article_has_this_sender, article_has_this_recipient,
    article_has_this_purpose, article_has_this_code,   article_has_this_lane,
};

/* Is everything there that it asks? */
static rule *const condition_rules[] = {
    article_is_in_force,      role_may_send,     no_field_too_many,  token_is_of_this_epoch,
    resident_does_not_object, tenant_is_current, no_plan_is_running, tenant_is_an_adult,
    conditions_are_fulfilled, proof_is_present,
};

static rule *const proof_rules[] = {
    proof_is_authentic,        consent_was_not_withdrawn, proof_has_the_purpose,
    proof_names_the_recipient, proof_has_the_group,       proof_has_the_token,
    consent_has_started,       consent_has_not_expired,
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* What the first rule that does not hold says. */
static enum refusal first_refusal(rule *const *rules, size_t count, const struct matter *matter)
{
    enum refusal refusal = REFUSAL_NONE;

    for (size_t i = 0; i < count && refusal == REFUSAL_NONE; i++)
        refusal = rules[i](matter);
    return refusal;
}

/* --- one article, and the nearest --- */

/* How much would have to change: what the article is not about weighs more than what it asks and
 * does not get, and among equals the one that got furthest is nearest. */
struct distance {
    size_t scope, conditions, held;
};

/* Counts what fails; the number of rules before the first of those is added to *held. */
static size_t failing(rule *const *rules, size_t count, const struct matter *matter, size_t before,
                      size_t *held)
{
    size_t broken = 0;

    for (size_t i = 0; i < count; i++) {
        if (rules[i](matter) != REFUSAL_NONE)
            broken++;
        else if (before + broken == 0)
            ++*held;
    }
    return broken;
}

static bool proof_counts(const struct matter *matter)
{
    return matter->article->lane == LANE_CONSENT && matter->request->proof.present;
}

static struct distance distance_to(const struct matter *matter)
{
    struct distance far = {0};

    far.scope = failing(scope_rules, COUNT(scope_rules), matter, 0, &far.held);
    far.conditions = failing(condition_rules, COUNT(condition_rules), matter, far.scope, &far.held);
    if (proof_counts(matter))
        far.conditions +=
            failing(proof_rules, COUNT(proof_rules), matter, far.scope + far.conditions, &far.held);
    return far;
}

static bool is_nearer(const struct distance *a, const struct distance *b)
{
    if (a->scope != b->scope)
        return a->scope < b->scope;
    if (a->conditions != b->conditions)
        return a->conditions < b->conditions;
    return a->held > b->held;
}

static struct decision refused_by(struct matter *matter, const struct article *article)
{
    struct decision refused = {.article = article->number};

    matter->article = article;
    matter->detail = refused.detail;
    refused.refusal = first_refusal(scope_rules, COUNT(scope_rules), matter);
    if (refused.refusal == REFUSAL_NONE)
        refused.refusal = first_refusal(condition_rules, COUNT(condition_rules), matter);
    if (refused.refusal == REFUSAL_NONE)
        refused.refusal = first_refusal(proof_rules, COUNT(proof_rules), matter);
    return refused;
}

static struct matter look_up(const struct request *request, char *detail)
{
    struct matter matter = {.request = request,
                            .covenant = request->covenant,
                            .individual = request->lane != LANE_AGGREGATE,
                            .detail = detail};

    matter.from = covenant_party(request->covenant, &request->from);
    matter.to = covenant_party(request->covenant, &request->to);
    if (matter.to)
        matter.to_kind = matter.to->kind;
    else if (!request->to.text[0])
        matter.to_kind = request->to_kind;
    matter.code = signal_code_find(request->covenant->lists, request->code);
    return matter;
}

static struct decision permitted(const struct matter *matter)
{
    const struct article *article = matter->article;
    bool silence = matter->to && matter->to->secrecy && matter->individual;

    return (struct decision){
        .permitted = true,
        .article = article->number,
        .purpose = article->purpose,
        .fields = matter->request->fields & article->fields,
        .terms = article->terms,
        .retention_days = article->retention_days,
        .feedback_level = silence ? 0 : article->feedback_level,
        .silence = silence,
    };
}

struct decision decide(const struct request *request)
{
    struct decision refused = {0};
    struct matter matter = look_up(request, refused.detail);
    struct distance least = {.scope = COUNT(scope_rules) + 1};
    const struct article *nearest = NULL;

    refused.refusal = first_refusal(covenant_rules, COUNT(covenant_rules), &matter);
    if (refused.refusal != REFUSAL_NONE)
        return refused;
    matter.detail = NULL;
    for (size_t i = 0; i < request->covenant->articles_count; i++) {
        struct distance here;
        matter.article = &request->covenant->articles[i];
        here = distance_to(&matter);
        if (here.scope + here.conditions == 0)
            return permitted(&matter);
        if (article_is_the_one_named(&matter) == REFUSAL_NONE && is_nearer(&here, &least)) {
            least = here;
            nearest = matter.article;
        }
    }
    if (nearest)
        return refused_by(&matter, nearest);
    refused.refusal = REFUSAL_NO_ARTICLE;
    return refused;
}

struct party_set decision_recipients(const struct covenant *covenant, const struct oin *from,
                                     const char *code, enum lane lane)
{
    const struct signal_code *known = signal_code_find(covenant->lists, code);
    const struct party *sender = covenant_party(covenant, from);
    struct party_set recipients = {0};

    if (!sender || (!known && code && *code))
        return recipients;
    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane != lane || !article_has_sender(article, sender) ||
            !article_has_code(covenant, article, known))
            continue;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct party *party = &covenant->parties[j];
            if (party != sender && article_has_recipient(covenant, article, party))
                party_set_add(&recipients, j);
        }
    }
    return recipients;
}
