/* SPDX-License-Identifier: EUPL-1.2 */
/* A proposal of a new version: what is read can be printed and reads the same again, and the bytes
 * are those of the fingerprint. */
#include <stdlib.h>
#include <string.h>

#include "covenant/covenant_item.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_item(const json_t *object)
{
    OWNED_COVENANT_ITEM item = {0}, same = {0};
    OWNED_BUFFER text = {0};
    OWNED_JSON second = NULL;
    char print[SHA256_HEX_BYTES];

    if (covenant_item_parse(object, &item, NULL) != OUTCOME_OK)
        return;
    must(sha256_hex(buffer_bytes(&item.file), print) == OUTCOME_OK);
    must(strcmp(print, item.fingerprint) == 0);
    must(covenant_item_print(item.id, item.fingerprint, buffer_bytes(&item.file), &text) ==
         OUTCOME_OK);
    must(json_read(buffer_bytes(&text), 1 << 20, &second) == OUTCOME_OK);
    must(covenant_item_parse(second, &same, NULL) == OUTCOME_OK);
    must(bytes_equal(buffer_bytes(&item.file), buffer_bytes(&same.file)));
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
    if (json_read(bytes_of(data, size), 64 * 1024, &object) == OUTCOME_OK)
        try_item(object);
    return 0;
}
