/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/key_document.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/dsse.h"
#include "crypto/encoding.h"
#include "crypto/sealed.h"
#include "crypto/sha256.h"
#include "crypto/utc.h"

enum {
    SIGNATURE_OF_KEY = 0, /* places in the envelope: ours, then the certificate's */
    SIGNATURE_OF_TLS = 1,
    SIGNATURE_COUNT = 2,
    EMERGENCY_OF_TLS = 0, /* there the certificate's, then those of others */
    EMERGENCY_OF_ENDORSERS = 1,
    NUMBER_MOST = 1000000,
    KEY_TEXT_MAX_BYTES = 44,
    CERTIFICATE_TEXT_MAX_BYTES = BASE64_BYTES(CERTIFICATE_MAX_BYTES),
};

static const char *const members[] = {
    "oin",
    "naam",
    "volgnr",
    "ondertekensleutel",
    "verzegelsleutel",
    "logsleutel",
    "getuigesleutel",
    "tlsVingerafdruk",
    "tlsCertificaat",
    "adres",
    "geldigVan",
    "geldigTot",
    "vorige",
    NULL,
};

/* One document as it came: the envelope, what it says, and its certificate. */
struct opened {
    struct dsse dsse;
    struct key_document document;
    struct certificate *tls;
};

static void opened_wipe(struct opened *opened)
{
    dsse_wipe(&opened->dsse);
    certificate_free(opened->tls);
}

#define OWNED_OPENED __attribute__((cleanup(opened_wipe))) struct opened

static enum outcome wrong(struct fault *fault, const char *member, enum outcome outcome)
{
    fault_at(fault, "%s", member);
    return outcome;
}

/* --- parsing --- */

static enum outcome parse_oin(const json_t *object, struct oin *out, struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, "oin", OIN_LENGTH, &text, fault));
    return oin_parse(text, out) ? OUTCOME_OK : wrong(fault, "oin", OUTCOME_MALFORMED);
}

static enum outcome parse_name(const json_t *object, struct key_document *out, struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, "naam", sizeof out->name - 1, &text, fault));
    for (const char *c = text; *c; c++)
        if ((uint8_t)*c < 0x20 || *c == 0x7f)
            return wrong(fault, "naam", OUTCOME_MALFORMED);
    if (!*text)
        return wrong(fault, "naam", OUTCOME_MALFORMED);
    memcpy(out->name, text, strlen(text) + 1);
    return OUTCOME_OK;
}

static enum outcome parse_key(const json_t *object, const char *member,
                              uint8_t out[static SIGNING_PUBLIC_BYTES], struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, member, KEY_TEXT_MAX_BYTES, &text, fault));
    if (base64_decode_exact(bytes_of_text(text), out, SIGNING_PUBLIC_BYTES) != OUTCOME_OK)
        return wrong(fault, member, OUTCOME_MALFORMED);
    return OUTCOME_OK;
}

/* A key that serves two uses would let one use speak for the other. */
static bool keys_differ(const struct key_document *document)
{
    const uint8_t *const keys[] = {document->signing_key, document->sealing_key, document->log_key,
                                   document->witness_key};

    for (size_t i = 0; i < 4; i++)
        for (size_t j = i + 1; j < 4; j++)
            if (memcmp(keys[i], keys[j], SIGNING_PUBLIC_BYTES) == 0)
                return false;
    return true;
}

static enum outcome parse_keys(const json_t *object, struct key_document *out, struct fault *fault)
{
    TRY(parse_key(object, "ondertekensleutel", out->signing_key, fault));
    if (!signing_public_is_valid(out->signing_key))
        return wrong(fault, "ondertekensleutel", OUTCOME_MALFORMED);
    TRY(parse_key(object, "verzegelsleutel", out->sealing_key, fault));
    if (!sealing_public_is_valid(out->sealing_key))
        return wrong(fault, "verzegelsleutel", OUTCOME_MALFORMED);
    TRY(parse_key(object, "logsleutel", out->log_key, fault));
    TRY(parse_key(object, "getuigesleutel", out->witness_key, fault));
    return keys_differ(out) ? OUTCOME_OK : wrong(fault, "getuigesleutel", OUTCOME_MALFORMED);
}

