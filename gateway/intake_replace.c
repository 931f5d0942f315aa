/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A row that was handed in before, with other content now: what was sent then is recalled, and what
 * it says now goes its own way. A row that now says that the resident does not agree is a withdrawal.
 */
#include <string.h>

#include "gateway/basis_store.h"
#include "gateway/intake.h"
#include "gateway/withdrawals.h"

enum { HASH_BYTES = STORE_HASH_BYTES, ID_BYTES = 16 };

struct bytes intake_source_value(const struct intake_row *row,
                                 const uint8_t content[static STORE_HASH_BYTES],
                                 uint8_t out[static INTAKE_SOURCE_BYTES])
{
    struct uuid uuid = {{0}};

    if (row->result != INTAKE_COUNTED && !row->merged[0]) /* of those nothing can be recalled */
        uuid_parse(row->id, &uuid);
    memcpy(out, content, HASH_BYTES);
    memcpy(out + HASH_BYTES, uuid.bytes, ID_BYTES);
    return bytes_of(out, INTAKE_SOURCE_BYTES);
}

static bool is_nothing(struct bytes id)
{
    static const uint8_t zeros[ID_BYTES];

    return bytes_equal(id, bytes_of(zeros, sizeof zeros));
}

/* Faults of its form say nothing about the resident: what was sent stands until the row is right. */
static bool takes_back(const struct intake_row *row)
{
    if (row->result != INTAKE_REFUSED)
        return true;
    return !row->has_fault &&
           (row->refusal == REFUSAL_NO_CONSENT || row->refusal == REFUSAL_OBJECTION ||
            row->refusal == REFUSAL_CONSENT_WITHDRAWN || row->refusal == REFUSAL_CONSENT_EXPIRED ||
            row->refusal == REFUSAL_RECALLED);
}

static void refuse(struct intake_row *row, enum refusal refusal)
{
    row->result = INTAKE_REFUSED;
    row->has_fault = false;
    row->choices[0] = '\0';
    row->refusal = refusal;
}

/* Two rows of one push under one key: which of them holds, only who made the file can tell. */
static bool is_twice(const struct intake *intake, const struct intake_row *row)
{
    for (const struct intake_row *earlier = intake->rows; earlier < row; earlier++) {
        if (strcmp(earlier->row.source_key, row->row.source_key) == 0 &&
            !(earlier->part && row->part && earlier->row.row == row->row.row))
            return true;
    }
    return false;
}

/* A count cannot be taken back: nobody knows any more which number it is in. */
enum outcome intake_changed(const struct intake *intake, struct intake_row *row,
                            struct bytes earlier, struct view *view)
{
    const char *stopped = NULL;
    struct uuid uuid;

    if (earlier.length != INTAKE_SOURCE_BYTES && earlier.length != HASH_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if (is_twice(intake, row)) {
        refuse(row, REFUSAL_CHANGED);
        return OUTCOME_OK;
    }
    if (earlier.length == HASH_BYTES || is_nothing(bytes_of(earlier.data + HASH_BYTES, ID_BYTES))) {
        if (row->result == INTAKE_COUNTED || earlier.length == HASH_BYTES)
            refuse(row, REFUSAL_CHANGED);
        return OUTCOME_OK;
    }
    memcpy(uuid.bytes, earlier.data + HASH_BYTES, ID_BYTES);
    if (row->result == INTAKE_SENT_CONSENT || row->result == INTAKE_SENT_LAW) {
        TRY(withdrawal_stopped(view, row->id, &stopped));
        if (stopped) /* what it says now was sent once, and recalled */
            refuse(row, REFUSAL_RECALLED);
    }
    if (takes_back(row))
        uuid_print(uuid, row->replaces);
    return OUTCOME_OK;
}

static enum withdrawal_reason reason_of(const struct intake_row *row)
{
    if (row->row.objection == IMPORT_ANSWER_YES || row->refusal == REFUSAL_OBJECTION)
        return WITHDRAWAL_BEZWAAR;
    if (row->row.consent == IMPORT_ANSWER_NO)
        return WITHDRAWAL_INGETROKKEN;
    return WITHDRAWAL_TERUGGETROKKEN;
}

/* A row that says that the resident does not agree any more ends the record that came with it, and
 * with that all that rests on it. A row that only says something else ends no consent, and neither
 * ends what the resident chose at a desk. */
enum outcome intake_take_back(struct intake *intake, const struct intake_row *row,
                              struct change *change)
{
    const struct audit_entry entry = call_entry(intake->call, AUDIT_WITHDRAW);
    const struct withdrawal_cause cause = {.reason = reason_of(row),
                                           .role = intake->call->role,
                                           .entry = &entry,
                                           .now_ms = intake->call->now_ms};
    char record[UUID_TEXT_BYTES] = "", number[UUID_TEXT_BYTES];
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome;

    if (!row->replaces[0])
        return OUTCOME_OK;
    TRY(withdrawal_record_of(&change->view, row->replaces, record));
    outcome = record[0] ? basis_get(&change->view, record, &kept) : OUTCOME_NOT_FOUND;
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outcome == OUTCOME_OK && cause.reason != WITHDRAWAL_TERUGGETROKKEN &&
        kept.basis->method == BASIS_CHANNEL_BRONSYSTEEM)
        TRY(withdraw_basis(intake->call->gateway, change, record, &cause, number));
    /* Of what that ended nothing is left; who had the report passed on to it has it still. */
    outcome = withdraw_sent(intake->call->gateway, change, row->replaces, &cause, number);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome; /* erased by its term */
}
