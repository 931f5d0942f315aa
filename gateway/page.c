/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT_MAX = 20000 }; /* rows of others passed over in one request */

static enum outcome add_one(struct call *call, struct view *view, enum table signals,
                            struct bytes id_bytes, json_t *rows, page_add *add, bool *out_added)
{
    char id[UUID_TEXT_BYTES];
    struct bytes value;
    struct uuid uuid;
    enum outcome outcome;

    *out_added = false;
    if (id_bytes.length != sizeof uuid.bytes)
        return OUTCOME_STORE_DAMAGED;
    memcpy(uuid.bytes, id_bytes.data, sizeof uuid.bytes);
    uuid_print(uuid, id);
    outcome = store_get(view, signals, bytes_of(uuid.bytes, sizeof uuid.bytes), &value);
    if (outcome == OUTCOME_NOT_FOUND) /* erased: its place in the order stays */
        return OUTCOME_OK;
    TRY(outcome);
    return add(call, id, value, rows, out_added);
}

static enum outcome fill(struct call *call, struct view *view, enum table order, enum table signals,
                         uint64_t *bound, json_t *rows, page_add *add, bool *out_more)
{
    size_t wanted = call_page_size(call), added_rows = 0;
    uint8_t key_bytes[8];
    struct bytes key, value;
    enum outcome outcome = OUTCOME_OK;

    for (int i = 0; i < LOOKED_AT_MAX && added_rows < wanted; i++) {
        uint8_t id[16];
        bool added;
        write_u64(key_bytes, *bound);
        outcome = store_before(view, order, bytes_of(key_bytes, 8), &key, &value);
        if (outcome != OUTCOME_OK || key.length != 8 || value.length != sizeof id)
            break;
        *bound = read_u64(key.data);
        memcpy(id, value.data, sizeof id);
        TRY(add_one(call, view, signals, bytes_of(id, sizeof id), rows, add, &added));
        added_rows += added;
    }
    *out_more = outcome == OUTCOME_OK && *bound > 0;
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome page_reply(struct call *call, enum table order, enum table signals, const char *name,
                        page_add *add)
{
    OWNED_JSON rows = json_array();
    char cursor[24] = "", *end;
    uint64_t bound = UINT64_MAX;
    enum outcome outcome;
    bool more = false;
    struct view view;

    if (call_cursor(call, cursor, sizeof cursor)) {
        bound = strtoull(cursor, &end, 10);
        if (*end || !cursor[0])
            return OUTCOME_MALFORMED;
    }
    view_begin(call->gateway->store, &view);
    outcome = fill(call, &view, order, signals, &bound, rows, add, &more);
    view_end(&view);
    TRY(outcome);
    snprintf(cursor, sizeof cursor, "%llu", (unsigned long long)bound);
    return call_reply(call, 200,
                      json_pack("{sO ss?}", name, rows, "volgende", more ? cursor : NULL));
}
