/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/notices.h"

#include <stdio.h>
#include <string.h>

#include "covenant/covenant_item.h"
#include "crypto/encoding.h"

enum {
    FINGERPRINT_LENGTH = SHA256_HEX_BYTES - 1,
    NOTICE_KEY_BYTES = FINGERPRINT_LENGTH + OIN_LENGTH + 16,
    NOTICE_MAX_BYTES = 256,
    PROPOSAL_MAX_BYTES = BASE64_BYTES(COVENANT_ITEM_FILE_MAX_BYTES) + 512,
};

#define PROPOSAL_WORD "VOORSTEL"

static struct bytes notice_key(const char *fingerprint, const struct oin *partner,
                               const char *item, uint8_t out[static NOTICE_KEY_BYTES])
{
    struct uuid uuid = {{0}};

    uuid_parse(item, &uuid);
    memcpy(out, fingerprint, FINGERPRINT_LENGTH);
    memcpy(out + FINGERPRINT_LENGTH, partner->text, OIN_LENGTH);
    memcpy(out + FINGERPRINT_LENGTH + OIN_LENGTH, uuid.bytes, sizeof uuid.bytes);
    return bytes_of(out, NOTICE_KEY_BYTES);
}

enum outcome notice_put(struct change *change, const char *fingerprint, const struct notice *notice)
{
    const char *what = notice->verdict == VERDICT_NONE ? PROPOSAL_WORD
                                                       : verdict_word(notice->verdict);
    uint8_t key[NOTICE_KEY_BYTES];
    OWNED_BUFFER text = {0};

    TRY(json_write_new(json_pack("{ss sI sI ss}", "wat", what, "sindsOp",
                                 (json_int_t)notice->since_ms, "afgeleverdOp",
                                 (json_int_t)notice->arrived_ms, "reden", notice->refusal),
                       &text));
    store_put(change, TABLE_NOTICE, notice_key(fingerprint, &notice->partner, notice->item, key),
              buffer_bytes(&text));
    return change->outcome;
}

static enum outcome read_members(const json_t *object, struct notice *out)
{
    const char *what, *refusal;

    TRY(json_text_at(object, "wat", 16, &what, NULL));
    TRY(json_integer_at(object, "sindsOp", 0, INT64_MAX, &out->since_ms, NULL));
    TRY(json_integer_at(object, "afgeleverdOp", 0, INT64_MAX, &out->arrived_ms, NULL));
    TRY(json_text_at(object, "reden", RECEIPT_CODE_BYTES - 1, &refusal, NULL));
    snprintf(out->refusal, sizeof out->refusal, "%s", refusal);
    return strcmp(what, PROPOSAL_WORD) == 0 || verdict_parse(what, &out->verdict)
               ? OUTCOME_OK
               : OUTCOME_MALFORMED;
}

static enum outcome read_notice(struct bytes key, struct bytes text, struct notice *out_notice)
{
    struct notice notice = {0};
    char oin[OIN_LENGTH + 1] = {0};
    OWNED_JSON object = NULL;
    struct uuid uuid;

    if (key.length != NOTICE_KEY_BYTES)
        return OUTCOME_STORE_DAMAGED;
    memcpy(oin, key.data + FINGERPRINT_LENGTH, OIN_LENGTH);
    memcpy(uuid.bytes, key.data + FINGERPRINT_LENGTH + OIN_LENGTH, sizeof uuid.bytes);
    if (!oin_parse(oin, &notice.partner))
        return OUTCOME_STORE_DAMAGED;
    uuid_print(uuid, notice.item);
    TRY(store_read_outcome(json_read(text, NOTICE_MAX_BYTES, &object)));
    TRY(store_read_outcome(read_members(object, &notice)));
    *out_notice = notice;
    return OUTCOME_OK;
}

enum outcome notice_next(struct view *view, const char *fingerprint, struct buffer *after,
                         struct notice *out_notice)
{
    struct bytes key, text;
    bool begins = after->length == 0;

    if (begins)
        buffer_add_text(after, fingerprint);
    TRY(buffer_outcome(after));
    TRY(store_next(view, TABLE_NOTICE, buffer_bytes(after), !begins, &key, &text));
    if (key.length < FINGERPRINT_LENGTH ||
        !bytes_equal(bytes_of(key.data, FINGERPRINT_LENGTH), bytes_of_text(fingerprint)))
        return OUTCOME_NOT_FOUND;
    TRY(read_notice(key, text, out_notice));
    after->length = 0;
    buffer_add_bytes(after, key);
    return buffer_outcome(after);
}

/* The covenant that the item is about: a proposal travels under the version before it. */
static enum outcome subject_of(const char *message_covenant, const struct queued *queued,
                               char out[static SHA256_HEX_BYTES])
{
    OWNED_JSON object = NULL;
    const char *fingerprint = message_covenant;

    if (queued->kind == MESSAGE_KIND_COVENANT) {
        TRY(store_read_outcome(json_read(queued->item, PROPOSAL_MAX_BYTES, &object)));
        TRY(store_read_outcome(
            json_text_at(object, "vingerafdruk", FINGERPRINT_LENGTH, &fingerprint, NULL)));
    }
    snprintf(out, SHA256_HEX_BYTES, "%s", fingerprint);
    return OUTCOME_OK;
}

enum outcome notice_settle(struct change *change, const char *message_covenant,
                           const struct oin *partner, const struct queued *queued, int64_t at_ms,
                           const char *refusal)
{
    char fingerprint[SHA256_HEX_BYTES];
    uint8_t key_bytes[NOTICE_KEY_BYTES];
    struct bytes key, text;
    struct notice notice;
    enum outcome outcome;

    if (queued->kind != MESSAGE_KIND_COVENANT && queued->kind != MESSAGE_KIND_STATEMENT)
        return OUTCOME_OK;
    TRY(subject_of(message_covenant, queued, fingerprint));
    key = notice_key(fingerprint, partner, queued->id, key_bytes);
    outcome = store_get(&change->view, TABLE_NOTICE, key, &text);
    if (outcome == OUTCOME_NOT_FOUND) /* queued by an older gateway, or the covenant is gone */
        return OUTCOME_OK;
    TRY(outcome);
    TRY(read_notice(key, text, &notice));
    notice.arrived_ms = at_ms;
    snprintf(notice.refusal, sizeof notice.refusal, "%s", refusal ? refusal : "");
    return notice_put(change, fingerprint, &notice);
}

enum outcome notices_delete(struct change *change, const char *fingerprint)
{
    OWNED_BUFFER after = {0};
    struct notice notice;
    enum outcome outcome;

    while ((outcome = notice_next(&change->view, fingerprint, &after, &notice)) == OUTCOME_OK)
        store_delete(change, TABLE_NOTICE, buffer_bytes(&after));
    return outcome == OUTCOME_NOT_FOUND ? change->outcome : outcome;
}
