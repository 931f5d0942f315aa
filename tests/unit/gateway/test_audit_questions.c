/* SPDX-License-Identifier: EUPL-1.2 */
/* The questions to the log: what may be asked, and what is found through its index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/audit_index.h"
#include "gateway/dossier.h"
#include "tests/support/small_gateway.h"

#define TOKEN "wp1.pch.g.2026H2.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct small_town town;
static struct small_gateway small;

static enum outcome apply_entry(struct change *change, struct audit *audit, void *context)
{
    return audit_record(audit, change, context);
}

static void record_subjects(const char *subjects)
{
    struct audit_entry entry = {.event = AUDIT_ACCESS, .committed = {[AUDIT_SUBJECT] = subjects}};

    small_gateway_write(&small, apply_entry, &entry);
}

/* How many leaves the index has under the subject. */
static size_t found_under(const char *subject)
{
    uint64_t sequence = 0;
    size_t count = 0;
    struct view view;

    view_begin(small.gateway.store, &view);
    while (audit_index_next(&view, QUESTION_SUBJECT, subject, sequence, &sequence) == OUTCOME_OK) {
        sequence++;
        count++;
    }
    view_end(&view);
    return count;
}

/* The body is posted as a question; the answer is the caller's. */
static enum outcome ask(const char *body, json_t **out_answer)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_POST, "/v1/logregels/_zoek",
                    bytes_of_text(body));
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        assert_int_equal(json_read(buffer_bytes(&call.exchange.reply.body), 1 << 20, out_answer),
                         OUTCOME_OK);
    small_call_end(&call);
    return outcome;
}

static void a_list_is_found_under_each_dossier_on_it(void **state)
{
    char subjects[200 * DOSSIER_BYTES] = "", dossiers[200][DOSSIER_BYTES];

    (void)state;
    for (size_t i = 0, used = 0; i < 200; i++) {
        dossier_new(dossiers[i]);
        used += (size_t)snprintf(subjects + used, sizeof subjects - used, "%s%s", i ? " " : "",
                                 dossiers[i]);
    }
    record_subjects(subjects);
    record_subjects(dossiers[7]);
    assert_int_equal(audit_index_catch_up(&small.gateway), OUTCOME_OK);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(found_under(dossiers[i]), i == 7 ? 2 : 1);
    assert_int_equal(found_under(subjects), 0);
}

static void a_record_that_does_not_read_is_damage(void **state)
{
    struct change *change;
    uint8_t key[8];

    (void)state;
    record_subjects("D-0000000000000001");
    write_u64(key, 0);
    change = change_of(small.gateway.store);
    store_put_sealed(change, TABLE_OPENING, bytes_of(key, sizeof key), bytes_of_text("{"));
    change_done(change);
    assert_int_equal(audit_index_catch_up(&small.gateway), OUTCOME_STORE_DAMAGED);
}

static void only_what_can_stand_in_the_log_is_asked(void **state)
{
    static const char *const wrong[] = {
        "{\"actor\":\"\\u0001\"}",
        "{\"actor\":\"Jan de Vries\"}",
        "{\"partij\":\"WIJKTEAM\"}",
        "{\"bepaling\":\"a b\"}",
        "{\"bepaling\":\"A/1\"}",
        "{\"gebeurtenis\":\"sent\"}",
        "{\"onderwerp\":{\"dossier\":\"D-1\"}}",
        "{\"onderwerp\":{\"dossier\":\"X-0000000000000001\"}}",
        "{\"onderwerp\":{\"dossier\":\"D-000000000000000x\"}}",
    };
    OWNED_JSON answer = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ask(wrong[i], &answer), OUTCOME_MALFORMED);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LEAF), 0);
    assert_int_equal(ask("{\"actor\":\"P-1042\",\"partij\":\"" SAMPLE_WIJKTEAM "\","
                         "\"bepaling\":\"sociaal-renoveren/1@1.2.0\",\"gebeurtenis\":\"access\","
                         "\"onderwerp\":{\"dossier\":\"D-0000000000000001\"}}",
                         &answer),
                     OUTCOME_OK);
}

static size_t rows_under(const char *rule)
{
    OWNED_JSON answer = NULL;
    char body[128];

    snprintf(body, sizeof body, "{\"bepaling\":\"%s\"}", rule);
    assert_int_equal(ask(body, &answer), OUTCOME_OK);
    return json_array_size(json_object_get(answer, "regels"));
}

static void an_article_is_asked_for_in_all_its_versions_or_in_one(void **state)
{
    struct audit_entry entry = {.event = AUDIT_ACCESS};

    (void)state;
    entry.rule = "sociaal-renoveren/1@1.0.0";
    small_gateway_write(&small, apply_entry, &entry);
    entry.rule = "sociaal-renoveren/1@2.0.0";
    small_gateway_write(&small, apply_entry, &entry);
    assert_int_equal(rows_under("sociaal-renoveren/1"), 2);
    assert_int_equal(rows_under("sociaal-renoveren/1@2.0.0"), 1);
    assert_int_equal(rows_under("sociaal-renoveren/1@3.0.0"), 0);
    assert_int_equal(rows_under("sociaal-renoveren/10"), 0);
}

static void link_dossiers(size_t count)
{
    struct change *change = change_of(small.gateway.store);
    uint8_t hash[STORE_HASH_BYTES];

    assert_int_equal(dossier_hash_token(small.gateway.store, TOKEN, hash), OUTCOME_OK);
    for (size_t i = 0; i < count; i++) {
        char dossier[DOSSIER_BYTES];
        dossier_new(dossier);
        dossier_link(change, hash, dossier);
    }
    change_done(change);
}

static bool asks_for_more(void)
{
    OWNED_JSON answer = NULL;

    assert_int_equal(ask("{\"onderwerp\":{\"pseudoniem\":\"" TOKEN "\"}}", &answer), OUTCOME_OK);
    return json_is_true(json_object_get(answer, "meer"));
}

static void it_is_told_when_there_are_more_dossiers_than_are_looked_at(void **state)
{
    (void)state;
    assert_false(asks_for_more());
    link_dossiers(DOSSIERS_MAX);
    assert_false(asks_for_more());
    link_dossiers(1);
    assert_true(asks_for_more());
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

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(a_list_is_found_under_each_dossier_on_it),
        WITH_GATEWAY(a_record_that_does_not_read_is_damage),
        WITH_GATEWAY(only_what_can_stand_in_the_log_is_asked),
        WITH_GATEWAY(an_article_is_asked_for_in_all_its_versions_or_in_one),
        WITH_GATEWAY(it_is_told_when_there_are_more_dossiers_than_are_looked_at),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
