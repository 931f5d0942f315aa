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
#include "gateway/page.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_gateway.h"

enum { ROWS = 130 };

static struct small_town town;
static struct small_gateway small;

/* Row n is called "n"; those of which the number divides by `passed_over` are not for the caller.
 */
static unsigned passed_over;

static void id_of(uint64_t number, uint8_t out[static 16])
{
    memset(out, 0, 16);
    out[6] = 0x40;
    out[8] = 0x80;
    write_u64(out + 8, number | UINT64_C(0x8000000000000000));
}

struct range {
    uint64_t from, until;
};

static enum outcome put_rows(struct change *change, struct audit *audit, void *context)
{
    const struct range *range = context;

    (void)audit;
    for (uint64_t i = range->from; i < range->until; i++) {
        uint8_t key[8], id[16];
        char text[24];
        write_u64(key, i);
        id_of(i, id);
        snprintf(text, sizeof text, "%llu", (unsigned long long)i);
        store_put(change, TABLE_SENT_ORDER, bytes_of(key, sizeof key), bytes_of(id, sizeof id));
        store_put_sealed(change, TABLE_SENT, bytes_of(id, sizeof id), bytes_of_text(text));
    }
    return change->outcome;
}

static void put(uint64_t from, uint64_t until)
{
    struct range range = {from, until};

    small_gateway_write(&small, put_rows, &range);
}

/* Ten rows share a dossier. */
static void dossier_of(unsigned number, char out[static DOSSIER_BYTES])
{
    snprintf(out, DOSSIER_BYTES, "D-%0*u", DOSSIER_BYTES - 3, number / 10);
}

static enum outcome add(struct call *call, struct view *view, const char *id, struct bytes value,
                        json_t *rows, char out_dossier[static DOSSIER_BYTES])
{
    char text[24] = "";
    unsigned number;

    (void)call;
    (void)view;
    assert_int_equal(strlen(id), 36);
    assert_true(value.length < sizeof text);
    memcpy(text, value.data, value.length);
    number = (unsigned)strtoul(text, NULL, 10);
    if (passed_over && number % passed_over == 0)
        return OUTCOME_OK;
    dossier_of(number, out_dossier);
    return json_array_append_new(rows, json_integer((json_int_t)number)) ? OUTCOME_OUT_OF_MEMORY
                                                                         : OUTCOME_OK;
}

static enum outcome apply_call(struct change *change, struct audit *audit, void *context)
{
    struct call *call = context;

    (void)audit;
    return call->apply(call, change);
}

static enum outcome ask(const char *query, json_t **out_reply)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &small, LISTENER_LOCAL, HTTP_GET, "/v1/verzonden", (struct bytes){0});
    call.head.query = bytes_of_text(query);
    outcome = page_reply(&call.call, TABLE_SENT_ORDER, TABLE_SENT, "verzonden", add, NULL);
    if (outcome == OUTCOME_OK)
        outcome = writer_run(small.gateway.writer, apply_call, &call.call);
    if (outcome == OUTCOME_OK)
        outcome = json_read(buffer_bytes(&call.exchange.reply.body), 1 << 20, out_reply);
    small_call_end(&call);
    return outcome;
}

static json_t *page(const char *query)
{
    json_t *reply = NULL;

    assert_int_equal(ask(query, &reply), OUTCOME_OK);
    assert_true(json_is_array(json_object_get(reply, "verzonden")));
    assert_int_equal(json_object_size(reply), 2);
    return reply;
}

/* All pages of `size`; gives back how many pages. The rows must come newest first, each once. */
static int assert_walk(unsigned size, uint64_t from, uint64_t until)
{
    char query[64], cursor[24] = "";
    int64_t next = (int64_t)until - 1;
    int pages = 0;

    do {
        OWNED_JSON reply = NULL;
        const json_t *rows;
        const char *more;
        int used = snprintf(query, sizeof query, "aantal=%u", size);
        if (cursor[0])
            snprintf(query + used, sizeof query - (size_t)used, "&cursor=%s", cursor);
        reply = page(query);
        rows = json_object_get(reply, "verzonden");
        assert_true(json_array_size(rows) <= size);
        for (size_t i = 0; i < json_array_size(rows); i++) {
            while (passed_over && next % passed_over == 0)
                next--;
            assert_int_equal(json_integer_value(json_array_get(rows, i)), next--);
        }
        more = json_string_value(json_object_get(reply, "volgende"));
        snprintf(cursor, sizeof cursor, "%s", more ? more : "");
        pages++;
    } while (cursor[0] && pages < 2 * ROWS);
    while (passed_over && next >= (int64_t)from && next % passed_over == 0)
        next--;
    assert_int_equal(next, (int64_t)from - 1);
    return pages;
}

/* --- facts --- */

static void an_empty_list_has_one_empty_page(void **state)
{
    OWNED_JSON reply = page("");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(reply, "verzonden")), 0);
    assert_true(json_is_null(json_object_get(reply, "volgende")));
}

