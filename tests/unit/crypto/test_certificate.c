/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
#include "tests/support/certificates.h"
#include "tests/support/scarce_memory.h"

static const char corporation[] = "00000099000000010000";
static struct test_ca ca; /* made once */

static int make_ca(void **state)
{
    (void)state;
    ca = test_ca_make();
    return 0;
}

static int free_ca(void **state)
{
    (void)state;
    test_ca_free(&ca);
    return 0;
}

/* --- whom a certificate names --- */

/* A certificate by hand: our maker cannot make what must be refused. `types` are ASN.1 types
 * of the serialNumber entries; `length` -1: of the text. */
static struct certificate *certificate_naming(const char *const *texts, const int *types,
                                              const int *lengths, size_t count, EVP_PKEY *key)
{
    X509 *x509 = X509_new();
    X509_NAME *subject = X509_get_subject_name(x509);
    struct certificate *certificate;
    unsigned char *der = NULL;
    int length;

    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)"x", -1, -1, 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(X509_NAME_add_entry_by_NID(subject, NID_serialNumber, types[i],
                                                    (const unsigned char *)texts[i], lengths[i], -1,
                                                    0),
                         1);
    X509_set_version(x509, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_sign(x509, key, EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256());
    length = i2d_X509(x509, &der);
    assert_int_equal(certificate_read_der(bytes_of(der, (size_t)length), &certificate), OUTCOME_OK);
    OPENSSL_free(der);
    X509_free(x509);
    return certificate;
}

static void only_one_printable_serial_number_is_an_oin(void **state)
{
    static const char zero[] = "0000009900000001000\0";
    static const char wide[] = "\0A\0B\0C\0D\0E\0F\0G\0H\0I\0J"; /* 20 bytes of BMP */
    static const struct {
        const char *texts[2];
        int types[2], lengths[2];
        size_t count;
        enum outcome outcome;
    } rows[] = {
        {{corporation}, {V_ASN1_PRINTABLESTRING}, {-1}, 1, OUTCOME_OK},
        {{NULL}, {0}, {0}, 0, OUTCOME_MALFORMED},
        {{corporation, corporation},
         {V_ASN1_PRINTABLESTRING, V_ASN1_PRINTABLESTRING},
         {-1, -1},
         2,
         OUTCOME_MALFORMED},
        {{corporation}, {V_ASN1_UTF8STRING}, {-1}, 1, OUTCOME_MALFORMED},
        {{corporation}, {V_ASN1_IA5STRING}, {-1}, 1, OUTCOME_MALFORMED},
        {{wide}, {V_ASN1_BMPSTRING}, {20}, 1, OUTCOME_MALFORMED},
        {{zero}, {V_ASN1_PRINTABLESTRING}, {20}, 1, OUTCOME_MALFORMED},
        {{"00000099000000010000\0x"}, {V_ASN1_PRINTABLESTRING}, {22}, 1, OUTCOME_MALFORMED},
        {{"0000009900000001000"}, {V_ASN1_PRINTABLESTRING}, {-1}, 1, OUTCOME_MALFORMED},
        {{"000000990000000100000"}, {V_ASN1_PRINTABLESTRING}, {-1}, 1, OUTCOME_MALFORMED},
        {{"0000009900000001000a"}, {V_ASN1_PRINTABLESTRING}, {-1}, 1, OUTCOME_MALFORMED},
        {{"0000009900000001000 "}, {V_ASN1_PRINTABLESTRING}, {-1}, 1, OUTCOME_MALFORMED},
    };
    EVP_PKEY *key = EVP_EC_gen("P-256");

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct oin oin = {"untouched"};
        OWNED_CERTIFICATE certificate =
            certificate_naming(rows[i].texts, rows[i].types, rows[i].lengths, rows[i].count, key);
        assert_int_equal(certificate_oin(certificate, &oin), rows[i].outcome);
        assert_string_equal(oin.text, rows[i].outcome == OUTCOME_OK ? corporation : "untouched");
    }
    EVP_PKEY_free(key);
}

/* --- reading --- */

