/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One item of a message between partners: what is read can be printed within its bound, and reads
 * the same again.
 *
 *     FUZZ_ITEM(struct transfer_item, transfer_item_parse, transfer_item_print,
 * TRANSFER_ITEM_MAX_BYTES)
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "crypto/json.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_ITEM_TEXT_MAX_BYTES = 4096 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void get_ready(void)
{
    static bool ready;

    if (ready)
        return;
    json_ready();
    must(crypto_ready() == OUTCOME_OK);
    ready = true;
}

#define FUZZ_ITEM(type, parse, print, most)                                                        \
    static void try_item(const json_t *object)                                                     \
    {                                                                                              \
        type item, same;                                                                           \
        OWNED_BUFFER text = {0}, again = {0};                                                      \
        OWNED_JSON second = NULL;                                                                  \
                                                                                                   \
        if (parse(object, &item, NULL) != OUTCOME_OK)                                              \
            return;                                                                                \
        must(print(&item, &text) == OUTCOME_OK);                                                   \
        must(text.length <= (most));                                                               \
        must(json_read(buffer_bytes(&text), (most), &second) == OUTCOME_OK);                       \
        must(parse(second, &same, NULL) == OUTCOME_OK);                                            \
        must(print(&same, &again) == OUTCOME_OK);                                                  \
        must(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));                              \
    }                                                                                              \
                                                                                                   \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        OWNED_JSON object = NULL;                                                                  \
                                                                                                   \
        get_ready();                                                                               \
        if (json_read(bytes_of(data, size), FUZZ_ITEM_TEXT_MAX_BYTES, &object) == OUTCOME_OK)      \
            try_item(object);                                                                      \
        return 0;                                                                                  \
    }
