/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/receive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/encoding.h"
#include "gateway/recovery_help.h"

#define KNOWN_WORD "BEKEND" /* in the log, as in the receipt */

static const struct item_kind *const kinds[] = {
    &receive_signal_kind,     &receive_feedback_kind,     &receive_statement_kind,
    &receive_shared_key_kind, &receive_recovery_kind,     &receive_covenant_kind,
    &receive_withdrawal_kind, &receive_key_document_kind,
    &receive_access_kind,     &receive_transfer_kind,     &receive_escalation_kind,
};

static const struct item_kind *kind_of(enum message_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i]->kind == kind)
            return kinds[i];
    }
    return NULL;
}

struct bytes seen_key(const struct oin *from, const char *id, uint8_t out[static SEEN_KEY_BYTES])
{
    struct uuid uuid = {{0}};

    uuid_parse(id, &uuid); /* its form was checked when the message was read */
    memcpy(out, from->text, OIN_LENGTH);
    memcpy(out + OIN_LENGTH, uuid.bytes, sizeof uuid.bytes);
    return bytes_of(out, SEEN_KEY_BYTES);
}

static void reception_free(void *state)
{
    struct reception *reception = state;

    for (size_t i = 0; i < reception->count; i++) {
        kind_of(reception->kind)->wipe(&reception->items[i]);
        buffer_wipe(&reception->items[i].foreseen.record);
        audit_leaf_wipe(&reception->items[i].foreseen.leaf);
    }
    free(reception->items);
    payload_free(reception->payload);
    free(reception);
}

/* --- before the writer: what needs no state --- */

/* A former key still opens what was sealed before its successor was known, as long as it is kept.
 * Who seals for one that is gone cannot know the present one: a party is told it again. */
static enum outcome find_key(struct reception *reception)
{
    struct call *call = reception->call;

    reception->key = gateway_sealing_key(call->gateway, reception->head.recipient_key);
    if (reception->key)
        return OUTCOME_OK;
    gateway_keys_unknown_to(call->gateway, &reception->head.route.from);
    return OUTCOME_KEY_UNKNOWN;
}

static enum outcome check_head(struct reception *reception)
{
    struct call *call = reception->call;
    const struct message_route *route = &reception->head.route;
    enum message_kind kind;

    if (!message_kind_of_path(call->request->head->path, &kind) || kind != route->kind)
        return OUTCOME_HEAD_DIFFERS;
    if (!oin_equal(&route->from, &call->caller.oin))
        return OUTCOME_SENDER_WRONG;
    if (!oin_equal(&route->to, &call->gateway->settings->oin))
        return OUTCOME_SENDER_WRONG;
    reception->known = registry_find(call->registry, route->covenant);
    if (!reception->known)
        return OUTCOME_COVENANT_UNKNOWN;
    memcpy(call->covenant, route->covenant, sizeof call->covenant);
    if (!covenant_party(reception->known->covenant, &route->from) ||
        !covenant_party(reception->known->covenant, &route->to))
        return OUTCOME_COVENANT_UNKNOWN;
    return find_key(reception);
}

static const struct key_document *keys_at(const struct reception *reception, int64_t at_s)
{
    return known_keys_for(reception->known, &reception->head.route.from, at_s, reception->kind);
}

/* The key is the one in force at iat, and iat stands inside: so the key of now is tried first,
 * and only where that one does not fit is iat read from a payload that is not yet believed. */
static enum outcome verify_by_known(const struct reception *reception, const struct dsse *envelope,
                                    const struct key_document **out_keys)
{
    const int64_t now_s = reception->call->now_ms / 1000;
    OWNED_PAYLOAD payload = NULL;
    struct fault fault = {0};
    enum outcome outcome;

    *out_keys = keys_at(reception, now_s);
    if (!*out_keys)
        return OUTCOME_KEY_UNKNOWN;
    if (dsse_verify(envelope, (*out_keys)->signing_key) == OUTCOME_OK)
        return OUTCOME_OK;
    /* Signed shortly before a renewal: the key before it, if in force at iat. */
    outcome = payload_read(envelope->payload, &payload, &fault);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_SIGNATURE_WRONG;
    *out_keys = keys_at(reception, payload->head.issued_s);
    if (!*out_keys || payload->head.issued_s > now_s)
        return OUTCOME_SIGNATURE_WRONG;
    return dsse_verify(envelope, (*out_keys)->signing_key);
}

