/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/corporation_csv.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/cell.h"
#include "adapters/corporation_columns.h"
#include "adapters/csv.h"
#include "crypto/ready.h"

/* --- the header --- */

struct file {
    struct csv csv;
    const struct code_lists *lists;
    size_t header_count;
    const struct column *header[CSV_COLUMNS_MAX]; /* NULL: not one of ours */
    bool identifier[CSV_COLUMNS_MAX];             /* declared `kenmerk` */
    size_t fault_capacity;
    size_t faults_found; /* also those that the list has no room for */
    struct import import;
};

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
static size_t place_of(const struct file *file, const struct column *column)
{
    for (size_t i = 0; i < file->header_count; i++)
        if (file->header[i] == column)
            return i + 1;
    return 0;
}

static bool has_column(const struct file *file, const char *name)
{
    return place_of(file, column_named(name)) > 0;
}

static void refuse(struct file *file, enum import_fault_code code, const struct column *column,
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

/* The first required column that is missing, or NULL. */
static const char *missing_column(const struct file *file)
{
    if (!has_column(file, "zaaknummer"))
        return "zaaknummer";
    if (!has_column(file, "melddatum"))
        return "melddatum";
    if (!has_column(file, "soort") && !has_column(file, "detailsoort") &&
        !has_column(file, "signaalcode"))
        return "soort";
    return NULL;
}

/* False: a column is there twice. */
static bool read_heading(struct file *file, size_t i, const struct mapping *mapping)
{
    char name[COLUMN_NAME_BYTES];
    const struct column *column;

    column_name(file->csv.columns[i], name);
    file->identifier[i] = is_identifier(mapping, name);
    column = file->identifier[i] ? NULL : column_named(name);
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
static bool read_header(struct file *file, const struct mapping *mapping)
{
    const char *missing;
    size_t known = 0;

    for (size_t i = 0; i < file->csv.column_count; i++) {
        if (!read_heading(file, i, mapping))
            return false;
        known += file->header[i] != NULL;
    }
    missing = missing_column(file);
    if (known == 0)
        refuse(file, IMPORT_FAULT_NO_HEADER, NULL, 0);
    else if (missing)
        refuse(file, IMPORT_FAULT_COLUMN_MISSING, column_named(missing), 0);
    return !file->import.refused;
}

/* --- faults of rows ----------------------------------------------------------------------------
 */

static enum outcome add_fault(struct file *file, enum import_fault_code code, uint32_t row,
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

/* A fault of a column of ours that may be absent from the file. */
static enum outcome add_fault_of(struct file *file, enum import_fault_code code, const char *name)
{
    const struct column *column = column_named(name);

    return add_fault(file, code, file->csv.row, column, place_of(file, column));
}

/* --- codes --- */

static void take_code(struct import_row *row, const struct signal_code *code)
{
    memcpy(row->codes[row->code_count++], code->code, sizeof code->code);
}

/* The first blocked code that a VERA key stands for, or NULL. */
static const struct signal_code *blocked_of(const struct code_lists *lists, const char *key)
{
    const struct signal_code *codes[IMPORT_CODES_MAX];
    size_t count = signal_codes_of_vera(lists, key, codes, IMPORT_CODES_MAX);

    for (size_t i = 0; i < count && i < IMPORT_CODES_MAX; i++)
        if (codes[i]->blocked)
            return codes[i];
    return NULL;
}

static const struct signal_code *blocked_in(const struct code_lists *lists,
                                            const struct reading *reading)
{
    const struct signal_code *ours = signal_code_find(lists, reading->ours);
    const struct signal_code *code = blocked_of(lists, reading->detail);

    if (!code)
        code = blocked_of(lists, reading->kind);
    if (!code && ours && ours->blocked)
        code = ours;
    return code;
}

static enum outcome take_vera(struct file *file, const char *key, const char *column,
                              struct import_row *row)
{
    const struct signal_code *codes[IMPORT_CODES_MAX];
    size_t count;

    if (!strchr(key, '.'))
        return add_fault_of(file, IMPORT_FAULT_CODE_WITHOUT_LIST, column);
    count = signal_codes_of_vera(file->lists, key, codes, IMPORT_CODES_MAX);
    if (count == 0 || count > IMPORT_CODES_MAX)
        return add_fault_of(file, IMPORT_FAULT_CODE_UNKNOWN, column);
    for (size_t i = 0; i < count; i++)
        take_code(row, codes[i]);
    return OUTCOME_OK;
}

/* Blocked in any of the three wins; then our own code, then the detail, then the kind. */
static enum outcome resolve_codes(struct file *file, struct reading *reading)
{
    const struct signal_code *blocked = blocked_in(file->lists, reading);
    const struct signal_code *ours = signal_code_find(file->lists, reading->ours);

    reading->row.blocked = blocked != NULL;
    if (blocked || ours) {
        take_code(&reading->row, blocked ? blocked : ours);
        return OUTCOME_OK;
    }
    if (reading->ours[0])
        return add_fault_of(file, IMPORT_FAULT_CODE_UNKNOWN, "signaalcode");
    if (reading->detail[0])
        return take_vera(file, reading->detail, "detailsoort", &reading->row);
    if (reading->kind[0])
        return take_vera(file, reading->kind, "soort", &reading->row);
    return add_fault(file, IMPORT_FAULT_CODE_MISSING, file->csv.row, NULL, 0);
}

/* --- one row -----------------------------------------------------------------------------------
 */

/* A BSN refuses the file. False: it did. */
static bool scan_row(struct file *file)
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

static enum outcome read_cells(struct file *file, struct reading *reading)
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
        if (!column_read(column, cell, reading) ||
            (column->member && !import_row_member_is_good(&reading->row, column->member)))
            TRY(add_fault(file, column->fault, file->csv.row, column, i + 1));
    }
    return OUTCOME_OK;
}

static enum outcome check_together(struct file *file, const struct import_row *row)
{
    const struct contact *contact = &row->contact;
    bool any_address =
        contact->postcode[0] || contact->number[0] || contact->letter[0] || contact->addition[0];

    if (!row->source_key[0])
        TRY(add_fault_of(file, IMPORT_FAULT_EMPTY, "zaaknummer"));
    if (!row->reported.known)
        TRY(add_fault_of(file, IMPORT_FAULT_EMPTY, "melddatum"));
    if (any_address && !import_row_has_address(row))
        TRY(add_fault_of(file, IMPORT_FAULT_ADDRESS_INCOMPLETE,
                         contact->postcode[0] ? "huisnummer" : "postcode"));
    if (row->consent == IMPORT_ANSWER_YES && !row->consent_given.known)
        TRY(add_fault_of(file, IMPORT_FAULT_CONSENT_WITHOUT_DAY, "toestemmingdatum"));
    return OUTCOME_OK;
}

/* What cells say together counts only once each is right: a field is then empty because the
 * cell is. */
static enum outcome read_whole(struct file *file, struct reading *reading)
{
    size_t before = file->faults_found;

    reading->row.row = file->csv.row;
    TRY(read_cells(file, reading));
    if (file->faults_found > before)
        return OUTCOME_OK;
    TRY(check_together(file, &reading->row));
    return resolve_codes(file, reading);
}

static enum outcome read_row(struct file *file)
{
    struct reading reading = {0};
    size_t before = file->faults_found;
    enum outcome outcome = read_whole(file, &reading);

    if (file->faults_found > before)
        file->import.faulty_row_count++;
    else if (outcome == OUTCOME_OK)
        file->import.rows[file->import.row_count++] = reading.row;
    wipe(&reading, sizeof reading);
    return outcome;
}

/* --- keys that stand on two rows
 * ------------------------------------------------------------------ */

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

/* Takes the rows without codes out: no row that is right is without. */
static void close_ranks(struct import *import)
{
    size_t kept = 0;

    for (size_t i = 0; i < import->row_count; i++)
        if (import->rows[i].code_count > 0)
            import->rows[kept++] = import->rows[i];
    for (size_t i = kept; i < import->row_count; i++)
        import_row_wipe(&import->rows[i]);
    import->row_count = kept;
}

/* The first row keeps the key; a later one is a fault. */
static enum outcome refuse_repeated_keys(struct file *file)
{
    struct import *import = &file->import;
    const struct column *column = column_named("zaaknummer");
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
        rows[i]->code_count = 0;
        import->faulty_row_count++;
    }
    close_ranks(import);
    if (import->fault_count > 0)
        qsort(import->faults, import->fault_count, sizeof *import->faults, by_row_then_column);
    return OUTCOME_OK;
}

