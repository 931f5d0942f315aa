/* SPDX-License-Identifier: EUPL-1.2 */
/* The daily run: what goes on which day, when it may run, and that nothing of it is left on disk. */
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
#include "crypto/record.h"
#include "gateway/clock.h"
#include "gateway/compaction.h"
#include "gateway/match.h"
#include "gateway/retention.h"
#include "gateway/retention_log.h"
#include "tests/support/dice.h"
#include "tests/support/small_records.h"

enum { MODEL = 40, ROUNDS = 60, DAYS = 60 };

/* --- the daily run --- */

struct round {
    struct day today;
    uint64_t erased;
    bool more;
};

static enum outcome apply_round(struct change *change, struct audit *audit, void *context)
{
    struct round *round = context;

    (void)audit;
    return retention_erase_due(&small.gateway, change, round->today, &round->erased,
                               &round->more);
}

static uint64_t run_on(struct day today)
{
    uint64_t erased = 0;
    struct round round = {.today = today, .more = true};

    while (round.more) {
        small_gateway_write(&small, apply_round, &round);
        erased += round.erased;
    }
    return erased;
}

static void a_signal_goes_on_the_day_after_its_last(void **state)
{
    struct received received = take_in(town.now_ms);
    const struct day until = retained_signal_until(
        town.now_ms, retention_days(&received.signal.signal));

    (void)state;
    assert_int_equal(day_compare(until, day_plus(amsterdam_day(town.now_ms),
                                                 retention_days(&received.signal.signal) + 1)),
                     0);
    assert_int_equal(run_on(day_plus(until, -1)), 0);
    assert_true(is_there(TABLE_INBOX, &received.id));
    assert_int_equal(run_on(until), 1);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_int_equal(stone_of(RECORD_RECEIVED, received.id).cause, ERASURE_TERM);
    assert_int_equal(run_on(until), 0);
}

/* Planned from the day it was handed in; the receipt came five days later. */
static void the_term_counts_from_the_receipt(void **state)
{
    struct sending sent = {.id = uuid_v4(), .at_ms = town.now_ms,
                           .received_ms = town.now_ms + INT64_C(5) * DAY_MS};
    struct small_signal signal = small_signal_make(&town, small_gateway_known(&small), TEAM);
    const struct day planned =
        retained_signal_until(sent.at_ms, retention_days(&signal.signal));

    (void)state;
    send_as(&sent);
    assert_int_equal(run_on(planned), 0);
    assert_int_equal(run_on(day_plus(planned, 4)), 0);
    assert_true(is_there(TABLE_SENT, &sent.id));
    assert_int_equal(run_on(day_plus(planned, 5)), 1);
    assert_false(is_there(TABLE_SENT, &sent.id));
}

static void a_run_that_comes_late_skips_nothing(void **state)
{
    struct received received = take_in(town.now_ms), later = take_in(town.now_ms + DAY_MS);
    const struct day until = retained_signal_until(
        town.now_ms, retention_days(&received.signal.signal));

    (void)state;
    assert_int_equal(run_on(day_plus(until, 10)), 2);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_false(is_there(TABLE_INBOX, &later.id));
}

static void a_tombstone_fades_in_two_steps(void **state)
{
    struct received received = take_in(town.now_ms);
    const struct day today = amsterdam_day(town.now_ms);

    (void)state;
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_RECALLED), OUTCOME_OK);
    run_on(day_plus(today, ERASURE_SHOWN_DAYS - 1));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX_ORDER), 1);
    run_on(day_plus(today, ERASURE_SHOWN_DAYS + 1));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX_ORDER), 0);
    assert_true(has_stone(RECORD_RECEIVED, received.id));
    run_on(day_plus(today, ERASURE_TOMBSTONE_DAYS + 1));
    assert_false(has_stone(RECORD_RECEIVED, received.id));
    assert_int_equal(rows_in(small.gateway.store, TABLE_RETAINED), 0);
}