static enum outcome open_payload(struct reception *reception, const struct dsse *envelope)
{
    const struct key_document *keys = NULL;
    enum outcome outcome = verify_by_known(reception, envelope, &keys);
    OWNED_PAYLOAD payload = NULL;
    struct fault fault = {0};

    if (reception->kind == MESSAGE_KIND_KEY_DOCUMENT &&
        (outcome == OUTCOME_SIGNATURE_WRONG || outcome == OUTCOME_KEY_UNKNOWN)) {
        outcome = receive_by_new_key(reception, envelope);
        keys = NULL;
    }
    TRY(outcome);
    TRY(payload_read(envelope->payload, &payload, &fault));
    /* Clocks may differ, and a key that is good now may have ended by the sender's iat. */
    if (keys && payload->head.issued_s > reception->call->now_ms / 1000 &&
        keys_at(reception, payload->head.issued_s) != keys)
        return OUTCOME_SIGNATURE_WRONG;
    reception->payload = payload;
    payload = NULL; /* handed over */
    return OUTCOME_OK;
}

/* One of two clocks is wrong, and each side sees only its own: so both are named. Only to who
 * signed the message: it is opened and verified by now. */
static void tell_times(const struct reception *reception)
{
    const struct payload_head *head = &reception->payload->head;
    struct call *call = reception->call;
    char now[INSTANT_TEXT_BYTES], issued[INSTANT_TEXT_BYTES], expires[INSTANT_TEXT_BYTES];

    instant_print(call->now_ms, now);
    instant_print(head->issued_s * 1000, issued);
    instant_print(head->expires_s * 1000, expires);
    snprintf(call->detail, sizeof call->detail,
             call->request->language == LANGUAGE_NL
                 ? "Het bericht is van %s en geldt tot %s; hier is het %s. Controleer de klok."
                 : "The message is of %s and valid until %s; here it is %s. Check the clock.",
             issued, expires, now);
    json_decref(call->extra);
    call->extra = json_pack("{s{ss ss ss}}", "klok", "hierOp", now, "gemaaktOp", issued,
                            "verlooptOp", expires);
}

static enum outcome open_message(struct reception *reception)
{
    OWNED_BUFFER plain = {0};
    OWNED_DSSE envelope = {0};

    TRY(sha256(reception->head.content, reception->digest));
    hex_encode(bytes_of(reception->digest, SHA256_BYTES), reception->call->digest);
    TRY(sealed_open(reception->head.content, reception->key, &plain));
    TRY(dsse_open(buffer_bytes(&plain), message_kind_type(reception->kind), plain.length,
                  &envelope));
    TRY(open_payload(reception, &envelope));
    if (!payload_matches_head(reception->payload, &reception->head))
        return OUTCOME_HEAD_DIFFERS;
    if (payload_time_allows(reception->payload, reception->call->now_ms / 1000)) {
        if (clock_partner_says(reception->call->gateway, reception->payload->head.issued_s * 1000,
                               reception->call->now_ms))
            reception->call->in_doubt = false;
        return OUTCOME_OK;
    }
    tell_times(reception);
    return OUTCOME_TIME_WRONG;
}

/* Two items of one number could not both be answered. */
static bool is_twice(const struct reception *reception, const char *id)
{
    for (size_t i = 0; i < reception->count; i++) {
        if (strcmp(reception->items[i].id, id) == 0)
            return true;
    }
    return false;
}

