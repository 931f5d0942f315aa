/* SPDX-License-Identifier: EUPL-1.2 */
/* From the queue to a sealed message in the store. */
#include <string.h>

#include "gateway/clock.h"
#include "gateway/outgoing_parts.h"
#include "gateway/store_damage.h"

enum {
    /* DSSE in base64 and its braces must stay under the largest bucket. */
    PAYLOAD_MOST_BYTES = (SEALED_PLAIN_MAX_BYTES - 1024) / 4 * 3,
    LIFETIME_S = 48 * 60 * 60,
    /* A message may bear more. But what it does is one commit there, and its receipt one here: the
     * people of both gateways wait for that, and LMDB keeps the memory of its pages for good. */
    ITEMS_TOGETHER = 64,
};
_Static_assert((int)ITEMS_TOGETHER <= (int)MESSAGE_ITEMS_MAX, "what a message may bear");

static bool goes_along(const struct outgoing *outgoing, const struct queued *queued, size_t bytes)
{
    const struct queued *first = &outgoing->items[0].queued;

    if (outgoing->count == 0)
        return true;
    return outgoing->count < ITEMS_TOGETHER && queued->kind == first->kind &&
           queued->role == first->role && strcmp(queued->covenant, first->covenant) == 0 &&
           bytes + queued->item.length + 1 <= PAYLOAD_MOST_BYTES;
}

static enum outcome add_queued(struct outgoing *outgoing, const struct queued *queued,
                               uint64_t sequence)
{
    OWNED_BUFFER text = {0};

    TRY(queued_print(queued, &text));
    return outgoing_add(outgoing, buffer_bytes(&text), sequence);
}

/* What has come before the first is not held up by those that were: a withdrawal, a key. */
static enum outcome find_first(struct view *view, struct outgoing_choice *choice)
{
    uint64_t first = UINT64_MAX;
    struct queued queued;
    enum outcome outcome = queue_next(view, &choice->partner, 0, &first, &queued);

    if (outcome != OUTCOME_OK || first < choice->first)
        choice->from = 0;
    choice->first = outcome == OUTCOME_OK ? first : UINT64_MAX;
    return outcome;
}

/* Those that are held up stay where they are, and with them all of their kind and covenant: so
 * none of these overtakes another. */
static enum outcome collect(struct view *view, struct outgoing_choice *choice,
                            struct outgoing *outgoing)
{
    size_t bytes = payload_overhead_bytes();
    struct queued queued;
    uint64_t sequence;
    enum outcome outcome;

    TRY(find_first(view, choice));
    sequence = choice->from;
    while ((outcome = queue_next(view, &choice->partner, sequence, &sequence, &queued)) ==
           OUTCOME_OK) {
        if (!choice->is_held_up(choice->context, &choice->partner, queued.kind, queued.covenant)) {
            if (!goes_along(outgoing, &queued, bytes))
                return OUTCOME_OK;
            bytes += queued.item.length + 1;
            TRY(add_queued(outgoing, &queued, sequence));
        }
        sequence++;
        if (outgoing->count == 0)
            choice->from = sequence;
    }
    return outcome == OUTCOME_NOT_FOUND && outgoing->count > 0 ? OUTCOME_OK : outcome;
}

static enum outcome write_payload(const struct outgoing *outgoing,
                                  const struct message_route *route, struct buffer *out)
{
    struct bytes items[MESSAGE_ITEMS_MAX];
    struct payload_head head = {
        .route = *route,
        .issued_s = outgoing->issued_s,
        .expires_s = outgoing->expires_s,
        .role = outgoing->items[0].queued.role,
    };

    for (size_t i = 0; i < outgoing->count; i++)
        items[i] = outgoing->items[i].queued.item;
    return payload_write(&head, items, outgoing->count, out);
}

static enum outcome seal(struct gateway *gateway, const struct key_document *keys,
                         struct outgoing *outgoing)
{
    const struct signing_key *key = gateway_signing_key(gateway);
    OWNED_BUFFER payload = {0}, envelope = {0}, content = {0};
    struct message_head head = {
        .route = {.from = gateway->settings->oin, .to = outgoing->partner, .kind = outgoing->kind},
    };

    memcpy(head.route.id, outgoing->id, sizeof head.route.id);
    memcpy(head.route.covenant, outgoing->covenant, sizeof head.route.covenant);
    TRY(sealed_key_id(keys->sealing_key, head.recipient_key));
    TRY(write_payload(outgoing, &head.route, &payload));
    memcpy(outgoing->signed_by, key->keyid, sizeof outgoing->signed_by);
    TRY(dsse_sign(buffer_bytes(&payload), message_kind_type(outgoing->kind), key, &envelope));
    TRY(sealed_close(buffer_bytes(&envelope), keys->sealing_key, &content));
    head.content = buffer_bytes(&content);
    TRY(sha256(head.content, outgoing->digest));
    return message_write(&head, &outgoing->body);
}

