/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/kept_signal.h"

#include <stdio.h>
#include <string.h>

#include "covenant/wire.h"
#include "gateway/lined.h"

enum { KEPT_MAX_BYTES = 64 * 1024, CONTACT_JSON_MAX_BYTES = 4096 };

void kept_signal_wipe(struct kept_signal *kept)
{
    buffer_wipe(&kept->item);
    *kept = (struct kept_signal){0};
}

struct day kept_signal_first_day(const struct kept_signal *kept, int64_t now_ms)
{
    int64_t begun_ms = now_ms;

    if (kept->taken_ms && kept->taken_ms < begun_ms)
        begun_ms = kept->taken_ms;
    if (kept->received_ms && kept->received_ms < begun_ms)
        begun_ms = kept->received_ms;
    return day_plus(amsterdam_day(begun_ms), -1);
}

bool kept_signal_recall_is_open(const struct kept_signal *kept)
{
    return kept->recall.withdrawal[0] && !kept->recall.signed_ms;
}

static void print_recall(const struct kept_recall *recall, struct buffer *out)
{
    if (recall->withdrawal[0])
        buffer_format(out, ",\"terughaling\":{\"intrekking\":\"%s\",\"getekendOp\":%lld}",
                      recall->withdrawal, (long long)recall->signed_ms);
}

static void print_transfer(const struct kept_signal *kept, struct buffer *out)
{
    const struct kept_transfer *transfer = &kept->transfer;
    char on[DAY_TEXT_BYTES];

    if (transfer->step != TRANSFER_NONE) {
        day_print(transfer->on, on);
        buffer_format(out,
                      ",\"overdracht\":{\"stap\":\"%s\",\"verzoek\":\"%s\",\"naar\":\"%s\","
                      "\"op\":\"%s\",\"bericht\":\"%s\",\"reden\":\"%s\"}",
                      transfer_step_word(transfer->step), transfer->request, transfer->to.text, on,
                      transfer->item, transfer->reason);
    }
    if (!kept->earlier[0])
        return;
    buffer_format(out, ",\"vorige\":\"%s\",\"eerdereHouders\":[", kept->earlier);
    for (size_t i = 0; i < kept->holder_count; i++)
        buffer_format(out, "%s\"%s\"", i ? "," : "", kept->holders[i].text);
    buffer_add_byte(out, ']');
}

enum outcome kept_signal_print(const struct kept_signal *kept, struct buffer *out)
{
    buffer_format(out,
                  "{\"partij\":\"%s\",\"convenant\":\"%s\",\"dossier\":\"%s\",\"genomenOp\":%lld,"
                  "\"ontvangenOp\":%lld,\"bron\":",
                  kept->partner.text, kept->covenant, kept->dossier, (long long)kept->taken_ms,
                  (long long)kept->received_ms);
    buffer_add_json_text(out, kept->source_key);
    buffer_format(out, ",\"door\":\"%s\",\"alsRol\":\"%s\",\"reden\":\"%s\"", kept->actor,
                  kept->accepted_role, kept->refusal);
    if (kept->confirmed[0])
        buffer_format(out, ",\"bevestigd\":\"%s\"", kept->confirmed);
    if (kept->told)
        buffer_format(out, ",\"verteld\":%llu", (unsigned long long)kept->told);
    if (kept->let_go)
        buffer_add_text(out, ",\"afgehandeld\":true");
    print_recall(&kept->recall, out);
    print_transfer(kept, out);
    buffer_add_text(out, ",\"antwoorden\":[");
    for (size_t i = 0; i < kept->answer_count; i++) {
        if (i)
            buffer_add_byte(out, ',');
        TRY(feedback_print(&kept->answers[i], out));
    }
    buffer_add_text(out, "]}\n");
    buffer_add_buffer(out, &kept->item);
    return buffer_outcome(out);
}

static enum outcome read_text(const json_t *object, const char *name, char *out, size_t size)
{
    const char *text;

    TRY(json_text_at(object, name, size - 1, &text, NULL));
    snprintf(out, size, "%s", text);
    return OUTCOME_OK;
}

static enum outcome read_answers(const json_t *object, struct kept_signal *kept)
{
    const json_t *answers;

