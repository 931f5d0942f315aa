/* SPDX-License-Identifier: EUPL-1.2 */
#include <pthread.h>
#include <setjmp.h>
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

#define LINES "Host: localhost\r\n"

static void connect_client(struct tls_client *client)
{
    assert_true(served_connect(&served, SERVED_PARTNER, "client", client));
}

static void assert_header(const struct http_answer *answer, const char *name, const char *value)
{
    const char *found = http_answer_header(answer, name);

    assert_non_null(found);
    assert_string_equal(found, value);
}

static void a_body_comes_back(void **state)
{
    struct http_answer answer = served_ask(&served, SERVED_PARTNER, "POST", "/echo", "", "hallo");

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_length, 5);
    assert_memory_equal(answer.body, "hallo", 5);
    http_answer_wipe(&answer);
}

static void every_answer_carries_the_security_headers(void **state)
{
    static const char *const paths[] = {"/echo", "/absent", "/broken"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct http_answer answer = served_ask(&served, SERVED_LOCAL, "GET", paths[i], "", NULL);
        assert_header(&answer, "API-Version", "1.0.0");
        assert_header(&answer, "Cache-Control", "no-store");
        assert_header(&answer, "Content-Security-Policy",
                      "default-src 'none'; frame-ancestors 'none'");
        assert_header(&answer, "X-Content-Type-Options", "nosniff");
        assert_header(&answer, "X-Frame-Options", "DENY");
        assert_header(&answer, "Referrer-Policy", "no-referrer");
        assert_non_null(http_answer_header(&answer, "Strict-Transport-Security"));
        assert_non_null(http_answer_header(&answer, "Content-Type"));
        http_answer_wipe(&answer);
    }
}

static void the_peer_is_what_its_certificate_says(void **state)
{
    const char *claim = "Fsc-Transaction-Id: 0190f6a1-0000-7000-8000-00000000000a\r\n"
                        "X-Forwarded-For: 10.1.2.3\r\nOIN: 00000099000000002000\r\n";
    struct http_answer answer = served_ask(&served, SERVED_PARTNER, "GET", "/peer", claim, NULL);

    (void)state;
    assert_string_equal(answer.body,
                        "0 " SERVED_OIN " 127.0.0.1 0190f6a1-0000-7000-8000-00000000000a");
    http_answer_wipe(&answer);
    answer = served_ask(&served, SERVED_PUBLIC, "GET", "/peer", "", NULL);
    assert_string_equal(answer.body, "2 - 127.0.0.1 ");
    http_answer_wipe(&answer);
}

static void a_head_request_gets_the_head_only(void **state)
{
    struct tls_client client;
    struct http_answer answer;

    (void)state;
    connect_client(&client);
    for (int i = 0; i < 2; i++) { /* twice: nothing of a body may be left in between */
        assert_true(tls_send_text(&client, "HEAD /peer HTTP/1.1\r\n" LINES "\r\n"));
        answer = http_receive(&client, true);
        assert_int_equal(answer.status, 200);
        assert_true(atoi(http_answer_header(&answer, "Content-Length")) > 20);
        http_answer_wipe(&answer);
    }
    tls_close(&client);
}

static void a_refusal_of_on_head_is_a_problem_and_the_connection_goes_on(void **state)
{
    struct tls_client client;
    struct http_answer answer;

    (void)state;
    connect_client(&client);
    assert_true(tls_send_text(&client, "GET /absent HTTP/1.1\r\n" LINES "\r\n"));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 404);
    assert_header(&answer, "Content-Type", "application/problem+json");
    assert_non_null(strstr(answer.body, "\"code\":\"NIET_GEVONDEN\""));
    assert_null(http_answer_header(&answer, "Connection"));
    http_answer_wipe(&answer);
    assert_true(tls_send_text(&client, "GET /peer HTTP/1.1\r\n" LINES "\r\n"));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);
    tls_close(&client);
}

static void a_problem_is_english_when_asked(void **state)
{
    struct http_answer answer =
        served_ask(&served, SERVED_PARTNER, "GET", "/absent", "Accept-Language: en-GB\r\n", NULL);

    (void)state;
    assert_non_null(strstr(answer.body, "This does not exist"));
    http_answer_wipe(&answer);
}

static void a_reply_that_was_left_out_or_smuggles_is_500(void **state)
{
    struct http_answer answer = served_ask(&served, SERVED_PARTNER, "GET", "/broken", "", NULL);

    (void)state;
    assert_int_equal(answer.status, 500);
    http_answer_wipe(&answer);
    answer = served_ask(&served, SERVED_PARTNER, "GET", "/header", "", NULL);
    assert_int_equal(answer.status, 500);
    assert_null(http_answer_header(&answer, "Set-Cookie"));
    http_answer_wipe(&answer);
}

