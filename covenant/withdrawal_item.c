/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/withdrawal_item.h"

#include <string.h>

#include "covenant/wire.h"

enum { UUID_ITEMS = 4 };

static const struct {
    const char *word;
    const char *text[LANGUAGE_COUNT];
} reasons[WITHDRAWAL_REASON_COUNT] = {
#define WITHDRAWAL_REASON_ROW(word, nl, en) {#word, {nl, en}},
    WITHDRAWAL_REASONS(WITHDRAWAL_REASON_ROW)
#undef WITHDRAWAL_REASON_ROW
};

const char *withdrawal_reason_word(enum withdrawal_reason reason)
{
    return reasons[reason].word;
}

const char *withdrawal_reason_text(enum withdrawal_reason reason, enum language language)
{
    return reasons[reason].text[language];
}

bool withdrawal_reason_parse(const char *word, enum withdrawal_reason *out_reason)
{
    for (unsigned i = 0; word && i < WITHDRAWAL_REASON_COUNT; i++) {
        if (strcmp(word, reasons[i].word) == 0) {
            *out_reason = (enum withdrawal_reason)i;
            return true;
        }
    }
    return false;
}

static bool is_proof_id(const char *text)
{
    return strlen(text) == PROOF_ID_TEXT_BYTES - 1 &&
           wire_is_word(text, PROOF_ID_TEXT_BYTES - 1, WIRE_DIGITS "abcdef");
}

static enum outcome check(const struct withdrawal_item *item, struct fault *fault)
{
    struct token token;

    if (!wire_is_uuid(item->id, UUID_ITEMS))
        return wire_wrong(fault, "id");
    if ((unsigned)item->reason >= WITHDRAWAL_REASON_COUNT)
        return wire_wrong(fault, "reden");
    switch (item->about) {
    case WITHDRAWAL_OF_PROOF:
        if (!is_proof_id(item->proof))
            return wire_wrong(fault, "bewijs");
        return item->sequence >= 1 ? OUTCOME_OK : wire_wrong(fault, "volgnr");
    case WITHDRAWAL_OF_SIGNAL:
        return wire_is_uuid(item->signal, UUID_ITEMS) ? OUTCOME_OK : wire_wrong(fault, "signaal");
    case WITHDRAWAL_OF_TOKEN:
        if (token_parse(item->token, &token) != OUTCOME_OK)
            return wire_wrong(fault, "pseudoniem");
        return item->purpose == PURPOSE_NONE || item->purpose >= PURPOSE_COUNT
                   ? wire_wrong(fault, "doel")
                   : OUTCOME_OK;
    }
    return OUTCOME_MALFORMED;
}

/* Which of the three it is about shows from the members; with those of two it is none. */
static enum outcome read_about(const json_t *object, struct withdrawal_item *out,
                               struct fault *fault)
{
    static const char *const of_proof[] = {"id", "op", "reden", "bewijs", "volgnr", NULL};
    static const char *const of_signal[] = {"id", "op", "reden", "signaal", NULL};
    static const char *const of_token[] = {"id", "op", "reden", "pseudoniem", "doel", NULL};
    const char *word;

    if (json_object_get(object, "bewijs")) {
        out->about = WITHDRAWAL_OF_PROOF;
        TRY(json_only(object, of_proof, fault));
        TRY(json_integer_at(object, "volgnr", 1, INT64_MAX, &out->sequence, fault));
        return wire_text_at(object, "bewijs", out->proof, sizeof out->proof, fault);
    }
    if (json_object_get(object, "signaal")) {
        out->about = WITHDRAWAL_OF_SIGNAL;
        TRY(json_only(object, of_signal, fault));
        return wire_uuid_at(object, "signaal", UUID_ITEMS, out->signal, fault);
    }
    out->about = WITHDRAWAL_OF_TOKEN;
    TRY(json_only(object, of_token, fault));
    TRY(wire_text_at(object, "pseudoniem", out->token, sizeof out->token, fault));
    TRY(json_text_at(object, "doel", 32, &word, fault));
    return purpose_parse(word, &out->purpose) ? OUTCOME_OK : wire_wrong(fault, "doel");
}

enum outcome withdrawal_item_parse(const json_t *object, struct withdrawal_item *out_item,
                                   struct fault *fault)
{
    struct withdrawal_item item = {.purpose = PURPOSE_NONE};
    const char *reason;

    TRY(wire_uuid_at(object, "id", UUID_ITEMS, item.id, fault));
    TRY(wire_instant_at(object, "op", &item.at_ms, fault));
    TRY(json_text_at(object, "reden", 32, &reason, fault));
    if (!withdrawal_reason_parse(reason, &item.reason))
        return wire_wrong(fault, "reden");
    TRY(read_about(object, &item, fault));
    TRY(check(&item, fault));
    *out_item = item;
    return OUTCOME_OK;
}

enum outcome withdrawal_item_print(const struct withdrawal_item *item, struct buffer *out)
{
    TRY(check(item, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", item->id);
    wire_add_instant(out, "op", item->at_ms);
    wire_add_text(out, "reden", withdrawal_reason_word(item->reason));
    switch (item->about) {
    case WITHDRAWAL_OF_PROOF:
        wire_add_text(out, "bewijs", item->proof);
        wire_add_integer(out, "volgnr", item->sequence);
        break;
    case WITHDRAWAL_OF_SIGNAL:
        wire_add_text(out, "signaal", item->signal);
        break;
    case WITHDRAWAL_OF_TOKEN:
        wire_add_text(out, "pseudoniem", item->token);
        wire_add_text(out, "doel", purpose_word(item->purpose));
        break;
    }
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}
