/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "covenant/decision.h"
#include "tests/support/covenants.h"
#include "tests/support/naive_decision.h"

enum { RANDOM_COVENANTS = 4000, REQUESTS_EACH = 10 };

static struct covenant *covenant;
static struct standing everyone_agreed;

static int make_sample(void **state)
{
    (void)state;
    covenant = sample_covenant();
    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        everyone_agreed.verdicts[i] = VERDICT_AGREED;
    everyone_agreed.today = day_of_text("2026-12-03");
    return 0;
}

static int free_sample(void **state)
{
    (void)state;
    covenant_free_at(&covenant);
    return 0;
}

static unsigned group_of(const char *code)
{
    return signal_code_find(test_code_lists(), code)->group;
}

/* The request under article 1 that everything is right about. */
static struct request good_request(void)
{
    return (struct request){
        .covenant = covenant,
        .standing = &everyone_agreed,
        .side = SIDE_DRY_RUN,
        .from = oin_of(SAMPLE_CORPORATION),
        .to = oin_of(SAMPLE_WIJKTEAM),
        .purpose = PURPOSE_TOELEIDING,
        .code = "OVL.BURENRUZIE",
        .lane = LANE_CONSENT,
        .role = ROLE_MELDER,
        .fields = bit_of(FIELD_PROOF) | bit_of(FIELD_TOKEN) | bit_of(FIELD_WEEK),
        .proof = {.present = true,
                  .authentic = true,
                  .token_matches = true,
                  .purposes = bit_of(PURPOSE_TOELEIDING),
                  .recipient = oin_of(SAMPLE_WIJKTEAM),
                  .groups = bit_of(group_of("OVL.BURENRUZIE")),
                  .from = day_of_text("2026-12-02"),
                  .until = day_of_text("2027-12-01")},
    };
}

static struct request arrears_request(void)
{
    struct request request = good_request();

    request.to = oin_of(SAMPLE_GEMEENTE);
    request.purpose = PURPOSE_VROEGSIGNALERING;
    request.code = "FIN.HUURACHTERSTAND";
    request.lane = LANE_LAW;
    request.fields = bit_of(FIELD_CONTACT) | bit_of(FIELD_ARREARS);
    request.conditions = bit_of(CONDITION_CONTACT_TRIED) | bit_of(CONDITION_POINTED_TO_HELP) |
                         bit_of(CONDITION_REMINDED) | bit_of(CONDITION_NO_OBJECTION) |
                         STATUTE_ADMITS;
    request.proof = (struct proof_facts){0};
    return request;
}

static void deny(struct request *request, enum condition condition)
{
    request->conditions &= ~bit_of(condition);
    request->denied = bit_of(condition);
}

static void assert_refused(struct request request, enum refusal refusal, int article,
                           const char *detail)
{
    struct decision decision = decide(&request);

    assert_false(decision.permitted);
    assert_string_equal(refusal_code(decision.refusal), refusal_code(refusal));
    assert_int_equal(decision.refusal, refusal);
    assert_int_equal(decision.article, article);
    assert_string_equal(decision.detail, detail);
    assert_int_equal(decision.fields, 0);
}

static void a_consented_signal_is_permitted_with_its_obligations(void **state)
{
    struct request request = good_request();
    struct decision decision = decide(&request);

    (void)state;
    assert_true(decision.permitted);
    assert_int_equal(decision.refusal, REFUSAL_NONE);
    assert_int_equal(decision.article, 1);
    assert_int_equal(decision.purpose, PURPOSE_TOELEIDING);
    assert_int_equal(decision.fields, request.fields);
    assert_int_equal(decision.terms.confirm_workdays, 2);
    assert_int_equal(decision.terms.decide_workdays, 10);
    assert_int_equal(decision.terms.outcome_days, 28);
    assert_int_equal(decision.retention_days, 365);
    assert_int_equal(decision.feedback_level, 1);
    assert_false(decision.silence);
}

static void a_signal_by_law_needs_no_consent(void **state)
{
    struct request request = arrears_request();
    struct decision decision = decide(&request);

    (void)state;
    assert_true(decision.permitted);
    assert_int_equal(decision.article, 5);
    assert_int_equal(decision.terms.decide_workdays, 0);
}

static void a_partner_bound_to_secrecy_is_silent(void **state)
{
    struct request request = good_request();
    struct decision decision;

    (void)state;
    request.to = request.proof.recipient = oin_of(SAMPLE_GGZ);
    request.code = "ZORG.EENZAAM";
    request.proof.groups = bit_of(group_of("ZORG.EENZAAM"));
    decision = decide(&request);
    assert_true(decision.permitted);
    assert_int_equal(decision.article, 2);
    assert_true(decision.silence);
    assert_int_equal(decision.feedback_level, 0);
}

