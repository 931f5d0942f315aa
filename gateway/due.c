/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/due.h"

#include <assert.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/erasure.h"
#include "gateway/escalation.h"
#include "gateway/store_damage.h"

enum {
    UUID_BYTES = 16,
    DUE_KEY_BYTES = 8 + UUID_BYTES + 1,
    STATE_KEY_BYTES = 1 + UUID_BYTES,
    STATE_BYTES = 8 + 8 + 8 + 1 + 8 + STORE_HASH_BYTES,
    LATE_PREFIX_BYTES = 1 + STORE_HASH_BYTES,
    LATE_KEY_BYTES = LATE_PREFIX_BYTES + 8 + UUID_BYTES,
    LATE_BYTES = 2,
};

/* Among the steps taken: the fixed answer left, and no term runs any more. */
#define LET_GO (UINT32_C(1) << 31)
static_assert(TERM_COUNT * TERM_STAGE_COUNT < 31, "each step has a bit of its own");

/* What is remembered of one signal: without it a step would be taken twice, and its rows could not
 * be found again. */
struct due_state {
    int64_t next_ms;      /* where it stands in TABLE_DUE; 0: it does not */
    uint32_t taken;       /* term_step_bit()s, and LET_GO */
    struct day follow_up; /* of the follow-up that was planned or taken; 0: none */
    bool is_late;         /* it stands in TABLE_LATE, under: */
    struct day late;
    uint8_t reporter[STORE_HASH_BYTES];
};

struct dued { /* one signal whose terms are looked at */
    struct change *change;
    enum due_side side;
    struct uuid id;
    bool secrecy; /* the holder's */
    struct due_state state;
};

/* --- rows --- */

static struct bytes due_key(int64_t at_ms, enum due_side side, struct uuid id,
                            uint8_t out[static DUE_KEY_BYTES])
{
    write_u64(out, (uint64_t)at_ms);
    memcpy(out + 8, id.bytes, UUID_BYTES);
    out[8 + UUID_BYTES] = (uint8_t)side;
    return bytes_of(out, DUE_KEY_BYTES);
}

static struct bytes state_key(enum due_side side, struct uuid id,
                              uint8_t out[static STATE_KEY_BYTES])
{
    out[0] = (uint8_t)side;
    memcpy(out + 1, id.bytes, UUID_BYTES);
    return bytes_of(out, STATE_KEY_BYTES);
}

static struct bytes late_key(const struct dued *dued, uint8_t out[static LATE_KEY_BYTES])
{
    out[0] = (uint8_t)dued->side;
    memcpy(out + 1, dued->state.reporter, STORE_HASH_BYTES);
    write_u64(out + LATE_PREFIX_BYTES, (uint64_t)dued->state.late.number);
    memcpy(out + LATE_PREFIX_BYTES + 8, dued->id.bytes, UUID_BYTES);
    return bytes_of(out, LATE_KEY_BYTES);
}

/* NOT_FOUND for what was never planned. */
static enum outcome load_state(struct dued *dued)
{
    uint8_t key[STATE_KEY_BYTES];
    struct bytes value;
    const uint8_t *at;

