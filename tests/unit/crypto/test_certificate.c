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
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
#include "tests/support/scarce_memory.h"

static const int64_t now_s = 1796289164; /* 2026-12-03T09:12:44Z */
static const char corporation[] = "00000099000000010000";

static struct certificate_order order_for(const char *common_name, const char *serial_number)
{
    return (struct certificate_order){
        .subject = {common_name, "Woonstichting Voorbeeld", serial_number},
        .server = true,
        .client = true,
        .from_s = now_s,
        .days = 365,
    };
}

/* A CA and its key, made once. */
static struct private_key *ca_key;
static struct certificate *ca;

static int make_ca(void **state)
{
    struct certificate_order order = order_for("Proef CA", NULL);
    OWNED_BUFFER pem = {0};

    (void)state;
    assert_int_equal(private_key_make(&ca_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, ca_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &ca), OUTCOME_OK);
    return 0;
}

static int free_ca(void **state)
{
    (void)state;
    certificate_free(ca);
    private_key_free(ca_key);
    return 0;
}

static struct certificate *leaf_of(const struct certificate_order *order,
                                   const struct private_key *key)
{
    OWNED_BUFFER pem = {0};
    struct certificate *leaf;

    assert_int_equal(certificate_make_leaf(order, key, ca, ca_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &leaf), OUTCOME_OK);
    return leaf;
}

static X509 *x509_of(const struct certificate *certificate)
{
    struct bytes der = certificate_der(certificate);
    const unsigned char *at = der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)der.length);

    assert_non_null(x509);
    return x509;
}

/* --- what we make --- */

static void a_leaf_says_what_was_ordered(void **state)
{
    struct certificate_order order = order_for("poort.voorbeeld.nl", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    OWNED_BUFFER name = {0};
    int64_t from_s, until_s;
    struct oin oin;

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = leaf_of(&order, key);
    assert_int_equal(certificate_oin(leaf, &oin), OUTCOME_OK);
    assert_string_equal(oin.text, corporation);
    assert_int_equal(certificate_common_name(leaf, &name), OUTCOME_OK);
    assert_string_equal(buffer_text(&name), "poort.voorbeeld.nl");
    assert_int_equal(certificate_window(leaf, &from_s, &until_s), OUTCOME_OK);
    assert_int_equal(from_s, now_s);
    assert_int_equal(until_s, now_s + 365 * 86400);
    assert_true(private_key_fits(key, leaf));
    assert_false(private_key_fits(ca_key, leaf));
}

static bool chain_holds(const struct certificate *leaf, int purpose, int64_t at_s)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509 *root = x509_of(ca), *end = x509_of(leaf);
    bool holds;

    X509_STORE_add_cert(store, root);
    X509_STORE_CTX_init(context, store, end, NULL);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), (time_t)at_s);
    X509_STORE_CTX_set_purpose(context, purpose);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
    holds = X509_verify_cert(context) == 1;
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(root);
    X509_free(end);
    return holds;
}

static void openssl_accepts_the_chain_for_its_uses_and_time_only(void **state)
{
    struct certificate_order order = order_for("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL, *client = NULL;

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = leaf_of(&order, key);
    assert_true(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, now_s + 1));
    assert_true(chain_holds(leaf, X509_PURPOSE_SSL_CLIENT, now_s + 1));
    assert_false(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, now_s - 1));
    assert_false(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, now_s + 366 * 86400));
    order.server = false;
    client = leaf_of(&order, key);
    assert_true(chain_holds(client, X509_PURPOSE_SSL_CLIENT, now_s + 1));
    assert_false(chain_holds(client, X509_PURPOSE_SSL_SERVER, now_s + 1));
}

