/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/answers_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/import_file.h"
#include "crypto/ready.h"

enum { WORD_BYTES = 41 };

struct reading {
    char signal[WORD_BYTES], code[WORD_BYTES], step[WORD_BYTES], refers_to[WORD_BYTES],
        kind[WORD_BYTES];
    struct import_day day;
};

struct state {
    struct answer_import *out;
    size_t capacity;
};

#define AT(field) offsetof(struct reading, field), sizeof(((struct reading *)0)->field)

/* clang-format off */
static const struct column columns[] = {
    {"signaal",          NULL, COLUMN_LOWER, false, IMPORT_FAULT_SIGNAL_WRONG,   AT(signal),    {"id", "signaalnummer", "nummer", NULL}},
    {"antwoord",         NULL, COLUMN_UPPER, true,  IMPORT_FAULT_FEEDBACK_WRONG, AT(code),      {"code", "antwoordcode", "terugkoppeling", NULL}},
    {"vervolgstap",      NULL, COLUMN_UPPER, true,  IMPORT_FAULT_FEEDBACK_EXTRA, AT(step),      {NULL}},
    {"vervolgdatum",     NULL, COLUMN_DAY,   true,  IMPORT_FAULT_DAY_WRONG,      AT(day),       {"datum", NULL}},
    {"verwijst_naar",    NULL, COLUMN_LOWER, false, IMPORT_FAULT_SIGNAL_WRONG,   AT(refers_to), {"verwijstnaar", "eerder_signaal", NULL}},
    {"organisatiesoort", NULL, COLUMN_UPPER, true,  IMPORT_FAULT_FEEDBACK_EXTRA, AT(kind),      {"soort_organisatie", NULL}},
};
/* clang-format on */

static const struct column *column_named(const char *name)
{
    return column_find(columns, sizeof columns / sizeof columns[0], name);
}

static const char *missing_column(const struct import_file *file)
{
    if (!import_file_has(file, "signaal"))
        return "signaal";
    return import_file_has(file, "antwoord") ? NULL : "antwoord";
}

/* --- one line --- */

static void spaces_to_lines(char *text)
{
    for (; *text; text++)
        if (*text == ' ')
            *text = '_';
}

static bool take_words(struct import_file *file, struct reading *reading, struct feedback *answer,
                       enum outcome *out_outcome)
{
    const char *wrong = NULL;
    enum import_fault_code fault = IMPORT_FAULT_FEEDBACK_EXTRA;

    spaces_to_lines(reading->step);
    spaces_to_lines(reading->kind);
    if (!answer_parse(reading->code, &answer->code)) {
        wrong = "antwoord";
        fault = IMPORT_FAULT_FEEDBACK_WRONG;
    } else if (reading->step[0] && !next_step_parse(reading->step, &answer->next_step)) {
        wrong = "vervolgstap";
    } else if (reading->kind[0] && !party_kind_parse(reading->kind, &answer->partner_kind)) {
        wrong = "organisatiesoort";
    }
    *out_outcome = wrong ? import_file_fault_of(file, fault, wrong) : OUTCOME_OK;
    return !wrong;
}

/* What feedback_check() names, as a column of ours. */
static enum outcome fault_at_member(struct import_file *file, const char *member)
{
    if (strcmp(member, "signaal") == 0)
        return import_file_fault_of(file, IMPORT_FAULT_SIGNAL_WRONG, "signaal");
    return import_file_fault_of(file, IMPORT_FAULT_FEEDBACK_EXTRA,
                                strcmp(member, "verwijstNaar") == 0 ? "verwijst_naar" : member);
}

static enum outcome keep(struct import_file *file, const struct feedback *answer)
{
    struct state *state = file->layout->state;
    struct answer_import *out = state->out;

    for (size_t i = 0; i < out->row_count; i++) /* each becomes a request: that takes longer */
        if (strcmp(out->rows[i].answer.signal, answer->signal) == 0)
            return import_file_fault_of(file, IMPORT_FAULT_SIGNAL_TWICE, "signaal");
    if (out->row_count == state->capacity) {
        size_t capacity = state->capacity ? 2 * state->capacity : 64;
        struct answer_row *rows = realloc(out->rows, capacity * sizeof *rows);
        if (!rows)
            return OUTCOME_OUT_OF_MEMORY;
        out->rows = rows;
        state->capacity = capacity;
    }
    out->rows[out->row_count++] = (struct answer_row){file->csv.row, *answer};
    return OUTCOME_OK;
}

static enum outcome read_answer(struct import_file *file, struct reading *reading)
{
    struct feedback answer = {.next_step = NEXT_STEP_COUNT, .partner_kind = PARTY_NONE};
    struct fault fault = {{0}};
    enum outcome outcome;

    if (!take_words(file, reading, &answer, &outcome))
        return outcome;
    uuid_print((struct uuid){{[6] = 0x40, [8] = 0x80}}, answer.id); /* another one when it is sent */
    if (snprintf(answer.signal, sizeof answer.signal, "%s", reading->signal) >= UUID_TEXT_BYTES)
        return import_file_fault_of(file, IMPORT_FAULT_SIGNAL_WRONG, "signaal");
    if (snprintf(answer.refers_to, sizeof answer.refers_to, "%s", reading->refers_to) >=
        UUID_TEXT_BYTES)
        return import_file_fault_of(file, IMPORT_FAULT_SIGNAL_WRONG, "verwijst_naar");
    answer.has_next_day = reading->day.known;
    answer.next_day = answer.on = reading->day.day; /* in the past or not, the gateway knows */
    if (feedback_check(&answer, &fault) != OUTCOME_OK)
        return fault_at_member(file, fault.where);
    return keep(file, &answer);
}

static bool says_nothing(const struct reading *reading)
{
    return !reading->code[0] && !reading->step[0] && !reading->refers_to[0] && !reading->kind[0] &&
           !reading->day.known;
}

static enum outcome read_line(struct import_file *file)
{
    struct state *state = file->layout->state;
    struct import_row none = {0};
    struct reading reading = {0};
    size_t before = file->faults_found;

    TRY(import_file_read_cells(file, &reading, &none));
    if (file->faults_found > before)
        return OUTCOME_OK;
    if (says_nothing(&reading)) {
        state->out->unanswered++;
        return OUTCOME_OK;
    }
    if (!reading.code[0])
        return import_file_fault_of(file, IMPORT_FAULT_EMPTY, "antwoord");
    return read_answer(file, &reading);
}

enum outcome answers_csv_parse(struct bytes text, struct answer_import *out_import)
{
    OWNED_ANSWER_IMPORT import = {0};
    struct state state = {.out = &import};
    const struct layout layout = {.column_named = column_named,
                                  .missing_column = missing_column,
                                  .read_line = read_line,
                                  .key = "signaal",
                                  .state = &state};

    TRY(import_file_parse(&layout, text, NULL, NULL, &import.import));
    if (import.import.refused) {
        free(import.rows);
        import.rows = NULL;
        import.row_count = import.unanswered = 0;
    }
    *out_import = import;
    import = (struct answer_import){0}; /* handed over */
    return OUTCOME_OK;
}
