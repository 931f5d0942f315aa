/* SPDX-License-Identifier: EUPL-1.2 */
/* Strict JSON: whatever is taken is what Jansson reads too, and reads back the same. */
#include <stdlib.h>

#include "crypto/json.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BYTES = 1 << 20 };

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void start(void)
{
    static bool started;

    if (started)
        return;
    json_ready();
    require(crypto_ready() == OUTCOME_OK);
    started = true;
}

static void read_and_compare(struct bytes text)
{
    OWNED_JSON value = NULL;
    OWNED_JSON theirs = NULL;
    OWNED_JSON again = NULL;
    OWNED_BUFFER written = {0};

    if (json_read(text, MAX_BYTES, &value) != OUTCOME_OK)
        return;
    theirs = json_loadb((const char *)text.data, text.length, JSON_REJECT_DUPLICATES, NULL);
    require(theirs && json_equal(value, theirs));
    require(json_write(value, &written) == OUTCOME_OK);
    require(json_read(buffer_bytes(&written), MAX_BYTES, &again) == OUTCOME_OK);
    require(json_equal(value, again));
}

static void lift(struct bytes text)
{
    OWNED_JSON value = NULL;
    struct bytes member;

    if (json_read_lifting(text, MAX_BYTES, "inhoud", &value, &member) == OUTCOME_OK)
        require(member.data >= text.data && member.data + member.length < text.data + text.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    read_and_compare(bytes_of(data, size));
    lift(bytes_of(data, size));
    return 0;
}
