/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/proof.h"

#include <string.h>

#include "covenant/proof_lists.h"
#include "covenant/wire.h"

enum { STATE_MAX_BYTES = 16 };
#define SEQUENCE_MAX INT64_C(1000000000)

static const char *const state_words[] = {
    [PROOF_GIVEN] = "GEGEVEN",
    [PROOF_WITHDRAWN] = "INGETROKKEN",
};

const char *proof_state_word(enum proof_state state)
{
    return (unsigned)state <= PROOF_WITHDRAWN ? state_words[state] : "";
}

bool proof_state_parse(const char *word, enum proof_state *out_state)
{
    for (unsigned i = 0; word && i <= PROOF_WITHDRAWN; i++) {
        if (strcmp(state_words[i], word) == 0) {
            *out_state = (enum proof_state)i;
            return true;
        }
    }
    return false;
}

bool proof_groups_have(const struct proof_groups *groups, const char *word)
{
    for (size_t i = 0; word && i < groups->count; i++)
        if (strcmp(groups->words[i], word) == 0)
            return true;
    return false;
}

bool proof_groups_add(struct proof_groups *groups, const char *word)
{
    if (!wire_is_word(word, PROOF_GROUP_BYTES - 1, WIRE_UPPER "_"))
        return false;
    if (proof_groups_have(groups, word))
        return true;
    if (groups->count == PROOF_GROUPS_MAX)
        return false;
    memcpy(groups->words[groups->count++], word, strlen(word) + 1);
    return true;
}

enum outcome proof_read_purposes(const json_t *object, uint32_t *out_purposes, struct fault *fault)
{
    const json_t *array;
    uint32_t purposes = 0;

    TRY(json_array_at(object, "doelen", PURPOSE_COUNT, &array, fault));
    for (size_t i = 0; i < json_array_size(array); i++) {
        enum purpose purpose;
        if (!purpose_parse(json_string_value(json_array_get(array, i)), &purpose) ||
            has_bit(purposes, purpose)) {
            fault_at(fault, "doelen[%zu]", i);
            return OUTCOME_MALFORMED;
        }
        purposes |= bit_of(purpose);
    }
    *out_purposes = purposes;
    return OUTCOME_OK;
}

enum outcome proof_read_groups(const json_t *object, struct proof_groups *out_groups,
                               struct fault *fault)
{
    const json_t *array;
    struct proof_groups groups = {0};

    TRY(json_array_at(object, "signaalgroepen", PROOF_GROUPS_MAX, &array, fault));
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *word = json_string_value(json_array_get(array, i));
        if (!word || proof_groups_have(&groups, word) || !proof_groups_add(&groups, word)) {
            fault_at(fault, "signaalgroepen[%zu]", i);
            return OUTCOME_MALFORMED;
        }
    }
    *out_groups = groups;
    return OUTCOME_OK;
}

bool proof_purposes_are_valid(uint32_t purposes)
{
    return purposes != 0 && !has_bit(purposes, PURPOSE_NONE) && purposes >> PURPOSE_COUNT == 0;
}

bool proof_groups_are_valid(const struct proof_groups *groups)
{
    struct proof_groups same = {0};

    if (groups->count == 0 || groups->count > PROOF_GROUPS_MAX)
        return false;
    for (size_t i = 0; i < groups->count; i++)
        if (!proof_groups_add(&same, groups->words[i]))
            return false;
    return same.count == groups->count;
}

void proof_add_purposes(struct buffer *out, uint32_t purposes)
{
    char before = '[';

    wire_add_name(out, "doelen");
    for (unsigned i = 1; i < PURPOSE_COUNT; i++) {
        if (!has_bit(purposes, i))
            continue;
        buffer_add_byte(out, (uint8_t)before);
        buffer_add_json_text(out, purpose_word((enum purpose)i));
        before = ',';
    }
    buffer_add_byte(out, ']');
}

void proof_add_groups(struct buffer *out, const struct proof_groups *groups)
{
    wire_add_name(out, "signaalgroepen");
    for (size_t i = 0; i < groups->count; i++) {
        buffer_add_byte(out, i == 0 ? '[' : ',');
        buffer_add_json_text(out, groups->words[i]);
    }
    buffer_add_byte(out, ']');
}

static enum outcome check(const struct proof *proof, struct fault *fault)
{
    struct oin oin;
    struct token token;

