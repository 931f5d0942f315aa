/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/terms.h"

#include <string.h>

static const char *const names[TERM_COUNT][LANGUAGE_COUNT] = {
#define TERM_ROW(name, word, nl, en) [TERM_##name] = {nl, en},
    TERMS(TERM_ROW)
#undef TERM_ROW
};
static const char *const words[TERM_COUNT] = {
#define TERM_WORD(name, word, nl, en) [TERM_##name] = word,
    TERMS(TERM_WORD)
#undef TERM_WORD
};

const char *term_name(enum term term, enum language language)
{
    return term < TERM_COUNT ? names[term][language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]
                             : "";
}

const char *term_word(enum term term)
{
    return term < TERM_COUNT ? words[term] : "";
}

bool term_parse(const char *word, enum term *out_term)
{
    for (unsigned i = 0; word && i < TERM_COUNT; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out_term = (enum term)i;
            return true;
        }
    }
    return false;
}

/* Which term rules the release: the decision; else what there is. TERM_COUNT: none. */
static enum term release_term(const struct due_days *days)
{
    static const enum term order[] = {TERM_DECIDE, TERM_OUTCOME, TERM_CONFIRM};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (days->has[order[i]])
            return order[i];
    return TERM_COUNT;
}

static void keep_only(struct due_days *days, enum term kept)
{
    for (unsigned i = 0; i < TERM_COUNT; i++)
        days->has[i] = days->has[i] && i == (unsigned)kept;
}

struct due_days due_days_from(int64_t received_ms, const struct terms *terms, bool secrecy_bound)
{
    struct day received = amsterdam_day(received_ms);
    struct due_days days = {
        .has = {[TERM_CONFIRM] = terms->confirm_workdays > 0,
                [TERM_DECIDE] = terms->decide_workdays > 0,
                [TERM_OUTCOME] = terms->outcome_days > 0},
    };

    if (days.has[TERM_CONFIRM])
        days.due[TERM_CONFIRM] = day_add_workdays(received, terms->confirm_workdays);
    if (days.has[TERM_DECIDE])
        days.due[TERM_DECIDE] = day_add_workdays(received, terms->decide_workdays);
    if (days.has[TERM_OUTCOME])
        days.due[TERM_OUTCOME] = day_plus(received, terms->outcome_days);
    if (secrecy_bound)
        keep_only(&days, release_term(&days));
    return days;
}

bool due_days_release(const struct due_days *days, int64_t *out_instant_ms)
{
    enum term term = release_term(days);

    if (term == TERM_COUNT)
        return false;
    *out_instant_ms = amsterdam_instant(days->due[term], TERM_RELEASE_HOUR);
    return true;
}

int64_t term_escalation(struct day due)
{
    return amsterdam_instant(day_add_workdays(due, TERM_ESCALATION_WORKDAYS), TERM_ESCALATION_HOUR);
}