static void the_ca_signs_leaves_and_no_further_ca(void **state)
{
    X509 *root = x509_of(ca);

    (void)state;
    assert_int_equal(X509_check_ca(root), 1);
    assert_int_equal(X509_get_pathlen(root), 0);
    assert_int_equal(X509_get_key_usage(root), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
    X509_free(root);
}

static void names_and_addresses_stand_in_the_leaf(void **state)
{
    static const char *const dns[] = {"poort.voorbeeld.nl", "localhost", NULL};
    static const char *const ip[] = {"127.0.0.1", "::1", NULL};
    struct certificate_order order = order_for("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    X509 *x509;

    (void)state;
    order.dns = dns;
    order.ip = ip;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = leaf_of(&order, key);
    x509 = x509_of(leaf);
    assert_int_equal(X509_check_host(x509, "poort.voorbeeld.nl", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x509, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x509, "ander.voorbeeld.nl", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(x509, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x509, "::1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x509, "127.0.0.2", 0), 0);
    X509_free(x509);
}

static void serial_numbers_are_drawn_and_positive(void **state)
{
    struct certificate_order order = order_for("poort", corporation);
    OWNED_CERTIFICATE one = leaf_of(&order, ca_key), *other = leaf_of(&order, ca_key);
    X509 *a = x509_of(one), *b = x509_of(other);

    (void)state;
    assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(a)), 16);
    assert_int_equal(ASN1_STRING_type(X509_get0_serialNumber(a)), V_ASN1_INTEGER);
    assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(a), X509_get0_serialNumber(b)), 0);
    X509_free(a);
    X509_free(b);
}

static void an_impossible_order_is_refused(void **state)
{
    static const char *const bad_dns[] = {"a,IP:1.2.3.4", NULL}, *const bad_ip[] = {"1.2.3", NULL};
    static const char *const many[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i",
                                       "j", "k", "l", "m", "n", "o", "p", "q", NULL};
    char long_name[80];
    struct certificate_order orders[8];
    OWNED_BUFFER pem = {0};

    (void)state;
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < 8; i++)
        orders[i] = order_for("poort", corporation);
    orders[0].dns = bad_dns;
    orders[1].ip = bad_ip;
    orders[2].dns = many;
    orders[3].subject.common_name = long_name; /* X.520: at most 64 */
    orders[4].subject.common_name = NULL;
    orders[5].days = 0;
    orders[6].days = 1000000;
    orders[7].from_s = -1;
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(certificate_make_leaf(&orders[i], ca_key, ca, ca_key, &pem),
                         OUTCOME_MALFORMED);
    assert_int_equal(pem.length, 0);
}

static void a_key_that_is_not_the_ca_s_signs_nothing(void **state)
{
    struct certificate_order order = order_for("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(certificate_make_leaf(&order, key, ca, key, &pem), OUTCOME_KEY_UNKNOWN);
    assert_int_equal(pem.length, 0);
}

/* --- requests --- */

static void a_request_becomes_a_certificate_for_its_key(void **state)
{
    const struct certificate_subject asked = {"j.jansen", NULL, "00000099000000990000"};
    struct certificate_order order = order_for("medewerker-12", NULL);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE_REQUEST request = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    OWNED_BUFFER request_pem = {0}, pem = {0}, name = {0}, given = {0};
    struct oin oin;

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(certificate_request_make(&asked, key, &request_pem), OUTCOME_OK);
    assert_int_equal(certificate_request_read(buffer_bytes(&request_pem), &request), OUTCOME_OK);
    assert_int_equal(certificate_request_common_name(request, &name), OUTCOME_OK);
    assert_string_equal(buffer_text(&name), "j.jansen");
    assert_int_equal(certificate_make_requested(&order, request, ca, ca_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &leaf), OUTCOME_OK);
    assert_true(private_key_fits(key, leaf));
    assert_int_equal(certificate_common_name(leaf, &given), OUTCOME_OK);
    assert_string_equal(buffer_text(&given), "medewerker-12");
    /* The OIN that the request asked for is not taken over. */
    assert_int_equal(certificate_oin(leaf, &oin), OUTCOME_MALFORMED);
}

static X509_REQ *request_of(struct bytes pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.length);
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);

    BIO_free(bio);
    assert_non_null(request);
    return request;
}

static void print_request(X509_REQ *request, struct buffer *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    long length;

    PEM_write_bio_X509_REQ(bio, request);
    length = BIO_get_mem_data(bio, &data);
    buffer_add(out, data, (size_t)length);
    BIO_free(bio);
}

static void a_request_that_its_key_did_not_sign_is_refused(void **state)
{
    const struct certificate_subject subject = {"medewerker", NULL, NULL};
    struct certificate_request *request = NULL;
    OWNED_BUFFER pem = {0}, tampered = {0};
    X509_REQ *parsed;
    EVP_PKEY *other = EVP_EC_gen("P-256");

    (void)state;
    assert_int_equal(certificate_request_make(&subject, ca_key, &pem), OUTCOME_OK);
    parsed = request_of(buffer_bytes(&pem));
    X509_REQ_set_pubkey(parsed, other); /* the old signature stays */
    print_request(parsed, &tampered);
    assert_int_equal(certificate_request_read(buffer_bytes(&tampered), &request),
                     OUTCOME_SIGNATURE_WRONG);
    assert_int_equal(certificate_request_read(bytes_of_text("geen PEM"), &request),
                     OUTCOME_MALFORMED);
    assert_int_equal(certificate_request_read(bytes_of(NULL, 0), &request), OUTCOME_MALFORMED);
    X509_REQ_free(parsed);
    EVP_PKEY_free(other);
}

