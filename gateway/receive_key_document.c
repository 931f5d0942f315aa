/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Key documents of partners. Each stands on its own signatures; the message around it may be signed
 * with the very key that it brings, which nobody here knows yet.
 *
 * A thief who has only the signing key could make a certificate of his own with the same OIN: so
 * the certificate of a document must be the one of this connection, which was verified to its
 * authority, or that of the document before it.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/alarms.h"
#include "gateway/key_documents.h"
#include "gateway/queue.h"
#include "gateway/receive.h"

enum { DOCUMENT_TEXT_MAX_BYTES = BASE64_BYTES(KEY_DOCUMENT_MAX_BYTES) };

static const char *const members[] = {"id", "sleuteldocument", NULL};

static enum outcome read_item(const json_t *json, struct received_key_document *received)
{
    struct fault fault = {0};
    const char *text;

    TRY(json_only(json, members, &fault));
    TRY(json_text_at(json, "sleuteldocument", DOCUMENT_TEXT_MAX_BYTES, &text, &fault));
    TRY(base64_decode(bytes_of_text(text), &received->envelope));
    return key_document_peek(buffer_bytes(&received->envelope), &received->document, &fault);
}

static enum outcome prepare(struct reception *reception, struct received_item *item)
{
    (void)reception;
    item->key_document = calloc(1, sizeof *item->key_document);
    if (!item->key_document)
        return OUTCOME_OUT_OF_MEMORY;
    item->form = read_item(item->json, item->key_document);
    return outcome_kind(item->form) == KIND_OURS ? item->form : OUTCOME_OK;
}

static void wipe_item(struct received_item *item)
{
    if (item->key_document)
        buffer_wipe(&item->key_document->envelope);
    free(item->key_document);
}

/* --- judging one --- */

static bool same_fingerprint(const uint8_t *a, const uint8_t *b)
{
    return bytes_equal(bytes_of(a, CERTIFICATE_FINGERPRINT_BYTES),
                       bytes_of(b, CERTIFICATE_FINGERPRINT_BYTES));
}

static bool certificate_is_theirs(const struct reception *reception, const struct key_chain *chain,
                                  const struct key_document *document)
{
    const struct peer *peer = reception->call->request->peer;
    const struct key_document *previous =
        document->has_previous ? key_chain_find(chain, document->previous) : NULL;

    return (peer->has_certificate &&
            same_fingerprint(peer->fingerprint, document->tls_fingerprint)) ||
           (previous && same_fingerprint(previous->tls_fingerprint, document->tls_fingerprint));
}

/* As key_chain_add(), and NOT_ALLOWED when nobody who may endorsed it. */
static enum outcome add(const struct reception *reception, const struct registry *registry,
                        const struct received_key_document *received, struct key_chain *chain)
{
    const struct bytes envelope = buffer_bytes(&received->envelope);
    struct fault fault = {0};

    if (received->document.has_previous && !key_chain_find(chain, received->document.digest) &&
        !certificate_is_theirs(reception, chain, &received->document))
        return OUTCOME_SENDER_WRONG;
    TRY(key_document_may_count(registry, &reception->call->gateway->settings->oin,
                               &received->document, envelope, reception->call->now_ms / 1000));
    return key_chain_add_endorsed(chain, envelope, &fault);
}

/* --- the key of the message itself --- */

static enum outcome copy_chain(const struct key_chain *chain, struct key_chain *out)
{
    *out = *chain;
    out->documents = calloc(chain->kept, sizeof *out->documents);
    if (!out->documents) {
        *out = (struct key_chain){0};
        return OUTCOME_OUT_OF_MEMORY;
    }
    memcpy(out->documents, chain->documents, chain->kept * sizeof *out->documents);
    return OUTCOME_OK;
}

/* A document that does not count, because it is a second successor, speaks too: it is what must be
 * known. Its sender may have used the key before it. */