    dued->state = (struct due_state){0};
    TRY(store_get(&dued->change->view, TABLE_DUE_STATE, state_key(dued->side, dued->id, key),
                  &value));
    if (value.length != STATE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    at = value.data;
    dued->state.next_ms = (int64_t)read_u64(at);
    dued->state.taken = (uint32_t)read_u64(at + 8);
    dued->state.follow_up.number = (int32_t)read_u64(at + 16);
    dued->state.is_late = at[24] != 0;
    dued->state.late.number = (int32_t)read_u64(at + 25);
    memcpy(dued->state.reporter, at + 33, STORE_HASH_BYTES);
    return OUTCOME_OK;
}

static void put_state(const struct dued *dued)
{
    uint8_t key[STATE_KEY_BYTES], value[STATE_BYTES];

    write_u64(value, (uint64_t)dued->state.next_ms);
    write_u64(value + 8, dued->state.taken);
    write_u64(value + 16, (uint64_t)dued->state.follow_up.number);
    value[24] = dued->state.is_late;
    write_u64(value + 25, (uint64_t)dued->state.late.number);
    memcpy(value + 33, dued->state.reporter, STORE_HASH_BYTES);
    store_put(dued->change, TABLE_DUE_STATE, state_key(dued->side, dued->id, key),
              bytes_of(value, sizeof value));
}

static void unplan(struct dued *dued)
{
    uint8_t key[DUE_KEY_BYTES];

    if (dued->state.next_ms)
        store_delete(dued->change, TABLE_DUE,
                     due_key(dued->state.next_ms, dued->side, dued->id, key));
    dued->state.next_ms = 0;
}

static void unlate(struct dued *dued)
{
    uint8_t key[LATE_KEY_BYTES];

    if (dued->state.is_late)
        store_delete(dued->change, TABLE_LATE, late_key(dued, key));
    dued->state.is_late = false;
}

/* --- planning --- */

static enum term_side side_of(const struct dued *dued)
{
    if (dued->side == DUE_SENT)
        return TERM_SIDE_SENDER;
    return dued->secrecy ? TERM_SIDE_SECRET_HOLDER : TERM_SIDE_HOLDER;
}

/* Another day agreed is another reminder. */
static void note_follow_up(struct due_state *state, const struct progress *progress)
{
    struct day day = progress->has_next_day ? progress->next_day : (struct day){0};

    if (day_compare(day, state->follow_up) == 0)
        return;
    state->follow_up = day;
    state->taken &= ~term_step_bit(TERM_OUTCOME, TERM_STAGE_FOLLOW_UP);
}

static void stand(struct dued *dued, const struct progress *progress)
{
    uint8_t key[LATE_KEY_BYTES], value[LATE_BYTES];
    struct term_step standing;

    unlate(dued);
    if (!term_step_standing(progress, dued->state.taken, &standing))
        return;
    dued->state.is_late = true;
    dued->state.late = standing.due;
    value[0] = (uint8_t)standing.term;
    value[1] = (uint8_t)standing.stage;
    store_put(dued->change, TABLE_LATE, late_key(dued, key), bytes_of(value, sizeof value));
}

/* All rows anew, from what was taken and how the signal stands. */
static enum outcome plan_anew(struct dued *dued, const struct progress *progress)
{
    uint8_t key[DUE_KEY_BYTES];
    struct term_step next;

    unplan(dued);
    note_follow_up(&dued->state, progress);
    stand(dued, progress);
    if (term_step_next(progress, side_of(dued), dued->state.taken, &next)) {
        dued->state.next_ms = next.at_ms;
        store_put(dued->change, TABLE_DUE, due_key(next.at_ms, dued->side, dued->id, key),
                  (struct bytes){0});
    }
    put_state(dued);
    return dued->change->outcome;
}

static void progress_of(const struct dued *dued, const struct kept_signal *kept,
                        const struct terms *terms, struct progress *out_progress)
{
    kept_signal_progress(kept, terms, dued->secrecy, out_progress);
    for (unsigned term = 0; dued->state.taken & LET_GO && term < TERM_COUNT; term++)
        out_progress->met[term] = true;
}

/* The lead hears that these are over; should one be opened again, it hears that too. */
static void forget_escalated(struct due_state *state, const struct progress *progress)
{
    for (unsigned term = 0; term < TERM_COUNT; term++)
        if (progress->met[term])
            state->taken &= ~term_step_bit((enum term)term, TERM_STAGE_ESCALATED);
}

static bool is_over(const struct kept_signal *kept)
{
    return kept->refusal[0] != '\0' || (!kept->received_ms && !kept->answer_count);
}

enum outcome due_plan(struct change *change, enum due_side side, const char *item_id,
                      const struct kept_signal *kept, const struct terms *terms, bool secrecy)
{
    struct dued dued = {.change = change, .side = side, .secrecy = secrecy};
    struct progress progress;
    enum outcome outcome;

    if (!uuid_parse(item_id, &dued.id))
        return OUTCOME_INTERNAL;
    if (is_over(kept))
        return due_end(change, side, dued.id);
    outcome = load_state(&dued);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_NOT_FOUND && side == DUE_SENT)
        TRY(erasure_reporter(change->view.store, kept->actor, dued.state.reporter));
    progress_of(&dued, kept, terms, &progress);
    if (side == DUE_SENT && dued.state.taken)
        TRY(escalation_settle(change, dued.id, &progress));
    forget_escalated(&dued.state, &progress);
    return plan_anew(&dued, &progress);
}

