/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/second_evaluator.h"

#include <string.h>

/* One question: this request under this article (NULL: no article yet). */
struct asked {
    const struct request *request;
    const struct covenant *covenant;
    const struct article *article;
    const struct party *from, *to;  /* NULL: not a party */
    const struct signal_code *code; /* NULL: none, or unknown */
    int today;
};

/* --- looking things up, without the covenant's own questions --- */

static const struct party *party_of(const struct covenant *covenant, const char *oin)
{
    for (size_t i = 0; i < covenant->parties_count; i++)
        if (strcmp(covenant->parties[i].oin.text, oin) == 0)
            return &covenant->parties[i];
    return NULL;
}

static const struct signal_code *code_of(const struct code_lists *lists, const char *code)
{
    for (size_t i = 0; code != NULL && i < lists->signals_count; i++)
        if (strcmp(lists->signals[i].code, code) == 0)
            return &lists->signals[i];
    return NULL;
}

static bool in_words(const uint64_t *words, size_t index)
{
    return (words[index / 64] >> (index % 64) & 1) == 1;
}

static bool in_set(uint32_t set, unsigned member)
{
    return (set & UINT32_C(1) << member) != 0;
}

static bool carries_code(const struct asked *asked)
{
    return asked->request->code != NULL && asked->request->code[0] != '\0';
}

static bool names_recipient(const struct asked *asked)
{
    return asked->request->to.text[0] != '\0';
}

static bool agreed(const struct asked *asked, size_t party)
{
    return asked->request->standing->verdicts[party] == VERDICT_AGREED;
}

static size_t place(const struct asked *asked, const struct party *party)
{
    return (size_t)(party - asked->covenant->parties);
}

/* --- the rules of the whole covenant --- */

/* No article speaks of acts, so none can allow one: searching for a person, linking, scoring. */
static bool rule_ACT(const struct asked *asked)
{
    return asked->request->act == ACT_NONE;
}

static bool rule_KIND_FORBIDDEN(const struct asked *asked)
{
    enum party_kind kind = PARTY_NONE;
    if (asked->to != NULL)
        kind = asked->to->kind;
    else if (!names_recipient(asked))
        kind = asked->request->to_kind;
    return kind == PARTY_NONE || !in_set(asked->covenant->forbidden_kinds, kind);
}

static bool rule_FIELD_FORBIDDEN(const struct asked *asked)
{
    return (asked->request->fields & asked->covenant->forbidden_fields) == 0;
}

static bool rule_CODE_KNOWN(const struct asked *asked)
{
    return !carries_code(asked) || asked->code != NULL;
}

static bool rule_CODE_OPEN(const struct asked *asked)
{
    return asked->code == NULL || !asked->code->blocked;
}

static bool rule_FROM_IS_PARTY(const struct asked *asked)
{
    return asked->from != NULL;
}

/* What is only counted is counted at home, and then nobody is named, nor a kind. */
static bool rule_TO_IS_PARTY(const struct asked *asked)
{
    if (names_recipient(asked))
        return asked->to != NULL;
    return asked->request->lane == LANE_AGGREGATE && asked->request->to_kind == PARTY_NONE;
}

static bool rule_BEGUN(const struct asked *asked)
{
    return asked->today >= asked->covenant->valid_from.number;
}

static bool rule_NOT_ENDED(const struct asked *asked)
{
    return asked->today <= asked->covenant->valid_until.number;
}

static bool rule_EVALUATED(const struct asked *asked)
{
    return asked->today <= asked->covenant->evaluation.number ||
           asked->request->standing->has_successor;
}

/* --- the rules of one article --- */

static bool rule_NOT_RECEIVED(const struct asked *asked)
{
    return asked->request->side != SIDE_RECEIVER || asked->request->lane != LANE_AGGREGATE;
}

static bool rule_NUMBER(const struct asked *asked)
{
    return asked->request->article == 0 || asked->request->article == asked->article->number;
}

static bool rule_SENDER(const struct asked *asked)
{
    if (asked->article->from == PARTY_NONE)
        return true; /* "*" */
    return asked->from != NULL && asked->from->kind == asked->article->from;
}

