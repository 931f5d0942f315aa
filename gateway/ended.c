/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/ended.h"

#include <string.h>

enum {
    ID_BYTES = 16,
    RECORD_BYTES = 8 + 8 + 1 + ID_BYTES,
    UNDER_KEY_BYTES = STORE_HASH_BYTES + ID_BYTES,
};

static const char *const labels[] = {
    [ENDED_PROOF] = "einde bewijs", [ENDED_SIGNAL] = "einde signaal",
    [ENDED_TOKEN] = "einde pseudoniem", [ENDED_OWN] = "einde verzonden",
    [ENDED_RECORD] = "einde grondslag", [ENDED_GIVEN] = "afgegeven bewijs",
};

static enum outcome hash_of(const struct store *store, const struct ended_name *name,
                            uint8_t out[static STORE_HASH_BYTES])
{
    OWNED_BUFFER value = {0};

    buffer_add_text(&value, name->partner ? name->partner->text : "");
    buffer_add_byte(&value, '\0');
    buffer_add_text(&value, name->text);
    TRY(buffer_outcome(&value));
    return store_hash(store, labels[name->what], buffer_bytes(&value), out);
}

static enum outcome read_ended(struct bytes value, struct ended *out)
{
    if (value.length != RECORD_BYTES || value.data[16] >= WITHDRAWAL_REASON_COUNT)
        return OUTCOME_STORE_DAMAGED;
    out->at_ms = (int64_t)read_u64(value.data);
    out->sequence = (int64_t)read_u64(value.data + 8);
    out->reason = (enum withdrawal_reason)value.data[16];
    memcpy(out->withdrawal.bytes, value.data + 17, ID_BYTES);
    return OUTCOME_OK;
}

enum outcome ended_get(struct view *view, const struct ended_name *name, struct ended *out_ended)
{
    uint8_t key[STORE_HASH_BYTES];
    struct bytes value;

    TRY(hash_of(view->store, name, key));
    TRY(store_get(view, TABLE_ENDED, bytes_of(key, sizeof key), &value));
    return read_ended(value, out_ended);
}

enum outcome ended_put(struct change *change, const struct ended_name *name,
                       const struct ended *ended)
{
    uint8_t key[STORE_HASH_BYTES], record[RECORD_BYTES];
    struct ended stored = *ended, earlier;
    enum outcome outcome = ended_get(&change->view, name, &earlier);

    if (outcome == OUTCOME_OK && name->what == ENDED_TOKEN) {
        if (earlier.at_ms >= ended->at_ms)
            return OUTCOME_OK;
    } else if (outcome == OUTCOME_OK) {
        if (earlier.sequence >= ended->sequence)
            return OUTCOME_OK;
        stored = earlier;
        stored.sequence = ended->sequence;
    } else if (outcome != OUTCOME_NOT_FOUND) {
        return outcome;
    }
    TRY(hash_of(change->view.store, name, key));
    write_u64(record, (uint64_t)stored.at_ms);
    write_u64(record + 8, (uint64_t)stored.sequence);
    record[16] = (uint8_t)stored.reason;
    memcpy(record + 17, stored.withdrawal.bytes, ID_BYTES);
    store_put(change, TABLE_ENDED, bytes_of(key, sizeof key), bytes_of(record, sizeof record));
    return change->outcome;
}

enum outcome under_put(struct change *change, const struct ended_name *proof,
                       const struct under *under)
{
    uint8_t key[UNDER_KEY_BYTES];

    TRY(hash_of(change->view.store, proof, key));
    memcpy(key + STORE_HASH_BYTES, under->item.bytes, ID_BYTES);
    store_put(change, TABLE_UNDER, bytes_of(key, sizeof key),
              bytes_of(under->record.bytes, ID_BYTES));
    return change->outcome;
}

enum outcome under_next(struct view *view, const struct ended_name *proof,
                        const struct uuid *after, struct under *out_under)
{
    uint8_t from[UNDER_KEY_BYTES] = {0};
    struct bytes key, value;

    TRY(hash_of(view->store, proof, from));
    if (after)
        memcpy(from + STORE_HASH_BYTES, after->bytes, ID_BYTES);
    TRY(store_next(view, TABLE_UNDER, bytes_of(from, sizeof from), after != NULL, &key, &value));
    if (key.length != UNDER_KEY_BYTES || value.length != ID_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if (!bytes_equal(bytes_of(key.data, STORE_HASH_BYTES), bytes_of(from, STORE_HASH_BYTES)))
        return OUTCOME_NOT_FOUND;
    memcpy(out_under->item.bytes, key.data + STORE_HASH_BYTES, ID_BYTES);
    memcpy(out_under->record.bytes, value.data, ID_BYTES);
    return OUTCOME_OK;
}