enum outcome due_end(struct change *change, enum due_side side, struct uuid id)
{
    struct dued dued = {.change = change, .side = side, .id = id};
    uint8_t key[STATE_KEY_BYTES];
    enum outcome outcome = load_state(&dued);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (side == DUE_SENT && dued.state.taken)
        TRY(escalation_settle(change, id, NULL));
    unplan(&dued);
    unlate(&dued);
    store_delete(change, TABLE_DUE_STATE, state_key(side, id, key));
    return change->outcome;
}

/* --- one record --- */

struct taking {
    struct gateway *gateway;
    struct dued dued;
    int64_t now_ms;
    const struct known_covenant *known;
    struct kept_signal kept;
    struct signal signal;
    struct progress progress;
};

static void taking_wipe(struct taking *taking)
{
    kept_signal_wipe(&taking->kept);
    signal_wipe(&taking->signal);
}
#define OWNED_TAKING __attribute__((cleanup(taking_wipe))) struct taking

static const struct oin *holder_of(const struct taking *taking)
{
    return taking->dued.side == DUE_SENT ? &taking->kept.partner : &taking->gateway->settings->oin;
}

/* The record, and what of its covenant counts; NOT_FOUND, STORE_DAMAGED. */
static enum outcome load(struct taking *taking, const struct registry *registry,
                         const struct article **out_article)
{
    const enum table table = taking->dued.side == DUE_SENT ? TABLE_SENT : TABLE_INBOX;
    const struct party *holder;
    struct bytes value;

    TRY(store_get(&taking->dued.change->view, table, bytes_of(taking->dued.id.bytes, UUID_BYTES),
                  &value));
    TRY(kept_signal_read(value, &taking->kept));
    TRY(kept_signal_item(&taking->kept, &taking->signal));
    taking->known = registry_find(registry, taking->kept.covenant);
    if (!taking->known) /* without it nobody knows a term */
        return OUTCOME_NOT_FOUND;
    *out_article = covenant_article(taking->known->covenant, taking->signal.article);
    holder = covenant_party(taking->known->covenant, holder_of(taking));
    if (!*out_article || !holder)
        return OUTCOME_STORE_DAMAGED;
    taking->dued.secrecy = holder->secrecy;
    return OUTCOME_OK;
}

enum outcome due_follow(struct gateway *gateway, struct change *change, enum due_side side,
                        const char *item_id)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    OWNED_TAKING taking = {.gateway = gateway, .dued = {.change = change, .side = side}};
    const struct article *article;
    enum outcome outcome;

    if (!uuid_parse(item_id, &taking.dued.id))
        return OUTCOME_INTERNAL;
    outcome = load(&taking, registry, &article);
    if (outcome == OUTCOME_NOT_FOUND)
        return due_end(change, side, taking.dued.id);
    TRY(outcome);
    return due_plan(change, side, item_id, &taking.kept, &article->terms, taking.dued.secrecy);
}

enum outcome due_let_go(struct gateway *gateway, struct change *change, struct uuid id)
{
    struct dued dued = {.change = change, .side = DUE_RECEIVED, .id = id};
    enum outcome outcome = load_state(&dued);
    char text[UUID_TEXT_BYTES];

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    dued.state.taken |= LET_GO;
    put_state(&dued);
    uuid_print(id, text);
    return due_follow(gateway, change, DUE_RECEIVED, text);
}

/* --- when the moment comes --- */