static void a_purpose_not_named_is_that_of_the_article(void **state)
{
    struct request request = good_request();
    struct decision decision;

    (void)state;
    request.purpose = PURPOSE_NONE;
    decision = decide(&request);
    assert_true(decision.permitted);
    assert_int_equal(decision.purpose, PURPOSE_TOELEIDING);
}

static void a_count_stays_at_home(void **state)
{
    struct request request = good_request();
    struct decision decision;

    (void)state;
    request.lane = LANE_AGGREGATE;
    request.purpose = PURPOSE_NONE;
    request.to = (struct oin){0};
    request.side = SIDE_SENDER;
    request.proof = (struct proof_facts){0};
    decision = decide(&request);
    assert_true(decision.permitted);
    assert_int_equal(decision.article, 3);
    assert_int_equal(decision.fields, 0);
    request.side = SIDE_RECEIVER;
    assert_refused(request, REFUSAL_COUNTS_ONLY, 0, "");
}

static void the_sender_leaves_out_what_is_not_listed(void **state)
{
    struct request request = good_request();
    struct decision decision;

    (void)state;
    request.side = SIDE_SENDER;
    request.fields |= bit_of(FIELD_ARREARS);
    decision = decide(&request);
    assert_true(decision.permitted);
    assert_int_equal(decision.fields, request.fields & ~bit_of(FIELD_ARREARS));
    request.side = SIDE_RECEIVER;
    assert_refused(request, REFUSAL_FIELD_TOO_MANY, 1, "bedragAchterstand");
}

static void the_receiver_knows_no_conditions_nor_objection(void **state)
{
    struct request request = arrears_request();

    (void)state;
    request.conditions = 0;
    request.objection = true;
    assert_refused(request, REFUSAL_OBJECTION, 5, "");
    request.objection = false;
    assert_refused(request, REFUSAL_TENANT_UNSAID, 5, "huidigeHuurder");
    request.conditions = STATUTE_ADMITS;
    assert_refused(request, REFUSAL_CONDITION_MISSING, 5, "contactpoging");
    request.conditions = 0;
    request.side = SIDE_RECEIVER;
    request.objection = true;
    assert_true(decide(&request).permitted);
}

static void forbidden_wins_over_every_article(void **state)
{
    struct request request = good_request();

    (void)state;
    request.side = SIDE_SENDER;
    request.fields |= bit_of(FIELD_BSN);
    assert_refused(request, REFUSAL_FIELD_FORBIDDEN, 0, "bsn");
    request.to = (struct oin){0};
    request.to_kind = PARTY_POLITIE;
    assert_refused(request, REFUSAL_RECIPIENT_FORBIDDEN, 0, "POLITIE");
    request.act = ACT_SEARCH;
    assert_refused(request, REFUSAL_ACT_FORBIDDEN, 0, "ZOEKEN_OP_PSEUDONIEM");
}

/* Each case breaks one thing about a good request: the rule that sees it is the one that
 * answers, so that a rule taken away turns this red. */