/* --- the whole file ------------------------------------------------------------------------------
 */

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
static void refuse_broken(struct file *file)
{
    size_t place = file->csv.column_count;
    bool known = place > 0 && place <= file->header_count;

    if (file->csv.fault == CSV_FAULT_TOO_MANY_ROWS)
        place = 0, known = false;
    refuse(file, fault_of_csv[file->csv.fault], known ? file->header[place - 1] : NULL, place);
}

/* At most so many rows: each ends with a line end. One allocation, so that growing leaves no
 * copies of personal data behind. */
static enum outcome make_room(struct file *file)
{
    struct bytes text = buffer_bytes(&file->csv.text);
    size_t lines = 1;

    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n' || text.data[i] == '\r';
    if (lines > IMPORT_ROWS_MAX)
        lines = IMPORT_ROWS_MAX;
    file->import.rows = calloc(lines, sizeof *file->import.rows);
    return file->import.rows ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome read_rows(struct file *file)
{
    enum csv_step step;

    TRY(make_room(file));
    while ((step = csv_next(&file->csv)) == CSV_ROW) {
        if (!scan_row(file))
            return OUTCOME_OK;
        TRY(read_row(file));
    }
    if (step == CSV_BROKEN) {
        refuse_broken(file);
        return OUTCOME_OK;
    }
    return refuse_repeated_keys(file);
}

static enum outcome read_file(struct file *file, struct bytes text, const struct mapping *mapping)
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

static enum outcome parse(struct bytes text, const struct code_lists *lists,
                          const struct mapping *mapping, struct import *out_import)
{
    struct file file = {.lists = lists};
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

const struct adapter corporation_csv = {
    .name = "corporatie-csv",
    .description = {[LANGUAGE_NL] = "export van een corporatie als CSV",
                    [LANGUAGE_EN] = "a housing corporation's export as CSV"},
    .parse = parse,
};
