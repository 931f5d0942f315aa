/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/agreement_watch.h"

#include <string.h>

#include "gateway/agreement_store.h"
#include "gateway/alarms.h"
#include "gateway/basis_store.h"
#include "gateway/buddy_store.h"
#include "gateway/clock.h"
#include "gateway/housing_store.h"
#include "gateway/writer.h"

enum { LOOK_MS = 5000, AT_ONCE = 64 };

enum step { STEP_NONE, STEP_RAISE, STEP_SETTLE, STEP_FORGET };

struct due {
    struct agreement_place place;
    enum step step;
};

struct looking {
    struct gateway *gateway;
    struct day today;
    size_t count;
    struct due due[AT_ONCE];
};

/* Whether a second member of staff must still confirm does not matter: it ends all the same. */
static bool ends_soon(const struct basis *basis, struct day today)
{
    return agreement_standing_of(basis, false, today) == AGREEMENT_ENDS_SOON;
}

static enum outcome step_of(struct view *view, const struct agreement_place *place,
                            struct day today, enum step *out_step)
{
    OWNED_KEPT_BASIS kept = {0};
    enum outcome outcome = basis_get(view, place->id, &kept);
    bool wanted, stands;

    if (outcome == OUTCOME_NOT_FOUND) { /* erased */
        *out_step = STEP_FORGET;
        return OUTCOME_OK;
    }
    TRY(outcome);
    wanted = ends_soon(kept.basis, today);
    stands = alarm_stands(view, ALARM_AGREEMENT_ENDS, place->id);
    *out_step = wanted == stands ? STEP_NONE : wanted ? STEP_RAISE : STEP_SETTLE;
    return OUTCOME_OK;
}

static enum outcome find_due(struct looking *looking, struct view *view)
{
    const struct day last = day_plus(looking->today, AGREEMENT_WARN_DAYS);
    struct agreement_place place = {0};
    enum outcome outcome = OUTCOME_OK;
    enum step step;

    while (looking->count < AT_ONCE) {
        outcome = agreement_next(view, &place);
        if (outcome != OUTCOME_OK || day_compare(place.until, last) > 0)
            break;
        TRY(step_of(view, &place, looking->today, &step));
        if (step != STEP_NONE)
            looking->due[looking->count++] = (struct due){place, step};
    }
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

/* A renewal or withdrawal may have come since: each is judged again. */
static enum outcome apply_due(struct change *change, struct audit *audit, void *context)
{
    struct looking *looking = context;
    enum step step;

    (void)audit;
    for (size_t i = 0; i < looking->count; i++) {
        const struct agreement_place *place = &looking->due[i].place;
        TRY(step_of(&change->view, place, looking->today, &step));
        if (step == STEP_RAISE)
            TRY(alarm_raise(looking->gateway, change, ALARM_AGREEMENT_ENDS, place->id));
        if (step == STEP_SETTLE || step == STEP_FORGET)
            TRY(alarm_settle(looking->gateway, change, ALARM_AGREEMENT_ENDS, place->id));
        if (step == STEP_FORGET)
            agreement_forget(change, place);
    }
    return change->outcome;
}

enum outcome agreement_look(struct gateway *gateway, int64_t now_ms, size_t *out_done)
{
    struct looking looking = {.gateway = gateway, .today = amsterdam_day(now_ms)};
    enum outcome outcome;
    struct view view;

    *out_done = 0;
    view_begin(gateway->store, &view);
    outcome = find_due(&looking, &view);
    view_end(&view);
    TRY(outcome);
    if (looking.count)
        TRY(writer_run(gateway->writer, apply_due, &looking));
    *out_done = looking.count;
    return OUTCOME_OK;
}

enum outcome agreement_watch_look(struct agreement_watch *watch, struct gateway *gateway,
                                  int64_t now_ms)
{
    size_t done = AT_ONCE;

    if (watch->has_looked && clock_monotonic_ms() - watch->looked_ms < LOOK_MS)
        return OUTCOME_OK;
    watch->has_looked = true;
    watch->looked_ms = clock_monotonic_ms();
    while (done == AT_ONCE)
        TRY(agreement_look(gateway, now_ms, &done));
    TRY(housing_look(gateway, amsterdam_day(now_ms)));
    return buddy_look(gateway, amsterdam_day(now_ms));
}
