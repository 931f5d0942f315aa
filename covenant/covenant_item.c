/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/covenant_item.h"

#include <string.h>

#include "covenant/wire.h"
#include "crypto/encoding.h"

enum { UUID_ITEMS = 4 };

static enum outcome read_item(const json_t *object, struct covenant_item *out, struct fault *fault)
{
    static const char *const names[] = {"id", "vingerafdruk", "bestand", NULL};
    char own[SHA256_HEX_BYTES];
    const char *text;
    enum outcome outcome;

    TRY(json_only(object, names, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, out->id, fault));
    TRY(wire_hex_at(object, "vingerafdruk", out->fingerprint, fault));
    TRY(json_text_at(object, "bestand", BASE64_BYTES(COVENANT_ITEM_FILE_MAX_BYTES), &text, fault));
    outcome = base64_decode(bytes_of_text(text), &out->file);
    if (outcome == OUTCOME_MALFORMED)
        return wire_wrong(fault, "bestand");
    TRY(outcome);
    if (out->file.length > COVENANT_ITEM_FILE_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    TRY(sha256_hex(buffer_bytes(&out->file), own));
    return strcmp(own, out->fingerprint) == 0 ? OUTCOME_OK : OUTCOME_FINGERPRINT_WRONG;
}

enum outcome covenant_item_parse(const json_t *object, struct covenant_item *out_item,
                                 struct fault *fault)
{
    OWNED_COVENANT_ITEM item = {0};

    TRY(read_item(object, &item, fault));
    *out_item = item;
    item = (struct covenant_item){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome covenant_item_print(const char *id, const char *fingerprint, struct bytes file,
                                 struct buffer *out)
{
    if (!wire_is_uuid(id, UUID_ITEMS) || !wire_is_hex(fingerprint))
        return OUTCOME_MALFORMED;
    if (file.length > COVENANT_ITEM_FILE_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", id);
    wire_add_text(out, "vingerafdruk", fingerprint);
    wire_add_name(out, "bestand");
    buffer_add_byte(out, '"');
    buffer_add_base64(out, file);
    buffer_add_text(out, "\"}");
    return buffer_outcome(out);
}

void covenant_item_wipe(struct covenant_item *item)
{
    buffer_wipe(&item->file);
    *item = (struct covenant_item){0};
}