/* The certificate must be the pinned one and name the organisation of the document. */
static enum outcome parse_certificate(const json_t *object, struct opened *out, struct fault *fault)
{
    struct key_document *document = &out->document;
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
    OWNED_BUFFER der = {0};
    enum outcome outcome;
    const char *text;
    struct oin oin;

    TRY(json_text_at(object, "tlsVingerafdruk", HEX_BYTES(CERTIFICATE_FINGERPRINT_BYTES) - 1, &text,
                     fault));
    if (!hex_decode(text, document->tls_fingerprint, sizeof document->tls_fingerprint))
        return wrong(fault, "tlsVingerafdruk", OUTCOME_MALFORMED);
    TRY(json_text_at(object, "tlsCertificaat", CERTIFICATE_TEXT_MAX_BYTES, &text, fault));
    outcome = base64_decode(bytes_of_text(text), &der);
    if (outcome == OUTCOME_OK)
        outcome = certificate_read_der(buffer_bytes(&der), &out->tls);
    if (outcome != OUTCOME_OK)
        return wrong(fault, "tlsCertificaat", outcome);
    TRY(certificate_fingerprint(out->tls, fingerprint));
    if (memcmp(fingerprint, document->tls_fingerprint, sizeof fingerprint) != 0)
        return wrong(fault, "tlsVingerafdruk", OUTCOME_KEY_UNKNOWN);
    if (certificate_oin(out->tls, &oin) != OUTCOME_OK || !oin_equal(&oin, &document->oin))
        return wrong(fault, "tlsCertificaat", OUTCOME_SENDER_WRONG);
    return OUTCOME_OK;
}

static bool is_port(const char *text)
{
    size_t length = strspn(text, "0123456789");

    return length > 0 && length <= 5 && text[length] == '\0' && *text != '0' &&
           strtol(text, NULL, 10) <= 65535;
}

/* https://host[:port]: a name, an IPv4 address or a bracketed IPv6 address; no path, no
 * user, nothing that a URL library could read in another way than we do. */
static bool is_address(const char *text)
{
    static const char scheme[] = "https://";
    size_t host;

    if (strncmp(text, scheme, sizeof scheme - 1) != 0)
        return false;
    text += sizeof scheme - 1;
    if (*text == '[') {
        host = 1 + strspn(text + 1, "0123456789abcdef:.");
        if (host < 3 || text[host++] != ']')
            return false;
    } else {
        host = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-");
        if (host == 0 || *text == '.' || *text == '-')
            return false;
    }
    return text[host] == '\0' || (text[host] == ':' && is_port(text + host + 1));
}

static enum outcome parse_address(const json_t *object, struct key_document *out,
                                  struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, "adres", sizeof out->address - 1, &text, fault));
    if (!is_address(text))
        return wrong(fault, "adres", OUTCOME_MALFORMED);
    memcpy(out->address, text, strlen(text) + 1);
    return OUTCOME_OK;
}

static enum outcome parse_instant(const json_t *object, const char *member, int64_t *out_s,
                                  struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, member, UTC_TEXT_BYTES - 1, &text, fault));
    return utc_parse(text, out_s) == OUTCOME_OK ? OUTCOME_OK
                                                : wrong(fault, member, OUTCOME_MALFORMED);
}

static enum outcome parse_window(const json_t *object, struct key_document *out,
                                 struct fault *fault)
{
    TRY(parse_instant(object, "geldigVan", &out->from_s, fault));
    TRY(parse_instant(object, "geldigTot", &out->until_s, fault));
    return out->from_s < out->until_s ? OUTCOME_OK : wrong(fault, "geldigTot", OUTCOME_MALFORMED);
}

/* null for the first document, the digest of its predecessor for every other. */
static enum outcome parse_previous(const json_t *object, struct key_document *out,
                                   struct fault *fault)
{
    const char *text;

