/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gateway/trust.h"
#include "tests/support/pki.h"

static struct pki pki;

static int make_pki(void **state)
{
    const struct pki_leaf leaves[] = {
        {.name = "caller", .ca = "ca", .client = true},
        {.name = "server", .ca = "ca", .server = true},
        {.name = "ended", .ca = "ca", .client = true, .from_s = -864000, .days = 1},
    };

    (void)state;
    pki_begin(&pki);
    pki_new_ca(&pki, "ca");
    pki_new_ca(&pki, "other");
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
        pki_new_leaf(&pki, &leaves[i]);
    return 0;
}

static int remove_pki(void **state)
{
    (void)state;
    pki_end(&pki);
    return 0;
}

static enum outcome load(const char *crl, int64_t grace_s, X509_STORE **out,
                         enum trust_fault *out_fault)
{
    char ca[PKI_PATH_BYTES], list[PKI_PATH_BYTES];
    const struct trust_options options = {.ca_file = pki_path(&pki, "ca", ".pem", ca),
                                          .crl_file =
                                              crl ? pki_path(&pki, crl, ".crl", list) : NULL,
                                          .crl_grace_s = grace_s,
                                          .rsa_bits_min = 2048,
                                          .usage = XKU_SSL_CLIENT};

    return trust_load(&options, out, out_fault);
}

/* What OpenSSL says of a leaf under this store. */
static int judged(X509_STORE *store, const char *name)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(&pki, name, ".pem", path), "rb");
    X509_STORE_CTX *chain = X509_STORE_CTX_new();
    X509 *leaf;
    int error;

    assert_non_null(file);
    leaf = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_int_equal(X509_STORE_CTX_init(chain, store, leaf, NULL), 1);
    X509_verify_cert(chain);
    error = X509_STORE_CTX_get_error(chain);
    X509_STORE_CTX_free(chain);
    X509_free(leaf);
    return error;
}

static int judged_with(const char *crl, int64_t grace_s, const char *name)
{
    enum trust_fault fault;
    X509_STORE *store = NULL;
    int error;

    assert_int_equal(load(crl, grace_s, &store, &fault), OUTCOME_OK);
    error = judged(store, name);
    X509_STORE_free(store);
    return error;
}

static void t6_a_leaf_must_say_what_it_is_for(void **state)
{
    (void)state;
    assert_int_equal(judged_with(NULL, 0, "caller"), X509_V_OK);
    assert_int_equal(judged_with(NULL, 0, "server"), X509_V_ERR_INVALID_PURPOSE);
    assert_int_equal(judged_with(NULL, 0, "ended"), X509_V_ERR_CERT_HAS_EXPIRED);
}

static void t4_a_list_counts_until_its_end_and_the_grace(void **state)
{
    (void)state;
    pki_new_crl(&pki, "fine", "ca", "server", 3600);
    pki_new_crl(&pki, "revokes", "ca", "caller", 3600);
    pki_new_crl(&pki, "ended", "ca", NULL, -600);
    pki_new_crl(&pki, "elsewhere", "other", NULL, 3600);
    assert_int_equal(judged_with("fine", 0, "caller"), X509_V_OK);
    assert_int_equal(judged_with("revokes", 0, "caller"), X509_V_ERR_CERT_REVOKED);
    assert_int_equal(judged_with("ended", 0, "caller"), X509_V_ERR_CRL_HAS_EXPIRED);
    assert_int_equal(judged_with("ended", 540, "caller"), X509_V_ERR_CRL_HAS_EXPIRED);
    assert_int_equal(judged_with("ended", 3600, "caller"), X509_V_OK);
    assert_int_equal(judged_with("elsewhere", 3600, "caller"), X509_V_ERR_UNABLE_TO_GET_CRL);
}

static void t4_the_end_of_a_list_is_told(void **state)
{
    enum trust_fault fault;
    X509_STORE *store = NULL;
    int64_t end_s;

    (void)state;
    assert_int_equal(load(NULL, 3600, &store, &fault), OUTCOME_OK);
    assert_int_equal(trust_lists_end_s(store), INT64_MAX);
    assert_int_equal(trust_stale_at_s(store), INT64_MAX);
    X509_STORE_free(store);
    pki_new_crl(&pki, "fine", "ca", NULL, 3600);
    assert_int_equal(load("fine", 7200, &store, &fault), OUTCOME_OK);
    end_s = trust_lists_end_s(store);
    assert_true(end_s > time(NULL) + 3000 && end_s <= time(NULL) + 3600);
    assert_int_equal(trust_stale_at_s(store), end_s + 7200);
    X509_STORE_free(store);
}

/* RFC 5280 demands a nextUpdate; a list without one would count for ever. */
static void write_endless_list(void)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(&pki, "ca", ".key", path), "rb");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60);
    X509_CRL *crl = X509_CRL_new();
    X509_NAME *issuer = X509_NAME_new();

    fclose(file);
    assert_int_equal(X509_CRL_set_version(crl, 1), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, issuer), 1);
    assert_int_equal(X509_CRL_set1_lastUpdate(crl, now), 1);
    assert_true(X509_CRL_sign(crl, key, EVP_sha256()) > 0);
    file = fopen(pki_path(&pki, "endless", ".crl", path), "wb");
    assert_int_equal(PEM_write_X509_CRL(file, crl), 1);
    fclose(file);
    X509_NAME_free(issuer);
    ASN1_TIME_free(now);
    X509_CRL_free(crl);
    EVP_PKEY_free(key);
}

static void a_file_that_cannot_be_is_named(void **state)
{
    const struct trust_options no_ca = {.ca_file = "/absent", .rsa_bits_min = 2048};
    enum trust_fault fault = TRUST_FAULT_CRL;
    X509_STORE *store = NULL;

    (void)state;
    assert_int_equal(trust_load(&no_ca, &store, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault, TRUST_FAULT_CA);
    assert_int_equal(load("absent", 0, &store, &fault), OUTCOME_FILE_WRONG);
    assert_int_equal(fault, TRUST_FAULT_CRL);
    write_endless_list();
    assert_int_equal(load("endless", 0, &store, &fault), OUTCOME_FILE_WRONG);
    assert_null(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t6_a_leaf_must_say_what_it_is_for),
        cmocka_unit_test(t4_a_list_counts_until_its_end_and_the_grace),
        cmocka_unit_test(t4_the_end_of_a_list_is_told),
        cmocka_unit_test(a_file_that_cannot_be_is_named),
    };

    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