static enum outcome read_items(struct reception *reception)
{
    size_t count = json_array_size(reception->payload->items);

    reception->items = calloc(count, sizeof *reception->items);
    if (!reception->items)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct received_item *item = &reception->items[i];
        const char *id;
        struct uuid uuid;
        item->json = json_array_get(reception->payload->items, i);
        /* Without an id there is nothing to answer to: then the whole message is wrong. */
        TRY(json_text_at(item->json, "id", UUID_TEXT_BYTES - 1, &id, NULL));
        if (!uuid_parse(id, &uuid) || is_twice(reception, id))
            return OUTCOME_MALFORMED;
        memcpy(item->id, id, UUID_TEXT_BYTES);
        reception->count++;
        TRY(kind_of(reception->kind)->prepare(reception, item));
        item->json = NULL;
    }
    json_decref(reception->payload->items); /* all that counts of it has been read */
    reception->payload->items = NULL;
    return OUTCOME_OK;
}

static enum outcome prepare_leaf(const struct reception *reception,
                                 const struct received_item *item, const char *why,
                                 struct audit_leaf *out_leaf)
{
    struct audit_entry entry = call_entry(reception->call, kind_of(reception->kind)->event);

    entry.item = (int)(item - reception->items) + 1;
    entry.result = item->refusal ? AUDIT_DENIED : AUDIT_OK;
    entry.why = why;
    entry.rule = item->rule[0] ? item->rule : NULL;
    entry.covenant = reception->head.route.covenant;
    entry.digest = reception->call->digest;
    entry.committed[AUDIT_ROLE] = role_word(reception->payload->head.role);
    entry.committed[AUDIT_OBJECTS] = item->id;
    if (item->dossier[0])
        entry.committed[AUDIT_SUBJECT] = item->dossier;
    if (item->purpose != PURPOSE_NONE)
        entry.committed[AUDIT_PURPOSE] = purpose_word(item->purpose);
    return audit_prepare(&entry, out_leaf);
}

enum outcome receive_foresee(struct reception *reception, struct received_item *item)
{
    return prepare_leaf(reception, item, NULL, &item->foreseen.leaf);
}

/* --- in the change --- */

/* `why` is NULL for an item that is accepted: then its leaf may stand ready. */
static enum outcome record_item(struct reception *reception, struct received_item *item,
                                const char *why, struct change *change,
                                struct merkle_hash *out_hash)
{
    struct audit *audit = reception->call->gateway->audit;
    OWNED_AUDIT_LEAF leaf = {0};

    if (!why && item->foreseen.leaf.middle.length > 0)
        return audit_append(audit, change, &item->foreseen.leaf, out_hash);
    TRY(prepare_leaf(reception, item, why, &leaf));
    return audit_append(audit, change, &leaf, out_hash);
}

/* What is remembered of an item: its leaf's hash, and what was said to be done. NOT_FOUND is the
 * only absence: what does not read may have had its effect. */
static enum outcome item_seen(struct change *change, const struct oin *from, const char *id,
                              struct receipt_answer *answer)
{
    uint8_t key[SEEN_KEY_BYTES];
    struct bytes value;

    TRY(store_get(&change->view, TABLE_ITEM_SEEN, seen_key(from, id, key), &value));
    if (value.length < SHA256_BYTES || value.length >= SHA256_BYTES + sizeof answer->code)
        return OUTCOME_STORE_DAMAGED;
    memcpy(answer->leaf_hash, value.data, SHA256_BYTES);
    snprintf(answer->code, sizeof answer->code, "%.*s", (int)(value.length - SHA256_BYTES),
             (const char *)value.data + SHA256_BYTES);
    return OUTCOME_OK;
}

