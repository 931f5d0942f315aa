/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/escalation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/erasure.h"
#include "gateway/lined.h"
#include "gateway/queue.h"

enum {
    UUID_BYTES = 16,
    TOLD_KEY_BYTES = UUID_BYTES + 1,
    HERE_KEY_BYTES = OIN_LENGTH + UUID_BYTES + 1,
    COVENANT_LENGTH = SHA256_HEX_BYTES - 1,
    TOLD_HEAD_BYTES = OIN_LENGTH + COVENANT_LENGTH, /* lead, covenant; then the item */
    HERE_HEAD_BYTES = 8 + COVENANT_LENGTH,          /* since, covenant; then the item */
    COUNT_NAME_BYTES = 48,
    SWEEP_AT_ONCE = 500,
};

static enum outcome read_item(struct bytes text, struct escalation_item *out)
{
    OWNED_JSON object = NULL;
    struct fault fault = {0};
    enum outcome outcome = json_read(text, ESCALATION_ITEM_MAX_BYTES, &object);

    if (outcome == OUTCOME_OK)
        outcome = escalation_item_parse(object, out, &fault);
    return store_read_outcome(outcome);
}

/* --- at the lead --- */

static struct bytes here_key(const struct oin *from, const struct escalation_item *item,
                             uint8_t out[static HERE_KEY_BYTES])
{
    struct uuid signal = {{0}};

    uuid_parse(item->signal, &signal);
    memcpy(out, from->text, OIN_LENGTH);
    memcpy(out + OIN_LENGTH, signal.bytes, UUID_BYTES);
    out[OIN_LENGTH + UUID_BYTES] = (uint8_t)item->term;
    return bytes_of(out, HERE_KEY_BYTES);
}

static struct bytes count_name(const struct oin *from, char out[static COUNT_NAME_BYTES])
{
    snprintf(out, COUNT_NAME_BYTES, "escalations %s", from->text);
    return bytes_of_text(out);
}

enum outcome escalation_standing(struct view *view, const struct oin *from, uint64_t *out_count)
{
    char name[COUNT_NAME_BYTES];
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, count_name(from, name), &value);

    *out_count = 0;
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    *out_count = read_u64(value.data);
    return OUTCOME_OK;
}

static enum outcome count_one(struct change *change, const struct oin *from, bool more)
{
    char name[COUNT_NAME_BYTES];
    uint8_t value[8];
    uint64_t count;

    TRY(escalation_standing(&change->view, from, &count));
    if (!more && count == 0)
        return OUTCOME_OK; /* it came before there was a count */
    write_u64(value, more ? count + 1 : count - 1);
    store_put(change, TABLE_META, count_name(from, name), bytes_of(value, sizeof value));
    return change->outcome;
}

static enum outcome drop_here(struct change *change, const struct oin *from, struct bytes at)
{
    store_delete(change, TABLE_ESCALATION, at);
    return count_one(change, from, false);
}

enum outcome escalation_received(struct change *change, const struct oin *from,
                                 const char *covenant, const struct escalation_item *item,
                                 int64_t now_ms)
{
    uint8_t key[HERE_KEY_BYTES];
    struct bytes at = here_key(from, item, key);
    OWNED_BUFFER value = {0};

    if (store_has(&change->view, TABLE_ESCALATION, at) != item->settled)
        return change->outcome; /* told again, or settled what does not stand */
    if (item->settled)
        return drop_here(change, from, at);
    buffer_add_u64(&value, (uint64_t)now_ms);
    buffer_add(&value, covenant, COVENANT_LENGTH);
    TRY(escalation_item_print(item, &value));
    store_put_sealed(change, TABLE_ESCALATION, at, buffer_bytes(&value));
    return count_one(change, from, true);
}

enum outcome escalation_next(struct view *view, struct buffer *after, struct escalation *out)
{
    struct escalation found = {0};
    struct bytes key, value;

    TRY(store_next(view, TABLE_ESCALATION, buffer_bytes(after), after->length > 0, &key, &value));
    if (key.length != HERE_KEY_BYTES || value.length <= HERE_HEAD_BYTES)
        return OUTCOME_STORE_DAMAGED;
    found.since_ms = (int64_t)read_u64(value.data);
    memcpy(found.covenant, value.data + 8, COVENANT_LENGTH);
    TRY(read_item(bytes_of(value.data + HERE_HEAD_BYTES, value.length - HERE_HEAD_BYTES),
                  &found.item));
    after->length = 0;
    buffer_add_bytes(after, key);
    TRY(buffer_outcome(after));
    *out = found;
    return OUTCOME_OK;
}

