/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/recovery_item.h"

#include "covenant/wire.h"

enum { UUID_ITEMS = 4 };

enum outcome recovery_item_parse(const json_t *object, struct recovery_item *out_item,
                                 struct fault *fault)
{
    static const char *const names[] = {"id", "vanOp", NULL};
    struct recovery_item item = {0};

    TRY(json_only(object, names, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, item.id, fault));
    TRY(wire_instant_at(object, "vanOp", &item.since_ms, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome recovery_item_print(const struct recovery_item *item, struct buffer *out)
{
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_instant(out, "vanOp", item->since_ms);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
