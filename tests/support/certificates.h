/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificates.h - a throw-away CA for unit tests and leaves of it. Stops the test
 * when it cannot do its work.
 */
#pragma once

#include "crypto/certificate.h"

extern const int64_t test_now_s; /* 2026-12-03T09:12:44Z */

struct test_ca {
    struct private_key *key;
    struct certificate *certificate;
};

struct test_ca test_ca_make(void);
void test_ca_free(struct test_ca *ca);

/* For both ends of TLS, a year from test_now_s. */
struct certificate_order test_order(const char *common_name, const char *serial_number);
/* The caller owns it. */
struct certificate *test_leaf(const struct test_ca *ca, const struct certificate_order *order,
                              const struct private_key *key);
