/* SPDX-License-Identifier: EUPL-1.2 */
/* The message itself, and how it is stored: a line of its own, its items, its bytes. */
#include "gateway/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/proof.h"
#include "covenant/signal.h"
#include "crypto/encoding.h"
#include "gateway/lined.h"
#include "gateway/outgoing_parts.h"
#include "gateway/receive.h"

enum { OUTGOING_LINE_MAX_BYTES = 512 };

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

enum outcome outgoing_new(const struct oin *partner, struct outgoing **out_outgoing)
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

void outgoing_posted(struct outgoing *outgoing)
{
    for (size_t i = 0; i < outgoing->count; i++)
        outgoing->items[i].queued.posted = true;
}

/* --- an item --- */

/* Signed here, so what it says is ours; only whether it still counts is asked later. */
static enum outcome read_proof(const json_t *envelope, struct outgoing_item *item)
{
    OWNED_DSSE dsse = {0};
    struct proof proof;
    struct fault fault = {0};

    TRY(dsse_from_json(envelope, PROOF_TYPE, PROOF_MAX_BYTES, &dsse));
    TRY(proof_parse(dsse.payload, &proof, &fault));
    item->has_proof = true;
    item->proof_until = proof.until;
    return OUTCOME_OK;
}

static enum outcome read_signal(struct outgoing_item *item)
{
    OWNED_JSON object = NULL;
    OWNED_SIGNAL signal = {0};
    struct fault fault = {0};

    TRY(json_read(item->queued.item, SIGNAL_MAX_BYTES, &object));
    TRY(signal_parse(object, &signal, &fault));
    item->article = signal.article;
    return signal.proof ? read_proof(signal.proof, item) : OUTCOME_OK;
}

enum outcome outgoing_add(struct outgoing *outgoing, struct bytes text, uint64_t sequence)
{
    struct outgoing_item *item = &outgoing->items[outgoing->count++];

    item->sequence = sequence;
    buffer_add_bytes(&item->text, text);
    TRY(buffer_outcome(&item->text));
    TRY(queued_read(buffer_bytes(&item->text), &item->queued));
    return item->queued.kind == MESSAGE_KIND_SIGNAL ? store_read_outcome(read_signal(item))
                                                    : OUTCOME_OK;
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
                  "{\"soort\":\"%s\",\"convenant\":\"%s\",\"bericht\":\"%s\",\"iat\":%lld,"
                  "\"exp\":%lld,\"inhoudSha256\":\"%s\",\"aantal\":%zu,\"sleutel\":\"%s\"}\n",
                  message_kind_word(outgoing->kind), outgoing->covenant, outgoing->id,
                  (long long)outgoing->issued_s, (long long)outgoing->expires_s, digest,
                  outgoing->count, outgoing->signed_by);
    for (size_t i = 0; i < outgoing->count; i++) {
        buffer_add_u64(out, outgoing->items[i].text.length);
        buffer_add_buffer(out, &outgoing->items[i].text);
    }
    buffer_add_buffer(out, &outgoing->body);
    return buffer_outcome(out);
}

static enum outcome read_line(const json_t *line, struct outgoing *outgoing, int64_t *out_count)
{
    const char *kind, *covenant, *id, *digest, *key = ""; /* of an earlier version: not noted */

    TRY(json_text_at(line, "soort", 32, &kind, NULL));
    TRY(json_text_at(line, "convenant", SHA256_HEX_BYTES - 1, &covenant, NULL));
    TRY(json_text_at(line, "bericht", UUID_TEXT_BYTES - 1, &id, NULL));
    TRY(json_text_at(line, "inhoudSha256", SHA256_HEX_BYTES - 1, &digest, NULL));
    TRY(json_optional_text_at(line, "sleutel", KEYID_TEXT_BYTES - 1, &key, NULL));
    TRY(json_integer_at(line, "iat", 0, INT64_MAX, &outgoing->issued_s, NULL));
    TRY(json_integer_at(line, "exp", 0, INT64_MAX, &outgoing->expires_s, NULL));
    TRY(json_integer_at(line, "aantal", 1, MESSAGE_ITEMS_MAX, out_count, NULL));
    if (!message_kind_parse(kind, &outgoing->kind) ||
        !hex_decode(digest, outgoing->digest, SHA256_BYTES))
        return OUTCOME_STORE_DAMAGED;
    snprintf(outgoing->covenant, sizeof outgoing->covenant, "%s", covenant);
    snprintf(outgoing->id, sizeof outgoing->id, "%s", id);
    snprintf(outgoing->signed_by, sizeof outgoing->signed_by, "%s", key);
    return OUTCOME_OK;
}

static enum outcome read_outgoing(struct bytes text, struct outgoing *outgoing)
{
    OWNED_JSON line = NULL;
    struct bytes rest;
    int64_t count;

    TRY(lined_read(text, OUTGOING_LINE_MAX_BYTES, &line, &rest));
    TRY(store_read_outcome(read_line(line, outgoing, &count)));
    for (int64_t i = 0; i < count; i++) {
        uint64_t length;
        if (rest.length < 8 || (length = read_u64(rest.data)) > rest.length - 8)
            return OUTCOME_STORE_DAMAGED;
        TRY(outgoing_add(outgoing, bytes_of(rest.data + 8, (size_t)length), 0));
        outgoing->items[i].queued.posted = true; /* for all we know */
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

enum outcome outgoing_store(struct change *change, const struct outgoing *outgoing)
{
    OWNED_BUFFER text = {0};
    uint8_t key[SEEN_KEY_BYTES];

    TRY(print_outgoing(outgoing, &text));
    store_put_sealed(change, TABLE_MESSAGE, message_key(outgoing, key), buffer_bytes(&text));
    return change->outcome;
}

void outgoing_delete(struct change *change, const struct outgoing *outgoing)
{
    uint8_t key[SEEN_KEY_BYTES];

    store_delete(change, TABLE_MESSAGE, message_key(outgoing, key));
}
