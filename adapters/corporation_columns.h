/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * corporation_columns.h - the columns that a corporation's export may have: their
 * names and synonyms, and how each cell is read. The mapping between the Dutch
 * names of the source and our row stands here and nowhere else.
 */
#pragma once

#include "adapters/column.h"
#include "covenant/code_list.h"

/* One row on its way: the row, and the code cells from which its codes will come. */
struct reading {
    struct import_row row;
    char kind[VERA_KEY_MAX_BYTES + 1];
    char detail[VERA_KEY_MAX_BYTES + 1];
    char ours[IMPORT_CODE_MAX_BYTES + 1];
};

const struct column *column_named(const char *name); /* a name or synonym; NULL: none of ours */
