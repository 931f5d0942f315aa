/* SPDX-License-Identifier: EUPL-1.2 */
/* The clock's side of gateway/due.h: when to look; and what is late. */
#include <string.h>
#include <unistd.h>

#include "gateway/clock.h"
#include "gateway/due.h"

enum {
    UUID_BYTES = 16,
    LATE_PREFIX_BYTES = 1 + STORE_HASH_BYTES,
    LATE_KEY_BYTES = LATE_PREFIX_BYTES + 8 + UUID_BYTES,
    PAUSE_US = 2000, /* so that who waits for the writer is in the next change, and we are not */
};

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
    struct piece piece = {gateway, now_ms, false};

    TRY(due_is_due(gateway->store, now_ms, &piece.more));
    while (piece.more && clock_monotonic_ms() < until_ms) {
        TRY(writer_run(gateway->writer, apply_piece, &piece));
        usleep(PAUSE_US);
    }
    return OUTCOME_OK;
}

enum outcome due_pass(struct gateway *gateway)
{
    int64_t now_ms;

    return clock_certain(gateway, &now_ms) ? due_pass_at(gateway, now_ms) : OUTCOME_OK;
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
