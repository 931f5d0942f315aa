/* SPDX-License-Identifier: EUPL-1.2 */
/* Own reports of nuisance about one address, and when there is something to advise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/repeat.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"

enum { ADVISED_FROM = 3, WINDOW_DAYS = 90 };

static struct small_town town;
static struct small_gateway small;

static int setup(void **state)
{
    (void)state;
    small_town_make(&town);
    small_gateway_make(&small, &town, CORPORATION);
    small.gateway.settings->repeat_count = ADVISED_FROM;
    small.gateway.settings->repeat_days = WINDOW_DAYS;
    assert_non_null(small_gateway_in_force(&small));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    small_gateway_end(&small);
    small_town_end(&town);
    return 0;
}

static struct day today(void)
{
    return amsterdam_day(town.now_ms);
}

/* --- handing in, as gateway/local_intake.c does --- */

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct small_intake *s = context;

    (void)audit;
    TRY(intake_store(&s->intake, &s->rows[0], change));
    TRY(repeat_note(&s->intake, &s->rows[0], change));
    return change->outcome;
}

static size_t hand_in(const struct import_row *row)
{
    struct small_intake s;
    size_t repeats;

    small_intake_decide(&s, &small, row, 1);
    assert_int_equal(writer_run(small.gateway.writer, apply, &s), OUTCOME_OK);
    repeats = s.rows[0].repeats;
    small_intake_end(&s);
    return repeats;
}

static struct import_row report(const char *key, int days_ago)
{
    struct import_row row = small_row(&town, key, "OVL.GELUID");

    row.reported.day = day_plus(row.reported.day, -days_ago);
    return row;
}

static size_t report_in(const char *key, int days_ago)
{
    const struct import_row row = report(key, days_ago);

    return hand_in(&row);
}

/* Of the only dossier with marks; 0 and false when there is none. */
static bool kept(struct day day, struct repeats *out, char out_dossier[static DOSSIER_BYTES])
{
    struct bytes key, value;
    struct view view;
    bool found;

    *out = (struct repeats){0};
    view_begin(small.gateway.store, &view);
    found = store_next(&view, TABLE_REPEAT, (struct bytes){0}, false, &key, &value) == OUTCOME_OK;
    if (found) {
        snprintf(out_dossier, DOSSIER_BYTES, "%.*s", (int)key.length, (const char *)key.data);
        assert_int_equal(repeat_get(&small.gateway, &view, out_dossier, day, out), OUTCOME_OK);
    }
    view_end(&view);
    return found;
}

static size_t count_on(struct day day)
{
    struct repeats repeats;
    char dossier[DOSSIER_BYTES];

    return kept(day, &repeats, dossier) ? repeats.count : 0;
}

/* --- when there is something to advise --- */

static void the_third_within_the_window_is_advised(void **state)
{
    struct repeats repeats;
    char dossier[DOSSIER_BYTES];

    (void)state;
    assert_int_equal(report_in("Z-1", 80), 0);
    assert_int_equal(report_in("Z-2", 40), 0);
    assert_int_equal(report_in("Z-3", 0), ADVISED_FROM);
    assert_true(kept(today(), &repeats, dossier));
    assert_int_equal(repeats.count, ADVISED_FROM);
    assert_int_equal(repeats.first.number, today().number - 80);
    assert_int_equal(repeats.last.number, today().number);
    assert_string_equal(repeats.source, "Z-3");
    assert_string_equal(repeats.actor, "P-1042");
    assert_false(repeats.system);
}

static void the_same_row_again_is_no_second_report(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(report_in("Z-1", 0), 0);
    assert_int_equal(count_on(today()), 1);
}

static void what_is_older_than_the_window_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(report_in("Z-1", WINDOW_DAYS), 0);
    assert_int_equal(report_in("Z-2", WINDOW_DAYS + 300), 0);
    assert_int_equal(count_on(today()), 0);
    assert_int_equal(report_in("Z-3", WINDOW_DAYS - 1), 0);
    assert_int_equal(count_on(today()), 1);
    assert_int_equal(count_on(day_plus(today(), 1)), 0);
}

static void no_more_are_kept_than_are_looked_at(void **state)
{
    (void)state;
    for (int i = 0; i < REPEAT_MARKS_MAX + 5; i++) {
        char key[16];
        snprintf(key, sizeof key, "Z-%d", i);
        (void)report_in(key, 1);
    }
    assert_int_equal(count_on(today()), REPEAT_MARKS_MAX);
}

static void another_kind_and_a_blocked_row_are_no_nuisance(void **state)
{
    struct import_row blocked = report("Z-2", 0);
    const struct import_row lonely = small_row_consented(&town, "Z-1", "ZORG.EENZAAM", -1);

    (void)state;
    blocked.blocked = true;
    (void)hand_in(&lonely);
    (void)hand_in(&blocked);
    assert_int_equal(count_on(today()), 0);
}

/* --- forgetting --- */

static void who_objects_is_followed_no_more(void **state)
{
    struct import_row row = report("Z-3", 0);

    (void)state;
    (void)report_in("Z-1", 2);
    (void)report_in("Z-2", 1);
    row.objection = IMPORT_ANSWER_YES;
    assert_int_equal(hand_in(&row), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), 0);
}

static enum outcome apply_forget(struct change *change, struct audit *audit, void *context)
{
    struct repeats repeats;
    char dossier[DOSSIER_BYTES];

