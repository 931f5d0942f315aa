/* SPDX-License-Identifier: EUPL-1.2 */
/* What partners ask and the clock answers later: to end what is of a token, what is known of a
 * resident, what a store that was put back missed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "gateway/access_requests.h"
#include "gateway/receive.h"
#include "tests/support/small_gateway.h"

#define TOKEN "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct small_town town;
static struct small_gateway small;

/* `rest` is what stands beside the id. */
static void assert_answer(enum message_kind kind, const char *rest, enum receipt_result result,
                          const char *code)
{
    const char *fingerprint = small_gateway_known(&small)->covenant->fingerprint;
    char id[UUID_TEXT_BYTES], text[512];
    OWNED_BUFFER body = {0};
    OWNED_RECEIPT receipt = NULL;
    struct small_message message;
    struct small_call call;
    struct fault fault = {0};
    struct bytes item;

    uuid_print(uuid_v4(), id);
    snprintf(text, sizeof text, "{\"id\":\"%s\",%s}", id, rest);
    item = bytes_of_text(text);
    message = small_message_make(&town, TEAM, small.place, kind, fingerprint, &item, 1);
    body = small_message_text(&town, &message);
    assert_int_equal(small_gateway_receive(&small, TEAM, kind, buffer_bytes(&body), &call),
                     OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[small.place].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    assert_int_equal(receipt->answers[0].result, result);
    assert_string_equal(receipt->answers[0].code, code);
    small_call_end(&call);
}

static void taken(enum message_kind kind, const char *rest)
{
    assert_answer(kind, rest, RECEIPT_ACCEPTED, "");
}

static void refused(enum message_kind kind, const char *rest, enum outcome why)
{
    assert_answer(kind, rest, RECEIPT_REFUSED, outcome_code(why));
}

static void a_withdrawal_of_another_form_is_refused(void **state)
{
    (void)state;
    refused(MESSAGE_KIND_WITHDRAWAL, "\"op\":\"2026-11-22T02:00:00Z\",\"reden\":\"INGETROKKEN\"",
            OUTCOME_MALFORMED);
    refused(MESSAGE_KIND_WITHDRAWAL,
            "\"op\":\"2026-11-22T02:00:00Z\",\"reden\":\"ZOMAAR\","
            "\"signaal\":\"22222222-2222-4222-8222-222222222222\"",
            OUTCOME_MALFORMED);
}

/* --- what is known of a resident --- */

static const char *question(int number)
{
    static char text[256];

    snprintf(text, sizeof text,
             "\"op\":\"2026-12-03T09:12:44Z\",\"verzoek\":\"22222222-2222-4222-8222-%012d\","
             "\"pseudoniem\":\"" TOKEN "\",\"doel\":\"TOELEIDING\"",
             number);
    return text;
}

static size_t requests(void)
{
    return rows_in(small.gateway.store, TABLE_ACCESS);
}

static void a_question_is_written_down_once_for_each_request(void **state)
{
    (void)state;
    taken(MESSAGE_KIND_ACCESS_REQUEST, question(1));
    taken(MESSAGE_KIND_ACCESS_REQUEST, question(1)); /* another token of the same */
    assert_int_equal(requests(), 1);
    taken(MESSAGE_KIND_ACCESS_REQUEST, question(2));
    assert_int_equal(requests(), 2);
}

static void a_question_of_another_form_is_refused(void **state)
{
    (void)state;
    refused(MESSAGE_KIND_ACCESS_REQUEST, "\"op\":\"2026-12-03T09:12:44Z\"", OUTCOME_MALFORMED);
    refused(MESSAGE_KIND_ACCESS_REQUEST, "\"vanOp\":\"2026-12-03T09:12:44Z\"", OUTCOME_MALFORMED);
    assert_int_equal(requests(), 0);
}

static void a_flood_of_questions_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < ACCESS_MONTH_MAX; i++)
        taken(MESSAGE_KIND_ACCESS_REQUEST, question(i));
    refused(MESSAGE_KIND_ACCESS_REQUEST, question(ACCESS_MONTH_MAX), OUTCOME_TOO_MANY);
    taken(MESSAGE_KIND_ACCESS_REQUEST, question(0)); /* more of one that stands */
    assert_int_equal(requests(), ACCESS_MONTH_MAX);
}

/* --- what a store that was put back missed --- */

/* From when the team wants it all; 0: it did not ask. */
static int64_t asked_since(void)
{
    char name[64];
    struct bytes value;
    struct view view;
    int64_t since = 0;
    enum outcome outcome;

    snprintf(name, sizeof name, "recovery.asked %s", town.parties[TEAM].oin.text);
    view_begin(small.gateway.store, &view);
    outcome = store_get(&view, TABLE_META, bytes_of_text(name), &value);
    if (outcome == OUTCOME_OK)
        since = (int64_t)read_u64(value.data);
    else
        assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    view_end(&view);
    return since;
}

static int64_t at(const char *instant)
{
    int64_t ms = 0;

    assert_true(instant_parse(instant, &ms));
    return ms;
}

static void the_earliest_moment_that_was_asked_for_counts(void **state)
{
    (void)state;
    taken(MESSAGE_KIND_RECOVERY, "\"vanOp\":\"2026-11-22T02:00:00Z\"");
    assert_true(asked_since() == at("2026-11-22T02:00:00Z"));
    taken(MESSAGE_KIND_RECOVERY, "\"vanOp\":\"2026-11-22T03:00:00Z\"");
    assert_true(asked_since() == at("2026-11-22T02:00:00Z"));
    taken(MESSAGE_KIND_RECOVERY, "\"vanOp\":\"2026-11-21T02:00:00Z\"");
    assert_true(asked_since() == at("2026-11-21T02:00:00Z"));
}

static void what_is_no_moment_asks_for_nothing(void **state)
{
    (void)state;
    refused(MESSAGE_KIND_RECOVERY, "\"vanOp\":\"2026-11-22\"", OUTCOME_MALFORMED);
    refused(MESSAGE_KIND_RECOVERY, "\"vanOp\":\"2026-11-22T02:00:00Z\",\"wie\":1",
            OUTCOME_MALFORMED);
    assert_true(asked_since() == 0);
}

/* --- the house --- */

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
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
    if (crypto_ready() != OUTCOME_OK)
        return -1;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_question_is_written_down_once_for_each_request, make,
                                        end),
        cmocka_unit_test_setup_teardown(a_withdrawal_of_another_form_is_refused, make, end),
        cmocka_unit_test_setup_teardown(a_question_of_another_form_is_refused, make, end),
        cmocka_unit_test_setup_teardown(a_flood_of_questions_is_refused, make, end),
        cmocka_unit_test_setup_teardown(the_earliest_moment_that_was_asked_for_counts, make, end),
        cmocka_unit_test_setup_teardown(what_is_no_moment_asks_for_nothing, make, end),
    };

    return cmocka_run_group_tests(tests, make_town, end_town);
}