/* Of a kind of which naarOin names a party, only those named; of another kind, each. */
static bool rule_RECIPIENT(const struct asked *asked)
{
    const struct article *article = asked->article;
    if (!names_recipient(asked))
        return true; /* counted at home */
    if (asked->to == NULL || !in_set(article->to_kinds, asked->to->kind))
        return false;

    bool kind_is_named = false;
    for (size_t i = 0; i < asked->covenant->parties_count; i++)
        if (in_words(article->to_named.words, i) &&
            asked->covenant->parties[i].kind == asked->to->kind)
            kind_is_named = true;
    return !kind_is_named || in_words(article->to_named.words, place(asked, asked->to));
}

/* What one counts oneself is for oneself too. */
static bool rule_NOT_ITSELF(const struct asked *asked)
{
    return asked->request->lane == LANE_AGGREGATE || asked->from == NULL ||
           asked->from != asked->to;
}

static bool rule_PURPOSE(const struct asked *asked)
{
    return asked->request->purpose == PURPOSE_NONE ||
           asked->request->purpose == asked->article->purpose;
}

/* An aggregate without `signalen` counts every code that may be counted, and what has no code
 * (addresses); another article without it carries none. */
static bool rule_CODE(const struct asked *asked)
{
    const struct article *article = asked->article;
    if (!article->has_codes && article->lane == LANE_AGGREGATE)
        return asked->code == NULL || in_set(asked->code->lanes, LANE_AGGREGATE);
    if (!article->has_codes)
        return !carries_code(asked);
    return asked->code != NULL &&
           in_words(article->codes.words, (size_t)(asked->code - asked->covenant->lists->signals));
}

static bool rule_LANE(const struct asked *asked)
{
    return asked->request->lane == asked->article->lane;
}

static bool rule_LANE_OF_CODE(const struct asked *asked)
{
    if (asked->request->lane == LANE_NONE)
        return false;
    return asked->code == NULL || in_set(asked->code->lanes, asked->request->lane);
}

static bool rule_COUNTS_ONLY(const struct asked *asked)
{
    if (asked->request->lane == LANE_AGGREGATE || asked->to == NULL)
        return true;
    switch ((int)asked->to->kind) {
    case PARTY_HUURDERSORGANISATIE:
    case PARTY_WIJKBUREAU:
    case PARTY_HANDHAVING:
    case PARTY_NETBEHEERDER:
    case PARTY_GETUIGE: /* a witness of logs sees no signals at all (design 11) */
        return false;
    default:
        return true;
    }
}

static bool rule_WELFARE(const struct asked *asked)
{
    if (asked->to == NULL || asked->to->kind != PARTY_WELZIJN ||
        asked->request->lane == LANE_AGGREGATE)
        return true;
    return carries_code(asked) && strncmp(asked->request->code, "MEED.", strlen("MEED.")) == 0;
}

static bool rule_SENDER_AGREED(const struct asked *asked)
{
    return asked->from == NULL || agreed(asked, place(asked, asked->from));
}

static bool rule_RECIPIENT_AGREED(const struct asked *asked)
{
    return asked->to == NULL || agreed(asked, place(asked, asked->to));
}

static bool rule_KEY_AGREED(const struct asked *asked)
{
    const struct covenant *covenant = asked->covenant;
    if (!in_set(asked->article->fields, FIELD_TOKEN) &&
        !in_set(asked->article->fields, FIELD_STUDY_TOKEN))
        return true;
    if (covenant->has_key_giver && !agreed(asked, covenant->key_giver))
        return false;
    for (size_t i = 0; i < covenant->parties_count; i++)
        if (in_words(covenant->key_holders.words, i) && !agreed(asked, i))
            return false;
    return true;
}

static bool rule_COUNTERS_AGREED(const struct asked *asked)
{
    if (asked->article->lane != LANE_AGGREGATE)
        return true;
    for (size_t i = 0; i < asked->covenant->parties_count; i++)
        if (in_words(asked->covenant->aggregators.words, i) && !agreed(asked, i))
            return false;
    return true;
}

/* The reporter, the lead, the system that reports for them, the support worker of a waakvlam; and
 * who makes tables counts. */
