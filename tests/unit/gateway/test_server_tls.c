/* SPDX-License-Identifier: EUPL-1.2 */
/* Who gets in: rows T1-T10 of the fault matrix. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/ready.h"
#include "tests/support/served.h"

static struct served served;

static const char request[] = "GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n";

/* Answers to a request under this certificate, 0 or 1. */
static int answers_for(const char *certificate)
{
    struct tls_client client;
    struct http_answer answer = {0};
    int status = 0;

    if (served_connect(&served, SERVED_PARTNER, certificate, &client) &&
        tls_send_text(&client, request)) {
        answer = http_receive(&client, false);
        status = answer.status;
    }
    http_answer_wipe(&answer);
    tls_close(&client);
    return status == 200;
}

/* A TLS 1.3 client learns of its refusal only afterwards, so what counts is that
 * nothing was parsed and one line was counted. */
static void assert_turned_away(const char *certificate)
{
    const unsigned before = served.turned_away[OUTCOME_STRANGER];

    assert_int_equal(answers_for(certificate), 0);
    assert_true(served_turned_away(&served, OUTCOME_STRANGER, before + 1));
    assert_int_equal(served.turned_away[OUTCOME_STRANGER], before + 1);
    assert_int_equal(served.requests, 0);
}

static void the_right_certificate_gets_in(void **state)
{
    (void)state;
    assert_int_equal(answers_for("client"), 1);
    assert_int_equal(served.turned_away[OUTCOME_STRANGER], 0);
}

static void no_certificate_gets_nothing_parsed(void **state)
{
    (void)state;
    assert_turned_away(NULL);
}

static void another_ca_gets_nothing_parsed(void **state)
{
    (void)state;
    assert_turned_away("stranger");
}

static void an_expired_certificate_gets_nothing_parsed(void **state)
{
    (void)state;
    assert_turned_away("expired");
}

static void a_certificate_that_is_no_clients_gets_nothing_parsed(void **state)
{
    (void)state;
    assert_turned_away("no_eku");
}

static void a_ca_certificate_is_no_client(void **state)
{
    (void)state;
    assert_turned_away("ca");
}

static void plain_text_on_the_tls_port_gets_no_http(void **state)
{
    struct tls_client client;

    (void)state;
    for (size_t listener = 0; listener < 3; listener++) {
        assert_true(tcp_connect(&client, server_port(served.server, listener)));
        assert_true(tls_send_text(&client, request));
        assert_int_equal(http_count_answers(&client, 5), 0);
        tls_close(&client);
    }
    assert_int_equal(served.requests, 0);
    assert_true(served_turned_away(&served, OUTCOME_STRANGER, 3));
}

static void tls_1_2_is_refused(void **state)
{
    char pem[PKI_PATH_BYTES], key[PKI_PATH_BYTES];
    const struct tls_client_options options = {.certificate =
                                                   pki_path(&served.pki, "client", ".pem", pem),
                                               .key = pki_path(&served.pki, "client", ".key", key),
                                               .max_version = TLS1_2_VERSION};
    struct tls_client client;

    (void)state;
    assert_false(tls_connect(&client, server_port(served.server, SERVED_PARTNER), &options));
    tls_close(&client);
    assert_true(served_turned_away(&served, OUTCOME_STRANGER, 1));
}

/* Connects with what OpenSSL calls these suites and groups; true when the handshake works. */
static bool shakes_with(const char *suites, const char *groups)
{
    struct tls_client client;
    char *list = strdup(groups);
    bool shakes;

    assert_true(tcp_connect(&client, server_port(served.server, SERVED_PUBLIC)));
    client.context = SSL_CTX_new(TLS_client_method());
    assert_int_equal(SSL_CTX_set_ciphersuites(client.context, suites), 1);
    assert_int_equal(SSL_CTX_set1_groups_list(client.context, list), 1);
    client.ssl = SSL_new(client.context);
    SSL_set_fd(client.ssl, client.fd);
    shakes = SSL_connect(client.ssl) == 1;
    tls_close(&client);
    free(list);
    return shakes;
}

