/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cell.h - what a Dutch spreadsheet writes in one cell: a day, an amount, ja or
 * nee, a telephone number; and whether it may be a BSN.
 *
 * Each reader takes the trimmed text of one cell that is not empty, answers false
 * when it is no such thing, and then leaves *out alone. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "covenant/import_row.h"
#include "crypto/bytes.h"

/* Without white space at either end (also U+00A0). */
struct bytes cell_trim(struct bytes cell);

/* d-m-jjjj, dd-mm-jjjj, d/m/jjjj, dd.mm.jjjj or jjjj-mm-dd; a time of day behind it is dropped. */
bool cell_day(struct bytes cell, struct import_day *out_day);
/* 1.234,50 · 612,50 · 612.50 · € 1.234 · 612,- : a point before three digits parts thousands. */
bool cell_cents(struct bytes cell, int64_t *out_cents);
/* ja j x waar 1 · nee n onwaar 0 · onbekend, in any case. */
bool cell_answer(struct bytes cell, enum import_answer *out_answer);
/* Brackets are dropped, points and slashes become a space or a dash. */
bool cell_phone(struct bytes cell, char *out, size_t size);
/* NUL-terminated copy; false when it does not fit. */
bool cell_text(struct bytes cell, char *out, size_t size);
bool cell_upper(struct bytes cell, char *out, size_t size); /* the same in ASCII upper case */
bool cell_lower(struct bytes cell, char *out, size_t size);

/* Is the whole cell a number that passes the BSN 11-test (points, dashes and spaces left out,
 * eight digits with a zero in front), or does nine digits in a row within it? A cell that is a
 * day is none. */
bool cell_may_be_bsn(struct bytes cell);
