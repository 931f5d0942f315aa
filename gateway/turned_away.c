/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/turned_away.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/gateway.h"

struct turned_away {
    pthread_mutex_t lock;
    struct turned_away_counts counts;
    uint64_t total, totals[LISTENER_KIND_COUNT][OUTCOME_COUNT];
    bool any;
};

static const char *const services[LISTENER_KIND_COUNT] = {"partner", "lokaal", "publiek"};

enum outcome turned_away_new(struct turned_away **out)
{
    struct turned_away *turned_away = calloc(1, sizeof *turned_away);

    if (!turned_away)
        return OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_init(&turned_away->lock, NULL);
    *out = turned_away;
    return OUTCOME_OK;
}

void turned_away_free(struct turned_away *turned_away)
{
    if (turned_away)
        pthread_mutex_destroy(&turned_away->lock);
    free(turned_away);
}

void turned_away_count(struct turned_away *turned_away, enum listener_kind listener,
                       enum outcome cause)
{
    pthread_mutex_lock(&turned_away->lock);
    turned_away->counts.of[listener][cause]++;
    turned_away->totals[listener][cause]++;
    turned_away->total++;
    turned_away->any = true;
    pthread_mutex_unlock(&turned_away->lock);
}

/* Under the lock. */
static void add_partner(struct turned_away_counts *counts, const struct oin *oin,
                        enum outcome cause, uint64_t count)
{
    for (size_t i = 0; i < counts->partner_count; i++) {
        struct turned_away_partner *partner = &counts->partners[i];
        if (partner->cause == cause && oin_equal(&partner->oin, oin)) {
            partner->count += count;
            return;
        }
    }
    if (counts->partner_count < TURNED_AWAY_PARTNERS_MAX)
        counts->partners[counts->partner_count++] =
            (struct turned_away_partner){*oin, cause, count};
    else
        counts->of[LISTENER_PARTNER][cause] += count;
}

void turned_away_count_partner(struct turned_away *turned_away, const struct oin *partner,
                               enum outcome cause)
{
    pthread_mutex_lock(&turned_away->lock);
    add_partner(&turned_away->counts, partner, cause, 1);
    turned_away->totals[LISTENER_PARTNER][cause]++;
    turned_away->total++;
    turned_away->any = true;
    pthread_mutex_unlock(&turned_away->lock);
}

uint64_t turned_away_total(struct turned_away *turned_away)
{
    uint64_t total;

    pthread_mutex_lock(&turned_away->lock);
    total = turned_away->total;
    pthread_mutex_unlock(&turned_away->lock);
    return total;
}

uint64_t turned_away_of(struct turned_away *turned_away, enum listener_kind listener,
                        enum outcome cause)
{
    uint64_t count;

    pthread_mutex_lock(&turned_away->lock);
    count = turned_away->totals[listener][cause];
    pthread_mutex_unlock(&turned_away->lock);
    return count;
}

/* Strangers are counted, not named: an address is personal too. */
void turned_away_by_server(void *context, const struct peer *peer, enum outcome cause)
{
    struct gateway *gateway = context;
    HELD_REGISTRY registry = NULL;

    if (peer->listener == LISTENER_PARTNER && peer->has_oin)
        registry = gateway_registry(gateway);
    if (registry && registry_knows(registry, &peer->oin))
        turned_away_count_partner(gateway->turned_away, &peer->oin, cause);
    else
        turned_away_count(gateway->turned_away, peer->listener, cause);
}

bool turned_away_take(struct turned_away *turned_away, struct turned_away_counts *out_counts)
{
    bool any;

    pthread_mutex_lock(&turned_away->lock);
    any = turned_away->any;
    *out_counts = turned_away->counts;
    turned_away->counts = (struct turned_away_counts){0};
    turned_away->any = false;
    pthread_mutex_unlock(&turned_away->lock);
    return any;
}

void turned_away_give_back(struct turned_away *turned_away, const struct turned_away_counts *counts)
{
    pthread_mutex_lock(&turned_away->lock);
    for (unsigned listener = 0; listener < LISTENER_KIND_COUNT; listener++) {
        for (unsigned cause = 0; cause < OUTCOME_COUNT; cause++)
            turned_away->counts.of[listener][cause] += counts->of[listener][cause];
    }
    for (size_t i = 0; i < counts->partner_count; i++)
        add_partner(&turned_away->counts, &counts->partners[i].oin, counts->partners[i].cause,
                    counts->partners[i].count);
    turned_away->any = true;
    pthread_mutex_unlock(&turned_away->lock);
}

static enum outcome record(struct audit *audit, struct change *change, struct audit_entry *entry,
                           enum outcome cause, uint64_t count)
{
    char number[32];

    if (!count)
        return OUTCOME_OK;
    snprintf(number, sizeof number, "%llu", (unsigned long long)count);
    entry->event = AUDIT_DENY;
    entry->result = AUDIT_DENIED;
    entry->why = outcome_code(cause);
    entry->committed[AUDIT_OBJECTS] = number;
    return audit_record(audit, change, entry);
}

enum outcome turned_away_record(const struct turned_away_counts *counts, struct audit *audit,
                                struct change *change)
{
    for (unsigned listener = 0; listener < LISTENER_KIND_COUNT; listener++) {
        for (unsigned cause = 0; cause < OUTCOME_COUNT; cause++) {
            struct audit_entry entry = {.service = services[listener]};
            TRY(record(audit, change, &entry, cause, counts->of[listener][cause]));
        }
    }
    for (size_t i = 0; i < counts->partner_count; i++) {
        const struct turned_away_partner *partner = &counts->partners[i];
        struct audit_entry entry = {.service = services[LISTENER_PARTNER],
                                    .source = partner->oin.text};
        TRY(record(audit, change, &entry, partner->cause, partner->count));
    }
    return OUTCOME_OK;
}