static void two_suites_and_three_groups_are_offered(void **state)
{
    const char *strong = "TLS_AES_256_GCM_SHA384";

    (void)state;
    assert_true(shakes_with(strong, "X25519"));
    assert_true(shakes_with("TLS_CHACHA20_POLY1305_SHA256", "X25519"));
    assert_false(shakes_with("TLS_AES_128_GCM_SHA256", "X25519"));
    assert_true(shakes_with(strong, "P-256"));
    assert_true(shakes_with(strong, "P-384"));
    assert_false(shakes_with(strong, "P-521"));
    assert_false(shakes_with(strong, "X448"));
}

static void no_session_can_be_resumed(void **state)
{
    char pem[PKI_PATH_BYTES], key[PKI_PATH_BYTES];
    struct tls_client_options options = {.certificate =
                                             pki_path(&served.pki, "client", ".pem", pem),
                                         .key = pki_path(&served.pki, "client", ".key", key)};
    const uint16_t port = server_port(served.server, SERVED_PARTNER);
    struct tls_client client;
    struct http_answer answer;
    SSL_SESSION *session;

    (void)state;
    assert_true(tls_connect(&client, port, &options));
    assert_true(tls_send_text(&client, request));
    answer = http_receive(&client, false);
    http_answer_wipe(&answer);
    session = SSL_get1_session(client.ssl);
    assert_false(SSL_SESSION_is_resumable(session));
    tls_close(&client);
    options = (struct tls_client_options){.session = session};
    if (tls_connect(&client, port, &options)) {
        assert_false(SSL_session_reused(client.ssl));
        (void)tls_send_text(&client, request);
        assert_int_equal(http_count_answers(&client, 5), 0);
    }
    tls_close(&client);
    SSL_SESSION_free(session);
    assert_int_equal(served.requests, 1);
}

static void a_flood_of_key_updates_ends_the_connection(void **state)
{
    struct tls_client client;
    int sent = 0;

    (void)state;
    assert_true(served_connect(&served, SERVED_PARTNER, "client", &client));
    for (; sent < 200; sent++) {
        if (SSL_key_update(client.ssl, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 ||
            SSL_do_handshake(client.ssl) != 1)
            break;
        usleep(500);
    }
    (void)tls_send_text(&client, request);
    assert_int_equal(http_count_answers(&client, 5), 0);
    tls_close(&client);
    assert_int_equal(served.requests, 0);
}

static void a_few_key_updates_are_fine(void **state)
{
    struct tls_client client;
    struct http_answer answer;

    (void)state;
    assert_true(served_connect(&served, SERVED_PARTNER, "client", &client));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_do_handshake(client.ssl), 1);
    }
    assert_true(tls_send_text(&client, request));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);
    tls_close(&client);
}

static void a_connection_ends_with_its_certificate(void **state)
{
    struct tls_client client;
    struct http_answer answer;
    const struct pki_leaf leaf = {.name = "brief",
                                  .ca = "ca",
                                  .oin = SERVED_OIN,
                                  .client = true,
                                  .from_s = -86400 + 3,
                                  .days = 1};

    (void)state;
    pki_new_leaf(&served.pki, &leaf);
    assert_true(served_connect(&served, SERVED_PARTNER, "brief", &client));
    assert_true(tls_send_text(&client, request));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);
    sleep(4);
    (void)tls_send_text(&client, request);
    assert_int_equal(http_count_answers(&client, 5), 0);
    tls_close(&client);
    assert_int_equal(served.requests, 1);
    assert_true(served_turned_away(&served, OUTCOME_STRANGER, 1));
}

/* The list of revoked certificates: a server of its own for each. */

static void start_with_crl(const char *revoked, long good_for_s)
{
    pki_new_crl(&served.pki, "ca", "ca", revoked, good_for_s);
    assert_int_equal(served_start(&served, NULL, 1, "ca"), OUTCOME_OK);
}

