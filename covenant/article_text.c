/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/article_text.h"

#include <ctype.h>
#include <string.h>

/* clang-format off */
#define TEXTS(X)                                                                                \
    X(VALID_FROM,     "van ",                       "from ")                                    \
    X(VALID_UNTIL,    " t/m ",                      " through ")                                \
    X(EVALUATE_BY,    " · evaluatie uiterlijk ",    " · evaluation by ")                        \
    X(DWELLINGS,      ", %lld woningen",            ", %lld dwellings")                         \
    X(BUURT,          " (buurt %s)",                " (buurt %s)")                              \
    X(LEAD,           ", regie",                    ", lead")                                   \
    X(KEY_GIVER,      ", sleutelgever",             ", gives the key")                          \
    X(KEY_HOLDER,     ", sleutelhouder",            ", holds a key")                            \
    X(AGGREGATOR,     ", opteller",                 ", adds up")                                \
    X(SECRECY,        ", beroepsgeheim",            ", bound to secrecy")                       \
    X(ALL,            "allen",                      "all")                                      \
    X(CONDITIONS,     " (%d eisen)",                " (%d conditions)")                         \
    X(COUNTS,         "aantallen",                  "counts")                                   \
    X(ROUNDED,        ", afgerond op %d",           ", rounded to %d")                          \
    X(OF,             " van ",                      " of ")                                     \
    X(WAVES,          "%zu metingen",               "%zu waves")                                \
    X(WHOLE_GROUP,    "%s: alles (%zu)",            "%s: all (%zu)")                            \
    X(ALL_BUT,        "%s: alles behalve ",         "%s: all but ")                             \
    X(PER_MONTH,      "per maand",                  "each month")                               \
    X(PER_QUARTER,    "per kwartaal",               "each quarter")                             \
    X(PER_YEAR,       "per jaar",                   "each year")                                \
    X(PER_HALF_YEAR,  "per halfjaar",               "each half-year")                           \
    X(WORKDAYS,       " wd",                        " wd")                                      \
    X(DAYS,           "%d d",                       "%d d")                                     \
    X(GDPR_6,         "AVG art. 6 lid 1 onder %s",  "GDPR art. 6(1)(%s)")                       \
    X(GDPR_9,         "AVG art. 9 lid 2 onder %s",  "GDPR art. 9(2)(%s)")                       \
    X(GDPR_89,        "onderzoek (AVG art. 89)",    "research (GDPR art. 89)")                  \
    X(BY_SECRECY,     "beroepsgeheim: ",            "secrecy: ")
/* clang-format on */
#define TEXT_ENUM(key, nl, en) TEXT_##key,
enum text { TEXTS(TEXT_ENUM) TEXT_COUNT };
#undef TEXT_ENUM
#define TEXT_ROW(key, nl, en) [TEXT_##key] = {nl, en},
static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {TEXTS(TEXT_ROW)};

/* Formats of our own table: the compiler checks them where they are written as one. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#define ADD(out, key, language)         buffer_add_text(out, texts[TEXT_##key][language])
#define FORMAT(out, key, language, ...) buffer_format(out, texts[TEXT_##key][language], __VA_ARGS__)

void add_separated(struct buffer *out, const char *separator, const char *text)
{
    if (out->length > 0)
        buffer_add_text(out, separator);
    buffer_add_text(out, text);
}

/* As people here write it. */
void add_day_text(struct buffer *out, struct day day)
{
    struct date date = day_date(day);

    buffer_format(out, "%02d-%02d-%04d", date.day, date.month, date.year);
}

/* --- the whole --- */

void covenant_window_text(struct buffer *out, const struct covenant *covenant,
                          enum language language)
{
    ADD(out, VALID_FROM, language);
    add_day_text(out, covenant->valid_from);
    ADD(out, VALID_UNTIL, language);
    add_day_text(out, covenant->valid_until);
    ADD(out, EVALUATE_BY, language);
    add_day_text(out, covenant->evaluation);
}

void covenant_area_text(struct buffer *out, const struct covenant *covenant, enum language language)
{
    buffer_add_text(out, covenant->area.name ? covenant->area.name : covenant->area.code);
    if (covenant->area.dwellings)
        FORMAT(out, DWELLINGS, language, (long long)covenant->area.dwellings);
    if (covenant->area.buurt)
        FORMAT(out, BUURT, language, covenant->area.buurt);
}

void party_tasks_text(struct buffer *out, const struct covenant *covenant, size_t party,
                      enum language language)
{
    buffer_add_text(out, party_kind_name(covenant->parties[party].kind, language));
    if (party == covenant->lead) {
        ADD(out, LEAD, language);
        if (covenant->lead_title)
            buffer_format(out, ": %s", covenant->lead_title);
    }
    if (covenant->has_key_giver && party == covenant->key_giver)
        ADD(out, KEY_GIVER, language);
    if (party_set_has(&covenant->key_holders, party))
        ADD(out, KEY_HOLDER, language);
    if (party_set_has(&covenant->aggregators, party))
        ADD(out, AGGREGATOR, language);
    if (covenant->parties[party].secrecy)
        ADD(out, SECRECY, language);
}

