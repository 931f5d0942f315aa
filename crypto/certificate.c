/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/certificate_inside.h"
#include "crypto/certificate_memory.h"
#include "crypto/sha256.h"

enum {
    PEM_MAX_BYTES = 64 * 1024, /* a chain of a few certificates */
    RSA_LEAST_BITS = 2048,
    RSA_MOST_BITS = 4096,
};

/* --- shared with certificate_make.c --- */

void certificate_errors_forget(const int *marked)
{
    (void)marked;
    ERR_pop_to_mark();
}

void certificate_bio_free_at(BIO **bio)
{
    BIO_free(*bio);
}

int certificate_no_passphrase(char *out, int size, int writing, void *nothing)
{
    (void)out, (void)size, (void)writing, (void)nothing;
    return -1;
}

enum outcome certificate_take_bio(BIO *bio, struct buffer *out)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);

    if (length <= 0)
        return OUTCOME_OUT_OF_MEMORY;
    buffer_add(out, data, (size_t)length);
    return buffer_outcome(out);
}

bool certificate_key_taken(const EVP_PKEY *key)
{
    char group[32];
    size_t length;
    int bits;

    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        bits = EVP_PKEY_get_bits(key);
        return bits >= RSA_LEAST_BITS && bits <= RSA_MOST_BITS;
    case EVP_PKEY_EC:
        return EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
               (strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0);
    default:
        return false;
    }
}

