/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/certificate.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/client.h"
#include "gateway/clock.h"
#include "gateway/files.h"
#include "tests/support/fixed_server.h"
#include "tests/support/scarce_memory.h"

#define OIN_SERVER "00000099000000002000"
#define OIN_OTHER  "00000099000000003000"

static char folder[] = "/tmp/wijkpoort-client-XXXXXX";
static struct certificate *ca;
static struct private_key *ca_key;

static const char *in_folder(const char *name)
{
    static char path[4][FILE_PATH_MAX_BYTES];
    static int turn;

    turn = (turn + 1) % 4;
    assert_int_equal(path_join(folder, name, path[turn], NULL), OUTCOME_OK);
    return path[turn];
}

/* --- a throw-away PKI --- */

static void write_pem(const char *name, const struct buffer *pem)
{
    assert_int_equal(file_write(in_folder(name), buffer_bytes(pem), 0600, NULL), OUTCOME_OK);
}

static void make_ca(const char *name, struct certificate **out_ca, struct private_key **out_key)
{
    OWNED_BUFFER pem = {0};
    struct certificate_order order = {
        .subject = {"Test CA", NULL, NULL}, .from_s = clock_now_ms() / 1000 - 60, .days = 2};

    assert_int_equal(private_key_make(out_key), OUTCOME_OK);
    assert_int_equal(certificate_make_ca(&order, *out_key, &pem), OUTCOME_OK);
    assert_int_equal(certificate_read_pem(buffer_bytes(&pem), out_ca), OUTCOME_OK);
    write_pem(name, &pem);
}

static void make_leaf(const char *certificate_name, const char *key_name, const char *oin)
{
    static const char *const ip[] = {"127.0.0.1", NULL};
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0}, key_pem = {0};
    struct certificate_order order = {
        .subject = {"Test", NULL, oin},
        .ip = oin ? NULL : ip, /* a partner's certificate names no address */
        .server = true,
        .client = true,
        .from_s = clock_now_ms() / 1000 - 60,
        .days = 2,
    };

    assert_int_equal(private_key_make(&key), OUTCOME_OK);
    assert_int_equal(certificate_make_leaf(&order, key, ca, ca_key, &pem), OUTCOME_OK);
    assert_int_equal(private_key_print_pem(key, &key_pem), OUTCOME_OK);
    write_pem(certificate_name, &pem);
    write_pem(key_name, &key_pem);
}

/* --- the server --- */

static void start_server(const char *certificate, const char *key)
{
    fixed_server_start(in_folder(certificate), in_folder(key), in_folder("ca.pem"));
}

/* --- the client under test --- */

static struct client *open_client(const char *ca_name, int64_t total_ms)
{
    struct client_identity identity = {.certificate = in_folder("gebruiker.pem"),
                                       .key = in_folder("gebruiker.key"),
                                       .ca = in_folder(ca_name),
                                       .crl = NULL};
    struct client_limits limits = {2000, total_ms, 8, 4};
    struct client *client = NULL;

    assert_int_equal(client_new(&identity, &limits, &client), OUTCOME_OK);
    return client;
}

static struct client_request request_to(const struct oin *oin, const char *body)
{
    static char url[128];

    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1/signalen", fixed_server.port);
    return (struct client_request){.method = body ? "POST" : "GET",
                                   .url = url,
                                   .server_oin = oin,
                                   .body = bytes_of_text(body)};
}

static struct oin oin_of(const char *text)
{
    struct oin oin;

    assert_true(oin_parse(text, &oin));
    return oin;
}

static void wait_for(struct client *client, struct client_answer *answer)
{
    while (!client_take(client, answer))
        client_poll(client, 1000);
}