static void der_and_fingerprint_are_those_of_the_pem(void **state)
{
    OWNED_CERTIFICATE again = NULL;
    uint8_t one[CERTIFICATE_FINGERPRINT_BYTES], other[CERTIFICATE_FINGERPRINT_BYTES];

    (void)state;
    assert_int_equal(certificate_read_der(certificate_der(ca.certificate), &again), OUTCOME_OK);
    assert_true(bytes_equal(certificate_der(ca.certificate), certificate_der(again)));
    assert_int_equal(certificate_fingerprint(again, one), OUTCOME_OK);
    assert_int_equal(sha256(certificate_der(ca.certificate), other), OUTCOME_OK);
    assert_memory_equal(one, other, sizeof one);
}

static void what_is_no_certificate_is_refused(void **state)
{
    struct bytes der = certificate_der(ca.certificate);
    struct certificate *out = NULL;
    OWNED_BUFFER longer = {0}, large = {0};

    (void)state;
    for (size_t length = 0; length < der.length; length++)
        assert_int_equal(certificate_read_der(bytes_of(der.data, length), &out), OUTCOME_MALFORMED);
    buffer_add_bytes(&longer, der);
    buffer_add_byte(&longer, 0);
    assert_int_equal(certificate_read_der(buffer_bytes(&longer), &out), OUTCOME_MALFORMED);
    while (large.length <= CERTIFICATE_MAX_BYTES)
        buffer_add_byte(&large, 0x30);
    assert_int_equal(certificate_read_der(buffer_bytes(&large), &out), OUTCOME_TOO_LARGE);
    assert_int_equal(certificate_read_pem(bytes_of_text("geen PEM"), &out), OUTCOME_MALFORMED);
    assert_int_equal(certificate_read_pem(bytes_of(NULL, 0), &out), OUTCOME_MALFORMED);
    while (large.length <= 64 * 1024)
        buffer_add_byte(&large, '\n');
    assert_int_equal(certificate_read_pem(buffer_bytes(&large), &out), OUTCOME_TOO_LARGE);
    assert_null(out);
}

static void our_failures_leave_no_errors_for_tls_to_find(void **state)
{
    struct certificate *out = NULL;
    struct private_key *key = NULL;

    (void)state;
    ERR_clear_error();
    assert_int_equal(certificate_read_der(bytes_of_text("x"), &out), OUTCOME_MALFORMED);
    assert_int_equal(certificate_read_pem(bytes_of_text("x"), &out), OUTCOME_MALFORMED);
    assert_int_equal(private_key_read_pem(bytes_of_text("x"), &key), OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(certificate_verify(ca.certificate, bytes_of_text("a"), bytes_of_text("b")),
                     OUTCOME_SIGNATURE_WRONG);
    assert_true(ERR_peek_error() == 0);
}

/* --- keys and signatures --- */

static void a_key_comes_back_from_its_pem(void **state)
{
    OWNED_PRIVATE_KEY key = NULL, *again = NULL;
    struct certificate_order order = test_order("poort", corporation);
    OWNED_CERTIFICATE leaf = NULL;
    OWNED_BUFFER pem = {0};

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(private_key_print_pem(key, &pem), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&pem), "-----BEGIN PRIVATE KEY-----"));
    assert_int_equal(private_key_read_pem(buffer_bytes(&pem), &again), OUTCOME_OK);
    leaf = test_leaf(&ca, &order, key);
    assert_true(private_key_fits(again, leaf));
}

static struct private_key *key_of(EVP_PKEY *evp)
{
    struct private_key *key = NULL;
    OWNED_BUFFER pem = {0};
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long length;

    PEM_write_bio_PKCS8PrivateKey(bio, evp, NULL, NULL, 0, NULL, NULL);
    length = BIO_get_mem_data(bio, &data);
    buffer_add(&pem, data, (size_t)length);
    BIO_free(bio);
    EVP_PKEY_free(evp);
    if (private_key_read_pem(buffer_bytes(&pem), &key) != OUTCOME_OK)
        return NULL;
    return key;
}

