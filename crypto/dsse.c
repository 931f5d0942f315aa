/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/dsse.h"

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"

/* --- writing --- */

static void add_pae(struct buffer *out, const char *type, size_t payload_length)
{
    buffer_format(out, "DSSEv1 %zu %s %zu ", strlen(type), type, payload_length);
}

enum outcome dsse_pae(const char *type, struct bytes payload, struct buffer *out_pae)
{
    add_pae(out_pae, type, payload.length);
    buffer_add_bytes(out_pae, payload);
    return buffer_outcome(out_pae);
}

static void add_signature(struct buffer *out, const struct dsse_signature *signature)
{
    buffer_add_byte(out, '{');
    if (signature->keyid[0]) {
        buffer_add_text(out, "\"keyid\":");
        buffer_add_json_text(out, signature->keyid);
        buffer_add_byte(out, ',');
    }
    buffer_add_text(out, "\"sig\":\"");
    buffer_add_base64(out, bytes_of(signature->data, signature->length));
    buffer_add_text(out, "\"}");
}

enum outcome dsse_assemble(struct bytes payload, const char *type,
                           const struct dsse_signature *signatures, size_t count,
                           struct buffer *out_json)
{
    if (count < 1 || count > DSSE_SIGNATURES_MAX || strlen(type) > DSSE_TYPE_MAX_BYTES)
        return OUTCOME_INTERNAL;
    buffer_add_text(out_json, "{\"payload\":\"");
    buffer_add_base64(out_json, payload);
    buffer_add_text(out_json, "\",\"payloadType\":");
    buffer_add_json_text(out_json, type);
    buffer_add_text(out_json, ",\"signatures\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_add_byte(out_json, ',');
        add_signature(out_json, &signatures[i]);
    }
    buffer_add_text(out_json, "]}");
    return buffer_outcome(out_json);
}

enum outcome dsse_sign(struct bytes payload, const char *type, const struct signing_key *key,
                       struct buffer *out_json)
{
    OWNED_BUFFER pae = {0};
    struct dsse_signature signature = {.length = SIGNATURE_BYTES};

    TRY(dsse_pae(type, payload, &pae));
    TRY(signature_make(key, buffer_bytes(&pae), signature.data));
    memcpy(signature.keyid, key->keyid, sizeof key->keyid);
    return dsse_assemble(payload, type, &signature, 1, out_json);
}

/* --- reading --- */

static const char *const envelope_names[] = {"payload", "payloadType", "signatures", NULL};
static const char *const signature_names[] = {"keyid", "sig", NULL};

enum { SIGNATURE_TEXT_MAX_BYTES = BASE64_BYTES(DSSE_SIGNATURE_MAX_BYTES) - 1 };

static enum outcome read_signature(const json_t *object, struct dsse_signature *out)
{
    const char *keyid = "", *text;
    struct bytes encoded;

    TRY(json_only(object, signature_names, NULL));
    TRY(json_optional_text_at(object, "keyid", DSSE_KEYID_MAX_BYTES, &keyid, NULL));
    TRY(json_text_at(object, "sig", SIGNATURE_TEXT_MAX_BYTES, &text, NULL));
    encoded = bytes_of_text(text);
    if (!base64_decoded_length(encoded, &out->length) || out->length == 0 ||
        out->length > DSSE_SIGNATURE_MAX_BYTES)
        return OUTCOME_MALFORMED;
    memcpy(out->keyid, keyid, strlen(keyid) + 1);
    return base64_decode_exact(encoded, out->data, out->length);
}

static enum outcome read_signatures(const json_t *envelope, size_t most, struct dsse *dsse)
{
    const json_t *signatures;

    TRY(json_array_at(envelope, "signatures", most, &signatures, NULL));
    dsse->signature_count = json_array_size(signatures);
    if (dsse->signature_count == 0)
        return OUTCOME_MALFORMED;
    for (size_t i = 0; i < dsse->signature_count; i++)
        TRY(read_signature(json_array_get(signatures, i), &dsse->signatures[i]));
    return OUTCOME_OK;
}