/* --- in the change --- */

struct composing {
    struct gateway *gateway;
    const struct outgoing *outgoing;
    int64_t now_ms;
    bool certain; /* false: nothing may end by that time */
};

/* What was taken from the queue meanwhile, by a withdrawal, may not go. */
static bool all_wait_still(const struct outgoing *outgoing, struct change *change)
{
    for (size_t i = 0; i < outgoing->count; i++) {
        const struct outgoing_item *item = &outgoing->items[i];
        if (!queue_has(&change->view, &outgoing->partner, item->sequence, item->queued.id))
            return false;
    }
    return true;
}

static enum outcome take_out_stopped(const struct composing *composing, struct change *change,
                                     bool *out_stopped)
{
    const struct outgoing *outgoing = composing->outgoing;
    HELD_REGISTRY registry = gateway_registry(composing->gateway);

    for (size_t i = 0; i < outgoing->count; i++) {
        const char *withdrawn, *why;
        TRY(outgoing_withdrawn(&change->view, outgoing, i, &withdrawn));
        why = withdrawn;
        if (!why)
            why = outgoing_stopped_by(registry, &composing->gateway->settings->oin, outgoing, i,
                                      composing->now_ms);
        if (!why)
            continue;
        if (!withdrawn && !composing->certain)
            return OUTCOME_CLOCK_WRONG; /* it waits, and nothing goes before it */
        *out_stopped = true;
        queue_delete(change, &outgoing->partner, outgoing->items[i].sequence);
        TRY(outgoing_ended(composing->gateway, change, outgoing, i, why));
    }
    return change->outcome;
}

/* The message is stored only when every item waits and may go still; otherwise those that may not
 * are taken out, and NOT_YET asks for a new composition. */
static enum outcome apply_compose(struct change *change, struct audit *audit, void *context)
{
    struct composing *composing = context;
    const struct outgoing *outgoing = composing->outgoing;
    const struct outgoing_leaf intent = {AUDIT_INTENT, AUDIT_OK, NULL};
    bool stopped = false;

    (void)audit;
    composing->certain = clock_certain(composing->gateway, &composing->now_ms);
    if (!all_wait_still(outgoing, change))
        return OUTCOME_NOT_YET;
    TRY(take_out_stopped(composing, change, &stopped));
    if (stopped)
        return OUTCOME_NOT_YET;
    TRY(outgoing_store(change, outgoing));
    for (size_t i = 0; i < outgoing->count; i++) {
        queue_delete(change, &outgoing->partner, outgoing->items[i].sequence);
        TRY(outgoing_record(composing->gateway, change, outgoing, i, intent));
    }
    return change->outcome;
}

static enum outcome take_from_queue(struct gateway *gateway, struct outgoing_choice *choice,
                                    int64_t now_ms, struct outgoing *outgoing)
{
    enum outcome outcome;
    struct view view;

    view_begin(gateway->store, &view);
    outcome = collect(&view, choice, outgoing);
    if (outcome == OUTCOME_STORE_DAMAGED)
        store_damage_met(gateway->store, TABLE_QUEUE);
    view_end(&view);
    TRY(outcome);
    outgoing->kind = outgoing->items[0].queued.kind;
    memcpy(outgoing->covenant, outgoing->items[0].queued.covenant, sizeof outgoing->covenant);
    uuid_print(uuid_v7(now_ms), outgoing->id);
    outgoing->issued_s = now_ms / 1000;
    outgoing->expires_s = outgoing->issued_s + LIFETIME_S;
    return OUTCOME_OK;
}

enum outcome outgoing_compose(struct gateway *gateway, struct outgoing_choice *choice,
                              struct outgoing **out_outgoing)
{
    OWNED_OUTGOING outgoing = NULL;
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct composing composing = {.gateway = gateway, .now_ms = clock_now_ms()};
    const struct known_covenant *known;
    const struct key_document *keys;

    TRY(outgoing_new(&choice->partner, &outgoing));
    TRY(take_from_queue(gateway, choice, composing.now_ms, outgoing));
    known = registry_find(registry, outgoing->covenant);
    keys = known ? known_keys_for(known, &outgoing->partner, outgoing->issued_s, outgoing->kind)
                 : NULL;
    if (!keys)
        return OUTCOME_KEY_UNKNOWN;
    TRY(seal(gateway, keys, outgoing));
    composing.outgoing = outgoing;
    TRY(writer_run_essential(gateway->writer, apply_compose, &composing));
    *out_outgoing = outgoing;
    outgoing = NULL; /* handed over */
    return OUTCOME_OK;
}
