/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_giving.h"

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/queue.h"
#include "gateway/statements.h"

struct gift {
    struct gateway *gateway;
    const struct covenant *covenant;
    char epoch[EPOCH_TEXT_BYTES];
};

static enum outcome queue_key(const struct gift *gift, struct change *change,
                              const struct oin *partner, const uint8_t *key)
{
    struct queued queued = {.kind = MESSAGE_KIND_SHARED_KEY, .role = ROLE_SYSTEEM};
    OWNED_SHARED_KEY_ITEM item = {0};
    OWNED_BUFFER text = {0};

    uuid_print(uuid_v4(), item.id);
    snprintf(item.covenant, sizeof item.covenant, "%s", gift->covenant->id);
    snprintf(item.epoch, sizeof item.epoch, "%s", gift->epoch);
    memcpy(item.key, key, SHARED_KEY_BYTES);
    TRY(shared_key_item_print(&item, &text));
    memcpy(queued.covenant, gift->covenant->fingerprint, sizeof queued.covenant);
    memcpy(queued.id, item.id, sizeof queued.id);
    queued.item = buffer_bytes(&text);
    return queue_add(change, partner, &queued);
}

static enum outcome record_key(const struct gift *gift, struct audit *audit, struct change *change)
{
    struct audit_entry entry = {
        .event = AUDIT_KEY,
        .source = gift->gateway->settings->oin.text,
        .service = "sleutels",
        .covenant = gift->covenant->fingerprint,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = gift->epoch},
    };

    return audit_record(audit, change, &entry);
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    const struct gift *gift = context;
    OWNED_SECRET key = secret_new(SHARED_KEY_BYTES);
    enum outcome outcome;

    if (!key)
        return OUTCOME_OUT_OF_MEMORY;
    random_bytes(key, SHARED_KEY_BYTES);
    outcome = shared_key_put(change, gift->covenant->id, gift->epoch, key);
    if (outcome == OUTCOME_EXISTS) /* drawn by an earlier pass */
        return gateway_reload(gift->gateway, &change->view);
    TRY(outcome);
    for (size_t i = 0; i < gift->covenant->parties_count; i++) {
        const struct oin *partner = &gift->covenant->parties[i].oin;
        if (!oin_equal(partner, &gift->gateway->settings->oin))
            TRY(queue_key(gift, change, partner, key));
    }
    TRY(record_key(gift, audit, change));
    return gateway_reload(gift->gateway, &change->view);
}

enum outcome give_keys(struct gateway *gateway)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    int64_t now_ms = clock_now_ms();

    for (size_t i = 0; i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        const struct covenant *covenant = known->covenant;
        struct gift gift = {.gateway = gateway, .covenant = covenant};
        if (!covenant->has_key_giver ||
            !oin_equal(&covenant->parties[covenant->key_giver].oin, &gateway->settings->oin))
            continue;
        day_epoch(amsterdam_day(now_ms), gift.epoch);
        if (known_shared_key(known, gift.epoch) || !known_in_force(known, now_ms))
            continue;
        TRY(writer_run(gateway->writer, apply, &gift));
    }
    return OUTCOME_OK;
}
