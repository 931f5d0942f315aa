/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/deliver_parts.h"
#include "tests/support/small_gateway.h"

enum { PARK_AFTER = 8, PARKED_MAX = 8 };

static struct small_town town;
static struct small_gateway small;
static struct delivery delivery;

static struct parcel *parcel_of(enum message_kind kind, const char *covenant)
{
    struct parcel *parcel = parcel_new();

    assert_non_null(parcel);
    parcel->outgoing = calloc(1, sizeof *parcel->outgoing);
    assert_non_null(parcel->outgoing);
    parcel->outgoing->partner = town.parties[TEAM].oin;
    parcel->outgoing->kind = kind;
    snprintf(parcel->outgoing->covenant, sizeof parcel->outgoing->covenant, "%s", covenant);
    parcel_add(&delivery, parcel);
    return parcel;
}

static struct partner *team(void)
{
    struct partner *partner = partner_find(&delivery, &town.parties[TEAM].oin);

    assert_non_null(partner);
    assert_ptr_equal(partner_find(&delivery, &town.parties[TEAM].oin), partner);
    return partner;
}

static void goes_wrong(struct parcel *parcel, enum failure_kind kind, const char *code)
{
    struct failure failure = {.outcome = OUTCOME_NOT_ALLOWED, .kind = kind};

    snprintf(failure.code, sizeof failure.code, "%s", code);
    parcel_failed(&delivery, parcel, &failure);
}

static bool is_held_up(enum message_kind kind, const char *covenant)
{
    const struct outgoing_choice *choice = &team()->choice;

    return choice->is_held_up(choice->context, &choice->partner, kind, covenant);
}

static struct delivery_state state_now(void)
{
    struct delivery_state state;

    assert_int_equal(delivery_states(&delivery, &state, 1), 1);
    return state;
}

static void a_message_on_its_way_is_waited_for(void **state)
{
    struct parcel *parcel = parcel_of(MESSAGE_KIND_SIGNAL, "a");

    (void)state;
    assert_true(partner_is_busy(&delivery, team()));
    assert_true(state_now().under_way);
    goes_wrong(parcel, FAILURE_PASSING, "DRUK");
    assert_true(partner_is_busy(&delivery, team()));
    assert_true(parcel->next_try_ms > clock_monotonic_ms());
    assert_string_equal(state_now().last_code, "DRUK");
    parcel_delivered(&delivery, parcel, "");
    assert_false(partner_is_busy(&delivery, team()));
    assert_int_equal(state_now().failures, 0);
    assert_true(state_now().receipt_ms > 0);
}

static void one_that_steps_aside_holds_up_its_own_kind_and_covenant_only(void **state)
{
    struct parcel *parcel = parcel_of(MESSAGE_KIND_STATEMENT, "a");

    (void)state;
    team()->choice.from = 7;
    for (int i = 0; i < 3 * PARK_AFTER; i++)
        goes_wrong(parcel, FAILURE_ASIDE, "CONVENANT_ONBEKEND");
    assert_int_equal(team()->choice.from, 0);
    assert_false(partner_is_busy(&delivery, team()));
    assert_false(state_now().parked);
    assert_string_equal(state_now().last_code, "CONVENANT_ONBEKEND");
    assert_true(is_held_up(MESSAGE_KIND_STATEMENT, "a"));
    assert_false(is_held_up(MESSAGE_KIND_STATEMENT, "b"));
    assert_false(is_held_up(MESSAGE_KIND_SHARED_KEY, "a"));
    goes_wrong(parcel, FAILURE_PASSING, "");
    assert_true(is_held_up(MESSAGE_KIND_STATEMENT, "a"));
    team()->choice.from = 7;
    parcel_drop(&delivery, parcel);
    assert_int_equal(team()->choice.from, 0);
    assert_false(is_held_up(MESSAGE_KIND_STATEMENT, "a"));
}

static void refusals_in_a_row_park_it(void **state)
{
    struct parcel *parcel = parcel_of(MESSAGE_KIND_SIGNAL, "a");

    (void)state;
    for (int i = 0; i < 2 * PARK_AFTER; i++)
        goes_wrong(parcel, i % 2 ? FAILURE_REFUSED : FAILURE_PASSING, "");
    goes_wrong(parcel, FAILURE_PASSING, "");
    assert_false(parcel->parked);
    for (int i = 0; i < PARK_AFTER; i++) {
        assert_false(parcel->parked);
        goes_wrong(parcel, FAILURE_REFUSED, "");
    }
    assert_true(state_now().parked);
    assert_false(partner_is_busy(&delivery, team()));
    assert_false(is_held_up(MESSAGE_KIND_SIGNAL, "a")); /* signals do not build on each other */
    parcel->outgoing->kind = MESSAGE_KIND_STATEMENT;
    assert_true(is_held_up(MESSAGE_KIND_STATEMENT, "a"));
    parcel->outgoing->kind = MESSAGE_KIND_KEY_DOCUMENT; /* all of them, after one that lacked some */
    assert_false(is_held_up(MESSAGE_KIND_KEY_DOCUMENT, "a"));
}

