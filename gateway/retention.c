/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/repeat.h"
#include "gateway/retention.h"

#include <stdio.h>
#include <string.h>

#include "gateway/agreement_use.h"
#include "gateway/alarms.h"
#include "gateway/basis_store.h"
#include "gateway/clock.h"
#include "gateway/escalation.h"
#include "gateway/kept_signal.h"
#include "gateway/retention_fill.h"
#include "gateway/retention_log.h"
#include "gateway/store_damage.h"

enum {
    RUN_HOUR = 3,
    PIECE_ROWS = 64,
    PIECE_MS = 20,
    PASS_MS = 400, /* then the timer's other work gets its turn */
    STATE_BYTES = 40,
    LATE_MS = 2 * DAY_MS,
    LATE_UP_MS = 2 * HOUR_MS,  /* who just started has had no time yet */
};

static const char name[] = "retention";

/* --- what is remembered --- */

enum outcome retention_state(struct view *view, struct retention_state *out_state)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(name), &value);

    *out_state = (struct retention_state){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != STATE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out_state->day.number = (int32_t)read_u64(value.data);
    out_state->done_ms = (int64_t)read_u64(value.data + 8);
    out_state->erased = read_u64(value.data + 16);
    out_state->erased_now = read_u64(value.data + 24);
    out_state->opening = read_u64(value.data + 32);
    return OUTCOME_OK;
}

static void put_state(struct change *change, const struct retention_state *state)
{
    uint8_t value[STATE_BYTES];

    write_u64(value, (uint64_t)state->day.number);
    write_u64(value + 8, (uint64_t)state->done_ms);
    write_u64(value + 16, state->erased);
    write_u64(value + 24, state->erased_now);
    write_u64(value + 32, state->opening);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(value, sizeof value));
}

struct day retention_day(int64_t now_ms)
{
    struct wall_clock clock = amsterdam_clock(now_ms);

    return clock.hour >= RUN_HOUR ? clock.day : day_plus(clock.day, -1);
}

/* --- one record --- */

/* The term of the article, from the receipt; what has none yet counts from the day it came here.
 * Without the covenant the day that was planned stands. */
