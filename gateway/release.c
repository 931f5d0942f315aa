/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/release.h"

#include <stdio.h>
#include <string.h>

#include "gateway/kept_signal.h"
#include "gateway/queue.h"

enum { RELEASE_KEY_BYTES = 8 + 16, RELEASE_BATCH = 256 };

enum outcome release_plan(struct change *change, const char *item_id, int64_t received_ms,
                          const struct terms *terms)
{
    return release_plan_again(change, item_id, received_ms, terms, 0);
}

enum outcome release_plan_again(struct change *change, const char *item_id, int64_t received_ms,
                                const struct terms *terms, int64_t since_ms)
{
    struct due_days days = due_days_from(received_ms, terms, true);
    uint8_t key[RELEASE_KEY_BYTES];
    struct uuid uuid = {{0}};
    int64_t due_ms;

    if (!due_days_release(&days, &due_ms) || due_ms < since_ms)
        return OUTCOME_OK;
    uuid_parse(item_id, &uuid);
    write_u64(key, (uint64_t)due_ms);
    memcpy(key + 8, uuid.bytes, sizeof uuid.bytes);
    store_put(change, TABLE_RELEASE, bytes_of(key, sizeof key), (struct bytes){0});
    return change->outcome;
}

static enum outcome first_due(struct view *view, int64_t now_ms,
                              uint8_t out_key[static RELEASE_KEY_BYTES])
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_RELEASE, (struct bytes){0}, false, &key, &value));
    if (key.length != RELEASE_KEY_BYTES)
        return OUTCOME_STORE_DAMAGED;
    if ((int64_t)read_u64(key.data) > now_ms)
        return OUTCOME_NOT_FOUND;
    memcpy(out_key, key.data, RELEASE_KEY_BYTES);
    return OUTCOME_OK;
}

bool release_is_due(struct store *store, int64_t now_ms)
{
    uint8_t key[RELEASE_KEY_BYTES];
    struct view view;
    enum outcome outcome;

    view_begin(store, &view);
    outcome = first_due(&view, now_ms, key);
    view_end(&view);
    return outcome == OUTCOME_OK;
}

static enum outcome queue_answer(struct change *change, const struct kept_signal *kept,
                                 const struct known_covenant *known, const struct signal *signal,
                                 const struct feedback *answer)
{
    struct queued queued = {
        .kind = MESSAGE_KIND_FEEDBACK, .role = ROLE_SYSTEEM, .purpose = signal->purpose};
    OWNED_BUFFER item = {0};

    TRY(feedback_print(answer, &item));
    memcpy(queued.covenant, kept->covenant, sizeof queued.covenant);
    memcpy(queued.id, answer->id, sizeof queued.id);
    memcpy(queued.dossier, kept->dossier, sizeof queued.dossier);
    covenant_rule_print(known->covenant, signal->article, queued.rule, sizeof queued.rule);
    queued.item = buffer_bytes(&item);
    return queue_add(change, &kept->partner, &queued);
}

static enum outcome record_release(struct gateway *gateway, struct change *change,
                                   const struct kept_signal *kept,
                                   const struct known_covenant *known, const struct signal *signal)
{
    char rule[QUEUE_RULE_BYTES];
    struct audit_entry entry = {
        .rule = rule,
        .event = AUDIT_ANSWER,
        .source = gateway->settings->oin.text,
        .destination = kept->partner.text,
        .service = "antwoorden",
        .covenant = kept->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM),
                      [AUDIT_SUBJECT] = kept->dossier,
                      [AUDIT_PURPOSE] = purpose_word(signal->purpose),
                      [AUDIT_OBJECTS] = signal->id},
    };

    covenant_rule_print(known->covenant, signal->article, rule, sizeof rule);
    return audit_record(gateway->audit, change, &entry);
}

/* The same for the same signal, so that the partner which has it knows it when it comes again. */
static enum outcome release_id(const struct store *store, struct bytes item_key,
                               char out[static UUID_TEXT_BYTES])
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(store_hash(store, "afgehandeld", item_key, hash));
    uuid_print(uuid_of_hash(hash), out);
    return OUTCOME_OK;
}

/* Whatever the workers answered locally: the same code at the same hour. */
static enum outcome let_go(struct gateway *gateway, struct change *change,
                           const struct registry *registry, struct bytes item_key, int64_t now_ms)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_SIGNAL signal = {0};
    struct feedback answer = {
        .code = ANSWER_AFGH, .on = amsterdam_day(now_ms), .next_step = NEXT_STEP_COUNT};
    const struct known_covenant *known;
    struct bytes value;

    TRY(store_get(&change->view, TABLE_INBOX, item_key, &value));
    TRY(kept_signal_read(value, &kept));
    TRY(kept_signal_item(&kept, &signal));
    known = registry_find(registry, kept.covenant);
    if (!known)
        return OUTCOME_STORE_DAMAGED;
    TRY(release_id(gateway->store, item_key, answer.id));
    memcpy(answer.signal, signal.id, sizeof answer.signal);
    TRY(queue_answer(change, &kept, known, &signal, &answer));
    return record_release(gateway, change, &kept, known, &signal);
}

/* One record that does not read may not hold back every other answer: their silence is one. */
static enum outcome let_go_or_alarm(struct gateway *gateway, struct change *change,
                                    const struct registry *registry, const uint8_t id[static 16],
                                    int64_t now_ms)
{
    enum outcome outcome = let_go(gateway, change, registry, bytes_of(id, 16), now_ms);
    struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .result = AUDIT_ERROR,
        .why = outcome_code(outcome),
        .source = gateway->settings->oin.text,
        .service = "antwoorden",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM)},
    };

    if (outcome == OUTCOME_NOT_FOUND) /* the signal was erased meanwhile */
        return OUTCOME_OK;
    return outcome == OUTCOME_STORE_DAMAGED ? audit_record(gateway->audit, change, &entry)
                                            : outcome;
}

enum outcome release_due(struct gateway *gateway, struct change *change, int64_t now_ms,
                         bool *out_more)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    enum outcome outcome = OUTCOME_OK;
    uint8_t key[RELEASE_KEY_BYTES];

    for (int i = 0; i < RELEASE_BATCH; i++) {
        outcome = first_due(&change->view, now_ms, key);
        if (outcome != OUTCOME_OK)
            break;
        store_delete(change, TABLE_RELEASE, bytes_of(key, sizeof key));
        TRY(let_go_or_alarm(gateway, change, registry, key + 8, now_ms));
    }
    *out_more = outcome == OUTCOME_OK;
    return change->outcome;
}