static void one_damaged_record_holds_up_nobody(void **state)
{
    struct received damaged = take_in(town.now_ms), other = take_in(town.now_ms);
    const struct day until = retained_signal_until(
        town.now_ms, retention_days(&damaged.signal.signal));
    struct change *change = change_of(small.gateway.store);
    OWNED_BUFFER stored = stored_bytes(&change->view, TABLE_INBOX, id_key(&damaged.id));

    (void)state;
    small.holds_anything = true;
    stored.data[stored.length - 1] ^= 1;
    put_stored_bytes(change, TABLE_INBOX, id_key(&damaged.id), buffer_bytes(&stored));
    change_done(change);
    assert_int_equal(run_on(until), 1);
    assert_false(is_there(TABLE_INBOX, &other.id));
    assert_true(is_there(TABLE_INBOX, &damaged.id));
    assert_int_equal(run_on(until), 0); /* tomorrow again */
    assert_int_equal(rows_in(small.gateway.store, TABLE_RETAINED), 2);
}

/* --- the pass of the clock --- */

static struct retention_state state_now(void)
{
    struct retention_state state;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(retention_state(&view, &state), OUTCOME_OK);
    view_end(&view);
    return state;
}

static void pass_until_done(struct retention_watch *watch)
{
    for (int i = 0; i < 50; i++)
        assert_int_equal(retention_pass(&small.gateway, watch), OUTCOME_OK);
}

static enum outcome apply_age(struct change *change, struct audit *audit, void *context)
{
    static const char name[] = "retention";
    const int64_t *by_ms = context;
    struct bytes value;
    uint8_t copy[40];

    (void)audit;
    TRY(store_get(&change->view, TABLE_META, bytes_of_text(name), &value));
    assert_int_equal(value.length, sizeof copy);
    memcpy(copy, value.data, sizeof copy);
    write_u64(copy, read_u64(copy) - (uint64_t)(*by_ms / DAY_MS));
    write_u64(copy + 8, read_u64(copy + 8) - (uint64_t)*by_ms);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(copy, sizeof copy));
    return change->outcome;
}

/* As if nothing had run for so long. */
static void let_days_pass(int64_t by_ms)
{
    small_gateway_write(&small, apply_age, &by_ms);
}

static void a_new_store_begins_and_runs_once_a_day(void **state)
{
    struct retention_watch watch = {0};
    const uint64_t leaves = audit_size(small.gateway.audit);
    uint64_t commits;

    (void)state;
    pass_until_done(&watch);
    assert_int_equal(state_now().day.number, retention_day(town.now_ms).number);
    assert_true(state_now().done_ms >= town.now_ms);
    commits = writer_counts(small.gateway.writer).commits;
    pass_until_done(&watch);
    assert_int_equal(writer_counts(small.gateway.writer).commits, commits);
    assert_int_equal(audit_size(small.gateway.audit), leaves);
}

static void after_days_without_a_run_the_clock_must_be_believed(void **state)
{
    struct retention_watch watch = {0};
    struct received received;

    (void)state;
    pass_until_done(&watch);
    received = take_in(town.now_ms - INT64_C(1000) * DAY_MS);
    let_days_pass(INT64_C(5) * DAY_MS);
    assert_int_equal(clock_belief_begin(&small.gateway), OUTCOME_OK); /* as at a start */
    pass_until_done(&watch);
    assert_true(is_there(TABLE_INBOX, &received.id));
    assert_true(clock_partner_says(&small.gateway, clock_now_ms(), clock_now_ms()));
    pass_until_done(&watch);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_int_equal(state_now().erased, 1);
}

static void what_a_partner_says_of_another_time_says_nothing(void **state)
{
    struct retention_watch watch = {0};
    struct received received;

    (void)state;
    pass_until_done(&watch);
    received = take_in(town.now_ms - INT64_C(1000) * DAY_MS);
    let_days_pass(INT64_C(5) * DAY_MS);
    assert_int_equal(clock_belief_begin(&small.gateway), OUTCOME_OK);
    assert_false(clock_partner_says(&small.gateway, clock_now_ms() - INT64_C(121000),
                                    clock_now_ms()));
    assert_false(clock_partner_says(&small.gateway, clock_now_ms() - INT64_C(2) * DAY_MS,
                                    clock_now_ms() - INT64_C(2) * DAY_MS)); /* it leapt since */
    pass_until_done(&watch);
    assert_true(is_there(TABLE_INBOX, &received.id));
}

