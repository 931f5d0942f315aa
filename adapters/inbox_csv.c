/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/inbox_csv.h"

#include <stdio.h>
#include <string.h>

#include "adapters/csv.h"
#include "covenant/day.h"

enum {
    TOKEN_END_LENGTH = 8, /* enough to tell two rows of one list apart */
    DUTCH_DAY_BYTES = 16, /* "03-12-2026" */
};

static const char *const heading[] = {
    "ontvangen",          "signaal",    "signaalcode", "naam", "van", "stand",
    "antwoord uiterlijk", "pseudoniem", "gebied",
    /* for who fills it in, and hands it in again: adapters/answers_csv.h */
    "antwoord",           "vervolgstap", "vervolgdatum", "verwijst naar", "organisatiesoort",
};

enum { COLUMNS = sizeof heading / sizeof heading[0] };

static const char *dutch_day(const char *text, char out[static DUTCH_DAY_BYTES])
{
    struct day day;
    struct date date;

    if (!text || !day_parse(text, &day))
        return NULL;
    date = day_date(day);
    snprintf(out, DUTCH_DAY_BYTES, "%02d-%02d-%04d", date.day % 100, date.month % 100,
             date.year % 10000);
    return out;
}

static const char *end_of_token(const char *token)
{
    size_t length = token ? strlen(token) : 0;

    return length > TOKEN_END_LENGTH ? token + length - TOKEN_END_LENGTH : token;
}

enum outcome inbox_csv_print(const struct inbox_row *rows, size_t count, struct buffer *out)
{
    csv_write_start(out);
    csv_write_row(out, COLUMNS, heading);
    for (size_t i = 0; i < count; i++) {
        const struct inbox_row *row = &rows[i];
        char received[DUTCH_DAY_BYTES], answer_by[DUTCH_DAY_BYTES];
        const char *const cells[COLUMNS] = {
            dutch_day(row->received, received),
            row->id,
            row->code,
            row->name,
            row->from,
            row->state,
            dutch_day(row->answer_by, answer_by),
            end_of_token(row->token),
            row->area,
        };
        csv_write_row(out, COLUMNS, cells);
    }
    return buffer_outcome(out);
}
