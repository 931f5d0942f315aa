/* SPDX-License-Identifier: EUPL-1.2 */
/* What a decision is called on the wire and says to people. */
#include <string.h>

#include "covenant/decision.h"

static const struct {
    const char *code;
    const char *text[LANGUAGE_COUNT];
    const char *fix[LANGUAGE_COUNT];
} rows[REFUSAL_COUNT] = {
#define REFUSAL_ROW(name, code, nl, en, fix_nl, fix_en)                                            \
    [REFUSAL_##name] = {code, {nl, en}, {fix_nl, fix_en}},
    REFUSALS(REFUSAL_ROW)
#undef REFUSAL_ROW
};

static enum language known(enum language language)
{
    return language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL;
}

const char *refusal_code(enum refusal refusal)
{
    return (unsigned)refusal < REFUSAL_COUNT ? rows[refusal].code : "";
}

const char *refusal_text(enum refusal refusal, enum language language)
{
    return (unsigned)refusal < REFUSAL_COUNT ? rows[refusal].text[known(language)] : "";
}

const char *refusal_fix(enum refusal refusal, enum language language)
{
    return (unsigned)refusal < REFUSAL_COUNT ? rows[refusal].fix[known(language)] : "";
}

bool refusal_parse(const char *code, enum refusal *out_refusal)
{
    for (size_t i = REFUSAL_NONE + 1; code && i < REFUSAL_COUNT; i++) {
        if (strcmp(rows[i].code, code) == 0) {
            *out_refusal = (enum refusal)i;
            return true;
        }
    }
    return false;
}

void decision_print(const struct decision *decision, enum language language, struct buffer *out)
{
    if (decision->article)
        buffer_format(
            out, language == LANGUAGE_EN ? "article %d: " : "bepaling %d: ", decision->article);
    buffer_add_text(out, refusal_text(decision->refusal, language));
    if (decision->detail[0])
        buffer_format(out, " (%s)", decision->detail);
}
