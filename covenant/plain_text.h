/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * plain_text.h - pages of plain text: lines of at most 100 columns, broken at
 * spaces, in paragraphs, under labels and in columns.
 *
 * A column is a character, not a byte; double-width characters are not known. A
 * word longer than its room is cut. No line ends in a space. Pure.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    PLAIN_COLUMNS = 100,
    PLAIN_CELLS_MAX = 8,
};

int plain_width(struct bytes text); /* in characters */

/* Wrapped under its label: "Wie          Corporatie … · Buurtteam …". An empty text gives the
 * label alone. */
void plain_labelled(struct buffer *out, const char *label, int label_width, struct bytes text);
void plain_paragraph(struct buffer *out, const char *text); /* with an empty line after it */

/* Cells side by side, each wrapped within its width (widths and one space between them add up to
 * at most PLAIN_COLUMNS). A width of 0 leaves that cell out. */
void plain_row(struct buffer *out, const int widths[], const struct buffer cells[], size_t count);

size_t plain_lines(struct bytes text); /* how many ends of line */
