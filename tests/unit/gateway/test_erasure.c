/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is erased, and with it all that leads to it; what stays. Signals come and go as they do in
 * a gateway: pushed at the corporation, received at the team.
 */
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
#include "gateway/basis_store.h"
#include "gateway/compaction.h"
#include "gateway/kept_signal.h"
#include "gateway/match.h"
#include "gateway/release.h"
#include "gateway/retention.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_signal.h"

enum { MODEL = 40, ROUNDS = 60, DAYS = 60 };

static struct small_town town;
static struct small_gateway small;

static struct bytes id_key(const struct uuid *id)
{
    return bytes_of(id->bytes, sizeof id->bytes);
}

static bool is_there(enum table table, const struct uuid *id)
{
    struct view view;
    bool there;

    view_begin(small.gateway.store, &view);
    there = store_has(&view, table, id_key(id));
    view_end(&view);
    return there;
}

/* --- a signal that was received --- */

struct received {
    struct small_signal signal;
    struct uuid id;
    int64_t at_ms;
    char dossier[DOSSIER_BYTES];
    bool releases;
};

static int retention_days(const struct signal *signal)
{
    return covenant_article(small_gateway_known(&small)->covenant, signal->article)
        ->retention_days;
}

static enum outcome apply_received(struct change *change, struct audit *audit, void *context)
{
    struct received *received = context;
    const struct known_covenant *known = small_gateway_known(&small);
    const struct terms terms = {.decide_workdays = 10};
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[CORPORATION].oin,
                              .taken_ms = received->at_ms,
                              .received_ms = received->at_ms};
    struct retained retained = {.kind = RECORD_RECEIVED, .id = received->id};
    OWNED_BUFFER text = {0};
    uint8_t sequence[8];

    (void)audit;
    dossier_new(received->dossier);
    memcpy(kept.dossier, received->dossier, sizeof kept.dossier);
    memcpy(retained.dossier, received->dossier, sizeof kept.dossier);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    kept.item = small_signal_text(&received->signal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_INBOX, id_key(&received->id), buffer_bytes(&text));
    retained.sequence = store_next_sequence(change, TABLE_INBOX_ORDER, (struct bytes){0});
    retained.look =
        retained_signal_until(received->at_ms, retention_days(&received->signal.signal));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_INBOX_ORDER, bytes_of(sequence, 8), id_key(&received->id));
    store_put(change, TABLE_MATCH, bytes_of(sequence, 8), id_key(&received->id));
    retained_put(change, &retained);
    return received->releases ? release_plan(change, received->signal.signal.id, received->at_ms,
                                             &terms)
                              : change->outcome;
}

static struct received take_in(int64_t at_ms)
{
    struct received received = {
        .signal = small_signal_make(&town, small_gateway_known(&small), TEAM), .at_ms = at_ms};

    uuid_print(uuid_v4(), received.signal.signal.id);
    assert_true(uuid_parse(received.signal.signal.id, &received.id));
    small_gateway_write(&small, apply_received, &received);
    return received;
}

/* --- erasing --- */

struct erasing {
    struct uuid id;
    enum record_kind kind;
    enum erasure_cause cause;
    enum outcome outcome;
};

static enum outcome apply_erasing(struct change *change, struct audit *audit, void *context)
{
    struct erasing *erasing = context;

    (void)audit;
    erasing->outcome =
        erasing->kind == RECORD_RECEIVED
            ? erase_received(&small.gateway, change, erasing->id, erasing->cause)
        : erasing->kind == RECORD_SENT
            ? erase_sent(&small.gateway, change, erasing->id, erasing->cause)
            : erase_basis(&small.gateway, change, erasing->id, erasing->cause);
    return erasing->outcome;
}

static enum outcome erase(enum record_kind kind, struct uuid id, enum erasure_cause cause)
{
    struct erasing erasing = {id, kind, cause, OUTCOME_OK};
    enum outcome outcome = writer_run(small.gateway.writer, apply_erasing, &erasing);

    assert_true(outcome == erasing.outcome || outcome == OUTCOME_OUT_OF_MEMORY);
    return outcome;
}

static struct tombstone stone_of(enum record_kind kind, struct uuid id)
{
    struct tombstone stone;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(erasure_tombstone(&view, kind, id, &stone), OUTCOME_OK);
    view_end(&view);
    return stone;
}

static bool has_stone(enum record_kind kind, struct uuid id)
{
    struct tombstone stone;
    struct view view;
    enum outcome outcome;

    view_begin(small.gateway.store, &view);
    outcome = erasure_tombstone(&view, kind, id, &stone);
    view_end(&view);
    assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND);
    return outcome == OUTCOME_OK;
}