    TRY(json_array_at(object, "antwoorden", KEPT_ANSWERS_MAX, &answers, NULL));
    for (size_t i = 0; i < json_array_size(answers); i++) {
        struct fault fault = {0};
        TRY(feedback_parse(json_array_get(answers, i), &kept->answers[i], &fault));
        kept->answer_count++;
    }
    return OUTCOME_OK;
}

static enum outcome read_told(const json_t *line, struct kept_signal *kept)
{
    int64_t told = 0;

    TRY(json_optional_integer_at(line, "verteld", 0, INT64_MAX, &told, NULL));
    kept->told = (uint64_t)told;
    if (json_object_get(line, "afgehandeld"))
        TRY(json_boolean_at(line, "afgehandeld", &kept->let_go, NULL));
    return kept->told >> kept->answer_count == 0 ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

static enum outcome read_recall(const json_t *line, struct kept_recall *recall)
{
    const json_t *object = json_object_get(line, "terughaling");

    if (!object)
        return OUTCOME_OK;
    TRY(read_text(object, "intrekking", recall->withdrawal, sizeof recall->withdrawal));
    return json_integer_at(object, "getekendOp", 0, INT64_MAX, &recall->signed_ms, NULL);
}

static enum outcome read_transfer(const json_t *line, struct kept_signal *kept)
{
    const json_t *object = json_object_get(line, "overdracht");
    struct kept_transfer *transfer = &kept->transfer;
    const char *step, *to;

    if (!object)
        return OUTCOME_OK;
    TRY(json_text_at(object, "stap", KEPT_CODE_BYTES, &step, NULL));
    TRY(json_text_at(object, "naar", OIN_LENGTH, &to, NULL));
    if (!transfer_step_parse(step, &transfer->step) ||
        (to[0] && !oin_parse(to, &transfer->to)))
        return OUTCOME_STORE_DAMAGED;
    TRY(read_text(object, "verzoek", transfer->request, sizeof transfer->request));
    TRY(read_text(object, "bericht", transfer->item, sizeof transfer->item));
    TRY(read_text(object, "reden", transfer->reason, sizeof transfer->reason));
    return wire_day_at(object, "op", &transfer->on, NULL);
}

static enum outcome read_earlier(const json_t *line, struct kept_signal *kept)
{
    const json_t *holders;

    if (!json_object_get(line, "vorige"))
        return OUTCOME_OK;
    TRY(read_text(line, "vorige", kept->earlier, sizeof kept->earlier));
    TRY(json_array_at(line, "eerdereHouders", TRANSFERS_MAX, &holders, NULL));
    for (size_t i = 0; i < json_array_size(holders); i++) {
        const char *oin = json_string_value(json_array_get(holders, i));
        if (!oin || !oin_parse(oin, &kept->holders[i]))
            return OUTCOME_STORE_DAMAGED;
        kept->holder_count++;
    }
    return kept->holder_count > 0 ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

static enum outcome read_state(const json_t *line, struct kept_signal *kept)
{
    const char *partner;

    TRY(json_text_at(line, "partij", OIN_LENGTH, &partner, NULL));
    if (!oin_parse(partner, &kept->partner))
        return OUTCOME_STORE_DAMAGED;
    TRY(read_text(line, "convenant", kept->covenant, sizeof kept->covenant));
    TRY(read_text(line, "dossier", kept->dossier, sizeof kept->dossier));
    TRY(read_text(line, "bron", kept->source_key, sizeof kept->source_key));
    TRY(read_text(line, "door", kept->actor, sizeof kept->actor));
    TRY(read_text(line, "alsRol", kept->accepted_role, sizeof kept->accepted_role));
    TRY(read_text(line, "reden", kept->refusal, sizeof kept->refusal));
    TRY(json_integer_at(line, "genomenOp", 0, INT64_MAX, &kept->taken_ms, NULL));
    TRY(json_integer_at(line, "ontvangenOp", 0, INT64_MAX, &kept->received_ms, NULL));
    if (json_object_get(line, "bevestigd"))
        TRY(read_text(line, "bevestigd", kept->confirmed, sizeof kept->confirmed));
    TRY(read_recall(line, &kept->recall));
    TRY(read_transfer(line, kept));
    TRY(read_earlier(line, kept));
    TRY(read_answers(line, kept));
    return read_told(line, kept);
}

enum outcome kept_signal_read(struct bytes text, struct kept_signal *out_kept)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_JSON line = NULL;
    struct bytes item;
    enum outcome outcome;

