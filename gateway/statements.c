/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/statements.h"

#include <string.h>

enum outcome statement_put(struct change *change, const char *fingerprint, const struct oin *party,
                           int64_t sequence, struct bytes envelope)
{
    OWNED_BUFFER key = {0};

    buffer_add_text(&key, fingerprint);
    buffer_add_text(&key, party->text);
    buffer_add_u64(&key, (uint64_t)sequence);
    TRY(buffer_outcome(&key));
    store_put(change, TABLE_STATEMENT, buffer_bytes(&key), envelope);
    return change->outcome;
}

enum outcome shared_key_put(struct change *change, const char *covenant_id, const char *epoch,
                            const uint8_t key[static SHARED_KEY_BYTES])
{
    OWNED_BUFFER place = {0};
    struct bytes there;
    enum outcome outcome;

    buffer_add_u16(&place, (uint16_t)strlen(covenant_id));
    buffer_add_text(&place, covenant_id);
    buffer_add_text(&place, epoch);
    TRY(buffer_outcome(&place));
    outcome = store_get(&change->view, TABLE_SHARED_KEY, buffer_bytes(&place), &there);
    if (outcome == OUTCOME_OK)
        return bytes_equal_secret(there, bytes_of(key, SHARED_KEY_BYTES)) ? OUTCOME_OK
                                                                          : OUTCOME_EXISTS;
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    store_put_sealed(change, TABLE_SHARED_KEY, buffer_bytes(&place),
                     bytes_of(key, SHARED_KEY_BYTES));
    return change->outcome;
}
