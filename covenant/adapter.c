/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/adapter.h"

#include <stdlib.h>

#include "crypto/ready.h"

struct sentence {
    const char *code;
    const char *text[LANGUAGE_COUNT];
};

#define FAULT_ROW(name, about, code, nl, en) {code, {nl, en}},
static const struct sentence faults[] = {IMPORT_FAULTS(FAULT_ROW)};
#undef FAULT_ROW

#define WARNING_ROW(name, code, nl, en) {code, {nl, en}},
static const struct sentence warnings[] = {IMPORT_WARNINGS(WARNING_ROW)};
#undef WARNING_ROW

const char *import_fault_code(enum import_fault_code code)
{
    return faults[code].code;
}

const char *import_fault_text(enum import_fault_code code, enum language language)
{
    return faults[code].text[language];
}

const char *import_warning_code(enum import_warning warning)
{
    return warnings[warning].code;
}

const char *import_warning_text(enum import_warning warning, enum language language)
{
    return warnings[warning].text[language];
}

static const struct {
    const char *row, *column;
} place_words[LANGUAGE_COUNT] = {
    [LANGUAGE_NL] = {"regel", "kolom"},
    [LANGUAGE_EN] = {"row", "column"},
};

void import_fault_print(const struct import_fault *fault, enum language language,
                        struct buffer *out)
{
    const char *row = place_words[language].row, *column = place_words[language].column;
    bool named = fault->column_name != NULL, numbered = !named && fault->column > 0;

    if (fault->row > 0)
        buffer_format(out, "%s %u%s", row, fault->row, named || numbered ? ", " : ": ");
    if (named)
        buffer_format(out, "%s %s: ", column, fault->column_name);
    if (numbered)
        buffer_format(out, "%s %u: ", column, fault->column);
    buffer_add_text(out, import_fault_text(fault->code, language));
}

void import_free(struct import *import)
{
    for (size_t i = 0; i < import->row_count; i++)
        import_row_wipe(&import->rows[i]);
    free(import->rows);
    free(import->faults);
    *import = (struct import){0};
}

void answer_import_free(struct answer_import *import)
{
    import_free(&import->import);
    free(import->rows);
    *import = (struct answer_import){0};
}
