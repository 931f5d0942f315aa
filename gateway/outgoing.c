/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/kept_signal.h"
#include "gateway/receive.h"

enum {
    /* DSSE in base64 and its braces must stay under the largest bucket. */
    PAYLOAD_MOST_BYTES = (SEALED_PLAIN_MAX_BYTES - 1024) / 4 * 3,
    LIFETIME_S = 48 * 60 * 60,
    OUTGOING_LINE_MAX_BYTES = 512,
};

void outgoing_free(struct outgoing *outgoing)
{
    if (!outgoing)
        return;
    for (size_t i = 0; i < outgoing->count; i++)
        buffer_wipe(&outgoing->items[i].text);
    free(outgoing->items);
    buffer_wipe(&outgoing->body);
    free(outgoing);
}

void outgoing_free_at(struct outgoing **outgoing)
{
    outgoing_free(*outgoing);
    *outgoing = NULL;
}

static enum outcome outgoing_new(const struct oin *partner, struct outgoing **out_outgoing)
{
    OWNED_OUTGOING outgoing = calloc(1, sizeof *outgoing);

    if (!outgoing)
        return OUTCOME_OUT_OF_MEMORY;
    outgoing->items = calloc(MESSAGE_ITEMS_MAX, sizeof *outgoing->items);
    if (!outgoing->items)
        return OUTCOME_OUT_OF_MEMORY;
    outgoing->partner = *partner;
    *out_outgoing = outgoing;
    outgoing = NULL; /* handed over */
    return OUTCOME_OK;
}

static enum outcome add_item(struct outgoing *outgoing, struct bytes text, uint64_t sequence)
{
    struct outgoing_item *item = &outgoing->items[outgoing->count];

    buffer_add_bytes(&item->text, text);
    TRY(buffer_outcome(&item->text));
    TRY(queued_read(buffer_bytes(&item->text), &item->queued));
    item->sequence = sequence;
    outgoing->count++;
    return OUTCOME_OK;
}

/* --- from the queue --- */

static bool goes_along(const struct outgoing *outgoing, const struct queued *queued, size_t bytes)
{
    const struct queued *first = &outgoing->items[0].queued;

    if (outgoing->count == 0)
        return true;
    return outgoing->count < MESSAGE_ITEMS_MAX && queued->kind == first->kind &&
           queued->role == first->role && strcmp(queued->covenant, first->covenant) == 0 &&
           bytes + queued->item.length + 1 <= PAYLOAD_MOST_BYTES;
}

static enum outcome collect(struct view *view, struct outgoing *outgoing)
{
    size_t bytes = payload_overhead_bytes();
    struct queued queued;
    uint64_t sequence = 0;
    enum outcome outcome;

    while ((outcome = queue_next(view, &outgoing->partner, sequence, &sequence, &queued)) ==
           OUTCOME_OK) {
        OWNED_BUFFER text = {0};
        if (!goes_along(outgoing, &queued, bytes))
            break;
        bytes += queued.item.length + 1;
        TRY(queued_print(&queued, &text));
        TRY(add_item(outgoing, buffer_bytes(&text), sequence++));
    }
    if (outgoing->count == 0)
        return outcome == OUTCOME_OK ? OUTCOME_NOT_FOUND : outcome;
    outgoing->kind = outgoing->items[0].queued.kind;
    memcpy(outgoing->covenant, outgoing->items[0].queued.covenant, sizeof outgoing->covenant);
    return outcome == OUTCOME_OK || outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome write_payload(const struct outgoing *outgoing,
                                  const struct message_route *route, int64_t now_s,
                                  struct buffer *out)
{
    struct bytes items[MESSAGE_ITEMS_MAX];
    struct payload_head head = {
        .route = *route,
        .issued_s = now_s,
        .expires_s = outgoing->expires_s,
        .role = outgoing->items[0].queued.role,
    };

