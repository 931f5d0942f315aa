/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/column.h"

#include <string.h>

#include "adapters/cell.h"
#include "crypto/canonical.h"

void column_name(struct bytes cell, char out[static COLUMN_NAME_BYTES])
{
    out[0] = '\0';
    if (!cell_lower(cell_trim(cell), out, COLUMN_NAME_BYTES))
        return;
    for (char *c = out; *c != '\0'; c++)
        if (*c == ' ' || *c == '-')
            *c = '_';
}

const struct column *column_find(const struct column *columns, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
        for (size_t k = 0; k < COLUMN_SYNONYMS_MAX && columns[i].synonyms[k]; k++)
            if (strcmp(columns[i].synonyms[k], name) == 0)
                return &columns[i];
    }
    return NULL;
}

static bool read_house_part(enum column_kind kind, struct bytes cell, char *out, size_t size)
{
    char text[64], part[16] = "";
    enum outcome outcome = OUTCOME_MALFORMED;

    if (!cell_text(cell, text, sizeof text))
        return false;
    if (kind == COLUMN_POSTCODE)
        outcome = canonical_postcode(text, part);
    else if (kind == COLUMN_HOUSE_NUMBER)
        outcome = canonical_house_number(text, part);
    else if (kind == COLUMN_HOUSE_LETTER)
        outcome = canonical_house_letter(text, part);
    else
        outcome = canonical_house_addition(text, part);
    return outcome == OUTCOME_OK && cell_text(bytes_of_text(part), out, size);
}

bool column_read(const struct column *column, struct bytes cell, void *reading,
                 struct import_row *row)
{
    void *out = (char *)reading + column->offset;

    switch (column->kind) {
    case COLUMN_DAY:
        return cell_day(cell, out);
    case COLUMN_ANSWER:
        return cell_answer(cell, out);
    case COLUMN_AMOUNT:
        row->has_arrears = true;
        return cell_cents(cell, out);
    case COLUMN_PLAIN:
        return cell_text(cell, out, column->size);
    case COLUMN_UPPER:
        return cell_upper(cell, out, column->size);
    case COLUMN_LOWER:
        return cell_lower(cell, out, column->size);
    case COLUMN_PHONE:
        return cell_phone(cell, out, column->size);
    case COLUMN_POSTCODE:
    case COLUMN_HOUSE_NUMBER:
    case COLUMN_HOUSE_LETTER:
    case COLUMN_ADDITION:
        return read_house_part(column->kind, cell, out, column->size);
    }
    return false;
}