/* A day's gap is what the daily run has by itself. */
static void after_a_day_it_just_runs(void **state)
{
    struct retention_watch watch = {0};
    struct received received;

    (void)state;
    pass_until_done(&watch);
    received = take_in(town.now_ms - INT64_C(1000) * DAY_MS);
    let_days_pass(DAY_MS);
    assert_int_equal(clock_belief_begin(&small.gateway), OUTCOME_OK);
    pass_until_done(&watch);
    assert_false(is_there(TABLE_INBOX, &received.id));
}

static void the_run_is_for_the_day_from_three_at_night_on(void **state)
{
    int64_t ms = 0;

    (void)state;
    assert_true(instant_parse("2026-12-03T01:59:00Z", &ms)); /* 02:59 in Amsterdam */
    assert_int_equal(retention_day(ms).number, amsterdam_day(ms).number - 1);
    assert_int_equal(retention_day(ms + 60 * 1000).number, amsterdam_day(ms).number);
    assert_true(instant_parse("2026-07-01T00:59:59Z", &ms));
    assert_int_equal(retention_day(ms).number, amsterdam_day(ms).number - 1);
    assert_int_equal(retention_day(ms + 1000).number, amsterdam_day(ms).number);
}

/* --- off the disk --- */

static void after_it_keys_are_written_anew_and_the_log_says_for_how_many(void **state)
{
    struct compaction_watch watch = {0};
    struct compaction_state done;
    struct received received = take_in(town.now_ms), other = take_in(town.now_ms);
    OWNED_JSON leaf = NULL;
    struct view view;
    uint64_t leaves;

    (void)state;
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK);
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase_one(RECORD_RECEIVED, other.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK);
    assert_int_equal(pending_now(), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(compaction_state(&view, &done), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(done.count, 2);
    leaf = last_leaf();
    assert_string_equal(leaf_text(leaf, "ev"), "erase");
    assert_string_equal(leaf_text(leaf, "ph"), "outcome");
    leaves = audit_size(small.gateway.audit);
    received = take_in(town.now_ms);
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK); /* not so soon */
    assert_int_equal(pending_now(), 1);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
}

/* --- nowhere in the files --- */

/* All of the store's files, one behind another. */
static struct buffer all_files(void)
{
    static const char *const parts[] = {"data/store/data.mdb", "data/keys/data.mdb",
                                        "data/index/data.mdb"};
    struct buffer all = {0};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        OWNED_BUFFER part = file_bytes(folder_path(&small.small.folder, parts[i]));
        buffer_add_bytes(&all, buffer_bytes(&part));
    }
    assert_int_equal(buffer_outcome(&all), OUTCOME_OK);
    return all;
}

static bool is_in_files(const void *needle, size_t length)
{
    OWNED_BUFFER all = all_files();

    return memmem(all.data, all.length, needle, length) != NULL;
}

struct key_of_record {
    struct data_key key;
    uint8_t wrapped[DATA_KEY_WRAPPED_BYTES];
};

static struct key_of_record key_of(enum table table, struct bytes place)
{
    uint8_t tree[KEY_BYTES];
    struct key_of_record found;
    struct buffer stored;
    struct bytes value;
    struct view view;

    view_begin(small.gateway.store, &view);
    stored = stored_bytes(&view, table, place);
    assert_int_equal(record_data_key_id(buffer_bytes(&stored), found.key.id), OUTCOME_OK);
    assert_int_equal(store_get(&view, TABLE_DATA_KEY,
                               bytes_of(found.key.id, sizeof found.key.id), &value),
                     OUTCOME_OK);
    assert_int_equal(value.length, sizeof found.wrapped);
    memcpy(found.wrapped, value.data, value.length);
    key_derive(small_master, KEY_FOR_STORE, 1, tree);
    assert_int_equal(data_key_unwrap(tree, found.key.id, value, &found.key), OUTCOME_OK);
    view_end(&view);
    buffer_wipe(&stored);
    return found;
}

/* One row in clear, so that the search is known to find what is there. */
static enum outcome apply_planting(struct change *change, struct audit *audit, void *context)
{
    const struct bytes *planted = context;

    (void)audit;
    store_put(change, TABLE_META, bytes_of_text("geplant"), *planted);
    return change->outcome;
}

