/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/import_file.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/cell.h"
#include "crypto/ready.h"

/* --- the header --- */

static bool is_identifier(const struct mapping *mapping, const char *name)
{
    char declared[COLUMN_NAME_BYTES];

    for (size_t i = 0; mapping && i < mapping->identifier_count; i++) {
        column_name(bytes_of_text(mapping->identifiers[i]), declared);
        if (name[0] != '\0' && strcmp(declared, name) == 0)
            return true;
    }
    return false;
}

/* The 1-based place of a column in this file, 0 when it has none. */
static size_t place_of(const struct import_file *file, const struct column *column)
{
    for (size_t i = 0; i < file->header_count; i++)
        if (file->header[i] == column)
            return i + 1;
    return 0;
}

bool import_file_has(const struct import_file *file, const char *name)
{
    return place_of(file, file->layout->column_named(name)) > 0;
}

static void refuse(struct import_file *file, enum import_fault_code code, const struct column *column,
                   size_t place)
{
    file->import.refused = true;
    file->import.file_fault = (struct import_fault){
        .code = code,
        .row = file->csv.row,
        .column_name = column ? column->name : NULL,
        .column = (uint32_t)place,
    };
}

/* False: a column is there twice. */
static bool read_heading(struct import_file *file, size_t i, const struct mapping *mapping)
{
    char name[COLUMN_NAME_BYTES];
    const struct column *column;

    column_name(file->csv.columns[i], name);
    file->identifier[i] = is_identifier(mapping, name);
    column = file->identifier[i] ? NULL : file->layout->column_named(name);
    if (column && place_of(file, column) > 0) {
        refuse(file, IMPORT_FAULT_COLUMN_TWICE, column, i + 1);
        return false;
    }
    file->header[i] = column;
    file->header_count = i + 1;
    if (!column && !file->identifier[i])
        file->import.warnings[IMPORT_WARNING_COLUMN_UNUSED] = true;
    return true;
}

/* False: the file is refused. */
static bool read_header(struct import_file *file, const struct mapping *mapping)
{
    const char *missing;
    size_t known = 0;

    for (size_t i = 0; i < file->csv.column_count; i++) {
        if (!read_heading(file, i, mapping))
            return false;
        known += file->header[i] != NULL;
    }
    missing = file->layout->missing_column(file);
    if (known == 0)
        refuse(file, IMPORT_FAULT_NO_HEADER, NULL, 0);
    else if (missing)
        refuse(file, IMPORT_FAULT_COLUMN_MISSING, file->layout->column_named(missing), 0);
    return !file->import.refused;
}

/* --- faults of rows --- */

static enum outcome add_fault(struct import_file *file, enum import_fault_code code, uint32_t row,
                              const struct column *column, size_t place)
{
    struct import *import = &file->import;

    file->faults_found++;
    if (import->fault_count == IMPORT_FAULTS_MAX)
        return OUTCOME_OK;
    if (import->fault_count == file->fault_capacity) {
        size_t capacity = file->fault_capacity ? 2 * file->fault_capacity : 64;
        struct import_fault *faults = realloc(import->faults, capacity * sizeof *faults);
        if (!faults)
            return OUTCOME_OUT_OF_MEMORY;
        import->faults = faults;
        file->fault_capacity = capacity;
    }
    import->faults[import->fault_count++] = (struct import_fault){
        .code = code,
        .row = row,
        .column_name = column ? column->name : NULL,
        .column = (uint32_t)place,
    };
    return OUTCOME_OK;
}

enum outcome import_file_fault(struct import_file *file, enum import_fault_code code,
                               const struct column *column, size_t place)
{
    return add_fault(file, code, file->csv.row, column, place);
}

enum outcome import_file_fault_of(struct import_file *file, enum import_fault_code code,
                                  const char *name)
{
    const struct column *column = file->layout->column_named(name);

    return add_fault(file, code, file->csv.row, column, place_of(file, column));
}

/* --- one line --- */