static void a_thousand_requests_go_over_one_connection(void **state)
{
    struct tls_client client;

    (void)state;
    connect_client(&client);
    for (int i = 0; i < 1000; i++) {
        char text[256], body[32];
        snprintf(body, sizeof body, "nummer %d", i);
        snprintf(text, sizeof text, "POST /echo HTTP/1.1\r\n" LINES "Content-Length: %zu\r\n\r\n%s",
                 strlen(body), body);
        assert_true(tls_send_text(&client, text));
        struct http_answer answer = http_receive(&client, false);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer.body, body);
        http_answer_wipe(&answer);
    }
    tls_close(&client);
}

static void pipelined_requests_are_answered_in_turn(void **state)
{
    static char text[64 * 1024];
    struct tls_client client;
    size_t length = 0;

    (void)state;
    connect_client(&client);
    for (int i = 0; i < 300; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "POST %s HTTP/1.1\r\n" LINES "Content-Length: 3\r\n\r\n%03d",
                                   i % 3 ? "/echo" : "/later", i);
    assert_true(tls_send(&client, text, length));
    for (int i = 0; i < 300; i++) {
        struct http_answer answer = http_receive(&client, false);
        assert_int_equal(atoi(answer.body), i);
        http_answer_wipe(&answer);
    }
    tls_close(&client);
}

static void bodies_of_every_size_arrive_whole(void **state)
{
    static const size_t sizes[] = {0,
                                   1,
                                   1000,
                                   16000,
                                   16300,
                                   16383,
                                   16384,
                                   16385,
                                   32768,
                                   65536,
                                   70000,
                                   1 << 20,
                                   SERVED_BODY_MAX_BYTES};
    struct tls_client client;

    (void)state;
    connect_client(&client);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char head[128];
        uint8_t *body = malloc(sizes[i] + 1);
        random_bytes(body, sizes[i]);
        snprintf(head, sizeof head, "POST /%s HTTP/1.1\r\n" LINES "Content-Length: %zu\r\n\r\n",
                 i % 2 ? "echo" : "later", sizes[i]);
        assert_true(tls_send_text(&client, head));
        if (sizes[i])
            assert_true(tls_send(&client, body, sizes[i]));
        struct http_answer answer = http_receive(&client, false);
        assert_int_equal(answer.status, 200);
        assert_int_equal(answer.body_length, sizes[i]);
        assert_memory_equal(answer.body, body, sizes[i]);
        http_answer_wipe(&answer);
        free(body);
    }
    tls_close(&client);
}

static void a_large_reply_arrives_whole_at_a_slow_reader(void **state)
{
    struct tls_client client;
    struct http_answer answer;

    (void)state;
    connect_client(&client);
    assert_true(tls_send_text(&client, "GET /large HTTP/1.1\r\n" LINES "\r\n"));
    usleep(300000); /* the socket fills up meanwhile */
    answer = http_receive(&client, false);
    assert_int_equal(answer.body_length, SERVED_LARGE_BYTES);
    for (size_t i = 0; i < SERVED_LARGE_BYTES; i += 4093)
        assert_int_equal((uint8_t)answer.body[i], (uint8_t)(i * 31 >> 3));
    http_answer_wipe(&answer);
    tls_close(&client);
}

static void a_body_over_the_bound_is_413_before_it_is_read(void **state)
{
    const unsigned before = served.requests;
    struct http_answer answer;
    struct tls_client client;

    (void)state;
    connect_client(&client);
    assert_true(tls_send_text(&client, "POST /echo HTTP/1.1\r\n" LINES
                                       "Content-Length: 1000000000\r\n\r\n"));
    answer = http_receive(&client, false);
    assert_int_equal(answer.status, 413);
    assert_header(&answer, "Connection", "close");
    http_answer_wipe(&answer);
    tls_close(&client);
    answer = served_ask(&served, SERVED_PARTNER, "POST", "/ten", "", "0123456789");
    assert_int_equal(answer.status, 200);
    http_answer_wipe(&answer);
    answer = served_ask(&served, SERVED_PARTNER, "POST", "/ten", "", "0123456789a");
    assert_int_equal(answer.status, 413);
    http_answer_wipe(&answer);
    answer = served_ask(&served, SERVED_PUBLIC, "POST", "/echo", "", "a");
    assert_int_equal(answer.status, 413);
    http_answer_wipe(&answer);
    assert_int_equal(served.requests, before + 1);
    assert_true(served_turned_away(&served, OUTCOME_TOO_LARGE, 3));
}

