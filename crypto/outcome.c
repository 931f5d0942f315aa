/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/outcome.h"

static const struct row {
    enum outcome_kind kind;
    int http_status;
    const char *code;
    const char *text[LANGUAGE_COUNT];
} rows[OUTCOME_COUNT] = {
#define OUTCOME_ROW(name, kind, http, code, nl, en)                                                \
    [OUTCOME_##name] = {KIND_##kind, http, code, {nl, en}},
    OUTCOMES(OUTCOME_ROW)
#undef OUTCOME_ROW
};

static const struct row *row_of(enum outcome outcome)
{
    return &rows[outcome < OUTCOME_COUNT ? outcome : OUTCOME_INTERNAL];
}

const char *outcome_code(enum outcome outcome)
{
    return row_of(outcome)->code;
}

const char *outcome_text(enum outcome outcome, enum language language)
{
    return row_of(outcome)->text[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

int outcome_http_status(enum outcome outcome)
{
    return row_of(outcome)->http_status;
}

enum outcome_kind outcome_kind(enum outcome outcome)
{
    return row_of(outcome)->kind;
}
