/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/csv.h"

#include <string.h>

/* --- what the bytes are: UTF-8, or else CP-1252 ------------------------------------ */

static const uint8_t bom[] = {0xEF, 0xBB, 0xBF};

/* Length of the UTF-8 sequence at `p`, or 0 when it is none (RFC 3629, table 3-7 of Unicode). */
static size_t utf8_length(const uint8_t *p, size_t left)
{
    uint8_t least = 0x80, most = 0xBF;
    size_t length;

    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (left < length)
        return 0;
    if (p[0] == 0xE0)
        least = 0xA0; /* shorter forms exist */
    if (p[0] == 0xED)
        most = 0x9F; /* surrogates */
    if (p[0] == 0xF0)
        least = 0x90;
    if (p[0] == 0xF4)
        most = 0x8F; /* beyond U+10FFFF */
    if (p[1] < least || p[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return length;
}

static bool is_utf8(struct bytes text)
{
    size_t length;

    for (size_t at = 0; at < text.length; at += length) {
        length = utf8_length(text.data + at, text.length - at);
        if (length == 0)
            return false;
    }
    return true;
}

static bool has_odd_control(struct bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
            return true;
    }
    return false;
}

/* What CP-1252 has where Latin-1 has control characters; 0: not assigned. */
static const uint16_t cp1252_80_to_9f[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static bool add_cp1252(struct buffer *out, uint8_t byte)
{
    unsigned point = byte >= 0x80 && byte <= 0x9F ? cp1252_80_to_9f[byte - 0x80] : byte;

    if (point == 0)
        return false;
    if (point < 0x80) {
        buffer_add_byte(out, (uint8_t)point);
    } else if (point < 0x800) {
        buffer_add_byte(out, (uint8_t)(0xC0 | point >> 6));
        buffer_add_byte(out, (uint8_t)(0x80 | (point & 0x3F)));
    } else {
        buffer_add_byte(out, (uint8_t)(0xE0 | point >> 12));
        buffer_add_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3F)));
        buffer_add_byte(out, (uint8_t)(0x80 | (point & 0x3F)));
    }
    return true;
}

static bool decode(struct bytes file, struct csv *csv)
{
    if (file.length >= sizeof bom && memcmp(file.data, bom, sizeof bom) == 0)
        file = bytes_of(file.data + sizeof bom, file.length - sizeof bom);
    if (has_odd_control(file))
        return false;
    csv->was_cp1252 = !is_utf8(file);
    if (!csv->was_cp1252) {
        buffer_add_bytes(&csv->text, file);
        return true;
    }
    for (size_t i = 0; i < file.length; i++)
        if (!add_cp1252(&csv->text, file.data[i]))
            return false;
    return true;
}

/* The separator that stands most often in the first line, outside quotes. */
static char separator_of(struct bytes text)
{
    size_t semicolons = 0, commas = 0, tabs = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.data[i];
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (c == '\n' || c == '\r')
            break;
        semicolons += c == ';';
        commas += c == ',';
        tabs += c == '\t';
    }
    if (semicolons >= commas && semicolons >= tabs)
        return ';';
    return commas >= tabs ? ',' : '\t';
}

enum outcome csv_open(struct bytes file, struct csv *out_csv, enum csv_fault *out_fault)
{
    OWNED_CSV csv = {0};

    if (file.length > CSV_FILE_MAX_BYTES) {
        *out_fault = CSV_FAULT_TOO_LARGE;
        return OUTCOME_TOO_LARGE;
    }
    if (!decode(file, &csv)) {
        *out_fault = CSV_FAULT_ENCODING;
        return OUTCOME_MALFORMED;
    }
    TRY(buffer_outcome(&csv.text));
    csv.separator = separator_of(buffer_bytes(&csv.text));
    *out_csv = csv;
    csv.text = (struct buffer){0}; /* handed over */
    return OUTCOME_OK;
}

void csv_close(struct csv *csv)
{
    buffer_wipe(&csv->text);
    *csv = (struct csv){0};
}

/* --- rows ---------------------------------------------------------------------------- */

static bool at_end(const struct csv *csv)
{
    return csv->at >= csv->text.length;
}