/* H1-H5: whatever hides a second request gets one answer, 400, and the end. */
static void a_smuggled_request_gets_exactly_one_answer(void **state)
{
    static const char hidden[] = "GET /peer HTTP/1.1\r\n" LINES "\r\n";
    static const char *const heads[] = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
        "Content-Length: 40\r\nContent-Length: 0\r\n\r\n",
        "Content-Length: 010\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "Content-Length: 0, 0\r\n\r\n",
        "Content-Length : 0\r\n\r\n",
        "X: a\r\n Content-Length: 0\r\n\r\n",
        "X: a\n\n",
        "X: a\r\n\n",
        "X: a\rContent-Length: 0\r\n\r\n",
        "Host: other\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct tls_client client;
        char text[512];
        const unsigned before = served.requests;
        connect_client(&client);
        snprintf(text, sizeof text, "POST /echo HTTP/1.1\r\n" LINES "%s%s", heads[i], hidden);
        assert_true(tls_send_text(&client, text));
        assert_int_equal(http_count_answers(&client, 5), 1);
        assert_int_equal(served.requests, before);
        tls_close(&client);
    }
    assert_true(served_turned_away(&served, OUTCOME_HTTP_WRONG, sizeof heads / sizeof heads[0]));
}

static void a_request_in_a_body_stays_a_body(void **state)
{
    static const char hidden[] = "GET /absent HTTP/1.1\r\n" LINES "\r\n";
    struct http_answer answer = served_ask(&served, SERVED_PARTNER, "POST", "/echo", "", hidden);

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, hidden);
    http_answer_wipe(&answer);
}

static int status_of(const char *text)
{
    struct tls_client client;
    struct http_answer answer;
    int status;

    connect_client(&client);
    assert_true(tls_send_text(&client, text));
    answer = http_receive(&client, false);
    status = answer.status;
    if (status) {
        assert_header(&answer, "Connection", "close");
        assert_header(&answer, "Content-Type", "application/problem+json");
    }
    http_answer_wipe(&answer);
    tls_close(&client);
    return status;
}

static void each_framing_fault_has_its_status_and_ends_the_connection(void **state)
{
    static char text[64 * 1024];
    size_t length;

    (void)state;
    assert_int_equal(status_of("HELLO\r\n"), 400);
    assert_int_equal(status_of("GET / HTTP/1.0\r\n\r\n"), 400);
    assert_int_equal(status_of("BREW / HTTP/1.1\r\n" LINES "\r\n"), 405);
    assert_int_equal(status_of("POST / HTTP/1.1\r\n" LINES "Expect: 100-continue\r\n\r\n"), 417);
    assert_int_equal(status_of("POST / HTTP/1.1\r\n" LINES "Content-Encoding: br\r\n\r\n"), 415);
    assert_int_equal(
        status_of("POST / HTTP/1.1\r\n" LINES "Content-Length: 99999999999999999999\r\n\r\n"), 413);
    snprintf(text, sizeof text, "GET /%03000d HTTP/1.1\r\n" LINES "\r\n", 0);
    assert_int_equal(status_of(text), 414);
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" LINES "X: %020000d\r\n\r\n", 0);
    assert_int_equal(status_of(text), 431);
    length = (size_t)snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" LINES);
    for (int i = 0; i < 10000 && length + 16 < sizeof text; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "a:b\r\n");
    assert_int_equal(status_of(text), 431);
}

static int status_with(const char *method, const char *path, const char *headers)
{
    struct http_answer answer = served_ask(&served, SERVED_LOCAL, method, path, headers, NULL);
    const int status = answer.status;

    http_answer_wipe(&answer);
    return status;
}

static int status_across(const char *method, const char *site)
{
    char headers[64] = "";

    if (site)
        snprintf(headers, sizeof headers, "Sec-Fetch-Site: %s\r\n", site);
    return status_with(method, "/echo", headers);
}

static void a_cross_site_change_is_refused_on_the_local_listener(void **state)
{
    (void)state;
    assert_int_equal(status_across("POST", NULL), 200);
    assert_int_equal(status_across("POST", "same-origin"), 200);
    assert_int_equal(status_across("POST", "none"), 200);
    assert_int_equal(status_across("POST", "cross-site"), 403);
    assert_int_equal(status_across("POST", "same-site"), 403);
    assert_int_equal(status_across("DELETE", "cross-site"), 403);
    assert_int_equal(status_across("PATCH", ""), 403);
    assert_int_equal(status_across("GET", "cross-site"), 200);
    assert_true(served_turned_away(&served, OUTCOME_CSRF, 4));
}

