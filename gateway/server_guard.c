/* SPDX-License-Identifier: EUPL-1.2 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/server_parts.h"

enum {
    BURST_S = 5,     /* who was quiet so long may take all of it at once */
    ALL_BURST_S = 2, /* the same of all together: what others feel */
    SECOND_US = 1000 * 1000,
    NO_ROW = UINT32_MAX,
};

/* What is taken is owed: `until_us` is when nothing is owed any more. */
struct guard_row {
    struct guard_key key;
    uint32_t next; /* of the same head, or of the free ones */
    unsigned open;
    int64_t until_us;
    bool proven; /* it has shown a certificate that verifies */
};

enum outcome guard_init(struct guard *guard, const struct guard_limits *limits)
{
    /* As many again as can be open, so that what a key owes outlives its connections. */
    const size_t max = 2 * (size_t)limits->open_max;
    struct guard_row *rows = calloc(max, sizeof *rows);
    uint32_t *heads = calloc(max, sizeof *heads);

    if (!rows || !heads) {
        free(rows);
        free(heads);
        return OUTCOME_OUT_OF_MEMORY;
    }
    *guard = (struct guard){.limits = *limits, .rows = rows, .heads = heads, .max = max};
    for (size_t i = 0; i < max; i++)
        heads[i] = NO_ROW;
    random_bytes(&guard->seed, sizeof guard->seed);
    pthread_mutex_init(&guard->lock, NULL);
    return OUTCOME_OK;
}

void guard_wipe(struct guard *guard)
{
    if (!guard->rows)
        return;
    pthread_mutex_destroy(&guard->lock);
    free(guard->rows);
    free(guard->heads);
    *guard = (struct guard){0};
}

/* --- the table: rows in chains; the seed keeps a stranger from choosing one chain --- */

static uint32_t *head_of(struct guard *guard, const struct guard_key *key)
{
    uint64_t hash = guard->seed;

    for (size_t i = 0; i < sizeof key->bytes; i += 8) {
        uint64_t word;
        memcpy(&word, key->bytes + i, 8);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return &guard->heads[hash % guard->max];
}

static bool is_key(const struct guard_row *row, const struct guard_key *key)
{
    return bytes_equal(bytes_of(row->key.bytes, sizeof row->key.bytes),
                       bytes_of(key->bytes, sizeof key->bytes));
}

static struct guard_row *row_of(struct guard *guard, const struct guard_key *key)
{
    for (uint32_t i = *head_of(guard, key); i != NO_ROW; i = guard->rows[i].next)
        if (is_key(&guard->rows[i], key))
            return &guard->rows[i];
    return NULL;
}

static void unlink_row(struct guard *guard, uint32_t index)
{
    uint32_t *link = head_of(guard, &guard->rows[index].key);

    while (*link != index)
        link = &guard->rows[*link].next;
    *link = guard->rows[index].next;
}

/* A row with nothing open, a stranger's first: a flood from everywhere makes us forget the flood.
 * There always is one: at most half of the rows have a connection. */
static uint32_t row_to_reuse(struct guard *guard)
{
    uint32_t spare = NO_ROW;

    for (size_t i = 0; i < guard->max; i++) {
        guard->hand = (guard->hand + 1) % (uint32_t)guard->max;
        if (guard->rows[guard->hand].open)
            continue;
        if (!guard->rows[guard->hand].proven)
            return guard->hand;
        spare = guard->hand;
    }
    return spare;
}

static struct guard_row *row_for(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row = row_of(guard, key);
    uint32_t at, *head;

    if (row)
        return row;
    if (guard->used < guard->max) {
        at = (uint32_t)guard->used++;
    } else {
        at = row_to_reuse(guard);
        if (at == NO_ROW)
            return NULL;
        unlink_row(guard, at);
    }
    head = head_of(guard, key);
    guard->rows[at] = (struct guard_row){.key = *key, .next = *head};
    *head = at;
    return &guard->rows[at];
}

/* --- taking turns --- */

static int64_t now_in_us(void)
{
    return server_now_ms() * 1000;
}

static bool has_room(int64_t until_us, int64_t now_us, int64_t burst_us)
{
    return until_us - now_us < burst_us;
}

static void owe(int64_t *until_us, int64_t now_us, unsigned turns, unsigned per_second)
{
    const int64_t from_us = *until_us > now_us ? *until_us : now_us;

    *until_us = from_us + (int64_t)turns * SECOND_US / per_second;
}

static bool take(struct guard *guard, struct guard_row *row, unsigned turns, int64_t now_us)
{
    const struct guard_limits *limits = &guard->limits;
    const int64_t burst_us = (int64_t)BURST_S * SECOND_US;
    const int64_t all_us = (int64_t)ALL_BURST_S * SECOND_US;

    if (limits->turns_per_key && !has_room(row->until_us, now_us, burst_us))
        return false;
    /* A flood from everywhere leaves half to those who were here before with a certificate. */
    if (limits->turns && !has_room(guard->until_us, now_us, row->proven ? all_us : all_us / 2))
        return false;
    if (limits->turns_per_key)
        owe(&row->until_us, now_us, turns, limits->turns_per_key);
    if (limits->turns)
        owe(&guard->until_us, now_us, turns, limits->turns);
    return true;
}

bool guard_take(struct guard *guard, const struct guard_key *key, unsigned turns)
{
    const int64_t now_us = now_in_us();
    struct guard_row *row;
    bool taken;

    pthread_mutex_lock(&guard->lock);
    row = row_for(guard, key);
    taken = row && take(guard, row, turns, now_us);
    pthread_mutex_unlock(&guard->lock);
    return taken;
}

void guard_charge(struct guard *guard, const struct guard_key *key, unsigned turns)
{
    struct guard_row *row;

    pthread_mutex_lock(&guard->lock);
    row = row_of(guard, key);
    if (row && guard->limits.turns_per_key)
        owe(&row->until_us, now_in_us(), turns, guard->limits.turns_per_key);
    pthread_mutex_unlock(&guard->lock);
}

void guard_prove(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row;

    pthread_mutex_lock(&guard->lock);
    row = row_of(guard, key);
    if (row)
        row->proven = true;
    pthread_mutex_unlock(&guard->lock);
}

/* --- what is open --- */

bool guard_open(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row = NULL;
    bool opened;

    pthread_mutex_lock(&guard->lock);
    if (guard->open < guard->limits.open_max)
        row = row_for(guard, key);
    opened = row && row->open < guard->limits.open_per_key;
    if (opened) {
        row->open++;
        guard->open++;
    }
    pthread_mutex_unlock(&guard->lock);
    return opened;
}

void guard_close(struct guard *guard, const struct guard_key *key)
{
    struct guard_row *row;

    pthread_mutex_lock(&guard->lock);
    row = row_of(guard, key);
    if (row && row->open) {
        row->open--;
        guard->open--;
    }
    pthread_mutex_unlock(&guard->lock);
}

size_t guard_all_open(struct guard *guard)
{
    size_t open;

    pthread_mutex_lock(&guard->lock);
    open = guard->open;
    pthread_mutex_unlock(&guard->lock);
    return open;
}

/* --- keys --- */

struct guard_key guard_key_of_address(const struct sockaddr *address)
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

/* An organisation may have several certificates; a user is one. */
struct guard_key guard_key_of_peer(const struct peer *peer)
{
    struct guard_key key = {{0}};

    if (peer->listener == LISTENER_PARTNER && peer->has_oin)
        strncpy((char *)key.bytes, peer->oin.text, sizeof key.bytes);
    else
        memcpy(key.bytes, peer->fingerprint, sizeof key.bytes);
    return key;
}