    (void)audit;
    assert_true(kept(today(), &repeats, dossier));
    return repeat_forget_source(change, dossier, context);
}

static void one_report_is_forgotten_with_its_row(void **state)
{
    char first[] = "Z-1", other[] = "Z-9", second[] = "Z-2";

    (void)state;
    (void)report_in(first, 2);
    (void)report_in(second, 1);
    small_gateway_write(&small, apply_forget, other);
    assert_int_equal(count_on(today()), 2);
    small_gateway_write(&small, apply_forget, first);
    assert_int_equal(count_on(today()), 1);
    small_gateway_write(&small, apply_forget, second);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), 0);
}

static void the_clock_takes_what_left_the_window(void **state)
{
    (void)state;
    (void)report_in("Z-1", 80);
    (void)report_in("Z-2", 0);
    assert_int_equal(repeat_sweep(&small.gateway, day_plus(today(), 20)), OUTCOME_OK);
    assert_int_equal(count_on(today()), 1);
    assert_int_equal(repeat_sweep(&small.gateway, day_plus(today(), WINDOW_DAYS)), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), 0);
}

static void however_many_did(void **state)
{
    enum { ADDRESSES = 70 };

    (void)state;
    for (int i = 1; i <= ADDRESSES; i++) {
        char key[16];
        struct import_row row;
        snprintf(key, sizeof key, "Z-%d", i);
        row = report(key, 80);
        snprintf(row.contact.number, sizeof row.contact.number, "%d", i);
        (void)hand_in(&row);
    }
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), ADDRESSES);
    assert_int_equal(repeat_sweep(&small.gateway, day_plus(today(), 20)), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), 0);
}

/* --- memory --- */

static enum outcome note(const struct import_row *row)
{
    struct small_intake s;
    enum outcome outcome;

    memory_spares_me(true);
    small_intake_decide(&s, &small, row, 1);
    memory_spares_me(false);
    outcome = writer_run(small.gateway.writer, apply, &s);
    small_intake_end(&s);
    return outcome;
}

static void a_report_for_which_memory_runs_out_leaves_nothing(void **state)
{
    enum outcome outcome;

    (void)state;
    (void)report_in("Z-1", 3);
    for (int i = 2; i < 4; i++) {
        char key[16];
        struct import_row row;
        snprintf(key, sizeof key, "Z-%d", i);
        row = report(key, 0);
        WITH_SCARCE_MEMORY(outcome, note(&row), {});
        assert_int_equal(count_on(today()), i); /* not one for each attempt */
    }
    assert_int_equal(rows_in(small.gateway.store, TABLE_REPEAT), 1);
}

static void so_does_what_is_forgotten(void **state)
{
    enum outcome outcome;

    (void)state;
    (void)report_in("Z-1", 80);
    (void)report_in("Z-2", 0);
    WITH_SCARCE_MEMORY(outcome, repeat_sweep(&small.gateway, day_plus(today(), 20)), {});
    assert_int_equal(count_on(today()), 1);
}

static enum outcome asked(struct buffer *out)
{
    struct small_call s;
    enum outcome outcome;

    small_call_make(&s, &small, LISTENER_LOCAL, HTTP_GET, "/v1/attenderingen", (struct bytes){0});
    outcome = small_call_run(&s);
    if (outcome == OUTCOME_OK && s.call.reply->body.failed)
        outcome = OUTCOME_OUT_OF_MEMORY;
    if (outcome == OUTCOME_OK) {
        *out = s.call.reply->body;
        s.call.reply->body = (struct buffer){0}; /* handed over */
    }
    small_call_end(&s);
    return outcome;
}

static void the_advice_is_whole_or_none(void **state)
{
    struct buffer whole = {0}, again = {0};
    enum outcome outcome;

    (void)state;
    for (int i = 0; i < 3; i++) {
        char key[16];
        snprintf(key, sizeof key, "Z-%d", i);
        (void)report_in(key, i);
    }
    assert_int_equal(asked(&whole), OUTCOME_OK);
    assert_non_null(memmem(whole.data, whole.length, "OVL.HERHAALD", 12));
    WITH_SCARCE_MEMORY(outcome, asked(&again), {
        assert_int_equal(again.length, whole.length);
        assert_memory_equal(again.data, whole.data, whole.length);
        buffer_wipe(&again);
    });
    buffer_wipe(&whole);
}

#define IN_A_GATEWAY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_GATEWAY(the_third_within_the_window_is_advised),
        IN_A_GATEWAY(the_same_row_again_is_no_second_report),
        IN_A_GATEWAY(what_is_older_than_the_window_does_not_count),
        IN_A_GATEWAY(no_more_are_kept_than_are_looked_at),
        IN_A_GATEWAY(another_kind_and_a_blocked_row_are_no_nuisance),
        IN_A_GATEWAY(who_objects_is_followed_no_more),
        IN_A_GATEWAY(one_report_is_forgotten_with_its_row),
        IN_A_GATEWAY(the_clock_takes_what_left_the_window),
        IN_A_GATEWAY(however_many_did),
        IN_A_GATEWAY(a_report_for_which_memory_runs_out_leaves_nothing),
        IN_A_GATEWAY(so_does_what_is_forgotten),
        IN_A_GATEWAY(the_advice_is_whole_or_none),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