/* A change without a body asks for no type that a form could not have. */
static void an_old_browser_changes_nothing_through_the_api(void **state)
{
    (void)state;
    assert_int_equal(status_with("POST", "/v1/x", "Origin: https://evil.example\r\n"), 403);
    assert_int_equal(status_with("POST", "/v1/x", "Origin: null\r\n"), 403);
    assert_int_equal(
        status_with("POST", "/v1/x", "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n"), 200);
    assert_int_equal(status_with("POST", "/v1/x", ""), 200);
    assert_int_equal(status_with("POST", "/echo", "Origin: null\r\n"), 200); /* has its token */
}

static void another_site_leads_here_and_shows_nothing_of_us(void **state)
{
    (void)state;
    assert_int_equal(
        status_with("GET", "/echo", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: image\r\n"),
        403);
    assert_int_equal(
        status_with("GET", "/echo", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Dest: iframe\r\n"),
        403);
    assert_int_equal(
        status_with("GET", "/echo", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document\r\n"),
        200);
    assert_int_equal(
        status_with("GET", "/echo", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Dest: style\r\n"),
        200);
}

static void a_client_that_leaves_at_any_byte_harms_nobody(void **state)
{
    static const char text[] = "POST /later HTTP/1.1\r\n" LINES "Content-Length: 20000\r\n\r\n1234";

    (void)state;
    for (size_t length = 0; length < sizeof text; length++) {
        struct tls_client client;
        connect_client(&client);
        if (length)
            assert_true(tls_send(&client, text, length));
        tls_close(&client);
    }
    a_body_comes_back(NULL);
}

static void a_client_that_leaves_while_answered_harms_nobody(void **state)
{
    (void)state;
    served_hold(&served);
    for (int i = 0; i < 32; i++) {
        struct tls_client client;
        connect_client(&client);
        assert_true(
            tls_send_text(&client, "POST /later HTTP/1.1\r\n" LINES "Content-Length: 2\r\n\r\nab"));
        if (i % 2) { /* with RST */
            const struct linger now = {.l_onoff = 1};
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        tls_close(&client);
    }
    usleep(100000);
    served_release(&served);
    a_body_comes_back(NULL);
}

struct one_of_many {
    pthread_t thread;
    int good;
};

static void *ask_many(void *context)
{
    struct one_of_many *one = context;
    struct tls_client client;

    if (!served_connect(&served, SERVED_PARTNER, "client", &client))
        return NULL;
    for (int i = 0; i < 50; i++) {
        const char *text = i % 2 ? "POST /later HTTP/1.1\r\n" LINES "Content-Length: 2\r\n\r\nab"
                                 : "POST /echo HTTP/1.1\r\n" LINES "Content-Length: 2\r\n\r\nab";
        if (!tls_send_text(&client, text))
            break;
        struct http_answer answer = http_receive(&client, false);
        one->good += answer.status == 200 && strcmp(answer.body, "ab") == 0;
        http_answer_wipe(&answer);
    }
    tls_close(&client);
    return NULL;
}

static void sixty_four_connections_are_served_together(void **state)
{
    struct one_of_many many[64] = {{0}};
    int good = 0;

    (void)state;
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(pthread_create(&many[i].thread, NULL, ask_many, &many[i]), 0);
    for (size_t i = 0; i < 64; i++) {
        pthread_join(many[i].thread, NULL);
        good += many[i].good;
    }
    assert_int_equal(good, 64 * 50);
}

static int start_usual(void **state)
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

#define USUAL(test) cmocka_unit_test_setup_teardown(test, start_usual, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USUAL(a_body_comes_back),
        USUAL(every_answer_carries_the_security_headers),
        USUAL(the_peer_is_what_its_certificate_says),
        USUAL(a_head_request_gets_the_head_only),
        USUAL(a_refusal_of_on_head_is_a_problem_and_the_connection_goes_on),
        USUAL(a_problem_is_english_when_asked),
        USUAL(a_reply_that_was_left_out_or_smuggles_is_500),
        USUAL(a_thousand_requests_go_over_one_connection),
        USUAL(pipelined_requests_are_answered_in_turn),
        USUAL(bodies_of_every_size_arrive_whole),
        USUAL(a_large_reply_arrives_whole_at_a_slow_reader),
        USUAL(a_body_over_the_bound_is_413_before_it_is_read),
        USUAL(a_smuggled_request_gets_exactly_one_answer),
        USUAL(a_request_in_a_body_stays_a_body),
        USUAL(each_framing_fault_has_its_status_and_ends_the_connection),
        USUAL(a_cross_site_change_is_refused_on_the_local_listener),
        USUAL(an_old_browser_changes_nothing_through_the_api),
        USUAL(another_site_leads_here_and_shows_nothing_of_us),
        USUAL(a_client_that_leaves_at_any_byte_harms_nobody),
        USUAL(a_client_that_leaves_while_answered_harms_nobody),
        USUAL(sixty_four_connections_are_served_together),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
