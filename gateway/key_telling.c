/* SPDX-License-Identifier: EUPL-1.2 */
/* That partners are told of our key documents, each once per covenant; again when they refuse. */
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/key_documents.h"
#include "gateway/queue.h"

enum { AGAIN_MS = 10 * 60 * 1000, DOCUMENTS_MOST = 64 };

static const char told_prefix[] = "key.told ";

static void told_prefix_of(const char *covenant, const struct oin *partner, struct buffer *out)
{
    out->length = 0;
    buffer_format(out, "%s%s %s ", told_prefix, covenant, partner->text);
}

static enum outcome told_name(const char *covenant, const struct oin *partner,
                              const struct key_document *document, struct buffer *out)
{
    told_prefix_of(covenant, partner, out);
    buffer_add_hex(out, bytes_of(document->digest, sizeof document->digest));
    return buffer_outcome(out);
}

/* A row holds the instant from which the partner is to be told again. */
static void put_told(struct change *change, const struct buffer *name, int64_t again_ms)
{
    uint8_t value[8];

    write_u64(value, (uint64_t)again_ms);
    store_put(change, TABLE_META, buffer_bytes(name), bytes_of(value, sizeof value));
}

/* OK: it is to be told. */
static enum outcome is_to_be_told(struct view *view, const struct buffer *name, int64_t now_ms)
{
    struct bytes value;
    enum outcome outcome = store_get(view, TABLE_META, buffer_bytes(name), &value);

    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    if (value.length != 8)
        return OUTCOME_STORE_DAMAGED;
    return (int64_t)read_u64(value.data) <= now_ms ? OUTCOME_OK : OUTCOME_NOT_FOUND;
}

/* --- one partner under one covenant --- */

struct telling {
    struct gateway *gateway;
    const struct known_covenant *known;
    const struct oin *partner;
    int64_t now_ms;
    const struct key_document *documents[DOCUMENTS_MOST]; /* to be told, oldest first */
    size_t count;
};

static enum outcome collect(struct telling *telling, struct view *view)
{
    const struct key_chain *own = known_chain(telling->known, &telling->gateway->settings->oin);
    OWNED_BUFFER name = {0};

    telling->count = 0;
    for (size_t i = 1; own && i < own->count && telling->count < DOCUMENTS_MOST; i++) {
        enum outcome outcome;
        TRY(told_name(telling->known->covenant->fingerprint, telling->partner, &own->documents[i],
                      &name));
        outcome = is_to_be_told(view, &name, telling->now_ms);
        if (outcome == OUTCOME_OK)
            telling->documents[telling->count++] = &own->documents[i];
        else if (outcome != OUTCOME_NOT_FOUND)
            return outcome;
    }
    return OUTCOME_OK;
}

enum outcome key_document_item(const char *id, struct bytes envelope, struct buffer *item)
{
    buffer_format(item, "{\"id\":\"%s\",\"sleuteldocument\":\"", id);
    buffer_add_base64(item, envelope);
    buffer_add_text(item, "\"}");
    return buffer_outcome(item);
}

static enum outcome queue_one(struct telling *telling, struct change *change, size_t place,
                              uint64_t sequence)
{
    struct queued queued = {.kind = MESSAGE_KIND_KEY_DOCUMENT, .role = ROLE_SYSTEEM};
    OWNED_BUFFER name = {0}, item = {0};
    struct bytes envelope;

    uuid_print(uuid_v4(), queued.id);
    memcpy(queued.covenant, telling->known->covenant->fingerprint, sizeof queued.covenant);
    TRY(key_document_get(&change->view, telling->documents[place], &envelope));
    TRY(key_document_item(queued.id, envelope, &item));
    queued.item = buffer_bytes(&item);
    TRY(queue_put(change, telling->partner, sequence, &queued));
    TRY(told_name(queued.covenant, telling->partner, telling->documents[place], &name));
    put_told(change, &name, INT64_MAX);
    return change->outcome;
}

