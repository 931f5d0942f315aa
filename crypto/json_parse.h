/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * json_parse.h - the parser below json_read(): text in, Jansson values out.
 *
 * Not Jansson's own, for three reasons: that one ignores a failed allocation
 * halfway a string (and then reads past its end), takes three times as long,
 * and cannot refuse "-0", reals and depth while it reads.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"

/* One whole text: an object or an array. Fails with MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome json_parse(struct bytes text, json_t **out_value);