static void a_revoked_certificate_gets_nothing_parsed(void **state)
{
    (void)state;
    start_with_crl("client", 3600);
    assert_turned_away("client");
    assert_int_equal(answers_for("person"), 1);
}

static void a_stale_list_refuses_everybody(void **state)
{
    (void)state;
    start_with_crl(NULL, -60);
    assert_turned_away("client");
}

static void a_list_of_another_ca_refuses_everybody(void **state)
{
    (void)state;
    pki_new_crl(&served.pki, "ca", "other_ca", NULL, 3600);
    assert_int_equal(served_start(&served, NULL, 1, "ca"), OUTCOME_OK);
    assert_turned_away("client");
}

static void a_list_that_is_named_but_absent_stops_the_start(void **state)
{
    (void)state;
    assert_int_equal(served_start(&served, NULL, 1, "absent"), OUTCOME_FILE_WRONG);
    assert_null(served.server);
}

static void revoking_reaches_a_connection_that_stands(void **state)
{
    struct fault fault = {0};
    struct tls_client client;
    struct http_answer answer;

    (void)state;
    start_with_crl(NULL, 3600);
    assert_true(served_connect(&served, SERVED_PARTNER, "client", &client));
    assert_true(tls_send_text(&client, request));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);

    pki_new_crl(&served.pki, "ca", "ca", "stranger", 3600); /* someone else's: goes on */
    assert_int_equal(server_reload_tls(served.server, &fault), OUTCOME_OK);
    assert_true(tls_send_text(&client, request));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);

    pki_new_crl(&served.pki, "ca", "ca", "client", 3600);
    assert_int_equal(server_reload_tls(served.server, &fault), OUTCOME_OK);
    (void)tls_send_text(&client, request);
    assert_int_equal(http_count_answers(&client, 5), 0);
    tls_close(&client);
    assert_int_equal(served.requests, 2);
}

/* Replacing files while serving. */

/* The hash of the certificate that a client is shown. */
static unsigned long shown_certificate(void)
{
    struct tls_client client;
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned long first = 0;
    X509 *x509;

    assert_true(served_connect(&served, SERVED_PUBLIC, NULL, &client));
    x509 = SSL_get1_peer_certificate(client.ssl);
    assert_int_equal(X509_digest(x509, EVP_sha256(), digest, NULL), 1);
    memcpy(&first, digest, sizeof first);
    X509_free(x509);
    tls_close(&client);
    return first;
}

static void write_over(const char *name, const char *extension, const char *text)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(&served.pki, name, extension, path), "wb");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_new_certificate_is_served_after_reloading_and_a_broken_one_is_not(void **state)
{
    const struct pki_leaf leaf = {.name = "server",
                                  .ca = "ca",
                                  .oin = "00000099000000009000",
                                  .server = true,
                                  .client = true};
    struct fault fault = {0};
    const unsigned long before = shown_certificate();
    unsigned long after;

    (void)state;
    pki_new_leaf(&served.pki, &leaf);
    assert_int_equal(shown_certificate(), before); /* not by itself */
    assert_int_equal(server_reload_tls(served.server, &fault), OUTCOME_OK);
    after = shown_certificate();
    assert_int_not_equal(after, before);

    write_over("server", ".pem", "-----BEGIN CERTIFICATE-----\nMIIB");
    assert_int_equal(server_reload_tls(served.server, &fault), OUTCOME_FILE_WRONG);
    assert_string_equal(fault.where, "partner.certificaat");
    assert_int_equal(shown_certificate(), after);
    assert_int_equal(answers_for("client"), 1);

    pki_new_leaf(&served.pki, &leaf);
    write_over("server", ".key", "");
    fault = (struct fault){0};
    assert_int_equal(server_reload_tls(served.server, &fault), OUTCOME_FILE_WRONG);
    assert_string_equal(fault.where, "partner.sleutel");
    assert_int_equal(shown_certificate(), after);
    pki_new_leaf(&served.pki, &leaf);
}

