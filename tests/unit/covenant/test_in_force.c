/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "covenant/in_force.h"
#include "tests/support/covenants.h"

enum { CORPORATION, WIJKTEAM, GGZ, GEMEENTE, UNIVERSITY };

/* The sample with the gemeente as key giver and two aggregators. */
static struct covenant *with_tasks(void)
{
    json_t *document = sample_covenant_json();
    struct covenant *covenant = NULL;

    json_object_set_new(document, "sleutelgever", json_string(SAMPLE_GEMEENTE));
    json_object_set_new(document, "optellers",
                        json_pack("[s,s]", SAMPLE_GEMEENTE, SAMPLE_UNIVERSITY));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    json_decref(document);
    return covenant;
}

static struct standing on(const char *day)
{
    struct standing standing = {.today = day_of_text(day)};

    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        standing.verdicts[i] = VERDICT_AGREED;
    return standing;
}

static enum force between(const struct covenant *covenant, int article, int from, int to,
                          const struct standing *standing)
{
    return article_in_force(covenant, covenant_article(covenant, article), &covenant->parties[from],
                            to < 0 ? NULL : &covenant->parties[to], standing);
}

static void c1_the_window_has_two_edges_and_an_evaluation(void **state)
{
    static const struct {
        const char *day;
        bool has_successor;
        enum force force;
    } cases[] = {
        {"2026-11-30", false, FORCE_NOT_YET},  {"2026-12-01", false, FORCE_IN_FORCE},
        {"2027-11-30", false, FORCE_IN_FORCE}, {"2027-12-01", false, FORCE_EVALUATION_MISSED},
        {"2027-12-01", true, FORCE_IN_FORCE},  {"2028-01-31", true, FORCE_IN_FORCE},
        {"2028-02-01", true, FORCE_EXPIRED},   {"2028-02-01", false, FORCE_EXPIRED},
    };
    OWNED_COVENANT covenant = with_tasks();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct standing standing = on(cases[i].day);
        standing.has_successor = cases[i].has_successor;
        assert_int_equal(covenant_in_time(covenant, &standing), cases[i].force);
        assert_int_equal(between(covenant, 1, CORPORATION, WIJKTEAM, &standing), cases[i].force);
    }
}

static void an_article_needs_those_it_uses_and_nobody_else(void **state)
{
    static const struct {
        int article, from, to;
        int needs[3]; /* -1: nobody more */
    } cases[] = {
        {1, CORPORATION, WIJKTEAM, {CORPORATION, WIJKTEAM, GEMEENTE}}, /* GEMEENTE: the key */
        {2, CORPORATION, GGZ, {CORPORATION, GGZ, GEMEENTE}},
        {5, CORPORATION, GEMEENTE, {CORPORATION, GEMEENTE, -1}}, /* no token */
        {4, CORPORATION, UNIVERSITY, {CORPORATION, UNIVERSITY, GEMEENTE}},
        {3, WIJKTEAM, -1, {WIJKTEAM, GEMEENTE, UNIVERSITY}}, /* the aggregators */
    };
    OWNED_COVENANT covenant = with_tasks();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int party = 0; party < 5; party++) {
            struct standing standing = on("2027-01-01");
            bool needed = false;
            for (int n = 0; n < 3; n++)
                needed = needed || cases[i].needs[n] == party;
            for (int verdict = VERDICT_NONE; verdict < VERDICT_COUNT; verdict++) {
                enum force expected = verdict == VERDICT_AGREED || !needed ? FORCE_IN_FORCE
                                      : verdict == VERDICT_WITHDRAWN       ? FORCE_WITHDRAWN
                                                                           : FORCE_UNSIGNED;
                standing.verdicts[party] = (enum verdict)verdict;
                assert_int_equal(
                    between(covenant, cases[i].article, cases[i].from, cases[i].to, &standing),
                    expected);
            }
        }
    }
}

static void a_withdrawal_weighs_more_than_a_missing_signature(void **state)
{
    OWNED_COVENANT covenant = with_tasks();
    struct standing standing = on("2027-01-01");

    (void)state;
    standing.verdicts[CORPORATION] = VERDICT_NONE;
    standing.verdicts[WIJKTEAM] = VERDICT_WITHDRAWN;
    assert_int_equal(between(covenant, 1, CORPORATION, WIJKTEAM, &standing), FORCE_WITHDRAWN);
}

static void the_split_key_needs_each_of_its_holders(void **state)
{
    OWNED_JSON document = sample_covenant_json();
    OWNED_COVENANT covenant = NULL;
    struct standing standing = on("2027-01-01");

    (void)state;
    json_object_set_new(document, "sleutelhouders",
                        json_pack("[s,s]", SAMPLE_GGZ, SAMPLE_GEMEENTE));
    assert_int_equal(parse_covenant_json(document, &covenant, NULL), OUTCOME_OK);
    standing.verdicts[GGZ] = VERDICT_REJECTED;
    assert_int_equal(between(covenant, 1, CORPORATION, WIJKTEAM, &standing), FORCE_UNSIGNED);
    assert_int_equal(between(covenant, 5, CORPORATION, GEMEENTE, &standing), FORCE_IN_FORCE);
}

static void who_must_still_sign_is_told_per_article(void **state)
{
    OWNED_COVENANT covenant = with_tasks();
    struct standing standing = on("2020-01-01"); /* the window does not matter here */
    struct party_set set;

    (void)state;
    set = article_still_to_sign(covenant, covenant_article(covenant, 1), &standing);
    assert_true(party_set_is_empty(&set));
    for (size_t i = 0; i < 5; i++)
        standing.verdicts[i] = VERDICT_NONE;
    set = article_still_to_sign(covenant, covenant_article(covenant, 1), &standing);
    assert_int_equal(party_set_count(&set), 3);
    assert_true(party_set_has(&set, CORPORATION) && party_set_has(&set, WIJKTEAM) &&
                party_set_has(&set, GEMEENTE));
    set = article_still_to_sign(covenant, covenant_article(covenant, 3), &standing);
    assert_int_equal(party_set_count(&set), 5);
    standing.verdicts[GEMEENTE] = VERDICT_AGREED;
    set = article_still_to_sign(covenant, covenant_article(covenant, 5), &standing);
    assert_int_equal(party_set_count(&set), 1);
}

static void sets_keep_to_their_room(void **state)
{
    struct party_set set = {0};

    (void)state;
    party_set_add(&set, COVENANT_PARTIES_MAX);
    assert_true(party_set_is_empty(&set));
    party_set_add(&set, COVENANT_PARTIES_MAX - 1);
    assert_true(party_set_has(&set, COVENANT_PARTIES_MAX - 1));
    assert_false(party_set_has(&set, COVENANT_PARTIES_MAX));
    assert_false(code_set_has(&(struct code_set){{UINT64_MAX, UINT64_MAX}}, SIGNAL_CODES_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c1_the_window_has_two_edges_and_an_evaluation),
        cmocka_unit_test(an_article_needs_those_it_uses_and_nobody_else),
        cmocka_unit_test(a_withdrawal_weighs_more_than_a_missing_signature),
        cmocka_unit_test(the_split_key_needs_each_of_its_holders),
        cmocka_unit_test(who_must_still_sign_is_told_per_article),
        cmocka_unit_test(sets_keep_to_their_room),
    };

    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