static void a_composition_that_fails_is_shown_and_waits(void **state)
{
    struct partner *partner = team();

    (void)state;
    partner_composed(&delivery, partner, OUTCOME_STORE_DAMAGED);
    assert_true(partner->next_compose_ms > clock_monotonic_ms());
    assert_int_equal(state_now().failures, 1);
    assert_int_equal(state_now().last_failure, OUTCOME_STORE_DAMAGED);
    assert_string_equal(state_now().last_code, "OPSLAG_BESCHADIGD");
    partner_composed(&delivery, partner, OUTCOME_KEY_UNKNOWN);
    assert_int_equal(state_now().failures, 2);
    partner_composed(&delivery, partner, OUTCOME_NOT_FOUND);
    assert_int_equal(state_now().failures, 0);
}

static void a_refused_statement_stays_in_sight(void **state)
{
    (void)state;
    parcel_delivered(&delivery, parcel_of(MESSAGE_KIND_STATEMENT, "a"), "BESTAAT_AL");
    assert_int_equal(state_now().failures, 1);
    assert_string_equal(state_now().last_code, "BESTAAT_AL");
    parcel_delivered(&delivery, parcel_of(MESSAGE_KIND_SIGNAL, "a"), "");
    assert_string_equal(state_now().last_code, "BESTAAT_AL");
    parcel_delivered(&delivery, parcel_of(MESSAGE_KIND_STATEMENT, "a"), "");
    assert_int_equal(state_now().failures, 0);
}

/* Every pause a gateway can come to, by settings within their bounds. */
static void q1_a_pause_doubles_with_jitter_up_to_300_s(void **state)
{
    static const uint32_t drawn[] = {0, 1, 12345, 1u << 31, UINT32_MAX};
    const int64_t least_ms = 500, most_ms = 300 * 1000;

    (void)state;
    for (unsigned failures = 1; failures < 100; failures++) {
        int64_t whole = failures < 11 ? least_ms << (failures - 1) : most_ms;
        for (size_t i = 0; i < sizeof drawn / sizeof drawn[0]; i++) {
            int64_t pause = backoff_ms(least_ms, most_ms, failures, drawn[i]);
            assert_in_range(pause, (whole < most_ms ? whole : most_ms) / 2, most_ms);
            assert_true(pause <= whole || whole > most_ms);
        }
    }
    assert_int_equal(backoff_ms(least_ms, most_ms, UINT32_MAX, (uint32_t)(most_ms / 2)), most_ms);
    assert_in_range(backoff_ms(60000, 1000, 1, 7), 500, 1000); /* least over most: the most */
}

/* A thousand partners that lost the same neighbour do not come back in the same tenth of time. */
static void q1_pauses_of_many_are_spread(void **state)
{
    size_t in_tenth[10] = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint32_t draw;
        random_bytes(&draw, sizeof draw);
        in_tenth[(backoff_ms(500, 300000, 30, draw) - 150000) * 10 / 150001]++;
    }
    for (size_t i = 0; i < 10; i++)
        assert_in_range(in_tenth[i], 40, 190);
}

static void q2_retry_after_is_kept_within_our_own_bound(void **state)
{
    struct parcel *parcel = parcel_of(MESSAGE_KIND_SIGNAL, "a");
    struct failure failure = {.outcome = OUTCOME_NOT_ALLOWED, .retry_after_s = 120};
    int64_t now = clock_monotonic_ms();

    (void)state;
    parcel_failed(&delivery, parcel, &failure);
    assert_in_range(parcel->next_try_ms, now + 120000, now + 180000);
    failure.retry_after_s = 86400; /* a partner does not decide that we are silent for a day */
    parcel_failed(&delivery, parcel, &failure);
    assert_in_range(parcel->next_try_ms, now, now + 300000);
}

/* Else a partner that refuses everything would have the whole queue in memory and on the line. */
static void q5_who_refuses_everything_gets_no_more(void **state)
{
    (void)state;
    for (int i = 0; i < PARKED_MAX; i++) {
        struct parcel *parcel;
        assert_false(partner_is_busy(&delivery, team()));
        parcel = parcel_of(MESSAGE_KIND_SIGNAL, "a");
        for (int refusals = 0; refusals < PARK_AFTER; refusals++)
            goes_wrong(parcel, FAILURE_REFUSED, "");
    }
    assert_true(partner_is_busy(&delivery, team()));
    parcel_delivered(&delivery, delivery.parcels, "");
    assert_false(partner_is_busy(&delivery, team()));
}

