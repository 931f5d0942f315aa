/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The decision beside a second one, written from the text of the domain: random covenants, and
 * requests that are nearly permitted. N=5000000 asks so many (make search), SEED=n others.
 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/decision.h"
#include "tests/support/covenants.h"
#include "tests/support/mended.h"
#include "tests/support/second_evaluator.h"

enum { USUAL_CASES = 100000, EACH = 25, PROGRESS = 500000, PARTIES = 10, ARTICLES = 20 };

static uint64_t asked_for(const char *name, uint64_t usual)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : usual;
}

/* --- requests that miss in a place or two, or not at all --- */

static bool mostly(struct dice *dice)
{
    return dice_number(dice, 16) != 0;
}

/* On a border of the covenant, of a half-year, of an eve or of a closing window, or between. */
static struct day random_today(struct dice *dice)
{
    static const char *const days[] = {
        "2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01", "2027-01-31",
        "2027-02-01", "2027-06-29", "2027-06-30", "2027-07-01", "2027-07-31",
        "2027-08-01", "2027-11-30", "2027-12-01", "2028-01-31", "2028-02-01",
    };

    if (dice_coin(dice))
        return day_of_text("2027-03-01");
    return day_of_text(days[dice_number(dice, sizeof days / sizeof *days)]);
}

static struct standing random_standing(struct dice *dice)
{
    struct standing standing = {.today = random_today(dice), .has_successor = dice_coin(dice)};

    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        standing.verdicts[i] =
            dice_number(dice, 25) ? VERDICT_AGREED : (enum verdict)dice_number(dice, VERDICT_COUNT);
    return standing;
}

static const char *random_code(struct dice *dice, const struct article *article)
{
    const struct code_lists *lists = test_code_lists();
    size_t start = dice_number(dice, lists->signals_count);

    if (!mostly(dice))
        return dice_coin(dice) ? "GEEN.CODE" : dice_coin(dice) ? "" : lists->signals[start].code;
    if (!article->has_codes && article->lane != LANE_AGGREGATE)
        return NULL;
    for (size_t i = 0; i < lists->signals_count; i++) {
        size_t at = (start + i) % lists->signals_count;
        if (article->has_codes ? code_set_has(&article->codes, at)
                               : has_bit(lists->signals[at].lanes, LANE_AGGREGATE))
            return lists->signals[at].code;
    }
    return NULL;
}

static void random_pair(struct dice *dice, const struct covenant *covenant,
                        const struct article *article, struct request *request)
{
    for (int tries = 0; tries < 30; tries++) {
        const struct party *from = &covenant->parties[dice_number(dice, covenant->parties_count)];
        const struct party *to = &covenant->parties[dice_number(dice, covenant->parties_count)];
        request->from = from->oin;
        request->to = to->oin;
        if (!mostly(dice) || (from != to && article_has_sender(article, from) &&
                              article_has_recipient(covenant, article, to)))
            break;
    }
    if (article->lane == LANE_AGGREGATE && dice_coin(dice))
        request->to = (struct oin){0};
    if (dice_number(dice, 40) == 0)
        request->to = dice_coin(dice) ? (struct oin){0} : oin_of("00000099999999990000");
    if (dice_number(dice, 60) == 0)
        request->from = oin_of("00000099999999990000");
    if (dice_number(dice, 30) == 0)
        request->to_kind = (enum party_kind)dice_number(dice, PARTY_KIND_COUNT);
}

static const char *random_epoch(struct dice *dice, struct day today, char *out)
{
    static const char *const odd[] = {"2026H2",   "2027H1", "2027H2", "2028H1",
                                      "2027H1-3", "2025H1", ""};

    if (dice_coin(dice))
        return NULL;
    if (!mostly(dice) || dice_number(dice, 3) == 0)
        return odd[dice_number(dice, sizeof odd / sizeof *odd)];
    day_epoch(today, out);
    return out;
}