static enum outcome signal_until(struct gateway *gateway, struct change *change, enum table table,
                                 const struct retained *row, struct day *out_until)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    const struct known_covenant *known;
    const struct article *article;
    struct bytes value;

    TRY(store_get(&change->view, table, bytes_of(row->id.bytes, sizeof row->id.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(registry, kept.covenant);
    article = known ? covenant_article(known->covenant, signal.article) : NULL;
    *out_until = row->look;
    if (article)
        *out_until = agreement_look_day(
            has_bit(signal.fields, FIELD_END_DAY) ? &signal.housing : NULL,
            retained_signal_until(kept.received_ms ? kept.received_ms : kept.taken_ms,
                                  article->retention_days));
    return OUTCOME_OK;
}

static enum outcome basis_until(struct change *change, const struct retained *row,
                                struct day *out_until)
{
    OWNED_KEPT_BASIS kept = {0};
    char id[UUID_TEXT_BYTES];

    uuid_print(row->id, id);
    TRY(basis_get(&change->view, id, &kept));
    *out_until = retained_basis_until(kept.basis);
    return OUTCOME_OK;
}

static enum outcome until_of(struct gateway *gateway, struct change *change,
                             const struct retained *row, struct day *out_until)
{
    if (row->kind == RECORD_BASIS)
        return basis_until(change, row, out_until);
    return signal_until(gateway, change,
                        row->kind == RECORD_RECEIVED ? TABLE_INBOX : TABLE_SENT, row, out_until);
}

static enum outcome erase(struct gateway *gateway, struct change *change,
                          const struct retained *row)
{
    switch (row->kind) {
    case RECORD_RECEIVED:
        return erase_received(gateway, change, row->id, ERASURE_TERM);
    case RECORD_SENT:
        return erase_sent(gateway, change, row->id, ERASURE_TERM);
    case RECORD_BASIS:
        return erase_basis(gateway, change, row->id, ERASURE_TERM);
    }
    return OUTCOME_INTERNAL;
}

/* A record that does not read may not keep all others here: an alarm, and on. */
static enum outcome record_damage(struct gateway *gateway, struct change *change)
{
    const struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(OUTCOME_STORE_DAMAGED),
        .source = gateway->settings->oin.text,
        .service = "wissingen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return audit_record(gateway->audit, change, &entry);
}

static enum outcome fade(struct change *change, const struct retained *row, struct day today)
{
    struct day next;

    TRY(erasure_fade(change, row->kind, row->id, today, &next));
    if (next.number)
        retained_look_again(change, row, next);
    else
        retained_looked(change, row);
    return change->outcome;
}

static enum outcome look_at(struct gateway *gateway, struct change *change,
                            const struct retained *row, struct day today, bool *out_erased)
{
    struct day until;
    enum outcome outcome;

    *out_erased = false;
    if (row->fades)
        return fade(change, row, today);
    outcome = until_of(gateway, change, row, &until);
    if (outcome == OUTCOME_OK && day_compare(until, today) > 0) {
        retained_look_again(change, row, until);
        return change->outcome;
    }
    if (outcome == OUTCOME_OK)
        outcome = erase(gateway, change, row);
    *out_erased = outcome == OUTCOME_OK;
    if (outcome == OUTCOME_STORE_DAMAGED) {
        store_damage_in_change(change);
        retained_look_again(change, row, day_plus(today, 1));
        return record_damage(gateway, change);
    }
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND) /* not found: it went before */
        return outcome;
    retained_looked(change, row);
    return change->outcome;
}

enum outcome retention_erase_due(struct gateway *gateway, struct change *change, struct day today,
                                 uint64_t *out_erased, bool *out_more)
{
    const int64_t until_ms = clock_monotonic_ms() + PIECE_MS;
    enum outcome outcome = OUTCOME_OK;

    *out_erased = 0;
    for (int i = 0; i < PIECE_ROWS && (i == 0 || clock_monotonic_ms() < until_ms); i++) {
        struct retained row;
        bool erased;
        outcome = retained_due(&change->view, today, &row);
        if (outcome != OUTCOME_OK)
            break;
        TRY(look_at(gateway, change, &row, today, &erased));
        *out_erased += erased;
    }
    *out_more = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

/* --- the run --- */

struct piece {
    struct gateway *gateway;
    struct day today;
    int64_t now_ms;
    bool more;
};

static enum outcome apply_piece(struct change *change, struct audit *audit, void *context)
{
    struct piece *piece = context;
    struct retention_state state;
    uint64_t erased;

    (void)audit;
    TRY(retention_state(&change->view, &state));
    TRY(retention_erase_due(piece->gateway, change, piece->today, &erased, &piece->more));
    state.erased_now += erased;
    if (!piece->more)
        TRY(retention_erase_openings(piece->gateway, change, piece->now_ms, &state.opening,
                                     &piece->more));
    if (!piece->more) {
        state.day = piece->today;
        state.done_ms = piece->now_ms;
        state.erased = state.erased_now;
        state.erased_now = 0;
        TRY(alarm_settle(piece->gateway, change, ALARM_ERASURE_LATE,
                         piece->gateway->settings->oin.text));
    }
    put_state(change, &state);
    return change->outcome;
}

static enum outcome run_some(struct gateway *gateway, struct day today, int64_t now_ms)
{
    const int64_t until_ms = clock_monotonic_ms() + PASS_MS;
    struct piece piece = {gateway, today, now_ms, true};

    while (piece.more && clock_monotonic_ms() < until_ms)
        TRY(writer_run(gateway->writer, apply_piece, &piece));
    return OUTCOME_OK;
}

/* --- when it does not run --- */

static enum outcome apply_alarm(struct change *change, struct audit *audit, void *context)
{
    struct gateway *gateway = context;

    (void)audit;
    return alarm_raise(gateway, change, ALARM_ERASURE_LATE, gateway->settings->oin.text);
}

/* Whatever keeps it from running, and whatever keeps erased keys on the disk. */
static enum outcome tell_when_late(struct gateway *gateway, const struct retention_watch *watch,
                                   const struct retention_state *state, int64_t now_ms)
{
    struct erasure_pending pending;
    enum outcome outcome;
    struct view view;
    bool told;

    if (clock_steady_ms() - watch->begun_ms < LATE_UP_MS)
        return OUTCOME_OK;
    view_begin(gateway->store, &view);
    told = alarm_stands(&view, ALARM_ERASURE_LATE, gateway->settings->oin.text);
    outcome = erasure_pending(&view, &pending);
    view_end(&view);
    TRY(outcome);
    if (told || (now_ms - state->done_ms < LATE_MS &&
                 (!pending.count || now_ms - pending.since_ms < LATE_MS)))
        return OUTCOME_OK;
    return writer_run_essential(gateway->writer, apply_alarm, gateway);
}

static enum outcome apply_begin(struct change *change, struct audit *audit, void *context)
{
    const struct retention_state *state = context;

    (void)audit;
    put_state(change, state);
    return change->outcome;
}

/* A store that has no state yet is new, or from before there was one: then its records are planned
 * first. */
static enum outcome begin(struct gateway *gateway, struct retention_watch *watch, int64_t now_ms)
{
    struct retention_state state = {.day = day_plus(retention_day(now_ms), -1),
                                    .done_ms = now_ms};
    bool filled;

    TRY(retention_fill(gateway, watch, &filled));
    return filled ? writer_run(gateway->writer, apply_begin, &state) : OUTCOME_OK;
}

enum outcome retention_pass(struct gateway *gateway, struct retention_watch *watch)
{
    int64_t now_ms;
    const bool certain = clock_certain(gateway, &now_ms);
    const struct day today = retention_day(now_ms);
    struct retention_state state;
    enum outcome outcome;
    struct view view;

    if (!watch->begun_ms)
        watch->begun_ms = clock_steady_ms();
    view_begin(gateway->store, &view);
    outcome = retention_state(&view, &state);
    view_end(&view);
    TRY(outcome);
    if (!state.done_ms)
        return begin(gateway, watch, now_ms);
    if (certain && day_compare(state.day, today) < 0) {
        TRY(repeat_sweep(gateway, today));
        TRY(escalation_sweep(gateway, today));
        TRY(run_some(gateway, today, now_ms));
    }
    return certain ? tell_when_late(gateway, watch, &state, now_ms) : OUTCOME_OK;
}