static uint64_t pending(void)
{
    struct erasure_pending found;
    struct view view;

    view_begin(small.gateway.store, &view);
    assert_int_equal(erasure_pending(&view, &found), OUTCOME_OK);
    view_end(&view);
    return found.count;
}

static json_t *last_leaf(void)
{
    return leaf_json(small.gateway.store, audit_size(small.gateway.audit) - 1);
}

static const char *text_of(const json_t *leaf, const char *name)
{
    const char *text = json_string_value(json_object_get(leaf, name));

    return text ? text : "";
}

/* --- facts: what was received --- */

static void a_received_signal_goes_with_all_that_leads_to_it(void **state)
{
    struct received received = take_in(town.now_ms), other = take_in(town.now_ms);
    struct tombstone stone;
    OWNED_JSON leaf = NULL;

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 4);
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_RECALLED), OUTCOME_OK);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_true(is_there(TABLE_INBOX, &other.id));
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 2);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_INBOX_ORDER), 2); /* its place stays */
    stone = stone_of(RECORD_RECEIVED, received.id);
    assert_int_equal(stone.cause, ERASURE_RECALLED);
    assert_true(oin_equal(&stone.partner, &town.parties[CORPORATION].oin));
    assert_int_equal(stone.sequence, 0);
    assert_int_equal(pending(), 1);
    leaf = last_leaf();
    assert_string_equal(text_of(leaf, "ev"), "erase");
    assert_string_equal(text_of(leaf, "ph"), "intent");
    assert_string_equal(text_of(leaf, "why"), "TERUGGEROEPEN");
    assert_string_equal(text_of(leaf, "ret"), "UITWISSELING");
}

static void what_waits_to_be_matched_is_not_matched(void **state)
{
    struct received received = take_in(town.now_ms);

    (void)state;
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_MATCH), 0);
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
}