enum outcome escalation_count(struct view *view, size_t most, size_t *out_count)
{
    return store_count(view, TABLE_ESCALATION, (struct bytes){0}, most, out_count);
}

/* --- what nobody settled --- */

struct sweep {
    struct gateway *gateway;
    size_t count;
    struct escalation old[SWEEP_AT_ONCE];
};

static enum outcome record_swept(const struct sweep *sweep, struct change *change,
                                 const struct escalation *old)
{
    const struct audit_entry entry = {
        .event = AUDIT_TERM,
        .why = erasure_cause_word(ERASURE_TERM),
        .source = sweep->gateway->settings->oin.text,
        .destination = old->item.reporter.text,
        .service = "escalaties",
        .covenant = old->covenant,
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = old->item.signal},
    };

    return audit_record(sweep->gateway->audit, change, &entry);
}

static enum outcome apply_sweep(struct change *change, struct audit *audit, void *context)
{
    const struct sweep *sweep = context;

    (void)audit;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct escalation *old = &sweep->old[i];
        uint8_t key[HERE_KEY_BYTES];
        struct bytes at = here_key(&old->item.reporter, &old->item, key);
        if (!store_has(&change->view, TABLE_ESCALATION, at))
            continue; /* settled meanwhile */
        TRY(drop_here(change, &old->item.reporter, at));
        TRY(record_swept(sweep, change, old));
    }
    return change->outcome;
}

static enum outcome find_old(struct sweep *sweep, struct day today)
{
    OWNED_BUFFER after = {0};
    enum outcome outcome = OUTCOME_OK;
    struct view view;

    view_begin(sweep->gateway->store, &view);
    while (outcome == OUTCOME_OK && sweep->count < SWEEP_AT_ONCE) {
        struct escalation *found = &sweep->old[sweep->count];
        outcome = escalation_next(&view, &after, found);
        sweep->count +=
            outcome == OUTCOME_OK &&
            day_compare(day_plus(amsterdam_day(found->since_ms), ESCALATION_KEPT_DAYS), today) < 0;
    }
    view_end(&view);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

enum outcome escalation_sweep(struct gateway *gateway, struct day today)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);
    enum outcome outcome;

    if (!sweep)
        return OUTCOME_OUT_OF_MEMORY;
    sweep->gateway = gateway;
    outcome = find_old(sweep, today);
    if (outcome == OUTCOME_OK && sweep->count)
        outcome = writer_run(gateway->writer, apply_sweep, sweep);
    free(sweep);
    return outcome;
}

/* --- at who sent the signal --- */

static struct bytes told_key(struct uuid signal, enum term term, uint8_t out[static TOLD_KEY_BYTES])
{
    memcpy(out, signal.bytes, UUID_BYTES);
    out[UUID_BYTES] = (uint8_t)term;
    return bytes_of(out, TOLD_KEY_BYTES);
}

/* The same for the same matter after the same answers: what is told again after a restore is known
 * to the lead, and what was opened again by an answer is not. */
static enum outcome give_id(const struct store *store, struct bytes key, size_t answers,
                            struct escalation_item *item)
{
    uint8_t hash[STORE_HASH_BYTES];
    OWNED_BUFFER value = {0};

    buffer_add_bytes(&value, key);
    buffer_add_u64(&value, answers);
    TRY(buffer_outcome(&value));
    TRY(store_hash(store, "escalatie", buffer_bytes(&value), hash));
    uuid_print(uuid_of_hash(hash), item->id);
    return OUTCOME_OK;
}

/* From the number under which it was told: both standings have one of their own. */
static enum outcome settle_id(const struct store *store, struct escalation_item *item)
{
    uint8_t hash[STORE_HASH_BYTES];

    TRY(store_hash(store, "escalatie opgelost", bytes_of_text(item->id), hash));
    uuid_print(uuid_of_hash(hash), item->id);
    return OUTCOME_OK;
}

