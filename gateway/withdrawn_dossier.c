/* SPDX-License-Identifier: EUPL-1.2 */
/* All that is here of one person, whoever it came from or went to. */
#include <stdio.h>
#include <string.h>

#include "gateway/basis_store.h"
#include "gateway/objections.h"
#include "gateway/retained.h"
#include "gateway/withdrawals.h"

static bool is_asked(uint32_t purposes, enum purpose purpose)
{
    return purpose == PURPOSE_NONE || has_bit(purposes, purpose);
}

static enum outcome end_records(struct withdrawing *work, const char *dossier, enum purpose purpose)
{
    char id[UUID_TEXT_BYTES] = "", first[UUID_TEXT_BYTES];
    enum outcome outcome;

    while ((outcome = basis_next(&work->change->view, dossier, id, id)) == OUTCOME_OK) {
        OWNED_KEPT_BASIS kept = {0};
        TRY(basis_get(&work->change->view, id, &kept));
        if (kept.basis->state != PROOF_WITHDRAWN && is_asked(kept.basis->purposes, purpose))
            TRY(withdrawing_basis(work, id, first));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome end_sent_one(struct withdrawing *work, struct uuid id, enum purpose purpose)
{
    char item_id[UUID_TEXT_BYTES], first[UUID_TEXT_BYTES];
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct bytes value;
    enum outcome outcome;

    TRY(store_get(&work->change->view, TABLE_SENT, bytes_of(id.bytes, sizeof id.bytes), &value));
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    if (!is_asked(bit_of(signal.purpose), purpose))
        return OUTCOME_OK;
    uuid_print(id, item_id);
    outcome = withdrawing_sent(work, item_id, first);
    return outcome == OUTCOME_EXISTS || outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome end_sent(struct withdrawing *work, const char *dossier, enum purpose purpose)
{
    struct retained held, *after = NULL;
    enum outcome outcome;

    while ((outcome = retained_of_dossier(&work->change->view, dossier, after, &held)) ==
           OUTCOME_OK) {
        after = &held;
        if (held.kind == RECORD_SENT)
            TRY(end_sent_one(work, held.id, purpose));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome withdrawing_dossier(struct withdrawing *work, const char *dossier,
                                 const uint8_t identity_hash[static STORE_HASH_BYTES],
                                 enum purpose purpose)
{
    if (!work->withdrawal.dossier[0])
        snprintf(work->withdrawal.dossier, sizeof work->withdrawal.dossier, "%s", dossier);
    TRY(end_records(work, dossier, purpose));
    if (work->cause->reason != WITHDRAWAL_BEZWAAR)
        return OUTCOME_OK;
    TRY(objection_put(work->change, identity_hash, purpose, work->cause->now_ms));
    work->withdrawal.purposes |= bit_of(purpose);
    return end_sent(work, dossier, purpose); /* by law too */
}

static enum outcome end_received_of(struct withdrawing *work, const char *dossier,
                                    enum purpose purpose)
{
    struct retained held, *after = NULL;
    enum outcome outcome;

    while ((outcome = retained_of_dossier(&work->change->view, dossier, after, &held)) ==
           OUTCOME_OK) {
        after = &held;
        if (held.kind != RECORD_RECEIVED)
            continue;
        outcome = withdrawing_received(work, held.id, purpose);
        if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
            return outcome;
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* Erasing takes rows from the list of dossiers; the next is found all the same. What was recorded
 * here about a received signal stands under its dossier too. */
enum outcome withdrawing_received_under(struct withdrawing *work,
                                        const uint8_t hash[static STORE_HASH_BYTES],
                                        enum purpose purpose)
{
    char dossier[DOSSIER_BYTES] = "";
    enum outcome outcome;

    while ((outcome = dossier_next(&work->change->view, hash, dossier, dossier)) == OUTCOME_OK) {
        TRY(end_records(work, dossier, purpose));
        TRY(end_received_of(work, dossier, purpose));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}
