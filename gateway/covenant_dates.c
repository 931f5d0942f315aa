/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/covenant_dates.h"

enum { SOON_DAYS = 60, NOW_DAYS = 14 };

static const struct {
    const char *word, *code;
    const char *name[LANGUAGE_COUNT];
} rows[COVENANT_STATE_COUNT] = {
#define COVENANT_STATE_ROW(name, word, code, nl, en) [COVENANT_##name] = {word, code, {nl, en}},
    COVENANT_STATES(COVENANT_STATE_ROW)
#undef COVENANT_STATE_ROW
};

const char *covenant_state_word(enum covenant_state state)
{
    return rows[state].word;
}

const char *covenant_state_code(enum covenant_state state)
{
    return rows[state].code;
}

const char *covenant_state_name(enum covenant_state state, enum language language)
{
    return rows[state].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

static bool somebody_said(const struct known_covenant *known, enum verdict verdict)
{
    for (size_t i = 0; i < known->covenant->parties_count; i++) {
        if (known->verdicts[i] == verdict)
            return true;
    }
    return false;
}

enum covenant_state covenant_state_of(const struct known_covenant *known, int64_t now_ms)
{
    struct standing standing = known_standing(known, now_ms);
    enum force force = covenant_in_time(known->covenant, &standing);

    if (somebody_said(known, VERDICT_WITHDRAWN))
        return COVENANT_WITHDRAWN;
    if (force == FORCE_EXPIRED)
        return COVENANT_EXPIRED;
    if (known_is_replaced(known, now_ms))
        return COVENANT_REPLACED;
    if (force == FORCE_EVALUATION_MISSED)
        return COVENANT_MISSED;
    if (somebody_said(known, VERDICT_REJECTED))
        return COVENANT_REJECTED;
    if (somebody_said(known, VERDICT_NONE))
        return COVENANT_PROPOSED;
    return force == FORCE_NOT_YET ? COVENANT_NOT_YET : COVENANT_IN_FORCE;
}

int covenant_days_to(struct day day, int64_t now_ms)
{
    return (int)(day.number - amsterdam_day(now_ms).number);
}

/* --- reminders --- */

enum reminder {
    NONE,
    EVALUATION_SOON,
    EVALUATION_NOW,
    EVALUATION_WAS_MISSED,
    END_SOON,
    END_NOW,
    HAS_ENDED,
    REMINDER_COUNT
};

/* The name of the covenant, this, the day, this, how many days that is from now, and this. */
static const struct sentence {
    const char *before, *between, *after;
} sentences[REMINDER_COUNT][LANGUAGE_COUNT] = {
    [NONE] = {{"", "", ""}, {"", "", ""}},
    [EVALUATION_SOON] = {{": de evaluatie moet uiterlijk ", " gebeuren, over ", " dagen."},
                         {": the evaluation must be done by ", ", in ", " days."}},
    [EVALUATION_NOW] = {{": de evaluatie moet uiterlijk ", " gebeuren, nog ",
                         " dagen. Daarna stopt alle verkeer. Evalueer en laat iedereen een nieuwe "
                         "versie ondertekenen."},
                        {": the evaluation must be done by ", ", days left: ",
                         ". After that all traffic stops. Evaluate and have everybody sign a new "
                         "version."}},
    [EVALUATION_WAS_MISSED] = {{": de evaluatie van ", " is gemist, ",
                                " dagen geleden. Er gaat niets meer. Evalueer, en laat iedereen "
                                "een nieuwe versie ondertekenen (covenant add, covenant sign)."},
                               {": the evaluation of ", " was missed, ",
                                " days ago. Nothing moves any more. Evaluate, and have everybody "
                                "sign a new version (covenant add, covenant sign)."}},
    [END_SOON] = {{" loopt af op ", ", over ", " dagen."}, {" ends on ", ", in ", " days."}},
    [END_NOW] = {{" loopt af op ", ", nog ",
                  " dagen. Daarna stopt alle verkeer. Laat iedereen een nieuwe versie "
                  "ondertekenen, of laat het aflopen."},
                 {" ends on ", ", days left: ",
                  ". After that all traffic stops. Have everybody sign a new version, or let it "
                  "end."}},
    [HAS_ENDED] = {{" is verlopen op ", ", ",
                    " dagen geleden. Er gaat niets meer; wat open staat kan nog worden "
                    "beantwoord."},
                   {" ended on ", ", ",
                    " days ago. Nothing moves any more; what is open can still be answered."}},
};

static enum reminder of_evaluation(int days)
{
    if (days < 0)
        return EVALUATION_WAS_MISSED;
    if (days <= NOW_DAYS)
        return EVALUATION_NOW;
    return days <= SOON_DAYS ? EVALUATION_SOON : NONE;
}

/* Its end comes after the evaluation, and is what counts once it has passed. */
static enum reminder of_end(int days)
{
    if (days < 0)
        return days >= -SOON_DAYS ? HAS_ENDED : NONE;
    if (days <= NOW_DAYS)
        return END_NOW;
    return days <= SOON_DAYS ? END_SOON : NONE;
}

static void warn(const struct covenant *covenant, enum reminder reminder, struct day day, int days,
                 enum language language, json_t *warnings)
{
    const struct sentence *sentence = &sentences[reminder][language];
    struct date date = day_date(day);
    OWNED_BUFFER text = {0};

    if (reminder == NONE)
        return;
    buffer_format(&text, "%s%s%02d-%02d-%04d%s%d%s", covenant->reference, sentence->before,
                  date.day, date.month, date.year, sentence->between, days < 0 ? -days : days,
                  sentence->after);
    if (buffer_text(&text))
        json_array_append_new(warnings, json_string(buffer_text(&text)));
}

/* Who never agreed, or left, need not be told. */
static bool is_agreed_by(const struct known_covenant *known, const struct oin *own)
{
    return known_verdict(known, own) == VERDICT_AGREED;
}

void covenant_dates_warn(const struct registry *registry, const struct oin *own, int64_t now_ms,
                         enum language language, json_t *warnings)
{
    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        const struct covenant *covenant = known->covenant;
        int end = covenant_days_to(covenant->valid_until, now_ms);
        int evaluation = covenant_days_to(covenant->evaluation, now_ms);
        if (!is_agreed_by(known, own) || known_is_replaced(known, now_ms))
            continue;
        warn(covenant, of_end(end), covenant->valid_until, end, language, warnings);
        if (end >= 0 && day_compare(covenant->evaluation, covenant->valid_until) != 0)
            warn(covenant, of_evaluation(evaluation), covenant->evaluation, evaluation, language,
                 warnings);
    }
}
