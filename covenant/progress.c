/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/progress.h"

#include <stdio.h>

enum { DAY_FOR_PEOPLE_BYTES = 16 };

void progress_received(struct progress *progress, int64_t received_ms, const struct terms *terms,
                       bool secrecy_bound)
{
    if (progress->received)
        return; /* terms count from the first receipt, whatever comes later */
    progress->received = true;
    progress->received_ms = received_ms;
    progress->due = due_days_from(received_ms, terms, secrecy_bound);
    progress->current = ANSWER_ONTV;
    progress->next_step = NEXT_STEP_COUNT;
}

static void meet(struct progress *progress, enum answer code)
{
    progress->met[TERM_CONFIRM] = true;
    if (code == ANSWER_INBH || code == ANSWER_INGP || code == ANSWER_DOOR)
        progress->met[TERM_DECIDE] = true;
    if (answer_ends(code) || code == ANSWER_DOOR) {
        progress->met[TERM_DECIDE] = true;
        progress->met[TERM_OUTCOME] = true;
    }
    if (code == ANSWER_HERO)
        progress->met[TERM_OUTCOME] = false;
}

void progress_answered(struct progress *progress, const struct feedback *feedback)
{
    if (!progress->met[TERM_CONFIRM])
        progress->first_answer = feedback->on;
    meet(progress, feedback->code);
    progress->current = feedback->code;
    progress->next_step = feedback->next_step;
    progress->has_next_day = feedback->has_next_day;
    progress->next_day = feedback->next_day;
    progress->partner_kind = feedback->partner_kind;
}

bool progress_has_ended(const struct progress *progress)
{
    return progress->received && answer_ends(progress->current);
}

bool progress_next_term(const struct progress *progress, enum term *out_term, struct day *out_due)
{
    if (!progress->received || progress_has_ended(progress))
        return false;
    for (unsigned i = 0; i < TERM_COUNT; i++) {
        if (progress->due.has[i] && !progress->met[i]) {
            *out_term = (enum term)i;
            *out_due = progress->due.due[i];
            return true;
        }
    }
    return false;
}

bool progress_is_late(const struct progress *progress, struct day today)
{
    for (unsigned i = 0; i < TERM_COUNT; i++)
        if (progress->received && !progress_has_ended(progress) && progress->due.has[i] &&
            !progress->met[i] && day_compare(progress->due.due[i], today) < 0)
            return true;
    return false;
}

/* --- one line for people -------------------------------------------------------------------- */

enum phrase { NOT_DELIVERED, LATE_AT, ANSWER_BY, UNTIL, ON, REFERRED_TO, PHRASE_COUNT };

static const char *const phrases[PHRASE_COUNT][LANGUAGE_COUNT] = {
    [NOT_DELIVERED] = {"nog niet afgeleverd", "not delivered yet"},
    [LATE_AT] = {"te laat bij ", "overdue at "},
    [ANSWER_BY] = {"antwoord uiterlijk ", "answer by "},
    [UNTIL] = {" tot ", " until "},
    [ON] = {" op ", " on "},
    [REFERRED_TO] = {" naar ", " to "},
};

static void add_phrase(struct buffer *out, enum phrase phrase, enum language language)
{
    buffer_add_text(out, phrases[phrase][language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]);
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
    buffer_add_text(out, next_step_text(progress->next_step, language));
    if (!progress->has_next_day)
        return;
    add_phrase(out, progress->next_step == NEXT_STEP_WACHTEN_TOT_DATUM ? UNTIL : ON, language);
    add_day(out, progress->next_day);
}

static void add_due(struct buffer *out, const struct progress *progress, enum language language)
{
    enum term term;
    struct day due;

    if (!progress_next_term(progress, &term, &due))
        return;
    buffer_add_text(out, "; ");
    add_phrase(out, ANSWER_BY, language);
    add_day(out, due);
}

static void add_answer(struct buffer *out, const struct progress *progress,
                       const char *organisation, enum language language)
{
    buffer_add_text(out, organisation);
    buffer_add_text(out, ": ");
    buffer_add_text(out, answer_text(progress->current, language));
    if (progress->partner_kind != PARTY_NONE) {
        add_phrase(out, REFERRED_TO, language);
        buffer_add_text(out, party_kind_name(progress->partner_kind, language));
    }
    add_next_step(out, progress, language);
    add_due(out, progress, language);
    buffer_add_byte(out, '.');
}

void progress_print(const struct progress *progress, const char *organisation, struct day today,
                    enum language language, struct buffer *out)
{
    if (!progress->received) {
        add_phrase(out, NOT_DELIVERED, language);
    } else if (progress_is_late(progress, today)) {
        add_phrase(out, LATE_AT, language);
        buffer_add_text(out, organisation);
    } else if (progress->current == ANSWER_ONTV) {
        buffer_add_text(out, answer_text(ANSWER_ONTV, language));
        add_due(out, progress, language);
    } else {
        add_answer(out, progress, organisation, language);
    }
}