void covenant_never_text(struct buffer *out, const struct covenant *covenant,
                         enum language language)
{
    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (has_bit(covenant->forbidden_fields, field))
            add_separated(out, " · ", field_name((enum field)field, language));
    }
    for (unsigned act = ACT_NONE + 1; act < ACT_COUNT; act++) {
        if (has_bit(covenant->forbidden_acts, act))
            add_separated(out, " · ", act_name((enum act)act, language));
    }
}

void covenant_not_to_text(struct buffer *out, const struct covenant *covenant,
                          enum language language)
{
    for (unsigned kind = PARTY_NONE + 1; kind < PARTY_KIND_COUNT; kind++) {
        if (has_bit(covenant->forbidden_kinds, kind))
            add_separated(out, " · ", party_kind_name((enum party_kind)kind, language));
    }
}

/* --- who --- */

void article_from_text(struct buffer *out, const struct article *article, enum language language)
{
    buffer_add_text(out, article->from == PARTY_NONE ? texts[TEXT_ALL][language]
                                                     : party_kind_name(article->from, language));
}

void article_to_text(struct buffer *out, const struct covenant *covenant,
                     const struct article *article, enum language language)
{
    const char *separator = "";

    for (unsigned kind = PARTY_NONE + 1; kind < PARTY_KIND_COUNT; kind++) {
        if (!has_bit(article->to_kinds, kind))
            continue;
        buffer_format(out, "%s%s", separator, party_kind_name((enum party_kind)kind, language));
        separator = ", ";
    }
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (party_set_has(&article->to_named, i))
            buffer_format(out, " (%s)", covenant->parties[i].name);
    }
}

void article_parties_text(struct buffer *out, const struct covenant *covenant,
                          const struct article *article, enum language language)
{
    article_from_text(out, article, language);
    buffer_add_text(out, " → ");
    article_to_text(out, covenant, article, language);
}

void article_lane_text(struct buffer *out, const struct article *article, enum language language)
{
    buffer_add_text(out, lane_name(article->lane, language));
    if (article->conditions)
        FORMAT(out, CONDITIONS, language, __builtin_popcount(article->conditions));
}

/* --- what --- */

/* The groups of the code list that we ship, as people write them; another one is lower-cased. */
static void add_group(struct buffer *out, const char *group, enum language language)
{
    static const char *const known[][1 + LANGUAGE_COUNT] = {
        {"OVERLAST", "overlast", "nuisance"},
        {"FINANCIEN", "financiën", "money"},
        {"ZORG_OM_BEWONER", "zorg om bewoner", "care for a resident"},
        {"MEEDOEN", "meedoen", "taking part"},
        {"RENOVATIE", "renovatie", "renovation"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i][0], group) == 0) {
            buffer_add_text(out, known[i][1 + language]);
            return;
        }
    }
    for (; *group; group++)
        buffer_add_byte(out, *group == '_' ? ' ' : (uint8_t)tolower((uint8_t)*group));
}

/* The names of the codes of a group (or of all, with group < 0) that the article has, or that it
 * lacks of those it could have. */
static void add_names(struct buffer *out, const struct covenant *covenant,
                      const struct article *article, int group, bool lacking)
{
    const char *separator = "";

    for (size_t i = 0; i < covenant->lists->signals_count; i++) {
        const struct signal_code *code = &covenant->lists->signals[i];
        bool has = code_set_has(&article->codes, i);
        if ((group >= 0 && code->group != (unsigned)group) || has == lacking ||
            (lacking && !has_bit(code->lanes, article->lane)))
            continue;
        buffer_format(out, "%s%s", separator, code->name);
        separator = ", ";
    }
}

static void add_group_of(struct buffer *out, const struct covenant *covenant,
                         const struct article *article, unsigned group, enum language language)
{
    const struct code_lists *lists = covenant->lists;
    size_t has = 0, lacks = 0;
    OWNED_BUFFER name = {0};

    for (size_t i = 0; i < lists->signals_count; i++) {
        if (lists->signals[i].group != group)
            continue;
        has += code_set_has(&article->codes, i);
        lacks +=
            !code_set_has(&article->codes, i) && has_bit(lists->signals[i].lanes, article->lane);
    }
    if (has == 0)
        return;
    add_separated(out, "; ", "");
    add_group(&name, signal_group_word(lists, group), language);
    out->failed = out->failed || !buffer_text(&name);
    if (name.failed || out->failed)
        return;
    if (lacks == 0 && has > 1) {
        FORMAT(out, WHOLE_GROUP, language, buffer_text(&name), has);
        return;
    }
    if (lacks > 0 && has > lacks + 1)
        FORMAT(out, ALL_BUT, language, buffer_text(&name));
    else
        buffer_format(out, "%s: ", buffer_text(&name));
    add_names(out, covenant, article, (int)group, lacks > 0 && has > lacks + 1);
}

