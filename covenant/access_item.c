/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/access_item.h"

#include "covenant/wire.h"

enum { UUID_ITEMS = 4 };

static enum outcome check(const struct access_item *item, struct fault *fault)
{
    struct token token;

    if (!wire_is_uuid(item->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_uuid(item->request, UUID_ITEMS))
        return wire_wrong(fault, "verzoek");
    if (token_parse(item->token, &token) != OUTCOME_OK)
        return wire_wrong(fault, "pseudoniem");
    return item->purpose == PURPOSE_NONE || item->purpose >= PURPOSE_COUNT
               ? wire_wrong(fault, "doel")
               : OUTCOME_OK;
}

enum outcome access_item_parse(const json_t *object, struct access_item *out_item,
                               struct fault *fault)
{
    static const char *const members[] = {"id", "op", "verzoek", "pseudoniem", "doel", NULL};
    struct access_item item = {.purpose = PURPOSE_NONE};
    const char *purpose;

    TRY(json_only(object, members, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, item.id, fault));
    TRY(wire_instant_at(object, "op", &item.at_ms, fault));
    TRY(wire_uuid_at(object, "verzoek", UUID_ITEMS, item.request, fault));
    TRY(wire_text_at(object, "pseudoniem", item.token, sizeof item.token, fault));
    TRY(json_text_at(object, "doel", 32, &purpose, fault));
    if (!purpose_parse(purpose, &item.purpose))
        return wire_wrong(fault, "doel");
    TRY(check(&item, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome access_item_print(const struct access_item *item, struct buffer *out)
{
    TRY(check(item, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_instant(out, "op", item->at_ms);
    wire_add_text(out, "verzoek", item->request);
    wire_add_text(out, "pseudoniem", item->token);
    wire_add_text(out, "doel", purpose_word(item->purpose));
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
