/* SPDX-License-Identifier: EUPL-1.2 */
#include <string.h>

#include "gateway/server_parts.h"

static const char fixed_headers[] = "API-Version: 1.0.0\r\n"
                                    "Strict-Transport-Security: max-age=31536000\r\n"
                                    "X-Content-Type-Options: nosniff\r\n"
                                    "X-Frame-Options: DENY\r\n"
                                    "Referrer-Policy: no-referrer\r\n";
static const char usual_policy[] = "default-src 'none'; frame-ancestors 'none'";

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].words;
    return "";
}

static void add_line(struct buffer *out, const char *name, const char *value)
{
    buffer_add_text(out, name);
    buffer_add(out, ": ", 2);
    buffer_add_text(out, value);
    buffer_add(out, "\r\n", 2);
}

static void print_head(const struct reply *reply, size_t length, bool closing, struct buffer *out)
{
    buffer_format(out, "HTTP/1.1 %d %s\r\n", reply->status, reason(reply->status));
    buffer_add(out, fixed_headers, sizeof fixed_headers - 1);
    add_line(out, "Cache-Control", reply->cache_control ? reply->cache_control : "no-store");
    add_line(out, "Content-Security-Policy",
             reply->content_security_policy ? reply->content_security_policy : usual_policy);
    if (reply->content_type)
        add_line(out, "Content-Type", reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        add_line(out, reply->headers[i].name, reply->headers[i].value);
    if (closing)
        add_line(out, "Connection", "close");
    if (reply->status != 204 && reply->status != 304)
        buffer_format(out, "Content-Length: %zu\r\n", length);
    buffer_add(out, "\r\n", 2);
}

/* What the application left half done is answered as what it is. */
static void mend(struct reply *reply)
{
    if (reply->body.failed)
        reply_problem(reply, OUTCOME_OUT_OF_MEMORY, LANGUAGE_NL, NULL);
    else if (reply->status < 200 || reply->status > 599)
        reply_problem(reply, OUTCOME_INTERNAL, LANGUAGE_NL, NULL);
    else if (reply->status == 204 || reply->status == 304)
        buffer_wipe(&reply->body);
}

/* A problem as reply_problem() writes it, for when there is no memory to write even that. */
static struct bytes body_of(const struct reply *reply)
{
    static const char problem[] =
        "{\"type\":\"urn:wijkpoort:fout:GEEN_GEHEUGEN\",\"title\":\"Er is te weinig geheugen.\","
        "\"status\":503,\"detail\":\"Er is te weinig geheugen.\",\"code\":\"GEEN_GEHEUGEN\"}";

    return reply->body.failed ? bytes_of_text(problem) : buffer_bytes(&reply->body);
}

enum outcome reply_print(struct reply *reply, bool without_body, bool closing, struct buffer *out,
                         struct bytes *out_rest)
{
    struct bytes whole, body;
    size_t first;

    mend(reply);
    whole = body_of(reply);
    body = without_body ? (struct bytes){0} : whole;
    if (buffer_room(out, 1024 + (body.length < RECORD_BYTES ? body.length : RECORD_BYTES)))
        out->length = 0; /* the room is there now: one allocation */
    print_head(reply, whole.length, closing, out);
    if (out->length > RECORD_BYTES)
        return OUTCOME_INTERNAL;
    first = body.length < RECORD_BYTES - out->length ? body.length : RECORD_BYTES - out->length;
    buffer_add(out, body.data, first);
    TRY(buffer_outcome(out));
    *out_rest = bytes_of(body.data ? body.data + first : NULL, body.length - first);
    return OUTCOME_OK;
}