static void an_erased_record_leaves_no_value_and_no_key(void **state)
{
    static const char planted[] = "Quirijntje Vlindersteen-Merkteken";
    struct received received = take_in(town.now_ms), stays = take_in(town.now_ms);
    const struct key_of_record erased = key_of(TABLE_INBOX, id_key(&received.id)),
                               kept = key_of(TABLE_INBOX, id_key(&stays.id));
    struct bytes in_clear = bytes_of_text(planted);
    struct compaction_watch watch = {0};

    (void)state;
    small_gateway_write(&small, apply_planting, &in_clear);
    assert_true(is_in_files(planted, sizeof planted - 1));
    assert_true(is_in_files(erased.wrapped, sizeof erased.wrapped));
    assert_true(is_in_files(kept.wrapped, sizeof kept.wrapped));
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK);
    assert_false(is_in_files(erased.wrapped, sizeof erased.wrapped));
    assert_true(is_in_files(kept.wrapped, sizeof kept.wrapped));
    /* these never were in them */
    assert_false(is_in_files(erased.key.secret, sizeof erased.key.secret));
    assert_false(is_in_files(received.signal.signal.token, strlen(received.signal.signal.token)));
}

/* --- the openings of the log --- */

struct opening_round {
    int64_t now_ms;
    uint64_t position;
    bool more;
};

static enum outcome apply_openings(struct change *change, struct audit *audit, void *context)
{
    struct opening_round *round = context;

    (void)audit;
    return retention_erase_openings(&small.gateway, change, round->now_ms, &round->position,
                                    &round->more);
}

static int64_t in_years(int years, int days)
{
    const struct day day = day_plus(day_plus_months(amsterdam_day(clock_now_ms()), 12 * years), days);

    return amsterdam_instant(day, 12);
}

static void openings_go_after_their_years_and_the_leaves_stand(void **state)
{
    struct received received = take_in(town.now_ms);
    struct opening_round round = {.now_ms = in_years(5, 0)};
    struct compaction_watch watch = {0};
    struct key_of_record erased;
    struct view view;
    uint64_t teller;
    OWNED_BUFFER opening = {0};
    OWNED_JSON parsed = NULL;
    const char *salt;
    uint8_t key[8] = {0};

    (void)state;
    small.gateway.settings->log_years = 5;
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    erased = key_of(TABLE_OPENING, bytes_of(key, sizeof key));
    opening = opening_at(small.gateway.store, 0);
    assert_int_equal(json_read(buffer_bytes(&opening), opening.length, &parsed), OUTCOME_OK);
    salt = json_string_value(json_object_get(json_object_get(parsed, "subject"), "zout"));
    assert_non_null(salt);
    small_gateway_write(&small, apply_openings, &round);
    assert_int_equal(round.position, 0); /* on its last day it is there */
    assert_int_equal(rows_in(small.gateway.store, TABLE_OPENING), 1);
    round.now_ms = in_years(5, 1);
    small_gateway_write(&small, apply_openings, &round);
    assert_false(round.more);
    assert_int_equal(round.position, 1);
    view_begin(small.gateway.store, &view);
    assert_int_equal(retention_opening_erased(&view, 0, &teller), OUTCOME_OK);
    assert_int_equal(teller, 1);
    assert_int_equal(retention_opening_erased(&view, 1, &teller), OUTCOME_NOT_FOUND);
    view_end(&view);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LEAF), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_OPENING), 1); /* of the leaf that says so */
    assert_true(is_in_files(erased.wrapped, sizeof erased.wrapped));
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK);
    assert_false(is_in_files(erased.wrapped, sizeof erased.wrapped));
    assert_false(is_in_files(erased.key.secret, sizeof erased.key.secret));
    assert_false(is_in_files(salt, strlen(salt)));
    assert_int_equal(audit_check_all(small.gateway.audit), OUTCOME_OK);
}

/* --- a store from before --- */

static enum outcome apply_forgetting(struct change *change, struct audit *audit, void *context)
{
    static const enum table tables[] = {TABLE_HELD, TABLE_RETAINED, TABLE_LINK};