/* A BSN refuses the file. False: it did. */
static bool scan_row(struct import_file *file)
{
    for (size_t i = 0; i < file->csv.column_count; i++) {
        const struct column *column = i < file->header_count ? file->header[i] : NULL;
        bool spared = i < file->header_count && file->identifier[i];
        if (spared || (column && !column->scanned))
            continue;
        if (cell_may_be_bsn(cell_trim(file->csv.columns[i]))) {
            refuse(file, IMPORT_FAULT_BSN, column, i + 1);
            return false;
        }
    }
    return true;
}

enum outcome import_file_read_cells(struct import_file *file, void *reading,
                                    struct import_row *row)
{
    for (size_t i = 0; i < file->csv.column_count; i++) {
        const struct column *column = i < file->header_count ? file->header[i] : NULL;
        struct bytes cell = cell_trim(file->csv.columns[i]);
        if (cell.length == 0)
            continue;
        if (i >= file->header_count)
            return add_fault(file, IMPORT_FAULT_CELL_COUNT, file->csv.row, NULL, i + 1);
        if (!column)
            continue;
        if (!column_read(column, cell, reading, row) ||
            (column->member && !import_row_member_is_good(row, column->member)))
            TRY(add_fault(file, column->fault, file->csv.row, column, i + 1));
    }
    return OUTCOME_OK;
}

void import_file_keep(struct import_file *file, const struct import_row *row)
{
    file->import.rows[file->import.row_count++] = *row;
}

static enum outcome read_line(struct import_file *file)
{
    size_t before = file->faults_found, rows = file->import.row_count;
    enum outcome outcome = file->layout->read_line(file);

    if (file->faults_found == before)
        return outcome;
    file->import.faulty_row_count++;
    while (file->import.row_count > rows) /* a line goes in whole or not at all */
        import_row_wipe(&file->import.rows[--file->import.row_count]);
    return outcome;
}

/* --- keys that stand on two rows --- */

static int by_key_then_row(const void *a, const void *b)
{
    const struct import_row *const *first = a, *const *second = b;
    int order = strcmp((*first)->source_key, (*second)->source_key);

    return order ? order : (*first)->row < (*second)->row ? -1 : (*first)->row > (*second)->row;
}

static int by_row_then_column(const void *a, const void *b)
{
    const struct import_fault *first = a, *second = b;

    if (first->row != second->row)
        return first->row < second->row ? -1 : 1;
    return first->column < second->column ? -1 : first->column > second->column;
}

/* Takes the rows without a number out: no row that is right is without. */
static void close_ranks(struct import *import)
{
    size_t kept = 0;

    for (size_t i = 0; i < import->row_count; i++)
        if (import->rows[i].row > 0)
            import->rows[kept++] = import->rows[i];
    for (size_t i = kept; i < import->row_count; i++)
        import_row_wipe(&import->rows[i]);
    import->row_count = kept;
}

/* The first row keeps the key; a later one is a fault. */
static enum outcome refuse_repeated_keys(struct import_file *file)
{
    struct import *import = &file->import;
    const struct column *column = file->layout->column_named(file->layout->key);
    OWNED_BUFFER memory = {0};
    struct import_row **rows;

    if (import->row_count < 2)
        return OUTCOME_OK;
    rows = (void *)buffer_room(&memory, import->row_count * sizeof *rows);
    if (!rows)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < import->row_count; i++)
        rows[i] = &import->rows[i];
    qsort(rows, import->row_count, sizeof *rows, by_key_then_row);
    for (size_t i = 1; i < import->row_count; i++) {
        if (strcmp(rows[i]->source_key, rows[i - 1]->source_key) != 0)
            continue;
        TRY(add_fault(file, IMPORT_FAULT_KEY_TWICE, rows[i]->row, column, place_of(file, column)));
        rows[i]->row = 0;
        import->faulty_row_count++;
    }
    close_ranks(import);
    if (import->fault_count > 0)
        qsort(import->faults, import->fault_count, sizeof *import->faults, by_row_then_column);
    return OUTCOME_OK;
}

/* --- the whole file --- */