static void each_rule_of_the_decision_matters(void **state)
{
    struct standing standing = everyone_agreed;
    struct request request;
    size_t rules = 0;

    (void)state;
#define BROKEN(good, change, refusal, article, detail)                                             \
    do {                                                                                           \
        standing = everyone_agreed;                                                                \
        request = good;                                                                            \
        request.standing = &standing;                                                              \
        change;                                                                                    \
        assert_refused(request, REFUSAL_##refusal, article, detail);                               \
        rules++;                                                                                   \
    } while (0)
    BROKEN(good_request(), request.act = ACT_SCORE, ACT_FORBIDDEN, 0, "RISICOSCORE");
    BROKEN(good_request(), request.code = "X.DRUGS", CODE_BLOCKED, 0, "X.DRUGS");
    BROKEN(good_request(),
           (request.to = (struct oin){0}, request.to_kind = PARTY_ANDERE_VERHUURDER),
           RECIPIENT_FORBIDDEN, 0, "ANDERE_VERHUURDER");
    BROKEN(good_request(), request.fields |= bit_of(FIELD_FREE_TEXT), FIELD_FORBIDDEN, 0,
           "vrijeTekst");
    BROKEN(good_request(), request.code = "OVL.BLAFFEN", CODE_UNKNOWN, 0, "");
    BROKEN(good_request(), request.from = oin_of("00000099000000990000"), NOT_A_PARTY, 0, "van");
    BROKEN(good_request(), request.to = oin_of("00000099000000990000"), NOT_A_PARTY, 0, "naar");
    BROKEN(good_request(), request.to = (struct oin){0}, NOT_A_PARTY, 0, "naar");
    BROKEN(good_request(), standing.today = day_of_text("2026-11-30"), NOT_YET_VALID, 0, "");
    BROKEN(good_request(), standing.today = day_of_text("2028-02-01"), EXPIRED, 0, "");
    BROKEN(good_request(), standing.today = day_of_text("2027-12-01"), EVALUATION_MISSED, 0, "");
    BROKEN(good_request(), request.code = "OVL.VANDALISME", COUNTS_ONLY, 0, "OVL.VANDALISME");
    BROKEN(good_request(), request.lane = LANE_LAW, LANE_NOT_ALLOWED, 0, "OVL.BURENRUZIE");
    BROKEN(good_request(), request.lane = LANE_NONE, LANE_NOT_ALLOWED, 0, "OVL.BURENRUZIE");
    BROKEN(good_request(), request.article = 9, NO_ARTICLE, 0, "");
    BROKEN(good_request(), request.article = 2, NO_ARTICLE_TO, 2, "WIJKTEAM");
    BROKEN(good_request(), (request.from = oin_of(SAMPLE_WIJKTEAM), request.article = 1),
           NO_ARTICLE_FROM, 1, "WIJKTEAM");
    BROKEN(good_request(),
           (request.to = oin_of(SAMPLE_UNIVERSITY), request.purpose = PURPOSE_TOELEIDING),
           NO_ARTICLE_TO, 1, "ONDERZOEK");
    BROKEN(good_request(), request.purpose = PURPOSE_WAAKVLAM, NO_ARTICLE_PURPOSE, 1, "WAAKVLAM");
    BROKEN(good_request(), request.code = "REN.STRESS", NO_ARTICLE_CODE, 1, "REN.STRESS");
    BROKEN(good_request(), (request.to = oin_of(SAMPLE_GEMEENTE), request.purpose = PURPOSE_NONE),
           COUNTS_ONLY, 3, "AGGREGAAT");
    BROKEN(good_request(), standing.verdicts[1] = VERDICT_NONE, UNSIGNED, 1, SAMPLE_WIJKTEAM);
    BROKEN(good_request(), standing.verdicts[0] = VERDICT_REJECTED, UNSIGNED, 1,
           SAMPLE_CORPORATION);
    BROKEN(good_request(), standing.verdicts[1] = VERDICT_WITHDRAWN, WITHDRAWN, 1, SAMPLE_WIJKTEAM);
    BROKEN(good_request(), request.role = ROLE_BEHEERDER, WRONG_ROLE, 1, "BEHEERDER");
    BROKEN(good_request(), request.fields |= bit_of(FIELD_WAVE), FIELD_TOO_MANY, 1, "golf");
    BROKEN(good_request(), request.epoch = "2027H1", OTHER_EPOCH, 1, "");
    BROKEN(good_request(), request.objection = true, OBJECTION, 1, "");
    BROKEN(arrears_request(), request.conditions &= ~bit_of(CONDITION_REMINDED), CONDITION_MISSING,
           5, "schriftelijkeHerinnering");
    BROKEN(arrears_request(), request.conditions &= ~bit_of(CONDITION_CURRENT_TENANT),
           TENANT_UNSAID, 5, "huidigeHuurder");
    BROKEN(arrears_request(), request.conditions &= ~bit_of(CONDITION_NO_RUNNING_PLAN), PLAN_UNSAID,
           5, "geenLopendPlan");
    BROKEN(arrears_request(), request.conditions &= ~bit_of(CONDITION_ADULT), AGE_UNSAID, 5,
           "meerderjarig");
    BROKEN(arrears_request(), deny(&request, CONDITION_CURRENT_TENANT), NOT_TENANT, 5,
           "huidigeHuurder");
    BROKEN(arrears_request(), deny(&request, CONDITION_NO_RUNNING_PLAN), PLAN_RUNS, 5,
           "geenLopendPlan");
    BROKEN(arrears_request(), deny(&request, CONDITION_ADULT), MINOR, 5, "meerderjarig");
    BROKEN(good_request(), request.proof.present = false, NO_CONSENT, 1, "");
    BROKEN(good_request(), request.proof.authentic = false, PROOF_WRONG, 1, "");
    BROKEN(good_request(), request.proof.withdrawn = true, CONSENT_WITHDRAWN, 1, "");
    BROKEN(good_request(), request.proof.purposes = bit_of(PURPOSE_ONDERZOEK), PROOF_OTHER_PURPOSE,
           1, "TOELEIDING");
    BROKEN(good_request(), request.proof.recipient = oin_of(SAMPLE_GGZ), PROOF_OTHER_RECIPIENT, 1,
           "");
    BROKEN(good_request(), request.proof.groups = bit_of(group_of("REN.STRESS")), PROOF_OTHER_GROUP,
           1, "OVERLAST");
    BROKEN(good_request(), request.proof.token_matches = false, PROOF_OTHER_TOKEN, 1, "");
    BROKEN(good_request(), request.proof.from = day_of_text("2026-12-04"), CONSENT_NOT_YET, 1, "");
    BROKEN(good_request(), request.proof.until = day_of_text("2026-12-02"), CONSENT_EXPIRED, 1, "");
#undef BROKEN
    assert_int_equal(rules, 44);
}

static void windows_hold_on_their_first_and_last_day(void **state)
{
    static const char *const days[] = {"2026-12-01", "2027-11-30"};
    struct standing standing = everyone_agreed;
    struct request request = good_request();

    (void)state;
    request.standing = &standing;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        standing.today = request.proof.from = request.proof.until = day_of_text(days[i]);
        assert_true(decide(&request).permitted);
    }
    standing.has_successor = true;
    standing.today = request.proof.until = day_of_text("2028-01-31");
    assert_true(decide(&request).permitted);
}