    TRY(lined_read(text, KEPT_MAX_BYTES, &line, &item));
    outcome = read_state(line, &kept);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_STORE_DAMAGED;
    buffer_add_bytes(&kept.item, item);
    TRY(buffer_outcome(&kept.item));
    *out_kept = kept;
    kept = (struct kept_signal){0}; /* handed over */
    return OUTCOME_OK;
}

enum outcome kept_signal_item(const struct kept_signal *kept, struct signal *out_signal)
{
    OWNED_JSON item = NULL;
    struct fault fault = {0};
    enum outcome outcome = json_read(buffer_bytes(&kept->item), SIGNAL_MAX_BYTES, &item);

    if (outcome == OUTCOME_OK)
        outcome = signal_parse(item, out_signal, &fault);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_OUT_OF_MEMORY ? outcome : OUTCOME_STORE_DAMAGED;
    out_signal->proof = NULL; /* it would point into what is released here */
    return OUTCOME_OK;
}

void kept_signal_progress(const struct kept_signal *kept, const struct terms *terms, bool secrecy,
                          struct progress *out_progress)
{
    /* An answer may overtake the receipt; the order of steps holds all the same. */
    *out_progress = (struct progress){0};
    if (kept->received_ms || kept->answer_count)
        progress_received(out_progress, kept->received_ms ? kept->received_ms : kept->taken_ms,
                          terms, secrecy);
    for (size_t i = 0; i < kept->answer_count; i++)
        progress_answered(out_progress, &kept->answers[i]);
}

void kept_signal_told(const struct kept_signal *kept, const struct terms *terms,
                      struct progress *out_progress)
{
    *out_progress = (struct progress){0};
    progress_received(out_progress, kept->received_ms ? kept->received_ms : kept->taken_ms, terms,
                      true);
    for (size_t i = 0; i < kept->answer_count; i++)
        if (kept->told >> i & 1)
            progress_answered(out_progress, &kept->answers[i]);
}

enum outcome kept_signal_answer(struct kept_signal *kept, const struct feedback *answer)
{
    if (kept->answer_count == KEPT_ANSWERS_MAX)
        return OUTCOME_TOO_MANY;
    kept->answers[kept->answer_count++] = *answer;
    return OUTCOME_OK;
}

enum outcome kept_signal_load(struct view *view, enum table table, const char *id,
                              struct uuid *out_uuid, struct kept_signal *out_kept)
{
    struct bytes value;

    if (!uuid_parse(id, out_uuid))
        return OUTCOME_NOT_FOUND;
    TRY(store_get(view, table, bytes_of(out_uuid->bytes, sizeof out_uuid->bytes), &value));
    return kept_signal_read(value, out_kept);
}

enum outcome kept_signal_contact(const struct signal *signal, json_t **out_contact)
{
    OWNED_CONTACT contact = {0};
    OWNED_BUFFER text = {0};
    struct fault fault = {0};

    TRY(store_read_outcome(contact_parse(bytes_of_text(signal->contact), &contact, &fault)));
    TRY(contact_print_json(&contact, &text));
    return json_read(buffer_bytes(&text), CONTACT_JSON_MAX_BYTES, out_contact);
}

enum outcome kept_signal_tell(struct change *change, const struct kept_signal *kept,
                              const struct feedback *answer, enum role role, const char *rule,
                              enum purpose purpose)
{
    struct queued queued = {.kind = MESSAGE_KIND_FEEDBACK, .role = role, .purpose = purpose};
    OWNED_BUFFER item = {0};

    TRY(feedback_print(answer, &item));
    memcpy(queued.covenant, kept->covenant, sizeof queued.covenant);
    memcpy(queued.id, answer->id, sizeof queued.id);
    memcpy(queued.dossier, kept->dossier, sizeof queued.dossier);
    snprintf(queued.rule, sizeof queued.rule, "%s", rule);
    queued.item = buffer_bytes(&item);
    return queue_add(change, &kept->partner, &queued);
}
