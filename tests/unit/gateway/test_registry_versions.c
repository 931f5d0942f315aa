/* SPDX-License-Identifier: EUPL-1.2 */
/* Which version of a covenant applies, and from when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/covenant_prune.h"
#include "gateway/registry.h"
#include "tests/support/small_gateway.h"

static struct small_town town;
static struct small_gateway small;

struct versions {
    char first[SHA256_HEX_BYTES], second[SHA256_HEX_BYTES];
};

/* The town's covenant in force, and a next version of it that nobody has signed. The next one is
 * valid from `from_days` from now; the first one's window ended `over_days` ago, when > 0. */
static struct versions add_versions(int from_days, int over_days)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct versions versions;
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
    struct day today = amsterdam_day(town.now_ms);

    if (over_days) {
        day_print(day_plus(today, -over_days), until);
        json_object_set_new(document, "evaluatieDatum", json_string(until));
        json_object_set_new(document, "geldigTot", json_string(until));
    }
    memcpy(versions.first, small_gateway_add(&small, document), sizeof versions.first);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, versions.first, VERDICT_AGREED);
    day_print(day_plus(today, from_days), from);
    day_print(day_plus(today, 100), until);
    json_object_set_new(document, "geldigVanaf", json_string(from));
    json_object_set_new(document, "evaluatieDatum", json_string(until));
    json_object_set_new(document, "geldigTot", json_string(until));
    json_object_set_new(document, "versie", json_string("1.3.0"));
    json_object_set_new(document, "vorige", json_string(versions.first));
    memcpy(versions.second, small_gateway_add(&small, document), sizeof versions.second);
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
    return versions;
}

static void assert_chosen(const char *fingerprint, int64_t now_ms)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    const struct known_covenant *chosen = registry_choose(registry, NULL, now_ms);

    assert_non_null(chosen);
    assert_string_equal(chosen->covenant->fingerprint, fingerprint);
    assert_ptr_equal(registry_choose(registry, chosen->covenant->id, now_ms), chosen);
}

static bool first_is_replaced(const struct versions *versions, int64_t at_ms)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    const struct known_covenant *first = registry_find(registry, versions->first);

    assert_int_equal(known_standing(first, at_ms).has_successor, known_is_replaced(first, at_ms));
    return known_is_replaced(first, at_ms);
}

static void a_newer_version_takes_its_place_when_all_have_agreed(void **state)
{
    struct versions versions = add_versions(-1, 0);
    int64_t agreed_ms = town.now_ms / 1000 * 1000;

    (void)state;
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        assert_chosen(versions.first, town.now_ms);
        assert_false(first_is_replaced(&versions, town.now_ms));
        small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    }
    assert_chosen(versions.second, town.now_ms);
    assert_true(first_is_replaced(&versions, agreed_ms));
    assert_false(first_is_replaced(&versions, agreed_ms - 1));
    assert_chosen(versions.first, agreed_ms - 1);
}

static void a_newer_version_waits_for_its_window(void **state)
{
    struct versions versions = add_versions(3, 0);
    int64_t from_ms = amsterdam_instant(day_plus(amsterdam_day(town.now_ms), 3), 0);

    (void)state;
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    assert_chosen(versions.first, from_ms - 1);
    assert_chosen(versions.second, from_ms);
}

static void an_older_version_does_not_come_back(void **state)
{
    struct versions versions = add_versions(-1, 0);

    (void)state;
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    town.now_ms += 1000; /* the next statement is said a second later */
    small_gateway_hears(&small, GGZ, versions.second, VERDICT_WITHDRAWN);
    assert_chosen(versions.second, town.now_ms);
    assert_true(first_is_replaced(&versions, town.now_ms));
    town.now_ms -= 1000;
}

/* Statements are of whole seconds, and their moment is the signer's to write: neither a quick hand
 * nor a date of before may bring an older version back. */
static void leaving_at_once_or_as_of_before_brings_no_older_version_back(void **state)
{
    struct versions versions = add_versions(-1, 0);

    (void)state;
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    small_gateway_hears(&small, GGZ, versions.second, VERDICT_WITHDRAWN);
    assert_chosen(versions.second, town.now_ms);
    assert_true(first_is_replaced(&versions, town.now_ms));
    town.now_ms -= 60 * 1000;
    small_gateway_hears(&small, UNIVERSITY, versions.second, VERDICT_WITHDRAWN);
    town.now_ms += 60 * 1000;
    assert_chosen(versions.second, town.now_ms);
    assert_true(first_is_replaced(&versions, town.now_ms));
}

static void a_version_that_somebody_left_before_it_began_replaces_nothing(void **state)
{
    struct versions versions = add_versions(-1, 0);

    (void)state;
    small_gateway_hears(&small, GGZ, versions.second, VERDICT_AGREED);
    small_gateway_hears(&small, GGZ, versions.second, VERDICT_WITHDRAWN);
    town.now_ms += 1000; /* of one second nobody could tell which came first */
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        if (place != GGZ)
            small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    }
    assert_chosen(versions.first, town.now_ms);
    town.now_ms -= 1000;
}

static void a_version_whose_window_is_over_makes_room(void **state)
{
    struct versions versions = add_versions(-1, 2);

    (void)state;
    assert_chosen(versions.second, town.now_ms);
    assert_chosen(versions.first, town.now_ms - 3 * (int64_t)DAY_MS);
}