    out->has_previous = !json_is_null(json_object_get(object, "vorige"));
    if (out->has_previous != (out->number > 1))
        return wrong(fault, "vorige", OUTCOME_MALFORMED);
    if (!out->has_previous)
        return OUTCOME_OK;
    TRY(json_text_at(object, "vorige", HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES) - 1, &text, fault));
    return hex_decode(text, out->previous, sizeof out->previous)
               ? OUTCOME_OK
               : wrong(fault, "vorige", OUTCOME_MALFORMED);
}

static enum outcome parse_payload(struct bytes payload, struct opened *out, struct fault *fault)
{
    struct key_document *document = &out->document;
    OWNED_JSON object = NULL;

    TRY(json_read(payload, KEY_DOCUMENT_MAX_BYTES, &object));
    TRY(json_only(object, members, fault));
    TRY(parse_oin(object, &document->oin, fault));
    TRY(parse_name(object, document, fault));
    TRY(json_integer_at(object, "volgnr", 1, NUMBER_MOST, &document->number, fault));
    TRY(parse_keys(object, document, fault));
    TRY(parse_address(object, document, fault));
    TRY(parse_window(object, document, fault));
    TRY(parse_previous(object, document, fault));
    return parse_certificate(object, out, fault);
}

/* Who an emergency document says that endorsed it; each counts once. */
static enum outcome parse_endorsers(struct opened *opened, struct fault *fault)
{
    struct key_document *document = &opened->document;
    const size_t count = opened->dsse.signature_count - EMERGENCY_OF_ENDORSERS;

    for (size_t i = 0; i < count; i++) {
        struct oin *oin = &document->endorsers[i];
        if (!oin_parse(opened->dsse.signatures[EMERGENCY_OF_ENDORSERS + i].keyid, oin))
            return wrong(fault, "signatures", OUTCOME_MALFORMED);
        if (oin_equal(oin, &document->oin))
            return wrong(fault, "signatures", OUTCOME_SENDER_WRONG);
        if (i > 0 && oin_equal(oin, &document->endorsers[i - 1]))
            return wrong(fault, "signatures", OUTCOME_MALFORMED);
    }
    document->endorser_count = count;
    return document->number > 1 ? OUTCOME_OK : wrong(fault, "volgnr", OUTCOME_MALFORMED);
}

/* Of either type: what is signed as the one counts as nothing else. */
static enum outcome open_envelope(struct bytes envelope, struct opened *opened, struct fault *fault)
{
    enum outcome outcome =
        dsse_open_several(envelope, KEY_DOCUMENT_TYPE, KEY_DOCUMENT_MAX_BYTES, &opened->dsse);

    if (outcome == OUTCOME_MALFORMED) {
        opened->document.emergency = true;
        return dsse_open_several(envelope, KEY_DOCUMENT_EMERGENCY_TYPE, KEY_DOCUMENT_MAX_BYTES,
                                 &opened->dsse);
    }
    TRY(outcome);
    return opened->dsse.signature_count == SIGNATURE_COUNT
               ? OUTCOME_OK
               : wrong(fault, "signatures", OUTCOME_MALFORMED);
}

/* Nothing is verified yet: the first document itself says which key to use. */
static enum outcome open_document(struct bytes envelope, struct opened *out, struct fault *fault)
{
    OWNED_OPENED opened = {0};

    TRY(open_envelope(envelope, &opened, fault));
    TRY(parse_payload(opened.dsse.payload, &opened, fault));
    if (opened.document.emergency)
        TRY(parse_endorsers(&opened, fault));
    TRY(sha256(opened.dsse.payload, opened.document.digest));
    *out = opened;
    opened = (struct opened){0}; /* handed over */
    return OUTCOME_OK;
}

/* --- verifying --- */