static enum outcome verify_by(const struct dsse *envelope, const struct key_chain *chain,
                              const struct key_document *document)
{
    const struct key_document *previous = key_chain_find(chain, document->previous);
    enum outcome outcome = dsse_verify(envelope, document->signing_key);

    return outcome == OUTCOME_SIGNATURE_WRONG && previous
               ? dsse_verify(envelope, previous->signing_key)
               : outcome;
}

static enum outcome try_item(const struct reception *reception, const struct dsse *envelope,
                             const json_t *json, struct key_chain *chain)
{
    struct received_key_document received = {0};
    enum outcome outcome = read_item(json, &received);

    if (outcome == OUTCOME_OK && !oin_equal(&received.document.oin, &reception->head.route.from))
        outcome = OUTCOME_SENDER_WRONG;
    if (outcome == OUTCOME_OK)
        outcome = add(reception, reception->call->registry, &received, chain);
    if (outcome == OUTCOME_OK || (outcome == OUTCOME_OTHER_BYTES && chain->forked))
        outcome = verify_by(envelope, chain, &received.document);
    buffer_wipe(&received.envelope);
    return outcome_kind(outcome) == KIND_OURS || outcome == OUTCOME_OK ? outcome
                                                                       : OUTCOME_SIGNATURE_WRONG;
}

enum outcome receive_by_new_key(const struct reception *reception, const struct dsse *envelope)
{
    const struct key_chain *known = known_chain(reception->known, &reception->head.route.from);
    enum outcome outcome = OUTCOME_SIGNATURE_WRONG;
    OWNED_PAYLOAD payload = NULL;
    OWNED_KEY_CHAIN chain = {0};
    struct fault fault = {0};

    outcome = payload_read(envelope->payload, &payload, &fault);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_SIGNATURE_WRONG;
    TRY(copy_chain(known, &chain));
    outcome = OUTCOME_SIGNATURE_WRONG;
    for (size_t i = 0; outcome == OUTCOME_SIGNATURE_WRONG && i < json_array_size(payload->items);
         i++)
        outcome = try_item(reception, envelope, json_array_get(payload->items, i), &chain);
    return outcome;
}

/* --- in the change --- */

static enum outcome refuse(struct received_item *item, enum outcome why)
{
    if (outcome_kind(why) == KIND_OURS)
        return why;
    item->refusal = outcome_code(why);
    return OUTCOME_OK;
}

static enum outcome show_one(struct change *change, const struct known_covenant *known,
                             const struct key_document *document, uint64_t sequence)
{
    struct queued queued = {.kind = MESSAGE_KIND_KEY_DOCUMENT, .role = ROLE_SYSTEEM};
    OWNED_BUFFER item = {0};
    struct bytes envelope;

    uuid_print(uuid_v4(), queued.id);
    memcpy(queued.covenant, known->covenant->fingerprint, sizeof queued.covenant);
    TRY(key_document_get(&change->view, document, &envelope));
    TRY(key_document_item(queued.id, envelope, &item));
    queued.item = buffer_bytes(&item);
    return queue_put(change, &document->oin, sequence, &queued);
}

static bool follows(const struct key_document *document, const struct key_document *last)
{
    return bytes_equal(bytes_of(document->previous, sizeof document->previous),
                       bytes_of(last->digest, sizeof last->digest));
}

/* Whoever owns the keys sees which of the two it did not make. */
static enum outcome show_fork(struct change *change, const struct known_covenant *known,
                              const struct key_chain *chain)
{
    const struct key_document *last = &chain->documents[chain->count - 1];
    size_t shown = 0, count = 0;
    uint64_t sequence;

    for (size_t i = chain->count; i < chain->kept; i++)
        count += follows(&chain->documents[i], last);
    TRY(queue_front(change, &last->oin, count, &sequence));
    for (size_t i = chain->count; i < chain->kept; i++) {
        if (follows(&chain->documents[i], last))
            TRY(show_one(change, known, &chain->documents[i], sequence + shown++));
    }
    return OUTCOME_OK;
}

