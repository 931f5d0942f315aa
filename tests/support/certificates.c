/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/certificates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const int64_t test_now_s = 1796289164;

struct certificate_order test_order(const char *common_name, const char *serial_number)
{
    return (struct certificate_order){
        .subject = {common_name, "Woonstichting Voorbeeld", serial_number},
        .server = true,
        .client = true,
        .from_s = test_now_s,
        .days = 365,
    };
}

struct test_ca test_ca_make(void)
{
    struct certificate_order order = test_order("Proef CA", NULL);
    OWNED_BUFFER pem = {0};
    struct test_ca ca;

    assert_int_equal(private_key_make(&ca.key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, ca.key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &ca.certificate), OUTCOME_OK);
    return ca;
}

void test_ca_free(struct test_ca *ca)
{
    certificate_free(ca->certificate);
    private_key_free(ca->key);
}

struct certificate *test_leaf(const struct test_ca *ca, const struct certificate_order *order,
                              const struct private_key *key)
{
    OWNED_BUFFER pem = {0};
    struct certificate *leaf;

    assert_int_equal(certificate_make_leaf(order, key, ca->certificate, ca->key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), &leaf), OUTCOME_OK);
    return leaf;
}
