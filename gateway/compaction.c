/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/compaction.h"

#include <stdio.h>

#include "gateway/clock.h"

enum {
    PAUSE_MS = 30 * 1000,
    AGAIN_MS = 5 * 1000, /* somebody was reading, or a backup is made */
    SHARE = 20,          /* of the time at most one part is spent on it */
    STATE_BYTES = 16,
};

static const char name[] = "compaction";

enum outcome compaction_state(struct view *view, struct compaction_state *out_state)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, bytes_of_text(name), &value);

    *out_state = (struct compaction_state){0};
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != STATE_BYTES)
        return OUTCOME_STORE_DAMAGED;
    out_state->at_ms = (int64_t)read_u64(value.data);
    out_state->count = read_u64(value.data + 8);
    return OUTCOME_OK;
}

/* --- the leaf --- */

struct ending {
    struct gateway *gateway;
    uint64_t count;
};

static enum outcome record(const struct ending *ending, struct change *change)
{
    char number[24];
    const struct audit_entry entry = {
        .event = AUDIT_ERASE,
        .phase = AUDIT_OUTCOME,
        .source = ending->gateway->settings->oin.text,
        .service = "wissingen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = number},
    };

    snprintf(number, sizeof number, "%llu", (unsigned long long)ending->count);
    return audit_record(ending->gateway->audit, change, &entry);
}

static enum outcome apply_ending(struct change *change, struct audit *audit, void *context)
{
    const struct ending *ending = context;
    uint8_t value[STATE_BYTES];

    (void)audit;
    TRY(erasure_settle_pending(change, ending->count));
    write_u64(value, (uint64_t)clock_now_ms());
    write_u64(value + 8, ending->count);
    store_put(change, TABLE_META, bytes_of_text(name), bytes_of(value, sizeof value));
    return record(ending, change);
}

/* --- doing it --- */

/* For its commit: there the files change places, and keys that a backup held up go. */
static enum outcome apply_nothing(struct change *change, struct audit *audit, void *context)
{
    (void)audit;
    (void)context;
    return change->outcome;
}

/* Those counted were erased before the first commit, so that their keys are not in the copy. */
static enum outcome write_anew(struct gateway *gateway, uint64_t count)
{
    struct ending ending = {gateway, count};

    TRY(writer_run_essential(gateway->writer, apply_nothing, NULL));
    TRY(store_anew_begin(gateway->store));
    TRY(writer_run_essential(gateway->writer, apply_nothing, NULL));
    TRY(store_anew_end(gateway->store));
    return writer_run_essential(gateway->writer, apply_ending, &ending);
}

enum outcome compaction_pass(struct gateway *gateway, struct compaction_watch *watch)
{
    const int64_t began_ms = clock_monotonic_ms();
    struct erasure_pending pending;
    struct view view;
    enum outcome outcome;
    int64_t took_ms;

    if (began_ms < watch->next_ms)
        return OUTCOME_OK;
    view_begin(gateway->store, &view);
    outcome = erasure_pending(&view, &pending);
    view_end(&view);
    if (outcome != OUTCOME_OK || pending.count == 0)
        return outcome;
    outcome = write_anew(gateway, pending.count);
    took_ms = (clock_monotonic_ms() - began_ms) * SHARE;
    watch->next_ms = clock_monotonic_ms() + (outcome == OUTCOME_BUSY ? AGAIN_MS
                                             : took_ms > PAUSE_MS    ? took_ms
                                                                     : PAUSE_MS);
    return outcome == OUTCOME_BUSY ? OUTCOME_OK : outcome;
}