static enum outcome apply_fork(struct reception *reception, struct received_item *item,
                               const struct known_covenant *known, const struct key_chain *chain,
                               struct change *change)
{
    const struct received_key_document *received = item->key_document;

    key_document_put(change, &received->document, buffer_bytes(&received->envelope));
    TRY(change->outcome);
    TRY(alarm_raise(reception->call->gateway, change, ALARM_KEY_FORK, received->document.oin.text));
    TRY(show_fork(change, known, chain));
    item->reload = true;
    return refuse(item, OUTCOME_OTHER_BYTES);
}

static enum outcome apply_theirs(struct reception *reception, struct received_item *item,
                                 const struct registry *registry,
                                 const struct known_covenant *known, struct change *change)
{
    const struct received_key_document *received = item->key_document;
    const struct oin *from = &reception->head.route.from;
    OWNED_KEY_CHAIN chain = {0};
    enum outcome outcome;
    bool was_forked;

    /* As the item before this one left it. Read from the store it would be verified anew, for each
     * of hundreds of items. */
    TRY(copy_chain(known_chain(known, from), &chain));
    was_forked = chain.forked;
    outcome = add(reception, registry, received, &chain);
    if (outcome == OUTCOME_EXISTS)
        return OUTCOME_OK;
    if (outcome == OUTCOME_OTHER_BYTES && chain.forked && !was_forked)
        return apply_fork(reception, item, known, &chain, change);
    if (outcome != OUTCOME_OK)
        return refuse(item, outcome);
    key_document_put(change, &received->document, buffer_bytes(&received->envelope));
    TRY(change->outcome);
    item->reload = true;
    return received->document.emergency
               ? alarm_settle(reception->call->gateway, change, ALARM_KEY_FORK, from->text)
               : OUTCOME_OK;
}

/* A partner shows us a document of ours: one that is genuine and that we did not make. */
static enum outcome apply_ours(struct reception *reception, struct received_item *item,
                               const struct registry *registry, const struct known_covenant *known,
                               struct change *change)
{
    struct gateway *gateway = reception->call->gateway;
    OWNED_KEY_CHAIN chain = {0};
    struct fault fault = {0};
    enum outcome outcome;

    TRY(copy_chain(known_chain(known, &gateway->settings->oin), &chain));
    outcome = key_document_may_count(
        registry, &gateway->settings->oin, &item->key_document->document,
        buffer_bytes(&item->key_document->envelope), reception->call->now_ms / 1000);
    if (outcome == OUTCOME_OK)
        outcome =
            key_chain_add_endorsed(&chain, buffer_bytes(&item->key_document->envelope), &fault);
    if (outcome == OUTCOME_EXISTS || (outcome == OUTCOME_OTHER_BYTES && !chain.forked))
        return OUTCOME_OK; /* ours, or replaced by an emergency of ours since */
    if (outcome != OUTCOME_OK && outcome != OUTCOME_OTHER_BYTES)
        return refuse(item, outcome);
    return alarm_raise(gateway, change, ALARM_KEY_MISUSED, gateway->settings->oin.text);
}

static enum outcome apply(struct reception *reception, struct received_item *item,
                          const struct known_covenant *known, struct change *change)
{
    const struct oin *of = &item->key_document->document.oin;
    HELD_REGISTRY registry = gateway_registry(reception->call->gateway);

    if (oin_equal(of, &reception->call->gateway->settings->oin))
        return apply_ours(reception, item, registry, known, change);
    if (!oin_equal(of, &reception->head.route.from))
        return refuse(item, OUTCOME_SENDER_WRONG);
    return apply_theirs(reception, item, registry, known, change);
}

const struct item_kind receive_key_document_kind = {MESSAGE_KIND_KEY_DOCUMENT, AUDIT_KEY, prepare,
                                                    apply, wipe_item};