static struct proof_facts random_proof(struct dice *dice, const struct request *request,
                                       enum purpose purpose, struct day today)
{
    const struct signal_code *code = signal_code_find(test_code_lists(), request->code);
    struct proof_facts proof = {
        .present = mostly(dice),
        .authentic = mostly(dice),
        .withdrawn = !mostly(dice),
        .token_matches = mostly(dice),
        .purposes = mostly(dice) ? bit_of(purpose) : bit_of(PURPOSE_RECHTEN),
        .groups = mostly(dice) && code ? bit_of(code->group) : 1,
        .from = day_plus(today, mostly(dice) ? -(int)dice_number(dice, 3) : 1),
        .until = day_plus(today, mostly(dice) ? (int)dice_number(dice, 3) : -1),
    };

    if (mostly(dice))
        proof.recipient = request->to;
    return proof;
}

static uint32_t some_bits(struct dice *dice, uint32_t usual, unsigned count)
{
    if (mostly(dice))
        return usual;
    if (dice_coin(dice))
        return usual ^ bit_of((unsigned)dice_number(dice, count));
    return (uint32_t)dice_number(dice, UINT64_C(1) << count);
}

static uint32_t random_admits(struct dice *dice)
{
    return (mostly(dice) ? bit_of(CONDITION_CURRENT_TENANT) : 0) |
           (mostly(dice) ? bit_of(CONDITION_NO_RUNNING_PLAN) : 0) |
           (mostly(dice) ? bit_of(CONDITION_ADULT) : 0);
}

static struct request random_request(struct dice *dice, const struct covenant *covenant,
                                     const struct standing *standing, char *epoch)
{
    const struct article *article =
        &covenant->articles[dice_number(dice, covenant->articles_count)];
    struct request request = {.covenant = covenant, .standing = standing};

    random_pair(dice, covenant, article, &request);
    request.side = (enum side)dice_number(dice, 3);
    request.purpose = mostly(dice) ? (dice_coin(dice) ? article->purpose : PURPOSE_NONE)
                                   : (enum purpose)dice_number(dice, PURPOSE_COUNT);
    request.article = dice_coin(dice) ? article->number : 0;
    if (!mostly(dice))
        request.article = (int)dice_number(dice, ARTICLES + 3);
    request.code = random_code(dice, article);
    request.lane = mostly(dice) ? article->lane : (enum lane)dice_number(dice, LANE_COUNT);
    request.role = mostly(dice) ? ROLE_MELDER : (enum role)dice_number(dice, ROLE_COUNT);
    if (dice_number(dice, 80) == 0)
        request.act = (enum act)dice_number(dice, ACT_COUNT);
    request.fields = some_bits(dice, article->fields, FIELD_COUNT);
    request.conditions =
        some_bits(dice, article->conditions | random_admits(dice), CONDITION_COUNT);
    request.denied = dice_coin(dice) ? ~request.conditions : 0;
    request.objection = !mostly(dice);
    request.epoch = random_epoch(dice, standing->today, epoch);
    request.proof = random_proof(dice, &request, article->purpose, standing->today);
    return request;
}

/* --- what must hold of each --- */

#define RULE(name) (UINT64_C(1) << SECOND_##name)
#define AGREED                                                                                     \
    (RULE(SENDER_AGREED) | RULE(RECIPIENT_AGREED) | RULE(KEY_AGREED) | RULE(COUNTERS_AGREED))

