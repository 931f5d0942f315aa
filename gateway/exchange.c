/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/exchange.h"

#include <string.h>
#include <strings.h>

#include "crypto/json.h"

static const char retry_after_s[] = "5";

static bool fits_in_a_header(const char *value)
{
    size_t length = 0;

    for (; value[length]; length++)
        if ((unsigned char)value[length] < 0x20 || (unsigned char)value[length] > 0x7e)
            return false;
    return length < REPLY_HEADER_VALUE_BYTES;
}

static void add_header(struct reply *reply, const char *name, const char *value)
{
    struct reply_header *header = &reply->headers[reply->header_count++];

    header->name = name;
    memcpy(header->value, value, strlen(value) + 1);
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    if (reply->header_count < REPLY_HEADERS_MAX && fits_in_a_header(value))
        add_header(reply, name, value);
    else
        reply_problem(reply, OUTCOME_INTERNAL, LANGUAGE_NL, NULL);
}

void reply_with(struct reply *reply, int status, const char *content_type, struct bytes body)
{
    buffer_wipe(&reply->body);
    buffer_add_bytes(&reply->body, body);
    reply->status = status;
    reply->content_type = content_type;
}

void reply_problem(struct reply *reply, enum outcome outcome, enum language language,
                   const char *detail)
{
    const int status = outcome_http_status(outcome);
    const char *sentence = outcome_text(outcome, language);
    struct buffer *body = &reply->body;

    reply_wipe(reply);
    reply->status = status;
    reply->content_type = "application/problem+json";
    buffer_format(body, "{\"type\":\"urn:wijkpoort:fout:%s\",\"title\":", outcome_code(outcome));
    buffer_add_json_text(body, sentence);
    buffer_format(body, ",\"status\":%d,\"detail\":", status);
    buffer_add_json_text(body, detail ? detail : sentence);
    buffer_format(body, ",\"code\":\"%s\"}", outcome_code(outcome));
    if (status == 429 || status == 503)
        add_header(reply, "Retry-After", retry_after_s);
}

void reply_wipe(struct reply *reply)
{
    buffer_wipe(&reply->body);
    *reply = (struct reply){0};
}

enum language language_preferred(struct bytes accept_language)
{
    const bool english =
        accept_language.length >= 2 &&
        strncasecmp((const char *)accept_language.data, "en", 2) == 0 &&
        (accept_language.length == 2 || strchr("-,; ", accept_language.data[2]) != NULL);

    return english ? LANGUAGE_EN : LANGUAGE_NL;
}