static void the_pages_hold_every_row_once_newest_first(void **state)
{
    static const unsigned sizes[] = {1, 2, 7, 100, ROWS - 1, ROWS, ROWS + 1};

    (void)state;
    put(0, ROWS);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_int_equal(assert_walk(sizes[i], 0, ROWS), (int)((ROWS + sizes[i] - 1) / sizes[i]));
}

static void what_is_not_for_the_caller_is_passed_over(void **state)
{
    (void)state;
    put(0, ROWS);
    for (passed_over = 2; passed_over < 6; passed_over++)
        assert_walk(7, 0, ROWS);
    passed_over = 1; /* none is */
    assert_walk(7, ROWS, ROWS);
    passed_over = 0;
}

static void what_was_erased_leaves_no_gap_in_the_page(void **state)
{
    struct change *change;
    uint8_t id[16];

    (void)state;
    put(0, 10);
    change = change_of(small.gateway.store);
    id_of(5, id);
    store_delete(change, TABLE_SENT, bytes_of(id, sizeof id));
    change_done(change);
    {
        OWNED_JSON reply = page("aantal=9");
        assert_int_equal(json_array_size(json_object_get(reply, "verzonden")), 9);
    }
}

static void what_comes_in_meanwhile_moves_nothing(void **state)
{
    OWNED_JSON first = NULL;
    OWNED_JSON second = NULL;
    char query[64];

    (void)state;
    put(0, 20);
    first = page("aantal=5");
    put(20, 40);
    snprintf(query, sizeof query, "aantal=5&cursor=%s",
             json_string_value(json_object_get(first, "volgende")));
    second = page(query);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(second, "verzonden"), 0)),
                     14);
}

static void a_cursor_that_is_not_ours_is_refused(void **state)
{
    static const char *const wrong[] = {"cursor=",   "cursor=x",    "cursor=1x",  "cursor=x1",
                                        "cursor=-1", "cursor=%2B1", "cursor=%201"};
    json_t *reply = NULL;

    (void)state;
    put(0, 3);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(ask(wrong[i], &reply), OUTCOME_MALFORMED);
    assert_null(reply);
}

/* Each page leaves one leaf, with everyone on the page and nobody else. */
static void assert_leaf_names(uint64_t sequence, const json_t *rows)
{
    OWNED_BUFFER text = opening_at(small.gateway.store, sequence);
    OWNED_JSON opening = NULL;
    OWNED_JSON leaf = leaf_json(small.gateway.store, sequence);
    const char *subjects;

    assert_string_equal(json_string_value(json_object_get(leaf, "ev")), "access");
    assert_int_equal(json_read(buffer_bytes(&text), AUDIT_OPENING_MAX_BYTES, &opening), OUTCOME_OK);
    subjects = json_string_value(json_object_get(json_object_get(opening, "subject"), "waarde"));
    assert_non_null(subjects);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        char dossier[DOSSIER_BYTES];
        dossier_of((unsigned)json_integer_value(json_array_get(rows, i)), dossier);
        assert_non_null(strstr(subjects, dossier));
    }
    for (const char *c = subjects; *c; c++)
        assert_true(strchr("D-0123456789 ", *c) != NULL);
}

static void the_log_names_everyone_on_the_page(void **state)
{
    OWNED_JSON reply = NULL;

    (void)state;
    put(0, 95);
    reply = page("aantal=90");
    assert_leaf_names(0, json_object_get(reply, "verzonden"));
    assert_int_equal(audit_size(small.gateway.audit), 1);
}

static void scarce_memory_shows_nobody_without_naming_him(void **state)
{
    enum outcome outcome;
    int lasts = 0;

    (void)state;
    put(0, 5);
    do {
        OWNED_JSON reply = NULL;
        uint64_t leaves = audit_size(small.gateway.audit);
        memory_lasts_for(lasts++);
        outcome = ask("", &reply);
        memory_lasts_for(-1);
        if (outcome == OUTCOME_OK)
            assert_leaf_names(leaves, json_object_get(reply, "verzonden"));
        else
            assert_int_equal(outcome, OUTCOME_OUT_OF_MEMORY);
    } while (memory_ran_out());
    assert_true(lasts > 10);
    assert_int_equal(outcome, OUTCOME_OK);
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small.holds_anything = true; /* rows that have only a number */
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
        WITH_GATEWAY(an_empty_list_has_one_empty_page),
        WITH_GATEWAY(the_pages_hold_every_row_once_newest_first),
        WITH_GATEWAY(what_is_not_for_the_caller_is_passed_over),
        WITH_GATEWAY(what_was_erased_leaves_no_gap_in_the_page),
        WITH_GATEWAY(what_comes_in_meanwhile_moves_nothing),
        WITH_GATEWAY(a_cursor_that_is_not_ours_is_refused),
        WITH_GATEWAY(the_log_names_everyone_on_the_page),
        WITH_GATEWAY(scarce_memory_shows_nobody_without_naming_him),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
