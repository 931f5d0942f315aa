/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/queue_room.h"

#include "gateway/event.h"
#include "gateway/queue.h"

enum { WATCHED_MAX = sizeof((struct queue_watch){0}).filling / sizeof(struct oin) };

static unsigned percent_of(uint64_t part, int64_t whole)
{
    uint64_t percent = part >= UINT64_MAX / 100 ? UINT32_MAX : part * 100 / (uint64_t)whole;

    return percent > UINT32_MAX ? UINT32_MAX : (unsigned)percent;
}

/* From the first place to the last: without opening or counting. Where some are held up it is too
 * much, and only then are they counted. */
static unsigned items_percent(struct view *view, const struct settings *settings,
                              const struct oin *partner)
{
    uint64_t span = queue_span(view, partner);
    unsigned percent = percent_of(span, settings->queue_items);

    if (percent < QUEUE_CALM_PERCENT)
        return percent;
    return percent_of(queue_length(view, partner, (size_t)settings->queue_items),
                      settings->queue_items);
}

unsigned queue_percent(struct view *view, const struct settings *settings,
                       const struct oin *partner)
{
    uint64_t bytes = store_bytes(view, TABLE_QUEUE) + store_bytes(view, TABLE_MESSAGE);
    unsigned of_bytes = percent_of(bytes, settings->queue_mib << 20);
    unsigned of_items = items_percent(view, settings, partner);

    return of_items > of_bytes ? of_items : of_bytes;
}

/* --- watching --- */

static size_t place_of(const struct queue_watch *watch, const struct oin *partner)
{
    size_t i = 0;

    while (i < watch->count && !oin_equal(&watch->filling[i], partner))
        i++;
    return i;
}

struct alarm {
    struct gateway *gateway;
    const struct oin *partner;
};

static enum outcome apply_alarm(struct change *change, struct audit *audit, void *context)
{
    const struct alarm *alarm = context;
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(OUTCOME_QUEUE_FULL),
        .source = alarm->gateway->settings->oin.text,
        .destination = alarm->partner->text,
        .service = "wachtrij",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    return audit_record(audit, change, &entry);
}

/* True when it must be alarmed about now. */
static bool look_at(struct queue_watch *watch, struct gateway *gateway, struct view *view,
                    const struct oin *partner)
{
    unsigned percent = queue_percent(view, gateway->settings, partner);
    size_t place = place_of(watch, partner);
    bool stands = place < watch->count;

    if (stands && percent < QUEUE_CALM_PERCENT) {
        watch->filling[place] = watch->filling[--watch->count];
        event_write(EVENT_QUEUE_FILLING, OUTCOME_OK, partner, percent);
    }
    if (stands || percent < QUEUE_ALARM_PERCENT || watch->count == WATCHED_MAX)
        return false;
    watch->filling[watch->count++] = *partner;
    event_write(EVENT_QUEUE_FILLING, OUTCOME_QUEUE_FULL, partner, percent);
    return true;
}

static enum outcome look_at_partner(struct queue_watch *watch, struct gateway *gateway,
                                    const struct oin *partner)
{
    struct alarm alarm = {gateway, partner};
    struct view view;
    bool alarms;

    view_begin(gateway->store, &view);
    alarms = look_at(watch, gateway, &view, partner);
    view_end(&view);
    return alarms ? writer_run(gateway->writer, apply_alarm, &alarm) : OUTCOME_OK;
}

enum outcome queue_watch_look(struct queue_watch *watch, struct gateway *gateway)
{
    HELD_REGISTRY registry = gateway_registry(gateway);

    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        for (size_t j = 0; j < covenant->parties_count; j++) {
            const struct oin *oin = &covenant->parties[j].oin;
            if (!oin_equal(oin, &gateway->settings->oin))
                TRY(look_at_partner(watch, gateway, oin));
        }
    }
    return OUTCOME_OK;
}