static void what_is_not_here_cannot_be_erased(void **state)
{
    struct received received = take_in(town.now_ms);

    (void)state;
    assert_int_equal(erase(RECORD_SENT, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(erase(RECORD_BASIS, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(erase(RECORD_RECEIVED, uuid_v4(), ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(pending(), 0);
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_NOT_FOUND);
    assert_int_equal(pending(), 1);
}

/* --- silence --- */

struct letting_go {
    int64_t now_ms;
    bool more;
};

static enum outcome apply_release(struct change *change, struct audit *audit, void *context)
{
    struct letting_go *letting_go = context;

    (void)audit;
    return release_due(&small.gateway, change, letting_go->now_ms, &letting_go->more);
}

static void an_erased_signal_is_still_answered_at_its_hour(void **state)
{
    struct received received = {
        .signal = small_signal_make(&town, small_gateway_known(&small), TEAM),
        .at_ms = town.now_ms,
        .releases = true};
    struct letting_go letting_go = {town.now_ms + INT64_C(40) * DAY_MS, false};
    const struct article *article;
    struct queued queued;
    struct view view;
    uint64_t sequence;

    (void)state;
    uuid_print(uuid_v4(), received.signal.signal.id);
    assert_true(uuid_parse(received.signal.signal.id, &received.id));
    article = covenant_article(small_gateway_known(&small)->covenant,
                               received.signal.signal.article);
    assert_non_null(article);
    small_gateway_write(&small, apply_received, &received);
    if (article->terms.decide_workdays != 10)
        skip();
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 1);
    small_gateway_write(&small, apply_release, &letting_go);
    assert_int_equal(rows_in(small.gateway.store, TABLE_RELEASE), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(
        queue_next(&view, &town.parties[CORPORATION].oin, 0, &sequence, &queued), OUTCOME_OK);
    assert_int_equal(queued.kind, MESSAGE_KIND_FEEDBACK);
    assert_string_equal(queued.covenant, small_gateway_known(&small)->covenant->fingerprint);
    assert_string_equal(queued.dossier, received.dossier);
    assert_non_null(memmem(queued.item.data, queued.item.length, received.signal.signal.id,
                           UUID_TEXT_BYTES - 1));
    view_end(&view);
}

/* --- what was sent, and rests on --- */

struct sending {
    struct uuid id;
    char text[UUID_TEXT_BYTES];
    char dossier[DOSSIER_BYTES]; /* "": of a new address */
    int64_t at_ms, received_ms;
    bool queued;
};

static enum outcome apply_sending(struct change *change, struct audit *audit, void *context)
{
    struct sending *sending = context;
    const struct known_covenant *known = small_gateway_known(&small);
    struct small_signal signal = small_signal_make(&town, known, TEAM);
    OWNED_KEPT_SIGNAL kept = {.partner = town.parties[TEAM].oin,
                              .taken_ms = sending->at_ms,
                              .received_ms = sending->received_ms,
                              .actor = "1001"};
    struct retained retained = {.kind = RECORD_SENT, .id = sending->id};
    OWNED_BUFFER text = {0};
    uint8_t sequence[8];

    (void)audit;
    if (!sending->dossier[0]) {
        struct identity identity;
        char number[8];
        snprintf(number, sizeof number, "%u", 1 + sending->id.bytes[0] * 7u);
        TRY(identity_pch("1234AB", number, "", "", &identity));
        TRY(dossier_make(change, small.gateway.store, small.gateway.local_id_key, &identity,
                         sending->dossier));
    }
    memcpy(signal.signal.id, sending->text, sizeof signal.signal.id);
    memcpy(kept.dossier, sending->dossier, sizeof kept.dossier);
    memcpy(retained.dossier, sending->dossier, sizeof kept.dossier);
    memcpy(kept.covenant, known->covenant->fingerprint, sizeof kept.covenant);
    kept.item = small_signal_text(&signal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, id_key(&sending->id), buffer_bytes(&text));
    retained.sequence = store_next_sequence(change, TABLE_SENT_ORDER, (struct bytes){0});
    retained.look = retained_signal_until(sending->at_ms, retention_days(&signal.signal));
    write_u64(sequence, retained.sequence);
    store_put(change, TABLE_SENT_ORDER, bytes_of(sequence, 8), id_key(&sending->id));
    retained_put(change, &retained);
    if (sending->queued) {
        struct queued queued = {.kind = MESSAGE_KIND_SIGNAL,
                                .role = ROLE_MELDER,
                                .purpose = signal.signal.purpose,
                                .item = buffer_bytes(&kept.item)};
        memcpy(queued.covenant, kept.covenant, sizeof queued.covenant);
        memcpy(queued.id, sending->text, sizeof queued.id);
        TRY(queue_add(change, &kept.partner, &queued));
    }
    return change->outcome;
}

static struct sending send(const char *dossier, bool queued)
{
    struct sending sending = {
        .id = uuid_v4(), .at_ms = town.now_ms, .received_ms = queued ? 0 : town.now_ms,
        .queued = queued};

    snprintf(sending.dossier, sizeof sending.dossier, "%s", dossier);
    uuid_print(sending.id, sending.text);
    small_gateway_write(&small, apply_sending, &sending);
    return sending;
}

static void the_last_record_of_a_dossier_takes_the_person_with_it(void **state)
{
    struct sending first = send("", false), second = send(first.dossier, false);

    (void)state;
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 1);
    assert_int_equal(erase(RECORD_SENT, first.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 1);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 1);
    assert_int_equal(erase(RECORD_SENT, second.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_PERSON), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_HELD), 0);
}

static void a_sent_signal_leaves_the_queue_too(void **state)
{
    struct sending waits = send("", true), other = send("", true);
    struct queued queued;
    struct view view;
    uint64_t sequence;

    (void)state;
    assert_int_equal(erase(RECORD_SENT, waits.id, ERASURE_WITHDRAWN), OUTCOME_OK);
    view_begin(small.gateway.store, &view);
    assert_int_equal(queue_next(&view, &town.parties[TEAM].oin, 0, &sequence, &queued),
                     OUTCOME_OK);
    assert_string_equal(queued.id, other.text);
    view_end(&view);
    assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), 1);
}

static void its_reporter_alone_is_known_by_a_hash(void **state)
{
    struct sending sent = send("", false);
    uint8_t his[STORE_HASH_BYTES], another[STORE_HASH_BYTES];
    struct tombstone stone;

    (void)state;
    assert_int_equal(erase(RECORD_SENT, sent.id, ERASURE_TERM), OUTCOME_OK);
    stone = stone_of(RECORD_SENT, sent.id);
    assert_int_equal(erasure_reporter(small.gateway.store, "1001", his), OUTCOME_OK);
    assert_int_equal(erasure_reporter(small.gateway.store, "1002", another), OUTCOME_OK);
    assert_memory_equal(stone.reporter, his, sizeof his);
    assert_memory_not_equal(stone.reporter, another, sizeof another);
}

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
    uuid_print(sent.id, sent.text);
    small_gateway_write(&small, apply_sending, &sent);
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
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_RECALLED), OUTCOME_OK);
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
    pass_until_done(&watch);
    assert_true(is_there(TABLE_INBOX, &received.id));
    assert_true(retention_doubts(&(struct retention_state){.done_ms = 1}, town.now_ms));
    small.gateway.partner_agreed_ms = town.now_ms; /* as outgoing_received() notes it */
    pass_until_done(&watch);
    assert_false(is_there(TABLE_INBOX, &received.id));
    assert_int_equal(state_now().erased, 1);
}