static enum outcome tell(struct telling *telling, struct change *change)
{
    uint64_t sequence;

    TRY(collect(telling, &change->view));
    if (telling->count == 0)
        return OUTCOME_OK;
    TRY(queue_front(change, telling->partner, telling->count, &sequence));
    for (size_t i = 0; i < telling->count; i++)
        TRY(queue_one(telling, change, i, sequence + i));
    return change->outcome;
}

/* --- all of them --- */

/* `visit` for each other party of each covenant in which we are one. */
static enum outcome each_partner(struct gateway *gateway, const struct registry *registry,
                                 enum outcome (*visit)(struct telling *, void *), void *context)
{
    struct telling telling = {.gateway = gateway, .now_ms = clock_now_ms()};

    for (size_t i = 0; i < registry->count; i++) {
        const struct covenant *covenant = registry->covenants[i].covenant;
        if (!covenant_party(covenant, &gateway->settings->oin))
            continue;
        telling.known = &registry->covenants[i];
        for (size_t j = 0; j < covenant->parties_count; j++) {
            telling.partner = &covenant->parties[j].oin;
            if (!oin_equal(telling.partner, &gateway->settings->oin))
                TRY(visit(&telling, context));
        }
    }
    return OUTCOME_OK;
}

static enum outcome visit_to_tell(struct telling *telling, void *context)
{
    return tell(telling, context);
}

enum outcome key_documents_tell(struct gateway *gateway, struct change *change,
                                const struct registry *registry)
{
    return each_partner(gateway, registry, visit_to_tell, change);
}

struct looking {
    struct view view;
    bool found;
};

static enum outcome visit_to_look(struct telling *telling, void *context)
{
    struct looking *looking = context;

    TRY(collect(telling, &looking->view));
    looking->found = looking->found || telling->count > 0;
    return OUTCOME_OK;
}

static enum outcome apply_pass(struct change *change, struct audit *audit, void *context)
{
    struct gateway *gateway = context;
    HELD_REGISTRY registry = gateway_registry(gateway);

    (void)audit;
    return key_documents_tell(gateway, change, registry);
}

enum outcome key_documents_pass(struct gateway *gateway)
{
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct looking looking = {.found = false};
    enum outcome outcome;

    view_begin(gateway->store, &looking.view);
    outcome = each_partner(gateway, registry, visit_to_look, &looking);
    view_end(&looking.view);
    TRY(outcome);
    return looking.found ? writer_run(gateway->writer, apply_pass, gateway) : OUTCOME_OK;
}

/* --- told again --- */

/* All rows of the partner under the covenant: later (`again_ms`), or at once (0). */
static enum outcome put_all(struct change *change, const char *covenant, const struct oin *partner,
                            int64_t again_ms)
{
    OWNED_BUFFER prefix = {0}, from = {0};
    struct bytes key, value;
    enum outcome outcome;
    bool after = false;

    told_prefix_of(covenant, partner, &prefix);
    buffer_add_buffer(&from, &prefix);
    TRY(buffer_outcome(&prefix));
    TRY(buffer_outcome(&from));
    while ((outcome = store_next(&change->view, TABLE_META, buffer_bytes(&from), after, &key,
                                 &value)) == OUTCOME_OK) {
        if (key.length < prefix.length ||
            !bytes_equal(bytes_of(key.data, prefix.length), buffer_bytes(&prefix)))
            return change->outcome;
        from.length = 0;
        buffer_add_bytes(&from, key);
        TRY(buffer_outcome(&from));
        put_told(change, &from, again_ms);
        after = true;
    }
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}

enum outcome key_documents_refused(struct change *change, const char *covenant,
                                   const struct oin *partner, int64_t now_ms)
{
    return put_all(change, covenant, partner, now_ms + AGAIN_MS);
}

enum outcome key_documents_forget(struct change *change, const char *covenant,
                                  const struct oin *partner)
{
    return put_all(change, covenant, partner, 0);
}