/* Decodes the payload behind its PAE head, so that a large one is never copied to be verified. */
static enum outcome read_payload(struct bytes encoded, size_t max_bytes, struct dsse *dsse)
{
    size_t length;

    if (!base64_decoded_length(encoded, &length))
        return OUTCOME_MALFORMED;
    if (length > max_bytes)
        return OUTCOME_TOO_LARGE;
    add_pae(&dsse->pae, dsse->type, length);
    TRY(base64_decode(encoded, &dsse->pae));
    dsse->payload = bytes_of(dsse->pae.data + dsse->pae.length - length, length);
    return OUTCOME_OK;
}

/* What remains of an envelope once its payload stands apart. */
static enum outcome read_envelope(const json_t *envelope, struct bytes payload, const char *type,
                                  size_t max_bytes, size_t most, struct dsse *out)
{
    OWNED_DSSE dsse = {0};
    const char *found;

    TRY(json_only(envelope, envelope_names, NULL));
    TRY(json_text_at(envelope, "payloadType", DSSE_TYPE_MAX_BYTES, &found, NULL));
    if (strcmp(found, type) != 0)
        return OUTCOME_MALFORMED;
    memcpy(dsse.type, found, strlen(found) + 1);
    TRY(read_signatures(envelope, most, &dsse));
    TRY(read_payload(payload, max_bytes, &dsse));
    *out = dsse;
    dsse.pae = (struct buffer){0}; /* handed over */
    return OUTCOME_OK;
}

static enum outcome open_up_to(struct bytes json, const char *type, size_t max_bytes, size_t most,
                               struct dsse *out)
{
    OWNED_JSON envelope = NULL;
    struct bytes payload;

    TRY(json_read_lifting(json, max_bytes, "payload", &envelope, &payload));
    return read_envelope(envelope, payload, type, max_bytes, most, out);
}

enum outcome dsse_open(struct bytes json, const char *type, size_t max_bytes, struct dsse *out)
{
    return open_up_to(json, type, max_bytes, 1, out);
}

enum outcome dsse_open_several(struct bytes json, const char *type, size_t max_bytes,
                               struct dsse *out)
{
    return open_up_to(json, type, max_bytes, DSSE_SIGNATURES_MAX, out);
}

enum outcome dsse_from_json(const json_t *object, const char *type, size_t max_bytes,
                            struct dsse *out)
{
    const json_t *payload = json_object_get(object, "payload");

    if (!json_is_string(payload))
        return OUTCOME_MALFORMED;
    return read_envelope(object, bytes_of(json_string_value(payload), json_string_length(payload)),
                         type, max_bytes, 1, out);
}

const char *dsse_hint(const json_t *object)
{
    const json_t *first = json_array_get(json_object_get(object, "signatures"), 0);
    const char *keyid = json_string_value(json_object_get(first, "keyid"));

    return keyid ? keyid : "";
}

/* By way of its text: an envelope that stands in a document is small. */
enum outcome dsse_to_json(const struct dsse *dsse, json_t **out_object)
{
    OWNED_BUFFER text = {0};

    TRY(dsse_assemble(dsse->payload, dsse->type, dsse->signatures, dsse->signature_count, &text));
    return json_read(buffer_bytes(&text), text.length, out_object);
}

/* --- verifying --- */

enum outcome dsse_verify_at(const struct dsse *dsse, size_t index,
                            const uint8_t public_key[static SIGNING_PUBLIC_BYTES])
{
    if (index >= dsse->signature_count || dsse->signatures[index].length != SIGNATURE_BYTES)
        return OUTCOME_SIGNATURE_WRONG;
    return signature_check(public_key, buffer_bytes(&dsse->pae), dsse->signatures[index].data);
}

enum outcome dsse_verify(const struct dsse *dsse,
                         const uint8_t public_key[static SIGNING_PUBLIC_BYTES])
{
    return dsse->signature_count == 1 ? dsse_verify_at(dsse, 0, public_key)
                                      : OUTCOME_SIGNATURE_WRONG;
}

void dsse_wipe(struct dsse *dsse)
{
    buffer_wipe(&dsse->pae);
    *dsse = (struct dsse){0};
}
