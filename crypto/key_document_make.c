/* SPDX-License-Identifier: EUPL-1.2 */
#include <inttypes.h>
#include <string.h>

#include "crypto/certificate_memory.h"
#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/key_document.h"
#include "crypto/utc.h"

enum { SIGNATURE_OF_KEY = 0, SIGNATURE_OF_TLS = 1, SIGNATURE_COUNT = 2 };

static void print_text(struct buffer *out, const char *member, const char *text)
{
    buffer_format(out, ",\"%s\":", member);
    buffer_add_json_text(out, text);
}

static void print_base64(struct buffer *out, const char *member, struct bytes bytes)
{
    buffer_format(out, ",\"%s\":\"", member);
    buffer_add_base64(out, bytes);
    buffer_add_byte(out, '"');
}

static void print_hex(struct buffer *out, const char *member, struct bytes bytes)
{
    buffer_format(out, ",\"%s\":\"", member);
    buffer_add_hex(out, bytes);
    buffer_add_byte(out, '"');
}

static void print_instant(struct buffer *out, const char *member, int64_t at_s)
{
    char text[UTC_TEXT_BYTES];

    utc_print(at_s, text);
    print_text(out, member, text);
}

static enum outcome print_payload(const struct key_document *draft, const struct certificate *tls,
                                  struct buffer *out)
{
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_BYTES];

    TRY(certificate_fingerprint(tls, fingerprint));
    buffer_format(out, "{\"volgnr\":%" PRId64, draft->number);
    print_text(out, "oin", draft->oin.text);
    print_text(out, "naam", draft->name);
    print_base64(out, "ondertekensleutel", bytes_of(draft->signing_key, SIGNING_PUBLIC_BYTES));
    print_base64(out, "verzegelsleutel", bytes_of(draft->sealing_key, SIGNING_PUBLIC_BYTES));
    print_base64(out, "logsleutel", bytes_of(draft->log_key, SIGNING_PUBLIC_BYTES));
    print_base64(out, "getuigesleutel", bytes_of(draft->witness_key, SIGNING_PUBLIC_BYTES));
    print_hex(out, "tlsVingerafdruk", bytes_of(fingerprint, sizeof fingerprint));
    print_base64(out, "tlsCertificaat", certificate_der(tls));
    print_text(out, "adres", draft->address);
    print_instant(out, "geldigVan", draft->from_s);
    print_instant(out, "geldigTot", draft->until_s);
    if (draft->has_previous)
        print_hex(out, "vorige", bytes_of(draft->previous, sizeof draft->previous));
    else
        buffer_add_text(out, ",\"vorige\":null");
    buffer_add_byte(out, '}');
    return buffer_outcome(out);
}

static enum outcome sign_by_key(const struct signing_key *key, struct bytes pae,
                                struct dsse_signature *out)
{
    TRY(signature_make(key, pae, out->data));
    out->length = SIGNATURE_BYTES;
    memcpy(out->keyid, key->keyid, sizeof key->keyid);
    return OUTCOME_OK;
}

static enum outcome sign_by_tls(const struct private_key *key, const struct certificate *tls,
                                struct bytes pae, struct dsse_signature *out)
{
    enum { KEYID_BYTES = 8 };
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
    OWNED_BUFFER signature = {0};

    TRY(certificate_fingerprint(tls, fingerprint));
    TRY(private_key_sign(key, pae, &signature));
    memcpy(out->data, signature.data, signature.length);
    out->length = signature.length;
    hex_encode(bytes_of(fingerprint, KEYID_BYTES), out->keyid);
    return OUTCOME_OK;
}

static enum outcome assemble(struct bytes payload, const struct certificate *tls,
                             const struct private_key *tls_key,
                             const struct signing_key *signing_key, struct buffer *out)
{
    struct dsse_signature signatures[SIGNATURE_COUNT] = {0};
    OWNED_BUFFER pae = {0};

    TRY(dsse_pae(KEY_DOCUMENT_TYPE, payload, &pae));
    TRY(sign_by_key(signing_key, buffer_bytes(&pae), &signatures[SIGNATURE_OF_KEY]));
    TRY(sign_by_tls(tls_key, tls, buffer_bytes(&pae), &signatures[SIGNATURE_OF_TLS]));
    return dsse_assemble(payload, KEY_DOCUMENT_TYPE, signatures, SIGNATURE_COUNT, out);
}

