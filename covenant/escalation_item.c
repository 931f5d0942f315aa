/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/escalation_item.h"

#include <string.h>

#include "covenant/wire.h"

enum { UUID_ITEMS = 4, WORD_BYTES = 24 };

static const char open_word[] = "OPEN", settled_word[] = "OPGELOST";

static enum outcome check(const struct escalation_item *item, struct fault *fault)
{
    struct oin oin;

    if (!wire_is_uuid(item->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if (!wire_is_uuid(item->signal, UUID_ITEMS))
        return wire_wrong(fault, "signaal");
    if (!wire_is_word(item->code, sizeof item->code - 1, WIRE_UPPER WIRE_DIGITS "._"))
        return wire_wrong(fault, "code");
    if (item->term >= TERM_COUNT)
        return wire_wrong(fault, "termijn");
    if (!oin_parse(item->holder.text, &oin))
        return wire_wrong(fault, "houder");
    return oin_parse(item->reporter.text, &oin) ? OUTCOME_OK : wire_wrong(fault, "melder");
}

static enum outcome read_words(const json_t *object, struct escalation_item *item,
                               struct fault *fault)
{
    char standing[WORD_BYTES], term[WORD_BYTES];

    TRY(wire_text_at(object, "stand", standing, sizeof standing, fault));
    item->settled = strcmp(standing, settled_word) == 0;
    if (!item->settled && strcmp(standing, open_word) != 0)
        return wire_wrong(fault, "stand");
    TRY(wire_text_at(object, "termijn", term, sizeof term, fault));
    return term_parse(term, &item->term) ? OUTCOME_OK : wire_wrong(fault, "termijn");
}

enum outcome escalation_item_parse(const json_t *object, struct escalation_item *out_item,
                                   struct fault *fault)
{
    static const char *const members[] = {"id",        "stand",  "signaal", "code", "termijn",
                                          "uiterlijk", "houder", "melder",  NULL};
    struct escalation_item item = {.term = TERM_COUNT};

    TRY(json_only(object, members, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, item.id, fault));
    TRY(wire_uuid_at(object, "signaal", UUID_ITEMS, item.signal, fault));
    TRY(wire_text_at(object, "code", item.code, sizeof item.code, fault));
    TRY(read_words(object, &item, fault));
    TRY(wire_day_at(object, "uiterlijk", &item.due, fault));
    TRY(wire_oin_at(object, "houder", &item.holder, fault));
    TRY(wire_oin_at(object, "melder", &item.reporter, fault));
    TRY(check(&item, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome escalation_item_print(const struct escalation_item *item, struct buffer *out)
{
    TRY(check(item, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_text(out, "stand", item->settled ? settled_word : open_word);
    wire_add_text(out, "signaal", item->signal);
    wire_add_text(out, "code", item->code);
    wire_add_text(out, "termijn", term_word(item->term));
    wire_add_day(out, "uiterlijk", item->due);
    wire_add_text(out, "houder", item->holder.text);
    wire_add_text(out, "melder", item->reporter.text);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
