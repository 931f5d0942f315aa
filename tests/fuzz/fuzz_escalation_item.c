/* SPDX-License-Identifier: EUPL-1.2 */
/* One escalation: what is read can be printed, and reads the same again. */
#include <stdlib.h>
#include <string.h>

#include "covenant/escalation_item.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_item(const json_t *object)
{
    struct escalation_item item, same;
    OWNED_BUFFER text = {0}, again = {0};
    OWNED_JSON second = NULL;

    if (escalation_item_parse(object, &item, NULL) != OUTCOME_OK)
        return;
    must(escalation_item_print(&item, &text) == OUTCOME_OK);
    must(text.length <= ESCALATION_ITEM_MAX_BYTES);
    must(json_read(buffer_bytes(&text), ESCALATION_ITEM_MAX_BYTES, &second) == OUTCOME_OK);
    must(escalation_item_parse(second, &same, NULL) == OUTCOME_OK);
    must(escalation_item_print(&same, &again) == OUTCOME_OK);
    must(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    OWNED_JSON object = NULL;

    if (!ready) {
        json_ready();
        must(crypto_ready() == OUTCOME_OK);
        ready = true;
    }
    if (json_read(bytes_of(data, size), 4096, &object) == OUTCOME_OK)
        try_item(object);
    return 0;
}
