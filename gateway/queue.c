/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/queue.h"

#include <stdio.h>
#include <string.h>

#include "gateway/lined.h"

enum { QUEUE_LINE_MAX_BYTES = 1024, QUEUE_KEY_BYTES = OIN_LENGTH + 8 };

enum outcome queued_print(const struct queued *queued, struct buffer *out)
{
    buffer_format(out,
                  "{\"soort\":\"%s\",\"convenant\":\"%s\",\"id\":\"%s\",\"rol\":\"%s\","
                  "\"bepaling\":\"%s\",\"doel\":\"%s\",\"dossier\":\"%s\"%s}\n",
                  message_kind_word(queued->kind), queued->covenant, queued->id,
                  role_word(queued->role), queued->rule,
                  queued->purpose == PURPOSE_NONE ? "" : purpose_word(queued->purpose),
                  queued->dossier, queued->posted ? ",\"verstuurd\":true" : "");
    buffer_add_bytes(out, queued->item);
    return buffer_outcome(out);
}

static enum outcome read_line(const json_t *line, struct queued *queued)
{
    const char *kind, *covenant, *id, *role, *rule, *purpose, *dossier;

    TRY(json_text_at(line, "soort", 32, &kind, NULL));
    TRY(json_text_at(line, "convenant", SHA256_HEX_BYTES - 1, &covenant, NULL));
    TRY(json_text_at(line, "id", UUID_TEXT_BYTES - 1, &id, NULL));
    TRY(json_text_at(line, "rol", 32, &role, NULL));
    TRY(json_text_at(line, "bepaling", QUEUE_RULE_BYTES - 1, &rule, NULL));
    TRY(json_text_at(line, "doel", 32, &purpose, NULL));
    TRY(json_text_at(line, "dossier", DOSSIER_BYTES - 1, &dossier, NULL));
    if (json_object_get(line, "verstuurd"))
        TRY(json_boolean_at(line, "verstuurd", &queued->posted, NULL));
    if (!message_kind_parse(kind, &queued->kind) || !role_parse(role, &queued->role) ||
        (purpose[0] && !purpose_parse(purpose, &queued->purpose)))
        return OUTCOME_STORE_DAMAGED;
    snprintf(queued->covenant, sizeof queued->covenant, "%s", covenant);
    snprintf(queued->id, sizeof queued->id, "%s", id);
    snprintf(queued->rule, sizeof queued->rule, "%s", rule);
    snprintf(queued->dossier, sizeof queued->dossier, "%s", dossier);
    return OUTCOME_OK;
}

enum outcome queued_read(struct bytes text, struct queued *out_queued)
{
    OWNED_JSON line = NULL;
    struct queued queued = {0};

    TRY(lined_read(text, QUEUE_LINE_MAX_BYTES, &line, &queued.item));
    TRY(store_read_outcome(read_line(line, &queued)));
    *out_queued = queued;
    return OUTCOME_OK;
}

static struct bytes queue_key(const struct oin *partner, uint64_t sequence,
                              uint8_t out[static QUEUE_KEY_BYTES])
{
    memcpy(out, partner->text, OIN_LENGTH);
    write_u64(out + OIN_LENGTH, sequence);
    return bytes_of(out, QUEUE_KEY_BYTES);
}

enum outcome queue_put(struct change *change, const struct oin *partner, uint64_t sequence,
                       const struct queued *queued)
{
    OWNED_BUFFER text = {0};
    uint8_t key[QUEUE_KEY_BYTES];

    TRY(queued_print(queued, &text));
    store_put_sealed(change, TABLE_QUEUE, queue_key(partner, sequence, key), buffer_bytes(&text));
    change->queued = true;
    return change->outcome;
}

enum outcome queue_add(struct change *change, const struct oin *partner,
                       const struct queued *queued)
{
    uint64_t sequence =
        store_next_sequence(change, TABLE_QUEUE, bytes_of(partner->text, OIN_LENGTH));

    return queue_put(change, partner, sequence ? sequence : QUEUE_MIDDLE, queued);
}

enum outcome queue_front(struct change *change, const struct oin *partner, size_t count,
                         uint64_t *out_sequence)
{
    uint64_t first = QUEUE_MIDDLE;
    struct queued queued;
    enum outcome outcome = queue_next(&change->view, partner, 0, &first, &queued);

    if (outcome != OUTCOME_OK && outcome != OUTCOME_NOT_FOUND)
        return outcome;
    if (first < count) /* a queue begun by an older gateway, at zero: then after all others */
        first = count + store_next_sequence(change, TABLE_QUEUE,
                                            bytes_of(partner->text, OIN_LENGTH));
    *out_sequence = first - count;
    return change->outcome;
}

enum outcome queue_next(struct view *view, const struct oin *partner, uint64_t from_sequence,
                        uint64_t *out_sequence, struct queued *out_queued)
{
    uint8_t from[QUEUE_KEY_BYTES];
    struct bytes key, text;

    TRY(store_next(view, TABLE_QUEUE, queue_key(partner, from_sequence, from), false, &key, &text));
    if (key.length != QUEUE_KEY_BYTES || memcmp(key.data, partner->text, OIN_LENGTH) != 0)
        return OUTCOME_NOT_FOUND;
    *out_sequence = read_u64(key.data + OIN_LENGTH);
    return queued_read(text, out_queued);
}

void queue_delete(struct change *change, const struct oin *partner, uint64_t sequence)
{
    uint8_t key[QUEUE_KEY_BYTES];

    store_delete(change, TABLE_QUEUE, queue_key(partner, sequence, key));
}

enum outcome queue_take_out(struct change *change, const struct oin *partner, const char *item_id,
                            bool *out_posted)
{
    struct queued queued;
    uint64_t sequence = 0;

    for (;;) {
        TRY(queue_next(&change->view, partner, sequence, &sequence, &queued));
        if (queued.kind == MESSAGE_KIND_SIGNAL && strcmp(queued.id, item_id) == 0)
            break;
        sequence++;
    }
    if (out_posted)
        *out_posted = queued.posted;
    queue_delete(change, partner, sequence);
    return change->outcome;
}

bool queue_has(struct view *view, const struct oin *partner, uint64_t sequence, const char *item_id)
{
    struct queued queued;
    uint64_t found;

    return queue_next(view, partner, sequence, &found, &queued) == OUTCOME_OK &&
           found == sequence && strcmp(queued.id, item_id) == 0;
}

size_t queue_length(struct view *view, const struct oin *partner, size_t most)
{
    size_t length;

    return store_count(view, TABLE_QUEUE, bytes_of(partner->text, OIN_LENGTH), most, &length) ==
                   OUTCOME_OK
               ? length
               : 0;
}

uint64_t queue_span(struct view *view, const struct oin *partner)
{
    uint8_t bound[QUEUE_KEY_BYTES];
    struct bytes key, value;
    uint64_t first, last;
    struct queued queued;

    if (queue_next(view, partner, 0, &first, &queued) != OUTCOME_OK ||
        store_before(view, TABLE_QUEUE, queue_key(partner, UINT64_MAX, bound), &key, &value) !=
            OUTCOME_OK ||
        key.length != QUEUE_KEY_BYTES)
        return 0;
    last = read_u64(key.data + OIN_LENGTH);
    return last >= first ? last - first + 1 : 0;
}
