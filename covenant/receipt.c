/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "covenant/wire.h"

enum { UUID_ITEMS = 4, UUID_MESSAGES = 7, RESULT_MAX_BYTES = 16 };

static const char *const result_words[RECEIPT_RESULT_COUNT] = {
    [RECEIPT_ACCEPTED] = "AANVAARD",
    [RECEIPT_KNOWN] = "BEKEND",
    [RECEIPT_REFUSED] = "GEWEIGERD",
};

const char *receipt_result_word(enum receipt_result result)
{
    return (unsigned)result < RECEIPT_RESULT_COUNT ? result_words[result] : "";
}

bool receipt_result_parse(const char *word, enum receipt_result *out_result)
{
    for (size_t i = 0; word && i < RECEIPT_RESULT_COUNT; i++) {
        if (strcmp(result_words[i], word) == 0) {
            *out_result = (enum receipt_result)i;
            return true;
        }
    }
    return false;
}

enum outcome receipt_new(size_t answer_count, struct receipt **out_receipt)
{
    OWNED_RECEIPT receipt = NULL;

    if (answer_count > RECEIPT_ANSWERS_MAX)
        return OUTCOME_TOO_LARGE;
    receipt = calloc(1, sizeof *receipt);
    if (!receipt)
        return OUTCOME_OUT_OF_MEMORY;
    receipt->answers = calloc(answer_count ? answer_count : 1, sizeof *receipt->answers);
    if (!receipt->answers)
        return OUTCOME_OUT_OF_MEMORY;
    receipt->answer_count = answer_count;
    *out_receipt = receipt;
    receipt = NULL; /* handed over */
    return OUTCOME_OK;
}

void receipt_free(struct receipt *receipt)
{
    if (!receipt)
        return;
    free(receipt->answers);
    free(receipt);
}

void receipt_free_at(struct receipt **receipt)
{
    receipt_free(*receipt);
    *receipt = NULL;
}

/* --- writing -------------------------------------------------------------------------------- */

static bool answer_is_valid(const struct receipt_answer *answer)
{
    bool coded = answer->code[0] != '\0';
    struct day unused;

    return wire_is_uuid(answer->id, UUID_ITEMS) &&
           (unsigned)answer->result < RECEIPT_RESULT_COUNT &&
           (coded || answer->result != RECEIPT_REFUSED) &&
           (!coded || wire_is_word(answer->code, RECEIPT_CODE_BYTES - 1, WIRE_UPPER "_")) &&
           (!answer->epoch[0] ||
            (answer->result == RECEIPT_REFUSED && epoch_first_day(answer->epoch, &unused)));
}

static bool is_valid(const struct receipt *receipt)
{
    if (!wire_is_uuid(receipt->message, UUID_MESSAGES) || receipt->answer_count == 0 ||
        receipt->answer_count > RECEIPT_ANSWERS_MAX)
        return false;
    for (size_t i = 0; i < receipt->answer_count; i++)
        if (!answer_is_valid(&receipt->answers[i]))
            return false;
    return true;
}

static void add_answer(struct buffer *out, const struct receipt_answer *answer)
{
    buffer_add_byte(out, '{');
    wire_add_text(out, "id", answer->id);
    wire_add_text(out, "uitkomst", receipt_result_word(answer->result));
    if (answer->code[0])
        wire_add_text(out, "code", answer->code);
    if (answer->epoch[0])
        wire_add_text(out, "tijdvak", answer->epoch);
    wire_add_hash(out, "bladhash", answer->leaf_hash);
    buffer_add_byte(out, '}');
}

enum outcome receipt_print(const struct receipt *receipt, struct buffer *out)
{
    if (!is_valid(receipt))
        return OUTCOME_MALFORMED;
    buffer_add_byte(out, '{');
    wire_add_text(out, "bericht", receipt->message);
    wire_add_hash(out, "inhoudSha256", receipt->content_hash);
    wire_add_instant(out, "ontvangenOp", receipt->received_ms);
    wire_add_name(out, "antwoorden");
    for (size_t i = 0; i < receipt->answer_count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        add_answer(out, &receipt->answers[i]);
    }
    buffer_add_text(out, "]}");
    return buffer_outcome(out);
}

enum outcome receipt_sign(const struct receipt *receipt, const struct signing_key *key,
                          struct buffer *out_json)
{
    OWNED_BUFFER payload = {0};

