/* SPDX-License-Identifier: EUPL-1.2 */
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/certificate_inside.h"
#include "crypto/certificate_memory.h"

enum {
    SERIAL_BYTES = 16,
    DAYS_MAX = 36525, /* a century */
    SECONDS_A_DAY = 86400,
    REQUEST_PEM_MAX_BYTES = 16 * 1024,
};

static void x509_free_at(X509 **x509)
{
    X509_free(*x509);
}

static void x509_req_free_at(X509_REQ **request)
{
    X509_REQ_free(*request);
}

static void general_names_free_at(GENERAL_NAMES **names)
{
    GENERAL_NAMES_free(*names);
}

#define OWNED_X509          __attribute__((cleanup(x509_free_at))) X509 *
#define OWNED_X509_REQ      __attribute__((cleanup(x509_req_free_at))) X509_REQ *
#define OWNED_GENERAL_NAMES __attribute__((cleanup(general_names_free_at))) GENERAL_NAMES *

/* --- the parts of a certificate --- */

static bool add_entry(X509_NAME *name, int nid, const char *text)
{
    return !text || X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
                                               (const unsigned char *)text, -1, -1, 0) == 1;
}

static enum outcome fill_name(const struct certificate_subject *subject, X509_NAME *name)
{
    if (!subject->common_name || !add_entry(name, NID_organizationName, subject->organisation) ||
        !add_entry(name, NID_commonName, subject->common_name) ||
        !add_entry(name, NID_serialNumber, subject->serial_number))
        return OUTCOME_MALFORMED;
    return OUTCOME_OK;
}

static enum outcome set_serial(X509 *x509)
{
    uint8_t serial[SERIAL_BYTES];
    BIGNUM *number;
    bool set;

    if (RAND_bytes(serial, sizeof serial) != 1)
        return OUTCOME_RANDOM_FAILED;
    serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, and always as long */
    number = BN_bin2bn(serial, sizeof serial, NULL);
    set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
    BN_free(number);
    return set ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome set_window(X509 *x509, int64_t from_s, int days)
{
    if (days < 1 || days > DAYS_MAX || from_s < 0)
        return OUTCOME_MALFORMED;
    if (!ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)from_s) ||
        !ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)(from_s + (int64_t)days * SECONDS_A_DAY)))
        return OUTCOME_MALFORMED;
    return OUTCOME_OK;
}

/* `value` is always a text of ours: this little language must not meet a stranger's. */
static bool add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    added = extension && X509_add_ext(x509, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool is_dns_name(const char *text)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    size_t length = strspn(text, allowed);

    return length > 0 && length <= 253 && text[length] == '\0';
}

static ASN1_STRING *alternative_value(int kind, const char *text)
{
    ASN1_STRING *value;

    if (kind == GEN_IPADD)
        return a2i_IPADDRESS(text);
    if (!is_dns_name(text))
        return NULL;
    value = ASN1_IA5STRING_new();
    if (value && ASN1_STRING_set(value, text, -1) == 1)
        return value;
    ASN1_STRING_free(value);
    return NULL;
}

static enum outcome add_alternatives(GENERAL_NAMES *names, int kind, const char *const *texts)
{
    for (size_t i = 0; texts && texts[i]; i++) {
        GENERAL_NAME *name;
        ASN1_STRING *value = alternative_value(kind, texts[i]);

        if (!value || i == CERTIFICATE_ALTERNATIVES_MAX) {
            ASN1_STRING_free(value);
            return OUTCOME_MALFORMED;
        }
        name = GENERAL_NAME_new();
        if (!name) {
            ASN1_STRING_free(value);
            return OUTCOME_OUT_OF_MEMORY;
        }
        GENERAL_NAME_set0_value(name, kind, value);
        if (sk_GENERAL_NAME_push(names, name) <= 0) {
            GENERAL_NAME_free(name);
            return OUTCOME_OUT_OF_MEMORY;
        }
    }
    return OUTCOME_OK;
}

static enum outcome set_alternatives(X509 *x509, const struct certificate_order *order)
{
    OWNED_GENERAL_NAMES names = GENERAL_NAMES_new();

    if (!names)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(add_alternatives(names, GEN_DNS, order->dns));
    TRY(add_alternatives(names, GEN_IPADD, order->ip));
    if (sk_GENERAL_NAME_num(names) > 0 &&
        X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, 0) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

static const char *extended_usage(const struct certificate_order *order)
{
    if (order->server)
        return order->client ? "serverAuth,clientAuth" : "serverAuth";
    return order->client ? "clientAuth" : NULL;
}

/* --- certificates --- */

static enum outcome begin(const struct certificate_order *order, EVP_PKEY *key, X509 **out)
{
    OWNED_X509 x509 = X509_new();

    if (!x509 || X509_set_version(x509, X509_VERSION_3) != 1 || X509_set_pubkey(x509, key) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(set_serial(x509));
    TRY(set_window(x509, order->from_s, order->days));
    TRY(fill_name(&order->subject, X509_get_subject_name(x509)));
    *out = x509;
    x509 = NULL; /* handed over */
    return OUTCOME_OK;
}

/* Short of memory OpenSSL 3.0 may say that it signed, with a length of -1, or leave an extension out:
 * what was made while it was refused any (`refused`: how often before) is not handed out. */
static enum outcome sign_and_print(X509 *x509, const struct private_key *key, uint64_t refused,
                                   struct buffer *out_pem)
{
    OWNED_BIO bio = BIO_new(BIO_s_mem());

