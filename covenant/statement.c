/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/statement.h"

#include <string.h>

#include "crypto/encoding.h"

static const struct {
    const char *word;
    const char *name[LANGUAGE_COUNT];
} rows[VERDICT_COUNT] = {[VERDICT_NONE] = {"", {"", ""}},
#define VERDICT_ROW(name, word, nl, en) [VERDICT_##name] = {word, {nl, en}},
                         VERDICTS(VERDICT_ROW)
#undef VERDICT_ROW
};

bool verdict_parse(const char *word, enum verdict *out_verdict)
{
    for (size_t i = VERDICT_NONE + 1; word && i < VERDICT_COUNT; i++) {
        if (strcmp(rows[i].word, word) == 0) {
            *out_verdict = (enum verdict)i;
            return true;
        }
    }
    return false;
}

const char *verdict_word(enum verdict verdict)
{
    return (unsigned)verdict < VERDICT_COUNT ? rows[verdict].word : "";
}

const char *verdict_name(enum verdict verdict, enum language language)
{
    return (unsigned)verdict < VERDICT_COUNT
               ? rows[verdict].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL]
               : "";
}

static bool is_hash(const char *text)
{
    uint8_t hash[SHA256_BYTES];

    return hex_decode(text, hash, sizeof hash);
}

static bool is_whole(const struct statement *statement)
{
    struct oin oin;

    return is_hash(statement->covenant) && oin_parse(statement->oin.text, &oin) &&
           *verdict_word(statement->verdict) != '\0' &&
           (!statement->previous[0] || is_hash(statement->previous));
}

static enum outcome print(const struct statement *statement, struct buffer *out)
{
    char at[INSTANT_TEXT_BYTES];

    instant_print(statement->at_ms, at);
    return json_write_new(json_pack("{s:s, s:s, s:s, s:s, s:s?}", "convenant", statement->covenant,
                                    "oin", statement->oin.text, "oordeel",
                                    verdict_word(statement->verdict), "op", at, "vorige",
                                    statement->previous[0] ? statement->previous : NULL),
                          out);
}

enum outcome statement_make(const struct statement *statement, const struct signing_key *key,
                            struct buffer *out_json, char out_hash[static SHA256_HEX_BYTES])
{
    OWNED_BUFFER payload = {0};
    char hash[SHA256_HEX_BYTES];

    if (!is_whole(statement))
        return OUTCOME_MALFORMED;
    TRY(print(statement, &payload));
    TRY(sha256_hex(buffer_bytes(&payload), hash));
    TRY(dsse_sign(buffer_bytes(&payload), STATEMENT_TYPE, key, out_json));
    memcpy(out_hash, hash, sizeof hash);
    return OUTCOME_OK;
}

static enum outcome read_hash(const json_t *object, const char *name,
                              char out[static SHA256_HEX_BYTES], struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, name, SHA256_HEX_BYTES - 1, &text, fault));
    if (!is_hash(text)) {
        fault_at(fault, "%s", name);
        return OUTCOME_MALFORMED;
    }
    memcpy(out, text, SHA256_HEX_BYTES);
    return OUTCOME_OK;
}

static enum outcome parse(const json_t *object, struct statement *out, struct fault *fault)
{
    static const char *const names[] = {"convenant", "oin", "oordeel", "op", "vorige", NULL};
    const char *oin, *verdict, *at;

    TRY(json_only(object, names, fault));
    TRY(read_hash(object, "convenant", out->covenant, fault));
    TRY(json_text_at(object, "oin", OIN_LENGTH, &oin, fault));
    TRY(json_text_at(object, "oordeel", 16, &verdict, fault));
    TRY(json_text_at(object, "op", INSTANT_TEXT_BYTES, &at, fault));
    if (!oin_parse(oin, &out->oin))
        fault_at(fault, "oin");
    else if (!verdict_parse(verdict, &out->verdict))
        fault_at(fault, "oordeel");
    else if (!instant_parse(at, &out->at_ms))
        fault_at(fault, "op");
    else if (json_is_null(json_object_get(object, "vorige")))
        return OUTCOME_OK;
    else
        return read_hash(object, "vorige", out->previous, fault);
    return OUTCOME_MALFORMED;
}

enum outcome statement_open(struct bytes json,
                            const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                            struct statement *out_statement, char out_hash[static SHA256_HEX_BYTES],
                            struct fault *fault)
{
    OWNED_DSSE dsse = {0};
    OWNED_JSON object = NULL;
    struct statement statement = {0};
    char hash[SHA256_HEX_BYTES];

    TRY(dsse_open(json, STATEMENT_TYPE, STATEMENT_MAX_BYTES, &dsse));
    TRY(dsse_verify(&dsse, public_key));
    TRY(sha256_hex(dsse.payload, hash));
    TRY(json_read(dsse.payload, STATEMENT_MAX_BYTES, &object));
    TRY(parse(object, &statement, fault));
    *out_statement = statement;
    memcpy(out_hash, hash, sizeof hash);
    return OUTCOME_OK;
}

enum outcome statement_follows(const struct statement *next, const char *next_hash,
                               enum verdict last_verdict, const char *last_hash)
{
    if (last_verdict != VERDICT_NONE && strcmp(next_hash, last_hash) == 0)
        return OUTCOME_EXISTS;
    if (strcmp(next->previous, last_hash) != 0 || last_verdict == VERDICT_WITHDRAWN)
        return OUTCOME_STEP_NOT_ALLOWED;
    if (next->verdict == last_verdict) /* a chain that says nothing new could grow without end */
        return OUTCOME_STEP_NOT_ALLOWED;
    if ((next->verdict == VERDICT_WITHDRAWN) != (last_verdict == VERDICT_AGREED))
        return OUTCOME_STEP_NOT_ALLOWED;
    return OUTCOME_OK;
}
