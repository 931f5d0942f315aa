/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * column.h - one column of a partner's file: its names, how a cell is read, where it goes.
 * Each adapter has a table of them; nothing here knows which.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "covenant/adapter.h"
#include "covenant/import_row.h"
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
    size_t offset, size; /* in what the adapter reads a line into */
    const char *synonyms[COLUMN_SYNONYMS_MAX];
};

/* "Gewezen op hulp" and "gewezen-op-hulp" are gewezen_op_hulp; "" when it can be no name of
 * ours. */
void column_name(struct bytes cell, char out[static COLUMN_NAME_BYTES]);
/* A name or synonym in a table; NULL: none of them. */
const struct column *column_find(const struct column *columns, size_t count, const char *name);
/* Reads a trimmed cell that is not empty into its field of `reading`; false when it does not
 * belong there. `row` is the row in it: an amount says there that it is present. */
bool column_read(const struct column *column, struct bytes cell, void *reading,
                 struct import_row *row);
