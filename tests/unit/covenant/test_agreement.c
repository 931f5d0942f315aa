/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/agreement.h"
#include "covenant/buddy.h"
#include "covenant/housing_request.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"

#define ADDRESS "\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"3\"}"
#define SIGNED                                                                                     \
    ADDRESS ",\"begeleider\":\"WIJKTEAM\",\"geldigVan\":\"2026-12-02\",\"werkwijze\":\"GESPREK\"," \
            "\"formulierVersie\":\"waakvlam-1\""
#define PARTS "\"aflossing\":\"TOT_50\",\"hulp\":\"GEEN\",\"huurvoorwaarde\":\"VAST_CONTACT\""

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static json_t *json_of(const char *text)
{
    json_t *value = NULL;

    assert_int_equal(json_read(bytes_of_text(text), 4096, &value), OUTCOME_OK);
    return value;
}

static struct basis agreement(enum purpose purpose)
{
    struct basis basis = {.purposes = bit_of(purpose), .recipient_count = 1};

    basis.from = day("2026-12-02");
    basis.until = day("2027-12-01");
    basis.events[0] = (struct basis_event){.at_ms = amsterdam_instant(basis.from, 12)};
    basis.event_count = 1;
    return basis;
}

static void an_agreement_is_one_purpose_and_consent(void **state)
{
    struct basis basis = agreement(PURPOSE_WAAKVLAM);

    (void)state;
    assert_true(basis_is_agreement(&basis, PURPOSE_WAAKVLAM));
    assert_true(basis_is_any_agreement(&basis));
    assert_false(basis_is_agreement(&basis, PURPOSE_WOONSTAP));
    basis.recipient_count = 2; /* one begeleider */
    assert_false(basis_is_agreement(&basis, PURPOSE_WAAKVLAM));
    basis.purposes = bit_of(PURPOSE_WOONSTAP);
    assert_true(basis_is_agreement(&basis, PURPOSE_WOONSTAP));
    basis.purposes |= bit_of(PURPOSE_TOELEIDING);
    assert_false(basis_is_any_agreement(&basis));
    basis = agreement(PURPOSE_WAAKVLAM);
    basis.ground = BASIS_GROUND_WET;
    assert_false(basis_is_any_agreement(&basis));
    basis = agreement(PURPOSE_TOELEIDING);
    assert_false(basis_is_any_agreement(&basis));
    assert_false(purpose_takes_agreement(PURPOSE_TOELEIDING));
}

static void a8_it_is_shown_as_ending_for_thirty_days(void **state)
{
    struct basis basis = agreement(PURPOSE_WAAKVLAM);

    (void)state;
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-10-31")), AGREEMENT_RUNS);
    assert_int_equal(agreement_standing_of(&basis, true, day("2027-10-31")), AGREEMENT_WAITS);
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-11-01")), AGREEMENT_ENDS_SOON);
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-12-01")), AGREEMENT_ENDS_SOON);
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-12-02")), AGREEMENT_EXPIRED);
    assert_int_equal(basis_add_event(&basis, BASIS_EVENT_VERVANGEN, NULL,
                                     amsterdam_instant(day("2027-01-01"), 12)),
                     OUTCOME_OK);
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-02-01")), AGREEMENT_REPLACED);
    basis.state = PROOF_WITHDRAWN;
    assert_int_equal(agreement_standing_of(&basis, false, day("2027-02-01")), AGREEMENT_WITHDRAWN);
    for (unsigned i = 0; i < AGREEMENT_STANDING_COUNT; i++) {
        assert_string_not_equal(agreement_standing_word(i), "");
        assert_string_not_equal(agreement_standing_name(i, LANGUAGE_NL),
                                agreement_standing_name(i, LANGUAGE_EN));
    }
}

static void a_request_names_one_supporter(void **state)
{
    OWNED_JSON body = json_of("{" SIGNED "}");
    struct basis_request request;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(relapse_request_parse(body, &request, &fault), OUTCOME_OK);
    assert_int_equal(request.basis.purposes, bit_of(PURPOSE_WAAKVLAM));
    assert_int_equal(request.named, 1);
    assert_string_equal(request.recipients[0], "WIJKTEAM");
    assert_string_equal(request.basis.groups.words[0], RELAPSE_GROUP);
    assert_false(request.has_until);
    basis_request_wipe(&request);
}

static void what_is_no_request_is_named(void **state)
{
    static const struct {
        const char *text, *where;
    } cases[] = {
        {"{" ADDRESS "}", "begeleider"},
        {"{\"begeleider\":\"GGZ\"}", "adres"},
        {"{" SIGNED ",\"notitie\":\"x\"}", "notitie"},
        {"{" SIGNED ",\"doelen\":[\"TOELEIDING\"]}", "doelen"},
        {"{" SIGNED ",\"vervangt\":\"x\"}", "vervangt"},
        {"{" SIGNED ",\"geldigTot\":\"ooit\"}", "geldigTot"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON body = json_of(cases[i].text);
        struct basis_request request;
        struct fault fault = {0};
        assert_int_equal(relapse_request_parse(body, &request, &fault), OUTCOME_MALFORMED);
        if (strcmp(cases[i].where, "notitie") != 0 && strcmp(cases[i].where, "doelen") != 0)
            assert_string_equal(fault.where, cases[i].where);
        assert_null(strstr(fault.where, "ooit"));
    }
}

static void memory_runs_out(void **state)
{
    OWNED_JSON body = json_of("{" SIGNED "}");
    struct basis_request request;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, relapse_request_parse(body, &request, NULL),
                       basis_request_wipe(&request));
    assert_int_equal(outcome, OUTCOME_OK);
}

