/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/withdrawal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"

enum { WITHDRAWAL_MAX_BYTES = 4 * 1024 * 1024, TOLD_STEP = 8 };

void withdrawal_wipe(struct withdrawal *withdrawal)
{
    if (withdrawal->told)
        wipe(withdrawal->told, withdrawal->told_count * sizeof *withdrawal->told);
    free(withdrawal->told);
    *withdrawal = (struct withdrawal){0};
}

enum outcome withdrawal_add(struct withdrawal *withdrawal, struct told **out_told)
{
    if (withdrawal->told_count == WITHDRAWAL_TOLD_MAX)
        return OUTCOME_TOO_MANY;
    if (withdrawal->told_count % TOLD_STEP == 0) {
        struct told *more = calloc(withdrawal->told_count + TOLD_STEP, sizeof *more);
        if (!more)
            return OUTCOME_OUT_OF_MEMORY;
        if (withdrawal->told)
            memcpy(more, withdrawal->told, withdrawal->told_count * sizeof *more);
        free(withdrawal->told);
        withdrawal->told = more;
    }
    *out_told = &withdrawal->told[withdrawal->told_count++];
    return OUTCOME_OK;
}

/* --- printing --- */

static enum outcome print_told(const struct told *told, struct buffer *out)
{
    char hash[SHA256_HEX_BYTES];

    hex_encode(bytes_of(told->leaf_hash, SHA256_BYTES), hash);
    buffer_format(out,
                  "{\"partij\":\"%s\",\"convenant\":\"%s\",\"bepaling\":%d,\"antwoordOp\":%lld,"
                  "\"geweigerd\":%s,\"code\":\"%s\",\"bericht\":\"%s\",\"bladhash\":\"%s\","
                  "\"item\":",
                  told->partner.text, told->covenant, told->article, (long long)told->answered_ms,
                  told->refused ? "true" : "false", told->code, told->message, hash);
    TRY(withdrawal_item_print(&told->item, out));
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

enum outcome withdrawal_print(const struct withdrawal *withdrawal, struct buffer *out)
{
    const struct withdrawal *w = withdrawal;

    buffer_format(out,
                  "{\"id\":\"%s\",\"op\":%lld,\"reden\":\"%s\",\"rol\":\"%s\",\"van\":\"%s\","
                  "\"dossier\":\"%s\",\"doelen\":%u,\"wachtend\":%lld,\"onderweg\":%lld,"
                  "\"afgeleverd\":%lld,\"gewist\":%lld,\"bewaard\":%lld,\"zoekt\":%s,"
                  "\"blad\":%llu,\"laatsteBlad\":%llu,\"grondslagen\":[",
                  w->id, (long long)w->at_ms, withdrawal_reason_word(w->reason),
                  role_word(w->role), w->from.text, w->dossier, w->purposes,
                  (long long)w->waiting, (long long)w->under_way, (long long)w->delivered,
                  (long long)w->erased, (long long)w->kept, w->searching ? "true" : "false",
                  (unsigned long long)w->first_leaf, (unsigned long long)w->last_leaf);
    for (size_t i = 0; i < w->record_count; i++)
        buffer_format(out, "%s\"%s\"", i ? "," : "", w->records[i]);
    buffer_add_text(out, "],\"verteld\":[");
    for (size_t i = 0; i < w->told_count; i++) {
        if (i)
            buffer_add_byte(out, ',');
        TRY(print_told(&w->told[i], out));
    }
    buffer_add_text(out, "]}");
    return buffer_outcome(out);
}

/* --- reading --- */

static enum outcome read_oin(const json_t *object, const char *name, struct oin *out)
{
    const char *text;

    TRY(json_text_at(object, name, OIN_LENGTH, &text, NULL));
    *out = (struct oin){""};
    return !text[0] || oin_parse(text, out) ? OUTCOME_OK : OUTCOME_MALFORMED;
}

static enum outcome read_told(const json_t *object, struct told *out)
{
    const json_t *item;
    int64_t article;

    TRY(wire_oin_at(object, "partij", &out->partner, NULL));
    TRY(wire_text_at(object, "convenant", out->covenant, sizeof out->covenant, NULL));
    TRY(json_integer_at(object, "bepaling", 0, INT32_MAX, &article, NULL));
    out->article = (int)article;
    TRY(json_integer_at(object, "antwoordOp", 0, INT64_MAX, &out->answered_ms, NULL));
    TRY(json_boolean_at(object, "geweigerd", &out->refused, NULL));
    TRY(wire_text_at(object, "code", out->code, sizeof out->code, NULL));
    TRY(wire_text_at(object, "bericht", out->message, sizeof out->message, NULL));
    TRY(wire_hash_at(object, "bladhash", out->leaf_hash, NULL));
    TRY(json_object_at(object, "item", &item, NULL));
    return withdrawal_item_parse(item, &out->item, NULL);
}

static enum outcome read_numbers(const json_t *object, struct withdrawal *out)
{
    int64_t purposes, first, last;

