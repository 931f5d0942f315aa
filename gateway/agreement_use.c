/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/agreement_use.h"

#include <string.h>

#include "covenant/agreement.h"
#include "gateway/kept_signal.h"
#include "gateway/retained.h"
#include "gateway/store_damage.h"
#include "gateway/withdrawals.h"

enum outcome agreement_digest(struct intake_row *row)
{
    OWNED_BUFFER text = {0};

    if (!row->has_housing)
        return OUTCOME_OK;
    buffer_add(&text, row->digest, sizeof row->digest);
    for (unsigned part = 0; part < HOUSING_PART_COUNT; part++)
        buffer_format(&text, "%s;",
                      housing_value_word((enum housing_part)part, row->housing.values[part]));
    buffer_format(&text, "%d;%s", row->housing.until.number, row->housing_record);
    TRY(buffer_outcome(&text));
    return sha256(buffer_bytes(&text), row->digest);
}

struct day agreement_look_day(const struct housing_agreement *housing, struct day otherwise)
{
    struct day after;

    if (!housing)
        return otherwise;
    after = day_plus(housing->until, 1);
    return day_compare(after, otherwise) < 0 ? after : otherwise;
}

/* One that is refused, recalled, answered to the end or older stands for nothing. */
static bool is_open(const struct intake *intake, const struct intake_row *row,
                    const struct kept_signal *kept)
{
    const struct day today = amsterdam_day(intake->call->now_ms);
    const struct day taken = amsterdam_day(kept->taken_ms);
    struct progress progress = {0};

    if (kept->refusal[0] || !oin_equal(&kept->partner, &row->to->oin) ||
        day_compare(today, day_plus(taken, RELAPSE_MERGE_DAYS)) > 0)
        return false;
    kept_signal_progress(kept, &row->article->terms, row->to->secrecy, &progress);
    return !progress_has_ended(&progress);
}

static enum outcome look_at(const struct intake *intake, struct intake_row *row, struct view *view,
                            const struct retained *held)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    char id[UUID_TEXT_BYTES];
    const char *stopped = NULL;
    enum outcome outcome;
    struct uuid uuid;

    uuid_print(held->id, id);
    if (strcmp(id, row->replaces) == 0)
        return OUTCOME_OK; /* it is about to be recalled for this row */
    outcome = store_named_outcome(view, TABLE_SENT, bytes_of(held->id.bytes, sizeof held->id.bytes),
                                  kept_signal_load(view, TABLE_SENT, id, &uuid, &kept));
    if (outcome == OUTCOME_NOT_FOUND) /* erased meanwhile */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_item(&kept, &signal));
    if (signal.purpose != PURPOSE_WAAKVLAM || !is_open(intake, row, &kept))
        return OUTCOME_OK;
    TRY(withdrawal_stopped(view, id, &stopped));
    if (stopped)
        return OUTCOME_OK;
    row->result = INTAKE_KNOWN;
    row->merged_day = amsterdam_day(kept.taken_ms);
    memcpy(row->merged, id, sizeof row->merged);
    memcpy(row->merged_dossier, kept.dossier, sizeof row->merged_dossier);
    return OUTCOME_OK;
}

static enum outcome look_at_dossier(const struct intake *intake, struct intake_row *row,
                                    struct view *view, const char *dossier)
{
    struct retained held, *after = NULL;
    enum outcome outcome = OUTCOME_OK;

    while (!row->merged[0] && (outcome = retained_of_dossier(view, dossier, after, &held)) ==
                                  OUTCOME_OK) {
        after = &held;
        if (held.kind == RECORD_SENT)
            TRY(look_at(intake, row, view, &held));
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome agreement_merge(struct intake *intake, struct intake_row *row, struct view *view)
{
    const struct gateway *gateway = intake->call->gateway;
    char dossier[DOSSIER_BYTES] = "";
    uint8_t hash[STORE_HASH_BYTES];
    enum outcome outcome = OUTCOME_OK;

    if (row->result != INTAKE_SENT_CONSENT || row->article->purpose != PURPOSE_WAAKVLAM)
        return OUTCOME_OK;
    TRY(dossier_hash_identity(gateway->store, gateway->local_id_key, &row->identity, hash));
    while (!row->merged[0] &&
           (outcome = dossier_next(view, hash, dossier, dossier)) == OUTCOME_OK)
        TRY(look_at_dossier(intake, row, view, dossier));
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}
