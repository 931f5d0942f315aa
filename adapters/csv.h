/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * csv.h - one bounded reader of what Excel and Dutch corporation systems call
 * CSV, and one writer of what Excel opens without questions.
 *
 * Reader: `;` `,` or tab, found in the first line; UTF-8 with or without BOM, or
 * else CP-1252; CRLF, LF or CR; cells in quotes may hold separators, line ends
 * and doubled quotes. Writer: UTF-8 with BOM, `;`, CRLF; a cell that a spreadsheet
 * would run as a formula gets a `'` in front.
 *
 * Order of use: csv_open(), csv_next() until CSV_END or CSV_BROKEN, csv_close().
 * Pure. Does not know what a column means, and does not trim what stands in a cell.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"

enum {
    CSV_FILE_MAX_BYTES = 8 * 1024 * 1024,
    CSV_ROWS_MAX = 50000, /* without the header */
    CSV_COLUMNS_MAX = 64,
    CSV_CELL_MAX_BYTES = 1000, /* as UTF-8 */
};

/* Why a text is not a table; the first one found ends the reading. */
enum csv_fault {
    CSV_FAULT_NONE,
    CSV_FAULT_TOO_LARGE,        /* over CSV_FILE_MAX_BYTES */
    CSV_FAULT_ENCODING,         /* neither UTF-8 nor CP-1252, or control characters */
    CSV_FAULT_TOO_MANY_ROWS,    /* over CSV_ROWS_MAX */
    CSV_FAULT_TOO_MANY_COLUMNS, /* over CSV_COLUMNS_MAX */
    CSV_FAULT_CELL_TOO_LONG,    /* over CSV_CELL_MAX_BYTES */
    CSV_FAULT_QUOTES,           /* not closed, or something stands behind the closing one */
};

enum csv_step { CSV_ROW, CSV_END, CSV_BROKEN };

struct csv {
    struct buffer text; /* UTF-8; cells are unquoted in place */
    size_t at;
    char separator;  /* ';' ',' or '\t' */
    bool was_cp1252; /* the file was not UTF-8 */
    enum csv_fault fault;
    /* The row that csv_next() found. */
    uint32_t row; /* as Excel counts: the first line is 1, empty lines count too */
    size_t column_count;
    struct bytes columns[CSV_COLUMNS_MAX]; /* lent until csv_close() */
};

/* Copies and decodes the file; finds the separator. On OUTCOME_OK the caller closes
 * *out_csv. Fails with TOO_LARGE, MALFORMED (encoding; both also in *out_fault) or
 * OUT_OF_MEMORY. */
MUST_USE enum outcome csv_open(struct bytes file, struct csv *out_csv, enum csv_fault *out_fault);

/* Finds the next row that is not empty. CSV_BROKEN: csv->fault says why, csv->row and
 * csv->column_count (1-based) where. */
enum csv_step csv_next(struct csv *csv);

void csv_close(struct csv *csv); /* wipes; {0} is fine */
#define OWNED_CSV __attribute__((cleanup(csv_close))) struct csv

/* Writer. The buffer remembers a failure: look at buffer_outcome() at the end. */
void csv_write_start(struct buffer *out); /* the BOM */
/* One row; each cell is UTF-8 text, NULL is an empty cell. */
void csv_write_row(struct buffer *out, size_t count, const char *const cells[]);
