/* SPDX-License-Identifier: EUPL-1.2 */
/* Any file for an adapter: what comes out is within its bounds, and travels as JSON unchanged. */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "covenant/adapter.h"
#include "covenant/built_in.h"
#include "crypto/json.h"

enum { ROW_TEXT_MAX_BYTES = 8192 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void row_travels(const struct import_row *row)
{
    OWNED_BUFFER sent = {0}, read_back = {0};
    OWNED_JSON object = NULL;
    OWNED_IMPORT_ROW copy = {0};
    struct fault fault = {{0}};

    must(import_row_check(row, &fault) == OUTCOME_OK);
    must(import_row_print(row, &sent) == OUTCOME_OK);
    must(json_read(buffer_bytes(&sent), ROW_TEXT_MAX_BYTES, &object) == OUTCOME_OK);
    must(import_row_parse(object, &copy, &fault) == OUTCOME_OK);
    must(import_row_print(&copy, &read_back) == OUTCOME_OK);
    must(bytes_equal(buffer_bytes(&sent), buffer_bytes(&read_back)));
}

static inline int fuzz_adapter(const struct adapter *adapter, const uint8_t *data, size_t size)
{
    static struct code_lists *lists; /* for the whole run */
    static const char *const identifiers[] = {"kenmerk"};
    const struct mapping mapping = {identifiers, 1};
    OWNED_IMPORT import = {0};

    if (!lists) {
        json_ready();
        must(code_lists_load(&lists) == OUTCOME_OK);
    }
    must(adapter->parse(bytes_of(data, size), lists, &mapping, &import) == OUTCOME_OK);
    must(!import.refused || import.row_count == 0);
    for (size_t i = 0; i < import.row_count; i++)
        row_travels(&import.rows[i]);
    for (size_t i = 0; i < import.fault_count; i++) {
        OWNED_BUFFER text = {0};
        import_fault_print(&import.faults[i], LANGUAGE_NL, &text);
        must(buffer_outcome(&text) == OUTCOME_OK);
    }
    return 0;
}
