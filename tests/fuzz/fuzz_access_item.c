/* SPDX-License-Identifier: EUPL-1.2 */
/* One request for access: what is read can be printed, and reads the same again. */
#include "covenant/access_item.h"
#include "tests/fuzz/item.h"

FUZZ_ITEM(struct access_item, access_item_parse, access_item_print, ACCESS_ITEM_MAX_BYTES)
