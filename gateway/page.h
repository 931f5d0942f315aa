/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * page.h - one page of kept signals, newest first: an order table gives sequence
 * -> item id, the signals stand under their id.
 */
#pragma once

#include "gateway/call.h"

/* Adds what the caller may see of one signal to `rows`; *out_added tells whether it did. */
typedef enum outcome page_add(struct call *call, const char *id, struct bytes value, json_t *rows,
                              bool *out_added);

/* Replies {"<name>": rows, "volgende": cursor or null}. */
MUST_USE enum outcome page_reply(struct call *call, enum table order, enum table signals,
                                 const char *name, page_add *add);