    TRY(json_integer_at(object, "op", 0, INT64_MAX, &out->at_ms, NULL));
    TRY(json_integer_at(object, "doelen", 0, UINT32_MAX, &purposes, NULL));
    TRY(json_integer_at(object, "wachtend", 0, INT64_MAX, &out->waiting, NULL));
    TRY(json_integer_at(object, "onderweg", 0, INT64_MAX, &out->under_way, NULL));
    TRY(json_integer_at(object, "afgeleverd", 0, INT64_MAX, &out->delivered, NULL));
    TRY(json_integer_at(object, "gewist", 0, INT64_MAX, &out->erased, NULL));
    TRY(json_integer_at(object, "bewaard", 0, INT64_MAX, &out->kept, NULL));
    TRY(json_boolean_at(object, "zoekt", &out->searching, NULL));
    TRY(json_integer_at(object, "blad", 0, INT64_MAX, &first, NULL));
    TRY(json_integer_at(object, "laatsteBlad", 0, INT64_MAX, &last, NULL));
    out->purposes = (uint32_t)purposes;
    out->first_leaf = (uint64_t)first;
    out->last_leaf = (uint64_t)last;
    return OUTCOME_OK;
}

static enum outcome read_lists(const json_t *object, struct withdrawal *out)
{
    const json_t *records, *told;

    TRY(json_array_at(object, "grondslagen", WITHDRAWAL_RECORDS_MAX, &records, NULL));
    for (size_t i = 0; i < json_array_size(records); i++) {
        const char *id = json_string_value(json_array_get(records, i));
        if (!id || !wire_is_uuid(id, 4))
            return OUTCOME_MALFORMED;
        memcpy(out->records[out->record_count++], id, UUID_TEXT_BYTES);
    }
    TRY(json_array_at(object, "verteld", WITHDRAWAL_TOLD_MAX, &told, NULL));
    for (size_t i = 0; i < json_array_size(told); i++) {
        struct told *place;
        TRY(withdrawal_add(out, &place));
        TRY(read_told(json_array_get(told, i), place));
    }
    return OUTCOME_OK;
}

static enum outcome read_record(const json_t *object, struct withdrawal *out)
{
    const char *reason, *role;

    TRY(wire_uuid_at(object, "id", 7, out->id, NULL));
    TRY(json_text_at(object, "reden", 32, &reason, NULL));
    TRY(json_text_at(object, "rol", 32, &role, NULL));
    if (!withdrawal_reason_parse(reason, &out->reason) || !role_parse(role, &out->role))
        return OUTCOME_MALFORMED;
    TRY(read_oin(object, "van", &out->from));
    TRY(wire_text_at(object, "dossier", out->dossier, sizeof out->dossier, NULL));
    TRY(read_numbers(object, out));
    return read_lists(object, out);
}

enum outcome withdrawal_read(struct bytes text, struct withdrawal *out_withdrawal)
{
    OWNED_WITHDRAWAL withdrawal = {0};
    OWNED_JSON object = NULL;

    TRY(store_read_outcome(json_read(text, WITHDRAWAL_MAX_BYTES, &object)));
    TRY(store_read_outcome(read_record(object, &withdrawal)));
    *out_withdrawal = withdrawal;
    withdrawal = (struct withdrawal){0}; /* handed over */
    return OUTCOME_OK;
}

/* --- in the store --- */

enum outcome withdrawal_get(struct view *view, const char *id, struct withdrawal *out_withdrawal)
{
    struct uuid uuid;
    struct bytes value;

    if (!uuid_parse(id, &uuid))
        return OUTCOME_NOT_FOUND;
    TRY(store_get(view, TABLE_WITHDRAWAL, bytes_of(uuid.bytes, sizeof uuid.bytes), &value));
    return withdrawal_read(value, out_withdrawal);
}

enum outcome withdrawal_put(struct change *change, const struct withdrawal *withdrawal)
{
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    if (!uuid_parse(withdrawal->id, &uuid))
        return OUTCOME_INTERNAL;
    TRY(withdrawal_print(withdrawal, &text));
    if (text.length > WITHDRAWAL_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    store_put_sealed(change, TABLE_WITHDRAWAL, bytes_of(uuid.bytes, sizeof uuid.bytes),
                     buffer_bytes(&text));
    return change->outcome;
}
