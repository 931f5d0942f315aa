/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * corporation_columns.h - the columns that a corporation's export may have: their
 * names and synonyms, and how each cell is read. The mapping between the Dutch
 * names of the source and our row stands here and nowhere else.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "covenant/adapter.h"
#include "covenant/code_list.h"
#include "crypto/bytes.h"

enum { COLUMN_NAME_BYTES = 41, COLUMN_SYNONYMS_MAX = 4 };

enum column_kind {
    COLUMN_DAY,
    COLUMN_ANSWER,
    COLUMN_AMOUNT,
    COLUMN_PLAIN,
    COLUMN_UPPER,
    COLUMN_LOWER,
    COLUMN_PHONE,
    COLUMN_POSTCODE,
    COLUMN_HOUSE_NUMBER,
    COLUMN_HOUSE_LETTER,
    COLUMN_ADDITION,
};

struct column {
    const char *name;   /* as we call it, in faults too */
    const char *member; /* of import_row, checked after reading; NULL: kept beside the row */
    enum column_kind kind;
    bool scanned; /* for a BSN: all but what is a number by nature */
    enum import_fault_code fault;
    size_t offset, size; /* in struct reading */
    const char *synonyms[COLUMN_SYNONYMS_MAX];
};

/* One row on its way: the row, and the code cells from which its codes will come. */
struct reading {
    struct import_row row;
    char kind[VERA_KEY_MAX_BYTES + 1];
    char detail[VERA_KEY_MAX_BYTES + 1];
    char ours[IMPORT_CODE_MAX_BYTES + 1];
};

/* "Gewezen op hulp" and "gewezen-op-hulp" are gewezen_op_hulp; "" when it can be no name of
 * ours. */
void column_name(struct bytes cell, char out[static COLUMN_NAME_BYTES]);
const struct column *column_named(const char *name); /* a name or synonym; NULL: none of ours */

/* Reads a trimmed cell that is not empty into its field; false when it does not belong there. */
bool column_read(const struct column *column, struct bytes cell, struct reading *reading);
