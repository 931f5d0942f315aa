/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/http_head.h"

#include <string.h>
#include <strings.h>

enum {
    LENGTH_DIGITS_MAX = 15, /* a petabyte: whatever is longer is beyond any bound of ours */
};

static const char *const method_texts[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",         [HTTP_DELETE] = "DELETE", [HTTP_PATCH] = "PATCH",
    [HTTP_OPTIONS] = "OPTIONS",
};

/* What each byte may be part of, as bits. */
enum {
    IN_TOKEN = 1, /* RFC 9110 5.6.2: methods and header names */
    IN_PATH = 2,
    IN_QUERY = 4,
    IN_HOST = 8,
};

static unsigned class_of(uint8_t byte)
{
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';

    if (letter || digit)
        return IN_TOKEN | IN_PATH | IN_QUERY | IN_HOST;
    switch (byte) {
    case '-':
    case '.':
    case '_':
        return IN_TOKEN | IN_PATH | IN_QUERY | IN_HOST;
    case '~':
        return IN_TOKEN | IN_PATH | IN_QUERY;
    case '/':
        return IN_PATH | IN_QUERY;
    case ':':
        return IN_QUERY | IN_HOST;
    case '[':
    case ']':
        return IN_HOST;
    case '!':
    case '$':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '%':
        return IN_TOKEN | IN_QUERY;
    case '=':
    case ',':
    case ';':
    case '@':
    case '(':
    case ')':
        return IN_QUERY;
    case '#':
    case '^':
    case '`':
    case '|':
        return IN_TOKEN;
    default:
        return 0;
    }
}

static bool only(struct bytes text, unsigned class)
{
    for (size_t i = 0; i < text.length; i++)
        if (!(class_of(text.data[i]) & class))
            return false;
    return true;
}

static bool is(struct bytes text, const char *word)
{
    return bytes_equal(text, bytes_of_text(word));
}

static bool is_any_case(struct bytes text, const char *word)
{
    return text.length == strlen(word) &&
           strncasecmp((const char *)text.data, word, text.length) == 0;
}

static struct bytes part(struct bytes text, size_t from, size_t to)
{
    return bytes_of(text.data + from, to - from);
}

static bool find(struct bytes text, uint8_t byte, size_t *out_at)
{
    const uint8_t *found = text.length ? memchr(text.data, byte, text.length) : NULL;

    if (!found)
        return false;
    *out_at = (size_t)(found - text.data);
    return true;
}