/* What the reader would refuse does not leave here. */
static enum outcome hand_out(const struct buffer *envelope, struct buffer *out)
{
    struct key_document again;

    TRY(key_document_peek(buffer_bytes(envelope), &again, NULL));
    buffer_add_buffer(out, envelope);
    return buffer_outcome(out);
}

static enum outcome check_fits(const struct private_key *tls_key, const struct certificate *tls)
{
    const uint64_t refused = certificate_memory_failures();

    return private_key_fits(tls_key, tls) ? OUTCOME_OK
                                          : certificate_honest(refused, OUTCOME_KEY_UNKNOWN);
}

enum outcome key_document_make(const struct key_document *draft, const struct certificate *tls,
                               const struct private_key *tls_key,
                               const struct signing_key *signing_key, struct buffer *out_envelope)
{
    OWNED_BUFFER payload = {0}, envelope = {0};

    TRY(check_fits(tls_key, tls));
    if (!draft->has_previous &&
        memcmp(signing_key->public_key, draft->signing_key, SIGNING_PUBLIC_BYTES) != 0)
        return OUTCOME_MALFORMED;
    TRY(print_payload(draft, tls, &payload));
    TRY(assemble(buffer_bytes(&payload), tls, tls_key, signing_key, &envelope));
    return hand_out(&envelope, out_envelope);
}

/* --- in an emergency --- */

enum outcome key_document_make_emergency(const struct key_document *draft,
                                         const struct certificate *tls,
                                         const struct private_key *tls_key,
                                         struct buffer *out_envelope)
{
    OWNED_BUFFER payload = {0}, pae = {0}, envelope = {0};
    struct dsse_signature signature = {0};

    TRY(check_fits(tls_key, tls));
    TRY(print_payload(draft, tls, &payload));
    TRY(dsse_pae(KEY_DOCUMENT_EMERGENCY_TYPE, buffer_bytes(&payload), &pae));
    TRY(sign_by_tls(tls_key, tls, buffer_bytes(&pae), &signature));
    TRY(dsse_assemble(buffer_bytes(&payload), KEY_DOCUMENT_EMERGENCY_TYPE, &signature, 1,
                      &envelope));
    return hand_out(&envelope, out_envelope);
}

static enum outcome may_endorse(const struct key_document *document, const struct oin *by)
{
    if (!document->emergency)
        return OUTCOME_STEP_NOT_ALLOWED;
    if (oin_equal(by, &document->oin))
        return OUTCOME_SENDER_WRONG;
    for (size_t i = 0; i < document->endorser_count; i++) {
        if (oin_equal(by, &document->endorsers[i]))
            return OUTCOME_EXISTS;
    }
    return document->endorser_count < KEY_ENDORSERS ? OUTCOME_OK : OUTCOME_EXISTS;
}

enum outcome key_document_endorse(struct bytes envelope, const struct oin *by,
                                  const struct signing_key *key, struct buffer *out_envelope)
{
    struct dsse_signature *signature;
    struct key_document document;
    OWNED_BUFFER endorsed = {0};
    OWNED_DSSE dsse = {0};

    TRY(key_document_peek(envelope, &document, NULL));
    TRY(may_endorse(&document, by));
    TRY(dsse_open_several(envelope, KEY_DOCUMENT_EMERGENCY_TYPE, KEY_DOCUMENT_MAX_BYTES, &dsse));
    signature = &dsse.signatures[dsse.signature_count++];
    TRY(sign_by_key(key, buffer_bytes(&dsse.pae), signature));
    memcpy(signature->keyid, by->text, sizeof by->text);
    TRY(dsse_assemble(dsse.payload, dsse.type, dsse.signatures, dsse.signature_count, &endorsed));
    return hand_out(&endorsed, out_envelope);
}