/* The rules of which one must fail for this reason to be a true one. */
static uint64_t rules_of(enum refusal refusal)
{
    static const uint64_t rules[REFUSAL_COUNT] = {
        [REFUSAL_CODE_UNKNOWN] = RULE(CODE_KNOWN),
        [REFUSAL_CODE_BLOCKED] = RULE(CODE_OPEN),
        [REFUSAL_ACT_FORBIDDEN] = RULE(ACT),
        [REFUSAL_RECIPIENT_FORBIDDEN] = RULE(KIND_FORBIDDEN),
        [REFUSAL_FIELD_FORBIDDEN] = RULE(FIELD_FORBIDDEN),
        [REFUSAL_NOT_A_PARTY] = RULE(FROM_IS_PARTY) | RULE(TO_IS_PARTY),
        [REFUSAL_NOT_YET_VALID] = RULE(BEGUN),
        [REFUSAL_EXPIRED] = RULE(NOT_ENDED),
        [REFUSAL_EVALUATION_MISSED] = RULE(EVALUATED),
        [REFUSAL_NO_ARTICLE] = RULE(NUMBER),
        [REFUSAL_NO_ARTICLE_FROM] = RULE(SENDER),
        [REFUSAL_NO_ARTICLE_TO] = RULE(RECIPIENT) | RULE(NOT_ITSELF),
        [REFUSAL_NO_ARTICLE_PURPOSE] = RULE(PURPOSE),
        [REFUSAL_NO_ARTICLE_CODE] = RULE(CODE),
        [REFUSAL_COUNTS_ONLY] =
            RULE(COUNTS_ONLY) | RULE(NOT_RECEIVED) | RULE(LANE_OF_CODE) | RULE(LANE),
        [REFUSAL_JOINING_IN_ONLY] = RULE(WELFARE),
        [REFUSAL_LANE_NOT_ALLOWED] = RULE(LANE_OF_CODE) | RULE(LANE),
        [REFUSAL_UNSIGNED] = AGREED,
        [REFUSAL_WITHDRAWN] = AGREED,
        [REFUSAL_WRONG_ROLE] = RULE(ROLE),
        [REFUSAL_FIELD_TOO_MANY] = RULE(FIELDS),
        [REFUSAL_OTHER_EPOCH] = RULE(EPOCH),
        [REFUSAL_OBJECTION] = RULE(NO_OBJECTION),
        [REFUSAL_NOT_TENANT] = RULE(CURRENT_TENANT),
        [REFUSAL_TENANT_UNSAID] = RULE(CURRENT_TENANT),
        [REFUSAL_PLAN_RUNS] = RULE(NO_PLAN),
        [REFUSAL_PLAN_UNSAID] = RULE(NO_PLAN),
        [REFUSAL_MINOR] = RULE(ADULT),
        [REFUSAL_AGE_UNSAID] = RULE(ADULT),
        [REFUSAL_CONDITION_MISSING] = RULE(CONDITIONS),
        [REFUSAL_NO_CONSENT] = RULE(PROOF_PRESENT),
        [REFUSAL_PROOF_WRONG] = RULE(PROOF_GENUINE),
        [REFUSAL_CONSENT_WITHDRAWN] = RULE(PROOF_STANDS),
        [REFUSAL_PROOF_OTHER_PURPOSE] = RULE(PROOF_PURPOSE),
        [REFUSAL_PROOF_OTHER_RECIPIENT] = RULE(PROOF_RECIPIENT),
        [REFUSAL_PROOF_OTHER_GROUP] = RULE(PROOF_GROUP),
        [REFUSAL_PROOF_OTHER_TOKEN] = RULE(PROOF_TOKEN),
        [REFUSAL_CONSENT_NOT_YET] = RULE(PROOF_BEGUN),
        [REFUSAL_CONSENT_EXPIRED] = RULE(PROOF_NOT_ENDED),
    };

    return rules[refusal];
}

static uint64_t failing_at(const struct request *request, int article)
{
    for (size_t i = 0; i < request->covenant->articles_count; i++)
        if (request->covenant->articles[i].number == article)
            return second_failing(request, &request->covenant->articles[i]);
    return second_failing(request, NULL);
}

static const char *the_same(const struct decision *decision, const struct second_answer *second)
{
    if (decision->permitted != second->permitted)
        return "permitted";
    if (!decision->permitted)
        return NULL;
    if (decision->article != second->article || decision->purpose != second->purpose)
        return "article";
    if (decision->fields != second->fields)
        return "fields";
    return decision->terms.confirm_workdays != second->terms.confirm_workdays ||
                   decision->terms.decide_workdays != second->terms.decide_workdays ||
                   decision->terms.outcome_days != second->terms.outcome_days ||
                   decision->retention_days != second->retention_days ||
                   decision->feedback_level != second->feedback_level ||
                   decision->silence != second->silence
               ? "obligations"
               : NULL;
}

/* The named article is as near as any: nothing that fewer things would have to change for. */
static bool another_is_nearer(const struct request *request, int article)
{
    struct second_distance named = {0}, here;

    for (size_t i = 0; i < request->covenant->articles_count; i++)
        if (request->covenant->articles[i].number == article)
            named = second_distance(second_failing(request, &request->covenant->articles[i]));
    for (size_t i = 0; i < request->covenant->articles_count; i++) {
        uint64_t failing = second_failing(request, &request->covenant->articles[i]);
        here = second_distance(failing);
        if (!second_fails(failing, SECOND_NUMBER) &&
            (here.scope < named.scope ||
             (here.scope == named.scope && here.conditions < named.conditions)))
            return true;
    }
    return false;
}

