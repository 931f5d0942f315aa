/* SPDX-License-Identifier: EUPL-1.2 */
/* The outer head that strangers send, and the payload behind the seal: what is read can be
 * written, and reads the same again. */
#include <stdlib.h>

#include "covenant/message.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_head(struct bytes input)
{
    OWNED_BUFFER again = {0};
    struct message_head head, same;

    if (message_read(input, &head, NULL) != OUTCOME_OK)
        return;
    must(head.content.data >= input.data &&
         head.content.data + head.content.length <= input.data + input.length);
    must(message_write(&head, &again) == OUTCOME_OK);
    must(message_read(buffer_bytes(&again), &same, NULL) == OUTCOME_OK);
    must(bytes_equal(head.content, same.content));
}

static void try_payload(struct bytes input)
{
    OWNED_PAYLOAD payload = NULL;
    OWNED_BUFFER again = {0};
    struct bytes item = bytes_of_text("{}");

    if (payload_read(input, &payload, NULL) != OUTCOME_OK)
        return;
    must(json_array_size(payload->items) <= MESSAGE_ITEMS_MAX);
    (void)payload_time_allows(payload, 0);
    must(payload_write(&payload->head, &item, 1, &again) == OUTCOME_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;

    if (!ready) {
        json_ready();
        must(crypto_ready() == OUTCOME_OK);
        ready = true;
    }
    try_head(bytes_of(data, size));
    try_payload(bytes_of(data, size));
    return 0;
}