static bool at_cell_end(const struct csv *csv)
{
    uint8_t c;

    if (at_end(csv))
        return true;
    c = csv->text.data[csv->at];
    return c == (uint8_t)csv->separator || c == '\n' || c == '\r';
}

/* A quoted cell becomes plain in place: it only gets shorter. False: not closed, or something
 * stands behind the closing quote. */
static bool take_quoted(struct csv *csv, struct bytes *out_cell)
{
    uint8_t *data = csv->text.data;
    size_t start = ++csv->at, write = start;
    bool closed = false;

    while (!at_end(csv) && !closed) {
        uint8_t c = data[csv->at++];
        bool doubled = c == '"' && !at_end(csv) && data[csv->at] == '"';
        closed = c == '"' && !doubled;
        if (doubled)
            csv->at++;
        if (!closed)
            data[write++] = c;
    }
    if (!closed || !at_cell_end(csv))
        return false;
    *out_cell = bytes_of(data + start, write - start);
    return true;
}

static bool take_cell(struct csv *csv, struct bytes *out_cell)
{
    size_t start = csv->at;

    if (!at_end(csv) && csv->text.data[start] == '"')
        return take_quoted(csv, out_cell);
    while (!at_cell_end(csv))
        csv->at++;
    *out_cell = bytes_of(csv->text.data + start, csv->at - start);
    return true;
}

static void skip_line_end(struct csv *csv)
{
    if (!at_end(csv) && csv->text.data[csv->at] == '\r')
        csv->at++;
    if (!at_end(csv) && csv->text.data[csv->at] == '\n')
        csv->at++;
}

static enum csv_step broken(struct csv *csv, enum csv_fault fault)
{
    csv->fault = fault;
    return CSV_BROKEN;
}

/* Reads one line (a row as Excel counts) into csv->columns. */
static enum csv_step take_line(struct csv *csv)
{
    csv->column_count = 0;
    csv->row++;
    for (;;) {
        struct bytes cell = {0};
        if (csv->column_count == CSV_COLUMNS_MAX)
            return broken(csv, CSV_FAULT_TOO_MANY_COLUMNS);
        csv->column_count++;
        if (!take_cell(csv, &cell))
            return broken(csv, CSV_FAULT_QUOTES);
        if (cell.length > CSV_CELL_MAX_BYTES)
            return broken(csv, CSV_FAULT_CELL_TOO_LONG);
        csv->columns[csv->column_count - 1] = cell;
        if (at_end(csv) || csv->text.data[csv->at] != (uint8_t)csv->separator)
            break;
        csv->at++;
    }
    skip_line_end(csv);
    return CSV_ROW;
}

static bool line_is_empty(const struct csv *csv)
{
    for (size_t i = 0; i < csv->column_count; i++)
        if (csv->columns[i].length > 0)
            return false;
    return true;
}

enum csv_step csv_next(struct csv *csv)
{
    if (csv->fault != CSV_FAULT_NONE)
        return CSV_BROKEN;
    while (!at_end(csv)) {
        enum csv_step step = take_line(csv);
        if (step == CSV_BROKEN)
            return step;
        if (csv->row > CSV_ROWS_MAX + 1)
            return broken(csv, CSV_FAULT_TOO_MANY_ROWS);
        if (!line_is_empty(csv))
            return CSV_ROW;
    }
    return CSV_END;
}

/* --- writer ---------------------------------------------------------------------------- */

/* A spreadsheet takes a cell that starts so for a formula, or drops the character and looks on. */
static bool looks_like_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t\r\n", *text) != NULL;
}

static void write_cell(struct buffer *out, const char *text)
{
    bool guarded = looks_like_formula(text);

    if (!guarded && strpbrk(text, ";\"\r\n\t,") == NULL) {
        buffer_add_text(out, text);
        return;
    }
    buffer_add_byte(out, '"');
    if (guarded)
        buffer_add_byte(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, (uint8_t)*text);
    }
    buffer_add_byte(out, '"');
}

void csv_write_start(struct buffer *out)
{
    buffer_add(out, bom, sizeof bom);
}

void csv_write_row(struct buffer *out, size_t count, const char *const cells[])
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_byte(out, ';');
        if (cells[i])
            write_cell(out, cells[i]);
    }
    buffer_add_text(out, "\r\n");
}
