/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/recall.h"

#include <stdio.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/figures.h"
#include "gateway/recovery.h"
#include "gateway/transfer.h"

static enum outcome put(struct change *change, struct uuid id, const struct kept_signal *kept)
{
    OWNED_BUFFER text = {0};

    TRY(kept_signal_print(kept, &text));
    store_put_sealed(change, TABLE_SENT, bytes_of(id.bytes, sizeof id.bytes), buffer_bytes(&text));
    return change->outcome;
}

/* --- may it be there? --- */

enum outcome recall_was_put_back(struct view *view, const struct kept_signal *kept, bool *out_was)
{
    struct recovery recovery;
    enum outcome outcome = recovery_read(view, &recovery);

    *out_was = outcome == OUTCOME_OK && kept->taken_ms < recovery.restored_ms;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome recall_may_be_there(struct view *view, const struct queued *queued, bool *out_may_be)
{
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid id;
    enum outcome outcome;

    *out_may_be = queued->posted;
    if (queued->posted || queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    outcome = kept_signal_load(view, TABLE_SENT, queued->id, &id, &kept);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    return recall_was_put_back(view, &kept, out_may_be);
}

/* --- stopped --- */

/* Its holder signed, answered, or asked to pass it on. */
static bool has_arrived(const struct kept_signal *kept)
{
    return kept->received_ms || kept->answer_count || kept->transfer.step != TRANSFER_NONE;
}

void recall_note(const struct withdrawing *work, struct kept_signal *kept)
{
    const struct oin *from = work->cause->from;

    memcpy(kept->recall.withdrawal, work->withdrawal.id, sizeof kept->recall.withdrawal);
    /* Who told us has done its part. */
    kept->recall.signed_ms = from && oin_equal(from, &kept->partner) ? work->withdrawal.at_ms : 0;
}

/* Among the ended, so that nothing sends it once more, and nobody passes it on. */
static enum outcome put_end(struct withdrawing *work, const char *item_id)
{
    const struct ended_name name = {ENDED_OWN, NULL, item_id};
    struct ended ended = {.at_ms = work->withdrawal.at_ms, .reason = work->cause->reason};

    if (!uuid_parse(work->withdrawal.id, &ended.withdrawal))
        return OUTCOME_INTERNAL;
    return ended_put(work->change, &name, &ended);
}

static enum outcome take_back(struct withdrawing *work, struct uuid id, struct kept_signal *kept,
                              const char *why)
{
    struct withdrawal_item about = {.about = WITHDRAWAL_OF_SIGNAL};
    struct withdrawal *w = &work->withdrawal;
    OWNED_SIGNAL signal = {0};

    TRY(kept_signal_item(kept, &signal));
    snprintf(kept->refusal, sizeof kept->refusal, "%s", why);
    recall_note(work, kept);
    TRY(figures_refused(work->change, work->cause->now_ms, why));
    TRY(put(work->change, id, kept));
    TRY(put_end(work, signal.id));
    memcpy(w->dossier, kept->dossier, sizeof w->dossier);
    w->purposes = bit_of(signal.purpose);
    w->under_way = 1;
    TRY(withdrawing_record(work, why, kept->dossier, signal.id));
    memcpy(about.signal, signal.id, sizeof about.signal);
    return withdrawing_tell(work, &kept->partner, kept->covenant, signal.article, &about);
}

static enum outcome signal_stopped(struct gateway *gateway, struct change *change,
                                   const struct queued *queued, const char *why,
                                   bool *out_arrived)
{
    const struct withdrawal_cause cause = {.reason = WITHDRAWAL_TERUGGETROKKEN,
                                           .role = ROLE_SYSTEEM,
                                           .now_ms = clock_now_ms()};
    OWNED_WITHDRAWING work = {0};
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid id;

    TRY(kept_signal_load(&change->view, TABLE_SENT, queued->id, &id, &kept));
    if (kept.refusal[0]) /* who took it back told its recipient */
        return OUTCOME_OK;
    *out_arrived = has_arrived(&kept);
    if (*out_arrived)
        return OUTCOME_OK;
    withdrawal_begin(gateway, change, &cause, &work);
    TRY(take_back(&work, id, &kept, why));
    return withdrawal_finish(&work);
}

enum outcome recall_stopped(struct gateway *gateway, struct change *change,
                            const struct queued *queued, const char *why, bool *out_arrived)
{
    enum outcome outcome;

    *out_arrived = false;
    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    outcome = signal_stopped(gateway, change, queued, why, out_arrived);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome; /* erased by its term */
}

/* --- signed for --- */

/* The new holder of a transfer does not have it, or not any more: the old one has. */
static enum outcome sign(struct gateway *gateway, struct change *change,
                         const struct withdrawal *withdrawal, const struct told *told,
                         const char *item_id)
{
    OWNED_KEPT_SIGNAL kept = {0};
    struct uuid id;
    enum outcome outcome = kept_signal_load(&change->view, TABLE_SENT, item_id, &id, &kept);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (!kept_signal_recall_is_open(&kept) ||
        strcmp(kept.recall.withdrawal, withdrawal->id) != 0)
        return OUTCOME_OK;
    kept.recall.signed_ms = told->answered_ms;
    TRY(put(change, id, &kept));
    return transfer_taken_back(gateway, change, &kept, kept.refusal);
}

static enum outcome sign_under_proof(struct gateway *gateway, struct change *change,
                                     const struct withdrawal *withdrawal, const struct told *told)
{
    const struct ended_name name = {ENDED_GIVEN, &told->partner, told->item.proof};
    struct under under = {{{0}}, {{0}}};
    const struct uuid *after = NULL;
    char item_id[UUID_TEXT_BYTES];
    enum outcome outcome;

    while ((outcome = under_next(&change->view, &name, after, &under)) == OUTCOME_OK) {
        after = &under.item;
        uuid_print(under.item, item_id);
        TRY(sign(gateway, change, withdrawal, told, item_id));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome recall_signed(struct gateway *gateway, struct change *change,
                           const struct withdrawal *withdrawal, const struct told *told)
{
    switch (told->item.about) {
    case WITHDRAWAL_OF_SIGNAL:
        return sign(gateway, change, withdrawal, told, told->item.signal);
    case WITHDRAWAL_OF_PROOF:
        return sign_under_proof(gateway, change, withdrawal, told);
    case WITHDRAWAL_OF_TOKEN:
        break;
    }
    return OUTCOME_OK;
}