static bool is_unsaid(enum refusal refusal)
{
    return refusal == REFUSAL_TENANT_UNSAID || refusal == REFUSAL_PLAN_UNSAID ||
           refusal == REFUSAL_AGE_UNSAID;
}

static bool is_denied(enum refusal refusal)
{
    return refusal == REFUSAL_NOT_TENANT || refusal == REFUSAL_PLAN_RUNS ||
           refusal == REFUSAL_MINOR;
}

static const char *the_reason(const struct request *request, const struct decision *decision)
{
    uint64_t failing = failing_at(request, decision->article);

    if (decision->refusal == REFUSAL_NONE || decision->refusal > REFUSAL_CONSENT_EXPIRED)
        return "a refusal without a reason";
    if (decision->refusal == REFUSAL_NO_ARTICLE) /* no article has the number that is asked */
        return request->article != 0 && decision->article == 0 &&
                       !covenant_article(request->covenant, request->article)
                   ? NULL
                   : "there is such an article";
    if ((failing & rules_of(decision->refusal)) == 0)
        return "the condition named does not fail";
    if (is_unsaid(decision->refusal) != ((STATUTE_ADMITS & request->denied) == 0) &&
        (is_unsaid(decision->refusal) || is_denied(decision->refusal)))
        return "what was said is not what is told";
    if (decision->article == 0 &&
        (second_failing(request, NULL) & rules_of(decision->refusal)) == 0)
        return "the article is not named";
    if (decision->article && another_is_nearer(request, decision->article))
        return "another article is nearer";
    return NULL;
}

/* Carried out, the fix takes away what was named: it may fail on the next thing, not on this. */
static const char *the_fix(const struct request *request, const struct decision *decision,
                           size_t *permitted)
{
    static struct mended mended;
    struct decision again;

    if (!mend(&mended, request, decision))
        return NULL;
    again = decide(&mended.request);
    *permitted += again.permitted;
    if (again.permitted != second_evaluate(&mended.request).permitted)
        return "after the fix they differ";
    return again.refusal == decision->refusal && again.article == decision->article &&
                   strcmp(again.detail, decision->detail) == 0
               ? "the fix mends nothing"
               : NULL;
}

struct tally {
    size_t cases, seen[REFUSAL_COUNT], mended;
};

static void one_case(const struct request *request, struct tally *tally, uint64_t covenant)
{
    struct decision decision = decide(request);
    struct second_answer second = second_evaluate(request);
    const char *wrong = the_same(&decision, &second);

    if (!wrong && !decision.permitted)
        wrong = the_reason(request, &decision);
    if (!wrong && !decision.permitted)
        wrong = the_fix(request, &decision, &tally->mended);
    tally->cases++;
    tally->seen[decision.refusal]++;
    if (!wrong)
        return;
    for (unsigned rule = 0; rule < SECOND_RULE_COUNT; rule++)
        if (second_fails(failing_at(request, decision.article), (enum second_rule)rule))
            print_error("the second says: %s (%s)\n", second_rule_name((enum second_rule)rule),
                        second_rule_source((enum second_rule)rule));
    fail_msg("covenant %zu case %zu: %s: %s article %d (%s), the second %s article %d",
             (size_t)covenant, tally->cases, wrong, refusal_code(decision.refusal),
             decision.article, decision.detail, second.permitted ? "permits under" : "refuses",
             second.article);
}

/* --- what they differed on before, and which of the two was right --- */

static struct covenant *sample;
static struct standing everyone_agreed;

static int make_sample(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    struct covenant_fault fault = {0};

    (void)state;
    json_object_set_new(json_array_get(json_object_get(document, "partijen"), 4), "soort",
                        json_string("WELZIJN"));
    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        everyone_agreed.verdicts[i] = VERDICT_AGREED;
    everyone_agreed.today = day_of_text("2026-12-03");
    return parse_covenant_json(document, &sample, &fault) == OUTCOME_OK ? 0 : 1;
}

