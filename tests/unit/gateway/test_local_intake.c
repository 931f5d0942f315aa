/* SPDX-License-Identifier: EUPL-1.2 */
/* POST /v1/invoer: what is asked, and what is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/small_records.h"
#include "tests/support/small_rows.h"

static void assert_rows(enum table table, size_t count)
{
    assert_int_equal(rows_in(small.gateway.store, table), count);
}

static struct buffer body_of(const struct import_row *rows, size_t count, bool trial)
{
    struct buffer body = {0};

    buffer_format(&body, "{\"adapter\":\"corporatie_csv\",\"proef\":%s,\"rijen\":[",
                  trial ? "true" : "false");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add_byte(&body, ',');
        assert_int_equal(import_row_print(&rows[i], &body), OUTCOME_OK);
    }
    buffer_add_text(&body, "]}");
    assert_int_equal(buffer_outcome(&body), OUTCOME_OK);
    return body;
}

static enum outcome push(struct bytes body, json_t **out_reply)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/invoer", body);
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        assert_int_equal(json_read(buffer_bytes(&call.exchange.reply.body), 1 << 20, out_reply),
                         OUTCOME_OK);
    small_call_end(&call);
    return outcome;
}

static const char *member(const json_t *reply, size_t row, const char *name)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(reply, "rijen"), row), name));
}

static void each_row_is_answered_in_its_place(void **state)
{
    struct import_row rows[] = {
        small_row_consented(&town, "Z-1", "OVL.GELUID", -1), small_row(&town, "Z-2", "OVL.GELUID"),
        small_row_consented(&town, "Z-3", "ZORG.EENZAAM", -1), small_row_arrears(&town, "Z-4")};
    static const char *const results[] = {"VERZONDEN_TOESTEMMING", "GETELD", "GEWEIGERD",
                                          "VERZONDEN_WET"};
    OWNED_BUFFER body = {0};
    OWNED_JSON reply = NULL;
    OWNED_JSON again = NULL;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        rows[i].row = i + 2;
    body = body_of(rows, 4, false);
    assert_int_equal(push(buffer_bytes(&body), &reply), OUTCOME_OK);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(member(reply, i, "uitkomst"), results[i]);
    assert_string_equal(member(reply, 0, "ontvanger"), SAMPLE_WIJKTEAM);
    assert_string_equal(member(reply, 0, "ontvangerNaam"), "Buurtteam Voorbeeldstad");
    assert_int_equal(strlen(member(reply, 0, "id")), 36);
    assert_null(member(reply, 1, "ontvanger"));
    assert_string_equal(member(reply, 2, "code"), "ONTVANGER_NIET_EENDUIDIG");
    assert_non_null(strstr(member(reply, 2, "reden"), "WIJKTEAM, GGZ"));
    assert_string_equal(member(reply, 3, "ontvanger"), SAMPLE_GEMEENTE);
    assert_int_equal(push(buffer_bytes(&body), &again), OUTCOME_OK);
    assert_string_equal(member(again, 0, "uitkomst"), "AL_BEKEND");
    assert_string_equal(member(again, 2, "uitkomst"), "GEWEIGERD");
}

static void a_trial_answers_the_same_and_stores_nothing(void **state)
{
    const struct import_row rows[] = {small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                      small_row(&town, "Z-2", "OVL.GELUID")};
    OWNED_BUFFER trial = body_of(rows, 2, true), real = body_of(rows, 2, false);
    OWNED_JSON first = NULL;
    OWNED_JSON second = NULL;
    OWNED_JSON third = NULL;

    (void)state;
    assert_int_equal(push(buffer_bytes(&trial), &first), OUTCOME_OK);
    assert_string_equal(member(first, 0, "uitkomst"), "VERZONDEN_TOESTEMMING");
    assert_string_equal(member(first, 1, "uitkomst"), "GETELD");
    assert_rows(TABLE_SENT, 0);
    assert_rows(TABLE_QUEUE, 0);
    assert_rows(TABLE_PERSON, 0);
    assert_rows(TABLE_SOURCE, 0);
    assert_rows(TABLE_COUNT, 0);
    assert_rows(TABLE_BASIS, 0);
    assert_int_equal(audit_size(small.gateway.audit), 1);
    assert_int_equal(push(buffer_bytes(&real), &second), OUTCOME_OK);
    assert_rows(TABLE_SENT, 1);
    assert_rows(TABLE_PERSON, 1);
    assert_int_equal(push(buffer_bytes(&trial), &third), OUTCOME_OK);
    assert_string_equal(member(third, 0, "uitkomst"), "AL_BEKEND");
}

static void what_is_not_as_documented_is_refused_as_a_whole(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"adapter\":\"x\",\"proef\":false}",
        "{\"adapter\":\"x\",\"rijen\":[]}",
        "{\"adapter\":\"X Y\",\"proef\":false,\"rijen\":[]}",
        "{\"adapter\":\"\",\"proef\":false,\"rijen\":[]}",
        "{\"adapter\":\"x\",\"proef\":\"nee\",\"rijen\":[]}",
        "{\"adapter\":\"x\",\"proef\":false,\"rijen\":[{}]}",
        "{\"adapter\":\"x\",\"proef\":false,\"rijen\":[],\"meer\":1}",
        "{\"adapter\":\"x\",\"proef\":false,\"rijen\":{}}"};
    json_t *reply = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_int_equal(push(bytes_of_text(bodies[i]), &reply), OUTCOME_MALFORMED);
    assert_int_equal(push(bytes_of_text("{\"adapter\":\"x\",\"proef\":false,\"rijen\":[],"
                                        "\"convenant\":\"een-ander\"}"),
                          &reply),
                     OUTCOME_COVENANT_UNKNOWN);
    assert_null(reply);
    assert_rows(TABLE_SOURCE, 0);
}

#define WITH_GATEWAY(fact)                                                                         \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(each_row_is_answered_in_its_place),
        WITH_GATEWAY(a_trial_answers_the_same_and_stores_nothing),
        WITH_GATEWAY(what_is_not_as_documented_is_refused_as_a_whole),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