static void a_request_over_the_limit_or_with_another_kind_of_key_is_refused(void **state)
{
    struct certificate_request *request = NULL;
    OWNED_BUFFER large = {0}, pem = {0};
    EVP_PKEY *ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509_REQ *made = X509_REQ_new();

    (void)state;
    while (large.length <= 16 * 1024)
        buffer_add_byte(&large, '\n');
    assert_int_equal(certificate_request_read(buffer_bytes(&large), &request), OUTCOME_TOO_LARGE);
    X509_REQ_set_pubkey(made, ed25519);
    X509_REQ_sign(made, ed25519, NULL);
    print_request(made, &pem);
    assert_int_equal(certificate_request_read(buffer_bytes(&pem), &request), OUTCOME_KEY_UNKNOWN);
    X509_REQ_free(made);
    EVP_PKEY_free(ed25519);
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
    assert_int_equal(certificate_read_der(certificate_der(ca), &again), OUTCOME_OK);
    assert_true(bytes_equal(certificate_der(ca), certificate_der(again)));
    assert_int_equal(certificate_fingerprint(again, one), OUTCOME_OK);
    assert_int_equal(sha256(certificate_der(ca), other), OUTCOME_OK);
    assert_memory_equal(one, other, sizeof one);
}

static void what_is_no_certificate_is_refused(void **state)
{
    struct bytes der = certificate_der(ca);
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
    assert_int_equal(certificate_verify(ca, bytes_of_text("a"), bytes_of_text("b")),
                     OUTCOME_SIGNATURE_WRONG);
    assert_true(ERR_peek_error() == 0);
}

/* --- keys and signatures --- */

static void a_key_comes_back_from_its_pem(void **state)
{
    OWNED_PRIVATE_KEY key = NULL, *again = NULL;
    struct certificate_order order = order_for("poort", corporation);
    OWNED_CERTIFICATE leaf = NULL;
    OWNED_BUFFER pem = {0};

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(private_key_print_pem(key, &pem), OUTCOME_OK);
    assert_non_null(strstr(buffer_text(&pem), "-----BEGIN PRIVATE KEY-----"));
    assert_int_equal(private_key_read_pem(buffer_bytes(&pem), &again), OUTCOME_OK);
    leaf = leaf_of(&order, key);
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
    struct certificate_order order = order_for("poort", corporation);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        OWNED_CERTIFICATE leaf = leaf_of(&order, keys[i]);
        OWNED_BUFFER signature = {0};
        assert_int_equal(private_key_sign(keys[i], bytes_of_text("tekst"), &signature), OUTCOME_OK);
        assert_int_equal(certificate_verify(leaf, bytes_of_text("tekst"), buffer_bytes(&signature)),
                         OUTCOME_OK);
        assert_int_equal(certificate_verify(leaf, bytes_of_text("teksd"), buffer_bytes(&signature)),
                         OUTCOME_SIGNATURE_WRONG);
        assert_int_equal(certificate_verify(ca, bytes_of_text("tekst"), buffer_bytes(&signature)),
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
    struct certificate_order order = order_for("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[512];
    size_t length = sizeof signature;

    (void)state;
    EVP_PKEY_up_ref(rsa);
    key = key_of(rsa);
    leaf = leaf_of(&order, key);
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

static enum outcome make_and_read(struct buffer *pem, struct certificate **out)
{
    struct certificate_order order = order_for("poort", corporation);

    buffer_wipe(pem);
    TRY(certificate_make_leaf(&order, ca_key, ca, ca_key, pem));
    return certificate_read_pem(buffer_bytes(pem), out);
}

static enum outcome request_and_read(struct buffer *pem, struct certificate_request **out)
{
    const struct certificate_subject subject = {"medewerker", NULL, NULL};

    buffer_wipe(pem);
    TRY(certificate_request_make(&subject, ca_key, pem));
    return certificate_request_read(buffer_bytes(pem), out);
}

static enum outcome key_and_read(struct buffer *pem, struct private_key **out)
{
    buffer_wipe(pem);
    TRY(private_key_print_pem(ca_key, pem));
    return private_key_read_pem(buffer_bytes(pem), out);
}

static void scarce_memory_is_survived(void **state)
{
    struct certificate_request *request = NULL;
    struct certificate *leaf = NULL;
    struct private_key *key = NULL;
    OWNED_BUFFER pem = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, make_and_read(&pem, &leaf), certificate_free(leaf));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, request_and_read(&pem, &request),
                       certificate_request_free(request));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, key_and_read(&pem, &key), private_key_free(key));
    assert_int_equal(outcome, OUTCOME_OK);
    certificate_free(NULL);
    certificate_request_free(NULL);
    private_key_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_says_what_was_ordered),
        cmocka_unit_test(openssl_accepts_the_chain_for_its_uses_and_time_only),
        cmocka_unit_test(the_ca_signs_leaves_and_no_further_ca),
        cmocka_unit_test(names_and_addresses_stand_in_the_leaf),
        cmocka_unit_test(serial_numbers_are_drawn_and_positive),
        cmocka_unit_test(an_impossible_order_is_refused),
        cmocka_unit_test(a_key_that_is_not_the_ca_s_signs_nothing),
        cmocka_unit_test(a_request_becomes_a_certificate_for_its_key),
        cmocka_unit_test(a_request_that_its_key_did_not_sign_is_refused),
        cmocka_unit_test(a_request_over_the_limit_or_with_another_kind_of_key_is_refused),
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
