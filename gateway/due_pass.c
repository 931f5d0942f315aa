/* SPDX-License-Identifier: EUPL-1.2 */
/* The clock's side of gateway/due.h: when to look, whether to believe the clock; and what is late.
 */
#include <string.h>
#include <unistd.h>

#include "gateway/clock.h"
#include "gateway/due.h"
#include "gateway/retention.h"

enum {
    UUID_BYTES = 16,
    LATE_PREFIX_BYTES = 1 + STORE_HASH_BYTES,
    LATE_KEY_BYTES = LATE_PREFIX_BYTES + 8 + UUID_BYTES,
    LEAP_MS = HOUR_MS,
    BELIEVED_MS = HOUR_MS, /* in which a wrong clock is set right, or seen */
    PAUSE_US = 2000, /* so that who waits for the writer is in the next change, and we are not */
};

/* --- the clock --- */

/* What a partner signed since the leap, with our time on it. */
static bool partner_agrees(const struct gateway *gateway, int64_t now_ms)
{
    const int64_t agreed_ms = atomic_load(&gateway->partner_agreed_ms);

    return agreed_ms && agreed_ms <= now_ms && now_ms - agreed_ms < LEAP_MS;
}

/* How long nobody can say what the clock did: it ran on from the last daily run. */
static enum outcome was_away(struct gateway *gateway, int64_t now_ms, bool *out_away)
{
    struct retention_state state;
    enum outcome outcome;
    struct view view;

    view_begin(gateway->store, &view);
    outcome = retention_state(&view, &state);
    view_end(&view);
    *out_away = outcome == OUTCOME_OK && retention_doubts(&state, now_ms);
    return outcome;
}

static enum outcome look_at_clock(struct gateway *gateway, struct due_watch *watch, int64_t now_ms)
{
    const int64_t steady_ms = clock_steady_ms(), ahead_ms = now_ms - steady_ms;
    bool leapt = watch->has_looked && ahead_ms - watch->ahead_ms >= LEAP_MS;

    if (!watch->has_looked)
        TRY(was_away(gateway, now_ms, &leapt));
    if (leapt && !watch->doubt_ms)
        watch->doubt_ms = steady_ms;
    else if (watch->has_looked && watch->ahead_ms - ahead_ms >= LEAP_MS)
        watch->doubt_ms = 0; /* set back: what was ahead is not any more */
    watch->ahead_ms = ahead_ms;
    watch->has_looked = true;
    if (watch->doubt_ms &&
        (partner_agrees(gateway, now_ms) || steady_ms - watch->doubt_ms >= BELIEVED_MS))
        watch->doubt_ms = 0;
    return OUTCOME_OK;
}

/* --- the pass --- */

struct piece {
    struct gateway *gateway;
    int64_t now_ms;
    bool more;
};

static enum outcome apply_piece(struct change *change, struct audit *audit, void *context)
{
    struct piece *piece = context;

    (void)audit;
    return due_take(piece->gateway, change, piece->now_ms, &piece->more);
}

enum outcome due_pass_at(struct gateway *gateway, int64_t now_ms)
{
    const int64_t until_ms = clock_monotonic_ms() + DUE_PASS_MS;
    struct piece piece = {gateway, now_ms, true};

    if (!due_is_due(gateway->store, now_ms))
        return OUTCOME_OK;
    while (piece.more && clock_monotonic_ms() < until_ms) {
        TRY(writer_run(gateway->writer, apply_piece, &piece));
        usleep(PAUSE_US);
    }
    return OUTCOME_OK;
}

enum outcome due_pass(struct gateway *gateway, struct due_watch *watch)
{
    const int64_t now_ms = clock_now_ms();

    TRY(look_at_clock(gateway, watch, now_ms));
    return watch->doubt_ms ? OUTCOME_OK : due_pass_at(gateway, now_ms);
}

/* --- what is late --- */

static size_t prefix_of(enum due_side side, const uint8_t *reporter,
                        uint8_t out[static LATE_PREFIX_BYTES])
{
    out[0] = (uint8_t)side;
    if (!reporter)
        return 1;
    memcpy(out + 1, reporter, STORE_HASH_BYTES);
    return LATE_PREFIX_BYTES;
}

static enum outcome read_row(struct bytes key, struct bytes value, struct due_row *out)
{
    if (key.length != LATE_KEY_BYTES || value.length != 2 || value.data[0] >= TERM_COUNT ||
        value.data[1] >= TERM_STAGE_COUNT)
        return OUTCOME_STORE_DAMAGED;
    *out = (struct due_row){
        .side = (enum due_side)key.data[0],
        .standing = {.term = (enum term)value.data[0],
                     .stage = (enum term_stage)value.data[1],
                     .due = {(int32_t)read_u64(key.data + LATE_PREFIX_BYTES)}},
    };
    memcpy(out->id.bytes, key.data + LATE_PREFIX_BYTES + 8, UUID_BYTES);
    return OUTCOME_OK;
}

enum outcome due_next(struct view *view, enum due_side side, const uint8_t *reporter,
                      struct buffer *after, struct due_row *out_row)
{
    uint8_t prefix[LATE_PREFIX_BYTES];
    const size_t length = prefix_of(side, reporter, prefix);
    struct bytes key, value;

    TRY(store_next(view, TABLE_LATE, after->length ? buffer_bytes(after) : bytes_of(prefix, length),
                   after->length > 0, &key, &value));
    if (key.length < length || !bytes_equal(bytes_of(key.data, length), bytes_of(prefix, length)))
        return OUTCOME_NOT_FOUND;
    TRY(read_row(key, value, out_row));
    after->length = 0;
    buffer_add_bytes(after, key);
    return buffer_outcome(after);
}

enum outcome due_count(struct view *view, enum due_side side, const uint8_t *reporter, size_t most,
                       size_t *out_count)
{
    uint8_t prefix[LATE_PREFIX_BYTES];

    return store_count(view, TABLE_LATE, bytes_of(prefix, prefix_of(side, reporter, prefix)), most,
                       out_count);
}
