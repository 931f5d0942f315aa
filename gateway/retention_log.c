/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/retention_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/erasure.h"

enum { PIECE_OPENINGS = 256, MONTHS_A_YEAR = 12 };

/* Our own bytes: {"v":1,"seq":…,"t":…, */
static bool leaf_time(struct bytes leaf, int64_t *out_ms)
{
    static const char mark[] = "\"t\":";
    char start[96] = "";
    const char *at;

    memcpy(start, leaf.data, leaf.length < sizeof start - 1 ? leaf.length : sizeof start - 1);
    at = strstr(start, mark);
    *out_ms = at ? strtoll(at + sizeof mark - 1, NULL, 10) : 0;
    return *out_ms > 0;
}

static bool has_ended(const struct gateway *gateway, int64_t written_ms, int64_t now_ms)
{
    const int months = (int)gateway->settings->log_years * MONTHS_A_YEAR;

    return day_compare(day_plus_months(amsterdam_day(written_ms), months),
                       amsterdam_day(now_ms)) < 0;
}

/* In TOMBSTONE, beside those of records. */
enum { OPENING_KIND = 'o', STONE_BYTES = 1 + 8 };

static struct bytes stone_key(uint64_t position, uint8_t out[static STONE_BYTES])
{
    out[0] = OPENING_KIND;
    write_u64(out + 1, position);
    return bytes_of(out, STONE_BYTES);
}

enum outcome retention_opening_erased(struct view *view, uint64_t position,
                                      uint64_t *out_sequence)
{
    uint8_t key[STONE_BYTES];
    struct bytes value;

    TRY(store_get(view, TABLE_TOMBSTONE, stone_key(position, key), &value));
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_sequence = read_u64(value.data);
    return OUTCOME_OK;
}

/* The leaf that tells of it is the next: nothing else is written in between. */
static bool erase_one(struct gateway *gateway, struct change *change, uint64_t position)
{
    uint8_t key[8], stone[STONE_BYTES], teller[8];

    write_u64(key, position);
    if (!store_has(&change->view, TABLE_OPENING, bytes_of(key, sizeof key)))
        return false;
    write_u64(teller, audit_size(gateway->audit));
    store_delete(change, TABLE_OPENING, bytes_of(key, sizeof key));
    store_put(change, TABLE_TOMBSTONE, stone_key(position, stone), bytes_of(teller, sizeof teller));
    return true;
}

static enum outcome record(struct gateway *gateway, struct change *change, uint64_t from,
                           uint64_t to, size_t count)
{
    char object[96];
    const struct audit_entry entry = {
        .event = AUDIT_ERASE,
        .phase = AUDIT_INTENT,
        .why = erasure_cause_word(ERASURE_TERM),
        .source = gateway->settings->oin.text,
        .service = "logboek",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = object},
    };

    snprintf(object, sizeof object, "openingen %llu-%llu: %zu", (unsigned long long)from,
             (unsigned long long)to, count);
    TRY(erasure_add_pending(change, count));
    return audit_record(gateway->audit, change, &entry);
}

enum outcome retention_erase_openings(struct gateway *gateway, struct change *change,
                                      int64_t now_ms, uint64_t *position, bool *out_more)
{
    const uint64_t from = *position;
    enum outcome outcome = OUTCOME_OK;
    uint64_t last = from;
    uint8_t key[8];
    size_t count = 0;

    for (int i = 0; i < PIECE_OPENINGS; i++) {
        struct bytes found, leaf;
        int64_t written_ms;
        write_u64(key, *position);
        outcome = store_next(&change->view, TABLE_LEAF, bytes_of(key, sizeof key), false, &found,
                             &leaf);
        if (outcome != OUTCOME_OK)
            break;
        if (found.length != sizeof key || !leaf_time(leaf, &written_ms))
            return OUTCOME_STORE_DAMAGED;
        outcome = has_ended(gateway, written_ms, now_ms) ? OUTCOME_OK : OUTCOME_NOT_FOUND;
        if (outcome != OUTCOME_OK)
            break;
        memcpy(key, found.data, sizeof key);
        last = read_u64(key);
        *position = last + 1;
        count += erase_one(gateway, change, last);
        TRY(change->outcome);
    }
    *out_more = outcome == OUTCOME_OK;
    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return count ? record(gateway, change, from, last, count) : change->outcome;
}