/* The team's document as somebody else might write it into a proposal. */
static struct buffer not_begun(void)
{
    struct small_party *party = &town.parties[TEAM];
    struct key_document draft;
    struct buffer envelope = {0};

    assert_int_equal(key_document_read_first(buffer_bytes(&party->key_document), &draft, NULL),
                     OUTCOME_OK);
    draft.from_s += 30 * 86400;
    assert_int_equal(
        key_document_make(&draft, party->tls, party->tls_key, &party->signing, &envelope),
        OUTCOME_OK);
    return envelope;
}

/* Whoever proposes a covenant can write anything of a third party: its address, its keys. What goes
 * to that party under other covenants must not wait for it. */
static void c2_a_proposal_does_not_stop_what_goes_to_a_third_party(void **state)
{
    const char *agreed = small_gateway_in_force(&small)->covenant->fingerprint;
    struct small_party *party = &town.parties[TEAM];
    const struct buffer own = party->key_document;
    OWNED_BUFFER other = not_begun();
    OWNED_JSON document = NULL;
    char in_force[SHA256_HEX_BYTES], proposed[SHA256_HEX_BYTES];
    struct parcel *parcel;

    (void)state;
    snprintf(in_force, sizeof in_force, "%s", agreed);
    party->key_document = other;
    document = small_covenant_json(&town);
    party->key_document = own;
    json_object_set_new(document, "id", json_string("van-een-ander"));
    snprintf(proposed, sizeof proposed, "%s", small_gateway_add(&small, document));
    team()->choice.from = 7;
    partner_look_at_keys(&delivery, team());
    assert_int_equal(team()->keyed, 1);
    assert_int_equal(team()->choice.from, 0);
    assert_true(is_held_up(MESSAGE_KIND_STATEMENT, proposed));
    assert_false(is_held_up(MESSAGE_KIND_STATEMENT, in_force));

    parcel = parcel_of(MESSAGE_KIND_STATEMENT, proposed);
    assert_int_equal(parcel_unanswered(&delivery, parcel), FAILURE_ASIDE);
    snprintf(parcel->outgoing->covenant, sizeof parcel->outgoing->covenant, "%s", in_force);
    assert_int_equal(parcel_unanswered(&delivery, parcel), FAILURE_PASSING);
}

/* The same of one whose document has begun, at an address where nobody answers. */
static void c2_an_address_that_a_party_never_agreed_to_tells_nothing_of_it(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    char proposed[SHA256_HEX_BYTES];
    struct parcel *parcel;

    (void)state;
    snprintf(proposed, sizeof proposed, "%s", small_gateway_add(&small, document));
    parcel = parcel_of(MESSAGE_KIND_STATEMENT, proposed);
    assert_int_equal(parcel_unanswered(&delivery, parcel), FAILURE_ASIDE);
    goes_wrong(parcel, parcel_unanswered(&delivery, parcel), "");
    assert_false(partner_is_busy(&delivery, team()));
    small_gateway_hears(&small, TEAM, proposed, VERDICT_AGREED);
    assert_int_equal(parcel_unanswered(&delivery, parcel), FAILURE_PASSING);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small.gateway.settings->retry_least_ms = 1000;
    small.gateway.settings->retry_most_s = 300;
    delivery = (struct delivery){.gateway = &small.gateway};
    pthread_mutex_init(&delivery.lock, NULL);
    (void)team();
    return 0;
}

static int end(void **state)
{
    (void)state;
    while (delivery.parcels)
        parcel_drop(&delivery, delivery.parcels);
    partners_free(&delivery);
    pthread_mutex_destroy(&delivery.lock);
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

#define WITH_DELIVERY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DELIVERY(a_message_on_its_way_is_waited_for),
        WITH_DELIVERY(one_that_steps_aside_holds_up_its_own_kind_and_covenant_only),
        WITH_DELIVERY(refusals_in_a_row_park_it),
        WITH_DELIVERY(a_composition_that_fails_is_shown_and_waits),
        WITH_DELIVERY(a_refused_statement_stays_in_sight),
        WITH_DELIVERY(q1_a_pause_doubles_with_jitter_up_to_300_s),
        WITH_DELIVERY(q1_pauses_of_many_are_spread),
        WITH_DELIVERY(q2_retry_after_is_kept_within_our_own_bound),
        WITH_DELIVERY(c2_a_proposal_does_not_stop_what_goes_to_a_third_party),
        WITH_DELIVERY(c2_an_address_that_a_party_never_agreed_to_tells_nothing_of_it),
        WITH_DELIVERY(q5_who_refuses_everything_gets_no_more),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
