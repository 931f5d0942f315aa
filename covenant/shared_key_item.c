/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/shared_key_item.h"

#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "crypto/token.h"

enum { UUID_ITEMS = 4 };

static enum outcome check(const struct shared_key_item *item, struct fault *fault)
{
    if (!wire_is_uuid(item->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_word(item->covenant, SHARED_KEY_COVENANT_MAX_BYTES,
                      WIRE_UPPER WIRE_DIGITS "abcdefghijklmnopqrstuvwxyz._/-"))
        return wire_wrong(fault, "convenant");
    if (!token_epoch_valid(item->epoch))
        return wire_wrong(fault, "tijdvak");
    return OUTCOME_OK;
}

static enum outcome read_item(const json_t *object, struct shared_key_item *out,
                              struct fault *fault)
{
    static const char *const names[] = {"id", "convenant", "tijdvak", "sleutel", NULL};
    const char *key;

    TRY(json_only(object, names, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, out->id, fault));
    TRY(wire_text_at(object, "convenant", out->covenant, sizeof out->covenant, fault));
    TRY(wire_text_at(object, "tijdvak", out->epoch, sizeof out->epoch, fault));
    TRY(json_text_at(object, "sleutel", BASE64_BYTES(SHARED_KEY_BYTES) - 1, &key, fault));
    if (secret_from_base64(bytes_of_text(key), out->key, sizeof out->key) != OUTCOME_OK)
        return wire_wrong(fault, "sleutel");
    return check(out, fault);
}

enum outcome shared_key_item_parse(const json_t *object, struct shared_key_item *out_item,
                                   struct fault *fault)
{
    OWNED_SHARED_KEY_ITEM item = {0};

    TRY(read_item(object, &item, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome shared_key_item_print(const struct shared_key_item *item, struct buffer *out)
{
    char key[BASE64_BYTES(SHARED_KEY_BYTES)];

    TRY(check(item, NULL));
    secret_to_base64(item->key, sizeof item->key, key);
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_text(out, "convenant", item->covenant);
    wire_add_text(out, "tijdvak", item->epoch);
    wire_add_text(out, "sleutel", key);
    buffer_add_byte(out, '}');
    wipe(key, sizeof key);
    return buffer_outcome(out);
}

void shared_key_item_wipe(struct shared_key_item *item)
{
    wipe(item, sizeof *item);
}