static void remember_item(struct change *change, const struct oin *from, const char *id,
                          const struct receipt_answer *answer)
{
    uint8_t key[SEEN_KEY_BYTES], value[SHA256_BYTES + RECEIPT_CODE_BYTES];
    const size_t length = strlen(answer->code);

    memcpy(value, answer->leaf_hash, SHA256_BYTES);
    memcpy(value + SHA256_BYTES, answer->code, length);
    store_put(change, TABLE_ITEM_SEEN, seen_key(from, id, key),
              bytes_of(value, SHA256_BYTES + length));
}

static void refuse_answer(const struct received_item *item, struct receipt_answer *answer)
{
    snprintf(answer->code, sizeof answer->code, "%s", item->refusal);
    memcpy(answer->epoch, item->epoch, sizeof answer->epoch);
}

static enum outcome apply_item(struct reception *reception, size_t place,
                               const struct known_covenant *known, struct change *change,
                               struct receipt_answer *answer)
{
    struct received_item *item = &reception->items[place];
    const struct oin *from = &reception->head.route.from;
    struct merkle_hash hash;
    enum outcome seen;

    memcpy(answer->id, item->id, sizeof answer->id);
    item->reload = false;
    item->code = NULL;
    seen = item_seen(change, from, item->id, answer);
    if (seen == OUTCOME_OK) { /* its answer names the first leaf */
        answer->result = RECEIPT_KNOWN;
        if (reception->kind == MESSAGE_KIND_SIGNAL)
            TRY(recovery_help_answers(reception->call->gateway, change, item->id));
        return record_item(reception, item, KNOWN_WORD, change, NULL);
    }
    if (seen != OUTCOME_NOT_FOUND)
        return seen;
    item->refusal = item->form == OUTCOME_OK ? NULL : outcome_code(item->form);
    if (!item->refusal)
        TRY(kind_of(reception->kind)->apply(reception, item, known, change));
    TRY(record_item(reception, item, item->refusal, change, &hash));
    memcpy(answer->leaf_hash, hash.bytes, sizeof answer->leaf_hash);
    answer->result = item->refusal ? RECEIPT_REFUSED : RECEIPT_ACCEPTED;
    if (item->refusal) {
        refuse_answer(item, answer);
        return change->outcome;
    }
    if (item->code)
        snprintf(answer->code, sizeof answer->code, "%s", item->code);
    remember_item(change, from, item->id, answer);
    return change->outcome;
}

static enum outcome reply_receipt(struct call *call, struct bytes receipt)
{
    reply_with(call->reply, 201, "application/json", receipt);
    return buffer_outcome(&call->reply->body);
}

/* The same bytes again: the same receipt, and one leaf about the message. */
static enum outcome answer_again(struct reception *reception, struct bytes seen,
                                 struct change *change)
{
    struct call *call = reception->call;
    struct audit_entry entry = call_entry(call, AUDIT_RECV);

    if (seen.length < SHA256_BYTES ||
        !bytes_equal(bytes_of(seen.data, SHA256_BYTES), bytes_of(reception->digest, SHA256_BYTES)))
        return OUTCOME_OTHER_BYTES;
    TRY(reply_receipt(call, bytes_of(seen.data + SHA256_BYTES, seen.length - SHA256_BYTES)));
    entry.why = KNOWN_WORD;
    entry.covenant = reception->head.route.covenant;
    entry.digest = call->digest;
    return audit_record(call->gateway->audit, change, &entry);
}

static enum outcome may_move(const struct reception *reception, const struct known_covenant *known,
                             int64_t now_ms)
{
    struct standing standing = known_standing(known, now_ms);
    const struct covenant *covenant = known->covenant;
    size_t from, to;

    /* Open signals may be answered after the end; statements and keys come before the start. */
    if (reception->kind != MESSAGE_KIND_SIGNAL)
        return OUTCOME_OK;
    /* What was sealed under the version before this one may still arrive; nothing new under it. */
    if (known_is_replaced(known, reception->payload->head.issued_s * 1000))
        return OUTCOME_NOT_IN_FORCE;
    from = covenant_party_index(covenant, covenant_party(covenant, &reception->head.route.from));
    to = covenant_party_index(covenant, covenant_party(covenant, &reception->head.route.to));
    return covenant_in_time(covenant, &standing) == FORCE_IN_FORCE &&
                   standing.verdicts[from] == VERDICT_AGREED &&
                   standing.verdicts[to] == VERDICT_AGREED
               ? OUTCOME_OK
               : OUTCOME_NOT_IN_FORCE;
}

