/* SPDX-License-Identifier: EUPL-1.2 */
/* The paper of a withdrawal under a covenant that names its law at length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/withdrawal_statement.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

enum { LAW_MAX_BYTES = 300 };

static struct small_town town;
static struct small_gateway small;
static char law[LAW_MAX_BYTES + 1];

/* As long as it may be, in letters of two bytes from the first or from the second byte on. */
static void make_law(bool odd)
{
    size_t length = 0;

    if (odd)
        law[length++] = 'x';
    while (length + 3 <= LAW_MAX_BYTES)
        length += (size_t)snprintf(law + length, sizeof law - length, "é");
    snprintf(law + length, sizeof law - length, "z");
}

static void begin(bool odd)
{
    OWNED_JSON document = NULL;
    json_t *articles;

    make_law(odd);
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    document = small_covenant_json(&town);
    articles = json_object_get(document, "bepalingen");
    for (size_t i = 0; i < json_array_size(articles); i++)
        assert_int_equal(
            json_object_set_new(json_object_get(json_array_get(articles, i), "grondslag"), "wet",
                                json_string(law)),
            0);
    small_gateway_add(&small, document);
}

static int begin_even(void **state)
{
    (void)state;
    begin(false);
    return 0;
}

static int begin_odd(void **state)
{
    (void)state;
    begin(true);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

/* The team kept it, and signed for that. */
static void make_record(struct withdrawal *out)
{
    struct told *told;

    *out = (struct withdrawal){.id = "11111111-1111-7111-8111-111111111111",
                               .at_ms = town.now_ms,
                               .reason = WITHDRAWAL_INGETROKKEN,
                               .role = ROLE_MELDER};
    assert_int_equal(withdrawal_add(out, &told), OUTCOME_OK);
    told->partner = town.parties[TEAM].oin;
    memcpy(told->covenant, small_gateway_known(&small)->covenant->fingerprint,
           sizeof told->covenant);
    told->article = 1;
    told->answered_ms = town.now_ms;
    snprintf(told->code, sizeof told->code, "%s", WITHDRAWAL_KEPT);
}

static enum outcome print(const struct withdrawal *record, json_t **out)
{
    HELD_REGISTRY registry = gateway_registry(&small.gateway);
    const struct statement_paper paper = {.withdrawal = record,
                                          .registry = registry,
                                          .self = town.parties[CORPORATION].oin,
                                          .checkpoint = bytes_of_text("wijkpoort/x/log1\n"),
                                          .origin = "wijkpoort/x/log1",
                                          .language = LANGUAGE_NL};

    return withdrawal_statement_json(&paper, out);
}

static void the_whole_law_stands_on_it_however_long(void **state)
{
    OWNED_WITHDRAWAL record = {0};
    OWNED_JSON paper = NULL;
    const json_t *pages;

    (void)state;
    make_record(&record);
    assert_int_equal(print(&record, &paper), OUTCOME_OK);
    pages = json_object_get(paper, "afschrift");
    assert_non_null(strstr(json_string_value(json_object_get(pages, "tekst")), law));
    assert_non_null(strstr(json_string_value(json_object_get(pages, "html")), law));
}

static void without_memory_there_is_no_paper_rather_than_less_of_one(void **state)
{
    OWNED_WITHDRAWAL record = {0};
    OWNED_JSON whole = NULL;
    json_t *again = NULL;
    enum outcome outcome;

    (void)state;
    make_record(&record);
    assert_int_equal(print(&record, &whole), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, print(&record, &again), {
        assert_true(json_equal(whole, again));
        json_decref(again);
    });
}

#define WITH_TOWN(fact, begin) cmocka_unit_test_setup_teardown(fact, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TOWN(the_whole_law_stands_on_it_however_long, begin_even),
        WITH_TOWN(the_whole_law_stands_on_it_however_long, begin_odd),
        WITH_TOWN(without_memory_there_is_no_paper_rather_than_less_of_one, begin_even),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
