/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * http_head.h - reads the head of one HTTP/1.1 request: a strict subset.
 *
 * What two HTTP readers could take differently is refused, never repaired:
 * another version, a bare CR or LF, a folded line, control bytes, a space before
 * a colon, no Host or two, any Transfer-Encoding, a Content-Length that is not
 * one plain number, an absolute or percent-encoded path. Pure; no allocations.
 * Does not read bodies and gives unknown headers no meaning: an identity in a
 * header is not an identity, an Upgrade is not heard.
 */
#pragma once

#include "crypto/bytes.h"

enum {
    HTTP_REQUEST_LINE_MAX_BYTES = 2048,
    HTTP_HEAD_MAX_BYTES = 16 * 1024, /* with the empty line that ends it */
    HTTP_HEADERS_MAX = 64,
    HTTP_HOST_MAX_BYTES = 255,
};

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_PATCH,
    HTTP_OPTIONS,
    HTTP_METHOD_COUNT
};

/* Every text is lent from the received bytes; absent is {NULL, 0}. */
struct http_head {
    enum http_method method;
    struct bytes path;  /* starts with '/', only A-Z a-z 0-9 . _ ~ - and / */
    struct bytes query; /* after '?'; still encoded, see http_query_value() */
    struct bytes host;
    struct bytes content_type;
    struct bytes accept;
    struct bytes accept_language;
    struct bytes transaction_id; /* Fsc-Transaction-Id */
    struct bytes sec_fetch_site;
    struct bytes sec_fetch_dest;
    struct bytes origin;
    struct bytes cookie;
    uint64_t content_length; /* 0 when absent */
    bool has_content_length;
    bool close;    /* the client asks for Connection: close */
    size_t length; /* bytes of the head; the body starts here */
};

enum http_reading { HTTP_INCOMPLETE, HTTP_COMPLETE, HTTP_REFUSED };

/* Reads the head at the start of `received`. `seen` is how many of these bytes an
 * earlier call has had (0 at first), so that a head that drips in costs no more
 * than one that comes at once. COMPLETE fills *out_head; REFUSED fills
 * *out_refusal: HTTP_WRONG, METHOD_WRONG, URI_TOO_LONG, HEADERS_TOO_LARGE,
 * TOO_LARGE (a length beyond any), MEDIA_WRONG (Content-Encoding) or EXPECT.
 * `seen` is at most received.length. After REFUSED the connection is not usable. */
MUST_USE enum http_reading http_head_read(struct bytes received, size_t seen,
                                          struct http_head *out_head, enum outcome *out_refusal);

/* May the method change something? (all but GET, HEAD, OPTIONS) */
bool http_method_is_unsafe(enum http_method method);
const char *http_method_text(enum http_method method);

/* Decodes the value of `name` in "a=1&b=2" (percent and plus) into `out` of `out_size` bytes with
 * a closing NUL. False when absent, twice there, too long, or holding a control byte. */
bool http_query_value(struct bytes query, const char *name, char *out, size_t out_size);