static bool rule_ROLE(const struct asked *asked)
{
    enum role role = asked->request->role;
    if (role == ROLE_BEGELEIDER)
        return true;
    if (role == ROLE_BELEIDSANALIST)
        return asked->request->lane == LANE_AGGREGATE;
    return role == ROLE_MELDER || role == ROLE_REGIEHOUDER || role == ROLE_SYSTEEM;
}

/* The sender leaves out what is not listed, so at the sender nothing is too much. */
static bool rule_FIELDS(const struct asked *asked)
{
    return asked->request->side == SIDE_SENDER ||
           (asked->request->fields & ~asked->article->fields) == 0;
}

/* "2026H2" of today; of the half-year before for 31 days; of the next on the eve of it. */
static bool rule_EPOCH(const struct asked *asked)
{
    const char *epoch = asked->request->epoch;
    if (epoch == NULL || epoch[0] == '\0')
        return true;
    size_t length = strlen(epoch);
    bool early = length > 7 && epoch[6] == '-' &&
                 strspn(epoch + 7, "0123456789") == length - 7; /* "2026H2-1" */
    if (strspn(epoch, "0123456789") != 4 || epoch[4] != 'H' ||
        (epoch[5] != '1' && epoch[5] != '2') || (length != 6 && !early))
        return false;
    int year =
        (epoch[0] - '0') * 1000 + (epoch[1] - '0') * 100 + (epoch[2] - '0') * 10 + (epoch[3] - '0');
    struct date date = day_date(asked->request->standing->today);
    int of_token = year * 2 + (epoch[5] == '2');
    int of_now = date.year * 2 + (date.month > 6);
    bool first_month = date.month == 1 || date.month == 7; /* both have 31 days */
    bool eve = (date.month == 6 && date.day == 30) || (date.month == 12 && date.day == 31);
    return of_token == of_now || (of_token == of_now - 1 && first_month) ||
           (of_token == of_now + 1 && eve);
}

/* The receiver knows of no objection; the sender and a dry run do. Against being counted, where
 * nothing about anyone leaves, it is none. */
static bool rule_NO_OBJECTION(const struct asked *asked)
{
    return asked->request->lane == LANE_AGGREGATE || asked->request->side == SIDE_RECEIVER ||
           !asked->request->objection;
}

/* Rent arrears reported on the ground of the law: by its code, or by its purpose. */
static bool is_early_signal(const struct asked *asked)
{
    const struct signal_code *arrears = code_of(asked->covenant->lists, "FIN.HUURACHTERSTAND");
    if (asked->article->lane != LANE_LAW)
        return false;
    return asked->article->purpose == PURPOSE_VROEGSIGNALERING ||
           in_words(asked->article->codes.words,
                    (size_t)(arrears - asked->covenant->lists->signals));
}

static bool said(const struct asked *asked, enum condition condition)
{
    return asked->request->side == SIDE_RECEIVER || !is_early_signal(asked) ||
           in_set(asked->request->conditions, condition);
}

static bool rule_CURRENT_TENANT(const struct asked *asked)
{
    return said(asked, CONDITION_CURRENT_TENANT);
}

static bool rule_NO_PLAN(const struct asked *asked)
{
    return said(asked, CONDITION_NO_RUNNING_PLAN);
}

static bool rule_ADULT(const struct asked *asked)
{
    return said(asked, CONDITION_ADULT);
}

static bool rule_CONDITIONS(const struct asked *asked)
{
    return asked->request->side == SIDE_RECEIVER ||
           (asked->article->conditions & ~asked->request->conditions) == 0;
}

/* --- the rules of consent: each holds of itself where another lane is used --- */

static const struct proof_facts *proof_of(const struct asked *asked)
{
    if (asked->article->lane != LANE_CONSENT)
        return NULL;
    return &asked->request->proof;
}

static bool rule_PROOF_PRESENT(const struct asked *asked)
{
    return proof_of(asked) == NULL || proof_of(asked)->present;
}

static bool rule_PROOF_GENUINE(const struct asked *asked)
{
    return proof_of(asked) == NULL || proof_of(asked)->authentic;
}

static bool rule_PROOF_STANDS(const struct asked *asked)
{
    return proof_of(asked) == NULL || !proof_of(asked)->withdrawn;
}