static void a_partner_with_the_right_oin_gets_the_request(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request = request_to(&oin, NULL);
    int tag;

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{\"kop\":1}");
    request.headers[0] = "Fsc-Transaction-Id: 018f";
    request.headers[1] = "Content-Type: application/json";
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_post(client, &request, &tag), OUTCOME_OK);
        assert_int_equal(client_under_way(client), 1);
        wait_for(client, &answer);
        assert_int_equal(client_under_way(client), 0);
    }
    fixed_server_stop();
    assert_ptr_equal(answer.tag, &tag);
    assert_int_equal(answer.outcome, OUTCOME_OK);
    assert_true(answer.left);
    assert_int_equal(answer.http_status, 200);
    assert_string_equal(answer.content_type, "application/json");
    assert_string_equal(buffer_text(&answer.body), "{}");
    assert_non_null(strstr(fixed_server.last_request, "POST /v1/signalen HTTP/1.1\r\n"));
    assert_non_null(strstr(fixed_server.last_request, "Fsc-Transaction-Id: 018f\r\n"));
    assert_non_null(strstr(fixed_server.last_request, "{\"kop\":1}"));
    assert_null(strcasestr(fixed_server.last_request, "expect:"));
    assert_null(
        strcasestr(strcasestr(fixed_server.last_request, "content-type:") + 1, "content-type:"));
}

static void another_oin_gets_not_one_byte(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_OTHER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{\"kop\":1}");
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_SENDER_WRONG);
    }
    fixed_server_stop();
    assert_int_equal(fixed_server.connections, 1);
    assert_int_equal(fixed_server.request_bytes, 0);
    assert_false(answer.left);
    assert_int_equal(answer.http_status, 0);
    assert_string_equal(answer.reason, "the server has another OIN");
}

static void a_reused_connection_is_looked_at_again(void **state)
{
    struct oin right = oin_of(OIN_SERVER), other = oin_of(OIN_OTHER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        for (int i = 0; i < 3; i++) {
            OWNED_ANSWER answer = {0};
            request = request_to(&right, "{}");
            assert_int_equal(client_call(client, &request, &answer), OUTCOME_OK);
        }
        assert_int_equal(fixed_server.connections, 1); /* kept alive */
        OWNED_ANSWER refused = {0};
        request = request_to(&other, "{}");
        assert_int_equal(client_call(client, &request, &refused), OUTCOME_SENDER_WRONG);
    }
    fixed_server_stop();
    assert_int_equal(fixed_server.requests, 3);
}

static void a_certificate_without_oin_is_no_partner(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("gebruiker.pem", "gebruiker.key");
    request = request_to(&oin, "{}");
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_SENDER_WRONG);
    }
    fixed_server_stop();
    assert_int_equal(fixed_server.request_bytes, 0);
}

static void a_chain_to_another_ca_is_refused(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{}");
    {
        OWNED_CLIENT client = open_client("andere-ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_SENDER_WRONG);
    }
    fixed_server_stop();
    assert_int_equal(fixed_server.request_bytes, 0);
}

static void without_an_oin_the_address_must_match(void **state)
{
    OWNED_ANSWER good = {0}, bad = {0};
    struct client_request request;

    (void)state;
    start_server("gebruiker.pem", "gebruiker.key"); /* names 127.0.0.1 */
    request = request_to(NULL, NULL);
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &good), OUTCOME_OK);
    }
    fixed_server_stop();
    start_server("partner.pem", "partner.key"); /* names no address */
    request = request_to(NULL, NULL);
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &bad), OUTCOME_SENDER_WRONG);
    }
    fixed_server_stop();
    assert_int_equal(fixed_server.request_bytes, 0);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    fixed_server.answer = "HTTP/1.1 302 Found\r\nLocation: /elders\r\nContent-Length: 0\r\n\r\n";
    request = request_to(&oin, NULL);
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_OK);
    }
    fixed_server_stop();
    assert_int_equal(answer.http_status, 302);
    assert_int_equal(fixed_server.requests, 1);
}

static void retry_after_is_told(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    fixed_server.answer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n";
    request = request_to(&oin, "{}");
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_OK);
    }
    fixed_server_stop();
    assert_int_equal(answer.http_status, 503);
    assert_int_equal(answer.retry_after_s, 17);
}