    for (size_t i = 0; i < outgoing->count; i++)
        items[i] = outgoing->items[i].queued.item;
    return payload_write(&head, items, outgoing->count, out);
}

static enum outcome seal(struct gateway *gateway, const struct key_document *keys,
                         struct outgoing *outgoing, int64_t now_ms)
{
    OWNED_BUFFER payload = {0}, envelope = {0}, content = {0};
    struct message_head head = {
        .route = {.from = gateway->settings->oin, .to = outgoing->partner, .kind = outgoing->kind},
    };

    uuid_print(uuid_v7(now_ms), outgoing->id);
    outgoing->expires_s = now_ms / 1000 + LIFETIME_S;
    memcpy(head.route.id, outgoing->id, sizeof head.route.id);
    memcpy(head.route.covenant, outgoing->covenant, sizeof head.route.covenant);
    TRY(sealed_key_id(keys->sealing_key, head.recipient_key));
    TRY(write_payload(outgoing, &head.route, now_ms / 1000, &payload));
    TRY(dsse_sign(buffer_bytes(&payload), message_kind_type(outgoing->kind), &gateway->keys.signing,
                  &envelope));
    TRY(sealed_close(buffer_bytes(&envelope), keys->sealing_key, &content));
    head.content = buffer_bytes(&content);
    TRY(sha256(head.content, outgoing->digest));
    return message_write(&head, &outgoing->body);
}

/* --- in the store --- */

static struct bytes message_key(const struct outgoing *outgoing, uint8_t out[static SEEN_KEY_BYTES])
{
    return seen_key(&outgoing->partner, outgoing->id, out);
}

static enum outcome print_outgoing(const struct outgoing *outgoing, struct buffer *out)
{
    char digest[SHA256_HEX_BYTES];

    hex_encode(bytes_of(outgoing->digest, SHA256_BYTES), digest);
    buffer_format(out,
                  "{\"soort\":\"%s\",\"convenant\":\"%s\",\"bericht\":\"%s\",\"exp\":%lld,"
                  "\"inhoudSha256\":\"%s\",\"aantal\":%zu}\n",
                  message_kind_word(outgoing->kind), outgoing->covenant, outgoing->id,
                  (long long)outgoing->expires_s, digest, outgoing->count);
    for (size_t i = 0; i < outgoing->count; i++) {
        buffer_add_u64(out, outgoing->items[i].text.length);
        buffer_add_bytes(out, buffer_bytes(&outgoing->items[i].text));
    }
    buffer_add_bytes(out, buffer_bytes(&outgoing->body));
    return buffer_outcome(out);
}

static enum outcome read_line(struct bytes line, struct outgoing *outgoing, int64_t *out_count)
{
    OWNED_JSON object = NULL;
    const char *kind, *covenant, *id, *digest;

    TRY(json_read(line, OUTGOING_LINE_MAX_BYTES, &object));
    TRY(json_text_at(object, "soort", 32, &kind, NULL));
    TRY(json_text_at(object, "convenant", SHA256_HEX_BYTES - 1, &covenant, NULL));
    TRY(json_text_at(object, "bericht", UUID_TEXT_BYTES - 1, &id, NULL));
    TRY(json_text_at(object, "inhoudSha256", SHA256_HEX_BYTES - 1, &digest, NULL));
    TRY(json_integer_at(object, "exp", 0, INT64_MAX, &outgoing->expires_s, NULL));
    TRY(json_integer_at(object, "aantal", 1, MESSAGE_ITEMS_MAX, out_count, NULL));
    if (!message_kind_parse(kind, &outgoing->kind) ||
        !hex_decode(digest, outgoing->digest, SHA256_BYTES))
        return OUTCOME_STORE_DAMAGED;
    snprintf(outgoing->covenant, sizeof outgoing->covenant, "%s", covenant);
    snprintf(outgoing->id, sizeof outgoing->id, "%s", id);
    return OUTCOME_OK;
}

static enum outcome read_outgoing(struct bytes text, struct outgoing *outgoing)
{
    const uint8_t *newline = text.length ? memchr(text.data, '\n', text.length) : NULL;
    struct bytes rest;
    int64_t count;