static void a36_counts_only_bodies_get_no_individual_signal(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT with_office = NULL;
    struct covenant_fault fault = {0};
    struct request request = good_request();

    (void)state;
    json_object_set_new(json_array_get(json_object_get(document, "partijen"), 4), "soort",
                        json_string("WIJKBUREAU"));
    assert_int_equal(parse_covenant_json(document, &with_office, &fault), OUTCOME_OK);
    request.covenant = with_office;
    request.to = oin_of(SAMPLE_UNIVERSITY);
    assert_refused(request, REFUSAL_COUNTS_ONLY, 0, "WIJKBUREAU");
}

static void recipients_follow_code_and_lane(void **state)
{
    struct oin corporation = oin_of(SAMPLE_CORPORATION), wijkteam = oin_of(SAMPLE_WIJKTEAM);
    struct party_set set;

    (void)state;
    set = decision_recipients(covenant, &corporation, "ZORG.EENZAAM", LANE_CONSENT);
    assert_int_equal(party_set_count(&set), 2);
    assert_true(party_set_has(&set, 1) && party_set_has(&set, 2));
    set = decision_recipients(covenant, &corporation, "OVL.GELUID", LANE_CONSENT);
    assert_int_equal(party_set_count(&set), 1);
    set = decision_recipients(covenant, &corporation, "OVL.GELUID", LANE_LAW);
    assert_true(party_set_is_empty(&set));
    set = decision_recipients(covenant, &wijkteam, "OVL.GELUID", LANE_CONSENT);
    assert_true(party_set_is_empty(&set));
    set = decision_recipients(covenant, &corporation, "OVL.BLAFFEN", LANE_CONSENT);
    assert_true(party_set_is_empty(&set));
    set = decision_recipients(covenant, &corporation, NULL, LANE_CONSENT);
    assert_int_equal(party_set_count(&set), 1); /* research carries no code */
}

static void every_refusal_has_code_text_and_fix_in_both_languages(void **state)
{
    enum refusal refusal;

    (void)state;
    for (int i = 0; i < REFUSAL_COUNT; i++) {
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            assert_true(strlen(refusal_text((enum refusal)i, (enum language)language)) > 5);
            assert_true(strlen(refusal_fix((enum refusal)i, (enum language)language)) > 5);
        }
        if (i == REFUSAL_NONE)
            continue;
        assert_true(refusal_parse(refusal_code((enum refusal)i), &refusal));
        assert_string_equal(refusal_code(refusal), refusal_code((enum refusal)i));
    }
    assert_false(refusal_parse("", &refusal));
    assert_false(refusal_parse(NULL, &refusal));
    assert_false(refusal_parse("MAG_WEL", &refusal));
    assert_string_equal(refusal_code(REFUSAL_COUNT), "");
    assert_string_equal(refusal_text(REFUSAL_COUNT, LANGUAGE_NL), "");
    assert_string_equal(refusal_fix(REFUSAL_COUNT, LANGUAGE_EN), "");
}

