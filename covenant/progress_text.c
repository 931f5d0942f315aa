/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a signal stands, in one line for who reported it, and what he can do now (progress.h). */
#include "covenant/progress.h"

#include <stdio.h>

enum { DAY_FOR_PEOPLE_BYTES = 16 };

enum phrase {
    NOT_DELIVERED,
    LATE_AT,
    STALLED,
    BUT,
    ANSWER_BY,
    UNTIL,
    ON,
    NEXT_ON,
    REFERRED_TO,
    PHRASE_COUNT
};

/* clang-format off */
static const char *const phrases[PHRASE_COUNT][LANGUAGE_COUNT] = {
    [NOT_DELIVERED] = {"nog niet afgeleverd", "not delivered yet"},
    [LATE_AT]       = {"te laat bij ", "overdue at "},
    [STALLED]       = {"twee keer \u201cin beoordeling\u201d, en verder niets",
                       "twice \u201cunder assessment\u201d, and nothing else"},
    [BUT]           = {", maar ", ", but "},
    [ANSWER_BY]     = {"antwoord", "answer"},
    [UNTIL]         = {" tot ", " until "},
    [ON]            = {" op ", " on "},
    [NEXT_ON]       = {"; volgende stap op ", "; next step on "},
    [REFERRED_TO]   = {" naar ", " to "},
};

/* What is still to come, and what did not come. */
static const char *const coming[TERM_COUNT][LANGUAGE_COUNT] = {
    [TERM_CONFIRM] = {"antwoord", "answer"},
    [TERM_DECIDE]  = {"besluit", "decision"},
    [TERM_OUTCOME] = {"uitkomst", "outcome"},
};
static const char *const missed[TERM_COUNT + 1][LANGUAGE_COUNT] = {
    [TERM_CONFIRM] = {"het eerste antwoord", "the first answer"},
    [TERM_DECIDE]  = {"het besluit", "the decision"},
    [TERM_OUTCOME] = {"de uitkomst", "the outcome"},
    [TERM_COUNT]   = {"het antwoord", "the answer"},
};

/* Said to the one who reported it. */
static const char *const steps[NEXT_STEP_COUNT][LANGUAGE_COUNT] = {
    [NEXT_STEP_HERHAALBEZOEK]        = {"nieuw bezoek", "new visit"},
    [NEXT_STEP_BEMOEIZORG_OVERWEGEN] = {"bemoeizorg wordt overwogen", "outreach care is considered"},
    [NEXT_STEP_TERUG_NAAR_MELDER]    = {"terug naar u", "back to you"},
    [NEXT_STEP_WACHTEN_TOT_DATUM]    = {"er wordt gewacht", "they wait"},
};

/* A kind of organisation as it stands in a sentence. */
static const char *const kinds[PARTY_KIND_COUNT][LANGUAGE_COUNT] = {
    [PARTY_CORPORATIE]          = {"een corporatie", "a housing corporation"},
    [PARTY_WIJKTEAM]            = {"het wijkteam", "the neighbourhood team"},
    [PARTY_GGZ]                 = {"de ggz", "mental health care"},
    [PARTY_GEMEENTE]            = {"de gemeente", "the municipality"},
    [PARTY_ONDERZOEK]           = {"een universiteit", "a university"},
    [PARTY_WELZIJN]             = {"het welzijnswerk", "welfare work"},
    [PARTY_ZORGAANBIEDER]       = {"een zorgaanbieder", "a care provider"},
    [PARTY_OPVANG]              = {"de opvang", "a shelter"},
    [PARTY_ENQUETEBUREAU]       = {"een enquêtebureau", "a survey bureau"},
    [PARTY_HUURDERSORGANISATIE] = {"de huurdersorganisatie", "the tenants\u2019 organisation"},
    [PARTY_WIJKBUREAU]          = {"het wijkbureau", "the neighbourhood office"},
    [PARTY_HANDHAVING]          = {"handhaving", "enforcement"},
    [PARTY_NETBEHEERDER]        = {"de netbeheerder", "the grid operator"},
    [PARTY_POLITIE]             = {"de politie", "the police"},
    [PARTY_ANDERE_VERHUURDER]   = {"een andere verhuurder", "another landlord"},
    [PARTY_GETUIGE]             = {"een getuige", "a witness"},
};

static const struct {
    const char *word, *text[LANGUAGE_COUNT];
} reporter_steps[REPORTER_STEP_COUNT] = {
#define REPORTER_STEP_ROW(name, word, nl, en) [REPORTER_STEP_##name] = {word, {nl, en}},
    REPORTER_STEPS(REPORTER_STEP_ROW)
#undef REPORTER_STEP_ROW
};
/* clang-format on */

static enum language known(enum language language)
{
    return language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL;
}

static void add_phrase(struct buffer *out, enum phrase phrase, enum language language)
{
    buffer_add_text(out, phrases[phrase][known(language)]);
}

static void add_day(struct buffer *out, struct day day)
{
    struct date date = day_date(day);
    char text[DAY_FOR_PEOPLE_BYTES];

    snprintf(text, sizeof text, "%02d-%02d-%04d", date.day % 100, date.month % 100,
             date.year % 10000);
    buffer_add_text(out, text);
}

