/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/basis_request.h"
#include "crypto/ready.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

static const char good[] =
    "{\"convenant\":\"buurt\",\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"3\"},"
    "\"soort\":\"GRONDSLAG\",\"basis\":\"TOESTEMMING\",\"doelen\":[\"TOELEIDING\"],"
    "\"ontvangers\":[\"WIJKTEAM\",\"" SAMPLE_GGZ "\"],\"signaalgroepen\":[\"OVERLAST\"],"
    "\"geldigVan\":\"2026-12-02\",\"geldigTot\":\"2027-03-01\",\"werkwijze\":\"GESPREK\","
    "\"formulierVersie\":\"toestemming-1\",\"bewaarDagen\":30,\"intrekkanaal\":\"BALIE\","
    "\"vervangt\":\"01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a\"}";

static enum outcome parsed(const json_t *body, struct basis_request *out, struct fault *fault)
{
    return basis_request_parse(body, out, fault);
}

static json_t *body(void)
{
    json_t *object = NULL;

    assert_int_equal(json_read(bytes_of_text(good), 8192, &object), OUTCOME_OK);
    return object;
}

static void all_of_it_is_read(void **state)
{
    OWNED_JSON object = body();
    struct basis_request request;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(parsed(object, &request, &fault), OUTCOME_OK);
    assert_true(request.has_address && request.has_until && request.has_retention);
    assert_string_equal(request.covenant, "buurt");
    assert_string_equal(request.address.postcode, "1234AB");
    assert_true(request.identity.length > 0);
    assert_int_equal(request.named, 2);
    assert_int_equal(request.basis.retention_days, 30);
    assert_int_equal(request.basis.withdrawal_channel, BASIS_CHANNEL_BALIE);
    assert_string_equal(request.replaces, "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a");
    json_object_del(object, "intrekkanaal"); /* the same channel, unless another is named */
    assert_int_equal(parsed(object, &request, &fault), OUTCOME_OK);
    assert_int_equal(request.basis.withdrawal_channel, BASIS_CHANNEL_GESPREK);
    basis_request_wipe(&request);
}

static void each_member_has_its_bounds(void **state)
{
    static const struct {
        const char *member, *value, *where;
    } cases[] = {
        {"soort", "\"IETS\"", "soort"},
        {"basis", "\"WET\"", "citaat"}, /* a law is cited */
        {"basis", "\"GEVOEL\"", "basis"},
        {"citaat", "\"Wet op iets\"", "citaat"}, /* and only a law */
        {"doelen", "[]", "doelen"},
        {"doelen", "[\"TOELEIDING\",\"TOELEIDING\"]", "doelen[1]"},
        {"ontvangers", "[]", "ontvangers"},
        {"ontvangers", "[\"\"]", "ontvangers[0]"},
        {"signaalgroepen", "[]", "signaalgroepen"},
        {"signaalgroepen", "[\"overlast\"]", "signaalgroepen[0]"},
        {"geldigVan", "\"2-12-2026\"", "geldigVan"},
        {"geldigTot", "null", "geldigTot"},
        {"werkwijze", "\"BRONSYSTEEM\"", "werkwijze"}, /* nobody says it that way */
        {"intrekkanaal", "\"BRONSYSTEEM\"", "intrekkanaal"},
        {"formulierVersie", "\"een tekst\"", "formulierVersie"},
        {"bewaarDagen", "-1", "bewaarDagen"},
        {"vervangt", "\"iets\"", "vervangt"},
        {"signaal", "\"01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a\"", "adres"}, /* not both */
        {"adres", "{\"postcode\":\"1234AB\"}", "adres.huisnummer"},
        {"adres", "{\"postcode\":\"1234AB\",\"huisnummer\":\"x\"}", "adres"},
        {"adres", "{\"postcode\":\"1234AB\",\"huisnummer\":\"3\",\"naam\":\"x\"}", "adres.onbekend veld"},
        {"adres", "\"1234AB 3\"", "adres"},
        {"toelichting", "\"vrije tekst\"", "onbekend veld"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        OWNED_JSON object = body();
        struct basis_request request;
        struct fault fault = {0};
        json_object_set_new(object, cases[i].member,
                            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        assert_int_equal(parsed(object, &request, &fault), OUTCOME_MALFORMED);
        assert_string_equal(fault.where, cases[i].where);
    }
}

static void parties_are_named_by_number_or_by_their_only_kind(void **state)
{
    OWNED_COVENANT covenant = sample_covenant();
    OWNED_JSON object = body();
    struct basis_request request;
    struct fault fault = {0};
    const struct oin team = oin_of(SAMPLE_WIJKTEAM), ggz = oin_of(SAMPLE_GGZ);

    (void)state;
    assert_int_equal(parsed(object, &request, &fault), OUTCOME_OK);
    assert_int_equal(basis_request_resolve(&request, covenant, &fault), OUTCOME_OK);
    assert_int_equal(request.basis.recipient_count, 2);
    assert_true(oin_equal(&request.basis.recipients[0], &team));
    assert_true(oin_equal(&request.basis.recipients[1], &ggz));
    json_object_set_new(object, "ontvangers", json_pack("[s,s]", "GGZ", SAMPLE_GGZ));
    assert_int_equal(parsed(object, &request, &fault), OUTCOME_OK);
    assert_int_equal(basis_request_resolve(&request, covenant, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "ontvangers[1]"); /* the same one twice */
    fault = (struct fault){0};
    json_object_set_new(object, "ontvangers", json_pack("[s]", "OPVANG"));
    assert_int_equal(parsed(object, &request, &fault), OUTCOME_OK);
    assert_int_equal(basis_request_resolve(&request, covenant, &fault), OUTCOME_MALFORMED);
    assert_string_equal(fault.where, "ontvangers[0]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_read),
        cmocka_unit_test(each_member_has_its_bounds),
        cmocka_unit_test(parties_are_named_by_number_or_by_their_only_kind),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
