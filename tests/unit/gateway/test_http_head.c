/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/http_head.h"

#define GET_LINE  "GET /v1/status HTTP/1.1\r\n"
#define POST_LINE "POST /v1/signalen HTTP/1.1\r\n"
#define HOST      "Host: poort.example\r\n"
#define END       "\r\n"

/* Reads from an exact allocation, so that a sanitizer sees one byte too far. */
static enum http_reading read_exact(struct bytes text, size_t seen, struct http_head *head,
                                    enum outcome *refusal)
{
    uint8_t *exact = malloc(text.length ? text.length : 1);
    enum http_reading reading;

    assert_non_null(exact);
    if (text.length)
        memcpy(exact, text.data, text.length);
    reading = http_head_read(bytes_of(exact, text.length), seen, head, refusal);
    free(exact);
    return reading;
}

static enum outcome refusal_of_bytes(struct bytes text)
{
    struct http_head head = {0};
    enum outcome refusal = OUTCOME_OK;
    const enum http_reading reading = read_exact(text, 0, &head, &refusal);

    assert_int_equal(head.length, 0); /* untouched unless complete */
    return reading == HTTP_REFUSED ? refusal : OUTCOME_OK;
}

#define REFUSED(outcome, text)                                                                     \
    assert_int_equal(refusal_of_bytes(bytes_of(text, sizeof(text) - 1)), OUTCOME_##outcome)

static struct http_head complete(const char *text)
{
    struct http_head head = {0};
    enum outcome refusal = OUTCOME_OK;

    assert_int_equal(http_head_read(bytes_of_text(text), 0, &head, &refusal), HTTP_COMPLETE);
    return head;
}

#define ACCEPTED(text) (void)complete(text)

static void text_is(struct bytes text, const char *expected)
{
    assert_true(bytes_equal(text, bytes_of_text(expected)));
}

static void a_whole_head_is_read(void **state)
{
    const char *text = "POST /v1/signalen/_zoek?na=12&tot=a%20b HTTP/1.1\r\n"
                       "Host: poort.example:8443\r\n"
                       "content-type:application/json\r\n"
                       "ACCEPT: \t text/csv \t\r\n"
                       "Accept-Language: en\r\n"
                       "Content-Length: 42\r\n"
                       "Fsc-Transaction-Id: 0190f6a1-0000-7000-8000-000000000000\r\n"
                       "Sec-Fetch-Site: same-origin\r\n"
                       "Origin: https://poort.example\r\n"
                       "Cookie: a=b\r\n"
                       "Connection: keep-alive, Close\r\n"
                       "X-Unknown:\r\n"
                       "\r\n{\"body\":1}";
    const struct http_head head = complete(text);

    (void)state;
    assert_int_equal(head.method, HTTP_POST);
    text_is(head.path, "/v1/signalen/_zoek");
    text_is(head.query, "na=12&tot=a%20b");
    text_is(head.host, "poort.example:8443");
    text_is(head.content_type, "application/json");
    text_is(head.accept, "text/csv");
    text_is(head.accept_language, "en");
    text_is(head.transaction_id, "0190f6a1-0000-7000-8000-000000000000");
    text_is(head.sec_fetch_site, "same-origin");
    text_is(head.origin, "https://poort.example");
    text_is(head.cookie, "a=b");
    assert_true(head.has_content_length);
    assert_int_equal(head.content_length, 42);
    assert_true(head.close);
    assert_int_equal(head.length, strlen(text) - strlen("{\"body\":1}"));
}

static void what_is_absent_is_null(void **state)
{
    const struct http_head head = complete(GET_LINE HOST END);

    (void)state;
    assert_int_equal(head.method, HTTP_GET);
    assert_null(head.query.data);
    assert_null(head.content_type.data);
    assert_null(head.sec_fetch_site.data);
    assert_false(head.has_content_length);
    assert_false(head.close);
}

static void every_method_we_know_is_read(void **state)
{
    (void)state;
    for (int method = 0; method < HTTP_METHOD_COUNT; method++) {
        char text[64];
        const char *name = http_method_text((enum http_method)method);
        snprintf(text, sizeof text, "%s / HTTP/1.1\r\nHost: a\r\n\r\n", name);
        assert_int_equal(complete(text).method, method);
    }
    assert_false(http_method_is_unsafe(HTTP_GET));
    assert_false(http_method_is_unsafe(HTTP_HEAD));
    assert_false(http_method_is_unsafe(HTTP_OPTIONS));
    assert_true(http_method_is_unsafe(HTTP_POST));
    assert_true(http_method_is_unsafe(HTTP_PUT));
    assert_true(http_method_is_unsafe(HTTP_PATCH));
    assert_true(http_method_is_unsafe(HTTP_DELETE));
}

static void every_beginning_of_a_head_is_incomplete(void **state)
{
    static const char text[] = POST_LINE HOST "Content-Length: 5\r\nAccept: */*\r\n" END;

    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        struct http_head head = {0};
        enum outcome refusal = OUTCOME_OK;
        assert_int_equal(read_exact(bytes_of(text, length), 0, &head, &refusal), HTTP_INCOMPLETE);
    }
}

