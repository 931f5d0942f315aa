/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/table.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/command.h"

enum { GAP = 2, FIRST_ROWS = 16 };

struct table table_with(size_t column_count)
{
    return (struct table){.column_count =
                              column_count < TABLE_COLUMNS_MAX ? column_count : TABLE_COLUMNS_MAX};
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

static bool grow(struct table *table)
{
    size_t capacity = table->row_capacity ? 2 * table->row_capacity : FIRST_ROWS;
    char **cells;

    if (table->row_count < table->row_capacity)
        return true;
    cells = realloc(table->cells, capacity * table->column_count * sizeof *cells);
    if (!cells)
        return false;
    table->cells = cells;
    table->row_capacity = capacity;
    return true;
}

void table_row(struct table *table, const char *const cells[])
{
    char *copies[TABLE_COLUMNS_MAX] = {0};

    if (table->failed || !grow(table)) {
        table->failed = true;
        return;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        copies[i] = strdup(cells[i] ? cells[i] : "");
        table->failed |= !copies[i];
    }
    if (table->failed) {
        for (size_t i = 0; i < table->column_count; i++)
            free(copies[i]);
        return;
    }
    memcpy(table->cells + table->row_count * table->column_count, copies,
           table->column_count * sizeof *copies);
    table->row_count++;
}

/* --- widths --- */

/* Reads one character; a byte that is no UTF-8 counts as one character of its own. */
static uint32_t next_character(const char **text)
{
    const uint8_t *at = (const uint8_t *)*text;
    unsigned more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    uint32_t character = more ? at[0] & (0x3FU >> more) : at[0];

    for (unsigned i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *text += 1;
            return at[0];
        }
        character = (character << 6) | (at[i] & 0x3FU);
    }
    *text += 1 + more;
    return character;
}

static bool is_between(uint32_t character, uint32_t first, uint32_t last)
{
    return character >= first && character <= last;
}

/* Enough for what stands in names of people and places; not all of Unicode's table. */
static size_t character_width(uint32_t character)
{
    if (is_between(character, 0x0300, 0x036F) || is_between(character, 0x200B, 0x200F) ||
        is_between(character, 0xFE00, 0xFE0F))
        return 0;
    if (is_between(character, 0x1100, 0x115F) || is_between(character, 0x2E80, 0xA4CF) ||
        is_between(character, 0xAC00, 0xD7A3) || is_between(character, 0xF900, 0xFAFF) ||
        is_between(character, 0xFF00, 0xFF60) || is_between(character, 0x1F300, 0x1FAFF))
        return 2;
    return 1;
}

size_t text_width(const char *text)
{
    size_t width = 0;

    while (*text)
        width += character_width(next_character(&text));
    return width;
}

/* --- printing --- */

static bool is_control(uint32_t character)
{
    return character < 0x20 || is_between(character, 0x7F, 0x9F) ||
           is_between(character, 0x202A, 0x202E) || is_between(character, 0x2066, 0x2069);
}

static void print_cell(const char *cell, struct buffer *out)
{
    while (*cell) {
        const char *start = cell;
        if (is_control(next_character(&cell)))
            buffer_add_byte(out, '?');
        else
            buffer_add(out, start, (size_t)(cell - start));
    }
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;

    for (size_t row = 0; row < table->row_count; row++) {
        size_t width = text_width(table->cells[row * table->column_count + column]);
        if (width > widest)
            widest = width;
    }
    return widest;
}

static void print_row(const struct table *table, size_t row, const size_t *widths,
                      struct buffer *out)
{
    for (size_t column = 0; column < table->column_count; column++) {
        const char *cell = table->cells[row * table->column_count + column];
        size_t gap = widths[column] + GAP - text_width(cell);
        print_cell(cell, out);
        for (; column + 1 < table->column_count && gap > 0; gap--)
            buffer_add_byte(out, ' ');
    }
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->length--;
    buffer_add_byte(out, '\n');
}

enum outcome table_print(const struct table *table, struct buffer *out)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};

    if (table->failed)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t column = 0; column < table->column_count; column++)
        widths[column] = column_width(table, column);
    for (size_t row = 0; row < table->row_count; row++)
        print_row(table, row, widths, out);
    return buffer_outcome(out);
}

int table_show(const struct table *table)
{
    OWNED_BUFFER text = {0};
    enum outcome outcome = table_print(table, &text);

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    fwrite(text.data, 1, text.length, stdout);
    return EXIT_DONE;
}