    (void)audit;
    (void)context;
    for (size_t i = 0; i < 3; i++) {
        struct bytes key, value;
        while (store_next(&change->view, tables[i], (struct bytes){0}, false, &key, &value) ==
               OUTCOME_OK) {
            OWNED_BUFFER copy = {0};
            buffer_add_bytes(&copy, key);
            store_delete(change, tables[i], buffer_bytes(&copy));
        }
    }
    return change->outcome;
}

static void a_store_from_before_is_planned_first(void **state)
{
    struct retention_watch watch = {0};
    struct received received = take_in(town.now_ms);
    struct sending sent = send_one("", false);
    const size_t held = rows_in(small.gateway.store, TABLE_HELD);

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    small_gateway_write(&small, apply_forgetting, NULL);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 0);
    pass_until_done(&watch);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), held);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RETAINED), held);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK),
                     rows_in(small.gateway.store, TABLE_DOSSIER));
    assert_int_equal(erase_one(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase_one(RECORD_SENT, sent.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
}

/* --- against a model --- */

/* Puts, erasures by hand, runs and restarts in any order: what is there is what the model says,
 * and at the end nothing leads to anybody any more. */
static void any_order_is_like_the_model(void **state)
{
    struct dice dice = dice_throw_from(20261123);
    struct {
        struct uuid id;
        struct day until;
        bool there;
    } model[MODEL] = {0};
    struct day today = amsterdam_day(town.now_ms);
    const struct day begin = today;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const size_t n = (size_t)dice_number(&dice, MODEL);
        switch (dice_number(&dice, 5)) {
        case 0:
        case 1:
            if (!model[n].there) {
                int64_t at = town.now_ms - (int64_t)dice_number(&dice, 400) * DAY_MS;
                struct received received = take_in(at);
                model[n].id = received.id;
                model[n].there = true;
                model[n].until =
                    retained_signal_until(at, retention_days(&received.signal.signal));
            }
            break;
        case 2:
            if (model[n].id.bytes[6]) {
                assert_int_equal(erase_one(RECORD_RECEIVED, model[n].id, ERASURE_OBJECTION),
                                 model[n].there ? OUTCOME_OK : OUTCOME_NOT_FOUND);
                model[n].there = false;
            }
            break;
        case 3:
            today = day_plus(today, (int)dice_number(&dice, DAYS));
            assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
            run_on(today);
            for (size_t m = 0; m < MODEL; m++)
                model[m].there = model[m].there && day_compare(model[m].until, today) > 0;
            break;
        default:
            small_gateway_restart(&small);
            break;
        }
        for (size_t m = 0; m < MODEL; m++) {
            if (model[m].id.bytes[6])
                assert_int_equal(is_there(TABLE_INBOX, &model[m].id), model[m].there);
        }
    }
    run_on(day_plus(begin, 10000));
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
}

#define AT_TEAM(fact)                                                                              \
    cmocka_unit_test_setup_teardown(fact, small_records_team, small_records_end)
#define AT_CORPORATION(fact)                                                                       \
    cmocka_unit_test_setup_teardown(fact, small_records_corporation, small_records_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_TEAM(a_signal_goes_on_the_day_after_its_last),
        AT_CORPORATION(the_term_counts_from_the_receipt),
        AT_TEAM(a_run_that_comes_late_skips_nothing),
        AT_TEAM(a_tombstone_fades_in_two_steps),
        AT_TEAM(one_damaged_record_holds_up_nobody),
        AT_TEAM(a_new_store_begins_and_runs_once_a_day),
        AT_TEAM(after_days_without_a_run_the_clock_must_be_believed),
        AT_TEAM(what_a_partner_says_of_another_time_says_nothing),
        AT_TEAM(after_a_day_it_just_runs),
        AT_TEAM(the_run_is_for_the_day_from_three_at_night_on),
        AT_TEAM(after_it_keys_are_written_anew_and_the_log_says_for_how_many),
        AT_TEAM(an_erased_record_leaves_no_value_and_no_key),
        AT_TEAM(openings_go_after_their_years_and_the_leaves_stand),
        AT_CORPORATION(a_store_from_before_is_planned_first),
        AT_TEAM(any_order_is_like_the_model),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, small_records_town, small_records_town_end);
}
