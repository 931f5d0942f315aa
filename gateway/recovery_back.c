/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/recovery_back.h"

#include <stdio.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/ended.h"
#include "gateway/erasure.h"
#include "gateway/registry_line.h"
#include "gateway/withdrawals.h"

static enum outcome tell_back(struct gateway *gateway, struct change *change,
                              const struct oin *partner, const char *item_id,
                              enum withdrawal_reason reason)
{
    const struct withdrawal_cause cause = {
        .reason = reason, .role = ROLE_SYSTEEM, .now_ms = clock_now_ms()};
    struct withdrawal_item about = {.about = WITHDRAWAL_OF_SIGNAL};
    OWNED_WITHDRAWING work = {0};
    const struct known_covenant *line;

    withdrawal_begin(gateway, change, &cause, &work);
    line = registry_line(work.registry, &gateway->settings->oin, partner, cause.now_ms);
    if (!line)
        return OUTCOME_OK;
    snprintf(about.signal, sizeof about.signal, "%s", item_id);
    TRY(withdrawing_tell(&work, partner, line->covenant->fingerprint, 0, &about));
    return withdrawal_finish(&work);
}

enum outcome recovery_back_sent(struct gateway *gateway, struct change *change,
                                const struct oin *partner, int64_t since_ms, const char *item_id)
{
    const struct ended_name name = {ENDED_OWN, NULL, item_id};
    OWNED_WITHDRAWAL record = {0};
    char number[UUID_TEXT_BYTES];
    struct ended ended;
    enum outcome outcome = ended_get(&change->view, &name, &ended);

    if (outcome == OUTCOME_OK && ended.at_ms >= since_ms) {
        uuid_print(ended.withdrawal, number);
        outcome = withdrawal_get(&change->view, number, &record);
    }
    if (outcome == OUTCOME_OK && oin_equal(&record.from, partner))
        return tell_back(gateway, change, partner, item_id, ended.reason);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static bool reason_of(enum erasure_cause cause, enum withdrawal_reason *out_reason)
{
    switch (cause) {
    case ERASURE_WITHDRAWN:
        *out_reason = WITHDRAWAL_INGETROKKEN;
        return true;
    case ERASURE_OBJECTION:
        *out_reason = WITHDRAWAL_BEZWAAR;
        return true;
    case ERASURE_RECALLED:
        *out_reason = WITHDRAWAL_TERUGGETROKKEN;
        return true;
    case ERASURE_TERM:
    case ERASURE_CAUSE_COUNT:
        break;
    }
    return false;
}

enum outcome recovery_back_received(struct gateway *gateway, struct change *change,
                                    const struct oin *partner, int64_t since_ms, struct uuid id)
{
    enum withdrawal_reason reason;
    char item_id[UUID_TEXT_BYTES];
    struct tombstone stone;
    enum outcome outcome = erasure_tombstone(&change->view, RECORD_RECEIVED, id, &stone);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (!oin_equal(&stone.partner, partner) || stone.at_ms < since_ms ||
        !reason_of(stone.cause, &reason))
        return OUTCOME_OK;
    uuid_print(id, item_id);
    return tell_back(gateway, change, partner, item_id, reason);
}