static void on_request(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_finish(exchange);
}

static enum outcome start_wrongly(struct listener_options *listener, struct fault *fault)
{
    const struct server_options options = {
        .listeners = listener, .listener_count = 1, .application = {.on_request = on_request}};
    struct server *server = NULL;
    const enum outcome outcome = server_start(&options, &server, fault);

    assert_null(server);
    return outcome;
}

static void a_start_that_cannot_be_says_what_is_wrong(void **state)
{
    char certificate[PKI_PATH_BYTES], key[PKI_PATH_BYTES], ca[PKI_PATH_BYTES];
    const struct listener_options right = {
        .name = "lokaal",
        .kind = LISTENER_LOCAL,
        .address = "127.0.0.1",
        .certificate_file = pki_path(&served.pki, "server", ".pem", certificate),
        .key_file = pki_path(&served.pki, "server", ".key", key),
        .client_ca_file = pki_path(&served.pki, "ca", ".pem", ca)};
    struct listener_options wrong = right;
    struct fault fault = {0};

    (void)state;
    wrong.client_ca_file = NULL; /* would let anyone in */
    assert_int_equal(start_wrongly(&wrong, &fault), OUTCOME_SETTINGS_WRONG);
    assert_string_equal(fault.where, "lokaal.ca");
    wrong = right;
    wrong.address = "poort.example";
    fault = (struct fault){0};
    assert_int_equal(start_wrongly(&wrong, &fault), OUTCOME_SETTINGS_WRONG);
    assert_string_equal(fault.where, "lokaal.adres");
    wrong = right;
    wrong.port = server_port(served.server, SERVED_PARTNER);
    fault = (struct fault){0};
    assert_int_equal(start_wrongly(&wrong, &fault), OUTCOME_ADDRESS_TAKEN);
    assert_string_equal(fault.where, "lokaal.adres");
    wrong = right;
    wrong.client_ca_file = key;
    fault = (struct fault){0};
    assert_int_equal(start_wrongly(&wrong, &fault), OUTCOME_FILE_WRONG);
    assert_string_equal(fault.where, "lokaal.ca");
}

static int start(void **state)
{
    (void)state;
    return served_start(&served, NULL, 2, NULL) == OUTCOME_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    served_end(&served);
    return 0;
}

static int make_pki(void **state)
{
    (void)state;
    served_make_pki(&served);
    return 0;
}

static int remove_pki(void **state)
{
    (void)state;
    pki_end(&served.pki);
    return 0;
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, start, end)
#define ALONE(test)  cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVED(the_right_certificate_gets_in),
        SERVED(no_certificate_gets_nothing_parsed),
        SERVED(another_ca_gets_nothing_parsed),
        SERVED(an_expired_certificate_gets_nothing_parsed),
        SERVED(a_certificate_that_is_no_clients_gets_nothing_parsed),
        SERVED(a_ca_certificate_is_no_client),
        SERVED(plain_text_on_the_tls_port_gets_no_http),
        SERVED(tls_1_2_is_refused),
        SERVED(two_suites_and_three_groups_are_offered),
        SERVED(no_session_can_be_resumed),
        SERVED(a_flood_of_key_updates_ends_the_connection),
        SERVED(a_few_key_updates_are_fine),
        SERVED(a_connection_ends_with_its_certificate),
        ALONE(a_revoked_certificate_gets_nothing_parsed),
        ALONE(a_stale_list_refuses_everybody),
        ALONE(a_list_of_another_ca_refuses_everybody),
        ALONE(a_list_that_is_named_but_absent_stops_the_start),
        ALONE(revoking_reaches_a_connection_that_stands),
        SERVED(a_new_certificate_is_served_after_reloading_and_a_broken_one_is_not),
        SERVED(a_start_that_cannot_be_says_what_is_wrong),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    signal(SIGPIPE, SIG_IGN); /* a refused client writes into a closed socket */
    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
