/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/reported.h"

#include <stdio.h>
#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "gateway/receive.h"

enum { REPORTED_MAX_BYTES = 1024 };

uint64_t reported_next_leaf(const struct gateway *gateway)
{
    return audit_base(gateway->audit) + audit_size(gateway->audit);
}

/* --- its form --- */

static enum outcome print(const struct reported *reported, struct buffer *out)
{
    buffer_add_byte(out, '{');
    wire_add_day(out, "contactpoging", reported->contact_attempted);
    wire_add_day(out, "gewezenOpHulp", reported->pointed_to_help);
    wire_add_day(out, "schriftelijkeHerinnering", reported->reminded);
    wire_add_integer(out, "ingenomenBlad", (int64_t)reported->intake_leaf);
    if (reported->delivered) {
        wire_add_text(out, "bericht", reported->message);
        wire_add_text(out, "inhoudSha256", reported->digest);
        wire_add_integer(out, "ontvangenOp", reported->received_ms);
        wire_add_text(out, "bladhash", reported->leaf_hash);
        wire_add_integer(out, "ontvangenBlad", (int64_t)reported->outcome_leaf);
    }
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

static enum outcome read_delivery(const json_t *object, struct reported *out)
{
    int64_t leaf;

    TRY(wire_uuid_at(object, "bericht", 7, out->message, NULL));
    TRY(wire_hex_at(object, "inhoudSha256", out->digest, NULL));
    TRY(wire_hex_at(object, "bladhash", out->leaf_hash, NULL));
    TRY(json_integer_at(object, "ontvangenOp", 0, INT64_MAX, &out->received_ms, NULL));
    TRY(json_integer_at(object, "ontvangenBlad", 0, INT64_MAX, &leaf, NULL));
    out->outcome_leaf = (uint64_t)leaf;
    out->delivered = true;
    return OUTCOME_OK;
}

static enum outcome read_all(const json_t *object, struct reported *out)
{
    int64_t leaf;

    TRY(wire_day_at(object, "contactpoging", &out->contact_attempted, NULL));
    TRY(wire_day_at(object, "gewezenOpHulp", &out->pointed_to_help, NULL));
    TRY(wire_day_at(object, "schriftelijkeHerinnering", &out->reminded, NULL));
    TRY(json_integer_at(object, "ingenomenBlad", 0, INT64_MAX, &leaf, NULL));
    out->intake_leaf = (uint64_t)leaf;
    return json_object_get(object, "bericht") ? read_delivery(object, out) : OUTCOME_OK;
}

/* --- in the store --- */

static bool key_of(const char *id, struct uuid *out_uuid, struct bytes *out_key)
{
    if (!uuid_parse(id, out_uuid))
        return false;
    *out_key = bytes_of(out_uuid->bytes, sizeof out_uuid->bytes);
    return true;
}

enum outcome reported_put(struct change *change, const char *id, const struct reported *reported)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid;
    struct bytes key;

    if (!key_of(id, &uuid, &key))
        return OUTCOME_INTERNAL;
    TRY(print(reported, &text));
    store_put_sealed(change, TABLE_REPORTED, key, buffer_bytes(&text));
    return change->outcome;
}

enum outcome reported_get(struct view *view, const char *id, struct reported *out_reported)
{
    struct reported reported = {0};
    OWNED_JSON object = NULL;
    struct bytes key, value;
    struct uuid uuid;

    if (!key_of(id, &uuid, &key))
        return OUTCOME_NOT_FOUND;
    TRY(store_get(view, TABLE_REPORTED, key, &value));
    TRY(store_read_outcome(json_read(value, REPORTED_MAX_BYTES, &object)));
    TRY(store_read_outcome(read_all(object, &reported)));
    *out_reported = reported;
    return OUTCOME_OK;
}

enum outcome reported_delivered(struct gateway *gateway, struct change *change,
                                const struct outgoing *outgoing, const struct receipt *receipt,
                                const struct receipt_answer *answer, struct bytes receipt_json)
{
    uint8_t key[SEEN_KEY_BYTES];
    struct reported reported;
    enum outcome outcome = reported_get(&change->view, answer->id, &reported);

    if (outcome == OUTCOME_NOT_FOUND || answer->result == RECEIPT_REFUSED)
        return OUTCOME_OK;
    TRY(outcome);
    if (reported.delivered)
        return OUTCOME_OK;
    reported.delivered = true;
    memcpy(reported.message, outgoing->id, sizeof reported.message);
    hex_encode(bytes_of(outgoing->digest, SHA256_BYTES), reported.digest);
    hex_encode(bytes_of(answer->leaf_hash, SHA256_BYTES), reported.leaf_hash);
    reported.received_ms = receipt->received_ms;
    reported.outcome_leaf = reported_next_leaf(gateway);
    store_put(change, TABLE_RECEIPT, seen_key(&outgoing->partner, outgoing->id, key), receipt_json);
    return reported_put(change, answer->id, &reported);
}

enum outcome reported_receipt(struct view *view, const struct oin *partner,
                              const struct reported *reported, struct bytes *out_json)
{
    uint8_t key[SEEN_KEY_BYTES];

    return store_get(view, TABLE_RECEIPT, seen_key(partner, reported->message, key), out_json);
}

void reported_delete(struct change *change, struct uuid id)
{
    struct bytes key = bytes_of(id.bytes, sizeof id.bytes);

    if (store_has(&change->view, TABLE_REPORTED, key))
        store_delete(change, TABLE_REPORTED, key);
}