static void signatures_hold_for_every_kind_of_key(void **state)
{
    struct private_key *keys[3] = {key_of(EVP_EC_gen("P-256")), key_of(EVP_EC_gen("P-384")),
                                   key_of(EVP_RSA_gen(2048))};
    struct certificate_order order = test_order("poort", corporation);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        OWNED_CERTIFICATE leaf = test_leaf(&ca, &order, keys[i]);
        OWNED_BUFFER signature = {0};
        assert_int_equal(private_key_sign(keys[i], bytes_of_text("tekst"), &signature), OUTCOME_OK);
        assert_int_equal(certificate_verify(leaf, bytes_of_text("tekst"), buffer_bytes(&signature)),
                         OUTCOME_OK);
        assert_int_equal(certificate_verify(leaf, bytes_of_text("teksd"), buffer_bytes(&signature)),
                         OUTCOME_SIGNATURE_WRONG);
        assert_int_equal(
            certificate_verify(ca.certificate, bytes_of_text("tekst"), buffer_bytes(&signature)),
            OUTCOME_SIGNATURE_WRONG);
        for (size_t at = 0; at < signature.length; at++) {
            signature.data[at] ^= (uint8_t)(1 << at % 8);
            assert_int_equal(
                certificate_verify(leaf, bytes_of_text("tekst"), buffer_bytes(&signature)),
                OUTCOME_SIGNATURE_WRONG);
            signature.data[at] ^= (uint8_t)(1 << at % 8);
        }
        private_key_free(keys[i]);
    }
}

/* RSA in its old padding, by OpenSSL itself, over the right text. */
static void an_rsa_signature_in_the_old_padding_is_refused(void **state)
{
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    struct certificate_order order = test_order("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[512];
    size_t length = sizeof signature;

    (void)state;
    EVP_PKEY_up_ref(rsa);
    key = key_of(rsa);
    leaf = test_leaf(&ca, &order, key);
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, rsa), 1);
    assert_int_equal(EVP_DigestSign(context, signature, &length, (const uint8_t *)"tekst", 5), 1);
    assert_int_equal(certificate_verify(leaf, bytes_of_text("tekst"), bytes_of(signature, length)),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(certificate_verify(leaf, bytes_of_text("tekst"), bytes_of(NULL, 0)),
                     OUTCOME_SIGNATURE_WRONG);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(rsa);
}

static void keys_of_another_kind_or_too_small_are_not_taken(void **state)
{
    EVP_PKEY *weak[] = {EVP_RSA_gen(1024), EVP_EC_gen("secp256k1"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")};

    (void)state;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        OWNED_CERTIFICATE certificate = certificate_naming(NULL, NULL, NULL, 0, weak[i]);
        assert_int_equal(certificate_verify(certificate, bytes_of_text("a"), bytes_of_text("b")),
                         OUTCOME_KEY_UNKNOWN);
        assert_null(key_of(weak[i]));
    }
}

static void a_key_under_a_passphrase_or_damaged_is_refused(void **state)
{
    struct private_key *key = NULL;
    EVP_PKEY *evp = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long length;

    (void)state;
    PEM_write_bio_PKCS8PrivateKey(bio, evp, EVP_aes_256_cbc(), "geheim", 6, NULL, NULL);
    length = BIO_get_mem_data(bio, &data);
    assert_int_equal(private_key_read_pem(bytes_of(data, (size_t)length), &key),
                     OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(private_key_read_pem(bytes_of(data, (size_t)length / 2), &key),
                     OUTCOME_KEY_FILE_WRONG);
    assert_int_equal(private_key_read_pem(bytes_of(NULL, 0), &key), OUTCOME_KEY_FILE_WRONG);
    assert_null(key);
    BIO_free(bio);
    EVP_PKEY_free(evp);
}

/* --- memory --- */

static enum outcome key_and_read(struct buffer *pem, struct private_key **out)
{
    buffer_wipe(pem);
    TRY(private_key_print_pem(ca.key, pem));
    return private_key_read_pem(buffer_bytes(pem), out);
}

static void scarce_memory_is_survived(void **state)
{
    struct private_key *key = NULL;
    OWNED_BUFFER pem = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, key_and_read(&pem, &key), private_key_free(key));
    assert_int_equal(outcome, OUTCOME_OK);
    private_key_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_printable_serial_number_is_an_oin),
        cmocka_unit_test(der_and_fingerprint_are_those_of_the_pem),
        cmocka_unit_test(what_is_no_certificate_is_refused),
        cmocka_unit_test(our_failures_leave_no_errors_for_tls_to_find),
        cmocka_unit_test(a_key_comes_back_from_its_pem),
        cmocka_unit_test(signatures_hold_for_every_kind_of_key),
        cmocka_unit_test(an_rsa_signature_in_the_old_padding_is_refused),
        cmocka_unit_test(keys_of_another_kind_or_too_small_are_not_taken),
        cmocka_unit_test(a_key_under_a_passphrase_or_damaged_is_refused),
        cmocka_unit_test(scarce_memory_is_survived),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_ca, free_ca);
}