static struct bytes trimmed(struct bytes text)
{
    while (text.length && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = part(text, 1, text.length);
    while (text.length && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* The request line */

static enum outcome read_method(struct bytes text, enum http_method *out_method)
{
    if (text.length == 0 || !only(text, IN_TOKEN))
        return OUTCOME_HTTP_WRONG;
    for (int method = 0; method < HTTP_METHOD_COUNT; method++) {
        if (is(text, method_texts[method])) {
            *out_method = (enum http_method)method;
            return OUTCOME_OK;
        }
    }
    return OUTCOME_METHOD_WRONG;
}

/* No empty and no dotted segment, so that a path has one spelling only. */
static bool path_is_plain(struct bytes path)
{
    size_t start = 1;

    if (path.length == 0 || path.data[0] != '/' || !only(path, IN_PATH))
        return false;
    for (size_t i = 1; i <= path.length; i++) {
        if (i < path.length && path.data[i] != '/')
            continue;
        const struct bytes segment = part(path, start, i);
        const bool last = i == path.length;
        if ((segment.length == 0 && !last) || is(segment, ".") || is(segment, ".."))
            return false;
        start = i + 1;
    }
    return true;
}

static bool is_hex(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

static bool query_is_plain(struct bytes query)
{
    if (!only(query, IN_QUERY))
        return false;
    for (size_t i = 0; i < query.length; i++)
        if (query.data[i] == '%' &&
            (i + 2 >= query.length || !is_hex(query.data[i + 1]) || !is_hex(query.data[i + 2])))
            return false;
    return true;
}

static enum outcome read_target(struct bytes target, struct http_head *head)
{
    size_t mark;

    head->path = target;
    if (find(target, '?', &mark)) {
        head->path = part(target, 0, mark);
        head->query = part(target, mark + 1, target.length);
    }
    return path_is_plain(head->path) && query_is_plain(head->query) ? OUTCOME_OK
                                                                    : OUTCOME_HTTP_WRONG;
}

static enum outcome read_request_line(struct bytes line, struct http_head *head)
{
    size_t first, second;
    struct bytes rest;

    if (line.length > HTTP_REQUEST_LINE_MAX_BYTES)
        return OUTCOME_URI_TOO_LONG;
    if (!find(line, ' ', &first))
        return OUTCOME_HTTP_WRONG;
    rest = part(line, first + 1, line.length);
    if (!find(rest, ' ', &second) || !is(part(rest, second + 1, rest.length), "HTTP/1.1"))
        return OUTCOME_HTTP_WRONG;
    TRY(read_target(part(rest, 0, second), head));
    return read_method(part(line, 0, first), &head->method);
}

/* The headers */

static enum outcome take_text(struct bytes value, struct bytes *field)
{
    if (field->data)
        return OUTCOME_HTTP_WRONG; /* twice: which one would the next reader believe? */
    *field = value;
    return OUTCOME_OK;
}

static enum outcome take_host(struct bytes value, struct http_head *head)
{
    if (value.length == 0 || value.length > HTTP_HOST_MAX_BYTES || !only(value, IN_HOST))
        return OUTCOME_HTTP_WRONG;
    return take_text(value, &head->host);
}

static enum outcome take_length(struct bytes value, struct http_head *head)
{
    uint64_t length = 0;

    if (head->has_content_length || value.length == 0 || (value.length > 1 && value.data[0] == '0'))
        return OUTCOME_HTTP_WRONG;
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] < '0' || value.data[i] > '9')
            return OUTCOME_HTTP_WRONG;
    if (value.length > LENGTH_DIGITS_MAX)
        return OUTCOME_TOO_LARGE;
    for (size_t i = 0; i < value.length; i++)
        length = length * 10 + (uint64_t)(value.data[i] - '0');
    head->content_length = length;
    head->has_content_length = true;
    return OUTCOME_OK;
}

static void take_connection(struct bytes value, struct http_head *head)
{
    size_t comma;

    while (find(value, ',', &comma)) {
        head->close |= is_any_case(trimmed(part(value, 0, comma)), "close");
        value = part(value, comma + 1, value.length);
    }
    head->close |= is_any_case(trimmed(value), "close");
}

static enum outcome take_header(struct bytes name, struct bytes value, struct http_head *head)
{
    const struct {
        const char *name;
        struct bytes *field;
    } texts[] = {
        {"content-type", &head->content_type},
        {"accept", &head->accept},
        {"accept-language", &head->accept_language},
        {"fsc-transaction-id", &head->transaction_id},
        {"sec-fetch-site", &head->sec_fetch_site},
        {"sec-fetch-dest", &head->sec_fetch_dest},
        {"origin", &head->origin},
        {"cookie", &head->cookie},
    };

    if (is_any_case(name, "host"))
        return take_host(value, head);
    if (is_any_case(name, "content-length"))
        return take_length(value, head);
    if (is_any_case(name, "connection"))
        take_connection(value, head);
    if (is_any_case(name, "transfer-encoding"))
        return OUTCOME_HTTP_WRONG;
    if (is_any_case(name, "expect"))
        return OUTCOME_EXPECT;
    if (is_any_case(name, "content-encoding"))
        return OUTCOME_MEDIA_WRONG;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (is_any_case(name, texts[i].name))
            return take_text(value, texts[i].field);
    return OUTCOME_OK;
}

static enum outcome read_header(struct bytes line, struct http_head *head)
{
    size_t colon;
    struct bytes name;

    if (!find(line, ':', &colon))
        return OUTCOME_HTTP_WRONG;
    name = part(line, 0, colon);
    /* Also refuses a folded line, which starts with a blank, and "Name :". */
    if (name.length == 0 || !only(name, IN_TOKEN))
        return OUTCOME_HTTP_WRONG;
    return take_header(name, trimmed(part(line, colon + 1, line.length)), head);
}

/* `lines` ends with the CRLF of its last header; every line ends with CRLF. */
static enum outcome read_headers(struct bytes lines, struct http_head *head)
{
    enum outcome first_fault = OUTCOME_OK;
    size_t count = 0, end;

    while (find(lines, '\r', &end)) {
        enum outcome outcome = read_header(part(lines, 0, end), head);
        /* A framing fault outweighs what is merely not supported. */
        if (outcome == OUTCOME_HTTP_WRONG)
            return outcome;
        if (first_fault == OUTCOME_OK)
            first_fault = outcome;
        if (++count > HTTP_HEADERS_MAX)
            return OUTCOME_HEADERS_TOO_LARGE;
        lines = part(lines, end + 2, lines.length);
    }
    return first_fault;
}

static enum outcome check_whole(const struct http_head *head)
{
    const bool bodiless =
        head->method == HTTP_GET || head->method == HTTP_HEAD || head->method == HTTP_OPTIONS;

    if (!head->host.data)
        return OUTCOME_HTTP_WRONG;
    /* Legal, meaningless, and a known way to smuggle. */
    return bodiless && head->content_length > 0 ? OUTCOME_HTTP_WRONG : OUTCOME_OK;
}

/* The line discipline */

/* Is the byte at `at` allowed there? A line ends in CR LF and holds no other control byte. */
static bool byte_fits(struct bytes received, size_t at)
{
    const uint8_t byte = received.data[at];
    const bool after_cr = at > 0 && received.data[at - 1] == '\r';

    if (after_cr != (byte == '\n'))
        return false;
    return byte == '\r' || byte == '\n' || byte == '\t' || (byte >= 0x20 && byte < 0x7f);
}

/* Looks at what is new since `seen`. COMPLETE gives the length with the empty line. */
static enum http_reading find_end(struct bytes received, size_t seen, size_t *out_length,
                                  enum outcome *out_refusal)
{
    const size_t limit =
        received.length < HTTP_HEAD_MAX_BYTES ? received.length : HTTP_HEAD_MAX_BYTES;

    for (size_t i = seen; i < limit; i++) {
        if (!byte_fits(received, i) || (i == 1 && received.data[i] == '\n')) {
            *out_refusal = OUTCOME_HTTP_WRONG;
            return HTTP_REFUSED;
        }
        if (received.data[i] == '\n' && i >= 3 && received.data[i - 2] == '\n') {
            *out_length = i + 1;
            return HTTP_COMPLETE;
        }
    }
    if (limit == HTTP_HEAD_MAX_BYTES) {
        *out_refusal = OUTCOME_HEADERS_TOO_LARGE;
        return HTTP_REFUSED;
    }
    return HTTP_INCOMPLETE;
}

/* A request line that can already be seen to be wrong is not waited with. */
static enum outcome first_line_so_far(struct bytes received, size_t seen)
{
    struct http_head head = {0};
    size_t end;

    if (!find(received, '\r', &end))
        return received.length > HTTP_REQUEST_LINE_MAX_BYTES ? OUTCOME_URI_TOO_LONG : OUTCOME_OK;
    return end < seen ? OUTCOME_OK : read_request_line(part(received, 0, end), &head);
}

static enum outcome read_lines(struct bytes received, struct http_head *head)
{
    size_t end = 0;

    if (!find(received, '\r', &end))
        return OUTCOME_HTTP_WRONG;
    TRY(read_request_line(part(received, 0, end), head));
    TRY(read_headers(part(received, end + 2, received.length - 2), head));
    return check_whole(head);
}

enum http_reading http_head_read(struct bytes received, size_t seen, struct http_head *out_head,
                                 enum outcome *out_refusal)
{
    struct http_head head = {0};
    enum outcome outcome = OUTCOME_OK, refusal = OUTCOME_OK;
    enum http_reading reading = find_end(received, seen, &head.length, &refusal);

    if (reading == HTTP_COMPLETE)
        outcome = read_lines(part(received, 0, head.length), &head);
    else
        outcome = first_line_so_far(received, seen);
    if (outcome != OUTCOME_OK) {
        *out_refusal = outcome;
        return HTTP_REFUSED;
    }
    if (reading == HTTP_COMPLETE)
        *out_head = head;
    if (reading == HTTP_REFUSED)
        *out_refusal = refusal;
    return reading;
}

bool http_method_is_unsafe(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

const char *http_method_text(enum http_method method)
{
    return method_texts[method];
}
