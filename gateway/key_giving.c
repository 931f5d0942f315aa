/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/key_giving.h"

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/clock.h"
#include "gateway/queue.h"
#include "gateway/recovery.h"
#include "gateway/statements.h"

/* How long before its half-year a key is given: who was away for a few weeks has it in time, and at
 * midnight nobody waits for it. */
enum { AHEAD_DAYS = 31 };

struct gift {
    struct gateway *gateway;
    const struct covenant *covenant;
    char epoch[EPOCH_TEXT_BYTES];
    int64_t now_ms;
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

/* --- who has been given it --- */

static enum outcome given_key(const struct gift *gift, const struct oin *partner,
                              struct buffer *out_key)
{
    out_key->length = 0;
    buffer_format(out_key, "key.given %s %s %s", gift->covenant->id, gift->epoch, partner->text);
    return buffer_outcome(out_key);
}

/* Agreed, not ourselves, and not given it yet: OK. NOT_FOUND: there is nothing to give. */
static enum outcome next_to_give(const struct gift *gift, const struct known_covenant *known,
                                 struct view *view, size_t *place)
{
    OWNED_BUFFER key = {0};
    struct bytes value;

    for (; *place < known->covenant->parties_count; (*place)++) {
        const struct oin *partner = &known->covenant->parties[*place].oin;
        enum outcome outcome;
        if (known->verdicts[*place] != VERDICT_AGREED ||
            oin_equal(partner, &gift->gateway->settings->oin))
            continue;
        TRY(given_key(gift, partner, &key));
        outcome = store_get(view, TABLE_META, buffer_bytes(&key), &value);
        if (outcome != OUTCOME_OK)
            return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
    }
    return OUTCOME_NOT_FOUND;
}

static enum outcome give_to(const struct gift *gift, struct change *change,
                            const struct oin *partner, const uint8_t *key)
{
    OWNED_BUFFER given = {0};

    TRY(given_key(gift, partner, &given));
    TRY(queue_key(gift, change, partner, key));
    store_put(change, TABLE_META, buffer_bytes(&given), (struct bytes){0});
    return change->outcome;
}

/* --- in the change --- */

static enum outcome forget_given(const struct gift *gift, struct change *change,
                                 const struct oin *partner)
{
    OWNED_BUFFER given = {0};

    TRY(given_key(gift, partner, &given));
    store_delete(change, TABLE_META, buffer_bytes(&given));
    return change->outcome;
}

/* A giver that both of us agreed to and that is one still. Who left, or was never in, could else
 * propose a version that names it, and ask for "its own" keys back. */
static bool gave_them(const struct gateway *gateway, const struct known_covenant *known,
                      const struct oin *giver)
{
    return known_verdict(known, giver) == VERDICT_AGREED &&
           known_ever_agreed(known, &gateway->settings->oin) &&
           !known_is_replaced(known, clock_now_ms());
}

enum outcome give_keys_again(struct gateway *gateway, struct change *change,
                             const struct known_covenant *known, const struct oin *partner)
{
    const struct covenant *covenant = known->covenant;
    const struct oin *giver =
        covenant->has_key_giver ? &covenant->parties[covenant->key_giver].oin : NULL;
    struct gift gift = {.gateway = gateway, .covenant = covenant};

    for (size_t i = 0; giver && i < known->key_count; i++) {
        snprintf(gift.epoch, sizeof gift.epoch, "%.*s", (int)sizeof gift.epoch - 1,
                 known->keys[i].epoch);
        if (oin_equal(giver, &gateway->settings->oin))
            TRY(forget_given(&gift, change, partner));
        else if (oin_equal(giver, partner) && gave_them(gateway, known, partner))
            TRY(queue_key(&gift, change, partner, known->keys[i].key));
    }
    return change->outcome;
}

/* The key of this half-year, drawn when it is not there. */
static enum outcome have_key(const struct gift *gift, const struct known_covenant *known,
                             struct change *change, uint8_t *out_key)
{
    const struct shared_key *shared = known_shared_key(known, gift->epoch);
    bool may_come;

    if (shared) {
        memcpy(out_key, shared->key, SHARED_KEY_BYTES);
        return OUTCOME_OK;
    }
    TRY(recovery_keys_may_come(&change->view, &may_come));
    if (may_come) /* another key, and no token would meet */
        return OUTCOME_NOT_YET;
    random_bytes(out_key, SHARED_KEY_BYTES);
    TRY(shared_key_put(change, gift->covenant->id, gift->epoch, out_key));
    return gateway_reload(gift->gateway, &change->view);
}

static enum outcome apply(struct change *change, struct audit *audit, void *context)
{
    const struct gift *gift = context;
    HELD_REGISTRY registry = gateway_registry(gift->gateway);
    const struct known_covenant *known = registry_find(registry, gift->covenant->fingerprint);
    OWNED_SECRET key = secret_new(SHARED_KEY_BYTES);
    enum outcome outcome;
    size_t place = 0;

    if (!key)
        return OUTCOME_OUT_OF_MEMORY;
    if (!known || !known_uses_tokens(known, gift->now_ms))
        return OUTCOME_OK; /* somebody withdrew meanwhile */
    TRY(have_key(gift, known, change, key));
    while ((outcome = next_to_give(gift, known, &change->view, &place)) == OUTCOME_OK)
        TRY(give_to(gift, change, &known->covenant->parties[place].oin, key));
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    return record_key(gift, audit, change);
}

/* --- before it --- */

static bool is_giver(const struct gateway *gateway, const struct covenant *covenant)
{
    return covenant->has_key_giver &&
           oin_equal(&covenant->parties[covenant->key_giver].oin, &gateway->settings->oin);
}

static enum outcome somebody_waits(const struct gift *gift, const struct known_covenant *known)
{
    struct view view;
    enum outcome outcome;
    size_t place = 0;

    view_begin(gift->gateway->store, &view);
    outcome = next_to_give(gift, known, &view, &place);
    view_end(&view);
    return outcome;
}

/* The key of the half-year that `day` lies in. */
static enum outcome give_key_of(struct gift *gift, const struct known_covenant *known,
                                struct day day)
{
    enum outcome outcome;

    day_epoch(day, gift->epoch);
    outcome = somebody_waits(gift, known);
    if (outcome == OUTCOME_OK)
        outcome = writer_run(gift->gateway->writer, apply, gift);
    return outcome == OUTCOME_NOT_FOUND || outcome == OUTCOME_NOT_YET ? OUTCOME_OK : outcome;
}

enum outcome give_keys(struct gateway *gateway)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    int64_t now_ms;
    const bool certain = clock_certain(gateway, &now_ms); /* a key that was given stays given */
    struct day today = amsterdam_day(now_ms);

    for (size_t i = 0; certain && i < registry->count; i++) {
        const struct known_covenant *known = &registry->covenants[i];
        struct gift gift = {.gateway = gateway, .covenant = known->covenant, .now_ms = now_ms};
        if (!is_giver(gateway, known->covenant) || known_is_replaced(known, now_ms) ||
            !known_uses_tokens(known, now_ms))
            continue;
        TRY(give_key_of(&gift, known, today));
        TRY(give_key_of(&gift, known, day_plus(today, AHEAD_DAYS)));
    }
    return OUTCOME_OK;
}