static const enum import_fault_code fault_of_csv[] = {
    [CSV_FAULT_NONE] = IMPORT_FAULT_ENCODING, /* never asked */
    [CSV_FAULT_TOO_LARGE] = IMPORT_FAULT_TOO_LARGE,
    [CSV_FAULT_ENCODING] = IMPORT_FAULT_ENCODING,
    [CSV_FAULT_TOO_MANY_ROWS] = IMPORT_FAULT_TOO_MANY_ROWS,
    [CSV_FAULT_TOO_MANY_COLUMNS] = IMPORT_FAULT_TOO_MANY_COLUMNS,
    [CSV_FAULT_CELL_TOO_LONG] = IMPORT_FAULT_CELL_TOO_LONG,
    [CSV_FAULT_QUOTES] = IMPORT_FAULT_QUOTES,
};

/* The name of a column where we have one: on the header row there is none yet. */
static void refuse_broken(struct import_file *file)
{
    size_t place = file->csv.column_count;
    bool known = place > 0 && place <= file->header_count;

    if (file->csv.fault == CSV_FAULT_TOO_MANY_ROWS)
        place = 0, known = false;
    refuse(file, fault_of_csv[file->csv.fault], known ? file->header[place - 1] : NULL, place);
}

/* At most so many rows: each ends with a line end. One allocation, so that growing leaves no
 * copies of personal data behind. */
static enum outcome make_room(struct import_file *file)
{
    struct bytes text = buffer_bytes(&file->csv.text);
    size_t lines = 1;

    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n' || text.data[i] == '\r';
    if (lines > IMPORT_ROWS_MAX)
        lines = IMPORT_ROWS_MAX;
    file->import.rows = calloc(lines * file->layout->rows_per_line + 1, sizeof *file->import.rows);
    return file->import.rows ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome read_rows(struct import_file *file)
{
    enum csv_step step;

    TRY(make_room(file));
    while ((step = csv_next(&file->csv)) == CSV_ROW) {
        if (!scan_row(file))
            return OUTCOME_OK;
        TRY(read_line(file));
    }
    if (step == CSV_BROKEN) {
        refuse_broken(file);
        return OUTCOME_OK;
    }
    return refuse_repeated_keys(file);
}

static enum outcome read_file(struct import_file *file, struct bytes text, const struct mapping *mapping)
{
    enum csv_fault fault = CSV_FAULT_NONE;
    enum outcome outcome = csv_open(text, &file->csv, &fault);

    if (outcome != OUTCOME_OK && fault != CSV_FAULT_NONE) {
        refuse(file, fault_of_csv[fault], NULL, 0);
        return OUTCOME_OK;
    }
    TRY(outcome);
    file->import.warnings[IMPORT_WARNING_CP1252] = file->csv.was_cp1252;
    file->import.warnings[IMPORT_WARNING_COMMA] = file->csv.separator == ',';
    file->import.warnings[IMPORT_WARNING_TAB] = file->csv.separator == '\t';
    switch (csv_next(&file->csv)) {
    case CSV_ROW:
        return read_header(file, mapping) ? read_rows(file) : OUTCOME_OK;
    case CSV_BROKEN:
        refuse_broken(file);
        return OUTCOME_OK;
    case CSV_END:
        refuse(file, IMPORT_FAULT_NO_HEADER, NULL, 0);
        return OUTCOME_OK;
    }
    return OUTCOME_INTERNAL;
}

/* Of a refused file nothing remains but the reason. */
static void forget_rows(struct import *import)
{
    struct import refused = {.refused = true, .file_fault = import->file_fault};

    memcpy(refused.warnings, import->warnings, sizeof refused.warnings);
    import_free(import);
    *import = refused;
}

enum outcome import_file_parse(const struct layout *layout, struct bytes text,
                               const struct code_lists *lists, const struct mapping *mapping,
                               struct import *out_import)
{
    struct import_file file = {.layout = layout, .lists = lists};
    enum outcome outcome = read_file(&file, text, mapping);

    csv_close(&file.csv);
    if (outcome != OUTCOME_OK) {
        import_free(&file.import);
        return outcome;
    }
    if (file.import.refused)
        forget_rows(&file.import);
    *out_import = file.import;
    return OUTCOME_OK;
}