    TRY(receipt_print(receipt, &payload));
    return dsse_sign(buffer_bytes(&payload), RECEIPT_TYPE, key, out_json);
}

/* --- reading -------------------------------------------------------------------------------- */

static enum outcome read_answer(const json_t *object, struct receipt_answer *out,
                                struct fault *fault)
{
    static const char *const names[] = {"id", "uitkomst", "code", "tijdvak", "bladhash", NULL};
    const char *result;

    TRY(json_only(object, names, fault));
    TRY(wire_uuid_at(object, "id", UUID_ITEMS, out->id, fault));
    TRY(json_text_at(object, "uitkomst", RESULT_MAX_BYTES, &result, fault));
    if (!receipt_result_parse(result, &out->result))
        return wire_wrong(fault, "uitkomst");
    TRY(wire_optional_text_at(object, "code", out->code, sizeof out->code, fault));
    if (json_object_get(object, "code") && out->code[0] == '\0')
        return wire_wrong(fault, "code"); /* absent has one spelling */
    TRY(wire_optional_text_at(object, "tijdvak", out->epoch, sizeof out->epoch, fault));
    if (json_object_get(object, "tijdvak") && out->epoch[0] == '\0')
        return wire_wrong(fault, "tijdvak");
    TRY(wire_hash_at(object, "bladhash", out->leaf_hash, fault));
    return answer_is_valid(out) ? OUTCOME_OK : wire_wrong(fault, "code");
}

/* Two answers for one item would let a sender pick. 500 squared is 125,000 short comparisons at
 * most, and most differ in the first bytes. */
static bool is_answered_before(const struct receipt *receipt, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(receipt->answers[i].id, receipt->answers[index].id) == 0)
            return true;
    return false;
}

static enum outcome read_answers(const json_t *array, struct receipt *receipt, struct fault *fault)
{
    for (size_t i = 0; i < receipt->answer_count; i++) {
        struct fault inner = {0};
        enum outcome outcome = read_answer(json_array_get(array, i), &receipt->answers[i], &inner);
        if (outcome == OUTCOME_OK && is_answered_before(receipt, i))
            outcome = wire_wrong(&inner, "id");
        if (outcome != OUTCOME_OK) {
            fault_at(fault, "antwoorden[%zu].%.32s", i, inner.where);
            return outcome;
        }
    }
    return OUTCOME_OK;
}

enum outcome receipt_parse(struct bytes payload, struct receipt **out_receipt, struct fault *fault)
{
    static const char *const names[] = {"bericht", "inhoudSha256", "ontvangenOp", "antwoorden",
                                        NULL};
    OWNED_JSON object = NULL;
    OWNED_RECEIPT receipt = NULL;
    const json_t *answers;

    TRY(json_read(payload, RECEIPT_MAX_BYTES, &object));
    TRY(json_only(object, names, fault));
    TRY(json_array_at(object, "antwoorden", RECEIPT_ANSWERS_MAX, &answers, fault));
    if (json_array_size(answers) == 0)
        return wire_wrong(fault, "antwoorden");
    TRY(receipt_new(json_array_size(answers), &receipt));
    TRY(wire_uuid_at(object, "bericht", UUID_MESSAGES, receipt->message, fault));
    TRY(wire_hash_at(object, "inhoudSha256", receipt->content_hash, fault));
    TRY(wire_instant_at(object, "ontvangenOp", &receipt->received_ms, fault));
    TRY(read_answers(answers, receipt, fault));
    *out_receipt = receipt;
    receipt = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome receipt_open(struct bytes json, const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                          struct receipt **out_receipt, struct fault *fault)
{
    OWNED_DSSE dsse = {0};

    TRY(dsse_open(json, RECEIPT_TYPE, RECEIPT_MAX_BYTES, &dsse));
    TRY(dsse_verify(&dsse, public_key));
    return receipt_parse(dsse.payload, out_receipt, fault);
}

bool receipt_is_for(const struct receipt *receipt, const char *message,
                    const uint8_t content_hash[static SHA256_BYTES])
{
    return strcmp(receipt->message, message) == 0 &&
           memcmp(receipt->content_hash, content_hash, SHA256_BYTES) == 0;
}

const struct receipt_answer *receipt_find(const struct receipt *receipt, const char *item_id)
{
    for (size_t i = 0; i < receipt->answer_count; i++)
        if (strcmp(receipt->answers[i].id, item_id) == 0)
            return &receipt->answers[i];
    return NULL;
}