static enum outcome tell(struct change *change, const struct oin *lead, const char *covenant,
                         const struct escalation_item *item, int64_t now_ms)
{
    struct queued queued = {
        .kind = MESSAGE_KIND_ESCALATION, .role = ROLE_SYSTEEM, .purpose = PURPOSE_NONE};
    OWNED_BUFFER text = {0};

    if (oin_equal(lead, &item->reporter))
        return escalation_received(change, lead, covenant, item, now_ms);
    TRY(escalation_item_print(item, &text));
    snprintf(queued.covenant, sizeof queued.covenant, "%s", covenant);
    memcpy(queued.id, item->id, sizeof queued.id);
    queued.item = buffer_bytes(&text);
    return queue_add(change, lead, &queued);
}

enum outcome escalation_raise(struct gateway *gateway, struct change *change,
                              const struct kept_signal *kept, const struct signal *signal,
                              enum term term, struct day due, int64_t now_ms)
{
    struct escalation_item item = {
        .term = term, .due = due, .holder = kept->partner, .reporter = gateway->settings->oin};
    uint8_t key_bytes[TOLD_KEY_BYTES];
    struct uuid id = {{0}};
    OWNED_BUFFER value = {0};
    struct bytes key;

    uuid_parse(signal->id, &id);
    key = told_key(id, term, key_bytes);
    if (store_has(&change->view, TABLE_ESCALATED, key))
        return change->outcome;
    memcpy(item.signal, signal->id, sizeof item.signal);
    snprintf(item.code, sizeof item.code, "%s", signal->code);
    TRY(give_id(gateway->store, key, kept->answer_count, &item));
    buffer_add(&value, signal->lead.text, OIN_LENGTH);
    buffer_add(&value, kept->covenant, COVENANT_LENGTH);
    TRY(escalation_item_print(&item, &value));
    store_put_sealed(change, TABLE_ESCALATED, key, buffer_bytes(&value));
    return tell(change, &signal->lead, kept->covenant, &item, now_ms);
}

struct escalated { /* what the lead was told */
    struct oin lead;
    char covenant[SHA256_HEX_BYTES];
    struct escalation_item item;
};

static enum outcome read_escalated(struct bytes value, struct escalated *out)
{
    *out = (struct escalated){.lead = {.text = ""}};
    if (value.length <= TOLD_HEAD_BYTES)
        return OUTCOME_STORE_DAMAGED;
    memcpy(out->lead.text, value.data, OIN_LENGTH);
    memcpy(out->covenant, value.data + OIN_LENGTH, COVENANT_LENGTH);
    return read_item(bytes_of(value.data + TOLD_HEAD_BYTES, value.length - TOLD_HEAD_BYTES),
                     &out->item);
}

static enum outcome settle_one(struct change *change, struct bytes key, struct bytes value)
{
    struct escalated told;

    TRY(read_escalated(value, &told));
    told.item.settled = true;
    TRY(settle_id(change->view.store, &told.item));
    store_delete(change, TABLE_ESCALATED, key);
    return tell(change, &told.lead, told.covenant, &told.item, 0);
}

enum outcome escalations_tell_again(struct change *change, const struct oin *lead)
{
    OWNED_BUFFER at = {0};
    struct bytes key, value;
    struct escalated told;
    enum outcome outcome;

    while ((outcome = store_next(&change->view, TABLE_ESCALATED, buffer_bytes(&at), at.length > 0,
                                 &key, &value)) == OUTCOME_OK) {
        TRY(read_escalated(value, &told));
        at.length = 0;
        buffer_add_bytes(&at, key);
        TRY(buffer_outcome(&at));
        if (oin_equal(&told.lead, lead))
            TRY(tell(change, lead, told.covenant, &told.item, 0));
    }
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

enum outcome escalation_settle(struct change *change, struct uuid signal,
                               const struct progress *progress)
{
    const bool all = !progress || progress_has_ended(progress);

    for (unsigned term = 0; term < TERM_COUNT; term++) {
        uint8_t key_bytes[TOLD_KEY_BYTES];
        struct bytes key = told_key(signal, (enum term)term, key_bytes), value;
        enum outcome outcome;
        if (!all && !progress->met[term])
            continue;
        outcome = store_get(&change->view, TABLE_ESCALATED, key, &value);
        if (outcome == OUTCOME_NOT_FOUND)
            continue;
        TRY(outcome);
        TRY(settle_one(change, key, value));
    }
    return change->outcome;
}
