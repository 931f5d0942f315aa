/* SPDX-License-Identifier: EUPL-1.2 */
/* A resident's choice as a desk takes it down: once, however often the button is pressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/small_gateway.h"
#include "tests/support/small_records.h"

struct said { /* at the desk */
    const char *number, *groups, *kind, *by, *replaces;
    int64_t now_ms;
};

static struct said usual(void)
{
    return (struct said){.number = "3",
                         .groups = "\"OVERLAST\"",
                         .kind = "GRONDSLAG",
                         .by = "a1",
                         .now_ms = town.now_ms};
}

static void print_body(const struct said *said, struct buffer *out)
{
    char today[DAY_TEXT_BYTES];

    day_print(amsterdam_day(town.now_ms), today);
    buffer_format(out,
                  "{\"adres\":{\"postcode\":\"1234AB\",\"huisnummer\":\"%s\"},\"soort\":\"%s\","
                  "\"basis\":\"TOESTEMMING\",\"doelen\":[\"TOELEIDING\"],\"ontvangers\":[\"%s\"],"
                  "\"signaalgroepen\":[%s],\"geldigVan\":\"%s\",\"werkwijze\":\"GESPREK\","
                  "\"formulierVersie\":\"toestemming-1\"",
                  said->number, said->kind,
                  strcmp(said->kind, "MAATJE") == 0 ? "CORPORATIE" : "WIJKTEAM", said->groups,
                  today);
    if (said->replaces)
        buffer_format(out, ",\"vervangt\":\"%s\"", said->replaces);
    buffer_add_byte(out, '}');
    assert_int_equal(buffer_outcome(out), OUTCOME_OK);
}

/* The number on the slip. */
static void take_down(const struct said *said, char out_id[static UUID_TEXT_BYTES])
{
    OWNED_BUFFER body = {0};
    OWNED_JSON record = NULL;
    struct small_call call;

    print_body(said, &body);
    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/gegeven-toestemmingen",
                    buffer_bytes(&body));
    call.call.now_ms = said->now_ms;
    memset(call.call.caller.fingerprint, said->by[0], 64);
    snprintf(call.call.caller.number, sizeof call.call.caller.number, "%s", said->by);
    assert_int_equal(small_call_run(&call), OUTCOME_OK);
    assert_int_equal(call.exchange.reply.status, 201);
    assert_int_equal(json_read(buffer_bytes(&call.exchange.reply.body), 1 << 20, &record),
                     OUTCOME_OK);
    assert_non_null(json_object_get(record, "afschrift"));
    snprintf(out_id, UUID_TEXT_BYTES, "%s", json_string_value(json_object_get(record, "id")));
    small_call_end(&call);
}

static size_t records(void)
{
    return rows_in(small.gateway.store, TABLE_BASIS);
}

/* Two records of one word: who stops the one whose number he has, would not stop the other. */
static void a_second_press_takes_nothing_down_anew(void **state)
{
    struct said said = usual();
    char first[UUID_TEXT_BYTES], again[UUID_TEXT_BYTES], changed[UUID_TEXT_BYTES];
    uint64_t leaves;

    (void)state;
    take_down(&said, first);
    leaves = audit_size(small.gateway.audit);
    take_down(&said, again);
    assert_string_equal(again, first);
    assert_int_equal(records(), 1);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
    said.groups = "\"OVERLAST\",\"FINANCIEN\""; /* wider, by its number */
    said.replaces = first;
    take_down(&said, changed);
    assert_string_not_equal(changed, first);
    take_down(&said, again);
    assert_string_equal(again, changed);
    assert_int_equal(records(), 2);
}

static void what_is_not_the_same_is_taken_down(void **state)
{
    struct said said = usual();
    char first[UUID_TEXT_BYTES], other[UUID_TEXT_BYTES];

    (void)state;
    said.groups = "\"OVERLAST\",\"FINANCIEN\"";
    take_down(&said, first);
    said.groups = "\"OVERLAST\"";
    take_down(&said, other); /* less than before */
    assert_string_not_equal(other, first);
    said.by = "b2"; /* a colleague, whom the resident told too */
    take_down(&said, first);
    assert_string_not_equal(other, first);
    said.number = "4";
    take_down(&said, other);
    said.now_ms += DAY_MS;
    take_down(&said, first);
    assert_string_not_equal(other, first);
    assert_int_equal(records(), 5);
}

static void two_who_look_for_a_buddy_at_one_address_are_two(void **state)
{
    struct said said = usual();
    char first[UUID_TEXT_BYTES], other[UUID_TEXT_BYTES];

    (void)state;
    said.kind = "MAATJE";
    said.groups = "\"VRAGEND\"";
    take_down(&said, first);
    take_down(&said, other);
    assert_string_not_equal(other, first);
}

#define WITH_GATEWAY(fact)                                                                         \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_second_press_takes_nothing_down_anew),
        WITH_GATEWAY(what_is_not_the_same_is_taken_down),
        WITH_GATEWAY(two_who_look_for_a_buddy_at_one_address_are_two),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
