/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * utc.h - an instant as text, "2026-12-03T09:12:44Z", whole seconds, years 1970
 * to 9999. Only what key documents need; days, terms and Amsterdam time are the
 * covenant's.
 */
#pragma once

#include "crypto/bytes.h"

enum { UTC_TEXT_BYTES = 20 + 1 };

/* Exactly that form, of a moment that exists (no leap second), else MALFORMED. */
MUST_USE enum outcome utc_parse(const char *text, int64_t *out_s);
/* `at_s` outside 1970..9999 is taken to the nearest end. */
void utc_print(int64_t at_s, char out[static UTC_TEXT_BYTES]);
