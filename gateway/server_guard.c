/* SPDX-License-Identifier: EUPL-1.2 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/server_parts.h"

enum outcome guard_init(struct guard *guard, unsigned max, unsigned per_address)
{
    struct guard_row *rows = calloc(max, sizeof *rows);

    if (!rows)
        return OUTCOME_OUT_OF_MEMORY;
    *guard = (struct guard){.rows = rows, .max = max, .per_address = per_address};
    pthread_mutex_init(&guard->lock, NULL);
    return OUTCOME_OK;
}

void guard_wipe(struct guard *guard)
{
    if (!guard->rows)
        return;
    pthread_mutex_destroy(&guard->lock);
    free(guard->rows);
    *guard = (struct guard){0};
}

/* A walk along at most connections_max rows: microseconds, beside the handshake's millisecond. */
static struct guard_row *row_of(struct guard *guard, const struct guard_key *key)
{
    for (size_t i = 0; i < guard->used; i++)
        if (memcmp(&guard->rows[i].key, key, sizeof *key) == 0)
            return &guard->rows[i];
    return NULL;
}

static bool admit(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row;

    if (guard->total >= guard->max)
        return false;
    row = row_of(guard, key);
    if (row && row->count >= guard->per_address)
        return false;
    if (!row) {
        row = &guard->rows[guard->used++]; /* used <= total < max */
        *row = (struct guard_row){.key = *key};
    }
    row->count++;
    guard->total++;
    return true;
}

bool guard_admit(struct guard *guard, const struct guard_key *key)
{
    bool admitted;

    pthread_mutex_lock(&guard->lock);
    admitted = admit(guard, key);
    pthread_mutex_unlock(&guard->lock);
    return admitted;
}

void guard_release(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row;

    pthread_mutex_lock(&guard->lock);
    row = row_of(guard, key);
    if (row) {
        guard->total--;
        if (--row->count == 0)
            *row = guard->rows[--guard->used];
    }
    pthread_mutex_unlock(&guard->lock);
}

size_t guard_total(struct guard *guard)
{
    size_t total;

    pthread_mutex_lock(&guard->lock);
    total = guard->total;
    pthread_mutex_unlock(&guard->lock);
    return total;
}

struct guard_key guard_key_of(const struct sockaddr *address)
{
    struct guard_key key = {{0}};

    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        key.bytes[10] = key.bytes[11] = 0xff;
        memcpy(key.bytes + 12, &in.sin_addr, 4);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
        memcpy(key.bytes, &in6.sin6_addr, mapped ? 16 : 8);
    }
    return key;
}