    if (!newline)
        return OUTCOME_STORE_DAMAGED;
    TRY(store_read_outcome(
        read_line(bytes_of(text.data, (size_t)(newline - text.data)), outgoing, &count)));
    rest = bytes_of(newline + 1, text.length - (size_t)(newline + 1 - text.data));
    for (int64_t i = 0; i < count; i++) {
        uint64_t length;
        if (rest.length < 8 || (length = read_u64(rest.data)) > rest.length - 8)
            return OUTCOME_STORE_DAMAGED;
        TRY(add_item(outgoing, bytes_of(rest.data + 8, (size_t)length), 0));
        rest = bytes_of(rest.data + 8 + length, rest.length - 8 - (size_t)length);
    }
    buffer_add_bytes(&outgoing->body, rest);
    return buffer_outcome(&outgoing->body);
}

enum outcome outgoing_next(struct view *view, struct buffer *after, struct outgoing **out_outgoing)
{
    OWNED_OUTGOING outgoing = NULL;
    char text[OIN_LENGTH + 1] = {0};
    struct bytes key, value;
    struct oin partner;

    TRY(store_next(view, TABLE_MESSAGE, buffer_bytes(after), after->length > 0, &key, &value));
    if (key.length != SEEN_KEY_BYTES)
        return OUTCOME_STORE_DAMAGED;
    memcpy(text, key.data, OIN_LENGTH);
    if (!oin_parse(text, &partner))
        return OUTCOME_STORE_DAMAGED;
    after->length = 0;
    buffer_add_bytes(after, key);
    TRY(buffer_outcome(after));
    TRY(outgoing_new(&partner, &outgoing));
    TRY(read_outgoing(value, outgoing));
    *out_outgoing = outgoing;
    outgoing = NULL; /* handed over */
    return OUTCOME_OK;
}

/* --- in the change --- */

struct piece {
    struct gateway *gateway;
    const struct outgoing *outgoing;
    const struct receipt *receipt;
    int64_t now_ms;
};

static enum outcome record_send(const struct piece *piece, struct change *change, size_t place,
                                enum audit_phase phase, enum audit_result result, const char *why)
{
    const struct outgoing *outgoing = piece->outgoing;
    const struct queued *queued = &outgoing->items[place].queued;
    char digest[SHA256_HEX_BYTES];
    struct audit_entry entry = {
        .event = AUDIT_SEND,
        .phase = phase,
        .result = result,
        .why = why,
        .transaction = outgoing->id,
        .item = (int)place + 1,
        .source = piece->gateway->settings->oin.text,
        .destination = outgoing->partner.text,
        .service = message_kind_path(outgoing->kind) + sizeof "/v1/" - 1,
        .rule = queued->rule[0] ? queued->rule : NULL,
        .covenant = outgoing->covenant,
        .digest = digest,
        .committed = {[AUDIT_ROLE] = role_word(queued->role), [AUDIT_OBJECTS] = queued->id},
    };

    hex_encode(bytes_of(outgoing->digest, SHA256_BYTES), digest);
    if (queued->dossier[0])
        entry.committed[AUDIT_SUBJECT] = queued->dossier;
    if (queued->purpose != PURPOSE_NONE)
        entry.committed[AUDIT_PURPOSE] = purpose_word(queued->purpose);
    return audit_record(piece->gateway->audit, change, &entry);
}

/* Only a queued signal: what it became stands in its record at the one who sent it. */
static enum outcome mark_sent(struct change *change, const struct queued *queued,
                              int64_t received_ms, const char *refusal)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid = {{0}};
    struct bytes key, value;
    enum outcome outcome;

    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    uuid_parse(queued->id, &uuid);
    key = bytes_of(uuid.bytes, sizeof uuid.bytes);
    outcome = store_get(&change->view, TABLE_SENT, key, &value);
    if (outcome == OUTCOME_NOT_FOUND)
        return OUTCOME_OK;
    TRY(outcome);
    TRY(kept_signal_read(value, &kept));
    if (received_ms)
        kept.received_ms = received_ms;
    if (refusal)
        snprintf(kept.refusal, sizeof kept.refusal, "%s", refusal);
    TRY(kept_signal_print(&kept, &text));
    store_put_sealed(change, TABLE_SENT, key, buffer_bytes(&text));
    return change->outcome;
}

