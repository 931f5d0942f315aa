/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store_room.h"

#include "gateway/store_parts.h"

enum { KEPT_SHARE = 16, KEPT_MOST = 32 << 20 }; /* of the map, for the log */

static enum room less(enum room a, enum room b)
{
    return a < b ? a : b;
}

static enum room room_on_disk(const struct store *store, uint64_t free_bytes_min)
{
    const uint64_t bytes = store_free_bytes(store);

    if (bytes >= free_bytes_min)
        return ROOM_FOR_ALL;
    return bytes >= free_bytes_min / 2 ? ROOM_FOR_LOG : ROOM_NONE;
}

static enum room room_in_map(struct environment *environment)
{
    uint64_t kept = environment_map_bytes(environment) / KEPT_SHARE;

    if (kept > KEPT_MOST)
        kept = KEPT_MOST;
    if (environment_room(environment, kept) >= kept)
        return ROOM_FOR_ALL;
    environment_free_readers(environment); /* one that died may hold back what was freed */
    return environment_room(environment, kept) >= kept ? ROOM_FOR_ALL : ROOM_FOR_LOG;
}

/* index/ can be made again: that it is full stops the questions, not the messages. */
static enum outcome room_in(struct store *store, enum environment_name name, enum room *room)
{
    struct environment *environment = store->environments[name];
    enum outcome outcome;

    if (!environment_is_in_place(environment))
        return OUTCOME_STORE_FAILED;
    outcome = environment_keep_blocks(environment);
    if (outcome == OUTCOME_STORE_FULL)
        *room = ROOM_NONE;
    else if (outcome != OUTCOME_OK)
        return outcome;
    if (name != ENVIRONMENT_INDEX)
        *room = less(*room, room_in_map(environment));
    return OUTCOME_OK;
}

enum outcome store_reserve(struct store *store)
{
    /* Counted in gateways with 300,000 signals: 600, 100 and 100. A commit is bounded by
     * gateway/writer.c, outgoing_compose.c and audit_index.c, and its rows lie at random, so that
     * it takes more pages the larger the tables are. */
    static const size_t pages[ENVIRONMENT_TOTAL] = {
        [ENVIRONMENT_STORE] = 1024, [ENVIRONMENT_KEYS] = 128, [ENVIRONMENT_INDEX] = 256};

    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        TRY(environment_reserve(store->environments[i], pages[i]));
    return OUTCOME_OK;
}

enum outcome store_room(struct store *store, uint64_t free_bytes_min, enum room *out_room)
{
    *out_room = ROOM_FOR_ALL;
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        TRY(room_in(store, i, out_room));
    *out_room = less(*out_room, room_on_disk(store, free_bytes_min));
    return OUTCOME_OK;
}

unsigned store_free_readers(struct store *store)
{
    unsigned freed = 0;

    for (unsigned i = 0; i < ENVIRONMENT_TOTAL; i++)
        freed += environment_free_readers(store->environments[i]);
    return freed;
}