static void a5_the_three_parts_are_codes(void **state)
{
    OWNED_JSON body = json_of("{" ADDRESS "," PARTS ",\"eindDatum\":\"2027-06-01\"}");
    struct housing_request request;
    struct fault fault = {0};
    unsigned value;

    (void)state;
    assert_int_equal(housing_request_parse(body, &request, &fault), OUTCOME_OK);
    assert_string_equal(
        housing_value_word(HOUSING_REPAYMENT, request.agreement.values[HOUSING_REPAYMENT]),
        "TOT_50");
    assert_string_equal(housing_value_word(HOUSING_TERM, request.agreement.values[HOUSING_TERM]),
                        "VAST_CONTACT");
    assert_int_equal(day_compare(request.agreement.until, day("2027-06-01")), 0);
    housing_request_wipe(&request);
    assert_false(housing_value_parse(HOUSING_HELP, "TOT_50", &value)); /* of another part */
    assert_false(housing_value_parse(HOUSING_HELP, NULL, &value));
    assert_string_equal(housing_value_word(HOUSING_HELP, 99), "");
    assert_string_equal(housing_value_name(HOUSING_HELP, 99, LANGUAGE_NL), "");
}

static void no_sentence_and_no_amount_fits(void **state)
{
    static const char *const texts[] = {
        "{" ADDRESS "," PARTS "}",
        "{" ADDRESS "," PARTS ",\"eindDatum\":\"2027-06-01\",\"notitie\":\"x\"}",
        "{" ADDRESS ",\"aflossing\":50,\"hulp\":\"GEEN\",\"huurvoorwaarde\":\"GEEN\","
        "\"eindDatum\":\"2027-06-01\"}",
        "{" ADDRESS ",\"aflossing\":\"TOT_51\",\"hulp\":\"GEEN\",\"huurvoorwaarde\":\"GEEN\","
        "\"eindDatum\":\"2027-06-01\"}",
        "{" PARTS ",\"eindDatum\":\"2027-06-01\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        OWNED_JSON body = json_of(texts[i]);
        struct housing_request request;
        assert_int_equal(housing_request_parse(body, &request, NULL), OUTCOME_MALFORMED);
    }
}

static void a4_a_buddy_is_one_side_by_consent_in_a_corporation(void **state)
{
    const struct party corporation = {.kind = PARTY_CORPORATIE}, team = {.kind = PARTY_WIJKTEAM};
    struct basis basis = agreement(PURPOSE_TOELEIDING);

    (void)state;
    basis.kind = BASIS_MAATJE;
    assert_false(buddy_fits(&basis, &corporation)); /* no side */
    assert_true(proof_groups_add(&basis.groups, "VRAGEND"));
    assert_true(buddy_fits(&basis, &corporation));
    assert_false(buddy_fits(&basis, &team));
    assert_true(basis_is_live_buddy(&basis, BUDDY_ASKS, day("2026-12-02")));
    assert_false(basis_is_live_buddy(&basis, BUDDY_BEARS, day("2026-12-02")));
    assert_false(basis_is_live_buddy(&basis, BUDDY_ASKS, day("2027-12-02")));
    assert_true(proof_groups_add(&basis.groups, "DRAGEND"));
    assert_false(buddy_fits(&basis, &corporation)); /* both at once */
    basis.groups.count = 1;
    basis.ground = BASIS_GROUND_VITAAL;
    assert_false(buddy_fits(&basis, &corporation));
    basis.ground = BASIS_GROUND_TOESTEMMING;
    basis.state = PROOF_WITHDRAWN;
    assert_false(basis_is_live_buddy(&basis, BUDDY_ASKS, day("2026-12-02")));
    basis.state = PROOF_GIVEN;
    basis.kind = BASIS_INSTEMMING_HULP; /* consent for something else */
    assert_false(basis_is_live_buddy(&basis, BUDDY_ASKS, day("2026-12-02")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agreement_is_one_purpose_and_consent),
        cmocka_unit_test(a8_it_is_shown_as_ending_for_thirty_days),
        cmocka_unit_test(a_request_names_one_supporter),
        cmocka_unit_test(what_is_no_request_is_named),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(a5_the_three_parts_are_codes),
        cmocka_unit_test(no_sentence_and_no_amount_fits),
        cmocka_unit_test(a4_a_buddy_is_one_side_by_consent_in_a_corporation),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
