/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_file.h - what every adapter does with a file of rows: the header against its columns, the
 * scan for a BSN, faults by place, keys that stand on two rows, and the end of a refused file.
 *
 * An adapter gives its columns and how one line becomes rows (struct layout), and calls
 * import_file_parse(); the rest is for its `read_line`.
 * Pure. Does not repeat the text of any cell.
 */
#pragma once

#include "adapters/column.h"
#include "adapters/csv.h"
#include "covenant/adapter.h"
#include "covenant/code_list.h"

struct import_file;

struct layout {
    const struct column *(*column_named)(const char *name); /* NULL: none of ours */
    /* The first required column that is missing, or NULL. */
    const char *(*missing_column)(const struct import_file *file);
    /* The line at hand as rows (import_file_keep) or faults. Fails with OUT_OF_MEMORY only. */
    MUST_USE enum outcome (*read_line)(struct import_file *file);
    const char *key;      /* the column whose value may stand on one line only */
    size_t rows_per_line; /* at most; 0: read_line keeps what it reads in `state` */
    void *state;          /* borrowed */
};

struct import_file {
    const struct layout *layout;
    struct csv csv;
    const struct code_lists *lists;
    size_t header_count;
    const struct column *header[CSV_COLUMNS_MAX]; /* NULL: not one of ours */
    bool identifier[CSV_COLUMNS_MAX];             /* declared `kenmerk` */
    size_t fault_capacity;
    size_t faults_found; /* also those that the list has no room for */
    struct import import;
};

/* The adapter's parse(). */
MUST_USE enum outcome import_file_parse(const struct layout *layout, struct bytes text,
                                        const struct code_lists *lists,
                                        const struct mapping *mapping, struct import *out_import);

/* --- for read_line --- */

bool import_file_has(const struct import_file *file, const char *name);
/* A fault of the line at hand, at the column of that place; or of one that may be absent. */
MUST_USE enum outcome import_file_fault(struct import_file *file, enum import_fault_code code,
                                        const struct column *column, size_t place);
MUST_USE enum outcome import_file_fault_of(struct import_file *file, enum import_fault_code code,
                                           const char *name);
/* Each cell that is not empty into the adapter's own `reading`, where `row` lies too. */
MUST_USE enum outcome import_file_read_cells(struct import_file *file, void *reading,
                                             struct import_row *row);
/* The row that the line gave; at most rows_per_line of them. */
void import_file_keep(struct import_file *file, const struct import_row *row);