    if (!wire_is_word(proof->id, PROOF_ID_TEXT_BYTES - 1, WIRE_DIGITS "abcdef") ||
        strlen(proof->id) != PROOF_ID_TEXT_BYTES - 1)
        return wire_wrong(fault, "bewijs");
    if (!wire_is_hex(proof->covenant))
        return wire_wrong(fault, "convenant");
    if (!oin_parse(proof->to.text, &oin))
        return wire_wrong(fault, "aan");
    if (token_parse(proof->token, &token) != OUTCOME_OK)
        return wire_wrong(fault, "pseudoniem");
    if (!proof_purposes_are_valid(proof->purposes))
        return wire_wrong(fault, "doelen");
    if (!proof_groups_are_valid(&proof->groups))
        return wire_wrong(fault, "signaalgroepen");
    if (day_compare(proof->until, proof->from) < 0)
        return wire_wrong(fault, "geldigTot");
    if (proof_state_word(proof->state)[0] == '\0')
        return wire_wrong(fault, "stand");
    if (proof->sequence < 1 || proof->sequence > SEQUENCE_MAX)
        return wire_wrong(fault, "volgnr");
    return OUTCOME_OK;
}

enum outcome proof_print(const struct proof *proof, struct buffer *out)
{
    TRY(check(proof, NULL));
    buffer_add_byte(out, '{');
    wire_add_text(out, "bewijs", proof->id);
    wire_add_text(out, "convenant", proof->covenant);
    wire_add_text(out, "aan", proof->to.text);
    wire_add_text(out, "pseudoniem", proof->token);
    proof_add_purposes(out, proof->purposes);
    proof_add_groups(out, &proof->groups);
    wire_add_day(out, "geldigVan", proof->from);
    wire_add_day(out, "geldigTot", proof->until);
    wire_add_text(out, "stand", proof_state_word(proof->state));
    wire_add_integer(out, "volgnr", proof->sequence);
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

static enum outcome read_proof(const json_t *object, struct proof *out, struct fault *fault)
{
    static const char *const names[] = {"bewijs", "convenant",      "aan",       "pseudoniem",
                                        "doelen", "signaalgroepen", "geldigVan", "geldigTot",
                                        "stand",  "volgnr",         NULL};
    const char *state;

    TRY(json_only(object, names, fault));
    TRY(wire_text_at(object, "bewijs", out->id, sizeof out->id, fault));
    TRY(wire_text_at(object, "convenant", out->covenant, sizeof out->covenant, fault));
    TRY(wire_oin_at(object, "aan", &out->to, fault));
    TRY(wire_text_at(object, "pseudoniem", out->token, sizeof out->token, fault));
    TRY(proof_read_purposes(object, &out->purposes, fault));
    TRY(proof_read_groups(object, &out->groups, fault));
    TRY(wire_day_at(object, "geldigVan", &out->from, fault));
    TRY(wire_day_at(object, "geldigTot", &out->until, fault));
    TRY(json_text_at(object, "stand", STATE_MAX_BYTES, &state, fault));
    if (!proof_state_parse(state, &out->state))
        return wire_wrong(fault, "stand");
    TRY(json_integer_at(object, "volgnr", 1, SEQUENCE_MAX, &out->sequence, fault));
    return check(out, fault);
}

enum outcome proof_parse(struct bytes payload, struct proof *out_proof, struct fault *fault)
{
    OWNED_JSON object = NULL;
    struct proof proof = {0};

    TRY(json_read(payload, PROOF_MAX_BYTES, &object));
    TRY(read_proof(object, &proof, fault));
    *out_proof = proof;
    return OUTCOME_OK;
}

enum outcome proof_sign(const struct proof *proof, const struct signing_key *key,
                        struct buffer *out_json)
{
    OWNED_BUFFER payload = {0};

    TRY(proof_print(proof, &payload));
    return dsse_sign(buffer_bytes(&payload), PROOF_TYPE, key, out_json);
}

enum outcome proof_open(const json_t *object, const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                        struct proof *out_proof, struct fault *fault)
{
    OWNED_DSSE dsse = {0};

    TRY(dsse_from_json(object, PROOF_TYPE, PROOF_MAX_BYTES, &dsse));
    TRY(dsse_verify(&dsse, public_key));
    return proof_parse(dsse.payload, out_proof, fault);
}

bool proof_is_live(const struct proof *proof, struct day today)
{
    return proof->state == PROOF_GIVEN && day_compare(proof->from, today) <= 0 &&
           day_compare(today, proof->until) <= 0;
}

struct proof_facts proof_facts_of(const struct proof *proof, const struct code_lists *lists,
                                  const char *fingerprint, const char *item_token)
{
    struct proof_facts facts = {
        .present = true,
        .authentic = strcmp(proof->covenant, fingerprint) == 0,
        .withdrawn = proof->state == PROOF_WITHDRAWN,
        .token_matches = strcmp(proof->token, item_token) == 0,
        .purposes = proof->purposes,
        .recipient = proof->to,
        .from = proof->from,
        .until = proof->until,
    };

    for (size_t i = 0; i < proof->groups.count; i++) {
        unsigned group;
        if (signal_group_find(lists, proof->groups.words[i], &group))
            facts.groups |= bit_of(group);
    }
    return facts;
}
