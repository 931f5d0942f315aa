/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/lined.h"

#include <string.h>

#include "gateway/store.h"

enum outcome lined_read(struct bytes text, size_t line_max_bytes, json_t **out_line,
                        struct bytes *out_rest)
{
    const uint8_t *newline = text.length ? memchr(text.data, '\n', text.length) : NULL;
    size_t length;

    if (!newline)
        return OUTCOME_STORE_DAMAGED;
    length = (size_t)(newline - text.data);
    TRY(store_read_outcome(json_read(bytes_of(text.data, length), line_max_bytes, out_line)));
    *out_rest = bytes_of(newline + 1, text.length - length - 1);
    return OUTCOME_OK;
}
