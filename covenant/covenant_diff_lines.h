/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_diff_lines.h - the lines of a difference: one for each number, day,
 * text or set that is not what it was. For covenant_diff.c only.
 */
#pragma once

#include "covenant/covenant_diff.h"

/* clang-format off */
#define DIFF_TEXTS(X)                                                                                \
    X(MORE,         "%s: erbij %s",             "%s: added %s")                                 \
    X(LESS,         "%s: eraf %s",              "%s: removed %s")                               \
    X(OTHER,        "%s: was %s, wordt %s",     "%s: was %s, becomes %s")                       \
    X(NONE,         "niets",                    "none")                                         \
    X(ARTICLE_NEW,  "nieuwe bepaling: %s, %s, %s", "new article: %s, %s, %s")                   \
    X(ARTICLE_GONE, "bepaling vervalt: %s, %s, %s", "article ends: %s, %s, %s")                 \
    X(PARTY_NEW,    "nieuwe partij: %s (%s)",   "new party: %s (%s)")                           \
    X(PARTY_GONE,   "partij vertrekt: %s (%s)", "party leaves: %s (%s)")                        \
    X(PARTY_KEYS,   "%s heeft een ander sleuteldocument", "%s has another key document")        \
    X(PARTY_OPEN,   "%s heeft niet langer beroepsgeheim", "%s is no longer bound to secrecy")   \
    X(PARTY_SECRET, "%s heeft nu beroepsgeheim", "%s is bound to secrecy now")                  \
    X(POPULATION,   "aantal bewoners van %s: was %lld, wordt %lld", "residents of %s: was %lld, becomes %lld") \
    X(CONFIRM_MORE, "een tweede medewerker bevestigt voortaan", "a second employee confirms from now on") \
    X(CONFIRM_LESS, "een tweede medewerker bevestigt niet meer", "a second employee no longer confirms") \
    X(PILOT_MORE,   "is voortaan een pilot",    "is a pilot from now on")                       \
    X(PILOT_LESS,   "is geen pilot meer",       "is no longer a pilot")                         \
    X(DESK,         "contactpunt van %s: was %s, wordt %s", "desk of %s: was %s, becomes %s")   \
    X(WAY,          "wegwijzer van %s: was %s, wordt %s", "signpost of %s: was %s, becomes %s") \
    X(TITLE,        "titel",                    "title")                                        \
    X(GROUP,        "groep",                    "group")                                        \
    X(NAME,         "naam",                     "name")                                         \
    X(KIND,         "soort",                    "kind")                                         \
    X(DPIA,         "DPIA",                     "DPIA")                                         \
    X(AREA,         "gebied",                   "area")                                         \
    X(DWELLINGS,    "aantal woningen",          "number of dwellings")                          \
    X(FROM_DAY,     "geldig vanaf",             "valid from")                                   \
    X(UNTIL_DAY,    "geldig tot",               "valid until")                                  \
    X(EVALUATION,   "evaluatie",                "evaluation")                                   \
    X(LEAD,         "regie",                    "lead")                                         \
    X(KEY_GIVER,    "sleutelgever",             "giver of the key")                             \
    X(KEY_HOLDERS,  "sleutelhouders",           "key holders")                                  \
    X(AGGREGATORS,  "optellers",                "aggregators")                                  \
    X(WITNESSES,    "getuigen",                 "witnesses")                                    \
    X(NEEDED,       "zoveel getuigen nodig",    "witnesses needed")                             \
    X(NEVER,        "nooit",                    "never")                                        \
    X(NOT_TO,       "niet aan",                 "not to")                                       \
    X(PURPOSE,      "doel",                     "purpose")                                      \
    X(SENDER,       "van",                      "from")                                         \
    X(RECIPIENTS,   "naar",                     "to")                                           \
    X(NAMED,        "met name genoemde ontvangers", "recipients by name")                       \
    X(LANE,         "hoe",                      "how")                                          \
    X(SIGNALS,      "signalen",                 "signals")                                      \
    X(FIELDS,       "gegevens",                 "data")                                         \
    X(CONDITIONS,   "eisen",                    "conditions")                                   \
    X(LEVEL,        "niveau van terugkoppeling", "level of feedback")                           \
    X(TERMS,        "terug binnen",             "answer in")                                    \
    X(KEPT,         "bewaren (dagen)",          "kept (days)")                                  \
    X(BASIS,        "grondslag",                "basis")                                        \
    X(WAVES,        "metingen",                 "waves")                                        \
    X(INDICATORS,   "cijfers",                  "figures")                                      \
    X(PERIOD,       "periode",                  "period")                                       \
    X(LEVELS,       "gebiedsniveau",            "level of area")                                \
    X(CELL,         "kleinste aantal dat wordt getoond", "smallest number that is shown")       \
    X(ROUND,        "afronding",                "rounding")                                     \
    X(DENOMINATOR,  "kleinste noemer van een percentage", "smallest denominator of a percentage") \
    X(EPSILON,      "epsilon",                  "epsilon")                                      \
    X(SENSITIVITY,  "gevoeligheid",             "sensitivity")                                  \
    X(FEEDBACK_LIST, "codelijst",               "code list")                                    \
    X(KEY,          "sleutel van de bepaling",  "key of the article")                           \
    X(ALL_CODES,    "alles wat geteld mag worden", "all that may be counted")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) DIFF_##key,
enum diff_text { DIFF_TEXTS(TEXT_ENUM) DIFF_TEXT_COUNT };
#undef TEXT_ENUM

struct comparison {
    const struct covenant *before, *after;
    enum language language;
    struct covenant_diff *diff;
    int article;
};

const char *diff_word(const struct comparison *c, enum diff_text text);
void diff_line_add(struct comparison *c, bool wider, enum diff_text format, ...);

/* Each adds a line when the two are not the same, and says whether it is wider. */
void diff_texts(struct comparison *c, enum diff_text label, const char *before, const char *after,
                bool wider);
void diff_numbers(struct comparison *c, enum diff_text label, int64_t before, int64_t after,
                  bool more_is_wider);
void diff_days(struct comparison *c, enum diff_text label, struct day before, struct day after,
               bool later_is_wider);
typedef const char *(*diff_name)(const struct comparison *c, unsigned member);
void diff_sets(struct comparison *c, enum diff_text label, uint32_t before, uint32_t after,
               diff_name name, bool more_is_wider);
void diff_lists(struct comparison *c, enum diff_text label, const char *const *before,
                size_t before_count, const char *const *after, size_t after_count);
void diff_party_sets(struct comparison *c, enum diff_text label, const struct party_set *before,
                     const struct party_set *after, bool more_is_wider, bool less_is_wider);
/* "signalen: erbij …", when there are names. */
void diff_names(struct comparison *c, enum diff_text format, enum diff_text label,
                struct buffer *names, bool wider);