static void a_head_that_drips_in_reads_the_same(void **state)
{
    static const char text[] = POST_LINE HOST "Content-Length: 5\r\nAccept: */*\r\n" END;
    struct http_head head = {0};
    enum outcome refusal = OUTCOME_OK;

    (void)state;
    for (size_t step = 1; step < 7; step++) {
        size_t seen = 0;
        enum http_reading reading = HTTP_INCOMPLETE;
        while (reading == HTTP_INCOMPLETE) {
            const size_t most = sizeof text - 1;
            const size_t length = seen + step < most ? seen + step : most;
            reading = http_head_read(bytes_of(text, length), seen, &head, &refusal);
            seen = length;
        }
        assert_int_equal(reading, HTTP_COMPLETE);
        assert_int_equal(head.length, sizeof text - 1);
        assert_int_equal(head.content_length, 5);
    }
}

static void another_version_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, "GET / HTTP/1.0\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET / HTTP/2\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET / HTTP/1.2\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET / http/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1 \r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET / HTTP/01.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /\r\n");
    REFUSED(HTTP_WRONG, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    REFUSED(HTTP_WRONG, "GET  / HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET\t/\tHTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, " GET / HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "\r\nGET / HTTP/1.1\r\n" HOST END);
}

static void an_unknown_method_is_405_and_no_method_400(void **state)
{
    (void)state;
    REFUSED(METHOD_WRONG, "TRACE / HTTP/1.1\r\n" HOST END);
    REFUSED(METHOD_WRONG, "get / HTTP/1.1\r\n" HOST END);
    REFUSED(METHOD_WRONG, "GETT / HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "CONNECT poort.example:443 HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "G(T / HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, " / HTTP/1.1\r\n" HOST END);
}

static void a_path_with_more_than_one_spelling_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, "GET /a%00b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /%61 HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a/../b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /.. HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a/. HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /./a HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET //a HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a//b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a;b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a\\b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a#b HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET http://poort.example/ HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET * HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "OPTIONS * HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET a HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET ?a HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /\xc3\xa9 HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET / HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET /v1/log/tile/0/x001/234.p/8 HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET /a/ HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET /a..b/~c HTTP/1.1\r\n" HOST END);
}

static void a_query_with_a_broken_escape_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, "GET /a?b=%2 HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a?b=%zz HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a?b=% HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a?b=<x> HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a?b#c HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET /a? HTTP/1.1\r\n" HOST END);
    ACCEPTED("GET /a?b=c:d/e HTTP/1.1\r\n" HOST END);
    REFUSED(HTTP_WRONG, "GET /a?b=c?d HTTP/1.1\r\n" HOST END);
}

static void any_transfer_encoding_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding: chunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding: chunked, identity\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding: xchunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding: identity\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "transfer-encoding:\tchunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding:\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding : chunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-Encoding\t: chunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Transfer-\r\n Encoding: chunked\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "X: y\r\n Transfer-Encoding: chunked\r\n" END);
}

