/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/clock_watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/clock.h"
#include "gateway/event.h"

enum { JUMP_MS = 1000, READING_MS = 100 };

enum outcome clock_behind_ms(struct view *view, int64_t now_ms, int64_t *out_behind_ms)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text("log.time"), &value);

    *out_behind_ms = 0;
    if (outcome == OUTCOME_NOT_FOUND) /* no leaf yet */
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_behind_ms = (int64_t)read_u64(value.data) - now_ms;
    return OUTCOME_OK;
}

enum outcome clock_allows(struct view *view, const struct settings *settings, int64_t now_ms)
{
    int64_t behind_ms;

    TRY(clock_behind_ms(view, now_ms, &behind_ms));
    return behind_ms > settings->clock_tolerance_s * 1000 ? OUTCOME_CLOCK_WRONG : OUTCOME_OK;
}

int64_t clock_watch_jump(struct clock_watch *watch, int64_t wall_ms, int64_t steady_ms)
{
    int64_t ahead_ms = wall_ms - steady_ms, jump_ms = ahead_ms - watch->ahead_ms;
    bool is_first = !watch->has_looked;

    watch->ahead_ms = ahead_ms;
    watch->has_looked = true;
    return is_first || llabs(jump_ms) < JUMP_MS ? 0 : jump_ms / 1000;
}

/* --- looking --- */

struct jump {
    struct gateway *gateway;
    int64_t seconds;
};

static enum outcome apply_jump(struct change *change, struct audit *audit, void *context)
{
    const struct jump *jump = context;
    char seconds[32];
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(OUTCOME_CLOCK_WRONG),
        .source = jump->gateway->settings->oin.text,
        .service = "klok",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = seconds},
    };

    snprintf(seconds, sizeof seconds, "%+lld s", (long long)jump->seconds);
    return audit_record(audit, change, &entry);
}

/* Between the two readings the machine may have had better to do. */
static int64_t jump_now(struct clock_watch *watch)
{
    int64_t before_ms = clock_steady_ms(), wall_ms = clock_now_ms(), after_ms = clock_steady_ms();

    return after_ms - before_ms > READING_MS ? 0 : clock_watch_jump(watch, wall_ms, after_ms);
}

static enum outcome look_at_log(struct clock_watch *watch, struct gateway *gateway)
{
    int64_t behind_ms;
    struct view view;
    enum outcome outcome;
    bool behind;

    view_begin(gateway->store, &view);
    outcome = clock_behind_ms(&view, clock_now_ms(), &behind_ms);
    view_end(&view);
    TRY(outcome);
    behind = behind_ms > gateway->settings->clock_tolerance_s * 1000;
    if (behind != watch->behind)
        event_write(EVENT_CLOCK_BEHIND, behind ? OUTCOME_CLOCK_WRONG : OUTCOME_OK, NULL,
                    behind_ms / 1000);
    watch->behind = behind;
    return OUTCOME_OK;
}

enum outcome clock_watch_look(struct clock_watch *watch, struct gateway *gateway)
{
    struct jump jump = {gateway, jump_now(watch)};

    if (jump.seconds) {
        event_write(EVENT_CLOCK_JUMPED, OUTCOME_CLOCK_WRONG, NULL, jump.seconds);
        watch->jump_s += jump.seconds;
    }
    TRY(look_at_log(watch, gateway));
    if (!watch->jump_s || watch->behind)
        return OUTCOME_OK;
    jump.seconds = watch->jump_s;
    TRY(writer_run(gateway->writer, apply_jump, &jump));
    watch->jump_s = 0;
    return OUTCOME_OK;
}
