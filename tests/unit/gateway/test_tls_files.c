/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of TLS that are replaced while memory is short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "crypto/ready.h"
#include "gateway/tls_files.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/served.h"

static struct served served;
static struct settings settings;
static struct gateway gateway;
static char paths[3][PKI_PATH_BYTES];

static void new_certificate(void)
{
    const struct pki_leaf leaf = {.name = "server",
                                  .ca = "ca",
                                  .oin = "00000099000000009000",
                                  .server = true,
                                  .client = true};

    pki_new_leaf(&served.pki, &leaf);
}

/* The serial number of the certificate that a client is shown. */
static long shown(void)
{
    struct tls_client client;
    X509 *x509;
    long number;

    assert_true(served_connect(&served, SERVED_PUBLIC, NULL, &client));
    x509 = SSL_get1_peer_certificate(client.ssl);
    number = (long)X509_issuer_and_serial_hash(x509);
    X509_free(x509);
    tls_close(&client);
    return number;
}

static void pass_with(struct tls_files *files, int lasts)
{
    memory_lasts_for(lasts);
    tls_files_pass(files);
    memory_lasts_for(-1);
}

/* A list of revoked certificates that is put in its place once would not count until the next. */
static void what_found_no_memory_is_read_again(void **state)
{
    struct tls_files *files = NULL;
    bool hit;
    int lasts = 0;

    (void)state;
    assert_int_equal(tls_files_new(&gateway, &files), OUTCOME_OK);
    do {
        const long before = shown();
        new_certificate();
        tls_files_pass(files); /* it does not lie still yet */
        pass_with(files, lasts);
        hit = memory_ran_out();
        tls_files_pass(files);
        assert_int_not_equal(shown(), before);
        lasts += 1 + lasts / 10;
    } while (hit);
    assert_true(lasts > 100);
    tls_files_free(files);
}

static int make(void **state)
{
    (void)state;
    served_make_pki(&served);
    assert_int_equal(served_start(&served, NULL, 1, NULL), OUTCOME_OK);
    settings.partner_certificate = settings.local_certificate = paths[0];
    settings.partner_key = settings.local_key = paths[1];
    settings.partners_ca = settings.local_ca = paths[2];
    pki_path(&served.pki, "server", ".pem", paths[0]);
    pki_path(&served.pki, "server", ".key", paths[1]);
    pki_path(&served.pki, "ca", ".pem", paths[2]);
    gateway.settings = &settings;
    gateway.server = served.server;
    return 0;
}

static int end(void **state)
{
    (void)state;
    served_end(&served);
    pki_end(&served.pki);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_found_no_memory_is_read_again),
    };

    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make, end);
}
