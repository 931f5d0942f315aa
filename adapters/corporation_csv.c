/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/corporation_csv.h"

#include <string.h>

#include "adapters/corporation_columns.h"
#include "adapters/import_file.h"
#include "crypto/ready.h"

static const char *missing_column(const struct import_file *file)
{
    if (!import_file_has(file, "zaaknummer"))
        return "zaaknummer";
    if (!import_file_has(file, "melddatum"))
        return "melddatum";
    if (!import_file_has(file, "soort") && !import_file_has(file, "detailsoort") &&
        !import_file_has(file, "signaalcode"))
        return "soort";
    return NULL;
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

static enum outcome take_vera(struct import_file *file, const char *key, const char *column,
                              struct import_row *row)
{
    const struct signal_code *codes[IMPORT_CODES_MAX];
    size_t count;

    if (!strchr(key, '.'))
        return import_file_fault_of(file, IMPORT_FAULT_CODE_WITHOUT_LIST, column);
    count = signal_codes_of_vera(file->lists, key, codes, IMPORT_CODES_MAX);
    if (count == 0 || count > IMPORT_CODES_MAX)
        return import_file_fault_of(file, IMPORT_FAULT_CODE_UNKNOWN, column);
    for (size_t i = 0; i < count; i++)
        take_code(row, codes[i]);
    return OUTCOME_OK;
}

/* Blocked in any of the three wins; then our own code, then the detail, then the kind. */
static enum outcome resolve_codes(struct import_file *file, struct reading *reading)
{
    const struct signal_code *blocked = blocked_in(file->lists, reading);
    const struct signal_code *ours = signal_code_find(file->lists, reading->ours);

    reading->row.blocked = blocked != NULL;
    if (blocked || ours) {
        take_code(&reading->row, blocked ? blocked : ours);
        return OUTCOME_OK;
    }
    if (reading->ours[0])
        return import_file_fault_of(file, IMPORT_FAULT_CODE_UNKNOWN, "signaalcode");
    if (reading->detail[0])
        return take_vera(file, reading->detail, "detailsoort", &reading->row);
    if (reading->kind[0])
        return take_vera(file, reading->kind, "soort", &reading->row);
    return import_file_fault(file, IMPORT_FAULT_CODE_MISSING, NULL, 0);
}

/* --- one row --- */

static enum outcome check_together(struct import_file *file, const struct import_row *row)
{
    const struct contact *contact = &row->contact;
    bool any_address =
        contact->postcode[0] || contact->number[0] || contact->letter[0] || contact->addition[0];

    if (!row->source_key[0])
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "zaaknummer"));
    if (!row->reported.known)
        TRY(import_file_fault_of(file, IMPORT_FAULT_EMPTY, "melddatum"));
    if (any_address && !import_row_has_address(row))
        TRY(import_file_fault_of(file, IMPORT_FAULT_ADDRESS_INCOMPLETE,
                         contact->postcode[0] ? "huisnummer" : "postcode"));
    if (row->consent == IMPORT_ANSWER_YES && !row->consent_given.known)
        TRY(import_file_fault_of(file, IMPORT_FAULT_CONSENT_WITHOUT_DAY, "toestemmingdatum"));
    return OUTCOME_OK;
}

/* What cells say together counts only once each is right: a field is then empty because the
 * cell is. */
static enum outcome read_whole(struct import_file *file, struct reading *reading)
{
    size_t before = file->faults_found;

    reading->row.row = file->csv.row;
    TRY(import_file_read_cells(file, reading, &reading->row));
    if (file->faults_found > before)
        return OUTCOME_OK;
    TRY(check_together(file, &reading->row));
    return resolve_codes(file, reading);
}

static enum outcome read_line(struct import_file *file)
{
    struct reading reading = {0};
    size_t before = file->faults_found;
    enum outcome outcome = read_whole(file, &reading);

    if (outcome == OUTCOME_OK && file->faults_found == before)
        import_file_keep(file, &reading.row);
    wipe(&reading, sizeof reading);
    return outcome;
}

static const struct layout layout = {
    .column_named = column_named,
    .missing_column = missing_column,
    .read_line = read_line,
    .key = "zaaknummer",
    .rows_per_line = 1,
};

static enum outcome parse(struct bytes text, const struct code_lists *lists,
                          const struct mapping *mapping, struct import *out_import)
{
    return import_file_parse(&layout, text, lists, mapping, out_import);
}

const struct adapter corporation_csv = {
    .name = "corporatie-csv",
    .description = {[LANGUAGE_NL] = "export van een corporatie als CSV",
                    [LANGUAGE_EN] = "a housing corporation's export as CSV"},
    .parse = parse,
};
