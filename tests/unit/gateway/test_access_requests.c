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

#include "crypto/ready.h"
#include "gateway/access_requests.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

#define FIRST  "11111111-1111-4111-8111-111111111111"
#define SECOND "22222222-2222-4222-8222-222222222222"
#define TOKEN  "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static int make(void **state)
{
    static struct small_store small;

    small_store_make(&small);
    *state = &small;
    return 0;
}

static int end(void **state)
{
    small_store_end(*state);
    return 0;
}

static int64_t at(const char *instant)
{
    int64_t ms = 0;

    assert_true(instant_parse(instant, &ms));
    return ms;
}

static struct access_item item_of(const char *request)
{
    struct access_item item = {.id = FIRST, .token = TOKEN, .purpose = PURPOSE_TOELEIDING};

    memcpy(item.request, request, sizeof item.request);
    return item;
}

static void receive(struct small_store *small, const char *from, const char *request,
                    const char *instant)
{
    const struct oin oin = oin_of(from);
    const struct access_item item = item_of(request);
    char covenant[SHA256_HEX_BYTES] = "";
    struct change *change = change_of(small->store);

    memset(covenant, 'a', sizeof covenant - 1);
    assert_int_equal(access_received(change, &oin, covenant, &item, at(instant)), OUTCOME_OK);
    change_done(change);
}

static struct access_request stored(struct small_store *small, const char *from, const char *id)
{
    const struct oin oin = oin_of(from);
    struct access_request request;
    struct view view;

    view_begin(small->store, &view);
    assert_int_equal(access_get(&view, &oin, id, &request), OUTCOME_OK);
    view_end(&view);
    return request;
}

static void what_a_partner_asks_waits_to_be_looked_up(void **state)
{
    struct small_store *small = *state;
    struct access_request request;

    receive(small, SAMPLE_CORPORATION, FIRST, "2026-12-03T09:12:44Z");
    receive(small, SAMPLE_CORPORATION, FIRST, "2026-12-04T09:12:44Z"); /* the next half-year's */
    request = stored(small, SAMPLE_CORPORATION, FIRST);
    assert_int_equal(request.token_count, 2);
    assert_int_equal(request.at_ms, at("2026-12-03T09:12:44Z")); /* the month runs from the first */
    assert_false(request.looked);
    assert_int_equal(request.dossier_count, 0);
    assert_string_equal(request.tokens[0].token, TOKEN);
}

static void partners_do_not_reach_each_others_requests(void **state)
{
    struct small_store *small = *state;

    receive(small, SAMPLE_CORPORATION, FIRST, "2026-12-03T09:12:44Z");
    receive(small, SAMPLE_GGZ, FIRST, "2026-12-05T09:12:44Z");
    assert_int_equal(rows_in(small->store, TABLE_ACCESS), 2);
    assert_int_equal(stored(small, SAMPLE_CORPORATION, FIRST).token_count, 1);
    assert_int_equal(stored(small, SAMPLE_GGZ, FIRST).token_count, 1);
}

static void one_partner_cannot_fill_a_request_without_end(void **state)
{
    struct small_store *small = *state;

    for (int i = 0; i < ACCESS_TOKENS_MAX + 3; i++)
        receive(small, SAMPLE_CORPORATION, FIRST, "2026-12-03T09:12:44Z");
    assert_int_equal(stored(small, SAMPLE_CORPORATION, FIRST).token_count, ACCESS_TOKENS_MAX);
}

static enum outcome receive_numbered(struct small_store *small, const char *from, int number,
                                     const char *instant)
{
    const struct oin oin = oin_of(from);
    struct access_item item = item_of(FIRST);
    char covenant[SHA256_HEX_BYTES] = "";
    struct change *change = change_of(small->store);
    enum outcome outcome;

    memset(covenant, 'a', sizeof covenant - 1);
    snprintf(item.request, sizeof item.request, "%08d-0000-4000-8000-000000000000", number);
    outcome = access_received(change, &oin, covenant, &item, at(instant));
    change_done(change);
    return outcome;
}

static void a_flood_of_one_partner_is_refused_and_holds_up_no_other(void **state)
{
    struct small_store *small = *state;

    for (int i = 0; i < ACCESS_MONTH_MAX; i++)
        assert_int_equal(receive_numbered(small, SAMPLE_CORPORATION, i, "2026-12-03T09:12:44Z"),
                         OUTCOME_OK);
    assert_int_equal(receive_numbered(small, SAMPLE_CORPORATION, 5000, "2026-12-03T10:00:00Z"),
                     OUTCOME_TOO_MANY);
    assert_int_equal(rows_in(small->store, TABLE_ACCESS), ACCESS_MONTH_MAX);
    /* one more half-year of a request that stands; another partner; a month on */
    assert_int_equal(receive_numbered(small, SAMPLE_CORPORATION, 7, "2026-12-03T10:00:00Z"),
                     OUTCOME_OK);
    assert_int_equal(receive_numbered(small, SAMPLE_GGZ, 5000, "2026-12-03T10:00:00Z"), OUTCOME_OK);
    assert_int_equal(receive_numbered(small, SAMPLE_CORPORATION, 5000, "2027-01-04T10:00:00Z"),
                     OUTCOME_OK);
}

