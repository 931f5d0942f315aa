/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inbox_csv.h - the inbox of a receiving worker as a CSV that Excel opens:
 * UTF-8 with BOM, `;`, CRLF, days as dd-mm-jjjj, Dutch headings.
 *
 * It ends with empty columns for an answer: filled in, the file is what `answer --bestand` takes.
 * Pure. Holds what the list on screen shows; never a contact detail: those are
 * opened one by one, after acceptance, and audited.
 */
#pragma once

#include <stddef.h>

#include "crypto/bytes.h"
#include "crypto/outcome.h"

/* One row; NULL is an empty cell. Days are texts "2026-12-03". All borrowed. */
struct inbox_row {
    const char *received;  /* day on which the signal came in */
    const char *id;        /* item id of the signal */
    const char *code;      /* "OVL.BURENRUZIE" */
    const char *name;      /* "Burenruzie" */
    const char *from;      /* name of the sending organisation */
    const char *state;     /* latest code: "ONTV" */
    const char *answer_by; /* last day for the next answer */
    const char *token;     /* pseudonym; shortened to its last 8 characters */
    const char *area;      /* area code */
};

/* Adds the whole file to `out`. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome inbox_csv_print(const struct inbox_row *rows, size_t count,
                                      struct buffer *out);
