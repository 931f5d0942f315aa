/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * table.h - rows and columns of UTF-8 text, aligned by what a terminal shows.
 *
 * Order of use: table_row() per row (the first is the heading); table_print();
 * table_free(). A control character becomes '?', so that what a partner wrote
 * cannot steer the terminal. Does not wrap and does not cut.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table {
    size_t column_count;
    size_t row_count, row_capacity;
    char **cells; /* row_count * column_count; copies */
    bool failed;  /* out of memory at some row */
};

struct table table_with(size_t column_count); /* at most TABLE_COLUMNS_MAX */
/* Copies column_count texts; NULL is an empty cell. A failure sticks until table_print(). */
void table_row(struct table *table, const char *const cells[]);
/* Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome table_print(const struct table *table, struct buffer *out);
/* The same to stdout: an exit code. */
int table_show(const struct table *table);
void table_free(struct table *table); /* {0} is fine */
#define OWNED_TABLE __attribute__((cleanup(table_free))) struct table

/* Columns a terminal needs for UTF-8 text: combining marks none, wide characters two. */
size_t text_width(const char *text);