static void all_are_found_in_order_and_by_their_number(void **state)
{
    struct small_store *small = *state;
    struct access_request request;
    struct view view;

    receive(small, SAMPLE_CORPORATION, SECOND, "2026-12-03T09:12:44Z");
    receive(small, SAMPLE_GGZ, FIRST, "2026-12-03T09:12:44Z");
    view_begin(small->store, &view);
    assert_int_equal(access_next(&view, NULL, &request), OUTCOME_OK);
    assert_string_equal(request.id, SECOND);
    assert_int_equal(access_next(&view, &request, &request), OUTCOME_OK);
    assert_string_equal(request.id, FIRST);
    assert_int_equal(access_next(&view, &request, &request), OUTCOME_NOT_FOUND);
    assert_int_equal(access_find(&view, FIRST, &request), OUTCOME_OK);
    assert_string_equal(request.from.text, SAMPLE_GGZ);
    assert_int_equal(access_find(&view, "33333333-3333-4333-8333-333333333333", &request),
                     OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void the_last_day_is_a_month_on_and_three_when_extended(void **state)
{
    static const struct {
        const char *at, *due, *longer;
    } cases[] = {
        {"2026-12-03T09:12:44Z", "2027-01-03", "2027-03-03"},
        {"2027-01-31T12:00:00Z", "2027-02-28", "2027-04-30"}, /* no such day: the last one */
        {"2028-01-31T12:00:00Z", "2028-02-29", "2028-04-30"},
        {"2026-12-31T23:30:00Z", "2027-02-01", "2027-04-01"}, /* it was January in Amsterdam */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct access_request request = {.at_ms = at(cases[i].at), .delay = ACCESS_DELAY_NONE};
        char text[DAY_TEXT_BYTES];
        day_print(access_due(&request), text);
        assert_string_equal(text, cases[i].due);
        request.delay = ACCESS_DELAY_INGEWIKKELD;
        day_print(access_due(&request), text);
        assert_string_equal(text, cases[i].longer);
    }
}

static void only_reasons_the_law_knows_extend(void **state)
{
    enum access_delay delay;

    (void)state;
    assert_true(access_delay_parse("INGEWIKKELD", &delay));
    assert_true(access_delay_parse("VEEL_VERZOEKEN", &delay));
    assert_string_equal(access_delay_word(delay), "VEEL_VERZOEKEN");
    assert_false(access_delay_parse("NONE", &delay));
    assert_false(access_delay_parse("", &delay));
    assert_false(access_delay_parse("DRUK", &delay));
    assert_false(access_delay_parse(NULL, &delay));
    assert_string_equal(access_delay_word(ACCESS_DELAY_NONE), "");
}

static void scarce_memory_stores_no_half_request(void **state)
{
    struct small_store *small = *state;
    const struct oin oin = oin_of(SAMPLE_CORPORATION);
    const struct access_item item = item_of(SECOND);
    bool ran_out = true;

    receive(small, SAMPLE_CORPORATION, SECOND, "2026-12-03T09:12:44Z");
    for (int lasts = 0; ran_out; lasts++) {
        struct change *change = change_of(small->store);
        enum outcome outcome;
        memory_lasts_for(lasts);
        outcome = access_received(change, &oin, "aa", &item, 1000);
        ran_out = memory_ran_out();
        memory_lasts_for(-1);
        assert_int_equal(outcome, ran_out ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK);
        change_dropped(change);
    }
    assert_int_equal(stored(small, SAMPLE_CORPORATION, SECOND).token_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_partner_asks_waits_to_be_looked_up, make, end),
        cmocka_unit_test_setup_teardown(partners_do_not_reach_each_others_requests, make, end),
        cmocka_unit_test_setup_teardown(one_partner_cannot_fill_a_request_without_end, make, end),
        cmocka_unit_test_setup_teardown(a_flood_of_one_partner_is_refused_and_holds_up_no_other, make,
                                        end),
        cmocka_unit_test_setup_teardown(all_are_found_in_order_and_by_their_number, make, end),
        cmocka_unit_test(the_last_day_is_a_month_on_and_three_when_extended),
        cmocka_unit_test(only_reasons_the_law_knows_extend),
        cmocka_unit_test_setup_teardown(scarce_memory_stores_no_half_request, make, end),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