static int free_sample(void **state)
{
    (void)state;
    covenant_free_at(&sample);
    return 0;
}

static struct request consented(const char *to, const char *code)
{
    return (struct request){.covenant = sample,
                            .standing = &everyone_agreed,
                            .from = oin_of(SAMPLE_CORPORATION),
                            .to = oin_of(to),
                            .code = code,
                            .lane = LANE_CONSENT,
                            .role = ROLE_MELDER,
                            .proof = {.present = true,
                                      .authentic = true,
                                      .token_matches = true,
                                      .purposes = UINT32_MAX,
                                      .recipient = oin_of(to),
                                      .groups = UINT32_MAX,
                                      .until = day_of_text("2027-12-01")}};
}

static struct request counted(const char *code)
{
    struct request request = consented(SAMPLE_WIJKTEAM, code);

    request.to = (struct oin){0};
    request.lane = LANE_AGGREGATE;
    request.proof = (struct proof_facts){0};
    return request;
}

static struct decision both(struct request request)
{
    struct tally tally = {0};

    one_case(&request, &tally, 0);
    return decide(&request);
}

/* Domain A13. The decision did not know, and a covenant could list it. */
static void a13_welfare_gets_signals_about_joining_in_only(void **state)
{
    struct decision decision = both(consented(SAMPLE_UNIVERSITY, "FIN.GELDZORGEN"));

    (void)state;
    assert_int_equal(decision.refusal, REFUSAL_JOINING_IN_ONLY);
    assert_string_equal(decision.detail, "FIN.GELDZORGEN");
    decision = both(consented(SAMPLE_UNIVERSITY, NULL));
    assert_int_equal(decision.refusal, REFUSAL_JOINING_IN_ONLY);
    decision = both(consented(SAMPLE_UNIVERSITY, "MEED.BUDDY"));
    assert_int_equal(decision.refusal, REFUSAL_NO_ARTICLE_TO);
}

/* The decision named the article that got furthest in the order of its rules: here article 4, of
 * which purpose, code and recipient fail, where of article 1 the recipient alone does. */
static void the_nearest_article_is_the_one_that_needs_least(void **state)
{
    struct request request = consented(SAMPLE_GGZ, "OVL.BURENRUZIE");
    struct decision decision;

    (void)state;
    request.purpose = PURPOSE_TOELEIDING;
    request.proof.withdrawn = true; /* fails everywhere, so it makes nothing nearer */
    decision = both(request);
    assert_int_equal(decision.refusal, REFUSAL_NO_ARTICLE_CODE);
    assert_int_equal(decision.article, 2);
    request.to = oin_of(SAMPLE_GEMEENTE);
    decision = both(request);
    assert_int_equal(decision.refusal, REFUSAL_NO_ARTICLE_TO);
    assert_int_equal(decision.article, 1);
    /* what is asked about counts more than what is lacking there */
    request = consented(SAMPLE_WIJKTEAM, "OVL.BURENRUZIE");
    request.objection = true;
    request.proof.present = false;
    request.role = ROLE_BEHEERDER;
    decision = both(request);
    assert_int_equal(decision.refusal, REFUSAL_WRONG_ROLE);
    assert_int_equal(decision.article, 1);
}

/* Article 1 is for another purpose and has no consent; article 5 goes another way, and nothing of
 * what it asks is said. */
static void no_consent_is_one_thing_that_lacks(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    json_t *articles = json_object_get(document, "bepalingen");
    json_t *consent = json_array_get(articles, 0), *law = json_array_get(articles, 4);
    struct request request = consented(SAMPLE_GEMEENTE, "FIN.UITZETTING");
    struct covenant_fault fault = {0};
    OWNED_COVENANT covenant = NULL;

    (void)state;
    json_array_append_new(json_object_get(consent, "signalen"), json_string("FIN.UITZETTING"));
    json_object_set_new(consent, "naar", json_pack("[s]", "GEMEENTE"));
    json_object_set_new(law, "signalen", json_pack("[s]", "FIN.UITZETTING"));
    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
    request.covenant = covenant;
    request.purpose = PURPOSE_VROEGSIGNALERING;
    request.proof = (struct proof_facts){0};
    assert_int_equal(both(request).article, 1);
}