static void a_version_is_replaced_past_one_that_never_began(void **state)
{
    struct versions versions = add_versions(-1, 0);
    OWNED_JSON document = small_covenant_json(&town);
    char third[SHA256_HEX_BYTES];

    (void)state;
    json_object_set_new(document, "versie", json_string("1.4.0"));
    json_object_set_new(document, "vorige", json_string(versions.second));
    memcpy(third, small_gateway_add(&small, document), sizeof third);
    assert_chosen(versions.first, town.now_ms);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, third, VERDICT_AGREED);
    assert_chosen(third, town.now_ms);
    assert_true(first_is_replaced(&versions, town.now_ms));
}

/* At each party the same one, whichever statement came there first. */
static void of_two_that_follow_the_same_version_one_counts(void **state)
{
    struct versions versions = add_versions(-1, 0);
    OWNED_JSON document = small_covenant_json(&town);
    HELD_REGISTRY registry = NULL;
    const struct known_covenant *chosen;
    char beside[SHA256_HEX_BYTES];

    (void)state;
    json_object_set_new(document, "versie", json_string("1.4.0"));
    json_object_set_new(document, "vorige", json_string(versions.first));
    memcpy(beside, small_gateway_add(&small, document), sizeof beside);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++) {
        small_gateway_hears(&small, place, beside, VERDICT_AGREED);
        town.parties[place].statement_hash[0] = '\0';
    }
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, versions.second, VERDICT_AGREED);
    registry = gateway_registry(&small.gateway);
    chosen = registry_choose(registry, NULL, town.now_ms);
    assert_non_null(chosen); /* both of one second: the lesser fingerprint */
    assert_string_equal(chosen->covenant->fingerprint,
                        strcmp(beside, versions.second) < 0 ? beside : versions.second);
    assert_ptr_equal(
        registry_newest(registry, registry_find(registry, versions.first), town.now_ms), chosen);
    assert_ptr_equal(registry_choose(registry, NULL, town.now_ms + 50 * (int64_t)DAY_MS), chosen);
}

static void two_versions_that_do_not_know_each_other_leave_the_choice_open(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    HELD_REGISTRY registry = NULL;

    (void)state;
    small_gateway_add(&small, document);
    json_object_set_new(document, "versie", json_string("1.3.0"));
    small_gateway_add(&small, document);
    registry = gateway_registry(&small.gateway);
    assert_null(
        registry_choose(registry, json_string_value(json_object_get(document, "id")), town.now_ms));
}

/* --- versions that nothing speaks of any more --- */

static size_t pruned(int days)
{
    size_t before = rows_in(small.gateway.store, TABLE_COVENANT), gone = 77;

    assert_int_equal(covenant_prune(&small.gateway, town.now_ms + days * (int64_t)DAY_MS, &gone),
                     OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_COVENANT), before - gone);
    return gone;
}

static void all_agree(const char *fingerprint)
{
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    for (size_t i = 0; i < SMALL_PLACES; i++)
        town.parties[i].statement_hash[0] = '\0';
}

static void a_replaced_version_goes_after_a_month_with_all_that_was_said_of_it(void **state)
{
    struct versions versions = add_versions(-1, 0);
    size_t statements = rows_in(small.gateway.store, TABLE_STATEMENT);
    uint64_t leaves = audit_size(small.gateway.audit);

    (void)state;
    assert_int_equal(pruned(100), 0); /* the second never began: the first is what counts */
    all_agree(versions.second);
    assert_int_equal(pruned(30), 0);
    assert_int_equal(pruned(32), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_STATEMENT), statements);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
    assert_chosen(versions.second, town.now_ms);
    small_gateway_restart(&small);
    assert_chosen(versions.second, town.now_ms);
    assert_int_equal(pruned(300), 0);
}

static enum outcome apply_record(struct change *change, struct audit *audit, void *context)
{
    const struct versions *versions = context;

    (void)audit;
    store_put_sealed(change, TABLE_INBOX, bytes_of("0123456789abcdef", 16),
                     bytes_of_text(versions->first));
    return change->outcome;
}

static void a_version_that_a_record_names_stays(void **state)
{
    struct versions versions = add_versions(-1, 0);

    (void)state;
    small.holds_anything = true;
    all_agree(versions.second);
    small_gateway_write(&small, apply_record, &versions);
    assert_int_equal(pruned(100), 0);
}

static void a_proposal_that_was_passed_by_goes_before_what_it_followed(void **state)
{
    struct versions versions = add_versions(-1, 0);
    OWNED_JSON document = small_covenant_json(&town);

    (void)state;
    json_object_set_new(document, "versie", json_string("1.4.0"));
    json_object_set_new(document, "vorige", json_string(versions.first));
    small_gateway_add(&small, document);
    all_agree(versions.second);
    assert_int_equal(pruned(32), 1); /* else it would stand there as if it followed none */
    assert_chosen(versions.second, town.now_ms);
    assert_int_equal(pruned(32), 1);
    assert_chosen(versions.second, town.now_ms);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_newer_version_takes_its_place_when_all_have_agreed),
        WITH_GATEWAY(a_newer_version_waits_for_its_window),
        WITH_GATEWAY(an_older_version_does_not_come_back),
        WITH_GATEWAY(leaving_at_once_or_as_of_before_brings_no_older_version_back),
        WITH_GATEWAY(a_version_that_somebody_left_before_it_began_replaces_nothing),
        WITH_GATEWAY(a_version_whose_window_is_over_makes_room),
        WITH_GATEWAY(a_version_is_replaced_past_one_that_never_began),
        WITH_GATEWAY(of_two_that_follow_the_same_version_one_counts),
        WITH_GATEWAY(a_replaced_version_goes_after_a_month_with_all_that_was_said_of_it),
        WITH_GATEWAY(a_version_that_a_record_names_stays),
        WITH_GATEWAY(a_proposal_that_was_passed_by_goes_before_what_it_followed),
        WITH_GATEWAY(two_versions_that_do_not_know_each_other_leave_the_choice_open),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