/* Both when the length is announced and when it is not. */
static void an_answer_over_the_limit_is_refused(void **state)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4194305\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"};
    struct oin oin = oin_of(OIN_SERVER);

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        OWNED_ANSWER answer = {0};
        struct client_request request;
        start_server("partner.pem", "partner.key");
        fixed_server.answer = heads[i];
        fixed_server.padding = CLIENT_RECEIPT_MAX_BYTES + 1;
        request = request_to(&oin, "{}");
        {
            OWNED_CLIENT client = open_client("ca.pem", 5000);
            assert_int_equal(client_post(client, &request, NULL), OUTCOME_OK);
            wait_for(client, &answer);
        }
        fixed_server_stop();
        assert_int_equal(answer.outcome, OUTCOME_TOO_LARGE);
    }
}

static void a_silent_server_is_a_timeout(void **state)
{
    OWNED_ANSWER answer = {0};
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    fixed_server.answer = NULL;
    request = request_to(&oin, "{}");
    {
        OWNED_CLIENT client = open_client("ca.pem", 300);
        assert_int_equal(client_call(client, &request, &answer), OUTCOME_TIMEOUT);
    }
    fixed_server_stop();
    assert_true(answer.left); /* it may have been stored there */
}

static void nobody_there_is_unreachable(void **state)
{
    OWNED_ANSWER answer = {0};
    OWNED_CLIENT client = open_client("ca.pem", 2000);
    struct client_request request = {.method = "GET", .url = "https://127.0.0.1:1/"};
    struct client_request plain = {.method = "GET", .url = "http://127.0.0.1:1/"};

    (void)state;
    assert_int_equal(client_call(client, &request, &answer), OUTCOME_UNREACHABLE);
    assert_true(answer.reason[0] != '\0');
    assert_false(answer.left);
    assert_int_equal(client_call(client, &plain, &answer), OUTCOME_UNREACHABLE);
}

static void many_at_once_each_get_their_answer(void **state)
{
    enum { MANY = 20 };
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;
    bool seen[MANY] = {0};

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{}");
    {
        struct client_identity identity = {.certificate = in_folder("gebruiker.pem"),
                                           .key = in_folder("gebruiker.key"),
                                           .ca = in_folder("ca.pem"),
                                           .crl = NULL};
        struct client_limits limits = {2000, 5000, 1, 1}; /* the server takes one at a time */
        OWNED_CLIENT client = NULL;
        assert_int_equal(client_new(&identity, &limits, &client), OUTCOME_OK);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(client_post(client, &request, &seen[i]), OUTCOME_OK);
        for (int i = 0; i < MANY; i++) {
            OWNED_ANSWER answer = {0};
            wait_for(client, &answer);
            assert_int_equal(answer.outcome, OUTCOME_OK);
            assert_false(*(bool *)answer.tag);
            *(bool *)answer.tag = true;
        }
    }
    fixed_server_stop();
}

/* That somebody else answers is an alarm, and the operator goes to look for a thief. */
static void want_of_memory_is_not_told_as_somebody_else(void **state)
{
    const struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;
    bool hit = true;

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{}");
    for (int lasts = 0; hit; lasts += 1 + lasts / 64) {
        OWNED_CLIENT client = open_client("ca.pem", 2000);
        OWNED_ANSWER answer = {0};
        enum outcome outcome;
        memory_lasts_for(lasts);
        outcome = client_call(client, &request, &answer);
        hit = memory_ran_out();
        memory_lasts_for(-1);
        assert_int_not_equal(outcome, OUTCOME_SENDER_WRONG);
        assert_true(hit || outcome == OUTCOME_OK);
    }
    fixed_server_stop();
}

static void copy_file(const char *from, const char *to)
{
    OWNED_BUFFER text = {0};

    assert_int_equal(file_read(in_folder(from), 1 << 20, &text, NULL), OUTCOME_OK);
    assert_int_equal(file_write(in_folder(to), buffer_bytes(&text), 0600, NULL), OUTCOME_OK);
}

