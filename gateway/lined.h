/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lined.h - how a record that carries a document is stored: one line of JSON that is
 * ours, a newline, then the document's own bytes as they travelled.
 */
#pragma once

#include "crypto/json.h"

/* Reads the line, which the caller owns, and lends the rest. STORE_DAMAGED when there is no line
 * or it is longer than `line_max_bytes`; OUT_OF_MEMORY. */
MUST_USE enum outcome lined_read(struct bytes text, size_t line_max_bytes, json_t **out_line,
                                 struct bytes *out_rest);