/* Why this item may not leave any more, or NULL: the covenant may have ended while it waited. */
static const char *stopped_by(const struct registry *registry, const struct oin *from,
                              const struct oin *to, const struct queued *queued, int64_t now_ms)
{
    const struct known_covenant *known = registry_find(registry, queued->covenant);
    const char *slash = strrchr(queued->rule, '/');
    const struct article *article;
    struct standing standing;

    if (!known)
        return outcome_code(OUTCOME_COVENANT_UNKNOWN);
    if (queued->kind != MESSAGE_KIND_SIGNAL)
        return NULL;
    article = covenant_article(known->covenant, slash ? (int)strtol(slash + 1, NULL, 10) : 0);
    standing = known_standing(known, now_ms);
    if (!article ||
        article_in_force(known->covenant, article, covenant_party(known->covenant, from),
                         covenant_party(known->covenant, to), &standing) != FORCE_IN_FORCE)
        return outcome_code(OUTCOME_NOT_IN_FORCE);
    return NULL;
}

static enum outcome store_message(const struct piece *piece, struct change *change)
{
    OWNED_BUFFER text = {0};
    uint8_t key[SEEN_KEY_BYTES];

    TRY(print_outgoing(piece->outgoing, &text));
    store_put_sealed(change, TABLE_MESSAGE, message_key(piece->outgoing, key), buffer_bytes(&text));
    for (size_t i = 0; i < piece->outgoing->count; i++) {
        queue_delete(change, &piece->outgoing->partner, piece->outgoing->items[i].sequence);
        TRY(record_send(piece, change, i, AUDIT_INTENT, AUDIT_OK, NULL));
    }
    return change->outcome;
}

/* The message is stored only when every item may still go; otherwise those that may not are
 * taken out, and NOT_YET asks for a new composition. */
static enum outcome apply_compose(struct change *change, struct audit *audit, void *context)
{
    const struct piece *piece = context;
    const struct outgoing *outgoing = piece->outgoing;
    HELD_REGISTRY registry = gateway_registry(piece->gateway);
    bool stopped = false;

    (void)audit;
    for (size_t i = 0; i < outgoing->count; i++) {
        const struct queued *queued = &outgoing->items[i].queued;
        const char *why = stopped_by(registry, &piece->gateway->settings->oin, &outgoing->partner,
                                     queued, piece->now_ms);
        if (!why)
            continue;
        stopped = true;
        queue_delete(change, &outgoing->partner, outgoing->items[i].sequence);
        TRY(mark_sent(change, queued, 0, why));
        TRY(record_send(piece, change, i, AUDIT_OUTCOME, AUDIT_DENIED, why));
    }
    if (stopped)
        return change->outcome == OUTCOME_OK ? OUTCOME_NOT_YET : change->outcome;
    return store_message(piece, change);
}

enum outcome outgoing_compose(struct gateway *gateway, const struct oin *partner,
                              struct outgoing **out_outgoing)
{
    OWNED_OUTGOING outgoing = NULL;
    HELD_REGISTRY registry = gateway_registry(gateway);
    int64_t now_ms = clock_now_ms();
    struct piece piece = {.gateway = gateway, .now_ms = now_ms};
    const struct known_covenant *known;
    const struct key_document *keys;
    enum outcome outcome;
    struct view view;

