/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/term_steps.h"

static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} stages[TERM_STAGE_COUNT] = {
#define TERM_STAGE_ROW(name, word, nl, en) [TERM_STAGE_##name] = {word, {nl, en}},
    TERM_STAGES(TERM_STAGE_ROW)
#undef TERM_STAGE_ROW
};

const char *term_stage_word(enum term_stage stage)
{
    return stage < TERM_STAGE_COUNT ? stages[stage].word : "";
}

const char *term_stage_text(enum term_stage stage, enum language language)
{
    return stage < TERM_STAGE_COUNT
               ? stages[stage].text[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]
               : "";
}

uint32_t term_step_bit(enum term term, enum term_stage stage)
{
    return UINT32_C(1) << ((unsigned)term * TERM_STAGE_COUNT + (unsigned)stage);
}

/* A reminder on a Sunday is read on Monday, which is late: so it comes on the Friday before. */
static struct day workday_until(struct day day)
{
    while (!day_is_workday(day))
        day = day_plus(day, -1);
    return day;
}

static int64_t moment_of(enum term_stage stage, struct day due)
{
    switch (stage) {
    case TERM_STAGE_LATE:
        return amsterdam_instant(day_add_workdays(due, 1), TERM_ESCALATION_HOUR);
    case TERM_STAGE_ESCALATED:
        return term_escalation(due);
    case TERM_STAGE_TODAY:
    case TERM_STAGE_FOLLOW_UP:
    case TERM_STAGE_COUNT:
        break;
    }
    return amsterdam_instant(workday_until(due), TERM_ESCALATION_HOUR);
}

struct choosing {
    uint32_t taken;
    bool found;
    struct term_step *best;
};

/* Of two at one moment the earlier term and stage, which come first here. */
static void consider(struct choosing *choosing, enum term term, enum term_stage stage,
                     struct day due)
{
    struct term_step step = {moment_of(stage, due), term, stage, due};

    if (choosing->taken & term_step_bit(term, stage))
        return;
    if (choosing->found && choosing->best->at_ms <= step.at_ms)
        return;
    choosing->found = true;
    *choosing->best = step;
}

static bool runs(const struct progress *progress, enum term term)
{
    return progress->received && !progress_has_ended(progress) && progress->due.has[term] &&
           !progress->met[term];
}

static bool has_follow_up(const struct progress *progress)
{
    return progress->received && progress->has_next_day;
}

bool term_step_next(const struct progress *progress, enum term_side side, uint32_t taken,
                    struct term_step *out_step)
{
    struct choosing choosing = {.taken = taken, .best = out_step};

    for (unsigned term = 0; term < TERM_COUNT; term++) {
        if (!runs(progress, (enum term)term))
            continue;
        const unsigned first = side == TERM_SIDE_SENDER ? TERM_STAGE_LATE : TERM_STAGE_TODAY;
        const unsigned last =
            side == TERM_SIDE_SECRET_HOLDER ? TERM_STAGE_TODAY : TERM_STAGE_ESCALATED;
        for (unsigned stage = first; stage <= last; stage++)
            consider(&choosing, (enum term)term, (enum term_stage)stage, progress->due.due[term]);
    }
    if (side != TERM_SIDE_SENDER && has_follow_up(progress))
        consider(&choosing, TERM_OUTCOME, TERM_STAGE_FOLLOW_UP, progress->next_day);
    return choosing.found;
}

bool term_step_standing(const struct progress *progress, uint32_t taken, struct term_step *out_step)
{
    for (unsigned term = 0; term < TERM_COUNT; term++) {
        if (!runs(progress, (enum term)term))
            continue;
        for (unsigned stage = TERM_STAGE_ESCALATED + 1; stage-- > 0;) {
            if (!(taken & term_step_bit((enum term)term, (enum term_stage)stage)))
                continue;
            *out_step = (struct term_step){
                moment_of((enum term_stage)stage, progress->due.due[term]), (enum term)term,
                (enum term_stage)stage, progress->due.due[term]};
            return true;
        }
    }
    if (!has_follow_up(progress) || !(taken & term_step_bit(TERM_OUTCOME, TERM_STAGE_FOLLOW_UP)))
        return false;
    *out_step = (struct term_step){moment_of(TERM_STAGE_FOLLOW_UP, progress->next_day),
                                   TERM_OUTCOME, TERM_STAGE_FOLLOW_UP, progress->next_day};
    return true;
}