/* A list of who is revoked, or a certificate, that was replaced is told once. */
static void files_that_changed_are_read_although_memory_lacked_then(void **state)
{
    const struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;
    bool hit = true;

    (void)state;
    start_server("partner.pem", "partner.key");
    request = request_to(&oin, "{}");
    for (int lasts = 0; hit; lasts += 1 + lasts / 16) {
        OWNED_ANSWER first = {0}, second = {0};
        copy_file("andere-ca.pem", "gewisseld.pem");
        OWNED_CLIENT client = open_client("gewisseld.pem", 2000);
        copy_file("ca.pem", "gewisseld.pem");
        client_reload(client);
        memory_lasts_for(lasts);
        (void)!client_call(client, &request, &first);
        hit = memory_ran_out();
        memory_lasts_for(-1);
        assert_int_equal(client_call(client, &request, &second), OUTCOME_OK);
    }
    fixed_server_stop();
}

static void *wake_soon(void *client)
{
    usleep(50 * 1000);
    client_wake(client);
    return NULL;
}

static void another_thread_can_wake_it(void **state)
{
    OWNED_CLIENT client = open_client("ca.pem", 5000);
    int64_t start = clock_monotonic_ms();
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, wake_soon, client), 0);
    client_poll(client, 10000);
    pthread_join(thread, NULL);
    assert_true(clock_monotonic_ms() - start < 5000);
}

static void what_is_under_way_can_be_dropped(void **state)
{
    struct oin oin = oin_of(OIN_SERVER);
    struct client_request request;

    (void)state;
    start_server("partner.pem", "partner.key");
    fixed_server.answer = NULL;
    request = request_to(&oin, "{}");
    {
        OWNED_CLIENT client = open_client("ca.pem", 5000);
        assert_int_equal(client_post(client, &request, NULL), OUTCOME_OK);
        client_poll(client, 100);
        client_poll(client, 100);
    }
    fixed_server_stop();
    client_free(NULL);
}

static void a_key_others_can_read_is_refused(void **state)
{
    struct client_identity identity = {.certificate = in_folder("gebruiker.pem"),
                                       .key = in_folder("open.key"),
                                       .ca = in_folder("ca.pem"),
                                       .crl = NULL};
    struct client_limits limits = {1000, 1000, 1, 1};
    struct client *client = NULL;

    (void)state;
    assert_int_equal(file_write(in_folder("open.key"), bytes_of_text("x"), 0644, NULL), OUTCOME_OK);
    assert_int_equal(client_new(&identity, &limits, &client), OUTCOME_FILE_WRONG);
    assert_null(client);
}

static int make_pki(void **state)
{
    struct certificate *other_ca = NULL;
    struct private_key *other_key = NULL;

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    make_ca("ca.pem", &ca, &ca_key);
    make_ca("andere-ca.pem", &other_ca, &other_key);
    certificate_free(other_ca);
    private_key_free(other_key);
    make_leaf("partner.pem", "partner.key", OIN_SERVER);
    make_leaf("gebruiker.pem", "gebruiker.key", NULL);
    return 0;
}

static int remove_pki(void **state)
{
    char command[FILE_PATH_MAX_BYTES];

    (void)state;
    certificate_free(ca);
    private_key_free(ca_key);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partner_with_the_right_oin_gets_the_request),
        cmocka_unit_test(another_oin_gets_not_one_byte),
        cmocka_unit_test(a_reused_connection_is_looked_at_again),
        cmocka_unit_test(a_certificate_without_oin_is_no_partner),
        cmocka_unit_test(a_chain_to_another_ca_is_refused),
        cmocka_unit_test(without_an_oin_the_address_must_match),
        cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
        cmocka_unit_test(retry_after_is_told),
        cmocka_unit_test(an_answer_over_the_limit_is_refused),
        cmocka_unit_test(a_silent_server_is_a_timeout),
        cmocka_unit_test(nobody_there_is_unreachable),
        cmocka_unit_test(many_at_once_each_get_their_answer),
        cmocka_unit_test(want_of_memory_is_not_told_as_somebody_else),
        cmocka_unit_test(files_that_changed_are_read_although_memory_lacked_then),
        cmocka_unit_test(another_thread_can_wake_it),
        cmocka_unit_test(what_is_under_way_can_be_dropped),
        cmocka_unit_test(a_key_others_can_read_is_refused),
    };

    signal(SIGPIPE, SIG_IGN);
    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    assert_int_equal(client_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
