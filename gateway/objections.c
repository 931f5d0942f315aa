/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/objections.h"

#include <string.h>

enum { PURPOSE_WORD_BYTES = 32, KEY_ROOM_BYTES = STORE_HASH_BYTES + PURPOSE_WORD_BYTES };

static struct bytes key_of(const uint8_t identity_hash[static STORE_HASH_BYTES],
                           enum purpose purpose, uint8_t out[static KEY_ROOM_BYTES])
{
    const char *word = purpose_word(purpose);
    const size_t length = strnlen(word, PURPOSE_WORD_BYTES);

    memcpy(out, identity_hash, STORE_HASH_BYTES);
    memcpy(out + STORE_HASH_BYTES, word, length);
    return bytes_of(out, STORE_HASH_BYTES + length);
}

enum outcome objection_stands(struct view *view,
                              const uint8_t identity_hash[static STORE_HASH_BYTES],
                              enum purpose purpose, bool *out_stands)
{
    uint8_t key[KEY_ROOM_BYTES];
    struct bytes value;
    enum outcome outcome =
        store_get(view, TABLE_OBJECTION, key_of(identity_hash, purpose, key), &value);

    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    *out_stands = outcome == OUTCOME_OK;
    return OUTCOME_OK;
}

enum outcome objection_put(struct change *change,
                           const uint8_t identity_hash[static STORE_HASH_BYTES],
                           enum purpose purpose, int64_t now_ms)
{
    uint8_t key_bytes[KEY_ROOM_BYTES], since[8];
    struct bytes key = key_of(identity_hash, purpose, key_bytes);
    bool stands;

    TRY(objection_stands(&change->view, identity_hash, purpose, &stands));
    write_u64(since, (uint64_t)now_ms);
    if (!stands)
        store_put(change, TABLE_OBJECTION, key, bytes_of(since, sizeof since));
    return change->outcome;
}

enum outcome objection_lift(struct change *change,
                            const uint8_t identity_hash[static STORE_HASH_BYTES],
                            enum purpose purpose)
{
    uint8_t key[KEY_ROOM_BYTES];
    bool stands;

    TRY(objection_stands(&change->view, identity_hash, purpose, &stands));
    if (!stands)
        return OUTCOME_NOT_FOUND;
    store_delete(change, TABLE_OBJECTION, key_of(identity_hash, purpose, key));
    return change->outcome;
}