    TRY(outgoing_new(partner, &outgoing));
    view_begin(gateway->store, &view);
    outcome = collect(&view, outgoing);
    view_end(&view);
    TRY(outcome);
    known = registry_find(registry, outgoing->covenant);
    keys = known ? known_keys(known, partner, now_ms / 1000) : NULL;
    if (!keys)
        return OUTCOME_KEY_UNKNOWN;
    TRY(seal(gateway, keys, outgoing, now_ms));
    piece.outgoing = outgoing;
    TRY(writer_run(gateway->writer, apply_compose, &piece));
    *out_outgoing = outgoing;
    outgoing = NULL; /* handed over */
    return OUTCOME_OK;
}

static enum outcome queue_again(const struct piece *piece, struct change *change, size_t place)
{
    return queue_add(change, &piece->outgoing->partner, &piece->outgoing->items[place].queued);
}

static enum outcome apply_answer(const struct piece *piece, struct change *change, size_t place)
{
    const struct queued *queued = &piece->outgoing->items[place].queued;
    const struct receipt_answer *answer = receipt_find(piece->receipt, queued->id);

    if (!answer)
        return queue_again(piece, change, place);
    if (answer->result == RECEIPT_REFUSED) {
        TRY(mark_sent(change, queued, 0, answer->code));
        return record_send(piece, change, place, AUDIT_OUTCOME, AUDIT_DENIED, answer->code);
    }
    TRY(mark_sent(change, queued, piece->receipt->received_ms, NULL));
    return record_send(piece, change, place, AUDIT_OUTCOME, AUDIT_OK, NULL);
}

static enum outcome apply_receipt(struct change *change, struct audit *audit, void *context)
{
    const struct piece *piece = context;
    uint8_t key[SEEN_KEY_BYTES];

    (void)audit;
    for (size_t i = 0; i < piece->outgoing->count; i++)
        TRY(apply_answer(piece, change, i));
    store_delete(change, TABLE_MESSAGE, message_key(piece->outgoing, key));
    return change->outcome;
}

enum outcome outgoing_received(struct gateway *gateway, const struct outgoing *outgoing,
                               struct bytes receipt_json)
{
    OWNED_RECEIPT receipt = NULL;
    HELD_REGISTRY registry = gateway_registry(gateway);
    struct piece piece = {gateway, outgoing, NULL, clock_now_ms()};
    const struct known_covenant *known = registry_find(registry, outgoing->covenant);
    const struct key_document *keys =
        known ? known_keys(known, &outgoing->partner, piece.now_ms / 1000) : NULL;
    struct fault fault = {0};

    if (!keys)
        return OUTCOME_KEY_UNKNOWN;
    TRY(receipt_open(receipt_json, keys->signing_key, &receipt, &fault));
    if (!receipt_is_for(receipt, outgoing->id, outgoing->digest))
        return OUTCOME_HEAD_DIFFERS;
    piece.receipt = receipt;
    return writer_run(gateway->writer, apply_receipt, &piece);
}

static enum outcome apply_expiry(struct change *change, struct audit *audit, void *context)
{
    const struct piece *piece = context;
    uint8_t key[SEEN_KEY_BYTES];

    (void)audit;
    for (size_t i = 0; i < piece->outgoing->count; i++) {
        TRY(record_send(piece, change, i, AUDIT_OUTCOME, AUDIT_ERROR,
                        outcome_code(OUTCOME_TIME_WRONG)));
        TRY(queue_again(piece, change, i));
    }
    store_delete(change, TABLE_MESSAGE, message_key(piece->outgoing, key));
    return change->outcome;
}

enum outcome outgoing_expired(struct gateway *gateway, const struct outgoing *outgoing)
{
    struct piece piece = {gateway, outgoing, NULL, clock_now_ms()};

    return writer_run(gateway->writer, apply_expiry, &piece);
}
