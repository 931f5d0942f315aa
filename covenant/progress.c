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
    progress->stalled = progress->current == ANSWER_BEOO && feedback->code == ANSWER_BEOO;
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

enum term progress_late_term(const struct progress *progress, struct day today)
{
    for (unsigned i = 0; i < TERM_COUNT; i++)
        if (progress->received && !progress_has_ended(progress) && progress->due.has[i] &&
            !progress->met[i] && day_compare(progress->due.due[i], today) < 0)
            return (enum term)i;
    return TERM_COUNT;
}

bool progress_is_late(const struct progress *progress, struct day today)
{
    return progress->stalled || progress_late_term(progress, today) != TERM_COUNT;
}