    if (!bio)
        return OUTCOME_OUT_OF_MEMORY;
    if (X509_sign(x509, key->key, EVP_sha256()) == 0)
        return OUTCOME_RANDOM_FAILED;
    if (PEM_write_bio_X509(bio, x509) != 1 || certificate_memory_failures() != refused)
        return OUTCOME_OUT_OF_MEMORY;
    return certificate_take_bio(bio, out_pem);
}

enum outcome certificate_make_ca(const struct certificate_order *order,
                                 const struct private_key *key, struct buffer *out_pem)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();
    OWNED_X509 x509 = NULL;

    TRY(certificate_honest(refused, begin(order, key->key, &x509)));
    if (X509_set_issuer_name(x509, X509_get_subject_name(x509)) != 1 ||
        !add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") ||
        !add_extension(x509, x509, NID_subject_key_identifier, "hash"))
        return OUTCOME_OUT_OF_MEMORY;
    return certificate_honest(refused, sign_and_print(x509, key, refused, out_pem));
}

static enum outcome make_leaf(const struct certificate_order *order, EVP_PKEY *key,
                              const struct certificate *ca, const struct private_key *ca_key,
                              uint64_t refused, struct buffer *out_pem)
{
    const char *usage = extended_usage(order);
    OWNED_X509 x509 = NULL;

    if (!private_key_fits(ca_key, ca))
        return OUTCOME_KEY_UNKNOWN;
    TRY(begin(order, key, &x509));
    if (X509_set_issuer_name(x509, X509_get_subject_name(ca->x509)) != 1 ||
        !add_extension(x509, ca->x509, NID_basic_constraints, "critical,CA:FALSE") ||
        !add_extension(x509, ca->x509, NID_key_usage, "critical,digitalSignature") ||
        (usage && !add_extension(x509, ca->x509, NID_ext_key_usage, usage)) ||
        !add_extension(x509, ca->x509, NID_subject_key_identifier, "hash") ||
        !add_extension(x509, ca->x509, NID_authority_key_identifier, "keyid,issuer"))
        return OUTCOME_OUT_OF_MEMORY;
    TRY(set_alternatives(x509, order));
    return sign_and_print(x509, ca_key, refused, out_pem);
}

enum outcome certificate_make_leaf(const struct certificate_order *order,
                                   const struct private_key *key, const struct certificate *ca,
                                   const struct private_key *ca_key, struct buffer *out_pem)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();

    return certificate_honest(refused, make_leaf(order, key->key, ca, ca_key, refused, out_pem));
}

enum outcome certificate_make_requested(const struct certificate_order *order,
                                        const struct certificate_request *request,
                                        const struct certificate *ca,
                                        const struct private_key *ca_key, struct buffer *out_pem)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();

    return certificate_honest(refused, make_leaf(order, X509_REQ_get0_pubkey(request->request), ca,
                                                 ca_key, refused, out_pem));
}

/* --- requests --- */

enum outcome certificate_request_make(const struct certificate_subject *subject,
                                      const struct private_key *key, struct buffer *out_pem)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();
    OWNED_X509_REQ request = X509_REQ_new();
    OWNED_BIO bio = BIO_new(BIO_s_mem());

    if (!request || !bio || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_pubkey(request, key->key) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(certificate_honest(refused, fill_name(subject, X509_REQ_get_subject_name(request))));
    if (X509_REQ_sign(request, key->key, EVP_sha256()) == 0)
        return certificate_honest(refused, OUTCOME_RANDOM_FAILED);
    if (PEM_write_bio_X509_REQ(bio, request) != 1 || certificate_memory_failures() != refused)
        return OUTCOME_OUT_OF_MEMORY; /* as in sign_and_print() */
    return certificate_take_bio(bio, out_pem);
}

enum outcome certificate_request_read(struct bytes pem, struct certificate_request **out)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();
    OWNED_CERTIFICATE_REQUEST request = NULL;
    OWNED_BIO bio = NULL;
    EVP_PKEY *key;

    if (pem.length > REQUEST_PEM_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    bio = BIO_new_mem_buf(pem.data ? pem.data : (const void *)"", (int)pem.length);
    request = calloc(1, sizeof *request);
    if (!bio || !request)
        return OUTCOME_OUT_OF_MEMORY;
    request->request = PEM_read_bio_X509_REQ(bio, NULL, certificate_no_passphrase, NULL);
    if (!request->request)
        return certificate_honest(refused, OUTCOME_MALFORMED);
    key = X509_REQ_get0_pubkey(request->request);
    if (!key || !certificate_key_taken(key))
        return certificate_honest(refused, OUTCOME_KEY_UNKNOWN);
    if (X509_REQ_verify(request->request, key) != 1)
        return certificate_honest(refused, OUTCOME_SIGNATURE_WRONG);
    *out = request;
    request = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome certificate_request_common_name(const struct certificate_request *request,
                                             struct buffer *out)
{
    QUIETLY;

    return certificate_name_text(X509_REQ_get_subject_name(request->request), out);
}

void certificate_request_free(struct certificate_request *request)
{
    if (!request)
        return;
    X509_REQ_free(request->request);
    free(request);
}

void certificate_request_free_at(struct certificate_request **request)
{
    certificate_request_free(*request);
}