static void what_a_partner_agreed_to_long_ago_says_nothing(void **state)
{
    struct retention_watch watch = {0};
    struct received received;

    (void)state;
    pass_until_done(&watch);
    received = take_in(town.now_ms - INT64_C(1000) * DAY_MS);
    let_days_pass(INT64_C(5) * DAY_MS);
    small.gateway.partner_agreed_ms = town.now_ms - INT64_C(2) * DAY_MS;
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
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase(RECORD_RECEIVED, other.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK);
    assert_int_equal(pending(), 0);
    view_begin(small.gateway.store, &view);
    assert_int_equal(compaction_state(&view, &done), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(done.count, 2);
    leaf = last_leaf();
    assert_string_equal(text_of(leaf, "ev"), "erase");
    assert_string_equal(text_of(leaf, "ph"), "outcome");
    leaves = audit_size(small.gateway.audit);
    received = take_in(town.now_ms);
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(compaction_pass(&small.gateway, &watch), OUTCOME_OK); /* not so soon */
    assert_int_equal(pending(), 1);
    assert_int_equal(audit_size(small.gateway.audit), leaves + 1);
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
    struct sending sent = send("", false);
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
    assert_int_equal(erase(RECORD_RECEIVED, received.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(erase(RECORD_SENT, sent.id, ERASURE_TERM), OUTCOME_OK);
    assert_int_equal(rows_in(small.gateway.store, TABLE_LINK), 0);
    assert_int_equal(rows_in(small.gateway.store, TABLE_DOSSIER), 0);
}

/* --- want of memory --- */

static void scarce_memory_erases_all_or_nothing(void **state)
{
    struct received received = take_in(town.now_ms);
    struct sending sent = send("", true);
    enum outcome outcome;
    int lasts = 0;

    (void)state;
    assert_int_equal(match_received(&small.gateway), OUTCOME_OK);
    do {
        memory_lasts_for(lasts++);
        outcome = erase(RECORD_RECEIVED, received.id, ERASURE_TERM);
        memory_lasts_for(-1);
        assert_int_equal(has_stone(RECORD_RECEIVED, received.id), outcome == OUTCOME_OK);
        assert_int_equal(is_there(TABLE_INBOX, &received.id), outcome != OUTCOME_OK);
    } while (outcome == OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_true(lasts > 5);
    lasts = 0;
    do {
        memory_lasts_for(lasts++);
        outcome = erase(RECORD_SENT, sent.id, ERASURE_TERM);
        memory_lasts_for(-1);
        assert_int_equal(has_stone(RECORD_SENT, sent.id), outcome == OUTCOME_OK);
        assert_int_equal(rows_in(small.gateway.store, TABLE_QUEUE), outcome != OUTCOME_OK);
    } while (outcome == OUTCOME_OUT_OF_MEMORY);
    assert_int_equal(outcome, OUTCOME_OK);
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
                assert_int_equal(erase(RECORD_RECEIVED, model[n].id, ERASURE_OBJECTION),
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

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, TEAM);
    small_gateway_in_force(&small);
    return 0;
}

static int make_corporation(void **state)
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
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define AT_TEAM(fact)        cmocka_unit_test_setup_teardown(fact, make, end)
#define AT_CORPORATION(fact) cmocka_unit_test_setup_teardown(fact, make_corporation, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_TEAM(a_received_signal_goes_with_all_that_leads_to_it),
        AT_TEAM(what_waits_to_be_matched_is_not_matched),
        AT_TEAM(what_is_not_here_cannot_be_erased),
        AT_TEAM(an_erased_signal_is_still_answered_at_its_hour),
        AT_CORPORATION(the_last_record_of_a_dossier_takes_the_person_with_it),
        AT_CORPORATION(a_sent_signal_leaves_the_queue_too),
        AT_CORPORATION(its_reporter_alone_is_known_by_a_hash),
        AT_TEAM(a_signal_goes_on_the_day_after_its_last),
        AT_CORPORATION(the_term_counts_from_the_receipt),
        AT_TEAM(a_run_that_comes_late_skips_nothing),
        AT_TEAM(a_tombstone_fades_in_two_steps),
        AT_TEAM(one_damaged_record_holds_up_nobody),
        AT_TEAM(a_new_store_begins_and_runs_once_a_day),
        AT_TEAM(after_days_without_a_run_the_clock_must_be_believed),
        AT_TEAM(what_a_partner_agreed_to_long_ago_says_nothing),
        AT_TEAM(after_a_day_it_just_runs),
        AT_TEAM(the_run_is_for_the_day_from_three_at_night_on),
        AT_TEAM(after_it_keys_are_written_anew_and_the_log_says_for_how_many),
        AT_CORPORATION(a_store_from_before_is_planned_first),
        AT_CORPORATION(scarce_memory_erases_all_or_nothing),
        AT_TEAM(any_order_is_like_the_model),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
