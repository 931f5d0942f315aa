/* SPDX-License-Identifier: EUPL-1.2 */
/* Deadlines, caps, shortage of memory, stopping. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/ready.h"
#include "gateway/server_parts.h"
#include "tests/support/scarce_memory.h"
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

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void assert_still_serves(void)
{
    struct http_answer answer = served_ask(&served, SERVED_PARTNER, "POST", "/echo", "", "hallo");

    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_length, 5);
    assert_memory_equal(answer.body, "hallo", 5);
    http_answer_wipe(&answer);
}

/* Whatever allocation fails on the way, a request gets its answer, a 503 or the end of the
 * connection, and the next one is served. The end may come while the client still sends. */
static void a_request_without_memory_harms_nobody(void **state)
{
    static char text[20000];
    const int head = snprintf(text, sizeof text,
                              "POST /later HTTP/1.1\r\n" LINES "Content-Length: 18000\r\n\r\n");

    (void)state;
    memset(text + head, 'a', 18000);
    memory_spares_me(true);
    for (int lasts = 0; lasts < 12; lasts++) {
        struct tls_client client;
        connect_client(&client);
        memory_lasts_for(lasts);
        (void)tls_send(&client, text, (size_t)head + 18000);
        shutdown(client.fd, SHUT_WR); /* so that the server ends the connection too */
        const int answers = http_count_answers(&client, 5);
        memory_lasts_for(-1);
        assert_true(answers <= 1);
        tls_close(&client);
        assert_still_serves();
    }
    memory_spares_me(false);
}

/* A client reads its code from the body; none would be taken for a fault of ours. */
static void a_reply_without_memory_for_its_body_still_says_why(void **state)
{
    struct reply reply = {.status = 200, .content_type = "application/json"}, usual = {0};
    OWNED_BUFFER out = {0};
    struct bytes rest, text;

    (void)state;
    assert_non_null(buffer_room(&out, 4096));
    reply.body.failed = true;
    memory_lasts_for(0);
    assert_int_equal(reply_print(&reply, false, false, &out, &rest), OUTCOME_OK);
    assert_true(memory_ran_out());
    memory_lasts_for(-1);
    reply_problem(&usual, OUTCOME_OUT_OF_MEMORY, LANGUAGE_NL, NULL);
    text = buffer_bytes(&out);
    assert_int_equal(rest.length, 0);
    assert_memory_equal(text.data, "HTTP/1.1 503 ", 13);
    assert_non_null(memmem(text.data, text.length, "Retry-After: ", 13));
    assert_true(text.length > usual.body.length);
    assert_memory_equal(text.data + text.length - usual.body.length, usual.body.data,
                        usual.body.length);
    reply_wipe(&reply);
    reply_wipe(&usual);
}

static void starting_without_memory_says_so(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY_SAMPLED(32, outcome, served_start(&served, NULL, 2, NULL),
                               served_end(&served));
    assert_int_equal(outcome, OUTCOME_OK);
}

static int start_usual(void **state)
{
    (void)state;
    return served_start(&served, NULL, 2, NULL) == OUTCOME_OK ? 0 : -1;
}

static int start_impatient(void **state)
{
    const struct server_limits limits = {.handshake_s = 1,
                                         .head_s = 1,
                                         .body_s = 1,
                                         .reply_s = 1,
                                         .idle_s = 1,
                                         .drain_s = 1,
                                         .connections_max = 64,
                                         .connections_per_address = 8};

    (void)state;
    return served_start(&served, &limits, 1, NULL) == OUTCOME_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    served_end(&served);
    return 0;
}