static enum outcome follows(const struct key_document *document,
                            const struct key_document *previous, struct fault *fault)
{
    if (!oin_equal(&document->oin, &previous->oin))
        return wrong(fault, "oin", OUTCOME_SENDER_WRONG);
    if (document->number != previous->number + 1)
        return wrong(fault, "volgnr", OUTCOME_MALFORMED);
    if (memcmp(document->previous, previous->digest, sizeof document->previous) != 0)
        return wrong(fault, "vorige", OUTCOME_MALFORMED);
    if (document->from_s < previous->from_s)
        return wrong(fault, "geldigVan", OUTCOME_MALFORMED);
    /* A log is its name and its key: with another key it would be another log. */
    if (memcmp(document->log_key, previous->log_key, sizeof document->log_key) != 0)
        return wrong(fault, "logsleutel", OUTCOME_MALFORMED);
    return OUTCOME_OK;
}

static enum outcome verify_tls(const struct opened *opened, size_t place)
{
    const struct dsse_signature *by_tls = &opened->dsse.signatures[place];

    return certificate_verify(opened->tls, buffer_bytes(&opened->dsse.pae),
                              bytes_of(by_tls->data, by_tls->length));
}

/* `previous` is NULL for a first document. */
static enum outcome verify_document(const struct opened *opened,
                                    const struct key_document *previous, struct fault *fault)
{
    const struct key_document *document = &opened->document;

    if (document->emergency)
        return wrong(fault, "payloadType", OUTCOME_MALFORMED);
    TRY(dsse_verify_at(&opened->dsse, SIGNATURE_OF_KEY,
                       previous ? previous->signing_key : document->signing_key));
    TRY(verify_tls(opened, SIGNATURE_OF_TLS));
    if (previous)
        return follows(document, previous, fault);
    return document->number == 1 ? OUTCOME_OK : wrong(fault, "volgnr", OUTCOME_MALFORMED);
}

static enum outcome read_document(struct bytes envelope, const struct key_document *previous,
                                  struct key_document *out, struct fault *fault)
{
    OWNED_OPENED opened = {0};

    TRY(open_document(envelope, &opened, fault));
    TRY(verify_document(&opened, previous, fault));
    *out = opened.document;
    return OUTCOME_OK;
}

enum outcome key_document_peek(struct bytes envelope, struct key_document *out, struct fault *fault)
{
    OWNED_OPENED opened = {0};

    TRY(open_document(envelope, &opened, fault));
    *out = opened.document;
    return OUTCOME_OK;
}

enum outcome key_document_read_first(struct bytes envelope, struct key_document *out,
                                     struct fault *fault)
{
    return read_document(envelope, NULL, out, fault);
}

enum outcome key_document_read_next(struct bytes envelope, const struct key_document *previous,
                                    struct key_document *out, struct fault *fault)
{
    return read_document(envelope, previous, out, fault);
}

static enum outcome read_emergency(struct bytes envelope, const struct key_document *previous,
                                   size_t endorsers_least, struct key_document *out,
                                   struct fault *fault)
{
    OWNED_OPENED opened = {0};

    TRY(open_document(envelope, &opened, fault));
    if (!opened.document.emergency)
        return wrong(fault, "payloadType", OUTCOME_MALFORMED);
    if (opened.document.endorser_count < endorsers_least)
        return wrong(fault, "signatures", OUTCOME_NOT_ALLOWED);
    TRY(verify_tls(&opened, EMERGENCY_OF_TLS));
    TRY(follows(&opened.document, previous, fault));
    *out = opened.document;
    return OUTCOME_OK;
}

enum outcome key_document_read_emergency(struct bytes envelope, const struct key_document *previous,
                                         struct key_document *out, struct fault *fault)
{
    return read_emergency(envelope, previous, KEY_ENDORSERS, out, fault);
}

enum outcome key_document_read_draft(struct bytes envelope, const struct key_document *previous,
                                     struct key_document *out, struct fault *fault)
{
    return read_emergency(envelope, previous, 0, out, fault);
}

enum outcome key_document_endorsed_by(struct bytes envelope, size_t which,
                                      const uint8_t key[static SIGNING_PUBLIC_BYTES])
{
    OWNED_OPENED opened = {0};

    TRY(open_document(envelope, &opened, NULL));
    return opened.document.emergency && which < opened.document.endorser_count
               ? dsse_verify_at(&opened.dsse, EMERGENCY_OF_ENDORSERS + which, key)
               : OUTCOME_SIGNATURE_WRONG;
}