/* The only entry of this kind; NULL when there is none or more. */
static const ASN1_STRING *only_entry(const X509_NAME *subject, int nid)
{
    int at = X509_NAME_get_index_by_NID(subject, nid, -1);

    if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
        return NULL;
    return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

enum outcome certificate_name_text(const X509_NAME *subject, struct buffer *out)
{
    const ASN1_STRING *entry = only_entry(subject, NID_commonName);
    unsigned char *text = NULL;
    int length = entry ? ASN1_STRING_to_UTF8(&text, entry) : -1;
    bool printable = length > 0;

    for (int i = 0; i < length; i++)
        printable = printable && text[i] >= 0x20 && text[i] != 0x7f;
    if (printable)
        buffer_add(out, text, (size_t)length);
    OPENSSL_free(text);
    return printable ? buffer_outcome(out) : OUTCOME_MALFORMED;
}

/* --- reading --- */

enum outcome certificate_read_der(struct bytes der, struct certificate **out)
{
    QUIETLY;
    OWNED_CERTIFICATE certificate = NULL;
    const uint64_t refused = certificate_memory_failures();
    const unsigned char *at = der.data;

    if (der.length > CERTIFICATE_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    if (der.length == 0)
        return OUTCOME_MALFORMED;
    certificate = calloc(1, sizeof *certificate);
    if (!certificate)
        return OUTCOME_OUT_OF_MEMORY;
    certificate->x509 = d2i_X509(NULL, &at, (long)der.length);
    if (certificate_memory_failures() != refused) /* also when it only left out the key */
        return OUTCOME_OUT_OF_MEMORY;
    if (!certificate->x509 || at != der.data + der.length)
        return OUTCOME_MALFORMED;
    certificate->der = malloc(der.length);
    if (!certificate->der)
        return OUTCOME_OUT_OF_MEMORY;
    memcpy(certificate->der, der.data, der.length);
    certificate->der_length = der.length;
    *out = certificate;
    certificate = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome certificate_read_pem(struct bytes pem, struct certificate **out)
{
    QUIETLY;
    OWNED_BIO bio = NULL;
    unsigned char *der = NULL;
    const uint64_t refused = certificate_memory_failures();
    enum outcome outcome;
    X509 *x509;
    int length;

    if (pem.length > PEM_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    bio = BIO_new_mem_buf(pem.data ? pem.data : (const void *)"", (int)pem.length);
    if (!bio)
        return OUTCOME_OUT_OF_MEMORY;
    x509 = PEM_read_bio_X509(bio, NULL, certificate_no_passphrase, NULL);
    if (!x509)
        return certificate_honest(refused, OUTCOME_MALFORMED);
    length = i2d_X509(x509, &der);
    outcome = length > 0 ? certificate_read_der(bytes_of(der, (size_t)length), out)
                         : OUTCOME_OUT_OF_MEMORY;
    OPENSSL_free(der);
    X509_free(x509);
    return outcome;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    X509_free(certificate->x509);
    free(certificate->der);
    free(certificate);
}

void certificate_free_at(struct certificate **certificate)
{
    certificate_free(*certificate);
}

enum outcome certificate_oin(const struct certificate *certificate, struct oin *out)
{
    QUIETLY;
    const X509_NAME *subject = X509_get_subject_name(certificate->x509);
    const ASN1_STRING *entry = only_entry(subject, NID_serialNumber);
    char text[OIN_LENGTH + 1] = "";

    /* The type and the length first: a NUL or another alphabet must not shorten it. */
    if (!entry || ASN1_STRING_type(entry) != V_ASN1_PRINTABLESTRING ||
        ASN1_STRING_length(entry) != OIN_LENGTH)
        return OUTCOME_MALFORMED;
    memcpy(text, ASN1_STRING_get0_data(entry), OIN_LENGTH);
    return oin_parse(text, out) ? OUTCOME_OK : OUTCOME_MALFORMED;
}

struct bytes certificate_der(const struct certificate *certificate)
{
    return bytes_of(certificate->der, certificate->der_length);
}

enum outcome certificate_fingerprint(const struct certificate *certificate,
                                     uint8_t out[static CERTIFICATE_FINGERPRINT_BYTES])
{
    return sha256(certificate_der(certificate), out);
}

static bool time_of(const ASN1_TIME *time, int64_t *out_s)
{
    struct tm tm = {0};

    if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *out_s = (int64_t)timegm(&tm);
    return true;
}

enum outcome certificate_window(const struct certificate *certificate, int64_t *out_from_s,
                                int64_t *out_until_s)
{
    QUIETLY;
    int64_t from_s, until_s;

    if (!time_of(X509_get0_notBefore(certificate->x509), &from_s) ||
        !time_of(X509_get0_notAfter(certificate->x509), &until_s))
        return OUTCOME_MALFORMED;
    *out_from_s = from_s;
    *out_until_s = until_s;
    return OUTCOME_OK;
}

enum outcome certificate_common_name(const struct certificate *certificate, struct buffer *out)
{
    QUIETLY;

    return certificate_name_text(X509_get_subject_name(certificate->x509), out);
}

bool certificate_names_host(const struct certificate *certificate, const char *host)
{
    QUIETLY;

    return X509_check_ip_asc(certificate->x509, host, 0) == 1 ||
           X509_check_host(certificate->x509, host, strlen(host), 0, NULL) == 1;
}

/* --- signatures --- */

/* RSA means PSS with SHA-256 throughout and a salt of 32 bytes. */
static bool choose_padding(const EVP_PKEY *key, EVP_PKEY_CTX *context)
{
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

enum outcome certificate_verify(const struct certificate *certificate, struct bytes data,
                                struct bytes signature)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();
    EVP_PKEY *key = X509_get0_pubkey(certificate->x509);
    EVP_PKEY_CTX *options = NULL; /* owned by context */
    EVP_MD_CTX *context;
    bool good;

    if (!key || !certificate_key_taken(key))
        return certificate_honest(refused, OUTCOME_KEY_UNKNOWN);
    if (signature.length == 0 || signature.length > CERTIFICATE_SIGNATURE_MAX_BYTES)
        return OUTCOME_SIGNATURE_WRONG;
    context = EVP_MD_CTX_new();
    if (!context)
        return OUTCOME_OUT_OF_MEMORY;
    good = EVP_DigestVerifyInit(context, &options, EVP_sha256(), NULL, key) == 1 &&
           choose_padding(key, options) &&
           EVP_DigestVerify(context, signature.data, signature.length, data.data, data.length) == 1;
    EVP_MD_CTX_free(context);
    return good ? OUTCOME_OK : certificate_honest(refused, OUTCOME_SIGNATURE_WRONG);
}

enum outcome private_key_sign(const struct private_key *key, struct bytes data, struct buffer *out)
{
    QUIETLY;
    uint8_t signature[CERTIFICATE_SIGNATURE_MAX_BYTES];
    size_t length = sizeof signature;
    EVP_PKEY_CTX *options = NULL; /* owned by context */
    const uint64_t refused = certificate_memory_failures();
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good;

    if (!context)
        return OUTCOME_OUT_OF_MEMORY;
    good = EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key->key) == 1 &&
           choose_padding(key->key, options) &&
           EVP_DigestSign(context, signature, &length, data.data, data.length) == 1;
    EVP_MD_CTX_free(context);
    /* Short of memory, ECDSA in OpenSSL 3.0 says that it signed, with a length of -1. */
    if (!good || length > sizeof signature)
        return certificate_honest(refused, OUTCOME_RANDOM_FAILED);
    buffer_add(out, signature, length);
    return buffer_outcome(out);
}

/* --- private keys --- */

/* Takes over `key`, also when it fails. */
static enum outcome private_key_of(EVP_PKEY *taken_key, struct private_key **out)
{
    struct private_key *made = calloc(1, sizeof *made);

    if (!made) {
        EVP_PKEY_free(taken_key);
        return OUTCOME_OUT_OF_MEMORY;
    }
    made->key = taken_key;
    *out = made;
    return OUTCOME_OK;
}

enum outcome private_key_make(struct private_key **out)
{
    QUIETLY;
    EVP_PKEY *key = EVP_EC_gen("P-256");

    return key ? private_key_of(key, out) : OUTCOME_RANDOM_FAILED;
}

enum outcome private_key_read_pem(struct bytes pem, struct private_key **out)
{
    QUIETLY;
    const uint64_t refused = certificate_memory_failures();
    OWNED_BIO bio = NULL;
    EVP_PKEY *key;

    if (pem.length == 0 || pem.length > PEM_MAX_BYTES)
        return OUTCOME_KEY_FILE_WRONG;
    bio = BIO_new_mem_buf(pem.data, (int)pem.length);
    if (!bio)
        return OUTCOME_OUT_OF_MEMORY;
    key = PEM_read_bio_PrivateKey(bio, NULL, certificate_no_passphrase, NULL);
    if (!key || !certificate_key_taken(key)) {
        EVP_PKEY_free(key);
        return certificate_honest(refused, OUTCOME_KEY_FILE_WRONG);
    }
    return private_key_of(key, out);
}

enum outcome private_key_print_pem(const struct private_key *key, struct buffer *out)
{
    QUIETLY;
    OWNED_BIO bio = BIO_new(BIO_s_secmem()); /* wiped when freed */

    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->key, NULL, NULL, 0, NULL, NULL) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    return certificate_take_bio(bio, out);
}

void private_key_free(struct private_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key);
    free(key);
}

void private_key_free_at(struct private_key **key)
{
    private_key_free(*key);
}

bool private_key_fits(const struct private_key *key, const struct certificate *certificate)
{
    QUIETLY;
    EVP_PKEY *other = X509_get0_pubkey(certificate->x509);

    return other && EVP_PKEY_eq(key->key, other) == 1;
}