/* "; nieuw bezoek op 13-01-2027" */
static void add_next_step(struct buffer *out, const struct progress *progress,
                          enum language language)
{
    if (progress->next_step >= NEXT_STEP_COUNT)
        return;
    buffer_add_text(out, "; ");
    buffer_add_text(out, steps[progress->next_step][known(language)]);
    if (!progress->has_next_day)
        return;
    add_phrase(out,
               progress->next_step == NEXT_STEP_WACHTEN_TOT_DATUM ? UNTIL
               : progress->next_step == NEXT_STEP_HERHAALBEZOEK   ? ON
                                                                  : NEXT_ON,
               language);
    add_day(out, progress->next_day);
}

/* "; besluit uiterlijk 17-12-2026". Before the first answer any answer will do. */
static void add_due(struct buffer *out, const struct progress *progress, enum language language)
{
    enum term term;
    struct day due;

    if (!progress_next_term(progress, &term, &due))
        return;
    buffer_add_text(out, "; ");
    buffer_add_text(out, progress->current == ANSWER_ONTV ? phrases[ANSWER_BY][known(language)]
                                                          : coming[term][known(language)]);
    buffer_add_text(out, language == LANGUAGE_EN ? " by " : " uiterlijk ");
    add_day(out, due);
}

static void add_answer(struct buffer *out, const struct progress *progress,
                       const char *organisation, enum language language)
{
    buffer_add_text(out, organisation);
    buffer_add_text(out, ": ");
    buffer_add_text(out, answer_text(progress->current, language));
    if (progress->current == ANSWER_VERW && progress->partner_kind != PARTY_NONE) {
        add_phrase(out, REFERRED_TO, language);
        buffer_add_text(out, kinds[progress->partner_kind][known(language)]);
    }
    add_next_step(out, progress, language);
    add_due(out, progress, language);
    buffer_add_byte(out, '.');
}

/* "het besluit had er uiterlijk op 17-12-2026 moeten zijn" */
static void add_missed(struct buffer *out, const struct progress *progress, enum term term,
                       enum language language)
{
    bool only_one = progress->current == ANSWER_ONTV && !progress->due.has[TERM_CONFIRM];

    buffer_add_text(out, missed[only_one ? TERM_COUNT : term][known(language)]);
    buffer_add_text(out, language == LANGUAGE_EN ? " was due by " : " had er uiterlijk op ");
    add_day(out, progress->due.due[term]);
    if (language != LANGUAGE_EN)
        buffer_add_text(out, " moeten zijn");
}

/* "te laat bij Buurtteam: in behandeling genomen, maar de uitkomst had er … moeten zijn." */
static void add_late(struct buffer *out, const struct progress *progress, const char *organisation,
                     struct day today, enum language language)
{
    enum term term = progress_late_term(progress, today);

    add_phrase(out, LATE_AT, language);
    buffer_add_text(out, organisation);
    buffer_add_text(out, ": ");
    if (progress->stalled)
        add_phrase(out, STALLED, language);
    else if (progress->current != ANSWER_ONTV)
        buffer_add_text(out, answer_text(progress->current, language));
    if (term == TERM_COUNT) {
        add_due(out, progress, language);
    } else {
        if (progress->stalled)
            buffer_add_text(out, "; ");
        else if (progress->current != ANSWER_ONTV)
            add_phrase(out, BUT, language);
        add_missed(out, progress, term, language);
    }
    buffer_add_byte(out, '.');
}

void progress_print(const struct progress *progress, const char *organisation, struct day today,
                    enum language language, struct buffer *out)
{
    if (!progress->received) {
        add_phrase(out, NOT_DELIVERED, language);
    } else if (progress_is_late(progress, today)) {
        add_late(out, progress, organisation, today, language);
    } else if (progress->current == ANSWER_ONTV) {
        buffer_add_text(out, answer_text(ANSWER_ONTV, language));
        add_due(out, progress, language);
    } else {
        add_answer(out, progress, organisation, language);
    }
}

/* --- what the reporter can do --- */

const char *reporter_step_word(enum reporter_step step)
{
    return (unsigned)step < REPORTER_STEP_COUNT ? reporter_steps[step].word : "";
}

const char *reporter_step_text(enum reporter_step step, enum language language)
{
    return (unsigned)step < REPORTER_STEP_COUNT ? reporter_steps[step].text[known(language)] : "";
}

enum reporter_step progress_step(const struct progress *progress, struct day taken,
                                 struct day today)
{
    if (!progress->received)
        return day_compare(taken, today) < 0 ? REPORTER_STEP_RING_UNDELIVERED : REPORTER_STEP_NONE;
    if (progress_is_late(progress, today))
        return REPORTER_STEP_RING_LATE;
    return progress->next_step == NEXT_STEP_TERUG_NAAR_MELDER ? REPORTER_STEP_VISIT_AGAIN
                                                              : REPORTER_STEP_NONE;
}
