/* SPDX-License-Identifier: EUPL-1.2 */
/* Until each partner's signed receipt is here, a withdrawal is open. */
#include <stdio.h>
#include <string.h>

#include "gateway/alarms.h"
#include "gateway/clock.h"
#include "gateway/recall.h"
#include "gateway/receive.h"
#include "gateway/withdrawals.h"

enum { TOLD_BYTES = 8 + 16, AGAIN_BATCH = 256 };

struct open { /* a row of TOLD */
    struct oin partner;
    struct uuid item;
    int64_t since_ms;
    struct uuid withdrawal;
};

static enum outcome read_open(struct bytes key, struct bytes value, struct open *out)
{
    char text[OIN_LENGTH + 1] = "";

    if (key.length != SEEN_KEY_BYTES || value.length != TOLD_BYTES)
        return OUTCOME_STORE_DAMAGED;
    memcpy(text, key.data, OIN_LENGTH);
    memcpy(out->item.bytes, key.data + OIN_LENGTH, sizeof out->item.bytes);
    out->since_ms = (int64_t)read_u64(value.data);
    memcpy(out->withdrawal.bytes, value.data + 8, sizeof out->withdrawal.bytes);
    return oin_parse(text, &out->partner) ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

/* The first after `after` (NULL begins). */
static enum outcome next_open(struct view *view, const struct open *after, struct open *out)
{
    uint8_t from[SEEN_KEY_BYTES] = {0};
    struct bytes key, value;