static void an_odd_content_length_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 010\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 00\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: +5\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: -1\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 0x10\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 5 5\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 5, 5\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 5.0\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length:\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: \x0b"
                                       "5\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 5\r\nContent-Length: 5\r\n" END);
    REFUSED(HTTP_WRONG, POST_LINE HOST "Content-Length: 0\r\ncontent-length: 40\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "Content-Length: 5\r\n" END);
    REFUSED(TOO_LARGE, POST_LINE HOST "Content-Length: 1000000000000000\r\n" END);
    REFUSED(TOO_LARGE, POST_LINE HOST "Content-Length: 18446744073709551621\r\n" END);
    assert_int_equal(
        complete(POST_LINE HOST "Content-Length: 999999999999999\r\n" END).content_length,
        999999999999999);
    assert_int_equal(complete(POST_LINE HOST "Content-Length: 0\r\n" END).content_length, 0);
    ACCEPTED(GET_LINE HOST "Content-Length: 0\r\n" END);
}

static void exactly_one_plain_host_is_asked_for(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, GET_LINE END);
    REFUSED(HTTP_WRONG, GET_LINE "Accept: */*\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST HOST END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "host: other\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE "Host:\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE "Host: a, b\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE "Host: a/b\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE "Host: user@a\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE "Host : a\r\n" END);
    ACCEPTED(GET_LINE "Host: [::1]:8443\r\n" END);
}

static void a_line_that_does_not_end_in_crlf_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\nHost: a\r\n\r\n");
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\r\nHost: a\n\r\n");
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\r\nHost: a\r\n\n");
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\n\n");
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\rHost: a\r\r");
    REFUSED(HTTP_WRONG, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n");
    REFUSED(HTTP_WRONG, GET_LINE HOST "X: a\rb\r\n" END);
    REFUSED(HTTP_WRONG, "\r\n");
    REFUSED(HTTP_WRONG, "\n");
}

static void a_folded_line_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, GET_LINE HOST "X: a\r\n b\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "X: a\r\n\tb: c\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE " Host: a\r\n" END);
}

static void a_header_name_that_is_no_token_is_refused(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, GET_LINE HOST "Accept : a\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST ": a\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "no colon\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "a(b: c\r\n" END);
    REFUSED(HTTP_WRONG, GET_LINE HOST "\xc3\xa9: c\r\n" END);
}

static void every_control_byte_and_every_high_byte_is_refused(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        char text[] = GET_LINE HOST "X: a?b\r\n" END;
        const bool fine = byte == '\t' || (byte >= 0x20 && byte < 0x7f);
        *strchr(text + sizeof GET_LINE HOST, '?') = (char)byte;
        assert_int_equal(refusal_of_bytes(bytes_of(text, fine ? 0 : sizeof text - 1)),
                         fine ? OUTCOME_OK : OUTCOME_HTTP_WRONG);
        if (fine)
            ACCEPTED(text);
    }
}

static void a_header_with_one_meaning_comes_once(void **state)
{
    static const char *const names[] = {
        "Content-Type",   "Accept",         "Accept-Language", "Fsc-Transaction-Id",
        "Sec-Fetch-Site", "Sec-Fetch-Dest", "Origin",          "Cookie"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, GET_LINE HOST "%s: a\r\n%s: b\r\n" END, names[i], names[i]);
        assert_int_equal(refusal_of_bytes(bytes_of_text(text)), OUTCOME_HTTP_WRONG);
        snprintf(text, sizeof text, GET_LINE HOST "%s:\r\n%s: b\r\n" END, names[i], names[i]);
        assert_int_equal(refusal_of_bytes(bytes_of_text(text)), OUTCOME_HTTP_WRONG);
    }
}

static void expect_is_417_and_compression_415(void **state)
{
    (void)state;
    REFUSED(EXPECT, POST_LINE HOST "Expect: 100-continue\r\nContent-Length: 3\r\n" END);
    REFUSED(EXPECT, POST_LINE HOST "expect: anything\r\n" END);
    REFUSED(MEDIA_WRONG, POST_LINE HOST "Content-Encoding: gzip\r\n" END);
}

