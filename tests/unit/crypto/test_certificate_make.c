/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/ready.h"
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
    struct certificate_order order = test_order("poort.voorbeeld.nl", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    OWNED_BUFFER name = {0};
    int64_t from_s, until_s;
    struct oin oin;

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = test_leaf(&ca, &order, key);
    assert_int_equal(certificate_oin(leaf, &oin), OUTCOME_OK);
    assert_string_equal(oin.text, corporation);
    assert_int_equal(certificate_common_name(leaf, &name), OUTCOME_OK);
    assert_string_equal(buffer_text(&name), "poort.voorbeeld.nl");
    assert_int_equal(certificate_window(leaf, &from_s, &until_s), OUTCOME_OK);
    assert_int_equal(from_s, test_now_s);
    assert_int_equal(until_s, test_now_s + 365 * 86400);
    assert_true(private_key_fits(key, leaf));
    assert_false(private_key_fits(ca.key, leaf));
}

static bool chain_holds(const struct certificate *leaf, int purpose, int64_t at_s)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509 *root = x509_of(ca.certificate), *end = x509_of(leaf);
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
    struct certificate_order order = test_order("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL, *client = NULL;

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = test_leaf(&ca, &order, key);
    assert_true(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, test_now_s + 1));
    assert_true(chain_holds(leaf, X509_PURPOSE_SSL_CLIENT, test_now_s + 1));
    assert_false(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, test_now_s - 1));
    assert_false(chain_holds(leaf, X509_PURPOSE_SSL_SERVER, test_now_s + 366 * 86400));
    order.server = false;
    client = test_leaf(&ca, &order, key);
    assert_true(chain_holds(client, X509_PURPOSE_SSL_CLIENT, test_now_s + 1));
    assert_false(chain_holds(client, X509_PURPOSE_SSL_SERVER, test_now_s + 1));
}

static void the_ca_signs_leaves_and_no_further_ca(void **state)
{
    X509 *root = x509_of(ca.certificate);

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
    struct certificate_order order = test_order("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_CERTIFICATE leaf = NULL;
    X509 *x509;

    (void)state;
    order.dns = dns;
    order.ip = ip;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    leaf = test_leaf(&ca, &order, key);
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
    struct certificate_order order = test_order("poort", corporation);
    OWNED_CERTIFICATE one = test_leaf(&ca, &order, ca.key), *other = test_leaf(&ca, &order, ca.key);
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
        orders[i] = test_order("poort", corporation);
    orders[0].dns = bad_dns;
    orders[1].ip = bad_ip;
    orders[2].dns = many;
    orders[3].subject.common_name = long_name; /* X.520: at most 64 */
    orders[4].subject.common_name = NULL;
    orders[5].days = 0;
    orders[6].days = 1000000;
    orders[7].from_s = -1;
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(certificate_make_leaf(&orders[i], ca.key, ca.certificate, ca.key, &pem),
                         OUTCOME_MALFORMED);
    assert_int_equal(pem.length, 0);
}

static void a_key_that_is_not_the_ca_s_signs_nothing(void **state)
{
    struct certificate_order order = test_order("poort", corporation);
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};

    (void)state;
    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(certificate_make_leaf(&order, key, ca.certificate, key, &pem),
                     OUTCOME_KEY_UNKNOWN);
    assert_int_equal(pem.length, 0);
}

/* --- requests --- */

static void a_request_becomes_a_certificate_for_its_key(void **state)
{
    const struct certificate_subject asked = {"j.jansen", NULL, "00000099000000990000"};
    struct certificate_order order = test_order("medewerker-12", NULL);
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
    assert_int_equal(certificate_make_requested(&order, request, ca.certificate, ca.key, &pem),
                     OUTCOME_OK);
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
    assert_int_equal(certificate_request_make(&subject, ca.key, &pem), OUTCOME_OK);
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

/* --- memory --- */

static enum outcome make_and_read(struct buffer *pem, struct certificate **out)
{
    struct certificate_order order = test_order("poort", corporation);

    buffer_wipe(pem);
    TRY(certificate_make_leaf(&order, ca.key, ca.certificate, ca.key, pem));
    return certificate_read_pem(buffer_bytes(pem), out);
}

static enum outcome request_and_read(struct buffer *pem, struct certificate_request **out)
{
    const struct certificate_subject subject = {"medewerker", NULL, NULL};

    buffer_wipe(pem);
    TRY(certificate_request_make(&subject, ca.key, pem));
    return certificate_request_read(buffer_bytes(pem), out);
}

static void scarce_memory_is_survived(void **state)
{
    struct certificate_request *request = NULL;
    struct certificate *leaf = NULL;
    OWNED_BUFFER pem = {0};
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, make_and_read(&pem, &leaf), certificate_free(leaf));
    assert_int_equal(outcome, OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, request_and_read(&pem, &request),
                       certificate_request_free(request));
    assert_int_equal(outcome, OUTCOME_OK);
    certificate_free(NULL);
    certificate_request_free(NULL);
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
        cmocka_unit_test(scarce_memory_is_survived),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make_ca, free_ca);
}
