/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/turned_away.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway.h"

struct turned_away {
    pthread_mutex_t lock;
    struct turned_away_counts counts;
    uint64_t total;
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

void turned_away_by_server(void *context, enum listener_kind kind, enum outcome cause,
                           const char *address)
{
    struct gateway *gateway = context;

    (void)address; /* counted, not named: an address is personal too */
    turned_away_count(gateway->turned_away, kind, cause);
}

bool turned_away_take(struct turned_away *turned_away, struct turned_away_counts *out_counts)
{
    bool any;

    pthread_mutex_lock(&turned_away->lock);
    any = turned_away->any;
    *out_counts = turned_away->counts;
    memset(&turned_away->counts, 0, sizeof turned_away->counts);
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
    turned_away->any = true;
    pthread_mutex_unlock(&turned_away->lock);
}

enum outcome turned_away_record(const struct turned_away_counts *counts, struct audit *audit,
                                struct change *change)
{
    for (unsigned listener = 0; listener < LISTENER_KIND_COUNT; listener++) {
        for (unsigned cause = 0; cause < OUTCOME_COUNT; cause++) {
            char number[32];
            struct audit_entry entry = {
                .event = AUDIT_DENY,
                .result = AUDIT_DENIED,
                .why = outcome_code(cause),
                .service = services[listener],
                .committed[AUDIT_OBJECTS] = number,
            };
            if (!counts->of[listener][cause])
                continue;
            snprintf(number, sizeof number, "%llu",
                     (unsigned long long)counts->of[listener][cause]);
            TRY(audit_record(audit, change, &entry));
        }
    }
    return OUTCOME_OK;
}