static void a_framing_fault_outweighs_what_is_not_supported(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG,
            POST_LINE HOST "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n" END);
}

static void an_upgrade_and_a_claimed_identity_mean_nothing(void **state)
{
    const struct http_head head =
        complete(GET_LINE HOST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                               "X-Forwarded-For: 10.0.0.1\r\nX-SSL-Client-DN: CN=a\r\n" END);

    (void)state;
    assert_false(head.close);
}

static void a_request_line_over_2048_bytes_is_414(void **state)
{
    char text[8192];
    const int longest = HTTP_REQUEST_LINE_MAX_BYTES - (int)strlen("GET / HTTP/1.1");

    (void)state;
    snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST END, longest, 0);
    ACCEPTED(text);
    snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" HOST END, longest + 1, 0);
    assert_int_equal(refusal_of_bytes(bytes_of_text(text)), OUTCOME_URI_TOO_LONG);
    /* and without waiting for the end of the line */
    snprintf(text, sizeof text, "GET /%03000d", 0);
    assert_int_equal(refusal_of_bytes(bytes_of_text(text)), OUTCOME_URI_TOO_LONG);
}

static void a_head_over_16_kib_is_431(void **state)
{
    static char text[HTTP_HEAD_MAX_BYTES + 64];
    const size_t fixed = strlen(GET_LINE HOST "X: \r\n" END);

    (void)state;
    snprintf(text, sizeof text, GET_LINE HOST "X: %0*d\r\n" END, (int)(HTTP_HEAD_MAX_BYTES - fixed),
             0);
    assert_int_equal(complete(text).length, HTTP_HEAD_MAX_BYTES);
    snprintf(text, sizeof text, GET_LINE HOST "X: %0*d\r\n" END,
             (int)(HTTP_HEAD_MAX_BYTES - fixed + 1), 0);
    assert_int_equal(refusal_of_bytes(bytes_of_text(text)), OUTCOME_HEADERS_TOO_LARGE);
}

static enum outcome with_headers(int count)
{
    static char text[HTTP_HEAD_MAX_BYTES];
    size_t length = (size_t)snprintf(text, sizeof text, GET_LINE HOST);

    for (int i = 1; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "X-%d: y\r\n", i);
    snprintf(text + length, sizeof text - length, END);
    struct http_head head = {0};
    enum outcome refusal = OUTCOME_OK;
    (void)!http_head_read(bytes_of_text(text), 0, &head, &refusal);
    return refusal;
}

static void a_65th_header_is_431(void **state)
{
    (void)state;
    assert_int_equal(with_headers(HTTP_HEADERS_MAX), OUTCOME_OK);
    assert_int_equal(with_headers(HTTP_HEADERS_MAX + 1), OUTCOME_HEADERS_TOO_LARGE);
}

static void a_wrong_request_line_is_not_waited_with(void **state)
{
    (void)state;
    REFUSED(HTTP_WRONG, "HELLO\r\n");
    REFUSED(METHOD_WRONG, "BREW / HTTP/1.1\r\nHost: a\r\n");
    REFUSED(HTTP_WRONG, "\x16\x03\x01\x02\x00"); /* a TLS client hello */
}

/* Whatever the bytes, reading in two parts says the same as reading at once, and a head that is
 * taken ends in CRLF CRLF and holds one Host. */