/* Sends `text` and then `drip` every 100 ms, which never ends an idle time of 1 s. */
static int status_while_dripping(const char *text, const char *drip, double *out_seconds)
{
    const double began = seconds_now();
    struct http_answer answer = {0};
    struct tls_client client;
    uint8_t byte;
    int status = 0;

    connect_client(&client);
    assert_true(tls_send_text(&client, text));
    for (int i = 0; i < 50; i++) {
        if (recv(client.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
            break;
        (void)tls_send_text(&client, drip);
        usleep(100000);
    }
    answer = http_receive(&client, false);
    status = answer.status;
    *out_seconds = seconds_now() - began;
    http_answer_wipe(&answer);
    tls_close(&client);
    return status;
}

static void a_slow_head_or_body_is_cut_by_a_deadline_for_the_whole(void **state)
{
    double seconds;

    (void)state;
    assert_int_equal(status_while_dripping("GET / HTTP/1.1\r\nX: ", "a", &seconds), 408);
    assert_true(seconds < 3);
    assert_int_equal(status_while_dripping("POST /echo HTTP/1.1\r\n" LINES
                                           "Content-Length: 90\r\n\r\n",
                                           "a", &seconds),
                     408);
    assert_true(seconds < 3);
    assert_int_equal(status_while_dripping("POST /echo HTTP/1.1\r\n" LINES
                                           "Content-Length: 90000\r\n\r\n",
                                           "a", &seconds),
                     408);
    assert_true(seconds < 3);
    assert_true(served_turned_away(&served, OUTCOME_TIMEOUT, 3));
}

static void an_idle_handshake_and_an_idle_connection_are_cut(void **state)
{
    const double began = seconds_now();
    struct tls_client silent, idle;
    char byte;

    (void)state;
    assert_true(tcp_connect(&silent, server_port(served.server, SERVED_PARTNER)));
    connect_client(&idle);
    assert_int_equal(tls_receive(&silent, &byte, 1, 5), 0);
    assert_int_equal(tls_receive(&idle, &byte, 1, 5), 0);
    assert_true(seconds_now() - began < 3);
    tls_close(&silent);
    tls_close(&idle);
    assert_true(served_turned_away(&served, OUTCOME_TIMEOUT, 1));
}

static void a_client_that_does_not_read_is_cut(void **state)
{
    struct tls_client client;
    const int little = 4096;

    (void)state;
    connect_client(&client);
    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    for (int i = 0; i < 3; i++)
        assert_true(tls_send_text(&client, "GET /large HTTP/1.1\r\n" LINES "\r\n"));
    for (int i = 0; i < 40 && server_connections(served.server); i++)
        usleep(100000);
    assert_int_equal(server_connections(served.server), 0);
    tls_close(&client);
}

static void a_ninth_connection_from_one_address_is_closed(void **state)
{
    struct tls_client clients[9];
    uint8_t byte;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        assert_true(tcp_connect(&clients[i], server_port(served.server, SERVED_PARTNER)));
    assert_true(recv(clients[8].fd, &byte, 1, 0) <= 0);
    assert_true(served_turned_away(&served, OUTCOME_TOO_MANY, 1));
    for (size_t i = 0; i < 9; i++)
        tls_close(&clients[i]);
    for (int i = 0; i < 100 && server_connections(served.server); i++)
        usleep(20000);
    assert_still_serves(); /* and the count went down again */
}

static void *stop_server(void *context)
{
    server_stop(context);
    return NULL;
}

static void stopping_waits_for_what_runs_and_takes_nothing_new(void **state)
{
    struct tls_client busy, idle, late;
    struct http_answer answer;
    pthread_t stopper;

    (void)state;
    served_hold(&served);
    connect_client(&busy);
    connect_client(&idle);
    assert_true(
        tls_send_text(&busy, "POST /later HTTP/1.1\r\n" LINES "Content-Length: 2\r\n\r\nab"));
    while (served.requests == 0)
        usleep(1000);
    pthread_create(&stopper, NULL, stop_server, served.server);
    usleep(300000);
    assert_false(tcp_connect(&late, server_port(served.server, SERVED_PARTNER)));
    tls_close(&late);
    served_release(&served);
    answer = http_receive(&busy, false);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Connection", "close");
    http_answer_wipe(&answer);
    tls_close(&busy);
    tls_close(&idle);
    pthread_join(stopper, NULL);
    assert_int_equal(server_connections(served.server), 0);
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

#define USUAL(test)     cmocka_unit_test_setup_teardown(test, start_usual, end)
#define IMPATIENT(test) cmocka_unit_test_setup_teardown(test, start_impatient, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        USUAL(a_request_without_memory_harms_nobody),
        cmocka_unit_test(a_reply_without_memory_for_its_body_still_says_why),
        cmocka_unit_test(starting_without_memory_says_so),
        IMPATIENT(a_slow_head_or_body_is_cut_by_a_deadline_for_the_whole),
        IMPATIENT(an_idle_handshake_and_an_idle_connection_are_cut),
        IMPATIENT(a_client_that_does_not_read_is_cut),
        IMPATIENT(a_ninth_connection_from_one_address_is_closed),
        USUAL(stopping_waits_for_what_runs_and_takes_nothing_new),
    };

    if (crypto_ready() != OUTCOME_OK)
        return 1;
    json_ready();
    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