static enum outcome first_due(struct view *view, int64_t now_ms, enum due_side *out_side,
                              struct uuid *out_id)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_DUE, (struct bytes){0}, false, &key, &value));
    if (key.length != DUE_KEY_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if ((int64_t)read_u64(key.data) > now_ms)
        return OUTCOME_NOT_FOUND;
    memcpy(out_id->bytes, key.data + 8, UUID_BYTES);
    *out_side = (enum due_side)key.data[8 + UUID_BYTES];
    return *out_side == DUE_SENT || *out_side == DUE_RECEIVED ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

enum outcome due_is_due(struct store *store, int64_t now_ms, bool *out_due)
{
    enum due_side side;
    struct uuid id;
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = first_due(&view, now_ms, &side, &id);
    view_end(&view);
    *out_due = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome record(const struct taking *taking, const struct term_step *step)
{
    char rule[QUEUE_RULE_BYTES];
    const struct audit_entry entry = {
        .event = AUDIT_TERM,
        .why = term_stage_word(step->stage),
        .source = taking->gateway->settings->oin.text,
        .destination = taking->kept.partner.text,
        .service = "termijnen",
        .rule = rule,
        .covenant = taking->kept.covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = taking->kept.dossier,
                      [AUDIT_PURPOSE] = purpose_word(taking->signal.purpose),
                      [AUDIT_OBJECTS] = taking->signal.id},
    };

    covenant_rule_print(taking->known->covenant, taking->signal.article, rule, sizeof rule);
    return audit_record(taking->gateway->audit, taking->dued.change, &entry);
}

static enum outcome take(struct gateway *gateway, struct change *change,
                         const struct registry *registry, enum due_side side, struct uuid id,
                         int64_t now_ms)
{
    OWNED_TAKING taking = {
        .gateway = gateway, .dued = {.change = change, .side = side, .id = id}, .now_ms = now_ms};
    const struct article *article;
    struct term_step step;

    TRY(load(&taking, registry, &article));
    TRY(load_state(&taking.dued));
    progress_of(&taking.dued, &taking.kept, &article->terms, &taking.progress);
    /* Planned otherwise than it stands now: the table is put right, nothing is taken. */
    if (!term_step_next(&taking.progress, side_of(&taking.dued), taking.dued.state.taken, &step) ||
        step.at_ms > now_ms)
        return plan_anew(&taking.dued, &taking.progress);
    taking.dued.state.taken |= term_step_bit(step.term, step.stage);
    if (side == DUE_SENT && step.stage == TERM_STAGE_ESCALATED)
        TRY(escalation_raise(gateway, change, &taking.kept, &taking.signal, step.term, step.due,
                             now_ms));
    TRY(record(&taking, &step));
    return plan_anew(&taking.dued, &taking.progress);
}

static enum outcome record_damage(struct gateway *gateway, struct change *change)
{
    const struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(OUTCOME_STORE_DAMAGED),
        .source = gateway->settings->oin.text,
        .service = "termijnen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return audit_record(gateway->audit, change, &entry);
}

/* The row goes from where it was found, whatever its state says: it would come back at once. */
static void drop_first(struct change *change)
{
    struct bytes key, value;
    uint8_t copy[DUE_KEY_BYTES];

    if (store_next(&change->view, TABLE_DUE, (struct bytes){0}, false, &key, &value) !=
            OUTCOME_OK ||
        key.length != sizeof copy)
        return;
    memcpy(copy, key.data, sizeof copy);
    store_delete(change, TABLE_DUE, bytes_of(copy, sizeof copy));
}

/* One record that does not read may not hold back the terms of all others. */
static enum outcome take_or_alarm(struct gateway *gateway, struct change *change,
                                  const struct registry *registry, enum due_side side,
                                  struct uuid id, int64_t now_ms)
{
    enum outcome outcome = take(gateway, change, registry, side, id, now_ms);

    if (outcome != OUTCOME_NOT_FOUND && outcome != OUTCOME_STORE_DAMAGED)
        return outcome;
    if (outcome == OUTCOME_STORE_DAMAGED)
        store_damage_in_change(change);
    drop_first(change);
    return outcome == OUTCOME_NOT_FOUND ? due_end(change, side, id)
                                        : record_damage(gateway, change);
}

enum outcome due_take(struct gateway *gateway, struct change *change, int64_t now_ms,
                      bool *out_more)
{
    const int64_t until_ms = clock_monotonic_ms() + DUE_PIECE_MS;
    HELD_REGISTRY registry = gateway_registry(gateway);
    enum outcome outcome = OUTCOME_OK;

    for (int i = 0; i < DUE_PIECE_ROWS && (i == 0 || clock_monotonic_ms() < until_ms); i++) {
        enum due_side side;
        struct uuid id;
        outcome = first_due(&change->view, now_ms, &side, &id);
        if (outcome != OUTCOME_OK)
            break;
        TRY(take_or_alarm(gateway, change, registry, side, id, now_ms));
        TRY(change->outcome);
    }
    *out_more = outcome == OUTCOME_OK;
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}
