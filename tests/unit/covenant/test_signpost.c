/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/covenant_diff.h"
#include "covenant/covenant_register.h"
#include "covenant/role.h"
#include "covenant/signpost.h"
#include "tests/support/covenants.h"

/* The sample with a card for its wijkteam and this routing table. */
static json_t *with(const char *table, const char *card)
{
    json_t *document = sample_covenant_json();
    json_t *wijkteam = json_array_get(json_object_get(document, "partijen"), 1);

    if (table)
        json_object_set_new(document, "wegwijzer", json_loads(table, 0, NULL));
    if (card)
        json_object_set_new(wijkteam, "contactpunt", json_loads(card, 0, NULL));
    return document;
}

static struct covenant *parsed(const char *table, const char *card)
{
    OWNED_JSON document = with(table, card);
    struct covenant *covenant = NULL;
    struct covenant_fault fault = {0};

    assert_int_equal(parse_covenant_json(document, &covenant, &fault), OUTCOME_OK);
    return covenant;
}

#define TABLE                                                                                      \
    "[{\"signaal\":\"ZORG.EENZAAM\",\"naar\":\"WIJKTEAM\"},"                                       \
    "{\"signaal\":\"FIN.UITZETTING\",\"naar\":\"" SAMPLE_GEMEENTE "\"}]"
#define CARD "{\"naam\":\"Balie buurtteam\",\"telefoon\":\"030 123 45 67\"}"

static const struct signal_code *code_of(const char *word)
{
    return signal_code_find(test_code_lists(), word);
}

static void a11_the_routing_table_leads_to_a_party(void **state)
{
    OWNED_COVENANT covenant = parsed(TABLE, CARD);
    const struct signpost *lonely = signpost_of(covenant, code_of("ZORG.EENZAAM"));
    const struct signpost *eviction = signpost_of(covenant, code_of("FIN.UITZETTING"));

    (void)state;
    assert_true(signpost_leads_to(lonely, &covenant->parties[1]));
    assert_false(signpost_leads_to(lonely, &covenant->parties[2]));
    assert_ptr_equal(signpost_desk(covenant, lonely), &covenant->parties[1]);
    assert_non_null(eviction);
    assert_null(signpost_desk(covenant, eviction)); /* it has no card */
    assert_null(signpost_of(covenant, code_of("OVL.GELUID")));
    assert_false(signpost_leads_to(NULL, &covenant->parties[1]));
}

static void a11_a_code_goes_where_articles_let_it(void **state)
{
    OWNED_COVENANT covenant = parsed(TABLE, CARD);
    struct way ways[COVENANT_PARTIES_MAX];
    size_t count =
        signpost_ways(covenant, &covenant->parties[0], code_of("FIN.UITZETTING"), 8, ways);

    (void)state;
    assert_int_equal(count, 1);
    assert_null(ways[0].article); /* nothing goes there by itself */
    assert_false(ways[0].chosen);
    count = signpost_ways(covenant, &covenant->parties[0], code_of("FIN.HUURACHTERSTAND"), 8, ways);
    assert_int_equal(count, 1);
    assert_int_equal(ways[0].article->lane, LANE_LAW);
    assert_true(ways[0].chosen); /* the only one */
    assert_int_equal(
        signpost_ways(covenant, &covenant->parties[0], code_of("MEED.BUURTWENS"), 8, ways), 0);
}

static void a25_a_card_is_a_desk_and_a_number(void **state)
{
    static const struct {
        const char *card, *where;
    } wrong[] = {
        {"{}", "partijen[1].contactpunt.naam"},
        {"{\"naam\":\"Balie\"}", "partijen[1].contactpunt.telefoon"},
        {"{\"naam\":\"Balie\",\"telefoon\":\"bel Anouk\"}", "partijen[1].contactpunt.telefoon"},
        {"{\"naam\":\"Balie\",\"telefoon\":\"12\"}", "partijen[1].contactpunt.telefoon"},
        {"{\"naam\":\"Balie\",\"telefoon\":\"030 1\",\"email\":\"x\"}",
         "partijen[1].contactpunt.onbekend veld"},
        {"{\"naam\":\"Balie\",\"telefoon\":\"030 1\",\"bewoners\":[]}",
         "partijen[1].contactpunt.onbekend veld"},
        {"[]", "partijen[1].contactpunt"},
    };
    OWNED_COVENANT covenant = parsed(NULL, CARD);

    (void)state;
    assert_string_equal(covenant->parties[1].desk_name, "Balie buurtteam");
    assert_string_equal(covenant->parties[1].desk_phone, "030 123 45 67");
    assert_null(covenant->parties[0].desk_name);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        OWNED_JSON document = with(NULL, wrong[i].card);
        struct covenant *none = NULL;
        struct covenant_fault fault = {0};
        assert_int_equal(parse_covenant_json(document, &none, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.at.where, wrong[i].where);
    }
}