/* Here the decision was right: of what is counted nothing individual leaves. */
static void a_count_is_no_exchange(void **state)
{
    struct request request = counted("OVL.GELUID");

    (void)state;
    assert_true(both(request).permitted);
    request.objection = true;
    assert_true(both(request).permitted);
    request.role = ROLE_BELEIDSANALIST;
    assert_true(both(request).permitted);
    request.code = NULL; /* addresses are counted too */
    assert_true(both(request).permitted);
    request.to = request.from;
    assert_true(both(request).permitted);
    request.side = SIDE_RECEIVER;
    assert_int_equal(both(request).refusal, REFUSAL_COUNTS_ONLY);
    request = counted("OVL.GELUID");
    request.to_kind = PARTY_GEMEENTE; /* a kind is nobody */
    assert_int_equal(both(request).refusal, REFUSAL_NOT_A_PARTY);
    request = counted("FIN.UITZETTING");
    assert_int_equal(both(request).refusal, REFUSAL_LANE_NOT_ALLOWED);
}

/* Here too: the support worker of a waakvlam reports as a reporter does. */
static void a_support_worker_may_report(void **state)
{
    struct request request = consented(SAMPLE_WIJKTEAM, "OVL.GELUID");

    (void)state;
    request.role = ROLE_BEGELEIDER;
    assert_true(both(request).permitted);
    request.role = ROLE_BELEIDSANALIST;
    assert_int_equal(both(request).refusal, REFUSAL_WRONG_ROLE);
}

/* --- random ones --- */

static struct covenant *covenant_from(struct dice *dice)
{
    OWNED_JSON document = random_covenant_of(dice, PARTIES, ARTICLES);
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    if (json_array_size(json_object_get(document, "bepalingen")) == 0)
        return NULL; /* the dice forbade every recipient */
    if (parse_covenant_json(document, &covenant, &fault) != OUTCOME_OK)
        fail_msg("%s: %s", fault.at.where, covenant_wrong_text(fault.wrong, LANGUAGE_EN));
    return covenant;
}

static void both_say_the_same_of_random_covenants(void **state)
{
    struct dice dice = dice_throw_from(asked_for("SEED", 20261203));
    uint64_t wanted = asked_for("N", USUAL_CASES);
    struct tally tally = {0};

    (void)state;
    for (uint64_t number = 0; tally.cases < wanted; number++) {
        OWNED_COVENANT covenant = covenant_from(&dice);
        for (int i = 0; covenant && i < EACH; i++) {
            char epoch[EPOCH_TEXT_BYTES];
            struct standing standing = random_standing(&dice);
            struct request request = random_request(&dice, covenant, &standing, epoch);
            one_case(&request, &tally, number);
            if (tally.cases % PROGRESS == 0) {
                printf("%zu of %zu\n", tally.cases, (size_t)wanted);
                fflush(stdout);
            }
        }
    }
    printf("%zu requests, %zu permitted, %zu permitted after the fix\n", tally.cases,
           tally.seen[REFUSAL_NONE], tally.mended);
    assert_true(tally.seen[REFUSAL_NONE] > tally.cases / 10);
    assert_true(tally.mended > tally.cases / 8);
    for (int refusal = REFUSAL_NONE; refusal <= REFUSAL_CONSENT_EXPIRED; refusal++)
        if (tally.seen[refusal] < 20 && wanted >= USUAL_CASES)
            fail_msg("%s was seen %zu times only", refusal_text((enum refusal)refusal, LANGUAGE_EN),
                     tally.seen[refusal]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a13_welfare_gets_signals_about_joining_in_only),
        cmocka_unit_test(the_nearest_article_is_the_one_that_needs_least),
        cmocka_unit_test(no_consent_is_one_thing_that_lacks),
        cmocka_unit_test(a_count_is_no_exchange),
        cmocka_unit_test(a_support_worker_may_report),
        cmocka_unit_test(both_say_the_same_of_random_covenants),
    };

    json_ready();
    return cmocka_run_group_tests(tests, make_sample, free_sample);
}
