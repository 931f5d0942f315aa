/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of a signal's own members (signal.h). */
#include <string.h>

#include "covenant/signal.h"
#include "covenant/wire.h"

/* As systems of corporations write them; no space and nothing that JSON escapes. */
#define AREA_COMPLEX_CHARACTERS WIRE_UPPER "abcdefghijklmnopqrstuvwxyz" WIRE_DIGITS "-._/"

static const char *const area_words[AREA_LEVEL_COUNT] = {
#define AREA_LEVEL_ROW(name, word) [AREA_##name] = word,
    AREA_LEVELS(AREA_LEVEL_ROW)
#undef AREA_LEVEL_ROW
};

bool area_level_parse(const char *word, enum area_level *out_level)
{
    for (size_t i = 0; word && i < AREA_LEVEL_COUNT; i++) {
        if (strcmp(area_words[i], word) == 0) {
            *out_level = (enum area_level)i;
            return true;
        }
    }
    return false;
}

const char *area_level_word(enum area_level level)
{
    return (unsigned)level < AREA_LEVEL_COUNT ? area_words[level] : "";
}

/* The form of a CBS code: letters, four digits, then the district and the neighbourhood, which
 * may hold letters where a municipality has more than a hundred. */
static bool is_cbs_code(const char *code, const char *letters, size_t rest)
{
    return strncmp(code, letters, 2) == 0 && strlen(code) == 6 + rest &&
           strspn(code + 2, WIRE_DIGITS) >= 4 && strspn(code + 6, WIRE_DIGITS WIRE_UPPER) == rest;
}

bool area_code_is_valid(enum area_level level, const char *code)
{
    switch (level) {
    case AREA_COMPLEX:
        return wire_is_word(code, SIGNAL_AREA_CODE_MAX_BYTES, AREA_COMPLEX_CHARACTERS);
    case AREA_BUURT:
        return is_cbs_code(code, "BU", 4);
    case AREA_WIJK:
        return is_cbs_code(code, "WK", 2);
    case AREA_GEMEENTE:
        return is_cbs_code(code, "GM", 0);
    case AREA_LEVEL_COUNT:
        break;
    }
    return false;
}

static const char *const help_words[HELP_QUESTION_COUNT] = {
    [HELP_QUESTION_YES] = "ja",
    [HELP_QUESTION_NO] = "nee",
    [HELP_QUESTION_UNKNOWN] = "onbekend",
};

bool help_question_parse(const char *word, enum help_question *out_answer)
{
    for (size_t i = 0; word && i < HELP_QUESTION_COUNT; i++) {
        if (strcmp(help_words[i], word) == 0) {
            *out_answer = (enum help_question)i;
            return true;
        }
    }
    return false;
}

const char *help_question_word(enum help_question answer)
{
    return (unsigned)answer < HELP_QUESTION_COUNT ? help_words[answer] : "";
}

static const struct {
    const char *word;
    const char *name[LANGUAGE_COUNT];
} waves[] = {
#define WAVE_ROW(word, nl, en) {#word, {nl, en}},
    WAVES(WAVE_ROW)
#undef WAVE_ROW
};

const char *wave_name(const char *word, enum language language)
{
    for (size_t i = 0; word && i < sizeof waves / sizeof waves[0]; i++)
        if (strcmp(waves[i].word, word) == 0)
            return waves[i].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
    return NULL;
}

bool wave_is_known(const char *word)
{
    return wave_name(word, LANGUAGE_NL) != NULL;
}
