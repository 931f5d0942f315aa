/* SPDX-License-Identifier: EUPL-1.2 */
/* The first and last moment of a covenant, in Amsterdam, on days that are not like others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/receive.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

static void set_window(json_t *document, const char *from, const char *until)
{
    json_object_set_new(document, "geldigVanaf", json_string(from));
    json_object_set_new(document, "evaluatieDatum", json_string(until));
    json_object_set_new(document, "geldigTot", json_string(until));
}

static int64_t at(const char *instant)
{
    int64_t ms = 0;

    assert_true(instant_parse(instant, &ms));
    return ms;
}

static enum refusal decided(const struct known_covenant *known, enum side side, int64_t now_ms)
{
    struct standing standing = known_standing(known, now_ms);
    struct request request = {
        .covenant = known->covenant,
        .standing = &standing,
        .side = side,
        .from = town.parties[CORPORATION].oin,
        .to = town.parties[MUNICIPALITY].oin,
        .code = "FIN.HUURACHTERSTAND",
        .lane = LANE_LAW,
        .role = ROLE_MELDER,
        .conditions = UINT32_MAX,
    };

    return decide(&request).refusal;
}

static void assert_both_ways(const struct known_covenant *known, int64_t now_ms,
                             enum refusal refusal)
{
    assert_int_equal(decided(known, SIDE_SENDER, now_ms), refusal);
    assert_int_equal(decided(known, SIDE_RECEIVER, now_ms), refusal);
}

/* Worked out by hand: summer time is two hours ahead of UTC, winter time one. */
static void c1_the_window_opens_and_closes_on_the_millisecond_in_both_directions(void **state)
{
    static const struct {
        const char *from, *until, *first, *after;
    } rows[] = {
        {"2026-03-29", "2026-10-25", "2026-03-28T23:00:00Z", "2026-10-25T23:00:00Z"},
        {"2026-03-30", "2026-10-24", "2026-03-29T22:00:00Z", "2026-10-24T22:00:00Z"},
        {"2026-10-25", "2027-03-28", "2026-10-24T22:00:00Z", "2027-03-28T22:00:00Z"},
        {"2026-10-26", "2027-03-27", "2026-10-25T23:00:00Z", "2027-03-27T23:00:00Z"},
        {"2028-02-29", "2028-02-29", "2028-02-28T23:00:00Z", "2028-02-29T23:00:00Z"},
        {"2027-02-28", "2027-02-28", "2027-02-27T23:00:00Z", "2027-02-28T23:00:00Z"},
        {"2027-01-01", "2027-12-31", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z"},
        {"2027-06-30", "2027-07-01", "2027-06-29T22:00:00Z", "2027-07-01T22:00:00Z"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        OWNED_JSON document = small_covenant_json(&town);
        const struct known_covenant *known;
        HELD_REGISTRY registry = NULL;
        const char *fingerprint;
        set_window(document, rows[i].from, rows[i].until);
        small_gateway_make(&small, &town, TEAM);
        fingerprint = small_gateway_add(&small, document);
        for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
            small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
        registry = gateway_registry(&small.gateway);
        known = registry_find(registry, fingerprint);
        assert_both_ways(known, at(rows[i].first) - 1, REFUSAL_NOT_YET_VALID);
        assert_both_ways(known, at(rows[i].first), REFUSAL_NONE);
        assert_both_ways(known, at(rows[i].after) - 1, REFUSAL_NONE);
        assert_both_ways(known, at(rows[i].after), REFUSAL_EXPIRED);
        for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
            town.parties[place].statement_hash[0] = '\0';
        registry_release_at(&registry);
        small_gateway_end(&small);
    }
}

static enum outcome post(int64_t now_ms)
{
    int64_t before = town.now_ms;
    OWNED_BUFFER text = {0}, body = {0};
    struct small_message message;
    struct small_signal signal;
    struct small_call call;
    enum outcome outcome;
    struct bytes item;

    town.now_ms = now_ms;
    signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    text = small_signal_text(&signal);
    item = buffer_bytes(&text);
    message = small_message_make(&town, CORPORATION, TEAM, MESSAGE_KIND_SIGNAL,
                                 small_gateway_known(&small)->covenant->fingerprint, &item, 1);
    body = small_message_text(&town, &message);
    outcome =
        small_gateway_receive(&small, CORPORATION, MESSAGE_KIND_SIGNAL, buffer_bytes(&body), &call);
    small_call_end(&call);
    town.now_ms = before;
    return outcome;
}

static void c1_a_message_arrives_until_the_last_millisecond_and_not_after(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct day today = amsterdam_day(town.now_ms), last = day_plus(today, 20);
    char from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES];
    const char *fingerprint;

    (void)state;
    day_print(day_plus(today, 2), from);
    day_print(last, until);
    set_window(document, from, until);
    small_gateway_make(&small, &town, TEAM);
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    assert_int_equal(post(amsterdam_instant(day_plus(today, 2), 0) - 1), OUTCOME_NOT_IN_FORCE);
    assert_int_equal(post(amsterdam_instant(day_plus(today, 2), 0)), OUTCOME_OK);
    assert_int_equal(post(amsterdam_instant(day_plus(last, 1), 0) - 1), OUTCOME_OK);
    assert_int_equal(post(amsterdam_instant(day_plus(last, 1), 0)), OUTCOME_NOT_IN_FORCE);
    small_gateway_end(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c1_the_window_opens_and_closes_on_the_millisecond_in_both_directions),
        cmocka_unit_test(c1_a_message_arrives_until_the_last_millisecond_and_not_after),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    small_town_make(&town);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