/* Each item meets the covenants as the item before it left them: two statements in one message
 * are two steps of one chain. */
static enum outcome apply_next_item(struct reception *reception, size_t place,
                                    struct change *change, struct receipt_answer *answer)
{
    struct gateway *gateway = reception->call->gateway;
    HELD_REGISTRY now = gateway_registry(gateway);
    const struct known_covenant *known = registry_find(now, reception->head.route.covenant);

    if (!known)
        return OUTCOME_INTERNAL; /* it was there when the change began, and none goes */
    TRY(apply_item(reception, place, known, change, answer));
    return reception->items[place].reload ? gateway_reload(gateway, &change->view) : OUTCOME_OK;
}

static enum outcome apply_items(struct reception *reception, struct change *change,
                                struct buffer *out_receipt)
{
    OWNED_RECEIPT receipt = NULL;

    TRY(receipt_new(reception->count, &receipt));
    memcpy(receipt->message, reception->head.route.id, sizeof receipt->message);
    memcpy(receipt->content_hash, reception->digest, SHA256_BYTES);
    receipt->received_ms = reception->received_ms;
    for (size_t i = 0; i < reception->count; i++) {
        TRY(apply_next_item(reception, i, change, &receipt->answers[i]));
        /* whoever sent it would end it for good by a clock of ours that is wrong for a moment */
        if (receipt->answers[i].result == RECEIPT_REFUSED && reception->call->in_doubt)
            return OUTCOME_CLOCK_WRONG;
    }
    return receipt_sign(receipt, gateway_signing_key(reception->call->gateway), out_receipt);
}

static enum outcome apply_message(struct call *call, struct change *change)
{
    struct reception *reception = call->state;
    HELD_REGISTRY now = gateway_registry(call->gateway);
    const struct known_covenant *known = registry_find(now, reception->head.route.covenant);
    OWNED_BUFFER seen = {0};
    uint8_t key_bytes[SEEN_KEY_BYTES];
    struct bytes key = seen_key(&reception->head.route.from, reception->head.route.id, key_bytes);
    struct bytes value;
    enum outcome outcome = store_get(&change->view, TABLE_MESSAGE_SEEN, key, &value);

    if (outcome == OUTCOME_OK)
        return answer_again(reception, value, change);
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (!known)
        return OUTCOME_COVENANT_UNKNOWN;
    TRY(may_move(reception, known, call->now_ms));
    buffer_add(&seen, reception->digest, SHA256_BYTES);
    TRY(apply_items(reception, change, &seen));
    TRY(buffer_outcome(&seen));
    store_put(change, TABLE_MESSAGE_SEEN, key, buffer_bytes(&seen));
    TRY(change->outcome);
    return reply_receipt(call, bytes_of(seen.data + SHA256_BYTES, seen.length - SHA256_BYTES));
}

enum outcome receive_message(struct call *call)
{
    struct reception *reception = calloc(1, sizeof *reception);
    struct fault fault = {0};

    if (!reception)
        return OUTCOME_OUT_OF_MEMORY;
    call->state = reception;
    call->free_state = reception_free;
    reception->call = call;
    reception->received_ms = call->now_ms / 1000 * 1000;
    TRY(message_read(call->request->body, &reception->head, &fault));
    reception->kind = reception->head.route.kind;
    if (!kind_of(reception->kind))
        return OUTCOME_NOT_FOUND;
    TRY(check_head(reception));
    TRY(open_message(reception));
    TRY(read_items(reception));
    call->apply = apply_message;
    return OUTCOME_OK;
}