static void random_heads_keep_the_rules(void **state)
{
    static const char *const parts[] = {
        GET_LINE, POST_LINE, HOST, END,        "Content-Length: 5\r\n",          "X: y\r\n",
        "\r",     "\n",      " ",  "\t",       "Transfer-Encoding: chunked\r\n", "Host",
        ":",      "GET",     "/",  "HTTP/1.1", "Connection: close\r\n"};
    const unsigned seed = 20261203;
    unsigned taken = 0;

    (void)state;
    printf("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < 200000; round++) {
        char text[512] = GET_LINE HOST;
        size_t length = round % 2 ? strlen(text) : 0;
        struct http_head once = {0}, twice = {0};
        enum outcome first = OUTCOME_OK, second = OUTCOME_OK;
        const int count = rand() % 6;
        for (int i = 0; i < count; i++) {
            const char *part = parts[(size_t)rand() % (sizeof parts / sizeof parts[0])];
            memcpy(text + length, part, strlen(part));
            length += strlen(part);
        }
        const size_t cut = length ? (size_t)rand() % length : 0;
        const enum http_reading whole = read_exact(bytes_of(text, length), 0, &once, &first);
        enum http_reading again = read_exact(bytes_of(text, cut), 0, &twice, &second);
        if (again == HTTP_INCOMPLETE)
            again = read_exact(bytes_of(text, length), cut, &twice, &second);
        assert_int_equal(whole == HTTP_COMPLETE, again == HTTP_COMPLETE);
        if (whole != HTTP_COMPLETE)
            continue;
        taken++;
        assert_int_equal(once.length, twice.length);
        assert_memory_equal(text + once.length - 4, "\r\n\r\n", 4);
        assert_true(once.length <= length);
        assert_non_null(once.host.data);
    }
    assert_true(taken > 1000);
}

static void a_query_value_is_decoded(void **state)
{
    const struct bytes query = bytes_of_text("na=12&naam=a%20b+c%2F&leeg=&na2=x&twee=1&twee=2");
    char out[16] = "";

    (void)state;
    assert_true(http_query_value(query, "na", out, sizeof out));
    assert_string_equal(out, "12");
    assert_true(http_query_value(query, "naam", out, sizeof out));
    assert_string_equal(out, "a b c/");
    assert_true(http_query_value(query, "leeg", out, sizeof out));
    assert_string_equal(out, "");
    assert_true(http_query_value(query, "na2", out, sizeof out));
    assert_false(http_query_value(query, "n", out, sizeof out));
    assert_false(http_query_value(query, "twee", out, sizeof out));
    assert_false(http_query_value((struct bytes){0}, "na", out, sizeof out));
    assert_false(http_query_value(bytes_of_text("a=%00"), "a", out, sizeof out));
    assert_false(http_query_value(bytes_of_text("a=%0a"), "a", out, sizeof out));
    assert_false(http_query_value(bytes_of_text("a=%4"), "a", out, sizeof out));
    assert_true(http_query_value(bytes_of_text("a=123"), "a", out, 4));
    assert_false(http_query_value(bytes_of_text("a=1234"), "a", out, 4));
    assert_false(http_query_value(bytes_of_text("a=1"), "a", out, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_head_is_read),
        cmocka_unit_test(what_is_absent_is_null),
        cmocka_unit_test(every_method_we_know_is_read),
        cmocka_unit_test(every_beginning_of_a_head_is_incomplete),
        cmocka_unit_test(a_head_that_drips_in_reads_the_same),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(an_unknown_method_is_405_and_no_method_400),
        cmocka_unit_test(a_path_with_more_than_one_spelling_is_refused),
        cmocka_unit_test(a_query_with_a_broken_escape_is_refused),
        cmocka_unit_test(any_transfer_encoding_is_refused),
        cmocka_unit_test(an_odd_content_length_is_refused),
        cmocka_unit_test(exactly_one_plain_host_is_asked_for),
        cmocka_unit_test(a_line_that_does_not_end_in_crlf_is_refused),
        cmocka_unit_test(a_folded_line_is_refused),
        cmocka_unit_test(a_header_name_that_is_no_token_is_refused),
        cmocka_unit_test(every_control_byte_and_every_high_byte_is_refused),
        cmocka_unit_test(a_header_with_one_meaning_comes_once),
        cmocka_unit_test(expect_is_417_and_compression_415),
        cmocka_unit_test(a_framing_fault_outweighs_what_is_not_supported),
        cmocka_unit_test(an_upgrade_and_a_claimed_identity_mean_nothing),
        cmocka_unit_test(a_request_line_over_2048_bytes_is_414),
        cmocka_unit_test(a_head_over_16_kib_is_431),
        cmocka_unit_test(a_65th_header_is_431),
        cmocka_unit_test(a_wrong_request_line_is_not_waited_with),
        cmocka_unit_test(random_heads_keep_the_rules),
        cmocka_unit_test(a_query_value_is_decoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