static void a_table_that_leads_nowhere_does_not_load(void **state)
{
    static const struct {
        const char *table, *where;
        enum covenant_wrong wrong;
    } wrong[] = {
        {"[{\"signaal\":\"OVL.NIETS\",\"naar\":\"WIJKTEAM\"}]", "wegwijzer[0].signaal",
         COVENANT_WRONG_CODE_UNKNOWN},
        {"[{\"signaal\":\"X.DRUGS\",\"naar\":\"WIJKTEAM\"}]", "wegwijzer[0].signaal",
         COVENANT_WRONG_CODE_BLOCKED},
        {"[{\"signaal\":\"OVL.GELUID\",\"naar\":\"HANDHAVING\"}]", "wegwijzer[0].naar",
         COVENANT_WRONG_NOT_A_PARTY},
        {"[{\"signaal\":\"OVL.GELUID\",\"naar\":\"00000099000000990000\"}]", "wegwijzer[0].naar",
         COVENANT_WRONG_NOT_A_PARTY},
        {"[{\"signaal\":\"OVL.GELUID\",\"naar\":\"buren\"}]", "wegwijzer[0].naar",
         COVENANT_WRONG_FORM},
        {"[{\"signaal\":\"OVL.GELUID\",\"naar\":\"WIJKTEAM\",\"wie\":\"A\"}]", "wegwijzer[0].onbekend veld",
         COVENANT_WRONG_FORM},
        {"[{\"signaal\":\"OVL.GELUID\",\"naar\":\"WIJKTEAM\"},"
         "{\"signaal\":\"OVL.GELUID\",\"naar\":\"GGZ\"}]",
         "wegwijzer[1].signaal", COVENANT_WRONG_TWICE},
        {"{}", "wegwijzer", COVENANT_WRONG_FORM},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        OWNED_JSON document = with(wrong[i].table, NULL);
        struct covenant *none = NULL;
        struct covenant_fault fault = {0};
        assert_int_equal(parse_covenant_json(document, &none, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.at.where, wrong[i].where);
        assert_int_equal(fault.wrong, wrong[i].wrong);
    }
}

static bool says(const struct covenant_diff *diff, const char *part, bool wider)
{
    for (size_t i = 0; i < diff->count; i++)
        if (strstr(diff->lines[i].text, part) && diff->lines[i].wider == wider)
            return true;
    return false;
}

static void who_signs_reads_what_became_another_route(void **state)
{
    OWNED_COVENANT before = parsed(NULL, NULL);
    OWNED_COVENANT after = parsed(TABLE, CARD);
    OWNED_COVENANT_DIFF there = {0};
    OWNED_COVENANT_DIFF back = {0};

    (void)state;
    assert_int_equal(covenant_diff_make(before, after, LANGUAGE_NL, &there), OUTCOME_OK);
    assert_true(says(&there, "was niets, wordt wijkteam", true));
    assert_true(says(&there, "Balie buurtteam", false));
    assert_true(says(&there, "030 123 45 67", false));
    assert_int_equal(covenant_diff_make(after, before, LANGUAGE_NL, &back), OUTCOME_OK);
    assert_true(says(&back, "wordt niets", false));
    assert_int_equal(there.count, back.count);
}

static void the_annex_has_a_row_for_each_way(void **state)
{
    OWNED_COVENANT covenant = parsed(TABLE, CARD);
    struct buffer cells[SIGNPOST_COLUMNS] = {{0}};

    (void)state;
    assert_true(signpost_row(covenant, code_of("OVL.GELUID"), &covenant->parties[1], LANGUAGE_NL,
                             cells));
    assert_string_equal(buffer_text(&cells[2]), "1");
    assert_string_equal(buffer_text(&cells[3]), "Balie buurtteam");
    for (size_t i = 0; i < SIGNPOST_COLUMNS; i++)
        buffer_wipe(&cells[i]);
    assert_false(signpost_row(covenant, code_of("OVL.GELUID"), &covenant->parties[0], LANGUAGE_NL,
                              cells));
}

/* Domain A42: who works within a wijkteam is no partner of its own; who directs has a role. */
static void a42_teams_within_a_wijkteam_are_no_parties(void **state)
{
    static const char *const teams[] = {"JEUGDZORG", "SCHULDSANERING", "MAATSCHAPPELIJK_WERK",
                                        "WIJKREGISSEUR"};
    enum party_kind kind;
    enum role role;

    (void)state;
    for (size_t i = 0; i < sizeof teams / sizeof teams[0]; i++)
        assert_false(party_kind_parse(teams[i], &kind));
    assert_true(party_kind_parse("WIJKTEAM", &kind));
    assert_true(role_parse("REGIEHOUDER", &role));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a11_the_routing_table_leads_to_a_party),
        cmocka_unit_test(a11_a_code_goes_where_articles_let_it),
        cmocka_unit_test(a25_a_card_is_a_desk_and_a_number),
        cmocka_unit_test(a_table_that_leads_nowhere_does_not_load),
        cmocka_unit_test(who_signs_reads_what_became_another_route),
        cmocka_unit_test(the_annex_has_a_row_for_each_way),
        cmocka_unit_test(a42_teams_within_a_wijkteam_are_no_parties),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