    if (after) {
        memcpy(from, after->partner.text, OIN_LENGTH);
        memcpy(from + OIN_LENGTH, after->item.bytes, sizeof after->item.bytes);
    }
    TRY(store_next(view, TABLE_TOLD, bytes_of(from, sizeof from), after != NULL, &key, &value));
    return read_open(key, value, out);
}

static bool is_late(const struct open *open, int64_t now_ms)
{
    return now_ms - open->since_ms >= WITHDRAWAL_LATE_MS;
}

/* --- the receipt --- */

static struct told *told_of(struct withdrawal *withdrawal, const char *item_id)
{
    for (size_t i = 0; i < withdrawal->told_count; i++) {
        if (strcmp(withdrawal->told[i].item.id, item_id) == 0)
            return &withdrawal->told[i];
    }
    return NULL;
}

static void note_answer(struct told *told, const struct withdrawal_answer *answer)
{
    told->refused = answer->answer->result == RECEIPT_REFUSED;
    told->answered_ms = told->refused ? 0 : answer->received_ms;
    memcpy(told->code, answer->answer->code, sizeof told->code);
    /* A partner that knew it and does not say what it did, did it the first time. */
    if (!told->refused && !told->code[0])
        snprintf(told->code, sizeof told->code, "%s", WITHDRAWAL_ERASED);
    memcpy(told->leaf_hash, answer->answer->leaf_hash, sizeof told->leaf_hash);
    snprintf(told->message, sizeof told->message, "%s", answer->message);
}

/* Is another one of this partner's still late? */
static enum outcome has_late(struct view *view, const struct oin *partner, int64_t now_ms,
                             bool *out_has)
{
    struct open open = {.partner = *partner}, *after = &open;
    enum outcome outcome;

    *out_has = false;
    while ((outcome = next_open(view, after, &open)) == OUTCOME_OK &&
           oin_equal(&open.partner, partner)) {
        if (is_late(&open, now_ms)) {
            *out_has = true;
            return OUTCOME_OK;
        }
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome settle(struct gateway *gateway, struct change *change,
                           const struct oin *partner)
{
    bool late;

    if (!alarm_stands(&change->view, ALARM_WITHDRAWAL_LATE, partner->text))
        return OUTCOME_OK;
    TRY(has_late(&change->view, partner, clock_now_ms(), &late));
    return late ? OUTCOME_OK
                : alarm_settle(gateway, change, ALARM_WITHDRAWAL_LATE, partner->text);
}

enum outcome withdrawal_answered(struct gateway *gateway, struct change *change,
                                 const struct oin *partner, const char *item_id,
                                 const struct withdrawal_answer *answer)
{
    uint8_t key_bytes[SEEN_KEY_BYTES], message_key[SEEN_KEY_BYTES];
    const struct bytes key = seen_key(partner, item_id, key_bytes);
    OWNED_WITHDRAWAL withdrawal = {0};
    char id[UUID_TEXT_BYTES];
    struct told *told;
    struct bytes value;
    struct open open;
    enum outcome outcome = store_get(&change->view, TABLE_TOLD, key, &value);

    if (outcome == OUTCOME_NOT_FOUND) /* answered before */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(read_open(key, value, &open));
    uuid_print(open.withdrawal, id);
    TRY(withdrawal_get(&change->view, id, &withdrawal));
    told = told_of(&withdrawal, item_id);
    if (!told)
        return OUTCOME_STORE_DAMAGED;
    note_answer(told, answer);
    store_put(change, TABLE_RECEIPT, seen_key(partner, answer->message, message_key),
              answer->receipt);
    TRY(withdrawal_put(change, &withdrawal));
    if (told->refused)
        return change->outcome;
    TRY(recall_signed(gateway, change, &withdrawal, told));
    store_delete(change, TABLE_TOLD, key);
    return settle(gateway, change, partner);
}

/* --- after a restore --- */

static enum outcome tell_again(struct gateway *gateway, struct change *change,
                               const struct withdrawal *withdrawal, const struct told *told)
{
    uint8_t key[SEEN_KEY_BYTES], record[TOLD_BYTES];
    struct uuid uuid = {{0}};

    uuid_parse(withdrawal->id, &uuid);
    write_u64(record, (uint64_t)clock_now_ms());
    memcpy(record + 8, uuid.bytes, sizeof uuid.bytes);
    store_put(change, TABLE_TOLD, seen_key(&told->partner, told->item.id, key),
              bytes_of(record, sizeof record));
    return withdrawal_queue_again(gateway, change, withdrawal, told);
}

static enum outcome tell_again_of(struct gateway *gateway, struct change *change,
                                  const struct withdrawal *withdrawal, const struct oin *partner,
                                  int64_t since_ms)
{
    for (size_t i = 0; i < withdrawal->told_count; i++) {
        const struct told *told = &withdrawal->told[i];
        /* What has no receipt yet is in the queue, or on its way. */
        if (oin_equal(&told->partner, partner) && told->answered_ms >= since_ms &&
            told->answered_ms)
            TRY(tell_again(gateway, change, withdrawal, told));
    }
    return OUTCOME_OK;
}

enum outcome withdrawals_tell_again(struct gateway *gateway, struct change *change,
                                    const struct oin *partner, int64_t since_ms)
{
    struct uuid at = {{0}};
    bool after = false;

    for (;;) {
        OWNED_WITHDRAWAL withdrawal = {0};
        struct bytes key, value;
        enum outcome outcome = store_next(&change->view, TABLE_WITHDRAWAL,
                                          bytes_of(at.bytes, sizeof at.bytes), after, &key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            return OUTCOME_OK;
        TRY(outcome);
        if (key.length != sizeof at.bytes)
            return OUTCOME_STORE_DAMAGED;
        memcpy(at.bytes, key.data, sizeof at.bytes);
        after = true;
        TRY(withdrawal_read(value, &withdrawal));
        TRY(tell_again_of(gateway, change, &withdrawal, partner, since_ms));
    }
}

enum outcome withdrawal_learned(struct gateway *gateway, struct change *change,
                                const struct oin *partner, const char *item_id, int64_t now_ms)
{
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_INGETROKKEN,
                                           .role = ROLE_SYSTEEM,
                                           .from = partner,
                                           .now_ms = now_ms};
    char record[UUID_TEXT_BYTES], number[UUID_TEXT_BYTES];
    enum outcome outcome;

    TRY(withdrawal_record_of(&change->view, item_id, record));
    if (!record[0])
        return OUTCOME_OK;
    outcome = withdraw_basis(gateway, change, record, &cause, number);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* --- the clock --- */

struct watching {
    struct gateway *gateway;
    int64_t now_ms;
    struct open after; /* where the next pass goes on; {0}: at the beginning */
    bool more;
};

/* The message that was refused, a UUIDv7, says when it was asked last. */
static bool was_asked_just_now(const struct watching *watching, const struct told *told)
{
    struct uuid message = {{0}};
    int64_t asked_ms = 0;

    uuid_parse(told->message, &message);
    for (unsigned i = 0; i < 6; i++)
        asked_ms = asked_ms << 8 | message.bytes[i];
    return watching->now_ms >= asked_ms && watching->now_ms - asked_ms < WITHDRAWAL_AGAIN_MS;
}

/* Refused: no longer in any queue, so it goes in again. */
static enum outcome ask_again(struct watching *watching, struct change *change,
                              const struct open *open)
{
    OWNED_WITHDRAWAL withdrawal = {0};
    char id[UUID_TEXT_BYTES], item_id[UUID_TEXT_BYTES];
    struct told *told;
    enum outcome outcome;

    uuid_print(open->withdrawal, id);
    uuid_print(open->item, item_id);
    outcome = withdrawal_get(&change->view, id, &withdrawal);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    told = told_of(&withdrawal, item_id);
    if (!told || !told->refused || was_asked_just_now(watching, told))
        return OUTCOME_OK;
    told->refused = false;
    TRY(withdrawal_put(change, &withdrawal));
    return withdrawal_queue_again(watching->gateway, change, &withdrawal, told);
}

static enum outcome look_at(struct watching *watching, struct change *change,
                            const struct open *open)
{
    if (watching->now_ms - open->since_ms < WITHDRAWAL_AGAIN_MS)
        return OUTCOME_OK;
    TRY(ask_again(watching, change, open));
    return is_late(open, watching->now_ms)
               ? alarm_raise(watching->gateway, change, ALARM_WITHDRAWAL_LATE, open->partner.text)
               : OUTCOME_OK;
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    struct watching *watching = context;
    struct open open = watching->after, *after = open.partner.text[0] ? &open : NULL;
    enum outcome outcome = OUTCOME_OK;

    (void)audit;
    for (int i = 0; i < AGAIN_BATCH; i++) {
        outcome = next_open(&change->view, after, &open);
        if (outcome != OUTCOME_OK)
            break;
        after = &open;
        TRY(look_at(watching, change, &open));
    }
    watching->more = outcome == OUTCOME_OK;
    watching->after = open;
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

static bool is_any_open(struct store *store, int64_t now_ms)
{
    struct open open, *after = NULL;
    struct view view;
    bool any = false;

    view_begin(store, &view);
    while (!any && next_open(&view, after, &open) == OUTCOME_OK) {
        after = &open;
        any = now_ms - open.since_ms >= WITHDRAWAL_AGAIN_MS;
    }
    view_end(&view);
    return any;
}

enum outcome withdrawals_pass(struct gateway *gateway, int64_t now_ms)
{
    struct watching watching = {.gateway = gateway, .now_ms = now_ms, .more = true};

    if (!is_any_open(gateway->store, now_ms))
        return OUTCOME_OK;
    while (watching.more)
        TRY(writer_run(gateway->writer, apply, &watching));
    return OUTCOME_OK;
}
