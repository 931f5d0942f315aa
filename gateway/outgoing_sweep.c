/* SPDX-License-Identifier: EUPL-1.2 */
/* What waits and may no longer go is taken out of the queue at once: a covenant that ended may not
 * wait for a partner to be reachable before who reported something reads so. */
#include <string.h>

#include "gateway/outgoing_parts.h"

enum {
    ENDED_MAX = 128,   /* items in one change: the writer is free again within milliseconds */
    LOOKED_MAX = 1024, /* rows of the queue in one go */
};

struct sweeping {
    struct gateway *gateway;
    const struct outgoing *outgoing;
    int64_t now_ms;
};

static const char *stopped_by(const struct sweeping *sweeping, const struct registry *registry,
                              size_t place)
{
    return outgoing_stopped_by(registry, &sweeping->gateway->settings->oin, sweeping->outgoing,
                               place, sweeping->now_ms);
}

/* Kept only when it is of the kind and covenant of those before it, and may no longer go. */
static enum outcome look_at(const struct sweeping *sweeping, const struct registry *registry,
                            struct outgoing *outgoing, const struct queued *queued,
                            uint64_t sequence)
{
    OWNED_BUFFER text = {0};

    outgoing->kind = queued->kind;
    memcpy(outgoing->covenant, queued->covenant, sizeof outgoing->covenant);
    TRY(queued_print(queued, &text));
    TRY(outgoing_add(outgoing, buffer_bytes(&text), sequence));
    if (!stopped_by(sweeping, registry, outgoing->count - 1))
        buffer_wipe(&outgoing->items[--outgoing->count].text);
    return OUTCOME_OK;
}

static bool is_alike(const struct outgoing *outgoing, const struct queued *queued)
{
    return outgoing->count == 0 ||
           (queued->kind == outgoing->kind && strcmp(queued->covenant, outgoing->covenant) == 0);
}

/* NOT_FOUND at the end of the queue; what was found until then counts all the same. */
static enum outcome collect(const struct sweeping *sweeping, struct view *view,
                            struct outgoing *outgoing, uint64_t *from)
{
    HELD_REGISTRY registry = gateway_registry(sweeping->gateway);

    for (size_t looked = 0; looked < LOOKED_MAX && outgoing->count < ENDED_MAX; looked++) {
        struct queued queued;
        uint64_t sequence;
        TRY(queue_next(view, &outgoing->partner, *from, &sequence, &queued));
        if (!is_alike(outgoing, &queued))
            return OUTCOME_OK;
        TRY(look_at(sweeping, registry, outgoing, &queued, sequence));
        *from = sequence + 1;
    }
    return OUTCOME_OK;
}

/* By the clock of the change: what was found may have been found by a clock that was wrong for a
 * moment, and an item that was ended does not come back. */
static enum outcome apply_sweep(struct change *change, struct audit *audit, void *context)
{
    struct sweeping *sweeping = context;
    const struct outgoing *outgoing = sweeping->outgoing;
    HELD_REGISTRY registry = gateway_registry(sweeping->gateway);

    (void)audit;
    if (!clock_certain(sweeping->gateway, &sweeping->now_ms))
        return OUTCOME_CLOCK_WRONG;
    for (size_t i = 0; i < outgoing->count; i++) {
        const char *why = stopped_by(sweeping, registry, i);
        if (!why || !queue_has(&change->view, &outgoing->partner, outgoing->items[i].sequence,
                               outgoing->items[i].queued.id))
            continue;
        queue_delete(change, &outgoing->partner, outgoing->items[i].sequence);
        TRY(outgoing_ended(sweeping->gateway, change, outgoing, i, why));
    }
    return change->outcome;
}

enum outcome outgoing_sweep(struct gateway *gateway, const struct oin *partner, uint64_t *from)
{
    OWNED_OUTGOING outgoing = NULL;
    struct sweeping sweeping = {.gateway = gateway};
    uint64_t next = *from;
    enum outcome outcome;
    struct view view;

    if (!clock_certain(gateway, &sweeping.now_ms))
        return OUTCOME_CLOCK_WRONG; /* the caller asks again */
    TRY(outgoing_new(partner, &outgoing));
    uuid_print(uuid_v7(sweeping.now_ms), outgoing->id);
    outgoing->issued_s = sweeping.now_ms / 1000; /* nothing was sealed: it would be now */
    sweeping.outgoing = outgoing;
    view_begin(gateway->store, &view);
    outcome = collect(&sweeping, &view, outgoing, &next);
    view_end(&view);
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (outgoing->count)
        TRY(writer_run_essential(gateway->writer, apply_sweep, &sweeping));
    *from = next;
    return outcome;
}