static void a_decision_prints_article_reason_and_detail(void **state)
{
    struct request request = arrears_request();
    struct decision decision;
    OWNED_BUFFER nl = {0}, en = {0};

    (void)state;
    request.conditions = 0;
    request.conditions = STATUTE_ADMITS;
    decision = decide(&request);
    decision_print(&decision, LANGUAGE_NL, &nl);
    decision_print(&decision, LANGUAGE_EN, &en);
    assert_string_equal(buffer_text(&nl), "bepaling 5: Er is niet voldaan aan een voorwaarde van "
                                          "deze bepaling. (contactpoging)");
    assert_string_equal(buffer_text(&en),
                        "article 5: A condition of this article is not fulfilled. (contactpoging)");
}

/* --- the two evaluators --- */

static bool mostly(struct dice *dice)
{
    return dice_number(dice, 12) != 0;
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

static struct standing random_standing(struct dice *dice)
{
    static const char *const days[] = {"2026-11-30", "2026-12-01", "2027-11-30",
                                       "2027-12-01", "2028-01-31", "2028-02-01"};
    struct standing standing = {.has_successor = dice_coin(dice)};

    standing.today = day_of_text(mostly(dice) ? "2027-03-01" : days[dice_number(dice, 6)]);
    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        standing.verdicts[i] =
            dice_number(dice, 25) ? VERDICT_AGREED : (enum verdict)dice_number(dice, VERDICT_COUNT);
    return standing;
}

static const char *code_of(struct dice *dice, const struct article *article)
{
    const struct code_lists *lists = test_code_lists();

    if (dice_number(dice, 40) == 0)
        return "GEEN.CODE";
    if (!article->has_codes && article->lane != LANE_AGGREGATE && mostly(dice))
        return NULL;
    for (int tries = 0; tries < 200; tries++) {
        size_t i = dice_number(dice, lists->signals_count);
        if (!mostly(dice) || article_has_code(NULL, article, NULL) ||
            code_set_has(&article->codes, i))
            return lists->signals[i].code;
    }
    return "";
}

/* Aims at one article of the covenant and misses in a few places. */
static struct request random_request(struct dice *dice, const struct covenant *random,
                                     const struct standing *standing)
{
    static const char *const epochs[] = {"2026H1", "2026H2", "2027H1",
                                         "2027H2", "2028H1", "2027H1-3"};
    const struct article *article = &random->articles[dice_number(dice, random->articles_count)];
    struct request request = {.covenant = random, .standing = standing};

    for (int tries = 0; tries < 20; tries++) {
        const struct party *from = &random->parties[dice_number(dice, random->parties_count)];
        const struct party *to = &random->parties[dice_number(dice, random->parties_count)];
        request.from = from->oin;
        request.to = to->oin;
        if (!mostly(dice) || (from != to && article_has_sender(article, from) &&
                              article_has_recipient(random, article, to)))
            break;
    }
    if (!mostly(dice))
        request.to = dice_coin(dice) ? (struct oin){0} : oin_of("00000099999999990000");
    if (!mostly(dice))
        request.to_kind = (enum party_kind)dice_number(dice, PARTY_KIND_COUNT);
    request.side = (enum side)dice_number(dice, 3);
    request.purpose = mostly(dice) ? (dice_coin(dice) ? article->purpose : PURPOSE_NONE)
                                   : (enum purpose)dice_number(dice, PURPOSE_COUNT);
    request.article = mostly(dice) ? 0 : (int)dice_number(dice, 8);
    request.code = code_of(dice, article);
    request.lane = mostly(dice) ? article->lane : (enum lane)dice_number(dice, LANE_COUNT);
    request.role = mostly(dice) ? ROLE_MELDER : (enum role)dice_number(dice, ROLE_COUNT);
    request.act = dice_number(dice, 60) ? ACT_NONE : ACT_LINK;
    request.fields =
        mostly(dice) ? article->fields : (uint32_t)dice_number(dice, UINT64_C(1) << FIELD_COUNT);
    request.conditions = mostly(dice) ? article->conditions
                                      : (uint32_t)dice_number(dice, UINT64_C(1) << CONDITION_COUNT);
    for (unsigned i = 0; i < CONDITION_COUNT; i++)
        if (has_bit(STATUTE_ADMITS, i) && mostly(dice))
            request.conditions |= bit_of(i);
    request.denied = dice_coin(dice) ? ~request.conditions : 0;
    request.objection = !mostly(dice);
    request.epoch = dice_coin(dice) ? NULL : epochs[mostly(dice) ? 2 : dice_number(dice, 6)];
    request.proof = random_proof(dice, &request, article->purpose, standing->today);
    return request;
}

static void two_evaluators_agree_on_random_covenants(void **state)
{
    struct dice dice = dice_throw_from(20261203);
    size_t seen[REFUSAL_COUNT] = {0}, ran = 0;

    (void)state;
    for (int i = 0; i < RANDOM_COVENANTS; i++) {
        OWNED_JSON document = random_covenant_json(&dice);
        OWNED_COVENANT random = NULL;
        struct covenant_fault fault = {0};
        if (json_array_size(json_object_get(document, "bepalingen")) == 0)
            continue; /* the dice forbade every recipient */
        if (parse_covenant_json(document, &random, &fault) != OUTCOME_OK)
            fail_msg("%s: %s", fault.at.where, covenant_wrong_text(fault.wrong, LANGUAGE_EN));
        for (int j = 0; j < REQUESTS_EACH; j++, ran++) {
            struct standing standing = random_standing(&dice);
            struct request request = random_request(&dice, random, &standing);
            struct decision decision = decide(&request);
            struct naive_answer naive = naive_decide(document, &request);
            /* Which article is nearest is test_decision_agrees.c's matter. */
            bool same_reason = strcmp(refusal_code(decision.refusal), naive.code) == 0 &&
                               decision.article == naive.article;
            if (decision.permitted != naive.permitted || decision.fields != naive.fields ||
                (!same_reason && (naive.permitted || naive.article == 0)))
                fail_msg("covenant %d request %d: %s article %d, naive %s article %d", i, j,
                         refusal_code(decision.refusal), decision.article, naive.code,
                         naive.article);
            seen[decision.refusal]++;
        }
    }
    assert_true(ran >= 20000);
    assert_true(seen[REFUSAL_NONE] > ran / 10);
    for (int refusal = REFUSAL_NONE; refusal <= REFUSAL_CONSENT_EXPIRED; refusal++) {
        if (seen[refusal] < 3)
            fail_msg("%s was seen %zu times only", refusal_text((enum refusal)refusal, LANGUAGE_EN),
                     seen[refusal]);
    }
    printf("%zu requests, %zu permitted\n", ran, seen[REFUSAL_NONE]);
}

/* Of two articles that each fail one rule, wherever they stand: here article 2 fails on the code,
 * and article 1, on the recipient, fails before that. */
static void among_equals_the_one_that_got_furthest_is_nearest(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    json_t *articles = json_object_get(document, "bepalingen");
    struct request request = good_request();
    struct covenant_fault fault = {0};
    OWNED_COVENANT turned = NULL;

    (void)state;
    request.to = oin_of(SAMPLE_GGZ);
    assert_int_equal(decide(&request).article, 2);
    json_array_append(articles, json_array_get(articles, 0));
    json_array_remove(articles, 0);
    assert_int_equal(parse_covenant_json(document, &turned, &fault), OUTCOME_OK);
    request.covenant = turned;
    assert_int_equal(decide(&request).article, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_consented_signal_is_permitted_with_its_obligations),
        cmocka_unit_test(a_signal_by_law_needs_no_consent),
        cmocka_unit_test(a_partner_bound_to_secrecy_is_silent),
        cmocka_unit_test(a_purpose_not_named_is_that_of_the_article),
        cmocka_unit_test(a_count_stays_at_home),
        cmocka_unit_test(the_sender_leaves_out_what_is_not_listed),
        cmocka_unit_test(the_receiver_knows_no_conditions_nor_objection),
        cmocka_unit_test(forbidden_wins_over_every_article),
        cmocka_unit_test(each_rule_of_the_decision_matters),
        cmocka_unit_test(windows_hold_on_their_first_and_last_day),
        cmocka_unit_test(a36_counts_only_bodies_get_no_individual_signal),
        cmocka_unit_test(recipients_follow_code_and_lane),
        cmocka_unit_test(every_refusal_has_code_text_and_fix_in_both_languages),
        cmocka_unit_test(a_decision_prints_article_reason_and_detail),
        cmocka_unit_test(among_equals_the_one_that_got_furthest_is_nearest),
        cmocka_unit_test(two_evaluators_agree_on_random_covenants),
    };

    json_ready();
    return cmocka_run_group_tests(tests, make_sample, free_sample);
}
