/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a request head: read at once and in two parts, with the same answer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool lies_within(struct bytes part, struct bytes whole)
{
    return !part.data ||
           (part.data >= whole.data && part.data + part.length <= whole.data + whole.length);
}

static void check_complete(const struct http_head *head, struct bytes whole)
{
    char value[32];

    must(head->length >= 4 && head->length <= whole.length && head->length <= HTTP_HEAD_MAX_BYTES);
    must(memcmp(whole.data + head->length - 4, "\r\n\r\n", 4) == 0);
    must(head->method < HTTP_METHOD_COUNT);
    must(head->host.length > 0 && head->path.length > 0 && head->path.data[0] == '/');
    must(memchr(head->path.data, '%', head->path.length) == NULL);
    must(lies_within(head->path, whole) && lies_within(head->query, whole));
    must(lies_within(head->content_type, whole) && lies_within(head->cookie, whole));
    (void)http_query_value(head->query, "na", value, sizeof value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes whole = bytes_of(data, size);
    const size_t cut = size / 2;
    struct http_head once = {0}, twice = {0};
    enum outcome first = OUTCOME_OK, second = OUTCOME_OK;
    const enum http_reading reading = http_head_read(whole, 0, &once, &first);
    enum http_reading again = http_head_read(bytes_of(data, cut), 0, &twice, &second);

    if (again == HTTP_INCOMPLETE)
        again = http_head_read(whole, cut, &twice, &second);
    must((reading == HTTP_COMPLETE) == (again == HTTP_COMPLETE));
    must((reading == HTTP_REFUSED) == (first != OUTCOME_OK));
    if (reading != HTTP_COMPLETE)
        return 0;
    must(once.length == twice.length && once.content_length == twice.content_length);
    check_complete(&once, whole);
    return 0;
}
