/* SPDX-License-Identifier: EUPL-1.2 */
/* X1: an answer of the local API for which memory runs out is whole or is none: one that leaves out
 * a member would say something else. "No article" means: call; "not decided" means: go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/repeat.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"

static struct small_town town;
static struct small_gateway small;

struct question {
    enum http_method method;
    const char *path;
    const char *query;
    const char *body;
    enum role role;
};

/* OK: an answer, in `out`. */
static enum outcome asked(const struct question *question, struct buffer *out)
{
    struct small_call s;
    enum outcome outcome;

    small_call_make(&s, &small, LISTENER_LOCAL, question->method, question->path,
                    bytes_of_text(question->body));
    s.head.query = bytes_of_text(question->query);
    s.call.role = question->role;
    s.call.caller.roles.bits = UINT32_C(1) << question->role;
    outcome = small_call_run(&s);
    if (outcome == OUTCOME_OK && s.call.reply->body.failed)
        outcome = OUTCOME_OUT_OF_MEMORY; /* the server makes a 503 of it */
    if (outcome == OUTCOME_OK) {
        *out = s.call.reply->body;
        s.call.reply->body = (struct buffer){0}; /* handed over */
    }
    small_call_end(&s);
    return outcome;
}

static void is_whole_or_none(const struct question *question)
{
    struct buffer whole = {0}, again = {0};
    enum outcome outcome;

    assert_int_equal(asked(question, &whole), OUTCOME_OK);
    assert_true(whole.length > 20);
    WITH_SCARCE_MEMORY_SAMPLED(400, outcome, asked(question, &again), {
        assert_int_equal(again.length, whole.length);
        assert_memory_equal(again.data, whole.data, whole.length);
        buffer_wipe(&again);
    });
    buffer_wipe(&whole);
}

static void push(const char *key, const char *code)
{
    const struct import_row row = small_row_consented(&town, key, code, -1);
    struct small_intake s;

    small_intake_decide(&s, &small, &row, 1);
    small_intake_store(&s);
    small_intake_end(&s);
}

static int setup(void **state)
{
    (void)state;
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    json_ready();
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    small.gateway.settings->repeat_count = 2;
    small.gateway.settings->repeat_days = 90;
    assert_non_null(small_gateway_in_force(&small));
    for (int i = 0; i < 3; i++) {
        char key[16];
        snprintf(key, sizeof key, "Z-%d", i);
        push(key, i ? "OVL.GELUID" : "ZORG.EENZAAM");
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

static void the_signpost(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){HTTP_GET, "/v1/wegwijzer", "", "", ROLE_MELDER});
}

static void what_was_sent(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){HTTP_GET, "/v1/verzonden", "", "", ROLE_MELDER});
}

static void the_covenants(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){HTTP_GET, "/v1/convenanten", "", "", ROLE_MELDER});
}

static void where_help_may_be_needed(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){HTTP_GET, "/v1/attenderingen", "", "", ROLE_MELDER});
}

static void may_this_be_said(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){
        HTTP_POST, "/v1/toetsingen", "",
        "{\"naar\":\"WIJKTEAM\",\"wijze\":\"TOESTEMMING\",\"velden\":[],\"voorwaarden\":[],"
        "\"signaalcode\":\"OVL.GELUID\",\"bewijs\":true}",
        ROLE_MELDER});
}

static void what_becomes_of_a_row(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){
        HTTP_POST, "/v1/invoer", "",
        "{\"adapter\":\"corporatie-csv\",\"proef\":true,\"rijen\":[{\"rij\":2,\"bronsleutel\":\"N-"
        "1\","
        "\"melddatum\":\"2026-12-03\",\"signaalcodes\":[\"OVL.GELUID\"],\"geblokkeerd\":false,"
        "\"postcode\":\"1234AB\",\"huisnummer\":\"7\",\"contactmoment\":\"OVERLAST\"},"
        "{\"rij\":3,\"bronsleutel\":\"N-2\",\"melddatum\":\"2026-12-03\","
        "\"signaalcodes\":[\"ZORG.EENZAAM\"],\"geblokkeerd\":false,\"postcode\":\"1234AB\","
        "\"huisnummer\":\"9\",\"contactmoment\":\"OVERLAST\",\"ontvanger\":\"WIJKTEAM\","
        "\"toestemming\":\"ja\",\"toestemmingDatum\":\"2026-12-02\"}]}",
        ROLE_MELDER});
}

static void what_is_late(void **state)
{
    (void)state;
    is_whole_or_none(&(struct question){HTTP_GET, "/v1/te-laat", "", "", ROLE_MELDER});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signpost),     cmocka_unit_test(what_was_sent),
        cmocka_unit_test(the_covenants),    cmocka_unit_test(where_help_may_be_needed),
        cmocka_unit_test(may_this_be_said), cmocka_unit_test(what_becomes_of_a_row),
        cmocka_unit_test(what_is_late),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