static void add_counts(struct buffer *out, const struct article *article, enum language language)
{
    ADD(out, COUNTS, language);
    if (article->threshold.cell_least)
        buffer_format(out, " ≥ %d", article->threshold.cell_least);
    if (article->threshold.round_to)
        FORMAT(out, ROUNDED, language, article->threshold.round_to);
}

void article_signals_text(struct buffer *out, const struct covenant *covenant,
                          const struct article *article, bool grouped, enum language language)
{
    OWNED_BUFFER signals = {0};

    for (unsigned group = 0; grouped && article->has_codes && group < covenant->lists->groups_count;
         group++)
        add_group_of(&signals, covenant, article, group, language);
    if (!grouped && article->has_codes)
        add_names(&signals, covenant, article, -1, false);
    if (article->lane == LANE_AGGREGATE)
        add_counts(out, article, language);
    if (article->lane == LANE_AGGREGATE && article->has_codes)
        ADD(out, OF, language);
    buffer_add_buffer(out, &signals);
    if (article->waves_count && (signals.length > 0 || article->lane == LANE_AGGREGATE))
        buffer_add_text(out, "; ");
    if (article->waves_count)
        FORMAT(out, WAVES, language, article->waves_count);
}

void fields_text(struct buffer *out, uint32_t fields, enum language language)
{
    const char *separator = "";

    for (unsigned field = 0; field < FIELD_COUNT; field++) {
        if (!has_bit(fields, field))
            continue;
        buffer_format(out, "%s%s", separator, field_name((enum field)field, language));
        separator = ", ";
    }
}

void conditions_text(struct buffer *out, uint32_t conditions, enum language language)
{
    const char *separator = "";

    for (unsigned condition = 0; condition < CONDITION_COUNT; condition++) {
        if (!has_bit(conditions, condition))
            continue;
        buffer_format(out, "%s%s", separator, condition_name((enum condition)condition, language));
        separator = "; ";
    }
}

/* --- when --- */

static enum text period_text(const char *period)
{
    return strcmp(period, "MAAND") == 0      ? TEXT_PER_MONTH
           : strcmp(period, "KWARTAAL") == 0 ? TEXT_PER_QUARTER
           : strcmp(period, "JAAR") == 0     ? TEXT_PER_YEAR
                                             : TEXT_PER_HALF_YEAR;
}

void article_terms_text(struct buffer *out, const struct article *article, enum language language)
{
    const struct terms *terms = &article->terms;
    bool any = terms->confirm_workdays || terms->decide_workdays || terms->outcome_days;

    if (article->period) {
        buffer_add_text(out, texts[period_text(article->period)][language]);
        return;
    }
    if (terms->confirm_workdays)
        buffer_format(out, "%d%s", terms->confirm_workdays,
                      terms->decide_workdays ? "/" : texts[TEXT_WORKDAYS][language]);
    if (terms->decide_workdays)
        buffer_format(out, "%d%s", terms->decide_workdays, texts[TEXT_WORKDAYS][language]);
    if (terms->outcome_days) {
        buffer_add_text(out, terms->confirm_workdays || terms->decide_workdays ? "/" : "");
        FORMAT(out, DAYS, language, terms->outcome_days);
    }
    if (!any)
        buffer_add_text(out, "–");
}

void article_kept_text(struct buffer *out, const struct article *article, enum language language)
{
    if (article->retention_days)
        FORMAT(out, DAYS, language, article->retention_days);
    else
        buffer_add_text(out, "–");
}

/* --- why --- */

void article_basis_text(struct buffer *out, const struct article *article, enum language language)
{
    OWNED_BUFFER basis = {0};

    buffer_add_text(&basis, lane_name(article->lane, language));
    if (article->basis.avg6) {
        buffer_add_text(&basis, "; ");
        FORMAT(&basis, GDPR_6, language, article->basis.avg6);
    }
    if (article->basis.avg9) {
        /* "2a" as it stands in a covenant: paragraph 2, point a */
        const char *point = article->basis.avg9 + (article->basis.avg9[0] == '2');
        buffer_add_text(&basis, "; ");
        FORMAT(&basis, GDPR_9, language, point);
    }
    if (article->basis.avg89) {
        buffer_add_text(&basis, "; ");
        ADD(&basis, GDPR_89, language);
    }
    if (article->basis.law)
        add_separated(&basis, "; ", article->basis.law);
    if (article->basis.secrecy) {
        buffer_add_text(&basis, "; ");
        ADD(&basis, BY_SECRECY, language);
        buffer_add_text(&basis, article->basis.secrecy);
    }
    if (article->basis.note)
        add_separated(&basis, "; ", article->basis.note);
    buffer_add_buffer(out, &basis);
}
#pragma GCC diagnostic pop
