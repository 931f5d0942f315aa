/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "crypto/ready.h"
#include "gateway/receive.h"
#include "gateway/recovery.h"
#include "gateway/statements.h"

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    struct fault fault = {0};

    item->shared_key = secret_new(sizeof *item->shared_key);
    if (!item->shared_key)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = shared_key_item_parse(item->json, item->shared_key, &fault);
    if (item->form == OUTCOME_OK &&
        strcmp(item->shared_key->covenant, reception->known->covenant->id) != 0)
        item->form = OUTCOME_MALFORMED;
    return item->form == OUTCOME_OUT_OF_MEMORY ? item->form : OUTCOME_OK;
}

/* Of the present half-year and the next: a giver that sent later ones could push out the key
 * that is in use. */
static bool is_of_our_time(const char *epoch, int64_t now_ms)
{
    struct day today = amsterdam_day(now_ms);
    char present[EPOCH_TEXT_BYTES], next[EPOCH_TEXT_BYTES];

    day_epoch(today, present);
    day_epoch(day_plus_months(today, 6), next);
    return strcmp(epoch, present) == 0 || strcmp(epoch, next) == 0;
}

/* Our own key, from a partner, after our store was put back. Every party that agreed has it anyway,
 * so who sends a wrong one can hinder, not read; a key that is here is never replaced. */
static bool may_give_back(const struct gateway *gateway, const struct known_covenant *known,
                          const struct oin *from)
{
    const struct covenant *covenant = known->covenant;

    return oin_equal(&covenant->parties[covenant->key_giver].oin, &gateway->settings->oin) &&
           known_verdict(known, from) == VERDICT_AGREED;
}

/* Any other party that could set the key could make tokens meet that should not. A version that
 * only came in, or was replaced, names no giver: keys are of the covenant, so who proposes one
 * would else set the key of the one in force. What we agreed to may be what a restore lost. */
static enum outcome may_set(const struct reception *reception, const char *fingerprint,
                            struct view *view, bool *out_may)
{
    const struct gateway *gateway = reception->call->gateway;
    const struct oin *from = &reception->head.route.from;
    HELD_REGISTRY registry = gateway_registry(reception->call->gateway);
    const struct known_covenant *known =
        registry_newest(registry, registry_find(registry, fingerprint), reception->call->now_ms);
    const struct covenant *covenant = known->covenant;
    bool was_put_back, may_come;

    TRY(recovery_was(view, &was_put_back));
    TRY(recovery_keys_may_come(view, &may_come));
    *out_may = covenant->has_key_giver && known_verdict(known, from) != VERDICT_WITHDRAWN &&
               (known_ever_agreed(known, &gateway->settings->oin) || may_come) &&
               (oin_equal(from, &covenant->parties[covenant->key_giver].oin) ||
                (was_put_back && may_give_back(gateway, known, from)));
    return OUTCOME_OK;
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    const struct covenant *covenant = known->covenant;
    uint64_t before = change->writes;
    enum outcome outcome;
    bool may;

    TRY(may_set(reception, covenant->fingerprint, &change->view, &may));
    if (!may || !is_of_our_time(item->shared_key->epoch, reception->call->now_ms)) {
        item->refusal = outcome_code(OUTCOME_NOT_ALLOWED);
        return OUTCOME_OK;
    }
    outcome = shared_key_put(change, covenant->id, item->shared_key->epoch, item->shared_key->key);
    if (outcome == OUTCOME_EXISTS) {
        item->refusal = outcome_code(outcome);
        return OUTCOME_OK;
    }
    item->reload = change->writes > before; /* not for the key we have */
    return outcome;
}

static void wipe_item(struct received_item *item)
{
    secret_free(item->shared_key);
}

const struct item_kind receive_shared_key_kind = {MESSAGE_KIND_SHARED_KEY, AUDIT_KEY, prepare,
                                                  apply, wipe_item};