static bool rule_PROOF_PURPOSE(const struct asked *asked)
{
    return proof_of(asked) == NULL || in_set(proof_of(asked)->purposes, asked->article->purpose);
}

static bool rule_PROOF_RECIPIENT(const struct asked *asked)
{
    return proof_of(asked) == NULL ||
           strcmp(proof_of(asked)->recipient.text, asked->request->to.text) == 0;
}

static bool rule_PROOF_GROUP(const struct asked *asked)
{
    return proof_of(asked) == NULL || asked->code == NULL ||
           in_set(proof_of(asked)->groups, asked->code->group);
}

static bool rule_PROOF_TOKEN(const struct asked *asked)
{
    return proof_of(asked) == NULL || proof_of(asked)->token_matches;
}

static bool rule_PROOF_BEGUN(const struct asked *asked)
{
    return proof_of(asked) == NULL || asked->today >= proof_of(asked)->from.number;
}

static bool rule_PROOF_NOT_ENDED(const struct asked *asked)
{
    return proof_of(asked) == NULL || asked->today <= proof_of(asked)->until.number;
}

/* --- all of them --- */

static const struct {
    bool whole;
    const char *name, *source;
    bool (*holds)(const struct asked *asked);
} rules[] = {
#define RULE_ROW(name, whole, source) {whole, #name, source, rule_##name},
    SECOND_RULES(RULE_ROW)
#undef RULE_ROW
};

static struct asked ask(const struct request *request, const struct article *article)
{
    return (struct asked){
        .request = request,
        .covenant = request->covenant,
        .article = article,
        .from = party_of(request->covenant, request->from.text),
        .to = party_of(request->covenant, request->to.text),
        .code = code_of(request->covenant->lists, request->code),
        .today = request->standing->today.number,
    };
}

uint64_t second_failing(const struct request *request, const struct article *article)
{
    struct asked asked = ask(request, article);
    uint64_t failing = 0;
    for (unsigned i = 0; i < SECOND_RULE_COUNT; i++)
        if ((rules[i].whole || article != NULL) && !rules[i].holds(&asked))
            failing |= UINT64_C(1) << i;
    return failing;
}

struct second_answer second_evaluate(const struct request *request)
{
    struct second_answer answer = {0};
    for (size_t i = 0; i < request->covenant->articles_count && !answer.permitted; i++) {
        const struct article *article = &request->covenant->articles[i];
        if (second_failing(request, article) != 0)
            continue;
        struct asked asked = ask(request, article);
        answer.permitted = true;
        answer.article = article->number;
        answer.purpose = article->purpose;
        answer.fields = request->fields & article->fields;
        answer.terms = article->terms;
        answer.retention_days = article->retention_days;
        answer.silence = asked.to != NULL && asked.to->secrecy && article->lane != LANE_AGGREGATE;
        answer.feedback_level = answer.silence ? 0 : article->feedback_level;
    }
    return answer;
}

struct second_distance second_distance(uint64_t failing)
{
    struct second_distance distance = {0};
    bool signature_counted = false;

    for (unsigned i = SECOND_NUMBER; i < SECOND_RULE_COUNT; i++) {
        bool signature = i >= SECOND_SENDER_AGREED && i <= SECOND_COUNTERS_AGREED;
        bool of_a_proof = i > SECOND_PROOF_PRESENT;
        if (!second_fails(failing, (enum second_rule)i) || (signature && signature_counted) ||
            (of_a_proof && second_fails(failing, SECOND_PROOF_PRESENT)))
            continue;
        if (i <= SECOND_LANE)
            distance.scope++;
        else
            distance.conditions++;
        signature_counted |= signature;
    }
    /* Nobody is his own recipient: one thing, whichever of the two rules says so. */
    if (second_fails(failing, SECOND_RECIPIENT) && second_fails(failing, SECOND_NOT_ITSELF))
        distance.scope--;
    return distance;
}

bool second_fails(uint64_t failing, enum second_rule rule)
{
    return (failing >> rule & 1) == 1;
}

const char *second_rule_name(enum second_rule rule)
{
    return rules[rule].name;
}

const char *second_rule_source(enum second_rule rule)
{
    return rules[rule].source;
}
