/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One row for all recipients: each partner gets what the covenant lets it have of it, and no more. A
 * party under an article with consent gets those fields, one under an article that counts is in the
 * count at home, and the others get nothing. Each part has an id, token, proof and leaf of its own,
 * so that two recipients cannot join what they have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/intake_parts.h"

/* --- a part for each party --- */

/* A row of which the code is not one that may be shared is refused once, not for each partner. */
static bool is_for_all(const struct intake *intake, const struct intake_row *row)
{
    const struct signal_code *code =
        signal_code_find(intake->call->gateway->lists, row->row.codes[0]);

    return strcmp(row->row.recipient, IMPORT_RECIPIENT_ALL) == 0 && !row->row.wave[0] &&
           row->row.code_count == 1 && !row->row.blocked && code && !code->blocked;
}

/* How many rows there are with their parts; the same number when none is for all. */
static size_t parts_of(const struct intake *intake, bool *out_any)
{
    size_t others = intake->known->covenant->parties_count - 1, count = 0;

    *out_any = false;
    for (size_t i = 0; i < intake->count; i++) {
        bool for_all = is_for_all(intake, &intake->rows[i]);
        count += for_all ? others : 1;
        *out_any = *out_any || for_all;
    }
    return count;
}

static size_t add_parts(const struct intake *intake, const struct import_row *row,
                        struct intake_row *out)
{
    const struct covenant *covenant = intake->known->covenant;
    size_t count = 0;

    for (size_t i = 0; i < covenant->parties_count; i++) {
        const struct party *party = &covenant->parties[i];
        if (party == intake->self)
            continue;
        out[count].row = *row;
        out[count].part = party;
        snprintf(out[count].row.recipient, sizeof out[count].row.recipient, "%s", party->oin.text);
        count++;
    }
    return count;
}

enum outcome intake_expand(struct intake *intake)
{
    bool any;
    size_t wanted = parts_of(intake, &any), count = 0;
    struct intake_row *rows;

    if (!any)
        return OUTCOME_OK;
    if (wanted > INTAKE_PARTS_MAX)
        return OUTCOME_TOO_LARGE;
    rows = calloc(wanted + 1, sizeof *rows);
    if (!rows)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < intake->count; i++) {
        if (is_for_all(intake, &intake->rows[i]))
            count += add_parts(intake, &intake->rows[i].row, &rows[count]);
        else
            rows[count++].row = intake->rows[i].row;
        intake_row_wipe(&intake->rows[i]);
    }
    free(intake->rows);
    intake->rows = rows;
    intake->count = count;
    return OUTCOME_OK;
}

/* --- its lane --- */

/* With consent where the resident gave it, by law where one prescribes it, else in a count; and
 * where nothing is open, as consent: so that the refusal says what is missing. */
enum lane intake_lane_of_part(const struct intake *intake, const struct intake_row *row,
                              const struct signal_code *code)
{
    bool consent = row->row.consent == IMPORT_ANSWER_YES ||
                   intake_allowed_at_desk(intake, row, row->part, code);

    if (consent && intake_article(intake, row->part, code, LANE_CONSENT))
        return LANE_CONSENT;
    if (intake_article(intake, row->part, code, LANE_LAW))
        return LANE_LAW;
    if (has_bit(code->lanes, LANE_AGGREGATE) &&
        intake_article(intake, row->part, code, LANE_AGGREGATE))
        return LANE_AGGREGATE;
    return has_bit(code->lanes, LANE_CONSENT) ? LANE_CONSENT : LANE_LAW;
}

/* --- beside each other --- */

static bool is_same_row(const struct intake_row *left, const struct intake_row *right)
{
    return left->part && right->part && left->row.row == right->row.row &&
           strcmp(left->row.source_key, right->row.source_key) == 0;
}

bool intake_others_go(const struct intake *intake, const struct intake_row *row)
{
    for (size_t i = 0; i < intake->count; i++) {
        const struct intake_row *other = &intake->rows[i];
        if (other != row && is_same_row(other, row) &&
            (other->result != INTAKE_REFUSED || other < row))
            return true; /* and of parts that are all refused the first stands for the row */
    }
    return false;
}
